"""The 13 SOAP operations on a base, one module each, and the other events of a base."""
