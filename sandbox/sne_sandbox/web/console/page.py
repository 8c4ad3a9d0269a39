"""What every section of the console is made with."""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, current_app, flash, redirect, url_for
from werkzeug.wrappers import Response as Redirection

from sne_sandbox.domain.journal import VerdictEchange
from sne_sandbox.web.app import Services

#: Lines of a list on one page.
PAR_PAGE: Final = 50
#: What a verdict means for what was sent.
_ISSUES: Final[Mapping[VerdictEchange, str]] = {
    VerdictEchange.ACCEPTE: "il est accepté",
    VerdictEchange.ANOMALIES: "il est refusé, anomalies à l'appui ; rien n'est enregistré",
    VerdictEchange.FAULT: "une faute SOAP lui répond ; rien n'est enregistré",
    VerdictEchange.REFUS: "il est refusé avant d'être lu",
    VerdictEchange.ERREUR: "une erreur du bac à sable lui répond ; rien n'est enregistré",
}


def section(nom: str, module: str) -> Blueprint:
    """The blueprint of a section that shows one base: its URLs are below `/console/<base>`."""
    return Blueprint(nom, module, url_prefix="/console/<base>")


def services() -> Services:
    """Contract, store, pipeline: those of the main application."""
    partages: Services = current_app.extensions["sne"]
    return partages


def apres_action(adresse: str, phrase: str, *, reussie: bool = True) -> Redirection:
    """The answer to a form: back to a page, which shows `phrase` once (303: a reload sends nothing again)."""
    flash(str(phrase), "succes" if reussie else "erreur")
    return redirect(adresse, 303)


def annoncer(parti: str, base: str, identifiant: int) -> Redirection:
    """Leads to the exchange that was left, and says how it ended."""
    echange = services().magasin.journal.lire(base, identifiant)
    verdict = VerdictEchange.ERREUR if echange is None else echange.verdict
    return apres_action(
        url_for("echange.page", base=base, identifiant=identifiant),
        f"{parti} : {_ISSUES[verdict]}.",
        reussie=verdict is VerdictEchange.ACCEPTE,
    )
