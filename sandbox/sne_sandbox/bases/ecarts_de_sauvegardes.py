"""Two snapshots of a base compared: demandes that came, went, and changed, with the fields that differ.

Both files are read side by side in the order of the numéros: two demandes at a time are in memory. A field is
named by its path in the document; namesakes bear their place. NIR are masked.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zlib import crc32

from lxml.etree import QName

from sne_interface.contract import codec
from sne_interface.contract.arbres_compares import nom_de, parcourir
from sne_interface.domain.nir import cache_un_nir, masquer_nir, masquer_nirs
from sne_interface.errors import ConflitEtat
from sne_sandbox.bases.sauvegardes import MAINTENANT, Sauvegardes
from sne_sandbox.store import fichier_de_sauvegarde, tables
from sne_sandbox.store.lignes import Rangee, detasser

Genre = Literal["ajoutée", "disparue", "changée"]

#: Demandes that are told one by one, and fields of one; all are counted.
DEMANDES_MAX: Final = 200
CHAMPS_MAX: Final = 60
#: What the base knows of a demande beside its documents, as it is told.
_ETAT: Final = {
    "etat": "état",
    "debut_validite": "début de validité",
    "fin_validite": "fin de validité",
    "date_renouvellement": "date de renouvellement",
    "date_radiation": "date de radiation",
    "motif_radiation": "motif de radiation",
    "statut_dalo": "statut DALO",
    "guichet_dernier": "dernier guichet",
    "numero_associe": "numéro associé",
}
#: Events of a demande that has none.
_SANS: Final = (0, 0)
#: Of an event: what it does not say itself.
_A_PART: Final = frozenset({"base", "suite", "suite_le"})
_TOUR: Final = threading.Lock()

_Feuilles = dict[str, str]


@dataclass(frozen=True, slots=True)
class ChampChange:
    """A field that differs; `avant` or `apres` is "" where it was not, or is not any more."""

    nom: Annotated[str, "chemin dans le document, ou ce que la base sait d'elle"]
    avant: Annotated[str, "vide : il n'y était pas"]
    apres: Annotated[str, "vide : il n'y est plus"]


@dataclass(frozen=True, slots=True)
class EcartLu:
    """A demande that is not the same in both; `champs` of one that changed."""

    numero: str
    genre: Genre
    champs: tuple[ChampChange, ...] = ()


@dataclass
class ComparaisonLue:
    """The differences. `ecarts` holds the first DEMANDES_MAX, by numéro; the counts are of all."""

    avant: str
    apres: str
    ajoutees: int = 0
    disparues: int = 0
    changees: int = 0
    inchangees: int = 0
    ecarts: Annotated[list[EcartLu], f"les {DEMANDES_MAX} premières demandes, par numéro"] = field(
        default_factory=list
    )

    def phrase(self) -> str:
        """« 2 demandes ajoutées, 1 changée, 40 inchangées. », in French."""
        if not self.ajoutees + self.disparues + self.changees:
            return "Aucune demande n'a changé."
        comptes = (
            (self.ajoutees, "ajoutée"),
            (self.disparues, "disparue"),
            (self.changees, "changée"),
            (self.inchangees, "inchangée"),
        )
        dits = [f"{nombre} {mot}{'s' * (nombre > 1)}" for nombre, mot in comptes if nombre]
        return f"Demandes : {', '.join(dits)}."


def comparer(avant: Path, apres: Path, *, noms: tuple[str, str]) -> ComparaisonLue:
    """The changes from the snapshot `avant` to `apres`, called by `noms`. Raises StoreError."""
    comparaison = ComparaisonLue(*noms)
    evenements = _evenements(avant), _evenements(apres)
    for numero, ancienne, nouvelle in _cote_a_cote(_demandes(avant), _demandes(apres)):
        genre: Genre = "ajoutée" if ancienne is None else "disparue"
        champs: tuple[ChampChange, ...] = ()
        if ancienne is None:
            comparaison.ajoutees += 1
        elif nouvelle is None:
            comparaison.disparues += 1
        else:
            siens = evenements[0].get(numero, _SANS), evenements[1].get(numero, _SANS)
            champs = tuple(_differences(ancienne, nouvelle, siens))
            if not champs:
                comparaison.inchangees += 1
                continue
            genre = "changée"
            comparaison.changees += 1
        if len(comparaison.ecarts) < DEMANDES_MAX:
            comparaison.ecarts.append(EcartLu(numero, genre, champs[:CHAMPS_MAX]))
    return comparaison


def depuis(sauvegardes: Sauvegardes, base: str, avant: str, apres: str | None = None) -> ComparaisonLue:
    """The changes of a base from its snapshot `avant` to `apres`, to the present for None. Raises UsageError
    for a name that it has not, BaseInconnue, StoreError; ConflitEtat while another is made: a large
    base takes minutes, and a file as large as itself."""
    if not _TOUR.acquire(blocking=False):
        raise ConflitEtat(
            "Une autre comparaison de sauvegardes est en cours : il ne s'en fait qu'une à la fois.",
            remede="recommencez quand elle est finie",
        )
    try:
        return _depuis(sauvegardes, base, avant, apres)
    finally:
        _TOUR.release()


def _depuis(sauvegardes: Sauvegardes, base: str, avant: str, apres: str | None) -> ComparaisonLue:
    ancienne = sauvegardes.lire(base, avant)
    if apres is not None:
        return comparer(ancienne.fichier, sauvegardes.lire(base, apres).fichier, noms=(avant, apres))
    with sauvegardes.present(base) as fichier:
        return comparer(ancienne.fichier, fichier, noms=(avant, MAINTENANT))


def _demandes(fichier: Path) -> Iterator[Rangee]:
    return fichier_de_sauvegarde.rangees(fichier, tables.demande)


def _evenements(fichier: Path) -> dict[str, tuple[int, int]]:
    """How many events a demande has, and a print of what they say, by numéro; they come in one order."""
    lus: dict[str, tuple[int, int]] = {}
    for rangee in fichier_de_sauvegarde.rangees(fichier, tables.evenement):
        numero = rangee["numero_unique"]
        nombre, empreinte = lus.get(numero, _SANS)
        contenu = repr([(nom, dit) for nom, dit in rangee.items() if nom not in _A_PART]).encode()
        lus[numero] = nombre + 1, crc32(contenu, empreinte)
    return lus


def _cote_a_cote(
    avant: Iterator[Rangee], apres: Iterator[Rangee]
) -> Iterator[tuple[str, Rangee | None, Rangee | None]]:
    """Both tables are in the order of their key: each number, with what either has of it."""

    def du_cote(cote: int, lues: Iterator[Rangee]) -> Iterator[tuple[str, int, Rangee]]:
        return ((rangee["numero_unique"], cote, rangee) for rangee in lues)

    cotes = merge(du_cote(0, avant), du_cote(1, apres), key=itemgetter(0))
    for numero, memes in groupby(cotes, itemgetter(0)):
        trouvees = {cote: rangee for _, cote, rangee in memes}
        yield numero, trouvees.get(0), trouvees.get(1)


def _differences(
    avant: Rangee, apres: Rangee, evenements: tuple[tuple[int, int], tuple[int, int]]
) -> Iterator[ChampChange]:
    for colonne, nom in _ETAT.items():
        if avant[colonne] != apres[colonne]:
            yield ChampChange(nom, _dit(avant[colonne]), _dit(apres[colonne]))
    if evenements[0] != evenements[1]:
        (un, _), (autre, _) = evenements
        yield ChampChange("événements", str(un), str(autre) if autre != un else f"{autre}, de contenu changé")
    for colonne in ("document", "radiation", "information_dalo"):
        if avant[colonne] != apres[colonne]:
            yield from _champs(_feuilles(avant[colonne]), _feuilles(apres[colonne]))


def _dit(valeur: Any) -> str:
    return "" if valeur is None else str(valeur)


def _champs(avant: _Feuilles, apres: _Feuilles) -> Iterator[ChampChange]:
    for nom in dict.fromkeys((*avant, *apres)):
        ancien, nouveau = avant.get(nom, ""), apres.get(nom, "")
        if ancien != nouveau:
            yield ChampChange(nom, ancien, nouveau)


def _feuilles(tasse: bytes | None) -> _Feuilles:
    """Path → value of the leaves of a compressed document, in its order."""
    if tasse is None:
        return {}
    lus = {chemin: _valeur(e) for chemin, e in parcourir(codec.relire(detasser(tasse)), "")}
    return {chemin: valeur for chemin, valeur in lus.items() if chemin and valeur}


def _valeur(element: Any) -> str:
    """The text and attributes of an element, NIR masked; "" for one that only holds others."""
    nom, texte = nom_de(element), "" if len(element) else element.text or ""
    attributs = {str(QName(cle).localname): valeur for cle, valeur in element.attrib.items()}
    dits = [
        masquer_nirs(valeur if cle == "code" else f"{cle}={valeur}")
        for cle, valeur in attributs.items()
        if cle != "modifie"
    ]
    montre = masquer_nir(texte) if cache_un_nir(nom) else masquer_nirs(texte)
    return " ".join(filter(None, (montre, *dits))) or ("" if len(element) else "présent")
