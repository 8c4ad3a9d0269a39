"""Scenes for trainers: the life of a demande, step by step, as `fixtures/scenes/*.toml` tell it.

    titre, duree, public, resume    what the list shows
    apprendre                       what one knows afterwards: a phrase, for the list and the handout
    horloge                         instant (Paris) at which the base of the scene is frozen
    ordre                           place in the list
    [guichets.G1205]                what its base has otherwise than a new one: fields of a `Guichet`, by name
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

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Final

import tomli

from sne_console.messages import champs_saisis
from sne_console.messages.documents_masques import en_texte
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.tables_en_fiches import fiche_de
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
_CHEMIN_GUICHET: Final = ("demande/demandeLogement/numGuichet", "entete/codeGuichet")


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Choix:
    """A message that a room may choose to send: `edits` follow those of the step's message."""

    libelle: str
    edits: Sequence[Sequence[str]] = ()
    attendu: Attendu = field(default_factory=Attendu)


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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
    guichets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    lieu: str = ""

    @property
    def base(self) -> str:
        """Name of the base it plays on: that which it was put in, else one that is called after it."""
        return self.lieu or PREFIXE + self.identifiant

    def sur(self, base: str) -> "Scene":
        """The same scene, played in a base that is somebody's."""
        return replace(self, lieu=base)


# --- read ------------------------------------------------------------------------------------------------


def scenes() -> tuple[Scene, ...]:
    """Every scene, in the order of the list. Raises ContractError, which says where and what to do."""
    lues = (lire(fichier) for fichier in sorted((fixtures_dir() / "scenes").glob("*.toml")))
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
        table = tomli.loads(fichier.read_text("utf-8"))
    except tomli.TOMLDecodeError as erreur:
        raise ContractError(f"{lieu} : {erreur}", remede="corrigez le TOML") from None
    if not table.get("pas"):
        raise ContractError(f"{lieu} : aucun pas.", remede="écrivez au moins un [[pas]]")
    scene = fiche_de(Scene, table, lieu, identifiant=fichier.stem, lieu="")
    if scene.horloge.tzinfo is None:
        scene = replace(scene, horloge=scene.horloge.replace(tzinfo=PARIS))
    connues = {_JOUR}
    for rang, pas in enumerate(scene.pas, 1):
        for faute, remede in _fautes(pas, connues):
            raise ContractError(f"{lieu} pas[{rang}] : {faute}.", remede=remede)
        if pas.message is not None and pas.message.retient is not None:
            connues.add(pas.message.retient)
    return scene


def _fautes(pas: PasScene, connues: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yields the faults of a step, with their remedies; `connues` are the variables of the steps before."""
    if sum(action is not None for action in (pas.message, pas.avancer, pas.relever)) > 1:
        yield "plusieurs actions", "une par pas : envoyer, deposer, avancer ou relever"
    if (pas.choix or pas.panne) and pas.envoyer is None:
        yield "choix et panne ne valent que pour un message envoyé", "ajoutez envoyer"
    if pas.panne not in (None, *GENRES):
        yield f"la panne [{pas.panne}] n'existe pas", f"pannes : {', '.join(GENRES)}"
    if pas.page not in (None, *PAGES):
        yield f"la page [{pas.page}] n'existe pas", f"pages : {', '.join(PAGES)}"
    if pas.message is None:
        return
    operation = OPERATIONS.get(pas.message.operation)
    if operation is None:
        yield (
            f"l'opération [{pas.message.operation}] n'existe pas",
            f"opérations : {', '.join(OPERATIONS)}",
        )
    elif (operation.champ is None) != (pas.message.specimen is None):
        yield (
            f"le document et l'opération {pas.message.operation} ne vont pas ensemble",
            "specimen = un fichier de fixtures/demandes ou fixtures/documents, ou rien",
        )
    messages = [pas.message, *(choisir(pas.message, choix) for choix in pas.choix)]
    manquantes = sorted({nom for message in messages for nom in variables(message)} - set(connues))
    if manquantes:
        yield (
            f"variables jamais retenues : {', '.join(manquantes)}",
            f"un pas d'avant les retient (retient = …) ; connues : {', '.join(sorted(connues))}",
        )


def choisir(message: MessageScene, choix: Choix) -> MessageScene:
    """The message of a step as a room chose it."""
    return replace(message, edits=[*message.edits, *choix.edits])


def variables(message: MessageScene) -> Iterator[str]:
    """Names of the variables that a message uses."""
    for texte in [*message.champs.values(), *(texte for edit in message.edits for texte in edit)]:
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
        bases.creer(magasin, contrat, scene.base, horloge=horloge)
    with magasin.ecrire(scene.base) as registre:
        registre.vider("tout")
        for code, change in scene.guichets.items():
            if (guichet := registre.guichet(code)) is not None:
                registre.remplacer_guichet(replace(guichet, **change))
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
    sien: dict[str, Any] = {"type": message.type, "version": message.version, "edits": message.edits}
    exemple = exemples_de_regles.ExempleDeRegle("scenes", 0, "", "accepte", message.specimen, **sien)
    racine = exemples_de_regles.document(exemple, contrat)
    for chemin in _CHEMIN_GUICHET:
        guichet = champs_saisis.trouver(racine, chemin)
        if guichet is not None:
            guichet.text = message.guichet
    champs_saisis.trouver(racine, "entete/dateFichier").text = xs_date_time(maintenant)
    return en_texte(racine).encode()
