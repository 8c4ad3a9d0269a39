"""The forms of a report: one row each, read by the command line, the console, the API and the docs.

To add one: a module beside this one, whose function gives the bytes of a `Rapport`, NIRs masked, and a row of
`FORMATS`. A row imports its module when it writes: a list of names costs nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from sne_conformite.rapports.rapport import SEUL, Alentours, Rapport


@dataclass(frozen=True, slots=True)
class FichierDeRapport:
    """A file of --report-dir: `nom` is what a summary calls it, `fichier` its name, `media` its media type,
    `usage` what it is for, in French."""

    nom: str
    fichier: str
    media: str
    usage: str


@dataclass(frozen=True, slots=True)
class FormatDeRapport(FichierDeRapport):
    """A form that a report is written in. `module` is the one whose function `octets` gives the whole
    file; `option` is the word of --format that asks for it on stdout, "" when stdout never gets it;
    `situe` says that `octets` takes `Alentours` too."""

    module: str
    option: str = ""
    situe: bool = False

    def ecrire(self, rapport: Rapport, alentours: Alentours = SEUL) -> bytes:
        """The whole file of a report."""
        octets: Callable[..., bytes] = import_module(self.module).octets
        return octets(rapport, alentours) if self.situe else octets(rapport)


FORMATS: Final = (
    FormatDeRapport(
        "HTML", "rapport.html", "text/html; charset=utf-8",
        "lire, décider, imprimer : le verdict en une page, puis une fiche par cause ; hors ligne",
        "sne_conformite.rapports.rapport_html", situe=True,
    ),
    FormatDeRapport(
        "JSON", "rapport.json", "application/json", "vos outils, et la page Conformité",
        "sne_conformite.rapports.rapport_json", "json", situe=True,
    ),
    FormatDeRapport(
        "JUnit", "junit.xml", "application/xml", "l'intégration continue : un cas par vérification",
        "sne_conformite.rapports.rapport_junit", "junit",
    ),
    FormatDeRapport(
        "SARIF", "rapport.sarif", "application/sarif+json",
        "les éditeurs, et l'analyse de code de GitHub : chaque manquement à sa place dans votre XML",
        "sne_conformite.rapports.rapport_sarif", "sarif",
    ),
    FormatDeRapport(
        "GitLab", "gl-code-quality.json", "application/json",
        "la qualité du code de GitLab : ce qui est nouveau, dans la demande de fusion",
        "sne_conformite.rapports.annotations_de_forge",
    ),
)  # fmt: skip
#: What says the verdict alone, to whoever does not read the report.
RENDUS: Final = (
    FormatDeRapport(
        "Badge", "badge.svg", "image/svg+xml", "afficher le verdict : dans un README, une page",
        "sne_conformite.rapports.badge",
    ),
    FormatDeRapport(
        "PDF", "attestation.pdf", "application/pdf",
        "remettre le verdict : une page, à joindre à preuves.zip, qui seul le prouve",
        "sne_conformite.rapports.attestation_de_conformite", situe=True,
    ),
)  # fmt: skip
#: What a report is written as, all told.
ECRITS: Final = (*FORMATS, *RENDUS)
#: The file from which a judgement is made again: it holds the exchanges too (`paquet_de_preuves`).
PREUVES: Final = FichierDeRapport(
    "Preuves", "preuves.zip", "application/zip",
    "prouver : journal, procès-verbal, configuration, verdicts, empreintes ; tout s'y rejuge",
)  # fmt: skip
#: Beside it, when there is a key: who vouches for it (`signature`).
ATTESTATION: Final = FichierDeRapport(
    "Attestation", "attestation.dsse.json", "application/vnd.in-toto+json",
    "signer, si une clé est donnée : qui répond de ce dossier (in-toto, DSSE, Ed25519)",
)  # fmt: skip
#: Those that are read beside the package, which the attestation signs too.
PAGES: Final = (FORMATS[0].fichier, *(f.fichier for f in RENDUS))
#: Every file of --report-dir, by its name.
FICHIERS: Final[Mapping[str, FichierDeRapport]] = {f.fichier: f for f in (*ECRITS, PREUVES, ATTESTATION)}
#: Those that are there without a key.
TOUJOURS: Final = tuple(f.fichier for f in (*ECRITS, PREUVES))
#: The forms that stdout may get, by the word of --format.
PAR_OPTION: Final[Mapping[str, FormatDeRapport]] = {f.option: f for f in FORMATS if f.option}


def enumeres() -> str:
    """« rapport.html, rapport.json, junit.xml… et preuves.zip »: those that are always written."""
    *premiers, dernier = TOUJOURS
    return f"{', '.join(premiers)} et {dernier}"
