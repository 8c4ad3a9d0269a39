"""Each draw of Hypothesis shrinks to the simplest, and only who wants it imports it; it draws valid
documents, and shrinks them to something readable.
"""

import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime

import pytest
from banc import specimen
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from sne_interface.contract import codec
from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.domain.dates import PARIS
from sne_interface.domain.demande import Demande
from sne_interface.domain.element_recu import Element, avec_enfants
from sne_interface.generators import messages_apres_creation, strategies
from sne_interface.generators.contraintes_de_menages import Contraintes, atelier
from sne_interface.generators.messages_apres_creation import document_d_evenement, document_de_recherche
from sne_interface.generators.messages_en_nombre import Defaut, essayer
from sne_interface.generators.strategies import TirageHypothese, Tirees
from sne_interface.generators.tirage import Repartition, noms
from sne_interface.rules.controle import controler

REDUCTION_DES_TIRAGES = settings(
    max_examples=200, database=None, derandomize=True, phases=[Phase.generate, Phase.shrink]
)


def _tout(tirage: TirageHypothese) -> tuple[object, ...]:
    return (
        tirage.entier(3, 9),
        tirage.entier(-5, 5),
        tirage.choix("abc"),
        tirage.choix(noms().familles),
        tirage.selon(Repartition({"x": 1, "y": 99})),
        tirage.booleen(0.9),
        tirage.date(date(2018, 1, 1), date(2018, 12, 31)),
        tirage.booleen(1.0),
        tirage.booleen(0.0),
    )


def test_the_simplest_of_each_draw() -> None:
    simple = find(Tirees(_tout), lambda valeur: True, settings=REDUCTION_DES_TIRAGES)
    assert simple == (3, 0, "a", "Ba", "x", False, date(2018, 1, 1), True, False)


def test_every_value_is_within_reach() -> None:
    voulu = find(
        Tirees(_tout),
        lambda v: v[0] == 9 and v[1] == -5 and v[2] == "c" and v[4] == "y" and v[5] is True,
        settings=settings(REDUCTION_DES_TIRAGES, max_examples=20_000),
    )
    assert voulu[:3] == (9, -5, "c")


def test_a_strategy_says_what_it_builds() -> None:
    assert "_tout" in repr(Tirees(_tout))


def test_nothing_but_the_strategies_imports_hypothesis() -> None:
    code = (
        "import sys, sne_sandbox.bases.semis, sne_interface.generators.messages_en_nombre\n"
        "import sne_sandbox.cli.commande_generate, sne_sandbox.cli.commande_serve\n"
        "sys.exit('hypothesis' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


JOUR = date(2018, 3, 15)
INSTANT = datetime(2018, 3, 15, 9, tzinfo=PARIS)
NUMERO = "0620318000001G1226"
CONTRAT = charger("v5.2")
ICI = atelier(CONTRAT, jour=JOUR, guichet="G1226")
ESSAIS = settings(
    max_examples=60, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
REDUCTION = settings(REDUCTION_DES_TIRAGES, max_examples=400)


def _conforme(racine: Element) -> None:
    controle = controler(codec.encoder(racine), CONTRAT, "strict", INSTANT)
    assert controle.conforme, controle.fautes


@ESSAIS
@given(strategies.demandes(ICI.avec(Contraintes(richesse=0.4))))
def test_demandes_are_valid(racine: Element) -> None:
    _conforme(racine)


@ESSAIS
@given(st.data())
def test_later_messages_are_valid(data: st.DataObject) -> None:
    contraintes = Contraintes(depot=date(2017, 6, 1))
    avant = data.draw(strategies.demandes(ICI.avec(contraintes)))
    type_fichier = data.draw(st.sampled_from(("MOD", "REN", "RAD", "SUP", "COP")))
    radiation = None
    if type_fichier == "RAD":
        radiation = data.draw(strategies.radiations(ICI, demande=avant))
        commune = radiation.enfant("attributionLogement/adresse/commune")
        assert commune is None or commune.code in {c.code for c in Demande(avant).communes_souhaitees}
    dites = (ICI, avant, type_fichier, NUMERO)
    _conforme(data.draw(Tirees(lambda t: messages_apres_creation.suite(t, *dites, radiation=radiation))))


@ESSAIS
@given(st.data())
def test_separations_are_valid(data: st.DataObject) -> None:
    contraintes = Contraintes(cotitulaires_min=1)
    avant = data.draw(strategies.demandes(ICI.avec(contraintes)))
    _conforme(data.draw(Tirees(lambda t: messages_apres_creation.separation(t, ICI, avant, NUMERO))))


def _declaration(dalo: Element) -> Element:
    """The message that declares it, about a specimen."""
    racine = codec.decoder(specimen("dalo"), CONTRAT.nomenclatures.conteneurs)
    *tete, demande = racine.enfants
    _, *reste = demande.enfants
    return avec_enfants(racine, (*tete, avec_enfants(demande, (dalo, *reste))))


def test_a_dalo_that_lacks_its_day_is_not_valid() -> None:
    """`_conforme` sees what is wrong with a fragment."""
    actif = Element("informationDalo", "", None, (Element("statutDalo", "", {"code": "ACTIF"}),))
    with pytest.raises(AssertionError, match="DAL002"):
        _conforme(_declaration(actif))


@ESSAIS
@given(
    strategies.evenements(ICI),
    strategies.decisions(ICI, bail=True),
    strategies.recherches(ICI),
    strategies.dalos(ICI),
)
def test_fragments_are_valid(evenement: Element, decision: Element, criteres: Element, dalo: Element) -> None:
    _conforme(document_d_evenement(ICI, evenement))
    _conforme(document_d_evenement(ICI, decision))
    _conforme(document_de_recherche(ICI, criteres))
    _conforme(_declaration(dalo))


@settings(ESSAIS, max_examples=20)
@given(Tirees(lambda t: essayer(t, "MEN009", CONTRAT)).filter(bool))
def test_defects_are_drawn_too(trouve: Defaut | None) -> None:
    assert trouve is not None
    assert trouve.code == "MEN009"
    assert trouve.autonome


def _reduit(strategie: SearchStrategy[Element], condition: Callable[[Demande], object]) -> Demande:
    return Demande(find(strategie, lambda racine: bool(condition(Demande(racine))), settings=REDUCTION))


def _avec_un_cotitulaire(contrat: Contrat, contraintes: Contraintes) -> None:
    """The smallest demande of two holders has nothing but them."""
    tirees = strategies.demandes(atelier(contrat, jour=JOUR, contraintes=contraintes))
    demande = _reduit(tirees, lambda d: len(d.cotitulaires) >= 1)
    assert len(demande.cotitulaires) == 1
    assert not demande.personnes_a_charge
    assert not demande.handicaps
    assert len(demande.communes_souhaitees) == 1
    assert len(demande.titulaires[0].nom) <= 3


def _au_nom_long(contrat: Contrat, contraintes: Contraintes) -> None:
    """The smallest demande whose name is too long for a column is long in that name alone."""
    tirees = strategies.demandes(atelier(contrat, jour=JOUR, contraintes=contraintes))
    demande = _reduit(tirees, lambda d: d.demandeur is not None and len(d.demandeur.nom) > 30)
    assert demande.demandeur is not None
    assert len(demande.demandeur.nom) == 36
    assert len(demande.demandeur.prenom) <= 4
    assert not demande.cotitulaires


# Without ornaments a demande takes few draws, and shrinks in a hundred tries; with all of them, in minutes.


def test_it_shrinks_to_a_bare_household(contrat: Contrat) -> None:
    _avec_un_cotitulaire(contrat, Contraintes(richesse=0.0))


def test_it_shrinks_a_long_name_to_that_name_alone(contrat: Contrat) -> None:
    _au_nom_long(contrat, Contraintes(richesse=0.0, sorte="personne_seule", limites=True))


@pytest.mark.campagne
def test_it_shrinks_an_ornamented_demande_to_a_bare_household(contrat: Contrat) -> None:
    _avec_un_cotitulaire(contrat, Contraintes())


@pytest.mark.campagne
def test_it_shrinks_a_long_name_among_ornaments_to_that_name_alone(contrat: Contrat) -> None:
    _au_nom_long(contrat, Contraintes(limites=True))
