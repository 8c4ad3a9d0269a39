"""`/api/v1/scenes`: the scenes for trainers, each on a base of its own, played step by step."""

from typing import Any, Final

from flask import current_app, request
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import NotFound

from sne_sandbox.domain.dates import PARIS
from sne_sandbox.domain.texte import accorde, masquer_nirs
from sne_sandbox.errors import ConflitEtat
from sne_sandbox.operations import scenes
from sne_sandbox.operations.scenes import PasScene, Scene
from sne_sandbox.web import deroulement
from sne_sandbox.web.api.contexte import Booleen, Corps, Entier, entier, ou_rien, services, texte
from sne_sandbox.web.deroulement import Deroulement, Joue

blueprint: Final = Blueprint(
    "scenes",
    __name__,
    url_prefix="/api/v1/scenes",
    description="Les scènes des formateurs : des démonstrations jouées pas à pas, chacune sur sa base",
)

ACTIONS: Final = ("envoyer", "deposer", "avancer", "relever")
#: The action of a step that only looks.
REGARDER: Final = "regarder"


class SceneLue(Schema):
    """A scene, and where it stands."""

    identifiant = texte()
    titre = texte()
    resume = texte()
    public = texte("pour qui")
    duree = texte()
    horloge = texte("l'instant où sa base est gelée au début")
    base = texte("rien qu'à elle ; elle existe une fois la scène commencée")
    pas_en_tout = entier()
    pas_joues = entier()
    commencee = fields.Boolean(required=True)
    finie = fields.Boolean(required=True)
    remise = fields.Boolean(
        required=True, metadata={"description": "l'état de sa base a été remis en place depuis le début"}
    )
    etrangeres = entier("demandes d'une base de ce nom que la scène n'a pas faites : « vider » les efface")


class ValeurMontree(Schema):
    """A value to look at."""

    libelle = texte()
    valeur = texte("en français, NIR masqués")


class JoueLu(Schema):
    """What came of a step."""

    debut = ou_rien("à l'heure de la base")
    fin = ou_rien("à l'heure de la base")
    echange = fields.Integer(
        required=True, allow_none=True, metadata={"description": "numéro au journal de sa base"}
    )
    verdict = ou_rien()
    numero_unique = ou_rien()
    regles = fields.List(
        fields.String(), required=True, metadata={"description": "celles qui ont refusé le message"}
    )
    attestation = fields.Boolean(required=True, metadata={"description": "un PDF est revenu"})
    nuits = fields.List(
        fields.Integer(), required=True, metadata={"description": "numéros au journal des nuits passées"}
    )
    fichiers = fields.List(
        fields.String(), required=True, metadata={"description": "documents reçus par dispatching"}
    )
    montres = fields.List(fields.Nested(ValeurMontree), required=True)


class PasLu(Schema):
    """A step."""

    rang = entier("à partir de 1")
    titre = texte()
    dire = texte("avant de le jouer")
    regarder = texte("une fois joué")
    action = fields.String(required=True, validate=validate.OneOf([*ACTIONS, REGARDER]))
    joue = fields.Nested(
        JoueLu, required=True, allow_none=True, metadata={"description": "null : pas encore joué"}
    )


class SceneEntiere(SceneLue):
    """A scene, its steps, and what came of those that were played."""

    suivant = fields.Integer(
        required=True, allow_none=True, metadata={"description": "rang du pas à jouer ; null : aucun"}
    )
    pas = fields.List(fields.Nested(PasLu), required=True)


class DepartSchema(Corps):
    """How a scene begins."""

    vider = Booleen(
        load_default=False,
        metadata={"description": "efface une base de ce nom que la scène n'a pas faite"},
    )


class Rang(Corps):
    """Which step."""

    rang = Entier(
        load_default=None,
        allow_none=True,
        validate=validate.Range(1, 1000),
        metadata={"description": "celui qu'on croit le suivant : déjà joué, il n'est pas rejoué"},
    )


def _resumee(etat: Deroulement) -> dict[str, Any]:
    scene = etat.scene
    return {
        **{nom: getattr(scene, nom) for nom in ("identifiant", "titre", "resume", "public", "duree", "base")},
        "horloge": scene.horloge.isoformat(),
        "pas_en_tout": len(scene.pas),
        "pas_joues": len(etat.joues),
        "commencee": etat.commencee,
        "finie": etat.finie,
        "remise": etat.remise,
        "etrangeres": etat.etrangere,
    }


def _entiere(etat: Deroulement) -> dict[str, Any]:
    joues = {joue.rang: joue for joue in etat.joues}
    return {
        **_resumee(etat),
        "suivant": etat.suivant if etat.commencee and not etat.finie else None,
        "pas": [_pas(rang, pas, joues.get(rang)) for rang, pas in enumerate(etat.scene.pas, 1)],
    }


def _pas(rang: int, pas: PasScene, joue: Joue | None) -> dict[str, Any]:
    return {
        "rang": rang,
        "titre": pas.titre,
        "dire": pas.dire,
        "regarder": pas.regarder,
        "action": next((nom for nom in ACTIONS if getattr(pas, nom) is not None), REGARDER),
        "joue": None if joue is None else _joue(joue),
    }


def _joue(joue: Joue) -> dict[str, Any]:
    echange = joue.echange
    instants = {"debut": joue.debut, "fin": joue.fin}
    return {
        **{n: None if i is None else i.astimezone(PARIS).isoformat() for n, i in instants.items()},
        "echange": None if echange is None else echange.identifiant,
        "verdict": None if echange is None else str(echange.verdict),
        "numero_unique": None if echange is None else echange.numero_unique,
        "regles": [str(anomalie["regle"]) for anomalie in joue.bloquantes],
        "attestation": joue.attestation is not None,
        "nuits": [nuit.identifiant for nuit in joue.nuits],
        "fichiers": list(joue.fichiers),
        "montres": [{"libelle": nom, "valeur": masquer_nirs(valeur)} for nom, valeur in joue.montres],
    }


def _trouver(identifiant: str) -> Scene:
    trouvee = scenes.trouver(identifiant)
    if trouvee is None:
        raise NotFound(f"La scène [{identifiant[:40]}] n'existe pas.")
    return trouvee


@blueprint.route("")
class RessourceScenes(MethodView):
    """All scenes."""

    @blueprint.response(200, SceneLue(many=True))
    def get(self) -> list[dict[str, Any]]:
        """Les scènes, et où en est chacune"""
        return [_resumee(deroulement.lire(services(), scene)) for scene in scenes.scenes()]


@blueprint.route("/<scene>")
class RessourceScene(MethodView):
    """One scene."""

    @blueprint.response(200, SceneEntiere)
    def get(self, scene: str) -> dict[str, Any]:
        """Une scène : ses pas, et ce qu'ont donné ceux qui sont joués"""
        return _entiere(deroulement.lire(services(), _trouver(scene)))


@blueprint.route("/<scene>/start")
class RessourceDebutScene(MethodView):
    """Its start."""

    @blueprint.arguments(DepartSchema, required=False, example={"vider": False})
    @blueprint.response(200, SceneEntiere)
    @blueprint.alt_response(409, description="Une base de ce nom contient ce que la scène n'a pas fait")
    def post(self, donnees: dict[str, Any], scene: str) -> dict[str, Any]:
        """Met la scène au début, ou l'y remet : sa base est faite, ou vidée de tout"""
        voulue = _trouver(scene)
        etat = deroulement.lire(services(), voulue)
        if etat.etrangere and not donnees["vider"]:
            raise ConflitEtat(
                f"La base [{voulue.base}] contient {accorde(etat.etrangere, 'demande', 'demandes')} que "
                f"cette scène n'a pas faite{'s' if etat.etrangere > 1 else ''}.",
                remede='envoyez {"vider": true} pour commencer quand même',
            )
        deroulement.commencer(services(), voulue)
        return _entiere(deroulement.lire(services(), voulue))


@blueprint.route("/<scene>/next")
class RessourceSuiteScene(MethodView):
    """Its next step."""

    @blueprint.arguments(Rang, required=False, example={"rang": 1})
    @blueprint.response(200, SceneEntiere)
    @blueprint.alt_response(409, description="La scène n'est pas commencée, ou est finie, ou n'en est pas là")
    def post(self, donnees: dict[str, Any], scene: str) -> dict[str, Any]:
        """Joue le pas suivant, et montre ce qu'il a donné"""
        voulue = _trouver(scene)
        etat = deroulement.lire(services(), voulue)
        rang = donnees["rang"] or etat.suivant
        if not etat.commencee or rang > min(etat.suivant, len(voulue.pas)):
            raise ConflitEtat(
                f"Le pas {rang} n'est pas le suivant : la scène {_ou(etat)}.",
                remede=f"POST /api/v1/scenes/{scene}/start la remet au début",
            )
        deroulement.jouer(
            services(),
            current_app.extensions["principale"],
            voulue,
            rang,
            origine=request.host_url,
            pair=request.remote_addr or "127.0.0.1",
        )
        return _entiere(deroulement.lire(services(), voulue))


def _ou(etat: Deroulement) -> str:
    if not etat.commencee:
        return "n'est pas commencée"
    return "est finie" if etat.finie else f"en est au pas {etat.suivant}"
