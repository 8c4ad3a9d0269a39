"""Ateliers: a room of trainees, each with a base, and a link whose right is on that base only.

An atelier « lundi » of twenty has the bases lundi-01 to lundi-20, and tokens of these names. A text in the
database (`store.ateliers_en_base`) holds the rest (names of people, scenes, words of the trainer): it
survives a restart, and every server of that database sees it. The creation makes everything, or nothing.
"""

import json
import re
import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

from sne_console.formation import scenes
from sne_console.formation.scene_jouee import ouverture_lue
from sne_console.formation.scenes import Scene
from sne_console.messages.verdicts_et_refus import resumer
from sne_interface.contract.contrats import Contrats
from sne_interface.domain.base import lire_horloge
from sne_interface.domain.dates import PARIS
from sne_interface.domain.echange import Echange
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.valeurs_en_json import TU, en_json
from sne_interface.errors import BaseInconnue, Introuvable, SandboxError, UsageError
from sne_interface.settings import Reglages
from sne_sandbox.bases import bases, horloge, jetons
from sne_sandbox.bases.jetons import Droit
from sne_sandbox.store.ateliers_en_base import TraceDeBase
from sne_sandbox.store.jetons_en_base import JetonGarde
from sne_sandbox.store.magasin import Magasin

#: Trainees of an atelier, at most; letters of a name of a person, and of a word of the trainer.
STAGIAIRES_MAX: Final = 60
NOM_MAX: Final = 60
MOT_MAX: Final = 400
#: Households of the base of a trainee: all of them are made while one waits.
TAILLE_MAX: Final = 1_000
#: A link is good until the end of the day, and this long at least.
DUREE_MIN: Final = timedelta(hours=4)
#: What is called « -07 » after it has to be a name of a base too.
_NOM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,35}")


@dataclass(frozen=True)
class Stagiaire:
    """A trainee, ranked from 1; `nom` is "" for one without a name. The token has the name of the base. `mot`
    is what the trainer told them last, "" for nothing."""

    rang: int
    nom: str
    base: str
    mot: str = ""
    fini: bool = False


@dataclass(frozen=True)
class AtelierTenu:
    """An atelier. Instants are the machine's; `tirage` is what its tokens are made of, with the key.

    Each base starts from `semence`, with `taille` households (None: as many as that has), at `horloge`, a
    text that `lire_horloge` takes. `scenes` are those that are proposed, () for all.
    """

    nom: str
    cree_le: datetime
    expire_le: datetime
    stagiaires: tuple[Stagiaire, ...]
    tirage: Annotated[str, TU]
    semence: str = bases.VIDE
    taille: int | None = None
    seed: int = 0
    profil: str = "ecole"
    horloge: str = "real"
    scenes: tuple[str, ...] = ()

    def voulus(self, rang: int | None = None) -> tuple[Stagiaire, ...]:
        """The one of that rank; without any, all of them. Raises Introuvable."""
        if rang is None:
            return self.stagiaires
        if not 1 <= rang <= len(self.stagiaires):
            raise Introuvable(
                f"L'atelier [{self.nom}] n'a pas de stagiaire {rang}.",
                remede=f"de 1 à {len(self.stagiaires)}",
            )
        return self.stagiaires[rang - 1 : rang]

    @property
    def expire(self) -> bool:
        """True when its links open nothing any more."""
        return self.expire_le <= datetime.now(UTC)


@dataclass(frozen=True)
class PlaceDeStagiaire:
    """Where a trainee is: the scene and its step, the last exchange and why it failed (NIR masked, "" when it
    did not), the last use of the link, within thirty seconds."""

    qui: Stagiaire
    vu_le: datetime | None
    existe: bool
    trace: TraceDeBase
    scene: Scene | None
    pas: int
    echange: Echange | None
    raison: str


@dataclass(frozen=True)
class FicheDeStagiaire:
    """The sheet that a trainee receives, with the address of the SOAP services. It holds a secret: `jeton`
    and `lien` are "" when it was revoked."""

    rang: int
    nom: str
    base: str
    jeton: str
    lien: str
    services: str


# --- made, closed -------------------------------------------------------------------------------------------


def creer(magasin: Magasin, contrats: Contrats, home: Path, nom: str, **depart: Any) -> AtelierTenu:
    """Makes an atelier: its bases, their tokens, or nothing; `depart` is what `_preparer` takes. Raises
    UsageError for what cannot be, ConflitEtat for a name (of the atelier, a base, a token) that is taken."""
    atelier = _preparer(nom, **depart)
    reglages = Reglages.de({"profile": atelier.profil})
    contrat, heure = contrats.verifier(reglages), lire_horloge(atelier.horloge)
    bases.guichets_de(atelier.semence)
    magasin.ateliers.ajouter(atelier.nom, _ecrit(atelier))
    faites: list[str] = []
    try:
        for stagiaire in atelier.stagiaires:
            bases.creer(
                magasin,
                contrat,
                stagiaire.base,
                semence=atelier.semence,
                taille=atelier.taille,
                seed=atelier.seed,
                horloge=heure,
                reglages=reglages,
            )
            faites.append(stagiaire.base)
        magasin.jetons.ajouter(*_gardes(home, atelier))
    except BaseException:
        for base in faites:
            with suppress(SandboxError):
                bases.supprimer(magasin, base)
        with suppress(SandboxError):
            magasin.ateliers.oter(atelier.nom)
        raise
    return atelier


def _preparer(
    nom: str, combien: int | None = None, noms: Sequence[str] = (), expire: str = "", **depart: Any
) -> AtelierTenu:
    """The atelier that `depart`, fields of it, makes of `noms`, one a line; `combien` trainees, or as many as
    there are names; its links are good until `expire`, a duration or a day, or until the evening."""
    if _NOM.fullmatch(nom) is None:
        raise UsageError(
            f"Le nom d'atelier [{nom[:40]}] ne convient pas.",
            remede="1 à 36 lettres sans accent, chiffres, - ou _, d'abord une lettre ou un chiffre : lundi",
        )
    noms = [_nom_de_personne(nom) for nom in noms if nom.strip()]
    combien = len(noms) if combien is None else combien
    if not 1 <= combien <= STAGIAIRES_MAX:
        raise UsageError(
            f"Un atelier n'a pas {combien} stagiaires.", remede=f"de 1 à {STAGIAIRES_MAX} stagiaires"
        )
    if len(noms) > combien:
        raise UsageError(
            f"{len(noms)} noms sont donnés pour {combien} stagiaires.",
            remede="autant de stagiaires que de noms, ou plus : les derniers sont alors sans nom",
        )
    maintenant = datetime.now(UTC)
    atelier = AtelierTenu(
        nom,
        maintenant,
        _fin(maintenant, expire),
        tuple(
            Stagiaire(rang, qui, f"{nom}-{rang:02d}")
            for rang, qui in enumerate([*noms, *[""] * (combien - len(noms))], 1)
        ),
        secrets.token_hex(16),
        **depart,
    )
    if atelier.taille is not None and not 0 <= atelier.taille <= TAILLE_MAX:
        raise UsageError(
            f"La base d'un stagiaire ne compte pas {atelier.taille} ménages.",
            remede=f"de 0 à {TAILLE_MAX} ménages",
        )
    for identifiant in atelier.scenes:
        if scenes.trouver(identifiant) is None:
            connues = ", ".join(scene.identifiant for scene in scenes.scenes())
            raise UsageError(f"La scène [{identifiant[:40]}] n'existe pas.", remede=f"scènes : {connues}")
    return replace(atelier, scenes=tuple(dict.fromkeys(atelier.scenes)))


def _nom_de_personne(ecrit: str) -> str:
    nom = " ".join(ecrit.split())
    if len(nom) > NOM_MAX or not nom.isprintable():
        raise UsageError(
            f"Le nom [{nom[:NOM_MAX]}…] est trop long, ou ne s'imprime pas.",
            remede=f"{NOM_MAX} caractères au plus, un nom par ligne",
        )
    return nom


def _fin(maintenant: datetime, expire: str) -> datetime:
    if not expire:
        demain = maintenant.astimezone(PARIS).date() + timedelta(days=1)
        minuit = datetime(demain.year, demain.month, demain.day, tzinfo=PARIS).astimezone(UTC)
        return max(minuit, maintenant + DUREE_MIN)
    fin = horloge.atteindre(maintenant, expire)
    if fin <= maintenant:
        raise UsageError(f"[{expire}] est passé.", remede="donnez une durée (P2D), ou un jour à venir")
    return fin


def _gardes(home: Path, atelier: AtelierTenu) -> Iterator[JetonGarde]:
    for s in atelier.stagiaires:
        empreinte = jetons.empreinte(_jeton(home, atelier, s))
        yield JetonGarde(s.base, empreinte, Droit.BASE, s.base, datetime.now(UTC), None, atelier.expire_le)


def _jeton(home: Path, atelier: AtelierTenu, stagiaire: Stagiaire) -> str:
    return jetons.jeton_d_atelier(home, atelier.nom, stagiaire.base, atelier.tirage)


def renouveler(magasin: Magasin, home: Path, nom: str, expire: str = "") -> AtelierTenu:
    """New links for all, until `expire`; the old ones open nothing any more. Of a base that is gone, none.
    Raises UsageError."""
    fin = _fin(datetime.now(UTC), expire)
    atelier = _changer(magasin, nom, lambda a: replace(a, expire_le=fin, tirage=secrets.token_hex(16)))
    la = {base.nom for base in magasin.bases.lister()}
    magasin.jetons.revoquer(*(stagiaire.base for stagiaire in atelier.stagiaires))
    magasin.jetons.ajouter(*(garde for garde in _gardes(home, atelier) if garde.base in la))
    return atelier


def clore(magasin: Magasin, home: Path, nom: str, *, supprimer_bases: bool) -> AtelierTenu:
    """Ends an atelier: its links open nothing from now on, and its bases are deleted, or stay as any others.
    Raises UsageError for one that is not."""
    atelier = lire(magasin, nom)
    magasin.jetons.revoquer(*(stagiaire.base for stagiaire in atelier.stagiaires))
    for stagiaire in atelier.stagiaires if supprimer_bases else ():
        with suppress(BaseInconnue):
            bases.supprimer(magasin, stagiaire.base)
    magasin.ateliers.oter(nom)
    return atelier


# --- during -------------------------------------------------------------------------------------------------


def remettre(magasin: Magasin, contrats: Contrats, nom: str, rang: int | None = None) -> list[str]:
    """Puts the base of a trainee, or of all, back as the atelier made it: state, clock, settings, pannes,
    journal; the word of the trainer goes too. The bases that were. Raises UsageError."""
    atelier = lire(magasin, nom)
    reglages = Reglages.de({"profile": atelier.profil})
    contrat, heure = contrats.verifier(reglages), lire_horloge(atelier.horloge)
    remises = []
    for stagiaire in atelier.voulus(rang):
        with suppress(BaseInconnue):
            with magasin.ecrire(stagiaire.base) as registre:
                registre.changer_reglages(replace(reglages, contrat=registre.base.reglages.contrat))
            bases.remettre(magasin, contrat, stagiaire.base, "tout", heure)
            remises.append(stagiaire.base)
    _changer_ceux(magasin, nom, remises, mot="", fini=False)
    return remises


def dire(magasin: Magasin, nom: str, mot: str, rang: int | None = None) -> None:
    """Tells a trainee, or all, a word that their pages show; "" takes it away. Raises UsageError."""
    ecrit = "".join(signe for signe in " ".join(mot.split()) if signe.isprintable())
    if len(ecrit) > MOT_MAX:
        raise UsageError("Ce mot est trop long.", remede=f"{MOT_MAX} caractères au plus")
    voulus = lire(magasin, nom).voulus(rang)
    _changer_ceux(magasin, nom, [s.base for s in voulus], mot=masquer_nirs(ecrit))


def noter_fini(magasin: Magasin, nom: str, rang: int, *, fini: bool = True) -> None:
    """Notes that a trainee is done, or is not. Raises UsageError."""
    _changer_ceux(magasin, nom, [s.base for s in lire(magasin, nom).voulus(rang)], fini=fini)


def _changer_ceux(magasin: Magasin, nom: str, noms: Collection[str], **ce_qui_change: Any) -> None:
    def changer(atelier: AtelierTenu) -> AtelierTenu:
        changes = (replace(s, **ce_qui_change) if s.base in noms else s for s in atelier.stagiaires)
        return replace(atelier, stagiaires=tuple(changes))

    _changer(magasin, nom, changer)


# --- read ---------------------------------------------------------------------------------------------------


def lister(magasin: Magasin) -> list[AtelierTenu]:
    """All ateliers, by name."""
    return [_lu(contenu) for _, contenu in magasin.ateliers.lister()]


def lire(magasin: Magasin, nom: str) -> AtelierTenu:
    """The atelier of that name. Raises Introuvable."""
    contenu = magasin.ateliers.lire(nom) if _NOM.fullmatch(nom) else None
    if contenu is None:
        connus = ", ".join(n for n, _ in magasin.ateliers.lister()) or "aucun"
        raise Introuvable(f"L'atelier [{nom[:40]}] n'existe pas.", remede=f"ateliers : {connus}")
    return _lu(contenu)


def de_la_base(magasin: Magasin, base: str) -> AtelierTenu | None:
    """The atelier that a base is of; None for any other base."""
    nom, tiret, rang = base.rpartition("-")
    if not tiret or not rang.isdecimal():
        return None
    contenu = magasin.ateliers.lire(nom)
    atelier = None if contenu is None else _lu(contenu)
    return atelier if atelier is not None and any(s.base == base for s in atelier.stagiaires) else None


def mot_pour(magasin: Magasin, base: str) -> str | None:
    """The word of the trainer to the trainee of a base, "" for none; None for a base of no trainee."""
    atelier = de_la_base(magasin, base)
    return None if atelier is None else next(s.mot for s in atelier.stagiaires if s.base == base)


def fiches(magasin: Magasin, home: Path, nom: str, adresse: str) -> list[FicheDeStagiaire]:
    """Returns the sheet of each trainee; `adresse` is the address of the server as trainees call it. Raises
    UsageError when another server, with another key, made the links."""
    atelier = lire(magasin, nom)
    tenus = {garde.nom: garde for garde in magasin.jetons.lister()}
    rendues = []
    for s in atelier.stagiaires:
        garde, jeton = tenus.get(s.base), _jeton(home, atelier, s)
        if garde is not None and garde.empreinte != jetons.empreinte(jeton):
            raise UsageError(
                f"Les liens de l'atelier [{nom}] ont été faits par un serveur qui a une autre clé.",
                remede="refaites les liens ici, ou imprimez les fiches là où l'atelier a été fait",
            )
        ouvre = (jeton, f"{adresse}/atelier/{jeton}") if garde is not None else ("", "")
        services = f"{adresse}/bases/{s.base}/services/"
        rendues.append(FicheDeStagiaire(s.rang, s.nom, s.base, *ouvre, services))
    return rendues


def etats(magasin: Magasin, atelier: AtelierTenu) -> dict[int, tuple[Stagiaire, datetime | None, int]]:
    """By rank, what changes when the place of a trainee does: two looks for the whole room."""
    derniers = {tenue.base: tenue.ecrits for tenue in magasin.journal.tenues()}
    vus = {garde.nom: garde.vu_le for garde in magasin.jetons.lister()}
    return {s.rang: (s, vus.get(s.base), derniers.get(s.base, 0)) for s in atelier.stagiaires}


def places(magasin: Magasin, atelier: AtelierTenu) -> Iterator[PlaceDeStagiaire]:
    """Where the trainees are."""
    la = {base.nom for base in magasin.bases.lister()}
    for stagiaire, vu_le, dernier in etats(magasin, atelier).values():
        trace = magasin.ateliers.trace(stagiaire.base, dernier)
        appel = trace.dernier or 0
        trouves = magasin.journal.chercher(stagiaire.base, apres_id=appel - 1, avant_id=appel + 1)
        echange = next(iter(trouves), None)
        refuse = echange is not None and not echange.accepte
        identifiant, pas, _ = ouverture_lue(trace.scene)
        yield PlaceDeStagiaire(
            stagiaire,
            vu_le,
            stagiaire.base in la,
            trace,
            scenes.trouver(identifiant) if identifiant else None,
            pas,
            echange,
            masquer_nirs(resumer(echange).phrase) if echange is not None and refuse else "",
        )


# --- the record ---------------------------------------------------------------------------------------------


def _changer(magasin: Magasin, nom: str, changer: Callable[[AtelierTenu], AtelierTenu]) -> AtelierTenu:
    with magasin.ateliers.changer(nom) as tenu:
        if not tenu:
            raise UsageError(f"L'atelier [{nom[:40]}] n'existe plus.", remede="voyez la liste des ateliers")
        atelier = changer(_lu(tenu[0]))
        tenu[0] = _ecrit(atelier)
    return atelier


def _ecrit(atelier: AtelierTenu) -> bytes:
    return json.dumps(en_json(asdict(atelier)), ensure_ascii=False).encode()


def _lu(contenu: bytes) -> AtelierTenu:
    lu = json.loads(contenu)
    return AtelierTenu(
        **{
            **lu,
            "cree_le": datetime.fromisoformat(lu["cree_le"]),
            "expire_le": datetime.fromisoformat(lu["expire_le"]),
            "scenes": tuple(lu["scenes"]),
            "stagiaires": tuple(Stagiaire(**stagiaire) for stagiaire in lu["stagiaires"]),
        }
    )
