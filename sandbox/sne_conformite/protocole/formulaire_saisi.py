"""A form, or any element of the contract that a user enters: as plain JSON and back, and changed.

« Demande JSON » is mechanical, so that an adapter needs no table: names as in the schema, in its order; a
leaf is its text, a coded element `{"code": "M"}`, an element that may repeat an array (even of one), a
container an object. Other attributes, and the text beside a code, are left out.

CHANGEMENTS are what a user changes in a form, by name: changes that the SNE accepts, and mistakes that it
refuses. Each takes a `demandeLogement` and gives another; a change that does not concern a form (an
association has no child) leaves it as it is.
"""

import csv
import io
from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from typing import Any, Final

from sne_conformite.protocole.protocole import TABLES
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.demande import FORMULAIRE, Demande
from sne_interface.domain.element_recu import Element, avec_enfants, bloc, construits, de_code
from sne_interface.errors import ContractError
from sne_interface.generators.demandes_ornees import ranger
from sne_interface.generators.messages_apres_creation import copie, qui_part

#: What may repeat outside of the document of a demande, which the table of paths describes.
_AILLEURS: Final = frozenset(
    {
        "listeEvenements/evenement",
        "listeCaracteristiquesSpecifiques/caracteristiqueSpecifique",
        "piecesJustificatives/codeCategorie",
        "listeDemandes/numUnique",
    }
)
#: Containers with a child `code`: `{"code": "BAIL"}` is one of them with nothing else in it.
_CONTENEURS_A_CODE: Final = frozenset({"caracteristiqueSpecifique", "typeEvenement"})


def repetables(contrat: Contrat) -> frozenset[str]:
    """The elements that may repeat, as « parent/name ». Raises ContractError when the contract's table of
    paths does not say it."""
    lignes = [*csv.DictReader(io.StringIO(contrat.fichier("chemins.csv").decode("utf-8-sig")))]
    if not all("max" in ligne for ligne in lignes):
        raise ContractError("chemins.csv n'a pas de colonne « max ».", remede="complétez ce fichier")
    return _AILLEURS | {"/".join(ligne["path"].split("/")[-2:]) for ligne in lignes if ligne["max"] != "1"}


def en_json(
    element: Element, repetables: Collection[str], conteneurs: Collection[str] = ()
) -> dict[str, Any] | str:
    """The content of `element`. `conteneurs` are the names of elements that only hold elements: an empty
    one is `{}`, any other empty element "" (`contrat.nomenclatures.conteneurs`)."""
    if not element.enfants:
        if element.code is not None:
            return {"code": element.code}
        return {} if element.nom in conteneurs and not element.texte else element.texte
    objet: dict[str, Any] = {}
    for enfant in element.enfants:
        valeur = en_json(enfant, repetables, conteneurs)
        if f"{element.nom}/{enfant.nom}" in repetables:
            objet.setdefault(enfant.nom, []).append(valeur)
        else:
            objet[enfant.nom] = valeur
    return objet


def de_json(nom: str, valeur: Any) -> Element:
    """The element `nom` with this content. Numbers, booleans and null are read as the text one would write.
    Raises ValueError, in French, for what is no content (a list in place of an object, …)."""
    if valeur is None:
        return Element(nom)
    if isinstance(valeur, bool):
        return Element(nom, "true" if valeur else "false")
    if isinstance(valeur, str | int | float):
        return Element(nom, str(valeur))
    if not isinstance(valeur, Mapping):
        raise ValueError(f"« {nom} » : un texte ou un objet est attendu, pas une liste")  # noqa: TRY004 - said so
    if valeur.keys() == {"code"} and nom not in _CONTENEURS_A_CODE:
        code = valeur["code"]
        if not isinstance(code, str):
            raise ValueError(f"« {nom} » : son code n'est pas un texte")
        return Element(nom, "", {"code": code})
    enfants = (
        de_json(str(enfant), un)
        for enfant, contenu in valeur.items()
        for un in (contenu if isinstance(contenu, list) else [contenu])
    )
    return Element(nom, "", None, tuple(enfants))


# --- what a user changes in it ---------------------------------------------------------------------------

_DEMANDEUR: Final = "personnePhysique/demandeur"
_LOGEMENT: Final = "personnePhysique/logementActuel"
_CHARGES: Final = "personnePhysique/listePersonneACharge"

Changement = Callable[[Element, Contrat, date], Element]


def appliquer(formulaire: Element, noms: list[str], contrat: Contrat, jour: date) -> Element:
    """`formulaire` after the changes of CHANGEMENTS named, in their order."""
    for nom in noms:
        formulaire = CHANGEMENTS[nom](formulaire, contrat, jour)
    return formulaire


def poser(
    parent: Element, chemin: str, nouveau: Element | str, contrat: Contrat, place: str = FORMULAIRE
) -> Element:
    """`parent`, which the contract has at `place`, with `nouveau` (an element, or its text) at `chemin`:
    instead of the one there, else where the contract has it. As it was when it has no such parent."""
    tete, _, reste = chemin.partition("/")
    if reste:
        ici = f"{place}/{tete}"
        enfants = (poser(e, reste, nouveau, contrat, ici) if e.nom == tete else e for e in parent.enfants)
        return avec_enfants(parent, tuple(enfants))
    neuf = Element(tete, nouveau) if isinstance(nouveau, str) else nouveau
    autres = (e for e in parent.enfants if e.nom != tete)
    return avec_enfants(parent, ranger((*autres, neuf), place, contrat.nomenclatures.ordre))


def _oter(parent: Element, chemin: str) -> Element:
    """`parent` without the first element at `chemin`."""
    tete, _, reste = chemin.partition("/")
    enfants = list(parent.enfants)
    rang = next((i for i, enfant in enumerate(enfants) if enfant.nom == tete), None)
    if rang is not None:
        enfants[rang : rang + 1] = [_oter(enfants[rang], reste)] if reste else []
    return avec_enfants(parent, tuple(enfants))


def _places(places: Mapping[str, str | bool]) -> Changement:
    """Puts a text at each place, « jour+30 » for a day from today; takes away what is there for False."""

    def changer(formulaire: Element, contrat: Contrat, jour: date) -> Element:
        for chemin, valeur in places.items():
            texte, _, jours = str(valeur).partition("jour+")
            if jours:
                texte = (jour + timedelta(days=int(jours))).isoformat()
            formulaire = poser(formulaire, chemin, texte, contrat) if valeur else _oter(formulaire, chemin)
        return formulaire

    return changer


def _enfant(formulaire: Element, contrat: Contrat, jour: date) -> Element:
    """One more child à charge."""
    nouveau = bloc(
        "personneACharge",
        # Not the holder's: a child's name has 24 characters at most, a holder's more.
        *construits(nom="Lefèvre", prenom="Zoé", dateNaissance=jour - timedelta(days=40)),
        de_code("sexe", next(iter(contrat.nomenclatures.liste("ListeSexe")))),
        de_code("lienParente", "E"),
    )
    liste = bloc("listePersonneACharge", *formulaire.tous(f"{_CHARGES}/personneACharge"), nouveau)
    return poser(formulaire, _CHARGES, liste, contrat)


def _logement_ailleurs(formulaire: Element, contrat: Contrat, jour: date) -> Element:
    """Moves the present dwelling to Nice (06), away from the postal address; the form of who has no dwelling
    stays as it is."""
    if formulaire.enfant(f"{_LOGEMENT}/commune") is None:
        return formulaire
    formulaire = poser(formulaire, f"{_LOGEMENT}/codePostal", "06300", contrat)
    return poser(formulaire, f"{_LOGEMENT}/commune", de_code("commune", "06088"), contrat)


def _ressource_sans_montant(formulaire: Element, contrat: Contrat, jour: date) -> Element:
    """The first resource received without its amount; one is entered for whom has none."""
    chemin = f"{_DEMANDEUR}/listeRessourceRecue"
    if formulaire.enfant(f"{chemin}/detailRessource") is not None:
        return _oter(formulaire, f"{chemin}/detailRessource/montant")
    salaire = bloc("detailRessource", de_code("ressource", "SAL"))
    return poser(formulaire, chemin, bloc("listeRessourceRecue", salaire), contrat)


def _charges_sans_lien(formulaire: Element, contrat: Contrat, jour: date) -> Element:
    """Every person à charge without what relates them."""
    charges = [_oter(charge, "lienParente") for charge in formulaire.tous(f"{_CHARGES}/personneACharge")]
    if not charges:
        return formulaire
    return poser(formulaire, _CHARGES, bloc("listePersonneACharge", *charges), contrat)


def _separe(formulaire: Element, contrat: Contrat, jour: date) -> Element:
    """The form of the first co-holder, who leaves alone."""
    vue = Demande(bloc("interfaceNuu", bloc("demande", copie(formulaire))))
    if not vue.cotitulaires:
        return formulaire
    nouveau = poser(formulaire, "personnePhysique", qui_part(vue, contrat), contrat)
    for chemin in ("listeHandicap", "renouvellementElec", "refInterne"):
        nouveau = _oter(nouveau, chemin)
    return nouveau


CHANGEMENTS: Final = {
    **{nom: _places(places) for nom, places in TABLES["changements"].items()},
    "logement_ailleurs": _logement_ailleurs,
    "enfant": _enfant,
    "separe": _separe,
    "charges_sans_lien": _charges_sans_lien,
    "ressource_sans_montant": _ressource_sans_montant,
}
