"""The schemas as xmlschema reads them: what they declare, element by element, and the table of paths that it
makes.

The table of a contract (`chemins.csv`) is written by hand, for our own schemas. Under a user's schemas, it is
read off these: what they call otherwise, or do not have, is then known before any message comes.
"""

import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from lxml import etree

from sne_interface.contract.nomenclatures_et_territoires import Chemin
from sne_interface.contract.phrases_d_explication import defaut_de_valeur
from sne_interface.contract.schemas import Document, Schemas, chemin_inclus, cloture, inclusions
from sne_interface.domain.nir import parle_de_nir
from sne_interface.errors import ContractError

#: xmlschema's components share one validation context, and are built lazily here.
VERROU_DES_MODELES: Final = threading.Lock()
#: A schema may hold itself; no document of the SNE goes half as deep.
_PROFONDEUR_MAX: Final = 20


def charger_modele(schemas: Schemas, fichier: str) -> Any:
    """The `xmlschema.XMLSchema` of the contract's schema at `fichier` (keep it).

    The schema and all it includes are laid side by side in a temporary folder while they are read: they may
    come from several folders, and nothing is to be fetched elsewhere.
    """
    import xmlschema  # half a second: only who has a refusal to explain pays for it

    with tempfile.TemporaryDirectory(prefix="sne-xsd-") as temporaire:
        racines = cloture(schemas.lire, fichier)
        poses = {chemin: Path(temporaire, f"{rang}.xsd") for rang, chemin in enumerate(racines)}
        for chemin, racine in racines.items():
            for inclusion in inclusions(racine):
                inclus = chemin_inclus(chemin, inclusion.get("schemaLocation"))
                inclusion.set("schemaLocation", poses[inclus].name)
            poses[chemin].write_bytes(etree.tostring(racine, encoding="UTF-8"))
        # libxml2 compiled it: it is not held to the schema of schemas again, which takes ten times longer.
        try:
            return xmlschema.XMLSchema10(str(poses[fichier]), allow="sandbox", validation="skip")
        except xmlschema.XMLSchemaException as erreur:
            raise ContractError(
                f"{fichier} : schéma incorrect : {erreur}", remede="corrigez ce schéma"
            ) from None


def declarations(
    element: Any, parent: str = "", profondeur: int = 0, choix: bool = False
) -> Iterator[tuple[str, Any, int, bool, bool]]:
    """(path without index, declaration, depth, whether it is one of a choice, whether elements follow below
    it) of an element and of all below it, in document order."""
    chemin = f"{parent}/{element.local_name}" if parent else str(element.local_name)
    simple = valeur_de(element)
    dessous = [] if simple is not None else list(_enfants(element.type.content, False))
    yield chemin, element, profondeur, choix, bool(dessous)
    if profondeur < _PROFONDEUR_MAX:
        for enfant, au_choix in dessous:
            yield from declarations(enfant, chemin, profondeur + 1, au_choix)


def valeur_de(element: Any) -> Any:
    """The simple type of what an element holds as text; None when it holds elements, or nothing."""
    type_ = element.type
    return type_ if type_.is_simple() else type_.content if type_.has_simple_content() else None


def _enfants(groupe: Any, choix: bool) -> Iterator[tuple[Any, bool]]:
    """The elements of a content model, whatever groups hold them, and whether a choice does."""
    choix = choix or (groupe.model == "choice" and len(groupe) > 1)
    for particule in groupe:
        if hasattr(particule, "model"):
            yield from _enfants(particule, choix)
        elif particule.local_name is not None:  # any element: nobody knows which
            yield particule, choix


class ModelesDemande:
    """The declarations of the schemas of a demande, version by version. Raises ContractError for one that is
    wrong."""

    def __init__(self, schemas: Schemas, versions: Sequence[str]) -> None:
        self._modeles = []  # kept: their declarations point to them
        #: Path -> declaration, in document order; oldest version first.
        self.par_version: dict[str, dict[str, Any]] = {}
        lus: dict[str, dict[str, Any]] = {}
        for version in versions:
            fichier = schemas.fichier(Document.DEMANDE, version)
            if fichier not in lus:
                modele = charger_modele(schemas, fichier)
                self._modeles.append(modele)
                racine = modele.elements.get("interfaceNuu") or next(iter(modele.elements.values()))
                lus[fichier] = {}
                for chemin, declaration, *_ in declarations(racine):
                    lus[fichier].setdefault(chemin, declaration)
            self.par_version[version] = lus[fichier]

    def noms_de_nir(self) -> frozenset[str]:
        """Names of elements and attributes that sound like a NIR's, whatever the roles say, and of what only
        such elements hold (« corps », « clé »): a folder that nobody has bound yet hides them too."""
        dits: set[str] = set()
        dessous: set[str] = set()
        ailleurs: set[str] = set()
        for declares in self.par_version.values():
            for chemin, declaration in declares.items():
                *parents, nom = chemin.split("/")
                attributs = [str(a).rpartition("}")[2] for a in declaration.attributes if a]
                dits.update(n for n in (nom, *attributs) if parle_de_nir(n))
                (dessous if any(map(parle_de_nir, parents)) else ailleurs).add(nom)
        return frozenset(dits | (dessous - ailleurs))

    def chemins(self, connus: Iterable[Chemin]) -> tuple[Chemin, ...]:
        """The table of paths that these schemas make; their closed lists are those of `connus`."""
        tables = {ligne.chemin: ligne for ligne in connus}
        ordre: list[str] = []
        for declares in reversed(self.par_version.values()):
            dernier = -1
            for chemin in declares:
                if chemin in ordre:
                    dernier = ordre.index(chemin)
                else:  # only an older version has it: after what it comes after there
                    dernier += 1
                    ordre.insert(dernier, chemin)
        return tuple([self._chemin(chemin, tables.get(chemin)) for chemin in ordre])

    def _chemin(self, chemin: str, connu: Chemin | None) -> Chemin:
        siennes = {v: declares[chemin] for v, declares in self.par_version.items() if chemin in declares}
        exige = all(declaration.min_occurs > 0 for declaration in siennes.values())
        premiere, derniere = next(iter(siennes)), next(reversed(siennes))
        jusque = "" if derniere == next(reversed(self.par_version)) else derniere
        if connu is None:
            return Chemin(chemin, exige, premiere, None, jusque)
        # A version that the user's folder no longer accepts had it already.
        dite = connu.depuis not in self.par_version
        return Chemin(chemin, exige, connu.depuis if dite else premiere, connu.liste, jusque)

    def refus(self, chemin: str, valeurs: Iterable[str]) -> str:
        """Why the element at `chemin` cannot hold one of these texts, in French; "" when it holds each, in
        each version that has it."""
        with VERROU_DES_MODELES:
            for version, declares in self.par_version.items():
                if chemin not in declares:
                    continue
                element = declares[chemin]
                simple = valeur_de(element)
                if simple is None:
                    return f"l'élément de la version {version} ne contient pas de texte"
                if [
                    nom for nom, attribut in element.attributes.items() if nom and attribut.use == "required"
                ]:
                    return f"l'élément de la version {version} exige un attribut"
                refusees = [valeur for valeur in valeurs if defaut_de_valeur(simple, valeur) is not None]
                if refusees:
                    return f"l'élément de la version {version} n'admet pas « {refusees[0]} »"
        return ""
