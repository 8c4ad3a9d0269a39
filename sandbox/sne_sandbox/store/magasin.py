"""The store: one database that holds many bases, their journal beside them.

Bases are created, listed, set, emptied, deleted here, seen at once by every process; what is in one of them
is read and written by its register.
"""

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from sne_interface.domain.base import Base, Guichet, est_nom_de_base, verifier_nom
from sne_interface.domain.evenement import TypeEvenement
from sne_interface.errors import BaseInconnue, ConflitEtat, SandboxError, StoreError
from sne_interface.settings import PAR_NOM
from sne_sandbox.journal_technique import journal_technique
from sne_sandbox.store import requetes_sql, schema_sql, tables
from sne_sandbox.store.ateliers_en_base import Ateliers
from sne_sandbox.store.base_de_donnees import BaseDeDonnees
from sne_sandbox.store.connexion_en_transaction import Connexion, Ligne
from sne_sandbox.store.defaillances import base_en_panne
from sne_sandbox.store.jetons_en_base import Jetons, revoquer_ceux_de
from sne_sandbox.store.journal import Journal
from sne_sandbox.store.lignes import COLONNES_BASE, BaseLue, base_de, ligne_base, ligne_guichet, ligne_type
from sne_sandbox.store.plusieurs_serveurs import partitions_du_journal
from sne_sandbox.store.registre import Referentiels, RegistreBase
from sne_sandbox.store.requetes_sql import SQL

if TYPE_CHECKING:
    from sne_sandbox.store.plusieurs_serveurs.voisins import Voisins

_Fait = TypeVar("_Fait")
#: How much longer who is told of changes waits between two looks of its own, and the shortest time (seconds)
#: between two.
_PATIENCE: Final = 10
_POSE: Final = 0.1


class Magasin(BaseDeDonnees):
    """The store of one database. Shared by all threads of a process; each process opens its own."""

    def __init__(self, url: str | None, home: Path, *, journal_max: int, synchronous: str) -> None:
        super().__init__(url, home, synchronous=synchronous)
        self.referentiels = Referentiels()
        self.journal = Journal(self, maximum=journal_max)
        self.bases = Bases(self)
        self.jetons = Jetons(self)
        self.ateliers = Ateliers(self)
        #: By base, the last night after which so many were due that it was asked whether they are to be run.
        self.nuits_demandees: dict[str, date | None] = {}
        #: The other processes of this database, while this one serves PostgreSQL (`saluer`).
        self.voisins: Voisins | None = None
        self._regardees: dict[str, tuple[Ligne, BaseLue]] = {}

    @classmethod
    def ouvrir(
        cls,
        url: str | None,
        home: Path,
        *,
        migrer: bool = True,
        journal_max: int = PAR_NOM["journal_max"].defaut,
        synchronous: str = "NORMAL",
    ) -> Self:
        """Opens the database at `url`, the embedded SQLite file of `home` for None, and brings its tables up
        to date (`migrer=False`: refuses one that is not); `synchronous` is the setting of that name. Raises
        StoreError, with its remedy."""
        magasin = cls(url, home, journal_max=journal_max, synchronous=synchronous)
        try:
            schema_sql.preparer(magasin, migrer=migrer)
        except BaseException as erreur:
            magasin.fermer()
            if isinstance(erreur, magasin.bogues):  # no right on the schema, for one
                raise base_en_panne(erreur) from erreur
            raise
        return magasin

    def saluer(self, version: str, contrats: Callable[[], str]) -> None:
        """Joins the processes that serve this database (`voisins`), until `fermer`; alone on SQLite."""
        if self.dialecte == "postgresql":
            from sne_sandbox.store.plusieurs_serveurs.voisins import Voisins

            self.voisins = Voisins(self, version, contrats)
            self.signaler = self.voisins.signaler

    def quitter(self) -> None:
        """Takes leave of those that `saluer` joined."""
        if self.voisins is not None:
            self.signaler = None
            self.voisins.fermer()
            self.voisins = None

    def fermer(self) -> None:
        """Takes leave of the others; closes all connections."""
        self.quitter()
        super().fermer()

    def veille(self, quoi: str) -> Callable[[float], None]:
        """Returns a function that waits for a change of a base, or of another thing with a name. Its argument
        is the time (seconds) that the caller would sleep between two looks. Where processes tell one another,
        it returns at once on a change, or much later."""
        voisins = self.voisins
        if voisins is None:
            return time.sleep
        connues, vu = voisins.nouvelles(quoi), time.monotonic()

        def attendre(pas: float) -> None:
            nonlocal connues, vu
            connues = voisins.attendre(quoi, connues, pas * _PATIENCE)
            # Of a base that changes all the time, no more looks than eyes can follow.
            time.sleep(max(0.0, min(pas, _POSE) - (time.monotonic() - vu)))
            vu = time.monotonic()

        return attendre

    @contextmanager
    def ecrire(self, base: str) -> Iterator[RegistreBase]:
        """The register of `base`, to be written: its only writer until the end. Committed at the end, rolled
        back when an exception passes. Raises BaseInconnue, and StoreError when the database fails."""
        with self.transaction(ecriture=True, verrou=base) as connexion:
            yield self._registre(connexion, base)

    def ecrire_ensemble(self, base: str, faire: Callable[[RegistreBase], _Fait]) -> _Fait:
        """Returns the answer of `faire` on the register of `base`, once its writes are committed, together
        with the exchanges that wait at that moment (`BaseDeDonnees.grouper`). Raises as `ecrire`."""
        return self.grouper(base, lambda connexion: faire(self._registre(connexion, base)))

    def regarder(self, base: str) -> BaseLue:
        """The base as it is, and whether a panne is armed: a look, for a fifth of the price of `lire`. Raises
        as it does."""
        return self._base_de(self, base)

    def _base_de(self, ou: Connexion | Self, base: str) -> BaseLue:
        ligne = lire_ligne(ou, base)
        connue, lue = self._regardees.get(base, (None, None))
        if connue != ligne or lue is None:
            lue = base_de(ligne)
            self._regardees[base] = ligne, lue
        return lue

    @contextmanager
    def lire(self, base: str) -> Iterator[RegistreBase]:
        """The register of `base` as it is at one moment. Raises as `ecrire`."""
        with self.transaction(ecriture=False) as connexion:
            yield self._registre(connexion, base)

    def _registre(self, connexion: Connexion, base: str) -> RegistreBase:
        # Read once for all who share the transaction: they alone may change it.
        lue = connexion.memoire.get(base)
        if lue is None:
            lue = connexion.memoire[base] = self._base_de(connexion, base)
        return RegistreBase(connexion, lue, self.referentiels)


class Bases:
    """The bases of a store, as wholes: each deed is a transaction of its own."""

    def __init__(self, magasin: Magasin) -> None:
        self._magasin = magasin

    def creer(
        self,
        base: Base,
        guichets: Iterable[Guichet] = (),
        types_evenements: Iterable[TypeEvenement] = (),
        remplir: Iterable[Callable[[RegistreBase], object]] | None = None,
    ) -> Base:
        """Creates `base`, filled by the steps of `remplir`, each in a transaction of its own: others write
        between them, and nobody sees the base before it is whole. Answers it with its day of creation (the
        machine's, when it has none). Raises UsageError for a name that does not fit an address, ConflitEtat
        for one that is taken."""
        verifier_nom(base.nom)
        nom = base.nom
        datee = base if base.creee_le is not None else replace(base, creee_le=datetime.now(UTC))
        jeton = secrets.randbits(62)
        if remplir is None:
            lue = self._inscrire(datee, jeton, guichets, types_evenements)
            if lue is not None:
                return lue.base
        with self._magasin.remplissage(nom):
            debut = jeton if remplir is None else -1 - jeton
            lue = self._inscrire(datee, debut, guichets, types_evenements, seul=True)
            assert lue is not None
            try:
                for etape in remplir or ():
                    with self._remplir(lue) as connexion:
                        etape(RegistreBase(connexion, lue, self._magasin.referentiels))
                if remplir is not None:
                    with self._remplir(lue) as connexion:
                        connexion.faire(requetes_sql.regler_base("jeton"), {"cle": nom, "jeton": jeton})
            except BaseException:
                # Alone: nobody may go on with a connection that is closed now.
                with suppress(SandboxError), self._remplir(lue) as connexion:
                    effacer(connexion, nom)
                raise
        return lue.base

    @contextmanager
    def _remplir(self, lue: BaseLue) -> Iterator[Connexion]:
        """A transaction that writes to a base that is being filled. Raises ConflitEtat when it is another one
        by now: one that was restored."""
        nom = lue.base.nom
        with self._magasin.transaction(ecriture=True, verrou=nom) as connexion:
            ligne = connexion.ligne(SQL["base_meme_inachevee"], {"cle": nom})
            if ligne is None or base_de(ligne).jeton != lue.jeton:
                raise ConflitEtat(
                    f"La base [{nom}] a été remplacée pendant qu'elle se remplissait.",
                    remede="gardez celle qui est là, ou recommencez sous un autre nom",
                )
            yield connexion

    def _inscrire(
        self,
        base: Base,
        jeton: int,
        guichets: Iterable[Guichet],
        types_evenements: Iterable[TypeEvenement],
        *,
        seul: bool = False,
    ) -> BaseLue | None:
        """The empty base; None when somebody may be filling one of that name. `seul` says that nobody is:
        what is there is of a process that died. Raises ConflitEtat."""
        nom = base.nom
        with self._magasin.transaction(ecriture=True, verrou=nom) as connexion:
            if connexion.ligne(SQL["base"], {"cle": nom}) is not None:
                raise ConflitEtat(
                    f"La base [{nom}] existe déjà.",
                    remede=f"choisissez un autre nom, ou « sne-sandbox bases delete {nom} » d'abord",
                )
            if connexion.ligne(SQL["base_meme_inachevee"], {"cle": nom}) is not None:
                if not seul:
                    return None
                effacer(connexion, nom)
            connexion.faire(requetes_sql.CREER_BASE, {**ligne_base(base), "jeton": jeton})
            connexion.faire_tout(requetes_sql.AJOUTER_GUICHET, [ligne_guichet(nom, g) for g in guichets])
            connexion.faire_tout(requetes_sql.AJOUTER_TYPE, [ligne_type(nom, t) for t in types_evenements])
            ligne = connexion.ligne(SQL["base_meme_inachevee"], {"cle": nom})
            assert ligne is not None
            return base_de(ligne)

    def balayer(self) -> None:
        """Deletes what is left of bases whose filling was killed, and of those that were deleted while
        somebody read."""
        partitions_du_journal.balayer(self._magasin)
        for (nom,) in self._magasin.lignes(SQL["inachevees"], {}):
            with self._magasin.remplissage(nom, attendre=False) as seul:
                if not seul:
                    continue
                with self._magasin.transaction(ecriture=True, verrou=nom) as connexion:
                    # It may have been made whole meanwhile.
                    if connexion.ligne(SQL["base"], {"cle": nom}) is None:
                        effacer(connexion, nom)

    def lire(self, nom: str) -> Base:
        """The base of that name. Raises BaseInconnue, StoreError when its row does not read."""
        return base_de(lire_ligne(self._magasin, nom)).base

    def lister(self) -> list[Base]:
        """All bases, by name. One whose row does not read is logged and left out: the others live on."""
        lues = []
        for ligne in self._magasin.lignes(SQL["bases"], {}):
            try:
                lues.append(base_de(ligne).base)
            except StoreError as erreur:
                journal_technique("sne_sandbox.store").error("base left out", reason=str(erreur))
        return lues

    def supprimer(self, nom: str) -> None:
        """Deletes the base and all it holds, journal included: what is long of it first, step by step where
        others would wait (SQLite). Raises BaseInconnue."""
        magasin = self._magasin
        lire_ligne(magasin, nom)
        while magasin.dialecte == "sqlite" and magasin.journal.raccourcir(nom):
            pass
        with magasin.transaction(ecriture=True, verrou=nom) as connexion:
            lire_ligne(connexion, nom)  # unread: a row that does not read can be deleted
            effacer(connexion, nom)
            revoquer_ceux_de(connexion, nom)
        partitions_du_journal.balayer(magasin)


def lire_ligne(connexion: Connexion | Magasin, nom: str) -> Ligne:
    """The row of a base as it is stored (its settings may not be known to this version). Raises
    BaseInconnue."""
    # A name out of an address may hold what no column takes.
    ligne = connexion.ligne(SQL["base"], {"cle": nom}) if est_nom_de_base(nom) else None
    if ligne is None:
        raise BaseInconnue(nom)
    return ligne


def effacer(connexion: Connexion, nom: str, *, sauf: Sequence[tables.Table] = ()) -> None:
    """Deletes all rows of a base, but for those of the tables `sauf`."""
    if tables.echange not in sauf:
        partitions_du_journal.vider(connexion, nom)
    for table in tables.CONTENU:
        if table not in sauf:
            connexion.faire(requetes_sql.VIDER[table.nom], {"cle": nom})
    connexion.faire(SQL["supprimer_base"], {"cle": nom})


def verifier_rangee(rangee: Mapping[str, Any]) -> Base:
    """The base of a row of the table of bases (by column). Raises StoreError, or OverflowError (its clock
    shows no day), for one that this version cannot read."""
    lue = base_de([*(rangee[colonne] for colonne in COLONNES_BASE), False])
    lue.base.horloge.maintenant(datetime.now(UTC))
    return lue.base
