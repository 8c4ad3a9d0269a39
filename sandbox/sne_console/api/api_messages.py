"""`/api/v1/bases/{base}/messages`: a message begun, filled in, checked, sent by the real interface.

The NIR are masked in the message that is shown, and put back in the one that is sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, Final

from marshmallow import ValidationError, fields, validate
from werkzeug.exceptions import NotFound

from sne_console.api.questions_et_reponses import Appels, QuestionLue, questions
from sne_console.messages import brouillon, champs_saisis, envoi_et_rejeu, points_de_depart
from sne_console.messages.brouillon import Brouillon
from sne_console.messages.corrections import RemarquePlacee
from sne_console.vues import objet_de_l_adresse
from sne_console.vues.interface_montree import ChampDit, presentation
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import Base
from sne_interface.domain.echange import VerdictEchange
from sne_interface.domain.nir import masquer_nirs
from sne_interface.errors import StoreError, UsageError
from sne_sandbox.operations.table_des_operations import OPERATIONS
from sne_sandbox.web.configuration_et_services import expediteur, services

blueprint: Final = Appels(
    "messages", "/bases/<base>/messages", "Composer : un message commencé, rempli, vérifié, envoyé"
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


_VALEUR: Final = [validate.Length(max=_VALEUR_MAX), _EnXml()]


_QUESTIONS: Final = questions(
    __file__,
    genres={
        "document": (fields.String, [validate.Length(max=points_de_depart.DOCUMENT_MAX), _EnXml()]),
        "valeur": (fields.String, _VALEUR),
        "valeurs": (
            partial(
                fields.Dict, keys=fields.String(validate=_EnXml()), values=fields.String(validate=_VALEUR)
            ),
            validate.Length(max=_VALEURS_MAX),
        ),
    },
    emballages=envoi_et_rejeu.EMBALLAGES,
)


@dataclass(frozen=True)
class DepartDit:
    """A start that is offered: its key, and what it is."""

    depart: Annotated[str, {"example": "menage-personne_seule-1"}]
    phrase: str


@dataclass(frozen=True)
class OperationDite:
    """An operation, and what a message to it is made of."""

    operation: str
    titre: str
    phrase: str
    departs: Annotated[
        list[DepartDit], "ceux de tous les jours ; d'autres suivent une demande, une règle, un échange"
    ]
    champs: list[ChampDit]
    parametres: list[str]


@dataclass(frozen=True)
class Commence:
    """A message as it begins."""

    operation: str
    depart: Annotated[str, "à redonner, avec le document changé"]
    document: Annotated[str | None, "XML, NIR masqués ; null : l'opération n'en prend pas"]
    champs: Mapping[str, str]
    parametres: Mapping[str, str]
    guichet: Annotated[str, "qui appelle ; vide : personne"]
    nom: Annotated[str | None, "du fichier ; null : pas de fichier"]


@dataclass(frozen=True)
class Verifie:
    """The verdict on a message that is not sent."""

    accepte: Annotated[bool, "aucune remarque ne bloque"]
    remarques: tuple[RemarquePlacee, ...]
    document: Annotated[str | None, "celui que les places désignent, si des « champs » y sont reportés"]
    champs: Annotated[Mapping[str, str], "ce qu'il dit dans les champs simples"]


@dataclass(frozen=True)
class RequeteLue:
    """The HTTP request that a message is."""

    methode: str
    adresse: str
    en_tetes: list[list[str]]
    corps: Annotated[str, "NIR masqués"]


@dataclass(frozen=True)
class Envoye:
    """The outcome of a message that was sent."""

    base: str
    id: Annotated[int, "l'échange"]
    verdict: VerdictEchange | None


def _base(base: str, operation: str) -> Base:
    lue = services().magasin.bases.lire(base)
    objet_de_l_adresse.operation(services().contrats.de(lue), operation)
    return lue


def _commencer(base: Base, operation: str, depart: str, document: str | None = None) -> Brouillon:
    """The message of a start; with `document` in place of its own. Raises NotFound."""
    if not _CLE.fullmatch(depart):  # what no column takes is no key of ours
        raise NotFound(f"Rien ne répond au point de départ [{depart[:60]}].")
    if document is not None:
        return Brouillon(base, operation, cle=depart, texte=document)
    return brouillon.nouveau(base, operation, depart)


def _remplir(base: Base, operation: str, donnees: QuestionLue) -> Brouillon:
    """The message that a body describes, under its name. Raises NotFound, UsageError."""
    pret = _commencer(base, operation, donnees["depart"], donnees["document"])
    connus = brouillon.parametres(pret.contrat, operation)
    champs = [champ.nom for champ in presentation(pret.contrat).champs(OPERATIONS[operation].genre)]
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
    return rempli.reporte().nomme()


def _champs(pret: Brouillon) -> dict[str, str]:
    """The values of the document in the plain fields that it calls for."""
    try:
        racine = pret.racine()
    except UsageError:  # that of an exchange may be no XML
        return {}
    jour = pret.base.horloge.maintenant().date()
    remplis = champs_saisis.remplir(racine, OPERATIONS[pret.operation].genre, pret.contrat, jour)
    return {rempli.champ.nom: masquer_nirs(rempli.valeur) for rempli in remplis}


def _operation(contrat: Contrat, nom: str) -> OperationDite:
    operation = OPERATIONS[nom]
    dite = presentation(contrat)
    expliquee = dite.operation(nom)
    proposes: dict[str, str] = {}
    if nom in _DE_DEMANDE:
        proposes |= {f"menage-{sorte}-1": dit for sorte, dit in points_de_depart.MENAGES.items()}
        proposes |= {f"specimen-{specimen}": dit for specimen, dit in points_de_depart.SPECIMENS.items()}
    champs = dite.champs(operation.genre) if operation.champ else ()
    return OperationDite(
        nom,
        expliquee.titre,
        expliquee.phrase,
        [DepartDit(cle, dit) for cle, dit in proposes.items()],
        list(champs),
        brouillon.parametres(contrat, nom),
    )


@blueprint.get("")
def lister(base: str) -> list[OperationDite]:
    """The operations, what a message to each may begin with, what is filled in without XML."""
    contrat = services().contrat_de(base)
    return [_operation(contrat, nom) for nom in contrat.operations if nom in OPERATIONS]


@blueprint.get("/<operation>", question=_QUESTIONS["Depuis"])
def commencer(depuis: QuestionLue, base: str, operation: str) -> Commence:
    """A message to begin with, on the day of the base, NIR masked."""
    pret = _commencer(_base(base, operation), operation, depuis["depart"])
    return Commence(
        operation,
        pret.cle or depuis["depart"],
        pret.texte if pret.de_document else None,
        _champs(pret) if pret.de_document else {},
        pret.parametres,
        pret.qui(),
        pret.nom or None,
    )


@blueprint.post("/<operation>", corps=_QUESTIONS["MessageCompose"], statut=201)
def envoyer(donnees: QuestionLue, base: str, operation: str) -> Envoye:
    """A message sent by SOAP. Raises StoreError when it left no line: nothing could be written."""
    pret = _remplir(_base(base, operation), operation, donnees)
    laisse = envoi_et_rejeu.expedier(pret.requete(), expediteur())
    if laisse is None:
        raise StoreError(
            "La requête n'a laissé aucune ligne au journal : la base de données n'a pas pu être écrite.",
            remede="un autre outil la tient, ou son disque est plein : voyez cela, puis recommencez",
        )
    echange = services().magasin.journal.lire(*laisse)
    return Envoye(*laisse, None if echange is None else echange.verdict)


@blueprint.post("/<operation>/check", corps=_QUESTIONS["MessageCompose"])
def verifier(donnees: QuestionLue, base: str, operation: str) -> Verifie:
    """The findings of the schema and of the controls on a document sent now; nothing is sent."""
    lue = _base(base, operation)
    if OPERATIONS[operation].champ is None:
        raise UsageError(
            f"L'opération [{operation}] ne prend pas de document à vérifier.", remede="envoyez l'appel"
        )
    pret = _remplir(lue, operation, donnees)
    verifiee = brouillon.verifier(pret)
    return Verifie(
        not verifiee.refuse,
        verifiee.remarques,
        pret.texte if donnees["champs"] else None,
        _champs(pret),
    )


@blueprint.post("/<operation>/request", corps=_QUESTIONS["MessageCompose"])
def ecrire(donnees: QuestionLue, base: str, operation: str) -> RequeteLue:
    """The whole HTTP request that a message would be, NIR masked; nothing is sent."""
    envoi = _remplir(_base(base, operation), operation, donnees).requete()
    return RequeteLue(
        envoi.methode,
        envoi.adresse,
        [[nom, masquer_nirs(valeur)] for nom, valeur in envoi.en_tetes],
        envoi.corps_montre,
    )
