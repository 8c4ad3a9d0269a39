"""The driven mode: an application is told the plan, command after command, and judged on all that it does.

The same seed, the same clock and the same application give the same run. The run goes on to its end in spite
of anything that the application does, unless it does not answer any more: the scenarios that are left are
then in error, and say so.
"""

import contextlib
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Final
from zlib import crc32

from sne_conformite.bilan.consequences import commun
from sne_conformite.bilan.constats_recueillis import RecueilDuJugement, dire_ce_qui_manque
from sne_conformite.bilan.trafic_juge import outil
from sne_conformite.observation.observation import Observation, citer
from sne_conformite.pilotage.base_pilotee import BaseJugee
from sne_conformite.pilotage.conditions_d_un_constat import Conditions
from sne_conformite.pilotage.couloirs import Couloirs, Renforts, presenter
from sne_conformite.pilotage.exemple_joue import BancDEssai, ExempleJoue, LienApplication, jouer_exemple
from sne_conformite.pilotage.exemple_reduit import BUDGET, Essayer, Exemples, Reductions, au_sort
from sne_conformite.pilotage.lien_application import Application, LienRompu
from sne_conformite.pilotage.proces_verbal import Greffe
from sne_conformite.pilotage.retards_excuses import TROP_CHARGEE
from sne_conformite.pilotage.verdict_d_un_scenario import (
    PAREILS_MAX,
    Blocage,
    Recolte,
    ensemble,
    generaliser,
    inacheve,
)
from sne_conformite.plan.exemples_tires import ExempleTire, strategie
from sne_conformite.plan.plan import Plan, Scenario
from sne_conformite.protocole.defi_du_verificateur import graine_du_defi
from sne_conformite.protocole.protocole import PROTOCOLE, Adresses
from sne_conformite.rapports.rapport import (
    Constat,
    DebutJugement,
    EchangeCite,
    Entete,
    Evenement,
    Fin,
    Rapport,
    ResultatScenario,
    ScenarioCommence,
    ScenarioFini,
    Verdict,
    Verification,
)
from sne_conformite.rapports.verdict_de_conformite import OBLIGATOIRE, decider, retardes
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.exigences_et_mentions import charger_certification, charger_exigences, niveaux
from sne_interface.domain.dates import PARIS
from sne_interface.domain.texte import abrege, accorde
from sne_interface.domain.valeurs_en_json import en_json
from sne_interface.rules.engine import regles_eteintes
from sne_interface.settings import EXEMPLES_MAX

MODE: Final = "plan"
#: How many times as fast as ours the clock goes on which an application waits to try again, if it can: no
#: more, or one that does not wait would be taken for one that does.
ACCELERATION: Final = 5.0
#: Exchanges of a scenario that are shown as it ends.
MONTRES_MAX: Final = 12
#: Scenarios in a row that end in error before the application is given up.
ERREURS_MAX: Final = 3
_RIEN_A_TEMPS: Final = f"l'application n'a encore mené aucune commande à bien, et {TROP_CHARGEE}"
_RIEN_DE_FAIT: Final = (
    "Rien n'a été prouvé : l'application n'a fait aucune des commandes du plan jusqu'à une vérification."
)
_RIEN_DE_VERIFIE: Final = (
    "Rien n'a été prouvé : l'application a fait {combien} du plan, et rien, dans ces échanges, ne montre les "
    "exigences de ces scénarios."
)


@dataclass(frozen=True)
class ReglagesPilotage:
    """How an application is tried: `exemples` are asked of each scenario (see `Scenario.combien`), the base's
    clock starts at `maintenant` (aware; the machine's by default), `seulement` names the scenarios to play
    (all by default), `reduction` is how many examples a shrink may run, 0 for none. `nom` is how the
    application is called until it says its name, `commande` the command line that findings are reproduced by,
    but for seed, clock and scenario; `exiger` the requirements whose evidence may not lack; `acceleration`
    the clock that the application is given to wait on; `delai` the seconds that it is to wait for an answer,
    0 for as many as the machine's slowness asks; `defi` the challenge in which it is asked who it is: the
    seed is then drawn from its answer."""

    exemples: int = 10
    graine: int = 0
    maintenant: datetime | None = None
    seulement: Collection[str] = ()
    profil: str = "ecole"
    nom: str = ""
    commande: str = "sne-sandbox conform"
    reduction: int = BUDGET
    exiger: Collection[str] = ()
    acceleration: float = 1.0
    delai: float = 0.0
    defi: str = ""

    @classmethod
    def de_json(cls, dits: Mapping[str, Any]) -> "ReglagesPilotage":
        """Reads the settings that a procès-verbal has, if a run could have them. Raises TypeError,
        ValueError, KeyError."""
        lus = cls(**{**dits, "maintenant": datetime.fromisoformat(dits["maintenant"])})
        for champ in fields(cls):
            modele, lu = champ.default, getattr(lus, champ.name)
            genre = list if modele == () else datetime if modele is None else type(modele)
            if type(lu) is not genre and not (genre is float and type(lu) is int):
                raise ValueError(f"reglages.{champ.name} : {abrege(repr(lu), 40)}")
        for nom, juste in (
            ("exemples", 1 <= lus.exemples <= EXEMPLES_MAX),
            ("reduction", 0 <= lus.reduction <= BUDGET),
            ("acceleration", lus.acceleration > 0),
        ):
            if not juste:
                raise ValueError(f"reglages.{nom} : {getattr(lus, nom)}")
        return lus


def derouler(
    plan: Plan,
    application: Application,
    base: BaseJugee,
    adresses: Adresses,
    reglages: ReglagesPilotage,
    renforts: Renforts | None = None,
    greffe: Greffe | None = None,
    *,
    montrer: bool = False,
) -> Iterator[Evenement]:
    """Plays the scenarios of `plan`; ends with `Fin`, mode « plan ». With `renforts`, an application that
    says that it can plays them beside one another; `greffe` notes what is needed to judge again; `montrer`
    has each scenario tell exchanges that it made. A KeyboardInterrupt that `application` raises ends the run,
    and the report says what was played. Never raises for what the application does."""
    debut = datetime.now(UTC)
    instant = (reglages.maintenant or debut).astimezone(PARIS).replace(microsecond=0)
    exigences = charger_exigences(base.contrat.dossiers)
    formes = charger_certification(base.contrat.dossiers).formes
    choisis = [s for s in plan if not reglages.seulement or s.id in reglages.seulement]
    greffe = greffe or Greffe()
    with contextlib.ExitStack() as pile:
        lien = LienApplication(application, pile.enter_context(greffe.pouls(adresses, base)))
        obligatoires = frozenset(e.id for e in exigences.values() if e.niveau == OBLIGATOIRE)
        banc = greffe.suivre(BancDEssai(lien, base, adresses, obligatoires))
        couloirs = greffe.couloirs(banc, renforts)
        pile.callback(couloirs.fermer)
        pilotage = _Pilotage(
            banc,
            couloirs,
            replace(reglages, maintenant=instant),
            instant,
            RecueilDuJugement(base.contrat, exigences, reglages.profil, formes=formes),
            Reductions(reglages.reduction),
            greffe,
            montrer,
        )
        yield DebutJugement(reglages.nom or PROTOCOLE, len(choisis), niveaux(exigences))
        with pilotage.jusqu_a_l_interruption():
            pilotage.demarrer()
        greffe.commencer(base.nom, en_json(pilotage.reglages))
        resultats: dict[int, ResultatScenario] = {}
        for rang in chain(range(len(choisis)), pilotage.reprendre(resultats)):
            scenario = choisis[rang]
            yield ScenarioCommence(scenario.id, scenario.groupe, scenario.titre, rang + 1)
            resultats[rang] = pilotage.passer(scenario)
            yield ScenarioFini(resultats[rang], pilotage.montres(resultats[rang]))
            pilotage.renforcer(choisis[rang + 1 :])
        pilotage.finir()
        greffe.finir(base.dernier(), pilotage.interruption)
    yield Fin(pilotage.conclure(debut, [*resultats.values()]))


def tirages_de(
    scenario: Scenario, contrat: Contrat, reglages: ReglagesPilotage, instant: datetime, guichet: str
) -> Essayer:
    """Tries the examples that the seed gives of a scenario, in a run that begins at `instant` (aware)."""
    graine = crc32(f"{reglages.graine}:{scenario.id}".encode())
    debut = instant_de(scenario, instant)

    def essayer(*essai: Any) -> None:
        au_sort(strategie(scenario, contrat, instant=debut, guichet=guichet), graine)(*essai)

    return essayer


def instant_de(scenario: Scenario, instant: datetime) -> datetime:
    """When the examples of a scenario begin, in a run that begins at `instant`."""
    return datetime.fromisoformat(scenario.instant) if scenario.instant else instant


@dataclass(frozen=True)
class _Presentation:
    """The presentation of the application, as it answers `demarrer`; and what the contract has: the versions
    of messages, the commands of its roles."""

    dite: Mapping[str, Any]
    admises: frozenset[str]
    prevues: frozenset[str]

    @property
    def nom(self) -> str:
        """Its name and version."""
        return f"{self.dite['nom']} {self.dite['version']}"

    def combien(self, quoi: str) -> int:
        """How many of it may run at once (« instances »), commands of one of them (« a_la_fois »), or
        guichets that it serves (« guichets »)."""
        return int(self.dite.get(quoi) or 1)

    def manque(self, scenario: Scenario) -> str:
        """Why a scenario is of no concern to it, "" when it is."""
        connues, ecrites, filtres = (
            frozenset(map(str, self.dite.get(nom) or ())) for nom in ("commandes", "versions", "filtres")
        )
        for dit, manquent in (
            ("l'application ne connaît pas :", scenario.commandes - connues),
            ("l'interface n'admet pas la version", scenario.versions - self.admises),
            ("l'interface ne prévoit pas :", scenario.commandes - self.prevues),
            ("l'application n'écrit pas la version", scenario.versions - (ecrites or scenario.versions)),
            ("l'application ne filtre pas ses relevés par :", scenario.filtres - filtres),
        ):
            if manquent:
                return f"{dit} {', '.join(sorted(manquent))}"
        if scenario.a_la_fois > self.combien("a_la_fois"):
            return f"l'application ne mène pas {scenario.a_la_fois} commandes à la fois"
        if scenario.guichets > self.combien("guichets"):
            return f"l'application ne sert pas {scenario.guichets} guichets"
        return ""


@dataclass
class _Pilotage:
    """A run of the plan under way: what it is played on, what it has shown so far."""

    banc: BancDEssai
    couloirs: Couloirs
    reglages: ReglagesPilotage
    instant: datetime
    recueil: RecueilDuJugement
    reductions: Reductions
    greffe: Greffe
    montrer: bool
    presentation: _Presentation | None = None
    #: Why the application is given up, "" while it is not.
    panne: str = ""
    #: What interrupted the run, "" while nothing has.
    interruption: str = ""
    erreurs: int = 0
    non_joues: int = 0
    echanges: int = 0
    #: How many commands the application did, and how many scenarios came too late to be judged whole.
    faites: int = 0
    retards: int = 0
    blocage: Blocage = field(default_factory=Blocage)
    conditions: Conditions = field(default_factory=Conditions)
    #: Of the scenario that is played, where exchanges are shown: those of its first example, then those that
    #: findings cite.
    vues: list[Observation] = field(default_factory=list)

    # --- the session -------------------------------------------------------------------------------------

    def demarrer(self) -> None:
        """Tells the application where we are; what it knows."""
        try:
            reponse = presenter(self.banc, self.instant, self.reglages.acceleration, self.reglages.defi)
        except LienRompu as rompu:
            self.panne = rompu.diagnostics()
            return
        contrat = self.banc.base.contrat
        roles = charger_certification(contrat.dossiers).roles
        self.presentation = _Presentation(
            reponse,
            frozenset(contrat.versions),
            frozenset(c for role in roles.values() for c in role.commandes),
        )
        if defi := self.reglages.defi:
            self.reglages = replace(self.reglages, graine=graine_du_defi(defi, self.presentation.nom))

    @property
    def commande(self) -> str:
        """The command that plays the run again."""
        reglages = self.reglages
        return f"{reglages.commande} --seed {reglages.graine} --clock {self.instant.isoformat()}"

    def renforcer(self, restants: Sequence[Scenario]) -> None:
        """Has the rest played in several lanes, once the application was seen to do a command and to read its
        answer: until then, the findings of a scenario may be a consequence of the previous one. The scenarios
        that send the application elsewhere stay in this lane: the refusals of their server are those of its
        base."""
        vu = self.blocage.leve and self.banc.lien.lectures.lues
        arret = self.panne or self.interruption or self.banc.lien.seul
        if not (vu and self.couloirs.possibles) or arret or not self.presentation:
            return
        a_jouer = [s for s in restants if not s.ailleurs and not self.presentation.manque(s)]
        a_dire = (self.instant, self.reglages.acceleration, self.reglages.defi)
        instances = self.presentation.combien("instances")
        self.couloirs.ouvrir(a_jouer, instances, a_dire, self._tirer, self._jouer)

    def reprendre(self, resultats: Mapping[int, ResultatScenario]) -> Iterator[int]:
        """The ranks of the scenarios that the machine kept from being judged, once the plan was played: they
        are played once again, alone, by an application that starts again and is told to wait longer."""
        tardifs = [rang for rang, resultat in resultats.items() if resultat.retard]
        banc = None
        if tardifs and not self.panne and not self.interruption:
            banc = self.greffe.reprendre(self.banc, self.reglages.delai)
        if banc is None:
            return
        self.banc, banc.lien.seul = banc, True
        with self.jusqu_a_l_interruption(), contextlib.suppress(LienRompu):
            self.couloirs.relancer()
            presenter(banc, self.instant, self.reglages.acceleration, self.reglages.defi)
            yield from tardifs

    def finir(self) -> None:
        """Tells the application that it is over."""
        if not self.panne and not self.interruption:
            with contextlib.suppress(LienRompu, KeyboardInterrupt):  # it is over all the same
                self.banc.lien.dire("fin", self.instant, {})
                self.couloirs.finir(self.instant)

    def conclure(self, debut: datetime, resultats: list[ResultatScenario]) -> Rapport:
        """The report of the run."""
        reglages = self.reglages
        entete = Entete(
            outil=outil(),
            contrat=self.banc.base.contrat.nom,
            profil=reglages.profil,
            mode=MODE,
            application=self.presentation.nom if self.presentation else reglages.nom or "application",
            base=self.banc.base.nom,
            graine=reglages.graine,
            commande=self.commande,
            debut=debut,
            fin=datetime.now(UTC),
            echanges=self.echanges,
            exemples=sum(resultat.exemples for resultat in resultats),
            defi=reglages.defi,
            inacheve=inacheve(self.interruption, resultats),
            surcharge=self.banc.base.contrat.dossiers.surcharge,
            regles_eteintes=regles_eteintes(self.banc.base.contrat),
        )
        resultats = generaliser(resultats, self.recueil.constats)
        bilans = self.conditions.dire(dire_ce_qui_manque(self.recueil.bilans(), resultats))
        rapport = self.recueil.rapport(entete, resultats, bilans)
        return decider(rapport, tuple(self._motifs(rapport)), exigees=reglages.exiger)

    def _motifs(self, rapport: Rapport) -> Iterator[str]:
        """Why nothing was proved, when no check came to a verdict: an application that does nothing is not
        conforming, nor is one that nothing could be seen of. And how much was not played because the
        application was given up."""
        jugees = (Verdict.REUSSI, Verdict.ECHOUE, Verdict.ERREUR)
        arret = self.panne or self.interruption or retardes(rapport)
        if not (arret or any(v.verdict in jugees for v in rapport.verifications)):
            combien = accorde(self.faites, "commande")
            yield _RIEN_DE_VERIFIE.format(combien=combien) if self.faites else _RIEN_DE_FAIT
        if self.non_joues:
            combien = accorde(self.non_joues, "scénario n'a pas été joué", "scénarios n'ont pas été joués")
            yield f"{combien} : {self.panne.removesuffix('.')}."

    # --- a scenario --------------------------------------------------------------------------------------

    def passer(self, scenario: Scenario) -> ResultatScenario:
        """Plays a scenario; nothing is concluded of one that is interrupted."""
        if not self.interruption:
            with self.jusqu_a_l_interruption():
                return self._passer(scenario)
        return self._sans(scenario, Verdict.EN_ATTENTE, self.interruption)

    @contextlib.contextmanager
    def jusqu_a_l_interruption(self) -> Iterator[None]:
        """Notes a signal that cuts its block short; one without a name is for who judges the run again."""
        try:
            yield
        except KeyboardInterrupt as signal:
            if not signal.args:
                raise
            self.interruption = f"interrompu ({signal})"

    def _passer(self, scenario: Scenario) -> ResultatScenario:
        manque = self.presentation.manque(scenario) if self.presentation else ""
        if manque:
            return self._sans(scenario, Verdict.SANS_OBJET, manque)
        if self.blocage.atteint:
            return self._sans(scenario, Verdict.IGNORE, self.blocage.raison)
        if self.retards >= PAREILS_MAX and not (self.faites or self.banc.lien.seul):
            return replace(self._sans(scenario, Verdict.IGNORE, _RIEN_A_TEMPS), retard=_RIEN_A_TEMPS)
        if self.panne:
            self.non_joues += 1
            return self._sans(scenario, Verdict.EN_ATTENTE, self.panne)
        debut = time.perf_counter()
        tirages = self._tirages(scenario)
        recolte, erreur = Recolte(), ""
        self.vues.clear()
        rendu = None if self.banc.lien.seul else self.couloirs.rendre(scenario.id)
        for cle, joue in rendu.exemples.items() if rendu else self._sur_place(scenario, tirages):
            tirages.vus[cle] = joue.fautes
            self.echanges += len(joue.observations)
            if self.montrer:
                premier = not self.vues
                cites = {constat.echange for constat in joue.constats if constat.rompue}
                self.vues += [v for v in joue.observations if premier or v.identifiant in cites]
            recolte.prendre(joue)
            self._noter(joue, recolte)
            self.conditions.voir(scenario, cle, joue)
            erreur = joue.erreur
            if erreur or self.blocage.suffit(joue):
                break
        joues = len(tirages.vus)
        self.faites += recolte.faites
        self.retards += bool(recolte.retard)
        self.erreurs = self.erreurs + 1 if erreur else 0
        if self.erreurs >= ERREURS_MAX:
            self.panne = f"l'application ne répond plus : {erreur}"
        self.blocage.voir(scenario.id, recolte)
        verifications = tuple(
            self._verifier(scenario, exigence, recolte, tirages)
            for exigence in dict.fromkeys(
                (*scenario.exigences, *recolte.cassees, *recolte.empechees, *recolte.plies)
            )
        )
        self._retenir_des_reductions(tirages)
        verdict = ensemble(verifications)
        return ResultatScenario(
            scenario.id,
            scenario.groupe,
            scenario.titre,
            verdict,
            verifications,
            exemples=joues,
            duree=rendu.duree if rendu else time.perf_counter() - debut,
            raison=recolte.erreur or (recolte.arret if verdict is not Verdict.REUSSI else ""),
            declins={commande: sorted(formes) for commande, formes in recolte.declins.items()},
            retard=recolte.retard,
        )

    def montres(self, resultat: ResultatScenario) -> tuple[EchangeCite, ...]:
        """Exchanges of a scenario that has just ended, in their order: those that its checks cite, then those
        of its first example, MONTRES_MAX in all; none unless they are shown."""
        if not self.montrer:
            return ()
        par_id = {vue.identifiant: vue for vue in self.vues}
        cites = dict.fromkeys(c.echange for v in resultat.verifications for c in v.constats if c.echange)
        trouves = {}
        for numero in (*cites, *par_id):
            connu = numero and self.recueil.montre(numero)
            if connu:
                trouves[connu.identifiant] = connu
            elif numero in par_id:
                with par_id[numero].isoler("le montrer"):
                    trouves[numero or 0] = citer(par_id[numero])
            if len(trouves) >= MONTRES_MAX:
                break
        self.vues.clear()
        return tuple(trouves[numero] for numero in sorted(trouves))

    def _jouer(self, scenario: Scenario, exemple: ExempleTire, banc: BancDEssai) -> ExempleJoue:
        with self.greffe.exemple(scenario, exemple, banc.lien):
            return jouer_exemple(scenario, exemple, instant_de(scenario, self.instant), banc)

    def _tirages(self, scenario: Scenario) -> Exemples:
        """The examples of a scenario, shrunk on this bench."""

        def jouer(exemple: ExempleTire) -> ExempleJoue:
            joue = self._jouer(scenario, exemple, self.banc)
            self.echanges += len(joue.observations)  # findings cite them
            self.conditions.voir(scenario, exemple.cle(), joue, tire=False)
            return joue

        guichet = self.banc.adresses.guichet
        essayer = tirages_de(scenario, self.banc.base.contrat, self.reglages, self.instant, guichet)
        return self.greffe.exemples(scenario, Exemples(scenario, essayer, jouer), self.banc.lien)

    def _tirer(self, scenario: Scenario) -> Mapping[str, ExempleTire]:
        return self._tirages(scenario).tirer(scenario.combien(self.reglages.exemples))

    def _sur_place(self, scenario: Scenario, tirages: Exemples) -> Iterator[tuple[str, ExempleJoue]]:
        """The examples of a scenario, played on this bench as they are asked for."""
        for cle, exemple in tirages.tirer(scenario.combien(self.reglages.exemples)).items():
            yield cle, self._jouer(scenario, exemple, self.banc)

    def _sans(self, scenario: Scenario, verdict: Verdict, raison: str) -> ResultatScenario:
        """The result of a scenario that is not played."""
        verifications = tuple(
            Verification(scenario.id, exigence, verdict, raison=raison) for exigence in scenario.exigences
        )
        qui = (scenario.id, scenario.groupe, scenario.titre)
        return ResultatScenario(*qui, verdict, verifications, raison=raison)

    def _noter(self, joue: ExempleJoue, recolte: Recolte) -> None:
        for vue in joue.observations:
            self.recueil.voir(vue)
        par_id = {vue.identifiant: vue for vue in joue.observations}
        for constat in joue.constats:
            sien = par_id.get(constat.echange)
            if self.recueil.noter(constat, sien):
                self._citer(constat, sien)
            elif sien is not None and constat in recolte.cassees.get(constat.exigence, ()):
                self.recueil.citer(sien, encore=True)
        self.recueil.deplorer(joue.accidents)
        for vue in joue.observations:
            self.recueil.deplorer(vue.accidents)

    def _retenir_des_reductions(self, tirages: Exemples) -> None:
        """Notes what only the smaller examples of a shrink broke: the journal has their exchanges, and a
        report made again from the evidence would find it."""
        for fautes in tirages.vus.values():
            for constat in fautes.values():
                connus = self.recueil.constats.ruptures.get(constat.exigence, ())
                if commun(constat) not in map(commun, connus) and self.recueil.noter(constat):
                    self._citer(constat)

    def _citer(self, constat: Constat, connue: Observation | None = None) -> None:
        """Shows the exchange of a finding, which is read from the journal when it is not at hand."""
        cle = constat.echange
        if cle is None or self.recueil.montre(cle):
            return
        if connue is None:
            echange = self.banc.base.echange(cle)
            connue = None if echange is None else Observation(echange, self.banc.base.contrat)
        if connue is not None:
            self.recueil.citer(connue)

    # --- its checks --------------------------------------------------------------------------------------

    def _verifier(
        self, scenario: Scenario, exigence: str, recolte: Recolte, tirages: Exemples
    ) -> Verification:
        """The check of a requirement in a scenario."""
        commande = f"{self.commande} --scenario {scenario.id}"
        cassees = recolte.cassees.get(exigence)
        if not cassees:
            verdict, raison = recolte.sans_faute(exigence)
            plies = tuple(recolte.plies.get(exigence, ())) if verdict is Verdict.IGNORE else ()
            return Verification(
                scenario.id,
                exigence,
                verdict,
                plies,
                raison=raison,
                commande=commande if verdict is Verdict.ERREUR else "",
                cause=plies[0].cause if plies else "",
            )
        ici = f"{scenario.id}/{exigence}"
        for constat in cassees:
            reduit = self.reductions.reduire(ici, constat, tirages, scenario.combien(self.reglages.exemples))
            if reduit is not None:
                self._citer(reduit)
        montres = [self.reductions.montrer(ici, constat) for constat in cassees]
        ailleurs = next((ailleurs for _, ailleurs in montres if ailleurs), "")
        constats = tuple(constat for constat, _ in montres)
        return Verification(
            scenario.id,
            exigence,
            Verdict.ECHOUE,
            constats,
            exemple=next((c.exemple for c in constats if c.exemple is not None), None),
            commande=commande,
            raison=f"même écart que {ailleurs}" if ailleurs else "",
        )
