"""The tables of statistics, the counts by territory, the quotas and the pictures: computed beside the pages
that show them, and drawn as files of SVG.

A table of a million demandes takes a second or two: a page waits for it a moment, then says that it is being
computed. A computed table is kept, and shown with its age while newer figures are on their way. Each process
keeps its own.
"""

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Attend
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from flask import Flask
from werkzeug.exceptions import ServiceUnavailable

from sne_console.vues.dessin import Figure
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.texte import nombre
from sne_interface.errors import SandboxError, StoreError
from sne_sandbox.store.registre import RegistreBase
from sne_sandbox.web.configuration_et_services import Services
from sne_statistiques.comptes import comptes_a_dessiner, comptes_par_territoire, quotas, statistiques
from sne_statistiques.comptes.comptes_par_territoire import ComptesDeLieux
from sne_statistiques.comptes.quotas import LigneQuota, Quotas
from sne_statistiques.comptes.requetes_statistiques import tires
from sne_statistiques.comptes.statistiques import Tableau
from sne_statistiques.images import diagrammes

#: Seconds that figures are waited for when older ones may be shown.
BREVE: Final = 0.1
#: Tables kept, tables that wait to be computed, seconds after which figures are old whatever is known.
GARDES: Final = 64
EN_ATTENTE_MAX: Final = 12
AGE_MAX: Final = 600.0
#: Requests that wait for a table without a page, seconds that they do, that others wait for their turn, and
#: after which to come again.
ATTENTES_MAX: Final = 2
PATIENCE: Final = 60.0
TOUR_MAX: Final = 1.0
RETENTER: Final = 5
_OCCUPE: Final = "D'autres demandent déjà des statistiques. Remède : réessayez dans un instant."
_LONG: Final = "Le calcul dure plus d'une minute. Remède : réessayez, il continue."
_EXTENSION: Final = "statistiques"
#: What the flows show, of the columns of TAB02.
FLUX: Final = statistiques.LIBELLES["flux"]
#: The quotas, and the pictures, asked for as a table.
QUOTAS: Final = "QUOTAS"
IMAGES: Final = "IMAGES"
#: Bars of a chart of landlords or territories.
_BARRES_MAX: Final = 12
#: A chart of its own: the reasons of the radiations of twelve months.
MOTIFS: Final = "Motifs"
_LIBELLE_MAX: Final = 34


@dataclass(frozen=True)
class TableDemandee:
    """A table of a base at the end of a day, of one territory or all; `code` may be a level of territories
    too (`comptes_par_territoire.NIVEAUX`), `QUOTAS`, those of the year of that day, or `IMAGES`."""

    base: str
    code: str
    jour: date
    territoire: str | None = None


@dataclass(frozen=True)
class Resultat:
    """The result of a computation, with its instant and its length in seconds. `contenu` is a Tableau, by the
    code that was asked for ComptesDeLieux, Quotas or Images; `etat` tells the state of the base then."""

    contenu: Any
    etat: tuple[Any, ...]
    calcule_le: datetime
    secondes: float

    def ancien(self, etat: tuple[Any, ...]) -> bool:
        """True when the base has changed since, or may have without saying so."""
        return etat != self.etat or (datetime.now(UTC) - self.calcule_le).total_seconds() > AGE_MAX


class Calculs:
    """The tables of one process. One is computed at a time."""

    def __init__(self) -> None:
        self._faits: OrderedDict[TableDemandee, Resultat] = OrderedDict()
        self._en_cours: dict[TableDemandee, Future[Resultat]] = {}
        self._verrou = threading.Lock()
        self._tour = threading.Lock()
        self._attentes = threading.BoundedSemaphore(ATTENTES_MAX)

    def obtenir(self, services: Services, demande: TableDemandee, *, attente: float) -> Resultat | None:
        """The table as it is known; when it is not, or the base has changed, it is computed, and waited for
        `attente` seconds (`BREVE` when an old one is known). None when it takes longer and none is known.
        Raises what its computation raised."""
        etat = etat_de(services, demande.base)
        with self._verrou:
            connu = self._faits.get(demande)
        if connu is not None and not connu.ancien(etat):
            return connu
        en_cours = self.preparer(services, demande)
        if en_cours is None:
            return connu
        try:
            return en_cours.result(timeout=attente if connu is None else min(attente, BREVE))
        except Attend:
            return connu

    def attendre(self, services: Services, demande: TableDemandee) -> Resultat:
        """The table of the base as it is now, or became while it was waited for. Few wait at a time: each
        holds a thread of the server. Raises ServiceUnavailable, and what its computation raised."""
        if not self._attentes.acquire(timeout=TOUR_MAX):
            raise ServiceUnavailable(_OCCUPE, retry_after=RETENTER)
        try:
            etat = etat_de(services, demande.base)
            with self._verrou:
                resultat = self._faits.get(demande)
            fin = time.monotonic() + PATIENCE
            # What is being computed may have begun before the last change; the next has not.
            for _ in range(2):
                if resultat is not None and not resultat.ancien(etat):
                    break
                en_cours = self.preparer(services, demande)
                if en_cours is None:
                    raise ServiceUnavailable(_OCCUPE, retry_after=RETENTER)
                resultat = en_cours.result(timeout=max(0.0, fin - time.monotonic()))
            assert resultat is not None
            return resultat
        except Attend:
            raise ServiceUnavailable(_LONG, retry_after=RETENTER) from None
        finally:
            self._attentes.release()

    def preparer(self, services: Services, demande: TableDemandee) -> "Future[Resultat] | None":
        """Starts to compute a table, unless it is being computed; None when too many already wait."""
        with self._verrou:
            if demande in self._en_cours:
                return self._en_cours[demande]
            if len(self._en_cours) >= EN_ATTENTE_MAX:
                return None
            futur: Future[Resultat] = Future()
            self._en_cours[demande] = futur
        # A daemon: a server that stops does not wait for figures.
        threading.Thread(
            target=self._calculer, args=(services, demande, futur), name="statistiques", daemon=True
        ).start()
        return futur

    def _calculer(self, services: Services, demande: TableDemandee, futur: "Future[Resultat]") -> None:
        resultat, rate = None, None
        try:
            with self._tour:
                resultat = calculer(services, demande)
        except SandboxError as erreur:
            rate = erreur
        except Exception as erreur:  # noqa: BLE001 - whoever waits is told, and the next may try again
            rate = StoreError(f"Les statistiques n'ont pas pu être calculées : {erreur}", remede="réessayez")
            rate.__cause__ = erreur
        with self._verrou:
            del self._en_cours[demande]
            if resultat is not None:
                self._faits[demande] = resultat
                self._faits.move_to_end(demande)
                while len(self._faits) > GARDES:
                    self._faits.popitem(last=False)
        if resultat is None:
            futur.set_exception(rate)
        else:
            futur.set_result(resultat)


def calculer(services: Services, demande: TableDemandee) -> Resultat:
    """The table, computed now. Raises BaseInconnue, StoreError."""
    etat = etat_de(services, demande.base)
    debut = time.perf_counter()
    with services.magasin.lire(demande.base) as registre:
        contenu = _compter(demande, registre, services.contrats.de(registre.base))
    return Resultat(contenu, etat, datetime.now(UTC), time.perf_counter() - debut)


def _compter(demande: TableDemandee, registre: RegistreBase, contrat: Contrat) -> Any:
    if demande.code == IMAGES:
        return comptes_a_dessiner.compter(registre, contrat, demande.jour)
    if demande.code == QUOTAS:
        return quotas.compter(registre, contrat, demande.jour.year)
    if demande.code in comptes_par_territoire.NIVEAUX:
        return comptes_par_territoire.compter(registre, contrat, demande.code, demande.jour)
    return statistiques.tableau(demande.code, registre, contrat, demande.jour, demande.territoire)


def etat_de(services: Services, base: str) -> tuple[Any, ...]:
    """Returns the marks of a base that change whenever its figures may: the last exchange, the last night,
    its birth, the numbers it has drawn. Cheap to look at. Raises BaseInconnue."""
    dernier = services.magasin.journal.dernier(base)
    with services.magasin.lire(base) as registre:
        lue = registre.base
        return (dernier, lue.derniere_nuit, lue.creee_le, tires(registre.connexion, base))


def calculs_de(principale: Flask) -> Calculs:
    """The tables that the console and the API of a server share."""
    calculs: Calculs = principale.extensions.setdefault(_EXTENSION, Calculs())
    return calculs


# --- charts -------------------------------------------------------------------------------------------------


def rubriques(tableau: Tableau) -> list[str]:
    """The sections of a table, in order: each has its chart."""
    return list(dict.fromkeys(section for section, _, _ in tableau.lignes))


def dessinees(tableau: Tableau) -> list[str]:
    """Lists the sections that have a chart: the reasons of the radiations too."""
    return [*rubriques(tableau), *([MOTIFS] if tableau.code == "TAB02" else [])]


def lignes_de(tableau: Tableau, rubrique: str) -> list[tuple[str, tuple[int, ...]]]:
    """Label and counts of the lines of a section."""
    return [(libelle, nombres) for section, libelle, nombres in tableau.lignes if section == rubrique]


def motifs(tableau: Tableau) -> list[tuple[str, int]]:
    """Radiations of the last twelve months by reason (code), those that came to pass."""
    mois = [nombres for _, nombres in lignes_de(tableau, "Mois")]
    codes = [c for c in tableau.colonnes if c.isupper()]
    comptes = {c: sum(nombres[tableau.colonnes.index(c)] for nombres in mois) for c in codes}
    return sorted(((c, n) for c, n in comptes.items() if n), key=lambda paire: -paire[1])


def dessiner(tableau: Tableau, rubrique: str, *, mots: Mapping[str, str] | None = None) -> bytes:
    """The chart of a section; `mots` are those of the codes of reasons. Raises KeyError for a section that
    the table has not."""
    titre = f"{tableau.titre} : {rubrique}"
    if rubrique not in dessinees(tableau):
        raise KeyError(rubrique)
    if rubrique == MOTIFS:
        return _barres(titre, [((mots or {}).get(code, code), n) for code, n in motifs(tableau)])
    if tableau.code == "TAB02":
        return Figure(titre, dessiner_flux(tableau, rubrique)).fichier
    lignes = lignes_de(tableau, rubrique)
    return _barres(titre, [(libelle, nombres[0]) for libelle, nombres in lignes if libelle != "Total"])


def dessiner_flux(tableau: Tableau, rubrique: str, *, etroit: bool = False) -> Any:
    """The flows of TAB02 as curves."""
    lignes = lignes_de(tableau, rubrique)
    series = [
        diagrammes.Serie(
            titre, titre.lower(), [(nombres[tableau.colonnes.index(colonne)], None) for _, nombres in lignes]
        )
        for colonne, titre in FLUX.items()
    ]
    mensuel = len(lignes) > 4
    periodes = [f"{libelle[:3]}{libelle[-2:]}" if mensuel else libelle for libelle, _ in lignes]
    return diagrammes.courbes(f"Flux : {rubrique}", periodes, series, etroit=etroit)


def dessiner_quota(comptes: Quotas, code: str) -> bytes:
    """The chart of a share: what it is, and of whom, against what it should be. Raises KeyError for a share
    that is none."""
    regle = {regle.code: regle for regle in quotas.REGLES}[code]
    lignes, indeterminees = list[tuple[str, float]](), list[str]()
    for ligne in (comptes.ensemble, *comptes.lignes):
        (part,) = (part for part in ligne.parts if part.code == code)
        if part.taux is not None and len(lignes) < _BARRES_MAX:
            nom = _nom_de_ligne(ligne)
            lignes.append((nom, part.taux))
            indeterminees += [nom] if part.etat == "indéterminé" else []
    objectif = float(regle.objectif), f"objectif {regle.objectif} %"
    return _barres(regle.libelle, lignes, unite=" %", douteuses=indeterminees, seuil=objectif)


def _nom_de_ligne(ligne: LigneQuota) -> str:
    """Of a landlord in several EPCI one must see which: each of the two names is cut, not their end only."""
    if not ligne.bailleur:
        return ligne.nom_bailleur
    epci = _court(ligne.nom_epci, _LIBELLE_MAX // 2)
    return f"{_court(ligne.nom_bailleur, _LIBELLE_MAX - 2 - len(epci))}, {epci}"


def dessiner_lieux(comptes: ComptesDeLieux) -> bytes:
    """The chart of the territories with most active demandes."""
    lignes = [(nom, somme["demandes_actives"]) for _, nom, somme in sommes(comptes)]
    return _barres("Demandes actives par territoire", [ligne for ligne in lignes if ligne[1]][:_BARRES_MAX])


def sommes(comptes: ComptesDeLieux) -> list[tuple[str, str, Counter[str]]]:
    """Code and name of each territory, and the sums of its indicators, the most active demandes first."""
    lues: dict[tuple[str, str], Counter[str]] = {}
    for ligne in comptes.lignes:
        lieu = ligne.code_territoire, ligne.territoire
        lues.setdefault(lieu, Counter())[ligne.indicateur] += ligne.valeur
    sommees = [(code, nom, somme) for (code, nom), somme in lues.items()]
    return sorted(sommees, key=lambda lue: (-lue[2]["demandes_actives"], lue[1]))


def _barres(
    titre: str,
    lignes: Sequence[tuple[str, float]],
    *,
    unite: str = "",
    douteuses: Sequence[str] = (),
    seuil: tuple[float, str] | None = None,
) -> bytes:
    """Horizontal bars, the first line on top. `douteuses`: labels whose number « ? » follows."""
    dites = [
        (_court(nom, _LIBELLE_MAX), n, f"{nombre(round(n))}{unite}{' ?' if nom in douteuses else ''}")
        for nom, n in lignes
    ]
    return Figure(titre, diagrammes.barres(titre, dites, seuil=seuil)).fichier


def _court(libelle: str, longueur: int) -> str:
    return libelle if len(libelle) <= longueur else libelle[: longueur - 1].rstrip() + "…"
