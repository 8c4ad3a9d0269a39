"""Development certificates: a small CA of the home, and what it signs."""
