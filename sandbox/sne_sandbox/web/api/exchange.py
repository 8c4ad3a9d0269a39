"""`/api/v1/bases/{base}/exchanges/{id}/…`: one exchange taken apart, as an archive, sent again, cut down."""

from typing import Any

from flask import Response, current_app, jsonify, request
from flask.views import MethodView
from marshmallow import Schema, fields
from werkzeug.exceptions import NotFound

from sne_sandbox.domain.journal import HORS_HTTP
from sne_sandbox.domain.texte import masquer_nirs
from sne_sandbox.errors import UsageError
from sne_sandbox.web.api.contexte import Corps, entier, ou_rien, services, texte
from sne_sandbox.web.api.exchanges import blueprint, cote_de, observer, trouver
from sne_sandbox.web.messages import cote as cotes
from sne_sandbox.web.messages import har, rejeu
from sne_sandbox.web.telechargement import telechargement


class ContenuLu(Schema):
    """A file of an archive."""

    nom = texte()
    taille = entier("octets")


class PieceLue(Schema):
    """A piece of a message."""

    rang = entier("à redonner dans l'adresse")
    nom = texte("Content-ID, ou champ de l'appel")
    genre = texte("type de média annoncé")
    encodage = texte("de transfert")
    taille = entier("octets")
    contenus = fields.List(
        fields.Nested(ContenuLu), required=True, metadata={"description": "ce qu'une archive ZIP contient"}
    )


class CibleSchema(Corps):
    """What the document must still raise."""

    cible = fields.String(
        load_default=None,
        metadata={
            "description": "code d'une règle que l'échange soulève, ou structure (refus du schéma) ;"
            " absente : la première"
        },
    )


class Reduite(Schema):
    """What is left."""

    cible = texte()
    cibles = fields.List(fields.String(), required=True, metadata={"description": "celles qu'a cet échange"})
    document = texte("XML indenté, NIR masqués")
    avant = entier("éléments")
    apres = entier("éléments")
    entiere = fields.Boolean(
        required=True, metadata={"description": "false : le temps a manqué pour tout essayer"}
    )
    secondes = fields.Float(required=True)


class Rejoue(Schema):
    """What came of it."""

    base = ou_rien("null : la requête n'a laissé aucune ligne")
    id = fields.Integer(required=True, allow_none=True, metadata={"description": "le nouvel échange"})


@blueprint.route("/<int:identifiant>/har")
class Archive(MethodView):
    """It as an HTTP archive."""

    @blueprint.response(200, {"type": "object"}, description="HAR 1.2")
    def get(self, base: str, identifiant: int) -> Response:
        """L'échange en archive HAR 1.2, NIR masqués"""

        observation = observer(trouver(base, identifiant))
        if observation.echange.methode in HORS_HTTP:
            raise NotFound("Cette ligne n'est pas une requête HTTP : elle n'a pas d'archive HAR.")
        return jsonify(har.en_har(observation, origine=request.host_url.rstrip("/")))


@blueprint.route("/<int:identifiant>/replay")
class Rejeu(MethodView):
    """It again."""

    @blueprint.response(201, Rejoue)
    @blueprint.alt_response(
        422,
        description="Ce n'est pas une requête HTTP (une nuit, un fichier, du TLS), ou elle est d'un relais",
    )
    def post(self, base: str, identifiant: int) -> dict[str, Any]:
        """Rejoue la requête : les mêmes octets, sans certificat, comme s'ils arrivaient maintenant"""

        echange = trouver(base, identifiant)
        empechement = rejeu.empechement(echange)
        if empechement:
            raise UsageError(empechement, remede="recomposez le message dans la console (Composer)")
        nouveau = rejeu.rejouer(
            current_app.extensions["principale"],
            echange,
            origine=request.host_url,
            pair=request.remote_addr or "127.0.0.1",
        )
        ou, numero = nouveau if nouveau is not None else (None, None)
        return {"base": ou, "id": numero}


@blueprint.route("/<int:identifiant>/<any(request, response):cote>/parts")
class Pieces(MethodView):
    """The pieces of one side."""

    @blueprint.response(200, PieceLue(many=True))
    def get(self, base: str, identifiant: int, cote: str) -> list[dict[str, Any]]:
        """Les pièces du message : ses parties MIME, ou ce que l'enveloppe porte en base64"""
        return [
            {
                **{nom: getattr(piece, nom) for nom in ("rang", "taille")},
                **{nom: masquer_nirs(getattr(piece, nom)) for nom in ("nom", "genre", "encodage")},
                "contenus": [{"nom": masquer_nirs(nom), "taille": taille} for nom, taille in piece.contenus],
            }
            for piece in cotes.decrire(observer(trouver(base, identifiant)), cote_de(cote))
        ]


@blueprint.route("/<int:identifiant>/<any(request, response):cote>/parts/<int:rang>")
class RessourcePiece(MethodView):
    """One piece."""

    @blueprint.response(200, content_type="application/octet-stream", description="La pièce, NIR masqués")
    def get(self, base: str, identifiant: int, cote: str, rang: int) -> Response:
        """Une pièce du message, décodée, NIR masqués"""
        trouvee = cotes.piece(observer(trouver(base, identifiant)), cote_de(cote), rang)
        if trouvee is None:
            raise NotFound("Ce message n'a pas tant de pièces.")
        suffixe, contenu = trouvee
        nom = f"echange-{identifiant}-{cote}-{rang}.{suffixe}"
        return telechargement(contenu, nom, "application/octet-stream")


@blueprint.route("/<int:identifiant>/reduce")
class RessourceReduction(MethodView):
    """Its document, cut down."""

    @blueprint.arguments(CibleSchema, required=False, example={"cible": "ENT009"})
    @blueprint.response(200, Reduite)
    @blueprint.alt_response(422, description="L'échange n'a rien de tel à réduire, ou la base a changé")
    def post(self, donnees: dict[str, Any], base: str, identifiant: int) -> dict[str, Any]:
        """Le plus petit document qui soulève encore une anomalie de l'échange ; rien n'est écrit, cinq
        secondes au plus"""
        observation = observer(trouver(base, identifiant))
        cibles = rejeu.cibles(observation)
        cible = donnees["cible"] or next(iter(cibles), "")
        if cible not in cibles:
            raise UsageError(
                f"L'échange {identifiant} n'a pas d'anomalie [{cible[:20]}] à réduire.",
                remede=f"anomalies de cet échange : {', '.join(cibles) or 'aucune'}",
            )
        reduction = rejeu.reduire(services(), base, observation, cible)
        noms = ("avant", "apres", "entiere", "secondes")
        return {
            "cible": cible,
            "cibles": cibles,
            "document": reduction.texte,
            **{nom: getattr(reduction, nom) for nom in noms},
        }
