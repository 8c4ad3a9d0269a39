"""sne-sandbox: a local double of the SNE base école, interface 5.2."""

__version__ = "0.2.0"
