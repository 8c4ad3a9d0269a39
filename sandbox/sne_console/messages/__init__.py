"""The work of console and API on a message: begin, fill in, check, send, read back, search, cut down."""
