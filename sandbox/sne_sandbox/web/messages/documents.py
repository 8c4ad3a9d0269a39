"""Documents: what an exchange carried, as it may be shown, NIR masked; and what is about to be sent."""

import io
import zipfile
import zlib
from copy import deepcopy
from datetime import date, datetime
from typing import Any, Final

from lxml import etree

from sne_sandbox.conformance.observation import Courrier, Observation
from sne_sandbox.contract import codec
from sne_sandbox.contract.codec import NS
from sne_sandbox.domain.dates import PARIS, xs_date_time
from sne_sandbox.domain.echange import SECRETS, document_parmi
from sne_sandbox.domain.texte import est_nom_de_nir, masquer_message, masquer_nir, masquer_nirs
from sne_sandbox.errors import SandboxError
from sne_sandbox.settings import Limites

_ZIP: Final = b"PK\x03\x04"
#: Entries of an archive that a page names.
_CONTENUS_MAX: Final = 200
#: Bytes that a masked archive may unfold to.
_DEPLIE_MAX: Final = 20_000_000


def document_repondu(observation: Observation) -> bytes:
    """The XML document, or the archive, of the answer; b"" without any."""
    if observation.asynchrone:
        return observation.echange.reponse
    return document_parmi(observation.reponse.champs)


def arbre_repondu(observation: Observation) -> Any:
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


def masquer_octets(octets: bytes) -> bytes:
    """Bytes as they may leave: NIR masked in text and base64; an archive is made again, each entry masked."""
    if octets.startswith(_ZIP):
        return _masquer_archive(octets)
    try:
        return masquer_message(octets.decode("utf-8")).encode()
    except UnicodeDecodeError:
        return masquer_message(octets.decode("latin-1")).encode("latin-1")


def masquer_corps(courrier: Courrier, octets: bytes) -> bytes:
    """A whole body as it may leave. Archives that travel as parts are masked from within."""
    message = courrier.message
    for partie in message.parties if message is not None else ():
        if partie.contenu.startswith(_ZIP):
            octets = octets.replace(partie.contenu, _masquer_archive(partie.contenu))
    return masquer_octets(octets)


def masquer_en_tetes(en_tetes: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Headers as they may be shown."""
    return [(nom, "••••" if nom.lower() in SECRETS else masquer_nirs(valeur)) for nom, valeur in en_tetes]


def _masquer_archive(octets: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as recue:
            if sum(entree.file_size for entree in recue.infolist()) > _DEPLIE_MAX:
                return b"[archive ZIP trop grosse pour que ses NIR soient masques]"
            rendue = io.BytesIO()
            with zipfile.ZipFile(rendue, "w", zipfile.ZIP_DEFLATED) as nouvelle:
                for entree in recue.infolist():
                    nouvelle.writestr(entree.filename, masquer_octets(recue.read(entree)))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError):
        return b"[archive ZIP illisible : elle n'est pas montree]"
    return rendue.getvalue()


# --- what is about to be sent (lxml) ------------------------------------------------------------------------


def redater(racine: Any, maintenant: datetime) -> None:
    """Brings a document written for another day to `maintenant`, in place: every date moves by as many days,
    years of income by as many years. A birth date that a NIR repeats stays."""
    fichier = racine.find(f"{{{NS}}}entete/{{{NS}}}dateFichier")
    ecrit = _jour((fichier.text or "")[:10]) if fichier is not None else None
    aujourdhui = maintenant.astimezone(PARIS).date()
    if ecrit is None:
        return
    ecart = aujourdhui - ecrit
    for element in racine.iter(etree.Element):
        nom, texte = etree.QName(element).localname, element.text or ""
        jour = _jour(texte)
        if nom.startswith("annee") and texte.isdecimal():
            element.text = str(int(texte) + aujourdhui.year - ecrit.year)
        elif jour is not None and not (nom == "dateNaissance" and bool(_nirs(element.getparent()))):
            element.text = (jour + ecart).isoformat()
    fichier.text = xs_date_time(maintenant)


def _nirs(racine: Any) -> list[Any]:
    """The elements of a document that hold a NIR, whatever the contract calls them."""
    return [e for e in racine.iter(etree.Element) if not len(e) and est_nom_de_nir(etree.QName(e).localname)]


def masquer(racine: Any) -> Any:
    """A copy of a document, each NIR masked."""
    copie = deepcopy(racine)
    for nir in _nirs(copie):
        nir.text = masquer_nir(nir.text or "")
    return copie


def demasquer(racine: Any, depart: Any) -> None:
    """Gives its NIRs back, in place, to a document that was shown masked: those of `depart` (None for none),
    person by person, where nothing else was typed over them."""
    if depart is None:
        return
    originaux = {masquer_nir(nir.text or ""): nir.text for nir in _nirs(depart)}
    par_place = {depart.getroottree().getelementpath(nir): nir.text for nir in _nirs(depart)}
    for nir in _nirs(racine):
        if "*" in (nir.text or ""):
            la = par_place.get(racine.getroottree().getelementpath(nir))
            nir.text = (
                la if la is not None and masquer_nir(la) == nir.text else originaux.get(nir.text, nir.text)
            )


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
