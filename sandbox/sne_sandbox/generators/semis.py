"""A base filled from its seed: households drawn, written and stored in batches, without passing by SOAP.

The same seed and the same day give the same base; the first households of a large one are those of a small
one. Numbers come from the sequences of the base, as any other's.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sne_sandbox.contract import codec
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain import codes as motifs
from sne_sandbox.domain.dates import ajouter_mois
from sne_sandbox.domain.decision import TYPE_DECISION
from sne_sandbox.domain.demande import Demande, DemandeStockee, EtatDemande, GenreMouvement, Mouvement
from sne_sandbox.domain.element import Element
from sne_sandbox.domain.evenement import Evenement
from sne_sandbox.generators import vies
from sne_sandbox.generators.demandes import DossierTire, document, formulaire, tirer_dossier
from sne_sandbox.generators.population import Population, lire_population
from sne_sandbox.generators.tirage import Tirage, TirageAleatoire
from sne_sandbox.generators.vies import Vie
from sne_sandbox.store.registre import RegistreBase

_LOT: Final = 500
_VALIDITE_MOIS: Final = 12
#: For each household, the chance that another left the register one to three years ago: only its
#: movements remain.
_EFFACEES: Final = 0.3

#: Told how many households of how many are stored.
Progres = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Plant:
    """A demande drawn, that waits for its number."""

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
    vie = vies.tirer_vie(tirage, population, jour)
    return _Plant(rang, tirer_dossier(tirage, population, depot=vie.depot, jour=vie.debut), vie)


def _repetable(plant: _Plant) -> bool:
    return plant.vie.radiation is None and plant.dossier.foyer is not None and not plant.forcee


def _tirer_effacee(
    tirage: Tirage, population: Population, maintenant: datetime
) -> tuple[tuple[str, str], Vie]:
    territoire = tirage.selon(population.territoires)
    vie = vies.tirer_vie_effacee(tirage, population, maintenant.date())
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
    racine = document(dossier.version, "RET", vies.instant(vie.debut, maintenant), corps)
    dernier = dossier.guichet
    etat, radiation, jour_radiation, motif = EtatDemande.ACTIVE, None, None, None
    if vie.radiation is not None:
        etat, (jour_radiation, motif) = EtatDemande.RADIEE, vie.radiation
        radiation = codec.encoder(vies.bloc_radiation(tirage, motif, jour_radiation, dossier))
        if motif in vies.DU_BAILLEUR:
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
        radiation_enregistree_le=vies.instant(jour_radiation, maintenant) if jour_radiation else None,
        information_dalo=(
            codec.encoder(vies.bloc_dalo(statut, vie.dalo, dossier))
            if statut and vie.dalo is not None
            else None
        ),
        statut_dalo=statut,
        dalo_enregistre_le=vies.instant(vie.dalo, maintenant) if vie.dalo is not None else None,
        revision=revision,
    )


def _decision(tirage: Tirage, plant: _Plant, stockee: DemandeStockee, maintenant: datetime) -> Evenement:
    assert plant.vie.decision is not None
    return Evenement(
        identifiant=0,
        numero_unique=stockee.numero_unique,
        code_type=TYPE_DECISION,
        auteur_creation=tirage.choix(plant.dossier.territoire.bailleurs),
        cree_le=vies.instant(plant.vie.decision, maintenant),
        nature="CRE",
        date_survenance=plant.vie.decision,
        commentaire=None,
        caracteristiques=vies.decision(plant.vie, tirage, stockee.statut_dalo is not None),
    )
