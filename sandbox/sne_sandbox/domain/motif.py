"""Motives of a radiation that are known by name (nomenclature ListeMotifRadiation)."""

from typing import Final

ATTRIBUTION: Final = "RADATT"
IRRECEVABILITE: Final = "RADIRR"
SANS_CONTACT: Final = "RADCON"
#: What the system does by itself, for want of renewal.
NON_RENOUVELLEMENT: Final = "RADREN"
