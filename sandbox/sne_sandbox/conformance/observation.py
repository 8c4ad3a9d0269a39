"""An exchange of the journal, read as the judges need it: lazily, from the bytes, and never raising.

What cannot be read is None or empty: a message that was refused is judged too, on whatever can be told of it.
"""

from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from typing import Any, Final

from lxml import etree

from sne_sandbox.conformance.courrier import Courrier, arbre_de
from sne_sandbox.contract import codec
from sne_sandbox.contract.versions import Contrat, OperationPubliee
from sne_sandbox.domain.demande import Demande
from sne_sandbox.domain.echange import (
    CONSOLE,
    FICHIER,
    HORS_HTTP,
    REJEU,
    TLS,
    Champ,
    Echange,
    VerdictEchange,
    document_parmi,
)
from sne_sandbox.domain.element import Element
from sne_sandbox.mime.message import Message

#: Methods of lines that carry no message to a service.
_SANS_MESSAGE: Final = HORS_HTTP | {"GET", "HEAD", "OPTIONS"}

#: Pannes that leave the answer readable.
PANNES_LISIBLES: Final = frozenset({"delai", "goutte", "bom"})


class Observation:
    """One exchange, seen by the judges. Every property may be asked of any exchange; none raises."""

    def __init__(self, echange: Echange, contrat: Contrat) -> None:
        self.echange = echange
        self.contrat = contrat

    def __repr__(self) -> str:
        return f"<Observation {self.echange.identifiant} {self.operation}>"

    # --- what kind of line ------------------------------------------------------------------------

    @property
    def soap(self) -> bool:
        """Whether it is a request to a SOAP service (GET only describes it)."""
        return self.echange.methode not in _SANS_MESSAGE and self.echange.service is not None

    @property
    def asynchrone(self) -> bool:
        """Whether it is a file left in a guichet's inbox."""
        return self.echange.methode == FICHIER

    @property
    def poignee(self) -> bool:
        """Whether it is a TLS handshake that failed."""
        return self.echange.methode == TLS

    @property
    def de_la_console(self) -> bool:
        """Whether the console sent it, again or of its own: no application did."""
        return bool(self.en_tete(REJEU) or self.en_tete(CONSOLE))

    @property
    def de_l_application(self) -> bool:
        """Whether an application made it: a message, a file left in a box, a handshake that was refused."""
        return self.soap or self.asynchrone or self.poignee

    @property
    def acceptee(self) -> bool:
        """Whether the SNE did what was asked."""
        return self.echange.verdict is VerdictEchange.ACCEPTE

    @property
    def panne(self) -> str | None:
        """Kind of the panne played on this exchange, None when the answer went out as it was."""
        jouee = self.echange.panne
        return None if jouee is None else str(jouee.get("genre", ""))

    @property
    def lisible(self) -> bool:
        """Whether the answer reached the application, late or slowly perhaps, but whole."""
        return self.panne is None or self.panne in PANNES_LISIBLES

    @property
    def retard(self) -> float:
        """Seconds that the answer took without any panne: the machine's own slowness. A client may have given
        it up."""
        return self.echange.duree_us / 1_000_000 if self.panne is None else 0.0

    @property
    def refusee(self) -> bool:
        """Whether the SNE refused it: anomalies, or a fault or an HTTP status by the fault of its sender."""
        echange = self.echange
        if self.panne is not None:
            return False
        if echange.verdict is VerdictEchange.FAULT:
            return (echange.fault or {}).get("code") != "Receiver"
        return echange.verdict in (VerdictEchange.ANOMALIES, VerdictEchange.REFUS)

    @property
    def instant(self) -> datetime:
        """The base's clock at arrival; the machine's when the line has none."""
        return self.echange.instant_base or self.echange.recu_le

    @property
    def anomalies(self) -> list[dict[str, Any]]:
        """The anomalies of the journal's line, warnings included."""
        return self.echange.anomalies

    @property
    def bloquantes(self) -> list[str]:
        """Rules that refused the message, in document order."""
        return [str(a.get("regle")) for a in self.anomalies if a.get("gravite") == "bloquante"]

    def a_regle(self, *regles: str) -> dict[str, Any] | None:
        """The first anomaly of one of these rules, warnings included; None without any."""
        return next((a for a in self.anomalies if a.get("regle") in regles), None)

    # --- the request ------------------------------------------------------------------------------

    def en_tete(self, nom: str) -> str:
        """Value of an HTTP header of the request, "" when absent."""
        return _en_tete(self.echange.en_tetes, nom)

    @cached_property
    def question(self) -> Courrier:
        """The request, opened."""
        return Courrier(self.en_tete("Content-Type"), self.echange.requete, self.contrat)

    @property
    def message(self) -> Message | None:
        """The request out of its packaging."""
        return self.question.message

    @property
    def enveloppe(self) -> Any:
        """Root of the request's envelope (lxml)."""
        return self.question.enveloppe

    @property
    def charge(self) -> Any:
        """First element of the request's Body (lxml)."""
        return self.question.charge

    @property
    def champs(self) -> dict[str, Champ]:
        """Fields of the request."""
        return self.question.champs

    @cached_property
    def prevue(self) -> OperationPubliee | None:
        """The operation as the contract describes it: that of the journal, else the only one of the contract
        that takes this payload."""
        operations = self.contrat.operations
        connue = operations.get(self.echange.operation or "")
        if connue is not None:
            return connue
        if self.charge is None:
            return None
        nom = etree.QName(self.charge).localname
        possibles = [o for o in operations.values() if etree.QName(o.entree.qname).localname == nom]
        return possibles[0] if len(possibles) == 1 else None

    @property
    def operation(self) -> str | None:
        """Name of the operation called."""
        return self.prevue.nom if self.prevue is not None else self.echange.operation

    @cached_property
    def nom_fichier(self) -> str | None:
        """Name of the file sent; None for an operation without file."""
        if self.asynchrone:
            return self.echange.chemin.rpartition("/")[2]
        return next(
            (v for n, v in self.champs.items() if n.startswith("nomFichier") and isinstance(v, str)), None
        )

    @cached_property
    def octets_document(self) -> bytes:
        """The document sent, as it came; b"" without any."""
        if self.asynchrone:
            return self.echange.requete
        return document_parmi(self.champs)

    @cached_property
    def arbre(self) -> Any:
        """The document sent (lxml); None when there is none or it is no XML."""
        return arbre_de(self.octets_document)

    @cached_property
    def document(self) -> Element | None:
        """The document sent, decoded."""
        return None if self.arbre is None else _decoder(self.arbre, self.contrat)

    @cached_property
    def demande(self) -> Demande | None:
        """The document sent, when it is one of a demande."""
        if self.document is None or not any(e.nom == "demande" for e in self.document.enfants):
            return None
        return Demande(self.document)

    @property
    def type_fichier(self) -> str:
        """`typeFichier` of the document, "" without any."""
        if self.echange.type_fichier:
            return self.echange.type_fichier
        return (self.document.texte_de("entete/typeFichier") or "") if self.document is not None else ""

    @cached_property
    def numero(self) -> str | None:
        """The numéro unique sent."""
        envoye: str | None = None
        if self.demande is not None:
            envoye = self.demande.numero_unique
        elif self.document is not None:
            envoye = self.document.texte_de("operation/numUnique")
        elif not self.asynchrone:
            envoye = self.question.texte("numUnique")
        return (envoye or "").strip() or None

    @cached_property
    def noeuds(self) -> tuple[tuple[str, Element], ...]:
        """The elements of the document, in order, each with its path without index."""
        vus: list[tuple[str, Element]] = []
        if self.document is not None:
            _parcourir(self.document, self.document.nom, vus)
        return tuple(vus)

    @cached_property
    def guichet(self) -> str:
        """The caller, as the journal has it; "" when nothing says."""
        return self.echange.guichet or (self.demande.num_guichet if self.demande is not None else "")

    @cached_property
    def empreinte(self) -> bytes:
        """Digest of the document as it came; of the text fields when there is none."""
        if self.octets_document:
            return _empreinte(self.octets_document)
        textes = sorted((nom, valeur) for nom, valeur in self.champs.items() if isinstance(valeur, str))
        return _empreinte(repr(textes).encode())

    @cached_property
    def empreinte_du_fond(self) -> bytes:
        """Digest of what the document says, whatever its header, its layout and its name."""
        if self.document is None:
            return self.empreinte
        fond = [
            (e.nom, e.texte.strip(), e.code)
            for bloc in self.document.enfants
            if bloc.nom != "entete"
            for e in bloc.parcourir()
        ]
        return _empreinte(repr(fond).encode())

    # --- the answer -------------------------------------------------------------------------------

    @cached_property
    def reponse(self) -> Courrier:
        """The answer, opened."""
        content_type = _en_tete(self.echange.en_tetes_reponse, "Content-Type")
        return Courrier(content_type, self.echange.reponse, self.contrat)

    @cached_property
    def reponse_document(self) -> Element | None:
        """The XML document answered, decoded."""
        octets = self.echange.reponse if self.asynchrone else document_parmi(self.reponse.champs)
        arbre = arbre_de(octets)
        return None if arbre is None else _decoder(arbre, self.contrat)

    @cached_property
    def numero_rendu(self) -> str | None:
        """The numéro unique delivered or confirmed by `getNumUnique`; None for a refusal."""
        if not self.acceptee or self.operation != "getNumUnique" or self.reponse_document is None:
            return None
        return Demande(self.reponse_document).numero_unique


def _parcourir(element: Element, chemin: str, vus: list[tuple[str, Element]]) -> None:
    # A list that is filled: half the time of generators in one another.
    vus.append((chemin, element))
    for enfant in element.enfants:
        _parcourir(enfant, f"{chemin}/{enfant.nom}", vus)


def _empreinte(octets: bytes) -> bytes:
    return blake2b(octets, digest_size=12).digest()


def observer(echange: Echange, contrat: Contrat) -> Observation:
    """The observation of an exchange, which must hold its bytes."""
    return Observation(echange, contrat)


def _en_tete(en_tetes: list[tuple[str, str]], nom: str) -> str:
    nom = nom.lower()
    return next((valeur for cle, valeur in en_tetes if cle.lower() == nom), "")


def _decoder(arbre: Any, contrat: Contrat) -> Element:
    return codec.decoder(arbre, contrat.nomenclatures.conteneurs)
