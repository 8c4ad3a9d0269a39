"""`/console/<base>/echanges/<id>`: one exchange, explained; downloads, replay, reduction."""

import json
import shlex
from typing import Any, Final

from flask import Response, g, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Redirection

from sne_sandbox.conformance.observation import Observation
from sne_sandbox.domain.echange import HORS_HTTP, REJEU, Echange
from sne_sandbox.domain.panne import GENRES
from sne_sandbox.domain.texte import masquer_nirs
from sne_sandbox.errors import UsageError
from sne_sandbox.web import trouver
from sne_sandbox.web.acces import adresse_d_ici
from sne_sandbox.web.console.equivalents import curl
from sne_sandbox.web.console.page import annoncer, apres_action, contrat_servi, section
from sne_sandbox.web.essais import Essais, essayer, nu
from sne_sandbox.web.messages import cote as cotes
from sne_sandbox.web.messages import expedition
from sne_sandbox.web.messages.arbre import Remarque, construire, remarques_de
from sne_sandbox.web.messages.documents import masquer_en_tetes, montrer_bruts, montrer_octets
from sne_sandbox.web.partage import expediteur, services
from sne_sandbox.web.reponses import telechargement

blueprint: Final = section("echange", __name__)

#: Headers that a request sent again needs.
_UTILES: Final = ("content-type", "soapaction", "accept", "mime-version")


@blueprint.get("/echanges/<int:identifiant>")
def page(base: str, identifiant: int) -> str:
    """The exchange; what of it cannot be shown is said in its place."""
    observation = trouver.observation(base, identifiant)
    journal = services().magasin.journal
    precedents = journal.chercher(base, avant_id=identifiant, limite=1)
    voisins = {
        "precedent": precedents[0].identifiant if precedents else None,
        # Ids follow each other, but for those that were dropped: these are the oldest.
        "suivant": identifiant + 1 if journal.dernier(base) > identifiant else None,
    }
    return essayer(
        lambda: render_template("echange/page.html", **_montrer(observation), **voisins),
        lambda raison: render_template(
            "echange/perdu.html", echange=nu(observation.echange, raison), **voisins
        ),
    )


def _montrer(observation: Observation) -> dict[str, Any]:
    """What the page of an exchange is made of."""
    echange, essais = observation.echange, Essais()
    remarques: list[Remarque] = essais.part(
        "Les remarques",
        lambda: (
            remarques_de(echange.anomalies, observation.contrat)
            or cotes.defauts(observation, g.base.reglages.profile)
        ),
        [],
    )
    panne = echange.panne or {}
    return {
        "echange": echange,
        "remarques": remarques,
        "cotes": (
            essais.part(
                "La requête",
                lambda: cotes.cote_de(observation, "requete", remarques),
                cotes.cote_nu(observation, "requete"),
            ),
            essais.part(
                "La réponse",
                lambda: cotes.cote_de(observation, "reponse"),
                cotes.cote_nu(observation, "reponse"),
            ),
        ),
        "tolerances": [(t.get("code"), t.get("phrase")) for t in echange.tolerances],
        "panne": panne,
        "genre_panne": GENRES.get(str(panne.get("genre"))),
        "empechement": expedition.empechement(echange),
        "http": echange.methode not in HORS_HTTP,
        "rejeu_de": observation.en_tete(REJEU),
        "cibles": essais.part("La réduction", lambda: expedition.cibles(observation), []),
        "curl": essais.part("La commande curl", lambda: _curl(echange), ""),
        "masque": essais.part(
            "Le masquage",
            lambda: cotes.octets(observation, "requete") != echange.requete,
            True,
        ),
        "perdus": essais.perdus,
    }


# --- to keep ------------------------------------------------------------------------------------------------


@blueprint.get("/echanges/<int:identifiant>/<any(requete, reponse):cote>/octets")
def octets(base: str, identifiant: int, cote: cotes.Nom) -> Response:
    """The body of one side, NIR masked but when it is asked for raw."""
    masque = cotes.octets(trouver.observation(base, identifiant), cote, brut=_brut())
    return telechargement(masque, f"echange-{identifiant}-{cote}.bin")


@blueprint.get("/echanges/<int:identifiant>/<any(requete, reponse):cote>/document")
def document(base: str, identifiant: int, cote: cotes.Nom) -> Response:
    """The document of one side, NIR masked but when it is asked for raw."""
    contenu = cotes.document(trouver.observation(base, identifiant), cote)
    if not contenu:
        raise NotFound("Ce message ne porte pas de document.")
    archive = contenu.startswith(b"PK")
    return telechargement(
        (montrer_bruts if _brut() else montrer_octets)(contenu),
        f"echange-{identifiant}-{cote}.{'zip' if archive else 'xml'}",
        "application/zip" if archive else "application/xml",
    )


@blueprint.get("/echanges/<int:identifiant>/<any(requete, reponse):cote>/pieces/<int:rang>")
def piece(base: str, identifiant: int, cote: cotes.Nom, rang: int) -> Response:
    """One piece of a message (a MIME part, or base64 of the envelope), NIR masked but when it is asked for
    raw."""
    trouvee = cotes.piece(trouver.observation(base, identifiant), cote, rang, brut=_brut())
    if trouvee is None:
        raise NotFound("Ce message n'a pas tant de pièces.")
    suffixe, contenu = trouvee
    nom = f"echange-{identifiant}-{cote}-{rang}.{suffixe}"
    return telechargement(contenu, nom)


@blueprint.get("/echanges/<int:identifiant>/har")
def archive(base: str, identifiant: int) -> Response:
    """The exchange as an HTTP archive (HAR 1.2), NIR masked."""
    observation = trouver.observation(base, identifiant)
    if observation.echange.methode in HORS_HTTP:
        raise NotFound("Cette ligne n'est pas une requête HTTP : elle n'a pas d'archive HAR.")
    contenu = cotes.en_har(observation, origine=adresse_d_ici())
    texte = json.dumps(contenu, ensure_ascii=False, indent=1).encode()
    return telechargement(texte, f"echange-{identifiant}.har", "application/json")


# --- to do --------------------------------------------------------------------------------------------------


@blueprint.post("/echanges/<int:identifiant>/rejouer")
def rejouer(base: str, identifiant: int) -> Redirection:
    """Sends it again, and shows what came of it."""
    echange = trouver.echange(base, identifiant)
    empechement = expedition.empechement(echange)
    if empechement:
        raise UsageError(empechement, remede="recomposez le message dans Composer")
    nouveau = expedition.rejouer(echange, expediteur())
    if nouveau is None:
        phrase = "La requête est repartie, mais n'a laissé aucune ligne au journal."
        return apres_action(url_for("echange.page", identifiant=identifiant), phrase, reussie=False)
    return annoncer(f"Le message de l'échange n° {identifiant} est reparti", *nouveau)


@blueprint.post("/echanges/<int:identifiant>/reduire")
def reduire(base: str, identifiant: int) -> str:
    """The smallest document that still raises an anomaly of this exchange."""
    observation = trouver.observation(base, identifiant)
    cible = request.form.get("cible", "")
    if cible not in expedition.cibles(observation):
        raise UsageError(
            f"L'échange {identifiant} n'a pas d'anomalie [{cible[:20]}] à réduire.",
            remede="choisissez une anomalie de la page de l'échange",
        )
    reduction = expedition.reduire(services(), base, observation, cible)
    return render_template(
        "echange/reduction.html",
        echange=observation.echange,
        cible=cible,
        reduction=reduction,
        arbre=construire(reduction.racine, contrat=contrat_servi()),
    )


# --- pieces -------------------------------------------------------------------------------------------------


def _brut() -> bool:
    return request.args.get("brut") == "oui"


def _curl(echange: Echange) -> str:
    """The command that sends the downloaded bytes again; "" for what is no HTTP request."""
    if expedition.empechement(echange):
        return ""
    en_tetes: list[tuple[str, str]] = masquer_en_tetes(echange.en_tetes)
    arguments: list[Any] = [f"--data-binary @echange-{echange.identifiant}-requete.bin"]
    arguments += [
        f"-H {shlex.quote(f'{nom}: {valeur}')}" for nom, valeur in en_tetes if nom.lower() in _UTILES
    ]
    if request.is_secure:
        arguments.append("--cacert ca.pem")
        if echange.certificat:
            guichet = shlex.quote(echange.guichet or "GUICHET")
            arguments.append(f"--cert {guichet}.pem --key {guichet}.key")
    if echange.methode != "POST":
        arguments.insert(0, f"-X {shlex.quote(echange.methode)}")
    adresse = adresse_d_ici() + masquer_nirs(echange.chemin)
    return " \\\n  ".join([shlex.join(curl()), *arguments, shlex.quote(adresse)])
