"""EMB: the HTTP request and the SOAP envelope, judged on the bytes received, whatever was answered.

A deviation that clients in the field are known for, and that no requirement names (`start` without brackets
or absent, headers in the body, encoded parts), is tolerated and gives no finding.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from lxml import etree

from sne_conformite.juges.juge import Constats, Dire, Juge
from sne_conformite.juges.juges_champs import champs_de_l_operation, sans_cle_privee, type_du_contenu
from sne_conformite.observation.observation import Observation
from sne_conformite.protocole.protocole import FAUX_SERVEURS
from sne_interface.contract.contrats_charges import Contrat, OperationPubliee, retenu
from sne_interface.domain.echange import VerdictEchange
from sne_interface.domain.nir import extrait
from sne_sandbox.mime.message_deballe import limite_du_corps
from sne_sandbox.mime.message_mime import Message, Packaging
from sne_sandbox.mime.tolerances import Tolerance
from sne_sandbox.soap.envelope import INCLUDE, SOAP11, SOAP12

#: Of an operation that only its action tells from others.
SEULE_ACTION: Final = "EMB-18"
_ACTIONS_WSA: Final = (
    "{http://www.w3.org/2005/08/addressing}Action",
    "{http://schemas.xmlsoap.org/ws/2004/08/addressing}Action",
)


def enveloppe_soap_1_2(vue: Observation, dire: Dire) -> Constats:
    """EMB-01. The namespace of the envelope decides of its version."""
    if vue.echange.methode != "POST":
        yield dire.rompue("methode_http", observe=vue.echange.methode)
    elif not vue.echange.requete:
        yield dire.rompue("message_vide")
    elif vue.message is None:
        return  # EMB-05 says why
    elif vue.enveloppe is None:
        observe = extrait(vue.message.racine[:200].decode("utf-8", "replace"), 80)
        yield dire.rompue("enveloppe_illisible", observe=observe, explication=_explication(vue))
    else:
        yield from _version_soap(vue.enveloppe, vue, dire)


def _version_soap(enveloppe: Any, vue: Observation, dire: Dire) -> Constats:
    racine = etree.QName(enveloppe)
    if racine.localname != "Envelope":
        yield dire.rompue("sans_enveloppe", f"{{{SOAP12}}}Envelope", racine.text, nom=racine.localname)
    elif racine.namespace != SOAP12:
        sorte = "soap_1_1" if racine.namespace == SOAP11 else "version_soap"
        yield dire.rompue(sorte, SOAP12, racine.namespace or "aucun espace de noms")
    elif enveloppe.find(f"{{{SOAP12}}}Body") is None:
        yield dire.rompue("corps_absent")
    else:
        yield dire.si(
            vue.fault("code") != "MustUnderstand", "entete_obligatoire", observe=vue.fault("message")
        )


def element_de_l_operation(vue: Observation, dire: Dire, enveloppe: Any) -> Constats:
    """EMB-02. The Body's first element is the input of an operation of the service called."""
    if etree.QName(enveloppe).localname != "Envelope":
        return
    if vue.charge is None:
        if enveloppe.find(f"{{{SOAP12}}}Body") is not None:
            yield dire.rompue("corps_vide")
        return
    recu = etree.QName(vue.charge)
    connues = entrees(vue.contrat).get(str(recu.localname), ())
    if not connues:
        nommee = vue.contrat.operations.get(recu.localname)
        if nommee is None:
            yield dire.rompue("element_inconnu", observe=recu.text, nom=recu.localname)
        else:
            entree = _local(nommee.entree.qname)
            yield dire.rompue("nom_de_l_operation", entree, recu.text, nom=recu.localname)
    elif recu.text != connues[0].entree.qname:
        espace, nom = recu.namespace or "aucun", recu.localname
        yield dire.rompue("espace_de_noms_du_service", connues[0].espace, espace, nom=nom)
    else:
        premiere, service = connues[0], vue.echange.service or ""
        ici = any(operation.service == vue.echange.service for operation in connues)
        yield dire.si(ici, "autre_service", premiere.service, service, nom=premiere.nom)


def action_de_l_operation(vue: Observation, dire: Dire, charge: Any) -> Constats:
    """EMB-04, or EMB-18 where several operations take the payload, and the action tells which. Nothing
    announced is nothing wrong, where the payload alone tells."""
    connues = entrees(vue.contrat).get(str(etree.QName(charge).localname), ())
    possibles = [operation for operation in connues if operation.service == vue.echange.service]
    annoncees = _actions(vue)
    if not possibles:
        return
    plusieurs, seule = len(possibles) > 1, dire.exigence == SEULE_ACTION
    if not annoncees:
        if plusieurs and not seule:
            yield dire.rompue("action_absente", " ou ".join(operation.soap_action for operation in possibles))
        return
    admises = {o.nom for o in possibles} if vue.prevue is None else {vue.prevue.nom}
    fausse = next((a for a in annoncees if a.rstrip("/").rpartition("/")[2] not in admises), None)
    attendue = vue.prevue.soap_action if vue.prevue is not None else ""
    if plusieurs is seule:
        yield dire.si(fausse is None, "action_autre", attendue, fausse)


def multipart_mtom(vue: Observation, dire: Dire) -> Constats:
    """EMB-05. `start` may be left out (RFC 2387: the first part is then the root), not name nothing."""
    annonce = vue.en_tete("Content-Type").lstrip().lower()
    if vue.message is None:
        limite = limite_du_corps(vue.echange.requete)
        if limite and not annonce.startswith("multipart/"):
            attendu = f'multipart/related; type="application/xop+xml"; boundary="{limite}"'
            observe = vue.en_tete("Content-Type") or "aucun Content-Type"
            yield dire.rompue("content_type_contredit", attendu, observe, limite=limite)
        elif vue.echange.requete and annonce.startswith("multipart/") and not _content_id_double(vue):
            sorte = (
                "multipart_illisible" if annonce.startswith("multipart/related") else "pas_multipart_related"
            )
            codage = vue.en_tete("Content-Encoding").strip()
            if codage.lower() not in ("", "identity"):
                sorte = "corps_compresse"
            observe, explication = vue.en_tete("Content-Type"), _explication(vue)
            yield dire.rompue(sorte, observe=observe, codage=codage, explication=explication)
        return
    if vue.message.packaging is not Packaging.MTOM:
        return
    notees = {tolerance.code for tolerance in vue.message.tolerances}
    if Tolerance.TYPE_IRREGULIER.code in notees:
        yield dire.rompue("type_du_multipart", observe=vue.en_tete("Content-Type"))
    elif Tolerance.START_INCONNU.code in notees:
        yield dire.rompue("start_inconnu", observe=vue.en_tete("Content-Type"))
    elif Tolerance.START_ABSENT.code not in notees:
        yield dire.tenue()


def content_id_entre_chevrons(vue: Observation, dire: Dire, message: Message) -> Constats:
    """EMB-06. Only the parts that the message names count."""
    if message.packaging is not Packaging.MTOM or vue.charge is None:
        return
    citees = [p for href in _hrefs(vue) if (p := message.partie(href)) is not None]
    nues = [p for p in citees if not _entre_chevrons(p.en_tetes)]
    notees = {tolerance.code for tolerance in message.tolerances}
    racine_nue = (
        Tolerance.CONTENT_ID_IRREGULIER.code in notees
        and Tolerance.START_ABSENT.code not in notees
        and all(_entre_chevrons(p.en_tetes) for p in message.parties)
    )
    if nues or racine_nue:
        attendu = f"<{nues[0].content_id}>" if nues else "Content-ID: <…>"
        observe = nues[0].content_id or "" if nues else "partie racine"
        yield dire.rompue("sans_chevrons", attendu, observe)
    elif citees:
        yield dire.tenue()


def references_xop(vue: Observation, dire: Dire) -> Constats:
    """EMB-07. One part for each reference."""
    if vue.message is None:
        if _content_id_double(vue):
            yield dire.rompue("content_id_double", explication=_explication(vue))
        return
    hrefs = list(_hrefs(vue))
    for href in hrefs:
        if href[:4].lower() != "cid:":
            yield dire.rompue("href_sans_cid", observe=href)
        elif vue.message.partie(href) is None:
            presentes = ", ".join(f"<{p.content_id}>" for p in vue.message.parties) or "aucune partie"
            yield dire.rompue("partie_absente", presentes, href)
    if hrefs and all(vue.message.partie(href) is not None for href in hrefs):
        yield dire.tenue()


def attribut_content_type(vue: Observation, dire: Dire, charge: Any) -> Constats:
    """EMB-08: the content type of a piece is an attribute of the service's namespace."""
    espace = next(iter(vue.contrat.operations.values())).attribut_content_type
    vus = 0
    for noeud in charge.iterchildren(etree.Element):
        nom = etree.QName(noeud).localname
        autre = noeud.get("contentType", noeud.get("{http://www.w3.org/2005/05/xmlmime}contentType"))
        valeur = noeud.get(espace)
        if valeur is None and autre is not None:
            yield dire.rompue("content_type_non_qualifie", f"{espace}=…", f"contentType={autre}", chemin=nom)
        elif valeur is not None and len(valeur) < 3:
            yield dire.rompue("content_type_court", observe=valeur, chemin=nom)
        elif valeur is not None:
            vus += 1
    if vus:
        yield dire.tenue()


def certificat_presente(vue: Observation, dire: Dire) -> Constats:
    """EMB-11. A server that asks for no certificate, or a line that does not tell, says nothing; refused
    handshakes are judged in sequence."""
    if vue.echange.certificat:
        yield dire.tenue()
    elif vue.echange.certificat is False:
        yield dire.rompue("sans_certificat", observe="aucun")


def certificat_du_serveur_verifie(vue: Observation, dire: Dire) -> Constats:
    """EMB-12, EMB-16. Nothing that reaches a listener whose certificate is wrong should have; a refusal is
    seen in sequence."""
    for faux in FAUX_SERVEURS.values():
        if vue.echange.ecoute == faux.ecoute and dire.exigence == faux.exigence:
            yield dire.rompue(faux.sorte, "la négociation est abandonnée", "une requête est envoyée")


def adresse_configuree(vue: Observation, dire: Dire) -> Constats:
    """EMB-13. The published addresses end with a slash; a server that redirects loses the POST."""
    if vue.echange.verdict is VerdictEchange.REFUS and vue.echange.statut == 404:
        yield dire.rompue("adresse_inconnue", observe=vue.echange.chemin)
    else:
        lieu = urlsplit(vue.echange.chemin).path
        yield dire.si(lieu.endswith("/"), "sans_barre_finale", f"{lieu}/", vue.echange.chemin)


@retenu
def entrees(contrat: Contrat) -> Mapping[str, tuple[OperationPubliee, ...]]:
    """Operations by local name of their input element."""
    par_nom: dict[str, tuple[OperationPubliee, ...]] = {}
    for operation in contrat.operations.values():
        nom = _local(operation.entree.qname)
        par_nom[nom] = (*par_nom.get(nom, ()), operation)
    return par_nom


def _local(qname: str) -> str:
    return str(etree.QName(qname).localname)


def _hrefs(vue: Observation) -> Iterator[str]:
    if vue.charge is not None:
        for include in vue.charge.iter(INCLUDE):
            yield include.get("href", "").strip()


def _entre_chevrons(en_tetes: tuple[tuple[str, str], ...]) -> bool:
    ecrit = next((valeur.strip() for nom, valeur in en_tetes if nom.lower() == "content-id"), "")
    return ecrit.startswith("<") and ecrit.endswith(">")


def _actions(vue: Observation) -> list[str]:
    annoncees = [
        vue.message.action or "" if vue.message else "",
        vue.en_tete("SOAPAction").strip().strip('"'),
    ]
    annoncees += [vue.enveloppe.findtext(f".//{nom}") or "" for nom in _ACTIONS_WSA]
    return [action.strip() for action in annoncees if action.strip()]


def _content_id_double(vue: Observation) -> bool:
    refus = vue.refus
    return refus is not None and "le même Content-ID" in refus.explication


def _explication(vue: Observation) -> str:
    refus = vue.refus
    return refus.explication if refus is not None else vue.fault("explication")


JUGES: Final = (
    Juge("EMB-01", enveloppe_soap_1_2),
    Juge("EMB-02", element_de_l_operation),
    Juge("EMB-03", champs_de_l_operation),
    Juge("EMB-04", action_de_l_operation),
    Juge("EMB-05", multipart_mtom),
    Juge("EMB-06", content_id_entre_chevrons),
    Juge("EMB-07", references_xop),
    Juge("EMB-08", attribut_content_type),
    Juge("EMB-11", certificat_presente),
    Juge("EMB-12", certificat_du_serveur_verifie),
    Juge("EMB-13", adresse_configuree),
    Juge("EMB-15", sans_cle_privee),
    Juge("EMB-16", certificat_du_serveur_verifie),
    Juge("EMB-17", type_du_contenu),
    Juge(SEULE_ACTION, action_de_l_operation),
)
