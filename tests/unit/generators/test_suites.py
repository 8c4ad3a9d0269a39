"""What is drawn of a demande already registered suits a base that knows it."""

from datetime import date, datetime

import pytest

from sne_sandbox.contract import codec
from sne_sandbox.contract.schema import Document
from sne_sandbox.contract.versions import Contrat, charger
from sne_sandbox.domain.dates import PARIS, ajouter_mois
from sne_sandbox.domain.demande import Demande, DemandeStockee, EtatDemande, NumeroUnique
from sne_sandbox.domain.element import Element
from sne_sandbox.generators import actes, suites
from sne_sandbox.generators.diversite import Atelier, Contraintes, atelier
from sne_sandbox.generators.varietes import TirageVarie
from sne_sandbox.operations import bases
from sne_sandbox.rules.context import Contexte
from sne_sandbox.rules.engine import juger
from sne_sandbox.rules.registre_vide import FauxRegistre

INSTANT = datetime(2018, 3, 15, 12, tzinfo=PARIS)
JOUR = INSTANT.date()
DEPOT = date(2017, 4, 15)
NUMERO = str(NumeroUnique.de("062", DEPOT, 7, "G1226"))
COMBIEN = 40


@pytest.fixture(scope="module")
def contrat() -> Contrat:
    return charger("v5.2")


def _ici(contrat: Contrat, **voulu: object) -> Atelier:
    contraintes = Contraintes(depot=DEPOT, richesse=0.4, **voulu)  # type: ignore[arg-type]
    return atelier(contrat, jour=JOUR, guichet="G1226", contraintes=contraintes, instant=INSTANT)


def _stockee(racine: Element) -> DemandeStockee:
    vue = Demande(racine)
    return DemandeStockee(
        NUMERO, "062", EtatDemande.ACTIVE, vue.version, "G1226", "G1226", False, DEPOT, DEPOT,
        ajouter_mois(DEPOT, 12), vue, codec.encoder(racine),
    )  # fmt: skip


def _bloquantes(contrat: Contrat, racine: Element, stockee: DemandeStockee) -> list[str]:
    octets = codec.encoder(racine)
    arbre = codec.arbre(racine)
    type_fichier = Demande(racine).type_fichier
    assert not contrat.schemas.validate(arbre, document=Document.DEMANDE)
    contexte = Contexte(
        type_fichier=type_fichier,
        document=codec.lire(octets),
        maintenant=INSTANT,
        nomenclatures=contrat.nomenclatures,
        territoires=contrat.territoires,
        registre=FauxRegistre((stockee,), tuple(bases.guichets_de("ecole"))),
        versions=contrat.versions,
        stockee=stockee if type_fichier != "CRS" else None,
        nom_fichier="DEMG1226-201803151200-000001.xml",
    )
    return [a.regle for a in juger(contexte, contrat, "strict") if a.bloquante]


@pytest.mark.parametrize("type_fichier", ["MOD", "REN", "RAD", "SUP", "COP"])
def test_later_messages_are_accepted(contrat: Contrat, type_fichier: str) -> None:
    ici, tirage = _ici(contrat), TirageVarie(type_fichier)
    for _ in range(COMBIEN):
        avant = ici.message(tirage)
        radiation = actes.radiation(tirage, ici, depot=DEPOT) if type_fichier == "RAD" else None
        racine = suites.suite(tirage, ici, avant, type_fichier, NUMERO, radiation=radiation)
        assert Demande(racine).numero_unique == NUMERO
        assert _bloquantes(contrat, racine, _stockee(avant)) == []


def test_a_modification_changes_something_but_not_who_asks(contrat: Contrat) -> None:
    ici, tirage = _ici(contrat), TirageVarie(2)
    for _ in range(COMBIEN):
        avant = Demande(ici.message(tirage))
        apres = Demande(suites.suite(tirage, ici, avant.element, "MOD", NUMERO))
        assert avant.demandeur is not None
        assert apres.demandeur is not None
        assert apres.date_creation == avant.date_creation
        for champ in ("nom", "prenom", "date_naissance", "nir"):
            assert getattr(apres.demandeur, champ) == getattr(avant.demandeur, champ)
        assert codec.encoder(apres.formulaire) != codec.encoder(avant.formulaire)


def test_the_first_document_keeps_its_children(contrat: Contrat) -> None:
    ici, tirage = _ici(contrat), TirageVarie(3)
    avant = ici.message(tirage)
    ecrit = codec.encoder(avant)
    suites.suite(tirage, ici, avant, "SUP", NUMERO)
    assert codec.encoder(avant) == ecrit
    assert all(enfant.parent is parent for parent in avant.parcourir() for enfant in parent.enfants)


def test_a_separation_is_accepted(contrat: Contrat) -> None:
    ici, tirage = _ici(contrat, sorte="couple_avec_enfant"), TirageVarie(4)
    for _ in range(COMBIEN):
        origine = ici.message(tirage)
        racine = suites.separation(tirage, ici, origine, NUMERO)
        vue = Demande(racine)
        assert vue.demandeur is not None
        assert vue.demandeur.prenom == Demande(origine).cotitulaires[0].prenom
        assert vue.numero_associe == NUMERO
        assert _bloquantes(contrat, racine, _stockee(origine)) == []


def test_nobody_to_separate_from(contrat: Contrat) -> None:
    ici, tirage = _ici(contrat, sorte="personne_seule"), TirageVarie(5)
    with pytest.raises(ValueError, match="nobody"):
        suites.separation(tirage, ici, ici.message(tirage), NUMERO)
