"""`/api/v1/scenes`: the scenes for trainers, each on a base of its own, played step by step;
`/api/v1/bases/<base>/scenes`: the same, in the base that is named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Self

from werkzeug.exceptions import NotFound

from sne_console.api.questions_et_reponses import Appels, QuestionLue, questions
from sne_console.formation import scene_jouee, scenes
from sne_console.formation.scene_jouee import Joue, Representation
from sne_console.formation.scenes import PasScene, Scene
from sne_interface.domain.dates import PARIS
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.valeurs_en_json import tirer
from sne_sandbox.web.acces import joue_les_scenes, voit_en_clair
from sne_sandbox.web.configuration_et_services import expediteur, services

blueprint: Final = Appels(
    "scenes",
    "/scenes",
    "Les scènes des formateurs : des démonstrations jouées pas à pas, chacune sur sa base",
)

ici: Final = Appels(
    "scenes_ici", "/bases/<base>/scenes", "Les scènes, jouées dans une base : la commencer la vide"
)

_QUESTIONS: Final = questions(__file__)

ACTIONS: Final = ("envoyer", "deposer", "avancer", "relever")
#: The action of a step that only looks.
REGARDER: Final = "regarder"


@dataclass(frozen=True)
class SceneLue:
    """A scene, and where it stands."""

    identifiant: str
    titre: str
    resume: str
    public: Annotated[str, "pour qui"]
    duree: str
    apprendre: Annotated[str, "ce que l'on sait après"]
    horloge: Annotated[datetime, "l'instant où sa base est gelée au début"]
    base: Annotated[str, "rien qu'à elle ; elle existe une fois la scène commencée"]
    pas_en_tout: int
    pas_joues: int
    commencee: bool
    finie: bool
    remise: Annotated[bool, "l'état de sa base a été remis en place depuis le début"]
    etrangeres: Annotated[
        int, "demandes d'une base de ce nom que la scène n'a pas faites : « vider » les efface"
    ]

    @classmethod
    def de(cls, etat: Representation, **autres: Any) -> Self:
        """The shown form of a scene."""
        return tirer(
            cls,
            etat.scene,
            pas_en_tout=len(etat.scene.pas),
            pas_joues=len(etat.joues),
            commencee=etat.commencee,
            finie=etat.finie,
            remise=etat.remise,
            etrangeres=etat.etrangere,
            **autres,
        )


@dataclass(frozen=True)
class ValeurMontree:
    """A value to look at."""

    libelle: str
    valeur: Annotated[str, "en français, NIR masqués"]


@dataclass(frozen=True)
class JoueLu:
    """The outcome of a step."""

    debut: Annotated[datetime | None, "à l'heure de la base"]
    fin: Annotated[datetime | None, "à l'heure de la base"]
    echange: Annotated[int | None, "numéro au journal de sa base"]
    verdict: str | None
    numero_unique: str | None
    regles: Annotated[list[str], "celles qui ont refusé le message"]
    attestation: Annotated[bool, "un PDF est revenu"]
    nuits: Annotated[list[int], "numéros au journal des nuits passées"]
    fichiers: Annotated[Sequence[str], "documents reçus par dispatching"]
    montres: list[ValeurMontree]
    choix: Annotated[int | None, "rang du choix de la salle, à partir de 1"]
    perdue: Annotated[bool, "la réponse n'est pas arrivée à qui demandait"]

    @classmethod
    def de(cls, joue: Joue) -> Self:
        """The shown form of a step that was played."""
        echange = joue.echange
        debut, fin = (None if i is None else i.astimezone(PARIS) for i in (joue.debut, joue.fin))
        return cls(
            debut,
            fin,
            None if echange is None else echange.identifiant,
            None if echange is None else str(echange.verdict),
            joue.numero,
            [str(anomalie["regle"]) for anomalie in joue.bloquantes],
            joue.attestation is not None,
            [nuit.identifiant or 0 for nuit in joue.nuits],
            joue.fichiers,
            [ValeurMontree(nom, masquer_nirs(valeur)) for nom, valeur in joue.montres],
            joue.choix,
            joue.perdue,
        )


@dataclass(frozen=True)
class PasLu:
    """A step of a scene: what is said before and after it, what it does."""

    rang: Annotated[int, "à partir de 1"]
    titre: str
    dire: Annotated[str | None, "avant de le jouer : les notes du formateur ; null pour qui ne fait que lire"]
    question: Annotated[str, "ce que l'on demande à la salle avant de le jouer"]
    regarder: Annotated[
        str | None, "une fois joué : ce que dit le corrigé ; null avant, pour qui n'a pas le droit « tout »"
    ]
    action: Annotated[str, {"enum": [*ACTIONS, REGARDER]}]
    page: Annotated[str | None, "de la console, à ouvrir une fois le pas joué : " + " ou ".join(scenes.PAGES)]
    choix: Annotated[list[str], "ce que la salle peut choisir d'envoyer ; vide : rien à choisir"]
    essais: Annotated[list[JoueLu], "choix refusés ; le pas se rejoue avec un autre"]
    joue: Annotated[JoueLu | None, "null : pas encore joué"]


@dataclass(frozen=True)
class SceneEntiere(SceneLue):
    """A scene, its steps, and what came of those that were played."""

    suivant: Annotated[int | None, "rang du pas à jouer ; null : aucun"]
    pas: list[PasLu]


def _entiere(scene: Scene) -> SceneEntiere:
    etat = scene_jouee.lire(services(), scene)
    joues = {joue.rang: joue for joue in etat.joues}
    return SceneEntiere.de(
        etat,
        suivant=etat.suivant if etat.commencee and not etat.finie else None,
        pas=[_pas(rang, pas, joues.get(rang), etat) for rang, pas in enumerate(scene.pas, 1)],
    )


def _pas(rang: int, pas: PasScene, joue: Joue | None, etat: Representation) -> PasLu:
    essais = joue.essais if joue is not None else etat.essais if rang == etat.suivant else ()
    return tirer(
        PasLu,
        pas,
        rang=rang,
        dire=pas.dire if joue_les_scenes() else None,
        regarder=pas.regarder if joue is not None or voit_en_clair() else None,
        action=next((nom for nom in ACTIONS if getattr(pas, nom) is not None), REGARDER),
        choix=[choix.libelle for choix in pas.choix],
        essais=[JoueLu.de(essai) for essai in essais],
        joue=None if joue is None else JoueLu.de(joue),
    )


def _trouver(identifiant: str, base: str = "") -> Scene:
    trouvee = scenes.trouver(identifiant)
    if trouvee is None:
        raise NotFound(f"La scène [{identifiant[:40]}] n'existe pas.")
    return trouvee.sur(services().magasin.bases.lire(base).nom) if base else trouvee


_OCCUPEE: Final = {409: "Une base de ce nom contient ce que la scène n'a pas fait"}
_PAS_LA: Final = {409: "La scène n'est pas commencée, ou est finie, ou n'en est pas là"}


def lister(base: str = "") -> list[SceneLue]:
    """Every scene, and where each stands, in a base when one is named."""
    lieu = services().magasin.bases.lire(base).nom if base else ""
    return [SceneLue.de(scene_jouee.lire(services(), scene.sur(lieu))) for scene in scenes.scenes()]


def montrer(scene: str, base: str = "") -> SceneEntiere:
    """One scene, its steps, and what came of those that were played."""
    return _entiere(_trouver(scene, base))


def commencer(demande: QuestionLue, scene: str, base: str = "") -> SceneEntiere:
    """A scene (back) at its start: its base made, or emptied of all."""
    voulue = _trouver(scene, base)
    scene_jouee.commencer(services(), voulue, **demande)
    return _entiere(voulue)


def jouer(demande: QuestionLue, scene: str, base: str = "") -> SceneEntiere:
    """The next step of a scene played."""
    voulue = _trouver(scene, base)
    scene_jouee.jouer(services(), voulue, demande["rang"], expediteur(), demande["choix"])
    return _entiere(voulue)


for appels in (blueprint, ici):
    appels.get("")(lister)
    appels.get("/<scene>")(montrer)
    appels.post("/<scene>/start", corps=_QUESTIONS["Depart"], refus=_OCCUPEE)(commencer)
    appels.post("/<scene>/next", corps=_QUESTIONS["Rang"], refus=_PAS_LA)(jouer)
