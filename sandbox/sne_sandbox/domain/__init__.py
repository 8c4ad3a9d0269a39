"""Frozen values with French nouns, and pure functions on them. No input, no output, no clock of its own."""
