"""`/console/<base>/guichets`: the guichets of a base, what they may do, and client certificates for them."""

import io
import zipfile
from typing import Any, Final

from flask import Response, render_template, request, url_for
from werkzeug.wrappers import Response as Redirection

from sne_console.cadre.sections import apres_action, avec_remede, contrat_servi, geste, jour_saisi, section
from sne_console.vues import adresses_trouvees
from sne_interface.domain.base import Acte, NatureGuichet
from sne_interface.errors import UsageError
from sne_sandbox.bases import guichets as gestion
from sne_sandbox.pki import MOT_DE_PASSE
from sne_sandbox.pki.authority import Autorite, Trousseau
from sne_sandbox.web.configuration import services
from sne_sandbox.web.reponses_http import telechargement

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
    """The guichets of the base, how many files lie in their boxes, and what each kind may do; with
    `?guichet=`, that one to change."""
    guichets = adresses_trouvees.guichets(base)
    demande = request.args.get("guichet", "")
    return render_template(
        "guichets/page.html",
        guichets=guichets,
        choisi=next((g for g in guichets if g.code == demande), None),
        natures=list(NatureGuichet),
        actes=list(Acte),
        table=contrat_servi().guichets,
        mot_de_passe=MOT_DE_PASSE,
    )


@blueprint.post("/guichets")
@geste("guichets.page")
def ajouter(base: str) -> str:
    """Adds one."""
    champs = _champs() | {"code": request.form.get("code", "").strip()}
    guichet = gestion.ajouter(services().magasin, contrat_servi(), base, champs)
    return f"Le guichet {guichet.code} est ajouté à la base."


@blueprint.post("/guichets/<code>")
@geste("guichets.page")
def changer(base: str, code: str) -> str | Redirection:
    """Changes it; what does not fit is said above its own form."""
    adresses_trouvees.guichet(base, code)
    try:
        gestion.changer(services().magasin, contrat_servi(), base, code, _champs())
    except UsageError as erreur:
        return apres_action(url_for("guichets.page", guichet=code), avec_remede(erreur), reussie=False)
    return f"Le guichet {code} est changé."


def _champs() -> dict[str, Any]:
    """The fields that a form gives; without « actes à part », what a guichet may do is what its kind may.
    Raises UsageError for a day that is none, and for acts without it: they would be lost."""
    if request.form.getlist("actes") and "a_part" not in request.form:
        raise UsageError(
            "Des actes sont cochés, et « Actes à part » ne l'est pas.",
            remede="cochez aussi « Actes à part », ou décochez-les",
        )
    ecrit = {nom: valeur.strip() for nom, valeur in request.form.items()}
    territoire, *autres = ecrit.get("territoires", "").split() or [""]
    return {
        "nature": ecrit.get("nature"),
        "nom": ecrit.get("nom", ""),
        "adresse": ecrit.get("adresse", ""),
        "territoire": territoire,
        "autres_territoires": autres,
        "ouvert_le": jour_saisi(ecrit.get("ouvert_le", "")),
        "ferme_le": jour_saisi(ecrit.get("ferme_le", "")),
        "siren": ecrit.get("siren") or None,
        "siren_invente": "siren_invente" in ecrit,
        "actes": request.form.getlist("actes") if "a_part" in ecrit else None,
    }


@blueprint.post("/guichets/<code>/certificat")
def certificat(base: str, code: str) -> Response:
    """A new client certificate for the guichet and this base: a ZIP of its files."""
    guichet = adresses_trouvees.guichet(base, code)
    autorite = Autorite.ouvrir(services().configuration.home)
    identite = autorite.emettre(guichet.code, base, services().configuration.pkcs12)
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
