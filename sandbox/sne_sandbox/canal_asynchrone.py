"""The boxes of the guichets: files left in an inbox, answered in the outbox; what is dispatched to it.

A file is an exchange (`exchange.traiter_fichier`): processed as getNumUnique, by the same pipeline and rules,
its guichet that of the box. It is answered by a file of the same name under RET: the document with its
numéro, or with `listeAnomalie`; by a text `.err` when it cannot be read. After 31 December 2018 by the base's
clock the answer is ASY001.

Conventions of ours:
- the table of files is what counts, the folders (`dossiers`) are a view of it;
- files are taken by `relever`: when it is asked for, and every minute for the guichets whose folders are
  there; the first use of a box makes them, and anybody may;
- the answer to a file, its line of the journal and what it changed are one transaction;
- the attestation of a registration or a renewal lies beside the answer, under ATT;
- a file left again under a name it had is processed again.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sne_interface.contract.contrats import Contrats
from sne_interface.domain.base import Base, Guichet
from sne_interface.domain.texte import nombre
from sne_interface.errors import ExchangeError, OperatorError, UsageError
from sne_interface.settings import Limites
from sne_sandbox.exchange import Traite, traiter_fichier
from sne_sandbox.journal_technique import journal_technique
from sne_sandbox.operations import dispatching
from sne_sandbox.operations.boites_sur_disque import NOM, NOM_ADMIS, DossiersGuichet, ouverts
from sne_sandbox.pipeline import Pipeline
from sne_sandbox.store.fichiers_des_boites import Boite, Boites
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.registre import RegistreBase

#: Documents dispatched in one transaction, and in one visit.
LOT: Final = 100
VISITE_MAX: Final = 1_000
#: The minute's round leaves alone what changed less than this many seconds ago: it may be being written.
AGE_MIN: Final = 2.0


@dataclass(frozen=True)
class ReleveBoites:
    """The result of a visit to the boxes of a guichet: files processed, documents dispatched, changes that
    wait for the next visit, files that the folder keeps because the box does not take their name."""

    traites: tuple[Traite, ...]
    distribues: int
    en_attente: int
    ignores: tuple[str, ...]


@dataclass(frozen=True)
class CanalAsynchrone:
    """The boxes of all bases of a store; their folders are below `home`."""

    contrats: Contrats
    magasin: Magasin
    limites: Limites
    home: Path

    def pipeline(self, base: Base) -> Pipeline:
        """Returns the pipeline that works on the files of a base. Raises OperatorError when its contract does
        not read."""
        return Pipeline(self.contrats.de(base), self.magasin, self.limites, self.contrats)

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
            pipeline = self.pipeline(registre.base)
        fichiers = (traiter_fichier(pipeline, base, guichet.code, depot) for depot in attendent)
        traites = tuple(traite for traite in fichiers if traite is not None)
        distribues, en_attente = self.distribuer(base, guichet)
        return ReleveBoites(
            traites, distribues, en_attente, tuple(self._dossiers(base, guichet.code).ignores())
        )

    def distribuer(self, base: str, guichet: Guichet) -> tuple[int, int]:
        """Dispatches to the outbox, and fills its folder: how many documents, how many changes still wait."""
        total, en_attente = 0, 1
        while en_attente and total < VISITE_MAX:
            with self.magasin.ecrire(base) as registre:
                mis, en_attente = dispatching.distribuer(
                    registre, self.contrats.de(registre.base), guichet, LOT
                )
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
        """Visits the boxes of every guichet of a base that has a folder, as `relever` does. A failure in one
        of them is logged, and left for the next time."""
        for code in ouverts(self.home, base):
            try:
                with self.magasin.lire(base) as registre:
                    guichet = registre.guichet(code)
                if guichet is not None:
                    self.relever(base, guichet, age_min=age_min)
            except (OperatorError, ExchangeError) as erreur:
                journal_technique("sne_sandbox.canal_asynchrone").error(
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


def _boites(registre: RegistreBase, code: str) -> Boites:
    return Boites(registre.connexion, registre.base.nom, code)
