"""A message as it came, taken apart: MTOM (multipart/related) or plain.

Every deviation of the table of `tolerances` is accepted and numbered; every other one is refused with an
explanation in French that names the place.

A multipart body is cut at its boundaries (RFC 2046, 5.1), linearly and without copying what it skips.
python-multipart was tried and cannot do it: it reads multipart/form-data, and refuses LF-only messages,
preambles and folded headers, and takes the next delimiter for data when an empty part has one blank line
only, which is how a real client sends its certificate. The standard `email` parser needs 0.3 s and 200 MB for
20 MB. So the body is searched for one string.
"""

import codecs
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter
from typing import Final

from sne_interface.domain.nir import debut_cite
from sne_interface.errors import MessageMalforme, MessageTropGros
from sne_sandbox.mime.message_mime import (
    LONGUEUR_MAX,
    ContentType,
    Message,
    Packaging,
    Part,
    decoder_transfert,
    lire_content_type,
)
from sne_sandbox.mime.tolerances import Tolerance

#: Limits of what no real stack comes near. Header block of a part in bytes, and in headers.
ENTETES_OCTETS_MAX: Final = 16_384
ENTETES_MAX: Final = 64
#: Lines that begin with the boundary and are none (RFC 2046 forbids them): more is an attack.
FAUSSES_LIMITES_MAX: Final = 1_000

ILLISIBLE: Final = "Le message MIME est illisible."

_LIGNE_VIDE: Final = re.compile(rb"\r?\n\r?\n")
_FIN_DE_LIGNE: Final = re.compile(rb"\r?\n")
#: What a body in parts begins with: a delimiter, then a header of MIME.
_PREMIERE_PARTIE: Final = re.compile(rb"\s*--([^\r\n]{1,70})\r?\n(?:[A-Za-z-]+:[^\r\n]*\r?\n)*?(?i:content-)")
#: What makes a delimiter of `--boundary`: two hyphens or none, padding, the end of the line.
_APRES_LIMITE: Final = re.compile(rb"(--)?[ \t]*(\r?\n|\Z)")

Entetes = tuple[tuple[str, str], ...]


def illisible(explication: str) -> MessageMalforme:
    """Makes the refusal of a message that cannot be read."""
    return MessageMalforme(ILLISIBLE, explication=explication)


@dataclass(frozen=True, slots=True)
class Morceau:
    """A body part as it travels: its headers, its content still encoded; where they begin in the body."""

    entetes: Entetes
    contenu: bytes
    debut: int
    place: int


@dataclass(frozen=True, slots=True)
class Decoupe:
    """`lf_seul` when MIME lines end in a bare LF; `finit_par_ligne` when something ends the last line."""

    morceaux: tuple[Morceau, ...]
    lf_seul: bool
    finit_par_ligne: bool


def decouper(corps: bytes, boundary: bytes, *, debut: int = 0, parties_max: int) -> Decoupe:
    """Cut `corps` from offset `debut`. Raises MessageMalforme when no delimiter is found, the last one is
    missing, or headers cannot be read; MessageTropGros for more than `parties_max` parts."""
    limite = b"--" + boundary
    long = len(limite)
    morceaux: list[Morceau] = []
    ouvert = -1  # where the part under way begins
    lf_seul = False
    fausses = 0
    position = debut
    while (trouve := corps.find(limite, position)) >= 0:
        delimiteur = _APRES_LIMITE.match(corps, trouve + long)
        # A delimiter stands at the start of a line.
        if delimiteur is None or not (trouve == debut or corps[trouve - 1] == 0x0A):
            fausses += 1
            if fausses > FAUSSES_LIMITES_MAX:
                raise illisible(
                    f"Plus de {FAUSSES_LIMITES_MAX} lignes ressemblent à la limite "
                    f"[{_texte(boundary)}] sans l'être : choisissez une limite absente du contenu.",
                )
            position = trouve + long
            continue
        if ouvert < 0:
            lf_seul = delimiteur[2] == b"\n"
        else:
            rang = len(morceaux) + 1
            if rang > parties_max:
                raise MessageTropGros(
                    "Le message a trop de parties.",
                    explication=f"La limite est de {parties_max} parties (octet {trouve}).",
                )
            morceaux.append(_morceau(corps, ouvert, trouve, rang, lf_seul=lf_seul))
        if delimiteur[1]:
            if ouvert < 0:
                raise illisible(f"Le message ne contient aucune partie (octet {trouve}).")
            return Decoupe(tuple(morceaux), lf_seul, finit_par_ligne=bool(delimiteur[2]))
        ouvert = position = delimiteur.end()
    raise _sans_fin(boundary, len(morceaux), ouvert, len(corps))


def _sans_fin(boundary: bytes, lus: int, ouvert: int, taille: int) -> MessageMalforme:
    if ouvert < 0:
        explication = (
            f"La limite [{_texte(boundary)}] annoncée dans le Content-Type n'apparaît nulle part "
            f"dans les {taille} octets du corps."
        )
    else:
        explication = (
            f"La limite finale [--{_texte(boundary)}--] manque : le message est tronqué dans sa partie "
            f"{lus + 1}, ouverte à l'octet {ouvert}, après {taille} octets."
        )
    return illisible(explication)


def _morceau(corps: bytes, debut: int, limite: int, rang: int, *, lf_seul: bool) -> Morceau:
    """The part between the delimiter that ends at `debut` and the one that stands at `limite`."""
    # The line end before a delimiter belongs to it. In an LF-only message a CR before it is content.
    fin = limite - (1 if lf_seul or corps[limite - 2 : limite - 1] != b"\r" else 2)
    if fin <= debut:
        return Morceau((), b"", debut, debut)
    saut = _FIN_DE_LIGNE.match(corps, debut)
    if saut is not None:
        return Morceau((), corps[saut.end() : fin], debut, saut.end())
    entetes, suite = lire_entetes(corps, debut, fin, lieu=f"Partie {rang}")
    return Morceau(entetes, corps[suite:fin], debut, suite)


def lire_entetes(corps: bytes, debut: int, fin: int, *, lieu: str) -> tuple[Entetes, int]:
    """The MIME headers of `corps[debut:fin]`, and where what follows their blank line begins (`fin` when
    there is no blank line: a part may consist of headers alone). Folded lines are unfolded.

    Raises MessageMalforme for a line that is no header, or headers beyond the limits.
    """
    trop = fin - debut > ENTETES_OCTETS_MAX
    vide = _LIGNE_VIDE.search(corps, debut, debut + ENTETES_OCTETS_MAX if trop else fin)
    if vide is None and trop:
        raise illisible(
            f"{lieu} (octet {debut}) : les en-têtes dépassent {ENTETES_OCTETS_MAX} octets, ou "
            " la ligne vide qui les sépare du contenu manque.",
        )
    limite, suite = vide.span() if vide else (fin, fin)
    try:
        entetes = _lire_bloc(corps[debut:limite])
    except ValueError as erreur:
        raise illisible(f"{lieu} (octet {debut}) : {erreur}.") from None
    return entetes, suite


@lru_cache(maxsize=128)
def _lire_bloc(bloc: bytes) -> Entetes:
    """The headers of a block: an application writes the same ones in each of its messages. Raises ValueError,
    in French."""
    entetes: list[tuple[str, str]] = []
    for ligne in _decode(bloc).split("\n"):
        if not ligne.strip():
            continue
        if ligne[0] in " \t" and entetes:
            nom, valeur = entetes[-1]
            entetes[-1] = (nom, f"{valeur} {ligne.strip()}")
            continue
        nom, deux_points, valeur = ligne.partition(":")
        if not deux_points or not nom.strip():
            raise ValueError(
                f"la ligne [{debut_cite(ligne.strip(), 80)}] n'est pas un en-tête « Nom: valeur »"
            )
        if len(entetes) == ENTETES_MAX:
            raise ValueError(f"plus de {ENTETES_MAX} en-têtes")
        entetes.append((nom.strip(), valeur.strip()))
    return tuple(entetes)


def _decode(octets: bytes) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def _texte(boundary: bytes) -> str:
    return boundary.decode("latin-1")


_BOM: Final = b"\xef\xbb\xbf"
_DECLARATION: Final = re.compile(
    rb"""(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})"""
)
#: Encodings that an envelope may be in by its header's word alone.
_ANNONCES: Final = frozenset(("iso8859-1", "iso8859-15", "cp1252", "utf-16", "utf-16-le", "utf-16-be"))
_XOP: Final = "application/xop+xml"
#: RFC 2046, 5.1.1.
_BOUNDARY_MAX: Final = 70


def unpack(content_type: str, body: bytes, *, parties_max: int = 64, taille_max: int) -> Message:
    """Take a message apart; `content_type` is the HTTP header ("" when absent).

    A body that is not multipart is the root itself, whatever its type. `taille_max` is in bytes and bounds
    the whole body; `parties_max` counts the root. Raises MessageTropGros beyond them, MessageMalforme for
    what cannot be read: no boundary, no part, a last boundary missing, garbage in base64, two parts of the
    same Content-ID, a header told twice in two ways, a root that is a multipart. Another part may be one,
    which is left as it is: who cites it is to be refused (`est_imbriquee`).
    """
    if len(body) > taille_max:
        raise MessageTropGros(
            "Le message est trop gros.",
            explication=f"Il fait {len(body)} octets, la limite est de {taille_max} octets.",
        )
    entete = _lire_type(content_type, "En-tête Content-Type")
    if not est_multipart(content_type, body):
        return _simple(content_type, entete, body)
    notees: set[Tolerance] = set()
    debut = len(_BOM) if body.startswith(_BOM) else 0
    if debut:
        notees.add(Tolerance.BOM)
    if entete.get("boundary") is None:
        entete, debut = _entete_du_corps(body, debut)
        notees.add(Tolerance.ENTETES_DANS_LE_CORPS)
    annonce = _annonce(entete)
    notees |= annonce.notees
    decoupe = decouper(body, annonce.limite, debut=debut, parties_max=parties_max)
    if decoupe.lf_seul:
        notees.add(Tolerance.FINS_DE_LIGNE_LF)
    if not decoupe.finit_par_ligne:
        notees.add(Tolerance.SANS_FIN_DE_LIGNE)
    parties = [_partie(m, rang, notees) for rang, m in enumerate(decoupe.morceaux, 1)]
    _verifier_identifiants(parties)
    racine = parties.pop(_rang_racine(annonce, parties, notees))
    if est_imbriquee(racine):
        raise illisible(f"La racine est de type {racine.content_type} : {IMBRIQUEE}.")
    return Message(
        Packaging.MTOM,
        _selon_annonce(lire_content_type(racine.content_type), racine.contenu),
        racine.content_type,
        _action(annonce, racine, notees),
        tuple(_selon_son_charset(partie, notees) for partie in parties),
        _dans_l_ordre(notees),
    )


def _lire_type(valeur: str, lieu: str) -> ContentType:
    try:
        return lire_content_type(valeur)
    except ValueError as erreur:
        raise illisible(f"{lieu} : {erreur}, la limite est de {LONGUEUR_MAX}.") from None


def est_multipart(content_type: str, body: bytes) -> bool:
    """True when a message comes in parts: its header says so, or the header gives no type and the body begins
    with MIME headers, as .NET writes them (T-06)."""
    media = lire_content_type(content_type[:LONGUEUR_MAX]).media
    if not media:
        return body[:16].lower().startswith((b"mime-version:", b"content-type:"))
    return media.startswith("multipart/")


def limite_du_corps(body: bytes) -> str:
    """The boundary that a body begins with, when it comes in parts whatever its header says; "" when it does
    not."""
    trouve = _PREMIERE_PARTIE.match(body)
    return "" if trouve is None else _texte(trouve[1])


def _simple(content_type: str, entete: ContentType, body: bytes) -> Message:
    if not body:
        raise MessageMalforme("Le message est vide.", explication="Le corps de la requête n'a aucun octet.")
    limite = limite_du_corps(body)
    if limite:
        raise illisible(
            f"L'en-tête Content-Type annonce [{entete.media}], et le corps est en plusieurs "
            f"parties, séparées par [--{limite}] : les deux se contredisent. → envoyez Content-Type: "
            f'multipart/related; type="{_XOP}"; boundary="{limite}"',
        )
    notees = {Tolerance.BOM} if body.startswith(_BOM) else set()
    if entete.media != "application/soap+xml":
        notees.add(Tolerance.TYPE_SIMPLE)
    racine = _selon_annonce(entete, body)
    charset = entete.get("charset")
    if racine is body and charset is not None and _codec(charset) != _codec(_encodage(body)):
        notees.add(Tolerance.CHARSET_AUTRE)
    return Message(Packaging.SIMPLE, racine, content_type, entete.get("action"), (), _dans_l_ordre(notees))


def _selon_annonce(entete: ContentType, contenu: bytes) -> bytes:
    """The envelope in UTF-8 where its header's `charset` alone tells how to read it (RFC 7303, 3.2): it has
    no byte-order mark, declares nothing and is no UTF-8. Else `contenu` itself."""
    try:
        codec = codecs.lookup(entete.get("charset") or "utf-8").name
    except (LookupError, ValueError):
        return contenu
    if codec not in _ANNONCES or _DECLARATION.match(contenu):
        return contenu
    if contenu.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0?\0", b"\0<\0?")):  # UTF-16 that says so itself
        return contenu
    if codec == "utf-16":
        codec = "utf-16-be" if contenu.startswith(b"\0") else "utf-16-le"
    try:
        if b"\0" not in contenu[:2]:
            contenu.decode("utf-8")
            return contenu
    except UnicodeDecodeError:
        pass
    try:
        return contenu.decode(codec).encode("utf-8")
    except UnicodeError:
        return contenu


def _selon_son_charset(partie: Part, notees: set[Tolerance]) -> Part:
    """A part whose document is in UTF-8 where its `charset` alone tells how to read it, as an envelope."""
    entete = lire_content_type(partie.content_type)
    charset = entete.get("charset")
    if charset is None or not entete.media.endswith(("/xml", "+xml")):
        return partie
    contenu = _selon_annonce(entete, partie.contenu)
    if contenu is not partie.contenu:
        return replace(partie, contenu=contenu)
    if contenu and _codec(charset) != _codec(_encodage(contenu)):
        notees.add(Tolerance.CHARSET_DE_PARTIE)
    return partie


def _encodage(body: bytes) -> str:
    """The encoding of an XML document: its byte-order mark, else its declaration, else UTF-8."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")):
        return "utf-16"
    declare = _DECLARATION.match(body)
    return declare[1].decode("ascii") if declare else "utf-8"


@lru_cache(maxsize=64)
def _codec(nom: str) -> str:
    """One name for all those of an encoding: ASCII reads as UTF-8, a UTF-16 whatever its order."""
    try:
        lu = codecs.lookup(nom).name
    except (LookupError, ValueError):
        return nom.lower()
    return {"ascii": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(lu, lu)


def _entete_du_corps(body: bytes, debut: int) -> tuple[ContentType, int]:
    """The multipart header at the head of the body, and where the body proper begins (T-06)."""
    sans_boundary = illisible(
        "Le Content-Type annonce plusieurs parties sans « boundary », et le corps ne commence "
        "pas par des en-têtes MIME qui en donneraient un.",
    )
    if body.startswith(b"--", debut) or b":" not in body[debut : debut + 80]:
        raise sans_boundary
    entetes, suite = lire_entetes(body, debut, len(body), lieu="Tête du corps")
    try:
        _repetes(entetes)
    except ValueError as erreur:
        raise illisible(f"Tête du corps : {erreur}.") from None
    valeur = next((v for nom, v in entetes if nom.lower() == "content-type"), "")
    entete = _lire_type(valeur, "Content-Type en tête du corps")
    if entete.get("boundary") is None:
        raise sans_boundary
    return entete, suite


@dataclass(frozen=True, slots=True)
class _Annonce:
    """The header of a message in parts: its boundary, its root (None when it names none), the
    action that it gives and that of its start-info, the tolerances that it needs."""

    limite: bytes
    racine: str | None
    actions: tuple[str | None, str | None]
    notees: frozenset[Tolerance]


@lru_cache(maxsize=128)
def _annonce(entete: ContentType) -> _Annonce:
    """Checks what a header tells: an application writes the same one in each of its messages. Raises
    MessageMalforme."""
    if entete.media != "multipart/related":
        raise illisible(f"Le type [{entete.media}] est reçu, multipart/related est attendu.")
    # Blanks at its end are none of a boundary (RFC 2046).
    limite = (entete.get("boundary") or "").rstrip()
    if not 0 < len(limite) <= _BOUNDARY_MAX or not (limite.isascii() and limite.isprintable()):
        raise illisible(
            f"Le « boundary » [{limite[:80]}] doit avoir de 1 à {_BOUNDARY_MAX} caractères "
            f"ASCII imprimables ; il en a {len(limite)}.",
        )
    info = lire_content_type(entete.get("start-info") or "")
    start = (entete.get("start") or "").strip()
    racine = _sans_chevrons(start) if start else None
    tolerances = {
        Tolerance.BOUNDARY_SANS_GUILLEMETS: "boundary" in entete.nus,
        Tolerance.BOUNDARY_SPECIALE: "=" in limite or "/" in limite,
        Tolerance.TYPE_IRREGULIER: entete.get("type") != _XOP,
        Tolerance.START_INFO_TEXT_XML: info.media == "text/xml",
        Tolerance.START_ABSENT: not start,
        Tolerance.START_SANS_CHEVRONS: racine == start,
    }
    notees = frozenset(tolerance for tolerance, notee in tolerances.items() if notee)
    return _Annonce(limite.encode("ascii"), racine, (entete.get("action"), info.get("action")), notees)


@lru_cache(maxsize=128)
def _decrire(entetes: Entetes) -> tuple[str, str | None, str, frozenset[Tolerance]]:
    """Reads the headers of a part: its type, its identifier, its transfer encoding, and the tolerances that
    they need. Raises ValueError, in French, when two headers of one name differ."""
    notees = {Tolerance.EN_TETE_REPETE} if _repetes(entetes) else set()
    par_nom = {nom.lower(): valeur for nom, valeur in entetes}
    brut = par_nom.get("content-id", "")
    identifiant = _sans_chevrons(brut) or None
    if identifiant is None or identifiant == brut:
        notees.add(Tolerance.CONTENT_ID_IRREGULIER)
    if identifiant is not None and "*" in identifiant:
        notees.add(Tolerance.CONTENT_ID_ETOILE)
    encodage = par_nom.get("content-transfer-encoding", "").lower()
    if encodage not in ("", "binary"):
        notees.add(Tolerance.PARTIE_ENCODEE)
    return par_nom.get("content-type", ""), identifiant, encodage, frozenset(notees)


#: Headers that say how a part is to be read: of two that differ, nobody knows which is meant (RFC 2045, 3).
_UNIQUES: Final = frozenset({"content-type", "content-id", "content-transfer-encoding"})


def _repetes(entetes: Entetes) -> bool:
    """True when a header that is read is there more than once. Raises ValueError when its values differ."""
    vus: dict[str, str] = {}
    repete = False
    for nom, valeur in entetes:
        cle = nom.lower()
        if cle not in _UNIQUES:
            continue
        if cle not in vus:
            vus[cle] = valeur
        elif vus[cle] == valeur:
            repete = True
        else:
            raise ValueError(
                f"l'en-tête {nom} est écrit deux fois, et se contredit : [{vus[cle][:80]}], puis "
                f"[{valeur[:80]}] ; n'en laissez qu'un"
            )
    return repete


#: Why a part that is a multipart cannot be read.
IMBRIQUEE: Final = "un message MTOM n'a qu'un niveau de parties"


def est_imbriquee(partie: Part) -> bool:
    """True when a part has parts of its own."""
    return partie.content_type[:10].lower() == "multipart/"


def _partie(morceau: Morceau, rang: int, notees: set[Tolerance]) -> Part:
    try:
        type_partie, identifiant, encodage, irregularites = _decrire(morceau.entetes)
    except ValueError as erreur:
        raise illisible(f"Partie {rang} (octet {morceau.debut}) : {erreur}.") from None
    _lire_type(type_partie, f"Content-Type de la partie {rang}")
    notees |= irregularites
    try:
        contenu = decoder_transfert(morceau.contenu, encodage or "binary")
    except ValueError as erreur:
        raise illisible(
            f"La partie {rang} (Content-ID [{identifiant or ''}], octet {morceau.debut}) annonce "
            f"l'encodage [{encodage[:40]}] : {erreur}.",
        ) from None
    if not contenu:
        notees.add(Tolerance.PARTIE_VIDE)
    if contenu.startswith(_BOM):
        notees.add(Tolerance.BOM)
    return Part(identifiant, type_partie, encodage or "binary", contenu, morceau.entetes)


def _sans_chevrons(valeur: str) -> str:
    valeur = valeur.strip()
    return valeur[1:-1].strip() if valeur.startswith("<") and valeur.endswith(">") else valeur


def _verifier_identifiants(parties: list[Part]) -> None:
    vus: set[str] = set()
    for rang, partie in enumerate(parties, 1):
        if partie.content_id is not None and partie.content_id in vus:
            raise illisible(
                f"La partie {rang} porte le même Content-ID [{partie.content_id}] qu'une autre.",
            )
        vus.add(partie.content_id or "")


def _rang_racine(annonce: _Annonce, parties: list[Part], notees: set[Tolerance]) -> int:
    """Index of the root: the part that `start` names, else the first (RFC 2387, 3.2)."""
    if annonce.racine is None:
        return 0
    for rang, partie in enumerate(parties):
        if partie.content_id == annonce.racine:
            return rang
    notees.add(Tolerance.START_INCONNU)
    return 0


def _action(annonce: _Annonce, racine: Part, notees: set[Tolerance]) -> str | None:
    """The action announced. A short form (`getNumUnique`) agrees with the long one."""
    premiere, derniere = annonce.actions
    actions = [a for a in (premiere, lire_content_type(racine.content_type).get("action"), derniere) if a]
    if len({action.rstrip("/").rpartition("/")[2] for action in actions}) > 1:
        notees.add(Tolerance.ACTION_DIFFERENTE)
    return actions[0] if actions else None


def _dans_l_ordre(notees: set[Tolerance]) -> tuple[Tolerance, ...]:
    return tuple(sorted(notees, key=attrgetter("code")))
