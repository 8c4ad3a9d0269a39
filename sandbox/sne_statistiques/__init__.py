"""Statistics of the demand: the tables, the counts by territory, the quotas, the maps and the curves."""
