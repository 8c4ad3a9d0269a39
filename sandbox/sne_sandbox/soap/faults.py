"""Errors to SOAP faults: the one place where an `ExchangeError` becomes XML."""

from collections.abc import Callable
from typing import Final

from lxml import etree

from sne_interface.domain.texte import pour_xml
from sne_interface.errors import EnteteNonComprise, ExchangeError, VersionSoapRefusee
from sne_sandbox.soap.envelope import SOAP11, SOAP12

#: HTTP status of every fault: WCF does not read a fault that comes with 400.
STATUT: Final = 500

#: In the place of what XML cannot hold: a sentence may quote bytes received.
_ILLISIBLE: Final = "\N{REPLACEMENT CHARACTER}"


def enveloppe_fault(erreur: ExchangeError, *, espace: str) -> etree._Element:
    """The whole fault envelope of an error; `espace` is the service namespace, which holds the detail.

    SOAP 1.2, but for a SOAP 1.1 question: a client of that version has to be able to read why it is refused.
    """
    soap11 = isinstance(erreur, VersionSoapRefusee) and erreur.soap11
    return _fault11(erreur) if soap11 else _fault12(erreur, espace)


def _fault12(erreur: ExchangeError, espace: str) -> etree._Element:
    nom = _nommeur(SOAP12)
    enveloppe = etree.Element(nom("Envelope"), nsmap={"soap": SOAP12})
    if isinstance(erreur, EnteteNonComprise):
        _non_compris(etree.SubElement(enveloppe, nom("Header")), erreur.qname)
    elif isinstance(erreur, VersionSoapRefusee):
        _version_admise(etree.SubElement(enveloppe, nom("Header")))
    fault = etree.SubElement(etree.SubElement(enveloppe, nom("Body")), nom("Fault"))
    etree.SubElement(etree.SubElement(fault, nom("Code")), nom("Value")).text = f"soap:{erreur.code}"
    # No Role: an empty one is refused by some stacks, and there is no intermediary here.
    texte = etree.SubElement(etree.SubElement(fault, nom("Reason")), nom("Text"))
    texte.set("{http://www.w3.org/XML/1998/namespace}lang", "fr")
    texte.text = pour_xml(str(erreur), _ILLISIBLE)
    if erreur.code in ("Sender", "Receiver"):
        detail = etree.SubElement(fault, nom("Detail"))
        exception = etree.SubElement(detail, f"{{{espace}}}demandeLogementException", nsmap={"ns2": espace})
        etree.SubElement(exception, "message").text = texte.text
    return enveloppe


def _fault11(erreur: ExchangeError) -> etree._Element:
    """VersionMismatch in the words of SOAP 1.1 (SOAP 1.2 part 1, appendix A)."""
    nom = _nommeur(SOAP11)
    enveloppe = etree.Element(nom("Envelope"), nsmap={"soap": SOAP11})
    _version_admise(etree.SubElement(enveloppe, nom("Header")))
    fault = etree.SubElement(etree.SubElement(enveloppe, nom("Body")), nom("Fault"))
    # SOAP 1.1 has unqualified fault children, and no detail for what is not about the Body.
    etree.SubElement(fault, "faultcode").text = "soap:VersionMismatch"
    etree.SubElement(fault, "faultstring").text = pour_xml(str(erreur), _ILLISIBLE)
    return enveloppe


def _version_admise(entete: etree._Element) -> None:
    """The Upgrade block (SOAP 1.2 part 1, 5.4.7)."""
    nom = _nommeur(SOAP12)
    upgrade = etree.SubElement(entete, nom("Upgrade"), nsmap={"env12": SOAP12})
    etree.SubElement(upgrade, nom("SupportedEnvelope")).set("qname", "env12:Envelope")


def _non_compris(entete: etree._Element, qname: str) -> None:
    """The NotUnderstood block; its `qname` attribute needs the refused block's namespace in scope."""
    refuse = etree.QName(qname)
    nsmap = {"refus": refuse.namespace} if refuse.namespace else None
    bloc = etree.SubElement(entete, f"{{{SOAP12}}}NotUnderstood", nsmap=nsmap)
    bloc.set("qname", f"refus:{refuse.localname}" if refuse.namespace else refuse.localname)


def _nommeur(espace: str) -> Callable[[str], str]:
    return lambda local: f"{{{espace}}}{local}"
