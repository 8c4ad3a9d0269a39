"""A pass-through to a real server: what goes by is carried as it is, and recorded."""
