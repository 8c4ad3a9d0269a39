"""Reports: one judgement, in the formats its readers use."""
