"""`/api/v1/bases/{base}/guichets/{code}/certificate`: a client certificate for a guichet."""

import base64
from typing import Final

from flask import Response
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema
from werkzeug.exceptions import NotFound

from sne_sandbox.pki.authority import MOT_DE_PASSE, Autorite
from sne_sandbox.web.api.contexte import services, texte
from sne_sandbox.web.telechargement import telechargement

blueprint: Final = Blueprint(
    "certificates",
    __name__,
    url_prefix="/api/v1/bases/<base>/guichets/<code>/certificate",
    description="Les certificats de développement",
)


class CertificatEmis(Schema):
    """An identity, its private key included: it protects nothing."""

    guichet = texte()
    base = texte("base pour laquelle il vaut")
    certificat = texte("PEM : le certificat, puis l'autorité")
    cle = texte("PEM : la clé privée, sans mot de passe")
    ca = texte("PEM : l'autorité seule")
    pkcs12 = texte("base64 : le certificat et sa clé")
    truststore = texte("base64 : l'autorité, comme magasin de confiance Java")
    mot_de_passe = texte("celui des deux PKCS#12")


@blueprint.route("")
class Emission(MethodView):
    """A new certificate."""

    @blueprint.response(201, CertificatEmis)
    def post(self, base: str, code: str) -> dict[str, str]:
        """Émet un certificat client pour un guichet"""
        with services().magasin.lire(base) as registre:
            guichet = registre.guichet(code) if code.isascii() and code.isalnum() else None
        if guichet is None:
            raise NotFound(f"Le guichet [{code[:20]}] n'existe pas dans la base [{base}].")
        autorite = Autorite.ouvrir(services().configuration.home)
        identite = autorite.emettre(guichet.code, base)
        return {
            "guichet": guichet.code,
            "base": base,
            "certificat": identite.certificat.decode(),
            "cle": identite.cle.decode(),
            "ca": autorite.ca.read_text("ascii"),
            "pkcs12": base64.b64encode(identite.pkcs12).decode(),
            "truststore": base64.b64encode(identite.truststore).decode(),
            "mot_de_passe": MOT_DE_PASSE,
        }


autorite: Final = Blueprint(
    "authority", __name__, url_prefix="/api/v1/ca.pem", description="L'autorité de développement"
)


@autorite.route("")
class Confiance(MethodView):
    """What an application must trust."""

    @autorite.response(200, content_type="application/x-pem-file", description="PEM")
    def get(self) -> Response:
        """Le certificat de l'autorité, à donner en confiance à l'application"""
        ca = Autorite.ouvrir(services().configuration.home).ca
        return telechargement(ca.read_bytes(), "ca.pem", "application/x-pem-file")
