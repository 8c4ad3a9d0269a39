"""Drawn households as the rows of a base, in batches: what a document would tell is known already, so that
none is read back. Each row is the one that `store.lignes` draws from the same demande stored.

Each batch has draws of its own: several processes may draw a base, each its share of the batches, in turn
(`semis`). All that one asks of another is where the sequences are when its batch begins.
"""

import gc
import marshal
import os
import pickle
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any, Final

from sne_interface.contract import codec
from sne_interface.domain import codes as motifs
from sne_interface.domain.dates import age, ajouter_mois, xs_date_time
from sne_interface.domain.demande import SANS_DALO, Dalo, Demande, EtatDemande, GenreMouvement
from sne_interface.domain.element_recu import Element
from sne_interface.domain.evenement import Evenement
from sne_interface.domain.livre_des_attributions import (
    DecisionNotee,
    Demandeur,
    suites_attendues,
    tenir,
)
from sne_interface.domain.menage import LIENS_DE_COUPLE, Composition, faits_du_formulaire
from sne_interface.domain.texte import plier
from sne_interface.generators.demandes import DossierTire, contenu, formulaire, tirer_dossier
from sne_interface.generators.menages import Foyer
from sne_interface.generators.population import Population
from sne_interface.generators.tirage import Repartition, Tirage
from sne_interface.generators.vies import (
    DU_BAILLEUR,
    Vie,
    bloc_dalo,
    bloc_radiation,
    dater,
    decision,
    est_dalo,
    instant,
    premier_examen,
    tirer_reexamen,
    tirer_vie,
    tirer_vie_effacee,
)
from sne_sandbox.store import tables
from sne_sandbox.store.lignes import anonyme, ligne_decision, ligne_evenement, micros, tasser

_LOT: Final = 500
_VALIDITE_MOIS: Final = 12
#: For each household, the chance that another left the register one to three years ago: only what is counted
#: of it remains. As many a year as leave it this year in the seed « ecole ».
_EFFACEES: Final = 0.6
# Taken once: a column holds the value.
_ACTIVE, _RADIEE = EtatDemande.ACTIVE.value, EtatDemande.RADIEE.value
_CREATION, _RENOUVELLEMENT, _RADIATION = [
    genre.value
    for genre in (GenreMouvement.CREATION, GenreMouvement.RENOUVELLEMENT, GenreMouvement.RADIATION)
]
#: The sequence of the events of a base (`store.registre`).
_EVENEMENT: Final = "evenement"

#: The columns in which nothing is drawn.
_VIDES: Final = frozenset(("numero_associe", "commentaire", "auteur_modification", "modifie_le"))
#: The columns of the rows, by table, after the first, which is the base. Movements come before the row that
#: says already when the demande came in and left: what counts them has no row to change.
COLONNES: Final = {
    table.nom: tuple(nom for nom in table.noms[1:] if nom not in _VIDES)
    for table in (
        *(tables.demande, tables.demande_personne, tables.demande_commune, tables.demande_motif),
        *(tables.mouvement, tables.demande_stat, tables.effacee_commune, tables.decision, tables.evenement),
    )
}

Lignes = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Lot:
    """A batch: how many households were drawn until now, the rows by table, where the sequences are."""

    fait: int
    lignes: Lignes
    sequences: dict[str, int]


@dataclass(frozen=True)
class Semence:
    """The seed of the households of a base: the same seed makes the same households. `maintenant` is the
    clock of the base."""

    base: str
    population: Population
    seed: int
    taille: int
    maintenant: datetime


@dataclass(slots=True)
class _Plant:
    """A demande drawn, before it has its number. `rang` counts households from 0; `forcee` says that it is a
    meant duplicate of the one before. Once its row is made, `radiation` is the block of the one that ended
    it, `radiee_par` the landlord that sent it, if one did, `attribution` what the ledger keeps of it, `faits`
    those of the form when a decision has to agree with it."""

    rang: int
    dossier: DossierTire
    vie: Vie
    forcee: bool = False
    radiation: Element | None = None
    radiee_par: str = ""
    attribution: DecisionNotee | None = None
    faits: frozenset[str] = frozenset()


def lots(semence: Semence) -> Iterator[Lot]:
    """All the batches of a base that is empty, in order."""
    boite: list[dict[str, int]] = []
    return _lots(semence, 0, 1, boite.pop, boite.append)


def tirer() -> None:
    """The process that draws for another: on its standard input a `Semence`, which of how many it is, and
    what its neighbours write to it and read of it; on its output its batches."""
    gc.disable()  # nothing here goes in circles
    try:
        semence, tireur, tireurs, entree, sortie = pickle.load(sys.stdin.buffer)  # noqa: S301 - from `semis`
        with os.fdopen(entree, "rb") as avant, os.fdopen(sortie, "wb", buffering=0) as apres:
            recevoir, transmettre = partial(pickle.load, avant), partial(pickle.dump, file=apres)
            for lot in _lots(semence, tireur, tireurs, recevoir, transmettre):
                pickle.dump(marshal.dumps((lot.fait, lot.lignes, lot.sequences)), sys.stdout.buffer)
                sys.stdout.buffer.flush()
    except (BrokenPipeError, EOFError):  # nobody wants them any more
        os._exit(1)


def _lots(
    semence: Semence,
    tireur: int,
    tireurs: int,
    recevoir: Callable[[], dict[str, int]],
    transmettre: Callable[[dict[str, int]], None],
) -> Iterator[Lot]:
    """Of the batches, those of `tireur`, counted from 0; the sequences are received before each, and sent on
    to the one after it."""
    base = semence.base
    for debut in range(tireur * _LOT, semence.taille, tireurs * _LOT):
        tirage = Tirage(f"{semence.seed}:{debut}" if debut else semence.seed)
        profils = Tirage(f"{semence.seed}:{debut}:effacement")
        plants, effacees = [], []
        precedent: _Plant | None = None
        fin = min(debut + _LOT, semence.taille)
        for rang in range(debut, fin):
            precedent = _tirer(tirage, semence, rang, precedent)
            plants.append(precedent)
            if tirage.booleen(_EFFACEES):
                effacees.append(_tirer_effacee(tirage, profils, semence, rang))
        sequences = Counter(recevoir() if debut else {})
        numeros = [
            _numero(sequences, p.dossier.territoire.code, p.vie.depot, p.dossier.guichet) for p in plants
        ]
        noms = []
        for effacee in effacees:
            territoire = effacee.dossier.territoire.code
            _numero(sequences, territoire, effacee.vie.depot, "")  # which was its own
            noms.append(anonyme(territoire, profils.entier(0, 2**64 - 1)))
        evenement = sequences[_EVENEMENT]
        for plant in plants:
            tirer_reexamen(tirage, semence.population, plant.vie)
        sequences[_EVENEMENT] += sum(plant.vie.decisions for plant in plants)
        if fin < semence.taille:
            transmettre(dict(sequences))
        lignes: Lignes = defaultdict(list)
        _planter(semence, tirage, plants, numeros, evenement, lignes)
        for nom, effacee in zip(noms, effacees, strict=True):
            _planter_effacee(base, profils, effacee, nom, lignes)
        yield Lot(fin, dict(lignes), dict(sequences))


def _tirer(tirage: Tirage, semence: Semence, rang: int, precedent: _Plant | None) -> _Plant:
    population, jour = semence.population, semence.maintenant.date()
    if (
        tirage.booleen(population.doublons)
        and precedent is not None
        and precedent.vie.radiation is None
        and precedent.dossier.foyer is not None
        and not precedent.forcee
    ):
        avant = precedent.dossier
        depot = tirage.date(precedent.vie.debut, jour)
        guichets = [g for g in avant.territoire.guichets if g != avant.guichet] or [avant.guichet]
        repete = replace(avant, guichet=tirage.choix(guichets), depot=depot)
        return _Plant(rang, repete, Vie(depot), forcee=True)
    vie = tirer_vie(tirage, population, jour)
    return _Plant(rang, tirer_dossier(tirage, population, depot=vie.depot, jour=vie.debut), vie)


def _tirer_effacee(tirage: Tirage, profils: Tirage, semence: Semence, rang: int) -> _Plant:
    """A demande that was erased; `profils` draws who asked: the others are what they are without it."""
    territoire = tirage.selon(semence.population.territoires)
    vie = tirer_vie_effacee(tirage, semence.population, semence.maintenant.date())
    guichet = tirage.choix(territoire.guichets)
    population = replace(semence.population, territoires=Repartition({territoire: 1}))
    dossier = tirer_dossier(profils, population, depot=vie.depot, jour=vie.debut)
    return _Plant(rang, replace(dossier, guichet=guichet), vie)


def _numero(sequences: Counter[str], territoire: str, depot: date, guichet: str) -> str:
    prefixe = f"{territoire}{depot.month:02d}{depot.year % 100:02d}"
    sequences[prefixe] += 1
    return f"{prefixe}{sequences[prefixe]:06d}{guichet}"  # as `NumeroUnique` writes it


def _planter(
    semence: Semence, tirage: Tirage, plants: list[_Plant], numeros: list[str], evenement: int, lignes: Lignes
) -> None:
    """The rows of the demandes of these numbers; their events come after the one numbered `evenement`."""
    base = semence.base
    for plant, numero in zip(plants, numeros, strict=True):
        dossier, vie = plant.dossier, plant.vie
        revision = _raconter(base, numero, vie, dossier.association is not None, lignes)
        demandeur = _demandeur(dossier, vie)
        lignes["demande"].append(_ligne_demande(semence, tirage, plant, numero, revision, demandeur))
        lignes["demande_stat"].append(_ligne_stat(base, numero, dossier, vie, demandeur))
        # Each once, as a document may name one twice.
        for commune in dict.fromkeys([place.code for place in dossier.souhait.places]):
            lignes["demande_commune"].append((base, numero, commune, vie.depot.isoformat()))
        for motif in dict.fromkeys(dossier.motifs):
            lignes["demande_motif"].append((base, numero, motif, vie.depot.isoformat()))
        for rang, titulaire in enumerate(dossier.foyer.adultes if dossier.foyer else ()):
            role = "cotitulaire" if rang else "demandeur"
            noms = (titulaire.nom, titulaire.nom_naissance or "", titulaire.prenom)
            naissance = titulaire.naissance.isoformat()
            nir = titulaire.nir if role in dossier.nirs else None
            lignes["demande_personne"].append((base, numero, rang, role, *map(plier, noms), naissance, nir))
    for plant, numero in zip(plants, numeros, strict=True):
        bailleurs = plant.dossier.territoire.bailleurs
        dites = []
        if plant.vie.reexamen:
            evenement += 1
            avant, auteur = premier_examen(plant.vie, tirage), tirage.choix(bailleurs)
            dites.append(_planter_decision(semence, tirage, plant, numero, evenement, avant, auteur, lignes))
        if plant.vie.decision is not None:
            evenement += 1
            auteur = plant.radiee_par or tirage.choix(bailleurs)
            dites.append(
                _planter_decision(semence, tirage, plant, numero, evenement, plant.vie, auteur, lignes)
            )
        for ligne in tenir(dites, plant.attribution):
            lignes["decision"].append(tuple(ligne_decision(base, ligne).values()))


def _raconter(base: str, numero: str, vie: Vie, association: bool, lignes: Lignes) -> int:
    """The movements of a life; how many they are."""
    faits = lignes["mouvement"]
    faits.append((base, numero, 1, _CREATION, vie.depot.isoformat(), 1, association, None))
    rang = 1
    for jour in vie.renouvellements:
        rang += 1
        faits.append((base, numero, rang, _RENOUVELLEMENT, jour.isoformat(), 0, association, None))
    if vie.radiation is not None:
        jour, motif = vie.radiation
        rang += 1
        faits.append((base, numero, rang, _RADIATION, jour.isoformat(), -1, association, motif))
    return rang


def _planter_effacee(base: str, tirage: Tirage, plant: _Plant, nom: str, lignes: Lignes) -> None:
    """The rows of a demande that was erased: what is counted of it, as `RegistreBase.supprimer_tout` leaves
    it."""
    dossier, vie = plant.dossier, plant.vie
    _raconter(base, nom, vie, dossier.association is not None, lignes)
    demandeur = _demandeur(dossier, vie)
    profil = dict(zip(tables.demande_stat.noms, _ligne_stat(base, nom, dossier, vie, demandeur), strict=True))
    if (naissance := profil["date_naissance"]) is not None:
        profil["date_naissance"] = f"{naissance[:4]}-01-01"
    profil["ressources"] -= profil["ressources"] % 100
    lignes["demande_stat"].append(tuple(profil.values()))
    for commune in sorted({place.code for place in dossier.souhait.places}):
        lignes["effacee_commune"].append((base, nom, commune))
    jour, motif = vie.radiation or (vie.depot, None)
    if motif == motifs.MOTIF_ATTRIBUTION:
        bailleur = tirage.choix(dossier.territoire.bailleurs)
        siren = dossier.territoire.sirens.get(bailleur)
        radiation = bloc_radiation(tirage, motif, jour, dossier, bail=dater(vie, tirage), siren=siren)
        dite = DecisionNotee.de_la_radiation(nom, jour, bailleur, radiation, demandeur, siren)
        dite = replace(dite, logement=None)
        lignes["decision"].append(tuple(ligne_decision(base, dite).values()))


@lru_cache(maxsize=8)
def _autour(version: str) -> tuple[str, str]:
    """Returns the text before and after the two parts of a document of that version."""
    vide = codec.encoder(Element("interfaceNuu", "", {"versionInterface": version})).decode()
    return vide.removesuffix("/>") + ">", "</ns1:interfaceNuu>"


def _demandeur(dossier: DossierTire, vie: Vie) -> Demandeur:
    """As `domain.livre_des_attributions` tells it from a document."""
    foyer, commune = dossier.foyer, dossier.souhait.places[0].code
    dalo = Dalo(motifs.DALO_ACTIF, vie.dalo) if vie.dalo is not None else SANS_DALO
    if foyer is None or not any(adulte.ressources for adulte in foyer.adultes):
        return Demandeur(commune, None, foyer is None, dalo)
    return Demandeur(commune, foyer.ressources * 1200 // _centiemes_uc(foyer, vie.debut), dalo=dalo)


def _ligne_demande(
    semence: Semence,
    tirage: Tirage,
    plant: _Plant,
    numero: str,
    revision: int,
    demandeur: Demandeur,
) -> tuple[Any, ...]:
    """The row of a demande; the plant is told of the radiation that ends it, if one does."""
    dossier, vie, maintenant = plant.dossier, plant.vie, semence.maintenant
    # A landlord's own reference, when it has one.
    bailleurs = dossier.territoire.bailleurs
    reference = f"{dossier.guichet}-{plant.rang + 1:08d}" if dossier.guichet in bailleurs else None
    corps = formulaire(dossier, numero=numero, reference=reference, forcer=plant.forcee)
    debut, fin = _autour(dossier.version)
    document = debut + "".join(contenu("RET", _matin(vie.debut, maintenant)[0], corps)) + fin
    if vie.decision is not None:
        plant.faits = faits_du_formulaire(Demande(codec.lire(document.encode())), vie.decision)
    dernier, etat = dossier.guichet, _ACTIVE
    radiation, jour, motif, reservataire, commune = None, None, None, None, None
    if vie.radiation is not None:
        etat, (jour, motif) = _RADIEE, vie.radiation
        if motif in DU_BAILLEUR:
            dernier = plant.radiee_par = tirage.choix(bailleurs)
        bail = dater(vie, tirage)
        dalo_alors = bail is not None and est_dalo(vie, vie.decision or bail)
        siren = dossier.territoire.sirens.get(dernier)
        radiation = bloc_radiation(tirage, motif, jour, dossier, bail=bail, siren=siren, dalo=dalo_alors)
        reservataire = radiation.code_de("attributionLogement/typeReservataire")
        commune = radiation.code_de("attributionLogement/adresse/commune")
        plant.radiation = radiation
    statut, dalo = None, None
    if radiation is not None and jour is not None and motif == motifs.MOTIF_ATTRIBUTION:
        plant.attribution = DecisionNotee.de_la_radiation(numero, jour, dernier, radiation, demandeur, siren)
    if vie.dalo is not None:
        dernier = dossier.territoire.etats[dossier.souhait.places[0].departement]
        statut = motifs.DALO_RELOGE if motif == motifs.MOTIF_ATTRIBUTION else motifs.DALO_ACTIF
        dalo = tasser(codec.encoder(bloc_dalo(statut, vie.dalo, dossier)))
    return (
        *(semence.base, numero, revision, dossier.territoire.code, etat, dossier.version),
        *(dossier.guichet, dernier, dernier != dossier.guichet),
        *(vie.depot.isoformat(), vie.debut.isoformat()),
        ajouter_mois(vie.debut, _VALIDITE_MOIS).isoformat(),
        vie.renouvellements[-1].isoformat() if vie.renouvellements else None,
        *(jour.isoformat() if jour else None, motif, _micros(jour, maintenant)),
        *(statut, _micros(vie.dalo, maintenant), reference),
        plier(dossier.association) if dossier.association is not None else None,
        *(reservataire, commune),
        tasser(document.encode()),
        tasser(codec.encoder(radiation)) if radiation is not None else None,
        dalo,
    )


def _micros(jour: date | None, maintenant: datetime) -> int | None:
    return None if jour is None else _matin(jour, maintenant)[1]


@lru_cache(maxsize=2048)
def _matin(jour: date, maintenant: datetime) -> tuple[str, int]:
    """The `instant` of a day, as a document and as a column hold it."""
    matin = instant(jour, maintenant)
    return xs_date_time(matin), micros(matin)


def _ligne_stat(
    base: str, numero: str, dossier: DossierTire, vie: Vie, demandeur: Demandeur
) -> tuple[Any, ...]:
    foyer, depot, commune = dossier.foyer, vie.depot.isoformat(), demandeur.souhaitee
    sortie = vie.radiation[0].isoformat() if vie.radiation else None
    criteres = next(iter(dossier.motifs), None), next(iter(dossier.souhait.types), None)
    suite = (depot, sortie, *criteres)
    if foyer is None:
        rien = (None, None, None, None, 0, None)
        return (base, numero, depot, Composition.ASSOCIATION.value, 0, *rien, commune, *suite)
    titulaire = foyer.demandeur
    return (
        *(base, numero, depot, _composition(foyer).value, foyer.taille, titulaire.naissance.isoformat()),
        *(titulaire.nationalite, titulaire.situation, titulaire.metier.contrat),
        *(foyer.ressources, demandeur.ressources_uc, commune, *suite),
    )


def _composition(foyer: Foyer) -> Composition:
    """As `domain.menage.composition` tells it from a document."""
    enfants = bool(foyer.a_charge) or any(enfant.garde == "G" for enfant in foyer.en_garde)
    if foyer.lien in LIENS_DE_COUPLE:
        return Composition.COUPLE_AVEC_ENFANT if enfants else Composition.COUPLE
    if foyer.cotitulaire is not None:
        return Composition.AUTRE
    return Composition.MONOPARENTALE if enfants else Composition.SEULE


def _centiemes_uc(foyer: Foyer, jour: date) -> int:
    """Unités de consommation, in hundredths, as `domain.menage.nombre_uc` tells them."""
    presents = [enfant.naissance for enfant in foyer.a_charge]
    presents += [personne.naissance for personne in foyer.adultes[1:]]
    alternes = [enfant.naissance for enfant in foyer.en_garde if enfant.garde == "G"]
    poids = [sum(50 if age(n, jour) >= 14 else 30 for n in naissances) for naissances in (presents, alternes)]
    return 100 + poids[0] + poids[1] // 2


def _planter_decision(
    semence: Semence,
    tirage: Tirage,
    plant: _Plant,
    numero: str,
    identifiant: int,
    vie: Vie,
    auteur: str,
    lignes: Lignes,
) -> DecisionNotee:
    """The event of the decision of `vie`, that of the plant or as it was before, and its line in the ledger.
    An attribution with a lease was told with the radiation (R. 441-2-8 a)."""
    population, jour, radiation = semence.population, semence.maintenant.date(), plant.radiation
    roles, siren = population.roles.decision, plant.dossier.territoire.sirens.get(auteur)
    assert vie.decision is not None
    dite_le, reexaminee = vie.decision, vie is not plant.vie
    if reexaminee:
        jour, radiation = plant.vie.decision or jour, None
    elif vie.radiation is not None and vie.radiation[1] == motifs.MOTIF_ATTRIBUTION:
        dite_le = vie.radiation[0]
    dit = decision(vie, tirage, population, siren, jour, radiation, faits=plant.faits, reexaminee=reexaminee)
    quand = instant(dite_le, semence.maintenant)
    evenement = Evenement(identifiant, numero, roles.type, auteur, quand, "CRE", vie.decision, None, dit)
    notee = DecisionNotee.de_l_evenement(evenement, roles, _demandeur(plant.dossier, plant.vie), siren)
    assert notee is not None
    if plant.vie.radiation is None:  # the nights of the base go on from there
        suite, suite_le = suites_attendues(tenir([notee])).get(identifiant, (None, None))
        evenement = replace(evenement, suite=suite, suite_le=suite_le)
    ecrite = ligne_evenement(semence.base, evenement)
    lignes["evenement"].append(tuple(ecrite[nom] for nom in ("base", *COLONNES["evenement"])))
    return notee
