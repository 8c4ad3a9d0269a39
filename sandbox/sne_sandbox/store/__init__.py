"""What a base remembers: demandes, numbers, events, settings, and the journal of every exchange."""
