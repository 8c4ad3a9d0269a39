"""`/api/v1/bases/{base}/messages`: a message begun, filled in, checked, sent by the real interface.

What is shown has its NIR masked; what is sent has them back."""

import re
from dataclasses import replace
from typing import Any, Final

from flask import current_app, request
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError, fields, validate
from werkzeug.exceptions import NotFound

from sne_sandbox.domain.anomalie import Fidelite, Gravite
from sne_sandbox.domain.base import Base
from sne_sandbox.domain.journal import VerdictEchange
from sne_sandbox.domain.texte import masquer_message, masquer_nirs
from sne_sandbox.errors import UsageError
from sne_sandbox.operations.table import OPERATIONS
from sne_sandbox.web.api.contexte import Corps, ou_rien, services, texte
from sne_sandbox.web.messages import brouillon, departs, expedition, inventes, saisie
from sne_sandbox.web.messages.arbre import Remarque
from sne_sandbox.web.messages.brouillon import Brouillon
from sne_sandbox.web.presentation import OPERATIONS_DITES

blueprint: Final = Blueprint(
    "messages",
    __name__,
    url_prefix="/api/v1/bases/<base>/messages",
    description="Composer : un message commencé, rempli, vérifié, envoyé",
)

#: Operations whose document may be an invented household or a specimen.
_DE_DEMANDE: Final = ("getNumUnique", "getDoublons")
#: Characters of a value, and values, beside the document.
_VALEUR_MAX: Final = 2000
_VALEURS_MAX: Final = 40
_CLE: Final = re.compile(r"[0-9A-Za-z_-]{0,60}")


class _EnXml(validate.Regexp):
    """Text that XML can hold."""

    def __init__(self) -> None:
        super().__init__(
            r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]*\Z",
            error="Un caractère n'est pas de ceux qu'un message XML admet.",
        )

    def __call__(self, value: Any) -> Any:
        if isinstance(value, str) and any("\ud800" <= c <= "\udfff" for c in value):
            raise ValidationError("La moitié d'un caractère n'en est pas un.")
        return super().__call__(value)


def _valeur(**options: Any) -> fields.String:
    return fields.String(validate=[validate.Length(max=_VALEUR_MAX), _EnXml()], **options)


def _valeurs(description: str) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(validate=_EnXml()),
        values=_valeur(),
        load_default=dict,
        validate=validate.Length(max=_VALEURS_MAX),
        metadata={"description": description},
    )


class DepuisSchema(Corps):
    """What a message begins with."""

    depart = fields.String(
        load_default="",
        metadata={
            "description": "menage-SORTE-GRAINE, specimen-NOM, demande-NUMERO, demande-NUMERO-TYPE (MOD, REN,"
            " RAD, REA, COP, SUP), regle-CODE, echange-ID ; absent : le plus simple",
            "example": "menage-couple_avec_enfant-3",
        },
    )


class MessageCompose(Corps):
    """A message: from its start, what is given takes the place of what the start says."""

    depart = fields.String(
        load_default="", metadata={"description": "celui d'où il vient : ses NIR masqués y sont repris"}
    )
    document = fields.String(
        load_default=None,
        validate=[validate.Length(max=departs.DOCUMENT_MAX), _EnXml()],
        metadata={"description": "XML, de travers au besoin ; absent : celui du départ"},
    )
    champs = _valeurs("champs simples à écrire dans le document, par leur nom ; vide : l'élément est retiré")
    parametres = _valeurs("les autres champs de l'appel (numUnique, complet…)")
    guichet = _valeur(
        load_default=None,
        metadata={"description": "qui appelle, pour un appel sans document ; sinon lu dedans"},
    )
    nom = _valeur(load_default=None, metadata={"description": "nom du fichier ; absent : un nom neuf"})
    emballage = fields.String(
        load_default="mtom",
        validate=validate.OneOf(list(expedition.EMBALLAGES)),
        metadata={"description": "mtom : en pièce jointe ; simple : en base64 dans l'enveloppe"},
    )


class DepartDit(Schema):
    """A start."""

    depart = texte(metadata={"example": "menage-personne_seule-1"})
    phrase = texte()


class ChampDit(Schema):
    """A field that is filled in without XML."""

    nom = texte()
    libelle = texte()
    chemin = texte("sous la racine du document")


class OperationDite(Schema):
    """An operation, and what a message to it is made of."""

    operation = texte()
    titre = texte()
    phrase = texte()
    departs = fields.List(
        fields.Nested(DepartDit),
        required=True,
        metadata={
            "description": "ceux de tous les jours ; d'autres suivent une demande, une règle, un échange"
        },
    )
    champs = fields.List(fields.Nested(ChampDit), required=True)
    parametres = fields.List(fields.String(), required=True)


class Commence(Schema):
    """A message as it begins."""

    operation = texte()
    depart = texte("à redonner, avec le document changé")
    document = ou_rien("XML, NIR masqués ; null : l'opération n'en prend pas")
    champs = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    parametres = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    guichet = texte("qui appelle ; vide : personne")
    nom = ou_rien("du fichier ; null : pas de fichier")


class RemarqueLue(Schema):
    """What the schema or a control says."""

    regle = ou_rien("null : le schéma, ou la lecture")
    gravite = fields.String(required=True, validate=validate.OneOf([str(g) for g in Gravite]))
    message = texte()
    remede = texte()
    condition = texte()
    propriete = ou_rien("chemin de l'élément")
    ligne = fields.Integer(required=True, allow_none=True, metadata={"description": "dans le document"})
    fidelite = ou_rien(validate=validate.OneOf([str(f) for f in Fidelite]))
    source = texte()


class Verifie(Schema):
    """What would come of a message."""

    accepte = fields.Boolean(required=True, metadata={"description": "aucune remarque ne bloque"})
    remarques = fields.List(fields.Nested(RemarqueLue), required=True)


class RequeteLue(Schema):
    """The HTTP request that a message is."""

    methode = texte()
    adresse = texte()
    en_tetes = fields.List(fields.List(fields.String()), required=True)
    corps = texte("NIR masqués")


class Envoye(Schema):
    """What came of it."""

    base = ou_rien("null : la requête n'a laissé aucune ligne")
    id = fields.Integer(required=True, allow_none=True, metadata={"description": "l'échange"})
    verdict = ou_rien(validate=validate.OneOf([str(v) for v in VerdictEchange]))


def _base(base: str, operation: str) -> Base:
    lue = services().magasin.bases.lire(base)
    if operation not in OPERATIONS or operation not in services().contrat.operations:
        raise NotFound(f"L'opération [{operation[:40]}] n'est pas de cette interface.")
    return lue


def _commencer(base: Base, operation: str, depart: str, document: str | None = None) -> Brouillon:
    """The message of a start; with `document` in place of its own. Raises NotFound."""
    if not _CLE.fullmatch(depart):  # what no column takes is no key of ours
        raise NotFound(f"Rien ne répond au point de départ [{depart[:60]}].")
    if document is not None:
        return Brouillon(operation, cle=depart, texte=document)
    return brouillon.nouveau(services(), base, operation, depart)


def _remplir(base: Base, operation: str, donnees: dict[str, Any]) -> Brouillon:
    """The message that a body describes, under its name. Raises NotFound, UsageError."""
    pret = _commencer(base, operation, donnees["depart"], donnees["document"])
    connus = brouillon.parametres(services().contrat, operation)
    champs = [champ.nom for champ in saisie.CHAMPS.get(OPERATIONS[operation].genre, ())]
    for quoi, admis in (("parametres", connus), ("champs", champs if pret.de_document else [])):
        inconnu = next((nom for nom in donnees[quoi] if nom not in admis), None)
        if inconnu is not None:
            raise UsageError(
                f"L'opération [{operation}] n'a pas « {inconnu[:40]} » parmi ses {quoi}.",
                remede=f"{quoi} : {', '.join(admis) or 'aucun'}",
            )
    if donnees["document"] is not None and not pret.de_document:
        raise UsageError(f"L'opération [{operation}] ne prend pas de document.", remede="ôtez « document »")
    donnes = {nom: donnees[nom] for nom in ("guichet", "nom") if donnees[nom] is not None}
    rempli = replace(
        pret,
        emballage=donnees["emballage"],
        parametres={**pret.parametres, **donnees["parametres"]},
        changements=donnees["champs"],
        **donnes,
    )
    return rempli.reporte(services().contrat).nomme(services(), base)


def _requete(base: Base, pret: Brouillon) -> expedition.RequeteEcrite:
    champs = pret.champs(services(), base)
    return expedition.emballer(services().contrat, base.nom, pret.operation, champs, pret.emballage)


def _champs(pret: Brouillon) -> dict[str, str]:
    """What the document says in the plain fields that it calls for."""
    genre = OPERATIONS[pret.operation].genre
    try:
        racine = pret.racine()
    except UsageError:  # that of an exchange may be no XML
        return {}
    return {
        champ.nom: masquer_nirs(saisie.lire(racine, champ))
        for champ in saisie.CHAMPS.get(genre, ())
        if not champ.si or saisie.trouver(racine, champ.si) is not None
    }


def _remarque(remarque: Remarque) -> dict[str, Any]:
    vides = dict.fromkeys(RemarqueLue().fields) | {"remede": "", "condition": "", "source": ""}
    return vides | {nom: valeur for nom, valeur in remarque.items() if nom in vides and valeur is not None}


def _departs(operation: str) -> list[dict[str, str]]:
    if operation not in _DE_DEMANDE:
        return []
    tires = {f"menage-{sorte}-1": phrase for sorte, phrase in inventes.MENAGES.items()}
    complets = {f"specimen-{nom}": phrase for nom, phrase in departs.SPECIMENS.items()}
    return [{"depart": cle, "phrase": phrase} for cle, phrase in (tires | complets).items()]


@blueprint.route("")
class RessourceMessages(MethodView):
    """What may be composed."""

    @blueprint.response(200, OperationDite(many=True))
    def get(self, base: str) -> list[dict[str, Any]]:
        """Les opérations, d'où partir, et ce qui s'y remplit sans XML"""
        services().magasin.bases.lire(base)
        contrat = services().contrat
        return [
            {
                "operation": nom,
                "titre": OPERATIONS_DITES.get(nom, (nom, ""))[0],
                "phrase": OPERATIONS_DITES.get(nom, (nom, ""))[1],
                "departs": _departs(nom),
                "champs": saisie.CHAMPS.get(OPERATIONS[nom].genre, ()) if OPERATIONS[nom].champ else (),
                "parametres": brouillon.parametres(contrat, nom),
            }
            for nom in contrat.operations
            if nom in OPERATIONS
        ]


@blueprint.route("/<operation>")
class RessourceMessage(MethodView):
    """A message to an operation."""

    @blueprint.arguments(DepuisSchema, location="query")
    @blueprint.response(200, Commence)
    def get(self, depuis: dict[str, Any], base: str, operation: str) -> dict[str, Any]:
        """Un message pour commencer, au jour de la base, NIR masqués"""
        pret = _commencer(_base(base, operation), operation, depuis["depart"])
        return {
            "operation": operation,
            "depart": pret.cle or depuis["depart"],
            "document": pret.texte if pret.de_document else None,
            "champs": _champs(pret) if pret.de_document else {},
            "parametres": pret.parametres,
            "guichet": pret.qui(services().contrat),
            "nom": pret.nom or None,
        }

    @blueprint.arguments(MessageCompose, required=False, example={"depart": "menage-couple_avec_enfant-3"})
    @blueprint.response(201, Envoye)
    def post(self, donnees: dict[str, Any], base: str, operation: str) -> dict[str, Any]:
        """Envoie un message par la vraie interface (SOAP), sans certificat ; sans corps, le plus simple"""
        lue = _base(base, operation)
        laisse = expedition.expedier(
            current_app.extensions["principale"],
            _requete(lue, _remplir(lue, operation, donnees)),
            origine=request.host_url,
            pair=request.remote_addr or "127.0.0.1",
        )
        if laisse is None:
            return {"base": None, "id": None, "verdict": None}
        ou, identifiant = laisse
        echange = services().magasin.journal.lire(ou, identifiant)
        return {"base": ou, "id": identifiant, "verdict": None if echange is None else str(echange.verdict)}


@blueprint.route("/<operation>/check")
class RessourceVerification(MethodView):
    """A message, checked."""

    @blueprint.arguments(MessageCompose, required=False, example={"depart": "menage-couple_avec_enfant-3"})
    @blueprint.response(200, Verifie)
    def post(self, donnees: dict[str, Any], base: str, operation: str) -> dict[str, Any]:
        """Ce que diraient le schéma et les contrôles d'un document envoyé maintenant ; rien n'est envoyé"""
        lue = _base(base, operation)
        if OPERATIONS[operation].champ is None:
            raise UsageError(
                f"L'opération [{operation}] ne prend pas de document à vérifier.", remede="envoyez l'appel"
            )
        pret = _remplir(lue, operation, donnees)
        try:
            pret.racine()
        except UsageError as illisible:
            mal_forme = {
                "gravite": str(Gravite.BLOQUANTE),
                "message": masquer_nirs(str(illisible)),
                "remede": illisible.remede,
            }
            return {"accepte": False, "remarques": [_remarque(mal_forme)]}
        remarques = pret.remarques(services(), lue)
        bloque = any(remarque.get("gravite") == Gravite.BLOQUANTE for remarque in remarques)
        return {"accepte": not bloque, "remarques": [_remarque(remarque) for remarque in remarques]}


@blueprint.route("/<operation>/request")
class RessourceRequete(MethodView):
    """A message as it would go."""

    @blueprint.arguments(MessageCompose, required=False, example={"depart": "menage-couple_avec_enfant-3"})
    @blueprint.response(200, RequeteLue)
    def post(self, donnees: dict[str, Any], base: str, operation: str) -> dict[str, Any]:
        """La requête HTTP entière que serait un message, NIR masqués ; rien n'est envoyé"""
        lue = _base(base, operation)
        envoi = _requete(lue, _remplir(lue, operation, donnees))
        return {
            "methode": envoi.methode,
            "adresse": envoi.adresse,
            "en_tetes": [[nom, masquer_nirs(valeur)] for nom, valeur in envoi.en_tetes],
            "corps": masquer_message(envoi.corps.decode("utf-8", "replace")),
        }
