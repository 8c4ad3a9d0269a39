"""The server: Twisted in front of a WSGI application."""
