"""`/console/<base>/conformite`: judgements begun, followed, read, compared, taken away.

What may be run from here is in `web/epreuves.py`. For another application the page gives the command line.
"""

import shlex
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from flask import Response, current_app, g, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Redirection

from sne_sandbox.conformance import trafic
from sne_sandbox.errors import ConflitEtat, UsageError
from sne_sandbox.reports import compare, decision, synthese
from sne_sandbox.reports import json as rapport_json
from sne_sandbox.reports.formats import FICHIERS
from sne_sandbox.reports.groupes import echange_de, grouper
from sne_sandbox.reports.masque import masquer
from sne_sandbox.reports.model import Rapport
from sne_sandbox.web import epreuves, trouver
from sne_sandbox.web.avancement import Avancement
from sne_sandbox.web.console.page import apres_action, evenement, section
from sne_sandbox.web.console.page import flux as page_flux
from sne_sandbox.web.epreuves import JugementConserve
from sne_sandbox.web.partage import services
from sne_sandbox.web.reponses import telechargement

blueprint: Final = section("conformite", __name__)

_FLUX_DUREE: Final = 30.0
_FLUX_PAS: Final = 0.5
#: Id of the last event of a stream.
_FIN: Final = "fin"
#: Fields of the form that drives the witness, by the options of the command that it runs.
_DU_TEMOIN: Final = {
    "--examples": "exemples", "--seed": "graine", "--scenario": "famille", "--faute": "faute"
}  # fmt: skip


@blueprint.get("/conformite")
def page(base: str) -> str:
    """The judgements of this home, and what begins one."""
    trouvees = trouver.jugements()
    plan = epreuves.plan()
    resumes = [(e, epreuves.resume(e)) for e in trouvees]
    return render_template(
        "conformite/page.html",
        epreuves=resumes,
        a_comparer=_a_comparer([(e.nom, lu.application) for e, lu in resumes if lu is not None]),
        en_cours=next((e for e in trouvees if e.etat is epreuves.EtatJugement.EN_COURS), None),
        comparables=[e.nom for e in trouvees if e.etat is epreuves.EtatJugement.RENDUE],
        gardes=services().magasin.journal.compter(base)[0],
        familles=plan.familles.items(),
        fautes=plan.fautes.items(),
        exemples_max=epreuves.EXEMPLES_DE_LA_CONSOLE,
        dossier=_home() / "conformite",
        dossier_propose=shlex.quote(str(_home() / "conformite" / "mon-application")),
    )


@blueprint.post("/conformite/juger")
def juger(base: str) -> Redirection:
    """Judges what the base has seen."""
    return _suivre(lambda: epreuves.juger_trafic(services().configuration, base, services().classeur))


@blueprint.post("/conformite/temoin")
def temoin(base: str) -> Redirection:
    """Drives the reference application through the plan, in a base and a home of its own."""
    return _suivre(
        lambda: epreuves.piloter_temoin(
            services().configuration,
            services().contrats.lieu(g.base.reglages.contrat),
            exemples=_entier("exemples", 1, epreuves.EXEMPLES_DE_LA_CONSOLE),
            graine=_entier("graine", 0, epreuves.GRAINE_MAX),
            profil=g.base.reglages.profile,
            classeur=services().classeur,
            famille=request.form.get("famille", ""),
            faute=request.form.get("faute", ""),
        )
    )


@blueprint.get("/conformite/comparer")
def comparer(base: str) -> str:
    """What changed from a report to another."""
    avant, apres = (trouver.jugement(request.args.get(nom, "")) for nom in ("avant", "apres"))
    trouvee = compare.comparer(rapport_json.lire(avant.rapport), rapport_json.lire(apres.rapport))
    return render_template("conformite/comparer.html", avant=avant, apres=apres, comparaison=trouvee)


@blueprint.get("/conformite/<run>")
def rapport(base: str, run: str) -> str:
    """A report; while it is being made, how far it is."""
    epreuve = trouver.jugement(run)
    if epreuve.etat is not epreuves.EtatJugement.RENDUE:
        return _suivi(epreuve)
    lu = masquer(rapport_json.lire(epreuve.rapport))
    groupes = grouper(lu)
    base_connue = lu.entete.mode == trafic.MODE and lu.entete.base in {
        base.nom for base in services().magasin.bases.lister()
    }
    # Elsewhere the exchanges of a judgement are gone with its base: those that are pointed at are shown here.
    montres = [] if base_connue else [e for g in groupes if (e := echange_de(g, lu)) is not None]
    return render_template(
        "conformite/rapport.html",
        epreuve=epreuve,
        rapport=lu,
        conclusion=decision.conclure(lu),
        entete=lu.entete,
        couvert=decision.couvert(lu),
        preuves_de=decision.preuves_de,
        rejouer=_rejouer(epreuve, lu, base_connue=base_connue),
        montres={e.identifiant: e for e in montres},
        groupes=[
            ("À corriger", [x for x in groupes if x.obligatoire and not x.connue]),
            ("Recommandations", [x for x in groupes if not x.obligatoire and not x.connue]),
            ("Manquements connus", [x for x in groupes if x.connue]),
        ],
        fidelites=synthese.fidelites(lu),
        etats=[
            issue.compte(n)
            for issue, n in decision.compter_issues(decision.issue_de_bilan(b) for b in lu.bilans)
        ],
        couverture=[rubrique for rubrique in lu.couverture if rubrique.total],
        base_connue=base_connue,
    )


@blueprint.get("/conformite/<run>/flux")
def flux(base: str, run: str) -> Response:
    """What the page of a judgement that is being made shows, as Server-Sent Events, each time that it
    changes; then where its report is."""
    epreuve = trouver.jugement(run)
    recu = request.headers.get("Last-Event-ID")
    if recu == _FIN and epreuve.etat is not epreuves.EtatJugement.EN_COURS:
        return Response(status=204)  # the reader has it all: it stops coming back
    modele, avancement = current_app.jinja_env.get_template("conformite/_direct.html"), Avancement(epreuve)
    adresse, home = url_for("conformite.rapport", run=run), _home()
    classeur = services().classeur

    def evenements() -> Iterator[str]:
        montre, fin = "", time.monotonic() + _FLUX_DUREE
        while time.monotonic() < fin:
            suivie = epreuves.trouver(home, run, classeur)
            if montre != (montre := modele.render(_montre(suivie or epreuve, avancement))):
                yield evenement("", montre, "etat")
            if suivie is None or suivie.etat is not epreuves.EtatJugement.EN_COURS:
                yield evenement(_FIN, adresse, "fin")
                return
            time.sleep(_FLUX_PAS)

    return page_flux(evenements())


@blueprint.get("/conformite/<run>/fichiers/<fichier>")
def fichier(base: str, run: str, fichier: str) -> Response:
    """A file of a report."""
    epreuve = trouver.jugement(run)
    if fichier not in epreuve.fichiers:
        raise NotFound(f"Ce rapport n'a pas de fichier [{fichier[:40]}].")
    return telechargement(epreuve.dossier / fichier, f"{epreuve.nom}-{fichier}", FICHIERS[fichier].media)


@blueprint.post("/conformite/<run>/arreter")
def arreter(base: str, run: str) -> Redirection:
    """Ends a judgement that is being made."""
    epreuves.arreter(trouver.jugement(run))
    return apres_action(url_for("conformite.rapport", run=run), "L'arrêt est demandé.")


@blueprint.post("/conformite/<run>/effacer")
def effacer(base: str, run: str) -> Redirection:
    """Takes a judgement away, with its files."""
    epreuves.effacer(trouver.jugement(run))
    return apres_action(url_for("conformite.page"), f"Le jugement {run} est effacé.")


# --- pieces -------------------------------------------------------------------------------------------------


def _home() -> Path:
    return services().configuration.home.absolute()


def _suivre(lancer: Callable[[], JugementConserve]) -> Redirection:
    try:
        epreuve = lancer()
    except ConflitEtat:
        phrase = "Rien n'est lancé : un jugement est en cours. Attendez sa fin, ou arrêtez-le."
        return apres_action(url_for("conformite.page"), phrase, reussie=False)
    return apres_action(url_for("conformite.rapport", run=epreuve.nom), "Le jugement commence.")


def _suivi(epreuve: JugementConserve) -> str:
    options, plan = epreuve.options, epreuves.plan()
    famille = options.get("--scenario", "")
    return render_template(
        "conformite/suivi.html",
        options=options,
        famille=plan.familles.get(famille, famille),
        faute=plan.fautes.get(options.get("--faute", "")),
        **_montre(epreuve, Avancement(epreuve)),
    )


def _montre(epreuve: JugementConserve, avancement: Avancement) -> dict[str, Any]:
    """What the page shows of a judgement as it goes."""
    familles = avancement.avancer(epreuve) if epreuve.pilotee else {}
    return {"epreuve": epreuve, "avancement": avancement, "familles": familles}


def _rejouer(
    epreuve: JugementConserve, rapport: Rapport, *, base_connue: bool
) -> tuple[str, dict[str, str]] | None:
    """What begins a judgement again: the address of a form and its fields, which are checked there as if they
    were typed; None for one that only a command line can run."""
    if base_connue:
        return url_for("conformite.juger", base=rapport.entete.base), {}
    options = epreuve.options
    if not epreuve.pilotee or options.get("--application") != "temoin":
        return None
    champs = {champ: options.get(option, "") for option, champ in _DU_TEMOIN.items()}
    return url_for("conformite.temoin"), champs


def _a_comparer(rendus: list[tuple[str, str]]) -> tuple[str, str]:
    """(before, after): the two last judgements of one application, else the two last ones; `rendus` are
    (name, application), the newest first."""
    for rang, (nom, application) in enumerate(rendus):
        avant = next((autre for autre, sienne in rendus[rang + 1 :] if sienne == application), None)
        if avant is not None:
            return avant, nom
    noms = [nom for nom, _ in rendus]
    return (noms[1], noms[0]) if len(noms) > 1 else ("", "")


def _entier(nom: str, bas: int, haut: int) -> int:
    brut = request.form.get(nom, "").strip()
    if not (brut.isascii() and brut.isdecimal() and len(brut) < 11 and bas <= int(brut) <= haut):
        raise UsageError(f"Le champ « {nom} » vaut [{brut[:20]}].", remede=f"un entier de {bas} à {haut}")
    return int(brut)
