"""The options of what judges: the files of a report, known failures, the candidate, the key that signs."""

import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from sne_conformite.rapports import formats_de_rapport
from sne_sandbox.cli.options import option_de_forme

_F = TypeVar("_F", bound=Callable[..., Any])
_D = TypeVar("_D")

#: A key to sign with: a file, or the PEM text itself.
VARIABLE_CLE: Final = "SNE_SANDBOX_CLE"


@dataclass(frozen=True)
class RapportDemande:
    """The requests of the options of `sorties_de_rapport`: the folder, the requirements whose evidence may
    not lack, whether an accident of the tool counts, the baseline, the candidat, the mentions, the key, and
    what stdout gets."""

    dossier: Path | None = None
    exigees: tuple[str, ...] = ()
    juger_tout: bool = False
    reference: Path | None = None
    candidat: Path | None = None
    mentions: tuple[str, ...] = ()
    cle: str | None = None
    forme: str = "text"


@dataclass(frozen=True)
class Verificateur:
    """The verifier, and what it brings: the keys that it trusts, the challenge that it gave, the plan that it
    knows (None: that of the interface), the number that the certificate must have ("": any); its key signs
    too with `contresigner`."""

    confiance: Path | None = None
    defi: str = ""
    plan: Path | None = None
    contresigner: bool = False
    numero: str = ""


def extraire(classe: type[_D], dits: dict[str, Any]) -> _D:
    """The options that are the fields of a dataclass, taken out of all that a command was told."""
    noms = [champ.name for champ in fields(classe) if champ.name in dits]  # type: ignore[arg-type]
    return classe(**{nom: dits.pop(nom) for nom in noms})


def _taire(ctx: click.Context, param: click.Parameter, valeur: str | None) -> str | None:
    """Removes the key from the environment: the processes that we start, above all the application, do not
    get it."""
    os.environ.pop(VARIABLE_CLE, None)
    return valeur


_OPTIONS: Final = (
    click.option("--report-dir", "dossier", type=click.Path(path_type=Path, file_okay=False),
                 metavar="DOSSIER", help=f"Où écrire {formats_de_rapport.enumeres()}."),
    click.option("--require", "exigees", multiple=True, metavar="ID",
                 help="Exigence dont la preuve ne peut pas manquer (peut se répéter)."),
    click.option("--juger-tout", is_flag=True,
                 help="Sortir avec 3 si tout est conforme, sauf un échange resté non jugé."),
    click.option("--baseline", "reference", type=click.Path(path_type=Path, dir_okay=False, exists=True),
                 metavar="FICHIER", help="Manquements connus, avec raison et échéance."),
    click.option("--candidat", "candidat", type=click.Path(path_type=Path, dir_okay=False), metavar="FICHIER",
                 help="Le produit, tel que son éditeur le déclare et l'atteste (candidat.toml)."),
    click.option("--mention", "mentions", multiple=True, metavar="ID",
                 help="Mention à acquérir, avec ou sans réserves : sortie 1 sinon (peut se répéter)."),
    click.option("--cle", envvar=VARIABLE_CLE, callback=_taire, metavar="FICHIER", show_envvar=True,
                 help="Clé qui signe preuves.zip (« sne-sandbox cles creer » en fait une)."),
)  # fmt: skip


def sorties_de_rapport(*, forme: bool = True) -> Callable[[_F], _F]:
    """Add what a judgement is asked for: --report-dir, --require, --juger-tout, --baseline, --candidat,
    --mention, --cle and, unless `forme` is False, --format, as the fields of `RapportDemande`."""

    def ajouter(fonction: _F) -> _F:
        if forme:
            aide = "Forme du rapport, seul sur la sortie standard."
            fonction = option_de_forme("text", *formats_de_rapport.PAR_OPTION, aide=aide)(fonction)
        for option in reversed(_OPTIONS):
            fonction = option(fonction)
        return fonction

    return ajouter
