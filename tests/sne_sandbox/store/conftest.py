"""The databases of `tests/bases_de_donnees.py`: each test of the store runs on both engines."""

from bases_de_donnees import magasin, patrons, remise_a_neuf, url, url_vide  # noqa: F401
