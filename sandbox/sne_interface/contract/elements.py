"""The elements of the documents, read off the schemas of a contract: each with its type and its bounds, said
in French."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

from sne_interface.contract.contrats_charges import Contrat, retenu
from sne_interface.contract.declarations_des_schemas import VERROU_DES_MODELES, declarations, valeur_de
from sne_interface.contract.explication import modele_de
from sne_interface.contract.schemas import Document
from sne_interface.domain.anomalie import Fidelite
from sne_interface.domain.valeurs_en_json import TU
from sne_interface.resources import table

#: How the types of a schema that people know by another name are told, and its facets, by name.
_DITS: Final = {ligne["nom"]: ligne["dit"] for ligne in table(__file__)}


@dataclass(frozen=True, slots=True)
class ElementLu:
    """An element, its type and bounds said in French. `fidelite`: published, or a convention of ours;
    `ouvre`: whether it holds elements, which follow it, one level deeper; `ferme`: how many of those above
    it end with it."""

    chemin: Annotated[str, "sans préfixe ni indice", {"example": "interfaceNuu/entete/typeFichier"}]
    profondeur: Annotated[int, "0 : la racine"]
    minimum: int
    maximum: Annotated[int | None, "null : sans borne"]
    choix: Annotated[bool, "un seul parmi ses voisins de choix"]
    type: Annotated[str, "vide : il contient des éléments"]
    bornes: Annotated[str, "longueurs, valeurs, forme"]
    valeurs: Annotated[tuple[str, ...], "les seules que le schéma admet ; vide : il n'en tient pas de liste"]
    attributs: tuple[str, ...]
    liste: Annotated[str | None, "la nomenclature de son code"]
    depuis: Annotated[str, "première version de message qui l'a ; vide hors d'une demande"]
    fidelite: Fidelite
    ouvre: Annotated[bool, TU]
    ferme: Annotated[int, TU] = 0

    @property
    def nom(self) -> str:
        """The last step of its path."""
        return self.chemin.rpartition("/")[2]

    @property
    def cardinalite(self) -> str:
        """« 1 », « 0..1 », « 0..n »."""
        haut = "n" if self.maximum is None else str(self.maximum)
        return haut if str(self.minimum) == haut else f"{self.minimum}..{haut}"


@retenu
def elements(contrat: Contrat, document: Document, version: str | None = None) -> tuple[ElementLu, ...]:
    """Every element of `document`, in document order."""
    with VERROU_DES_MODELES:
        lus = list(_lire(contrat, document, version))
    suivantes = [element.profondeur for element in lus[1:]] + [0]
    return tuple(
        replace(element, ferme=max(element.profondeur - suivante, 0))
        for element, suivante in zip(lus, suivantes, strict=True)
    )


@retenu
def ordre(contrat: Contrat, document: Document, version: str | None = None) -> Mapping[str, int]:
    """Rank of each path (without index) in document order."""
    return {element.chemin: rang for rang, element in enumerate(elements(contrat, document, version))}


@retenu
def declares(contrat: Contrat, document: Document, version: str | None = None) -> Mapping[str, Any]:
    """Returns the components (of xmlschema) that the schema declares, by path without index. The caller holds
    `VERROU_DES_MODELES` while it asks a component something."""
    with VERROU_DES_MODELES:
        racine = _racine(contrat, document, version)
        return {chemin: declaration for chemin, declaration, *_ in declarations(racine)}


def _racine(contrat: Contrat, document: Document, version: str | None) -> Any:
    schema = modele_de(contrat.schemas, contrat.schemas.fichier(document, version)).schema
    return next(iter(schema.elements.values()))


def _lire(contrat: Contrat, document: Document, version: str | None) -> Iterator[ElementLu]:
    nomenclatures = contrat.nomenclatures
    de_demande = document is Document.DEMANDE
    for chemin, declaration, profondeur, choix, ouvre in declarations(_racine(contrat, document, version)):
        simple = valeur_de(declaration)
        liste = nomenclatures.par_chemin.get(chemin) if de_demande else None
        depuis = nomenclatures.depuis(chemin) if de_demande else ""
        yield ElementLu(
            chemin,
            profondeur,
            declaration.min_occurs,
            declaration.max_occurs,
            choix,
            _nom_du_type(simple) if simple is not None else "" if ouvre else "code",
            _bornes(simple) if simple is not None else "",
            tuple(str(v) for v in simple.enumeration or ()) if simple is not None else (),
            tuple(_attribut(nom, a) for nom, a in declaration.attributes.items() if nom),
            liste,
            depuis,
            Fidelite.CONVENTION if depuis in contrat.conventions else Fidelite.ATTESTEE,
            ouvre,
        )


def _nom_du_type(simple: Any) -> str:
    racine = simple
    while racine.base_type is not None and racine.base_type.local_name not in (None, "anySimpleType"):
        if racine.local_name in _DITS:
            break
        racine = racine.base_type
    return _DITS.get(racine.local_name, racine.local_name or "texte")


def _bornes(simple: Any) -> str:
    dites = []
    for nom, facette in simple.facets.items():
        court = (nom or "").rpartition("}")[2]
        if court in _DITS:
            dite = _DITS[court].format(facette.value)
            dites.append(dite.replace("caractères", "caractère") if facette.value == 1 else dite)
        elif court == "enumeration":
            dites.append("parmi " + ", ".join(str(v) for v in facette.enumeration))
        elif court == "pattern":
            dites.append("forme " + " ou ".join(facette.regexps))
    return ", ".join(dites)


def _attribut(nom: str, attribut: Any) -> str:
    court = nom.rpartition("}")[2]
    return court if attribut.use == "required" else f"{court} (facultatif)"
