"""The gestion partagée (R. 441-2-15): the events of a demande, listed, added, changed, deleted; and the types
they belong to, those of the base's data."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from sne_interface.contract.schemas import Document
from sne_interface.domain.element_recu import Element, Elements, construire, construits
from sne_interface.domain.evenement import Caracteristique, Evenement, TypeEvenement
from sne_sandbox.operations.document_ecrit import fichier_xml
from sne_sandbox.operations.question import Operation, Question, Sortie
from sne_sandbox.operations.tenue_du_livre import tenir_le_livre


def lister(question: Question) -> Sortie:
    """All events of the demande that are not deleted, oldest first."""
    return _sortie(question, [e for e in question.registre.evenements(_numero(question)) if not e.supprime])


def ajouter(question: Question) -> Sortie:
    """Adds the events received; the answer shows them with their `idEvenement`. A guichet that adds to the
    demande of another has touched it: the demande can no longer be deleted (CYC009), nor a regulatory event
    with it."""
    stockee = question.stockee  # EVT001 is structurante
    if question.guichet != stockee.guichet_createur and not stockee.touchee_par_autrui:
        question.registre.remplacer(replace(stockee, touchee_par_autrui=True))
    return _ecrire(question, _ajouter)


def modifier(question: Question) -> Sortie:
    """Changes the events named by `idEvenement`; what is not given stays, but the characteristics of a type
    that is no longer theirs."""
    return _ecrire(question, lambda question, element: _changer(question, element, "MOD"))


def supprimer(question: Question) -> Sortie:
    """Deletes the events named by `idEvenement`; the answer shows them with `natureModification` SUP."""
    return _ecrire(question, lambda question, element: _changer(question, element, "SUP"))


def _numero(question: Question) -> str:
    return question.recu.texte_de("operation/numUnique") or ""


def _ajouter(question: Question, element: Element) -> Evenement:
    evenement = Evenement(
        identifiant=0,
        numero_unique=_numero(question),
        code_type=element.texte_de("codeTypeEvenement") or "",
        auteur_creation=question.guichet,
        cree_le=question.maintenant,
        nature="CRE",
        date_survenance=element.date_de("dateSurvenance"),
        commentaire=element.texte_de("commentaire"),
        caracteristiques=caracteristiques_ecrites(element),
    )
    return replace(evenement, identifiant=question.registre.ajouter_evenement(evenement))


def _changer(question: Question, element: Element, nature: str) -> Evenement:
    avant = question.registre.evenement(int(element.texte_de("idEvenement") or 0))
    assert avant is not None  # EVT005 is structurante
    apres = replace(
        avant, nature=nature, auteur_modification=question.guichet, modifie_le=question.maintenant
    )
    if nature == "MOD":
        code_type = element.texte_de("codeTypeEvenement") or avant.code_type
        gardees = avant.caracteristiques if code_type == avant.code_type else ()
        apres = replace(
            apres,
            code_type=code_type,
            date_survenance=element.date_de("dateSurvenance") or avant.date_survenance,
            commentaire=element.texte_de("commentaire") or avant.commentaire,
            caracteristiques=caracteristiques_ecrites(element) or gardees,
        )
    question.registre.modifier_evenement(apres)
    return apres


def caracteristiques_ecrites(element: Element) -> tuple[tuple[str, str], ...]:
    """(code, value) of the characteristics of an `evenement` element."""
    return tuple(
        (c.texte_de("code") or "", c.texte_de("valeurCaracteristiqueSpecifique") or "")
        for c in element.tous("listeCaracteristiquesSpecifiques/caracteristiqueSpecifique")
    )


def _ecrire(question: Question, ecrire: Callable[[Question, Element], Evenement]) -> Sortie:
    """Writes the events received, and tells the ledger again."""
    evenements = [ecrire(question, element) for element in question.recu.tous("listeEvenements/evenement")]
    tenir_le_livre(question.registre, _numero(question), question.contrat.roles.decision)
    return _sortie(question, evenements)


def _sortie(question: Question, evenements: Iterable[Evenement]) -> Sortie:
    liste = construire("listeEvenements", tuple(_element(question, e) for e in evenements))
    return fichier_xml(question, Document.EVENEMENT, "EVT", liste)


def _element(question: Question, evenement: Evenement) -> Element:
    genre = question.registre.type_evenement(evenement.code_type)
    enfants = construits(
        idEvenement=evenement.identifiant,
        codeTypeEvenement=evenement.code_type,
        libelleTypeEvenement=None if genre is None else genre.libelle,
        auteurCreation=evenement.auteur_creation,
        dateCreation=evenement.cree_le,
        auteurModification=evenement.auteur_modification,
        dateModification=evenement.modifie_le,
        natureModification=evenement.nature,
        dateSurvenance=evenement.date_survenance,
        commentaire=evenement.commentaire,
        reglementaire=None if genre is None else genre.reglementaire,
    )
    libelles = {} if genre is None else {c.code: c.libelle for c in genre.caracteristiques}
    ecrites = (
        construits(code=code, libelle=libelles.get(code), valeurCaracteristiqueSpecifique=valeur)
        for code, valeur in evenement.caracteristiques
    )
    return construire("evenement", (*enfants, *_specifiques(ecrites)))


def _specifiques(caracteristiques: Iterable[Elements]) -> list[Element]:
    """The list of characteristics, each given by its elements; nothing for none."""
    une = "caracteristiqueSpecifique"
    liste = tuple(construire(une, enfants) for enfants in caracteristiques)
    return [construire("listeCaracteristiquesSpecifiques", liste)] if liste else []


# --- types ---------------------------------------------------------------------------------------------


def lister_nationaux(question: Question) -> Sortie:
    """All national types, out of date ones included (they carry their dates); none that the interface does
    not have yet on the base's day."""
    return _des_types(question, question.registre.types_evenements(None))


def lister_territoriaux(question: Question) -> Sortie:
    """The types of `operation/codeTerritoire`, else of the caller's own territory."""
    code = question.recu.texte_de("operation/codeTerritoire")
    if code is None:
        guichet = question.registre.guichet(question.guichet)
        code = guichet.territoires[0] if guichet is not None else ""
    return _des_types(question, question.registre.types_evenements(code))


def _des_types(question: Question, types: Iterable[TypeEvenement]) -> Sortie:
    a_venir = question.contrat.a_venir(question.jour_du_contrat)
    liste = construire("listeTypesEvenements", tuple(_type(t) for t in types if t.code not in a_venir))
    return fichier_xml(question, Document.TYPE_EVENEMENT, "TYP", liste)


def _type(genre: TypeEvenement) -> Element:
    enfants = construits(
        codeTypeEvenement=genre.code,
        texteDescriptifPGP=genre.texte_pgp,
        texteDescriptifSNE=genre.texte_sne,
        aPublierSurPGP=genre.a_publier,
        utilisableMultiplesAttributionsSousConditions=genre.multiples_attributions,
        utilisableRechercheInstruction=genre.recherche_instruction,
        reglementaire=genre.reglementaire,
        dateDebutValidite=genre.debut_validite,
        dateFinValidite=genre.fin_validite,
        codeTerritoire=genre.territoire,
    )
    libelle = construire("libelleTypeEvenement", construits(libelle=genre.libelle))
    specifiques = _specifiques(_caracteristique(c) for c in genre.caracteristiques)
    return construire("typeEvenement", (*enfants, libelle, *specifiques))


def _caracteristique(caracteristique: Caracteristique) -> Elements:
    return construits(
        code=caracteristique.code,
        libelle=caracteristique.libelle,
        typeCaracteristiqueSpecifique=caracteristique.type,
        obligatoire=caracteristique.obligatoire,
        texteDescriptif=caracteristique.texte[:500],
        aideALaSaisie=caracteristique.aide[:500],
        dateDebutValidite=caracteristique.debut_validite,
        dateFinValidite=caracteristique.fin_validite,
    )


# --- what the table of operations takes ----------------------------------------------------------------

LISTER: Final = Operation(
    nom="listerEvenementsDemande",
    executer=lister,
    champ="fichierXml",
    champ_nom="nomFichier",
    genre=Document.EVENEMENT,
    type_regles="EVT",
    refuser=lambda question: fichier_xml(question, Document.EVENEMENT, "EVT"),
)
AJOUTER: Final = replace(LISTER, nom="ajouterEvenementDemande", executer=ajouter, ecrit=True)
MODIFIER: Final = replace(AJOUTER, nom="modifierEvenementDemande", executer=modifier)
SUPPRIMER: Final = replace(AJOUTER, nom="supprimerEvenementDemande", executer=supprimer)
NATIONAUX: Final = Operation(
    nom="listerTypesEvenementsNationaux",
    executer=lister_nationaux,
    champ="fichierXml",
    champ_nom="nomFichier",
    genre=Document.TYPE_EVENEMENT,
)
TERRITORIAUX: Final = replace(
    NATIONAUX, nom="listerTypesEvenementsTerritoriaux", executer=lister_territoriaux
)
