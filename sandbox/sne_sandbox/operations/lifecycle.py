"""What time does to a base: the work of its nights, in order, each day once.

The night of a day begins it: it runs at 0:00 in Paris, and what it records bears that instant, whenever it
is made up for. In one night, in this order: erased one year after its radiation (attested); radiated by the
system at 13 months from the last start of validity, not renewed (RADREN; deduced); reactivation closed at 18
months (deduced); notice one month before the end of validity (attested); delay that becomes abnormally long;
signed lease that no radiation has followed for some days, a setting (the duty is attested, R. 441-2-8 a; the
days are a convention); irrecevabilité that the landlord warns the household of, and after a month may radiate
for (R. 441-2-8 d, deduced): it is for the landlord to do, the night only says so.

Conventions of ours:
- the first night radiates a demande deposited more than 13 months before it was registered;
- a notice is a line of the journal; a demande registered or renewed after the day of its notice has none;
- the indicators are computed whenever they are read, from the base's clock (`document`): a night stores
  none of them, it only says whose delay has become abnormally long.

When more nights are due at once than a base may have slept through (`NUITS_MAX`) by a clock that goes on, the
machine's may have jumped: none is run before somebody says so (`passer`). Exchanges go on meanwhile, at the
date of that clock, over demandes that these nights have not touched; the question goes away with its cause.
Before nights that would radiate or erase more than a share of the demandes (a setting), the base is saved.

The nights of a period are foreseen by a few indexed questions, then only those with something to do run: the
cost follows what happens, neither the days that pass nor the demandes that are there.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sne_sandbox.contract import codec
from sne_sandbox.domain.base import Base
from sne_sandbox.domain.codes import MOTIF_NON_RENOUVELLEMENT
from sne_sandbox.domain.dates import PARIS, ajouter_mois, date_francaise
from sne_sandbox.domain.echange import NUIT, Echange, VerdictEchange
from sne_sandbox.domain.element import construire, construits
from sne_sandbox.domain.parcours import BAIL, radiation_possible_le
from sne_sandbox.operations.document import DELAI_HORS_DE_PARIS_ANS, DELAIS_ANS, delai_anormal_ans
from sne_sandbox.operations.faits import Fait, code, enumerer, singulier
from sne_sandbox.operations.sauvegardes import Sauvegardes
from sne_sandbox.rules.catalogue.radiation import MOIS_AVANT_EFFACEMENT
from sne_sandbox.rules.catalogue.vie import MOIS_DE_REACTIVATION
from sne_sandbox.store import echeances
from sne_sandbox.store.journal import Journal
from sne_sandbox.store.registre import RegistreBase
from sne_sandbox.store.session import Magasin

#: From the last start of validity to the radiation by the system (deduced).
MOIS_AVANT_RADIATION: Final = 13
#: From the notice to the end of validity (attested: at least that long).
MOIS_DE_PREAVIS: Final = 1
#: A night that touches more demandes than this tells their number, not their numéros.
CITES_MAX: Final = 50

#: More nights than this, due at once by a clock that goes on, wait until somebody says so.
NUITS_MAX: Final = 40
#: Fewer demandes lost are not worth a snapshot: what a test or a scene advances costs nothing more.
PERTES_MIN: Final = 10
#: Snapshots made before nights: their names begin so, and the last ones are kept.
AVANT_NUITS: Final = "avant-nuits-"
AVANT_NUITS_GARDEES: Final = 5

_JOUR: Final = timedelta(days=1)
#: The longest and the shortest civil month.
_MOIS_LONG: Final = timedelta(days=31)
_MOIS_COURT: Final = timedelta(days=28)

#: Told how many days of how many have been lived.
Progres = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class BilanNuits:
    """What the nights of a period did: the days after `depuis`, up to `jusqua`; how many of each fact."""

    depuis: date
    jusqua: date
    comptes: Mapping[Fait, int] = field(default_factory=dict)
    sauvegarde: str = ""
    """Name of the snapshot that was made before, "" for none."""

    @property
    def nuits(self) -> int:
        """How many nights passed in the period."""
        return (self.jusqua - self.depuis).days

    def phrase(self) -> str:
        """« 31 nuits (du 16/03/2018 au 15/04/2018) : 2 préavis d'échéance. », in French."""
        if not self.nuits:
            return "Aucune nuit n'est passée."
        du, au = date_francaise(self.depuis + _JOUR), date_francaise(self.jusqua)
        nuits = f"1 nuit ({au})" if self.nuits == 1 else f"{self.nuits} nuits (du {du} au {au})"
        return f"{nuits} : {enumerer(self.comptes) or 'rien à faire'}.{_sauvee(self.sauvegarde)}"


@dataclass(frozen=True, slots=True)
class NuitsEnAttente:
    """Nights of a base that are due all at once, the days after `depuis` up to `jusqua`, and wait until
    somebody says that they are to be run."""

    base: str
    depuis: date
    jusqua: date

    @property
    def nuits(self) -> int:
        """How many."""
        return (self.jusqua - self.depuis).days

    @property
    def phrase(self) -> str:
        """What happened, and what to do, in French."""
        return (
            f"{self._debut} : {self.nuits} sont dues d'un coup, jusqu'au {date_francaise(self.jusqua)}. "
            "L'horloge de la machine a-t-elle sauté, ou le serveur était-il arrêté ? Aucune n'est passée, et "
            "les échanges continuent sans elles, à la date de cette horloge. → si elle a sauté, remettez-la "
            "à l'heure, et la question disparaît ; sinon, faites-les passer : "
            f"« sne-sandbox clock nuits --base {self.base} »"
        )

    @property
    def _debut(self) -> str:
        return f"Nuits en attente depuis le {date_francaise(self.depuis)}"

    def est_dite(self, echange: Echange) -> bool:
        """Whether a line of the journal asks this already."""
        return echange.chemin.startswith(f"{self._debut} : ")


def en_attente(base: Base, machine: datetime) -> NuitsEnAttente | None:
    """The nights of `base` that wait to be asked for when the machine says `machine` (aware); None when there
    are none, or few enough to run by themselves. A frozen clock goes nowhere by itself."""
    if base.derniere_nuit is None or base.horloge.fige_a is not None:
        return None
    jour = base.horloge.maintenant(machine).date()
    if (jour - base.derniere_nuit).days <= NUITS_MAX:
        return None
    return NuitsEnAttente(base.nom, base.derniere_nuit, jour)


def nuits_en_attente(magasin: Magasin, machine: datetime | None = None) -> list[NuitsEnAttente]:
    """Those of all bases, `machine` being the machine's instant (default: now). Raises StoreError."""
    instant = machine or datetime.now(UTC)
    attentes = (en_attente(base, instant) for base in magasin.bases.lister())
    return [attente for attente in attentes if attente is not None]


def rattraper(magasin: Magasin, nom: str, *, machine: datetime | None = None) -> BilanNuits:
    """Runs the nights that are due by the base's clock, `machine` being the machine's instant (default: now),
    unless they wait to be asked for: the journal is told so, once. Raises BaseInconnue, StoreError."""
    with magasin.ecrire(nom) as registre:
        machine = machine or datetime.now(UTC)
        jour = registre.base.horloge.maintenant(machine).date()
        attente = en_attente(registre.base, machine)
        if attente is not None:
            _demander(magasin, registre, attente)
            return BilanNuits(jour, jour)
        return passer(magasin, registre, registre.base.derniere_nuit or jour, jour)


def passer(
    magasin: Magasin, registre: RegistreBase, depuis: date, jusqua: date, progres: Progres | None = None
) -> BilanNuits:
    """Runs the nights after `depuis` up to `jusqua`, in the transaction of `registre`; the base is saved
    first when its setting wants it. Raises StoreError."""
    nom = registre.base.nom

    def sauver() -> str:
        # In a thread of its own: where servers share their snapshots, one is a transaction too, and this
        # thread is in one. It reads the base as it was before it.
        sauvegardes = Sauvegardes(magasin, magasin.home)
        with ThreadPoolExecutor(1) as fil:
            return fil.submit(_sauver, sauvegardes, nom, depuis, jusqua).result()

    return vivre(registre, magasin.journal, depuis, jusqua, progres, sauver)


def _sauver(sauvegardes: Sauvegardes, base: str, depuis: date, jusqua: date) -> str:
    """Saves the base as it is before these nights; the name of the snapshot. Older ones make room."""
    nom = f"{AVANT_NUITS}{depuis:%Y%m%d}-{jusqua:%Y%m%d}"
    sauvegardes.faire(base, nom, remplacer=True)
    siennes = [s.nom for s in sauvegardes.lister(base) if s.nom.startswith(AVANT_NUITS)]
    for ancienne in siennes[AVANT_NUITS_GARDEES:]:
        sauvegardes.supprimer(base, ancienne)
    return nom


def _sauvee(sauvegarde: str) -> str:
    return f" La base telle qu'elle était avant : sauvegarde « {sauvegarde} »." if sauvegarde else ""


def _demander(magasin: Magasin, registre: RegistreBase, attente: NuitsEnAttente) -> None:
    """Notes in the journal that these nights wait: one line, whoever meets them, and however often."""
    lignes = magasin.journal.chercher(attente.base, operation=NUIT, limite=1)
    if not any(map(attente.est_dite, lignes)):
        minuit = datetime.combine(attente.jusqua, time(0), PARIS)
        magasin.journal.consigner(registre.connexion, _ligne(attente.base, minuit, attente.phrase))
    magasin.nuits_demandees[attente.base] = attente.depuis


def _a_rattraper(magasin: Magasin, base: Base, machine: datetime) -> bool:
    """Whether something is to be done of the nights of a base: not of those that are asked about already."""
    if not base.nuit_due(base.horloge.maintenant(machine)):
        return False
    demandees = magasin.nuits_demandees
    deja = base.nom in demandees and demandees[base.nom] == base.derniere_nuit
    return not (deja and en_attente(base, machine) is not None)


def a_jour(magasin: Magasin, base: Base) -> tuple[Base, datetime]:
    """`base` (just read) brought up to date, and the time by its clock: the nights that are due are run
    first, in a transaction of their own, which stays if the caller fails. Raises BaseInconnue, StoreError."""
    machine = datetime.now(UTC)
    if _a_rattraper(magasin, base, machine):
        rattraper(magasin, base.nom)
        base = magasin.bases.lire(base.nom)
    return base, base.horloge.maintenant(machine)


def rattraper_toutes(magasin: Magasin) -> None:
    """Runs the nights that are due in every base that has some."""
    machine = datetime.now(UTC)
    for base in magasin.bases.lister():
        if _a_rattraper(magasin, base, machine):
            rattraper(magasin, base.nom, machine=machine)


def vivre(
    registre: RegistreBase,
    journal: Journal,
    depuis: date,
    jusqua: date,
    progres: Progres | None = None,
    sauver: Callable[[], str] | None = None,
) -> BilanNuits:
    """Runs the nights after `depuis` up to `jusqua` in the caller's transaction, and notes the last; none
    when it does not come after. `sauver` saves the base, and answers under which name: called first when
    they would cost it too many demandes."""
    if jusqua <= depuis:
        if registre.base.derniere_nuit is None:
            registre.noter_nuit(depuis)
        return BilanNuits(depuis, depuis)
    total = (jusqua - depuis).days
    comptes: dict[Fait, int] = dict.fromkeys(Fait, 0)
    sauvegarde = ""
    with registre.connexion.au_large():
        prevues = sorted(_Prevision(registre, depuis + _JOUR, jusqua).nuits.items())
        if sauver is not None and _coutent_trop(registre, prevues):
            sauvegarde = sauver()
        for rang, (jour, faits) in enumerate(prevues):
            _passer(registre, journal, jour, faits, "" if rang else _sauvee(sauvegarde))
            for fait, numeros in faits.items():
                comptes[fait] += len(numeros)
            if progres is not None:
                progres((jour - depuis).days, total)
    registre.noter_nuit(jusqua)
    if progres is not None:
        progres(total, total)
    return BilanNuits(depuis, jusqua, comptes, sauvegarde)


def _coutent_trop(registre: RegistreBase, prevues: Iterable[tuple[date, "Faits"]]) -> bool:
    """Whether nights radiate or erase more than the share of the demandes that the base's setting allows."""
    part = registre.base.reglages.sauvegarde_avant_nuits
    if not part:
        return False
    perdues = {n for _, faits in prevues for n in (*faits[Fait.RADIATION], *faits[Fait.EFFACEMENT])}
    return len(perdues) >= PERTES_MIN and 100 * len(perdues) > part * registre.compter()


Faits = dict[Fait, list[str]]


#: By how much the ends of months differ.
_MARGE: Final = timedelta(days=3)


class _Prevision:
    """What each night from `premiere` to `derniere` will do, nobody writing in between."""

    def __init__(self, registre: RegistreBase, premiere: date, derniere: date) -> None:
        self._ou = (registre.connexion, registre.base.nom)
        self._registre = registre
        self._premiere = premiere
        self._derniere = derniere
        self.nuits: dict[date, Faits] = defaultdict(lambda: {fait: [] for fait in Fait})
        self._radiations: dict[str, date] = {}
        self._prevoir_radiations()
        self._prevoir_effacements()
        self._prevoir_preavis()
        for ans in sorted(DELAIS_ANS):
            self._prevoir_delais(ans)
        self._prevoir_suites()
        for faits in self.nuits.values():
            for numeros in faits.values():
                numeros.sort()

    def _noter(self, fait: Fait, jour: date, numero: str) -> None:
        if self._premiere <= jour <= self._derniere:
            self.nuits[jour][fait].append(numero)

    def _prevoir_radiations(self) -> None:
        for perimee in echeances.perimees(*self._ou, self._derniere - _MOIS_COURT):
            # What was due before the first night, it makes up for.
            nuit = max(ajouter_mois(perimee.jour, MOIS_AVANT_RADIATION), self._premiere)
            if nuit > self._derniere:
                continue
            self._radiations[perimee.numero] = nuit
            self._noter(Fait.RADIATION, nuit, perimee.numero)
            self._noter(Fait.EFFACEMENT, ajouter_mois(nuit, MOIS_AVANT_EFFACEMENT), perimee.numero)
            fin = ajouter_mois(perimee.jour, MOIS_DE_REACTIVATION)
            if fin > nuit:
                self._noter(Fait.FIN_DE_REACTIVATION, fin, perimee.numero)

    def _prevoir_effacements(self) -> None:
        effaces: dict[str, date] = {}
        # One day more: a 29 February is a year old on the 28th.
        limite = ajouter_mois(self._derniere, -MOIS_AVANT_EFFACEMENT) + _JOUR
        for radiee in echeances.radiees(*self._ou, limite):
            nuit = max(ajouter_mois(radiee.jour, MOIS_AVANT_EFFACEMENT), self._premiere)
            effaces[radiee.numero] = nuit
            self._noter(Fait.EFFACEMENT, nuit, radiee.numero)
        du, au = (ajouter_mois(jour, -MOIS_DE_REACTIVATION) for jour in (self._premiere, self._derniere))
        ou = (*self._ou, MOTIF_NON_RENOUVELLEMENT, du - _MARGE, au + _MARGE)
        for radiee in echeances.radiees_pour(*ou):
            fin = ajouter_mois(radiee.jour, MOIS_DE_REACTIVATION)
            if fin < effaces.get(radiee.numero, date.max):
                self._noter(Fait.FIN_DE_REACTIVATION, fin, radiee.numero)

    def _prevoir_preavis(self) -> None:
        bornes = (self._premiere + _MOIS_COURT, self._derniere + _MOIS_LONG)
        for active in echeances.fins_de_validite(*self._ou, *bornes):
            self._noter(Fait.PREAVIS, ajouter_mois(active.jour, -MOIS_DE_PREAVIS), active.numero)

    def _prevoir_delais(self, ans: int) -> None:
        du = ajouter_mois(self._premiere - _JOUR, -12 * ans)
        au = ajouter_mois(self._derniere - _JOUR, -12 * ans) + _JOUR
        douteux: dict[str, date] = {}
        for depot in echeances.depots(*self._ou, du, au):
            nuit = ajouter_mois(depot.jour, 12 * ans) + _JOUR
            if nuit >= self._radiations.get(depot.numero, date.max):
                continue
            if depot.a_paris:
                douteux[depot.numero] = nuit
            elif ans == DELAI_HORS_DE_PARIS_ANS:
                self._noter(Fait.DELAI_LONG, nuit, depot.numero)
        for stockee in self._registre.feuilleter(douteux):
            if delai_anormal_ans(stockee.demande) == ans:
                self._noter(Fait.DELAI_LONG, douteux[stockee.numero_unique], stockee.numero_unique)

    def _prevoir_suites(self) -> None:
        delai = timedelta(days=self._registre.base.reglages.bail_sans_radiation_jours)
        prevus: set[tuple[Fait, date, str]] = set()
        for attendue in echeances.suites_attendues(*self._ou, self._derniere):
            # What is told late is noticed the night after.
            demain = max(attendue.jour, attendue.dite_le.astimezone(PARIS).date()) + _JOUR
            if attendue.suite == BAIL:
                faits = {Fait.BAIL_SANS_RADIATION: max(attendue.jour + delai, demain)}
            else:
                possible = max(radiation_possible_le(attendue.jour), demain)
                faits = {Fait.AVERTISSEMENT: demain, Fait.IRRECEVABILITE: possible}
            for fait, nuit in faits.items():
                if nuit < self._radiations.get(attendue.numero, date.max):
                    prevus.add((fait, nuit, attendue.numero))
        for prevu in prevus:
            self._noter(*prevu)


def _passer(registre: RegistreBase, journal: Journal, jour: date, faits: Faits, dit: str) -> None:
    minuit = datetime.combine(jour, time(0), PARIS)
    registre.supprimer_tout(faits[Fait.EFFACEMENT])
    registre.radier_tout(
        faits[Fait.RADIATION],
        jour=jour,
        motif=MOTIF_NON_RENOUVELLEMENT,
        element=_radiation(jour),
        instant=minuit,
    )
    journal.consigner(registre.connexion, ligne(registre.base.nom, minuit, faits, dit))


def _radiation(jour: date) -> bytes:
    motif = construire("motifRadiation", code=MOTIF_NON_RENOUVELLEMENT)
    return codec.encoder(construire("radiation", (*construits(dateRadiation=jour), motif)))


def ligne(base: str, minuit: datetime, faits: Faits, dit: str = "") -> Echange:
    """The journal's line of the night that begins at `minuit` (aware): what it did, by numéro unique, then
    `dit`. Its anomalies tell each numéro, or nothing at all above `CITES_MAX`."""
    touches = [numero for numeros in faits.values() for numero in numeros]
    resume = enumerer({fait: len(numeros) for fait, numeros in faits.items()})
    faite = _ligne(base, minuit, f"Nuit du {date_francaise(minuit.date())} : {resume}.{dit}")
    faite.numero_unique = touches[0] if len(touches) == 1 else None
    faite.anomalies = list(_details(faits)) if len(touches) <= CITES_MAX else []
    return faite


def _ligne(base: str, minuit: datetime, phrase: str) -> Echange:
    return Echange(
        base=base,
        recu_le=datetime.now(UTC),
        methode=NUIT,
        chemin=phrase,
        verdict=VerdictEchange.ACCEPTE,
        instant_base=minuit,
    )


def _details(faits: Faits) -> Iterable[dict[str, Any]]:
    for fait, numeros in faits.items():
        phrase = singulier(fait)
        for numero in numeros:
            yield {
                "regle": code(fait),
                "code": code(fait),
                "message": f"{numero} : {phrase}.",
                "propriete": "",
                "gravite": "information",
                "valeur": numero,
                "ligne": 0,
            }
