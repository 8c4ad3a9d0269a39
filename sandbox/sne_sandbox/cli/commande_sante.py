"""`sne-sandbox sante`: whether the server of this machine is ready. The image's health check."""

import http.client
import json
import ssl
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import click

from sne_interface.errors import OperatorError, UsageError
from sne_sandbox.cli.options import COMMUNES, reglages, une_forme

#: Seconds for the whole answer: the server gives it at once, whatever it is doing.
_PATIENCE: Final = 5.0


@click.command()
@reglages(*COMMUNES, "http_port", "https_port")
@une_forme
def commande(home: Path, http_port: int, https_port: int, forme: str, **autres: Any) -> int:
    """Dit si le serveur de ce poste est prêt (GET /readyz), et sinon ce qui manque.

    Sortie 0 : prêt ; 1 : pas prêt ; 3 : personne ne répond. Sans réponse en HTTP, essaie en HTTPS, avec
    l'autorité de --home et le certificat d'un de ses guichets.

    Exemples :
      sne-sandbox sante
      sne-sandbox sante --http-port -1 --https-port 8443 --home /data
      sne-sandbox sante --format json
    """
    corps = _lire(home, http_port, https_port)
    if forme == "json":
        click.echo(json.dumps(corps, ensure_ascii=False))
    else:
        for verification in corps["verifications"]:
            raison = verification["raison"].replace("\n→ ", " → ")
            nom = verification["nom"]
            click.echo(f"ok   {nom}" if verification["ok"] else f"NON  {nom} : {raison}")
    return 0 if corps["status"] == "ok" else 1


def _lire(home: Path, http_port: int, https_port: int) -> dict[str, Any]:
    """The answer of `/readyz`. Raises OperatorError when nobody does."""
    if http_port <= 0 and https_port <= 0:
        raise UsageError(
            "Aucun port à interroger.", remede="donnez --http-port ou --https-port (0 et -1 n'en sont pas)"
        )
    liens: list[http.client.HTTPConnection] = []
    if http_port > 0:
        liens.append(http.client.HTTPConnection("127.0.0.1", http_port, timeout=_PATIENCE))
    if https_port > 0:
        contexte = _contexte(home)
        liens.append(
            http.client.HTTPSConnection("127.0.0.1", https_port, timeout=_PATIENCE, context=contexte)
        )
    dits = []
    for lien in liens:
        try:
            with closing(lien):
                lien.request("GET", "/readyz")
                lu = json.loads(lien.getresponse().read())
            if isinstance(lu, dict) and "verifications" in lu:
                return lu
            dits.append(f"port {lien.port} : ce n'est pas le bac à sable")
        except (OSError, http.client.HTTPException, ValueError) as erreur:
            dits.append(f"port {lien.port} : {type(erreur).__name__}")
    raise OperatorError(
        f"Personne ne dit s'il est prêt ({' ; '.join(dits)}).",
        remede="donnez les ports du serveur par --http-port et --https-port, ou par leurs variables",
    )


def _contexte(home: Path) -> ssl.SSLContext:
    pki = home / "pki"
    contexte = ssl.create_default_context()
    if (pki / "ca.pem").is_file():
        contexte.load_verify_locations(pki / "ca.pem")
    certificat = next((pki / "guichets").glob("*.pem"), None)  # --client-cert required wants one
    if certificat is not None and certificat.with_suffix(".key").is_file():
        contexte.load_cert_chain(certificat, certificat.with_suffix(".key"))
    return contexte
