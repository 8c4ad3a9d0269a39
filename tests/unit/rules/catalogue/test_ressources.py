from collections.abc import Callable

import pytest

from sne_sandbox.rules.catalogue import ressources as r
from sne_sandbox.rules.rule import Infraction

Juger = Callable[..., list[Infraction]]


def detail(code: str, montant: str) -> str:
    return f'<detailRessource><ressource code="{code}"/><montant>{montant}</montant></detailRessource>'


def foyer(
    *,
    contrat: str = "AUT",
    employeur: str = "",
    revenu: str = "",
    recues: str = "",
    a_charge: str = "",
    cotitulaire: str = "",
) -> str:
    return (
        "<personnePhysique><demandeur><nom>A</nom><situationProfessionnelle><typeContratTravail "
        f'code="{contrat}"/><nomEmployeurPrincipal>{employeur}</nomEmployeurPrincipal>'
        f"</situationProfessionnelle><revenuFiscal>{revenu}</revenuFiscal>"
        f"<listeRessourceRecue>{recues}</listeRessourceRecue><listeRessourceVersee/>"
        f"<listeRessourceRecuePersACharge>{a_charge}</listeRessourceRecuePersACharge>"
        f"</demandeur><listeCotitulaire>{cotitulaire}</listeCotitulaire></personnePhysique>"
    )


def revenu(annee_1: str = "", montant_1: str = "", annee_2: str = "", montant_2: str = "") -> str:
    return (
        f"<anneeMoins1>{annee_1}</anneeMoins1><montantMoins1>{montant_1}</montantMoins1>"
        f"<anneeMoins2>{annee_2}</anneeMoins2><montantMoins2>{montant_2}</montantMoins2>"
    )


@pytest.mark.parametrize(
    ("annee_1", "annee_2", "fautif"),
    [
        ("2017", "2016", None),
        ("2016", "2015", None),
        ("2017", "", None),
        ("", "2010", None),
        ("2018", "2017", "anneeMoins1"),
        ("2015", "2014", "anneeMoins1"),
        ("2017", "2015", "anneeMoins2"),
        ("2017", "2017", "anneeMoins2"),
    ],
)
def test_years_of_the_fiscal_incomes(juger: Juger, annee_1: str, annee_2: str, fautif: str | None) -> None:
    document = foyer(revenu=revenu(annee_1, annee_2=annee_2))
    trouves = juger(r.annees_des_revenus, document)
    assert [c.chemin.rpartition("/")[2] for c in trouves] == ([fautif] if fautif else [])


def test_coholder_is_judged_too(juger: Juger) -> None:
    autre = f"<cotitulaire><revenuFiscal>{revenu('2012', '9')}</revenuFiscal></cotitulaire>"
    (trouve,) = juger(r.annees_des_revenus, foyer(cotitulaire=autre))
    assert trouve.chemin.endswith("cotitulaire/revenuFiscal/anneeMoins1")


@pytest.mark.parametrize(
    ("texte", "fautifs"),
    [
        (revenu("2017", "100", "2016", "100"), []),
        (revenu("", "0", "", "0"), []),
        (revenu("2017", "", "2016", ""), []),
        (revenu("", "100", "2016", "100"), ["anneeMoins1"]),
        (revenu("2017", "100", "", "-5"), ["anneeMoins2"]),
    ],
)
def test_an_amount_has_its_year(juger: Juger, texte: str, fautifs: list[str]) -> None:
    trouves = juger(r.revenu_sans_annee, foyer(revenu=texte))
    assert [c.chemin.rpartition("/")[2] for c in trouves] == fautifs


@pytest.mark.parametrize(
    ("texte", "constats"),
    [(revenu("2017", "0"), 0), (revenu(montant_2="12000"), 0), ("", 1), (revenu("2017"), 1)],
)
def test_fiscal_income_is_expected_of_the_applicant(juger: Juger, texte: str, constats: int) -> None:
    document = foyer(revenu=texte, cotitulaire="<cotitulaire><nom>B</nom></cotitulaire>")
    assert len(juger(r.revenu_fiscal_absent, document)) == constats


@pytest.mark.parametrize(
    ("code", "montant", "fautif"),
    [("SAL", "1", None), ("SAL", "0", None), ("", "", None), ("SAL", "", "montant"), ("", "10", "ressource")],
)
def test_resource_is_whole(juger: Juger, code: str, montant: str, fautif: str | None) -> None:
    trouves = juger(r.ressource_incomplete, foyer(a_charge=detail(code, montant)))
    assert [c.chemin.rpartition("/")[2] for c in trouves] == ([fautif] if fautif else [])


def test_resource_twice_in_one_list(juger: Juger) -> None:
    distincts = foyer(recues=detail("SAL", "1") + detail("AF", "1"), a_charge=detail("SAL", "1"))
    assert juger(r.ressource_en_double, distincts) == []
    (trouve,) = juger(r.ressource_en_double, foyer(recues=detail("SAL", "1") + detail("SAL", "2")))
    assert trouve.valeurs["valeur"] == "SAL"
    assert trouve.chemin.endswith("detailRessource[2]/ressource")


def test_negative_amount(juger: Juger) -> None:
    assert juger(r.ressource_negative, foyer(recues=detail("SAL", "0"))) == []
    (trouve,) = juger(r.ressource_negative, foyer(recues=detail("SAL", "-1")))
    assert trouve.valeurs["valeur"] == "-1"


@pytest.mark.parametrize(
    ("contrat", "ressource", "constats"),
    [
        ("CDI", "SAL", 0),
        ("CDI", "AF", 1),
        ("CDD", "CHO", 1),
        ("APP", "BE", 1),
        ("ETU", "BE", 0),
        ("ETU", "SAL", 0),
        ("ETU", "AF", 1),
        ("CHO", "AF", 0),
        ("RET", "AF", 0),
    ],
)
def test_resources_fit_the_contract(juger: Juger, contrat: str, ressource: str, constats: int) -> None:
    document = foyer(contrat=contrat, recues=detail(ressource, "500"))
    assert len(juger(r.ressource_sans_rapport_avec_le_contrat, document)) == constats


@pytest.mark.parametrize(
    ("contrat", "employeur", "constats"),
    [("CDI", "Mairie", 0), ("CDI", "", 1), ("APP", "", 1), ("CHO", "", 0), ("", "", 0)],
)
def test_employer(juger: Juger, contrat: str, employeur: str, constats: int) -> None:
    assert len(juger(r.employeur_attendu, foyer(contrat=contrat, employeur=employeur))) == constats


def test_total_of_the_household(juger: Juger) -> None:
    juste = foyer(recues=detail("SAL", "15000"), a_charge=detail("SAL", "5000"))
    assert juger(r.total_anormal, juste) == []
    autre = f"<cotitulaire><listeRessourceRecue>{detail('SAL', '1')}</listeRessourceRecue></cotitulaire>"
    trop = foyer(recues=detail("SAL", "15000"), a_charge=detail("SAL", "5000"), cotitulaire=autre)
    (trouve,) = juger(r.total_anormal, trop)
    assert trouve.valeurs["valeur"] == "20001"
