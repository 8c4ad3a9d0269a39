"""The WSGI application of the pass-through: each request goes by, and becomes a line of the journal.

It reads nothing of what it carries: `relire` completes the line, `consigner` writes it.
"""

import logging
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from sne_calibrage.relais.amont import AmontDefaillant, EnTetes, LienAmont, ReponseAmont
from sne_interface.domain.echange import (
    CERTIFICAT,
    CERTIFICAT_DEMANDE,
    ECOUTE,
    Echange,
    VerdictEchange,
    du_dehors,
    methode_recue,
    sans_secrets,
)

logger = logging.getLogger(__name__)

#: Names that title case would spell unlike everybody.
_ECRITS: Final = {"Soapaction": "SOAPAction", "Mime-Version": "MIME-Version"}

#: Completes a line from its bytes, and from the client certificate (DER) if there was one.
Relire = Callable[[Echange, bytes | None], None]
Consigner = Callable[[Echange], object]


@dataclass(frozen=True, kw_only=True)
class Relais:
    """Passes requests on to `lien`, and records them in `base`. `lu_max` are the bytes that a compressed
    answer may weigh once opened for the journal."""

    lien: LienAmont
    base: str
    relire: Relire
    consigner: Consigner
    lu_max: int = 50_000_000

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """PEP 3333. Always answers; 502 and 504 are ours, and 403 for a page of a browser."""
        debut = time.perf_counter()
        en_tetes = _en_tetes(environ)
        echange = self._ouvrir(environ, en_tetes)
        try:
            _refuser_les_pages(environ)
            reponse = self.lien.envoyer(environ["REQUEST_METHOD"], echange.chemin, en_tetes, echange.requete)
        except AmontDefaillant as erreur:
            reponse = _dire(erreur, echange)
        echange.statut = reponse.statut
        echange.en_tetes_reponse = sans_secrets(reponse.en_tetes)
        echange.reponse = _ouvrir_le_corps(reponse, self.lu_max)
        echange.duree_us = int((time.perf_counter() - debut) * 1_000_000)
        sortie = list(reponse.en_tetes)
        if self._noter(echange, environ.get(CERTIFICAT)):
            adresse = f"{environ['wsgi.url_scheme']}://{_ici(environ)}/api/v1/bases/{self.base}/exchanges"
            sortie.append(("SNE-Echange", f"{adresse}/{echange.identifiant}"))
        start_response(f"{reponse.statut} {reponse.raison}", sortie)
        return [reponse.corps]

    def _ouvrir(self, environ: dict[str, Any], en_tetes: EnTetes) -> Echange:
        certificat = environ.get(CERTIFICAT) is not None
        return Echange(
            base=self.base,
            recu_le=datetime.now(UTC),
            methode=methode_recue(environ["REQUEST_METHOD"]),
            chemin=_cible(environ["REQUEST_URI"]),
            pair=environ.get("REMOTE_ADDR", ""),
            en_tetes=du_dehors(sans_secrets(en_tetes)),
            requete=environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)),
            ecoute=environ.get(ECOUTE, ""),
            certificat=certificat if environ.get(CERTIFICAT_DEMANDE) else None,
        )

    def _noter(self, echange: Echange, certificat: bytes | None) -> bool:
        """Writes the line; returns True when it is written. The real server has answered: nothing here may
        lose its answer."""
        try:
            self.relire(echange, certificat)
        except Exception:
            logger.exception("an exchange cannot be read: %s", echange.chemin)
        try:
            self.consigner(echange)
        except Exception:
            logger.exception("a line of the journal is lost: %s", echange.chemin)
            return False
        return True


def _en_tetes(environ: dict[str, Any]) -> EnTetes:
    lus = [(cle.removeprefix("HTTP_"), str(v)) for cle, v in environ.items() if cle.startswith("HTTP_")]
    if environ.get("CONTENT_TYPE"):
        lus.append(("CONTENT_TYPE", environ["CONTENT_TYPE"]))
    noms = (nom.replace("_", "-").title() for nom, _ in lus)
    return [(_ECRITS.get(nom, nom), valeur) for nom, (_, valeur) in zip(noms, lus, strict=True)]


def _cible(uri: str) -> str:
    """The path and query as they were written; a client behind a proxy writes the whole address."""
    if not uri.startswith("/") and "://" in uri:
        return "/" + uri.split("://", 1)[1].partition("/")[2]
    return uri if uri.startswith("/") else f"/{uri}"


def _refuser_les_pages(environ: dict[str, Any]) -> None:
    """A page of another site, open in a browser of this machine, must not borrow the client certificate that
    we show to the real server. Applications send neither header."""
    if environ.get("HTTP_SEC_FETCH_SITE") in ("cross-site", "same-site") or "HTTP_ORIGIN" in environ:
        raise AmontDefaillant(403, "Le relais ne sert pas les pages web : rien n'a été transmis.")


def _dire(erreur: AmontDefaillant, echange: Echange) -> ReponseAmont:
    """Our own answer, and how the line says it. A server that is not there is a receiver that failed: what
    was sent is judged all the same, and how it is sent again."""
    refus = erreur.statut < HTTPStatus.INTERNAL_SERVER_ERROR
    echange.verdict = VerdictEchange.REFUS if refus else VerdictEchange.FAULT
    code = str(erreur.statut) if refus else "Receiver"
    echange.fault = {"code": code, "message": str(erreur), "explication": erreur.explication}
    texte = "\n".join(filter(None, (str(erreur), erreur.explication)))
    return ReponseAmont(
        erreur.statut,
        HTTPStatus(erreur.statut).phrase,
        [("Content-Type", "text/plain; charset=utf-8")],
        f"{texte}\n".encode(),
    )


def _ouvrir_le_corps(reponse: ReponseAmont, maximum: int) -> bytes:
    """The body as the journal keeps it: out of gzip or deflate, when that can be done."""
    encodage = next((v.strip().lower() for n, v in reponse.en_tetes if n.lower() == "content-encoding"), "")
    for fenetre in {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}.get(encodage, ()):
        try:
            lecteur = zlib.decompressobj(fenetre)
            lu = lecteur.decompress(reponse.corps, maximum)
        except zlib.error:
            continue
        if lecteur.eof:
            return lu
    return reponse.corps


def _ici(environ: dict[str, Any]) -> str:
    # The Host of a real client may name the real server: the socket's own address is the one to show.
    hote = environ.get("SERVER_NAME", "127.0.0.1")
    lieu = f"[{hote}]" if ":" in hote and not hote.startswith("[") else hote
    return urlsplit(f"//{lieu}:{environ.get('SERVER_PORT', '80')}").netloc
