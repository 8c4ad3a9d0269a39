"""The memory of a base: demandes, numbers, events, settings, and the journal of every exchange."""
