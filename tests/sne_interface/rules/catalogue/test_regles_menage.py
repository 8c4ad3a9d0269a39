"""Where the rules MEN, RES, HAN point; the verdicts are those of `fixtures/exemples`."""

from collections.abc import Callable

import pytest
from donnees import a_cote

from sne_interface.rules.catalogue import REGLES, regles_menage
from sne_interface.rules.rule import Infraction

DONNEES = a_cote(__file__)

# --- MEN ----------------------------------------------------------------------------------------------


REGLES_MEN = [regle for regle in REGLES if regle.code.startswith("MEN")]
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


@pytest.mark.parametrize(("lien", "demandeur", "autre", "constats"), DONNEES["link_and_situation"])
def test_link_and_situation(juger: Juger, lien: str, demandeur: str, autre: str, constats: int) -> None:
    document = foyer(situation=demandeur, cotitulaires=cotitulaire(lien, autre))
    assert len(juger(regles_menage.lien_contredit_la_situation, document)) == constats


def test_one_couple_and_any_flatmates(juger: Juger) -> None:
    colocataires = cotitulaire("L", "C") * 2
    assert (
        juger(regles_menage.un_seul_conjoint, foyer(cotitulaires=cotitulaire("M", "M") + colocataires)) == []
    )
    (trouve,) = juger(
        regles_menage.un_seul_conjoint, foyer(cotitulaires=cotitulaire("M", "M") + cotitulaire("C", "U"))
    )
    assert trouve.chemin.endswith("listeCotitulaire/cotitulaire[2]/lienDemandeur")


@pytest.mark.parametrize(("situation", "constats"), [("M", 1), ("P", 1), ("U", 1), ("C", 0), ("V", 0)])
def test_couple_without_coholder(juger: Juger, situation: str, constats: int) -> None:
    assert len(juger(regles_menage.couple_sans_cotitulaire, foyer(situation=situation))) == constats
    accompagne = foyer(situation=situation, cotitulaires=cotitulaire("M", situation))
    assert juger(regles_menage.couple_sans_cotitulaire, accompagne) == []


def test_association_has_no_household(juger: Juger) -> None:
    for regle in REGLES_MEN:
        assert juger(regle, "<association><nom>A</nom></association>") == []


def test_person_a_charge_names_what_is_missing(juger: Juger) -> None:
    (trouve,) = juger(
        regles_menage.personne_a_charge_incomplete, foyer(a_charge=a_charge(naissance="", lien=""))
    )
    assert trouve.valeurs["manque"] == "date de naissance, lien de parenté"
    assert trouve.chemin.endswith("listePersonneACharge/personneACharge/dateNaissance")


def test_an_empty_person_is_nobody(juger: Juger) -> None:
    document = foyer(a_charge="<personneACharge><nom/><sexe/></personneACharge>")
    for regle in REGLES_MEN:
        assert juger(regle, document) == []


@pytest.mark.parametrize(("naissance", "constats"), [("2018-03-16", 0), ("2018-03-17", 2)])
def test_births_in_the_future(juger: Juger, naissance: str, constats: int) -> None:
    document = foyer(a_charge=a_charge(naissance), en_garde=en_garde(naissance))
    assert len(juger(regles_menage.naissance_future_au_foyer, document)) == constats


@pytest.mark.parametrize(
    ("naissance", "lien", "constats"),
    [("1992-01-01", "E", 0), ("1991-12-31", "E", 1), ("1970-01-01", "P", 0), ("1991-12-31", "A", 0)],
)
def test_child_is_twelve_years_younger(juger: Juger, naissance: str, lien: str, constats: int) -> None:
    document = foyer(a_charge=a_charge(naissance, lien))
    assert len(juger(regles_menage.age_de_l_enfant_a_charge, document)) == constats


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
    trouves = juger(regles_menage.enfants_a_naitre_incomplets, foyer(a_naitre=a_naitre))
    assert [c.chemin.rpartition("/")[2] for c in trouves] == ([fautif] if fautif else [])


@pytest.mark.parametrize(("jour", "constats"), DONNEES["expected_birth_is_near_the_file"])
def test_expected_birth_is_near_the_file(juger: Juger, jour: str, constats: int) -> None:
    a_naitre = f"<nombre>1</nombre><dateNaissancePrevue>{jour}</dateNaissancePrevue>"
    assert len(juger(regles_menage.date_de_naissance_prevue, foyer(a_naitre=a_naitre))) == constats


def test_custody_names_what_is_missing(juger: Juger) -> None:
    assert juger(regles_menage.personne_en_garde_incomplete, foyer(en_garde=en_garde(sexe=""))) == []
    (trouve,) = juger(regles_menage.personne_en_garde_incomplete, foyer(en_garde=en_garde(coparentalite="")))
    assert trouve.valeurs["manque"] == "coparentalité"


@pytest.mark.parametrize(
    ("naissance", "sexe", "constats"),
    [("2010-01-01", "F", 1), ("2010-01-01", "", 1), ("2010-01-01", "M", 0), ("2010-01-02", "F", 0)],
)
def test_same_child_twice(juger: Juger, naissance: str, sexe: str, constats: int) -> None:
    document = foyer(a_charge=a_charge(), en_garde=en_garde(naissance, sexe=sexe))
    assert len(juger(regles_menage.enfant_a_charge_et_en_garde, document)) == constats


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
    trouves = juger(
        regles_menage.personne_a_charge_a_completer, foyer(a_charge=personne), type_fichier=type_fichier
    )
    assert [c.valeurs["manque"] for c in trouves] == ([manque] if manque else [])


@pytest.mark.parametrize(("naissance", "constats"), [("2000-03-16", 0), ("2000-03-15", 1)])
def test_person_in_custody_is_a_minor(juger: Juger, naissance: str, constats: int) -> None:
    assert (
        len(juger(regles_menage.personne_en_garde_majeure, foyer(en_garde=en_garde(naissance)))) == constats
    )


# --- RES ----------------------------------------------------------------------------------------------


def detail(code: str, montant: str) -> str:
    return f'<detailRessource><ressource code="{code}"/><montant>{montant}</montant></detailRessource>'


def travailleur(
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
    document = travailleur(revenu=revenu(annee_1, annee_2=annee_2))
    trouves = juger(regles_menage.annees_des_revenus, document)
    assert [c.chemin.rpartition("/")[2] for c in trouves] == ([fautif] if fautif else [])


def test_coholder_is_judged_too(juger: Juger) -> None:
    autre = f"<cotitulaire><revenuFiscal>{revenu('2012', '9')}</revenuFiscal></cotitulaire>"
    (trouve,) = juger(regles_menage.annees_des_revenus, travailleur(cotitulaire=autre))
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
    trouves = juger(regles_menage.revenu_sans_annee, travailleur(revenu=texte))
    assert [c.chemin.rpartition("/")[2] for c in trouves] == fautifs


@pytest.mark.parametrize(
    ("texte", "constats"),
    [(revenu("2017", "0"), 0), (revenu(montant_2="12000"), 0), ("", 1), (revenu("2017"), 1)],
)
def test_fiscal_income_is_expected_of_the_applicant(juger: Juger, texte: str, constats: int) -> None:
    document = travailleur(revenu=texte, cotitulaire="<cotitulaire><nom>B</nom></cotitulaire>")
    assert len(juger(regles_menage.revenu_fiscal_absent, document)) == constats


@pytest.mark.parametrize(
    ("code", "montant", "fautif"),
    [("SAL", "1", None), ("SAL", "0", None), ("", "", None), ("SAL", "", "montant"), ("", "10", "ressource")],
)
def test_resource_is_whole(juger: Juger, code: str, montant: str, fautif: str | None) -> None:
    trouves = juger(regles_menage.ressource_incomplete, travailleur(a_charge=detail(code, montant)))
    assert [c.chemin.rpartition("/")[2] for c in trouves] == ([fautif] if fautif else [])


def test_resource_twice_in_one_list(juger: Juger) -> None:
    distincts = travailleur(recues=detail("SAL", "1") + detail("AF", "1"), a_charge=detail("SAL", "1"))
    assert juger(regles_menage.ressource_en_double, distincts) == []
    (trouve,) = juger(
        regles_menage.ressource_en_double, travailleur(recues=detail("SAL", "1") + detail("SAL", "2"))
    )
    assert trouve.valeurs["valeur"] == "SAL"
    assert trouve.chemin.endswith("detailRessource[2]/ressource")


def test_negative_amount(juger: Juger) -> None:
    assert juger(regles_menage.ressource_negative, travailleur(recues=detail("SAL", "0"))) == []
    (trouve,) = juger(regles_menage.ressource_negative, travailleur(recues=detail("SAL", "-1")))
    assert trouve.valeurs["valeur"] == "-1"


@pytest.mark.parametrize(("contrat", "ressource", "constats"), DONNEES["resources_fit_the_contract"])
def test_resources_fit_the_contract(juger: Juger, contrat: str, ressource: str, constats: int) -> None:
    document = travailleur(contrat=contrat, recues=detail(ressource, "500"))
    assert len(juger(regles_menage.ressource_sans_rapport_avec_le_contrat, document)) == constats


@pytest.mark.parametrize(
    ("contrat", "employeur", "constats"),
    [("CDI", "Mairie", 0), ("CDI", "", 1), ("APP", "", 1), ("CHO", "", 0), ("", "", 0)],
)
def test_employer(juger: Juger, contrat: str, employeur: str, constats: int) -> None:
    assert (
        len(juger(regles_menage.employeur_attendu, travailleur(contrat=contrat, employeur=employeur)))
        == constats
    )


def test_total_of_the_household(juger: Juger) -> None:
    juste = travailleur(recues=detail("SAL", "15000"), a_charge=detail("SAL", "5000"))
    assert juger(regles_menage.total_anormal, juste) == []
    autre = f"<cotitulaire><listeRessourceRecue>{detail('SAL', '1')}</listeRessourceRecue></cotitulaire>"
    trop = travailleur(recues=detail("SAL", "15000"), a_charge=detail("SAL", "5000"), cotitulaire=autre)
    (trouve,) = juger(regles_menage.total_anormal, trop)
    assert trouve.valeurs["valeur"] == "20001"


# --- HAN ----------------------------------------------------------------------------------------------


MENAGE = (
    "<personnePhysique><demandeur><dateNaissance>1980-01-01</dateNaissance></demandeur>"
    "<listePersonneACharge><personneACharge><dateNaissance>2010-01-01</dateNaissance></personneACharge>"
    "</listePersonneACharge><listePersonneEnGarde><personneEnGarde><dateNaissance>2012-01-01</dateNaissance>"
    "</personneEnGarde></listePersonneEnGarde><listeCotitulaire><cotitulaire>"
    "<dateNaissance>1982-01-01</dateNaissance></cotitulaire></listeCotitulaire></personnePhysique>"
)


def bloc(contenu: str) -> str:
    return f"{MENAGE}<listeHandicap><handicap>{contenu}</handicap></listeHandicap>"


@pytest.mark.parametrize(
    ("naissance", "constats"),
    [("1980-01-01+01:00", 0), ("1982-01-01", 0), ("2010-01-01", 0), ("2012-01-01Z", 0), ("1999-01-01", 1)],
)
def test_person_of_the_household(juger: Juger, naissance: str, constats: int) -> None:
    document = bloc(f"<dateNaissance>{naissance}</dateNaissance>")
    assert len(juger(regles_menage.personne_handicapee_hors_du_menage, document)) == constats


def test_birth_date_is_optional_and_an_association_is_not_judged(juger: Juger) -> None:
    assert (
        juger(regles_menage.personne_handicapee_hors_du_menage, bloc("<accompagne>true</accompagne>")) == []
    )
    association = bloc("<dateNaissance>1999-01-01</dateNaissance>").replace(
        MENAGE, "<association><nom>A</nom></association>"
    )
    assert juger(regles_menage.personne_handicapee_hors_du_menage, association) == []


MOTEUR = "<listeNatureHandicapMoteur><natureHandicapMoteur code='MI'/></listeNatureHandicapMoteur>"
SENSORIEL = (
    "<listeNatureHandicapSensoriel><natureHandicapSensoriel code='DV'/></listeNatureHandicapSensoriel>"
)


@pytest.mark.parametrize(
    ("contenu", "fautif"),
    [
        (f"<handicapMoteur>true</handicapMoteur>{MOTEUR}", None),
        (f"<handicapSensoriel>true</handicapSensoriel>{SENSORIEL}", None),
        ("<compAutreNature>rare</compAutreNature><handicapAutre>true</handicapAutre>", None),
        ("<handicapMoteur>false</handicapMoteur>", None),
        ("<handicapMoteur>true</handicapMoteur>", "listeNatureHandicapMoteur"),
        (f"<handicapSensoriel>1</handicapSensoriel>{MOTEUR}", "listeNatureHandicapSensoriel"),
        ("<handicapAutre>true</handicapAutre>", "compAutreNature"),
        (
            "<handicapMoteur>true</handicapMoteur><listeNatureHandicapMoteur><natureHandicapMoteur/>"
            "</listeNatureHandicapMoteur>",
            "listeNatureHandicapMoteur",
        ),
    ],
)
def test_nature(juger: Juger, contenu: str, fautif: str | None) -> None:
    trouves = juger(regles_menage.nature_du_handicap, bloc(contenu))
    assert [c.chemin.rpartition("/")[2] for c in trouves] == ([fautif] if fautif else [])


@pytest.mark.parametrize(
    ("contenu", "constats"),
    [
        (MOTEUR, 0),
        (f"<handicapMoteur>true</handicapMoteur>{MOTEUR}", 0),
        (f"<handicapMoteur>false</handicapMoteur>{MOTEUR}", 1),
        (f"<handicapMoteur>false</handicapMoteur>{SENSORIEL}", 0),
        ("<handicapMoteur>false</handicapMoteur><listeNatureHandicapMoteur/>", 0),
        ("<compAutreNature>rare</compAutreNature><handicapAutre>false</handicapAutre>", 0),
    ],
)
def test_nature_and_flag(juger: Juger, contenu: str, constats: int) -> None:
    assert len(juger(regles_menage.nature_sans_indicateur, bloc(contenu))) == constats


@pytest.mark.parametrize(("codes", "constats"), [("1", 0), ("2 3", 0), ("1 2", 1), ("4 1", 1), ("", 0)])
def test_no_aid_excludes_the_others(juger: Juger, codes: str, constats: int) -> None:
    aides = "".join(f"<aideTechniqueHandicap code='{code}'/>" for code in codes.split())
    document = bloc(f"<listeAideTechniqueHandicap>{aides}</listeAideTechniqueHandicap>")
    assert len(juger(regles_menage.aucune_aide_technique, document)) == constats
