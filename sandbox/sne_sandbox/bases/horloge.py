"""The clock of a base: read, frozen, advanced, given back to real time. The nights in between run on the way.

A move is done whole or not at all: the nights, the clock and the line of the journal that tells the move are
one transaction. Time goes back over demandes in one case only: a move is taken back while nothing else came
(`apercu_et_retour_d_horloge`, which also tells what a move would do).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Final, Literal

from sne_interface.domain.base import ANNEES, Base, Horloge
from sne_interface.domain.dates import PARIS, ajouter_mois, date_francaise
from sne_interface.domain.echange import HORLOGE, Echange
from sne_interface.errors import ConflitEtat, UsageError
from sne_sandbox.bases import travail_des_nuits
from sne_sandbox.bases.faits_des_nuits import Fait, enumerer_bref
from sne_sandbox.bases.travail_des_nuits import BilanNuits, Progres
from sne_sandbox.store.journal import ligne_de_base
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.registre import RegistreBase

_DUREE: Final = re.compile(
    r"P(?=\d|T\d)(?:(?P<ans>\d{1,5})Y)?(?:(?P<mois>\d{1,5})M)?(?:(?P<semaines>\d{1,5})W)?(?:(?P<jours>\d{1,5})D)?"
    r"(?:T(?=\d)(?:(?P<heures>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<secondes>\d{1,6})S)?)?"
)
_REMEDE: Final = "une durée ISO 8601 (P1D, P1M, P13M, P2Y, PT6H), une date (2019-04-15) ou un instant ISO"


@dataclass(frozen=True)
class HeureLue:
    """The reading of the clock of a base. `mode` is « real », « figée » or « décalée »: real time,
    `decalage_s` seconds ahead of it."""

    base: str
    maintenant: Annotated[datetime, "l'heure de la base, à Paris"]
    mode: Literal["real", "figée", "décalée"]
    decalage_s: Annotated[float, "secondes d'avance sur l'heure réelle"]
    derniere_nuit: Annotated[date | None, "dernier jour dont le travail de nuit est fait"]
    nuits_en_attente: Annotated[int, "nuits dues d'un coup, qui ne passent que si on le dit ; 0 : aucune"] = 0

    @classmethod
    def de(cls, base: Base, machine: datetime) -> "HeureLue":
        """The clock of `base` when the machine says `machine` (aware)."""
        horloge = base.horloge
        mode: Literal["real", "figée", "décalée"]
        mode = "figée" if horloge.fige_a is not None else "real" if horloge.reelle else "décalée"
        attente = travail_des_nuits.en_attente(base, machine)
        return cls(
            base.nom,
            horloge.maintenant(machine),
            mode,
            horloge.decalage.total_seconds(),
            base.derniere_nuit,
            attente.nuits if attente is not None else 0,
        )


@dataclass(frozen=True)
class Deplacement:
    """A move of a clock: what it said before, what it says now, what the nights did in between."""

    avant: datetime
    horloge: HeureLue
    nuits: Annotated[int, "nuits passées"]
    faits: Annotated[Mapping[Fait, int], "combien de demandes, par fait"]
    phrase: Annotated[str, "le tout en une phrase"]
    echange: Annotated[int | None, "ligne du journal qui le dit ; null : aucune nuit n'est passée"] = None
    annulable: Annotated[bool, "s'annule tant que rien d'autre n'est venu"] = False


@dataclass(frozen=True)
class DeplacementVoulu:
    """A move that is asked for: on by `vers` (a duration, a date at the same hour, an instant), frozen at
    `instant` (aware; None: what it says now), back to real time, or none: the nights alone that wait."""

    genre: Literal["avance", "gel", "retour", "nuits"] = "avance"
    vers: str = ""
    instant: datetime | None = None

    def regler(self, horloge: Horloge, machine: datetime) -> Horloge:
        """Where it leads a clock, when the machine says `machine`. Raises UsageError."""
        maintenant = horloge.maintenant(machine)
        if self.genre == "avance":
            # A frozen clock stays frozen, any other goes on from there.
            cible = atteindre(maintenant, self.vers)
            return Horloge(fige_a=cible) if horloge.fige_a is not None else Horloge(decalage=cible - machine)
        if self.genre == "gel":
            if self.instant is None or timedelta() <= maintenant - self.instant < timedelta(seconds=1):
                return Horloge(fige_a=maintenant)
            verifier_annee(self.instant)
            return Horloge(fige_a=self.instant)
        return Horloge() if self.genre == "retour" else horloge

    @property
    def nom(self) -> str:
        """« l'avance », « le gel », in French."""
        return _NOMS[self.genre]

    @property
    def precision(self) -> str:
        """« 13 mois », « jusqu'au 15/04/2019 »; "" when there is no more to say."""
        if self.genre == "gel" and self.instant is not None:
            return f"au {self.instant.astimezone(PARIS):%d/%m/%Y %H:%M}"
        if self.genre != "avance":
            return ""
        trouvee = _DUREE.fullmatch(self.vers.strip().upper())
        if trouvee is None:
            return f"jusqu'au {_jour_dit(self.vers)}"
        dites = [
            f"{int(n)} {(un if int(n) < 2 else plusieurs)}"
            for nom, (un, plusieurs) in _UNITES.items()
            if int(n := trouvee[nom] or "0")
        ]
        return ", ".join(dites) or "0 jour"


_NOMS: Final = {
    "avance": "l'avance",
    "gel": "le gel",
    "retour": "le retour à l'heure réelle",
    "nuits": "le passage des nuits en attente",
}
_UNITES: Final = {
    "ans": ("an", "ans"), "mois": ("mois", "mois"), "semaines": ("semaine", "semaines"),
    "jours": ("jour", "jours"), "heures": ("heure", "heures"), "minutes": ("minute", "minutes"),
    "secondes": ("seconde", "secondes"),
}  # fmt: skip


def _jour_dit(ecrit: str) -> str:
    try:
        lu = datetime.fromisoformat(ecrit.strip())
    except ValueError:
        return ecrit
    return f"{lu:%d/%m/%Y}" if len(ecrit.strip()) == len("2019-04-15") else f"{lu:%d/%m/%Y %H:%M}"


@dataclass(frozen=True)
class Visee:
    """A move, before it is made: the machine's instant, the clock before and after, what each says, the last
    day whose night is done."""

    machine: datetime
    horloge: Horloge
    avant: datetime
    apres: datetime
    derniere_nuit: date


def lire(magasin: Magasin, nom: str, *, machine: datetime | None = None) -> HeureLue:
    """Reads the clock. Raises BaseInconnue."""
    return HeureLue.de(magasin.bases.lire(nom), machine or datetime.now(UTC))


def avancer(
    magasin: Magasin, nom: str, vers: str, *, machine: datetime | None = None, reprenable: bool = True
) -> Deplacement:
    """Moves the clock on by a duration, or to a date (at the same hour) or an instant. A frozen clock stays
    frozen, any other goes on from there. Raises UsageError for what is none of these, or lies in the past of
    a base that holds demandes."""
    return deplacer(magasin, nom, DeplacementVoulu("avance", vers), machine=machine, reprenable=reprenable)


def atteindre(maintenant: datetime, vers: str) -> datetime:
    """The instant that a duration, a date or an instant leads to, from `maintenant` (aware). Months are
    civil, the hour stays that of Paris. Raises UsageError."""
    texte = vers.strip()
    trouvee = _DUREE.fullmatch(texte.upper())
    try:
        if trouvee is not None:
            cible = _ajouter(maintenant, {nom: int(n) for nom, n in trouvee.groupdict("0").items()})
        elif len(texte) == len("2019-04-15"):
            cible = _le(date.fromisoformat(texte), maintenant)
        else:
            lu = datetime.fromisoformat(texte)
            cible = lu.replace(tzinfo=PARIS) if lu.tzinfo is None else lu
    except ValueError:
        raise UsageError(f"[{vers}] n'est ni une durée ni une date.", remede=_REMEDE) from None
    except OverflowError:
        raise UsageError(f"[{vers}] mène trop loin.", remede=_REMEDE) from None
    verifier_annee(cible)
    return cible.astimezone(UTC)


def _ajouter(maintenant: datetime, duree: dict[str, int]) -> datetime:
    jour = ajouter_mois(maintenant.astimezone(PARIS).date(), 12 * duree["ans"] + duree["mois"])
    jour += timedelta(weeks=duree["semaines"], days=duree["jours"])
    heures = timedelta(hours=duree["heures"], minutes=duree["minutes"], seconds=duree["secondes"])
    return _le(jour, maintenant).astimezone(UTC) + heures


def _le(jour: date, maintenant: datetime) -> datetime:
    heure: time = maintenant.astimezone(PARIS).time()
    return datetime.combine(jour, heure, PARIS)


def _en_option(horloge: Horloge) -> str:
    """A clock as the option `--clock` writes it."""
    return "real" if horloge.fige_a is None else f"{horloge.fige_a.astimezone(PARIS):%Y-%m-%dT%H:%M:%S}"


def verifier_annee(instant: datetime) -> None:
    if instant.year not in ANNEES:
        raise UsageError(
            f"L'année {instant.year} est hors de portée d'une horloge.",
            remede=f"de {ANNEES[0]} à {ANNEES[-1]}",
        )


def viser(registre: RegistreBase, mouvement: DeplacementVoulu, machine: datetime) -> Visee:
    """Where a move would lead the base, as `machine` (aware) is the machine's instant. Raises UsageError,
    and ConflitEtat for one that cannot be made: nights wait to be asked for, or time would go back over
    demandes."""
    base = registre.base
    nom = base.nom
    attente = travail_des_nuits.en_attente(base, machine)
    if attente is not None and mouvement.genre != "nuits":
        raise ConflitEtat(
            f"L'horloge de la base [{nom}] ne bouge pas : {attente.nuits} nuits y sont en attente depuis "
            f"le {date_francaise(attente.depuis)}.",
            remede="remettez à l'heure l'horloge de la machine, ou faites-les d'abord passer : "
            f"« sne-sandbox clock nuits --base {nom} », ou POST /api/v1/bases/{nom}/clock/nights",
        )
    avant = base.horloge.maintenant(machine)
    horloge = mouvement.regler(base.horloge, machine)
    apres = horloge.maintenant(machine)
    if apres < avant and registre.compter(jusqua=1):
        raise ConflitEtat(
            f"L'horloge de la base [{nom}] ne recule pas tant que la base contient des demandes : "
            f"il y est {avant:%d/%m/%Y %H:%M:%S}, vous demandez {apres:%d/%m/%Y %H:%M:%S}.",
            remede="annulez le dernier déplacement si rien n'est venu depuis (« sne-sandbox clock annuler "
            f"--base {nom} »), remettez-la au départ à cette date (« sne-sandbox db reset --base {nom} "
            f"--clock {_en_option(horloge)} », ou « horloge » de POST /api/v1/bases/{nom}/reset), ou créez "
            "une autre base",
        )
    return Visee(machine, horloge, avant, apres, base.derniere_nuit or avant.date())


def deplacer(
    magasin: Magasin,
    nom: str,
    mouvement: DeplacementVoulu,
    *,
    progres: Progres | None = None,
    machine: datetime | None = None,
    reprenable: bool = True,
) -> Deplacement:
    """Makes a move. `reprenable`: it can be taken back while nothing else comes; a line of the journal tells
    it, and the base is saved before it loses a demande. Raises as `viser`, BaseInconnue, StoreError."""
    # Alone: what others wrote just before is committed, or the snapshot would not have it.
    with magasin.ecrire(nom) as registre:
        # Read once the base is ours: a real clock goes on while we wait for our turn.
        visee = viser(registre, mouvement, machine or datetime.now(UTC))
        ancienne, nuit = registre.base.horloge, visee.derniere_nuit
        jour = visee.apres.date()
        if visee.apres < visee.avant and jour < nuit:
            registre.noter_nuit(nuit := jour)
        bilan = travail_des_nuits.passer(magasin, registre, nuit, jour, progres, demandees=reprenable)
        registre.regler_horloge(visee.horloge)
        faits = {fait: bilan.comptes.get(fait, 0) for fait in Fait}
        echange, annulable = None, False
        if reprenable and bilan.nuits:
            annulable = bool(bilan.sauvegarde) or not bilan.perte
            memoire = {
                "nom": mouvement.nom,
                "precision": mouvement.precision,
                "lignes": bilan.lignes,
                "nuit": nuit.isoformat(),
                "horloge": _en_json(ancienne),
                "apres": _en_json(visee.horloge),
                "faits": {str(fait): combien for fait, combien in faits.items() if combien},
                "perte": bilan.perte,
                "sauvegarde": bilan.sauvegarde,
                "empreinte": bilan.empreinte,
            }
            echange = magasin.journal.consigner(
                registre.connexion, _ligne(nom, visee, mouvement, bilan, memoire)
            )
        heure = HeureLue.de(registre.base, visee.machine)
        return Deplacement(visee.avant, heure, bilan.nuits, faits, bilan.phrase(), echange, annulable)


def _ligne(
    base: str, visee: Visee, mouvement: DeplacementVoulu, bilan: BilanNuits, memoire: dict[str, Any]
) -> Echange:
    dit = f" ({mouvement.precision})" if mouvement.precision else ""
    nom = mouvement.nom.partition("'")[2] or mouvement.nom.partition(" ")[2]
    fait = enumerer_bref(bilan.comptes) or "rien à faire"
    nuits = "1 nuit" if bilan.nuits == 1 else f"{bilan.nuits} nuits"
    phrase = (
        f"Horloge, {nom}{dit} : du {visee.avant:%d/%m/%Y %H:%M} au {visee.apres:%d/%m/%Y %H:%M}. "
        f"{nuits} : {fait}.{travail_des_nuits.sauvee(bilan.sauvegarde)}"
    )
    return ligne_de_base(base, HORLOGE, phrase, visee.apres, temps=memoire)


def _en_json(horloge: Horloge) -> dict[str, Any]:
    """A clock as a line of the journal keeps it, to the microsecond."""
    fige = None if horloge.fige_a is None else horloge.fige_a.isoformat()
    return {"fige_a": fige, "decalage_us": horloge.decalage // timedelta(microseconds=1)}


def relire_horloge(ecrite: Mapping[str, Any]) -> Horloge:
    """The clock that `_en_json` wrote."""
    fige = None if ecrite["fige_a"] is None else datetime.fromisoformat(ecrite["fige_a"])
    return Horloge(fige, timedelta(microseconds=ecrite["decalage_us"]))
