"""Recorded exchanges, wherever they are: evidence, the journal of a base, what the relay wrote."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zipfile import is_zipfile

from sne_sandbox.conformance import trafic
from sne_sandbox.conformance.preparation import remises_notees
from sne_sandbox.domain.base import BASE_PAR_DEFAUT
from sne_sandbox.domain.echange import Echange
from sne_sandbox.errors import UsageError
from sne_sandbox.reports import evidence
from sne_sandbox.settings import Reglages
from sne_sandbox.store.pilotes import adresse
from sne_sandbox.store.session import Magasin

#: The base that the relay records in, unless it is told another.
RELAIS: Final = "proxy"


@dataclass(frozen=True, slots=True)
class Enregistrement:
    """A recording. `echanges` gives them from the first each time; `contrat` is the name of theirs, "" when
    nothing tells it; `remises` the ids before which the base was emptied, as far as it is noted apart;
    `certificats` says that their server saw the client certificates; `surcharge` are the files of the user's
    own that lay over the contract."""

    nom: str
    echanges: Callable[[], Iterable[Echange]]
    nombre: int
    contrat: str
    reglages: Reglages
    remises: Collection[int]
    certificats: bool
    surcharge: tuple[str, ...] = ()


@contextmanager
def ouvrir(
    fichier: Path | None, base: str | None, home: Path, database: str | None
) -> Iterator[Enregistrement]:
    """The recording of an evidence package, of the home of a relay (`fichier`), or of a base of `home`.
    Raises UsageError when it is none of them, or two; BaseInconnue, StoreError."""
    if fichier is None and base is None:
        raise UsageError(
            "Il n'y a rien à rejouer.", remede="donnez un preuves.zip, un dossier de relais, ou --base NOM"
        )
    if fichier is None:
        with _magasin(home, database) as magasin:
            yield _de_la_base(magasin, base or BASE_PAR_DEFAUT, f"base {base}")
    elif fichier.is_dir():
        embarquee = adresse(None, fichier)
        if not isinstance(embarquee, Path) or not embarquee.is_file():
            raise UsageError(
                f"Le dossier [{fichier}] ne contient aucun enregistrement.",
                remede="donnez le --home de « sne-sandbox proxy », et non ce que --export a écrit",
            )
        with _magasin(fichier, None) as magasin:
            yield _de_la_base(magasin, base or RELAIS, f"{fichier}, base {base or RELAIS}")
    else:
        if base is not None:
            raise UsageError("Un fichier de preuves n'a pas de base à choisir.", remede="retirez --base")
        if fichier.is_file() and not is_zipfile(fichier):
            raise UsageError(
                f"Le fichier [{fichier}] n'est pas un enregistrement.",
                remede="donnez un preuves.zip écrit par --report-dir, ou le --home de « sne-sandbox proxy »",
            )
        yield _des_preuves(fichier)


@contextmanager
def _magasin(home: Path, database: str | None) -> Iterator[Magasin]:
    magasin = Magasin.ouvrir(database, home)
    with magasin:
        yield magasin


def _des_preuves(fichier: Path) -> Enregistrement:
    dossier = evidence.lire(fichier)
    entete = dossier.rapport.entete
    notees = remises_notees(dossier.proces_verbal()) if dossier.plan else set()
    return Enregistrement(
        fichier.name,
        lambda: iter(dossier.echanges),
        len(dossier.echanges),
        entete.contrat,
        Reglages(profile=entete.profil),
        notees,
        certificats=True,
        surcharge=entete.surcharge,
    )


def _de_la_base(magasin: Magasin, nom: str, dit: str) -> Enregistrement:
    base = magasin.bases.lire(nom)
    gardes, _ = magasin.journal.compter(nom)
    return Enregistrement(
        dit,
        lambda: trafic.parcourir(magasin, nom),
        gardes,
        "",
        base.reglages,
        (),
        # The relay notes what a caller showed it, and calls the real server with its own certificate.
        certificats=nom != RELAIS,
    )
