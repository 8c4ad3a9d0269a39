"""`/console/<base>/guichets`: the guichets of a base, and client certificates for them."""

import io
import zipfile
from typing import Final

from flask import Response, render_template

from sne_sandbox.pki import MOT_DE_PASSE
from sne_sandbox.pki.authority import Autorite, Trousseau
from sne_sandbox.web import trouver
from sne_sandbox.web.console.page import section
from sne_sandbox.web.partage import services
from sne_sandbox.web.reponses import telechargement

blueprint: Final = section("guichets", __name__)

_LISEZ_MOI: Final = """\
Certificat de développement du guichet {guichet} pour la base [{base}] du bac à sable.

{guichet}.pem    certificat client, puis l'autorité qui l'a signé (PEM)
{guichet}.key    clé privée (PEM, PKCS#8, sans mot de passe)
{guichet}.p12    les deux, au format PKCS#12
truststore.p12   l'autorité seule, comme magasin de confiance Java
ca.pem           l'autorité seule, en PEM : ce à quoi votre application doit faire confiance

Mot de passe des deux fichiers .p12 : {mot_de_passe}

Ces clés ne protègent rien : ne les employez qu'avec le bac à sable.
"""


@blueprint.get("/guichets")
def page(base: str) -> str:
    """The guichets of the base, and how many files lie in their boxes."""
    return render_template("guichets/page.html", guichets=trouver.guichets(base), mot_de_passe=MOT_DE_PASSE)


@blueprint.post("/guichets/<code>/certificat")
def certificat(base: str, code: str) -> Response:
    """A new client certificate for the guichet and this base: a ZIP of its files."""
    guichet = trouver.guichet(base, code)
    autorite = Autorite.ouvrir(services().configuration.home)
    identite = autorite.emettre(guichet.code, base)
    archive = _archive(identite, base, autorite.ca.read_bytes())
    return telechargement(archive, f"{guichet.code}-{base}.zip", "application/zip")


@blueprint.get("/guichets/ca.pem")
def autorite(base: str) -> Response:
    """The CA's certificate: what an application must trust."""
    ouverte = Autorite.ouvrir(services().configuration.home)
    return telechargement(ouverte.ca.read_bytes(), "ca.pem", "application/x-pem-file")


def _archive(identite: Trousseau, base: str, ca: bytes) -> bytes:
    code = identite.guichet
    texte = _LISEZ_MOI.format(guichet=code, base=base, mot_de_passe=MOT_DE_PASSE)
    rendue = io.BytesIO()
    with zipfile.ZipFile(rendue, "w", zipfile.ZIP_DEFLATED) as archive:
        for nom, contenu in (
            (f"{code}.pem", identite.certificat),
            (f"{code}.key", identite.cle),
            (f"{code}.p12", identite.pkcs12),
            ("truststore.p12", identite.truststore),
            ("ca.pem", ca),
            ("LISEZMOI.txt", texte.encode()),
        ):
            archive.writestr(nom, contenu)
    return rendue.getvalue()
