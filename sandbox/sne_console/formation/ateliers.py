"""Ateliers: a room of trainees, each with a base, and a link whose right is on that base only.

An atelier « lundi » of twenty has the bases lundi-01 to lundi-20, and tokens of these names. A text in the
database (`store.ateliers_en_base`) holds the rest (names of people, scenes, words of the trainer): it
survives a restart, and every server of that database sees it. The creation makes everything, or nothing.
"""

import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

from sne_console.formation import scenes
from sne_interface.contract.contrats import Contrats
from sne_interface.domain.base import Horloge, lire_horloge
from sne_interface.domain.dates import PARIS
from sne_interface.domain.echange import Echange
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.publication import TU, en_json
from sne_interface.errors import BaseInconnue, Introuvable, SandboxError, UsageError
from sne_interface.settings import Reglages
from sne_sandbox.bases import bases, horloge, jetons
from sne_sandbox.bases.jetons import Droit
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


@dataclass(frozen=True, slots=True)
class Stagiaire:
    """A trainee. `mot` is what the trainer told them last, "" for nothing."""

    rang: Annotated[int, "à partir de 1"]
    nom: Annotated[str, "vide : sans nom"]
    base: Annotated[str, "la sienne ; son jeton a le même nom"]
    mot: Annotated[str, "le dernier mot du formateur ; vide : aucun"] = ""
    fini: Annotated[bool, "le formateur l'a noté"] = False


@dataclass(frozen=True, slots=True)
class AtelierTenu:
    """An atelier. Instants are the machine's; `tirage` is what its tokens are made of, with the key."""

    nom: str
    cree_le: datetime
    expire_le: Annotated[datetime, "ses liens n'ouvrent plus rien"]
    semence: Annotated[str, "jeu de départ de chaque base"]
    taille: Annotated[int | None, "ménages de chaque base ; null : autant que le jeu en a"]
    seed: int
    profil: str
    horloge: Annotated[str, "real, ou l'instant où chaque base est gelée au départ"]
    scenes: Annotated[tuple[str, ...], "celles qui sont proposées ; vide : toutes"]
    stagiaires: tuple[Stagiaire, ...]
    tirage: Annotated[str, TU] = ""

    def stagiaire(self, rang: int) -> Stagiaire:
        """The one of that rank. Raises Introuvable."""
        if not 1 <= rang <= len(self.stagiaires):
            raise Introuvable(
                f"L'atelier [{self.nom}] n'a pas de stagiaire {rang}.",
                remede=f"de 1 à {len(self.stagiaires)}",
            )
        return self.stagiaires[rang - 1]

    @property
    def expire(self) -> bool:
        """True when its links open nothing any more."""
        return self.expire_le <= datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class PlaceDeStagiaire:
    """Where a trainee is, and what failed last."""

    rang: int
    nom: str
    base: str
    existe: Annotated[bool, "false : la base a été supprimée"]
    scene: Annotated[str | None, "la dernière qui s'est jouée dans sa base"]
    pas: Annotated[int, "joués"]
    pas_en_tout: int
    echanges: Annotated[int, "appels reçus par sa base, des 5 000 dernières lignes de son journal"]
    refus: Annotated[int, "de ceux-ci, combien n'ont pas été acceptés"]
    dernier: Annotated[int | None, "numéro au journal du dernier appel"]
    recu_le: datetime | None
    verdict: str | None
    operation: str | None
    raison: Annotated[str, "pourquoi il n'est pas accepté, NIR masqués ; vide : il l'est"]
    vu_le: Annotated[datetime | None, "dernier usage de son lien, à trente secondes près"]
    mot: str
    fini: bool


@dataclass(frozen=True, slots=True)
class FicheDeStagiaire:
    """The sheet that a trainee receives. It holds a secret."""

    rang: int
    nom: str
    base: str
    jeton: Annotated[str, "vide : il a été révoqué"]
    lien: Annotated[str, "ce qu'il ouvre dans son navigateur ; vide : révoqué"]
    services: Annotated[str, "adresse des services SOAP de sa base"]


@dataclass(frozen=True, slots=True)
class DepartAtelier:
    """The request that makes an atelier. `horloge` is a text that `lire_horloge` takes; `expire` is a
    duration or a day, "" for the end of the day; `combien` is None for as many as there are names."""

    nom: str
    combien: int | None = None
    noms: Sequence[str] = ()
    semence: str = bases.VIDE
    taille: int | None = None
    seed: int = 0
    profil: str = "ecole"
    horloge: str = "real"
    scenes: Sequence[str] = ()
    expire: str = ""


# --- made, closed -------------------------------------------------------------------------------------------


def creer(magasin: Magasin, contrats: Contrats, home: Path, depart: DepartAtelier) -> AtelierTenu:
    """Makes an atelier: its bases, their tokens, or nothing. Raises UsageError for what cannot be,
    ConflitEtat for a name (of the atelier, a base, a token) that is taken."""
    atelier = _preparer(depart)
    reglages = Reglages.de({"profile": depart.profil})
    contrat, heure = contrats.verifier(reglages), lire_horloge(depart.horloge)
    bases.guichets_de(depart.semence)
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
        magasin.jetons.ajouter_tous(_gardes(home, atelier))
    except BaseException:
        for nom in faites:
            with suppress(SandboxError):
                bases.supprimer(magasin, home, nom)
        with suppress(SandboxError):
            magasin.ateliers.oter(atelier.nom)
        raise
    return atelier


def _preparer(depart: DepartAtelier) -> AtelierTenu:
    if _NOM.fullmatch(depart.nom) is None:
        raise UsageError(
            f"Le nom d'atelier [{depart.nom[:40]}] ne convient pas.",
            remede="1 à 36 lettres sans accent, chiffres, - ou _, d'abord une lettre ou un chiffre : lundi",
        )
    noms = [_nom_de_personne(nom) for nom in depart.noms if nom.strip()]
    combien = depart.combien if depart.combien is not None else len(noms)
    if not 1 <= combien <= STAGIAIRES_MAX:
        raise UsageError(
            f"Un atelier n'a pas {combien} stagiaires.", remede=f"de 1 à {STAGIAIRES_MAX} stagiaires"
        )
    if len(noms) > combien:
        raise UsageError(
            f"{len(noms)} noms sont donnés pour {combien} stagiaires.",
            remede="autant de stagiaires que de noms, ou plus : les derniers sont alors sans nom",
        )
    if depart.taille is not None and not 0 <= depart.taille <= TAILLE_MAX:
        raise UsageError(
            f"La base d'un stagiaire ne compte pas {depart.taille} ménages.",
            remede=f"de 0 à {TAILLE_MAX} ménages",
        )
    for identifiant in depart.scenes:
        if scenes.trouver(identifiant) is None:
            connues = ", ".join(scene.identifiant for scene in scenes.scenes())
            raise UsageError(f"La scène [{identifiant[:40]}] n'existe pas.", remede=f"scènes : {connues}")
    maintenant = datetime.now(UTC)
    return AtelierTenu(
        nom=depart.nom,
        cree_le=maintenant,
        expire_le=_fin(maintenant, depart.expire),
        semence=depart.semence,
        taille=depart.taille,
        seed=depart.seed,
        profil=depart.profil,
        horloge=depart.horloge or "real",
        scenes=tuple(dict.fromkeys(depart.scenes)),
        stagiaires=tuple(
            Stagiaire(rang, noms[rang - 1] if rang <= len(noms) else "", base_de(depart.nom, rang))
            for rang in range(1, combien + 1)
        ),
        tirage=secrets.token_hex(16),
    )


def base_de(atelier: str, rang: int) -> str:
    """The name of the base, and of the token, of a trainee."""
    return f"{atelier}-{rang:02d}"


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


def _gardes(home: Path, atelier: AtelierTenu) -> list[JetonGarde]:
    return [
        JetonGarde(
            stagiaire.base,
            jetons.empreinte(_jeton(home, atelier, stagiaire)),
            Droit.BASE,
            stagiaire.base,
            datetime.now(UTC),
            None,
            atelier.expire_le,
        )
        for stagiaire in atelier.stagiaires
    ]


def _jeton(home: Path, atelier: AtelierTenu, stagiaire: Stagiaire) -> str:
    return jetons.jeton_d_atelier(home, atelier.nom, stagiaire.base, atelier.tirage)


def renouveler(magasin: Magasin, home: Path, nom: str, expire: str = "") -> AtelierTenu:
    """New links for all, until `expire`; the old ones open nothing any more. Of a base that is gone, none.
    Raises UsageError."""
    fin = _fin(datetime.now(UTC), expire)
    atelier = _changer(magasin, nom, lambda a: replace(a, expire_le=fin, tirage=secrets.token_hex(16)))
    la = {base.nom for base in magasin.bases.lister()}
    magasin.jetons.revoquer(*(stagiaire.base for stagiaire in atelier.stagiaires))
    magasin.jetons.ajouter_tous(garde for garde in _gardes(home, atelier) if garde.base in la)
    return atelier


def clore(magasin: Magasin, home: Path, nom: str, *, supprimer_bases: bool) -> AtelierTenu:
    """Ends an atelier: its links open nothing from now on, and its bases are deleted, or stay as any others.
    Raises UsageError for one that is not."""
    atelier = lire(magasin, nom)
    magasin.jetons.revoquer(*(stagiaire.base for stagiaire in atelier.stagiaires))
    for stagiaire in atelier.stagiaires if supprimer_bases else ():
        with suppress(BaseInconnue):
            bases.supprimer(magasin, home, stagiaire.base)
    magasin.ateliers.oter(nom)
    return atelier


# --- during -------------------------------------------------------------------------------------------------


def remettre(magasin: Magasin, contrats: Contrats, nom: str, rang: int | None = None) -> list[str]:
    """Puts the base of a trainee, or of all, back as the atelier made it: state, clock, settings, pannes,
    journal; the word of the trainer goes too. The bases that were. Raises UsageError."""
    atelier = lire(magasin, nom)
    voulus = atelier.stagiaires if rang is None else (atelier.stagiaire(rang),)
    reglages = Reglages.de({"profile": atelier.profil})
    remises = []
    for stagiaire in voulus:
        with suppress(BaseInconnue):
            _remettre(magasin, contrats, stagiaire.base, reglages, lire_horloge(atelier.horloge))
            remises.append(stagiaire.base)
    faits = set(remises)
    _changer_ceux(magasin, nom, faits, mot="", fini=False)
    return remises


def _remettre(magasin: Magasin, contrats: Contrats, base: str, reglages: Reglages, heure: Horloge) -> None:
    contrat = contrats.verifier(reglages)
    with magasin.ecrire(base) as registre:
        contrat_de_la_base = registre.base.reglages.contrat
        registre.changer_reglages(replace(reglages, contrat=contrat_de_la_base))
    bases.remettre(magasin, contrat, base, "tout", heure)


def dire(magasin: Magasin, nom: str, mot: str, rang: int | None = None) -> AtelierTenu:
    """Tells a trainee, or all, a word that their pages show; "" takes it away. Raises UsageError."""
    ecrit = "".join(signe for signe in " ".join(mot.split()) if signe.isprintable())
    if len(ecrit) > MOT_MAX:
        raise UsageError("Ce mot est trop long.", remede=f"{MOT_MAX} caractères au plus")
    return _changer_ceux(magasin, nom, _bases(magasin, nom, rang), mot=masquer_nirs(ecrit))


def noter_fini(magasin: Magasin, nom: str, rang: int, *, fini: bool = True) -> AtelierTenu:
    """Notes that a trainee is done, or is not. Raises UsageError."""
    return _changer_ceux(magasin, nom, _bases(magasin, nom, rang), fini=fini)


def _bases(magasin: Magasin, nom: str, rang: int | None) -> set[str]:
    atelier = lire(magasin, nom)
    voulus = atelier.stagiaires if rang is None else (atelier.stagiaire(rang),)
    return {stagiaire.base for stagiaire in voulus}


def _changer_ceux(magasin: Magasin, nom: str, noms: set[str], **ce_qui_change: Any) -> AtelierTenu:
    def changer(atelier: AtelierTenu) -> AtelierTenu:
        changes = (replace(s, **ce_qui_change) if s.base in noms else s for s in atelier.stagiaires)
        return replace(atelier, stagiaires=tuple(changes))

    return _changer(magasin, nom, changer)


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


def mot_pour(magasin: Magasin, base: str) -> str:
    """Returns the word of the trainer to the trainee of a base; "" for none."""
    atelier = de_la_base(magasin, base)
    return "" if atelier is None else next(s.mot for s in atelier.stagiaires if s.base == base)


def fiches(magasin: Magasin, home: Path, nom: str, adresse: str) -> list[FicheDeStagiaire]:
    """Returns the sheet of each trainee; `adresse` is the address of the server as trainees call it. Raises
    UsageError when another server, with another key, made the links."""
    atelier = lire(magasin, nom)
    tenus = {garde.nom: garde for garde in magasin.jetons.lister()}
    rendues = []
    for stagiaire in atelier.stagiaires:
        garde, jeton = tenus.get(stagiaire.base), _jeton(home, atelier, stagiaire)
        if garde is not None and garde.empreinte != jetons.empreinte(jeton):
            raise UsageError(
                f"Les liens de l'atelier [{nom}] ont été faits par un serveur qui a une autre clé.",
                remede="refaites les liens ici, ou imprimez les fiches là où l'atelier a été fait",
            )
        lien = f"{adresse}/atelier/{jeton}" if garde is not None else ""
        services = f"{adresse}/bases/{stagiaire.base}/services/"
        rendues.append(
            FicheDeStagiaire(
                stagiaire.rang, stagiaire.nom, stagiaire.base, jeton if lien else "", lien, services
            )
        )
    return rendues


def etats(magasin: Magasin, atelier: AtelierTenu) -> dict[int, object]:
    """By rank, what changes when the place of a trainee does: three looks for the whole room."""
    derniers = {tenue.base: tenue.ecrits for tenue in magasin.journal.tenues()}
    vus = {garde.nom: garde.vu_le for garde in magasin.jetons.lister()}
    return {s.rang: (s, derniers.get(s.base), vus.get(s.base)) for s in atelier.stagiaires}


def places(
    magasin: Magasin, atelier: AtelierTenu, rangs: Iterable[int] | None = None
) -> list[PlaceDeStagiaire]:
    """Where trainees are, all of them or those of `rangs`."""
    derniers = {tenue.base: tenue.ecrits for tenue in magasin.journal.tenues()}
    vus = {garde.nom: garde.vu_le for garde in magasin.jetons.lister()}
    la = {base.nom for base in magasin.bases.lister()}
    voulus = atelier.stagiaires if rangs is None else [atelier.stagiaire(rang) for rang in rangs]
    return [_place(magasin, s, derniers.get(s.base, 0), vus.get(s.base), s.base in la) for s in voulus]


def _place(
    magasin: Magasin, stagiaire: Stagiaire, dernier: int, vu_le: datetime | None, existe: bool
) -> PlaceDeStagiaire:
    trace = magasin.ateliers.trace(stagiaire.base, dernier)
    echange = None
    if trace.dernier is not None:
        trouves = magasin.journal.chercher(
            stagiaire.base, apres_id=trace.dernier - 1, avant_id=trace.dernier + 1
        )
        echange = trouves[0] if trouves else None
    identifiant, pas = _pas_de(trace.scene)
    scene = scenes.trouver(identifiant) if identifiant else None
    return PlaceDeStagiaire(
        rang=stagiaire.rang,
        nom=stagiaire.nom,
        base=stagiaire.base,
        existe=existe,
        scene=None if scene is None else scene.identifiant,
        pas=pas,
        pas_en_tout=0 if scene is None else len(scene.pas),
        echanges=trace.appels,
        refus=trace.refus,
        dernier=trace.dernier,
        recu_le=None if echange is None else echange.recu_le,
        verdict=None if echange is None else str(echange.verdict),
        operation=None if echange is None else echange.operation,
        raison="" if echange is None else raison(echange),
        vu_le=vu_le,
        mot=stagiaire.mot,
        fini=stagiaire.fini,
    )


def _pas_de(ligne: str) -> tuple[str, int]:
    """The scene, and the step, that a line of the journal opens (« SCENE doublon/3 Pas 3 : … »)."""
    identifiant, _, rang = [*ligne.split(" "), ""][1].rpartition("/")
    return (identifiant, int(rang)) if rang.isdecimal() else ("", 0)


def raison(echange: Echange) -> str:
    """Why an exchange was not accepted, in a line, NIR masked; "" for one that was."""
    if echange.fault:
        dite = echange.fault.get("explication", "").strip().partition("\n")[0] or echange.fault["message"]
        return masquer_nirs(str(dite))
    bloquantes = [a for a in echange.anomalies if a.get("gravite") == "bloquante"]
    return masquer_nirs(f"{bloquantes[0]['regle']} : {bloquantes[0]['message']}") if bloquantes else ""


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
    lu: Mapping[str, Any] = json.loads(contenu)
    return AtelierTenu(
        **{
            **lu,
            "cree_le": datetime.fromisoformat(lu["cree_le"]),
            "expire_le": datetime.fromisoformat(lu["expire_le"]),
            "scenes": tuple(lu["scenes"]),
            "stagiaires": tuple(Stagiaire(**stagiaire) for stagiaire in lu["stagiaires"]),
        }
    )
