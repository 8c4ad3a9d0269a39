"""The databases of `tests/bases_de_donnees.py`: what is asked by SQL is asked of both engines."""

from bases_de_donnees import magasin, patrons, remise_a_neuf, url, url_vide  # noqa: F401
