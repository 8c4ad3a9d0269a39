"""Where the rules of addresses point; the verdicts are in fixtures/exemples/adresse.toml."""

from collections.abc import Callable

from sne_sandbox.rules.catalogue import adresse
from sne_sandbox.rules.context import Contexte

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
    trouves = [c.chemin for c in adresse.commune_inexistante.controler(contexte)]
    assert len(trouves) == len(lieux)
    association = message(
        specimen="association", edits=[["code", "~/association/adressePostale/commune", "99999"]]
    )
    assert len(list(adresse.commune_inexistante.controler(association))) == 1


def test_a_gap_in_our_tables_only_warns(message: Message) -> None:
    contexte = message(edits=[["code", f"{LOC}[1]/commune", "75999"], ["code", f"{LOC}[2]/commune", "96001"]])
    assert [(c.valeurs["valeur"], c.leger) for c in adresse.commune_inexistante.controler(contexte)] == [
        ("75999", True),
        ("96001", False),
    ]


def test_the_successor_is_named(message: Message) -> None:
    contexte = message(edits=[["code", f"{D}/adressePostale/commune", "01003"]])
    (trouve,) = adresse.commune_remplacee.controler(contexte)
    assert trouve.valeurs == {"valeur": "01003", "commune": "Francheleins (01165)"}


def test_a_wrong_postal_code_is_shown_with_its_commune(message: Message) -> None:
    contexte = message(edits=[["texte", f"{D}/adressePostale/codePostal", "75001"]])
    (trouve,) = adresse.code_postal_de_la_commune.controler(contexte)
    assert trouve.chemin.endswith("/adressePostale/codePostal")
    assert trouve.valeurs == {"valeur": "75001", "commune": "Montreuil"}


def test_the_host_is_missed_in_the_current_address(message: Message) -> None:
    modele = ["code", "~/personnePhysique/logementActuel/listeModeleLogement/modeleLogement", "CPE"]
    (postale,) = adresse.nom_de_l_hebergeant.controler(message(edits=[modele]))
    assert postale.chemin.endswith("/demandeur/adressePostale/nomHebergeant")
    (actuelle,) = adresse.nom_de_l_hebergeant.controler(message(specimen="adresse_etranger", edits=[modele]))
    assert actuelle.chemin.endswith("/personnePhysique/adresseLogement/nomHebergeant")


def test_a_person_without_a_home_may_have_an_empty_street(message: Message) -> None:
    contexte = message(edits=[["texte", f"{D}/adressePostale/voie", ""]])
    assert [c for regle in adresse.REGLES for c in regle.controler(contexte)] == []
