"""`/api/v1/bases/{base}/demandes/{numero}/…`: what is worked out of one demande. NIR are masked."""

from typing import Any

from flask import Response
from flask.views import MethodView
from lxml import etree
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import NotFound

from sne_sandbox.domain.texte import masquer_nirs
from sne_sandbox.operations import get_demande_logement
from sne_sandbox.store.recherche import doublons_de
from sne_sandbox.web import foyer, histoire
from sne_sandbox.web.api.contexte import entier, services, texte
from sne_sandbox.web.api.demandes import DemandeBreve, blueprint, breve, question, trouver
from sne_sandbox.web.messages.documents import masquer_octets
from sne_sandbox.web.telechargement import telechargement


class PartLue(Schema):
    """A person of the household."""

    qui = texte()
    age = fields.Integer(required=True, allow_none=True, metadata={"description": "ans révolus"})
    uc = fields.Float(required=True, metadata={"description": "unités de consommation"})
    raison = texte()
    fidelite = texte()


class EntreeLue(Schema):
    """A resource."""

    qui = texte()
    nature = texte()
    montant = entier("euros par mois")


class SeuilLu(Schema):
    """The threshold that applies: that of the first wished commune."""

    commune = texte()
    territoire = texte()
    montant = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "euros par an et par UC ; null : aucun seuil connu"},
    )
    annee = fields.Integer(required=True, allow_none=True)
    fidelite = texte("vide : aucun seuil")


class FoyerLu(Schema):
    """A household, step by step."""

    jour = texte("celui de la base")
    nombre_uc = fields.Float(required=True)
    parts = fields.List(fields.Nested(PartLue), required=True)
    ressources_mensuelles = entier("euros, pour tout le foyer")
    ressources_annuelles_uc = entier("euros par an et par UC")
    entrees = fields.List(fields.Nested(EntreeLue), required=True)
    seuil = fields.Nested(SeuilLu, required=True, allow_none=True)
    premier_quartile = fields.Boolean(
        required=True, allow_none=True, metadata={"description": "null : aucun seuil ne s'applique"}
    )


#: Kinds of points of a timeline.
_GENRES = ("mouvement", "echange", "evenement", "dalo", "calendrier", "avenir")


class EtapeLue(Schema):
    """A point of the timeline."""

    quand = texte("à l'heure de Paris")
    precis = fields.Boolean(required=True, metadata={"description": "false : seul le jour est connu"})
    genre = fields.String(
        required=True,
        validate=validate.OneOf(_GENRES),
        metadata={"description": "avenir : ce que feront les nuits si personne ne fait rien"},
    )
    titre = texte()
    detail = texte()
    echange = fields.Integer(required=True, allow_none=True, metadata={"description": "ligne du journal"})


@blueprint.route("/<numero>/document")
class RessourceDocument(MethodView):
    """Its document."""

    @blueprint.response(200, content_type="application/xml", description="Le document, NIR masqués")
    def get(self, base: str, numero: str) -> Response:
        """Le document que rend getDemandeLogement (complet), en fichier XML, NIR masqués"""
        with services().magasin.lire(base) as registre:
            stockee = trouver(registre, numero)
            racine = get_demande_logement.executer(question(registre, numero)).racine
        octets = etree.tostring(racine, encoding="UTF-8", xml_declaration=True)
        return telechargement(masquer_octets(octets), f"{stockee.numero_unique}.xml", "application/xml")


@blueprint.route("/<numero>/household")
class RessourceFoyer(MethodView):
    """Its household."""

    @blueprint.response(200, FoyerLu)
    @blueprint.alt_response(404, description="La demande n'existe pas, ou est d'une association")
    def get(self, base: str, numero: str) -> dict[str, Any]:
        """Le foyer : qui compte pour combien, ce qui entre, le seuil du premier quartile, et pourquoi"""
        with services().magasin.lire(base) as registre:
            stockee = trouver(registre, numero)
            jour = question(registre, numero).maintenant.date()
        calcule = foyer.calculer(stockee.demande, jour, services().contrat)
        if calcule is None:
            raise NotFound(f"La demande [{numero}] est d'une association : elle n'a pas de foyer.")
        seuil = calcule.seuil
        return {
            "jour": jour.isoformat(),
            "nombre_uc": calcule.menage.nombre_uc,
            "parts": calcule.parts,
            "ressources_mensuelles": calcule.menage.ressources_mensuelles,
            "ressources_annuelles_uc": calcule.menage.ressources_annuelles_uc,
            "entrees": calcule.entrees,
            "seuil": None if seuil is None else _seuil(seuil),
            "premier_quartile": calcule.premier_quartile,
        }


@blueprint.route("/<numero>/duplicates")
class Doublons(MethodView):
    """Its duplicates."""

    @blueprint.response(200, DemandeBreve(many=True))
    def get(self, base: str, numero: str) -> list[dict[str, Any]]:
        """Les autres demandes actives du territoire qu'a déjà l'un de ses titulaires"""
        with services().magasin.lire(base) as registre:
            return [breve(doublon) for doublon in doublons_de(registre, trouver(registre, numero))]


@blueprint.route("/<numero>/timeline")
class Histoire(MethodView):
    """Its life."""

    @blueprint.response(200, EtapeLue(many=True))
    def get(self, base: str, numero: str) -> list[dict[str, Any]]:
        """Sa vie, du plus ancien à ce que le temps lui réserve : échanges, mouvements, événements"""
        echanges = services().magasin.journal.chercher(base, numero=numero, limite=histoire.ECHANGES)
        with services().magasin.lire(base) as registre:
            stockee = trouver(registre, numero)
            etapes = histoire.relire(registre, stockee, echanges, services().contrat)
        return [_etape(etape) for etape in etapes]


def _seuil(seuil: foyer.Seuil) -> dict[str, Any]:
    connu = seuil.seuil
    return {
        "commune": seuil.commune,
        "territoire": seuil.territoire,
        "montant": None if connu is None else connu.montant,
        "annee": None if connu is None else connu.annee,
        "fidelite": seuil.fidelite,
    }


def _etape(etape: histoire.PointHistoire) -> dict[str, Any]:
    return {
        "quand": etape.quand.isoformat(),
        "precis": etape.precis,
        "genre": etape.genre,
        "titre": masquer_nirs(etape.titre),
        "detail": masquer_nirs(etape.detail),
        "echange": None if etape.echange is None else etape.echange.identifiant,
    }
