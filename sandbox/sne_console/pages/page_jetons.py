"""`/console/<base>/jetons`: who may enter this server; tokens made, listed, revoked."""

from typing import Final

from flask import g, render_template
from werkzeug.wrappers import Response as Redirection

from sne_console.cadre.equivalents import equivalents
from sne_console.cadre.outillage_des_sections import avec_remede, champ_ecrit, geste
from sne_interface.errors import UsageError
from sne_sandbox.bases import jetons
from sne_sandbox.bases.jetons import Droit, JetonNouveau
from sne_sandbox.web.configuration_et_services import services

#: What each right opens, as the form says it.
_DROITS: Final = {
    Droit.TOUT: "tout",
    Droit.BASE: "tout d'une base, rien d'ailleurs",
    Droit.LECTURE: "tout lire, ne rien changer",
}


def page(base: str) -> str:
    """Shows the tokens of the database, and how many wrong ones came."""
    return _montrer()


def nouveau(base: str) -> str | tuple[str, int]:
    """Makes one, and shows it: the page is not kept, and shows it no more."""
    nom, expire = champ_ecrit("nom"), champ_ecrit("expire")
    try:
        ecrit = champ_ecrit("droit") or Droit.LECTURE
        if ecrit not in _DROITS:
            raise UsageError(
                f"Le droit [{ecrit[:20]}] n'existe pas.", remede=f"l'un de : {', '.join(_DROITS)}"
            )
        droit = Droit(ecrit)
        sur = champ_ecrit("sur") if droit is Droit.BASE else None
        fait = jetons.nouveau(services().magasin, nom, droit, sur, expire)
    except UsageError as erreur:
        return _montrer(refus=avec_remede(erreur)), 422
    return _montrer(fait)


@geste("jetons.page")
def revoquer(base: str, nom: str) -> str | Redirection:
    """Revokes one, with its cookies."""
    jetons.revoquer(services().magasin, nom)
    if nom == jetons.LIEN_DE_LECTURE:
        return "Le lien de lecture est refait : l'ancien n'ouvre plus rien."
    return f"Le jeton « {nom} » n'ouvre plus rien."


def _montrer(fait: JetonNouveau | None = None, refus: str = "") -> str:
    magasin = services().magasin
    return render_template(
        "jetons/page.html",
        tenus=jetons.tenir(magasin),
        fait=fait,
        refus=refus,
        droits=_DROITS,
        les_noms=[base.nom for base in magasin.bases.lister()],
        lien=jetons.LIEN_DE_LECTURE,
        gestes=[
            equivalents("lister_jetons"),
            equivalents("nouveau_jeton", nom="lecteur", droit="lecture", base=None),
            equivalents("nouveau_jeton", nom="ci", droit="base", base=g.base.nom, expire="P30D"),
            equivalents("revoquer_jeton", nom="ci"),
        ],
    )
