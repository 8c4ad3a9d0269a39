"""A base filled from its seed: households drawn, written and stored in batches, without passing by SOAP.

Each demande has its life up to the day the base is made (deposit, renewals, radiation, DALO, decision), dated
back from it so that nothing is overdue. The same seed and the same day give the same base; the first
households of a large one are those of a small one. Numbers come from the sequences of the base.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from sne_sandbox.contract import codec
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain import codes as motifs
from sne_sandbox.domain import decision as d
from sne_sandbox.domain.dates import PARIS, ajouter_mois
from sne_sandbox.domain.demande import Demande, DemandeStockee, EtatDemande, GenreMouvement, Mouvement
from sne_sandbox.domain.element import Element, bloc, de_code
from sne_sandbox.domain.evenement import Evenement
from sne_sandbox.generators.demandes import DossierTire, document, formulaire, tirer_dossier
from sne_sandbox.generators.population import Population, lire_population
from sne_sandbox.generators.tirage import Repartition, Tirage, TirageAleatoire
from sne_sandbox.store.registre import RegistreBase

#: Motives that only a landlord may give.
DU_BAILLEUR: Final = frozenset({motifs.MOTIF_ATTRIBUTION, motifs.MOTIF_IRRECEVABILITE})

#: Days. An active demande may be a little past its year: the system waits for t+13 months.
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
    """What happened to a demande, and when. `renouvellements` in order; `radiation` a day and the code of a
    motive; `dalo` and `decision` the days of a d.DALO and of a commission's decision."""

    depot: date
    renouvellements: tuple[date, ...] = ()
    radiation: tuple[date, str] | None = None
    dalo: date | None = None
    decision: date | None = None

    @property
    def debut(self) -> date:
        """Start of the last year of validity: the last renewal, or the deposit."""
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
    enfants = [Element("dateRadiation", jour.isoformat()), de_code("motifRadiation", motif)]
    if motif == motifs.MOTIF_IRRECEVABILITE:
        enfants.append(de_code("sousMotifIrrecevabilite", tirage.choix(("IRRRES", "IRRSEJ"))))
    elif motif == motifs.MOTIF_SANS_CONTACT:
        courrier = jour - timedelta(days=tirage.entier(32, 70))
        enfants.append(bloc("absenceReponse", Element("dateCourrier", courrier.isoformat())))
    elif motif == motifs.MOTIF_ATTRIBUTION:
        enfants.append(_attribution(tirage, jour, dossier))
    return bloc("radiation", *enfants)


def _attribution(tirage: Tirage, jour: date, dossier: DossierTire) -> Element:
    souhait = dossier.souhait
    type_ = souhait.types[-1]
    place = tirage.choix(souhait.places)
    bail = max(dossier.depot, jour - timedelta(days=tirage.entier(0, 20)))
    adresse = tuple(e for e in dossier.adresse.enfants if e.nom in ("numero", "voie"))
    lieu = (Element("codePostal", place.code_postal), de_code("commune", place.code))
    hlm = dossier.foyer is not None and dossier.foyer.logement == "HLM"
    return bloc(
        "attributionLogement",
        Element("dateSignatureBail", bail.isoformat()),
        de_code("dejaLogeParcBailleur", "OUI" if hlm else "NON"),
        Element("numeroRpls", f"{tirage.entier(1, 9_999_999_999):010d}"),
        de_code("accordCollectif", "AUCUN"),
        de_code("typeReservataire", tirage.selon(_RESERVATAIRES)),
        de_code("typeLogement", _TYPES_RPLS.get(type_, type_)),
        bloc("adresse", *(tuple(Element(e.nom, e.texte) for e in adresse) + lieu)),
    )


def bloc_dalo(statut: str, jour: date, dossier: DossierTire) -> Element:
    """`informationDalo`: `statut` is a code of ListeStatutDalo."""
    type_ = _TYPES_DALO.get(dossier.souhait.types[-1], "09")
    return bloc(
        "informationDalo",
        de_code("statutDalo", statut),
        Element("dateDecisionDalo", jour.isoformat()),
        de_code("typologieLogementDalo", type_),
    )


def decision(vie: Vie, tirage: Tirage, dalo: bool) -> tuple[tuple[str, str], ...]:
    """Characteristics of the event DECATT of a life that has a decision."""
    assert vie.decision is not None
    attribuee = vie.radiation is not None and vie.radiation[1] == motifs.MOTIF_ATTRIBUTION
    retenue = d.ATTRIBUTION if attribuee else tirage.choix((d.NON_ATTRIBUTION, d.ATTRIBUTION))
    caracteristiques = [(d.DATE_COMMISSION, vie.decision.isoformat()), (d.DECISION, retenue)]
    if retenue == d.NON_ATTRIBUTION:
        caracteristiques.append((d.MOTIF, "Autre candidat mieux placé"))
    caracteristiques.append((d.DALO, "oui" if dalo else "non"))
    if not dalo:
        caracteristiques.append((d.CATEGORIE, tirage.choix(("MALLOG", "HEBERG", "MINEUR", "SANLOG"))))
    if attribuee and vie.radiation is not None:
        caracteristiques += ((d.BAIL, "oui"), (d.DATE_BAIL, vie.radiation[0].isoformat()))
    else:
        caracteristiques.append((d.BAIL, "non"))
    return tuple(caracteristiques)


# --- the base ----------------------------------------------------------------------------------------

_LOT: Final = 500
_VALIDITE_MOIS: Final = 12
#: For each household, the chance that another left the register one to three years ago: only its
#: movements remain.
_EFFACEES: Final = 0.3

#: Told how many households of how many are stored.
Progres = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Plant:
    """A demande drawn, before the register gives it its number. `rang` counts households from 0; `forcee`
    says that it is a meant duplicate of the one before."""

    rang: int
    dossier: DossierTire
    vie: Vie
    forcee: bool = False


def semer(
    registre: RegistreBase,
    contrat: Contrat,
    *,
    semence: str,
    seed: int,
    maintenant: datetime,
    taille: int | None = None,
    progres: Progres | None = None,
) -> int:
    """Fills the base of `registre` from the seed `semence` as on `maintenant` (its clock); answers how many
    demandes. `taille` is how many households, the seed's own by default. Raises UsageError for an unknown
    seed, ContractError for one not well written."""
    population = lire_population(semence, contrat)
    total = population.taille if taille is None else taille
    tirage = TirageAleatoire(seed)
    with _sans_ramasse_miettes():
        for debut in range(0, total, _LOT):
            lot, effacees = [], []
            precedent: _Plant | None = None
            for rang in range(debut, min(debut + _LOT, total)):
                plant = _tirer(tirage, population, rang, maintenant, precedent)
                precedent = plant
                lot.append(plant)
                if tirage.booleen(_EFFACEES):
                    effacees.append(_tirer_effacee(tirage, population, maintenant))
            _planter(registre, tirage, lot, maintenant)
            _raconter(registre, effacees)
            if progres is not None:
                progres(debut + len(lot), total)
    return total


@contextmanager
def _sans_ramasse_miettes() -> Iterator[None]:
    """Elements know their parent: they are cycles, and the collector would walk through a batch again and
    again (three quarters of the time). `_defaire` undoes the cycles instead."""
    actif = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if actif:
            gc.enable()


def _tirer(
    tirage: Tirage, population: Population, rang: int, maintenant: datetime, precedent: _Plant | None
) -> _Plant:
    jour = maintenant.date()
    if tirage.booleen(population.doublons) and precedent is not None and _repetable(precedent):
        avant = precedent.dossier
        depot = tirage.date(precedent.vie.debut, jour)
        guichets = [g for g in avant.territoire.guichets if g != avant.guichet] or [avant.guichet]
        repete = replace(avant, guichet=tirage.choix(guichets), depot=depot)
        return _Plant(rang, repete, Vie(depot), forcee=True)
    vie = tirer_vie(tirage, population, jour)
    return _Plant(rang, tirer_dossier(tirage, population, depot=vie.depot, jour=vie.debut), vie)


def _repetable(plant: _Plant) -> bool:
    return plant.vie.radiation is None and plant.dossier.foyer is not None and not plant.forcee


def _tirer_effacee(
    tirage: Tirage, population: Population, maintenant: datetime
) -> tuple[tuple[str, str], Vie]:
    territoire = tirage.selon(population.territoires)
    vie = tirer_vie_effacee(tirage, population, maintenant.date())
    return (territoire.code, tirage.choix(territoire.guichets)), vie


def _planter(registre: RegistreBase, tirage: Tirage, lot: list[_Plant], maintenant: datetime) -> None:
    numeros = registre.prochains_numeros(
        [(plant.dossier.territoire.code, plant.vie.depot, plant.dossier.guichet) for plant in lot]
    )
    passe: list[Mouvement] = []
    stockees = []
    for plant, numero in zip(lot, numeros, strict=True):
        association = plant.dossier.association is not None
        faits = _mouvements(numero, plant.vie, association)
        stockees.append(_stocker(tirage, plant, numero, len(faits), maintenant))
        passe += faits
    registre.ajouter_tout(stockees, passe)
    for plant, stockee in zip(lot, stockees, strict=True):
        _defaire(stockee.demande.element)
        if plant.vie.decision is not None:
            registre.ajouter_evenement(_decision(tirage, plant, stockee, maintenant))


def _defaire(element: Element) -> None:
    """Takes a stored document apart, so that it is freed at once."""
    enfants, element.enfants = element.enfants, ()
    for enfant in enfants:
        if enfant.enfants:
            _defaire(enfant)


def _raconter(registre: RegistreBase, effacees: list[tuple[tuple[str, str], Vie]]) -> None:
    numeros = registre.prochains_numeros(
        [(territoire, vie.depot, guichet) for (territoire, guichet), vie in effacees]
    )
    registre.ajouter_tout(
        (),
        [
            m
            for numero, (_, vie) in zip(numeros, effacees, strict=True)
            for m in _mouvements(numero, vie, False)
        ],
    )


def _mouvements(numero: str, vie: Vie, association: bool) -> list[Mouvement]:
    faits = [Mouvement(numero, 1, GenreMouvement.CREATION, vie.depot, 1, association)]
    for rang, jour in enumerate(vie.renouvellements, 2):
        faits.append(Mouvement(numero, rang, GenreMouvement.RENOUVELLEMENT, jour, 0, association))
    if vie.radiation is not None:
        jour, motif = vie.radiation
        faits.append(
            Mouvement(numero, len(faits) + 1, GenreMouvement.RADIATION, jour, -1, association, motif)
        )
    return faits


def _stocker(
    tirage: Tirage, plant: _Plant, numero: str, revision: int, maintenant: datetime
) -> DemandeStockee:
    dossier, vie = plant.dossier, plant.vie
    # A landlord's own reference, when it has one.
    reference = (
        f"{dossier.guichet}-{plant.rang + 1:08d}" if dossier.guichet in dossier.territoire.bailleurs else None
    )
    corps = formulaire(dossier, numero=numero, reference=reference, forcer=plant.forcee)
    racine = document(dossier.version, "RET", instant(vie.debut, maintenant), corps)
    dernier = dossier.guichet
    etat, radiation, jour_radiation, motif = EtatDemande.ACTIVE, None, None, None
    if vie.radiation is not None:
        etat, (jour_radiation, motif) = EtatDemande.RADIEE, vie.radiation
        radiation = codec.encoder(bloc_radiation(tirage, motif, jour_radiation, dossier))
        if motif in DU_BAILLEUR:
            dernier = tirage.choix(dossier.territoire.bailleurs)
    statut = None
    if vie.dalo is not None:
        dernier = dossier.territoire.etat
        statut = "ACTREL" if motif == motifs.MOTIF_ATTRIBUTION else "ACTIF"
    return DemandeStockee(
        numero_unique=numero,
        territoire=dossier.territoire.code,
        etat=etat,
        version=dossier.version,
        guichet_createur=dossier.guichet,
        guichet_dernier=dernier,
        touchee_par_autrui=dernier != dossier.guichet,
        date_creation=vie.depot,
        debut_validite=vie.debut,
        fin_validite=ajouter_mois(vie.debut, _VALIDITE_MOIS),
        demande=Demande(racine),
        document=codec.encoder(racine),
        date_renouvellement=vie.renouvellements[-1] if vie.renouvellements else None,
        date_radiation=jour_radiation,
        motif_radiation=motif,
        radiation=radiation,
        radiation_enregistree_le=instant(jour_radiation, maintenant) if jour_radiation else None,
        information_dalo=(
            codec.encoder(bloc_dalo(statut, vie.dalo, dossier)) if statut and vie.dalo is not None else None
        ),
        statut_dalo=statut,
        dalo_enregistre_le=instant(vie.dalo, maintenant) if vie.dalo is not None else None,
        revision=revision,
    )


def _decision(tirage: Tirage, plant: _Plant, stockee: DemandeStockee, maintenant: datetime) -> Evenement:
    assert plant.vie.decision is not None
    return Evenement(
        identifiant=0,
        numero_unique=stockee.numero_unique,
        code_type=d.TYPE_DECISION,
        auteur_creation=tirage.choix(plant.dossier.territoire.bailleurs),
        cree_le=instant(plant.vie.decision, maintenant),
        nature="CRE",
        date_survenance=plant.vie.decision,
        commentaire=None,
        caracteristiques=decision(plant.vie, tirage, stockee.statut_dalo is not None),
    )
