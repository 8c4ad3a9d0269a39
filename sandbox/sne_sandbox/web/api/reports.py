"""`/api/v1/reports`: judgements of this home begun, followed, read, compared, taken away."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Self

from flask import Response, jsonify
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import fields, validate
from werkzeug.exceptions import NotFound

from sne_sandbox.domain.publication import tirer
from sne_sandbox.domain.texte import masquer_nirs
from sne_sandbox.errors import ConflitEtat, UsageError
from sne_sandbox.reports import compare, formats
from sne_sandbox.reports import json as rapport_json
from sne_sandbox.reports.compare import ComparaisonRapportsLue
from sne_sandbox.reports.masque import masquer
from sne_sandbox.web import epreuves, trouver
from sne_sandbox.web.api.contexte import Entier, QuestionSchema, facultatif, liste, reponse
from sne_sandbox.web.epreuves import JugementConserve
from sne_sandbox.web.partage import services
from sne_sandbox.web.reponses import telechargement

blueprint: Final = Blueprint(
    "reports",
    __name__,
    url_prefix="/api/v1/reports",
    description="Les jugements de conformité : de ce qu'une base a vu, ou de l'application témoin",
)

TRAFIC: Final = "trafic"
TEMOIN: Final = "temoin"
_EN_COURS: Final = "Un jugement est en cours"
_SANS_RAPPORT: Final = "Le rapport n'est pas rendu"
_ILLISIBLE: Final = "Le rapport ne se lit pas, ou la base de données ne répond pas"


class JugementNouveauSchema(QuestionSchema):
    """Body of POST /reports: what to judge, the traffic of a base or the reference application."""

    mode = facultatif(
        "trafic : ce que la base a vu ; temoin : l'application témoin, pilotée",
        TRAFIC,
        parmi=(TRAFIC, TEMOIN),
    )
    base = facultatif("celle à juger ; pour le témoin, son profil", "ecole")
    exemples = facultatif(
        "témoin : ménages tirés par scénario",
        1,
        genre=Entier,
        validate=validate.Range(1, epreuves.EXEMPLES_MAX),
    )
    graine = facultatif(
        "témoin : graine des tirages", 0, genre=Entier, validate=validate.Range(0, epreuves.GRAINE_MAX)
    )
    famille = facultatif("témoin : scénarios de cette famille seulement (CRE)", "")
    faute = facultatif("témoin : défaut à y planter", "")


class AvecRapportSchema(QuestionSchema):
    """The other report, the one from before."""

    avec = fields.String(required=True, metadata={"description": "le rapport d'avant", "example": "hier"})


@dataclass(frozen=True, slots=True)
class ResumeLu:
    """A report, in a line."""

    conforme: bool
    mode: Annotated[str, "trafic : jugement de ce qui est arrivé ; plan : application pilotée"]
    application: str
    base: str
    contrat: str
    profil: str
    debut: Annotated[datetime, "du trafic, ou de l'épreuve"]
    fin: datetime
    echanges: Annotated[int, "échanges jugés"]
    manquements: Annotated[int, "sortes de manquements à corriger"]


@dataclass(frozen=True, slots=True)
class JugementLu:
    """A judgement of this home, running or ended."""

    nom: str
    etat: epreuves.EtatJugement
    commande: Annotated[str, "celle qui l'a fait ; vide pour un rapport venu de la ligne de commande"]
    fini_le: Annotated[datetime | None, "quand le rapport a été écrit"]
    fichiers: Annotated[list[Annotated[str, {"enum": list(epreuves.FICHIERS)}]], "ceux qui s'emportent"]
    resume: Annotated[ResumeLu | None, "null : aucun rapport lisible"]

    @classmethod
    def de(cls, epreuve: JugementConserve, **autres: Any) -> Self:
        """What is shown of a judgement."""
        lu = epreuves.resume(epreuve)
        resume = None
        if lu is not None:
            resume = tirer(ResumeLu, lu.entete, conforme=lu.conforme, manquements=lu.manquements)
        return tirer(cls, epreuve, resume=resume, **autres)


@dataclass(frozen=True, slots=True)
class JugementSuivi(JugementLu):
    """A judgement, and what it says."""

    sortie: Annotated[list[str], "les lignes dites"]


def _suivi(epreuve: JugementConserve) -> JugementSuivi:
    return JugementSuivi.de(epreuve, sortie=[masquer_nirs(dit) for _, dit in epreuves.lignes(epreuve, 0)])


def _rendu(nom: str) -> JugementConserve:
    epreuve = trouver.jugement(nom)
    if epreuve.etat is not epreuves.EtatJugement.RENDUE:
        raise ConflitEtat(
            f"Le jugement [{epreuve.nom}] n'a pas de rapport : il est {epreuve.etat}.",
            remede=f"suivez-le : GET /api/v1/reports/{epreuve.nom}",
        )
    return epreuve


@blueprint.route("")
class RessourceJugements(MethodView):
    """GET: every judgement, the newest first, reports of the command line included. POST: one begun."""

    @blueprint.response(200, liste(JugementLu))
    def get(self) -> list[JugementLu]:
        return [
            JugementLu.de(epreuve) for epreuve in epreuves.lister(services().configuration.home.absolute())
        ]

    @blueprint.arguments(JugementNouveauSchema, required=False, example={"mode": "trafic", "base": "ecole"})
    @blueprint.response(202, reponse(JugementSuivi))
    @blueprint.alt_response(404, description="La base n'existe pas")
    @blueprint.alt_response(409, description=_EN_COURS)
    def post(self, donnees: dict[str, Any]) -> JugementSuivi:
        configuration = services().configuration
        base = services().magasin.bases.lire(donnees["base"])
        if donnees["mode"] == TEMOIN:
            noms = ("exemples", "graine", "famille", "faute")
            choix = {nom: donnees[nom] for nom in noms}
            return _suivi(epreuves.piloter_temoin(configuration, profil=base.reglages.profile, **choix))
        if donnees["famille"] or donnees["faute"]:
            raise UsageError(
                "« famille » et « faute » ne valent que pour l'application témoin.", remede="mode : temoin"
            )
        return _suivi(epreuves.juger_trafic(configuration, base.nom))


@blueprint.route("/<rapport>")
class RessourceJugement(MethodView):
    """GET: one judgement, how far it is, what it said, its summary. DELETE: it and its files."""

    @blueprint.response(200, reponse(JugementSuivi))
    def get(self, rapport: str) -> JugementSuivi:
        return _suivi(trouver.jugement(rapport))

    @blueprint.response(204)
    @blueprint.alt_response(409, description=_EN_COURS)
    def delete(self, rapport: str) -> None:
        epreuves.effacer(trouver.jugement(rapport))


@blueprint.route("/<rapport>/stop")
class RessourceArret(MethodView):
    """POST: the end of a judgement that runs asked for; nothing more for one that has ended."""

    @blueprint.response(202, reponse(JugementSuivi))
    def post(self, rapport: str) -> JugementSuivi:
        epreuve = trouver.jugement(rapport)
        if epreuve.etat is epreuves.EtatJugement.EN_COURS:
            epreuves.arreter(epreuve)
        return _suivi(epreuve)


@blueprint.route("/<rapport>/report")
class RessourceRapport(MethodView):
    """GET: the whole report, as `rapport.schema.json` has it, NIR masked."""

    @blueprint.response(200, {"$ref": "#/components/schemas/Rapport"}, description="rapport.schema.json")
    @blueprint.alt_response(409, description=_SANS_RAPPORT)
    @blueprint.alt_response(503, description=_ILLISIBLE)
    def get(self, rapport: str) -> Response:
        return jsonify(rapport_json.en_json(masquer(rapport_json.lire(_rendu(rapport).rapport))))


@blueprint.route("/<rapport>/files/<fichier>")
class RessourceFichierDeRapport(MethodView):
    """GET: a file of a report."""

    @blueprint.response(
        200, content_type="application/octet-stream", description=f"Le fichier : {formats.enumeres()}"
    )
    def get(self, rapport: str, fichier: str) -> Response:
        epreuve = trouver.jugement(rapport)
        if fichier not in epreuve.fichiers:
            raise NotFound(f"Ce rapport n'a pas de fichier [{fichier[:40]}].")
        nom = f"{epreuve.nom}-{fichier}"
        return telechargement(epreuve.dossier / fichier, nom, "application/octet-stream")


@blueprint.route("/<rapport>/compare")
class RessourceComparaisonDeRapports(MethodView):
    """GET: what changed since another report: findings that are new, mended, still there."""

    @blueprint.arguments(AvecRapportSchema, location="query")
    @blueprint.response(200, reponse(ComparaisonRapportsLue))
    @blueprint.alt_response(409, description=_SANS_RAPPORT)
    @blueprint.alt_response(503, description=_ILLISIBLE)
    def get(self, donnees: dict[str, Any], rapport: str) -> ComparaisonRapportsLue:
        apres, avant = _rendu(rapport), _rendu(donnees["avec"])
        return compare.lire(
            compare.comparer(rapport_json.lire(avant.rapport), rapport_json.lire(apres.rapport))
        )
