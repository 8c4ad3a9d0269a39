"""`/console/<base>/contrat`: the published interface: schemas, nomenclatures, event types, operations."""

from typing import Final

from flask import render_template

from sne_console.cadre.outillage_des_sections import champ_ecrit, contrat_servi, maintenant
from sne_console.vues import cerfa_face_au_message, interface_montree, objet_de_l_adresse
from sne_console.vues.interface_montree import emplois, par_service, presentation
from sne_interface.contract.contrats_charges import CONTRAT
from sne_interface.contract.elements import elements
from sne_interface.contract.schemas import Document

#: Elements above this depth are unfolded when the page opens.
_DEPLIES: Final = 3


def page(base: str) -> str:
    """Shows what there is to read."""
    contrat = contrat_servi()
    return render_template(
        "contrat/page.html",
        contrat=contrat,
        par_service=par_service(contrat),
        presentation=presentation(contrat),
        publication=contrat.dossiers.toml(CONTRAT).get("publication", {}),
    )


def schema(base: str, document: str) -> str:
    """The schema of a document as a tree, or the elements that a search finds in it."""
    contrat = contrat_servi()
    voulu = objet_de_l_adresse.document(document)
    versions = contrat.versions if voulu is Document.DEMANDE else ()
    version = champ_ecrit("version")
    if version not in versions:
        version = contrat.version_haute if versions else ""
    tous = elements(contrat, voulu, version or None)
    cherche = champ_ecrit("texte")
    return render_template(
        "contrat/schema.html",
        document=voulu,
        documents=presentation(contrat).documents,
        versions=versions,
        version=version,
        elements=tous,
        trouves=[element for element in tous if interface_montree.convient(element, cherche)]
        if cherche
        else None,
        cherche=cherche,
        deplies=_DEPLIES,
        fichier=contrat.schemas.fichier(voulu, version or None),
    )


def nomenclatures(base: str) -> str:
    """The closed lists, and the elements that each rules."""
    connues = contrat_servi().nomenclatures
    listes = [
        (nom, len([code for code in connues.liste(nom) if code]), emplois(connues, nom))
        for nom in connues.noms
    ]
    return render_template("contrat/nomenclatures.html", listes=listes)


def nomenclature(base: str, nom: str) -> str:
    """One list: its codes, their labels, the elements it rules."""
    connues = contrat_servi().nomenclatures
    objet_de_l_adresse.nomenclature(contrat_servi(), nom)
    return render_template(
        "contrat/nomenclature.html",
        nom=nom,
        codes=connues.liste(nom).items(),
        emplois=emplois(connues, nom),
    )


def evenements(base: str) -> str:
    """The types of events that the base knows, and what each carries."""
    return render_template(
        "contrat/evenements.html", types=contrat_servi().evenements, jour=maintenant().date()
    )


def formulaire(base: str) -> str:
    """The rubrics of the Cerfa, and the elements that carry them."""
    contrat = contrat_servi()
    return render_template(
        "contrat/formulaire.html", contrat=contrat, formulaire=cerfa_face_au_message.decrire(contrat)
    )


def operation(base: str, nom: str) -> str:
    """One operation: its fields in and out, its addresses, its WSDL."""
    contrat = contrat_servi()
    connue = objet_de_l_adresse.operation(contrat, nom)
    return render_template(
        "contrat/operation.html",
        operation=connue,
        service=contrat.services[connue.service],
        dite=presentation(contrat).operation(nom),
        sens=(("Entrée", connue.entree), ("Sortie", connue.sortie)),
    )
