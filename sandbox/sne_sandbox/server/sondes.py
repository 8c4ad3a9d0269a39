"""The probes that watch a server: `/healthz`, `/readyz`. The reactor itself answers them. They wait neither
for the exchanges that keep the threads busy, nor for the database."""

# Twisted annotates a part of itself only.
# mypy: allow-untyped-calls

import json
from typing import Final

from sne_sandbox.server.execution_wsgi import Destinataire, ReponseWsgi
from sne_sandbox.server.service_wsgi import ServiceWsgi
from sne_sandbox.web.sante import Sante

VIE: Final = b"/healthz"
PRET: Final = b"/readyz"
#: Seconds that who asks after a long silence is made to wait for a fresh result, and between two looks.
_ATTENTE: Final = 0.06
_PAS: Final = 0.005
#: A server that is told to end goes on for a while (`Ecoute.preavis`): what `/readyz` says then.
_EN_PARTANCE: Final = (
    json.dumps(
        {
            "status": "indisponible",
            "verifications": [
                {"nom": "arret", "ok": False, "raison": "le serveur s'arrête : il finit ce qu'il a reçu"}
            ],
        },
        ensure_ascii=False,
    ).encode()
    + b"\n"
)
_STATUTS: Final = {200: "200 OK", 503: "503 Service Unavailable"}


def est_une_sonde(debut: bytes) -> bool:
    """True when the beginning of a request asks for one of these addresses: a full server is alive, and
    answers it."""
    return debut.startswith((b"GET " + VIE, b"GET " + PRET, b"HEAD " + VIE, b"HEAD " + PRET))


def repondre(requete: Destinataire, uri: bytes, service: ServiceWsgi) -> bool:
    """Answers a request for one of these addresses, at once or very soon; False for any other."""
    etat, chemin = service.etat, uri.partition(b"?")[0]
    if etat is None or chemin not in (VIE, PRET) or requete.method not in (b"GET", b"HEAD"):
        return False
    if chemin == VIE:
        _dire(requete, 200, etat.vivant)
        return True
    if service.depart:
        _dire(requete, 503, _EN_PARTANCE)
        return True
    etat.demander()
    _attendre(requete, etat, service, service.reacteur.seconds() + _ATTENTE)
    return True


def _attendre(requete: Destinataire, etat: Sante, service: ServiceWsgi, limite: float) -> None:
    if etat.fraiche or service.reacteur.seconds() >= limite:
        _dire(requete, *etat.reponse())
    else:
        service.reacteur.callLater(_PAS, _attendre, requete, etat, service, limite)


def _dire(requete: Destinataire, statut: int, corps: bytes) -> None:
    en_tetes = [
        ("Content-Type", "application/json"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    requete.repondre(ReponseWsgi(_STATUTS[statut], en_tetes), corps)
