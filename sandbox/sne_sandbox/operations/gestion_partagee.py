"""The gestion partagée (R. 441-2-15): the events of a demande, listed, added, changed, deleted; and the types
they belong to, those of the base's data."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from sne_sandbox.contract.schema import Document
from sne_sandbox.domain.dates import xs_date_time
from sne_sandbox.domain.element import Element, construire, xs_booleen
from sne_sandbox.domain.evenement import Caracteristique, Evenement, TypeEvenement
from sne_sandbox.operations.document import fichier_xml
from sne_sandbox.operations.question import Operation, Question, Sortie

_LISTE: Final = "listeCaracteristiquesSpecifiques/caracteristiqueSpecifique"


def lister(question: Question) -> Sortie:
    """All events of the demande that are not deleted, oldest first."""
    evenements = question.registre.evenements(_numero(question))
    return _sortie(question, [e for e in evenements if not e.supprime])


def ajouter(question: Question) -> Sortie:
    """Adds the events received; the answer shows them with their `idEvenement`. Who adds to the demande of
    another has touched it: it is not deleted any more (CYC009), nor a regulatory event with it."""
    assert question.contexte is not None
    stockee = question.contexte.stockee
    assert stockee is not None  # EVT001 is structurante
    if question.guichet != stockee.guichet_createur and not stockee.touchee_par_autrui:
        question.registre.remplacer(replace(stockee, touchee_par_autrui=True))
    return _sortie(question, [_ajouter(question, element) for element in _recus(question)])


def modifier(question: Question) -> Sortie:
    """Changes the events named by `idEvenement`; what is not given stays, but the characteristics of a type
    that is no longer theirs."""
    return _sortie(question, [_changer(question, element, "MOD") for element in _recus(question)])


def supprimer(question: Question) -> Sortie:
    """Deletes the events named by `idEvenement`; the answer shows them with `natureModification` SUP."""
    return _sortie(question, [_changer(question, element, "SUP") for element in _recus(question)])


def _numero(question: Question) -> str:
    return question.recu.texte_de("operation/numUnique") or ""


def _recus(question: Question) -> tuple[Element, ...]:
    return question.recu.tous("listeEvenements/evenement")


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
        caracteristiques=_caracteristiques(element),
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
            caracteristiques=_caracteristiques(element) or gardees,
        )
    question.registre.modifier_evenement(apres)
    return apres


def _caracteristiques(element: Element) -> tuple[tuple[str, str], ...]:
    return tuple(
        (c.texte_de("code") or "", c.texte_de("valeurCaracteristiqueSpecifique") or "")
        for c in element.tous(_LISTE)
    )


def _sortie(question: Question, evenements: Iterable[Evenement]) -> Sortie:
    liste = construire("listeEvenements", tuple(_element(question, e) for e in evenements))
    return fichier_xml(question, Document.EVENEMENT, "EVT", liste)


def _refuser(question: Question) -> Sortie:
    return fichier_xml(question, Document.EVENEMENT, "EVT")


def _element(question: Question, evenement: Evenement) -> Element:
    genre = question.registre.type_evenement(evenement.code_type)
    enfants = [
        construire("idEvenement", str(evenement.identifiant)),
        construire("codeTypeEvenement", evenement.code_type),
    ]
    if genre is not None:
        enfants.append(construire("libelleTypeEvenement", genre.libelle))
    enfants.append(construire("auteurCreation", evenement.auteur_creation))
    enfants.append(construire("dateCreation", xs_date_time(evenement.cree_le)))
    if evenement.auteur_modification is not None:
        enfants.append(construire("auteurModification", evenement.auteur_modification))
    if evenement.modifie_le is not None:
        enfants.append(construire("dateModification", xs_date_time(evenement.modifie_le)))
    enfants.append(construire("natureModification", evenement.nature))
    if evenement.date_survenance is not None:
        enfants.append(construire("dateSurvenance", evenement.date_survenance.isoformat()))
    if evenement.commentaire is not None:
        enfants.append(construire("commentaire", evenement.commentaire))
    if genre is not None:
        enfants.append(construire("reglementaire", xs_booleen(genre.reglementaire)))
    if evenement.caracteristiques:
        libelles = {c.code: c.libelle for c in genre.caracteristiques} if genre is not None else {}
        enfants.append(
            construire(
                "listeCaracteristiquesSpecifiques",
                tuple(
                    construire(
                        "caracteristiqueSpecifique",
                        (
                            construire("code", code),
                            *((construire("libelle", libelles[code]),) if code in libelles else ()),
                            construire("valeurCaracteristiqueSpecifique", valeur),
                        ),
                    )
                    for code, valeur in evenement.caracteristiques
                ),
            )
        )
    return construire("evenement", tuple(enfants))


# --- types ---------------------------------------------------------------------------------------------


def lister_nationaux(question: Question) -> Sortie:
    """All national types, out of date ones included (they carry their dates)."""
    return _des_types(question, question.registre.types_evenements(None))


def lister_territoriaux(question: Question) -> Sortie:
    """The types of `operation/codeTerritoire`, else of the caller's own territory."""
    code = question.recu.texte_de("operation/codeTerritoire")
    if code is None:
        guichet = question.registre.guichet(question.guichet)
        code = guichet.territoire if guichet is not None else ""
    return _des_types(question, question.registre.types_evenements(code))


def _des_types(question: Question, types: Iterable[TypeEvenement]) -> Sortie:
    liste = construire("listeTypesEvenements", tuple(_type(t) for t in types))
    return fichier_xml(question, Document.TYPE_EVENEMENT, "TYP", liste)


def _type(genre: TypeEvenement) -> Element:
    enfants = [
        construire("codeTypeEvenement", genre.code),
        construire("texteDescriptifPGP", genre.texte_pgp),
        construire("texteDescriptifSNE", genre.texte_sne),
        construire("aPublierSurPGP", xs_booleen(genre.a_publier)),
        construire("utilisableMultiplesAttributionsSousConditions", xs_booleen(genre.multiples_attributions)),
        construire("utilisableRechercheInstruction", xs_booleen(genre.recherche_instruction)),
        construire("reglementaire", xs_booleen(genre.reglementaire)),
    ]
    if genre.debut_validite is not None:
        enfants.append(construire("dateDebutValidite", genre.debut_validite.isoformat()))
    if genre.fin_validite is not None:
        enfants.append(construire("dateFinValidite", genre.fin_validite.isoformat()))
    if genre.territoire is not None:
        enfants.append(construire("codeTerritoire", genre.territoire))
    enfants.append(construire("libelleTypeEvenement", (construire("libelle", genre.libelle),)))
    if genre.caracteristiques:
        enfants.append(
            construire(
                "listeCaracteristiquesSpecifiques",
                tuple(_caracteristique(c) for c in genre.caracteristiques),
            )
        )
    return construire("typeEvenement", tuple(enfants))


def _caracteristique(caracteristique: Caracteristique) -> Element:
    enfants = [
        construire("code", caracteristique.code),
        construire("libelle", caracteristique.libelle),
        construire("typeCaracteristiqueSpecifique", caracteristique.type),
        construire("obligatoire", xs_booleen(caracteristique.obligatoire)),
        construire("texteDescriptif", caracteristique.texte[:500]),
        construire("aideALaSaisie", caracteristique.aide[:500]),
    ]
    if caracteristique.debut_validite is not None:
        enfants.append(construire("dateDebutValidite", caracteristique.debut_validite.isoformat()))
    if caracteristique.fin_validite is not None:
        enfants.append(construire("dateFinValidite", caracteristique.fin_validite.isoformat()))
    return construire("caracteristiqueSpecifique", tuple(enfants))


# --- what the table of operations takes ----------------------------------------------------------------

LISTER: Final = Operation(
    nom="listerEvenementsDemande",
    executer=lister,
    champ="fichierXml",
    champ_nom="nomFichier",
    genre=Document.EVENEMENT,
    type_regles="EVT",
    refuser=_refuser,
)
AJOUTER: Final = Operation(
    nom="ajouterEvenementDemande",
    executer=ajouter,
    champ="fichierXml",
    champ_nom="nomFichier",
    genre=Document.EVENEMENT,
    type_regles="EVT",
    ecrit=True,
    refuser=_refuser,
)
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
