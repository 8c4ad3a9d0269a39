from collections.abc import Callable

import pytest

from sne_sandbox.rules.catalogue import recherche_logement as rl
from sne_sandbox.rules.rule import Infraction

Juger = Callable[..., list[Infraction]]


def recherche(
    types: str = "T2",
    places: tuple[str, ...] = ("75113",),
    loyer: str = "",
    personnes: str = "",
    ressources: str = "",
) -> str:
    liste = "".join(f'<typeLogement code="{code}"/>' for code in types.split())
    lieux = ""
    for place in places:
        commune, _, quartier = place.partition(" ")
        lieux += (
            f'<localisationSouhaite><commune code="{commune}"/><quartier>{quartier}</quartier>'
            "</localisationSouhaite>"
        )
    return (
        f"<logementRecherche><montantLoyer>{loyer}</montantLoyer><demandeElargie>false</demandeElargie>"
        f"<listeTypeLogement>{liste}</listeTypeLogement>"
        f"<listeLocalisationSouhaite>{lieux}</listeLocalisationSouhaite></logementRecherche>"
        "<personnePhysique><demandeur><nom>A</nom>"
        f"<listeRessourceRecue>{ressources}</listeRessourceRecue></demandeur>"
        f"<listePersonneACharge>{personnes}</listePersonneACharge></personnePhysique>"
    )


def test_what_is_sought_is_told(juger: Juger) -> None:
    assert juger(rl.logement_recherche_absent, recherche()) == []
    (trouve,) = juger(rl.logement_recherche_absent, "<logementRecherche><avecParking/></logementRecherche>")
    assert trouve.chemin == "interfaceNuu/demande/demandeLogement/logementRecherche"


@pytest.mark.parametrize(
    ("types", "constats"),
    [
        ("T2", 0),
        ("T2 T3", 0),
        ("T3 T2", 0),
        ("C T1", 0),
        ("T5 T6P", 0),
        ("", 0),
        ("T2 T2", 1),
        ("T1 T3", 1),
        ("T1 T2 T3", 1),
        ("T2 ZZ", 0),
    ],
)
def test_types_follow_each_other(juger: Juger, types: str, constats: int) -> None:
    assert len(juger(rl.types_qui_ne_se_suivent_pas, recherche(types))) == constats


@pytest.mark.parametrize(
    ("nombre", "maximum", "constats"),
    [(1, 10, 0), (10, 10, 0), (11, 10, 1), (8, 8, 0), (9, 8, 1), (0, 10, 1)],
)
def test_number_of_places(juger: Juger, nombre: int, maximum: int, constats: int) -> None:
    places = tuple(f"751{rang:02d}" for rang in range(1, nombre + 1))
    trouves = juger(rl.nombre_de_localisations, recherche(places=places), localisations_max=maximum)
    assert [(c.valeurs["valeur"], c.valeurs["max"]) for c in trouves] == [
        (str(nombre), str(maximum))
    ] * constats


def test_nothing_sought_has_no_places(juger: Juger) -> None:
    assert juger(rl.nombre_de_localisations, "<numGuichet>G1104</numGuichet>") == []


@pytest.mark.parametrize(
    ("places", "constats"),
    [
        (("75113", "75114"), 0),
        (("75113 Gare", "75113 Olympiades"), 0),
        (("75113 Gare", "75113"), 0),
        (("75113", "75113"), 1),
        (("75113 Saint-Rémy", "75113 SAINT REMY"), 1),
    ],
)
def test_same_place_twice(juger: Juger, places: tuple[str, ...], constats: int) -> None:
    assert len(juger(rl.localisation_en_double, recherche(places=places))) == constats


@pytest.mark.parametrize(
    ("places", "fautives"),
    [
        (("75113", "93066", "77001"), []),
        (("69123", "69001"), []),
        (("62041", "62498"), []),
        (("2A004", "2B033"), ["2B033"]),
        (("62041", "59350", "62498", "75113"), ["59350", "75113"]),
        (("97411", "97101"), ["97101"]),
        ((), []),
    ],
)
def test_one_territory(juger: Juger, places: tuple[str, ...], fautives: list[str]) -> None:
    trouves = juger(rl.communes_de_plusieurs_territoires, recherche(places=places))
    assert [c.valeurs["valeur"] for c in trouves] == fautives


@pytest.mark.parametrize(
    ("types", "a_charge", "constats"),
    [
        ("C", 0, 0),
        ("T1", 0, 0),
        ("T1", 1, 1),
        ("T2", 2, 0),
        ("T2", 3, 1),
        ("T2 T3", 3, 0),
        ("T6P", 9, 0),
        ("T5", 9, 1),
        ("", 3, 0),
    ],
)
def test_rooms_for_the_household(juger: Juger, types: str, a_charge: int, constats: int) -> None:
    personnes = "<personneACharge><nom>E</nom></personneACharge>" * a_charge
    assert len(juger(rl.logement_trop_petit, recherche(types, personnes=personnes))) == constats


@pytest.mark.parametrize(
    ("loyer", "ressource", "constats"),
    [("500", "1000", 0), ("501", "1000", 1), ("", "1000", 0), ("500", "", 0), ("1", "0", 1)],
)
def test_rent_and_means(juger: Juger, loyer: str, ressource: str, constats: int) -> None:
    ressources = f"<detailRessource><montant>{ressource}</montant></detailRessource>"
    document = recherche(loyer=loyer, ressources=ressources)
    assert len(juger(rl.loyer_au_dessus_des_moyens, document)) == constats


def test_association_seeks_without_a_household(juger: Juger) -> None:
    document = recherche("T1", loyer="900").partition("<personnePhysique>")[0] + "<association/>"
    for regle in rl.REGLES:
        assert juger(regle, document) == []
