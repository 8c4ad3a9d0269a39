"""What console and API do with messages: begun, filled in, checked, sent, read back, searched, cut down."""
