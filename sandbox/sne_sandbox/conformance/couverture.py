"""What of the contract an application was seen to use: documents that were read, accepted or not."""

from functools import lru_cache
from typing import Any, Final

from lxml import etree

from sne_sandbox.conformance import lectures
from sne_sandbox.conformance.jugement.refus import Corrections
from sne_sandbox.conformance.observation import Observation
from sne_sandbox.contract.nomenclatures import Nomenclatures
from sne_sandbox.contract.schema import Document
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.anomalie import Gravite
from sne_sandbox.domain.codes import MOTIF_NON_RENOUVELLEMENT
from sne_sandbox.reports.model import Rubrique
from sne_sandbox.rules.rule import gravite

#: Types of file in the order of a demande's life.
_TYPES: Final = ("CRE", "CRS", "MOD", "REN", "RAD", "SUP", "COP")
#: Blocks that an application never writes.
_DU_SNE: Final = ("/informationTraitement", "/listeAnomalie", "/listeDoublons")
_ECRITURES: Final = frozenset({"ajouterEvenementDemande", "modifierEvenementDemande"})
_RECHERCHE: Final = "rechercheDemandeMulticritere"
_CRITERES: Final = "/demandeMulticritere/"
_XS: Final = "{http://www.w3.org/2001/XMLSchema}"


class Couverture:
    """Coverage of a stream: what was seen, in sets that the contract bounds; `profil` says which rules
    block."""

    def __init__(self, contrat: Contrat, profil: str = "ecole") -> None:
        self._contrat = contrat
        self._profil = profil
        self._operations: set[str] = set()
        self._types: set[str] = set()
        self._versions: set[str] = set()
        self._elements: set[str] = set()
        self._codes: set[str] = set()
        self._evenements: set[str] = set()
        self._caracteristiques: set[str] = set()
        self._criteres: set[str] = set()
        self._rencontrees: set[str] = set()
        self._traitees: set[str] = set()
        self._corrections = Corrections()

    def voir(self, vue: Observation) -> None:
        """Takes one exchange in."""
        if not (vue.soap or vue.asynchrone):
            return
        if vue.operation is not None:
            self._operations.add(vue.operation)
        self._rencontrees.update(vue.bloquantes)
        correction = self._corrections.voir(vue)
        if correction is not None:
            self._traitees.update(correction[0])
        if vue.operation in _ECRITURES:
            self._voir_les_evenements(vue)
        elif vue.operation == _RECHERCHE:
            pleins = (chemin.partition(_CRITERES) for chemin, element in vue.noeuds if not element.vide)
            self._criteres.update(critere for _, bloc, critere in pleins if bloc)
        if vue.demande is None:
            return
        if vue.operation == "getNumUnique":
            self._types.add(vue.type_fichier)
        self._versions.add(vue.demande.version)
        listes = self._contrat.nomenclatures.par_chemin
        for chemin, element in vue.noeuds:
            if element.vide:
                continue
            self._elements.add(chemin)
            if element.code is not None and chemin in listes:
                self._codes.add(f"{listes[chemin][0]}/{element.code}")

    def _voir_les_evenements(self, vue: Observation) -> None:
        for evenement in () if vue.document is None else lectures.tous(vue.document, "evenement"):
            genre = evenement.texte_de("codeTypeEvenement") or ""
            self._evenements.add(genre)
            for une in lectures.tous(evenement, "caracteristiqueSpecifique"):
                nom = f"{genre}/{une.texte_de('code')}"
                dits = {nom, f"{nom}/{une.texte_de('valeurCaracteristiqueSpecifique')}"}
                self._caracteristiques |= dits.intersection(_caracteristiques(self._contrat))

    def rubriques(self) -> tuple[Rubrique, ...]:
        """The headings, each in the contract's order: operations, file types, message versions, optional
        elements and codes of a demande (its radiation and its DALO included), events written, what is told of
        them (decisions included), search criteria, anomalies met, anomalies mended."""
        contrat = self._contrat
        bloquantes = tuple(
            code
            for code, fiche in contrat.regles.items()
            if code in self._rencontrees or gravite(fiche, self._profil) is Gravite.BLOQUANTE
        )
        rencontrees = tuple(code for code in contrat.regles if code in self._rencontrees)
        return (
            _rubrique("operations", "Opérations", tuple(contrat.operations), self._operations),
            _rubrique("types_fichier", "Types de fichier", _TYPES, self._types),
            _rubrique("versions", "Versions de message", contrat.versions, self._versions),
            _rubrique(
                "elements",
                "Éléments facultatifs d'une demande",
                _facultatifs(contrat.nomenclatures),
                self._elements,
            ),
            _rubrique("codes", "Codes d'une demande", _codes(contrat.nomenclatures), self._codes),
            _rubrique(
                "evenements", "Types d'événement", tuple(t.code for t in contrat.evenements), self._evenements
            ),
            _rubrique(
                "caracteristiques",
                "Caractéristiques d'un événement",
                _caracteristiques(contrat),
                self._caracteristiques,
            ),
            _rubrique("criteres", "Critères de recherche", _criteres(contrat), self._criteres),
            _rubrique("anomalies", "Anomalies rencontrées", bloquantes, self._rencontrees),
            _rubrique(
                "anomalies_traitees", "Anomalies rencontrées, puis corrigées", rencontrees, self._traitees
            ),
        )


def _rubrique(nom: str, titre: str, tout: tuple[str, ...], vus: set[str]) -> Rubrique:
    return Rubrique(nom, titre, tuple(n for n in tout if n in vus), tuple(n for n in tout if n not in vus))


@lru_cache(maxsize=4)
def _facultatifs(listes: Nomenclatures) -> tuple[str, ...]:
    """Optional elements of the document of a demande that an application may write."""
    return tuple(c for c in listes.chemins if not listes.obligatoire(c) and not _est_du_sne(c))


@lru_cache(maxsize=4)
def _codes(listes: Nomenclatures) -> tuple[str, ...]:
    """« liste/code » of each code that an application may write: RAD008 keeps one for the SNE."""
    noms = dict.fromkeys(
        liste
        for chemin, (liste, _) in listes.par_chemin.items()
        if not _est_du_sne(chemin) and not chemin.endswith("/typeFichier")
    )
    return tuple(
        f"{nom}/{code}"
        for nom in noms
        for code in listes.liste(nom)
        if code and code != MOTIF_NON_RENOUVELLEMENT
    )


@lru_cache(maxsize=4)
def _caracteristiques(contrat: Contrat) -> tuple[str, ...]:
    """« type/characteristic », and « type/characteristic/code » where a list is chosen from."""
    return tuple(
        nom
        for genre in contrat.evenements
        for une in genre.caracteristiques
        for nom in (
            [f"{genre.code}/{une.code}/{code}" for code, _ in une.valeurs]
            if une.valeurs
            else [f"{genre.code}/{une.code}"]
        )
    )


@lru_cache(maxsize=4)
def _criteres(contrat: Contrat) -> tuple[str, ...]:
    """The elements with a value that a search may hold, by their path in `demandeMulticritere`."""
    schemas = contrat.schemas
    racine = etree.fromstring(schemas.lire(schemas.fichier(Document.RECHERCHE)))
    trouves: list[str] = []
    for bloc in racine.iter(_XS + "element"):
        if bloc.get("name") == _CRITERES.strip("/"):
            _feuilles(bloc, "", trouves)
    return tuple(trouves)


def _feuilles(element: Any, chemin: str, trouvees: list[str]) -> None:
    """Adds the paths of the elements without children, under an element of a schema."""
    enfants = element.findall(f"{_XS}complexType/{_XS}sequence/{_XS}element")
    for enfant in enfants:
        _feuilles(enfant, f"{chemin}/{enfant.get('name')}" if chemin else enfant.get("name"), trouvees)
    if not enfants:
        trouvees.append(chemin)


def _est_du_sne(chemin: str) -> bool:
    return any(bloc in chemin for bloc in _DU_SNE)
