"""The console's own Flask application: sections, rights, error pages."""

import importlib
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from jinja2 import FileSystemLoader
from werkzeug.exceptions import Forbidden, HTTPException, NotFound, Unauthorized
from werkzeug.routing import Rule
from werkzeug.wrappers import Response as ReponseWsgi

from sne_console.cadre.equivalents import equivalents
from sne_console.cadre.outillage_des_sections import (
    GROUPES,
    affichage,
    base_d_accueil,
    champ_ecrit,
    chemin_d_ici,
    chemin_sur,
    contrat_servi,
    entree_connue,
    maintenant,
    permis,
)
from sne_console.vues import filtres_jinja
from sne_interface.domain.base import BASE_PAR_DEFAUT
from sne_interface.domain.nir import masquer_nirs
from sne_interface.errors import Introuvable, OperatorError, UsageError
from sne_interface.resources import RACINE, table
from sne_sandbox.bases import pannes
from sne_sandbox.bases.jetons import Droit, Entree
from sne_sandbox.bases.pannes import PanneArmee
from sne_sandbox.bases.travail_des_nuits import en_attente
from sne_sandbox.offres_des_paquets import Section, sections
from sne_sandbox.web import acces, reponses_http, securite
from sne_sandbox.web.acces import csrf_convient, jeton_csrf
from sne_sandbox.web.configuration_et_services import services
from sne_sandbox.web.droits import LECTURES
from sne_sandbox.web.parties_au_besoin import Aiguillage

_WEB: Final = Path(__file__).resolve().parents[1]
_JETON_REFUSE: Final = "Ce jeton n'ouvre pas ce bac à sable : il est faux, révoqué ou expiré."
_CODE_REFUSE: Final = (
    "Ce lien a déjà servi, il a plus de dix minutes, ou il est d'un autre serveur : "
    "« sne-sandbox jetons lien », avec le --home de celui-ci, en fait un autre."
)
_LECTURE_FINIE: Final = "Ce lien de lecture n'est pas, ou n'est plus, celui de ce bac à sable."
_LIEN_FINI: Final = (
    "Ce lien n'ouvre plus rien : l'atelier est clos, son jour est passé, ou le lien a été refait. "
    "Demandez-en un autre au formateur."
)
#: Bytes of a form: the document that Composer opens, each of its signs written in three.
_FORMULAIRE_MAX: Final = 1_000_000
#: Who sends a form after the twelve hours of a cookie, or when its token was revoked.
_FINIE: Final = (
    "Ce navigateur n'est plus connecté (cela dure douze heures, ou jusqu'à ce que son jeton soit révoqué) : "
    "rien n'a été fait. Connectez-vous, puis recommencez."
)
#: What Werkzeug says in English.
_DETAILS: Final = {
    400: "La requête n'est pas lisible.",
    404: "Rien ne se trouve à cette adresse.",
    405: "Cette adresse ne reçoit pas cette méthode.",
    413: "L'envoi est trop gros.",
    500: "Le bac à sable a rencontré une erreur interne : son journal technique dit laquelle.",
}


class _Regle(Rule):
    """A rule that learns to write its addresses when one is asked for: a page has few, of all that are."""

    def _compile_builder(self, *suite: bool) -> Any:
        faire = cache(partial(super()._compile_builder, *suite))
        return lambda regle, /, **valeurs: faire()(regle, **valeurs)


def construire(aiguillage: Aiguillage) -> Flask:
    """The console of an application: same services, same rights."""
    app = Flask("sne_console.pages", static_folder=str(_WEB / "static"), static_url_path="/static")
    app.jinja_loader = FileSystemLoader([paquet / "templates" for paquet in _paquets()])
    app.url_rule_class = _Regle
    app.url_map.strict_slashes = False
    app.config.update(SEND_FILE_MAX_AGE_DEFAULT=3600, MAX_FORM_MEMORY_SIZE=_FORMULAIRE_MAX)
    acces.installer(app, aiguillage.partie("principale"))
    securite.installer(app)
    app.before_request(_controler_formulaire)
    app.before_request(acces.trouver_base)
    app.after_request(_ne_pas_garder)
    filtres_jinja.installer(app)
    app.url_defaults(_completer_adresse)
    app.context_processor(_commun)
    inscrire(app)
    app.add_url_rule("/", "accueil", _accueil)
    app.add_url_rule("/console/", "accueil_console", _accueil)
    for regle in ("/services/", "/services/<path:suite>"):
        app.add_url_rule(regle, "services", _services)
        app.add_url_rule(f"/bases/<base>{regle}", "services_base", _services)
    app.add_url_rule("/api/v1/bases/<base>/exchanges/<int:identifiant>", "echange_nomme", _echange_nomme)
    app.register_error_handler(HTTPException, _erreur_http)
    app.register_error_handler(OperatorError, _erreur_operateur)
    return app


def inscrire(app: Flask) -> None:
    """Gives an application the addresses of the console, by the tables of the packages that are there."""
    app.register_blueprint(connexion)
    modules = {section.nom: section.module for section in sections()}
    for paquet in _paquets():
        for ligne in table(str(paquet / "adresses")):
            section, _, nom = ligne["vue"].partition(".")
            app.add_url_rule(ligne["adresse"], ligne["vue"], methods=[ligne["methode"]])
            app.view_functions[ligne["vue"]] = partial(_visiter, modules[section], nom)


def _paquets() -> list[Path]:
    """The packages that have sections."""
    return [RACINE / nom for nom in dict.fromkeys(s.module.partition(".")[0] for s in sections())]


def _visiter(module: str, nom: str, /, **places: Any) -> Any:
    """Calls a view, whose module is imported at its first visit: a page does without those of the others."""
    return getattr(importlib.import_module(module), nom)(**places)


def _accueil() -> ReponseWsgi:
    return redirect(url_for("accueil.page"))


def _services(base: str | None = None, suite: str = "") -> ReponseWsgi:
    """The address of a service, opened in a browser: the page that lists them, each with its WSDL."""
    return redirect(url_for("contrat.page", base=base or base_d_accueil()))


def _echange_nomme(base: str, identifiant: int) -> ReponseWsgi:
    """The address of an exchange in the API, opened in a browser: its page."""
    return redirect(url_for("echange.page", base=base, identifiant=identifiant))


# --- before and after a view --------------------------------------------------------------------------------


def _controler_formulaire() -> None:
    if request.method in LECTURES:
        return
    if not csrf_convient(request.form.get("csrf") or request.headers.get("X-CSRF-Token", "")):
        raise Forbidden(
            "Le formulaire ne vient pas d'une page de cette console, ou elle est ouverte depuis trop "
            "longtemps. Revenez à la page précédente, rechargez-la, et recommencez : recharger celle-ci "
            "renverrait le même formulaire."
        )


def _completer_adresse(endpoint: str, valeurs: dict[str, Any]) -> None:
    """`url_for` without a base means the one that is shown."""
    if "base" not in valeurs and current_app.url_map.is_endpoint_expecting(endpoint, "base"):
        valeurs["base"] = base_d_accueil()


def _ne_pas_garder(reponse: Response) -> Response:
    if not request.path.startswith("/static/"):
        reponse.headers.setdefault("Cache-Control", "no-store")
    return reponse


def _commun() -> dict[str, Any]:
    """Returns the values that every template may use."""
    base, entree = g.get("base"), entree_connue()
    return {
        "base": base,
        "maintenant": maintenant() if base is not None else None,
        "nom_du_contrat": services().contrats.nom_de(base) if base is not None else "",
        "les_bases": _les_bases,
        "nuits_en_attente": en_attente(base, datetime.now(UTC)) if base is not None else None,
        "menu": _menu,
        "groupe_ici": _groupe_ici,
        "voisines": _voisines,
        "pannes_armees": _armees,
        "affichage": affichage(),
        "ici": chemin_d_ici(),
        "section_ici": _section_ici,
        "api": _api,
        "offerte": lambda vue: vue in current_app.view_functions,
        "equivalents": equivalents,
        "est_regle": _est_regle,
        "lecture_seule": entree is not None and entree.droit is Droit.LECTURE,
        "en_clair": entree is not None and entree.droit is Droit.TOUT,
        "entree": entree,
        "permis": permis,
        "ouvert": acces.acces_d_ici().ouvert,
        "jeton_csrf": jeton_csrf,
        "origine": acces.adresse_d_ici(),
        "mot_du_formateur": _mot_du_formateur(entree),
    }


def _api(chemin: str) -> str:
    """The address of what the API gives of the base that is shown: the files that one keeps."""
    return f"/api/v1/bases/{g.base.nom}{chemin}"


def _est_regle(code: str) -> bool:
    """True when the contract has this control; False when the contract of the base does not read."""
    try:
        return code in (contrat_servi() if g.get("base") is not None else services().contrat).regles
    except OperatorError:
        return False


def _mot_du_formateur(entree: Entree | None) -> str | None:
    """Returns the word of the trainer to the visitor; None when the visitor is no trainee."""
    if entree is None or entree.base is None or g.get("base") is None:
        return None
    from sne_console.formation import ateliers

    return ateliers.mot_pour(services().magasin, entree.base)


def _les_bases() -> list[str]:
    """The bases that one may choose."""
    entree = entree_connue()
    if entree is not None and entree.base is not None:
        return [entree.base]
    return [base.nom for base in services().magasin.bases.lister()]


def _section_ici() -> str:
    """The view that shows the same section on another base; the list, for what one base holds."""
    ici = {"demande": "demandes", "echange": "journal"}.get(request.blueprint or "", request.blueprint)
    endpoint = next((s.endpoint for s in sections() if s.nom == ici and permis(s.endpoint)), "accueil.page")
    return endpoint if current_app.url_map.is_endpoint_expecting(endpoint, "base") else "accueil.page"


def _menu() -> list[tuple[str, str, Section]]:
    """The groups that one may open: name, key, and the section that each leads to."""
    premieres = {section.groupe: section for section in reversed(_permises())}
    return [(nom, touche, premieres[nom]) for nom, touche in GROUPES.items() if nom in premieres]


def _groupe_ici() -> str:
    """The group of the page that is shown; "" for none."""
    return next((section.groupe for section in sections() if section.nom == request.blueprint), "")


def _voisines() -> list[Section]:
    """The sections of that group, when there are several to choose among."""
    ici = _groupe_ici()
    siennes = [section for section in _permises() if section.groupe == ici]
    return siennes if len(siennes) > 1 else []


def _permises() -> list[Section]:
    return [section for section in sections() if section.titre and permis(section.endpoint)]


def _armees() -> list[PanneArmee]:
    """The pannes that wait for an exchange of the base that is shown."""
    try:
        return [une for une in pannes.lister(services().magasin, g.base.nom) if une.restantes != 0]
    except OperatorError:
        return []  # a page that says what is wrong is shown all the same


# --- getting a right: the login page, the read-only link, leaving -------------------------------------------

#: The doors of the console: they are open to who has no right yet.
connexion: Final = Blueprint("connexion", __name__)


@connexion.get("/connexion", endpoint="page")
def demander_jeton() -> ReponseWsgi | str | tuple[str, int]:
    """The login page; with the code of a link, which is good once, the way in."""
    code = request.args.get("code")
    if code is None or request.method != "GET":
        return render_template("connexion.html", suite=chemin_sur(champ_ecrit("suite")), refus="")
    entree = acces.acces_d_ici().utiliser_code(code)
    if entree is not None:
        acces.ouvrir_session(entree)
    elif (deja := entree_connue()) is None or deja.droit is not Droit.TOUT:
        return render_template("connexion.html", suite="/", refus=_CODE_REFUSE), 403
    # Who clicks it again, or opens its tab again, is in already.
    return redirect(url_for("connexion.entree"), 303)


@connexion.post("/connexion")
def entrer() -> ReponseWsgi | tuple[str, int]:
    """Takes a token, gives a cookie."""
    suite = chemin_sur(champ_ecrit("suite"))
    entree = acces.acces_d_ici().presenter(champ_ecrit("jeton"))
    if entree is None:
        return render_template("connexion.html", suite=suite, refus=_JETON_REFUSE), 403
    acces.ouvrir_session(entree)
    return redirect(suite, 303)


@connexion.get("/connexion/entree")
def entree() -> str:
    """Where the code of a link leads: a page that goes on by itself, for a browser that comes from another
    site sends its new cookie to none but what our pages open."""
    return render_template("entree.html")


@connexion.get("/lecture/<jeton>")
def lecture(jeton: str) -> ReponseWsgi:
    """The link for trainees: from here on this browser reads, and changes nothing."""
    _ouvrir(jeton, Droit.LECTURE, _LECTURE_FINIE)
    return redirect(url_for("connexion.lecteur"), 303)


def _ouvrir(jeton: str, droit: Droit, fini: str) -> None:
    """Gives this browser the right of the token of a link. Raises NotFound for a token of another right."""
    trouvee = acces.acces_d_ici().presenter(jeton)
    if trouvee is None or trouvee.droit is not droit:
        raise NotFound(fini)
    acces.ouvrir_session(trouvee)


@connexion.get("/connexion/lecture")
def lecteur() -> str:
    """Where that link leads: an address that holds no token."""
    return render_template("lecture.html", base_par_defaut=BASE_PAR_DEFAUT)


@connexion.get("/atelier/<jeton>")
def atelier(jeton: str) -> ReponseWsgi:
    """The link of a trainee: from here on this browser has a right on their base, and on nothing else. It is
    good as often as one likes, on any device, until its token ends."""
    _ouvrir(jeton, Droit.BASE, _LIEN_FINI)
    return redirect(url_for("connexion.stagiaire"), 303)


@connexion.get("/connexion/atelier")
def stagiaire() -> str:
    """Where that link leads: an address that holds no token, and what one may do from there."""
    from sne_console.formation import ateliers

    qui = entree_connue()
    base = qui.base if qui is not None else None
    mien = ateliers.de_la_base(services().magasin, base) if base is not None else None
    nom = next((s.nom for s in mien.stagiaires if s.base == base), "") if mien is not None else ""
    seule = mien.scenes[0] if mien is not None and len(mien.scenes) == 1 else None
    return render_template("ateliers/bienvenue.html", sa_base=base, nom=nom, seule=seule)


@connexion.post("/deconnexion")
def sortir() -> ReponseWsgi:
    """Forgets the right that the cookie gave."""
    session.clear()
    ouverte = acces.acces_d_ici().ouvert
    reponse = redirect(url_for("accueil") if ouverte else url_for("connexion.page"), 303)
    # The text that was being written in Composer goes too.
    reponse.headers["Clear-Site-Data"] = '"storage"'
    return reponse


# --- when it goes wrong -------------------------------------------------------------------------------------


def _erreur_http(erreur: HTTPException) -> ReponseWsgi | tuple[str, int, dict[str, str]]:
    statut = erreur.code or 500
    if erreur.response is not None:
        return erreur.response  # type: ignore[return-value]
    dite = erreur.description if erreur.description != type(erreur).description else None
    if isinstance(erreur, Unauthorized) and _par_un_navigateur():
        if request.method in LECTURES:
            suite = request.full_path.rstrip("?")
            return redirect(url_for("connexion.page", suite=suite if suite != "/" else None), 303)
        dite = _FINIE
    page = _page_erreur(statut, dite or _DETAILS.get(statut, "La requête est refusée."))
    return (*page, {nom: valeur for nom, valeur in erreur.get_headers() if nom != "Content-Type"})


def _par_un_navigateur() -> bool:
    """True when a person opens a page or sends a form: the answer can show them where to log in."""
    return request.accept_mimetypes.accept_html and "Authorization" not in request.headers


def _erreur_operateur(erreur: OperatorError) -> tuple[str, int]:
    statut = 404 if isinstance(erreur, Introuvable) else 422 if isinstance(erreur, UsageError) else 503
    return _page_erreur(statut, str(erreur), erreur.remede)


def _page_erreur(statut: int, phrase: str, remede: str = "") -> tuple[str, int]:
    titre = reponses_http.genre_de(statut).title
    page = render_template(
        "erreur.html", statut=statut, titre=titre, phrase=masquer_nirs(phrase), remede=remede
    )
    return page, statut
