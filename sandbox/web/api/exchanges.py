"""`/api/v1/bases/{base}/exchanges`: the journal. A NIR is masked wherever it is shown."""

import base64
from typing import Any, Final

from flask import current_app
from flask.views import MethodView
from flask_smorest import Blueprint, abort
from marshmallow import Schema, fields, validate

from sandbox.domain.dates import PARIS
from sandbox.domain.journal import Echange
from sandbox.domain.texte import masquer_message, masquer_nirs

blueprint: Final = Blueprint(
    "exchanges", __name__, url_prefix="/api/v1/bases/<base>/exchanges", description="Le journal"
)

#: Header of a masked secret.
_MASQUE: Final = "••••"


class Filtres(Schema):
    """What the list may be narrowed to."""

    guichet = fields.String(load_default=None)
    operation = fields.String(load_default=None)
    verdict = fields.String(load_default=None)
    numero = fields.String(load_default=None)
    texte = fields.String(load_default=None, metadata={"description": "cherché dans les résumés"})
    avant = fields.Integer(load_default=None, validate=validate.Range(1, 2**63 - 1))
    limite = fields.Integer(load_default=50, validate=validate.Range(1, 500))


class Ligne(Schema):
    """One exchange, without its bytes."""

    id = fields.Integer(required=True)
    recu_le = fields.String(required=True)
    instant_base = fields.String(allow_none=True)
    methode = fields.String()
    chemin = fields.String()
    pair = fields.String()
    statut = fields.Integer()
    verdict = fields.String()
    guichet = fields.String(allow_none=True)
    service = fields.String(allow_none=True)
    operation = fields.String(allow_none=True)
    type_fichier = fields.String(allow_none=True)
    version = fields.String(allow_none=True)
    numero_unique = fields.String(allow_none=True)
    duree_us = fields.Integer()
    tolerances = fields.List(fields.Dict())
    anomalies = fields.List(fields.Dict())
    fault = fields.Dict(allow_none=True)
    reponse_conforme = fields.Boolean(allow_none=True)


class Message(Schema):
    """Bytes that travelled: text when it reads as text, else base64; NIR masked."""

    en_tetes = fields.List(fields.List(fields.String()))
    encodage = fields.String(metadata={"description": "utf-8 ou base64"})
    corps = fields.String()


class Detail(Ligne):
    """One exchange, whole."""

    parties = fields.List(fields.Dict())
    trace = fields.String(allow_none=True)
    requete = fields.Nested(Message)
    reponse = fields.Nested(Message)


class Page(Schema):
    """A page of the journal, newest first."""

    gardes = fields.Integer(metadata={"description": "échanges gardés"})
    oublies = fields.Integer(metadata={"description": "échanges oubliés (--journal-max)"})
    echanges = fields.List(fields.Nested(Ligne))


def _ligne(echange: Echange) -> dict[str, Any]:
    ligne = {
        "id": echange.identifiant,
        "recu_le": echange.recu_le.isoformat(),
        "instant_base": echange.instant_base.astimezone(PARIS).isoformat() if echange.instant_base else None,
        "verdict": str(echange.verdict),
    }
    for nom in Ligne().fields:
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
    fiche = current_app.extensions["sne"].contrat.regles.get(anomalie.get("regle"))
    if fiche is None:
        return anomalie
    return {
        **anomalie,
        "condition": fiche.condition,
        "remede": fiche.remede,
        "fidelite": str(fiche.fidelite),
        "source": fiche.source,
    }


def _message(en_tetes: list[tuple[str, str]], corps: bytes) -> dict[str, Any]:
    propres = [
        [nom, _MASQUE if nom.lower() in ("authorization", "cookie") else masquer_nirs(valeur)]
        for nom, valeur in en_tetes
    ]
    try:
        return {"en_tetes": propres, "encodage": "utf-8", "corps": masquer_message(corps.decode("utf-8"))}
    except UnicodeDecodeError:
        masque = masquer_message(corps.decode("latin-1")).encode("latin-1")
        return {"en_tetes": propres, "encodage": "base64", "corps": base64.b64encode(masque).decode()}


@blueprint.route("")
class Journal(MethodView):
    """The journal of a base."""

    @blueprint.arguments(Filtres, location="query")
    @blueprint.response(200, Page)
    def get(self, filtres: dict[str, Any], base: str) -> dict[str, Any]:
        """Les échanges, du plus récent au plus ancien"""
        magasin = current_app.extensions["sne"].magasin
        magasin.bases.lire(base)
        gardes, oublies = magasin.journal.compter(base)
        avant = filtres.pop("avant")
        trouves = magasin.journal.chercher(base, avant_id=avant, **filtres)
        return {"gardes": gardes, "oublies": oublies, "echanges": [_ligne(e) for e in trouves]}


@blueprint.route("/<int:identifiant>")
class Un(MethodView):
    """One exchange."""

    @blueprint.response(200, Detail)
    def get(self, base: str, identifiant: int) -> dict[str, Any]:
        """Un échange, décodé et en octets"""
        magasin = current_app.extensions["sne"].magasin
        magasin.bases.lire(base)
        echange = magasin.journal.lire(base, identifiant)
        if echange is None:
            abort(404, message=f"L'échange {identifiant} n'est pas au journal de la base [{base}].")
        return {
            **_ligne(echange),
            "anomalies": _masquer([_expliquee(a) for a in echange.anomalies]),
            "parties": _masquer(echange.parties),
            "trace": _masquer(echange.trace),
            "requete": _message(echange.en_tetes, echange.requete),
            "reponse": _message(echange.en_tetes_reponse, echange.reponse),
        }
