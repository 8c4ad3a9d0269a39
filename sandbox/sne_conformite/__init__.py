"""Conformance: an application interfacée is driven through a plan, or judged by its traffic."""
