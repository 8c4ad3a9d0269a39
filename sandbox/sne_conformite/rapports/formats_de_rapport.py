"""The files of a report: one row each of the table beside, read by the command line, the console, the API and
the docs.

To add a form: a module beside this one, whose function gives the bytes of a `Rapport`, NIRs masked, and its
row. A row imports its module when it writes: a list of names costs nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from sne_conformite.rapports.rapport import SEUL, Alentours, Rapport
from sne_interface.resources import table


@dataclass(frozen=True)
class FormatDeRapport:
    """A file of --report-dir: `nom` is what a summary calls it, `fichier` its name, `media` its media type,
    `usage` what it is for, in French. Its `genre` is « rapport » for a form of the whole report, « rendu »
    for what says the verdict alone, to whoever does not read it, « preuve » for what another module writes.
    `module` is the one whose function `octets` gives the whole file; `option` is the word of --format that
    asks for it on stdout, "" when stdout never gets it; `situe` is « oui » when `octets` takes `Alentours`
    too."""

    genre: str
    nom: str
    fichier: str
    media: str
    usage: str
    module: str
    option: str
    situe: str

    def ecrire(self, rapport: Rapport, alentours: Alentours = SEUL) -> bytes:
        """The whole file of a report."""
        octets: Callable[..., bytes] = import_module(self.module).octets
        return octets(rapport, alentours) if self.situe else octets(rapport)


#: Every file of --report-dir, by its name.
FICHIERS: Final = {ligne["fichier"]: FormatDeRapport(**ligne) for ligne in table(__file__)}
FORMATS: Final = tuple(f for f in FICHIERS.values() if f.genre == "rapport")
#: What a report is written as, all told.
ECRITS: Final = tuple(f for f in FICHIERS.values() if f.module)
#: Those that are read beside the package, which the attestation signs too.
PAGES: Final = (FORMATS[0].fichier, *(f.fichier for f in FICHIERS.values() if f.genre == "rendu"))
#: The file from which a judgement is made again (it holds the exchanges too, `paquet_de_preuves`), and, when
#: there is a key, who vouches for it (`signature`).
PREUVES, ATTESTATION = (f for f in FICHIERS.values() if f.genre == "preuve")
#: Those that are there without a key.
TOUJOURS: Final = tuple(f.fichier for f in (*ECRITS, PREUVES))
#: The forms that stdout may get, by the word of --format.
PAR_OPTION: Final = {f.option: f for f in FORMATS if f.option}


def enumeres() -> str:
    """« rapport.html, rapport.json, junit.xml… et preuves.zip »: those that are always written."""
    *premiers, dernier = TOUJOURS
    return f"{', '.join(premiers)} et {dernier}"
