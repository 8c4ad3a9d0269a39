from datetime import date
from decimal import Decimal

import pytest
from donnees import a_cote

from sne_interface.domain.demande import Demande
from sne_interface.domain.element_recu import Element
from sne_interface.domain.menage import (
    Composition,
    Menage,
    SeuilQuartile,
    composition,
    nombre_uc,
    seuil_du_jour,
    taille,
    zone_du_seuil,
)

DONNEES = a_cote(__file__)

JOUR = date(2018, 3, 15)


def ressources(liste: str, *montants: int) -> Element:
    details = (Element("detailRessource", enfants=(Element("montant", str(m)),)) for m in montants)
    return Element(liste, enfants=tuple(details))


def ne_le(nom: str, naissance: str = "", *autres: Element) -> Element:
    return Element(nom, enfants=(Element("dateNaissance", naissance), *autres))


def en_garde(naissance: str, coparentalite: str) -> Element:
    return ne_le("personneEnGarde", naissance, Element("coParentalite", attributs={"code": coparentalite}))


def demande(
    demandeur: Element | None = None,
    cotitulaires: tuple[Element, ...] = (),
    a_charge: tuple[Element, ...] = (),
    gardes: tuple[Element, ...] = (),
) -> Demande:
    personne = Element(
        "personnePhysique",
        enfants=(
            demandeur or ne_le("demandeur", "1980-01-01"),
            Element("listePersonneACharge", enfants=a_charge),
            Element("personneANaitre", enfants=(Element("nombre", "1"),)),
            Element("listePersonneEnGarde", enfants=gardes),
            Element("listeCotitulaire", enfants=cotitulaires),
        ),
    )
    formulaire = Element("demandeLogement", enfants=(personne,))
    return Demande(Element("interfaceNuu", enfants=(Element("demande", enfants=(formulaire,)),)))


def association() -> Demande:
    formulaire = Element("demandeLogement", enfants=(Element("association", enfants=(Element("nom", "A"),)),))
    return Demande(Element("interfaceNuu", enfants=(Element("demande", enfants=(formulaire,)),)))


def exemple() -> Demande:
    return demande(
        ne_le("demandeur", "1980-01-01", ressources("listeRessourceRecue", 1200, 300)),
        (ne_le("cotitulaire", "1982-01-01", ressources("listeRessourceRecue", 500)),),
        (ne_le("personneACharge", "2009-01-01"),),
        (en_garde("2003-01-01", "G"), en_garde("2005-01-01", "D")),
    )


def test_the_documented_example() -> None:
    menage = Menage.de(exemple(), JOUR)
    assert menage == Menage(Decimal("2.05"), 2000)
    assert menage.ressources_annuelles_uc == 11707


def test_single_person() -> None:
    assert nombre_uc(demande(), JOUR) == Decimal("1.00")


@pytest.mark.parametrize(
    ("naissance", "attendu"),
    [("2004-03-15", "1.50"), ("2004-03-16", "1.30"), ("1950-01-01", "1.50"), ("", "1.50")],
)
def test_fourteen_is_counted_on_the_day(naissance: str, attendu: str) -> None:
    a_charge = (ne_le("personneACharge", naissance, Element("nom", "A")),)
    assert nombre_uc(demande(a_charge=a_charge), JOUR) == Decimal(attendu)


@pytest.mark.parametrize(
    ("naissance", "coparentalite", "attendu"),
    [("2010-01-01", "G", "1.15"), ("2000-01-01", "G", "1.25"), ("2010-01-01", "D", "1.00")],
)
def test_custody(naissance: str, coparentalite: str, attendu: str) -> None:
    assert nombre_uc(demande(gardes=(en_garde(naissance, coparentalite),)), JOUR) == Decimal(attendu)


def test_resources_of_persons_a_charge_count_and_pensions_paid_do_not() -> None:
    demandeur = ne_le(
        "demandeur",
        "1980-01-01",
        ressources("listeRessourceRecue", 1000),
        ressources("listeRessourceVersee", 200),
        ressources("listeRessourceRecuePersACharge", 150, 50),
        ressources("listeRessourceVerseePersACharge", 10),
    )
    assert demande(demandeur).ressources_mensuelles == 1200


def test_size_counts_those_sure_to_live_there() -> None:
    assert taille(exemple()) == 3
    assert taille(association()) == 0


def test_a_child_to_be_born_counts_for_nothing_yet_and_for_three_tenths_once_born() -> None:
    # The test households all have one to be born (`personneANaitre`).
    assert nombre_uc(demande(), JOUR) == Decimal("1.00")
    assert nombre_uc(demande(a_charge=(ne_le("personneACharge", "2018-03-15"),)), JOUR) == Decimal("1.30")


def test_an_association_is_no_household() -> None:
    assert nombre_uc(association(), JOUR) == Decimal("0.00")
    assert Menage.de(association(), JOUR) is None


def test_first_quartile_is_strictly_below_before_rounding() -> None:
    menage = Menage(Decimal("1.00"), 740)  # 8 880 a year
    assert not menage.premier_quartile(8880)
    assert menage.premier_quartile(8881)
    presque = Menage(Decimal("1.80"), 1333)  # 8 886.67 a year, shown 8 887
    assert presque.ressources_annuelles_uc == 8887
    assert presque.premier_quartile(8887)
    assert not presque.premier_quartile(8886)


def test_halves_of_a_euro_go_up() -> None:
    assert Menage(Decimal("1.60"), 1).ressources_annuelles_uc == 8  # 7.5


def test_who_declares_no_resource_is_in_no_quartile() -> None:
    # Finding Q3: 0 euro for want of a declaration was « premier quartile ».
    muet = Menage.de(demande(ne_le("demandeur", "1980-01-01")), JOUR)
    assert muet == Menage(Decimal("1.00"), None)
    assert (muet.ressources_annuelles_uc, muet.premier_quartile(10**6)) == (None, None)
    sans_un_sou = Menage.de(
        demande(ne_le("demandeur", "1980-01-01", ressources("listeRessourceRecue", 0))), JOUR
    )
    assert sans_un_sou is not None
    assert (sans_un_sou.ressources_annuelles_uc, sans_un_sou.premier_quartile(1)) == (0, True)


def test_the_area_of_a_threshold_is_the_epci_but_in_ile_de_france() -> None:
    assert zone_du_seuil("200054781", "11") == ("REGION", "11")
    assert zone_du_seuil("200040590", "84") == ("EPCI", "200040590")
    assert zone_du_seuil(None, "84") == ("EPCI", None)


@pytest.mark.parametrize(
    ("annees", "horloge", "attendue"), DONNEES["the_threshold_is_that_of_the_year_before_else_the"]
)
def test_the_threshold_is_that_of_the_year_before_else_the_nearest(
    annees: list[int], horloge: int, attendue: int
) -> None:
    seuils = [SeuilQuartile("REGION", "11", "Île-de-France", annee, 8000 + annee) for annee in annees]
    jour = date(horloge, 3, 15)
    trouve = seuil_du_jour(seuils, jour)
    assert trouve is not None
    assert trouve.annee == attendue
    proche = "le plus proche" if attendue != horloge - 1 else "l'année qui précède"
    assert proche in trouve.pourquoi(jour)


def test_no_threshold_of_none() -> None:
    assert seuil_du_jour((), JOUR) is None


@pytest.mark.parametrize(
    ("cotitulaires", "naissances", "personnes", "uc", "annuelles"),
    DONNEES["households_of_one_to_eight_on_2000_euros_a_month"],
)
def test_households_of_one_to_eight_on_2000_euros_a_month(
    cotitulaires: int, naissances: list[str], personnes: int, uc: str, annuelles: int
) -> None:
    famille = demande(
        ne_le("demandeur", "1980-01-01", ressources("listeRessourceRecue", 2000)),
        tuple(ne_le("cotitulaire", "1982-01-01") for _ in range(cotitulaires)),
        tuple(ne_le("personneACharge", naissance) for naissance in naissances),
    )
    menage = Menage.de(famille, JOUR)
    assert menage is not None
    assert (taille(famille), menage.nombre_uc) == (personnes, Decimal(uc))
    assert menage.ressources_annuelles_uc == annuelles


def test_flatmates_share_one_household() -> None:
    colocation = demande(
        ne_le("demandeur", "1995-01-01", ressources("listeRessourceRecue", 1200)),
        (ne_le("cotitulaire", "1996-01-01", ressources("listeRessourceRecue", 900, 150)),),
    )
    assert Menage.de(colocation, JOUR) == Menage(Decimal("1.50"), 2250)


# --- composition --------------------------------------------------------------------------------------


def code(nom: str, valeur: str) -> Element:
    return Element(nom, attributs={"code": valeur})


def foyer(liens: str, parentes: str, gardes: str) -> Demande:
    cotitulaires = tuple(Element("cotitulaire", enfants=(code("lienDemandeur", c),)) for c in liens)
    a_charge = tuple(Element("personneACharge", enfants=(code("lienParente", c),)) for c in parentes)
    en_garde = tuple(Element("personneEnGarde", enfants=(code("coParentalite", c),)) for c in gardes)
    return demande(Element("demandeur", enfants=(Element("nom", "A"),)), cotitulaires, a_charge, en_garde)


@pytest.mark.parametrize(
    ("liens", "parentes", "gardes", "attendue"),
    [
        ("", "", "", Composition.SEULE),
        ("", "", "D", Composition.SEULE),
        ("", "E", "", Composition.MONOPARENTALE),
        ("", "PE", "", Composition.MONOPARENTALE),
        ("", "", "G", Composition.MONOPARENTALE),
        ("", "P", "", Composition.AUTRE),
        ("M", "", "", Composition.COUPLE),
        ("P", "P", "D", Composition.COUPLE),
        ("C", "E", "", Composition.COUPLE_AVEC_ENFANT),
        ("LM", "", "G", Composition.COUPLE_AVEC_ENFANT),
        ("L", "", "", Composition.AUTRE),
        ("L", "E", "", Composition.AUTRE),
    ],
)
def test_how_a_household_is_made(liens: str, parentes: str, gardes: str, attendue: Composition) -> None:
    assert composition(foyer(liens, parentes, gardes)) is attendue


def test_an_association_is_apart() -> None:
    assert composition(Demande(Element("interfaceNuu"))) is Composition.ASSOCIATION
