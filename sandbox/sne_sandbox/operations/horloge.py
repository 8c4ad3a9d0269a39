"""The clock of a base: read, frozen, advanced, given back to real time. Nights in between run on the way.

All of a move, or nothing of it: the nights and the clock are one transaction. Time never goes back over
demandes: what it would have to undo is not known any more.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final, Literal

from sne_sandbox.domain.base import ANNEES, Base, Horloge
from sne_sandbox.domain.dates import PARIS, ajouter_mois, date_francaise
from sne_sandbox.errors import ConflitEtat, UsageError
from sne_sandbox.operations import lifecycle
from sne_sandbox.operations.faits import Fait
from sne_sandbox.operations.lifecycle import Progres
from sne_sandbox.store.session import Magasin

_DUREE: Final = re.compile(
    r"P(?=\d|T\d)(?:(?P<ans>\d{1,5})Y)?(?:(?P<mois>\d{1,5})M)?(?:(?P<semaines>\d{1,5})W)?(?:(?P<jours>\d{1,5})D)?"
    r"(?:T(?=\d)(?:(?P<heures>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<secondes>\d{1,6})S)?)?"
)
_REMEDE: Final = "une durée ISO 8601 (P1D, P1M, P13M, P2Y, PT6H), une date (2019-04-15) ou un instant ISO"


@dataclass(frozen=True, slots=True)
class Heure:
    """What the clock of a base says. `mode` is « real », « figée » or « décalée »: real time, `decalage_s`
    seconds ahead of it."""

    base: str
    maintenant: Annotated[datetime, "l'heure de la base, à Paris"]
    mode: Literal["real", "figée", "décalée"]
    decalage_s: Annotated[float, "secondes d'avance sur l'heure réelle"]
    derniere_nuit: Annotated[date | None, "dernier jour dont le travail de nuit est fait"]
    nuits_en_attente: Annotated[int, "nuits dues d'un coup, qui ne passent que si on le dit ; 0 : aucune"] = 0

    @classmethod
    def de(cls, base: Base, machine: datetime) -> "Heure":
        """The clock of `base` when the machine says `machine` (aware)."""
        horloge = base.horloge
        mode: Literal["real", "figée", "décalée"]
        mode = "figée" if horloge.fige_a is not None else "real" if horloge.reelle else "décalée"
        attente = lifecycle.en_attente(base, machine)
        return cls(
            base.nom,
            horloge.maintenant(machine),
            mode,
            horloge.decalage.total_seconds(),
            base.derniere_nuit,
            attente.nuits if attente is not None else 0,
        )


@dataclass(frozen=True, slots=True)
class Deplacement:
    """A move of a clock: what it said before, what it says now, what the nights did in between."""

    avant: datetime
    horloge: Heure
    nuits: Annotated[int, "nuits passées"]
    faits: Annotated[Mapping[Fait, int], "combien de demandes, par fait"]
    phrase: Annotated[str, "le tout en une phrase"]


def lire(magasin: Magasin, nom: str, *, machine: datetime | None = None) -> Heure:
    """What the clock says. Raises BaseInconnue."""
    return Heure.de(magasin.bases.lire(nom), machine or datetime.now(UTC))


def avancer(
    magasin: Magasin, nom: str, vers: str, *, progres: Progres | None = None, machine: datetime | None = None
) -> Deplacement:
    """Moves the clock on by a duration, or to a date (at the same hour) or an instant. A frozen clock stays
    frozen, any other goes on from there. Raises UsageError for what is none of these, or lies in the past of
    a base that holds demandes."""

    def regler(horloge: Horloge, machine: datetime) -> Horloge:
        cible = atteindre(horloge.maintenant(machine), vers)
        return Horloge(fige_a=cible) if horloge.fige_a is not None else Horloge(decalage=cible - machine)

    return _deplacer(magasin, nom, regler, progres, machine)


def figer(
    magasin: Magasin,
    nom: str,
    instant: datetime | None = None,
    *,
    progres: Progres | None = None,
    machine: datetime | None = None,
) -> Deplacement:
    """Freezes the clock at `instant` (aware; default: what it says now, and so for the second that it says:
    nothing shows more). Raises UsageError for an instant in the past of a base that holds demandes."""
    if instant is not None:
        _verifier_annee(instant)

    def regler(horloge: Horloge, machine: datetime) -> Horloge:
        maintenant = horloge.maintenant(machine)
        if instant is None or timedelta() <= maintenant - instant < timedelta(seconds=1):
            return Horloge(fige_a=maintenant)
        return Horloge(fige_a=instant)

    return _deplacer(magasin, nom, regler, progres, machine)


def rendre_reelle(
    magasin: Magasin, nom: str, *, progres: Progres | None = None, machine: datetime | None = None
) -> Deplacement:
    """Gives the base the machine's own time again. Raises UsageError when that is in its past, and it holds
    demandes."""
    return _deplacer(magasin, nom, lambda horloge, machine: Horloge(), progres, machine)


def passer_les_nuits(
    magasin: Magasin, nom: str, *, progres: Progres | None = None, machine: datetime | None = None
) -> Deplacement:
    """Runs the nights that are due, those that wait to be asked for included; the clock stays as it is.
    Raises BaseInconnue, StoreError."""
    return _deplacer(magasin, nom, lambda horloge, machine: horloge, progres, machine, attendues=True)


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
    _verifier_annee(cible)
    return cible.astimezone(UTC)


def _ajouter(maintenant: datetime, duree: dict[str, int]) -> datetime:
    local = maintenant.astimezone(PARIS)
    jour = ajouter_mois(local.date(), 12 * duree["ans"] + duree["mois"])
    jour += timedelta(weeks=duree["semaines"], days=duree["jours"])
    heures = timedelta(hours=duree["heures"], minutes=duree["minutes"], seconds=duree["secondes"])
    return _le(jour, maintenant).astimezone(UTC) + heures


def _le(jour: date, maintenant: datetime) -> datetime:
    heure: time = maintenant.astimezone(PARIS).time()
    return datetime.combine(jour, heure, PARIS)


def _en_option(horloge: Horloge) -> str:
    """A clock as the option `--clock` writes it."""
    return "real" if horloge.fige_a is None else f"{horloge.fige_a.astimezone(PARIS):%Y-%m-%dT%H:%M:%S}"


def _verifier_annee(instant: datetime) -> None:
    if instant.year not in ANNEES:
        raise UsageError(
            f"L'année {instant.year} est hors de portée d'une horloge.",
            remede=f"de {ANNEES[0]} à {ANNEES[-1]}",
        )


def _deplacer(
    magasin: Magasin,
    nom: str,
    regler: Callable[[Horloge, datetime], Horloge],
    progres: Progres | None,
    machine: datetime | None,
    *,
    attendues: bool = False,
) -> Deplacement:
    """`attendues`: nights that wait to be asked for are run too; else they forbid any move."""
    with magasin.ecrire(nom) as registre:
        # Read once the base is ours: a real clock goes on while we wait for our turn.
        machine = machine or datetime.now(UTC)
        base = registre.base
        attente = lifecycle.en_attente(base, machine)
        if attente is not None and not attendues:
            raise ConflitEtat(
                f"L'horloge de la base [{nom}] ne bouge pas : {attente.nuits} nuits y sont en attente depuis "
                f"le {date_francaise(attente.depuis)}.",
                remede="remettez à l'heure l'horloge de la machine, ou faites-les d'abord passer : "
                f"« sne-sandbox clock nuits --base {nom} », ou POST /api/v1/bases/{nom}/clock/nights",
            )
        avant = base.horloge.maintenant(machine)
        horloge = regler(base.horloge, machine)
        apres = horloge.maintenant(machine)
        derniere_nuit = base.derniere_nuit or avant.date()
        if apres < avant:
            if registre.compter(jusqua=1):
                raise ConflitEtat(
                    f"L'horloge de la base [{nom}] ne recule pas tant que la base contient des demandes : "
                    f"il y est {avant:%d/%m/%Y %H:%M:%S}, vous demandez {apres:%d/%m/%Y %H:%M:%S}.",
                    remede="remettez-la au départ à cette date (« sne-sandbox db reset "
                    f"--base {nom} --clock {_en_option(horloge)} », ou « horloge » de "
                    f"POST /api/v1/bases/{nom}/reset), ou créez une autre base",
                )
            if apres.date() < derniere_nuit:
                registre.noter_nuit(derniere_nuit := apres.date())
        bilan = lifecycle.passer(magasin, registre, derniere_nuit, apres.date(), progres)
        registre.regler_horloge(horloge)
        faits = {fait: bilan.comptes.get(fait, 0) for fait in Fait}
        return Deplacement(avant, Heure.de(registre.base, machine), bilan.nuits, faits, bilan.phrase())
