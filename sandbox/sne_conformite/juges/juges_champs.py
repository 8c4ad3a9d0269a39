"""EMB-03: the fields of the payload, against the WSDL; EMB-15: what one of them must not hold."""

import binascii
import re
from typing import Any, Final

from lxml import etree

from sne_conformite.juges.juge import CONSTATS, Constats, Dire
from sne_conformite.observation.observation import Observation
from sne_interface.contract.contrats_charges import ChampLu
from sne_interface.domain.echange import Piece
from sne_interface.domain.element_recu import lire_instant
from sne_sandbox.soap.envelope import INCLUDE

_CODE: Final = re.compile(r"[a-zA-Z0-9]{1,6}")


def champs_de_l_operation(vue: Observation, dire: Dire, charge: Any) -> Constats:
    """Fields are unqualified, known, in the contract's order, each once, none missing."""
    attendus = _attendus(vue)
    if attendus is None:
        return
    rangs = {champ.nom: rang for rang, champ in enumerate(attendus)}
    fautes = []
    vus = []
    qualifies = []
    for noeud in vue.charge.iterchildren(etree.Element):
        qname = etree.QName(noeud)
        nom = str(qname.localname)
        if nom not in rangs:
            entree = etree.QName(vue.charge).localname
            fautes.append(dire.rompue("champ_inconnu", ", ".join(rangs), chemin=nom, entree=entree))
            continue
        if qname.namespace is not None:
            qualifies.append(noeud)
        if rangs[nom] in vus:
            fautes.append(dire.rompue("champ_double", chemin=nom))
            continue
        vus.append(rangs[nom])
        if qname.namespace is None:
            fautes += _contenu(noeud, attendus[rangs[nom]], dire)
    fautes += _qualifies(qualifies, dire)
    for champ in attendus:
        if champ.obligatoire and rangs[champ.nom] not in vus:
            fautes.append(dire.rompue("champ_absent", chemin=champ.nom))
    if vus != sorted(vus):
        attendu = ", ".join(attendus[rang].nom for rang in sorted(vus))
        observe = ", ".join(attendus[rang].nom for rang in vus)
        fautes.append(dire.rompue("champs_desordonnes", attendu, observe))
    yield from fautes or [dire.tenue()]


def _attendus(vue: Observation) -> tuple[ChampLu, ...] | None:
    """Fields of the operations that share the payload; None when it is no operation's."""
    if vue.charge is None:
        return None
    nom = etree.QName(vue.charge).localname
    for operation in vue.contrat.operations.values():
        if etree.QName(operation.entree.qname).localname == nom:
            return operation.entree.champs
    return None


def _qualifies(noeuds: list[Any], dire: Dire) -> Constats:
    """One finding for all: a namespace declared above reaches every child."""
    if not noeuds:
        return
    nom = etree.QName(noeuds[0]).localname
    sorte = "espace_de_noms_par_defaut" if noeuds[0].prefix is None else "champ_qualifie"
    yield dire.rompue(sorte, f"<{nom}> sans espace de noms", str(noeuds[0].tag), chemin=nom)


def _contenu(noeud: Any, champ: ChampLu, dire: Dire) -> Constats:
    if noeud.get("{http://www.w3.org/2001/XMLSchema-instance}nil", "").strip() in ("true", "1"):
        if champ.obligatoire:
            yield dire.rompue("champ_nil", chemin=champ.nom)
        return
    if not _bien_forme(noeud, champ.type):
        attendu = CONSTATS["formes"].get(champ.type, f"un contenu de type {champ.type}")
        observe = _texte(noeud) or next((str(enfant.tag) for enfant in _enfants(noeud)), "")
        yield dire.rompue("contenu_du_champ", attendu, observe, chemin=champ.nom)


def _bien_forme(noeud: Any, type_champ: str) -> bool:
    texte, enfants = _texte(noeud), _enfants(noeud)
    if type_champ == "tns:base64Binary":
        return [enfant.tag for enfant in enfants] == [INCLUDE] or (not enfants and _est_base64(texte))
    if type_champ == "tns:codeElement":
        code = noeud.get("code")
        return not texte and not enfants and (code is None or _CODE.fullmatch(code) is not None)
    if type_champ == "xs:dateTime":
        return not enfants and lire_instant(texte) is not None
    return not enfants


def _enfants(noeud: Any) -> list[Any]:
    """The elements inside: a comment is none."""
    return list(noeud.iterchildren(etree.Element))


def _texte(noeud: Any) -> str:
    return "".join(noeud.xpath("text()")).strip()


def _est_base64(texte: str) -> bool:
    try:
        binascii.a2b_base64("".join(texte.split()), strict_mode=True)
    except ValueError:
        return False
    return True


def sans_cle_privee(vue: Observation, dire: Dire) -> Constats:
    """EMB-15. Only a key in clear, in PEM, is told for sure: how to write a certificate is not known. An
    empty field holds nothing, as it may."""
    certificat = vue.champs.get("certificat")
    if not isinstance(certificat, Piece):
        return
    yield dire.si(b"PRIVATE KEY-----" not in certificat.contenu, "cle_privee", observe="PRIVATE KEY")


#: Media types that are surely something else than a document or a certificate, and those of certificates: a
#: type that says little (application/octet-stream, text/plain) says nothing wrong.
_AUTRES: Final = re.compile(
    r"(image|audio|video)/|text/(html|css|csv)|application/(pdf|zip|x-zip|gzip|json|msword|vnd\.)"
)
_DE_CERTIFICAT: Final = re.compile(r"application/(x-x509-|pkix-|x-pem|pkcs|x-pkcs)")


def type_du_contenu(vue: Observation, dire: Dire, charge: Any) -> Constats:
    """EMB-17: what is announced of a piece, in the envelope or on its part, is what it holds. A certificate
    that is said to be text/xml is a habit of SOAP stacks, which have one type for all."""
    espace = next(iter(vue.contrat.operations.values())).attribut_content_type
    fautes, vus = 0, 0
    for noeud in charge.iterchildren(etree.Element):
        nom = str(etree.QName(noeud).localname)
        piece = vue.champs.get(nom)
        if not isinstance(piece, Piece) or not piece.contenu:
            continue
        est_document = piece.contenu == vue.octets_document and vue.arbre is not None
        for annonce in dict.fromkeys(filter(None, (noeud.get(espace), piece.content_type))):
            vus += 1
            media = annonce.strip().lower()
            if _AUTRES.match(media) or (est_document and _DE_CERTIFICAT.match(media)):
                fautes += 1
                attendu = "text/xml ou application/xml" if est_document else "application/x-x509-ca-cert"
                yield dire.rompue("type_autre", attendu, annonce, chemin=nom)
                break
    if vus and not fautes:
        yield dire.tenue()
