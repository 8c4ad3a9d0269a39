"""Runs the plan against an application, and tells it as it goes: the driven mode.

Same seed, same clock, same application: same run. Whatever the application does, the run goes on to its end,
unless the application does not answer any more: what is left is then in error, and says so.
"""

import contextlib
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final
from zlib import crc32

from sne_sandbox.conformance import trafic
from sne_sandbox.conformance.adresses import Adresses
from sne_sandbox.conformance.application import Application, LienRompu
from sne_sandbox.conformance.base import BaseJugee
from sne_sandbox.conformance.bilan import ReleveConstats, dire_ce_qui_manque
from sne_sandbox.conformance.blocage import Blocage
from sne_sandbox.conformance.citation import citer
from sne_sandbox.conformance.consequences import obligatoires
from sne_sandbox.conformance.couverture import Couverture
from sne_sandbox.conformance.deroulement import Deroule, LienApplication
from sne_sandbox.conformance.deroulement import derouler as derouler_exemple
from sne_sandbox.conformance.exemples import ExempleTire, strategie
from sne_sandbox.conformance.observation import observer
from sne_sandbox.conformance.plan import Plan, Scenario
from sne_sandbox.conformance.pouls import Pouls
from sne_sandbox.conformance.protocole import PROTOCOLE
from sne_sandbox.conformance.recolte import Recolte, ensemble, inacheve
from sne_sandbox.conformance.reduction import BUDGET, Cle, Exemples, depend_du_menage
from sne_sandbox.conformance.reponses import Reponses
from sne_sandbox.contract.exigences import Exigence, charger_exigences, niveaux
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.dates import PARIS
from sne_sandbox.domain.texte import accorde
from sne_sandbox.reports.decision import decider
from sne_sandbox.reports.model import (
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

MODE: Final = "plan"
#: Scenarios in a row that end in error before the application is given up.
ERREURS_MAX: Final = 3
_RIEN: Final = (
    "Rien n'a été prouvé : l'application n'a fait aucune des commandes du plan jusqu'à une vérification."
)


def derouler(
    plan: Plan,
    application: Application,
    base: BaseJugee,
    contrat: Contrat,
    *,
    exemples: int = 10,
    graine: int = 0,
    adresses: Adresses,
    maintenant: datetime | None = None,
    seulement: Collection[str] = (),
    profil: str = "ecole",
    nom: str = "",
    commande: str = "sne-sandbox conform",
    reduction: int = BUDGET,
    exiger: Collection[str] = (),
) -> Iterator[Evenement]:
    """Runs the scenarios of `plan` (those of `seulement`, when it names some), each on as many examples as
    `Scenario.combien` makes of `exemples`; ends with `Fin`, mode « plan ». `maintenant` (aware; the machine's
    by default) is where the base's clock starts; `commande` the command line that findings are reproduced by,
    but for seed, clock and scenario; `reduction` the examples that a shrink may run, 0 for none; `exiger` the
    requirements whose evidence may not lack. A KeyboardInterrupt that `application` raises ends the run, and
    the report says what was played. Never raises for what the application does."""
    debut = datetime.now(UTC)
    instant = (maintenant or debut).astimezone(PARIS).replace(microsecond=0)
    with Pouls.de(adresses, base) as pouls:
        epreuve = _Epreuve(
            lien=LienApplication(application, pouls),
            base=base,
            contrat=contrat,
            exemples=exemples,
            graine=graine,
            adresses=adresses,
            instant=instant,
            commande=f"{commande} --seed {graine} --clock {instant.isoformat()}",
            budget=reduction,
            exigences=charger_exigences(contrat.dossiers),
            releve=ReleveConstats(),
            mesure=Couverture(contrat, profil),
        )
        choisis = [s for s in plan if not seulement or s.id in seulement]
        yield DebutJugement(nom or PROTOCOLE, len(choisis), niveaux(epreuve.exigences))
        with epreuve.jusqu_a_l_interruption():
            epreuve.demarrer()
        resultats = []
        for rang, scenario in enumerate(choisis, 1):
            yield ScenarioCommence(scenario.id, scenario.groupe, scenario.titre, rang)
            resultats.append(epreuve.passer(scenario))
            yield ScenarioFini(resultats[-1])
        epreuve.finir()
    entete = Entete(
        outil=trafic.outil(),
        contrat=contrat.nom,
        profil=profil,
        mode=MODE,
        application=epreuve.nom or nom or "application",
        base=base.nom,
        graine=graine,
        commande=epreuve.commande,
        debut=debut,
        fin=datetime.now(UTC),
        echanges=epreuve.echanges,
        exemples=sum(r.exemples for r in resultats),
        inacheve=inacheve(epreuve.interruption, resultats),
    )
    rapport = Rapport(
        entete=entete,
        conforme=True,
        scenarios=tuple(resultats),
        bilans=dire_ce_qui_manque(epreuve.releve.bilans(epreuve.exigences), resultats),
        couverture=epreuve.mesure.rubriques(),
        echanges=tuple(epreuve.cites[cle] for cle in sorted(epreuve.cites)),
        reponses=epreuve.reponses.liste(),
    )
    rien = () if epreuve.panne or epreuve.interruption or _juge(rapport) else (_RIEN,)
    yield Fin(decider(rapport, (*rien, *epreuve.abandon()), exigees=exiger))


def _juge(rapport: Rapport) -> bool:
    """Whether one check at least came to a verdict: an application that does nothing is not conforming."""
    return any(v.verdict in (Verdict.REUSSI, Verdict.ECHOUE, Verdict.ERREUR) for v in rapport.verifications)


@dataclass(slots=True)
class _Epreuve:
    lien: LienApplication
    base: BaseJugee
    contrat: Contrat
    exemples: int
    graine: int
    adresses: Adresses
    instant: datetime
    commande: str
    budget: int
    exigences: Mapping[str, Exigence]
    releve: ReleveConstats
    mesure: Couverture
    nom: str = ""
    commandes: frozenset[str] = frozenset()
    versions: frozenset[str] = frozenset()
    panne: str = ""
    """Why the application is given up, "" while it is not."""
    interruption: str = ""
    """What interrupted the run, "" while nothing has."""
    erreurs: int = 0
    non_joues: int = 0
    echanges: int = 0
    cites: dict[int, EchangeCite] = field(default_factory=dict)
    reponses: Reponses = field(default_factory=Reponses)
    blocage: Blocage = field(default_factory=Blocage)
    reduits: dict[Cle, tuple[str, Mapping[str, Any], Constat]] = field(default_factory=dict)
    """By kind of finding: the check that shrank it, its example, its finding."""

    # --- the session -------------------------------------------------------------------------------------

    def demarrer(self) -> None:
        """Tells the application where we are; what it knows."""
        self.base.remettre(self.instant, self.adresses.boite_entree)
        champs = {"protocole": PROTOCOLE, "contrat": self.contrat.nom, **self.adresses.en_json()}
        try:
            reponse = self.lien.dire("demarrer", self.instant, champs)
        except LienRompu as rompu:
            self.panne = rompu.diagnostics()
            return
        if reponse["statut"] != "fait":
            self.panne = f"« demarrer » a répondu « {reponse['statut']} » : {reponse.get('message') or ''}"
            return
        self.nom = f"{reponse['nom']} {reponse['version']}"
        self.commandes = frozenset(str(c) for c in reponse["commandes"])
        self.versions = frozenset(str(v) for v in reponse.get("versions") or ())

    def finir(self) -> None:
        """Tells the application that it is over."""
        if not self.panne and not self.interruption:
            with contextlib.suppress(LienRompu, KeyboardInterrupt):  # it is over all the same
                self.lien.dire("fin", self.instant, {})

    def abandon(self) -> tuple[str, ...]:
        """A sentence of what was not played because the application was given up."""
        if not self.non_joues:
            return ()
        combien = accorde(self.non_joues, "scénario n'a pas été joué", "scénarios n'ont pas été joués")
        return (f"{combien} : {self.panne.removesuffix('.')}.",)

    # --- a scenario --------------------------------------------------------------------------------------

    def passer(self, scenario: Scenario) -> ResultatScenario:
        """Runs a scenario; nothing is concluded of one that is interrupted."""
        if not self.interruption:
            with self.jusqu_a_l_interruption():
                return self._passer(scenario)
        return self._sans(scenario, Verdict.EN_ATTENTE, self.interruption)

    @contextlib.contextmanager
    def jusqu_a_l_interruption(self) -> Iterator[None]:
        """What is within may be cut short by a KeyboardInterrupt, which is noted."""
        try:
            yield
        except KeyboardInterrupt as signal:
            self.interruption = f"interrompu ({signal or 'SIGINT'})"

    def _passer(self, scenario: Scenario) -> ResultatScenario:
        manque = self._manque(scenario) if self.nom else ""
        if manque:
            return self._sans(scenario, Verdict.SANS_OBJET, manque)
        if self.blocage.atteint:
            return self._sans(scenario, Verdict.IGNORE, self.blocage.raison)
        if self.panne:
            self.non_joues += 1
            return self._sans(scenario, Verdict.EN_ATTENTE, self.panne)
        debut = time.perf_counter()
        instant = datetime.fromisoformat(scenario.instant) if scenario.instant else self.instant
        tirages = Exemples(
            strategie(scenario, self.contrat, instant=instant, guichet=self.adresses.guichet),
            crc32(f"{self.graine}:{scenario.id}".encode()),
            lambda exemple: self._jouer(scenario, exemple, instant),
        )
        recolte = Recolte()

        def suivre(deroule: Deroule) -> bool:
            recolte.prendre(deroule)
            self._noter(deroule)
            return not deroule.erreur and not self.blocage.suffit(deroule)

        combien = scenario.combien(self.exemples)
        joues = tirages.parcourir(combien, suivre)
        self._compter_erreurs(recolte)
        self.blocage.voir(scenario.id, recolte)
        verifications = tuple(
            self._verifier(scenario, exigence, recolte, tirages, combien)
            for exigence in dict.fromkeys((*scenario.exigences, *recolte.cassees, *recolte.empechees))
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
            duree=time.perf_counter() - debut,
            raison=recolte.erreur or (recolte.arret if verdict is not Verdict.REUSSI else ""),
        )

    def _manque(self, scenario: Scenario) -> str:
        """Why the scenario is of no concern to this application."""
        inconnues = sorted(scenario.commandes - self.commandes)
        if inconnues:
            return f"l'application ne connaît pas : {', '.join(inconnues)}"
        absentes = sorted(scenario.versions - self.versions) if self.versions else []
        if absentes:
            return f"l'application n'écrit pas la version {', '.join(absentes)}"
        return ""

    def _sans(self, scenario: Scenario, verdict: Verdict, raison: str) -> ResultatScenario:
        verifications = tuple(
            Verification(scenario.id, exigence, verdict, raison=raison) for exigence in scenario.exigences
        )
        return ResultatScenario(
            scenario.id, scenario.groupe, scenario.titre, verdict, verifications, raison=raison
        )

    def _jouer(self, scenario: Scenario, exemple: ExempleTire, instant: datetime) -> Deroule:
        deroule = derouler_exemple(
            scenario,
            exemple,
            self.lien,
            self.base,
            self.contrat,
            self.adresses,
            instant,
            obligatoires(niveaux(self.exigences)),
        )
        self.echanges += len(deroule.observations)  # those of a shrink too: findings cite them
        return deroule

    def _noter(self, deroule: Deroule) -> None:
        for observation in deroule.observations:
            self.mesure.voir(observation)
            self.reponses.voir(observation)
        par_id = {o.echange.identifiant: o.echange for o in deroule.observations}
        for constat in deroule.constats:
            if constat.exigence in self.exigences and self.releve.noter(constat):
                self._citer(constat, par_id)

    def _retenir_des_reductions(self, tirages: Exemples) -> None:
        """What only the smaller examples of a shrink broke is broken too: the journal, which evidence is
        judged again from, has their exchanges."""
        for fautes in tirages.vus.values():
            for constat in fautes.values():
                if constat.exigence in self.exigences and constat.exigence not in self.releve.ruptures:
                    self.releve.noter(constat)
                    self._citer(constat, {})

    def _citer(self, constat: Constat, connus: Mapping[int | None, Any]) -> None:
        cle = constat.echange
        if cle is None or cle in self.cites:
            return
        echange = connus.get(cle) or self.base.magasin.journal.lire(self.base.nom, cle)
        if echange is not None:
            self.cites[cle] = citer(observer(echange, self.contrat))

    def _compter_erreurs(self, recolte: Recolte) -> None:
        self.erreurs = self.erreurs + 1 if recolte.erreur else 0
        if self.erreurs >= ERREURS_MAX:
            self.panne = f"l'application ne répond plus : {recolte.erreur}"

    # --- its checks --------------------------------------------------------------------------------------

    def _verifier(
        self, scenario: Scenario, exigence: str, recolte: Recolte, tirages: Exemples, combien: int
    ) -> Verification:
        cassees = recolte.cassees.get(exigence)
        commande = f"{self.commande} --scenario {scenario.id}"
        if cassees:
            return self._echec(scenario, exigence, cassees, tirages, combien, commande)
        if exigence in recolte.empechees:
            return Verification(
                scenario.id, exigence, Verdict.ERREUR, raison=recolte.empechees[exigence], commande=commande
            )
        if exigence in recolte.tenues and not recolte.erreur:
            return Verification(scenario.id, exigence, Verdict.REUSSI)
        if recolte.erreur:
            return Verification(
                scenario.id, exigence, Verdict.ERREUR, raison=recolte.erreur, commande=commande
            )
        if exigence in recolte.consequences:
            return Verification(scenario.id, exigence, Verdict.IGNORE, raison=recolte.consequences[exigence])
        if recolte.arret:
            return Verification(scenario.id, exigence, Verdict.IGNORE, raison=recolte.arret)
        return Verification(
            scenario.id, exigence, Verdict.EN_ATTENTE, raison="rien, dans ces échanges, ne l'a montrée"
        )

    def _echec(
        self,
        scenario: Scenario,
        exigence: str,
        cassees: list[Constat],
        tirages: Exemples,
        combien: int,
        commande: str,
    ) -> Verification:
        ici = f"{scenario.id}/{exigence}"
        for constat in cassees:
            self._reduire(ici, (constat.exigence, constat.sorte), tirages, combien)
        constats, ailleurs = [], ""
        for constat in cassees:
            reduit = self.reduits.get((exigence, constat.sorte))
            if reduit is None:  # what was told is not the smallest that could be
                constats.append(replace(constat, exemple=None))
                continue
            premier, exemple, montre = reduit
            constats.append(replace(montre if premier == ici else constat, exemple=exemple))
            ailleurs = ailleurs or ("" if premier == ici else premier)
        return Verification(
            scenario.id,
            exigence,
            Verdict.ECHOUE,
            tuple(constats),
            exemple=next((c.exemple for c in constats if c.exemple is not None), None),
            commande=commande,
            raison=f"même écart que {ailleurs}" if ailleurs else "",
        )

    def _reduire(self, ici: str, cle: Cle, tirages: Exemples, combien: int) -> None:
        """Shrinks a kind of finding, once in a run."""
        if cle in self.reduits or not self.budget or not depend_du_menage(cle[0]):
            return
        reduit = tirages.reduire(cle, combien, self.budget)
        if reduit is not None:
            exemple, constat = reduit
            self.reduits[cle] = (ici, constat.exemple or exemple.en_json(), constat)
            self._citer(reduit[1], {})
