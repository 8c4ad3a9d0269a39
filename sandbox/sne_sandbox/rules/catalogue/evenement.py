"""Events of the gestion partagée (EVT), on their own document (`xsd/evenement.xsd` of the contract)."""

from collections.abc import Iterator
from typing import Final

from sne_sandbox.domain.element import Element
from sne_sandbox.domain.evenement import Evenement, TypeEvenement, convient
from sne_sandbox.rules.context import Contexte
from sne_sandbox.rules.rule import Infraction, constat, manquant, regle, sans_valeur

_LISTER: Final = "listerEvenementsDemande"
_AJOUTER: Final = "ajouterEvenementDemande"
MODIFIER: Final = "modifierEvenementDemande"
_SUPPRIMER: Final = "supprimerEvenementDemande"
ECRITURES: Final = frozenset({_AJOUTER, MODIFIER})
_CARACTERISTIQUES: Final = "listeCaracteristiquesSpecifiques/caracteristiqueSpecifique"


@regle("EVT001", registre=True)
def demande_de_l_evenement(contexte: Contexte) -> Iterator[Infraction]:
    """numUnique names a demande of the base. Deduced. The lists of event types name no demande."""
    if contexte.operation not in ECRITURES | {_LISTER, _SUPPRIMER} or contexte.stockee is not None:
        return
    numero = contexte.document.texte_de("operation/numUnique") or ""
    yield manquant(contexte.document, "operation/numUnique", valeur=numero)


@regle("EVT002", registre=True)
def type_d_evenement(contexte: Contexte) -> Iterator[Infraction]:
    """codeTypeEvenement is a type valid on the base's date, national or of the demande's territory. Source:
    XSD validity dates (deduced). A modification that gives no type keeps its own."""
    if contexte.operation not in ECRITURES:
        return
    evenements = evenements_recus(contexte)
    if contexte.operation == _AJOUTER and not evenements:
        yield manquant(contexte.document, "listeEvenements/evenement/codeTypeEvenement", valeur="")
    for evenement in evenements:
        element = evenement.enfant("codeTypeEvenement")
        if element is not None:
            if not _est_utilisable(contexte.registre.type_evenement(element.texte), contexte):
                yield constat(element)
        elif contexte.operation == _AJOUTER:
            yield manquant(evenement, "codeTypeEvenement", valeur="")


@regle("EVT003")
def date_de_survenance(contexte: Contexte) -> Iterator[Infraction]:
    """dateSurvenance is present and not in the future (one day of tolerance); before the deposit is
    accepted, for a DALO decision say. Deduced. A modification that gives none keeps its own."""
    if contexte.operation not in ECRITURES:
        return
    for evenement in evenements_recus(contexte):
        element, jour = evenement.enfant("dateSurvenance"), evenement.date_de("dateSurvenance")
        if element is not None:
            if jour is not None and jour > contexte.aujourdhui:
                yield constat(element)
        elif contexte.operation == _AJOUTER:
            yield manquant(evenement, "dateSurvenance", valeur="")


@regle("EVT004", registre=True)
def caracteristiques_de_l_evenement(contexte: Contexte) -> Iterator[Infraction]:
    """Each compulsory characteristic of the type is given, none is unknown, each value fits its type.
    Source: XSD (deduced). A modification that gives no characteristic keeps its own, unless it changes the
    type."""
    if contexte.operation not in ECRITURES:
        return
    for evenement in evenements_recus(contexte):
        genre = type_de(evenement, contexte)
        recues = evenement.tous(_CARACTERISTIQUES)
        if genre is None or garde_les_siennes(evenement, contexte):
            continue
        connues = {c.code: c for c in genre.caracteristiques}
        donnees = set()
        for recue in recues:
            code = recue.texte_de("code") or ""
            valeur = recue.texte_de("valeurCaracteristiqueSpecifique")
            if code not in connues:
                yield manquant(recue, "code", valeur=code)
            elif valeur is not None and not convient(connues[code], valeur):
                yield manquant(recue, "valeurCaracteristiqueSpecifique", valeur=code)
            if valeur is not None:
                donnees.add(code)
        for attendue in genre.caracteristiques:
            en_vigueur = (
                (attendue.debut_validite or contexte.jour)
                <= contexte.jour
                <= (attendue.fin_validite or contexte.jour)
            )
            if attendue.obligatoire and en_vigueur and attendue.code not in donnees:
                absente = manquant(evenement, "listeCaracteristiquesSpecifiques", valeur=attendue.code)
                yield sans_valeur(absente)


@regle("EVT005", registre=True)
def evenement_d_un_autre(contexte: Contexte) -> Iterator[Infraction]:
    """A modification or a deletion names an event of this demande, written by the same guichet and not yet
    deleted. Convention."""
    if contexte.operation not in (MODIFIER, _SUPPRIMER):
        return
    evenements = evenements_recus(contexte)
    if not evenements:
        yield manquant(contexte.document, "listeEvenements/evenement/idEvenement", valeur="")
    guichet = contexte.guichet_emetteur or contexte.document.texte_de("entete/codeGuichet")
    numero = contexte.document.texte_de("operation/numUnique")
    for evenement in evenements:
        connu = evenement_connu(evenement, contexte)
        if connu is None or (connu.numero_unique, connu.auteur_creation) != (numero, guichet):
            identifiant = evenement.texte_de("idEvenement") or ""
            yield manquant(evenement, "idEvenement", valeur=identifiant)


@regle("EVT006", registre=True)
def evenement_reglementaire_supprime(contexte: Contexte) -> Iterator[Infraction]:
    """A regulatory event is never deleted. Source: R. 441-2-15 (convention)."""
    if contexte.operation != _SUPPRIMER:
        return
    for evenement in evenements_recus(contexte):
        connu = evenement_connu(evenement, contexte)
        genre = contexte.registre.type_evenement(connu.code_type) if connu is not None else None
        if genre is not None and genre.reglementaire:
            yield constat(evenement.enfant("idEvenement") or evenement)


def evenements_recus(contexte: Contexte) -> tuple[Element, ...]:
    """The `evenement` elements of the document."""
    return contexte.document.tous("listeEvenements/evenement")


def evenement_connu(evenement: Element, contexte: Contexte) -> Evenement | None:
    """The event of the base that `evenement` names by idEvenement, unless it was deleted."""
    identifiant = evenement.entier_de("idEvenement")
    connu = contexte.registre.evenement(identifiant) if identifiant is not None else None
    return connu if connu is not None and not connu.supprime else None


def garde_les_siennes(evenement: Element, contexte: Contexte) -> bool:
    """Whether a modification keeps the characteristics of before: it gives none, and the type stays."""
    if contexte.operation != MODIFIER or evenement.tous(_CARACTERISTIQUES):
        return False
    code, connu = evenement.texte_de("codeTypeEvenement"), evenement_connu(evenement, contexte)
    return code is None or connu is None or code == connu.code_type


def type_de(evenement: Element, contexte: Contexte) -> TypeEvenement | None:
    """The type that `evenement` gives, else that of the event it names."""
    code = evenement.texte_de("codeTypeEvenement")
    if code is None:
        connu = evenement_connu(evenement, contexte)
        code = connu.code_type if connu is not None else None
    return contexte.registre.type_evenement(code) if code is not None else None


def _est_utilisable(genre: TypeEvenement | None, contexte: Contexte) -> bool:
    if genre is None or not genre.est_valide(contexte.jour):
        return False
    # An unknown demande is EVT001's: its territory is not known.
    return (
        genre.territoire is None
        or contexte.stockee is None
        or genre.territoire == contexte.stockee.territoire
    )


REGLES = (
    demande_de_l_evenement,
    type_d_evenement,
    date_de_survenance,
    caracteristiques_de_l_evenement,
    evenement_d_un_autre,
    evenement_reglementaire_supprime,
)
