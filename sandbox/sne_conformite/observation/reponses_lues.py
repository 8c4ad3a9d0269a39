"""The contents of the answers of the SNE, which the suite compares with what the application says of them."""

import io
import zipfile
from collections.abc import Iterator

from sne_conformite.observation.observation import Observation
from sne_interface import archives
from sne_interface.contract import codec
from sne_interface.domain.echange import Piece
from sne_interface.domain.element_recu import Element, sans_indices


def formulaire(document: Element | None) -> Element | None:
    """The `demandeLogement` of a document, None without any."""
    return None if document is None else document.enfant("demande/demandeLogement")


def tous(element: Element | None, nom: str) -> Iterator[Element]:
    """Every element of that name below `element`, empty ones left out."""
    if element is not None:
        yield from (e for e in element.parcourir() if e.nom == nom and not e.vide)


def anomalies(observation: Observation) -> list[tuple[str, str, str]]:
    """(code, propriete, message) of the anomalies answered, in order."""
    return [
        (a.code or "", a.attributs.get("propriete", ""), a.texte_de("message") or "")
        for a in tous(observation.reponse_document, "anomalie")
    ]


def doublons(observation: Observation) -> list[str]:
    """Numbers of the doublons answered, in order."""
    document = observation.reponse_document
    return [
        numero
        for doublon in tous(document, "doublon")
        if (numero := next((e.texte for e in tous(doublon, "numUnique")), ""))
    ]


def resultats(observation: Observation) -> list[str]:
    """Numbers that a search answered."""
    return [e.texte for liste in tous(observation.reponse_document, "listeDemandes") for e in liste.enfants]


def evenements(observation: Observation) -> list[tuple[str, str]]:
    """(id, type) of the events answered."""
    return [
        (e.texte_de("idEvenement") or "", e.texte_de("codeTypeEvenement") or "")
        for e in tous(observation.reponse_document, "evenement")
    ]


def types(observation: Observation) -> list[str]:
    """Codes of the event types answered."""
    return [
        e.texte_de("codeTypeEvenement") or "" for e in tous(observation.reponse_document, "typeEvenement")
    ]


def releves(observation: Observation) -> list[str]:
    """Numbers of the documents in the ZIP of a feed, in order; [] when there is none."""
    octets = next(
        (v.contenu for v in observation.reponse.champs.values() if isinstance(v, Piece) and v.contenu), b""
    )
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            if archives.trop(archive, archives.MESSAGE):
                return []
            lus = [codec.lire(archive.read(nom)) for nom in archive.namelist()]
    except (zipfile.BadZipFile, OSError, ValueError, SyntaxError):
        return []
    return [n for document in lus if (n := (formulaire(document) or document).texte_de("numUnique"))]


def modifies(document: bytes) -> tuple[str, list[str]]:
    """Number of a dispatched document, and the path of each element that it marks."""
    lu = codec.lire(document)
    numero = (formulaire(lu) or lu).texte_de("numUnique") or ""
    marques = [sans_indices(e.chemin) for e in lu.parcourir() if e.attributs.get("modifie") in ("true", "1")]
    return numero, marques
