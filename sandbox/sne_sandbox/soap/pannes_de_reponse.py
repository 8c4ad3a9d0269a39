"""The effect of a panne on an answer: it replaces the answer, or damages some bytes and leaves every other
byte as it was.

`exchange` decides when it is played; `server.pannes_du_reseau` plays the rest, on the socket.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from lxml import etree

from sne_interface.domain.echange import ReponseHttp
from sne_interface.domain.panne import PanneDefinition
from sne_interface.errors import ExchangeError, PanneClient, PanneServeur
from sne_sandbox.mime.message_deballe import unpack
from sne_sandbox.mime.message_mime import Message, Packaging, Part

_BOM: Final = b"\xef\xbb\xbf"
#: Bytes that end every message: a final delimiter without its dashes is none.
_FIN: Final = 5


_PHRASE: Final = "Panne simulée par le bac à sable."
_PAGE: Final = """<!DOCTYPE html>
<html lang="fr">
<head><meta charset="utf-8"><title>{titre}</title></head>
<body>
<h1>{titre}</h1>
<p>{phrase}</p>
<hr>
<p>Panne simulée par le bac à sable.</p>
</body>
</html>
"""
_PAGES: Final = {
    "html_502": (502, "502 Bad Gateway", "La passerelle n'a pas reçu de réponse du serveur."),
    "html_503": (503, "503 Service Unavailable", "Le service est en maintenance. Merci de réessayer."),
}


#: Kinds that are answered by a SOAP fault of their own sentence.
_FAULTS: Final = {"fault_serveur": PanneServeur, "fault_client": PanneClient}


def erreur_de(definition: PanneDefinition, identifiant: int) -> ExchangeError:
    """Makes the error that stands, for the exchange, for a panne that replaces the work: it is armed on
    purpose."""
    phrase = definition.texte("message") if definition.genre in _FAULTS else _PHRASE
    return _FAULTS.get(definition.genre, PanneServeur)(
        phrase, explication=f"Panne {identifiant} [{definition.genre}], armée à dessein."
    )


def a_la_place(definition: PanneDefinition, fault: ReponseHttp) -> ReponseHttp:
    """The answer of a call whose work a panne takes the place of: `fault`, a page, or nothing that ever
    leaves (status 0)."""
    if definition.genre in _FAULTS:
        return replace(fault, panne=definition)
    return _page(definition) if definition.genre in _PAGES else ReponseHttp(0, [], b"", definition)


def _page(definition: PanneDefinition) -> ReponseHttp:
    statut, titre, phrase = _PAGES[definition.genre]
    en_tetes = [("Content-Type", "text/html; charset=utf-8")]
    if definition.genre == "html_503":
        en_tetes.append(("Retry-After", str(round(definition.nombre("secondes")))))
    return ReponseHttp(statut, en_tetes, _PAGE.format(titre=titre, phrase=phrase).encode(), definition)


def abimer(definition: PanneDefinition, reponse: ReponseHttp, numero: str | None) -> ReponseHttp | None:
    """The answer as this panne lets it leave; None when it cannot act on such an answer, and waits.

    `numero` is the numéro unique of an exchange that was accepted, "" when it concerns none, None for one
    that was not accepted. Wire-level pannes are left to the server, which reads `panne`.
    """
    if definition.genre == "reponse_perdue" and numero is None:
        return None
    degat = _DEGATS.get(definition.genre)
    if degat is None:
        return replace(reponse, panne=definition)
    abimee = degat(definition, _Colis.de(reponse, numero or ""))
    if abimee is None:
        return None
    en_tetes = [(n, abimee.type if n.lower() == "content-type" else v) for n, v in reponse.en_tetes]
    return replace(reponse, en_tetes=en_tetes, corps=abimee.corps, panne=definition)


@dataclass(frozen=True, slots=True)
class _Colis:
    """An answer of ours taken apart, and its bytes as they are. `type` is the HTTP Content-Type."""

    type: str
    corps: bytes
    message: Message
    numero: str

    @classmethod
    def de(cls, reponse: ReponseHttp, numero: str) -> "_Colis":
        type_ = next(valeur for nom, valeur in reponse.en_tetes if nom.lower() == "content-type")
        return cls(type_, reponse.corps, unpack(type_, reponse.corps, taille_max=len(reponse.corps)), numero)

    @property
    def jointe(self) -> Part | None:
        """The part to damage: the document's, else the first."""
        parties = self.message.parties
        return next((p for p in parties if p.content_type.startswith("text/xml")), next(iter(parties), None))

    def remplacer(self, avant: bytes, apres: bytes) -> "_Colis":
        """With other bytes in place of the first that are `avant`."""
        return replace(self, corps=self.corps.replace(avant, apres, 1))

    def enveloppe(self, changer: Callable[[bytes], bytes]) -> "_Colis":
        """With another envelope."""
        return self.remplacer(self.message.racine, changer(self.message.racine))

    def document(self, changer: Callable[[bytes], bytes]) -> "_Colis | None":
        """With another document, beside the envelope or, in base64, inside it; None without any."""
        if self.message.packaging is Packaging.MTOM:
            jointe = self.jointe
            if jointe is None or not jointe.content_type.startswith("text/xml"):
                return None
            return self.remplacer(jointe.contenu, changer(jointe.contenu))
        # Ours, and as large as it likes.
        parseur = etree.XMLParser(huge_tree=True, resolve_entities=False)
        try:
            enveloppe = etree.fromstring(self.corps, parseur)
        except etree.XMLSyntaxError:
            # A refusal before SOAP is a text.
            return None
        for champ in enveloppe.iter(etree.Element):
            if champ.text and any(
                etree.QName(nom).localname == "contentType" and valeur == "text/xml"
                for nom, valeur in champ.attrib.items()
            ):
                return self.remplacer(champ.text.encode(), b64encode(changer(b64decode(champ.text))))
        return None

    def cible(self, partie: str, changer: Callable[[bytes], bytes]) -> "_Colis":
        """With another document or envelope, as the parameter `partie` wants."""
        change = self.document(changer) if partie == "document" else None
        return self.enveloppe(changer) if change is None else change


def _entetes(partie: Part) -> bytes:
    return b"".join(f"{nom}: {valeur}\r\n".encode() for nom, valeur in partie.en_tetes)


def _tronquer(definition: PanneDefinition, colis: _Colis) -> _Colis:
    garde = len(colis.corps) * definition.entier("part") // 100
    return replace(colis, corps=colis.corps[: max(1, min(garde, len(colis.corps) - _FIN))])


def _oter_partie(definition: PanneDefinition, colis: _Colis) -> _Colis | None:
    jointe = colis.jointe
    if jointe is None:
        return None
    # Everything between two delimiters is the part's: its own, and the next one's first bytes.
    ou = colis.corps.index(_entetes(jointe))
    debut = colis.corps.rindex(b"\r\n--", 0, ou)
    fin = ou + len(_entetes(jointe)) + 2 + len(jointe.contenu)
    return replace(colis, corps=colis.corps[:debut] + colis.corps[fin:])


def _changer_cid(definition: PanneDefinition, colis: _Colis) -> _Colis | None:
    jointe = colis.jointe
    if jointe is None or jointe.content_id is None:
        return None
    avant = _entetes(jointe)
    identifiant = jointe.content_id.encode()
    return colis.remplacer(avant, avant.replace(b"<" + identifiant, b"<inconnue-" + identifiant))


def _mal_encoder(definition: PanneDefinition, colis: _Colis) -> _Colis:
    encodage, partie = definition.texte("encodage"), definition.texte("partie")
    if definition.texte("lieu") == "document":
        return colis.cible(partie, lambda octets: _reencoder(octets, encodage))
    jointe = colis.jointe
    if partie == "document" and jointe is not None and jointe.content_type.startswith("text/xml"):
        avant = _entetes(jointe)
        ment = _charset(jointe.content_type, encodage)
        return colis.remplacer(avant, avant.replace(jointe.content_type.encode(), ment.encode()))
    ment = _charset(colis.message.type_racine, encodage)
    if colis.message.packaging is Packaging.SIMPLE:
        return replace(colis, type=ment)
    return colis.remplacer(colis.message.type_racine.encode(), ment.encode())


def _reencoder(octets: bytes, encodage: str) -> bytes:
    if encodage == "iso-8859-1" and octets.isascii():
        # The same bytes in both: an accent after the root makes it a lie.
        return octets + b"<!-- \xe9 -->"
    return octets.decode("utf-8").encode(encodage, "xmlcharrefreplace")


def _charset(valeur: str, encodage: str) -> str:
    avant, _, suite = valeur.partition("charset=")
    return f"{avant}charset={encodage}{''.join(suite.partition(';')[1:])}"


def _marquer(definition: PanneDefinition, colis: _Colis) -> _Colis:
    return colis.cible(definition.texte("partie"), lambda octets: _BOM + octets)


def _couper_numero(definition: PanneDefinition, colis: _Colis) -> _Colis | None:
    if not colis.numero:
        return None
    numero = colis.numero.encode()
    court = numero[: definition.entier("longueur")]

    def changer(octets: bytes) -> bytes:
        return octets.replace(numero, court)

    # The document first: its bytes are looked for as they were.
    change = colis.document(changer) or colis
    change = change.remplacer(colis.message.racine, changer(colis.message.racine))
    return change if change.corps != colis.corps else None


_DEGATS: Final[Mapping[str, Callable[[PanneDefinition, _Colis], _Colis | None]]] = {
    "mime_tronque": _tronquer,
    "partie_absente": _oter_partie,
    "cid_faux": _changer_cid,
    "encodage_faux": _mal_encoder,
    "bom": _marquer,
    "numero_faux": _couper_numero,
}
