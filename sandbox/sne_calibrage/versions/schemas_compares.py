"""The schemas of two contracts compared, document by document and version by version of message.

A version that only the second contract has is compared with the highest that both have: it says what a client
may newly write, and takes nothing away as long as the older one is accepted.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from sne_calibrage.versions.contour_de_schema import PlaceDeSchema, Valeurs, relever
from sne_calibrage.versions.differences_de_contrats import (
    DOUTE,
    ELARGI,
    PORTEURS,
    RESSERRE,
    RUPTURE,
    SEULEMENT,
    DifferenceDeContrats,
    Sens,
    Severite,
    aller_retour,
)
from sne_interface.contract.changements import Nature
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.declarations_des_schemas import VERROU_DES_MODELES
from sne_interface.contract.explication import modele_de
from sne_interface.contract.schemas import Document, cloture
from sne_interface.resources import table

Places = Mapping[str, PlaceDeSchema]
#: Facets of which a smaller value admits less, and those of which a larger one does.
_HAUTES: Final = ("maxLength", "maxInclusive", "maxExclusive", "totalDigits", "fractionDigits")
_BASSES: Final = ("minLength", "minInclusive", "minExclusive")
_FACETTES: Final = {ligne["facette"]: ligne["dite"] for ligne in table(__file__)}


def comparer(avant: Contrat, apres: Contrat) -> Iterator[DifferenceDeContrats]:
    """The differences of their versions of message, and of their schemas."""
    for version in sorted(set(avant.versions) ^ set(apres.versions)):
        if version in apres.versions:
            sorte, dit, severite = "ajoutee", "nouvelle version de message", Severite.INFORMATION
        else:
            sorte, dit, severite = "retiree", "la version de message n'est plus admise", Severite.ERREUR
        severites, operations = aller_retour(severite, severite), PORTEURS["demande"]
        yield DifferenceDeContrats(Nature.MESSAGES, version, f"version-{sorte}", dit, severites, operations)
    for document in Document:
        if document is not Document.DEMANDE:
            yield from _document(avant, apres, document, (None, None))
    for version in apres.versions:
        connues = [v for v in avant.versions if v <= version]
        if connues:
            yield from _document(avant, apres, Document.DEMANDE, (connues[-1], version))


def _document(
    avant: Contrat, apres: Contrat, document: Document, versions: tuple[str | None, str | None]
) -> Iterator[DifferenceDeContrats]:
    lus = [(c.schemas, c.schemas.fichier(document, v)) for c, v in zip((avant, apres), versions, strict=True)]
    textes = [[schemas.lire(f) for f in cloture(schemas.lire, fichier)] for schemas, fichier in lus]
    if textes[0] == textes[1]:
        return
    with VERROU_DES_MODELES:
        places = [relever(modele_de(*lu).schema) for lu in lus]
    ancienne, version = versions
    # Whoever writes the older one goes on, when it is still admitted.
    nouvelle = ancienne != version and ancienne in apres.versions
    nom, seul = "/".join(filter(None, (document, version))), SEULEMENT.get(document)
    for chemin, sorte, dit, severites in _places(*places):
        portees = {
            sens: Severite.INFORMATION if nouvelle else severite
            for sens, severite in severites.items()
            if seul in (None, sens)
        }
        yield DifferenceDeContrats(Nature.SCHEMAS, f"{nom}:{chemin}", sorte, dit, portees, PORTEURS[document])


def fichiers(contrat: Contrat) -> set[str]:
    """Every schema file that a document is judged by."""
    versions: list[tuple[Document, str | None]] = [(Document.DEMANDE, v) for v in contrat.versions]
    versions += [(document, None) for document in Document if document is not Document.DEMANDE]
    return {
        f
        for document, version in versions
        for f in cloture(contrat.schemas.lire, contrat.schemas.fichier(document, version))
    }


#: (path, kind, sentence, how hard it is).
_Ecart = tuple[str, str, str, Mapping[Sens, Severite]]


def _places(avant: Places, apres: Places) -> Iterator[_Ecart]:
    parties = [_hautes(avant, apres), _hautes(apres, avant)]
    deplaces = _deplaces(parties[0], parties[1], avant, apres)
    for chemin in parties[0]:
        if chemin in deplaces:
            dit = f"déplacé : se trouve à présent à {deplaces[chemin]}"
            yield chemin, "element-deplace", dit, RUPTURE
        else:
            attendu = Severite.ERREUR if avant[chemin].minimum else Severite.AVERTISSEMENT
            yield chemin, f"{_quoi(chemin)}-retire", "n'existe plus", aller_retour(Severite.ERREUR, attendu)
    for chemin in parties[1]:
        if chemin not in deplaces.values():
            exige = apres[chemin].minimum > 0
            requete = Severite.ERREUR if exige else Severite.INFORMATION
            dit = f"nouveau, {'obligatoire' if exige else 'facultatif'}"
            yield chemin, f"{_quoi(chemin)}-ajoute", dit, aller_retour(requete, Severite.INFORMATION)
    for chemin, place in avant.items():
        if chemin in apres:
            parent, autre = chemin.rpartition("/")[0], apres[chemin]
            deux = place.espace, autre.espace
            # What stands below goes with it.
            suit = (
                parent in avant and parent in apres and (avant[parent].espace, apres[parent].espace) == deux
            )
            if place.espace != autre.espace and not suit:
                yield chemin, "espace-de-noms", f"espace de noms : {_au_lieu(*deux)}", RUPTURE
            yield from _place(chemin, place, autre)


def _au_lieu(avant: str | None, apres: str | None, rien: str = "aucun") -> str:
    return f"[{apres or rien}], et non plus [{avant or rien}]"


def _selon(serre: bool) -> dict[Sens, Severite]:
    return RESSERRE if serre else ELARGI


def _quoi(chemin: str) -> str:
    return "attribut" if chemin.rpartition("/")[2].startswith("@") else "element"


def _hautes(places: Places, autres: Places) -> list[str]:
    """The places that the others have not, without those below them."""
    seules = [chemin for chemin in places if chemin not in autres]
    return [chemin for chemin in seules if chemin.rpartition("/")[0] not in set(seules)]


def _deplaces(otes: Sequence[str], mis: Sequence[str], avant: Places, apres: Places) -> dict[str, str]:
    """Where what went away came back: the same name, the only one, that holds the same."""
    trouves = {}
    for chemin in otes:
        nom = chemin.rpartition("/")[2]
        semblables = [m for m in mis if m.rpartition("/")[2] == nom]
        seul = sum(o.rpartition("/")[2] == nom for o in otes) == 1
        if not nom.startswith("@") and seul and len(semblables) == 1:
            un, autre = avant[chemin], apres[semblables[0]]
            if (un.valeurs, un.modele) == (autre.valeurs, autre.modele):
                trouves[chemin] = semblables[0]
    return trouves


def _place(chemin: str, avant: PlaceDeSchema, apres: PlaceDeSchema) -> Iterator[_Ecart]:
    if avant.minimum != apres.minimum:
        dit = _fois("au moins", apres.minimum, avant.minimum)
        yield chemin, "occurrences", dit, _selon(apres.minimum > avant.minimum)
    if avant.maximum != apres.maximum:
        serre = apres.maximum is not None and (avant.maximum is None or apres.maximum < avant.maximum)
        yield chemin, "occurrences", _fois("au plus", apres.maximum, avant.maximum), _selon(serre)
    if avant.nil != apres.nil:
        dit = "peut être vide (xsi:nil)" if apres.nil else "ne peut plus être vide (xsi:nil)"
        yield chemin, "nil", dit, _selon(not apres.nil)
    if avant.fixe != apres.fixe:
        dit = f"valeur imposée : {_au_lieu(avant.fixe, apres.fixe, 'aucune')}"
        change = None not in (avant.fixe, apres.fixe)
        yield chemin, "valeur-imposee", dit, RUPTURE if change else _selon(apres.fixe is not None)
    if avant.defaut != apres.defaut:
        dit = f"valeur par défaut : {_au_lieu(avant.defaut, apres.defaut, 'aucune')}"
        yield chemin, "valeur-par-defaut", dit, DOUTE
    if avant.contraintes != apres.contraintes:
        dit = f"unicité : {_dits(apres.contraintes)}, et non plus {_dits(avant.contraintes)}"
        yield chemin, "unicite", dit, _des_ensembles(avant.contraintes, apres.contraintes)
    if avant.valeurs is not None and apres.valeurs is not None:
        yield from _valeurs(chemin, avant.valeurs, apres.valeurs)
    elif avant.valeurs != apres.valeurs:
        dit = "contient à présent des éléments" if apres.valeurs is None else "contient à présent un texte"
        yield chemin, "contenu", dit, RUPTURE
    elif avant.modele != apres.modele:
        yield from _modele(chemin, avant.modele, apres.modele)


def _fois(borne: str, apres: int | None, avant: int | None) -> str:
    dits = [f"{n} fois" if n is not None else "sans limite" for n in (apres, avant)]
    return f"{borne} {dits[0]}, et non plus {dits[1]}"


def _modele(chemin: str, avant: Any, apres: Any) -> Iterator[_Ecart]:
    """The order and the choices of what both have: what only one has is told on its own."""
    noms = [list(_noms(modele[0])) for modele in (avant, apres)]
    communs = set(noms[0]) & set(noms[1])
    ordres = [[nom for nom in lot if nom in communs] for lot in noms]
    if ordres[0] != ordres[1]:
        bouge = next(b for a, b in zip(*ordres, strict=False) if a != b)
        dit = f"les éléments ne sont plus dans le même ordre : « {bouge} » vient plus tôt"
        yield chemin, "ordre", dit, aller_retour(Severite.ERREUR, Severite.AVERTISSEMENT)
    elif avant[1] != apres[1] or _reduit(avant[0], communs) != _reduit(apres[0], communs):
        dit = "les choix entre éléments, ou leur groupement, ne sont plus les mêmes"
        yield chemin, "choix", dit, DOUTE


def _noms(modele: Any) -> Iterator[str]:
    for membre in modele[3:]:
        if isinstance(membre, str):
            yield membre
        else:
            yield from _noms(membre)


def _reduit(modele: Any, noms: set[str]) -> Any:
    """A model without the elements that are not among `noms`, nor the groups that they leave empty, or alone
    in a sequence."""
    gardes = []
    for membre in modele[3:]:
        if isinstance(membre, str):
            gardes += [membre] if membre in noms else []
        elif (reduit := _reduit(membre, noms)) and len(reduit) > 3:
            simple = reduit[0] == "sequence" and reduit[1:3] == (False, False)
            gardes += reduit[3:] if simple else [reduit]
    return (*modele[:3], *gardes)


def _valeurs(chemin: str, avant: Valeurs, apres: Valeurs) -> Iterator[_Ecart]:
    if avant.base != apres.base:
        proches = avant.base in apres.lignee or apres.base in avant.lignee
        severites = _selon(avant.base in apres.lignee) if proches else RUPTURE
        yield chemin, "type", f"type {apres.base}, et non plus {avant.base}", severites
    for nom in dict.fromkeys((*avant.bornes, *apres.bornes)):
        un, autre = avant.bornes.get(nom), apres.bornes.get(nom)
        if un != autre:
            dit = f"{_FACETTES.get(nom, nom)} : {autre or 'aucune borne'}, et non plus {un or 'aucune borne'}"
            yield chemin, f"facette-{nom}", dit, _facette(nom, un, autre)
    if avant.motifs != apres.motifs:
        dit = f"forme : {_dits(apres.motifs)}, et non plus {_dits(avant.motifs)}"
        yield chemin, "facette-pattern", dit, _des_ensembles(avant.motifs, apres.motifs)
    yield from _codes(chemin, avant.codes, apres.codes)


def _des_ensembles(avant: frozenset[str], apres: frozenset[str]) -> Mapping[Sens, Severite]:
    """How hard it is that all of `apres` must hold, and no longer all of `avant`."""
    return _selon(apres > avant) if apres > avant or apres < avant else DOUTE


def _codes(chemin: str, avant: frozenset[str] | None, apres: frozenset[str] | None) -> Iterator[_Ecart]:
    if avant is None and apres is not None:
        yield chemin, "enumeration-ajoutee", f"une valeur de la liste : {_dits(apres)}", RESSERRE
    elif avant is not None and apres is None:
        yield chemin, "enumeration-retiree", "plus de liste de valeurs", ELARGI
    elif avant is not None and apres is not None:
        if otes := avant - apres:
            yield chemin, "enumeration-reduite", f"valeurs retirées : {_dits(otes)}", RESSERRE
        if mis := apres - avant:
            yield chemin, "enumeration-etendue", f"valeurs ajoutées : {_dits(mis)}", ELARGI


def _dits(valeurs: frozenset[str]) -> str:
    return ", ".join(f"[{valeur}]" for valeur in sorted(valeurs)) or "libre"


def _facette(nom: str, avant: str | None, apres: str | None) -> Mapping[Sens, Severite]:
    if nom == "whiteSpace":  # it changes what is read, and not always what is admitted
        return DOUTE
    if avant is None or apres is None:
        return _selon(avant is None)
    try:
        plus = Decimal(apres) > Decimal(avant)
    except InvalidOperation:  # bounds of dates compare as they are written
        plus = apres > avant
    if nom in _HAUTES or nom in _BASSES:
        return _selon(plus is (nom in _BASSES))
    return RUPTURE if nom == "length" else DOUTE
