"""`/console/<base>/journal`: the exchanges, newest first, and those that arrive."""

import time
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, current_app, render_template, request, url_for

from sne_sandbox.domain.echange import DITES, HORS_HTTP, Echange, VerdictEchange
from sne_sandbox.domain.texte import entier_de, masquer_nirs
from sne_sandbox.errors import ERREUR_INATTENDUE, UsageError
from sne_sandbox.operations.table import OPERATIONS
from sne_sandbox.store.journal import Journal
from sne_sandbox.web.console.page import PAR_PAGE, evenement, section
from sne_sandbox.web.console.page import flux as page_flux
from sne_sandbox.web.essais import essayer
from sne_sandbox.web.messages.xpath import RechercheXpath, chercher
from sne_sandbox.web.partage import services

blueprint: Final = section("journal", __name__)

#: Filters of the page, as the store names them; `xpath` beside them.
FILTRES: Final = ("guichet", "operation", "verdict", "numero", "texte")
#: Seconds that a stream lasts, between two looks at the store, and between two signs of life.
FLUX_DUREE: Final = 30.0
FLUX_PAS: Final = 0.5
FLUX_SIGNE: Final = 10.0


@blueprint.get("/journal")
def page(base: str) -> str | tuple[str, int]:
    """The exchanges, newest first, narrowed by filters or by an XPath."""
    journal = services().magasin.journal
    filtres = _filtres()
    expression = request.args.get("xpath", "").strip()
    avant = entier_de(request.args.get("avant"))
    recherche = RechercheXpath()
    dernier = journal.dernier(base)  # before the list is read: what comes meanwhile is not lost to the stream
    erreur: UsageError | None = None
    try:
        recherche = chercher(services(), base, expression, filtres, avant=avant, limite=PAR_PAGE)
    except UsageError as illisible:
        erreur = illisible
    trouves, suite = recherche.trouves, recherche.suite
    gardes, oublies = journal.compter(base)
    choisis = {**filtres, **({"xpath": masquer_nirs(expression)} if expression else {})}
    rendue = render_template(
        "journal/page.html",
        erreur=erreur,
        echanges=trouves,
        resume=resume,
        gardes=gardes,
        oublies=oublies,
        filtres=choisis,
        question_api={**choisis, "limite": PAR_PAGE},
        recherche=recherche if (expression or recherche.examines) and erreur is None else None,
        suivante=None if suite is None else _adresse(base, choisis, avant=suite),
        premiere=_adresse(base, choisis) if avant is not None else None,
        # What arrives is shown at the head of the list; an XPath would open each message of each reader.
        flux=_flux_de(base, filtres) if avant is None and not expression else None,
        dernier=max([dernier, *(trouve.identifiant or 0 for trouve in trouves[:1])]),
        verdicts=list(VerdictEchange),
        operations=[*sorted(OPERATIONS), *sorted(HORS_HTTP)],
    )
    return (rendue, 422) if erreur is not None else rendue


@blueprint.get("/journal/flux")
def flux(base: str) -> Response:
    """New exchanges as Server-Sent Events, for half a minute: the browser comes back from `Last-Event-ID`."""
    recu = request.headers.get("Last-Event-ID") or request.args.get("depuis", "")
    journal = services().magasin.journal
    depuis = connu if (connu := entier_de(recu)) is not None else journal.dernier(base)
    modele = current_app.jinja_env.get_template("journal/_ligne.html")

    def evenements() -> Iterator[str]:
        veille = services().magasin.veille(base)
        for nouveau in arrivees(
            journal, base, depuis, _filtres(), duree=FLUX_DUREE, pas=FLUX_PAS, attendre=veille
        ):
            if nouveau is None:
                yield ": rien de neuf\n\n"
            else:
                contexte: dict[str, Any] = {}
                current_app.update_template_context(contexte)
                ligne = modele.render(echange=nouveau, resume=resume, **contexte)
                yield evenement(nouveau.identifiant, ligne)

    return page_flux(evenements())


def arrivees(
    journal: Journal,
    base: str,
    depuis: int,
    filtres: dict[str, Any],
    *,
    duree: float,
    pas: float,
    attendre: Callable[[float], None] = time.sleep,
) -> Iterator[Echange | None]:
    """Exchanges after `depuis` as they come, oldest first, for `duree` seconds; None now and then, so that a
    reader who has gone is noticed. Between two looks nothing of the store is held; `attendre` waits for one
    as `Magasin.veille` does."""
    fin = time.monotonic() + duree
    signe = time.monotonic() + FLUX_SIGNE
    while True:
        dernier = journal.dernier(base)
        if dernier < depuis:  # the base was made again under its name: its ids start over
            depuis = 0
        if dernier > depuis:
            nouveaux = journal.chercher(base, **filtres, apres_id=depuis, limite=PAR_PAGE)
            # One more may have come between the two looks: it is among these, and is told once.
            depuis = max([dernier, *(nouveau.identifiant or 0 for nouveau in nouveaux[:1])])
            yield from reversed(nouveaux)
            signe = time.monotonic() + FLUX_SIGNE
        elif time.monotonic() > signe:
            yield None
            signe = time.monotonic() + FLUX_SIGNE
        if time.monotonic() + pas > fin:
            return
        attendre(pas)


def resume(echange: Echange) -> str:
    """What an exchange comes down to, in one line."""
    return essayer(lambda: _resumer(echange), lambda raison: f"{raison[0].upper()}{raison[1:]}.")


def _resumer(echange: Echange) -> str:
    # A night is told whole, with its day: the hour of the line is the machine's.
    if echange.methode in DITES:
        return echange.chemin
    if echange.fault:
        message = echange.fault.get("message", "")
        # The sentence of the SNE for all that it does not explain: here the reason is known.
        raison = echange.fault.get("explication", "").strip().partition("\n")[0]
        return raison if message == ERREUR_INATTENDUE and raison else message
    anomalies = echange.anomalies
    if anomalies:
        premiere = next((a for a in anomalies if a.get("gravite") == "bloquante"), anomalies[0])
        autres = f" (et {len(anomalies) - 1} de plus)" if len(anomalies) > 1 else ""
        return f"{premiere.get('regle')} : {premiere.get('message')}{autres}"
    return ""


def _filtres() -> dict[str, Any]:
    # Masked from the beginning: what is looked for comes back in the page, its links and its commands.
    ecrits = {nom: valeur for nom in FILTRES if (valeur := masquer_nirs(request.args.get(nom, "").strip()))}
    # Codes of guichets and numéros are in capitals.
    return {
        nom: valeur.upper() if nom in ("guichet", "numero") and valeur.isalnum() else valeur
        for nom, valeur in ecrits.items()
    }


def _adresse(base: str, choisis: dict[str, Any], avant: int | None = None) -> str:
    return url_for("journal.page", base=base, **choisis, avant=avant)


def _flux_de(base: str, filtres: dict[str, Any]) -> str:
    adresse = url_for("journal.flux", base=base)
    return f"{adresse}?{urlencode(filtres)}" if filtres else adresse
