"""The parts of the contract that an application was seen to use, in documents read, accepted or not;
and the blind spots of a vendor's tests, on which no verdict depends.

`run` and `report` tell them at their end. They are bounded to what matters: a dozen lines at most, each with
what would show it. A product need not try an operation that it does not have: `certification` says what it
claims.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from lxml import etree

from sne_conformite.juges.juge import CONSTATS, personnes
from sne_conformite.juges.juges_aboutissement import GUIDE
from sne_conformite.juges.juges_refus import Corrections
from sne_conformite.observation import reponses_lues
from sne_conformite.observation.observation import Observation
from sne_conformite.rapports.rapport import AngleMort, Rubrique
from sne_interface.contract.contrats_charges import Contrat, retenu
from sne_interface.contract.nomenclatures_et_territoires import Nomenclatures
from sne_interface.contract.schemas import Document
from sne_interface.domain.anomalie import Gravite
from sne_interface.domain.codes import MOTIF_NON_RENOUVELLEMENT
from sne_interface.domain.element_recu import Element
from sne_interface.domain.evenement import lire_booleen
from sne_interface.domain.nir import est_nom_de_nir
from sne_interface.rules.rule import gravite
from sne_sandbox.mime.message_mime import Packaging

#: The headings, with their titles: optional elements and codes are those of a demande (its radiation and its
#: DALO included), indicators what the SNE computes and answers of one, characteristics what is told of events
#: (decisions included).
TITRES: Final[Mapping[str, str]] = CONSTATS["couverture"]
#: Types of file in the order of a demande's life.
_TYPES: Final = ("CRE", "CRS", "MOD", "REN", "RAD", "SUP", "COP")
#: Blocks that an application never writes.
_DU_SNE: Final = ("/informationTraitement", "/listeAnomalie", "/listeDoublons")
_BOOLEENS: Final = {True: "oui", False: "non"}
_ECRITURES: Final = frozenset({"ajouterEvenementDemande", "modifierEvenementDemande"})
_CRITERES: Final = "/demandeMulticritere/"
_XS: Final = "{http://www.w3.org/2001/XMLSchema}"


class Couverture:
    """Coverage of a stream: what was seen of each heading, in sets that the contract bounds; `profil` says
    which rules block."""

    def __init__(self, contrat: Contrat, profil: str = "ecole") -> None:
        self._contrat = contrat
        self._profil = profil
        self._vus: dict[str, set[str]] = {nom: set() for nom in TITRES}
        self._corrections = Corrections()

    def voir(self, vue: Observation) -> None:
        """Notes what an exchange uses of the contract."""
        if not (vue.soap or vue.asynchrone):
            return
        if vue.operation is not None:
            self._vus["operations"].add(vue.operation)
        self._vus["anomalies"].update(vue.bloquantes)
        correction = self._corrections.voir(vue)
        if correction is not None:
            self._vus["anomalies_traitees"].update(correction[0])
        if vue.operation in _ECRITURES:
            self._voir_les_evenements(vue)
        elif vue.operation == "rechercheDemandeMulticritere":
            pleins = (chemin.partition(_CRITERES) for chemin, element in vue.noeuds if not element.vide)
            self._vus["criteres"].update(critere for _, bloc, critere in pleins if bloc)
        elif vue.operation == "getDemandeLogement" and vue.reponse_document is not None:
            self._vus["lus"].update(e.chemin for e in vue.reponse_document.parcourir() if not e.vide)
        if vue.demande is None:
            return
        if vue.operation == "getNumUnique":
            self._vus["types_fichier"].add(vue.type_fichier)
        self._vus["versions"].add(vue.demande.version)
        listes = self._contrat.nomenclatures.par_chemin
        for chemin, element in vue.noeuds:
            if not element.vide:
                self._vus["elements"].add(chemin)
                if element.code is not None and chemin in listes:
                    self._vus["codes"].add(f"{listes[chemin]}/{element.code}")

    def _voir_les_evenements(self, vue: Observation) -> None:
        for evenement in reponses_lues.tous(vue.document, "evenement"):
            genre = evenement.texte_de("codeTypeEvenement") or ""
            self._vus["evenements"].add(genre)
            for une in reponses_lues.tous(evenement, "caracteristiqueSpecifique"):
                nom = f"{genre}/{une.texte_de('code')}"
                valeur = une.texte_de("valeurCaracteristiqueSpecifique") or ""
                dits = {nom, f"{nom}/{valeur}"}
                if (booleen := lire_booleen(valeur)) is not None:
                    dits.add(f"{nom}/{_BOOLEENS[booleen]}")
                self._vus["caracteristiques"] |= dits.intersection(_caracteristiques(self._contrat))

    def rubriques(self) -> tuple[Rubrique, ...]:
        """The headings, each in the contract's order."""
        contrat, rencontrees = self._contrat, self._vus["anomalies"]
        bloquantes = (
            code
            for code, fiche in contrat.regles.items()
            if code in rencontrees or gravite(fiche, self._profil) is Gravite.BLOQUANTE
        )
        tout = {
            "operations": contrat.operations,
            "types_fichier": _TYPES,
            "versions": contrat.versions,
            "elements": _facultatifs(contrat.nomenclatures),
            "lus": (
                chemin for chemin in contrat.nomenclatures.chemins if "/informationTraitement/" in chemin
            ),
            "codes": _codes(contrat.nomenclatures),
            "evenements": [genre.code for genre in contrat.evenements],
            "caracteristiques": _caracteristiques(contrat),
            "criteres": _criteres(contrat),
            "anomalies": bloquantes,
            "anomalies_traitees": [code for code in contrat.regles if code in rencontrees],
        }
        return tuple(_rubrique(nom, tuple(tout[nom]), self._vus[nom]) for nom in TITRES)


def _rubrique(nom: str, tous: tuple[str, ...], vus: set[str]) -> Rubrique:
    siens = tuple(n for n in tous if n in vus)
    return Rubrique(nom, TITRES[nom], siens, tuple(n for n in tous if n not in vus))


@retenu
def _motifs(contrat: Contrat) -> Mapping[str, re.Pattern[str]]:
    from sne_interface.contract.exigences_et_mentions import charger_certification

    formes = charger_certification(contrat.dossiers).formes.values()
    return {forme.id: re.compile(forme.motif, re.MULTILINE) for forme in formes if forme.motif}


def formes(contrat: Contrat, *documents: Element | None) -> frozenset[str]:
    """Ids of the hard forms that these documents have (`certification.toml`)."""
    lignes = [f"/{lieu}={e.code or e.texte}" for d in documents if d is not None for lieu, e in d.lieux()]
    texte = "\n".join(lignes)
    return frozenset(forme for forme, motif in _motifs(contrat).items() if motif.search(texte))


@lru_cache(maxsize=8)  # of an exchange, judges say many things one after another
def formes_vues(vue: Observation) -> frozenset[str]:
    """Ids of the hard forms of an exchange: of the document sent, and of the answer."""
    return formes(vue.contrat, vue.document, vue.reponse_document)


@lru_cache(maxsize=4)
def _facultatifs(listes: Nomenclatures) -> tuple[str, ...]:
    """Optional elements of the document of a demande that an application may write."""
    return tuple(c for c in listes.chemins if not listes.obligatoire(c) and not est_du_sne(c))


@lru_cache(maxsize=4)
def _codes(listes: Nomenclatures) -> tuple[str, ...]:
    """« liste/code » of each code that an application may write: RAD008 keeps one for the SNE."""
    noms = dict.fromkeys(
        liste
        for chemin, liste in listes.par_chemin.items()
        if not est_du_sne(chemin) and not chemin.endswith("/typeFichier")
    )
    sans = ("", MOTIF_NON_RENOUVELLEMENT)
    return tuple(f"{nom}/{code}" for nom in noms for code in listes.liste(nom) if code not in sans)


@retenu
def _caracteristiques(contrat: Contrat) -> tuple[str, ...]:
    """« type/characteristic », or « type/characteristic/value » where one is chosen."""
    return tuple(
        f"{genre.code}/{une.code}{valeur and '/'}{valeur}"
        for genre in contrat.evenements
        for une in genre.caracteristiques
        for valeur in (_BOOLEENS.values() if une.type == "BOO" else [code for code, _ in une.valeurs] or [""])
    )


@retenu
def _criteres(contrat: Contrat) -> tuple[str, ...]:
    """The elements with a value that a search may hold, by their path in `demandeMulticritere`."""
    schemas = contrat.schemas
    racine = etree.fromstring(schemas.lire(schemas.fichier(Document.RECHERCHE)))
    blocs = racine.iterfind(f".//{_XS}element[@name='{_CRITERES.strip('/')}']")
    return tuple(chemin.strip("/") for bloc in blocs for chemin in _feuilles(bloc, ""))


def _feuilles(element: Any, chemin: str) -> Iterator[str]:
    """The paths of the elements without children, under an element of a schema."""
    enfants = element.findall(f"{_XS}complexType/{_XS}sequence/{_XS}element")
    for enfant in enfants:
        yield from _feuilles(enfant, f"{chemin}/{enfant.get('name')}")
    if not enfants:
        yield chemin


def est_du_sne(chemin: str) -> bool:
    """True when an application never writes this place of a demande."""
    return any(bloc in chemin for bloc in _DU_SNE)


_JAMAIS: Final = CONSTATS["jamais_envoyes"]


@dataclass
class Menages:
    """The households that the messages seen tell of, in bounded memory."""

    qui: set[frozenset[str]] = field(default_factory=set)
    #: Whether a text had a character that takes care: beyond ASCII, or one that XML escapes.
    difficiles: bool = False
    pannes: bool = False
    #: How documents travelled.
    emballages: set[Packaging] = field(default_factory=set)

    def voir(self, vue: Observation) -> None:
        """One more exchange."""
        self.pannes = self.pannes or vue.panne is not None
        if vue.message is not None and vue.octets_document:
            self.emballages.add(vue.message.packaging)
        if vue.demande is not None and len(self.qui) < 2 and (menage := personnes(vue)):
            self.qui.add(menage)
        if not self.difficiles:
            self.difficiles = any(
                not e.texte.isascii() or "&" in e.texte or "'" in e.texte for _, e in vue.noeuds
            )


def angles_morts(
    rubriques: Iterable[Rubrique], menages: Menages, *, refuses: int, a_nir: bool
) -> Iterator[AngleMort]:
    """Lists the things that some traffic did not exercise, when it exercised anything. `a_nir` is true when
    the contract has a place for a NIR."""
    vus = {rubrique.nom: set(rubrique.vus) for rubrique in rubriques}
    manquent = [(code, dit) for code, dit in _JAMAIS["types"].items() if code not in vus["types_fichier"]]
    if manquent:
        commande = f"sne-sandbox generate --kind {manquent[0][0]} --out exemples"
        yield AngleMort("types", _jamais(dit for _, dit in manquent), commande)
    absentes = [dit for nom, dit in _JAMAIS["operations"].items() if nom not in vus["operations"]]
    if absentes:
        yield AngleMort("operations", _jamais(absentes), GUIDE.format("reference/messages"))
    menage, elements = bool(menages.qui), [f"{chemin}/" for chemin in vus["elements"]]
    manques = {
        "refus": not refuses,
        "un_menage": len(menages.qui) == 1,
        "cotitulaire": menage and not any("/cotitulaire/" in lieu for lieu in elements),
        "a_charge": menage and not any("/personneACharge/" in lieu for lieu in elements),
        "nir": menage and a_nir and not any(est_nom_de_nir(lieu.split("/")[-2]) for lieu in elements),
        "textes": menage and not menages.difficiles,
        "mtom": menages.emballages == {Packaging.SIMPLE},
        "pannes": not menages.pannes,
    }
    for quoi, (phrase, commande) in _JAMAIS["autres"].items():
        if manques[quoi]:
            yield AngleMort(quoi, phrase, commande)


def _jamais(quoi: Iterable[str]) -> str:
    return f"Les tests n'exercent jamais : {', '.join(quoi)}."
