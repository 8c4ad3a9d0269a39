from dataclasses import replace
from typing import Any

import pytest
from donnees import a_cote
from specimen import rapport, trafic

from sne_conformite.rapports.constats_groupes import branche_exemple, echange_de, grouper, lignes_exemple
from sne_conformite.rapports.rapport import Constat, Rapport, ResultatScenario, Verdict, Verification
from sne_conformite.rapports.rapports_compares import comparer


def test_alike_findings_are_one_the_widest_first_the_advice_after() -> None:
    groupes = grouper(rapport())
    assert [(g.exigence, g.sorte, g.nombre, g.scenarios) for g in groupes] == [
        ("FID-02", "cotitulaire_absent", 3, ("CRE-03", "CRE-04")),
        ("FID-12", "nir_change", 1, ("CRE-03",)),
        ("CTR-05", "telephone_indicatif", 1, ()),
        ("ROB-01", "", 1, ("ROB-01",)),
        ("EMB-06", "cid_sans_chevrons", 1, ("CRE-01",)),
    ]
    assert [g.obligatoire for g in groupes] == [True, True, True, True, False]
    assert groupes[3].erreur
    assert "s'est tue" in groupes[3].phrase


def test_the_example_shown_is_the_smallest_household() -> None:
    groupe = grouper(rapport())[0]
    assert groupe.constat.exemple is not None
    assert "plus" not in groupe.constat.exemple
    assert groupe.commande.startswith("sne-sandbox conform")
    assert groupe.texte == "Chaque co-titulaire saisi est transmis."


def test_the_exchange_shown_is_the_one_cited() -> None:
    premier, *_ = grouper(rapport())
    cite = echange_de(premier, rapport())
    assert cite is not None
    assert cite.identifiant == 12
    assert echange_de(grouper(rapport())[2], rapport()) is None


def test_traffic_is_grouped_from_its_balances() -> None:
    assert {g.cle for g in grouper(trafic())} == {
        ("FID-02", "cotitulaire_absent", False),
        ("FID-12", "nir_change", False),
        ("CTR-05", "telephone_indicatif", False),
        ("EMB-06", "cid_sans_chevrons", False),
    }


def test_a_group_is_known_when_all_of_it_is() -> None:
    juge = rapport()
    connu = replace(juge.scenarios[1].verifications[1], connue="ticket 7")
    premier = replace(juge.scenarios[1], verifications=(connu,))
    for scenarios, connue in (((premier, juge.scenarios[2]), ""), ((premier,), "ticket 7")):
        assert [g.connue for g in grouper(replace(juge, scenarios=scenarios, bilans=()))] == [connue]


def test_an_application_that_names_the_household_has_a_few_cards() -> None:
    """Names and numbers do not tell what it says apart; where they cannot be told, the cards are counted."""
    noms = ("DUPONT", "Pérez y Núñez Henri", "d'Église-Œuvrard", "Le Gall")
    dits = [f"le dossier de {nom} n° {n} est perdu : KeyError" for n, nom in enumerate(noms)]
    autres = ["illisible : KeyError", "illisible : SAXParseException", *(f"perdu {c * 9}" for c in "abcdef")]

    def groupes(*dits: str) -> list[tuple[int, str]]:
        constats = [Constat("EMB-10", False, "dit", "reponse_non_lue", observe=dit) for dit in dits]
        verifications = tuple(Verification("A", "EMB-10", Verdict.ECHOUE, (c,)) for c in constats)
        scenario = ResultatScenario("A", "CRE", "Un", Verdict.ECHOUE, verifications)
        return [(g.nombre, g.suites) for g in grouper(replace(rapport(), scenarios=(scenario,), bilans=()))]

    assert groupes(*dits) == [(4, "")]
    assert groupes(*dits, *autres[:2]) == [(4, ""), (1, ""), (1, "")]
    assert groupes(*autres) == [(6, "et 5 autres formes"), (1, ""), (1, "")]


@pytest.mark.parametrize(
    ("dit", "autre"),
    [
        ("HTTP 401 Unauthorized", "HTTP 500 Internal Server Error"),
        ("ECONNREFUSED", "ETIMEDOUT"),
        ("java.io.IOException: DUPONT", "java.sql.SQLException: DUPONT"),
        ("NIR_INVALIDE", "DATE_FUTURE"),
    ],
)
def test_errors_that_differ_are_two_cards(dit: str, autre: str) -> None:
    un, deux = (Constat("EMB-10", False, "dit", "reponse_non_lue", observe=o) for o in (dit, autre))
    assert un.genre != deux.genre


def test_two_runs_are_compared_by_all_forms() -> None:
    """What the first cards stand for does not hide what is new, nor make new what stays."""
    formes = [Constat("EMB-10", False, "dit", "reponse_non_lue", observe=f"perdu {c * 9}") for c in "abcd"]

    def de(*constats: Constat) -> Rapport:
        verifications = tuple(Verification("A", "EMB-10", Verdict.ECHOUE, (c,)) for c in constats)
        scenario = ResultatScenario("A", "CRE", "Un", Verdict.ECHOUE, verifications)
        return replace(rapport(), scenarios=(scenario,), bilans=())

    assert not comparer(de(*formes), de(*formes[1:])).nouveaux
    assert len(comparer(de(*formes[:3]), de(*formes)).nouveaux) == 1


def test_a_failed_check_without_a_finding_is_not_lost() -> None:
    juge = rapport()
    muette = replace(juge.scenarios[1].verifications[1], constats=(), verdict=Verdict.ECHOUE)
    scenario = replace(juge.scenarios[1], verifications=(muette,))
    (groupe,) = grouper(replace(juge, scenarios=(scenario,), bilans=()))
    assert (groupe.exigence, groupe.sorte, groupe.constat.phrase) == ("FID-02", "", "")
    assert groupe.phrase == "La vérification n'a pas abouti."


def test_findings_that_were_not_kept_are_counted() -> None:
    juge = rapport()
    bilan = next(b for b in juge.bilans if b.exigence == "EMB-06")
    bilans = (replace(bilan, nombres={bilan.constats[0].sorte: 25}),)
    (groupe,) = grouper(replace(juge, scenarios=(), bilans=bilans))
    assert groupe.nombre == 25


def test_a_breakdown_that_hid_many_requirements_leaves_room_for_what_it_is() -> None:
    raison = "L'application a répondu au message 9, pas à 3."
    verifications = tuple(
        Verification("CRE-01", f"FID-0{n}", Verdict.ERREUR, raison=raison) for n in range(1, 5)
    )
    scenario = ResultatScenario("CRE-01", "CRE", "Un", Verdict.ERREUR, verifications)
    (groupe,) = grouper(replace(rapport(), scenarios=(scenario,), bilans=()))
    assert groupe.titre == "FID-01 et 3 autres"
    assert groupe.exigence == "FID-01, FID-02, FID-03, FID-04"
    assert groupe.phrase == raison


MENAGE = a_cote(__file__)["menage"]


def test_an_example_is_a_line_a_value() -> None:
    assert lignes_exemple(MENAGE) == [
        "d1",
        "  precision : deux lignes",
        "  personnePhysique",
        "    demandeur",
        "      civilite : 2",
        "      nom : Œ",
        "      vide : (rien)",
        "    listeCotitulaire",
        "      cotitulaire[1]",
        "        nom : A",
        "      cotitulaire[2]",
        "        nom : B",
        "        liste : (rien)",
        "  force : true",
    ]


@pytest.mark.parametrize(
    ("valeur", "dites"),
    [("x", ["x"]), (None, ["(rien)"]), (3, ["3"]), ([], []), (["a", "b"], ["[1] : a", "[2] : b"]), ({}, [])],
)
def test_any_json_value_is_shown(valeur: Any, dites: list[str]) -> None:
    assert lignes_exemple(valeur) == dites


COTITULAIRES = "personnePhysique/listeCotitulaire"


@pytest.mark.parametrize(
    ("chemin", "ou"),
    [
        (f"interfaceNuu/d/{COTITULAIRES}/cotitulaire[2]/nom", f"d1/{COTITULAIRES}/cotitulaire[2]/nom"),
        (f"demandeLogement/{COTITULAIRES}/cotitulaire[3]", f"d1/{COTITULAIRES}"),
        (f"demandeLogement/{COTITULAIRES}/cotitulaire", f"d1/{COTITULAIRES}/cotitulaire[1]"),
        ("demandeLogement/personnePhysique/demandeur/prenom", "d1/personnePhysique/demandeur"),
        ("demandeLogement/precision", "d1/precision"),
        ("demandeLogement/personnePhysique/inconnu", None),
        ("entete/typeFichier", None),
        ("", None),
        ("[", None),
    ],
)
def test_the_branch_at_fault_is_found(chemin: str, ou: str | None) -> None:
    trouvee = branche_exemple(MENAGE, chemin)
    assert (trouvee and trouvee[0]) == ou


def test_the_branch_comes_with_what_is_there() -> None:
    assert branche_exemple(MENAGE, "x/listeCotitulaire/cotitulaire[1]/nom") is None
    nom = "personnePhysique/demandeur/nom"
    assert branche_exemple(MENAGE, f"x/{nom}") == (f"d1/{nom}", "Œ")
    assert branche_exemple({"d1": "texte"}, "a/b") is None


def test_a_group_says_what_it_explains_and_what_is_charged_besides_is_no_consequence() -> None:
    juge = rapport()
    premier = juge.scenarios[1]
    plies = tuple(
        Verification(premier.id, exigence, Verdict.IGNORE, cause="FID-02")
        for exigence in ("FID-07", "FID-03", "FID-12")
    )
    avec = replace(premier, verifications=(*premier.verifications, *plies))
    groupes = grouper(replace(juge, scenarios=(juge.scenarios[0], avec, *juge.scenarios[2:])))
    assert [g.consequences for g in groupes if g.consequences] == [("FID-03", "FID-07")], "FID-12 is charged"
    assert groupes[0].suites == "et ses conséquences : FID-03, FID-07 (non comptées)"
    assert groupes[1].suites == ""
    assert replace(groupes[0], consequences=("FID-03",)).suites == "et sa conséquence : FID-03 (non comptée)"
