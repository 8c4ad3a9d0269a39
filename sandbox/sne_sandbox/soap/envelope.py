"""The envelope, read once: SOAP version, mandatory headers, the Body's first element; and which operation it
calls.

The Body's first element decides which operation is called, the action only where it must: six operations of
GestionPartageeEVTImplService share one element (`fichierXmlParametres`): there the action chooses among them
(déduite), else the document, where it can only be meant for one (convention).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final

from lxml import etree

from sne_interface.contract.contrats_charges import OperationPubliee
from sne_interface.errors import (
    EnteteNonComprise,
    EnveloppeIncorrecte,
    ExchangeError,
    OperationInconnue,
    VersionSoapRefusee,
)
from sne_interface.resources import table
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
        noter(tolerances.CHARGES_EN_TROP, f"{etree.QName(autre).localname}, ligne {autre.sourceline}")
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
                noter(tolerances.SANS_ACTION, choisie.nom)
        if choisie is None:
            choisie = self._refuser(candidates[0].service, charge, actions)
        for action in actions:
            if _nom_court(action) != choisie.nom:
                noter(tolerances.ACTION_AUTRE, f"[{action[:200]}] pour {choisie.nom}")
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
