"""`/console/<base>/contrat`: the published interface: schemas, nomenclatures, event types, operations."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from flask import Response, current_app, render_template, request
from werkzeug.exceptions import NotFound

from sne_console.cadre.sections import contrat_servi, maintenant, section
from sne_console.vues import adresses_trouvees, interface_montree, rubriques_du_cerfa
from sne_console.vues.dessin import Figure
from sne_console.vues.elements_couverts import (
    GARDES,
    RELEVES_MAX,
    ElementsVus,
    Etat,
    Vu,
    blocs,
    dessiner_couverture,
    releves_de,
)
from sne_console.vues.interface_montree import emplois, par_service, presentation
from sne_interface.contract.elements import elements
from sne_interface.contract.schemas import Document
from sne_sandbox.web.configuration import services
from sne_sandbox.web.reponses_http import feuille, telechargement

blueprint: Final = section("contrat", __name__)

#: Elements above this depth are unfolded when the page opens.
_DEPLIES: Final = 3


#: How what was seen of an element is told: a sign, and words.
ETATS: Final[Mapping[Etat, tuple[str, str, str]]] = {
    "jamais": ("·", "jamais", "jamais vu"),
    "accepté": ("✓", "accepte", "envoyé, accepté"),
    "les deux": ("±", "deux", "envoyé, accepté et refusé"),
    "refusé": ("✕", "refuse", "envoyé dans des messages refusés seulement"),
    "reçu": ("↓", "recu", "reçu seulement"),
}
#: Seconds that a page waits for the exchanges that are being opened.
_PATIENCE: Final = 0.1


@blueprint.get("/contrat")
def page(base: str) -> str:
    """Shows what there is to read."""
    contrat = contrat_servi()
    vue, cases = _couverture(base)
    return render_template(
        "contrat/page.html",
        contrat=contrat,
        par_service=par_service(contrat),
        presentation=presentation(contrat),
        vue=vue,
        blocs=cases,
        etats=ETATS,
        comptes=Counter(vu.etat for _, dedans in cases for _, vu in dedans),
        releves_max=RELEVES_MAX,
    )


@blueprint.get("/contrat/couverture.<any(svg, csv):forme>")
def couverture(base: str, forme: str) -> Response:
    """Returns what was seen of the contract, as a file."""
    _, cases = _couverture(base)
    lignes = [
        (chemin, vu.etat, vu.acceptes, vu.refuses, vu.recus) for _, dedans in cases for chemin, vu in dedans
    ]
    titre = f"Éléments d'une demande vus par la base {base}"
    dessin = dessiner_couverture(titre, [(titre_, [vu.etat for _, vu in dedans]) for titre_, dedans in cases])
    figure = Figure("couverture", titre, dessin, ("element", "etat", "acceptes", "refuses", "recus"), lignes)
    if forme == "csv":
        return feuille(figure.csv, f"{base}-couverture")
    return telechargement(figure.fichier, f"{base}-couverture.svg", "image/svg+xml")


@blueprint.get("/contrat/vu")
def vu(base: str) -> str:
    """One element: what the contract says of it, and the exchanges that held it."""
    chemin = request.args.get("chemin", "")
    tous = elements(contrat_servi(), Document.DEMANDE, None)
    element = next((element for element in tous if element.chemin == chemin), None)
    if element is None:
        raise NotFound(f"Une demande n'a pas d'élément [{chemin[:120]}].")
    vue, _ = _couverture(base)
    le_vu = vue.de(chemin)
    journal = services().magasin.journal
    lus = (journal.lire(base, identifiant) for identifiant in le_vu.derniers)
    return render_template(
        "contrat/vu.html",
        element=element,
        vu=le_vu,
        vue=vue,
        etats=ETATS,
        gardes=GARDES,
        releves_max=RELEVES_MAX,
        echanges=[echange for echange in lus if echange is not None],
    )


@blueprint.get("/contrat/documents/<document>")
def schema(base: str, document: str) -> str:
    """The schema of a document as a tree, or the elements that a search finds in it."""
    contrat = contrat_servi()
    voulu = adresses_trouvees.document(document)
    versions = contrat.versions if voulu is Document.DEMANDE else ()
    version = request.args.get("version", "")
    if version not in versions:
        version = contrat.version_haute if versions else ""
    tous = elements(contrat, voulu, version or None)
    cherche = request.args.get("texte", "").strip()
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


@blueprint.get("/contrat/nomenclatures")
def nomenclatures(base: str) -> str:
    """The closed lists, and the elements that each rules."""
    connues = contrat_servi().nomenclatures
    listes = [
        (nom, len([code for code in connues.liste(nom) if code]), emplois(connues, nom))
        for nom in connues.noms
    ]
    return render_template("contrat/nomenclatures.html", listes=listes)


@blueprint.get("/contrat/nomenclatures/<nom>")
def nomenclature(base: str, nom: str) -> str:
    """One list: its codes, their labels, the elements it rules."""
    connues = contrat_servi().nomenclatures
    if nom not in connues.noms:
        raise NotFound(f"Le contrat n'a pas de nomenclature [{nom[:60]}].")
    return render_template(
        "contrat/nomenclature.html",
        nom=nom,
        codes=connues.liste(nom).items(),
        emplois=emplois(connues, nom),
    )


@blueprint.get("/contrat/evenements")
def evenements(base: str) -> str:
    """The types of events that the base knows, and what each carries."""
    return render_template(
        "contrat/evenements.html", types=contrat_servi().evenements, jour=maintenant().date()
    )


@blueprint.get("/contrat/formulaire")
def formulaire(base: str) -> str:
    """The rubrics of the Cerfa, and the elements that carry them."""
    contrat = contrat_servi()
    return render_template(
        "contrat/formulaire.html", contrat=contrat, formulaire=rubriques_du_cerfa.decrire(contrat)
    )


@blueprint.get("/contrat/operations/<nom>")
def operation(base: str, nom: str) -> str:
    """One operation: its fields in and out, its addresses, its WSDL."""
    contrat = contrat_servi()
    connue = adresses_trouvees.operation(contrat, nom)
    return render_template(
        "contrat/operation.html",
        operation=connue,
        service=contrat.services[connue.service],
        dite=presentation(contrat).operation(nom),
        sens=(("Entrée", connue.entree), ("Sortie", connue.sortie)),
    )


def _couverture(base: str) -> tuple[ElementsVus, list[tuple[str, list[tuple[str, Vu]]]]]:
    """Returns what was seen of the contract, and each of its elements, under the block that holds it."""
    vue = releves_de(current_app.extensions["principale"]).obtenir(services(), base, attente=_PATIENCE)
    cases = [
        (titre, [(chemin, vue.de(chemin)) for chemin in dedans]) for titre, dedans in blocs(contrat_servi())
    ]
    return vue, cases
