"""The envelope, read once: SOAP version, mandatory headers, and the Body's first element.

Guards for what Spyne takes wrongly: an empty Body, a comment before the payload.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from lxml import etree

from sne_sandbox.errors import EnteteNonComprise, EnveloppeIncorrecte, VersionSoapRefusee
from sne_sandbox.mime import tolerances
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
                raise EnveloppeIncorrecte("L'enveloppe SOAP contient plusieurs éléments Body.")
            body = enfant
        elif enfant.tag == _HEADER and entete is None:
            entete = enfant
    action = _lire_entetes(entete) if entete is not None else None
    if body is None:
        raise EnveloppeIncorrecte(
            "L'enveloppe SOAP ne contient pas d'élément Body.",
            explication=f"Body doit être un enfant direct d'Envelope, dans l'espace de noms {SOAP12}.",
        )
    enfants = body.iterchildren(etree.Element)
    charge = next(enfants, None)
    if charge is None:
        raise EnveloppeIncorrecte(
            "Le Body de l'enveloppe SOAP est vide.",
            explication=f"Body (ligne {body.sourceline}) doit contenir l'élément de l'opération appelée.",
        )
    for autre in enfants:
        noter(tolerances.CHARGES_EN_TROP, f"{etree.QName(autre).localname}, ligne {autre.sourceline}")
    return Enveloppe(charge, action)


def _pas_soap12(racine: etree._Element) -> Exception:
    qname = etree.QName(racine)
    if qname.localname != "Envelope":
        return EnveloppeIncorrecte(
            "Le message n'est pas une enveloppe SOAP.",
            explication=f"La racine est {racine.tag} ; {_ENVELOPE} est attendu.",
        )
    version = "SOAP 1.1" if qname.namespace == SOAP11 else f"l'espace de noms [{qname.namespace or ''}]"
    return VersionSoapRefusee(
        f"L'enveloppe est écrite dans {version} ; ce service parle SOAP 1.2.",
        explication=f"L'espace de noms de l'enveloppe décide de la version : {SOAP12} est attendu, et le "
        "Content-Type application/soap+xml (seul, ou comme start-info d'un message MTOM).",
    )


def _lire_entetes(entete: etree._Element) -> str | None:
    """The WS-Addressing action, if any. Other blocks are skipped, unless they are mandatory for us."""
    action: str | None = None
    for bloc in entete.iterchildren(etree.Element):
        qname = etree.QName(bloc)
        obligatoire = bloc.get(_MUST_UNDERSTAND, "").strip() in ("true", "1")
        if obligatoire and bloc.get(_ROLE, "").strip() in _NOS_ROLES:
            raise EnteteNonComprise(
                f"L'en-tête SOAP [{qname.localname}] est obligatoire (mustUnderstand) et n'est pas compris.",
                qname=qname.text,
                explication=f"Le bloc {qname.text} (ligne {bloc.sourceline}) : retirez-le, ou retirez son "
                "attribut mustUnderstand. Le SNE identifie l'appelant par son certificat client.",
            )
        if qname.localname == "Action" and qname.namespace in _WSA:
            action = (bloc.text or "").strip() or None
    return action
