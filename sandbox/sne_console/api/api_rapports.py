"""`/api/v1/reports`: judgements of this home begun, followed, read, compared, taken away."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Self

from flask import Response, jsonify
from werkzeug.exceptions import NotFound

from sne_conformite.rapports import formats_de_rapport, rapport_json, rapports_compares
from sne_conformite.rapports.rapport_masque import masquer
from sne_conformite.rapports.rapports_compares import ComparaisonRapports
from sne_console.api.questions_et_reponses import (
    Appels,
    QuestionLue,
    questions,
)
from sne_console.vues import applications_pilotables, epreuves, objet_de_l_adresse
from sne_console.vues.epreuves import JugementConserve, ResumeLu
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.valeurs_en_json import tirer
from sne_interface.errors import ConflitEtat, UsageError
from sne_sandbox.web.acces import exiger
from sne_sandbox.web.configuration_et_services import services
from sne_sandbox.web.reponses_http import OCTETS, telechargement

blueprint: Final = Appels(
    "reports",
    "/reports",
    "Les jugements de conformité : de ce qu'une base a vu, ou d'une application que l'on pilote",
)

TRAFIC: Final = "trafic"
APPLICATION: Final = "application"
_EN_COURS: Final = "Un jugement est en cours"
_SANS_RAPPORT: Final = "Le rapport n'est pas rendu"
_ILLISIBLE: Final = "Le rapport ne se lit pas, ou la base de données ne répond pas"
_QUESTIONS: Final = questions(
    __file__, exemples=(1, epreuves.EXEMPLES_DE_LA_CONSOLE), graines=(0, epreuves.GRAINE_MAX)
)


@dataclass(frozen=True)
class JugementLu:
    """A judgement of this home, running or ended."""

    nom: str
    etat: epreuves.EtatJugement
    commande: Annotated[str, "celle qui l'a fait ; vide pour un rapport venu de la ligne de commande"]
    fini_le: Annotated[datetime | None, "quand le rapport a été écrit"]
    partie_de: Annotated[str, "le jugement dont il rejoue une partie ; vide pour un jugement entier"]
    fichiers: Annotated[list[Annotated[str, {"enum": list(epreuves.FICHIERS)}]], "ceux qui s'emportent"]
    resume: Annotated[ResumeLu | None, "null : aucun rapport lisible"]

    @classmethod
    def de(cls, epreuve: JugementConserve, **autres: Any) -> Self:
        """The shown form of a judgement."""
        partie_de = epreuve.partie.de if epreuve.partie else ""
        return tirer(cls, epreuve, resume=epreuves.resume(epreuve), partie_de=partie_de, **autres)


@dataclass(frozen=True)
class JugementSuivi(JugementLu):
    """A judgement, and what it says."""

    sortie: Annotated[list[str], "les lignes dites"]


def _suivi(epreuve: JugementConserve) -> JugementSuivi:
    return JugementSuivi.de(epreuve, sortie=masquer_nirs(epreuve.sortie).split("\n")[:-1])


def _rendu(nom: str) -> JugementConserve:
    epreuve = objet_de_l_adresse.jugement(nom)
    if not epreuve.rendue:
        raise ConflitEtat(
            f"Le jugement [{epreuve.nom}] n'a pas de rapport : il est {epreuve.etat}.",
            remede=f"suivez-le : GET /api/v1/reports/{epreuve.nom}",
        )
    return epreuve


@blueprint.get("")
def lister() -> list[JugementLu]:
    """Every judgement, the newest first, reports of the command line included; with a right on a base, those
    of its traffic."""
    return [JugementLu.de(epreuve) for epreuve in objet_de_l_adresse.jugements()]


@blueprint.post(
    "", corps=_QUESTIONS["JugementNouveau"], statut=202, refus={404: "La base n'existe pas", 409: _EN_COURS}
)
def juger(donnees: QuestionLue) -> JugementSuivi:
    """Begins one. The reference application is of no base."""
    exiger(donnees["base"] if donnees["mode"] == TRAFIC else None)
    base = services().magasin.bases.lire(donnees["base"])
    pilotee = donnees["mode"] != TRAFIC
    if not pilotee and donnees["famille"]:
        raise UsageError("« famille » ne vaut que pour une application pilotée.", remede="mode : temoin")
    if donnees["mode"] != APPLICATION and (donnees["adresse"] or donnees["application"]):
        raise UsageError(
            "« adresse » et « application » ne valent que pour votre application.",
            remede="mode : application",
        )
    if not pilotee:
        return _suivi(epreuves.juger_trafic(services(), base.nom))
    choix = {nom: donnees[nom] for nom in ("exemples", "graine", "famille")}
    if donnees["mode"] == APPLICATION:
        choix["designation"] = applications_pilotables.designer(
            services().configuration, application=donnees["application"], adresse=donnees["adresse"]
        )
    reglages = base.reglages
    return _suivi(epreuves.piloter(services(), reglages.contrat, reglages.profile, **choix))


@blueprint.post("/<rapport>/replay", corps=_QUESTIONS["Partie"], statut=202, refus={409: _EN_COURS})
def rejouer(donnees: QuestionLue, rapport: str) -> JugementSuivi:
    """A scenario of a judgement that a server began, played again beside it: a part gives no verdict."""
    epreuve = objet_de_l_adresse.jugement(rapport)
    return _suivi(
        applications_pilotables.rejouer(services(), "", epreuve, donnees["scenario"], donnees["exigence"])
    )


@blueprint.get("/<rapport>")
def suivre(rapport: str) -> JugementSuivi:
    """One judgement, how far it is, what it said, its summary."""
    return _suivi(objet_de_l_adresse.jugement(rapport))


@blueprint.delete("/<rapport>", refus={409: _EN_COURS})
def effacer(rapport: str) -> None:
    """Deletes it, with its files."""
    epreuves.effacer(objet_de_l_adresse.jugement(rapport))


@blueprint.post("/<rapport>/stop", statut=202)
def arreter(rapport: str) -> JugementSuivi:
    """The end of a judgement that runs asked for; nothing more for one that has ended."""
    epreuve = objet_de_l_adresse.jugement(rapport)
    if epreuve.en_cours:
        epreuves.arreter(epreuve)
    return _suivi(epreuve)


@blueprint.get(
    "/<rapport>/report",
    schema={"$ref": "#/components/schemas/Rapport"},
    description="rapport.schema.json",
    refus={409: _SANS_RAPPORT, 503: _ILLISIBLE},
)
def lire_rapport(rapport: str) -> Response:
    """The whole report, as `rapport.schema.json` has it, NIR masked."""
    return jsonify(rapport_json.en_json(masquer(rapport_json.lire(_rendu(rapport).rapport))))


@blueprint.get(
    "/<rapport>/files/<fichier>",
    contenu=OCTETS,
    description=f"Le fichier : {formats_de_rapport.enumeres()}",
)
def donner_fichier(rapport: str, fichier: str) -> Response:
    """A file of a report."""
    epreuve = objet_de_l_adresse.jugement(rapport)
    if fichier not in epreuve.fichiers:
        raise NotFound(f"Ce rapport n'a pas de fichier [{fichier[:40]}].")
    return telechargement(epreuve.dossier / fichier, f"{epreuve.nom}-{fichier}")


@blueprint.get(
    "/<rapport>/compare", question=_QUESTIONS["AvecRapport"], refus={409: _SANS_RAPPORT, 503: _ILLISIBLE}
)
def comparer(donnees: QuestionLue, rapport: str) -> ComparaisonRapports:
    """The changes since another report: findings that are new, mended, still there."""
    apres, avant = _rendu(rapport), _rendu(donnees["avec"])
    return rapports_compares.comparer(rapport_json.lire(avant.rapport), rapport_json.lire(apres.rapport))
