from datetime import date

from sne_sandbox.generators.description import decrire
from sne_sandbox.generators.exemples import ExempleDeRegle


def exemple(**champs: object) -> ExempleDeRegle:
    return ExempleDeRegle(fichier="essai", rang=1, regle="IDT001", verdict="accepte", **champs)  # type: ignore[arg-type]


def test_edits_are_told() -> None:
    edits = [
        ["texte", "~/precision", ""],
        ["texte", "entete/typeFichier", "MOD"],
        ["code", "~/radiation/motifRadiation", ""],
        ["code", "~/radiation/motifRadiation", "RADABA"],
        ["attribut", "~/precision", "modifie", "true"],
        ["supprimer", "~/association"],
        ["ajouter", "~", "<forcerDoublon>true</forcerDoublon>"],
    ]
    assert decrire(exemple(edits=edits)) == (
        "CRE d'après personne_seule ; precision vide ; entete/typeFichier = « MOD » ; "
        "radiation/motifRadiation sans code ; radiation/motifRadiation de code RADABA ; "
        "precision/@modifie = « true » ; sans association ; "
        "demandeLogement reçoit <forcerDoublon>true</forcerDoublon>"
    )


def test_what_stands_around_is_told() -> None:
    autour = exemple(
        type="MOD",
        maintenant="2018-03-15T12:00:00",
        guichet_certificat="G0621",
        resultats=501,
        stockee={"specimen": "dalo", "date_creation": date(2018, 1, 2), "edits": [["supprimer", "~/a"]]},
        registre=[{"touchee_par_autrui": True}],
        evenements=[{"identifiant": 7}],
    )
    assert decrire(autour) == (
        "MOD d'après personne_seule ; horloge au 2018-03-15T12:00:00 ; certificat du guichet G0621 ; "
        "501 demandes trouvées ; demande en base : specimen dalo, date_creation 02/01/2018, sans a ; "
        "autre demande en base : touchee_par_autrui oui ; événement en base : identifiant 7"
    )
    assert decrire(exemple(stockee=False)).endswith("le numéro n'est pas dans la base")


def test_a_nir_is_masked() -> None:
    nir = [["texte", "~/personnePhysique/demandeur/nir", "206127511100564"]]
    assert decrire(exemple(edits=nir)).endswith("= « 206************ »")
