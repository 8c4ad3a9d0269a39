"""The rules that can be read in a document that its schema refuses: what they would say once it is corrected.

A rule is given a document in which nothing that the schema refuses can be read: as soon as it looks there it
is stopped, and says nothing more. An anomaly found without looking there does not depend on the faults. A
rule that judges each place by itself (`par_place`) is run on the document as it is, and not heard on the
places at fault.
"""

from collections.abc import Collection, Iterable, Iterator, Set
from dataclasses import replace
from typing import Any, Final, NoReturn

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.schemas import SchemaError
from sne_interface.domain.anomalie import Anomalie
from sne_interface.domain.element_recu import Element, ElementNu
from sne_interface.rules import engine
from sne_interface.rules.rule import Contexte, Infractions, Regle

#: Elements of a document that is judged in spite of its faults: a real one has some four hundred.
ELEMENTS_MAX: Final = 5_000
#: Faults of a document that is none of this schema, or whose place is not told: no rule is run.
_SANS_SUITE: Final = frozenset({"", "racine", "la_suite", "trop_long", "type_annonce", "refus_brut"})
#: Faults that leave all that is written readable.
_LISIBLES: Final = frozenset({"autre_espace", "deplace"})
#: The same, of an element that holds others: its text is nobody's.
_DU_TEXTE: Final = frozenset({"texte_inattendu", "blancs", "blanc_etranger"})
#: Faults after which what an element lacks may be there, under another name.
_DOUTEUSES: Final = frozenset({"inconnu", "faute_de_frappe", "choix_vide"})
#: Faults of all that the parent holds.
_DU_PARENT: Final = frozenset({"autre_branche", "enfant_dans_texte"})
#: Types of files whose document is no demande.
_SANS_DEMANDE: Final = frozenset({"EVT", "RCH"})


def juger_malgre(
    contexte: Contexte, contrat: Contrat, profil: str, fautes: Collection[SchemaError], lisible: Element
) -> tuple[list[Anomalie], list[str]]:
    """The anomalies of the rules that read neither the base nor what `fautes`, those of the schema, refuse;
    and the codes of those that were stopped.

    `contexte` holds the document, whose elements tell their place (`codec.decoder`); `lisible` is a second
    reading of it. A rule that fails on such a document says nothing.
    """
    tues = [r.code for r in engine.regles_de(contrat, contexte.type_fichier) if not r.registre]
    if any(faute.sorte in _SANS_SUITE for faute in fautes):
        return [], tues
    if sum(1 for _ in lisible.parcourir()) > ELEMENTS_MAX:
        return [], tues
    document = _Voile(lisible, fautes).document()
    voile = replace(contexte, document=document)
    if contexte.type_fichier not in _SANS_DEMANDE and not _a_un_formulaire(voile):
        return [], tues
    tues.clear()
    lieux = {de_l_element(faute.chemin) for faute in fautes}

    def controler(regle: Regle) -> Infractions:
        try:
            if not regle.par_place:
                yield from regle.controler(voile)
                return
            for trouvee in regle.controler(contexte):
                if not any(f"{trouvee.chemin}/".startswith(f"{lieu}/") for lieu in lieux):
                    yield trouvee
        except Exception:  # noqa: BLE001 - what cannot be read is not judged, and the schema says why
            tues.append(regle.code)

    return engine.juger_par(controler, contexte, contrat, profil), tues


def de_l_element(chemin: str) -> str:
    """A path without its attribute."""
    tete, _, dernier = chemin.rpartition("/")
    return tete if dernier.startswith("@") else chemin


def _a_un_formulaire(contexte: Contexte) -> bool:
    try:
        # One that is not written is made, and has no parent.
        return contexte.demande.formulaire.parent is not None
    except _Illisible:
        return False


class _Illisible(Exception):
    """Raised as a rule looks at what the schema refuses."""


class _Presents(dict[str, Element]):
    """The children of an element by name, some of which cannot be read: those of `refuses` and, when `doute`,
    all that it does not hold."""

    def __init__(self, presents: dict[str, Element], refuses: Set[str], *, doute: bool) -> None:
        super().__init__(presents)
        self._refuses, self._doute = refuses, doute

    def __contains__(self, nom: object) -> bool:
        connu = super().__contains__(nom)
        if nom in self._refuses or (self._doute and not connu):
            raise _Illisible
        return connu

    def get(self, nom: str, sinon: Any = None) -> Any:
        return super().__getitem__(nom) if nom in self else sinon

    def __getitem__(self, nom: str) -> Element:
        if nom in self._refuses:
            raise _Illisible
        return super().__getitem__(nom)

    def _rien(self, *_: object) -> NoReturn:
        raise _Illisible

    __iter__ = __len__ = keys = values = items = _rien


class _Enfants(tuple[Element, ...]):
    """The children of an element that may have others, under names that the schema does not know: nobody
    comes to the end of them."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Element]:
        yield from super().__iter__()
        raise _Illisible


def _rien(_: Element) -> NoReturn:
    raise _Illisible


class _SansAttributs(ElementNu):
    """An element whose attributes cannot be read."""

    __slots__ = ()

    attributs = code = property(_rien)


class _Refuse(_SansAttributs):
    """An element of which only the name and the place can be read."""

    __slots__ = ()

    texte = vide = presents = enfants = property(_rien)


class _Voile:
    """The places that faults are about in a document, by path, and a copy of the document that hides them:
    elements are `refuses` whole, or `sans_attributs`; in an element, the children of a name are `tus`, or
    there may be others than are known (`douteux`)."""

    def __init__(self, document: Element, fautes: Iterable[SchemaError]) -> None:
        self._racine = document
        self._elements = dict(document.lieux())
        self._refuses: set[str] = set()
        self._sans_attributs: set[str] = set()
        self._tus: dict[str, set[str]] = {}
        self._douteux: set[str] = set()
        for faute in fautes:
            if faute.sorte not in _LISIBLES:
                self._poser(faute)

    def _poser(self, faute: SchemaError) -> None:
        chemin = de_l_element(faute.chemin)
        tete, _, dernier = chemin.rpartition("/")
        element = self._elements.get(chemin)
        if faute.sorte in _DU_PARENT:
            self._refuser(tete)
        elif faute.sorte in _DOUTEUSES:
            self._taire(tete)
            self._douteux.add(tete)
        elif element is None:
            self._taire(tete, dernier)
        elif not element.enfants:
            self._refuser(chemin)
        elif chemin != faute.chemin:
            self._sans_attributs.add(chemin)
        elif faute.sorte not in _DU_TEXTE:
            self._refuser(chemin)

    def _refuser(self, chemin: str) -> None:
        if chemin in self._elements:
            self._refuses.add(chemin)
            tete, _, _ = chemin.rpartition("/")
            self._taire(tete, self._elements[chemin].nom)

    def _taire(self, chemin: str, *noms: str) -> None:
        element = self._elements.get(chemin)
        if element is None:
            return
        self._tus.setdefault(chemin, set()).update(noms)
        if element.vide:  # it counts as absent: its name cannot be read either
            self._taire(chemin.rpartition("/")[0], element.nom)

    def document(self) -> Element:
        """The copy."""
        return self._copier(self._racine)

    def _copier(self, vrai: Element) -> Element:
        chemin = vrai.chemin
        if chemin in self._refuses:
            refuse: ElementNu = _Refuse()
            refuse.nommer(vrai)
            return refuse
        copie: ElementNu = _SansAttributs() if chemin in self._sans_attributs else ElementNu()
        copie.nommer(vrai)
        copie.texte, copie.vide = vrai.texte, vrai.vide
        if chemin not in self._sans_attributs:
            copie.attributs, copie.code = vrai.attributs, vrai.code
        copies = {id(enfant): self._copier(enfant) for enfant in vrai.enfants}
        copie.adopter(tuple(copies.values()))
        copie.presents = {nom: copies[id(enfant)] for nom, enfant in vrai.presents.items()}
        if chemin in self._tus:
            doute = chemin in self._douteux
            copie.presents = _Presents(copie.presents, self._tus[chemin], doute=doute)
            if doute:
                copie.enfants = _Enfants(copie.enfants)
        return copie
