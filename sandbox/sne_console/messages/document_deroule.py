"""An XML document as the steps of a page: opened, closed, in order, so that no depth costs a stack."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final

from lxml import etree

from sne_console.messages.documents_masques import masquer
from sne_interface.contract.arbres_compares import nom_de, parcourir
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.suggestions import remede_de_regle
from sne_interface.domain.element_recu import sans_indices
from sne_interface.domain.nir import masquer_nirs
from sne_interface.rules.controle import ENSUITE, Controle, passer
from sne_sandbox.operations.table_des_operations import OPERATIONS

#: Elements that a page shows, attributes and remarks of one of them, and characters of one text.
ELEMENTS_MAX: Final = 1500
ATTRIBUTS_MAX: Final = 30
REMARQUES_MAX: Final = 50
TEXTE_MAX: Final = 400

#: What is said of an element: regle, message, gravite, remede, fidelite, source; `propriete` is its path, and
#: `ensuite` the title above what a rule would say once the schema accepts the document; `sorte`, of what the
#: schema refuses, the name of the sentence in `phrases.toml`.
Remarque = dict[str, Any]


@dataclass
class PasArbre:
    """One step: an element that opens (it has children), one whole (`ouvre` False), or the end of one."""

    nom: str = ""
    ligne: int = 0
    attributs: tuple[tuple[str, str], ...] = ()
    #: Attributes that are not shown.
    autres: int = 0
    texte: str = ""
    note: str = ""
    ouvre: bool = False
    ferme: bool = False
    #: Shown closed: nothing is said of what it holds.
    plie: bool = False
    #: Without content: `<a/>`.
    court: bool = False
    repere: str = ""
    anomalies: list[Remarque] = field(default_factory=list)
    #: Remarks that are not shown.
    tues: int = 0


@dataclass(frozen=True)
class Arbre:
    """The steps, how many elements were left out, and what could be put beside no element."""

    pas: tuple[PasArbre, ...]
    reste: int = 0
    perdues: tuple[Remarque, ...] = ()


def construire(
    racine: Any,
    *,
    remarques: Iterable[Remarque] = (),
    contrat: Contrat | None = None,
    prefixes: bool = False,
    plier: bool = False,
    maximum: int = ELEMENTS_MAX,
) -> Arbre:
    """The tree of `racine` (lxml), NIR masked. Lines are those of the document received; when it has only
    one, elements are numbered instead, in the remarks too. Each remark goes to the element its `propriete`
    names, else to the nearest one above; `repere` is added to it, the name to link to. `contrat` has the
    words of codes and the names of communes. `plier` closes the branches of which nothing is said."""
    pas: list[PasArbre] = []
    par_chemin: dict[str, PasArbre] = {}
    ouverts: list[Any] = []
    montre, reste = masquer(racine), 0
    for chemin, element in parcourir(montre, nom_de(montre)):
        if len(par_chemin) == maximum:
            reste += 1
            continue
        while ouverts and ouverts[-1] is not element.getparent():
            ouverts.pop()
            pas.append(PasArbre(ferme=True))
        par_chemin[chemin] = _pas(element, sans_indices(chemin), contrat, prefixes)
        pas.append(par_chemin[chemin])
        if pas[-1].ouvre:
            ouverts.append(element)
    pas += [PasArbre(ferme=True) for _ in ouverts]
    perdues = tuple(remarque for remarque in remarques if not _accrocher(remarque, par_chemin))
    if len({vu.ligne for vu in par_chemin.values()}) == 1:
        for rang, vu in enumerate(par_chemin.values(), 1):
            vu.ligne = rang
            for remarque in vu.anomalies:
                remarque["ligne"] = rang
    if plier:
        _plier(pas)
    return Arbre(tuple(pas), reste, perdues)


def _plier(pas: list[PasArbre]) -> None:
    """Closes each branch that holds no remark; of a document without any, all below the second level."""
    dites = any(p.anomalies for p in pas)
    ouverts: list[PasArbre] = []
    for p in pas:
        if p.ferme:
            ouverts.pop()
            continue
        if p.anomalies:
            for dessus in ouverts:
                dessus.plie = False
        if p.ouvre:
            p.plie = bool(ouverts) and not p.anomalies and (dites or len(ouverts) > 1)
            ouverts.append(p)


def _accrocher(remarque: Remarque, par_chemin: Mapping[str, PasArbre]) -> bool:
    """Puts a remark beside its element, or the nearest one above it. Returns True when there is one."""
    chemin = str(remarque.get("propriete") or "")
    while chemin:
        pas = par_chemin.get(chemin) or par_chemin.get(f"{chemin}[1]")
        if pas is not None:
            pas.repere = pas.repere or f"e{len([p for p in par_chemin.values() if p.repere]) + 1}"
            remarque["repere"] = pas.repere
            if len(pas.anomalies) < REMARQUES_MAX:
                pas.anomalies.append(remarque)
            else:
                pas.tues += 1
            return True
        chemin = chemin.rpartition("/")[0]
    return False


def _pas(element: Any, generique: str, contrat: Contrat | None, prefixes: bool) -> PasArbre:
    ouvre = next(element.iterchildren(etree.Element), None) is not None
    texte = "" if ouvre and not (element.text or "").strip() else element.text or ""
    attributs = tuple(
        (masquer_nirs(_attribut(cle, element, prefixes)), _lisible(valeur))
        for cle, valeur in islice(element.attrib.items(), ATTRIBUTS_MAX)
    )
    prefixe = f"{element.prefix}:" if prefixes and element.prefix else ""
    return PasArbre(
        nom=masquer_nirs(prefixe + nom_de(element)),
        ligne=element.sourceline or 0,
        attributs=attributs,
        autres=len(element.attrib) - len(attributs),
        texte=_lisible(texte),
        note=libelle_du_code(contrat, generique, element.get("code")),
        ouvre=ouvre,
        court=not ouvre and not texte,
    )


def _attribut(cle: str, element: Any, prefixes: bool) -> str:
    nom = etree.QName(cle)
    ecrits = [p for p, u in element.nsmap.items() if u == nom.namespace and p] if prefixes else []
    return f"{ecrits[0]}:{nom.localname}" if ecrits and nom.namespace else str(nom.localname)


def libelle_du_code(contrat: Contrat | None, chemin: str, code: str | None) -> str:
    """The words of a code of the element at a path without index; "" for none."""
    if contrat is None or not code:
        return ""
    if chemin.endswith("/commune"):
        return contrat.territoires.nom_de_commune(code)
    liste = contrat.nomenclatures.par_chemin.get(chemin)
    return (contrat.nomenclatures.libelle(liste, code) or "") if liste else ""


def _lisible(texte: str) -> str:
    return texte if len(texte) <= TEXTE_MAX else f"{texte[:TEXTE_MAX]}… ({len(texte)} caractères)"


def remarques_de(anomalies: Iterable[Mapping[str, Any]], contrat: Contrat) -> list[Remarque]:
    """The anomalies of the journal with what the contract says of their rules."""
    remarques = []
    for anomalie in anomalies:
        regle = str(anomalie.get("regle"))
        fiche = contrat.regles.get(regle)
        dites = {
            nom: masquer_nirs(valeur) if isinstance(valeur, str) else valeur
            for nom, valeur in anomalie.items()
        }
        if fiche is not None:
            lieu, valeur = (str(anomalie.get(nom) or "") for nom in ("propriete", "valeur"))
            dites |= {
                "condition": fiche.condition,
                "remede": remede_de_regle(contrat, regle, lieu, valeur),
                "fidelite": str(fiche.fidelite),
                "source": fiche.source,
            }
        remarques.append(dites)
    return remarques


def refus_du_schema(
    racine: Any, operation: str, contrat: Contrat, profil: str, instant: datetime, nom: str | None
) -> list[Remarque]:
    """The faults of a document, of that file name, that its schema refuses, NIR masked in what they quote,
    then what the rules would say next."""
    appelee = OPERATIONS[operation]
    refuse = passer(
        racine, appelee.genre, contrat, profil, instant, nom=nom, type_fichier=appelee.type_regles
    )
    return en_remarques(contrat, refuse)


def en_remarques(contrat: Contrat, refuse: Controle) -> list[Remarque]:
    """The faults that were found in a document that its schema refuses, as remarks."""
    return [
        {
            "gravite": str(faute.gravite),
            "message": masquer_nirs(faute.message),
            "remede": faute.remede,
            "propriete": faute.chemin,
            "ligne": faute.ligne,
            "sorte": "" if faute.ensuite else faute.regle.partition(" ")[2],
            "fidelite": faute.fidelite,
            "source": faute.source if faute.ensuite else "schéma de l'interface",
        }
        | ({"regle": faute.regle, "condition": contrat.regles[faute.regle].condition, "ensuite": ENSUITE}
           if faute.ensuite else {})
        for faute in refuse.fautes
    ]  # fmt: skip
