"""Where the rules communes, ADR, LOG point; the verdicts are those of `fixtures/exemples`."""

from collections.abc import Callable
from datetime import date

import pytest
from donnees import a_cote

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.rules.catalogue import REGLES, regles_logement
from sne_interface.rules.catalogue.regles_logement import departement_connu, remplacante
from sne_interface.rules.rule import Contexte, Infraction, Regle

DONNEES = a_cote(__file__)

# --- communes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["75999", "2A999", "2B001", "97199", "98899", "01000"])
def test_a_code_of_a_known_departement(code: str) -> None:
    assert departement_connu(code)


@pytest.mark.parametrize("code", ["99999", "20004", "97999", "7501", "62ABC", "ZZ123", "", "75", "00123"])
def test_a_code_of_none(code: str) -> None:
    assert not departement_connu(code)


def test_a_commune_is_in_force_until_the_day_it_ends(contrat: Contrat) -> None:
    territoires = contrat.territoires
    assert remplacante("01091", date(2018, 12, 31), territoires) is None
    assert remplacante("01091", date(2019, 1, 1), territoires) == "Valserhône (01033)"


def test_an_unknown_end_is_past(contrat: Contrat) -> None:
    assert remplacante("01220", date(2018, 3, 15), contrat.territoires) is not None


@pytest.mark.parametrize("code", ["75113", "99999"])
def test_a_commune_in_force_and_one_that_never_was_are_not_replaced(contrat: Contrat, code: str) -> None:
    assert remplacante(code, date(2018, 3, 15), contrat.territoires) is None


# --- ADR ----------------------------------------------------------------------------------------------


REGLES_ADR = [regle for regle in REGLES if regle.code.startswith("ADR")]
Message = Callable[..., Contexte]
D = "~/personnePhysique/demandeur"
COT = "~/personnePhysique/listeCotitulaire/cotitulaire"
LOC = "~/logementRecherche/listeLocalisationSouhaite/localisationSouhaite"


def test_every_french_commune_is_looked_at(message: Message) -> None:
    lieux = [
        f"{LOC}[1]",
        f"{D}/adressePostale",
        f"{D}/situationProfessionnelle",
        "~/personnePhysique/adresseLogement",
        f"{COT}/situationProfessionnelle",
        "~/personnePhysique/logementActuel",
    ]
    contexte = message(
        specimen="colocataires",
        edits=[
            [
                "ajouter",
                "~/personnePhysique",
                "<adresseLogement><etranger>false</etranger><voie>v</voie>"
                "<codePostal>62110</codePostal><commune code='62427'/></adresseLogement>",
            ],
            *(["code", f"{lieu}/commune", "99999"] for lieu in lieux),
        ],
    )
    trouves = [c.chemin for c in regles_logement.commune_inexistante.controler(contexte)]
    assert len(trouves) == len(lieux)
    association = message(
        specimen="association", edits=[["code", "~/association/adressePostale/commune", "99999"]]
    )
    assert len(list(regles_logement.commune_inexistante.controler(association))) == 1


def test_a_gap_in_our_tables_only_warns(message: Message) -> None:
    contexte = message(edits=[["code", f"{LOC}[1]/commune", "75999"], ["code", f"{LOC}[2]/commune", "96001"]])
    assert [
        (c.valeurs["valeur"], c.leger) for c in regles_logement.commune_inexistante.controler(contexte)
    ] == [
        ("75999", True),
        ("96001", False),
    ]


def test_the_successor_is_named(message: Message) -> None:
    contexte = message(edits=[["code", f"{D}/adressePostale/commune", "01003"]])
    (trouve,) = regles_logement.commune_remplacee.controler(contexte)
    assert trouve.valeurs == {"valeur": "01003", "commune": "Francheleins (01165)"}


def test_a_wrong_postal_code_is_shown_with_its_commune(message: Message) -> None:
    contexte = message(edits=[["texte", f"{D}/adressePostale/codePostal", "75001"]])
    (trouve,) = regles_logement.code_postal_de_la_commune.controler(contexte)
    assert trouve.chemin.endswith("/adressePostale/codePostal")
    assert trouve.valeurs == {"valeur": "75001", "commune": "Montreuil"}


def test_the_host_is_missed_in_the_current_address(message: Message) -> None:
    modele = ["code", "~/personnePhysique/logementActuel/listeModeleLogement/modeleLogement", "CPE"]
    (postale,) = regles_logement.nom_de_l_hebergeant.controler(message(edits=[modele]))
    assert postale.chemin.endswith("/demandeur/adressePostale/nomHebergeant")
    (actuelle,) = regles_logement.nom_de_l_hebergeant.controler(
        message(specimen="adresse_etranger", edits=[modele])
    )
    assert actuelle.chemin.endswith("/personnePhysique/adresseLogement/nomHebergeant")


def test_a_person_without_a_home_may_have_an_empty_street(message: Message) -> None:
    contexte = message(edits=[["texte", f"{D}/adressePostale/voie", ""]])
    assert [c for regle in REGLES_ADR for c in regle.controler(contexte)] == []


# --- LOG ----------------------------------------------------------------------------------------------


Juger = Callable[..., list[Infraction]]


def loge(*modeles: str, suite: str = "", personnes: str = "", motifs: str = "") -> str:
    liste = "".join(f'<modeleLogement code="{modele}"/>' for modele in modeles)
    return (
        f"<principauxMotifDemande>{motifs}</principauxMotifDemande>"
        "<personnePhysique><demandeur><dateNaissance>1980-01-01</dateNaissance></demandeur>"
        f"{personnes}<logementActuel><listeModeleLogement>{liste}</listeModeleLogement>{suite}</logementActuel>"
        "</personnePhysique>"
    )


def fautifs(constats: list[Infraction]) -> list[str]:
    return [c.chemin.rpartition("/")[2] for c in constats]


@pytest.mark.parametrize(
    ("regle", "modele", "complements"),
    [
        (regles_logement.bailleur_du_logement_hlm, "HLM", ["compNomOrgBailleur"]),
        (regles_logement.entree_en_residence_sociale, "RS", ["compResSocDepuis"]),
        (regles_logement.entree_en_residence_hoteliere, "RHVS", ["compResHotDepuis"]),
        (regles_logement.debut_de_la_sous_location, "SLHT", ["compSousLocDepuis"]),
        (regles_logement.structure_d_hebergement, "SH", ["compStructDepuis", "compNomStructure"]),
        (regles_logement.centre_maternel, "CDEFCM", ["compCentreDepuis", "compNomCentre"]),
    ],
)
def test_complements_of_a_mode(juger: Juger, regle: Regle, modele: str, complements: list[str]) -> None:
    assert fautifs(juger(regle, loge(modele))) == complements
    complet = "".join(f"<{nom}>2017-01-01</{nom}>" for nom in complements)
    assert juger(regle, loge(modele, suite=complet)) == []
    assert juger(regle, loge("LP")) == []
    assert juger(regle, "<association><nom>A</nom></association>") == []
    # The same complements without the mode are LOG007's.
    assert (
        fautifs(juger(regles_logement.complement_sans_mode_de_logement, loge("LP", suite=complet)))
        == complements
    )
    assert juger(regles_logement.complement_sans_mode_de_logement, loge(modele, suite=complet)) == []


@pytest.mark.parametrize(
    ("jour", "constats"), [("2018-03-16", 0), ("2018-03-17", 1), ("1980-01-01", 0), ("1979-12-31", 1)]
)
def test_date_of_entry(juger: Juger, jour: str, constats: int) -> None:
    document = loge("RS", suite=f"<compResSocDepuis>{jour}</compResSocDepuis>")
    assert len(juger(regles_logement.date_d_entree, document)) == constats


@pytest.mark.parametrize(("modeles", "constats"), DONNEES["contradictory_modes"])
def test_contradictory_modes(juger: Juger, modeles: list[str], constats: int) -> None:
    assert len(juger(regles_logement.modes_de_logement_contradictoires, loge(*modeles))) == constats


def test_a_mode_twice(juger: Juger) -> None:
    assert juger(regles_logement.mode_de_logement_en_double, loge("LP", "HLM")) == []
    assert fautifs(juger(regles_logement.mode_de_logement_en_double, loge("LP", "HLM", "LP"))) == [
        "modeleLogement[3]"
    ]


@pytest.mark.parametrize(
    ("modele", "proprietaire", "constats"),
    [("POCC", "true", 0), ("POCC", "false", 1), ("POCC", "0", 1), ("POCC", "", 0), ("LP", "false", 0)],
)
def test_owner_and_occupant(juger: Juger, modele: str, proprietaire: str, constats: int) -> None:
    document = loge(modele, suite=f"<proprietaire>{proprietaire}</proprietaire>")
    assert len(juger(regles_logement.occupant_non_proprietaire, document)) == constats


@pytest.mark.parametrize(("modele", "suite", "attendu"), DONNEES["dwelling_owned"])
def test_dwelling_owned(juger: Juger, modele: str, suite: str, attendu: list[str]) -> None:
    assert fautifs(juger(regles_logement.logement_possede, loge(modele, suite=suite))) == attendu


def test_description_of_a_rented_dwelling(juger: Juger) -> None:
    (trouve,) = juger(regles_logement.logement_loue_mal_decrit, loge("LP", suite="<surface>40</surface>"))
    assert trouve.valeurs["manque"] == "loyer mensuel, nombre d'habitants"
    complet = (
        "<montantMensuelLoyer>0</montantMensuelLoyer><nombreHabitant>1</nombreHabitant><surface>40</surface>"
    )
    assert juger(regles_logement.logement_loue_mal_decrit, loge("HLM", suite=complet)) == []
    assert juger(regles_logement.logement_loue_mal_decrit, loge("SD")) == []


@pytest.mark.parametrize(
    ("loyer", "aide", "constats"), [("500", "500", 0), ("500", "501", 1), ("", "100", 0)]
)
def test_benefit_above_the_rent(juger: Juger, loyer: str, aide: str, constats: int) -> None:
    suite = f"<montantMensuelLoyer>{loyer}</montantMensuelLoyer><montantMensuelAPL>{aide}</montantMensuelAPL>"
    assert len(juger(regles_logement.aide_au_dessus_du_loyer, loge("LP", suite=suite))) == constats


FAMILLE = (
    "<listePersonneACharge><personneACharge><nom>E</nom></personneACharge></listePersonneACharge>"
    '<listeCotitulaire><cotitulaire><lienDemandeur code="{lien}"/></cotitulaire></listeCotitulaire>'
)


@pytest.mark.parametrize(("lien", "motif", "habitants", "constats"), DONNEES["inhabitants"])
def test_inhabitants(juger: Juger, lien: str, motif: str, habitants: str, constats: int) -> None:
    document = loge(
        "LP",
        suite=f"<nombreHabitant>{habitants}</nombreHabitant>",
        personnes=FAMILLE.format(lien=lien),
        motifs=f'<motifDemande code="{motif}"/>',
    )
    assert len(juger(regles_logement.trop_peu_d_habitants, document)) == constats
