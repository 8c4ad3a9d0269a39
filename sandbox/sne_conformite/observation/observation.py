"""An exchange of the journal, read as the judges need it: lazily, from the bytes, and never raising.

A `Courrier` is one message, question or answer, opened as far as it can be; an `Observation` is a question,
and the whole exchange with it. A part that cannot be read is None or empty: a message that was refused is
judged too, on whatever can be told of it.
"""

import binascii
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from typing import Any, Final

from lxml import etree

from sne_conformite.observation.accidents_de_la_suite import Isolement
from sne_conformite.rapports.rapport import Accident, EchangeCite
from sne_interface.contract import codec
from sne_interface.contract.contrats_charges import Contrat, OperationPubliee, retenu
from sne_interface.domain.demande import Demande
from sne_interface.domain.echange import (
    CONSOLE,
    FICHIER,
    HORS_HTTP,
    REJEU,
    TLS,
    Champ,
    Echange,
    Piece,
    VerdictEchange,
    document_parmi,
)
from sne_interface.domain.element_recu import Element, sans_indices
from sne_interface.domain.nir import masquer_nirs
from sne_interface.errors import ExchangeError, SandboxError
from sne_interface.settings import Limites
from sne_sandbox.mime.masquage import masquer_corps
from sne_sandbox.mime.message_deballe import unpack
from sne_sandbox.mime.message_mime import Message
from sne_sandbox.mime.tolerances import Tolerance
from sne_sandbox.soap.envelope import INCLUDE, SOAP11, SOAP12

_LIMITES: Final = Limites()
#: Characters of a message that a cited exchange shows.
TEXTE_MAX: Final = 20_000
#: A longer message is named, not shown.
OCTETS_MAX: Final = 1_000_000
_VERDICTS: Final = {
    VerdictEchange.FAULT: "faute SOAP",
    VerdictEchange.REFUS: "refusé",
    VerdictEchange.ERREUR: "erreur du bac à sable",
}
#: Where the journal's explanations say that a document is wrong, one a line.
_LIGNE: Final = re.compile(r"^[Ll]igne (\d+)\b", re.MULTILINE)
#: Methods of lines that carry no message to a service.
_SANS_MESSAGE: Final = HORS_HTTP | {"GET", "HEAD", "OPTIONS"}
#: What names the base, before the path of a service.
_BASE_NOMMEE: Final = re.compile("^/bases/[^/]+")

#: Statuses of a request that was not received whole: its connection was cut, it took too long, or it is no
#: HTTP that can be read to its end.
_SANS_FIN: Final = (0, 408, 400)

#: How the reference application writes a message, whatever its words for boundary, parts, prefixes: headers
#: and namespaces in this order, the action in the first part, the letters of each charset; or its boundary.
_DECLARATION: Final = rb"""<\?xml version=['"]1\.0['"] encoding=['"]UTF-8['"]\?>\n"""
_BINAIRE: Final = rb"\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <[^\r\n]+>\r\n\r\n" + _DECLARATION
MARQUES_DU_TEMOIN: Final = re.compile(
    rb"--temoin[0-9a-f]{0,40}\r\n|--([^\r\n]{1,70})\r\n"
    rb'Content-Type: application/xop\+xml; charset=UTF-8; type="application/soap\+xml"; action="[^\r\n]+"'
    + _BINAIRE
    + rb'<(\w+):Envelope xmlns:\2="[^"]+" xmlns:(\w+)="[^"]+" xmlns:(\w+)="[^"]+"><\2:Body><\3:\w+>'
    rb'[^\0]{1,500}? \3:contentType="text/xml"><\4:Include href="cid:[^\0]{1,1500}?\r\n'
    rb"--\1\r\nContent-Type: text/xml; charset=utf-8"
    + _BINAIRE
    + rb'<(\w+):interfaceNuu xmlns:\5="[^"]+" versionInterface="'
)

#: Pannes that leave the answer readable.
PANNES_LISIBLES: Final = ("delai", "goutte", "bom")


class Courrier:
    """A message, request or answer: packaging, envelope, payload and fields, as far as they can be read.
    `content_type` is its header, "" without any."""

    def __init__(self, content_type: str, octets: bytes, contrat: Contrat) -> None:
        self.content_type = content_type
        self._octets = octets
        self.contrat = contrat

    @cached_property
    def _ouvert(self) -> Message | ExchangeError:
        try:
            return unpack(
                self.content_type,
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
        types = _types(self.contrat)
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
        if type_champ == "tns:codeElement":
            return str(noeud.get("code", ""))
        texte = noeud.text or ""
        if type_champ != "tns:base64Binary":
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


@retenu
def _types(contrat: Contrat) -> Mapping[str, str]:
    """Types of the fields of every message by name: a name has one type in the whole contract."""
    messages = [m for o in contrat.operations.values() for m in (o.entree, o.sortie)]
    return {champ.nom: champ.type for message in messages for champ in message.champs}


class Observation(Courrier):
    """One exchange, with its bytes, seen by the judges. Every property may be asked of any, and none raises.

    Should one raise all the same, or who looks at it, the error stays in the exchange: `isoler` notes it in
    `accidents`, which whoever loops over exchanges tells, and goes on."""

    def __init__(self, echange: Echange, contrat: Contrat) -> None:
        super().__init__(_en_tete(echange.en_tetes, "Content-Type"), echange.requete, contrat)
        self.echange = echange
        self.accidents: list[Accident] = []

    def __repr__(self) -> str:
        return f"<Observation {self.identifiant} {self.operation}>"

    def isoler(self, quoi: str, *exigences: str) -> Isolement:
        """`with vue.isoler("juger", "NOM-01"):` what goes wrong within is an accident of this exchange."""
        return Isolement(self.accidents, quoi, *exigences, echange=self.identifiant)

    @property
    def identifiant(self) -> int | None:
        """Its id in the journal."""
        return self.echange.identifiant

    # --- what kind of line ------------------------------------------------------------------------

    @property
    def soap(self) -> bool:
        """True when it is a request to a SOAP service (GET only describes it)."""
        return self.echange.methode not in _SANS_MESSAGE and self.echange.service is not None

    @property
    def asynchrone(self) -> bool:
        """True when it is a file left in a guichet's inbox."""
        return self.echange.methode == FICHIER

    @property
    def poignee(self) -> bool:
        """True when it is a TLS handshake that failed."""
        return self.echange.methode == TLS

    @property
    def inachevee(self) -> bool:
        """True when it is a message that was begun, and whose end never came, or cannot be told."""
        echange = self.echange
        return echange.methode == "POST" and echange.service is None and echange.statut in _SANS_FIN

    @property
    def de_la_console(self) -> bool:
        """True when the console sent it, again or of its own: no application did."""
        return bool(self.en_tete(REJEU) or self.en_tete(CONSOLE))

    @property
    def de_l_application(self) -> bool:
        """True when an application made it: a message, whole or not, a file left in a box, a handshake that
        was refused."""
        return self.soap or self.asynchrone or self.poignee or self.inachevee

    @property
    def cache_un_appel(self) -> bool:
        """True when it claims to be no message to a service, and holds what such a message alone leaves."""
        echange = self.echange
        if self.soap or self.asynchrone:
            return False
        if echange.operation or echange.methode in HORS_HTTP:
            return bool(echange.operation or echange.service or echange.requete)
        if echange.service is None:  # sent where no service is, says its line
            chemin = _BASE_NOMMEE.sub("", echange.chemin.partition("?")[0]).rstrip("/")
            return bool(echange.requete) and any(chemin in s.chemins for s in self.contrat.services.values())
        return bool(echange.requete) and echange.verdict is not VerdictEchange.REFUS

    @property
    def devinee(self) -> bool:
        """True when no action named the operation, and it was guessed from the document."""
        return any(tolerance["code"] == Tolerance.SANS_ACTION.code for tolerance in self.echange.tolerances)

    @property
    def acceptee(self) -> bool:
        """True when the SNE did what was asked."""
        return self.echange.verdict is VerdictEchange.ACCEPTE

    @property
    def panne(self) -> str | None:
        """Kind of the panne played on this exchange, None when the answer went out as it was."""
        jouee = self.echange.panne
        return None if jouee is None else str(jouee.get("genre", ""))

    @property
    def lisible(self) -> bool:
        """True when the answer reached the application, late or slowly perhaps, but whole."""
        return not self.echange.non_remise and (self.panne is None or self.panne in PANNES_LISIBLES)

    @property
    def fin(self) -> datetime:
        """When it ended, by the machine's clock."""
        return self.echange.recu_le + timedelta(microseconds=self.echange.duree_us)

    @property
    def retard(self) -> float:
        """Seconds that the answer took without any panne: the machine's own slowness. A client may have given
        it up."""
        return self.echange.duree_us / 1_000_000 if self.panne is None else 0.0

    @property
    def refusee(self) -> bool:
        """True when the SNE refused it, and its sender was told: anomalies, or a fault or an HTTP status by
        the fault of its sender."""
        echange = self.echange
        if self.panne is not None or echange.non_remise:
            return False
        if echange.verdict is VerdictEchange.FAULT:
            return self.fault("code") != "Receiver"
        return echange.verdict in (VerdictEchange.ANOMALIES, VerdictEchange.REFUS)

    def fault(self, nom: str) -> str:
        """Returns a field of the fault answered, as the journal has it (`code`, `message`, `explication`), ""
        without any."""
        return self.echange.dit_du_fault(nom)

    @property
    def instant(self) -> datetime:
        """The base's clock at arrival; the machine's when the line has none."""
        return self.echange.instant_base or self.echange.recu_le

    @property
    def bloquantes(self) -> list[str]:
        """Rules that refused the message, in document order."""
        return [str(a.get("regle")) for a in self.echange.anomalies if a.get("gravite") == "bloquante"]

    def a_regle(self, *regles: str) -> dict[str, Any] | None:
        """The first anomaly of one of these rules, warnings included; None without any."""
        return next((a for a in self.echange.anomalies if a.get("regle") in regles), None)

    # --- the request ------------------------------------------------------------------------------

    def en_tete(self, nom: str) -> str:
        """Value of an HTTP header of the request, "" when absent."""
        return _en_tete(self.echange.en_tetes, nom)

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
        """The document sent, as the rules read it; None when it is no XML."""
        return None if self.arbre is None else _decoder(self.arbre, self.contrat)

    @property
    def formulaire(self) -> Element | None:
        """The `demandeLogement` of the document sent, None without any."""
        return None if self.document is None else self.document.enfant("demande/demandeLogement")

    @cached_property
    def demande(self) -> Demande | None:
        """The document sent, when it is one of a demande."""
        if self.document is None or not any(e.nom == "demande" for e in self.document.enfants):
            return None
        return Demande(self.document)

    @property
    def radiation(self) -> Element | None:
        """The radiation of the demande sent, None without any."""
        return None if self.demande is None else self.demande.radiation

    @property
    def type_fichier(self) -> str:
        """`typeFichier` of the document, "" without any."""
        if self.echange.type_fichier:
            return self.echange.type_fichier
        return (self.document.texte_de("entete/typeFichier") or "") if self.document is not None else ""

    @cached_property
    def numero(self) -> str | None:
        """The numéro unique that the request names, whatever its operation; None without any."""
        if self.demande is not None:
            envoye = self.demande.numero_unique
        elif self.document is not None:
            envoye = self.document.texte_de("operation/numUnique")
        else:
            envoye = "" if self.asynchrone else self.texte("numUnique")
        return (envoye or "").strip() or None

    @cached_property
    def noeuds(self) -> tuple[tuple[str, Element], ...]:
        """The elements of the document, in order, each with its path without index."""
        lieux = () if self.document is None else self.document.lieux()
        return tuple([(sans_indices(lieu), element) for lieu, element in lieux])

    @cached_property
    def codes_qualifies(self) -> frozenset[str]:
        """Paths of the elements whose code is written in a namespace, where the schema has none."""
        return frozenset(element.chemin for _, element in self.noeuds if element.code_qualifie)

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
        """The message answered, opened as far as it can be."""
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


def _empreinte(octets: bytes) -> bytes:
    return blake2b(octets, digest_size=12).digest()


def _en_tete(en_tetes: list[tuple[str, str]], nom: str) -> str:
    nom = nom.lower()
    return next((valeur for cle, valeur in en_tetes if cle.lower() == nom), "")


def _decoder(arbre: Any, contrat: Contrat) -> Element:
    return codec.decoder(arbre, contrat.nomenclatures.conteneurs)


# --- as a report shows it --------------------------------------------------------------------------------


def citer(vue: Observation) -> EchangeCite:
    """An exchange, its texts cut, every NIR masked."""
    echange = vue.echange
    tete = f"{echange.methode} {echange.chemin}\n" if echange.methode else ""
    requete = _texte(tete, echange.en_tetes, echange.requete)
    return EchangeCite(
        identifiant=echange.identifiant or 0,
        resume=resumer(vue),
        requete=requete,
        reponse=_texte(
            f"HTTP {echange.statut}\n" if echange.statut else "", echange.en_tetes_reponse, echange.reponse
        ),
        lignes=tuple(_lignes(vue, requete)),
    )


def resumer(vue: Observation) -> str:
    """« G1226 : getNumUnique MOD, DEMG1226-….xml : faute SOAP »."""
    echange = vue.echange
    genre = vue.type_fichier or _type_ecrit(vue.octets_document)
    quoi = " ".join(mot for mot in (vue.operation or echange.methode, genre) if mot)
    fichier = f", {vue.nom_fichier}" if vue.nom_fichier else ""
    qui = f"{vue.guichet} : " if vue.guichet else ""
    return f"{qui}{quoi}{fichier} : {_VERDICTS.get(echange.verdict, echange.verdict.value)}"


def _type_ecrit(octets: bytes) -> str:
    """`typeFichier` of a document that is not well formed, as far as it can be read."""
    if not octets or len(octets) > OCTETS_MAX or b"<!DOCTYPE" in octets:
        return ""
    parseur = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        racine: Any = etree.fromstring(octets, parseur)
    except etree.XMLSyntaxError:
        return ""
    lu = "" if racine is None else (racine.findtext(".//{*}typeFichier") or "").strip()
    return lu if len(lu) == 3 and lu.isalpha() else ""


def _lignes(vue: Observation, requete: str) -> Iterator[int]:
    """Lines of the text shown, in order. None when the document is not in it as it is (base64)."""
    document = vue.octets_document or (vue.message.racine if vue.message is not None else b"")
    debut = requete.find(_lisible(document)[: TEXTE_MAX // 2]) if document else -1
    if debut < 0:
        return
    avant, derniere = requete.count("\n", 0, debut), requete.count("\n") + 1
    dites = [anomalie.get("ligne") for anomalie in vue.echange.anomalies]
    dites += [int(trouvee[1]) for trouvee in _LIGNE.finditer(vue.fault("explication"))]
    for ligne in sorted({dite for dite in dites if isinstance(dite, int) and dite > 0}):
        if avant + ligne <= derniere:
            yield avant + ligne


def _lisible(octets: bytes, content_type: str = "") -> str:
    return masquer_corps(octets, content_type).octets.decode("utf-8", "replace").replace("\r\n", "\n")


def _texte(tete: str, en_tetes: list[tuple[str, str]], octets: bytes) -> str:
    tete = masquer_nirs(tete + "".join(f"{nom}: {valeur}\n" for nom, valeur in en_tetes))
    if len(octets) > OCTETS_MAX:
        return f"{tete}\n[{len(octets)} octets]"
    # Masked before it is cut: half a NIR is still one.
    corps = _lisible(octets, _en_tete(en_tetes, "Content-Type"))
    suite = "" if len(corps) <= TEXTE_MAX else f"\n[… {len(corps) - TEXTE_MAX} caractères de plus]"
    return f"{tete}\n{corps[:TEXTE_MAX]}{suite}"
