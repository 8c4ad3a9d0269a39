"""`/api/v1/reports`: judgements of this home begun, followed, read, compared, taken away."""

from typing import Any, Final

from flask import Response, jsonify
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import NotFound

from sne_sandbox.domain.texte import masquer_nirs
from sne_sandbox.errors import ConflitEtat, UsageError
from sne_sandbox.reports import compare, formats
from sne_sandbox.reports import json as rapport_json
from sne_sandbox.reports.masque import masquer
from sne_sandbox.web import epreuves
from sne_sandbox.web.api.contexte import Corps, Entier, entier, ou_rien, services, texte
from sne_sandbox.web.epreuves import JugementConserve
from sne_sandbox.web.telechargement import telechargement

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


class JugementNouveau(Corps):
    """What begins a judgement."""

    mode = fields.String(
        load_default=TRAFIC,
        validate=validate.OneOf([TRAFIC, TEMOIN]),
        metadata={"description": "trafic : ce que la base a vu ; temoin : l'application témoin, pilotée"},
    )
    base = fields.String(
        load_default="ecole", metadata={"description": "celle à juger ; pour le témoin, son profil"}
    )
    exemples = Entier(
        load_default=1,
        validate=validate.Range(1, epreuves.EXEMPLES_MAX),
        metadata={"description": "témoin : ménages tirés par scénario"},
    )
    graine = Entier(
        load_default=0,
        validate=validate.Range(0, epreuves.GRAINE_MAX),
        metadata={"description": "témoin : graine des tirages"},
    )
    famille = fields.String(
        load_default="", metadata={"description": "témoin : scénarios de cette famille seulement (CRE)"}
    )
    faute = fields.String(load_default="", metadata={"description": "témoin : défaut à y planter"})


class ResumeLu(Schema):
    """A report, in a line."""

    conforme = fields.Boolean(required=True)
    mode = texte("trafic : jugement de ce qui est arrivé ; plan : application pilotée")
    application = texte()
    base = texte()
    contrat = texte()
    profil = texte()
    debut = texte("du trafic, ou de l'épreuve")
    fin = texte()
    echanges = entier("échanges jugés")
    manquements = entier("sortes de manquements à corriger")


class JugementLu(Schema):
    """A judgement."""

    nom = texte()
    etat = fields.String(required=True, validate=validate.OneOf([str(e) for e in epreuves.EtatJugement]))
    commande = texte("celle qui l'a fait ; vide pour un rapport venu de la ligne de commande")
    fini_le = ou_rien("quand le rapport a été écrit")
    fichiers = fields.List(
        fields.String(validate=validate.OneOf(list(formats.FICHIERS))),
        required=True,
        metadata={"description": "ceux qui s'emportent"},
    )
    resume = fields.Nested(
        ResumeLu, required=True, allow_none=True, metadata={"description": "null : aucun rapport lisible"}
    )


class JugementSuivi(JugementLu):
    """A judgement, and what it says."""

    sortie = fields.List(fields.String(), required=True, metadata={"description": "les lignes dites"})


class AvecRapportSchema(Corps):
    """What to compare with."""

    avec = fields.String(required=True, metadata={"description": "le rapport d'avant", "example": "hier"})


class CompteLu(Schema):
    """How often a kind of finding was met."""

    constats = entier()
    scenarios = fields.List(fields.String(), required=True)


class EvolutionLue(Schema):
    """A kind of finding."""

    exigence = texte()
    sorte = texte()
    niveau = texte("MUST ou SHOULD")
    phrase = texte()
    connue = texte("raison de la référence qui l'excuse ; vide sinon")
    commande = texte("celle qui le reproduit")
    avant = fields.Nested(CompteLu, required=True, allow_none=True)
    apres = fields.Nested(CompteLu, required=True, allow_none=True)


class CompareLu(Schema):
    """A report of the two."""

    application = texte()
    contrat = texte()
    mode = texte()
    debut = texte()
    conforme = fields.Boolean(required=True)


class ComparaisonRapportsSchema(Schema):
    """What changed from a report to another."""

    avant = fields.Nested(CompareLu, required=True)
    apres = fields.Nested(CompareLu, required=True)
    nouveaux = fields.List(fields.Nested(EvolutionLue), required=True)
    corriges = fields.List(fields.Nested(EvolutionLue), required=True)
    persistants = fields.List(fields.Nested(EvolutionLue), required=True)
    non_revus = fields.List(
        fields.Nested(EvolutionLue),
        required=True,
        metadata={"description": "disparus sans preuve d'une correction : scénarios pas rejoués jusque-là"},
    )


def _lu(epreuve: JugementConserve) -> dict[str, Any]:
    resume = epreuves.resume(epreuve)
    return {
        "nom": epreuve.nom,
        "etat": str(epreuve.etat),
        "commande": epreuve.commande,
        "fini_le": epreuve.fini_le.isoformat() if epreuve.fini_le is not None else None,
        "fichiers": epreuve.fichiers,
        "resume": None if resume is None else _resume(resume),
    }


def _resume(resume: epreuves.ResumeRapport) -> dict[str, Any]:
    entete = resume.entete
    noms = ("mode", "application", "base", "contrat", "profil", "echanges")
    return {
        "conforme": resume.conforme,
        "manquements": resume.manquements,
        "debut": entete.debut.isoformat(),
        "fin": entete.fin.isoformat(),
        **{nom: getattr(entete, nom) for nom in noms},
    }


def _suivi(epreuve: JugementConserve) -> dict[str, Any]:
    return {**_lu(epreuve), "sortie": [masquer_nirs(ligne) for _, ligne in epreuves.lignes(epreuve, 0)]}


def _trouver(nom: str) -> JugementConserve:
    trouvee = epreuves.trouver(services().configuration.home.absolute(), nom)
    if trouvee is None:
        raise NotFound(f"Aucun jugement ne s'appelle [{nom[:80]}].")
    return trouvee


def _rendu(nom: str) -> JugementConserve:
    epreuve = _trouver(nom)
    if epreuve.etat is not epreuves.EtatJugement.RENDUE:
        raise ConflitEtat(
            f"Le jugement [{epreuve.nom}] n'a pas de rapport : il est {epreuve.etat}.",
            remede=f"suivez-le : GET /api/v1/reports/{epreuve.nom}",
        )
    return epreuve


@blueprint.route("")
class RessourceJugements(MethodView):
    """All judgements."""

    @blueprint.response(200, JugementLu(many=True))
    def get(self) -> list[dict[str, Any]]:
        """Les jugements, du plus récent au plus ancien, rapports de la ligne de commande compris"""
        return [_lu(epreuve) for epreuve in epreuves.lister(services().configuration.home.absolute())]

    @blueprint.arguments(JugementNouveau, required=False, example={"mode": "trafic", "base": "ecole"})
    @blueprint.response(202, JugementSuivi)
    @blueprint.alt_response(404, description="La base n'existe pas")
    @blueprint.alt_response(409, description=_EN_COURS)
    def post(self, donnees: dict[str, Any]) -> dict[str, Any]:
        """Commence un jugement, un seul à la fois ; il finit avec le serveur"""
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
    """One judgement."""

    @blueprint.response(200, JugementSuivi)
    def get(self, rapport: str) -> dict[str, Any]:
        """Un jugement : où il en est, ce qu'il a dit, son résumé"""
        return _suivi(_trouver(rapport))

    @blueprint.response(204)
    @blueprint.alt_response(409, description=_EN_COURS)
    def delete(self, rapport: str) -> None:
        """Efface un jugement fini, et ses fichiers"""
        epreuves.effacer(_trouver(rapport))


@blueprint.route("/<rapport>/stop")
class Arret(MethodView):
    """Its end."""

    @blueprint.response(202, JugementSuivi)
    def post(self, rapport: str) -> dict[str, Any]:
        """Demande l'arrêt d'un jugement en cours ; rien de plus pour un jugement fini"""
        epreuve = _trouver(rapport)
        if epreuve.etat is epreuves.EtatJugement.EN_COURS:
            epreuves.arreter(epreuve)
        return _suivi(epreuve)


@blueprint.route("/<rapport>/report")
class RessourceRapport(MethodView):
    """The report itself."""

    @blueprint.response(200, {"$ref": "#/components/schemas/Rapport"}, description="rapport.schema.json")
    @blueprint.alt_response(409, description=_SANS_RAPPORT)
    @blueprint.alt_response(503, description=_ILLISIBLE)
    def get(self, rapport: str) -> Response:
        """Le rapport entier, dans sa forme publiée (rapport.schema.json, format 1), NIR masqués"""
        return jsonify(rapport_json.en_json(masquer(rapport_json.lire(_rendu(rapport).rapport))))


@blueprint.route("/<rapport>/files/<fichier>")
class RessourceFichierDeRapport(MethodView):
    """A file."""

    @blueprint.response(200, content_type="application/octet-stream", description="Le fichier")
    @blueprint.doc(summary=f"Un fichier du rapport : {formats.enumeres()}")
    def get(self, rapport: str, fichier: str) -> Response:
        epreuve = _trouver(rapport)
        if fichier not in epreuve.fichiers:
            raise NotFound(f"Ce rapport n'a pas de fichier [{fichier[:40]}].")
        nom = f"{epreuve.nom}-{fichier}"
        return telechargement(epreuve.dossier / fichier, nom, "application/octet-stream")


@blueprint.route("/<rapport>/compare")
class RessourceComparaisonDeRapports(MethodView):
    """What changed since another."""

    @blueprint.arguments(AvecRapportSchema, location="query")
    @blueprint.response(200, ComparaisonRapportsSchema)
    @blueprint.alt_response(409, description=_SANS_RAPPORT)
    @blueprint.alt_response(503, description=_ILLISIBLE)
    def get(self, donnees: dict[str, Any], rapport: str) -> dict[str, Any]:
        """Ce qui a changé depuis un autre rapport : manquements nouveaux, corrigés, toujours là"""
        apres, avant = _rendu(rapport), _rendu(donnees["avec"])
        return compare.en_json(
            compare.comparer(rapport_json.lire(avant.rapport), rapport_json.lire(apres.rapport))
        )
