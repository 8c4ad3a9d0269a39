from collections.abc import Callable

import pytest

from sne_sandbox.rules.catalogue import menage as m
from sne_sandbox.rules.rule import Infraction

Juger = Callable[..., list[Infraction]]


def foyer(
    *,
    situation: str = "C",
    naissance: str = "1980-01-01",
    cotitulaires: str = "",
    a_charge: str = "",
    a_naitre: str = "",
    en_garde: str = "",
) -> str:
    return (
        "<personnePhysique><demandeur><nom>A</nom>"
        f'<dateNaissance>{naissance}</dateNaissance><situationFamiliale code="{situation}"/></demandeur>'
        f"<listePersonneACharge>{a_charge}</listePersonneACharge>"
        f"<personneANaitre>{a_naitre}</personneANaitre>"
        f"<listePersonneEnGarde>{en_garde}</listePersonneEnGarde>"
        f"<listeCotitulaire>{cotitulaires}</listeCotitulaire></personnePhysique>"
    )


def cotitulaire(lien: str, situation: str) -> str:
    return (
        f'<cotitulaire><nom>B</nom><situationFamiliale code="{situation}"/>'
        f'<lienDemandeur code="{lien}"/></cotitulaire>'
    )


def a_charge(
    naissance: str = "2010-01-01", lien: str = "E", sexe: str = "F", nom: str = "A", prenom: str = "B"
) -> str:
    return (
        f"<personneACharge><nom>{nom}</nom><prenom>{prenom}</prenom>"
        f'<dateNaissance>{naissance}</dateNaissance><sexe code="{sexe}"/>'
        f'<lienParente code="{lien}"/></personneACharge>'
    )


def en_garde(naissance: str = "2010-01-01", coparentalite: str = "G", sexe: str = "F") -> str:
    return (
        f'<personneEnGarde><dateNaissance>{naissance}</dateNaissance><sexe code="{sexe}"/>'
        f'<coParentalite code="{coparentalite}"/></personneEnGarde>'
    )


@pytest.mark.parametrize(
    ("lien", "demandeur", "autre", "constats"),
    [
        ("M", "M", "M", 0),
        ("P", "P", "P", 0),
        ("C", "U", "U", 0),
        ("L", "C", "D", 0),
        ("M", "M", "U", 1),
        ("M", "C", "M", 1),
        ("C", "M", "M", 1),
        ("M", "M", "", 0),  # the missing code is ENT013's
    ],
)
def test_link_and_situation(juger: Juger, lien: str, demandeur: str, autre: str, constats: int) -> None:
    document = foyer(situation=demandeur, cotitulaires=cotitulaire(lien, autre))
    assert len(juger(m.lien_contredit_la_situation, document)) == constats


def test_one_couple_and_any_flatmates(juger: Juger) -> None:
    colocataires = cotitulaire("L", "C") * 2
    assert juger(m.un_seul_conjoint, foyer(cotitulaires=cotitulaire("M", "M") + colocataires)) == []
    (trouve,) = juger(m.un_seul_conjoint, foyer(cotitulaires=cotitulaire("M", "M") + cotitulaire("C", "U")))
    assert trouve.chemin.endswith("listeCotitulaire/cotitulaire[2]/lienDemandeur")


@pytest.mark.parametrize(("situation", "constats"), [("M", 1), ("P", 1), ("U", 1), ("C", 0), ("V", 0)])
def test_couple_without_coholder(juger: Juger, situation: str, constats: int) -> None:
    assert len(juger(m.couple_sans_cotitulaire, foyer(situation=situation))) == constats
    accompagne = foyer(situation=situation, cotitulaires=cotitulaire("M", situation))
    assert juger(m.couple_sans_cotitulaire, accompagne) == []


def test_association_has_no_household(juger: Juger) -> None:
    for regle in m.REGLES:
        assert juger(regle, "<association><nom>A</nom></association>") == []


def test_person_a_charge_names_what_is_missing(juger: Juger) -> None:
    (trouve,) = juger(m.personne_a_charge_incomplete, foyer(a_charge=a_charge(naissance="", lien="")))
    assert trouve.valeurs["manque"] == "date de naissance, lien de parenté"
    assert trouve.chemin.endswith("listePersonneACharge/personneACharge/dateNaissance")


def test_an_empty_person_is_nobody(juger: Juger) -> None:
    document = foyer(a_charge="<personneACharge><nom/><sexe/></personneACharge>")
    for regle in m.REGLES:
        assert juger(regle, document) == []


@pytest.mark.parametrize(("naissance", "constats"), [("2018-03-16", 0), ("2018-03-17", 2)])
def test_births_in_the_future(juger: Juger, naissance: str, constats: int) -> None:
    document = foyer(a_charge=a_charge(naissance), en_garde=en_garde(naissance))
    assert len(juger(m.naissance_future_au_foyer, document)) == constats


@pytest.mark.parametrize(
    ("naissance", "lien", "constats"),
    [("1992-01-01", "E", 0), ("1991-12-31", "E", 1), ("1970-01-01", "P", 0), ("1991-12-31", "A", 0)],
)
def test_child_is_twelve_years_younger(juger: Juger, naissance: str, lien: str, constats: int) -> None:
    document = foyer(a_charge=a_charge(naissance, lien))
    assert len(juger(m.age_de_l_enfant_a_charge, document)) == constats


@pytest.mark.parametrize(
    ("a_naitre", "fautif"),
    [
        ("", None),
        ("<nombre>0</nombre>", None),
        ("<nombre>0</nombre><dateNaissancePrevue/>", None),
        ("<nombre>1</nombre><dateNaissancePrevue>2018-08-01</dateNaissancePrevue>", None),
        ("<nombre>1</nombre>", "dateNaissancePrevue"),
        ("<dateNaissancePrevue>2018-08-01</dateNaissancePrevue>", "nombre"),
        ("<nombre>0</nombre><dateNaissancePrevue>2018-08-01</dateNaissancePrevue>", "nombre"),
    ],
)
def test_number_and_date_of_births_to_come(juger: Juger, a_naitre: str, fautif: str | None) -> None:
    trouves = juger(m.enfants_a_naitre_incomplets, foyer(a_naitre=a_naitre))
    assert [c.chemin.rpartition("/")[2] for c in trouves] == ([fautif] if fautif else [])


@pytest.mark.parametrize(
    ("jour", "constats"),
    [
        ("2018-02-15", 0),
        ("2018-02-14", 1),
        ("2019-01-15", 0),
        ("2019-01-16", 1),
        ("9999-12-31", 1),
        ("-0044-03-15", 1),
    ],
)
def test_expected_birth_is_near_the_file(juger: Juger, jour: str, constats: int) -> None:
    a_naitre = f"<nombre>1</nombre><dateNaissancePrevue>{jour}</dateNaissancePrevue>"
    assert len(juger(m.date_de_naissance_prevue, foyer(a_naitre=a_naitre))) == constats


def test_custody_names_what_is_missing(juger: Juger) -> None:
    assert juger(m.personne_en_garde_incomplete, foyer(en_garde=en_garde(sexe=""))) == []
    (trouve,) = juger(m.personne_en_garde_incomplete, foyer(en_garde=en_garde(coparentalite="")))
    assert trouve.valeurs["manque"] == "coparentalité"


@pytest.mark.parametrize(
    ("naissance", "sexe", "constats"),
    [("2010-01-01", "F", 1), ("2010-01-01", "", 1), ("2010-01-01", "M", 0), ("2010-01-02", "F", 0)],
)
def test_same_child_twice(juger: Juger, naissance: str, sexe: str, constats: int) -> None:
    document = foyer(a_charge=a_charge(), en_garde=en_garde(naissance, sexe=sexe))
    assert len(juger(m.enfant_a_charge_et_en_garde, document)) == constats


@pytest.mark.parametrize(
    ("type_fichier", "personne", "manque"),
    [
        ("CRE", a_charge(), None),
        ("CRE", a_charge(naissance="", lien=""), None),  # MEN004's
        ("CRE", a_charge(nom="", prenom="", sexe=""), "nom, prénom, sexe"),
        ("MOD", a_charge(sexe="", naissance="", lien=""), "sexe, date de naissance, lien de parenté"),
        ("REN", a_charge(lien=""), "lien de parenté"),
    ],
)
def test_person_a_charge_to_complete(
    juger: Juger, type_fichier: str, personne: str, manque: str | None
) -> None:
    trouves = juger(m.personne_a_charge_a_completer, foyer(a_charge=personne), type_fichier=type_fichier)
    assert [c.valeurs["manque"] for c in trouves] == ([manque] if manque else [])


@pytest.mark.parametrize(("naissance", "constats"), [("2000-03-16", 0), ("2000-03-15", 1)])
def test_person_in_custody_is_a_minor(juger: Juger, naissance: str, constats: int) -> None:
    assert len(juger(m.personne_en_garde_majeure, foyer(en_garde=en_garde(naissance)))) == constats
