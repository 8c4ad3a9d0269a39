"""Documents: what an exchange carried, as it may be shown, NIR masked; and what is about to be sent."""

import io
import zipfile
from copy import deepcopy
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from sne_interface.contract import codec
from sne_interface.contract.codec import NS
from sne_interface.domain.dates import PARIS, xs_date_time
from sne_interface.domain.echange import SECRETS, document_parmi
from sne_interface.domain.nir import cache_un_nir, masquer_nir, masquer_nirs
from sne_interface.domain.texte import nombre
from sne_interface.errors import SandboxError
from sne_interface.settings import Limites
from sne_sandbox.mime.masquage import Masqueur, masquer_corps
from sne_sandbox.web.acces import reserver, voit_en_clair

if TYPE_CHECKING:
    from sne_conformite.observation.observation import Observation

_ZIP: Final = b"PK\x03\x04"
#: Entries of an archive that a page names.
_CONTENUS_MAX: Final = 200


def document_repondu(observation: "Observation") -> bytes:
    """The XML document, or the archive, of the answer; b"" without any."""
    if observation.asynchrone:
        return observation.echange.reponse
    return document_parmi(observation.reponse.champs)


def arbre_repondu(observation: "Observation") -> Any:
    """Root of the document answered (lxml), None when there is none or it is no XML."""
    return lire(document_repondu(observation))


def lire(octets: bytes) -> Any:
    """Root of a document (lxml), None when it is no XML."""
    try:
        return codec.parse(octets, limit=Limites().xml_max) if octets else None
    except SandboxError:
        return None


def contenus_de(octets: bytes) -> tuple[tuple[str, int], ...]:
    """(name, size) of what a ZIP holds, the first ones; () for what is none."""
    if not octets.startswith(_ZIP):
        return ()
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            return tuple((e.filename, e.file_size) for e in archive.infolist()[:_CONTENUS_MAX])
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        return ()


def premier_de_l_archive(octets: bytes) -> bytes:
    """The first document of a ZIP that we made; b"" when it is none."""
    if not octets.startswith(_ZIP):
        return b""
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        return archive.read(archive.namelist()[0])


def montrer_octets(octets: bytes, content_type: str = "") -> bytes:
    """Bytes of any kind as they may be shown to whoever asks, NIR masked; nothing of what could not be opened
    to whoever may not see it raw."""
    masque = masquer_corps(octets, content_type)
    if masque.ouvert or voit_en_clair():
        return masque.octets
    return f"[contenu illisible de {nombre(len(octets))} octets : montré au seul droit « tout »]".encode()


def montrer_bruts(octets: bytes) -> bytes:
    """Bytes as they travelled, NIRs in clear: for who may do everything. Raises Forbidden."""
    reserver("Ce qui est demandé brut (?brut=oui)")
    return octets


def masquer_en_tetes(en_tetes: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Headers as they may be shown, their names too; their values opened when they are base64."""
    return [
        (masquer_nirs(nom), "••••" if nom.lower() in SECRETS else Masqueur().texte(valeur))
        for nom, valeur in en_tetes
    ]


# --- what is about to be sent (lxml) ------------------------------------------------------------------------


def redater(racine: Any, maintenant: datetime) -> Any:
    """A document written for another day, brought to `maintenant` in place: every date moves by as many days,
    years of income by as many years. A birth date that a NIR repeats stays."""
    fichier = racine.find(f"{{{NS}}}entete/{{{NS}}}dateFichier")
    ecrit = _jour((fichier.text or "")[:10]) if fichier is not None else None
    aujourdhui = maintenant.astimezone(PARIS).date()
    if ecrit is None:
        return racine
    ecart = aujourdhui - ecrit
    for element in racine.iter(etree.Element):
        nom, texte = etree.QName(element).localname, element.text or ""
        jour = _jour(texte)
        if nom.startswith("annee") and texte.isdecimal():
            element.text = str(int(texte) + aujourdhui.year - ecrit.year)
        elif jour is not None and not (nom == "dateNaissance" and _nirs(element.getparent())):
            element.text = (jour + ecart).isoformat()
    fichier.text = xs_date_time(maintenant)
    return racine


def _nirs(racine: Any) -> list[Any]:
    """The elements of a document that hold a NIR, whatever the contract calls them."""
    return [e for e in racine.iter(etree.Element) if not len(e) and cache_un_nir(etree.QName(e).localname)]


def masquer(racine: Any) -> Any:
    """A copy of a document, each NIR masked."""
    copie = deepcopy(racine)
    Masqueur().arbre(copie)
    return copie


def demasquer(racine: Any, depart: Any) -> None:
    """Gives its NIRs back, in place, to a document that was shown masked: those of `depart` (None for none),
    place by place, person by person, where nothing else was typed over them."""
    if depart is None:
        return
    masques = [e for e in racine.iter(etree.Element) if not len(e) and "*" in (e.text or "")]
    if not masques:
        return
    originaux = {masquer_nir(nir.text or ""): nir.text for nir in _nirs(depart)}
    montre, arbre = masquer(depart), racine.getroottree()
    for element in masques:
        chemin = arbre.getelementpath(element)
        la, masque = (vu.getroottree().find(chemin) for vu in (depart, montre))
        if masque is not None and masque.text == element.text:
            element.text = la.text
        elif cache_un_nir(etree.QName(element).localname):
            element.text = originaux.get(element.text, element.text)


def en_texte(racine: Any) -> str:
    """The document as text, indented anew (two blanks), with its XML declaration."""
    for element in racine.iter(etree.Element):
        element.tail = None
        if len(element) and not (element.text or "").strip():
            element.text = None
    etree.indent(racine, space="  ")
    octets: bytes = etree.tostring(racine, encoding="UTF-8", xml_declaration=True)
    return octets.decode() + "\n"


def _jour(texte: str) -> date | None:
    try:
        # Python reads « 0139980101 » too, which is a telephone.
        return date.fromisoformat(texte) if len(texte) == 10 and texte[4] == "-" else None
    except ValueError:
        return None
