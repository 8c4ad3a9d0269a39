"""Part of a base, or all of it, put back to its start; asked twice."""

from typing import Final, cast

from flask import g, render_template, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Redirection

from sne_sandbox.domain.base import Horloge, Portee
from sne_sandbox.operations import bases, pannes
from sne_sandbox.web.console.controle.geste import faire
from sne_sandbox.web.console.equivalents import Equivalents, appel, commande, deux
from sne_sandbox.web.console.filtres import accorde
from sne_sandbox.web.console.page import services

#: What may be put back: how it is called, and what becomes of it.
PORTEES: Final = {
    "journal": ("Le journal", "Tous les échanges sont oubliés ; leurs numéros ne resservent pas."),
    "etat": (
        "L'état",
        "Demandes, événements, boîtes et compteurs reviennent à ce que dit le jeu de départ, daté d'après "
        "l'horloge.",
    ),
    "pannes": ("Les pannes", "Toutes sont désarmées, et leur compte oublié."),
    "tout": ("Tout", "Le journal, l'état et les pannes. Réglages, horloge et guichets restent."),
    "reel": (
        "Tout, à l'heure réelle",
        "Le journal, l'état et les pannes ; l'horloge revient à l'heure réelle, et le jeu de départ est daté "
        "d'aujourd'hui. Réglages et guichets restent.",
    ),
}


#: What each counts: one, several.
COMPTES: Final = {
    "journal": ("échange", "échanges"),
    "etat": ("demande", "demandes"),
    "pannes": ("panne", "pannes"),
}


def page(base: str) -> str:
    """What may be put back, and how much of it there is."""
    return render_template(
        "controle/remise.html",
        portees=PORTEES,
        comptes={p: accorde(compte, *COMPTES[p]) for p, compte in _comptes(base).items()},
        equivalents=deux([_lignes(p)[0] for p in PORTEES], [_lignes(p)[1] for p in PORTEES]),
    )


def confirmer(base: str, portee: str) -> str:
    """Asks again."""
    titre, effet = _portee(portee)
    return render_template(
        "controle/confirmation.html",
        titre=f"Remettre au départ : {titre[0].lower()}{titre[1:]}",
        phrase=effet,
        perdus=_perdus(base, _etendue(portee)),
        adresse=url_for("controle.faire_remettre", portee=portee),
        bouton="Remettre au départ",
        retour=url_for("controle.remise"),
        conseil=_etendue(portee) in ("etat", "tout"),
        equivalents=Equivalents(*_lignes(portee)),
    )


def remettre(base: str, portee: str) -> Redirection:
    """Does it."""
    titre, _ = _portee(portee)

    def geste() -> str:
        horloge = Horloge() if portee == "reel" else None
        bases.remettre(services().magasin, services().contrat, base, _etendue(portee), horloge)
        return f"{titre} : comme au départ."

    return faire(url_for("controle.remise"), geste)


def _portee(portee: str) -> tuple[str, str]:
    if portee not in PORTEES:
        raise NotFound("Rien de tel ne se remet au départ.")
    return PORTEES[portee]


def _etendue(portee: str) -> Portee:
    return "tout" if portee == "reel" else cast(Portee, portee)


def _comptes(base: str) -> dict[str, int]:
    magasin = services().magasin
    with magasin.lire(base) as registre:
        demandes = registre.compter()
    return {
        "journal": magasin.journal.compter(base)[0],
        "etat": demandes,
        "pannes": len(pannes.lister(magasin, base)),
    }


def _perdus(base: str, portee: str) -> list[str]:
    comptes = _comptes(base)
    perdus = [accorde(comptes[p], *noms) for p, noms in COMPTES.items() if portee in (p, "tout")]
    if portee in ("etat", "tout"):
        perdus[-1 if portee == "etat" else 1] += f" (elles reviennent du jeu « {g.base.semence} »)"
    return perdus


def _lignes(portee: str) -> tuple[str, str]:
    etendue = _etendue(portee)
    if portee == "reel":
        appele = appel("POST", "/reset", {"portee": etendue, "horloge": "real"})
        return commande("db", "reset", "--portee", etendue, "--clock", "real"), appele
    return commande("db", "reset", "--portee", etendue), appel("POST", "/reset", {"portee": etendue})
