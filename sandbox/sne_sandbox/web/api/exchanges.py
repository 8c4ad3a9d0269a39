"""`/api/v1/bases/{base}/exchanges`: the journal. A NIR is masked wherever it is shown."""

import base64
from typing import TYPE_CHECKING, Any, Final

from flask import Response
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import NotFound

from sne_sandbox.domain.dates import PARIS
from sne_sandbox.domain.journal import Echange, VerdictEchange
from sne_sandbox.domain.texte import masquer_nirs
from sne_sandbox.web import manques
from sne_sandbox.web.api.contexte import ENTIER_MAX, Corps, combien, entier, ou_rien, services, texte
from sne_sandbox.web.messages.xpath import chercher_xpath
from sne_sandbox.web.telechargement import telechargement

if TYPE_CHECKING:
    from sne_sandbox.conformance.observation import Observation
    from sne_sandbox.web.messages.cote import Nom

blueprint: Final = Blueprint(
    "exchanges", __name__, url_prefix="/api/v1/bases/<base>/exchanges", description="Le journal"
)


class Filtres(Corps):
    """What the exchanges may be narrowed to."""

    guichet = fields.String(load_default=None, metadata={"description": "code du guichet qui appelle"})
    operation = fields.String(load_default=None, metadata={"description": "nom de l'opération SOAP"})
    verdict = fields.String(
        load_default=None,
        validate=validate.OneOf([str(v) for v in VerdictEchange]),
        metadata={"description": "ce que la réponse en a dit"},
    )
    numero = fields.String(load_default=None, metadata={"description": "numéro unique"})
    texte = fields.String(
        load_default=None,
        metadata={"description": "cherché dans l'adresse, les en-têtes, les anomalies, la fault"},
    )


class FiltresPage(Filtres):
    """Which of them."""

    avant = fields.Integer(
        load_default=None,
        validate=validate.Range(1, ENTIER_MAX),
        metadata={"description": "ceux d'avant ce numéro"},
    )
    apres = fields.Integer(
        load_default=None,
        validate=validate.Range(0, ENTIER_MAX),
        metadata={"description": "ceux d'après ce numéro : ce qui est arrivé depuis"},
    )
    xpath = fields.String(
        load_default="",
        metadata={
            "description": "cherchée dans les documents envoyés et rendus, noms sans préfixe ; une page n'en"
            " ouvre qu'un nombre, et peut être vide sans être la dernière : voir suite",
            "example": "//demandeur[nom='Dupont']",
        },
    )
    limite = combien()


class LigneSchema(Schema):
    """One exchange, without its bytes."""

    id = entier("numéro dans la base")
    recu_le = texte("à l'heure de la machine")
    instant_base = ou_rien("à l'heure de la base")
    methode = texte("HTTP, ou NUIT, TLS, FICHIER")
    chemin = texte()
    pair = texte("adresse de l'appelant")
    statut = entier("HTTP ; 0 : aucune réponse")
    verdict = fields.String(required=True, validate=validate.OneOf([str(v) for v in VerdictEchange]))
    guichet = ou_rien()
    service = ou_rien()
    operation = ou_rien()
    type_fichier = ou_rien()
    version = ou_rien()
    numero_unique = ou_rien()
    duree_us = entier("microsecondes")
    tolerances = fields.List(fields.Dict(), required=True)
    anomalies = fields.List(
        fields.Dict(),
        required=True,
        metadata={"description": "regle, code, message, propriete, gravite, valeur, ligne"},
    )
    fault = fields.Dict(
        required=True, allow_none=True, metadata={"description": "code, message, explication"}
    )
    reponse_conforme = fields.Boolean(required=True, allow_none=True)
    panne = fields.Dict(
        required=True,
        allow_none=True,
        metadata={"description": "la panne jouée : id, genre, description, effet, parametres"},
    )


class MessageSchema(Schema):
    """Bytes that travelled: text when it reads as text, else base64; NIR masked."""

    en_tetes = fields.List(fields.List(fields.String()), required=True)
    encodage = fields.String(required=True, validate=validate.OneOf(["utf-8", "base64"]))
    corps = texte()


class Detail(LigneSchema):
    """One exchange, whole."""

    parties = fields.List(fields.Dict(), required=True)
    trace = ou_rien("d'une erreur interne")
    requete = fields.Nested(MessageSchema, required=True)
    reponse = fields.Nested(MessageSchema, required=True)


class Page(Schema):
    """A page of the journal, newest first."""

    gardes = entier("échanges gardés")
    oublies = entier("échanges oubliés (--journal-max)")
    echanges = fields.List(fields.Nested(LigneSchema), required=True)
    suite = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "à redonner dans avant ; null : il n'y en a plus"},
    )
    ignores = entier("ceux que l'XPath n'a pas lus : trop gros, ou trop longs à lire")


class Nombre(Schema):
    """A count."""

    nombre = entier("échanges gardés qui répondent aux filtres")


class DepuisRefusSchema(Corps):
    """Which refusals."""

    avant = fields.Integer(
        load_default=None,
        validate=validate.Range(1, ENTIER_MAX),
        metadata={"description": "ceux d'avant ce numéro"},
    )
    limite = combien()


class ManqueLu(Schema):
    """A request that was refused by SOAP, or before it."""

    id = entier("numéro de l'échange")
    recu_le = texte("à l'heure de la machine")
    methode = texte("HTTP, ou TLS, FICHIER")
    chemin = texte()
    statut = entier("HTTP ; 0 : aucune réponse")
    verdict = fields.String(required=True, validate=validate.OneOf([str(v) for v in manques.VERDICTS]))
    guichet = ou_rien()
    operation = ou_rien("null : aucune n'a été reconnue")
    pourquoi = texte("la première cause")
    remede = texte("ce qui l'aurait rendue acceptable ; vide quand le journal ne le dit pas")
    plus_proche = ou_rien("l'adresse ou l'opération connue qui ressemble à celle appelée")


def _ligne(echange: Echange) -> dict[str, Any]:
    ligne = {
        "id": echange.identifiant,
        "recu_le": echange.recu_le.isoformat(),
        "instant_base": echange.instant_base.astimezone(PARIS).isoformat() if echange.instant_base else None,
        "verdict": str(echange.verdict),
    }
    for nom in LigneSchema().fields:
        ligne.setdefault(nom, _masquer(getattr(echange, nom, None)))
    return ligne


def _masquer(valeur: Any) -> Any:
    if isinstance(valeur, str):
        return masquer_nirs(valeur)
    if isinstance(valeur, dict):
        return {nom: _masquer(v) for nom, v in valeur.items()}
    return [_masquer(v) for v in valeur] if isinstance(valeur, list) else valeur


def _expliquee(anomalie: dict[str, Any]) -> dict[str, Any]:
    """An anomaly with what its rule asks, how to meet it, and how far to trust it."""
    fiche = services().contrat.regles.get(str(anomalie.get("regle")))
    if fiche is None:
        return anomalie
    return {
        **anomalie,
        "condition": fiche.condition,
        "remede": fiche.remede,
        "fidelite": str(fiche.fidelite),
        "source": fiche.source,
    }


def _message(observation: "Observation", cote: "Nom") -> dict[str, Any]:
    from sne_sandbox.web.messages.documents import masquer_en_tetes

    requete = cote == "requete"
    echange = observation.echange
    propres = masquer_en_tetes(echange.en_tetes if requete else echange.en_tetes_reponse)
    message: dict[str, Any] = {"en_tetes": [list(en_tete) for en_tete in propres]}
    octets = _octets(observation, cote)
    try:
        return {**message, "encodage": "utf-8", "corps": octets.decode("utf-8")}
    except UnicodeDecodeError:
        return {**message, "encodage": "base64", "corps": base64.b64encode(octets).decode()}


def _octets(observation: "Observation", cote: "Nom") -> bytes:
    """A body, NIRs masked, those of its archives too."""
    from sne_sandbox.web.messages.cote import courrier_de
    from sne_sandbox.web.messages.documents import masquer_corps

    echange = observation.echange
    corps = echange.requete if cote == "requete" else echange.reponse
    return masquer_corps(courrier_de(observation, cote), corps)


def observer(echange: Echange) -> "Observation":
    """What an exchange carried, read by the contract."""
    from sne_sandbox.conformance import observation

    return observation.observer(echange, services().contrat)


def cote_de(cote: str) -> "Nom":
    """The side that an address names (request, response)."""
    return "requete" if cote == "request" else "reponse"


@blueprint.route("")
class RessourceJournal(MethodView):
    """The journal of a base."""

    @blueprint.arguments(FiltresPage, location="query")
    @blueprint.response(200, Page)
    @blueprint.alt_response(409, description="Une autre recherche par XPath est en cours")
    def get(self, filtres: dict[str, Any], base: str) -> dict[str, Any]:
        """Les échanges, du plus récent au plus ancien"""
        magasin = services().magasin
        magasin.bases.lire(base)
        gardes, oublies = magasin.journal.compter(base)
        avant, limite, xpath = (filtres.pop(nom) for nom in ("avant", "limite", "xpath"))
        filtres["apres_id"] = filtres.pop("apres")
        if xpath.strip():
            recherche = chercher_xpath(services(), base, xpath.strip(), filtres, avant=avant, limite=limite)
            trouves, suite, ignores = recherche.trouves, recherche.suite, recherche.ignores
        else:
            lus = magasin.journal.chercher(base, avant_id=avant, limite=limite + 1, **filtres)
            trouves, ignores = tuple(lus[:limite]), 0
            suite = trouves[-1].identifiant if len(lus) > limite else None
        return {
            "gardes": gardes,
            "oublies": oublies,
            "echanges": [_ligne(e) for e in trouves],
            "suite": suite,
            "ignores": ignores,
        }


@blueprint.route("/count")
class RessourceCompte(MethodView):
    """How many exchanges."""

    @blueprint.arguments(Filtres, location="query")
    @blueprint.response(200, Nombre)
    def get(self, filtres: dict[str, Any], base: str) -> dict[str, int]:
        """Combien d'échanges gardés répondent aux filtres"""
        magasin = services().magasin
        magasin.bases.lire(base)
        return {"nombre": magasin.journal.denombrer(base, **filtres)}


@blueprint.route("/near-misses")
class Manques(MethodView):
    """What was nearly right."""

    @blueprint.arguments(DepuisRefusSchema, location="query")
    @blueprint.response(200, ManqueLu(many=True))
    def get(self, filtres: dict[str, Any], base: str) -> list[dict[str, Any]]:
        """Les requêtes refusées par SOAP ou avant lui (404, TLS…), et ce qui les aurait fait accepter"""
        magasin = services().magasin
        magasin.bases.lire(base)
        trouves = manques.chercher(magasin, services().contrat, base, **filtres)
        propres = ("pourquoi", "remede", "plus_proche")
        return [
            {**_ligne(manque.echange), **{nom: _masquer(getattr(manque, nom)) for nom in propres}}
            for manque in trouves
        ]


@blueprint.route("/<int:identifiant>")
class RessourceEchange(MethodView):
    """One exchange."""

    @blueprint.response(200, Detail)
    def get(self, base: str, identifiant: int) -> dict[str, Any]:
        """Un échange, décodé et en octets"""
        echange = trouver(base, identifiant)
        observation = observer(echange)
        return {
            **_ligne(echange),
            "anomalies": _masquer([_expliquee(a) for a in echange.anomalies]),
            "parties": _masquer(echange.parties),
            "trace": _masquer(echange.trace),
            "requete": _message(observation, "requete"),
            "reponse": _message(observation, "reponse"),
        }


@blueprint.route("/<int:identifiant>/<any(request, response):cote>")
class Octets(MethodView):
    """The bytes of one side."""

    @blueprint.response(200, content_type="application/octet-stream", description="Le corps, NIR masqués")
    def get(self, base: str, identifiant: int, cote: str) -> Response:
        """Le corps de la requête ou de la réponse, tel qu'il a voyagé, NIR masqués"""
        observation = observer(trouver(base, identifiant))
        octets = _octets(observation, cote_de(cote))
        return telechargement(octets, f"echange-{identifiant}-{cote}.bin", "application/octet-stream")


@blueprint.route("/<int:identifiant>/<any(request, response):cote>/document")
class DocumentSeul(MethodView):
    """The document of one side."""

    @blueprint.response(
        200, content_type="application/octet-stream", description="XML ou archive, NIR masqués"
    )
    def get(self, base: str, identifiant: int, cote: str) -> Response:
        """Le document que porte la requête ou la réponse, hors de l'enveloppe, NIR masqués"""
        from sne_sandbox.web.messages import cote as cotes
        from sne_sandbox.web.messages.documents import masquer_octets

        contenu = cotes.document(
            observer(trouver(base, identifiant)), "requete" if cote == "request" else "reponse"
        )
        if not contenu:
            raise NotFound("Ce message ne porte pas de document.")
        suffixe = "zip" if contenu.startswith(b"PK") else "xml"
        nom = f"echange-{identifiant}-{cote}.{suffixe}"
        return telechargement(masquer_octets(contenu), nom, "application/octet-stream")


def trouver(base: str, identifiant: int) -> Echange:
    """The exchange with its bytes. Raises NotFound."""
    magasin = services().magasin
    magasin.bases.lire(base)
    echange: Echange | None = magasin.journal.lire(base, identifiant)
    if echange is None:
        raise NotFound(f"L'échange {identifiant} n'est pas, ou n'est plus, au journal de la base [{base}].")
    return echange
