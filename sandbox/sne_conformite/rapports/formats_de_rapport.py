"""The forms of a report: one row each, read by the command line, the console, the API and the docs.

To add one: a module beside this one, whose function gives the bytes of a `Rapport`, NIRs masked, and a row of
the table (`formats_de_rapport.csv`): « forme » decides as the exit code does, « rendu » is for whoever does
not read the report, « preuve » is written by the evidence itself. A row imports its module when it writes: a
list of names costs nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from sne_conformite.rapports.rapport import SEUL, Alentours, Rapport
from sne_interface.resources import table


@dataclass(frozen=True, slots=True)
class FormatDeRapport:
    """A file of --report-dir: `nom` is what a summary calls it, `fichier` its name, `media` its media type,
    `usage` what it is for, in French. `module` is the one beside whose function `octets` gives the whole
    file; `option` is the word of --format that asks for it on stdout, "" when stdout never gets it; `situe`,
    unless empty, says that `octets` takes `Alentours` too."""

    genre: str
    nom: str
    fichier: str
    media: str
    module: str
    option: str
    situe: str
    usage: str

    def ecrire(self, rapport: Rapport, alentours: Alentours = SEUL) -> bytes:
        """The whole file of a report."""
        octets: Callable[..., bytes] = import_module(f"sne_conformite.rapports.{self.module}").octets
        return octets(rapport, alentours) if self.situe else octets(rapport)


_LIGNES: Final = tuple(FormatDeRapport(**ligne) for ligne in table(__file__))
FORMATS: Final = tuple(ligne for ligne in _LIGNES if ligne.genre == "forme")
#: What a report is written as, all told.
ECRITS: Final = tuple(ligne for ligne in _LIGNES if ligne.module)
#: The file from which a judgement is made again: it holds the exchanges too (`paquet_de_preuves`). Beside it,
#: when there is a key: who vouches for it (`signature`).
PREUVES, ATTESTATION = (ligne for ligne in _LIGNES if ligne.genre == "preuve")
#: Every file of --report-dir, by its name.
FICHIERS: Final[Mapping[str, FormatDeRapport]] = {ligne.fichier: ligne for ligne in _LIGNES}
#: Those that are there without a key.
TOUJOURS: Final = tuple(f.fichier for f in (*ECRITS, PREUVES))
#: The forms that stdout may get, by the word of --format.
PAR_OPTION: Final[Mapping[str, FormatDeRapport]] = {f.option: f for f in FORMATS if f.option}


def enumeres() -> str:
    """« rapport.html, rapport.json, junit.xml… et preuves.zip »: those that are always written."""
    *premiers, dernier = TOUJOURS
    return f"{', '.join(premiers)} et {dernier}"
