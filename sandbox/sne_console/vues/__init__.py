"""The values that pages and API show alike."""
