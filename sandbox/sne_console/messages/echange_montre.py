"""An exchange as it is shown: its two sides, request and answer; and the whole of it as an HTTP archive
(HAR 1.2, w3c.github.io/web-performance/specs/HAR)."""

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from urllib.parse import parse_qsl

from sne_conformite.observation.observation import Courrier, Observation
from sne_console.messages.document_deroule import Arbre, Remarque, construire, refus_du_schema
from sne_console.messages.documents_masques import (
    contenus_de,
    document_repondu,
    lire,
    masquer_en_tetes,
    montrer_bruts,
    montrer_octets,
)
from sne_console.messages.verdicts_et_refus import verdict_vecu
from sne_console.vues import objet_de_l_adresse
from sne_interface.contract.codec import lire_lieu
from sne_interface.domain.echange import HORS_HTTP, Piece
from sne_interface.domain.nir import masquer_nirs
from sne_interface.errors import UsageError
from sne_sandbox.operations.table_des_operations import OPERATIONS
from sne_sandbox.web.configuration_et_services import VERSION

Nom = Literal["requete", "reponse"]
_TITRES: Final = {"requete": "Requête", "reponse": "Réponse"}

_EXTRAIT: Final = 3000
_APERCU: Final = 100_000
#: Characters before the end of what was cut that are not shown: a NIR cut in two is not masked.
_BORD: Final = 1_000
#: Lines shown before and after the one at fault; characters of a line.
AUTOUR: Final = 3
LIGNE_MAX: Final = 300
#: What the durations of an archive are.
_MESURE: Final = (
    "wait : du message reçu entier à la réponse prête, mesuré par le serveur. send et receive : non mesurés, "
    "0 parce que HAR 1.2 n'y admet pas -1."
)
#: What a file is, by its first bytes.
_SUFFIXES: Final = {b"%PDF": "pdf", b"PK\x03\x04": "zip", b"<?xm": "xml"}


@dataclass(frozen=True)
class ContenuLu:
    """A file of an archive."""

    nom: str
    taille: Annotated[int, "octets"]


@dataclass(frozen=True)
class PieceLue:
    """A piece of a message, told, NIR masked."""

    rang: Annotated[int, "à redonner dans l'adresse"]
    nom: Annotated[str, "Content-ID, ou champ de l'appel"]
    genre: Annotated[str, "type de média annoncé"]
    encodage: Annotated[str, "de transfert"]
    taille: Annotated[int, "octets"]
    contenus: Annotated[tuple[ContenuLu, ...], "ce qu'une archive ZIP contient"]


@dataclass(frozen=True)
class Cote:
    """One side: its headers, document, envelope and pieces, as far as they can be read. `extrait` is the head
    of a body in which nothing could be read; `illisible` says why. `texte` is a document that is no XML, its
    lines numbered as the explanation counts them."""

    nom: Nom
    titre: str
    taille: int
    en_tetes: list[tuple[str, str]]
    document: Arbre | None
    enveloppe: Arbre | None
    morceaux: tuple[PieceLue, ...]
    extrait: str
    illisible: str
    texte: str = ""


def cote_de(observation: Observation, nom: Nom, remarques: Iterable[Remarque] = (), *, plier: bool) -> Cote:
    """One side of an exchange; `remarques` are put beside the elements they speak of, `plier` closes the
    branches of its document of which nothing is said."""
    echange = observation.echange
    requete = nom == "requete"
    courrier = courrier_de(observation, nom)
    octets = echange.requete if requete else echange.reponse
    transporte = document(observation, nom)
    racine = lire(transporte)
    return Cote(
        nom=nom,
        titre=_TITRES[nom],
        taille=len(octets),
        en_tetes=masquer_en_tetes(echange.en_tetes if requete else echange.en_tetes_reponse),
        document=None
        if racine is None
        else construire(racine, remarques=remarques, contrat=observation.contrat, plier=plier),
        enveloppe=None
        if courrier.enveloppe is None or observation.asynchrone
        else construire(courrier.enveloppe, prefixes=True),
        morceaux=decrire(observation, nom),
        extrait="" if courrier.enveloppe is not None else _extrait(courrier, octets),
        illisible="" if courrier.refus is None or observation.asynchrone else courrier.refus.diagnostics(),
        texte=_lignes(transporte) if racine is None and not transporte.startswith(b"PK") else "",
    )


def cote_nu(observation: Observation, nom: Nom) -> Cote:
    """One side of which nothing can be shown but its size."""
    echange = observation.echange
    taille = len(echange.requete if nom == "requete" else echange.reponse)
    return Cote(nom, _TITRES[nom], taille, [], None, None, (), "", "")


def courrier_de(observation: Observation, nom: Nom) -> Courrier:
    """The message of one side."""
    return observation if nom == "requete" else observation.reponse


def octets(observation: Observation, nom: Nom, *, brut: bool = False) -> bytes:
    """The body of one side, NIR masked; as it travelled when it is asked for on purpose (`brut`): Forbidden
    for who may not."""
    echange = observation.echange
    corps = echange.requete if nom == "requete" else echange.reponse
    return montrer_bruts(corps) if brut else montrer_octets(corps, courrier_de(observation, nom).content_type)


def document(observation: Observation, nom: Nom) -> bytes:
    """The document of one side, as it travelled; b"" without any."""
    if nom == "reponse":
        return document_repondu(observation)
    return observation.octets_document


def morceaux(courrier: Courrier, observation: Observation) -> list[tuple[str, str, str, bytes]]:
    """Pieces of a message (name, type, encoding, bytes): its parts, or what an envelope holds in base64."""
    if observation.asynchrone or courrier.message is None:
        return []
    parties = [
        (partie.content_id or "", partie.content_type, partie.encodage, partie.contenu)
        for partie in courrier.message.parties
    ]
    return parties or [
        (nom, piece.content_type or "", "base64 en ligne", piece.contenu)
        for nom, piece in courrier.champs.items()
        if isinstance(piece, Piece)
    ]


def decrire(observation: Observation, nom: Nom) -> tuple[PieceLue, ...]:
    """The pieces of one side, told."""
    tous = morceaux(courrier_de(observation, nom), observation)
    return tuple(_morceau(rang, *morceau) for rang, morceau in enumerate(tous))


def piece(observation: Observation, nom: Nom, rang: int, *, brut: bool = False) -> tuple[str, bytes] | None:
    """(suffix of a file, bytes, NIR masked but for `brut`) of a piece of one side; None when it has not so
    many."""
    tous = morceaux(courrier_de(observation, nom), observation)
    if rang >= len(tous):
        return None
    _, genre, _, contenu = tous[rang]
    montre = montrer_bruts(contenu) if brut else montrer_octets(contenu, genre)
    return _SUFFIXES.get(montre[:4], "bin"), montre


def _morceau(rang: int, nom: str, genre: str, encodage: str, contenu: bytes) -> PieceLue:
    contenus = tuple(ContenuLu(masquer_nirs(dedans), taille) for dedans, taille in contenus_de(contenu))
    nom, genre, encodage = (masquer_nirs(dit) for dit in (nom, genre, encodage))
    return PieceLue(rang, nom, genre, encodage, len(contenu), contenus)


def _extrait(courrier: Courrier, octets: bytes) -> str:
    lisible = _tete(octets, courrier.content_type)
    return imprimable(lisible[:_EXTRAIT]) + (" …" if len(lisible) > _EXTRAIT else "")


def _tete(octets: bytes, content_type: str = "") -> str:
    """The head of what was sent, NIR masked."""
    montre = montrer_octets(octets[: _APERCU + _BORD], content_type).decode("utf-8", "replace")
    return montre[:-_BORD] if len(octets) > _APERCU + _BORD and len(montre) > _BORD else montre


def imprimable(texte: str) -> str:
    """`texte`, what no screen shows replaced."""
    return "".join(c if c.isprintable() or c in "\r\n\t" else "\N{REPLACEMENT CHARACTER}" for c in texte)


def _lignes(transporte: bytes) -> str:
    if not transporte:
        return ""
    lisible = imprimable(_tete(transporte))
    suite = [" …"] if len(transporte) > _APERCU + _BORD else []
    lignes = lisible.split("\n")
    marge = len(str(len(lignes)))
    return "\n".join([f"{rang:>{marge}}  {ligne}" for rang, ligne in enumerate(lignes, 1)] + suite)


def defauts(observation: Observation, profil: str) -> list[Remarque]:
    """The faults that the schema finds in a document, then what the rules would say next, as remarks."""
    racine = observation.arbre
    if racine is None or observation.echange.anomalies or observation.echange.verdict != "fault":
        return []
    operation = OPERATIONS.get(observation.operation or "")
    if operation is None or operation.champ is None:
        return []
    contrat = observation.contrat
    version = contrat.version_de_lecture(racine.get("versionInterface", ""))
    if not contrat.schemas.validate(racine, document=operation.genre, version=version):
        return []  # a fault of another kind: the explanation would cost its library for nothing
    return refus_du_schema(
        racine, operation.nom, contrat, profil, observation.instant, observation.nom_fichier
    )


# --- as an HTTP archive -------------------------------------------------------------------------------------


def archive(base: str, ids: Sequence[int], *, origine: str) -> bytes:
    """One HTTP archive (HAR 1.2) of exchanges, in the order of `ids`, NIR masked; what is no HTTP request is
    left out. Raises NotFound for an id that is not there, UsageError when none is an HTTP request, or they
    weigh too much together."""
    voulus = [i for i in ids if objet_de_l_adresse.tete(base, i).methode not in HORS_HTTP]
    requetes = objet_de_l_adresse.observations(base, voulus)
    if not requetes:
        raise UsageError(
            "Aucune de ces lignes n'est une requête HTTP : il n'y a pas d'archive HAR à en faire.",
            remede="choisissez des échanges",
        )
    return json.dumps(en_har(*requetes, origine=origine), ensure_ascii=False, indent=1).encode()


def en_har(*observations: Observation, origine: str) -> dict[str, Any]:
    """The archive, its entries in the order given; `origine` is scheme and authority of the server. NIR
    masked."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "sne-sandbox", "version": VERSION},
            "pages": [],
            "entries": [_entree(observation, origine) for observation in observations],
        }
    }


def _entree(observation: Observation, origine: str) -> dict[str, Any]:
    echange = observation.echange
    millisecondes = echange.duree_us / 1000
    requete = {
        "method": echange.methode,
        "url": origine + masquer_nirs(echange.chemin).replace(" ", "%20"),
        "queryString": [
            {"name": masquer_nirs(nom), "value": masquer_nirs(valeur)}
            for nom, valeur in parse_qsl(echange.chemin.partition("?")[2], keep_blank_values=True)
        ],
        **_enveloppe(echange.en_tetes, echange.requete),
    }
    if echange.requete:
        genre = masquer_nirs(observation.en_tete("Content-Type"))
        requete["postData"] = {"mimeType": genre, **_envoi(observation)}
    genre = next((v for nom, v in echange.en_tetes_reponse if nom.lower() == "content-type"), "")
    contenu = _corps_har(observation.reponse, echange.reponse)
    reponse = {
        "status": echange.statut,
        "statusText": "",
        "content": {"size": len(echange.reponse), "mimeType": genre, **contenu},
        "redirectURL": "",
        **_enveloppe(echange.en_tetes_reponse, echange.reponse),
    }
    perdue = f" {verdict_vecu(echange).phrase}" if echange.panne is not None or echange.non_remise else ""
    return {
        "startedDateTime": echange.recu_le.isoformat(),
        "time": millisecondes,
        "request": requete,
        "response": reponse,
        "cache": {},
        # HAR has -1 for what is not known, but not in place of these three, which it wants.
        "timings": {"send": 0, "wait": millisecondes, "receive": 0, "comment": _MESURE},
        "comment": f"Échange {echange.identifiant} de la base {echange.base} ; NIR masqués.{perdue}",
    }


def _enveloppe(en_tetes: list[tuple[str, str]], corps: bytes) -> dict[str, Any]:
    """Both sides have these."""
    return {
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [{"name": nom, "value": valeur} for nom, valeur in masquer_en_tetes(en_tetes)],
        "headersSize": -1,
        "bodySize": len(corps),
    }


def _envoi(observation: Observation) -> dict[str, str]:
    """The request. HAR has no encoding there: fields of one's own begin with a line below."""
    texte = _corps_har(observation, observation.echange.requete)
    if "encoding" in texte:
        return {"text": texte["text"], "_encoding": texte["encoding"], "comment": "Corps binaire, en base64."}
    return texte


def _corps_har(courrier: Courrier, octets: bytes) -> dict[str, str]:
    """A body: text, or base64 where it is no text."""
    masque = montrer_octets(octets, courrier.content_type)
    try:
        return {"text": masque.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(masque).decode(), "encoding": "base64"}


# --- where what is no XML goes wrong ------------------------------------------------------------------------


@dataclass(frozen=True)
class LigneMontree:
    """A line as it is shown, NIR masked; `fautive`: the one that was named."""

    rang: int
    texte: str
    fautive: bool


@dataclass(frozen=True)
class LieuMalforme:
    """Where a text ceases to be XML: a line, a column, what stands around. `quoi` is what was read."""

    quoi: str
    ligne: int
    colonne: int
    lignes: tuple[LigneMontree, ...]


def lieu_malforme(observation: Observation) -> LieuMalforme | None:
    """Of the request of an exchange, None when it was refused for another reason."""
    lieu = lire_lieu(observation.fault("explication"))
    if lieu is None:
        return None
    octets, quoi = document(observation, "requete"), "le document"
    if not octets or lire(octets) is not None:
        octets, quoi = (b"" if observation.message is None else observation.message.racine), "l'enveloppe"
    ligne, colonne, _ = lieu
    return LieuMalforme(quoi, ligne, colonne, autour(octets, ligne, colonne)) if octets else None


def autour(octets: bytes, ligne: int, colonne: int) -> tuple[LigneMontree, ...]:
    """A line of a text, from 1, and those around it; of a long one, what is near the column. None of what may
    hold a NIR that could not be masked, for who may not see it."""
    # Masked as a whole: half a NIR is still one.
    montre = montrer_octets(octets)
    if montre.count(b"\n") != octets.count(b"\n"):
        return ()
    lignes = imprimable(montre.decode("utf-8", "replace")).split("\n")
    debut = max(1, ligne - AUTOUR)
    return tuple(
        LigneMontree(rang, _fenetre(texte.rstrip("\r"), colonne if rang == ligne else 0), rang == ligne)
        for rang, texte in enumerate(lignes[debut - 1 : ligne + AUTOUR], debut)
    )


def _fenetre(texte: str, colonne: int) -> str:
    debut = max(0, min(colonne - LIGNE_MAX // 2, len(texte) - LIGNE_MAX))
    vu = texte[debut : debut + LIGNE_MAX]
    return ("… " if debut else "") + vu + (" …" if debut + LIGNE_MAX < len(texte) else "")
