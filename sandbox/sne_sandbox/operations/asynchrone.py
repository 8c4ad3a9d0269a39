"""The asynchronous channel: files left in a guichet's inbox, answered in its outbox.

A file is processed as getNumUnique, by the same pipeline and the same rules, its guichet that of the box.
It is answered by a file of the same name under RET: the document with its numéro, or with `listeAnomalie`;
by a text `.err` when it cannot be read. After 31 December 2018 by the base's clock the answer is ASY001.

Conventions of ours:
- the table of files is what counts, the folders (`dossiers`) are a view of it;
- files are taken by `relever`: when it is asked for, and every minute for the guichets whose folders are
  there; the first use of a box makes them, and anybody may;
- the answer to a file, its line of the journal and what it changed are one transaction;
- the attestation of a registration or a renewal lies beside the answer, under ATT;
- a file left again under a name it had is processed again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Generic, Protocol, TypeVar

from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.anomalie import Anomalie
from sne_sandbox.domain.exchange import ASYNCHRONE, Appel, Constats, Piece, Reponse
from sne_sandbox.domain.guichet import Guichet
from sne_sandbox.domain.journal import FICHIER, Echange, VerdictEchange
from sne_sandbox.domain.nombres import nombre
from sne_sandbox.errors import ExchangeError, OperatorError, UsageError
from sne_sandbox.operations import dispatching
from sne_sandbox.operations.dossiers import NOM, NOM_ADMIS, DossiersGuichet, ouverts
from sne_sandbox.rules import engine
from sne_sandbox.rules.context import Contexte
from sne_sandbox.settings import Limites
from sne_sandbox.store.fichiers import Boite, Boites, Depot
from sne_sandbox.store.registre import RegistreBase
from sne_sandbox.store.session import Magasin

#: Type of the rules of the channel.
TYPE_REGLES: Final = "ASY"
OPERATION: Final = "getNumUnique"
#: Documents dispatched in one transaction, and in one visit.
LOT: Final = 100
VISITE_MAX: Final = 1_000
#: The minute's round leaves alone what changed less than this many seconds ago: it may be being written.
AGE_MIN: Final = 2.0


def juger(contexte: Contexte, contrat: Contrat, profil: str) -> list[Anomalie]:
    """What the rules of the channel itself find in a message that came by it."""
    trouvees = engine.juger(replace(contexte, type_fichier=TYPE_REGLES), contrat, profil)
    return [a for a in trouvees if TYPE_REGLES in contrat.regles[a.regle].types]


class Travail(Protocol):
    """The unit of work of one exchange, as the pipeline knows it."""

    def ecriture(self) -> RegistreBase:
        """The register, to write."""

    def __enter__(self) -> Any: ...

    def __exit__(self, *args: Any) -> bool | None: ...


T = TypeVar("T", bound=Travail)


@dataclass(frozen=True, slots=True)
class Traite:
    """A file that was processed, and its answer. `echange` is the line of the journal."""

    nom: str
    verdict: VerdictEchange
    reponse: str
    numero_unique: str | None
    echange: int | None


@dataclass(frozen=True, slots=True)
class ReleveBoites:
    """What a visit to the boxes of a guichet did: files processed, documents dispatched, changes that wait
    for the next visit, files that the folder keeps because the box does not take their name."""

    traites: tuple[Traite, ...]
    distribues: int
    en_attente: int
    ignores: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CanalAsynchrone(Generic[T]):
    """The channel of all bases of a store. `traiter` is the pipeline's step from call to answer, `ouvrir`
    gives it its unit of work over a base."""

    magasin: Magasin
    contrat: Contrat
    home: Path
    traiter: Callable[[Appel, Constats, T], Reponse]
    ouvrir: Callable[[Magasin, str], T]
    limites: Limites

    # --- what a guichet does -----------------------------------------------------------------------

    def deposer(self, base: str, guichet: Guichet, nom: str, contenu: bytes) -> None:
        """Leaves a file in the inbox. Raises UsageError for a name or a size that the box does not take."""
        if not NOM.fullmatch(nom):
            raise UsageError(
                f"Le nom de fichier [{nom}] ne convient pas.",
                remede=NOM_ADMIS,
            )
        if len(contenu) > self.limites.xml_max:
            raise UsageError(
                # A caller stops reading one byte beyond: how big the whole is, nobody knows.
                f"Le fichier [{nom}] est trop gros.",
                remede=f"un document a {nombre(self.limites.xml_max)} octets au plus (--xml-max)",
            )
        self._dossiers(base, guichet.code).ouvrir()
        with self.magasin.ecrire(base) as registre:
            _boites(registre, guichet.code).deposer(Boite.ENTREE, nom, contenu, datetime.now(UTC))

    def relever(self, base: str, guichet: Guichet, *, age_min: float = 0.0) -> ReleveBoites:
        """Takes what lies in the inbox and its folder (`age_min` seconds old), processes it in the order it
        came, dispatches, and fills the outbox's folder."""
        self._dossiers(base, guichet.code).ouvrir()
        self._prendre(base, guichet.code, age_min)
        with self.magasin.lire(base) as registre:
            attendent = [d for d in _boites(registre, guichet.code).lister(Boite.ENTREE) if not d.traite_le]
        traites = tuple(t for d in attendent if (t := self._repondre(base, guichet.code, d)) is not None)
        distribues, en_attente = self.distribuer(base, guichet)
        return ReleveBoites(
            traites, distribues, en_attente, tuple(self._dossiers(base, guichet.code).ignores())
        )

    def distribuer(self, base: str, guichet: Guichet) -> tuple[int, int]:
        """Dispatches to the outbox, and fills its folder: how many documents, how many changes still wait."""
        total, en_attente = 0, 1
        while en_attente and total < VISITE_MAX:
            with self.magasin.ecrire(base) as registre:
                mis, en_attente = dispatching.distribuer(registre, self.contrat, guichet, LOT)
            total += mis
        self._publier(base, guichet.code)
        return total, en_attente

    def oter(self, base: str, guichet: Guichet, nom: str) -> bool:
        """Takes a file out of the outbox, and of its folder: the guichet has integrated it."""
        with self.magasin.ecrire(base) as registre:
            ote = _boites(registre, guichet.code).oter(Boite.SORTIE, nom)
        if ote:
            self._dossiers(base, guichet.code).depublier(nom)
        return ote

    def tournee(self) -> None:
        """The minute's round, of all bases."""
        for base in self.magasin.bases.lister():
            self.visiter(base.nom, age_min=AGE_MIN)

    def visiter(self, base: str, *, age_min: float = 0.0) -> None:
        """The boxes of every guichet of a base that has a folder, as `relever` does. What fails in one of
        them is logged, and left for the next time."""
        for code in ouverts(self.home, base):
            try:
                with self.magasin.lire(base) as registre:
                    guichet = registre.guichet(code)
                if guichet is not None:
                    self.relever(base, guichet, age_min=age_min)
            except (OperatorError, ExchangeError) as erreur:
                import structlog  # half a dozen libraries of colours, for the first bad round

                structlog.get_logger("sne_sandbox.asynchrone").error(
                    "boxes not emptied", base=base, guichet=code, reason=str(erreur)
                )

    # --- inside --------------------------------------------------------------------------------------

    def _dossiers(self, base: str, code: str) -> DossiersGuichet:
        return DossiersGuichet.de(self.home, base, code)

    def _prendre(self, base: str, code: str, age_min: float) -> None:
        """Moves the files of the inbox's folder into the table: a file is removed once it is stored."""
        dossiers = self._dossiers(base, code)
        with dossiers.seul():
            for nom in dossiers.deposes(age_min=age_min):
                contenu = dossiers.lire(nom, self.limites.xml_max)
                if contenu is None:
                    continue
                with self.magasin.ecrire(base) as registre:
                    _boites(registre, code).deposer(Boite.ENTREE, nom, contenu, datetime.now(UTC))
                dossiers.retirer(nom)

    def _publier(self, base: str, code: str) -> None:
        """Shows in the folder what the outbox holds and the folder was not given yet."""
        dossiers = self._dossiers(base, code)
        dossiers.ouvrir()
        with dossiers.seul():
            with self.magasin.lire(base) as registre:
                boites = _boites(registre, code)
                depots = boites.lister(Boite.SORTIE)
                nouveaux = [(d, boites.lire(Boite.SORTIE, d.nom)) for d in depots if d.traite_le is None]
            for depot, contenu in nouveaux:
                dossiers.publier(depot.nom, contenu or b"")
            if nouveaux:
                with self.magasin.ecrire(base) as registre:
                    boites, maintenant = _boites(registre, code), datetime.now(UTC)
                    for depot, _ in nouveaux:
                        boites.marquer(Boite.SORTIE, depot, maintenant)
            dossiers.nettoyer({depot.nom for depot in depots})

    def _repondre(self, base: str, code: str, depot: Depot) -> Traite | None:
        """Processes one file; None when somebody else did meanwhile. Raises StoreError: nothing happened."""
        debut = time.perf_counter()
        with self.magasin.lire(base) as registre:
            contenu = _boites(registre, code).lire(Boite.ENTREE, depot.nom)
        if contenu is None:
            return None
        echange = Echange(
            base=base,
            recu_le=datetime.now(UTC),
            methode=FICHIER,
            chemin=f"guichets/{code}/inbox/{depot.nom}",
            guichet=code,
            service="DemandeLogementImplService",
            operation=OPERATION,
            requete=contenu,
        )
        constats = Constats(guichet=code)
        try:
            with self.ouvrir(self.magasin, base) as travail:
                reponse = self.traiter(_appel(base, code, depot.nom, contenu, echange), constats, travail)
                bloquee = any(anomalie.bloquante for anomalie in constats.anomalies)
                echange.verdict = VerdictEchange.ANOMALIES if bloquee else VerdictEchange.ACCEPTE
                fichiers = _fichiers(depot.nom, reponse)
                self._clore(travail.ecriture(), code, depot, fichiers, echange, constats, debut)
        except _DejaTraite:
            return None
        except OperatorError:
            raise
        except Exception as erreur:  # noqa: BLE001 - a file that breaks us is answered, or it would come back every minute
            fichiers = [(_nom_de_reponse(depot.nom, "RET", "err"), _excuses(depot.nom, erreur, echange))]
            try:
                with self.magasin.ecrire(base) as registre:
                    self._clore(registre, code, depot, fichiers, echange, constats, debut)
            except _DejaTraite:
                return None
        return Traite(depot.nom, echange.verdict, fichiers[0][0], echange.numero_unique, echange.identifiant)

    def _clore(
        self,
        registre: RegistreBase,
        code: str,
        depot: Depot,
        fichiers: "list[tuple[str, bytes]]",
        echange: Echange,
        constats: Constats,
        debut: float,
    ) -> None:
        """Answers, takes note, and writes the line of the journal, in the transaction of `registre`."""
        boites, maintenant = _boites(registre, code), datetime.now(UTC)
        if not boites.marquer(Boite.ENTREE, depot, maintenant):
            raise _DejaTraite
        for nom, contenu in fichiers:
            boites.deposer(Boite.SORTIE, nom, contenu, maintenant)
        echange.instant_base = registre.base.horloge.maintenant(echange.recu_le)
        echange.reporter(constats)
        echange.reponse = fichiers[0][1]
        echange.duree_us = int((time.perf_counter() - debut) * 1_000_000)
        self.magasin.journal.consigner(registre, echange)


class _DejaTraite(Exception):
    """Another process answered this file: what was done here is rolled back."""


def _boites(registre: RegistreBase, code: str) -> Boites:
    return Boites(registre.connexion, registre.base.nom, code)


def _appel(base: str, code: str, nom: str, contenu: bytes, echange: Echange) -> Appel:
    return Appel(
        operation=OPERATION,
        champs={"nomFichierDemande": nom, "fichierDemande": Piece(contenu, "text/xml")},
        base=base,
        guichet_certificat=code,
        recu_le=echange.recu_le,
        canal=ASYNCHRONE,
    )


def _fichiers(nom: str, reponse: Reponse) -> list[tuple[str, bytes]]:
    """The files of an answer, the document first."""
    fichiers = []
    for champ, prefixe, extension in (("fichierDemande", "RET", "xml"), ("attestation", "ATT", "pdf")):
        piece = reponse.champs.get(champ)
        if isinstance(piece, Piece):
            fichiers.append((_nom_de_reponse(nom, prefixe, extension), piece.contenu))
    return fichiers


def _nom_de_reponse(nom: str, prefixe: str, extension: str) -> str:
    # The name of the question, so that a client finds the answer whatever the order (convention).
    return f"{prefixe}{nom.removesuffix('.xml').removeprefix('DEM')}.{extension}"


def _excuses(nom: str, erreur: Exception, echange: Echange) -> bytes:
    """The text of a `.err` file; what went wrong is noted for the journal."""
    connue = echange.echouer(erreur)
    lignes = [f"Le fichier {nom} n'a pas été traité ; rien n'a été enregistré.", "", str(connue)]
    if connue.explication:
        lignes += ["", connue.explication]
    return ("\n".join(lignes) + "\n").encode()
