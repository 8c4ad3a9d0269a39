"""The few fields of a document that one can fill in without knowing XML, and how they are written into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lxml import etree

from sne_console.vues.interface_montree import ChampDit, presentation
from sne_interface.contract.codec import NS
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.elements import ordre
from sne_interface.contract.schemas import Document
from sne_interface.domain.dates import lire_date_saisie


@dataclass(frozen=True)
class Rempli:
    """A field with what the document says, and (code, label) choices, empty for a free text."""

    champ: ChampDit
    valeur: str
    choix: tuple[tuple[str, str], ...]


def remplir(racine: Any, document: Document, contrat: Contrat, jour: date) -> list[Rempli]:
    """The fields that the document `racine` (lxml) calls for, with what it says."""
    return [
        Rempli(champ, lire(racine, champ), _choix(champ, contrat, jour))
        for champ in presentation(contrat).champs(document)
        if not champ.si or trouver(racine, champ.si) is not None
    ]


def lire(racine: Any, champ: ChampDit) -> str:
    """Reads the value of a field in the document; "" for none."""
    element = trouver(racine, champ.chemin)
    if element is None:
        return ""
    return (element.get("code") if champ.code else element.text) or ""


def ecrire(racine: Any, document: Document, contrat: Contrat, changements: Mapping[str, str]) -> None:
    """Writes fields, by name, into the document `racine` (lxml), in place; "" takes the element away.
    A day is written as the schema wants it, however it was typed."""
    par_nom = {champ.nom: champ for champ in presentation(contrat).champs(document)}
    for nom, valeur in changements.items():
        champ = par_nom.get(nom)
        if champ is not None:
            jour = lire_date_saisie(valeur) if champ.jour else None
            ecrite = valeur.strip() if jour is None else jour.isoformat()
            poser(racine, document, contrat, champ.chemin, ecrite, code=champ.code, reste=bool(champ.vide))


def poser(
    racine: Any,
    document: Document,
    contrat: Contrat,
    chemin: str,
    valeur: str,
    *,
    code: bool = False,
    reste: bool = False,
) -> None:
    """Gives the element at `chemin` a text, or a code; made at its place when it is missing. Without a value
    it goes, or (`reste`) its code alone."""
    element = trouver(racine, chemin)
    if not valeur:
        if element is not None and reste:
            element.attrib.pop("code", None)
        elif element is not None:
            element.getparent().remove(element)
        return
    if element is None:
        version = contrat.version_de_lecture(racine.get("versionInterface", ""))
        element = _creer(racine, chemin, ordre(contrat, document, version))
    if code:
        element.set("code", valeur)
    else:
        element.text = valeur


def greffer(parent: Any, enfant: Any, chemin: str, rangs: Mapping[str, int]) -> None:
    """Puts `enfant` into `parent`, whose path from the root is `chemin`, at its place in the schema's
    order."""
    rang = rangs.get(f"{chemin}/{_nom(enfant)}", len(rangs))
    freres = enumerate(parent.iterchildren(etree.Element))
    apres = (i for i, frere in freres if rangs.get(f"{chemin}/{_nom(frere)}", -1) > rang)
    parent.insert(next(apres, len(parent)), enfant)


def trouver(racine: Any, chemin: str) -> Any:
    """The first element at « a/b/c » below the root, None when there is none."""
    return racine.find("/".join(f"{{{NS}}}{nom}" for nom in chemin.split("/")))


def _creer(racine: Any, chemin: str, rangs: Mapping[str, int]) -> Any:
    haut, _, nom = chemin.rpartition("/")
    parent = racine if not haut else trouver(racine, haut)
    if parent is None:
        parent = _creer(racine, haut, rangs)
    enfant = etree.Element(f"{{{NS}}}{nom}", nsmap=racine.nsmap)
    greffer(parent, enfant, "/".join(filter(None, (_nom(racine), haut))), rangs)
    return enfant


def _nom(element: Any) -> str:
    return str(etree.QName(element).localname)


def _choix(champ: ChampDit, contrat: Contrat, jour: date) -> tuple[tuple[str, str], ...]:
    if champ.liste == "evenements":
        return tuple((t.code, t.libelle) for t in contrat.evenements if t.est_valide(jour))
    liste = champ.liste
    if champ.code and not liste:
        liste = contrat.nomenclatures.par_chemin.get(f"interfaceNuu/{champ.chemin}", "")
    if not liste:
        return ()
    return tuple((code, libelle) for code, libelle in contrat.nomenclatures.liste(liste).items() if code)
