"""MTOM/XOP in and out: bytes and MIME headers, no business and no XML."""
