"""The documents that the SNE answers are read: anomalies, doublons, the number, the demande itself."""

from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from sne_temoin.incidents import Anomalie, ReponseAbimee
from sne_temoin.interface import NUU, REPETABLES

_FORMULAIRE: Final = f"{{{NUU}}}demande/{{{NUU}}}demandeLogement"
_MODIFIE: Final = f"{{{NUU}}}modifie"


class Lecture:
    """Reads documents, given as roots."""

    def anomalies(self, racine: Any) -> list[Anomalie]:
        """Every anomaly, in order: code, element at fault, message as it came."""
        return [
            {
                "code": anomalie.get("code", ""),
                "propriete": anomalie.get("propriete", ""),
                "message": anomalie.findtext(f"{{{NUU}}}message") or "",
            }
            for anomalie in racine.iter(f"{{{NUU}}}anomalie")
        ]

    def doublons(self, racine: Any) -> list[str]:
        """The number of every doublon."""
        return [doublon.findtext(f"{{{NUU}}}numUnique") or "" for doublon in racine.iter(f"{{{NUU}}}doublon")]

    def numero(self, racine: Any) -> str:
        """The numéro unique of a demande. Raises ReponseAbimee when it is none."""
        numero = (racine.findtext(f"{_FORMULAIRE}/{{{NUU}}}numUnique") or "").strip()
        if not est_numero(numero):
            raise ReponseAbimee(f"Le SNE a rendu un numéro unique mal formé : [{numero}].")
        return numero

    def demande(self, racine: Any) -> dict[str, Any]:
        """The content of demandeLogement, in JSON: whatever was asked for, nothing is left out."""
        contenu = self.contenu(self.formulaire(racine))
        return contenu if isinstance(contenu, dict) else {}

    def formulaire(self, racine: Any) -> Any:
        """The element demandeLogement. Raises ReponseAbimee when there is none."""
        formulaire = racine.find(_FORMULAIRE)
        if formulaire is None:
            raise ReponseAbimee("La réponse du SNE ne contient pas de demande.")
        return formulaire

    def contenu(self, element: Any) -> Any:
        """An element in JSON: a code, a text, or an object of its children."""
        if len(element) == 0:
            code = element.get("code")
            return {"code": code} if code else self.texte(element)
        parent = nom(element)
        objet: dict[str, Any] = {}
        for enfant in element.iterchildren(etree.Element):
            if (parent, nom(enfant)) in REPETABLES:
                objet.setdefault(nom(enfant), []).append(self.contenu(enfant))
            else:
                objet[nom(enfant)] = self.contenu(enfant)
        return objet

    def texte(self, element: Any) -> Any:
        """The text of an element without children; an empty list is an object."""
        if element.text is None and nom(element).startswith("liste"):
            return {}
        return element.text or ""

    def numeros(self, racine: Any) -> list[str]:
        """The numbers of an answer to a search."""
        trouves = racine.iterfind(f"{{{NUU}}}listeDemandes/{{{NUU}}}numUnique")
        return [numero.text or "" for numero in trouves]

    def types(self, racine: Any) -> list[str]:
        """The codes of the event types."""
        return [code.text or "" for code in racine.iter(f"{{{NUU}}}codeTypeEvenement")]

    def evenements(self, racine: Any) -> list[dict[str, str]]:
        """The events: every text of each, by name."""
        return [
            {nom(enfant): enfant.text or "" for enfant in evenement if len(enfant) == 0}
            for evenement in racine.iterfind(f"{{{NUU}}}listeEvenements/{{{NUU}}}evenement")
        ]

    def modifies(self, racine: Any) -> list[str]:
        """The path of each element that the SNE marks as changed."""
        return [chemin for element, chemin in chemins(racine) if element.get(_MODIFIE) in ("true", "1")]


def chemins(racine: Any) -> Iterator[tuple[Any, str]]:
    """Every element with its path of names."""
    pile = [(racine, nom(racine))]
    while pile:
        element, chemin = pile.pop()
        yield element, chemin
        enfants = element.iterchildren(etree.Element, reversed=True)
        pile.extend((enfant, f"{chemin}/{nom(enfant)}") for enfant in enfants)


def nom(element: Any) -> str:
    """Local name: whatever the prefix."""
    local: str = element.tag.rpartition("}")[2]
    return local


def est_numero(numero: str) -> bool:
    """True when a text has the form of a numéro unique: territory, month, year, rank, guichet."""
    return (
        len(numero) == 18
        and numero.isascii()
        and numero.isalnum()
        and numero[3:13].isdigit()
        and 1 <= int(numero[3:5]) <= 12
    )
