"""`sne-sandbox conform`: an application driven through the plan, and judged."""

import contextlib
import gc
import os
import shlex
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sne_conformite.cli.base_d_epreuve import Epreuve, empechement, options_de_serve, ouvrir
from sne_conformite.cli.options_de_jugement import RapportDemande, extraire, sorties_de_rapport
from sne_conformite.rapports.etapes_avant_le_plan import annoncer
from sne_conformite.rapports.rapport import TRAFIC, Evenement, Rapport, Verdict
from sne_interface import systeme
from sne_interface.contract.exigences_et_mentions import charger_exigences
from sne_interface.domain.base import Horloge, lire_horloge
from sne_interface.domain.texte import accorde
from sne_interface.errors import OperatorError, UsageError, raison_ecriture
from sne_interface.settings import EXEMPLES_MAX, PAR_NOM
from sne_sandbox.cli.options import inconnu
from sne_sandbox.cli.signaux import Signaux

if TYPE_CHECKING:
    from sne_conformite.pilotage.lien_application import Application
    from sne_conformite.pilotage.pilotage import ReglagesPilotage
    from sne_conformite.pilotage.proces_verbal import Greffe
    from sne_conformite.plan.plan import Plan
    from sne_conformite.rapports.manquements_connus import Connue
    from sne_interface.contract.contrats_charges import Contrat

#: Seconds that one may have the application wait for an answer.
DELAI_DEMANDE_MAX: Final = 60.0
#: Settings of the server by which an application may fail or pass.
_DECIDENT: Final = (
    "contracts", "quartiles", "contract", "profile", "client_cert", "pkcs12", "compression", "message_max",
    "xml_max", "host", "url_publique",
)  # fmt: skip
#: The application that comes with us.
TEMOIN: Final = "temoin"
_SQUELETTE: Final = "« sne-sandbox adaptateur --modele » écrit le squelette d'un adaptateur"
_LANCEMENT: Final = (
    "vérifiez la commande donnée à --application : le programme, son chemin, ses droits (chmod +x) ; "
    f"une ligne de shell se donne par \"sh -c '…'\" ; {_SQUELETTE}"
)
_EXEMPLES = """
\b
Exemples :
  sne-sandbox conform --application temoin
  sne-sandbox conform --application ./adaptateur --report-dir rapport
  sne-sandbox conform --application "java -jar adaptateur.jar" --examples 50 --seed 7
  sne-sandbox conform --application http://localhost:9000/sne --baseline connus.toml
  sne-sandbox conform --application ./adaptateur --report-dir rapport --cle sne-sandbox.cle
  sne-sandbox conform --application ./adaptateur --candidat candidat.toml --mention socle
  sne-sandbox conform --rejouer rapport
"""


def _de_rejouer(ctx: click.Context, param: click.Parameter, chemin: Path | None) -> None:
    """Has the options that are not given be those of a report, and its scenarios those to play again. Raises
    RapportIllisible, UsageError."""
    if chemin is None:
        return
    from sne_conformite.bilan.trafic_juge import outil
    from sne_conformite.rapports import rapport_json
    from sne_conformite.rapports.verdict_de_conformite import a_rejouer

    rapport = rapport_json.lire(chemin / "rapport.json" if chemin.is_dir() else chemin)
    entete, rates = rapport.entete, a_rejouer(rapport)
    for empeche, quoi, remede in (
        (entete.mode == TRAFIC, "est celui d'un trafic : rien n'y a été piloté", "donnez celui de conform"),
        (
            entete.outil != outil(),
            f"est de {entete.outil}, et voici {outil()}",
            f"refaites-le : {entete.commande}",
        ),
        (not rates, "n'a rien à rejouer : rien n'y a échoué, tout y a été jugé", "retirez --rejouer"),
    ):
        if empeche:
            raise UsageError(f"Le rapport [{chemin}] {quoi}.", remede=remede)
    click.echo(f"Rejouée : {entete.commande}", err=True)  # a report may be somebody else's
    lus, _, _ = ctx.command.make_parser(ctx).parse_args(shlex.split(entete.commande)[2:])
    ctx.default_map = {**lus, "scenarios": rates}


@click.command(epilog=_EXEMPLES)
@click.option("--rejouer", type=click.Path(path_type=Path, exists=True), metavar="RAPPORT", is_eager=True,
              expose_value=False, callback=_de_rejouer,
              help="Rejouer d'un rapport (son dossier, ou rapport.json) ce qui a échoué ou n'a pas été jugé, "
              "avec la même application, les mêmes ménages, la même horloge.")  # fmt: skip
@click.option("--application", "designation", metavar="COMMANDE|URL|temoin",
              help="L'application : une commande qui parle le protocole sne-sandbox/1, une adresse HTTP, ou "
              "l'application témoin.")  # fmt: skip
@click.option("--plan", "fichier_plan", type=click.Path(path_type=Path, exists=True), metavar="P",
              help="Un autre plan que celui de l'interface : il n'acquiert aucune mention.")  # fmt: skip
@click.option("--examples", "exemples", type=click.IntRange(1, EXEMPLES_MAX), default=10, show_default=True,
              metavar="N", help="Exemples par scénario ; ce qui varie peu en a moins : sa part pour 10, puis "
              "en proportion.")  # fmt: skip
@click.option("--seed", "graine", type=int, default=0, show_default=True, metavar="S",
              help="Graine des tirages : la même graine, la même épreuve.")  # fmt: skip
@click.option("--clock", "horloge", default="real", show_default=True, metavar="INSTANT",
              help="Instant ISO où commence chaque exemple ; real : celui du départ.")  # fmt: skip
@click.option("--delai", type=click.FloatRange(0.5, DELAI_DEMANDE_MAX), metavar="SECONDES",
              help="Temps que l'application attend une réponse du SNE (delai_max_s). Par défaut 2 s sur une "
              "machine au repos, et d'autant plus qu'elle est lente.")  # fmt: skip
@click.option("--defi", default="", metavar="TEXTE",
              help="Défi d'un vérificateur : graine, ménages et horloge en sont tirés.")  # fmt: skip
@click.option("--scenario", "scenarios", multiple=True, metavar="ID",
              help="Ce scénario seul ; si aucun n'a cet identifiant, ceux d'une famille : CRE "
              "(peut se répéter).")  # fmt: skip
@click.option("--suivi", "fichier_suivi", type=click.Path(path_type=Path, dir_okay=False), metavar="FICHIER",
              help="Où écrire à mesure chaque scénario fini : un rapport (JSON) par ligne ; de ce "
              "qu'un autre peut encore expliquer, une dernière à la fin.")  # fmt: skip
@click.option("--echanges", "dossier_echanges", metavar="DOSSIER",
              type=click.Path(path_type=Path, file_okay=False, exists=True),
              help="Où écrire à mesure des échanges de chaque scénario fini : ceux de son premier exemple, "
              "et ceux que ses constats citent, NIR masqués.")  # fmt: skip
@sorties_de_rapport()
@options_de_serve
def commande(**dits: Any) -> int:
    """Pilote une application d'un bout à l'autre du plan, et juge ce qu'elle envoie et ce qu'elle rend.

    Pour chaque scénario, des ménages sont tirés ; ce qui échoue est réduit au plus petit ménage qui montre
    la faute, avec la commande qui le rejoue. Ce que la lenteur de la machine a empêché de juger est rejoué à
    la fin, une fois, seul. Sortie 0 si tout est conforme, et les mentions de --mention acquises, 1 sinon, 3
    si l'épreuve n'a pas pu avoir lieu, ou si un scénario reste non jugé. Interrompue (Ctrl-C, SIGTERM), elle
    écrit un rapport partiel, et sort avec 130 ou 143.
    """
    if not dits["designation"]:
        raise UsageError(
            "Il manque l'application à piloter : --application.",
            remede=f"donnez la commande, ou l'adresse, de son adaptateur ; {_SQUELETTE}",
        )
    annoncer(1)  # what follows may be long under load: it is not mute
    rapport, epreuve = extraire(RapportDemande, dits), extraire(_DemandeDEpreuve, dits)
    if epreuve.defi:
        from sne_conformite.protocole.defi_du_verificateur import horloge_du_defi

        if epreuve.graine or epreuve.horloge != "real":
            raise UsageError("--defi donne la graine et l'horloge.", remede="retirez --seed et --clock")
        epreuve = replace(epreuve, horloge=horloge_du_defi(epreuve.defi).isoformat())
    return _eprouver(epreuve, rapport, dits)


@dataclass(frozen=True)
class _DemandeDEpreuve:
    """The request for a trial: its options, except those of the report and of the server."""

    designation: str
    fichier_plan: Path | None
    exemples: int
    graine: int
    horloge: str
    delai: float | None
    defi: str
    scenarios: tuple[str, ...]
    fichier_suivi: Path | None
    dossier_echanges: Path | None


def _eprouver(demande: _DemandeDEpreuve, rapport_demande: RapportDemande, options: Mapping[str, Any]) -> int:
    from sne_conformite.bilan import trafic_juge
    from sne_conformite.cli import sorties_de_rapport as rapports
    from sne_conformite.pilotage import pilotage
    from sne_conformite.plan import plan as plans
    from sne_conformite.preuves import empreintes_de_ce_qui_juge
    from sne_conformite.rapports.avancement_au_terminal import suivre_l_ecriture

    sorties = rapports.Sorties.preparer(rapport_demande, partiel=bool(demande.scenarios), options=options)
    with contextlib.ExitStack() as pile:
        pile.enter_context(
            sorties.meme_en_echec(
                options, mode=pilotage.MODE, application=demande.designation, graine=demande.graine
            )
        )
        instances = _application(demande.designation)
        maintenant = lire_horloge(demande.horloge).maintenant().replace(microsecond=0)
        annoncer(2)
        plan = plans.charger(demande.fichier_plan) if demande.fichier_plan else plans.publie()
        textes = empreintes_de_ce_qui_juge.lire_plan(demande.fichier_plan)
        ids = tuple(scenario.id for scenario in plan)
        seulement = _choisir(demande.scenarios, ids)
        click.echo(f"Le plan : {accorde(len(seulement or plan), 'scénario', 'scénarios')}.", err=True)
        annoncer(3)
        ouverte = pile.enter_context(ouvrir(options, Horloge(fige_a=maintenant), demande.graine))
        tenir_hypothesis(ouverte.home)
        gc.freeze()  # what is loaded stays, and what an example leaves is freed by itself, almost all of it
        reglages = pilotage.ReglagesPilotage(
            exemples=demande.exemples,
            graine=demande.graine,
            maintenant=maintenant,
            seulement=seulement,
            profil=options["profile"],
            nom=demande.designation,
            commande=_a_rejouer(demande, options),
            exiger=rapports.exigees(rapport_demande.exigees, ouverte.contrat, pilotee=True),
            acceleration=pilotage.ACCELERATION,
            delai=demande.delai or 0.0,
            defi=demande.defi,
        )
        if demande.fichier_plan is not None:
            plans.verifier_exigences(plan, charger_exigences(ouverte.contrat.dossiers))
        annoncer(4)
        ecrire = partial(_ecrire_a_mesure, demande, options, ouverte.contrat, maintenant, sorties.connues)
        montrer = demande.dossier_echanges is not None
        rapport, greffe = _piloter(ouverte, plan, reglages, ecrire, *instances, montrer=montrer)
        rapport = de_ces_scenarios(rapport, demande.scenarios)
        autre_plan = empreintes_de_ce_qui_juge.autre_plan(textes)
        rapport = replace(rapport, entete=replace(rapport.entete, autre_plan=autre_plan))
        _verifier_epreuve(rapport)
        dernier = greffe.tete["dernier"]
        echanges = trafic_juge.parcourir(ouverte.magasin.journal, ouverte.base, jusqu_a=dernier)
        rendu = sorties.rendre(
            rapport,
            rapports.Preuves(
                suivre_l_ecriture(echanges, dernier),
                rapports.configuration(
                    options,
                    application=demande.designation,
                    exemples=demande.exemples,
                    graine=demande.graine,
                    horloge=str(maintenant),
                    scenarios=list(demande.scenarios),
                ),
                empreintes_de_ce_qui_juge.detailler(ouverte.contrat, textes),
                textes,
                greffe.lignes,
                ids,
            ),
        )
    return ouverte.signaux.sortie(rendu)


def _piloter(
    ouverte: Epreuve,
    plan: "Plan",
    reglages: "ReglagesPilotage",
    ecrire: Callable[[Iterator[Evenement]], Iterator[Evenement]],
    application: "Application",
    autre: "Callable[[], Application] | None",
    *,
    montrer: bool,
) -> "tuple[Rapport, Greffe]":
    """Serves the base and drives the application, which is ended; `autre` makes one more instance of it, and
    `ecrire` keeps the events as they come. The report, and what was noted of the run."""
    from sne_conformite.pilotage import pilotage
    from sne_conformite.pilotage.base_pilotee import BaseJugee
    from sne_conformite.pilotage.couloirs import Renforts
    from sne_conformite.pilotage.proces_verbal import Greffe
    from sne_conformite.pilotage.retards_excuses import patience
    from sne_conformite.protocole.protocole import Adresses
    from sne_conformite.rapports.avancement_au_terminal import suivre
    from sne_sandbox.cli import commande_diagnostic as diagnostic

    greffe = Greffe()
    with ouverte.servir() as (enfant, servie), contextlib.ExitStack() as fin:
        fin.callback(application.fermer)
        annoncer(5)
        diagnostic.verifier(servie)
        os.environ.update(servie.sans_proxy())  # for the application, a process that is still to start
        delai = reglages.delai or patience()
        pki = Path(fin.enter_context(tempfile.TemporaryDirectory(prefix="sne-")))
        renforts = autre and Renforts(
            autre,
            lambda base: Adresses.emises(servie.pret, base, enfant.home, pki / base, delai),
            ouverte.signaux.permis,
        )
        ouverte.signaux.tenir()
        evenements = pilotage.derouler(
            plan,
            _Interruptible(application, ouverte.signaux),
            BaseJugee(ouverte.magasin, ouverte.contrat, ouverte.base, profil=reglages.profil),
            Adresses.du_fichier_pret(servie.pret, ouverte.base, delai_max_s=delai, home=enfant.home),
            reglages,
            renforts,
            greffe,
            montrer=montrer,
        )
        evenements = ecrire(evenements)
        annoncer(6)
        rapport = suivre(evenements)
        enfant.verifier()
    return rapport, greffe


def _ecrire_a_mesure(
    demande: _DemandeDEpreuve,
    options: Mapping[str, Any],
    contrat: "Contrat",
    debut: datetime,
    connues: "Sequence[Connue]",
    evenements: Iterator[Evenement],
) -> Iterator[Evenement]:
    """The events, written as they come where --echanges and --suivi ask it. Raises UsageError for a file that
    cannot be written."""
    from sne_conformite.cli import sorties_de_rapport as rapports
    from sne_conformite.pilotage import pilotage, verdict_d_un_scenario
    from sne_conformite.rapports import suivi_de_pilotage as suivi

    if demande.dossier_echanges is not None:
        evenements = suivi.montrer(evenements, demande.dossier_echanges)
    if (fichier := demande.fichier_suivi) is not None:
        try:
            fichier.touch()
        except OSError as erreur:
            raise UsageError(
                f"Le fichier de suivi [{fichier}] ne peut pas être écrit : {raison_ecriture(erreur)}.",
                remede="donnez à --suivi un fichier d'un dossier où vous pouvez écrire",
            ) from None
        tete = rapports.entete(options, pilotage.MODE, demande.designation, demande.graine, debut=debut)
        exigences, suspens = charger_exigences(contrat.dossiers), verdict_d_un_scenario.en_suspens
        evenements = suivi.ecrire(evenements, fichier, tete, exigences, connues, suspens)
    return evenements


class EpreuveImpossible(OperatorError):
    """Nothing could be tried: the application never answered. `rapport` says so of each scenario."""

    rapport: Rapport | None = None


@dataclass(frozen=True)
class _Interruptible:
    """An application for which one does not wait any more when a signal comes."""

    application: "Application"
    signaux: Signaux

    def envoyer(self, message: dict[str, Any]) -> dict[str, Any]:
        """Its answer. Raises LienRompu, Interrompu."""
        with self.signaux.permis():
            return self.application.envoyer(message)

    def fermer(self) -> None:
        """Ends the application."""
        self.application.fermer()


def tenir_hypothesis(home: Path) -> None:
    """Hypothesis writes beside the home, not where the user is, and keeps its advice for us to itself."""
    from hypothesis.configuration import set_hypothesis_home_dir
    from hypothesis.errors import HypothesisWarning

    set_hypothesis_home_dir(home / "hypothesis")
    warnings.simplefilter("ignore", HypothesisWarning)


def _verifier_epreuve(rapport: Rapport) -> None:
    """Raises EpreuveImpossible when every scenario ended in error and nothing arrived."""
    rates = [s for s in rapport.scenarios if s.verdict in (Verdict.ERREUR, Verdict.EN_ATTENTE) and s.raison]
    autres = {s.verdict for s in rapport.scenarios if s not in rates}
    muette = rates and autres <= {Verdict.SANS_OBJET} and not rapport.entete.echanges
    if muette and not rapport.entete.inacheve:  # of a signal, what was played is told
        impossible = EpreuveImpossible(rates[0].raison)
        impossible.rapport = rapport
        raise impossible


def _application(designation: str) -> "tuple[Application, Callable[[], Application] | None]":
    """The application, not started yet; what makes another instance of it, None when it is not ours to
    start."""
    from sne_conformite.pilotage.lien_application import ApplicationHttp, ApplicationProcessus

    if designation == TEMOIN:
        return temoin(), temoin
    if designation.startswith(("http://", "https://")):
        return ApplicationHttp(designation), None
    mots = _mots(designation)
    return ApplicationProcessus(mots), lambda: ApplicationProcessus(mots)


def temoin() -> "Application":
    """The application that comes with us, not started yet."""
    from sne_conformite.pilotage.lien_application import ApplicationProcessus

    return ApplicationProcessus([sys.executable, "-P", "-m", "sne_temoin"])


def _mots(designation: str) -> list[str]:
    """The words of a command that can be run. Raises EpreuveImpossible."""
    try:
        mots = systeme.decouper(designation)
    except ValueError:  # a quote that nothing closes
        mots = []
    if not mots or shutil.which(mots[0]) is None:
        nom = mots[0] if mots else designation
        quoi, remede = empechement(nom, _LANCEMENT) if mots else ("n'est pas une commande", _LANCEMENT)
        raise EpreuveImpossible(f"L'application ne se lance pas : [{nom}] {quoi}.", remede=remede)
    return mots


def _choisir(demandes: Collection[str], connus: Collection[str]) -> tuple[str, ...]:
    """The ids that are asked for: by themselves or, where no scenario has that id, by their head (« CRE » for
    every « CRE-… »), in small letters or not."""
    choisis = set()
    for demande in demandes:
        tete = f"{demande.upper()}-"
        trouves = {demande, tete[:-1]} & set(connus) or {i for i in connus if i.upper().startswith(tete)}
        if not trouves:
            raise inconnu("Le scénario", demande, connus)
        choisis |= trouves
    return tuple(i for i in connus if i in choisis)


def de_ces_scenarios(rapport: Rapport, demandes: Collection[str]) -> Rapport:
    """`rapport`, whose command plays those scenarios alone, as they were asked for."""
    mots = [mot for demande in demandes for mot in ("--scenario", demande)]
    commande = " ".join([rapport.entete.commande, *map(shlex.quote, mots)])
    return replace(rapport, entete=replace(rapport.entete, commande=commande))


def _a_rejouer(demande: _DemandeDEpreuve, options: Mapping[str, Any]) -> str:
    """The command that plays it again; the trial adds seed, clock and scenario."""
    dits = {"examples": demande.exemples, "plan": demande.fichier_plan, "delai": demande.delai}
    dits |= {PAR_NOM[n].option[2:]: options[n] for n in _DECIDENT if options[n] != PAR_NOM[n].defaut}
    mots = [mot for nom, dit in dits.items() if dit is not None for mot in (f"--{nom}", str(dit))]
    return shlex.join(["sne-sandbox", "conform", "--application", demande.designation, *mots])
