"""The clock of a base: read, frozen, moved on, given back; and what the nights in between did."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from flask import render_template, request, url_for
from werkzeug.wrappers import Response as Redirection

from sne_sandbox.domain.base import lire_instant
from sne_sandbox.domain.dates import PARIS
from sne_sandbox.domain.journal import NUIT, Echange
from sne_sandbox.domain.texte import entier_de
from sne_sandbox.operations import horloge
from sne_sandbox.operations.horloge import Deplacement
from sne_sandbox.web.console.controle.geste import faire
from sne_sandbox.web.console.equivalents import appel, commande, deux
from sne_sandbox.web.console.page import services

#: Nights that are shown, and exchanges among which they are looked for when none was just lived.
NUITS_MAX: Final = 100
#: Those that are shown at once; the others are folded.
NUITS_DEPLIEES: Final = 15
RECENTS: Final = 2000
#: How far ahead of a clock that goes on the instant is to which the page offers to freeze it.
MARGE: Final = timedelta(hours=1)
#: What the buttons move on by.
PAS: Final = (("P1D", "+ 1 jour"), ("P1M", "+ 1 mois"), ("P13M", "+ 13 mois"))


@dataclass(frozen=True, slots=True)
class FaitNocturne:
    """What one night did to some demandes."""

    phrase: str
    numeros: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Nuit:
    """A line of the journal, read: `faits` is empty when it tells numbers only, in `resume`."""

    echange: Echange
    faits: tuple[FaitNocturne, ...]
    resume: str


def page(base: str) -> str:
    """The clock, and the last nights; `depuis` shows those after an exchange."""
    journal = services().magasin.journal
    depuis = entier_de(request.args.get("depuis"))
    apres = depuis if depuis is not None else max(0, journal.dernier(base) - RECENTS)
    trouves = journal.chercher(base, texte="Nuit du ", apres_id=apres, limite=NUITS_MAX + 1)
    nuits = [_lire(e) for e in trouves if e.methode == NUIT]
    heure = horloge.lire(services().magasin, base)
    # A clock that goes on has passed the second that the page shows when the form comes back.
    marge = timedelta() if heure.mode == "figée" else MARGE
    exemple = (heure.maintenant + marge).astimezone(PARIS).replace(microsecond=0, tzinfo=None).isoformat()
    with services().magasin.lire(base) as registre:
        en_avance = heure.maintenant > datetime.now(UTC) and heure.mode != "real" and registre.compter() > 0
    return render_template(
        "controle/horloge.html",
        heure=heure,
        exemple=exemple,
        en_avance=en_avance,
        pas=PAS,
        nuits=nuits[:NUITS_MAX],
        depliees=NUITS_DEPLIEES,
        encore=len(nuits) > NUITS_MAX,
        depuis=depuis,
        equivalents=deux(
            [
                commande("clock", "read"),
                commande("clock", "freeze"),
                commande("clock", "freeze", exemple),
                *(commande("clock", "advance", duree) for duree, _ in PAS),
                *([] if en_avance else [commande("clock", "real")]),
            ],
            [
                appel("GET", "/clock"),
                appel("POST", "/clock/freeze", {}),
                appel("POST", "/clock/freeze", {"instant": exemple}),
                *(appel("POST", "/clock/advance", {"vers": duree}) for duree, _ in PAS),
                *([] if en_avance else [appel("POST", "/clock/real")]),
            ],
        ),
    )


def figer(base: str) -> Redirection:
    """Freezes it: now, or at an instant."""
    ecrit = request.form.get("instant", "").strip()
    return _deplacer(
        base,
        lambda: horloge.figer(services().magasin, base, lire_instant(ecrit) if ecrit else None),
    )


def avancer(base: str) -> Redirection:
    """Moves it on: by a duration, or to a date."""
    vers = request.form.get("vers", "")
    return _deplacer(base, lambda: horloge.avancer(services().magasin, base, vers))


def rendre_reelle(base: str) -> Redirection:
    """Gives it the machine's time."""
    return _deplacer(base, lambda: horloge.rendre_reelle(services().magasin, base))


def _deplacer(base: str, geste: Callable[[], Deplacement]) -> Redirection:
    depuis = services().magasin.journal.dernier(base)

    def dire() -> str:
        fait = geste()
        return f"Il est maintenant {fait.heure.maintenant:%d/%m/%Y %H:%M} dans la base. {fait.bilan.phrase()}"

    return faire(url_for("controle.page"), dire, url_for("controle.page", depuis=depuis, _anchor="nuits"))


def _lire(echange: Echange) -> Nuit:
    faits: dict[str, list[str]] = {}
    for detail in echange.anomalies:
        # « 075… : préavis d'échéance. »
        phrase = str(detail.get("message", "")).partition(" : ")[2]
        faits.setdefault(phrase.rstrip("."), []).append(str(detail.get("valeur", "")))
    return Nuit(
        echange,
        tuple(FaitNocturne(phrase, tuple(numeros)) for phrase, numeros in faits.items()),
        echange.chemin.partition(" : ")[2].rstrip("."),
    )
