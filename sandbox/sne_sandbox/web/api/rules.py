"""`/api/v1/rules`: the controls, searched; one control, with its examples and how to change it."""

from typing import Any, Final

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import NotFound

from sne_sandbox.domain.anomalie import Fidelite, Gravite
from sne_sandbox.generators.exemples import exemples
from sne_sandbox.generators.reduction import plus_petite_demande
from sne_sandbox.rules.catalogue import sujet_de
from sne_sandbox.rules.rule import PROFILS, gravite
from sne_sandbox.web import catalogue
from sne_sandbox.web.api.contexte import Corps, ou_rien, services, texte
from sne_sandbox.web.catalogue import Illustration, LigneDeRegle

blueprint: Final = Blueprint(
    "rules",
    __name__,
    url_prefix="/api/v1/rules",
    description="Les contrôles, les mêmes pour toutes les bases",
)


class RechercheReglesSchema(Corps):
    """What is looked for: all that is given must hold."""

    texte = fields.String(
        load_default="", metadata={"description": "chaque mot : dans le code, la condition, le remède…"}
    )
    sujet = fields.String(
        load_default="",
        validate=validate.OneOf(list(catalogue.SUJETS)),
        metadata={"description": "celles de ce sujet"},
    )
    effet = fields.String(
        load_default="",
        validate=validate.OneOf([str(g) for g in Gravite]),
        metadata={"description": "ce qu'elle fait sous le profil"},
    )
    fidelite = fields.String(
        load_default="",
        validate=validate.OneOf([str(f) for f in Fidelite]),
        metadata={"description": "d'où on les tient"},
    )
    type = fields.String(
        load_default="", metadata={"description": "celles qui regardent ce type de fichier", "example": "REN"}
    )
    profil = fields.String(
        load_default=None,
        validate=validate.OneOf(list(PROFILS)),
        metadata={"description": "absent : celui des nouvelles bases de ce serveur"},
    )


class RegleLue(Schema):
    """A control."""

    code = texte(metadata={"example": "ENT009"})
    code_officiel = ou_rien("celui qui part sur le fil, quand le contrat en donne un autre")
    sujet = fields.String(required=True, validate=validate.OneOf(list(catalogue.SUJETS)))
    types = fields.List(
        fields.String(), required=True, metadata={"description": "types de fichier regardés ; * : tous"}
    )
    condition = texte("ce qui doit être vrai")
    remede = texte()
    gravite = fields.String(
        required=True,
        validate=validate.OneOf([str(g) for g in Gravite]),
        metadata={"description": "celle de la table"},
    )
    effet = fields.String(
        required=True,
        validate=validate.OneOf([str(g) for g in Gravite]),
        metadata={"description": "ce qu'elle fait sous le profil"},
    )
    fidelite = fields.String(required=True, validate=validate.OneOf([str(f) for f in Fidelite]))
    source = texte()
    texte = texte("la phrase de l'anomalie, avec ses places ({valeur})")
    structurante = fields.Boolean(
        required=True, metadata={"description": "bloque sous tous les profils, quoi qu'on règle"}
    )


class IllustrationLue(Schema):
    """An example."""

    depart = texte("le message dont il part")
    gestes = fields.List(fields.String(), required=True, metadata={"description": "ce qui y est changé"})
    autour = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "ce que la base contient, le jour qu'il est…"},
    )


class RegleEntiere(RegleLue):
    """A control, whole."""

    effets = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "ce qu'elle fait, par profil"},
    )
    acceptes = fields.List(fields.Nested(IllustrationLue), required=True)
    refuses = fields.List(fields.Nested(IllustrationLue), required=True)
    plus_petite = ou_rien("XML : le plus petit message qu'elle seule refuse ; null : elle ne bloque jamais")
    essai = ou_rien("l'opération à laquelle il peut être envoyé tel quel")
    surcharge = texte("les lignes d'un rules.toml à soi (--contracts) qui la changent")


class Profil(Corps):
    """Under which profile."""

    profil = RechercheReglesSchema._declared_fields["profil"]


def _profil(choisi: str | None) -> str:
    return choisi or services().configuration.reglages.profile


def _lue(ligne: LigneDeRegle) -> dict[str, Any]:
    fiche = ligne.fiche
    noms = ("code", "code_officiel", "types", "condition", "texte", "remede", "source", "structurante")
    return {
        **{nom: getattr(fiche, nom) for nom in noms},
        "sujet": ligne.sujet,
        "gravite": str(fiche.gravite),
        "effet": str(ligne.effet),
        "fidelite": str(fiche.fidelite),
    }


@blueprint.route("")
class RessourceRegles(MethodView):
    """The controls."""

    @blueprint.arguments(RechercheReglesSchema, location="query")
    @blueprint.response(200, RegleLue(many=True))
    def get(self, cherche: dict[str, Any]) -> list[dict[str, Any]]:
        """Les contrôles du contrat, dans l'ordre où ils passent, ou ceux que l'on cherche"""
        profil = _profil(cherche.pop("profil"))
        toutes = catalogue.lignes(services().contrat, profil)
        return [_lue(ligne) for ligne in toutes if catalogue.convient(ligne, cherche)]


@blueprint.route("/<regle>")
class RessourceRegle(MethodView):
    """One control."""

    @blueprint.arguments(Profil, location="query")
    @blueprint.response(200, RegleEntiere)
    def get(self, choix: dict[str, Any], regle: str) -> dict[str, Any]:
        """Un contrôle, par son code ou l'officiel : ses exemples, le plus petit message qu'il refuse"""
        contrat = services().contrat
        trouvee = catalogue.trouver(contrat, regle)
        if trouvee is None:
            raise NotFound(f"Aucune règle n'a le code [{regle[:20]}].")
        fiche = contrat.regles[trouvee.code]
        effet = gravite(fiche, _profil(choix["profil"]))
        siens = [exemple for exemple in exemples() if exemple.regle == trouvee.code]
        par_verdict: dict[str, list[Illustration]] = {"accepte": [], "refuse": []}
        for exemple in siens:
            par_verdict[exemple.verdict].append(catalogue.illustrer(exemple))
        return {
            **_lue(LigneDeRegle(fiche, sujet_de(trouvee.code).nom, effet, fiche.structurante)),
            "effets": {profil: str(gravite(fiche, profil)) for profil in PROFILS},
            "acceptes": par_verdict["accepte"],
            "refuses": par_verdict["refuse"],
            "plus_petite": plus_petite_demande(trouvee.code),
            "essai": catalogue.essai(trouvee, fiche),
            "surcharge": catalogue.surcharge(fiche),
        }
