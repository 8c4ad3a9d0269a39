"""The bases of a store: created, listed, set, emptied, deleted. Seen at once by every process."""

import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

import sqlalchemy as sa

from sne_sandbox.domain.base import Base, Horloge
from sne_sandbox.domain.evenement import TypeEvenement
from sne_sandbox.domain.guichet import Guichet
from sne_sandbox.errors import BaseInconnue, ConflitEtat, StoreError, UsageError
from sne_sandbox.settings import Reglages
from sne_sandbox.store import tables
from sne_sandbox.store.connexion import Connexion, Ligne, RequeteSql
from sne_sandbox.store.referentiel import guichet_de, ligne_guichet, ligne_type, type_de
from sne_sandbox.store.valeurs import (
    instant_ou_rien,
    iso_ou_rien,
    jour_ou_rien,
    micros,
    micros_ou_rien,
)

if TYPE_CHECKING:
    from sne_sandbox.store.registre import RegistreBase
    from sne_sandbox.store.session import Magasin

#: What `vider` empties: the journal; demandes, events, numbers and files; armed pannes; or all three.
Portee = Literal["journal", "etat", "pannes", "tout"]

_NOM: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,39}")
_B: Final = tables.base.c
_P: Final = tables.panne.c
_COLONNES: Final = (
    _B.nom,
    _B.semence,
    _B.seed,
    _B.fige_a,
    _B.decalage,
    _B.reglages,
    _B.derniere_nuit,
    _B.creee_le,
    _B.jeton,
    _B.taille,
    # Rides on what every exchange reads anyway: a base without pannes pays one look-up in an empty index.
    sa.exists()
    .where(_P.base == _B.nom, _P.restantes.is_distinct_from(sa.literal_column("0")))
    .correlate(tables.base)
    .label("pannes"),
)
_LIRE: Final = RequeteSql(sa.select(*_COLONNES).where(_B.nom == sa.bindparam("nom")))
_LISTER: Final = RequeteSql(sa.select(*_COLONNES).order_by(_B.nom))
_CREER: Final = RequeteSql(sa.insert(tables.base))
_REGLER: Final = RequeteSql(
    sa.update(tables.base).where(_B.nom == sa.bindparam("cle")).values(reglages=sa.bindparam("valeur"))
)
_HORLOGE: Final = RequeteSql(
    sa.update(tables.base)
    .where(_B.nom == sa.bindparam("cle"))
    .values(fige_a=sa.bindparam("fige"), decalage=sa.bindparam("ecart"))
)
_NUIT: Final = RequeteSql(
    sa.update(tables.base).where(_B.nom == sa.bindparam("cle")).values(derniere_nuit=sa.bindparam("valeur"))
)
_JETON: Final = RequeteSql(
    sa.update(tables.base).where(_B.nom == sa.bindparam("cle")).values(jeton=sa.bindparam("valeur"))
)
_SUPPRIMER: Final = RequeteSql(sa.delete(tables.base).where(_B.nom == sa.bindparam("cle")))
_VIDER: Final = {
    table: RequeteSql(sa.delete(table).where(table.c.base == sa.bindparam("cle"))) for table in tables.CONTENU
}
_VIDER_COMPTEUR: Final = RequeteSql(
    # Ids go on: an address given out earlier (SNE-Echange) never comes to mean another exchange.
    sa.update(tables.journal_compteur)
    .where(tables.journal_compteur.c.base == sa.bindparam("cle"))
    .values(origine=tables.journal_compteur.c.dernier, oublies=0)
)
_GUICHETS: Final = RequeteSql(
    sa.select(tables.guichet)
    .where(tables.guichet.c.base == sa.bindparam("base"))
    .order_by(tables.guichet.c.code)
)
_TYPES: Final = RequeteSql(
    sa.select(tables.type_evenement)
    .where(tables.type_evenement.c.base == sa.bindparam("base"))
    .order_by(tables.type_evenement.c.code)
)
_AJOUTER_GUICHET: Final = RequeteSql(sa.insert(tables.guichet))
_AJOUTER_TYPE: Final = RequeteSql(sa.insert(tables.type_evenement))


@dataclass(frozen=True, slots=True)
class Referentiel:
    """Guichets and event types of a base, by code, in order; `jeton` tells one state of them from another."""

    jeton: int
    guichets: Mapping[str, Guichet]
    types: Mapping[str, TypeEvenement]


@dataclass(frozen=True, slots=True)
class BaseLue:
    """A base, the token of its guichets and event types, and whether a panne is armed in it."""

    base: Base
    jeton: int
    pannes: bool = False


class Bases:
    """The bases of a store."""

    def __init__(self, magasin: "Magasin") -> None:
        self._magasin = magasin
        self._referentiels: dict[str, Referentiel] = {}

    def creer(
        self,
        base: Base,
        guichets: Iterable[Guichet] = (),
        types_evenements: Iterable[TypeEvenement] = (),
        remplir: "Callable[[RegistreBase], object] | None" = None,
    ) -> Base:
        """Creates `base`, filled by `remplir` in the same transaction: whole, or not at all; answers it with
        its day of creation (the machine's, when it has none). Raises UsageError for a name that does not fit
        an address, ConflitEtat for one that is taken."""
        verifier_nom(base.nom)
        with self._magasin.transaction(ecriture=True, verrou=base.nom) as connexion:
            if connexion.ligne(_LIRE, {"nom": base.nom}) is not None:
                raise ConflitEtat(
                    f"La base [{base.nom}] existe déjà.",
                    remede=f"choisissez un autre nom, ou « sne-sandbox bases delete {base.nom} » d'abord",
                )
            creee = inserer(connexion, base, guichets, types_evenements)
            if remplir is not None:
                from sne_sandbox.store.registre import RegistreBase  # it imports this module

                remplir(RegistreBase(connexion, self.dans(connexion, base.nom), self))
            return creee

    def lire(self, nom: str) -> Base:
        """The base of that name. Raises BaseInconnue, StoreError when its row does not read."""
        with self._magasin.transaction(ecriture=False) as connexion:
            return self.dans(connexion, nom).base

    def lister(self) -> list[Base]:
        """All bases, by name. One whose row does not read is logged and left out: the others live on."""
        with self._magasin.transaction(ecriture=False) as connexion:
            lignes = list(connexion.lignes(_LISTER, {}))
        lues = []
        for ligne in lignes:
            try:
                lues.append(_base_de(ligne).base)
            except StoreError as erreur:
                import structlog  # half a dozen libraries of colours, for a row that nobody here wrote

                structlog.get_logger("sne_sandbox.store").error("base left out", reason=str(erreur))
        return lues

    def supprimer(self, nom: str) -> None:
        """Deletes the base and all it holds, journal included. Raises BaseInconnue."""
        with self._magasin.transaction(ecriture=True, verrou=nom) as connexion:
            self._ligne(connexion, nom)  # unread: a row that does not read can be deleted
            effacer(connexion, nom)

    def regler(self, nom: str, reglages: Reglages) -> None:
        """Replaces the settings of the base. Raises BaseInconnue."""
        self._modifier(_REGLER, nom, valeur=ecrire_reglages(reglages))

    def horloge(self, nom: str, horloge: Horloge) -> None:
        """Sets the clock of the base. Raises BaseInconnue."""
        self._modifier(_HORLOGE, nom, **_colonnes_de(horloge))

    def vider(self, nom: str, portee: Portee) -> None:
        """Empties part of the base; its clock, settings, guichets and event types stay. Numbers start again
        with « etat », ids of exchanges never do. Raises BaseInconnue."""
        with self._magasin.transaction(ecriture=True, verrou=nom) as connexion:
            self.dans(connexion, nom)
            vider(connexion, nom, portee)

    # --- inside a transaction of the caller --------------------------------------------------------

    def dans(self, connexion: Connexion, nom: str) -> BaseLue:
        """The base, read in `connexion`. Raises BaseInconnue, StoreError when its row does not read."""
        return _base_de(self._ligne(connexion, nom))

    def _ligne(self, connexion: Connexion, nom: str) -> Ligne:
        # A name out of an address may hold what no column takes.
        ligne = connexion.ligne(_LIRE, {"nom": nom}) if _NOM.fullmatch(nom) else None
        if ligne is None:
            raise BaseInconnue(nom)
        return ligne

    def referentiel(self, connexion: Connexion, lue: BaseLue) -> Referentiel:
        """Guichets and event types of a base, remembered from one transaction to the next."""
        connu = self._referentiels.get(lue.base.nom)
        if connu is None or connu.jeton != lue.jeton:
            cle = {"base": lue.base.nom}
            guichets = [guichet_de(ligne) for ligne in connexion.lignes(_GUICHETS, cle)]
            types = [type_de(ligne) for ligne in connexion.lignes(_TYPES, cle)]
            connu = Referentiel(lue.jeton, {g.code: g for g in guichets}, {t.code: t for t in types})
            self._referentiels[lue.base.nom] = connu
        return connu

    def _modifier(self, requete: RequeteSql, nom: str, **valeurs: Any) -> None:
        with self._magasin.transaction(ecriture=True, verrou=nom) as connexion:
            self.dans(connexion, nom)
            connexion.faire(requete, {"cle": nom, **valeurs})


def verifier_nom(nom: str) -> None:
    """Raises UsageError for a name that does not fit an address."""
    if not _NOM.fullmatch(nom):
        raise UsageError(
            f"Le nom de base [{nom[:60]}] ne convient pas.",
            remede="1 à 40 lettres non accentuées, chiffres, - ou _, le premier une lettre ou un chiffre",
        )


def changer_jeton(connexion: Connexion, nom: str) -> None:
    """Tells every process that what it remembers of the guichets and event types is stale."""
    connexion.faire(_JETON, {"cle": nom, "valeur": secrets.randbits(62)})


def inserer(
    connexion: Connexion, base: Base, guichets: Iterable[Guichet], types_evenements: Iterable[TypeEvenement]
) -> Base:
    """Writes the rows of a base that does not exist; answers it with its day of creation."""
    creee_le = base.creee_le or datetime.now(UTC)
    connexion.faire(
        _CREER,
        {
            "nom": base.nom,
            "semence": base.semence,
            "seed": base.seed,
            "fige_a": micros_ou_rien(base.horloge.fige_a),
            "decalage": base.horloge.decalage // timedelta(microseconds=1),
            "reglages": ecrire_reglages(base.reglages),
            "derniere_nuit": iso_ou_rien(base.derniere_nuit),
            "creee_le": micros(creee_le),
            "jeton": secrets.randbits(62),
            "taille": base.taille,
        },
    )
    connexion.faire_tout(_AJOUTER_GUICHET, [ligne_guichet(base.nom, guichet) for guichet in guichets])
    connexion.faire_tout(_AJOUTER_TYPE, [ligne_type(base.nom, type_) for type_ in types_evenements])
    ligne = connexion.ligne(_LIRE, {"nom": base.nom})
    assert ligne is not None
    return _base_de(ligne).base


def effacer(connexion: Connexion, nom: str, *, sauf: Sequence[sa.Table] = ()) -> None:
    """Deletes all rows of a base, but for those of the tables `sauf`."""
    for table in tables.CONTENU:
        if table not in sauf:
            connexion.faire(_VIDER[table], {"cle": nom})
    connexion.faire(_SUPPRIMER, {"cle": nom})


def vider(connexion: Connexion, nom: str, portee: Portee) -> None:
    """Empties part of a base, as `Bases.vider` does."""
    if portee in ("etat", "tout"):
        for table in tables.ETAT:
            connexion.faire(_VIDER[table], {"cle": nom})
        connexion.faire(_NUIT, {"cle": nom, "valeur": None})
    if portee in ("pannes", "tout"):
        connexion.faire(_VIDER[tables.panne], {"cle": nom})
    if portee in ("journal", "tout"):
        connexion.faire(_VIDER[tables.echange], {"cle": nom})
        connexion.faire(_VIDER_COMPTEUR, {"cle": nom})


def noter_nuit(connexion: Connexion, nom: str, jour: date) -> None:
    """Records that the nightly work of `jour` is done."""
    connexion.faire(_NUIT, {"cle": nom, "valeur": jour.isoformat()})


def regler_horloge(connexion: Connexion, nom: str, horloge: Horloge) -> None:
    """Sets the clock of a base."""
    connexion.faire(_HORLOGE, {"cle": nom, **_colonnes_de(horloge)})


def changer_reglages(connexion: Connexion, nom: str, reglages: Reglages) -> None:
    """Replaces the settings of a base."""
    connexion.faire(_REGLER, {"cle": nom, "valeur": ecrire_reglages(reglages)})


def _colonnes_de(horloge: Horloge) -> dict[str, int | None]:
    return {
        "fige": micros_ou_rien(horloge.fige_a),
        "ecart": horloge.decalage // timedelta(microseconds=1),
    }


def ecrire_reglages(reglages: Reglages) -> str:
    """Settings as their column holds them."""
    return json.dumps(asdict(reglages), ensure_ascii=False, sort_keys=True)


@lru_cache(maxsize=64)
def lire_reglages(texte: str) -> Reglages:
    """Settings from their column. Raises UsageError for one that this version does not know."""
    return Reglages.de(json.loads(texte))


def verifier_rangee(rangee: Mapping[str, Any]) -> None:
    """Raises StoreError, or OverflowError (its clock shows no day), for a row of the table of bases (by
    column) that this version cannot read."""
    lue = _base_de([*(rangee[colonne.name] for colonne in _COLONNES[:-1]), False])
    lue.base.horloge.maintenant(datetime.now(UTC))


def _base_de(ligne: "Ligne | Sequence[Any]") -> BaseLue:
    nom, semence, seed, fige_a, decalage, reglages, derniere_nuit, creee_le, jeton, taille, pannes = ligne
    try:
        base = Base(
            nom=nom,
            semence=semence,
            seed=seed,
            horloge=Horloge(instant_ou_rien(fige_a), timedelta(microseconds=decalage)),
            reglages=lire_reglages(reglages),
            derniere_nuit=jour_ou_rien(derniere_nuit),
            creee_le=instant_ou_rien(creee_le),
            taille=taille,
        )
    except (UsageError, ValueError, OverflowError, TypeError, AttributeError) as erreur:
        raise StoreError(
            f"La base [{nom}] ne se lit pas dans cette version : {erreur}",
            remede="remettez la version qui l'a écrite, ou supprimez cette base",
        ) from erreur
    return BaseLue(base, jeton, bool(pannes))
