"""What the 13 SOAP operations do to a base, one module each, and what happens to a base besides."""
