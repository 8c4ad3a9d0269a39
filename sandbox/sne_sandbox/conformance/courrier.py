"""A message of the journal, question or answer, opened lazily as far as it can be read; never raising."""

import binascii
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any, Final

from lxml import etree

from sne_sandbox.contract import codec
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.echange import Champ, Piece
from sne_sandbox.errors import ExchangeError, SandboxError
from sne_sandbox.mime.message import Message
from sne_sandbox.mime.unpack import unpack
from sne_sandbox.settings import Limites
from sne_sandbox.soap.envelope import SOAP11, SOAP12
from sne_sandbox.soap.fields import INCLUDE

_PIECE: Final = "tns:base64Binary"
_CODE: Final = "tns:codeElement"
_LIMITES: Final = Limites()


class Courrier:
    """A message, request or answer: packaging, envelope, payload and fields, as far as they can be read."""

    def __init__(self, content_type: str, octets: bytes, contrat: Contrat) -> None:
        self._content_type = content_type
        self._octets = octets
        self._contrat = contrat

    @cached_property
    def _ouvert(self) -> Message | ExchangeError:
        try:
            return unpack(
                self._content_type,
                self._octets,
                parties_max=_LIMITES.parties_max,
                taille_max=max(_LIMITES.message_max, len(self._octets)),
            )
        except ExchangeError as erreur:
            return erreur

    @property
    def message(self) -> Message | None:
        """The message out of its packaging, None when it cannot be opened."""
        return self._ouvert if isinstance(self._ouvert, Message) else None

    @property
    def refus(self) -> ExchangeError | None:
        """Why the message cannot be opened; None when it can."""
        return self._ouvert if isinstance(self._ouvert, ExchangeError) else None

    @cached_property
    def enveloppe(self) -> Any:
        """Root of the envelope (lxml), whatever it is; None when it is no XML."""
        return None if self.message is None else arbre_de(self.message.racine)

    @cached_property
    def charge(self) -> Any:
        """First element of the Body, of SOAP 1.1 or 1.2; None without any."""
        if self.enveloppe is None:
            return None
        for soap in (SOAP12, SOAP11):
            body = self.enveloppe.find(f"{{{soap}}}Body")
            if body is not None:
                return next(body.iterchildren(etree.Element), None)
        return None

    @cached_property
    def champs(self) -> dict[str, Champ]:
        """Fields of the payload by local name: text, code, or piece. A piece that cannot be read is left
        out; of two fields of one name the first counts."""
        if self.charge is None:
            return {}
        types = _types(self._contrat)
        lus: dict[str, Champ] = {}
        for noeud in self.charge.iterchildren(etree.Element):
            nom = str(etree.QName(noeud).localname)
            valeur = self._champ(noeud, types.get(nom, ""))
            if valeur is not None:
                lus.setdefault(nom, valeur)
        return lus

    def texte(self, nom: str) -> str:
        """Text of a field, "" when it is absent or a piece."""
        valeur = self.champs.get(nom)
        return valeur if isinstance(valeur, str) else ""

    def octets(self, nom: str) -> bytes:
        """Bytes of a field, b"" when it is absent or a text."""
        valeur = self.champs.get(nom)
        return valeur.contenu if isinstance(valeur, Piece) else b""

    def _champ(self, noeud: Any, type_champ: str) -> Champ | None:
        include = noeud.find(INCLUDE)
        if include is not None:
            partie = self.message.partie(include.get("href", "").strip()) if self.message else None
            return None if partie is None else Piece(partie.contenu, partie.content_type)
        if type_champ == _CODE:
            return str(noeud.get("code", ""))
        texte = noeud.text or ""
        if type_champ != _PIECE:
            return str(texte)
        try:
            return Piece(binascii.a2b_base64("".join(texte.split())))
        except ValueError:
            return None


def arbre_de(octets: bytes) -> Any:
    """Root of an XML document (lxml), None when it cannot be read."""
    if not octets:
        return None
    try:
        return codec.parse(octets, limit=max(_LIMITES.xml_max, len(octets)))
    except SandboxError:
        return None


@lru_cache(maxsize=4)
def _types(contrat: Contrat) -> Mapping[str, str]:
    """Types of the fields of every message by name: a name has one type in the whole contract."""
    messages = [m for o in contrat.operations.values() for m in (o.entree, o.sortie)]
    return {champ.nom: champ.type for message in messages for champ in message.champs}
