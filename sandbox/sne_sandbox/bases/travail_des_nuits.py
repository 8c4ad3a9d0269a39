"""The work of the nights of a base, in order, each day once.

The night of a day begins the day: it runs at 0:00 in Paris, and its records bear that instant, even when it
runs late. One night brings these facts, in this order: erased one year after its radiation (attested);
radiated by the system at 13 months from the last start of validity, not renewed (RADREN; deduced);
reactivation closed at 18 months (deduced); notice one month before the end of validity (attested); delay that
becomes abnormally long; signed lease that no radiation has followed for some days, a setting (the duty is
attested, R. 441-2-8 a; the days are a convention); irrecevabilité that the landlord warns the household of,
and after a month may radiate for (R. 441-2-8 d, deduced): the landlord radiates, the night only says that it
may.

Conventions of ours:
- the first night radiates a demande deposited more than 13 months before it was registered;
- a notice is a line of the journal; a demande registered or renewed after the day of its notice has none;
- the indicators are computed whenever they are read, from the base's clock (`document_ecrit`): a night stores
  none of them, it only says whose delay has become abnormally long.

When a running clock has more nights due at once than a base may have slept through (`NUITS_MAX`), the
machine's clock may have jumped: no night runs before somebody says so (`passer`). Exchanges go on meanwhile,
at the date of that clock, over demandes that these nights have not touched; the question goes away with its
cause. The base is saved before nights that would radiate or erase more than a share of the demandes (a
setting). Before the nights of a move that somebody asks for (`horloge`), it is saved as soon as they lose one
demande, unless the base is so large that the move would wait for the snapshot. A move with a snapshot can be
taken back (`apercu_et_retour_d_horloge`).

A few indexed questions foresee the nights of a period, then only the nights with something to do run. The
cost depends on the number of facts, not on the number of days or demandes.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sne_interface.contract import codec
from sne_interface.domain.base import Base
from sne_interface.domain.codes import MOTIF_NON_RENOUVELLEMENT
from sne_interface.domain.dates import PARIS, date_francaise
from sne_interface.domain.echange import NUIT, Echange
from sne_interface.domain.element_recu import construire, construits
from sne_sandbox.bases.faits_des_nuits import PERTES, Fait, code, enumerer, singulier
from sne_sandbox.bases.prevision_des_nuits import Faits, Prevision
from sne_sandbox.bases.sauvegardes import Sauvegardes
from sne_sandbox.store.journal import Journal, ligne_de_base
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.registre import RegistreBase

#: A night that touches more demandes than this tells their number, not their numéros.
CITES_MAX: Final = 50

#: More nights than this, due at once by a clock that goes on, wait until somebody says so.
NUITS_MAX: Final = 40
#: Fewer demandes lost by nights that nobody asked for are not worth a snapshot.
PERTES_MIN: Final = 10
#: A larger base is not saved before each move of its clock, but for those that lose much.
SAUVEES_MAX: Final = 20_000
#: Snapshots made before nights: their names begin so, and the last ones are kept.
AVANT_NUITS: Final = "avant-nuits-"
AVANT_NUITS_GARDEES: Final = 5

_JOUR: Final = timedelta(days=1)

#: Told how many days of how many have been lived.
Progres = Callable[[int, int], None]


@dataclass(frozen=True)
class BilanNuits:
    """The facts of the nights of a period: the days after `depuis`, up to `jusqua`; how many of each fact."""

    depuis: date
    jusqua: date
    comptes: Mapping[Fait, int] = field(default_factory=dict)
    #: Name of the snapshot that was made before, "" for none;
    sauvegarde: str = ""
    #: the SHA-256 of its file.
    empreinte: str = ""
    #: Lines that these nights left in the journal, one after the other.
    lignes: int = 0

    @property
    def perte(self) -> bool:
        """True when a demande was radiated or erased: nothing else changes the state of a base."""
        return any(self.comptes.get(fait) for fait in PERTES)

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
        return f"{nuits} : {enumerer(self.comptes) or 'rien à faire'}.{sauvee(self.sauvegarde)}"


@dataclass(frozen=True)
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
        """Tells what happened, and what to do, in French."""
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
        """True when a line of the journal asks this already."""
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
    """Lists the nights of all bases that wait for an answer. `machine` is the machine's instant (default:
    now). Raises StoreError."""
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
    magasin: Magasin,
    registre: RegistreBase,
    depuis: date,
    jusqua: date,
    progres: Progres | None = None,
    *,
    demandees: bool = False,
) -> BilanNuits:
    """Runs the nights after `depuis` up to `jusqua`, in the transaction of `registre`, and notes the last;
    none when it does not come after. The base is saved first when that is due (`sera_sauvee`); `demandees`
    says that somebody asked for these nights. Raises StoreError."""
    if jusqua <= depuis:
        if registre.base.derniere_nuit is None:
            registre.noter_nuit(depuis)
        return BilanNuits(depuis, depuis)
    total = (jusqua - depuis).days
    comptes: dict[Fait, int] = dict.fromkeys(Fait, 0)
    sauvegarde = empreinte = ""
    with registre.connexion.au_large():
        prevues = sorted(Prevision(registre, depuis + _JOUR, jusqua).nuits.items())
        if sera_sauvee(registre, prevues, demandees=demandees):
            # In a thread of its own: where servers share their snapshots, one is a transaction too, and this
            # thread is in one. It reads the base as it was before it.
            with ThreadPoolExecutor(1) as fil:
                sauver = fil.submit(_sauver, Sauvegardes(magasin), registre.base.nom, depuis, jusqua)
                sauvegarde, empreinte = sauver.result()
        for rang, (jour, faits) in enumerate(prevues):
            _passer(registre, magasin.journal, jour, faits, "" if rang or demandees else sauvee(sauvegarde))
            for fait, numeros in faits.items():
                comptes[fait] += len(numeros)
            if progres is not None:
                progres((jour - depuis).days, total)
    registre.noter_nuit(jusqua)
    if progres is not None:
        progres(total, total)
    return BilanNuits(depuis, jusqua, comptes, sauvegarde, empreinte, len(prevues))


def _sauver(sauvegardes: Sauvegardes, base: str, depuis: date, jusqua: date) -> tuple[str, str]:
    """Saves the base as it is before these nights; the name of the snapshot, and the SHA-256 of its file.
    Older ones make room."""
    nom = f"{AVANT_NUITS}{depuis:%Y%m%d}-{jusqua:%Y%m%d}"
    with sauvegardes.faire(base, nom, remplacer=True).fichier.open("rb") as lu:
        empreinte = hashlib.file_digest(lu, "sha256").hexdigest()
    siennes = [s.nom for s in sauvegardes.lister(base) if s.nom.startswith(AVANT_NUITS)]
    for ancienne in siennes[AVANT_NUITS_GARDEES:]:
        sauvegardes.supprimer(base, ancienne)
    return nom, empreinte


def sauvee(sauvegarde: str) -> str:
    """Returns the sentence that names the snapshot, "" when there is none."""
    return f" La base telle qu'elle était avant : sauvegarde « {sauvegarde} »." if sauvegarde else ""


def _demander(magasin: Magasin, registre: RegistreBase, attente: NuitsEnAttente) -> None:
    """Notes in the journal that these nights wait: one line, whoever meets them, and however often."""
    lignes = magasin.journal.chercher(attente.base, operation=NUIT, limite=1)
    if not any(map(attente.est_dite, lignes)):
        minuit = datetime.combine(attente.jusqua, time(0), PARIS)
        magasin.journal.consigner(
            registre.connexion, ligne_de_base(attente.base, NUIT, attente.phrase, minuit)
        )
    magasin.nuits_demandees[attente.base] = attente.depuis


def _a_rattraper(magasin: Magasin, base: Base, machine: datetime) -> bool:
    """True when a base has nights to work on. Nights that somebody was already asked about do not count."""
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


def sera_sauvee(registre: RegistreBase, prevues: Iterable[tuple[date, Faits]], *, demandees: bool) -> bool:
    """True when the base is saved before these nights: they radiate or erase more than the share of the
    demandes that its setting allows (0: it is never saved), or one demande, when somebody asked for the
    nights."""
    part = registre.base.reglages.sauvegarde_avant_nuits
    perdues = {n for _, faits in prevues for fait in PERTES for n in faits[fait]} if part else ()
    if not perdues:
        return False
    if demandees and registre.compter(jusqua=SAUVEES_MAX + 1) <= SAUVEES_MAX:
        return True
    return len(perdues) >= PERTES_MIN and 100 * len(perdues) > part * registre.compter()


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
    faite = ligne_de_base(base, NUIT, f"Nuit du {date_francaise(minuit.date())} : {resume}.{dit}", minuit)
    faite.numero_unique = touches[0] if len(touches) == 1 else None
    faite.anomalies = list(_details(faits)) if len(touches) <= CITES_MAX else []
    return faite


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
