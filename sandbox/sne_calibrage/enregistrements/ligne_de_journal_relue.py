"""A line of the journal that the pass-through wrote with bytes alone: what they say of it, both ways.

The request is judged by its schema as the sandbox would judge it, the answer by the schema of what it
carries. The real server's verdict is read off its answer (déduite): a fault, a `listeAnomalie`, or neither.
"""

from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from sne_conformite.observation.accidents_de_la_suite import dire_l_accident
from sne_conformite.observation.observation import Observation, arbre_de
from sne_interface.contract.contrats_charges import Contrat, MessageOperation, retenu
from sne_interface.contract.explication import expliquer
from sne_interface.contract.schemas import Document, SchemaError
from sne_interface.domain.demande import NUMERO_MAX
from sne_interface.domain.echange import Appel, Echange, VerdictEchange, document_parmi
from sne_interface.errors import OperationInconnue
from sne_sandbox.operations.table_des_operations import OPERATIONS
from sne_sandbox.pipeline import guichet_de
from sne_sandbox.pki.identite_du_certificat import identite
from sne_sandbox.soap.envelope import AiguillageSoap
from sne_sandbox.soap.serveur_soap import noter_le_message

#: What the line notes beside the tolerances T-…: schema faults, of the request and of the answer.
REQUETE: Final = "R-01"
REPONSE: Final = "R-02"
#: Faults noted of one document: one that fits nothing has hundreds.
FAUTES_MAX: Final = 10
#: Characters of what a document says of itself: one that no schema has checked may say anything.
TEXTE_MAX: Final = 40
_ZIP: Final = b"PK\x03\x04"
#: SOAP 1.1's words for those of SOAP 1.2.
_CODES: Final = {"Client": "Sender", "Server": "Receiver"}


def relire(echange: Echange, contrat: Contrat, certificat: bytes | None = None) -> None:
    """Fills `echange`, which has its bytes, headers and status; `certificat` is the caller's (DER). A line
    that already has a fault keeps it, and its verdict: the answer is then not the real server's. A failure of
    our own to read the exchange is noted in the line too."""
    vue = Observation(echange, contrat)
    fautes = []
    with vue.isoler("lire la requête"):
        _situer(vue, contrat)
        _lire_la_requete(vue, certificat)
        fautes += fautes_de_la_requete(vue, echange.operation, contrat)
    with vue.isoler("lire la réponse"):
        if echange.fault is None:
            _lire_la_reponse(vue, contrat, "\n".join(_phrase(faute) for faute in fautes))
    _noter(echange, REQUETE, "La requête ne suit pas le schéma", fautes)
    for accident in vue.accidents:
        echange.tolerances.append({"code": REQUETE, "phrase": dire_l_accident(accident)})


# --- the request ------------------------------------------------------------------------------------------


def _situer(vue: Observation, contrat: Contrat) -> None:
    """The service, by its path, else by the payload; the operation, as the sandbox finds it."""
    echange, charge = vue.echange, vue.charge
    chemin = echange.chemin.partition("?")[0].rstrip("/")
    par_chemin = [s.nom for s in contrat.services.values() if chemin.endswith(s.chemins)]
    par_charge = {
        o.service for o in contrat.operations.values() if charge is not None and o.entree.qname == charge.tag
    }
    if par_chemin:
        echange.service = par_chemin[0]
    elif len(par_charge) == 1:
        (echange.service,) = par_charge
    if charge is None or echange.service is None:
        return
    annoncees = (vue.message.action if vue.message else None, vue.en_tete("SOAPAction").strip().strip('"'))
    actions = [action for action in annoncees if action]
    try:
        aiguillage = _aiguillage(contrat)
        candidates = aiguillage.candidates(echange.service, charge)
        choisie = aiguillage.choisir(candidates, charge, actions, lambda: vue.arbre, lambda *_: None)
    except OperationInconnue:
        return
    echange.operation = choisie.nom


@retenu
def _aiguillage(contrat: Contrat) -> AiguillageSoap:
    return AiguillageSoap(contrat.operations.values())


def _lire_la_requete(vue: Observation, certificat: bytes | None) -> None:
    echange = vue.echange
    if vue.message is not None and vue.soap:
        noter_le_message(echange, vue.message)
    if vue.document is not None:
        echange.type_fichier = (vue.document.texte_de("entete/typeFichier") or "")[:TEXTE_MAX] or None
        echange.version = str(vue.arbre.get("versionInterface", ""))[:TEXTE_MAX] or None
    echange.numero_unique = (vue.numero or "")[:NUMERO_MAX] or None
    appelant = identite(certificat).guichet
    appel = Appel(echange.operation or "", vue.champs, echange.base, appelant, echange.recu_le)
    echange.guichet = guichet_de(appel, vue.document)[:TEXTE_MAX] or None


def document_envoye(vue: Observation, nom: str | None) -> tuple[Any, Document] | None:
    """The document of a request for the operation `nom`, and what it is; None for one without any."""
    operation = OPERATIONS.get(nom or "")
    if operation is None or operation.champ is None or vue.arbre is None:
        return None
    return vue.arbre, operation.genre


def fautes_de_la_requete(vue: Observation, nom: str | None, contrat: Contrat) -> list[SchemaError]:
    """The faults of that document under the schema of `contrat`; none without a document."""
    lu = document_envoye(vue, nom)
    return [] if lu is None else fautes_du_schema(*lu, contrat)


def fautes_du_schema(racine: Any, genre: Document, contrat: Contrat) -> list[SchemaError]:
    """The faults of a document under the schema of its version in `contrat`."""
    version = contrat.version_de_lecture(racine.get("versionInterface", ""))
    if not contrat.schemas.validate(racine, document=genre, version=version):
        return []
    return expliquer(racine, genre, version, contrat.schemas)


# --- the answer -------------------------------------------------------------------------------------------


def _lire_la_reponse(vue: Observation, contrat: Contrat, explication: str) -> None:
    """`explication` is what the schema says of the request, for a fault that says nothing."""
    echange, charge = vue.echange, vue.reponse.charge
    if charge is None:
        _sans_enveloppe(vue)
    elif etree.QName(charge).localname == "Fault":
        echange.verdict = VerdictEchange.FAULT
        code, message = _fault(charge)
        echange.fault = {"code": code, "message": message, "explication": explication}
    else:
        _avec_enveloppe(vue, contrat)


def _sans_enveloppe(vue: Observation) -> None:
    echange, statut = vue.echange, vue.echange.statut
    if 200 <= statut < 300 and not vue.soap:
        echange.verdict = VerdictEchange.ACCEPTE
        return
    message, code = f"Le serveur réel a répondu HTTP {statut}, sans enveloppe SOAP.", str(statut)
    echange.verdict = VerdictEchange.REFUS
    if 300 <= statut < 400:
        message = f"Le serveur réel redirige (HTTP {statut}) : le relais ne suit pas."
    elif not 400 <= statut < 500:  # the receiver failed: what was sent is judged all the same
        echange.verdict, code = VerdictEchange.FAULT, "Receiver"
    echange.fault = {"code": code, "message": message, "explication": ""}


def _fault(charge: Any) -> tuple[str, str]:
    """Code in the words of SOAP 1.2, and sentence."""
    textes = {
        str(etree.QName(e).localname): "".join(e.itertext()).strip() for e in charge.iter(etree.Element)
    }
    # The first Value is that of the code; a Subcode has one too.
    valeur = next((e.text or "" for e in charge.iter("{*}Value")), textes.get("faultcode", ""))
    code = valeur.strip().rpartition(":")[2]
    return _CODES.get(code, code), textes.get("Text") or textes.get("faultstring") or ""


def _avec_enveloppe(vue: Observation, contrat: Contrat) -> None:
    echange, reponse = vue.echange, vue.reponse
    document = document_parmi(vue.reponse.champs)
    racine = None if document.startswith(_ZIP) else arbre_de(document)
    fait = bool(reponse.octets("attestation")) or _a_ete_fait(racine, vue)
    gravite = "avertissement" if fait else "bloquante"
    echange.anomalies = [] if racine is None else list(_anomalies(racine, contrat, gravite))
    refusee = any(anomalie["gravite"] == "bloquante" for anomalie in echange.anomalies)
    echange.verdict = VerdictEchange.ANOMALIES if refusee else VerdictEchange.ACCEPTE
    echange.numero_unique = vue.numero_rendu or echange.numero_unique
    prevue = contrat.operations.get(echange.operation or "")
    if prevue is None:
        return
    fautes = list(_fautes_des_champs(vue, prevue.sortie))
    if racine is not None:
        genre = Document.DOUBLONS if prevue.nom == "getDoublons" else OPERATIONS[prevue.nom].genre
        # A refused document comes back as it was sent: what it had wrong is the sender's.
        if not (refusee and fautes_de_la_requete(vue, echange.operation, contrat)):
            fautes += fautes_du_schema(racine, genre, contrat)
    elif document and not document.startswith(_ZIP):
        fautes.append(SchemaError(0, "", "Le document de la réponse n'est pas du XML."))
    echange.reponse_conforme = not fautes
    _noter(echange, REPONSE, "La réponse ne suit pas le contrat", fautes)


def _a_ete_fait(racine: Any, vue: Observation) -> bool:
    """True when an answer shows that the request was done: its anomalies, if any, are warnings. A refused
    demande comes back under the header of its sender, and « RET » then tells nothing if the sender wrote it.
    An operation that is not done shows no list."""
    if racine is None:
        return False
    if vue.echange.operation == "getNumUnique":
        demande = None if vue.arbre is None else vue.arbre.findtext("{*}entete/{*}typeFichier")
        return bool(racine.findtext("{*}entete/{*}typeFichier") == "RET" != demande)
    return any(racine.find(f"{{*}}{nom}") is not None for nom in ("listeEvenements", "listeDemandes"))


def _fautes_des_champs(vue: Observation, prevue: MessageOperation) -> Iterator[SchemaError]:
    charge = vue.reponse.charge
    nom = str(etree.QName(charge).localname)
    if charge.tag != prevue.qname:
        yield SchemaError(charge.sourceline or 0, nom, f"L'élément attendu est {prevue.qname}.")
    for champ in prevue.champs:
        if champ.obligatoire and champ.nom not in vue.reponse.champs:
            yield SchemaError(
                charge.sourceline or 0, f"{nom}/{champ.nom}", "Le champ obligatoire est absent."
            )


def _anomalies(racine: Any, contrat: Contrat, gravite: str) -> Iterator[dict[str, Any]]:
    regles = {fiche.code_officiel: code for code, fiche in contrat.regles.items() if fiche.code_officiel}
    for code, message, propriete in anomalies_dites(racine):
        yield {
            "regle": regles.get(code, code),
            "code": code,
            "message": message,
            "propriete": propriete,
            "gravite": gravite,
            "valeur": "",
            "ligne": 0,
        }


def anomalies_dites(racine: Any) -> Iterator[tuple[str, str, str]]:
    """(code, sentence, place) of the anomalies that an answer says, in order."""
    for element in racine.iter("{*}anomalie"):
        message = element.findtext("{*}message", "").strip()
        yield str(element.get("code", "")), message, str(element.get("propriete", ""))


def _phrase(faute: SchemaError) -> str:
    # As the journal's explanations are written: the judge of CTR-01 reads them again.
    suite = f" → {faute.remede}" if faute.remede else ""
    return f"ligne {faute.ligne}, {faute.chemin} : {faute.message}{suite}"


def _noter(echange: Echange, code: str, quoi: str, fautes: list[SchemaError]) -> None:
    for faute in fautes[:FAUTES_MAX]:
        echange.tolerances.append({"code": code, "phrase": f"{quoi} : {_phrase(faute)}"})
