"""Bases: created from a seed of `fixtures/seeds/`, and put back to their start."""

import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from sandbox.contract.versions import Contrat
from sandbox.domain.base import ANNEES, BASE_PAR_DEFAUT, Base, Horloge
from sandbox.domain.dates import PARIS
from sandbox.domain.guichet import Guichet, NatureGuichet
from sandbox.errors import BaseInconnue, StoreError, UsageError
from sandbox.resources import fixtures_dir
from sandbox.settings import Reglages
from sandbox.store.bases import Portee
from sandbox.store.registre import RegistreBase
from sandbox.store.session import Magasin

#: The seed of a base without a demande.
VIDE: Final = "vide"
#: The largest base that is made from a seed, in households.
TAILLE_MAX: Final = 5_000_000

#: Told how many households of how many are stored.
Progres = Callable[[int, int], None]


def semences() -> list[str]:
    """Names of the seeds that a base can start from: the folders of `fixtures/seeds/`."""
    return sorted(fichier.parent.name for fichier in (fixtures_dir() / "seeds").glob("*/semence.toml"))


def guichets_de(semence: str) -> list[Guichet]:
    """The guichets of a seed; those of `ecole` when it has no list of its own. Raises UsageError."""
    if semence not in semences():
        raise UsageError(
            f"La semence [{semence}] est inconnue.", remede=f"semences : {', '.join(semences())}"
        )
    fichier = fixtures_dir() / "seeds" / semence / "guichets.toml"
    if not fichier.is_file():
        fichier = fixtures_dir() / "seeds" / "ecole" / "guichets.toml"
    return lire_guichets(fichier)


def lire_guichets(fichier: Path) -> list[Guichet]:
    """The guichets written in a TOML file, one table per code."""
    lus: Mapping[str, Mapping[str, Any]] = tomllib.loads(fichier.read_text("utf-8"))
    return [
        Guichet(
            code=code,
            nature=NatureGuichet(table["nature"]),
            territoire=table["territoire"],
            nom=table["nom"],
            adresse=table["adresse"],
            ouvert_le=table["ouvert_le"],
            ferme_le=table.get("ferme_le"),
        )
        for code, table in lus.items()
    ]


def creer(
    magasin: Magasin,
    contrat: Contrat,
    nom: str,
    *,
    semence: str = VIDE,
    seed: int = 0,
    taille: int | None = None,
    horloge: Horloge | None = None,
    reglages: Reglages | None = None,
    progres: Progres | None = None,
) -> Base:
    """A new base, filled from its seed with `taille` households (default: the seed's own number), whole or
    not at all. Raises UsageError when the name is taken or is no name, or the seed is unknown."""
    if not nom or len(nom) > 40 or not all(c.isascii() and (c.isalnum() or c in "-_") for c in nom):
        raise UsageError(
            f"Le nom de base [{nom}] ne convient pas.",
            remede="1 à 40 lettres non accentuées, chiffres, - ou _",
        )
    if any(connue.nom == nom for connue in magasin.bases.lister()):
        raise UsageError(
            f"La base [{nom}] existe déjà.",
            remede=f"choisissez un autre nom, ou « sne-sandbox bases delete {nom} » d'abord",
        )
    horloge = horloge or Horloge()
    maintenant = datetime.now(UTC)
    base = Base(
        nom=nom,
        semence=semence,
        seed=seed,
        horloge=horloge,
        reglages=reglages or Reglages(),
        derniere_nuit=horloge.maintenant(maintenant).date(),  # nothing is due before its first day
        creee_le=maintenant,
    )

    remplir = partial(_remplir, contrat, base, horloge.maintenant(maintenant), taille, progres)
    semee = semence != VIDE or taille
    magasin.bases.creer(base, guichets_de(semence), contrat.evenements, remplir if semee else None)
    return base


def _remplir(
    contrat: Contrat,
    base: Base,
    maintenant: datetime,
    taille: int | None,
    progres: Progres | None,
    registre: RegistreBase,
) -> None:
    from sandbox.generators.semis import semer  # not for nothing: most starts find their base

    semer(
        registre,
        contrat,
        semence=base.semence,
        seed=base.seed,
        taille=taille,
        maintenant=maintenant,
        progres=progres,
    )


def remettre(magasin: Magasin, contrat: Contrat, nom: str, portee: Portee) -> Base:
    """Puts a base back to its start: what `portee` names is emptied, and a state comes back from its seed,
    in the seed's own number, dated back from the base's clock. Raises BaseInconnue."""
    magasin.bases.vider(nom, portee)
    base = magasin.bases.lire(nom)
    if portee in ("etat", "tout") and base.semence != VIDE:
        maintenant = base.horloge.maintenant(datetime.now(UTC))
        with magasin.ecrire(nom) as registre:
            registre.noter_nuit(maintenant.date())
            _remplir(contrat, base, maintenant, None, None, registre)
    return magasin.bases.lire(nom)


def assurer(
    magasin: Magasin,
    contrat: Contrat,
    nom: str = BASE_PAR_DEFAUT,
    *,
    semence: str = VIDE,
    seed: int = 0,
    taille: int | None = None,
    horloge: Horloge | None = None,
    reglages: Reglages | None = None,
    progres: Progres | None = None,
) -> Base:
    """The base of that name, created as by `creer` when it does not exist yet."""
    try:
        return magasin.bases.lire(nom)
    except BaseInconnue:
        pass
    try:
        return creer(
            magasin,
            contrat,
            nom,
            semence=semence,
            seed=seed,
            taille=taille,
            horloge=horloge,
            reglages=reglages,
            progres=progres,
        )
    except (UsageError, StoreError):
        # Another worker may have made it in the meantime.
        if any(connue.nom == nom for connue in magasin.bases.lister()):
            return magasin.bases.lire(nom)
        raise


def lire_horloge(texte: str) -> Horloge:
    """The clock of `--clock`: « real », or an ISO instant at which it is frozen. Raises UsageError."""
    if texte in ("real", "reelle", "réelle"):
        return Horloge()
    return Horloge(fige_a=lire_instant(texte))


def lire_instant(texte: str) -> datetime:
    """An ISO instant, in Paris time when it names no zone. Raises UsageError."""
    try:
        instant = datetime.fromisoformat(texte)
    except ValueError:
        raise UsageError(
            f"L'horloge [{texte}] n'est pas un instant.", remede="real, ou par exemple 2018-03-15T12:00:00"
        ) from None
    if instant.year not in ANNEES:
        raise UsageError(f"L'horloge [{texte}] est trop loin.", remede=f"années {ANNEES[0]} à {ANNEES[-1]}")
    return instant.replace(tzinfo=PARIS) if instant.tzinfo is None else instant
