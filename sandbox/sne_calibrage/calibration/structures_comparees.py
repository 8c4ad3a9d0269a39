"""Where the schemas differ: what the recorded server let in and ours refuses, and the reverse.

A refusal of the recorded server says nothing. Its cause is something that no document that it let in has: a
longer text, an element less. Where that is one thing only, it is the difference.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from sne_calibrage.calibration.ecarts_par_cause import Causes, Modification
from sne_calibrage.calibration.schemas_retouches import Facette
from sne_calibrage.enregistrements.anonymat import connu
from sne_calibrage.enregistrements.enregistrement_rejoue import Repris
from sne_calibrage.enregistrements.export_du_relais import EXPORT_ANONYME
from sne_calibrage.enregistrements.ligne_de_journal_relue import document_envoye, fautes_du_schema
from sne_conformite.observation.observation import arbre_de
from sne_interface.contract.arbres_compares import nom_de, parcourir
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.schemas import Document, SchemaError
from sne_interface.domain.echange import document_parmi
from sne_interface.domain.element_recu import sans_indices
from sne_interface.domain.nir import masquer_secrets
from sne_interface.domain.texte import abrege
from sne_interface.resources import table
from sne_sandbox.operations.table_des_operations import OPERATIONS

#: By the kind of what a schema refuses: what is changed, and what the new value is read of; and whether it is
#: refused whatever the text is, or by its length, which a stand-in keeps.
_SORTES: Final = table(__file__)
_FACETTES: Final = {dite["sorte"]: Facette(dite["facette"]) for dite in _SORTES if dite["facette"]}
_SANS_LA_VALEUR: Final = {dite["sorte"] for dite in _SORTES if dite["sans_la_valeur"]}
_SANS_FACETTE: Final = "Changez vous-même le schéma : ceci ne se fait pas d'après des exemples."
_AMBIGU: Final = (
    "le serveur enregistré refuse la structure de messages que le schéma admet, et plusieurs choses peuvent "
    "en être la cause : renvoyez-les en ne changeant qu'une chose à la fois"
)


@dataclass
class _Admis:
    """The contents of the documents that were let in, at each path without index: the longest text, in
    characters, and how many of the elements there lacked each child."""

    longueurs: dict[str, int] = field(default_factory=dict)
    presences: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    enfants: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def voir(self, racine: Any) -> None:
        """One document that was let in."""
        for chemin, element in generiques(racine):
            self.presences[chemin] += 1
            self.longueurs[chemin] = max(self.longueurs.get(chemin, 0), len(element.text or ""))
            for nom in {nom_de(e) for e in element.iterchildren(etree.Element)}:
                self.enfants[chemin, nom] += 1

    def nouveautes(self, racine: Any) -> set[tuple[str, str, int]]:
        """The features that a refused document has and none of these: (kind, path, length). An element that
        is new, and what it holds, are none."""
        vues = set()
        for chemin, element in generiques(racine):
            longueur = len(element.text or "")
            if not len(element) and self.longueurs.get(chemin, longueur) < longueur:
                vues.add(("trop_longue", chemin, longueur))
            siens = {nom_de(e) for e in element.iterchildren(etree.Element)}
            presents = self.presences.get(chemin, 0)
            for (parent, nom), combien in self.enfants.items():
                if parent == chemin and combien == presents and nom not in siens:
                    vues.add(("manque", f"{chemin}/{nom}", 0))
        return vues


class Structures:
    """The schemas of a recording, gathered, then compared."""

    def __init__(self, contrat: Contrat, causes: Causes) -> None:
        self._contrat, self._causes = contrat, causes
        self._admis: dict[str, _Admis] = defaultdict(_Admis)
        #: Requests that the recorded server refuses: exchange, schema, root of the document.
        self._refuses: list[tuple[int, str, Any]] = []
        #: Values seen at what our schemas refuse, by schema, facet and cause, whose third word is the path.
        self._depasses: dict[tuple[str, Facette, tuple[str, ...]], list[tuple[str, int]]] = defaultdict(list)

    def sans_les_remplacees(self, repris: Repris, fautes: list[SchemaError]) -> list[SchemaError]:
        """The faults that are not about a text which an anonymous export has replaced."""
        return [f for f in fautes if f.sorte in _SANS_LA_VALEUR or not remplace(repris, f.chemin)]

    def _schema(self, racine: Any, genre: Document) -> str:
        version = self._contrat.version_de_lecture(racine.get("versionInterface", ""))
        return self._contrat.schemas.fichier(genre, version)

    # --- one exchange -------------------------------------------------------------------------------------

    def admise(self, repris: Repris) -> None:
        """A request that the recorded server let in."""
        lu = document_envoye(repris.vue, repris.vue.operation)
        if lu is not None:
            self._admis[self._schema(*lu)].voir(lu[0])

    def refusee_la_bas(self, repris: Repris) -> None:
        """A request whose structure only the recorded server refuses."""
        lu = document_envoye(repris.vue, repris.vue.operation)
        if lu is not None:
            self._refuses.append((repris.rang, self._schema(*lu), lu[0]))

    def refusee_ici(self, repris: Repris, fautes: list[SchemaError]) -> None:
        """A request whose structure only our schema refuses."""
        lu = document_envoye(repris.vue, repris.vue.operation)
        assert lu is not None
        self._noter(repris, fautes, *lu, "Le serveur enregistré admet")

    def reponse(self, repris: Repris) -> None:
        """The document of an answer that our schema refuses."""
        operation = OPERATIONS[repris.vue.operation or ""]
        racine = arbre_de(document_parmi(repris.vue.reponse.champs))
        if racine is None:
            return
        genre = Document.DOUBLONS if operation.nom == "getDoublons" else operation.genre
        fautes = self.sans_les_remplacees(repris, fautes_du_schema(racine, genre, self._contrat))
        self._noter(repris, fautes, racine, genre, "Le serveur enregistré répond")

    def _noter(
        self, repris: Repris, fautes: list[SchemaError], racine: Any, genre: Document, qui: str
    ) -> None:
        for faute in fautes:
            chemin = sans_indices(faute.chemin.partition("/@")[0])
            facette = _FACETTES.get(faute.sorte)
            valeur = _valeur(facette, faute, racine)
            cause = ("schéma", faute.sorte, chemin, valeur if facette is Facette.VALEUR else "")
            dit = masquer_secrets(faute.message)
            titre = f"{qui}, dans {chemin}, ce que le schéma refuse : {dit}"
            groupe = self._causes.noter(cause, titre, repris.rang, abrege(dit, 200))
            if facette is None:
                groupe.conseil = _SANS_FACETTE
            else:
                self._depasses[self._schema(racine, genre), facette, cause].append((valeur, repris.rang))

    # --- all of them --------------------------------------------------------------------------------------

    def finir(self) -> None:
        """Proposes the changes of each group, and makes the groups of what only the recorded server
        refuses."""
        for (schema, facette, cause), vues in self._depasses.items():
            voulue = _extreme(facette, [v for v, _ in vues])
            pourquoi = f"{facette} au moins jusqu'à « {voulue} »" if voulue else str(facette)
            arguments, pour = (facette, cause[2], voulue), (e for _, e in vues)
            groupe = self._causes.de(cause, "")
            groupe.proposer(schema, arguments, pourquoi, pour, geste=Modification.FACETTE)
        for echange, schema, racine in self._refuses:
            nouveautes = self._admis[schema].nouveautes(racine)
            if len(nouveautes) == 1:
                self._resserrer(echange, schema, *nouveautes.pop())
            else:
                self._causes.indecidable(_AMBIGU, echange)

    def _resserrer(self, echange: int, schema: str, sorte: str, chemin: str, longueur: int) -> None:
        if sorte == "manque":
            titre = f"Le serveur enregistré exige {chemin}."
            facette, valeur, dit = Facette.OBLIGATOIRE, "", "refusé sans lui, accepté avec lui"
        else:
            admise = self._admis[schema].longueurs.get(chemin, 0)
            titre = f"Le serveur enregistré refuse un texte long dans {chemin}."
            facette, valeur = Facette.LONGUEUR_MAX, str(longueur - 1)
            dit = f"{longueur} caractères refusés, {admise} admis : {admise} à {longueur - 1} au plus"
        groupe = self._causes.noter(("schéma", f"{sorte} là-bas", chemin), titre, echange, dit)
        avant = [p.arguments[2] for p in groupe.propositions if p.arguments[0] is Facette.LONGUEUR_MAX]
        if avant and int(avant[0]) < int(valeur):
            valeur = avant[0]
        groupe.propositions.clear()
        groupe.proposer(schema, (facette, chemin, valeur), dit, geste=Modification.FACETTE)


def remplace(repris: Repris, chemin: str) -> bool:
    """Tell whether the value at a path is of an anonymous export, which has replaced it: its element, or its
    attribute, is unknown to our schemas."""
    if repris.vue.echange.base != EXPORT_ANONYME:
        return False
    lieu, _, attribut = chemin.partition("@")
    nom = lieu.rstrip("/").rpartition("/")[2].partition("[")[0]
    return bool(nom) and not connu(nom, attribut)


def generiques(racine: Any) -> list[tuple[str, Any]]:
    """Every element with its path without index."""
    return [(sans_indices(chemin), element) for chemin, element in parcourir(racine, nom_de(racine))]


def _valeur(facette: Facette | None, faute: SchemaError, racine: Any) -> str:
    """The value that a change would have to admit."""
    pas = "/".join((".", *(f"{{*}}{morceau}" for morceau in faute.chemin.split("/")[1:])))
    ou = None if "@" in faute.chemin else racine.find(pas)  # none at an attribute
    match facette:
        case Facette.LONGUEUR_MAX | Facette.LONGUEUR_MIN:
            return str(len(faute.valeur if ou is None else ou.text or ""))
        case Facette.FOIS_MAX:
            return "unbounded"
        case Facette.ELEMENT:
            avant = None if ou is None else ou.getprevious()
            return "" if avant is None else nom_de(avant)
        case None | Facette.FACULTATIF:
            return ""
    return faute.valeur


def _extreme(facette: Facette, valeurs: list[str]) -> str:
    """The value that admits all of these."""
    nombres = [v for v in valeurs if v.lstrip("-").isdigit()]
    if facette in (Facette.LONGUEUR_MAX, Facette.VALEUR_MAX) and nombres:
        return max(nombres, key=int)
    if facette in (Facette.LONGUEUR_MIN, Facette.VALEUR_MIN) and nombres:
        return min(nombres, key=int)
    return valeurs[0]
