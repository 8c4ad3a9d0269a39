"""Where the rules REC, MOT point; the verdicts are those of `fixtures/exemples`."""

from collections.abc import Callable

import pytest
from donnees import a_cote

from sne_interface.rules.catalogue import REGLES, regles_souhaits
from sne_interface.rules.rule import Infraction

DONNEES = a_cote(__file__)

# --- REC ----------------------------------------------------------------------------------------------


REGLES_REC = [regle for regle in REGLES if regle.code.startswith("REC")]
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
    assert juger(regles_souhaits.logement_recherche_absent, recherche()) == []
    (trouve,) = juger(
        regles_souhaits.logement_recherche_absent, "<logementRecherche><avecParking/></logementRecherche>"
    )
    assert trouve.chemin == "interfaceNuu/demande/demandeLogement/logementRecherche"


@pytest.mark.parametrize(("types", "constats"), DONNEES["types_follow_each_other"])
def test_types_follow_each_other(juger: Juger, types: str, constats: int) -> None:
    assert len(juger(regles_souhaits.types_qui_ne_se_suivent_pas, recherche(types))) == constats


@pytest.mark.parametrize(
    ("nombre", "maximum", "constats"),
    [(1, 10, 0), (10, 10, 0), (11, 10, 1), (8, 8, 0), (9, 8, 1), (0, 10, 1)],
)
def test_number_of_places(juger: Juger, nombre: int, maximum: int, constats: int) -> None:
    places = tuple(f"751{rang:02d}" for rang in range(1, nombre + 1))
    trouves = juger(
        regles_souhaits.nombre_de_localisations, recherche(places=places), localisations_max=maximum
    )
    assert [(c.valeurs["valeur"], c.valeurs["max"]) for c in trouves] == [
        (str(nombre), str(maximum))
    ] * constats


@pytest.mark.parametrize(
    ("depot", "nombre", "maximum", "leger"),
    [
        ("2018-09-09", 10, None, False),
        ("2018-09-09", 11, 10, False),
        ("2018-09-10", 8, None, False),
        ("2018-09-10", 9, 8, True),
        ("2019-09-09", 10, 8, True),
        ("2019-09-09", 11, 8, False),
        ("2019-09-10", 9, 8, False),
        ("2019-09-10", 8, None, False),
    ],
)
def test_without_a_setting_the_form_of_the_day_of_deposit_says_how_many(
    juger: Juger, depot: str, nombre: int, maximum: int | None, leger: bool
) -> None:
    places = tuple(f"751{rang:02d}" for rang in range(1, nombre + 1))
    document = f"<dateCreationDemande>{depot}</dateCreationDemande>{recherche(places=places)}"
    trouves = juger(regles_souhaits.nombre_de_localisations, document)
    assert [(c.valeurs["max"], c.leger) for c in trouves] == (
        [] if maximum is None else [(str(maximum), leger)]
    )


def test_nothing_sought_has_no_places(juger: Juger) -> None:
    assert juger(regles_souhaits.nombre_de_localisations, "<numGuichet>G1104</numGuichet>") == []


@pytest.mark.parametrize(("places", "constats"), DONNEES["same_place_twice"])
def test_same_place_twice(juger: Juger, places: tuple[str, ...], constats: int) -> None:
    assert len(juger(regles_souhaits.localisation_en_double, recherche(places=places))) == constats


@pytest.mark.parametrize(("places", "fautives"), DONNEES["one_territory"])
def test_one_territory(juger: Juger, places: tuple[str, ...], fautives: list[str]) -> None:
    trouves = juger(regles_souhaits.communes_de_plusieurs_territoires, recherche(places=places))
    assert [c.valeurs["valeur"] for c in trouves] == fautives


@pytest.mark.parametrize(("types", "a_charge", "constats"), DONNEES["rooms_for_the_household"])
def test_rooms_for_the_household(juger: Juger, types: str, a_charge: int, constats: int) -> None:
    personnes = "<personneACharge><nom>E</nom></personneACharge>" * a_charge
    assert len(juger(regles_souhaits.logement_trop_petit, recherche(types, personnes=personnes))) == constats


@pytest.mark.parametrize(
    ("loyer", "ressource", "constats"),
    [("500", "1000", 0), ("501", "1000", 1), ("", "1000", 0), ("500", "", 0), ("1", "0", 1)],
)
def test_rent_and_means(juger: Juger, loyer: str, ressource: str, constats: int) -> None:
    ressources = f"<detailRessource><montant>{ressource}</montant></detailRessource>"
    document = recherche(loyer=loyer, ressources=ressources)
    assert len(juger(regles_souhaits.loyer_au_dessus_des_moyens, document)) == constats


def test_association_seeks_without_a_household(juger: Juger) -> None:
    document = recherche("T1", loyer="900").partition("<personnePhysique>")[0] + "<association/>"
    for regle in REGLES_REC:
        assert juger(regle, document) == []


# --- MOT ----------------------------------------------------------------------------------------------


def demande(
    motifs: str = "", jugement: str = "", autre: str = "", situation: str = "C", modeles: str = ""
) -> str:
    liste = "".join(f'<motifDemande code="{code}"/>' for code in motifs.split())
    loge = "".join(f'<modeleLogement code="{code}"/>' for code in modeles.split())
    return (
        f"<principauxMotifDemande><compDateJugement>{jugement}</compDateJugement>"
        f"<compAutreMotif>{autre}</compAutreMotif>{liste}</principauxMotifDemande>"
        f'<personnePhysique><demandeur><situationFamiliale code="{situation}"/></demandeur>'
        f"<logementActuel><listeModeleLogement>{loge}</listeModeleLogement></logementActuel>"
        "</personnePhysique>"
    )


def test_a_person_gives_a_motive_an_association_need_not(juger: Juger) -> None:
    assert juger(regles_souhaits.motif_absent, demande("13")) == []
    assert juger(regles_souhaits.motif_absent, "<association><nom>A</nom></association>") == []
    (trouve,) = juger(regles_souhaits.motif_absent, demande())
    assert trouve.chemin == "interfaceNuu/demande/demandeLogement/principauxMotifDemande"


@pytest.mark.parametrize(
    ("motifs", "constats"), [("13", 0), ("13 09 19", 0), ("13 09 19 20", 1), ("13 13", 1), ("", 0)]
)
def test_three_motives(juger: Juger, motifs: str, constats: int) -> None:
    assert len(juger(regles_souhaits.trop_de_motifs, demande(motifs))) == constats


@pytest.mark.parametrize(
    ("motifs", "autre", "constats"), [("23", "Jardin", 0), ("23", "", 1), ("13", "", 0), ("13", "Jardin", 0)]
)
def test_other_motive_is_told(juger: Juger, motifs: str, autre: str, constats: int) -> None:
    assert len(juger(regles_souhaits.autre_motif_sans_precision, demande(motifs, autre=autre))) == constats


@pytest.mark.parametrize(
    ("motifs", "jugement", "constats"),
    [("05", "2018-03-16", 0), ("05", "2018-03-17", 1), ("05", "", 0), ("13", "2018-01-01", 1), ("13", "", 0)],
)
def test_judgment(juger: Juger, motifs: str, jugement: str, constats: int) -> None:
    assert len(juger(regles_souhaits.date_du_jugement, demande(motifs, jugement))) == constats


def test_handicap_as_a_motive(juger: Juger) -> None:
    bloc = "<listeHandicap><handicap><handicapMoteur>false</handicapMoteur></handicap></listeHandicap>"
    assert juger(regles_souhaits.motif_handicap_sans_complement, demande("07") + bloc) == []
    assert juger(regles_souhaits.motif_handicap_sans_complement, demande("13")) == []
    vide = "<listeHandicap><handicap/></listeHandicap>"
    assert len(juger(regles_souhaits.motif_handicap_sans_complement, demande("07") + vide)) == 1


@pytest.mark.parametrize(("motifs", "modeles", "constats"), DONNEES["without_a_dwelling"])
def test_without_a_dwelling(juger: Juger, motifs: str, modeles: str, constats: int) -> None:
    assert len(juger(regles_souhaits.sans_logement_mais_loge, demande(motifs, modeles=modeles))) == constats


@pytest.mark.parametrize(("motifs", "situation", "constats"), DONNEES["motive_and_situation"])
def test_motive_and_situation(juger: Juger, motifs: str, situation: str, constats: int) -> None:
    assert (
        len(juger(regles_souhaits.motif_et_situation_familiale, demande(motifs, situation=situation)))
        == constats
    )
