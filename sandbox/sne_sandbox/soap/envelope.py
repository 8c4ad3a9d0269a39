"""The envelope, read once: SOAP version, mandatory headers, the Body's first element; and which operation it
calls, and what its fields hold.

The Body's first element decides which operation is called, the action only where it must: six operations of
GestionPartageeEVTImplService share one element (`fichierXmlParametres`): there the action chooses among them
(déduite), else the document, where it can only be meant for one (convention).
"""

import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import unquote

from lxml import etree

from sne_interface.contract.contrats_charges import ChampLu, OperationPubliee
from sne_interface.domain.echange import Piece
from sne_interface.domain.element_recu import lire_instant
from sne_interface.domain.nir import debut_cite
from sne_interface.errors import (
    EnteteNonComprise,
    EnveloppeIncorrecte,
    ExchangeError,
    OperationInconnue,
    VersionSoapRefusee,
)
from sne_interface.resources import table
from sne_sandbox.mime.message_deballe import IMBRIQUEE, est_imbriquee
from sne_sandbox.mime.message_mime import Message, Packaging
from sne_sandbox.mime.tolerances import Tolerance

SOAP12: Final = "http://www.w3.org/2003/05/soap-envelope"
SOAP11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
XOP: Final = "http://www.w3.org/2004/08/xop/include"
_WSA: Final = ("http://www.w3.org/2005/08/addressing", "http://schemas.xmlsoap.org/ws/2004/08/addressing")

_ENVELOPE: Final = f"{{{SOAP12}}}Envelope"
_HEADER: Final = f"{{{SOAP12}}}Header"
_BODY: Final = f"{{{SOAP12}}}Body"
_MUST_UNDERSTAND: Final = f"{{{SOAP12}}}mustUnderstand"
_ROLE: Final = f"{{{SOAP12}}}role"
#: The roles this node plays (SOAP 1.2 part 1, 2.2); a block without role is for the ultimate receiver.
_NOS_ROLES: Final = frozenset({"", f"{SOAP12}/role/next", f"{SOAP12}/role/ultimateReceiver"})

#: Notes a tolerance, with what it was applied to.
Noter = Callable[[Tolerance, str], None]


@dataclass(frozen=True, slots=True)
class Enveloppe:
    """A readable SOAP 1.2 envelope. `charge` is the Body's first element, `action` that of WS-Addressing."""

    charge: etree._Element
    action: str | None


def lire(racine: etree._Element, noter: Noter) -> Enveloppe:
    """Check a parsed envelope and find its payload.

    Raises VersionSoapRefusee (not SOAP 1.2), EnteteNonComprise (an unknown mandatory header) or
    EnveloppeIncorrecte (no envelope, no Body, empty Body).
    """
    if racine.tag != _ENVELOPE:
        raise _pas_soap12(racine)
    entete: etree._Element | None = None
    body: etree._Element | None = None
    for enfant in racine.iterchildren(etree.Element):
        if enfant.tag == _BODY:
            if body is not None:
                raise _refus(EnveloppeIncorrecte, "plusieurs_body")
            body = enfant
        elif enfant.tag == _HEADER and entete is None:
            entete = enfant
    action = _lire_entetes(entete) if entete is not None else None
    if body is None:
        raise _refus(EnveloppeIncorrecte, "sans_body")
    enfants = body.iterchildren(etree.Element)
    charge = next(enfants, None)
    if charge is None:
        raise _refus(EnveloppeIncorrecte, "body_vide", ligne=body.sourceline)
    for autre in enfants:
        noter(Tolerance.CHARGES_EN_TROP, f"{etree.QName(autre).localname}, ligne {autre.sourceline}")
    return Enveloppe(charge, action)


def _pas_soap12(racine: etree._Element) -> ExchangeError:
    qname = etree.QName(racine)
    if qname.localname != "Envelope":
        return _refus(EnveloppeIncorrecte, "autre_racine", racine=racine.tag)
    soap11 = qname.namespace == SOAP11
    version = "SOAP 1.1" if soap11 else f"l'espace de noms [{qname.namespace or ''}]"
    return _refus(partial(VersionSoapRefusee, soap11=soap11), "autre_version", version=version)


def _lire_entetes(entete: etree._Element) -> str | None:
    """The WS-Addressing action, if any. Other blocks are skipped, unless they are mandatory for us."""
    action: str | None = None
    for bloc in entete.iterchildren(etree.Element):
        qname = etree.QName(bloc)
        obligatoire = bloc.get(_MUST_UNDERSTAND, "").strip() in ("true", "1")
        if obligatoire and bloc.get(_ROLE, "").strip() in _NOS_ROLES:
            raise _non_comprise(bloc, qname)
        if qname.localname == "Action" and qname.namespace in _WSA:
            action = (bloc.text or "").strip() or None
    return action


def _non_comprise(bloc: etree._Element, qname: etree.QName) -> ExchangeError:
    cle = "adressage" if qname.namespace in _WSA else "obligatoire"
    lieu = {"nom": qname.localname, "bloc": qname.text, "ligne": bloc.sourceline}
    return _refus(partial(EnteteNonComprise, qname=qname.text), cle, **lieu)


def _refus(genre: Callable[..., ExchangeError], cle: str, **mots: object) -> ExchangeError:
    """The error that the table (`envelope.csv`) has under a key."""
    dit = _PHRASES[cle]
    return genre(dit["phrase"].format(**mots), explication=dit["explication"].format(soap12=SOAP12, **mots))


_PHRASES: Final = {ligne["cle"]: ligne for ligne in table(__file__)}


class AiguillageSoap:
    """The operations of a contract, by service and element. Built once; read by every thread."""

    def __init__(self, operations: Iterable[OperationPubliee]) -> None:
        self._par_nom: dict[str, OperationPubliee] = {}
        self._par_service: dict[str, dict[str, list[OperationPubliee]]] = {}
        for operation in operations:
            self._par_nom[operation.nom] = operation
            elements = self._par_service.setdefault(operation.service, {})
            elements.setdefault(operation.entree.qname, []).append(operation)

    def candidates(self, service: str, charge: etree._Element) -> list[OperationPubliee]:
        """The operations of `service` that take the element `charge`: they share their fields too.

        Raises OperationInconnue when there is none.
        """
        candidates = self._par_service.get(service, {}).get(charge.tag, [])
        if not candidates:
            raise self._inconnue(service, charge)
        return candidates

    def choisir(
        self,
        candidates: list[OperationPubliee],
        charge: etree._Element,
        actions: list[str],
        document: Callable[[], etree._Element | None],
        noter: Noter,
    ) -> OperationPubliee:
        """The one of `candidates` that is called. `actions` are those announced, surest first; `document`
        reads the payload, None when it cannot.

        An action that says something else is noted, never refused. Raises OperationInconnue when neither
        the actions nor the document tell which.
        """
        choisie = designee(candidates, actions)
        if choisie is None and not actions:
            choisie = _par_document(candidates, document())
            if choisie is not None:
                noter(Tolerance.SANS_ACTION, choisie.nom)
        if choisie is None:
            choisie = self._refuser(candidates[0].service, charge, actions)
        for action in actions:
            if _nom_court(action) != choisie.nom:
                noter(Tolerance.ACTION_AUTRE, f"[{action[:200]}] pour {choisie.nom}")
                break
        return choisie

    def _refuser(self, service: str, charge: etree._Element, actions: list[str]) -> OperationPubliee:
        """Raises OperationInconnue: several operations take this element and no action chooses."""
        noms = ", ".join(o.nom for o in self._par_service[service][charge.tag])
        local = etree.QName(charge).localname
        for action in actions:
            autre = self._par_nom.get(_nom_court(action))
            if autre is not None:
                mots = {"nom": autre.nom, "action": action[:200], "autre": autre.service}
                raise _refus(OperationInconnue, "action_d_ailleurs", service=service, **mots)
        recu = ", ".join(actions)[:200] or "aucune action"
        raise _refus(OperationInconnue, "sans_action", nom=local, service=service, noms=noms, action=recu)

    def _inconnue(self, service: str, charge: etree._Element) -> ExchangeError:
        qname = etree.QName(charge)
        attendus = self._par_service.get(service, {})
        dire = partial(_refus, OperationInconnue, nom=qname.localname, service=service)
        for autre, connus in self._par_service.items():
            if charge.tag in connus:
                return dire("d_ailleurs", operation=connus[charge.tag][0].nom, autre=autre)
        if any(etree.QName(q).localname == qname.localname for q in attendus):
            espace = next(etree.QName(q).namespace for q in attendus)
            return dire("autre_espace", recu=qname.namespace or "", espace=espace)
        if qname.localname in self._par_nom:
            return dire(
                "nom_d_operation", voulu=etree.QName(self._par_nom[qname.localname].entree.qname).localname
            )
        elements = sorted({f"{o.nom} ({etree.QName(q).localname})" for q, os in attendus.items() for o in os})
        return dire("inconnue", elements=", ".join(elements))


def designee(candidates: list[OperationPubliee], actions: list[str]) -> OperationPubliee | None:
    """The operation that can be told before the fields are read: the only candidate, or the one that an
    action names; else None."""
    if len(candidates) == 1:
        return candidates[0]
    for action in actions:
        for operation in candidates:
            if _nom_court(action) == operation.nom:
                return operation
    return None


def _par_document(
    candidates: list[OperationPubliee], racine: etree._Element | None
) -> OperationPubliee | None:
    """Returns the only operation that an event document can be meant for, by what it asks, lists, or names by
    `idEvenement`."""
    if racine is None:
        return None
    trouve: dict[str, etree._Element] = {etree.QName(e).localname: e for e in racine.iter(etree.Element)}
    if "evenement" in trouve:
        if "idEvenement" not in trouve:
            nom = "ajouterEvenementDemande"
        else:
            nature = trouve.get("natureModification")
            suppression = nature is not None and nature.text == "SUP"
            nom = "supprimerEvenementDemande" if suppression else "modifierEvenementDemande"
    elif "numUnique" in trouve:
        nom = "listerEvenementsDemande"
    elif "codeTerritoire" in trouve:
        nom = "listerTypesEvenementsTerritoriaux"
    else:
        nom = "listerTypesEvenementsNationaux"
    return next((operation for operation in candidates if operation.nom == nom), None)


def _nom_court(action: str) -> str:
    """The operation an action names: real clients write it whole, or its last segment alone."""
    return action.strip().rstrip("/").rpartition("/")[2]


# --- the fields of a wrapper, checked against the contract, pieces taken out of the tree ------------------

#: Where a piece was: a wrapper of known, unqualified fields is left, in which its content is a token (the
#: field's own name).
INCLUDE: Final = f"{{{XOP}}}Include"
#: Faults told of one wrapper: a hostile one may hold thousands.
_FAUTES_MAX: Final = 20
_CODE: Final = re.compile(r"[a-zA-Z0-9]{1,6}")


class LectureChamps:
    """The reading of one wrapper, `charge`: its fields are checked, its pieces taken out, by field name.

    `charge` is changed in place: unknown and nil fields are removed, a piece becomes its token. Raises
    EnveloppeIncorrecte, which tells every fault of the wrapper at once. Faults are gathered as (sentence for
    the wire, explanation).
    """

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
            noter(Tolerance.PARTIE_INCONNUE, "")
            if any(map(est_imbriquee, ignorees)):
                noter(Tolerance.PARTIES_IMBRIQUEES, "")

    def _lire(self, charge: etree._Element) -> None:
        champs = self._operation.entree.champs
        rangs = {champ.nom: rang for rang, champ in enumerate(champs)}
        vus: set[str] = set()
        dernier = -1
        for enfant in list(charge.iterchildren(etree.Element)):
            nom = self._nom_du_champ(enfant, rangs)
            if nom is None:
                self._noter(Tolerance.CHAMP_INCONNU, f"{enfant.tag}, ligne {enfant.sourceline}")
                charge.remove(enfant)
            elif nom in vus:
                self._refuser("plusieurs_fois", nom, enfant)
            else:
                vus.add(nom)
                if rangs[nom] < dernier:
                    self._noter(Tolerance.CHAMPS_DESORDONNES, nom)
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
        """Notes a fault of a field (`envelope.csv`); `ou` is its element."""
        if len(self._fautes) < _FAUTES_MAX:
            mots = {"nom": nom, "dit": dit, "href": href, "racine": self._nom, "ligne": ou.sourceline}
            self._fautes.append(
                (
                    _PHRASES[cle]["phrase"].format(**mots),
                    _PHRASES[cle]["explication"].format(**mots, xop=XOP, imbriquee=IMBRIQUEE),
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
        self._noter(Tolerance.CHAMP_NIL, champ.nom)
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
            self._noter(Tolerance.CID_POURCENT, "")
        return partie.contenu

    def _en_ligne(self, enfant: etree._Element, nom: str) -> bytes | None:
        texte = "".join((enfant.text or "").split())
        if not texte:
            return b""
        if self._message.packaging is Packaging.MTOM:
            self._noter(Tolerance.BASE64_EN_LIGNE, nom)
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
            self._noter(Tolerance.CONTENT_TYPE_AUTRE, nom)
        return None if autre is None else str(autre)


_LECTEURS: Final[Mapping[str, Callable[[LectureChamps, etree._Element, str], None]]] = {
    "xs:string": LectureChamps._lire_texte,
    "xs:dateTime": LectureChamps._lire_instant,
    "tns:codeElement": LectureChamps._lire_code,
    "tns:base64Binary": LectureChamps._lire_piece,
}
