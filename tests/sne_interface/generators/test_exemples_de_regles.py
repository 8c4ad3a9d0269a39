from datetime import date
from pathlib import Path

import pytest

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.schemas import Document
from sne_interface.errors import ContractError
from sne_interface.generators.exemples_de_regles import (
    ExempleDeRegle,
    contexte,
    decrire,
    document,
    exemples,
    guichets,
)


def exemple(**champs: object) -> ExempleDeRegle:
    return ExempleDeRegle(fichier="essai", rang=1, regle="IDT001", verdict="accepte", **champs)  # type: ignore[arg-type]


def ecrire(dossier: Path, toml: str) -> Path:
    (dossier / "essai.toml").write_text(toml, encoding="utf-8")
    return dossier


def test_an_example_says_where_it_is_written(tmp_path: Path) -> None:
    lus = exemples(ecrire(tmp_path, '[[exemple]]\nregle = "IDT001"\nverdict = "accepte"\n'))
    assert [str(e) for e in lus] == ["essai-1-IDT001-accepte"]


@pytest.mark.parametrize(
    ("toml", "dit"),
    [
        ('[[exemple]]\nregle = "A"\nverdict = "accepte"\nfaute = 1\n', "faute"),
        ('[[exemple]]\nregle = "A"\nverdict = "oui"\n', "verdict"),
        ('[[exemple]]\nregle = "A"\n', "verdict"),
    ],
)
def test_a_bad_example_is_named(tmp_path: Path, toml: str, dit: str) -> None:
    with pytest.raises(ContractError, match=dit):
        exemples(ecrire(tmp_path, toml))


def test_guichets_have_a_kind_and_some_are_closed() -> None:
    assert {g.nature for g in guichets()} >= {"bailleur", "service de l'État"}
    assert any(g.ferme_le for g in guichets())


def test_an_unknown_specimen_or_edit_is_named(contrat: Contrat) -> None:
    with pytest.raises(ContractError, match="inconnu"):
        document(exemple(specimen="inconnu"), contrat)
    with pytest.raises(ContractError, match="effacer"):
        document(exemple(edits=[["effacer", "~/numGuichet"]]), contrat)


def test_what_is_added_takes_its_place_in_the_schema(contrat: Contrat) -> None:
    recu = contexte(
        exemple(
            edits=[
                ["texte", "~/forcerDoublon", "true"],
                ["code", "~/logementRecherche/listeTypeLogement/typeLogement[1]", "T3"],
                ["ajouter", "~", "<numUnique>X</numUnique>"],
                ["supprimer", "~/personnePhysique/demandeur/mel"],
                ["attribut", "", "versionInterface", "02.00"],
            ]
        ),
        contrat,
    ).demande
    noms = [e.nom for e in recu.formulaire.enfants]
    assert noms[:5] == ["numGuichet", "numUnique", "refInterne", "dateCreationDemande", "forcerDoublon"]
    assert recu.formulaire.code_de("logementRecherche/listeTypeLogement/typeLogement") == "T3"
    assert recu.formulaire.enfant("personnePhysique/demandeur/mel") is None
    assert recu.version == "02.00"


def test_what_is_added_may_be_written_in_any_order(contrat: Contrat) -> None:
    cotitulaire = (
        "<cotitulaire><listeRessourceVersee/><listeRessourceRecue/><nom>Lemaire</nom><civilite code='1'/>"
        "<situationProfessionnelle><typeContratTravail code='RET'/><profession>Clerc</profession>"
        "</situationProfessionnelle><lienDemandeur code='L'/><situationFamiliale code='C'/>"
        "<nationalite code='1'/><dateNaissance>1981-04-02</dateNaissance><prenom>Paul</prenom></cotitulaire>"
    )
    racine = document(
        exemple(edits=[["ajouter", "~/personnePhysique/listeCotitulaire", cotitulaire]]), contrat
    )
    assert contrat.schemas.validate(racine, document=Document.DEMANDE, version="02.02") == []


def test_a_message_about_a_demande_finds_it_stored_as_it_was(contrat: Contrat) -> None:
    recu = contexte(exemple(type="MOD", edits=[["texte", "~/precision", "Autre"]]), contrat)
    assert recu.stockee is not None
    assert recu.demande.numero_unique == recu.stockee.numero_unique
    assert recu.registre.demande(recu.stockee.numero_unique) is recu.stockee
    assert recu.stockee.demande.formulaire.texte_de("precision") != "Autre"


def test_a_base_may_hold_something_else_or_nothing(contrat: Contrat) -> None:
    radiee = contexte(exemple(type="MOD", stockee={"etat": "R", "motif_radiation": "RADABA"}), contrat)
    assert radiee.stockee is not None
    assert not radiee.stockee.active
    inconnue = contexte(exemple(type="MOD", stockee=False, edits=[["texte", "~/numUnique", "X"]]), contrat)
    assert inconnue.stockee is None
    with pytest.raises(ContractError, match="couleur"):
        contexte(exemple(type="MOD", stockee={"couleur": "bleu"}), contrat)


def test_a_creation_carries_no_number(contrat: Contrat) -> None:
    assert contexte(exemple(specimen="renouvellement"), contrat).demande.numero_unique is None


@pytest.mark.parametrize(("canal", "specimen"), [("EVT", "evenement"), ("DALO", "dalo")])
def test_a_channel_finds_what_its_specimen_speaks_of(contrat: Contrat, canal: str, specimen: str) -> None:
    assert contexte(exemple(type=canal, specimen=specimen), contrat).stockee is not None


def test_the_clock_is_the_date_of_the_file_unless_it_is_told(contrat: Contrat) -> None:
    assert contexte(exemple(), contrat).jour.isoformat() == "2018-03-15"
    assert contexte(exemple(maintenant="2019-01-01T00:30:00"), contrat).jour.isoformat() == "2019-01-01"


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
