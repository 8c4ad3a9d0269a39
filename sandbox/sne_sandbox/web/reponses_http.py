"""Answers that several parts give alike: files to keep; and errors, beside SOAP and the console, as RFC 9457
problems (`application/problem+json`)."""

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, Final

from flask import Flask, Response, jsonify, send_file
from werkzeug.exceptions import HTTPException

from sne_interface.domain.nir import masquer_nirs
from sne_interface.errors import ConflitEtat, Introuvable, OperatorError, UsageError
from sne_interface.resources import table

TYPE_MIME: Final = "application/problem+json"
#: What is no more than bytes.
OCTETS: Final = "application/octet-stream"
#: Where each kind of problem is told: its `type` is an address below.
ADRESSE: Final = "/api/v1/problems/"


@dataclass(frozen=True)
class ProblemeDecrit:
    """A kind of problem: the end of its `type`, its `title`, its HTTP status, and what is said of one when
    nothing more precise is known."""

    slug: Annotated[str, "la fin de son type", {"example": "introuvable"}]
    title: Annotated[str, "le même pour tous les problèmes du genre"]
    status: Annotated[int, "statut HTTP ; 0 : tout autre"]
    detail: Annotated[str, "ce qui s'en dit quand rien de plus précis n'est connu"]


_CONNUS: Final = tuple(
    ProblemeDecrit(ligne["slug"], ligne["title"], int(ligne["status"]), ligne["detail"])
    for ligne in table(__file__)
)
#: All of them, by slug; `requete-refusee` (status 0) stands for the statuses that have none of their own.
GENRES: Final = {genre.slug: genre for genre in _CONNUS}
_PAR_STATUT: Final = {genre.status: genre for genre in _CONNUS}
#: Statuses of errors of the operator, the nearest class first.
_STATUTS: Final = ((Introuvable, 404), (ConflitEtat, 409), (UsageError, 422))


def installer(app: Flask) -> None:
    """Every error of the application becomes a problem."""
    app.register_error_handler(HTTPException, erreur_http)
    app.register_error_handler(OperatorError, erreur_operateur)


def erreur_http(erreur: HTTPException) -> Response:
    """An HTTP error; `data` is what webargs and flask-smorest hang on it: a message, faults by field."""
    donnees: dict[str, Any] = getattr(erreur, "data", None) or {}
    statut = erreur.code or 500
    corps = _corps(statut, donnees.get("message") or _detail(erreur))
    fautes = donnees.get("errors") or donnees.get("messages")
    if fautes and statut != HTTPStatus.BAD_REQUEST:  # of what is no JSON the detail says it, in French
        corps["errors"] = fautes
    reponse = _probleme(corps)
    reponse.headers.update((nom, v) for nom, v in erreur.get_headers() if nom != "Content-Type")
    return reponse


def erreur_operateur(erreur: OperatorError) -> Response:
    """An error of the operator: an unknown base, a wrong value, a store that fails."""
    statut = next((s for genre, s in _STATUTS if isinstance(erreur, genre)), 503)
    return _probleme(_corps(statut, erreur.diagnostics()))


def genre_de(statut: int) -> ProblemeDecrit:
    """The kind of problem of a status."""
    return _PAR_STATUT.get(statut, _PAR_STATUT[0])


def _corps(statut: int, detail: str) -> dict[str, Any]:
    genre = genre_de(statut)
    return {
        "type": ADRESSE + genre.slug,
        "title": genre.title,
        "status": statut,
        "detail": masquer_nirs(detail),
    }


def _probleme(corps: dict[str, Any]) -> Response:
    reponse = jsonify(corps)
    reponse.status_code = corps["status"]
    reponse.content_type = TYPE_MIME
    return reponse


def _detail(erreur: HTTPException) -> str:
    if erreur.description != type(erreur).description:
        return erreur.description or ""
    return genre_de(erreur.code or 500).detail


# --- files --------------------------------------------------------------------------------------------------


def feuille(texte: str, nom: str) -> Response:
    """A table as a file, with the mark by which a spreadsheet knows UTF-8."""
    return telechargement(texte.encode("utf-8-sig"), f"{nom}.csv", "text/csv; charset=utf-8")


def telechargement(contenu: bytes | Path, nom: str, genre: str = OCTETS) -> Response:
    """A file to keep, of media type `genre`, never shown by the browser. `nom` is ASCII. A file of the disk
    is sent piece by piece, never whole in memory."""
    if isinstance(contenu, Path):
        reponse = send_file(contenu, genre, conditional=False, etag=False)
    else:
        reponse = Response(contenu, content_type=genre)
    reponse.headers["Content-Disposition"] = f'attachment; filename="{nom.replace(chr(34), "")}"'
    return reponse
