"""The facts that pages and API show alike."""
