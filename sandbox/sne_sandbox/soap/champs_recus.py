"""The fields of a wrapper, on the way in: checked against the contract, pieces taken out of the tree.

A wrapper of known, unqualified fields is left, where the content of a piece is a token (the field's own
name).
"""

import binascii
import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import unquote

from lxml import etree

from sne_interface.contract.contrats_charges import ChampLu, OperationPubliee
from sne_interface.domain.echange import Piece
from sne_interface.domain.element_recu import lire_instant
from sne_interface.domain.nir import debut_cite
from sne_interface.errors import EnveloppeIncorrecte
from sne_interface.resources import table
from sne_sandbox.mime import tolerances
from sne_sandbox.mime.message_deballe import IMBRIQUEE, est_imbriquee
from sne_sandbox.mime.message_mime import Message, Packaging
from sne_sandbox.soap.envelope import XOP, Noter

INCLUDE: Final = f"{{{XOP}}}Include"
#: Faults told of one wrapper: a hostile one may hold thousands.
_FAUTES_MAX: Final = 20
_FAUTES: Final = {ligne["cle"]: ligne for ligne in table(__file__)}
_CODE: Final = re.compile(r"[a-zA-Z0-9]{1,6}")


def preparer(
    charge: etree._Element, operation: OperationPubliee, message: Message, noter: Noter
) -> Mapping[str, Piece]:
    """Check the fields of `charge` and take its pieces out; returns them by field name.

    `charge` is changed in place: unknown and nil fields are removed, a piece becomes its token.
    Raises EnveloppeIncorrecte, which tells every fault of the wrapper at once.
    """
    return _LectureChamps(charge, operation, message, noter).pieces


class _LectureChamps:
    """The reading of one wrapper. Faults are gathered as (sentence for the wire, explanation)."""

    def __init__(
        self, charge: etree._Element, operation: OperationPubliee, message: Message, noter: Noter
    ) -> None:
        self._operation = operation
        self._message = message
        self._noter = noter
        self._nom = etree.QName(charge).localname
        self._fautes: list[tuple[str, str]] = []
        self._cites: set[str | None] = set()
        self.pieces: dict[str, Piece] = {}
        self._lire(charge)
        if self._fautes:
            raise EnveloppeIncorrecte(
                self._fautes[0][0],
                explication="\n".join(f"{phrase} → {aide}" for phrase, aide in self._fautes),
            )
        ignorees = [partie for partie in message.parties if partie.content_id not in self._cites]
        if ignorees:
            noter(tolerances.PARTIE_INCONNUE, "")
            if any(map(est_imbriquee, ignorees)):
                noter(tolerances.PARTIES_IMBRIQUEES, "")

    def _lire(self, charge: etree._Element) -> None:
        champs = self._operation.entree.champs
        rangs = {champ.nom: rang for rang, champ in enumerate(champs)}
        vus: set[str] = set()
        dernier = -1
        for enfant in list(charge.iterchildren(etree.Element)):
            nom = self._nom_du_champ(enfant, rangs)
            if nom is None:
                self._noter(tolerances.CHAMP_INCONNU, f"{enfant.tag}, ligne {enfant.sourceline}")
                charge.remove(enfant)
            elif nom in vus:
                self._refuser("plusieurs_fois", nom, enfant)
            else:
                vus.add(nom)
                if rangs[nom] < dernier:
                    self._noter(tolerances.CHAMPS_DESORDONNES, nom)
                else:
                    dernier = rangs[nom]
                nil = enfant.get("{http://www.w3.org/2001/XMLSchema-instance}nil")
                if nil and nil.strip() in ("true", "1"):
                    self._lire_nil(charge, enfant, champs[rangs[nom]])
                elif enfant.tag == nom:
                    _LECTEURS[champs[rangs[nom]].type](self, enfant, nom)
        for champ in champs:
            if champ.obligatoire and champ.nom not in vus:
                self._refuser("absent", champ.nom, charge)

    def _refuser(self, cle: str, nom: str, ou: etree._Element, dit: str | None = "", href: str = "") -> None:
        """Notes a fault of a field (`champs_recus.csv`); `ou` is its element."""
        if len(self._fautes) < _FAUTES_MAX:
            mots = {"nom": nom, "dit": dit, "href": href, "racine": self._nom, "ligne": ou.sourceline}
            self._fautes.append(
                (
                    _FAUTES[cle]["phrase"].format(**mots),
                    _FAUTES[cle]["aide"].format(**mots, xop=XOP, imbriquee=IMBRIQUEE),
                )
            )

    def _nom_du_champ(self, enfant: etree._Element, rangs: Mapping[str, int]) -> str | None:
        """Name of the field that this element is, or was meant to be; None when it is no field."""
        if enfant.tag in rangs:
            return str(enfant.tag)
        qname = etree.QName(enfant)
        if qname.namespace is None or qname.localname not in rangs:
            return None
        self._refuser("qualifie", qname.localname, enfant, dit=qname.namespace)
        return str(qname.localname)

    def _lire_nil(self, charge: etree._Element, enfant: etree._Element, champ: ChampLu) -> None:
        if champ.obligatoire:
            self._refuser("nil", champ.nom, enfant)
        self._noter(tolerances.CHAMP_NIL, champ.nom)
        charge.remove(enfant)

    def _lire_texte(self, enfant: etree._Element, nom: str) -> None:
        if len(enfant):
            self._refuser("elements", nom, enfant)

    def _lire_instant(self, enfant: etree._Element, nom: str) -> None:
        texte = (enfant.text or "").strip()
        enfant.text = texte
        if len(enfant) or lire_instant(texte) is None:
            self._refuser("instant", nom, enfant, dit=texte[:60])

    def _lire_code(self, enfant: etree._Element, nom: str) -> None:
        code = enfant.get("code")
        if code is not None and _CODE.fullmatch(code) is None:
            self._refuser("code", nom, enfant, dit=code[:60])
        contenu = "".join(enfant.itertext()).strip()
        if contenu or len(enfant):
            # Read without it, the filter would let everything through.
            self._refuser("contenu", nom, enfant, dit=contenu[:6] or "…")

    def _lire_piece(self, enfant: etree._Element, nom: str) -> None:
        contenu = self._contenu(enfant, nom)
        if contenu is None:
            return
        self.pieces[nom] = Piece(contenu, self._content_type(enfant, nom))
        del enfant[:]
        enfant.text = nom

    def _contenu(self, enfant: etree._Element, nom: str) -> bytes | None:
        """Bytes of a piece, by reference or in line. None when it has a fault, then noted."""
        if not len(enfant):
            return self._en_ligne(enfant, nom)
        include = enfant[0]
        if len(enfant) > 1 or include.tag != INCLUDE:
            self._refuser("illisible", nom, enfant, dit=include.tag)
            return None
        if (enfant.text or "").strip() or (include.tail or "").strip():
            # XOP 1.0, 3: it stands for the whole content, and blanks around it are layout.
            self._refuser("deux_fois", nom, enfant)
            return None
        href = include.get("href", "").strip()
        partie = self._message.partie(href)
        if partie is None:
            presents = ", ".join(f"<{p.content_id}>" for p in self._message.parties) or "aucune"
            self._refuser("introuvable", nom, enfant, dit=presents, href=href[:200])
            return None
        self._cites.add(partie.content_id)
        if est_imbriquee(partie):
            self._refuser("imbriquee", nom, enfant, dit=partie.content_type[:80], href=href[:200])
            return None
        if "%" in href and unquote(href[4:]) == partie.content_id:
            self._noter(tolerances.CID_POURCENT, "")
        return partie.contenu

    def _en_ligne(self, enfant: etree._Element, nom: str) -> bytes | None:
        texte = "".join((enfant.text or "").split())
        if not texte:
            return b""
        if self._message.packaging is Packaging.MTOM:
            self._noter(tolerances.BASE64_EN_LIGNE, nom)
        try:
            return binascii.a2b_base64(texte, strict_mode=True)
        except ValueError:
            self._refuser("base64", nom, enfant, dit=debut_cite(texte, 40))
            return None

    def _content_type(self, enfant: etree._Element, nom: str) -> str | None:
        qualifie = enfant.get(self._operation.attribut_content_type)
        if qualifie is not None:
            return str(qualifie)
        autre = enfant.get("contentType", enfant.get("{http://www.w3.org/2005/05/xmlmime}contentType"))
        if autre is not None:
            self._noter(tolerances.CONTENT_TYPE_AUTRE, nom)
        return None if autre is None else str(autre)


_LECTEURS: Final[Mapping[str, Callable[[_LectureChamps, etree._Element, str], None]]] = {
    "xs:string": _LectureChamps._lire_texte,
    "xs:dateTime": _LectureChamps._lire_instant,
    "tns:codeElement": _LectureChamps._lire_code,
    "tns:base64Binary": _LectureChamps._lire_piece,
}
