"""Generated documents fit the schema and every rule, warnings included, in every profile."""

from collections import Counter
from datetime import date, datetime
from functools import lru_cache

import pytest

from sne_interface.contract import codec
from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.domain.dates import PARIS, ajouter_mois
from sne_interface.domain.demande import Demande, DemandeStockee, EtatDemande, NumeroUnique
from sne_interface.domain.element_recu import Element, avec_enfants, bloc
from sne_interface.domain.evenement import Evenement
from sne_interface.domain.menage import composition
from sne_interface.generators import vies
from sne_interface.generators.demandes import DossierTire, document, formulaire, lus, message, tirer_dossier
from sne_interface.generators.population import Population, lire_population
from sne_interface.generators.tirage import Tirage
from sne_interface.rules.controle import controler
from sne_interface.rules.engine import juger
from sne_interface.rules.registre_vu_des_regles import RegistreMemoire
from sne_interface.rules.rule import Contexte
from sne_sandbox.bases import bases

MAINTENANT = datetime(2018, 3, 15, 12, tzinfo=PARIS)
JOUR = date(2018, 3, 15)
#: Messages of each type: on each push, and in `make test-all`.
TIRES = pytest.mark.parametrize("combien", [100, pytest.param(300, marks=pytest.mark.reste)])
TYPES = ("CRE", "MOD", "REN", "RAD", "SUP", "COP")


@pytest.fixture(scope="module")
def population(contrat: Contrat) -> Population:
    return lire_population(contrat, "ecole")


@lru_cache(maxsize=1)  # a hundred thousand elements
def _messages(
    population: Population, type_fichier: str, combien: int
) -> list[tuple[Element, DemandeStockee | None]]:
    """Messages of that type about demandes deposited last year, and what the base holds of each."""
    tirage = Tirage(2018)
    trouves: list[tuple[Element, DemandeStockee | None]] = []
    for rang in range(combien):
        depot = JOUR if type_fichier == "CRE" else ajouter_mois(JOUR, -11)
        dossier = tirer_dossier(tirage, population, depot=depot, jour=JOUR)
        numero = str(NumeroUnique.de(dossier.territoire.code, depot, rang, dossier.guichet))
        if type_fichier == "CRE":
            (corps,) = lus(formulaire(dossier, reference=f"R{rang}"))
            trouves.append((document(dossier.version, "CRE", MAINTENANT, corps), None))
            continue
        emetteur, bloc_ = None, None
        if type_fichier == "REN":
            bloc_ = bloc("renouvellement", Element("dateRenouvellement", JOUR.isoformat()))
        elif type_fichier == "COP":
            bloc_ = Element("dateDerniereModificationPiece", JOUR.isoformat())
        elif type_fichier == "RAD":
            motif = tirage.choix(("RADATT", "RADABA", "RADCON", "RADIRR"))
            bloc_ = vies.bloc_radiation(tirage, motif, JOUR, dossier)
            emetteur = dossier.territoire.bailleurs[0]
        (corps,) = lus(formulaire(dossier, emetteur=emetteur, numero=numero))
        if bloc_ is not None:
            corps = avec_enfants(corps, (*corps.enfants, bloc_))
        racine = document(dossier.version, type_fichier, MAINTENANT, corps)
        trouves.append((racine, _stockee(dossier, numero)))
    return trouves


def _stockee(dossier: DossierTire, numero: str) -> DemandeStockee:
    racine = document(dossier.version, "RET", MAINTENANT, *lus(formulaire(dossier, numero=numero)))
    code, guichet, depot = dossier.territoire.code, dossier.guichet, dossier.depot
    return DemandeStockee(
        numero, code, EtatDemande.ACTIVE, dossier.version, guichet, guichet, False, depot, depot,
        ajouter_mois(depot, 12), Demande(racine), codec.encoder(racine),
    )  # fmt: skip


@TIRES
@pytest.mark.parametrize("profil", ["ecole", "strict"])
@pytest.mark.parametrize("type_fichier", TYPES)
def test_messages_break_no_rule(
    contrat: Contrat, population: Population, type_fichier: str, profil: str, combien: int
) -> None:
    fautes: Counter[str] = Counter()
    for racine, _ in _messages(population, type_fichier, combien):
        controle = controler(codec.encoder(racine), contrat, profil, MAINTENANT)
        assert controle.genre
        fautes.update(f"{f.regle} {f.chemin}" for f in controle.fautes)
    assert not fautes


@TIRES
@pytest.mark.parametrize("type_fichier", TYPES)
def test_messages_suit_a_base_that_knows_their_demande(
    contrat: Contrat, population: Population, type_fichier: str, combien: int
) -> None:
    guichets = tuple(bases.guichets_de("ecole"))
    fautes: Counter[str] = Counter()
    for racine, stockee in _messages(population, type_fichier, combien):
        contexte = Contexte(
            type_fichier=type_fichier,
            document=codec.lire(codec.encoder(racine)),
            maintenant=MAINTENANT,
            nomenclatures=contrat.nomenclatures,
            territoires=contrat.territoires,
            registre=RegistreMemoire((stockee,) if stockee is not None else (), guichets),
            versions=contrat.versions,
            stockee=stockee,
            nom_fichier=f"DEM{Demande(racine).num_guichet}-201803151200-000001.xml",
        )
        fautes.update(a.regle for a in juger(contexte, contrat, "strict"))
    assert not fautes


def test_the_population_is_that_of_the_register(population: Population) -> None:
    tirage = Tirage(5)
    nombre = 4000
    demandes = [
        Demande(message(tirer_dossier(tirage, population, depot=JOUR, jour=JOUR), MAINTENANT))
        for _ in range(nombre)
    ]
    parts = {sorte: n / nombre for sorte, n in Counter(str(composition(d)) for d in demandes).items()}
    assert parts["SEU"] == pytest.approx(0.43, abs=0.03)
    assert parts["MON"] == pytest.approx(0.27, abs=0.03)
    assert 0 < parts["ASS"] < 0.01
    versions = Counter(d.version for d in demandes)
    assert set(versions) == {"02.00", "02.01", "02.02"}
    lus = charger().roles.demande.nirs
    nirs = [nir for d in demandes if d.version == "02.02" for nir in lus(d)]
    assert any(nirs)
    assert not all(nirs)
    assert {nir[5:10] for nir in nirs if nir} == {"75999", "62999", "69999", "97199", "97499"}
    assert not any(nir for d in demandes if d.version != "02.02" for nir in lus(d))


def test_an_event_of_decision_is_a_value(population: Population) -> None:
    vie = vies.Vie(JOUR, dalo=JOUR, decision=JOUR)
    caracteristiques = vies.decision(vie, Tirage(1), population, "993681931", JOUR)
    evenement = Evenement(0, "", "DECATT", "", MAINTENANT, "CRE", JOUR, None, caracteristiques)
    assert ("DALO", "oui") in evenement.caracteristiques
    assert ("SIREN", "993681931") in evenement.caracteristiques
    assert ("BAIL", "non") in evenement.caracteristiques
