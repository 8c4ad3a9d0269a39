"""An exchange as a report shows it: what it was, its texts, and the lines that the SNE complained of."""

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from sne_sandbox.conformance.observation import Observation
from sne_sandbox.domain.echange import Echange, VerdictEchange
from sne_sandbox.domain.texte import masquer_message
from sne_sandbox.reports.model import EchangeCite

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
    for ligne in sorted(set(_en_cause(vue.echange))):
        if avant + ligne <= derniere:
            yield avant + ligne


def _en_cause(echange: Echange) -> Iterator[int]:
    for anomalie in echange.anomalies:
        if isinstance(anomalie.get("ligne"), int) and anomalie["ligne"] > 0:
            yield anomalie["ligne"]
    for trouvee in _LIGNE.finditer((echange.fault or {}).get("explication", "")):
        yield int(trouvee[1])


def _lisible(octets: bytes) -> str:
    return masquer_message(octets.decode("utf-8", "replace").replace("\r\n", "\n"))


def _texte(tete: str, en_tetes: list[tuple[str, str]], octets: bytes) -> str:
    tete += "".join(f"{nom}: {valeur}\n" for nom, valeur in en_tetes)
    if len(octets) > OCTETS_MAX:
        return f"{tete}\n[{len(octets)} octets]"
    # Masked before it is cut: half a NIR is still one.
    corps = _lisible(octets)
    suite = "" if len(corps) <= TEXTE_MAX else f"\n[… {len(corps) - TEXTE_MAX} caractères de plus]"
    return f"{tete}\n{corps[:TEXTE_MAX]}{suite}"
