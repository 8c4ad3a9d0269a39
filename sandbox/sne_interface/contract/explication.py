"""Everything that a schema refuses in a document, in French, each place with its remedy.

Called when the schema has refused, or by `check`: lxml decides, this module only explains. It walks the
document along the schema, aligns the children of each element on its content model and goes on past every
fault, so that all of them are told at once.
"""

import weakref
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from itertools import groupby
from time import sleep
from typing import Any, Final

from sne_interface.contract.arbres_compares import chemins
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.declarations_des_schemas import VERROU_DES_MODELES, charger_modele
from sne_interface.contract.phrases_d_explication import (
    Phrase,
    attribut_inconnu,
    autre_espace,
    choix_vide,
    de_la_version,
    defaut_de_valeur,
    dire,
    double,
    espace,
    inconnu,
    local,
    place,
    refus_brut,
    texte_inattendu,
)
from sne_interface.contract.reparation_du_contenu import ENFANTS_MAX, Automate, PasAlignement, Sort
from sne_interface.contract.schemas import BLANCS, Document, SchemaError, Schemas
from sne_interface.contract.suggestions import preciser
from sne_interface.domain.anomalie import Fidelite
from sne_interface.domain.nir import cache_un_nir, masquer_nir

_CODE: Final = "écrivez un code de la nomenclature, et non un libellé"
#: Faults told of one document.
ERREURS_MAX: Final = 500
#: Steps taken over one document, ten microseconds each: to align a child with a state of the model, to judge
#: an element's value. A real document takes three thousand. They are counted, and not timed: one document is
#: always explained alike. What comes after is told in libxml2's words.
PAS_MAX: Final = 12_000
_PAS_D_UN_ELEMENT: Final = 4
#: Beyond so many, which is no real document, whoever waits goes first: seconds of rest before each step.
PAS_COURANTS: Final = 4_000
_REPOS: Final = 0.0002
#: Of those words, how many are told.
_BRUTES_MAX: Final = 10
#: What is wrong with the children of an element, and libxml2 says of another of its children, or of itself.
_D_UNE_SUITE: Final = frozenset({"manque", "choix_vide", "deplace", "autre_branche", "double"})
_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
_XSI_ADMIS: Final = frozenset(
    _XSI + nom for nom in ("type", "nil", "schemaLocation", "noNamespaceSchemaLocation")
)

_MODELES: "weakref.WeakKeyDictionary[Schemas, dict[str, _Modele]]" = weakref.WeakKeyDictionary()


def expliquer(root: Any, document: Document, version: str | None, schemas: Schemas) -> list[SchemaError]:
    """Lists every missing, misplaced, doubled or unknown element, every bad value and attribute of the lxml
    element `root`, in document order; `[]` when the schema accepts it.

    A fault that only libxml2 finds is told in libxml2's words. At most `ERREURS_MAX` faults. The first
    explanation of all takes half a second, the first of each schema a tenth, the others some milliseconds.
    """
    refus = schemas.validate(root, document=document, version=version)
    if not refus:
        return []
    version = version or root.get("versionInterface")
    fichier = schemas.fichier(document, version)
    with VERROU_DES_MODELES:
        modele = modele_de(schemas, fichier)
        visite = _Visite(modele)
        trouvees = [_de_plus_tard(f, modele, document, version, schemas) for f in visite.visiter(root)]
    if trouvees and not visite.partielle:
        return trouvees
    dites = {faute.chemin for faute in trouvees}
    suites = {faute.chemin.rpartition("/")[0] for faute in trouvees if faute.sorte in _D_UNE_SUITE}
    autres = [f for f in refus if f.chemin not in dites and _suite_refusee(f) not in suites]
    if trouvees and not autres:  # all that libxml2 says is told, and neither went to the end
        return [*trouvees, SchemaError(trouvees[-1].ligne, local(root.tag), *dire("trop_long"))]
    return [*trouvees, *(refus_brut(faute) for faute in autres[:_BRUTES_MAX])]


def expliquer_sous(contrat: Contrat, racine: Any, document: Document) -> list[tuple[SchemaError, Fidelite]]:
    """Every fault of `racine` (lxml), in French, under the message version that it announces.

    A fault under a version that is a convention is attested when the last published version refuses the same
    for the same reason: a convention adds to it.
    """
    version = contrat.version_de_lecture(racine.get("versionInterface", ""))
    fautes = [preciser(contrat, faute) for faute in expliquer(racine, document, version, contrat.schemas)]
    if document is not Document.DEMANDE or version not in contrat.conventions or not fautes:
        return [(faute, Fidelite.ATTESTEE) for faute in fautes]
    publiees = [v for v in contrat.versions if v not in contrat.conventions]
    deja = expliquer(racine, document, publiees[-1], contrat.schemas) if publiees else []
    connues = {(faute.chemin, faute.message) for faute in deja}
    return [
        (faute, Fidelite.ATTESTEE if (faute.chemin, faute.message) in connues else Fidelite.CONVENTION)
        for faute in fautes
    ]


def modele_de(schemas: Schemas, fichier: str) -> "_Modele":
    """The schema at `fichier`, read once: the caller holds `VERROU_DES_MODELES` while it reads or walks the
    schema."""
    connus = _MODELES.setdefault(schemas, {})
    if fichier not in connus:
        connus[fichier] = _Modele(charger_modele(schemas, fichier))
    return connus[fichier]


def _de_plus_tard(
    faute: SchemaError, modele: "_Modele", document: Document, version: str | None, schemas: Schemas
) -> SchemaError:
    """The same fault; of an element that only a later version of the message has (`modele` is this one's),
    with that as remedy."""
    if faute.message != inconnu(faute.valeur, [])[0] or faute.valeur in modele.noms:
        return faute
    for autre, fichier in schemas.suivantes(document, version):
        if faute.valeur in modele_de(schemas, fichier).noms:
            return replace(faute, remede=de_la_version(faute.valeur, autre))
    return faute


class _Modele:
    """A schema as xmlschema reads it, and the automata of its content models, built as they are met."""

    def __init__(self, schema: Any) -> None:
        self.schema = schema
        self._automates: dict[int, Automate] = {}

    @cached_property
    def noms(self) -> frozenset[str]:
        """Names of all the elements that the schema declares, wherever."""
        from xmlschema import XsdElement

        return frozenset(str(e.local_name) for e in self.schema.iter_components(XsdElement))

    def automate(self, groupe: Any) -> Automate:
        if id(groupe) not in self._automates:
            self._automates[id(groupe)] = Automate(groupe)
        return self._automates[id(groupe)]


class _Trop(Exception):
    """Raised to end a walk that has told ERREURS_MAX faults, or taken PAS_MAX steps."""


class _Visite:
    """The walk of one document along its schema, which gathers the faults it meets."""

    def __init__(self, modele: _Modele) -> None:
        self._modele = modele
        self._erreurs: list[SchemaError] = []
        self._pas = 0
        self._alignes: dict[tuple[int, tuple[str, ...], frozenset[str]], list[PasAlignement]] = {}
        #: Whether it took too many steps to go to the end.
        self.partielle = False

    def visiter(self, root: Any) -> list[SchemaError]:
        nom = local(root.tag)
        connus = [declaration.name for declaration in self._modele.schema.elements.values()]
        declaration = self._modele.schema.maps.elements.get(root.tag)
        espaces: frozenset[str] = frozenset()
        try:
            if declaration is None:
                proche = next((tag for tag in connus if local(tag) == nom), None)
                declaration = self._modele.schema.maps.elements.get(proche)
                if declaration is None:
                    self._noter(root, nom, dire("racine", nom, attendues=" » ou « ".join(map(local, connus))))
                    return self._erreurs
                self._noter(root, nom, autre_espace(root.tag, declaration.name))
                espaces = frozenset((espace(root.tag),))
            self._element(root, declaration, nom, espaces)
        except _Trop:
            if self.partielle:
                return self._erreurs
            derniere = self._erreurs[-1]
            self._erreurs.append(SchemaError(derniere.ligne, nom, *dire("la_suite", maximum=ERREURS_MAX)))
        return self._erreurs

    def _noter(self, element: Any, chemin: str, phrase: Phrase) -> None:
        if len(self._erreurs) >= ERREURS_MAX:
            raise _Trop
        self._erreurs.append(SchemaError(element.sourceline or 0, chemin, *phrase))

    def _element(self, element: Any, declaration: Any, chemin: str, espaces: frozenset[str]) -> None:
        self._avancer(_PAS_D_UN_ELEMENT)
        type_ = declaration.type
        self._attributs(element, type_, chemin)
        enfants = [enfant for enfant in element if isinstance(enfant.tag, str)]
        nil = element.get(_XSI + "nil")
        if nil is not None and (not declaration.nillable or nil.strip() in ("true", "1")):
            if not declaration.nillable:
                self._noter(element, chemin, dire("nil", nom=_dernier(chemin)))
            return
        if type_.is_simple() or type_.has_simple_content():
            for enfant, lieu in zip(enfants, chemins(enfants, chemin), strict=True):
                self._noter(
                    enfant, lieu, dire("enfant_dans_texte", local(enfant.tag), parent=_dernier(chemin))
                )
            if not enfants:
                self._valeur(element, declaration, chemin)
            return
        if not type_.mixed:
            texte = "".join([element.text or "", *(enfant.tail or "" for enfant in element)])
            # The content of an empty type is refused even when it is blank.
            if texte.strip(BLANCS) or (texte and not len(element) and type_.is_empty()):
                self._noter(element, chemin, texte_inattendu(texte, "code" in type_.attributes))
        self._enfants(element, enfants, type_.content, chemin, espaces)

    def _valeur(self, element: Any, declaration: Any, chemin: str) -> None:
        type_ = declaration.type if declaration.type.is_simple() else declaration.type.content
        texte = element.text or ""
        if not texte and (declaration.fixed is not None or declaration.default is not None):
            return
        defaut = defaut_de_valeur(type_, texte)
        if defaut is not None:
            message, _, remede, sorte = defaut
            if cache_un_nir(local(element.tag)):
                cite, texte = texte, masquer_nir(texte)
                message = message.replace(cite.strip(), texte.strip())
            self._noter(element, chemin, (message, texte, remede, sorte))
        elif declaration.fixed is not None and type_.normalize(texte) != declaration.fixed:
            self._noter(element, chemin, dire("valeur_fixe", texte, fixe=declaration.fixed))

    # --- attributes -----------------------------------------------------------------------------------

    def _attributs(self, element: Any, type_: Any, chemin: str) -> None:
        admis = {} if type_.is_simple() else type_.attributes
        generique = admis.get(None)
        for nom in element.keys():  # noqa: SIM118 - with their values, lxml takes the square of their number
            valeur = element.get(nom)
            lieu = f"{chemin}/@{local(nom)}"
            if nom in _XSI_ADMIS:
                continue
            attribut = admis.get(nom)
            if attribut is None or attribut.use == "prohibited":
                if generique is None or not generique.is_matching(nom):
                    connus = [autre for autre in admis if autre is not None]
                    self._noter(element, lieu, attribut_inconnu(nom, valeur, connus))
                continue
            defaut = defaut_de_valeur(attribut.type, valeur)
            if defaut is not None:
                # A code that is too long is another's, or a label: what is left of it would be none either.
                message, _, remede, sorte = defaut
                remede = _CODE if nom == "code" and valeur else remede
                self._noter(element, lieu, (message, valeur, remede, sorte))
            elif attribut.fixed is not None and attribut.type.normalize(valeur) != attribut.fixed:
                self._noter(element, lieu, dire("valeur_fixe", valeur, fixe=attribut.fixed))
        for nom, attribut in admis.items():
            if nom is not None and attribut.use == "required" and element.get(nom) is None:
                nu = local(nom)
                self._noter(element, f"{chemin}/@{nu}", dire("attribut_manquant", nom=nu))

    # --- children -------------------------------------------------------------------------------------

    def _enfants(
        self, element: Any, enfants: list[Any], groupe: Any, chemin: str, espaces: frozenset[str]
    ) -> None:
        automate = self._modele.automate(groupe)
        if len(enfants) > ENFANTS_MAX:
            phrase = dire("trop_d_enfants", nombre=len(enfants), maximum=ENFANTS_MAX)
            self._noter(element, chemin, phrase)
            return
        pas = self._aligner(automate, tuple([enfant.tag for enfant in enfants]), espaces)
        releve = _ReleveAlignement(automate, pas, [enfant.tag for enfant in enfants])
        lieux = chemins(enfants, chemin)
        for _, lot in groupby(pas, key=releve.lot):
            etapes = list(lot)
            if etapes[0].sort is Sort.MANQUE:
                self._manquent(element, enfants, etapes, releve, chemin)
                continue
            for etape in etapes:
                self._enfant(enfants[etape.enfant], etape, releve, lieux[etape.enfant], espaces)

    def _aligner(
        self, automate: Automate, noms: tuple[str, ...], espaces: frozenset[str]
    ) -> list[PasAlignement]:
        """The alignment of these children: once, for the thousand elements of a list that have the same."""
        cle = (id(automate), noms, espaces)
        if cle not in self._alignes:
            self._avancer(len(noms) * automate.taille)
            self._alignes[cle] = automate.aligner(noms, espaces)
        return self._alignes[cle]

    def _avancer(self, pas: int) -> None:
        self._pas += pas
        if self._pas > PAS_MAX:
            self.partielle = True
            raise _Trop
        if self._pas > PAS_COURANTS:
            VERROU_DES_MODELES.release()  # between two elements, nothing of xmlschema is under way
            sleep(_REPOS)
            VERROU_DES_MODELES.acquire()

    def _manquent(
        self,
        element: Any,
        enfants: list[Any],
        etapes: list[PasAlignement],
        releve: "_ReleveAlignement",
        chemin: str,
    ) -> None:
        """Places that nobody fills: one fault each, or one for a choice of which nothing was written."""
        ici = enfants[etapes[0].enfant] if etapes[0].enfant < len(enfants) else element
        etapes = [etape for etape in etapes if not releve.deplacee(etape.particule)]
        if not etapes:
            return
        branches = releve.branches_vides(etapes[0].particule)
        if branches:
            premier = local(etapes[0].particule.name)
            self._noter(ici, f"{chemin}/{premier}", choix_vide(branches))
            return
        for etape in etapes:
            nom = local(etape.particule.name or "*")
            ou = place(*releve.voisins(etape.particule))
            self._noter(ici, f"{chemin}/{nom}", dire("manque", nom=nom, place=ou))

    def _enfant(
        self,
        enfant: Any,
        etape: PasAlignement,
        releve: "_ReleveAlignement",
        chemin: str,
        espaces: frozenset[str],
    ) -> None:
        declaration = etape.particule
        if etape.sort is Sort.AUTRE_ESPACE:
            self._noter(enfant, chemin, autre_espace(enfant.tag, declaration.name))
            espaces |= {espace(enfant.tag)}
        elif etape.sort is Sort.PROCHE:
            attendu = local(declaration.name)
            self._noter(enfant, chemin, dire("faute_de_frappe", local(enfant.tag), attendu=attendu))
        elif etape.sort is Sort.TROP:
            declaration = releve.connue(enfant.tag)
            self._noter(enfant, chemin, releve.de_trop(enfant.tag, declaration))
        if declaration is None:
            return
        if declaration.name is None:  # a wildcard: what the schema declares is looked at, the rest is free
            declaration = self._modele.schema.maps.elements.get(enfant.tag)
        else:
            declaration = declaration.match(enfant.tag) or declaration
        if declaration is not None:
            self._element(enfant, declaration, chemin, espaces)


class _ReleveAlignement:
    """A summary of an alignment: what is filled, how often, and what was moved."""

    def __init__(self, automate: Automate, pas: list[PasAlignement], noms: list[str]) -> None:
        self._particules = automate.particules
        self._choix = automate.choix
        self._remplies = Counter(
            id(etape.particule)
            for etape in pas
            if etape.particule is not None and etape.sort is not Sort.MANQUE
        )
        self._en_trop = {noms[etape.enfant] for etape in pas if etape.sort is Sort.TROP}

    def lot(self, etape: PasAlignement) -> tuple[object, ...]:
        """Steps told together: what is missing from one choice, at one place."""
        if etape.sort is not Sort.MANQUE:
            return (etape.enfant, "enfant")
        ensemble = bool(self.branches_vides(etape.particule))
        return etape.enfant, self._choix_de(etape.particule) if ensemble else id(etape.particule)

    def connue(self, nom: str) -> Any:
        """The place of the model for an element of that name, None for an unknown one."""
        exacte = next((p for p in self._particules if p.name is not None and p.is_matching(nom)), None)
        return exacte or next((p for p in self._particules if p.name and local(p.name) == local(nom)), None)

    def deplacee(self, particule: Any) -> bool:
        """True when the element that is missing here was written elsewhere among its siblings."""
        return particule.name is not None and any(particule.is_matching(nom) for nom in self._en_trop)

    def branches_vides(self, particule: Any) -> list[list[str]]:
        """The branches of the choice that `particule` stands in, when none of them is begun."""
        dedans = self._membres(self._choix_de(particule))
        if any(id(membre) in self._remplies for membre, _ in dedans):
            return []
        branches: dict[int, list[str]] = {}
        for membre, rang in dedans:
            if membre.min_occurs:
                branches.setdefault(rang, []).append(local(membre.name or "*"))
        return list(branches.values())

    def _choix_de(self, particule: Any) -> int:
        """The innermost choice that a place stands in, 0 for none."""
        return next(reversed(self._choix[id(particule)]), 0)

    def _membres(self, choix: int) -> list[tuple[Any, int]]:
        """The places that stand in a choice, each with its branch."""
        return [(p, self._choix[id(p)][choix]) for p in self._particules if choix in self._choix[id(p)]]

    def voisins(self, particule: Any) -> tuple[str, str]:
        """Names of the filled places nearest before and after a place; "" for none."""
        rang = next(i for i, p in enumerate(self._particules) if p is particule)
        return self._rempli(reversed(self._particules[:rang])), self._rempli(self._particules[rang + 1 :])

    def _rempli(self, particules: Iterable[Any]) -> str:
        return next((local(p.name) for p in particules if p.name and id(p) in self._remplies), "")

    def de_trop(self, nom: str, declaration: Any) -> Phrase:
        """Why an element that was set aside cannot stay where it is."""
        if declaration is None:
            return inconnu(nom, [local(p.name) for p in self._particules if p.name])
        rivale = self._rivale(declaration)
        if rivale:
            return dire("autre_branche", local(nom), rival=rivale)
        maximum = declaration.max_occurs
        if maximum is not None and self._remplies[id(declaration)] >= maximum:
            return double(nom, maximum)
        return dire("deplace", local(nom), place=place(*self.voisins(declaration)))

    def _rivale(self, declaration: Any) -> str:
        """An element of another branch of the same choice, when that branch was taken and not this one."""
        for cle, branche in self._choix[id(declaration)].items():
            prises = [(p, rang) for p, rang in self._membres(cle) if p.name and id(p) in self._remplies]
            if prises and all(rang != branche for _, rang in prises):
                return local(prises[0][0].name)
        return ""


def _suite_refusee(refus: SchemaError) -> str | None:
    """Of which element libxml2 refuses the sequence of children, None when it refuses something else."""
    if "Missing child element(s)" in refus.message:
        return refus.chemin
    return refus.chemin.rpartition("/")[0] if "This element is not expected" in refus.message else None


def _dernier(chemin: str) -> str:
    return chemin.rpartition("/")[2]
