"""`/api/v1/bases/{base}/guichets`: the guichets of a base, and the boxes of the asynchronous channel."""

from datetime import datetime
from typing import Any, Final

from flask import Response, request
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields
from werkzeug.exceptions import InternalServerError, NotFound

from sne_sandbox.domain.base import Guichet
from sne_sandbox.errors import ExchangeError
from sne_sandbox.operations import dispatching
from sne_sandbox.operations.dossiers import NOM_ADMIS
from sne_sandbox.store.fichiers import Boite, Boites, Compte, Depot, compter
from sne_sandbox.web.acces import reserver
from sne_sandbox.web.api.contexte import services
from sne_sandbox.web.messages.documents import masquer_octets
from sne_sandbox.web.telechargement import telechargement

blueprint: Final = Blueprint(
    "guichets",
    __name__,
    url_prefix="/api/v1/bases/<base>/guichets",
    description="Les guichets et leurs boîtes : canal asynchrone et dispatching",
)

_CORPS: Final = {"content": {"text/xml": {"schema": {"type": "string"}}}}
_TYPES: Final = {"xml": "text/xml", "pdf": "application/pdf", "err": "text/plain; charset=utf-8"}


class GuichetLu(Schema):
    """A guichet, and what lies in its boxes."""

    code = fields.String(required=True)
    nature = fields.String(required=True)
    territoire = fields.String(required=True)
    nom = fields.String(required=True)
    adresse = fields.String(required=True)
    ouvert_le = fields.String(required=True)
    ferme_le = fields.String(required=True, allow_none=True)
    inbox = fields.Integer(required=True, metadata={"description": "fichiers qui attendent d'être traités"})
    outbox = fields.Integer(required=True, metadata={"description": "fichiers à intégrer"})


class FichierSchema(Schema):
    """A file of a box."""

    nom = fields.String(required=True)
    depose_le = fields.String(required=True)


class FichierEntrant(FichierSchema):
    """A file of an inbox."""

    traite_le = fields.String(
        required=True, allow_none=True, metadata={"description": "null tant qu'il attend"}
    )


class EntreeSchema(Schema):
    """An inbox, oldest file first."""

    fichiers = fields.List(fields.Nested(FichierEntrant), required=True)


class SortieSchema(Schema):
    """An outbox, oldest file first."""

    fichiers = fields.List(fields.Nested(FichierSchema), required=True)
    en_attente = fields.Integer(
        required=True,
        metadata={"description": "changements d'autres guichets, à venir : POST …/outbox/relever"},
    )


class FichierTraite(Schema):
    """A file, and its answer."""

    nom = fields.String(required=True)
    verdict = fields.String(required=True)
    reponse = fields.String(
        required=True, metadata={"description": "nom du fichier, dans la boîte de sortie"}
    )
    numero_unique = fields.String(required=True, allow_none=True)
    echange = fields.Integer(required=True, allow_none=True, metadata={"description": "ligne du journal"})


class FichierIgnore(Schema):
    """A file that the folder of an inbox keeps."""

    nom = fields.String(required=True)
    pourquoi = fields.String(required=True)
    remede = fields.String(required=True)


class ReleveFait(Schema):
    """What was taken, answered and dispatched."""

    traites = fields.List(fields.Nested(FichierTraite), required=True)
    distribues = fields.Integer(required=True, metadata={"description": "documents DIS déposés"})
    en_attente = fields.Integer(required=True)
    ignores = fields.List(
        fields.Nested(FichierIgnore),
        required=True,
        metadata={"description": "fichiers que le dossier garde, car la boîte ne prend pas leur nom"},
    )


def _guichet(base: str, code: str) -> Guichet:
    with services().magasin.lire(base) as registre:
        guichet = registre.guichet(code)
    if guichet is None:
        raise NotFound(f"Le guichet [{code}] n'existe pas dans la base [{base}].")
    return guichet


def _depots(base: str, code: str, boite: Boite) -> list[Depot]:
    with services().magasin.lire(base) as registre:
        return Boites(registre.connexion, base, code).lister(boite)


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _depot(depot: Depot) -> dict[str, Any]:
    return {"nom": depot.nom, "depose_le": _iso(depot.depose_le), "traite_le": _iso(depot.traite_le)}


def _ignore(nom: str, code: str) -> dict[str, str]:
    return {
        "nom": nom,
        "pourquoi": f"La boîte ne prend pas ce nom. Elle prend {NOM_ADMIS}.",
        "remede": f"renommez-le comme DEM{code}-201803151200-000001.xml",
    }


def _deposer(base: str, code: str, nom: str) -> dict[str, Any]:
    services().boites.deposer(base, _guichet(base, code), nom, request.get_data(cache=False))
    return next(_depot(d) for d in _depots(base, code, Boite.ENTREE) if d.nom == nom)


def _sortie(base: str, guichet: Guichet) -> dict[str, Any]:
    with services().magasin.lire(base) as registre:
        depots = Boites(registre.connexion, base, guichet.code).lister(Boite.SORTIE)
        attendent = dispatching.en_attente(registre, guichet)
    return {"fichiers": [_depot(d) for d in depots], "en_attente": attendent}


def _chercher(base: str, code: str, nom: str, boite: Boite = Boite.SORTIE) -> bytes | None:
    if not nom.isascii() or not nom.isprintable():  # what no column takes is no file of ours
        return None
    with services().magasin.lire(base) as registre:
        return Boites(registre.connexion, base, code).lire(boite, nom)


def _absent(nom: str, code: str) -> NotFound:
    return NotFound(f"Le fichier [{nom[:100]}] n'est pas dans la boîte d'entrée de [{code}].")


@blueprint.route("")
class RessourceGuichets(MethodView):
    """The guichets of a base."""

    @blueprint.response(200, GuichetLu(many=True))
    def get(self, base: str) -> list[dict[str, Any]]:
        """Les guichets d'une base, et ce que contiennent leurs boîtes"""
        with services().magasin.lire(base) as registre:
            comptes = compter(registre.connexion, base)
            return [
                {
                    "code": guichet.code,
                    "nature": guichet.nature.value,
                    "territoire": guichet.territoire,
                    "nom": guichet.nom,
                    "adresse": guichet.adresse,
                    "ouvert_le": guichet.ouvert_le.isoformat(),
                    "ferme_le": guichet.ferme_le.isoformat() if guichet.ferme_le else None,
                    "inbox": comptes.get((guichet.code, Boite.ENTREE), Compte()).en_attente,
                    "outbox": comptes.get((guichet.code, Boite.SORTIE), Compte()).total,
                }
                for guichet in registre.guichets()
            ]


@blueprint.route("/<code>/inbox")
class BoiteEntree(MethodView):
    """An inbox."""

    @blueprint.response(200, EntreeSchema)
    def get(self, base: str, code: str) -> dict[str, Any]:
        """Les fichiers déposés par un guichet, traités ou non"""
        _guichet(base, code)
        return {"fichiers": [_depot(d) for d in _depots(base, code, Boite.ENTREE)]}


@blueprint.route("/<code>/inbox/relever")
class Levee(MethodView):
    """The inbox, emptied now."""

    @blueprint.response(200, ReleveFait)
    def post(self, base: str, code: str) -> dict[str, Any]:
        """Traite sans attendre les fichiers déposés (aussi ceux du dossier), et distribue"""
        guichet = _guichet(base, code)
        try:
            releve = services().boites.relever(base, guichet)
        except ExchangeError as erreur:
            raise InternalServerError(erreur.diagnostics()) from erreur
        return {
            "traites": releve.traites,
            "distribues": releve.distribues,
            "en_attente": releve.en_attente,
            "ignores": [_ignore(nom, code) for nom in releve.ignores],
        }


@blueprint.route("/<code>/inbox/<nom>")
class FichierDepose(MethodView):
    """A file of an inbox."""

    @blueprint.response(200, content_type="application/octet-stream", description="Le fichier, NIR masqués")
    def get(self, base: str, code: str, nom: str) -> Response:
        """Un fichier de la boîte d'entrée, traité ou non, NIR masqués"""
        _guichet(base, code)
        contenu = _chercher(base, code, nom, Boite.ENTREE)
        if contenu is None:
            raise _absent(nom, code)
        return telechargement(masquer_octets(contenu), nom, "application/octet-stream")

    @blueprint.doc(requestBody=_CORPS)
    @blueprint.response(201, FichierSchema)
    @blueprint.alt_response(422, description="Nom ou taille que la boîte ne prend pas")
    def put(self, base: str, code: str, nom: str) -> dict[str, Any]:
        """Dépose un fichier : il est traité à la minute suivante, ou par …/inbox/relever"""
        return _deposer(base, code, nom)

    @blueprint.doc(requestBody=_CORPS)
    @blueprint.response(201, FichierSchema)
    @blueprint.alt_response(422, description="Nom ou taille que la boîte ne prend pas")
    def post(self, base: str, code: str, nom: str) -> dict[str, Any]:
        """Dépose un fichier, comme PUT"""
        return _deposer(base, code, nom)

    @blueprint.response(204)
    def delete(self, base: str, code: str, nom: str) -> None:
        """Retire un fichier : s'il attendait, il ne sera pas traité"""
        _guichet(base, code)
        if _chercher(base, code, nom, Boite.ENTREE) is None:
            raise _absent(nom, code)
        with services().magasin.ecrire(base) as registre:
            Boites(registre.connexion, base, code).oter(Boite.ENTREE, nom)


@blueprint.route("/<code>/outbox")
class BoiteSortie(MethodView):
    """An outbox."""

    @blueprint.response(200, SortieSchema)
    def get(self, base: str, code: str) -> dict[str, Any]:
        """Les fichiers à intégrer : réponses (RET, ATT, .err) et dispatching (DIS) déjà distribué"""
        return _sortie(base, _guichet(base, code))


@blueprint.route("/<code>/outbox/relever")
class Distribution(MethodView):
    """The outbox, filled now."""

    @blueprint.response(200, SortieSchema)
    def post(self, base: str, code: str) -> dict[str, Any]:
        """Distribue sans attendre ce que d'autres guichets ont changé (DIS), et rend la boîte de sortie"""
        guichet = _guichet(base, code)
        try:
            services().boites.distribuer(base, guichet)
        except ExchangeError as erreur:
            raise InternalServerError(erreur.diagnostics()) from erreur
        return _sortie(base, guichet)


@blueprint.route("/<code>/outbox/<nom>")
class FichierRecu(MethodView):
    """A file of an outbox."""

    @blueprint.response(200, content_type="text/xml", description="Le fichier, tel quel")
    def get(self, base: str, code: str, nom: str) -> Response:
        """Un fichier de la boîte de sortie, NIR en clair : à qui peut tout"""
        reserver("Un fichier de la boîte de sortie")
        _guichet(base, code)
        contenu = _chercher(base, code, nom)
        if contenu is None:
            raise NotFound(f"Le fichier [{nom}] n'est pas dans la boîte de sortie de [{code}].")
        genre = _TYPES.get(nom.rpartition(".")[2], "application/octet-stream")
        return telechargement(contenu, nom, genre)

    @blueprint.response(204)
    def delete(self, base: str, code: str, nom: str) -> None:
        """Retire un fichier : le guichet l'a intégré"""
        guichet = _guichet(base, code)
        if _chercher(base, code, nom) is None or not services().boites.oter(base, guichet, nom):
            raise NotFound(f"Le fichier [{nom}] n'est pas dans la boîte de sortie de [{code}].")
