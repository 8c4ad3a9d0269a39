"""An XML document as the steps of a page: opened, closed, in order, so that no depth costs a stack."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from lxml import etree

from sne_interface.contract.arbres_compares import chemins, nom_de
from sne_interface.contract.suggestions import remede_de_regle
from sne_interface.contract.versions import Contrat
from sne_interface.domain.element import sans_indices
from sne_interface.domain.texte import masquer_nirs
from sne_interface.rules.controle import ENSUITE, Controle
from sne_sandbox.mime.masquage import masquer_arbre

#: Elements that a page shows, attributes and remarks of one of them, and characters of one text.
ELEMENTS_MAX: Final = 1500
ATTRIBUTS_MAX: Final = 30
REMARQUES_MAX: Final = 50
TEXTE_MAX: Final = 400

Remarque = dict[str, Any]
"""What is said of an element: regle, message, gravite, remede, fidelite, source; `propriete` is its path, and
`ensuite` the title above what a rule would say once the schema accepts the document; `sorte`, of what the
schema refuses, the name of the sentence in `phrases.toml`."""


@dataclass(slots=True)
class PasArbre:
    """One step: an element that opens (it has children), one whole (`ouvre` False), or the end of one."""

    nom: str = ""
    ligne: int = 0
    attributs: tuple[tuple[str, str], ...] = ()
    autres: int = 0
    """Attributes that are not shown."""
    texte: str = ""
    note: str = ""
    ouvre: bool = False
    ferme: bool = False
    plie: bool = False
    """Shown closed: nothing is said of what it holds."""
    court: bool = False
    """Without content: `<a/>`."""
    repere: str = ""
    anomalies: list[Remarque] = field(default_factory=list)
    tues: int = 0
    """Remarks that are not shown."""


@dataclass(frozen=True, slots=True)
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
    batisseur = _Batisseur(contrat, prefixes, maximum)
    montre = deepcopy(racine)
    masquer_arbre(montre)
    batisseur.parcourir(montre)
    perdues = tuple(remarque for remarque in remarques if not batisseur.accrocher(remarque))
    if len({pas.ligne for pas in batisseur.pas if not pas.ferme}) == 1:
        for rang, pas in enumerate((pas for pas in batisseur.pas if not pas.ferme), 1):
            pas.ligne = rang
            for remarque in pas.anomalies:
                remarque["ligne"] = rang
    if plier:
        _plier(batisseur.pas)
    return Arbre(tuple(batisseur.pas), batisseur.reste, perdues)


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


class _Batisseur:
    def __init__(self, contrat: Contrat | None, prefixes: bool, maximum: int) -> None:
        self.pas: list[PasArbre] = []
        self.reste = 0
        self._contrat = contrat
        self._prefixes = prefixes
        self._maximum = maximum
        self._par_chemin: dict[str, PasArbre] = {}

    def parcourir(self, racine: Any) -> None:
        """Fill `pas`. A stack of what is left to do: (path, element) to open, None to close."""
        a_faire: list[tuple[str, Any] | None] = [(nom_de(racine), racine)]
        faits = 0
        while a_faire:
            suivant = a_faire.pop()
            if suivant is None:
                self.pas.append(PasArbre(ferme=True))
                continue
            chemin, element = suivant
            if faits >= self._maximum:
                self.reste += 1 + sum(1 for _ in element.iterdescendants(etree.Element))
                continue
            faits += 1
            enfants = list(element.iterchildren(etree.Element))
            pas = self._pas(element, sans_indices(chemin), bool(enfants))
            self.pas.append(pas)
            self._par_chemin.setdefault(chemin, pas)
            if enfants:
                a_faire.append(None)
                a_faire.extend(reversed(list(zip(chemins(enfants, chemin), enfants, strict=True))))

    def accrocher(self, remarque: Remarque) -> bool:
        """Puts a remark beside its element, or beside the nearest one above it. Returns True when there is
        one."""
        chemin = str(remarque.get("propriete") or "")
        while chemin:
            pas = self._par_chemin.get(chemin) or self._par_chemin.get(f"{chemin}[1]")
            if pas is not None:
                pas.repere = pas.repere or f"e{len([p for p in self.pas if p.repere]) + 1}"
                remarque["repere"] = pas.repere
                if len(pas.anomalies) < REMARQUES_MAX:
                    pas.anomalies.append(remarque)
                else:
                    pas.tues += 1
                return True
            chemin = chemin.rpartition("/")[0]
        return False

    def _pas(self, element: Any, generique: str, ouvre: bool) -> PasArbre:
        nom = nom_de(element)
        texte = element.text or ""
        if not texte.strip() and ouvre:
            texte = ""
        attributs = tuple(
            (masquer_nirs(self._attribut(cle, element)), _lisible(valeur))
            for cle, valeur in islice(element.attrib.items(), ATTRIBUTS_MAX)
        )
        return PasArbre(
            nom=masquer_nirs(f"{element.prefix}:{nom}" if self._prefixes and element.prefix else nom),
            ligne=element.sourceline or 0,
            attributs=attributs,
            autres=len(element.attrib) - len(attributs),
            texte=_lisible(texte),
            note=libelle_du_code(self._contrat, generique, element.get("code")),
            ouvre=ouvre,
            court=not ouvre and not texte,
        )

    def _attribut(self, cle: str, element: Any) -> str:
        nom = etree.QName(cle)
        if not self._prefixes or nom.namespace is None:
            return str(nom.localname)
        return next(
            (f"{p}:{nom.localname}" for p, u in element.nsmap.items() if u == nom.namespace and p),
            nom.localname,
        )


def libelle_du_code(contrat: Contrat | None, chemin: str, code: str | None) -> str:
    """The words of a code of the element at a path without index; "" for none."""
    if contrat is None or not code:
        return ""
    if chemin.endswith("/commune"):
        return contrat.territoires.nom_de_commune(code)
    liste, _ = contrat.nomenclatures.par_chemin.get(chemin, (None, False))
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


def refus_du_schema(contrat: Contrat, refuse: Controle) -> list[Remarque]:
    """The faults of a document that its schema refuses, NIR masked in what they quote, then what
    the rules would say next."""
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
