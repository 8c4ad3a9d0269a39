"""Scenes for trainers: the life of a demande, step by step, as `fixtures/scenes/*.toml` tell it.

    titre, duree, public, resume    what the list shows
    apprendre                       what one knows afterwards: a phrase, for the list and the handout
    horloge                         instant (Paris) at which the base of the scene is frozen
    ordre                           place in the list
    [[pas]]                         in order
    titre, dire, regarder           what it is called; what the trainer says before, and nobody else is shown;
                                    what the room is told to look at once it is done
    question                        what the room is asked before; the handout asks the same
    montrer = [["label", "path in the answered document"]]
    page = "quotas"                 a page of the console to open once it is done: one of `PAGES`
    envoyer = { operation, guichet, specimen, type, version, edits, champs, retient }
    deposer = { guichet, specimen, type, version, edits, retient }     a file, asynchronous channel
    panne = "reponse_perdue"        armed for what is sent, which meets it
    choix = [{ libelle, edits, attendu }]   the room chooses which edits are sent, after those of `envoyer`
    avancer = "P1M"                 or a date: the clock
    relever = "G1205"               the guichet opens its outbox
    attendu = { verdict, regles, attestation, faits, fichiers, taux }

A step has one of the four actions, or none: one only looks. `specimen` and `edits` are those of
`generators/exemples_de_regles.py`. `retient` names a variable that receives the numéro delivered; `{name}` in
`edits` and `champs` is its value, `{jour}` the day of the base's clock. Guichet and date of the message are
put in by themselves. `attendu` is what the tests hold every step to; a step that sends has its `verdict` at
least: accepté, anomalies, fault, refus. A step with `choix` lasts until one of them is accepted, by the rules
and by nothing else; `attendu` of the step is then what comes out. A variable that is kept is used; what is
said is four sentences at most.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Final

from lxml import etree

from sne_interface.contract.codec import NS, ecrire
from sne_interface.contract.versions import Contrat
from sne_interface.domain.base import Base, Horloge
from sne_interface.domain.dates import PARIS, xs_date_time
from sne_interface.domain.panne import GENRES
from sne_interface.errors import BaseInconnue, ContractError, UsageError
from sne_interface.generators import exemples_de_regles
from sne_interface.resources import fixtures_dir
from sne_interface.settings import Reglages
from sne_sandbox.bases import bases
from sne_sandbox.operations.table_des_operations import OPERATIONS
from sne_sandbox.store.magasin import Magasin

#: The base that a scene plays on is called after it.
PREFIXE: Final = "scene-"
#: The pages of the console that a step may lead to, as the link names them (French).
PAGES: Final = {"quotas": "Quotas d'attribution", "statistiques": "Statistiques"}
#: A variable that is always there.
_JOUR: Final = "jour"
_CHEMIN_GUICHET: Final = (
    f"{{{NS}}}demande/{{{NS}}}demandeLogement/{{{NS}}}numGuichet",
    f"{{{NS}}}entete/{{{NS}}}codeGuichet",
)


@dataclass(frozen=True, slots=True)
class MessageScene:
    """The message that a guichet sends. `specimen` is None for an operation that takes no document; `type` is
    that of the message (CRE, REN…, or DALO, EVT, RCH for the other channels)."""

    guichet: str
    operation: str = "getNumUnique"
    specimen: str | None = None
    type: str = "CRE"
    version: str | None = None
    edits: Sequence[Sequence[str]] = ()
    champs: Mapping[str, str] = field(default_factory=dict)
    retient: str | None = None


@dataclass(frozen=True, slots=True)
class Attendu:
    """The expected outcome. `regles` are the rules that refuse; `faits` the number of facts that the nights
    bring, by the name they have in the API; `fichiers` the number of documents dispatched; `taux` the shares
    of the quotas of the year, by code, in hundredths."""

    verdict: str | None = None
    regles: Sequence[str] = ()
    attestation: bool = False
    faits: Mapping[str, int] = field(default_factory=dict)
    fichiers: int | None = None
    taux: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choix:
    """A message that a room may choose to send: `edits` follow those of the step's message."""

    libelle: str
    edits: Sequence[Sequence[str]] = ()
    attendu: Attendu = field(default_factory=Attendu)


@dataclass(frozen=True, slots=True)
class PasScene:
    """One step; at most one of `envoyer`, `deposer`, `avancer` and `relever` is there."""

    titre: str
    dire: str
    regarder: str
    question: str = ""
    envoyer: MessageScene | None = None
    deposer: MessageScene | None = None
    avancer: str | None = None
    relever: str | None = None
    panne: str | None = None
    choix: Sequence[Choix] = ()
    montrer: Sequence[tuple[str, str]] = ()
    page: str | None = None
    attendu: Attendu = field(default_factory=Attendu)

    @property
    def message(self) -> MessageScene | None:
        """Returns the message that the step sends, by any channel."""
        return self.envoyer or self.deposer

    @property
    def bouton(self) -> str:
        """Returns the words on the button that plays the step, one button per choice when there are some
        (French)."""
        if self.envoyer is not None:
            return "Envoyer le message"
        if self.deposer is not None:
            return "Déposer le fichier"
        if self.avancer is not None:
            return "Avancer l'horloge"
        return "Relever la boîte" if self.relever is not None else "Continuer"


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene; `identifiant` is the name of its file, `lieu` the base that it was put in (`sur`)."""

    identifiant: str
    titre: str
    duree: str
    public: str
    resume: str
    horloge: datetime
    pas: tuple[PasScene, ...]
    apprendre: str = ""
    ordre: int = 100
    lieu: str = ""

    @property
    def base(self) -> str:
        """Name of the base it plays on: that which it was put in, else one that is called after it."""
        return self.lieu or PREFIXE + self.identifiant

    def sur(self, base: str) -> "Scene":
        """The same scene, played in a base that is somebody's."""
        return replace(self, lieu=base)


# --- read ------------------------------------------------------------------------------------------------


def scenes(dossier: Path | None = None) -> tuple[Scene, ...]:
    """Every scene, in the order of the list. Raises ContractError, which says where and what to do."""
    dossier = dossier or fixtures_dir() / "scenes"
    lues = (lire(fichier) for fichier in sorted(dossier.glob("*.toml")))
    return tuple(sorted(lues, key=lambda scene: (scene.ordre, scene.identifiant)))


def trouver(identifiant: str, dossier: Path | None = None) -> Scene | None:
    """The scene of that name; None when there is none. Raises ContractError, of that one's file only."""
    fichiers = (dossier or fixtures_dir() / "scenes").glob("*.toml")
    return next((lire(fichier) for fichier in fichiers if fichier.stem == identifiant), None)


@cache
def lire(fichier: Path) -> Scene:
    """The scene of a file, read once. Raises ContractError."""
    lieu = f"scenes/{fichier.name}"
    try:
        table = tomllib.loads(fichier.read_text("utf-8"))
    except tomllib.TOMLDecodeError as erreur:
        raise ContractError(f"{lieu} : {erreur}", remede="corrigez le TOML") from None
    tables = table.pop("pas", None)
    if not isinstance(tables, list) or not tables:
        raise ContractError(f"{lieu} : aucun pas.", remede="écrivez au moins un [[pas]]")
    horloge = table.get("horloge")
    if not isinstance(horloge, datetime):
        raise ContractError(f"{lieu} : horloge n'est pas un instant.", remede="horloge = 2018-03-15T12:00:00")
    table["horloge"] = horloge if horloge.tzinfo is not None else horloge.replace(tzinfo=PARIS)
    pas = tuple(_pas(t, f"{lieu}, pas {rang}") for rang, t in enumerate(tables, 1))
    scene: Scene = _construire(Scene, {**table, "pas": pas, "identifiant": fichier.stem, "lieu": ""}, lieu)
    _verifier_variables(scene, lieu)
    return scene


def _pas(table: Mapping[str, Any], lieu: str) -> PasScene:
    valeurs = dict(table)
    for cle in ("envoyer", "deposer"):
        if cle in valeurs:
            valeurs[cle] = _message(valeurs[cle], f"{lieu}, {cle}")
    valeurs["attendu"] = _construire(Attendu, valeurs.get("attendu", {}), f"{lieu}, attendu")
    valeurs["choix"] = [
        _choix(choix, f"{lieu}, choix {rang}") for rang, choix in enumerate(valeurs.get("choix", ()), 1)
    ]
    valeurs["montrer"] = [(libelle, chemin) for libelle, chemin in valeurs.get("montrer", ())]
    pas: PasScene = _construire(PasScene, valeurs, lieu)
    actions = [a for a in (pas.envoyer, pas.deposer, pas.avancer, pas.relever) if a is not None]
    if len(actions) > 1:
        raise ContractError(
            f"{lieu} : plusieurs actions.", remede="une par pas : envoyer, deposer, avancer ou relever"
        )
    if (pas.choix or pas.panne) and pas.envoyer is None:
        raise ContractError(
            f"{lieu} : choix et panne ne valent que pour un message envoyé.", remede="ajoutez envoyer"
        )
    if pas.panne is not None and pas.panne not in GENRES:
        raise ContractError(
            f"{lieu} : la panne [{pas.panne}] n'existe pas.", remede=f"pannes : {', '.join(GENRES)}"
        )
    if pas.page is not None and pas.page not in PAGES:
        raise ContractError(
            f"{lieu} : la page [{pas.page}] n'existe pas.", remede=f"pages : {', '.join(PAGES)}"
        )
    return pas


def _choix(table: Mapping[str, Any], lieu: str) -> Choix:
    attendu = _construire(Attendu, table.get("attendu", {}), f"{lieu}, attendu")
    choix: Choix = _construire(Choix, {**table, "attendu": attendu}, lieu)
    return choix


def _message(table: Mapping[str, Any], lieu: str) -> MessageScene:
    message: MessageScene = _construire(MessageScene, table, lieu)
    operation = OPERATIONS.get(message.operation)
    if operation is None:
        raise ContractError(
            f"{lieu} : l'opération [{message.operation}] n'existe pas.",
            remede=f"opérations : {', '.join(OPERATIONS)}",
        )
    if (operation.champ is None) != (message.specimen is None):
        raise ContractError(
            f"{lieu} : le document et l'opération {message.operation} ne vont pas ensemble.",
            remede="specimen = un fichier de fixtures/demandes ou fixtures/documents, ou rien",
        )
    return message


def _construire(genre: Any, table: Mapping[str, Any], lieu: str) -> Any:
    connues = [champ.name for champ in fields(genre)]
    inconnues = sorted(table.keys() - set(connues))
    if inconnues:
        raise ContractError(
            f"{lieu} : clés inconnues : {', '.join(inconnues)}.",
            remede=f"clés admises : {', '.join(connues)}",
        )
    try:
        return genre(**table)
    except TypeError as erreur:
        raise ContractError(f"{lieu} : {erreur}", remede=f"clés : {', '.join(connues)}") from None


def _verifier_variables(scene: Scene, lieu: str) -> None:
    connues = {_JOUR}
    for rang, pas in enumerate(scene.pas, 1):
        if pas.message is None:
            continue
        messages = [pas.message, *(choisir(pas.message, choix) for choix in pas.choix)]
        manquantes = sorted({nom for message in messages for nom in variables(message)} - connues)
        if manquantes:
            raise ContractError(
                f"{lieu}, pas {rang} : variables jamais retenues : {', '.join(manquantes)}.",
                remede=f"un pas d'avant les retient (retient = …) ; connues : {', '.join(sorted(connues))}",
            )
        if pas.message.retient is not None:
            connues.add(pas.message.retient)


def choisir(message: MessageScene, choix: Choix) -> MessageScene:
    """The message of a step as a room chose it."""
    return replace(message, edits=[*message.edits, *choix.edits])


def variables(message: MessageScene) -> Iterator[str]:
    """Names of the variables that a message uses."""
    textes = [*message.champs.values(), *(texte for edit in message.edits for texte in edit)]
    for texte in textes:
        for _, nom, _, _ in Formatter().parse(texte):
            if nom is not None:
                yield nom


# --- play ------------------------------------------------------------------------------------------------


def demarrer(magasin: Magasin, contrat: Contrat, scene: Scene) -> Base:
    """The base of a scene at its start: made, or emptied of all, journal included, its settings those of a
    new base of its contract, at once; its clock frozen."""
    horloge = Horloge(fige_a=scene.horloge)
    try:
        magasin.bases.lire(scene.base)
    except BaseInconnue:
        return bases.creer(magasin, contrat, scene.base, horloge=horloge)
    with magasin.ecrire(scene.base) as registre:
        registre.vider("tout")
        registre.regler_horloge(horloge)
        registre.changer_reglages(Reglages(contrat=registre.base.reglages.contrat))
    return magasin.bases.lire(scene.base)


def remplacer(message: MessageScene, connues: Mapping[str, str], maintenant: datetime) -> MessageScene:
    """A message, its variables replaced. Raises UsageError for one that no step delivered."""
    valeurs = {**connues, _JOUR: maintenant.astimezone(PARIS).date().isoformat()}
    try:
        edits = [[texte.format_map(valeurs) for texte in edit] for edit in message.edits]
        champs = {nom: texte.format_map(valeurs) for nom, texte in message.champs.items()}
    except KeyError as erreur:
        raise UsageError(
            f"Ce pas a besoin de {erreur.args[0]}, qu'aucun pas n'a donné.",
            remede="remettez la scène au début",
        ) from None
    return replace(message, edits=edits, champs=champs)


def document(message: MessageScene, contrat: Contrat, maintenant: datetime) -> bytes:
    """Bytes of the document that a message carries, variables replaced; b"" without any."""
    if message.specimen is None:
        return b""
    racine = exemples_de_regles.document(
        exemples_de_regles.ExempleDeRegle(
            fichier="scenes",
            rang=0,
            regle="",
            verdict="accepte",
            specimen=message.specimen,
            type=message.type,
            version=message.version,
            edits=message.edits,
        ),
        contrat,
    )
    for chemin in _CHEMIN_GUICHET:
        guichet = racine.find(chemin)
        if guichet is not None:
            guichet.text = message.guichet
    racine.find(f"{{{NS}}}entete/{{{NS}}}dateFichier").text = xs_date_time(maintenant)
    return ecrire(_soigne(racine))


def _soigne(racine: Any) -> Any:
    """The tree, indented anew: edits leave elements on one line."""
    for element in racine.iter(etree.Element):
        element.tail = None
        if len(element):
            element.text = None
    etree.indent(racine, space="  ")
    return racine


def maintenant(base: Base) -> datetime:
    """Reads the clock of a base."""
    return base.horloge.maintenant(datetime.now(UTC))
