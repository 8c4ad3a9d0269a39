"""The life of a demande up to today: deposit, renewals, radiation, DALO, decision, as a base would hold them.

Everything is dated back from the day the base is made, so that nothing is overdue on it.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from sne_sandbox.domain import codes as motifs
from sne_sandbox.domain.dates import PARIS, ajouter_mois
from sne_sandbox.domain.decision import (
    ATTRIBUTION,
    BAIL,
    CATEGORIE,
    DALO,
    DATE_BAIL,
    DATE_COMMISSION,
    DECISION,
    MOTIF,
    NON_ATTRIBUTION,
)
from sne_sandbox.domain.element import Element
from sne_sandbox.generators.demandes import DossierTire
from sne_sandbox.generators.population import Population
from sne_sandbox.generators.tirage import Repartition, Tirage

#: Motives that only a landlord may give.
DU_BAILLEUR: Final = frozenset({motifs.MOTIF_ATTRIBUTION, motifs.MOTIF_IRRECEVABILITE})

#: An active demande may be a little past its year: the system waits for t+13 months.
_DERNIER_DEBUT_MAX: Final = 380
_RENOUVELEE_AVANT_MAX: Final = 45
#: A radiated one is erased after a year.
_RADIEE_DEPUIS_MAX: Final = 330
_RESERVATAIRES: Final = Repartition(
    {"AUCUN": 48, "PPRIOR": 18, "COLACT": 14, "COLTER": 14, "PFONCT": 3, "AUTRES": 3}
)
_TYPES_RPLS: Final = {"C": "T1", "T6P": "T6"}
_TYPES_DALO: Final = {"T1": "01", "T2": "02", "T3": "03", "T4": "04", "T5": "05", "T6P": "06"}
_OUVERTURE: Final = time(9)


@dataclass(frozen=True, slots=True)
class Vie:
    """What happened, and when. `renouvellements` in order; `debut` the start of the last year of validity;
    `radiation` a day and a motive."""

    depot: date
    renouvellements: tuple[date, ...] = ()
    radiation: tuple[date, str] | None = None
    dalo: date | None = None
    decision: date | None = None

    @property
    def debut(self) -> date:
        """Deposit, or last renewal."""
        return self.renouvellements[-1] if self.renouvellements else self.depot


def tirer_vie(tirage: Tirage, population: Population, jour: date) -> Vie:
    """A life that has led to `jour`."""
    radiation: tuple[date, str] | None = None
    if tirage.booleen(population.radiees):
        fin = jour - timedelta(days=tirage.entier(0, _RADIEE_DEPUIS_MAX))
        motif = tirage.selon(population.radiations)
        radiation = (fin, motif)
        if motif == motifs.MOTIF_NON_RENOUVELLEMENT:
            debut = ajouter_mois(fin, -13)
        else:
            debut = fin - timedelta(days=tirage.entier(0, 364))
    else:
        debut = jour - timedelta(days=tirage.entier(0, _DERNIER_DEBUT_MAX))
    etapes = [debut]
    for _ in range(tirage.selon(population.anciennete)):
        avance = timedelta(days=tirage.entier(0, _RENOUVELEE_AVANT_MAX))
        etapes.append(ajouter_mois(etapes[-1] + avance, -12))
    etapes.reverse()
    fin = radiation[0] if radiation else jour
    dalo = tirage.date(etapes[0], fin) if tirage.booleen(population.dalo) else None
    decision = (
        tirage.date(max(debut, fin - timedelta(days=120)), fin)
        if _decide(tirage, population, radiation)
        else None
    )
    return Vie(etapes[0], tuple(etapes[1:]), radiation, dalo, decision)


def tirer_vie_effacee(tirage: Tirage, population: Population, jour: date) -> Vie:
    """A life that ended more than a year before `jour`: only its movements are left."""
    vie = tirer_vie(tirage, replace(population, radiees=1.0, dalo=0.0, decisions=0.0), jour)
    assert vie.radiation is not None
    recul = vie.radiation[0] - (jour - timedelta(days=366 + tirage.entier(0, 730)))
    return Vie(
        vie.depot - recul,
        tuple(quand - recul for quand in vie.renouvellements),
        (vie.radiation[0] - recul, vie.radiation[1]),
    )


def _decide(tirage: Tirage, population: Population, radiation: tuple[date, str] | None) -> bool:
    # Where decisions are told at all, an attribution has its own.
    attribuee = (
        radiation is not None and radiation[1] == motifs.MOTIF_ATTRIBUTION and population.decisions > 0
    )
    return tirage.booleen(population.decisions) or attribuee


def instant(jour: date, maintenant: datetime) -> datetime:
    """Opening time on `jour`, in Paris, and never after `maintenant`."""
    return min(datetime.combine(jour, _OUVERTURE, PARIS), maintenant)


def bloc_radiation(tirage: Tirage, motif: str, jour: date, dossier: DossierTire) -> Element:
    """`radiation`, with what its motive asks for."""
    enfants = [Element("dateRadiation", jour.isoformat()), Element("motifRadiation", "", {"code": motif})]
    if motif == motifs.MOTIF_IRRECEVABILITE:
        enfants.append(Element("sousMotifIrrecevabilite", "", {"code": tirage.choix(("IRRRES", "IRRSEJ"))}))
    elif motif == motifs.MOTIF_SANS_CONTACT:
        courrier = jour - timedelta(days=tirage.entier(32, 70))
        enfants.append(Element("absenceReponse", "", None, (Element("dateCourrier", courrier.isoformat()),)))
    elif motif == motifs.MOTIF_ATTRIBUTION:
        enfants.append(_attribution(tirage, jour, dossier))
    return Element("radiation", "", None, tuple(enfants))


def _attribution(tirage: Tirage, jour: date, dossier: DossierTire) -> Element:
    souhait = dossier.souhait
    type_ = souhait.types[-1]
    place = tirage.choix(souhait.places)
    bail = max(dossier.depot, jour - timedelta(days=tirage.entier(0, 20)))
    adresse = tuple(e for e in dossier.adresse.enfants if e.nom in ("numero", "voie"))
    lieu = (Element("codePostal", place.code_postal), Element("commune", "", {"code": place.code}))
    hlm = dossier.foyer is not None and dossier.foyer.logement == "HLM"
    return Element(
        "attributionLogement",
        "",
        None,
        (
            Element("dateSignatureBail", bail.isoformat()),
            Element("dejaLogeParcBailleur", "", {"code": "OUI" if hlm else "NON"}),
            Element("numeroRpls", f"{tirage.entier(1, 9_999_999_999):010d}"),
            Element("accordCollectif", "", {"code": "AUCUN"}),
            Element("typeReservataire", "", {"code": tirage.selon(_RESERVATAIRES)}),
            Element("typeLogement", "", {"code": _TYPES_RPLS.get(type_, type_)}),
            Element("adresse", "", None, tuple(Element(e.nom, e.texte) for e in adresse) + lieu),
        ),
    )


def bloc_dalo(statut: str, jour: date, dossier: DossierTire) -> Element:
    """`informationDalo`: `statut` is a code of ListeStatutDalo."""
    type_ = _TYPES_DALO.get(dossier.souhait.types[-1], "09")
    return Element(
        "informationDalo",
        "",
        None,
        (
            Element("statutDalo", "", {"code": statut}),
            Element("dateDecisionDalo", jour.isoformat()),
            Element("typologieLogementDalo", "", {"code": type_}),
        ),
    )


def decision(vie: Vie, tirage: Tirage, dalo: bool) -> tuple[tuple[str, str], ...]:
    """Characteristics of the event DECATT of a life that has a decision."""
    assert vie.decision is not None
    attribuee = vie.radiation is not None and vie.radiation[1] == motifs.MOTIF_ATTRIBUTION
    retenue = ATTRIBUTION if attribuee else tirage.choix((NON_ATTRIBUTION, ATTRIBUTION))
    caracteristiques = [(DATE_COMMISSION, vie.decision.isoformat()), (DECISION, retenue)]
    if retenue == NON_ATTRIBUTION:
        caracteristiques.append((MOTIF, "Autre candidat mieux placé"))
    caracteristiques.append((DALO, "oui" if dalo else "non"))
    if not dalo:
        caracteristiques.append((CATEGORIE, tirage.choix(("MALLOG", "HEBERG", "MINEUR", "SANLOG"))))
    if attribuee and vie.radiation is not None:
        caracteristiques += ((BAIL, "oui"), (DATE_BAIL, vie.radiation[0].isoformat()))
    else:
        caracteristiques.append((BAIL, "non"))
    return tuple(caracteristiques)
