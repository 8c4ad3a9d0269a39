"""What pages and API show alike."""
