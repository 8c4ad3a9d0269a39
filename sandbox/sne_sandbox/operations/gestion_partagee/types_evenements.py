"""listerTypesEvenementsNationaux and listerTypesEvenementsTerritoriaux: the types of the base's data."""

from collections.abc import Iterable
from typing import Final

from sne_sandbox.contract.schema import Document
from sne_sandbox.domain.element import Element, construire, xs_booleen
from sne_sandbox.domain.evenement import Caracteristique, TypeEvenement
from sne_sandbox.operations import fichier_xml
from sne_sandbox.operations.question import Operation, Question, Sortie


def lister_nationaux(question: Question) -> Sortie:
    """All national types, out of date ones included (they carry their dates)."""
    return _sortie(question, question.registre.types_evenements(None))


def lister_territoriaux(question: Question) -> Sortie:
    """The types of `operation/codeTerritoire`, else of the caller's own territory."""
    code = question.recu.texte_de("operation/codeTerritoire")
    if code is None:
        guichet = question.registre.guichet(question.guichet)
        code = guichet.territoire if guichet is not None else ""
    return _sortie(question, question.registre.types_evenements(code))


def _sortie(question: Question, types: Iterable[TypeEvenement]) -> Sortie:
    liste = construire("listeTypesEvenements", tuple(_type(t) for t in types))
    return fichier_xml.sortie(question, Document.TYPE_EVENEMENT, "TYP", liste)


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


NATIONAUX: Final = Operation(
    nom="listerTypesEvenementsNationaux",
    executer=lister_nationaux,
    champ="fichierXml",
    champ_nom="nomFichier",
    genre=Document.TYPE_EVENEMENT,
)
TERRITORIAUX: Final = Operation(
    nom="listerTypesEvenementsTerritoriaux",
    executer=lister_territoriaux,
    champ="fichierXml",
    champ_nom="nomFichier",
    genre=Document.TYPE_EVENEMENT,
)
