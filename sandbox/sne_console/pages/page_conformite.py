"""`/console/<base>/conformite`: judgements begun, followed, read, compared, taken away.

The module `vues/epreuves.py` holds the judgements that may be run from here: for an application that is
neither declared nor at an address, the page gives the command line.
"""

import shlex
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from flask import Response, current_app, g, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Redirection

from sne_conformite.rapports import (
    rapport_json,
    rapports_compares,
    suivi_de_pilotage,
    synthese,
    verdict_de_conformite,
)
from sne_conformite.rapports.constats_groupes import compter
from sne_conformite.rapports.rapport import TRAFIC, EchangeCite, Rapport
from sne_conformite.rapports.rapport_masque import masquer
from sne_console.cadre.outillage_des_sections import (
    apres_action,
    champ_ecrit,
    contrat_servi,
    entier_saisi,
    evenement,
    geste,
    veiller,
)
from sne_console.cadre.outillage_des_sections import flux as page_flux
from sne_console.vues import applications_pilotables, epreuves, objet_de_l_adresse
from sne_console.vues import avancement_du_pilotage as avancements
from sne_console.vues.avancement_du_pilotage import Avancement
from sne_console.vues.epreuves import JugementConserve
from sne_interface.contract.exigences_et_mentions import charger_exigences
from sne_sandbox.web.configuration_et_services import services

_FLUX_PAS: Final = 0.5
#: Id of the last event of a stream.
_FIN: Final = "fin"
#: Fields of the forms that drive an application, by the options of the command that they run.
_DE_LA_COMMANDE: Final = {"--examples": "exemples", "--seed": "graine", "--scenario": "famille"}


def page(base: str) -> str:
    """The judgements of this home, and what begins one."""
    trouvees = objet_de_l_adresse.jugements()
    plan = epreuves.plan()
    resumes = [(e, epreuves.resume(e)) for e in trouvees if e.partie is None]
    return render_template(
        "conformite/page.html",
        epreuves=resumes,
        en_cours=next((e for e in trouvees if e.en_cours), None),
        comparables=[e.nom for e, _ in resumes if e.rendue],
        parties=[e for e in trouvees if e.partie is not None],
        declarees=[nom for nom, _ in services().configuration.applications],
        gardes=services().magasin.journal.compter(base)[0],
        familles=[(sigle, f"{titre} ({sigle})") for sigle, titre in plan.familles.items()],
        exemples_max=epreuves.EXEMPLES_DE_LA_CONSOLE,
        pilotables=applications_pilotables,
        dossier=_home() / "conformite",
        dossier_propose=shlex.quote(str(_home() / "conformite" / "mon-application")),
    )


@geste("conformite.page")
def juger(base: str) -> Redirection:
    """Judges what the base has seen."""
    return _suivre(epreuves.juger_trafic(services(), base))


@geste("conformite.page")
def piloter(base: str, quoi: str) -> Redirection:
    """Drives an application through the plan, in a base and a home of its own: the reference one, or one's
    own, which the owner of the server declared or which is at an address."""
    reglages, designation = g.base.reglages, epreuves.TEMOIN
    if quoi == "application":
        designation = applications_pilotables.designer(
            services().configuration,
            application=champ_ecrit("application"),
            adresse=champ_ecrit("adresse"),
        )
    epreuve = epreuves.piloter(
        services(),
        reglages.contrat,
        reglages.profile,
        designation=designation,
        exemples=_entier("exemples", 1, epreuves.EXEMPLES_DE_LA_CONSOLE),
        graine=_entier("graine", 0, epreuves.GRAINE_MAX),
        famille=champ_ecrit("famille"),
    )
    return _suivre(epreuve)


@geste("conformite.page")
def rejouer(base: str, run: str) -> Redirection:
    """Plays a scenario of a judgement again, beside it."""
    epreuve, contrat = objet_de_l_adresse.jugement(run), g.base.reglages.contrat
    return _suivre(
        applications_pilotables.rejouer(
            services(), contrat, epreuve, champ_ecrit("scenario"), champ_ecrit("exigence")
        )
    )


def comparer(base: str) -> str:
    """Shows what changed from one report to another."""
    avant, apres = (objet_de_l_adresse.jugement(champ_ecrit(nom)) for nom in ("avant", "apres"))
    trouvee = rapports_compares.comparer(rapport_json.lire(avant.rapport), rapport_json.lire(apres.rapport))
    return render_template("conformite/comparer.html", avant=avant, apres=apres, comparaison=trouvee)


def rapport(base: str, run: str) -> str:
    """A report; while it is being made, how far it is."""
    epreuve = objet_de_l_adresse.jugement(run)
    if not epreuve.rendue:
        return _suivi(epreuve)
    if epreuve.partie is not None:
        return _scenario(epreuve, epreuve.partie.scenario)
    brut = rapport_json.lire(epreuve.rapport)
    # Masking the exchanges costs more than all the rest: those alone that are shown.
    lu = masquer(replace(brut, echanges=()))
    comptes = compter(lu)
    groupes = {
        "À corriger": comptes.a_corriger,
        "Recommandations": comptes.conseils,
        "Manquements connus": comptes.connus,
    }
    base_connue = lu.entete.mode == TRAFIC and lu.entete.base in {
        base.nom for base in services().magasin.bases.lister()
    }
    # Elsewhere the exchanges of a judgement are gone with its base: those that are pointed at are on the page
    # of their scenario; of traffic, which has none, they are shown here.
    ailleurs = {} if lu.entete.mode == TRAFIC else _ou_sont_cites(lu)
    pointes = {x.constat.echange for lot in groupes.values() for x in lot if not (base_connue or ailleurs)}
    montres = masquer(replace(lu, scenarios=(), bilans=(), echanges=_parmi(brut.echanges, pointes))).echanges
    return render_template(
        "conformite/rapport.html",
        epreuve=epreuve,
        rapport=lu,
        verdict=verdict_de_conformite,
        synthese=synthese,
        entete=lu.entete,
        rejouer=_rejouer(epreuve, lu, base_connue=base_connue),
        familles=[] if lu.entete.mode == TRAFIC else avancements.arbre(lu),
        parties=epreuves.parties(objet_de_l_adresse.jugements(), run),
        montres={e.identifiant: e for e in montres},
        ailleurs=ailleurs,
        groupes=groupes.items(),
        etats=[issue.compte(nombre) for issue, nombre in comptes.exigences],
        couverture=[rubrique for rubrique in lu.couverture if rubrique.total],
        base_connue=base_connue,
    )


def scenario(base: str, run: str, scenario: str) -> str:
    """A scenario of a judgement, while it runs or once it has ended: why, its exchanges, what it gave when it
    was played again."""
    return _scenario(objet_de_l_adresse.jugement(run), scenario)


def flux(base: str, run: str) -> Response:
    """Streams what the page of a judgement in progress shows, as Server-Sent Events, at each change; then the
    address of its report."""
    epreuve = objet_de_l_adresse.jugement(run)
    if request.headers.get("Last-Event-ID") == _FIN and not epreuve.en_cours:
        return Response(status=204)  # the reader has it all: it stops coming back
    adresse, avancement = url_for("conformite.rapport", run=run), _avancement(epreuve)
    montres = dict[str, Any]()
    modele = current_app.jinja_env.get_template("conformite/_arbre.html").module
    home, classeur = _home(), services().classeur

    def regarder() -> Iterator[str]:
        suivie = epreuves.trouver(home, run, classeur)
        pieces = _morceaux(suivie or epreuve, avancement, modele, f"{adresse}/scenarios")
        neuves = [piece for piece in pieces if montres.get(piece[0]) != piece[1]]
        montres.update((cle, valeur) for cle, valeur, _ in neuves)
        if neuves:
            yield evenement("", "".join(str(rendre(valeur)) for _, valeur, rendre in neuves), "etat")
        if suivie is None or not suivie.en_cours:
            yield _FIN

    def evenements() -> Iterator[str | None]:
        for dit in veiller(regarder, pas=_FLUX_PAS):
            yield evenement(_FIN, adresse, "fin") if dit == _FIN else dit
            if dit == _FIN:
                return

    return page_flux(evenements())


def arreter(base: str, run: str) -> Redirection:
    """Ends a judgement that is being made."""
    epreuves.arreter(objet_de_l_adresse.jugement(run))
    return apres_action(url_for("conformite.rapport", run=run), "L'arrêt est demandé.")


def effacer(base: str, run: str) -> Redirection:
    """Takes a judgement away, with its files."""
    epreuves.effacer(objet_de_l_adresse.jugement(run))
    return apres_action(url_for("conformite.page"), f"Le jugement {run} est effacé.")


# --- pieces -------------------------------------------------------------------------------------------------


def _home() -> Path:
    return services().magasin.home


def _suivre(epreuve: JugementConserve) -> Redirection:
    return apres_action(url_for("conformite.rapport", run=epreuve.nom), "Le jugement commence.")


def _avancement(epreuve: JugementConserve) -> Avancement:
    textes = {e.id: e.texte for e in charger_exigences(contrat_servi().dossiers).values()}
    return Avancement(epreuve, textes)


def _suivi(epreuve: JugementConserve) -> str:
    options, plan = epreuve.options, epreuves.plan()
    choisi, avancement = options.get("--scenario", ""), _avancement(epreuve)
    return render_template(
        "conformite/suivi.html",
        epreuve=epreuve,
        partie=epreuve.partie,
        nom=applications_pilotables.nommer(services().configuration, options.get("--application", "")),
        options=options,
        choisi=plan.familles.get(choisi) or (f"scénario {choisi}" if choisi else ""),
        avancement=avancement,
        familles=avancement.avancer(epreuve) if epreuve.pilotee else [],
    )


def _morceaux(
    epreuve: JugementConserve, avancement: Avancement, modele: Any, adresse: str
) -> Iterator[tuple[str, Any, Callable[[Any], Any]]]:
    """The pieces of the page of a judgement that is being made: the id of each, what it shows, and the macro
    of `modele` that writes it. `adresse` is where the pages of the scenarios are."""
    if not epreuve.pilotee:
        yield "dite", epreuve.sortie, modele.dite
        return
    familles = avancement.avancer(epreuve)
    yield "", str(modele.avancement(avancement, familles, epreuve.en_cours)), str
    for famille in familles:
        yield famille.sigle, famille, modele.tete
        yield from ((s.id, s, partial(modele.scenario, adresse=adresse)) for s in famille.scenarios)


def _scenario(epreuve: JugementConserve, nom: str) -> str:
    """The page of a scenario of a judgement, or of the part of another that a judgement plays again."""
    gardes = suivi_de_pilotage.lire_les_echanges(epreuve.dossier, nom)
    lu = _resultat(epreuve, nom, sans={e.identifiant for e in gardes})
    if lu is None:
        raise NotFound(f"Ce jugement n'a pas de scénario [{nom[:40]}].")
    resultat, niveaux = lu.scenarios[0], verdict_de_conformite.niveaux_de(lu)
    montres = {e.identifiant: e for e in (*lu.echanges, *gardes)}
    partie, configuration = epreuve.partie, services().configuration
    origine = epreuve if partie is None else epreuves.trouver(_home(), partie.de, services().classeur)
    rejoues = [
        (autre, _suivi_de(autre, nom))
        for autre in ([] if partie else epreuves.parties(objet_de_l_adresse.jugements(), epreuve.nom, nom))
    ]
    suivi_ici = avancements.joues_de(lu)[0]
    return render_template(
        "conformite/scenario.html",
        epreuve=epreuve,
        nom=applications_pilotables.nommer(
            configuration, epreuve.options.get("--application", lu.entete.application)
        ),
        origine=partie.de if partie else epreuve.nom,
        partie=partie,
        vue_a_part=next(
            (v for v in suivi_ici.verifications if partie and v.exigence == partie.exigence), None
        ),
        avant=_suivi_de(origine, nom) if partie and origine else None,
        suivi=suivi_ici,
        verifications=sorted(
            ((v, verdict_de_conformite.issue_de_verification(v, niveaux)) for v in resultat.verifications),
            key=lambda jugee: jugee[1].classe not in ("mal", "conseil"),  # what is wrong is read first
        ),
        bilans={bilan.exigence: bilan for bilan in lu.bilans},
        montres=dict(sorted(montres.items())),
        gardes=bool(gardes),
        rejoues=rejoues,
        finie=not epreuve.en_cours,
        peut_rejouer=origine is not None and applications_pilotables.rejouable(configuration, origine),
    )


def _ou_sont_cites(rapport: Rapport) -> dict[int, str]:
    """The scenario that cites each exchange, the first one."""
    verifications = reversed(rapport.verifications)
    return {c.echange: v.scenario for v in verifications for c in v.constats if c.echange is not None}


def _parmi(echanges: Iterable[EchangeCite], numeros: Collection[int | None]) -> tuple[EchangeCite, ...]:
    return tuple(echange for echange in echanges if echange.identifiant in numeros)


def _resultat(epreuve: JugementConserve, nom: str, sans: Collection[int] | None = None) -> Rapport | None:
    """Returns the known result of a scenario of a judgement, as a report of it alone, NIRs masked; None while
    the scenario has not ended. The report holds the exchanges that it cites, but for those of `sans`; it
    holds none when `sans` is None."""
    trouve: Rapport | None = None
    if epreuve.rendue:
        trouve = rapport_json.lire(epreuve.rapport)
    else:
        for ecrit in suivi_de_pilotage.LectureDuSuivi(epreuve.suivi).suite():
            trouve = ecrit if ecrit.scenarios[0].id == nom else trouve
    siens = [s for s in trouve.scenarios if s.id == nom] if trouve is not None else []
    if trouve is None or not siens or trouve.entete.mode == TRAFIC:
        return None
    exigences = {v.exigence for v in siens[0].verifications}
    cites = {c.echange for v in siens[0].verifications for c in v.constats}
    numeros = set() if sans is None else cites.difference(sans)
    return masquer(
        replace(
            trouve,
            scenarios=tuple(siens),
            bilans=tuple(b for b in trouve.bilans if b.exigence in exigences),
            echanges=_parmi(trouve.echanges, numeros),
        )
    )


def _suivi_de(epreuve: JugementConserve, nom: str) -> avancements.ScenarioSuivi | None:
    lu = _resultat(epreuve, nom)
    return None if lu is None else avancements.joues_de(lu)[0]


def _rejouer(
    epreuve: JugementConserve, rapport: Rapport, *, base_connue: bool
) -> tuple[str, dict[str, str]] | None:
    """Returns the address and the fields of the form that begins a judgement again; the form checks the
    fields as if they were typed. Returns None for a judgement that only a command line can run."""
    if base_connue:
        return url_for("conformite.juger", base=rapport.entete.base), {}
    options, configuration = epreuve.options, services().configuration
    if not applications_pilotables.rejouable(configuration, epreuve):
        return None
    champs = {champ: options.get(option, "") for option, champ in _DE_LA_COMMANDE.items()}
    designation = options["--application"]
    if designation == epreuves.TEMOIN:
        return url_for("conformite.piloter", quoi="temoin"), champs
    noms = {commande: nom for nom, commande in configuration.applications}
    sienne = {"application": noms[designation]} if designation in noms else {"adresse": designation}
    return url_for("conformite.piloter", quoi="application"), champs | sienne


def _entier(nom: str, bas: int, haut: int) -> int:
    """A number of the form, the least for an empty field. Raises UsageError."""
    return entier_saisi(nom, nom, bas, haut) or bas
