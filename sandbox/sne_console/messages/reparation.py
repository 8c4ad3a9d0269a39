"""Mends a text that is no XML where no thought is needed: a tag that is not closed, a bare sign."""

from collections.abc import Collection, Iterator
from typing import Final
from xml.parsers.expat.errors import (
    XML_ERROR_INVALID_TOKEN,
    XML_ERROR_NO_ELEMENTS,
    XML_ERROR_TAG_MISMATCH,
    codes,
)

from sne_console.messages.corrections import Correction, Retouche
from sne_interface.contract.places import PlaceElement, Rupture, marge, parcourir
from sne_interface.domain.element import sans_indices

_MAL_FERMEE: Final = codes[XML_ERROR_TAG_MISMATCH]
_INACHEVE: Final = codes[XML_ERROR_NO_ELEMENTS]
_SIGNE: Final = codes[XML_ERROR_INVALID_TOKEN]
_ENTITES: Final = {"&": "&amp;", "<": "&lt;"}


def reparations(texte: str, chemins: Collection[str]) -> tuple[Correction, ...]:
    """How a text that is no XML may become one; () when nobody can tell. `chemins` are the elements that the
    schema knows, without index: what is not closed is closed before what cannot be in it."""
    _, rompu = parcourir(texte)
    if rompu is None:
        return ()
    if rompu.code == _SIGNE:
        return tuple(_echapper(texte, rompu.place))
    if rompu.code == _MAL_FERMEE and rompu.ouverts:
        return (_fermer(texte, rompu, chemins),)
    if rompu.code == _INACHEVE and rompu.ouverts:
        return (_achever(texte, rompu.ouverts),)
    return ()


def _echapper(texte: str, place: int) -> Iterator[Correction]:
    """A sign of XML where it is meant as itself."""
    for ici in (place, place - 1):
        ecrit = _ENTITES.get(texte[ici : ici + 1])
        if ecrit is not None:
            yield Correction("echapper", f"Écrire « {ecrit} »", (Retouche(ici, ici + 1, ecrit),))
            return


def _fermer(texte: str, rompu: Rupture, chemins: Collection[str]) -> Correction:
    """The end tag that an element lacks; instead of one that ends nothing."""
    ouvert, bout = rompu.ouverts[-1], texte.find(">", rompu.place)
    # Where expat stands: at the end tag, or at its name.
    debut = texte.rfind("</", 0, rompu.place + 2)
    nom = texte[debut + 2 : bout].strip()
    if nom not in {autre.nom for autre in rompu.ouverts[:-1]}:
        dite = f"</{ouvert.nom}>"
        return Correction("fermer", f"Écrire « {dite} »", (Retouche(debut, bout + 1, dite),))
    ou = next((e.debut for e in ouvert.enfants if _egare(e, ouvert, chemins)), debut)
    blancs = marge(texte, ouvert.debut)
    avant = marge(texte, ou)
    pose = Retouche(ou - len(avant), ou - len(avant), f"{blancs}</{ouvert.nom}>")
    return Correction("fermer", f"Fermer « {ouvert.nom.rpartition(':')[2]} »", (pose,))


def _egare(enfant: PlaceElement, dans: PlaceElement, chemins: Collection[str]) -> bool:
    """Tell whether the schema wants an element beside the one in which it stands."""
    nom = enfant.nom.rpartition(":")[2]
    ici = sans_indices(dans.chemin)
    return f"{ici}/{nom}" not in chemins and f"{ici.rpartition('/')[0]}/{nom}" in chemins


def _achever(texte: str, ouverts: tuple[PlaceElement, ...]) -> Correction:
    """The end tags of all that is open where the text ends."""
    bout = len(texte.rstrip())
    suite = "".join(f"{marge(texte, ouvert.debut)}</{ouvert.nom}>" for ouvert in reversed(ouverts))
    titre = "Fermer la balise" if len(ouverts) == 1 else f"Fermer les {len(ouverts)} balises ouvertes"
    return Correction("achever", titre, (Retouche(bout, bout, suite),))
