"""Where a scene stands, and its next step.

The journal of the scene's base is the only memory: every step begins with a line of its own (`methode`
SCENE), and what came of it is what follows, up to the next such line. So every worker, and every trainee who
follows on another screen, sees the same; an emptied journal is a scene that has not begun.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Final

from lxml import etree

from sne_conformite.observation.observation import Observation
from sne_console.formation import scenes as donnees
from sne_console.formation.scenes import MessageScene, PasScene, Scene
from sne_console.messages import documents_masques
from sne_console.messages.champs_saisis import trouver
from sne_console.messages.document_deroule import libelle_du_code
from sne_console.messages.envoi_et_rejeu import champs_d_appel, emballer, expedier, nom_de_fichier
from sne_interface.domain.anomalie import Anomalie, Gravite
from sne_interface.domain.base import Base, Guichet
from sne_interface.domain.dates import date_francaise
from sne_interface.domain.echange import FICHIER, NUIT, REMISE, SCENE, Echange, VerdictEchange
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.panne import PanneDefinition
from sne_interface.domain.texte import accorde, nombre
from sne_interface.errors import BaseInconnue, ConflitEtat, UsageError
from sne_sandbox.bases import horloge, pannes
from sne_sandbox.operations import dispatching
from sne_sandbox.store.fichiers_des_boites import Boite, Boites
from sne_sandbox.web.configuration_et_services import Expediteur, Services

#: Header of what a step sends: « scene/rank ».
EN_TETE: Final = "SNE-Scene"
#: Lines after the opening of a step among which its results are looked for.
_LIGNES_MAX: Final = 50
_OUVERTURES_MAX: Final = 200
_OUVERTURE: Final = re.compile(rf"{SCENE} (\S+)/(\d+)(?:\.(\d+))? ")
#: Digits of a quantity: more are a telephone number, or a code.
_ENTIER_MAX: Final = 6
_BOOLEENS: Final = {"true": "oui", "false": "non"}


@dataclass(frozen=True)
class Joue:
    """A step that was played. `debut` and `fin` are instants of the base's clock; `echange` is what it sent
    and got, `nuits` the lines of its nights, `fichiers` names of what was dispatched, `montres` the values
    to look at, `attestation` the rank of the PDF among the pieces of the answer. Of a step in which the room
    chooses, `choix` is the rank of what it chose, from 1, and `essais` what it chose before, refused."""

    rang: int
    pas: PasScene
    debut: datetime | None
    fin: datetime | None
    echange: Echange | None = None
    attestation: int | None = None
    nuits: Sequence[Echange] = ()
    fichiers: Sequence[str] = ()
    montres: Sequence[tuple[str, str]] = ()
    choix: int | None = None
    essais: "tuple[Joue, ...]" = ()

    @property
    def fait(self) -> bool:
        """True when the step is over: the room plays the step again after a refused choice."""
        return not self.pas.choix or (self.echange is not None and self.echange.accepte)

    @property
    def numero(self) -> str | None:
        """The numéro unique that it was about."""
        return None if self.echange is None else self.echange.numero_unique

    @property
    def perdue(self) -> bool:
        """True when the answer never reached the caller."""
        return self.echange is not None and self.echange.panne is not None

    @property
    def bloquantes(self) -> list[dict[str, Any]]:
        """The anomalies that refused the message."""
        return [a for a in self.echange.anomalies if a["gravite"] == "bloquante"] if self.echange else []


@dataclass(frozen=True)
class Representation:
    """Where a scene stands in its base. `debut` is the machine's time of its start, None before the first;
    `etrangere` counts the demandes of a base that bears the scene's name without having been made by it;
    `remise` says that the state of the base was put back since, of which the steps know nothing; `essais` are
    what the room has chosen of the next step, and was refused; `dernier` is the last line of the journal when
    it was read, after which who follows is told of more, `ouverture` the one that began its last step."""

    scene: Scene
    base: Base | None
    joues: tuple[Joue, ...] = ()
    etrangere: int = 0
    remise: bool = False
    dernier: int = 0
    essais: tuple[Joue, ...] = ()
    debut: datetime | None = None
    ouverture: int = 0

    @property
    def commencee(self) -> bool:
        """True once it was started."""
        return self.debut is not None

    @property
    def essayes(self) -> dict[int | None, Joue]:
        """The choices of the next step that were refused, by their rank."""
        return {essai.choix: essai for essai in self.essais}

    @property
    def suivant(self) -> int:
        """Rank of the next step, from 1; one more than there are at the end."""
        return len(self.joues) + 1

    @property
    def finie(self) -> bool:
        """True when no step is left."""
        return len(self.joues) == len(self.scene.pas)

    @property
    def variables(self) -> dict[str, str]:
        """The numéros that the steps delivered, by name."""
        retenus = ((j.pas.message and j.pas.message.retient, j.numero) for j in self.joues)
        return {nom: numero for nom, numero in retenus if nom and numero}


def lire(services: Services, scene: Scene) -> Representation:
    """Where the scene stands in its base, read off the journal."""
    journal = services.magasin.journal
    try:
        base = services.magasin.bases.lire(scene.base)
    except BaseInconnue:
        return Representation(scene, None)
    dernier = journal.dernier(base.nom)  # before the rest: what comes meanwhile is told
    ouvertures = _ouvertures(services, scene)
    if not ouvertures:
        with services.magasin.lire(base.nom) as registre:
            return Representation(scene, base, etrangere=registre.compter(), dernier=dernier)
    joues: list[Joue] = []
    essais: list[Joue] = []
    for place in range(1, len(ouvertures)):
        joue = _joue(services, scene, base, place, ouvertures)
        if joue.fait:
            joues.append(replace(joue, essais=tuple(essais)))
            essais = []
        else:
            essais.append(joue)
    depuis = journal.chercher(base.nom, apres_id=ouvertures[0].identifiant, limite=_LIGNES_MAX)
    return Representation(
        scene,
        base,
        joues=tuple(joues),
        remise=any(ligne.methode == REMISE for ligne in depuis),
        dernier=dernier,
        essais=tuple(essais),
        debut=ouvertures[0].recu_le,
        ouverture=ouvertures[-1].identifiant or 0,
    )


def commencer(services: Services, scene: Scene, *, vider: bool = True) -> None:
    """Puts the scene at its start: its base made, or emptied of all. Raises ConflitEtat for one that it did
    not make, unless `vider` says to."""
    etrangere = 0 if vider else lire(services, scene).etrangere
    if etrangere:
        raise ConflitEtat(
            f"La base [{scene.base}] contient {accorde(etrangere, 'demande')} que cette "
            f"scène n'a pas faite{'s' if etrangere > 1 else ''}.",
            remede='cochez « vider cette base » (API : {"vider": true}) pour commencer quand même',
        )
    base = donnees.demarrer(services.magasin, services.contrat, scene)
    services.magasin.journal.consigner(
        None, _ouverture(scene, base, 0, f"Scène « {scene.titre} » : au début.")
    )


def jouer(
    services: Services, scene: Scene, rang: int | None, qui: Expediteur, choix: int | None = None
) -> None:
    """Plays the step `rang`, None for the next; a step that was played already stays as it is: whoever
    presses a button twice sees what it did. `choix` is what the room has chosen, from 1, of a step that asks
    it; one that was refused is not sent again. Raises ConflitEtat for a step whose turn has not come,
    UsageError for a choice that it has not."""
    etat = lire(services, scene)
    rang = rang or etat.suivant
    if not etat.commencee or rang > min(etat.suivant, len(scene.pas)):
        ou = (
            f"en est au pas {etat.suivant}"
            if etat.commencee
            else "a été remise au début, ou n'est pas commencée"
        )
        raise ConflitEtat(
            f"Le pas {rang} n'est pas le suivant : la scène {'est finie' if etat.finie else ou}.",
            remede="reprenez la scène où elle en est, ou remettez-la au début (API : POST …/start)",
        )
    pas = scene.pas[rang - 1]
    if (choix is not None or pas.choix) and choix not in range(1, len(pas.choix) + 1):
        raise UsageError(
            f"Le pas {rang} n'a pas de choix {choix}." if choix else f"Le pas {rang} demande un choix.",
            remede=f"un choix de 1 à {len(pas.choix)}" if pas.choix else "jouez-le sans choix",
        )
    with services.magasin.ecrire(scene.base) as registre:
        # The base is ours: of two who press at the same time, the second finds the line of the first.
        if rang < etat.suivant or choix in etat.essayes:
            return
        ouvertures = _ouvertures(services, scene)
        if not ouvertures or ouvertures[-1].identifiant != etat.ouverture:
            return
        base = registre.base
        dit = f"Pas {rang} : {pas.titre}."
        if choix is not None:
            dit = f"Pas {rang}, choix {choix} : {pas.choix[choix - 1].libelle}."
        services.magasin.journal.consigner(registre.connexion, _ouverture(scene, base, rang, dit, choix))
        if pas.panne is not None and pas.envoyer is not None:
            panne = PanneDefinition(pas.panne, pas.envoyer.operation, pas.envoyer.guichet)
            pannes.inscrire(registre.connexion, scene.base, panne, datetime.now(UTC))
    if pas.avancer is not None:
        horloge.avancer(services.magasin, scene.base, pas.avancer, reprenable=False)
    elif pas.relever is not None:
        services.boites.relever(scene.base, _guichet(services, scene.base, pas.relever))
    elif pas.message is not None:
        message = pas.message if choix is None else donnees.choisir(pas.message, pas.choix[choix - 1])
        message = donnees.remplacer(message, etat.variables, base.horloge.maintenant())
        _envoyer(services, scene, rang, message, base, qui)


# --- what a step sends --------------------------------------------------------------------------------------


def _envoyer(
    services: Services, scene: Scene, rang: int, message: MessageScene, base: Base, qui: Expediteur
) -> None:
    contrat, instant = services.contrat_de(base), base.horloge.maintenant()
    nom = nom_de_fichier(message.operation, message.guichet, instant, rang)
    document = donnees.document(message, contrat, instant)
    if scene.pas[rang - 1].deposer is not None:
        guichet = _guichet(services, base.nom, message.guichet)
        services.boites.deposer(base.nom, guichet, nom, document)
        services.boites.relever(base.nom, guichet)
        return
    champs = champs_d_appel(
        message.operation, message.guichet, instant, message.champs, document=(nom, document)
    )
    requete = emballer(contrat, base.nom, message.operation, champs, "mtom")
    marque = (EN_TETE, f"{scene.identifiant}/{rang}")
    expedier(replace(requete, en_tetes=(*requete.en_tetes, marque)), qui)


def _guichet(services: Services, base: str, code: str) -> Guichet:
    with services.magasin.lire(base) as registre:
        guichet = registre.guichet(code)
    if guichet is None:
        raise UsageError(
            f"Le guichet [{code}] n'existe pas dans la base [{base}].", remede="remettez la scène au début"
        )
    return guichet


# --- what came of it ----------------------------------------------------------------------------------------


def _joue(services: Services, scene: Scene, base: Base, place: int, ouvertures: list[Echange]) -> Joue:
    """Returns the step that the opening at `place` begins, with what it did; the first opening is that of the
    start itself."""
    ligne = ouvertures[place]
    rang = _rang(ligne)
    pas = scene.pas[rang - 1]
    suivante = ouvertures[place + 1] if place + 1 < len(ouvertures) else None
    fin = suivante.instant_base if suivante is not None else base.horloge.maintenant()
    joue = Joue(rang, pas, ligne.instant_base, fin, choix=ouverture_lue(ligne.chemin)[2])
    lignes = _lignes(services, ligne, suivante)
    if pas.avancer is not None:
        return replace(joue, nuits=[e for e in lignes if e.methode == NUIT])
    if pas.relever is not None:
        return replace(joue, fichiers=_distribues(services, scene, base, place, ouvertures))
    echange = next((e for e in lignes if _est_le_sien(e, scene, rang)), None)
    if pas.message is None or echange is None:
        return joue
    lue = Observation(echange, services.contrat_de(base))
    return replace(joue, echange=echange, attestation=_attestation(lue), montres=_montrer(lue, pas))


def _lignes(services: Services, ligne: Echange, suivante: Echange | None) -> list[Echange]:
    """The lines between two openings, oldest first, with their bytes."""
    assert ligne.identifiant is not None
    fin = (suivante.identifiant if suivante is not None else None) or ligne.identifiant + _LIGNES_MAX + 1
    lues = services.magasin.journal.chercher(
        ligne.base,
        apres_id=ligne.identifiant,
        avant_id=min(fin, ligne.identifiant + _LIGNES_MAX + 1),
        octets=True,
    )
    return lues[::-1]


def _est_le_sien(echange: Echange, scene: Scene, rang: int) -> bool:
    if echange.methode == FICHIER:
        return echange.chemin.endswith(f"-{rang:06d}.xml")
    return any(
        nom.lower() == EN_TETE.lower() and valeur == f"{scene.identifiant}/{rang}"
        for nom, valeur in echange.en_tetes
    )


def _attestation(observation: Observation) -> int | None:
    if observation.reponse.message is None:
        return None
    return next(
        (r for r, p in enumerate(observation.reponse.message.parties) if p.contenu.startswith(b"%PDF")), None
    )


def _montrer(observation: Observation, pas: PasScene) -> list[tuple[str, str]]:
    """The values to look at, with the words of the nomenclatures, NIR masked; what is absent is left out. Of
    an archive, those of its first document."""
    repondu = documents_masques.document_repondu(observation) if pas.montrer else b""
    racine = documents_masques.lire(documents_masques.premier_de_l_archive(repondu) or repondu)
    if racine is None:
        return []
    trouves = ((libelle, chemin, trouver(racine, chemin)) for libelle, chemin in pas.montrer)
    return [(mot, _valeur(observation, racine, e, chemin)) for mot, chemin, e in trouves if e is not None]


def _valeur(observation: Observation, racine: Any, element: Any, chemin: str) -> str:
    texte = (element.text or "").strip()
    code = element.get("code")
    if code is None:
        return en_francais(texte)
    mot = libelle_du_code(observation.contrat, f"{etree.QName(racine).localname}/{chemin}", code)
    return f"{code} : {mot}" if mot else code


def en_francais(texte: str) -> str:
    """A value of a document as people write it, NIR masked: dates, yes or no, quantities."""
    if texte in _BOOLEENS:
        return _BOOLEENS[texte]
    with suppress(ValueError):
        return date_francaise(date.fromisoformat(texte))
    if texte.isdecimal() and len(texte) <= _ENTIER_MAX and not texte.startswith("0"):
        return nombre(int(texte))
    entier, point, decimales = texte.partition(".")
    if point and entier.isdecimal() and decimales.isdecimal():
        return f"{entier},{decimales}"
    return masquer_nirs(texte)


def _distribues(
    services: Services, scene: Scene, base: Base, place: int, ouvertures: list[Echange]
) -> list[str]:
    """Lists the files that the guichet finds in its outbox since it last opened it: the minute's round also
    fills the outbox while the trainer speaks."""
    releves = [scene.pas[_rang(o) - 1].relever if _rang(o) else None for o in ouvertures]
    guichet = releves[place]
    assert guichet is not None
    avant = max((p for p in range(1, place) if releves[p] == guichet), default=-1)
    debut = ouvertures[avant + 1].recu_le
    fin = ouvertures[place + 1].recu_le if place + 1 < len(ouvertures) else datetime.now(UTC)
    with services.magasin.lire(base.nom) as registre:
        depots = Boites(registre.connexion, base.nom, guichet).lister(Boite.SORTIE)
    return [d.nom for d in depots if d.nom.startswith(dispatching.TYPE) and debut <= d.depose_le <= fin]


# --- the memory ---------------------------------------------------------------------------------------------


def _ouvertures(services: Services, scene: Scene) -> list[Echange]:
    """The lines that open the start and the steps played since, in order."""
    trouvees = services.magasin.journal.chercher(
        scene.base, texte=f"{SCENE} {scene.identifiant}/", limite=_OUVERTURES_MAX
    )
    # A message may say the same words: only we write the method.
    lignes = [e for e in trouvees if e.methode == SCENE and _rang(e) <= len(scene.pas)]
    debut = next((i for i, e in enumerate(lignes) if _rang(e) == 0), None)
    return [] if debut is None else lignes[: debut + 1][::-1]


def _ouverture(scene: Scene, base: Base, rang: int, phrase: str, choix: int | None = None) -> Echange:
    maintenant = datetime.now(UTC)
    dite = Anomalie(SCENE, SCENE, phrase, "", Gravite.IGNOREE).en_json()
    place = f"{scene.identifiant}/{rang}" + (f".{choix}" if choix is not None else "")
    return Echange(
        base=scene.base,
        recu_le=maintenant,
        methode=SCENE,
        chemin=f"{SCENE} {place} {phrase}",
        verdict=VerdictEchange.ACCEPTE,
        instant_base=base.horloge.maintenant(maintenant),
        # What the journal's list shows of a line, as for a night.
        anomalies=[dite | {"gravite": "information"}],
    )


def ouverture_lue(ligne: str) -> tuple[str, int, int | None]:
    """The scene, the step and the choice of the room that a line of the journal opens (« SCENE doublon/3.2
    Pas 3 : … »); no scene for another line."""
    lue = _OUVERTURE.match(ligne)
    return (lue[1], int(lue[2]), int(lue[3]) if lue[3] else None) if lue is not None else ("", 0, None)


def _rang(ligne: Echange) -> int:
    return ouverture_lue(ligne.chemin)[1]
