"""The plan covers the requirements: none untested without a reason, none that does not exist."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime

import pytest

from sne_conformite.bilan.couverture_et_angles_morts import est_du_sne
from sne_conformite.pilotage.exemple_reduit import essayes
from sne_conformite.pilotage.pilotage import ReglagesPilotage, tirages_de
from sne_conformite.plan import plan
from sne_conformite.protocole.formulaire_saisi import repetables
from sne_conformite.protocole.protocole import COMMANDES
from sne_interface.contract.contrats_charges import charger
from sne_interface.contract.exigences_et_mentions import charger_exigences
from sne_interface.domain.dates import PARIS
from sne_interface.domain.demande import FORMULAIRE
from sne_interface.domain.element_recu import CODE_INCONNU, VIDE_OBLIGATOIRE, Element
from sne_interface.rules.catalogue import REGLES

#: Elements that nobody enters in a new demande.
NON_SAISIS = {"numUnique", "numUniqueAssocie", "dateDerniereModificationPiece", "incrementFichier"} | {
    "renouvellement/dateRenouvellement"
}
#: What members of a list have alike, always: years that the day decides, lists of all codes, a box.
TOUJOURS_PAREILS = {
    *("cotitulaire/revenuFiscal/anneeMoins1", "cotitulaire/revenuFiscal/anneeMoins2"),
    "cotitulaire/listeRessourceRecue/detailRessource/ressource",
    "cotitulaire/listeRessourceVersee/detailRessource/ressource",
    "handicap/handicapMoteur",
}
#: Lists that the SNE alone writes, or a command that enters one.
LUES = {"anomalie", "complement", "doublon", "evenement", "localisationSouhaitee", "numUnique"}
#: Boxes of which one example shows one answer.
UNE_VALEUR = {"forcerDoublon", "handicapMoteur"}
#: Facts of rules that no user enters: the application writes them, the SNE, or a command of its own.
D_AILLEURS = {CODE_INCONNU, VIDE_OBLIGATOIRE, "informationTraitement", "renouvellement"}


@pytest.fixture(scope="module")
def saisies() -> list[Element]:
    """All that is entered in the whole plan, at one example: demandes, radiations, decisions…"""
    contrat, instant = charger(), datetime(2026, 12, 1, 12, tzinfo=PARIS)
    trouvees = []
    for scenario in plan.charger():
        entrees = [e.options["reference"] for e in scenario.etapes if e.quoi == "enregistrer"]
        (exemple,) = essayes(tirages_de(scenario, contrat, ReglagesPilotage(), instant, "G1226"), 1)
        trouvees += [message for nom, message in exemple.demandes.items() if nom in entrees]
        faits = [r for r, e in enumerate(scenario.etapes, 1) if e.sorte == "faire"]
        trouvees += [acte for r in faits for acte in exemple.actes.get(r, {}).values()]
    return trouvees


def test_at_least_sixty_scenarios_with_ids_of_their_own_in_every_group() -> None:
    lu = plan.charger()
    assert len(lu) >= 60
    assert [i for i, n in Counter(s.id for s in lu).items() if n > 1] == []
    assert {s.groupe for s in lu} == set(plan.GROUPES)


def test_the_others_are_played_under_an_interface_without_02_02() -> None:
    voulues = {s.id for s in plan.charger() if "02.02" in {m.version for m in s.menages.values()}}
    assert voulues == {
        *("CON-LISTES", "CON-QUARTILE", "CRE-COMPLETE", "CRE-LISTES", "CRE-NIR", "CRE-SANS-NIR", "CRE-V0202")
    }


def test_no_two_scenarios_nor_two_families_have_the_same_title() -> None:
    lu = plan.charger()
    for titres in ([s.titre for s in lu], list(lu.familles.values())):
        assert [titre for titre, fois in Counter(titres).items() if fois > 1] == []


def test_every_requirement_that_is_tested_is_checked_by_a_scenario() -> None:
    exigences = charger_exigences(charger().dossiers)
    lu = plan.charger()
    plan.verifier_exigences(lu, exigences)  # an unknown one is refused, and the file named
    verifiees = {exigence for s in lu for exigence in s.exigences}
    oubliees = {e.id for e in exigences.values() if not e.non_testee} - verifiees
    assert oubliees == set(), (
        f"No scenario checks {', '.join(sorted(oubliees))}. Name each in the `exigences` of a file of "
        "fixtures/scenarios/ that can show it, or say why not in its row (`not_tested_because`)."
    )


def test_every_command_is_used_and_speaks_of_a_requirement() -> None:
    employees = {commande for s in plan.charger() for commande in s.commandes}
    assert COMMANDES.keys() - employees == {"demarrer", "reinitialiser", "fin"}, (
        "A command that no scenario gives is judged on nothing: add a step « faire » in fixtures/scenarios/."
    )
    muettes = {commande.nom for commande in COMMANDES.values() if not commande.exigence}
    assert muettes == {"demarrer", "reinitialiser", "adresser", "fin"}, (
        "A command has its `exigence` in fixtures/schemas/protocole.toml."
    )


def test_every_scenario_says_why_in_one_sentence() -> None:
    for scenario in plan.charger():
        assert scenario.titre[0].isupper(), scenario.id
        assert scenario.pourquoi.endswith("."), scenario.id
        assert len(scenario.pourquoi) <= 160, scenario.id
        assert len(set(scenario.exigences)) == len(scenario.exigences), scenario.id


def _feuilles(element: Element, chemin: str = "") -> Iterator[tuple[str, str]]:
    """The values below an element, each under its path without rank."""
    if not element.enfants:
        yield chemin, element.code or element.texte
    for enfant in element.enfants:
        yield from _feuilles(enfant, f"{chemin}/{enfant.nom}".lstrip("/"))


def test_one_example_enters_every_element_every_code_and_both_answers(saisies: list[Element]) -> None:
    """The hardest form of a field is the one that is never drawn: nothing tells then that it is lost."""
    valeurs, listes = defaultdict(set), charger().nomenclatures
    for message in saisies:
        for chemin, valeur in _feuilles(message, message.nom):
            valeurs[chemin].add(valeur)
    ici = [c for c in listes.chemins if c.startswith(f"{FORMULAIRE}/") and not est_du_sne(c)]
    ici = [c for c in ici if "/radiation" not in c and not any(d.startswith(f"{c}/") for d in ici)]
    assert {c.removeprefix(f"{FORMULAIRE}/") for c in ici if not valeurs[c]} == NON_SAISIS
    assert {c.rpartition("/")[2] for c in ici if valeurs[c] in ({"true"}, {"false"})} == UNE_VALEUR
    vus = defaultdict(set)
    for chemin in {*ici} & listes.par_chemin.keys():
        vus[listes.par_chemin[chemin]] |= valeurs[chemin]
    assert {c for nom, codes in vus.items() for c in listes.liste(nom) if c and c not in codes} == set()


def test_one_example_has_two_of_each_list_that_differ_in_each_field(saisies: list[Element]) -> None:
    """Alike, nothing would tell that what one has was given to the other."""
    ensemble, differents = set(), set()
    for element in (e for message in saisies for e in message.parcourir()):
        for nom in {e.nom for e in element.enfants}:
            membres = [Counter(_feuilles(e)) for e in element.enfants if e.nom == nom]
            dits = {f"{nom}/{chemin}" for membre in membres for chemin, valeur in membre if valeur}
            if len(membres) > 1:
                ensemble |= dits
                differents |= {
                    f"{nom}/{chemin}"
                    for membre in membres
                    for autre in membres
                    for chemin, _ in membre - autre
                }
    assert ensemble - differents == TOUJOURS_PAREILS
    listes = {chemin.rpartition("/")[2] for chemin in repetables(charger())}
    assert listes - {dit.partition("/")[0] for dit in ensemble} == LUES


def test_one_example_has_what_each_rule_makes_a_case_of(saisies: list[Element]) -> None:
    """The facts that rules look for (`@regle`), declared as a hard form or not."""
    faits = {f for message in saisies for e in message.parcourir() for f in (e.nom, f"{e.nom}={e.code}")}
    assert {fait for regle in REGLES for fait in regle.si} - faits == D_AILLEURS
