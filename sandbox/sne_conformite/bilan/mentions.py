"""The mentions that a judgement attains, and the smallest list of what each other one lacks.

Nothing is acquired without evidence: a thing that was ignored, or is no object, proves nothing. The file
`certification.toml` says what a mention demands; this module compares it with a report, and gives for each
thing that lacks the command that would show it.
"""

import contextlib
import shlex
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sne_conformite.plan import plan as plans
from sne_conformite.plan.plan import Plan, Scenario
from sne_conformite.protocole.protocole import COMMANDES
from sne_conformite.rapports.rapport import (
    TRAFIC,
    Candidat,
    EtatExigence,
    Lacune,
    Mention,
    Rapport,
    ResultatScenario,
    Verdict,
    VerdictMention,
)
from sne_conformite.rapports.verdict_de_conformite import (
    OBLIGATOIRE,
    ROLE_A_DECLARER,
    exigences_enfreintes,
    manquements_connus,
    motifs_d_ailleurs,
    retardes,
    scenarios_en_erreur,
    surcharge,
)
from sne_interface.contract.exigences_et_mentions import (
    FICHIER,
    JOUE,
    Certification,
    FormeDifficile,
    MentionProposee,
    PartieDeProduit,
    charger_certification,
)
from sne_interface.contract.overlay import DossiersContrat
from sne_interface.domain.texte import accorde, plier
from sne_interface.errors import ContractError, UsageError

#: What stands for an application that nobody has named.
ADAPTATEUR: Final = "./adaptateur"
_NON_JOUES: Final = (Verdict.IGNORE, Verdict.SANS_OBJET, Verdict.EN_ATTENTE)
#: Options of the command of a report that its other commands say otherwise, or leave out.
_CHANGEES: Final = ("--examples", "--plan", "--profile", "--seed", "--clock", "--scenario")


@dataclass(frozen=True)
class ReferentielDeCertification:
    """The reference by which mentions are judged: the things that they demand, and the plan that would show
    them. `montres` are the requirements and the operations that each of its scenarios shows, those that need
    the fewest commands first; `simples` are the scenarios where nothing goes wrong. `surchargees` are the
    mentions that the contract as shipped does not have, or not under that title."""

    certification: Certification
    plan: Plan
    montres: Mapping[str, frozenset[str]]
    simples: frozenset[str]
    surchargees: frozenset[str] = frozenset()

    def scenarios_pour(self, cherches: Iterable[str]) -> dict[str, str]:
        """Gives, for each requirement or operation, one scenario that shows it, and as few as it can: each
        time, it takes the scenario that shows the most, and those where nothing goes wrong come first. It
        leaves out the things that no scenario shows."""
        restent = set(cherches)
        choisis = {}

        for lot in ([s for s in self.montres if s in self.simples], list(self.montres)):
            while lot:
                meilleur = max(lot, key=lambda s: len(self.montres[s] & restent))
                trouves = self.montres[meilleur] & restent
                if not trouves:
                    break
                choisis.update(dict.fromkeys(sorted(trouves), meilleur))
                restent -= trouves
        return choisis

    def scenario_de_forme(self, forme: FormeDifficile, exigence: str) -> str:
        """The scenario that shows a requirement in one of its hard forms, "" for none."""
        return next((s for s in forme.scenarios if exigence in self.montres[s]), "")

    def commandes_pour(self, exigence: str, connues: Collection[str]) -> list[str]:
        """The fewest commands of the adapter's protocol, beside those that it knows, that let a scenario show
        a requirement; none when no more is needed."""
        qui_montrent = (s for s in self.plan if exigence in s.exigences)
        autres = (sorted(s.commandes.difference(connues)) for s in qui_montrent)
        return min(autres, key=len, default=[])


def charger_referentiel(dossiers: DossiersContrat) -> ReferentielDeCertification:
    """That of a contract, and the plan of this version. Raises ContractError with file and key."""
    certification, plan = charger_certification(dossiers), plans.publie()
    scenarios = {scenario.id for scenario in plan}
    for forme in certification.formes.values():
        _connaitre(f"formes.{forme.id}.scenarios", forme.scenarios, sorted(scenarios))
    for role in certification.roles.values():
        _connaitre(f"roles.{role.id}.commandes", role.commandes, COMMANDES)
    ranges = sorted(plan, key=lambda s: len(s.commandes))
    montres = {s.id: frozenset(s.exigences) | _operations(s) for s in ranges}
    simples = frozenset(s.id for s in plan if not (s.avec_panne or s.ailleurs))
    return ReferentielDeCertification(
        certification, plan, montres, simples, _surchargees(dossiers, certification)
    )


def _surchargees(dossiers: DossiersContrat, certification: Certification) -> frozenset[str]:
    if dossiers.overlay is None:
        return frozenset()
    publiees: Mapping[str, MentionProposee] = {}
    with contextlib.suppress(UsageError):  # a contract that the user's folder alone has
        publiees = charger_certification(DossiersContrat(dossiers.racine, dossiers.noms[0])).mentions
    titres = {(mention.id, mention.titre) for mention in publiees.values()}
    return frozenset(m.id for m in certification.mentions.values() if (m.id, m.titre) not in titres)


def _connaitre(ou: str, valeurs: Iterable[str], connus: Collection[str]) -> None:
    for valeur in valeurs:
        if valeur not in connus:
            dit = f"{FICHIER}, [{ou}] : « {valeur} » n'existe pas."
            raise ContractError(dit, remede=f"connus : {', '.join(connus)}")


def mentionner(
    rapport: Rapport,
    referentiel: ReferentielDeCertification,
    candidat: Candidat | None = None,
    gardees: tuple[str, ...] = (),
) -> tuple[Mention, ...]:
    """Every mention of the contract, in its order, as far as `rapport` and the attestations of `candidat` go.
    Without a candidat nothing is attested, and any role may be proved; with one, only what it declares.
    `gardees` are the words of what was asked of this trial (--candidat…): those of a whole one keep them."""
    examen = _Examen(rapport, referentiel, candidat, gardees)
    return tuple(examen.mention(m) for m in referentiel.certification.mentions.values())


def remarques(candidat: Candidat, certification: Certification) -> tuple[str, ...]:
    """Returns the remarks on a declaration, in French: its attestations that count for nothing."""
    return tuple(
        f"l'attestation de {a.exigence} ne compte pas : cette exigence se prouve par une épreuve."
        for a in candidat.attestations
        if a.exigence not in certification.attestables
    )


def commande_de(rapport: Rapport, *suite: str) -> str:
    """The command that drives the application of a report, in its contract, followed by these words."""
    mots = shlex.split(rapport.entete.commande) if rapport.entete.mode != TRAFIC else []
    paires = zip(mots[2::2], mots[3::2], strict=False)
    gardes = [mot for paire in paires if paire[0] not in _CHANGEES for mot in paire]
    if "--application" not in gardes:
        gardes += ["--application", ADAPTATEUR]
    return shlex.join(["sne-sandbox", "conform", *gardes, *suite])


@lru_cache(maxsize=512)
def _operations_de(commande: str, portee: str) -> frozenset[str]:
    """Returns the operations of a command; for a command that has a scope, the operations of the scope."""
    operations = frozenset(COMMANDES[commande].operations)
    return frozenset(o for o in operations if o.lower().endswith(portee)) if portee else operations


def _operations(scenario: Scenario) -> frozenset[str]:
    faits = (e for e in scenario.etapes if e.sorte == "faire")
    return frozenset().union(*(_operations_de(e.quoi, e.options.get("portee", "")) for e in faits))


@dataclass
class _Examen:
    """One report being examined for every mention."""

    _rapport: Rapport
    _referentiel: ReferentielDeCertification
    _candidat: Candidat | None
    _gardees: tuple[str, ...]

    def __post_init__(self) -> None:
        rapport = self._rapport
        self._certification, self._plan = self._referentiel.certification, self._referentiel.plan
        self._bilans = {bilan.exigence: bilan for bilan in rapport.bilans}
        self._joues = {scenario.id: scenario for scenario in rapport.scenarios}
        self._appelees = {o for r in rapport.couverture if r.nom == "operations" for o in r.vus}
        hors = self._candidat.hors if self._candidat else ()
        self._hors = f" (hors {', '.join(hors)})" if hors else ""
        formes = self._certification.formes.values()
        self._exclues = {f.id for f in formes if {*f.hors} & {*hors}}
        self._enfreintes = exigences_enfreintes(rapport, connues=True)
        self._connus = manquements_connus(rapport)
        attestees = {a.exigence for a in self._candidat.attestations} if self._candidat else set()
        self._attestees = attestees & self._certification.attestables.keys()
        #: Scenarios of the plan that this trial has not been through.
        self._absents = frozenset(s.id for s in self._plan if s.id not in self._joues)

    def mention(self, voulue: MentionProposee) -> Mention:
        """How far one is attained."""
        certification, declarees = self._certification, self._candidat.options if self._candidat else ()
        options = certification.options_de(voulue, declarees)
        demandees = certification.demandees(voulue, options)
        retenues, ignorees, ouvertes = self._alternatives(certification.parties(voulue, options), demandees)
        exigences = tuple(e for e in certification.niveaux if e in {*demandees, *retenues})
        # Any option of its roles: one that is not declared is not demanded, but may not be broken.
        permises = certification.options_de(voulue, certification.options)
        portee = {*certification.exigences_de(voulue, permises), *exigences}
        portee |= {e for alternative in ouvertes for e in certification.alternatives[alternative].parmi}
        enfreintes = [e for e in self._enfreintes if e in portee]
        manques = [*self._manques(voulue, options, demandees, exigences, ouvertes)]
        reserves = tuple(self._reserves(portee, ignorees))
        entete = self._rapport.entete
        if entete.inacheve:
            verdict = VerdictMention.INACHEVEE
            manques = [Lacune("épreuve", entete.inacheve, entete.commande)]
        elif enfreintes:
            verdict = VerdictMention.REFUSEE
        elif manques:
            verdict = VerdictMention.INCOMPLETE
        else:
            verdict = VerdictMention.RESERVES if reserves else VerdictMention.ACQUISE
        surchargee = voulue.id in self._referentiel.surchargees
        provenance = f" ({voulue.id}, de la surcharge)" if surchargee else ""
        return Mention(
            id=voulue.id,
            titre=voulue.titre + provenance + self._hors,
            quoi=voulue.quoi,
            verdict=verdict,
            exigences=exigences,
            prouvees=sum(self._etat(e) is EtatExigence.PROUVEE for e in exigences),
            attestees=sum(self._attestee(e) for e in exigences),
            lacunes=(*map(self._enfreinte, enfreintes), *manques),
            reserves=reserves,
            ignorees=tuple(e for e in certification.niveaux if e in ignorees and e not in exigences),
        )

    # --- what is proved ------------------------------------------------------------------------------------

    def _prouvee(self, exigence: str) -> bool:
        return self._etat(exigence) is EtatExigence.PROUVEE or self._attestee(exigence)

    def _attestee(self, exigence: str) -> bool:
        """True when the requirement rests on the word of the vendor alone."""
        vus = (EtatExigence.PROUVEE, EtatExigence.ENFREINTE)
        return exigence in self._attestees and self._etat(exigence) not in vus

    def _etat(self, exigence: str) -> EtatExigence:
        bilan = self._bilans.get(exigence)
        return bilan.etat if bilan else EtatExigence.SANS_PREUVE

    def _alternatives(
        self, parties: Iterable[PartieDeProduit], demandees: tuple[str, ...]
    ) -> tuple[list[str], set[str], list[str]]:
        """The requirements that are kept, those that they stand for, and the alternatives that nothing
        meets (of which the first is kept)."""
        retenues, ignorees, ouvertes = list[str](), set[str](), list[str]()
        for identifiant in dict.fromkeys(a for partie in parties for a in partie.alternatives):
            parmi = self._certification.alternatives[identifiant].parmi
            prouvees = [e for e in parmi if self._prouvee(e)]
            retenues += prouvees[:1] or parmi[:1]
            if prouvees:
                ignorees |= {e for e in parmi if e not in demandees and e != prouvees[0]}
            else:
                ouvertes.append(identifiant)
        return retenues, ignorees, ouvertes

    # --- what lacks ----------------------------------------------------------------------------------------

    def _enfreinte(self, exigence: str) -> Lacune:
        rates = (
            v.commande
            for v in self._rapport.verifications
            if v.exigence == exigence and v.verdict is Verdict.ECHOUE
        )
        bilan = self._bilans.get(exigence)
        phrase = next((c.phrase for c in bilan.constats if not c.tenue), "") if bilan else ""
        dite = f"enfreinte{self._connu(exigence)}"
        return Lacune(exigence, f"{dite} : {phrase}" if phrase else dite, next(filter(None, rates), ""))

    def _connu(self, quoi: str) -> str:
        """Returns the words of the baseline on a failure: it excuses a run, but gives no mention."""
        return f" (manquement connu : {self._connus[quoi]})" if quoi in self._connus else ""

    def _manques(
        self,
        voulue: MentionProposee,
        options: tuple[str, ...],
        demandees: tuple[str, ...],
        exigences: tuple[str, ...],
        ouvertes: list[str],
    ) -> Iterator[Lacune]:
        """Lists all that lacks, except what is broken. It leaves out the things that an incomplete trial has
        not shown: the complete trial is then what lacks."""
        epreuve = list(self._epreuve(voulue))
        yield from epreuve
        yield from self._roles_tus(voulue)
        absents = self._absents if epreuve else frozenset()
        remis = frozenset().union(*(s.exigences for s in self._plan if s.id in absents))
        retenues = {self._certification.alternatives[o].parmi[0] for o in ouvertes}
        a_prouver = [
            e
            for e in exigences
            if not self._prouvee(e) and e not in remis and self._etat(e) is not EtatExigence.ENFREINTE
        ]
        attestables = [e for e in a_prouver if e in self._certification.attestables]
        a_prouver = [e for e in a_prouver if e not in attestables]
        a_appeler = self._jamais_appelees(voulue, options, absents)
        par_scenario = self._referentiel.scenarios_pour([*a_prouver, *a_appeler])
        for exigence in a_prouver:
            if exigence not in retenues:
                yield self._a_prouver(exigence, par_scenario)
        for ouverte in ouvertes:
            alternative = self._certification.alternatives[ouverte]
            if alternative.parmi[0] in a_prouver:
                dites = " ou ".join(alternative.parmi)
                phrase = f"{alternative.titre} : {dites}, l'une suffit, aucune n'est prouvée"
                yield Lacune(ouverte, phrase, self._jouer(par_scenario.get(alternative.parmi[0], "")))
        for operation in a_appeler:
            yield Lacune(operation, "jamais appelée", self._jouer(par_scenario.get(operation, "")))
        for exigence in attestables:
            pourquoi = self._certification.attestables[exigence]
            yield Lacune(exigence, f"à attester dans candidat.toml, [[attestations]] : {pourquoi}")
        if voulue.mode:
            yield from self._formes_jamais_vues(voulue.roles, demandees, absents)
        yield from self._non_joues(voulue, {*a_prouver, *attestables})

    def _formes_jamais_vues(
        self, roles: Collection[str], demandees: Collection[str], absents: frozenset[str]
    ) -> Iterator[Lacune]:
        """The hard forms in which requirements, proved otherwise, were not seen; not those that a scenario
        still to play would show."""
        for forme in self._certification.formes_de(roles, demandees):
            if forme.id in self._exclues or not absents.isdisjoint(forme.scenarios):
                continue
            par_scenario = defaultdict(list)
            for exigence in forme.exigences:
                prouvee = exigence in demandees and self._etat(exigence) is EtatExigence.PROUVEE
                if prouvee and forme.id not in self._bilans[exigence].duretes:
                    scenario = self._referentiel.scenario_de_forme(forme, exigence)
                    par_scenario[scenario].append(exigence)
            for scenario, exigences in par_scenario.items():
                dites = ", ".join(exigences)
                phrase = f"{dites} : jamais vu avec {forme.titre}"
                yield Lacune(forme.id, phrase, self._jouer(scenario))

    def _epreuve(self, voulue: MentionProposee) -> Iterator[Lacune]:
        """Lists the things that the trial itself lacks."""
        entete = self._rapport.entete
        combien = voulue.exemples_min
        # Fewer are run by default.
        exemples = ("--examples", str(combien)) if combien >= plans.EXEMPLES else ()
        entiere = commande_de(self._rapport, *exemples, *self._gardees)
        if voulue.mode and entete.mode == TRAFIC:
            yield Lacune("mode", "cette mention se juge en pilotant l'application", entiere)
        elif entete.autre_plan:
            yield Lacune("plan", entete.autre_plan, entiere)
        elif voulue.plan and self._absents:
            nombre = accorde(len(self._absents), "scénario du plan n'a", "scénarios du plan n'ont")
            yield Lacune("plan", f"{nombre} pas été tenté{'s' * (len(self._absents) > 1)}", entiere)
        elif combien > max((s.exemples for s in self._rapport.scenarios), default=0):
            yield Lacune("exemples", f"{combien} exemples par scénario au moins sont demandés", entiere)
        if voulue.profils and entete.profil not in voulue.profils:
            dits = " ou ".join(voulue.profils)
            phrase = f"le profil {entete.profil} ne prouve pas assez : il faut {dits}"
            yield Lacune("profil", phrase, f"{entiere} --profile {voulue.profils[0]}")
        for scenario in (*scenarios_en_erreur(self._rapport), *(q for q in self._connus if q in self._joues)):
            dit = f"ce scénario est en erreur{self._connu(scenario)}"
            yield Lacune(scenario, dit, self._jouer(scenario))
        for scenario in retardes(self._rapport):
            yield Lacune(scenario, f"non jugé : {self._joues[scenario].retard}", self._jouer(scenario))
        if nom := entete.usurpee(self._candidat):
            yield Lacune("identité", f"ce trafic {entete.marques}, et se dit « {nom} »", entete.commande)
        for motif in motifs_d_ailleurs(self._rapport):
            yield Lacune("épreuve", motif, entete.commande)

    def _roles_tus(self, voulue: MentionProposee) -> Iterator[Lacune]:
        """The roles that the vendor does not declare; not those that another of them brings along."""
        if self._candidat is None:
            return
        certification = self._certification
        declares = certification.avec_leurs_appuis(self._candidat.roles)
        tus = [role for role in voulue.roles if role not in declares]
        for role in tus:
            if not any(role in certification.avec_leurs_appuis([autre]) for autre in tus if autre != role):
                titre = certification.roles[role].titre
                yield Lacune(role, f"{ROLE_A_DECLARER} : {titre}")

    def _jamais_appelees(
        self, voulue: MentionProposee, options: tuple[str, ...], absents: frozenset[str]
    ) -> list[str]:
        """The operations that were never called, but for those that a scenario still to play would show."""
        remises = frozenset().union(*(self._referentiel.montres[s] for s in absents))
        parties = self._certification.parties(voulue, options)
        operations = dict.fromkeys(o for partie in parties for o in partie.operations)
        return [o for o in operations if o not in self._appelees and o not in remises]

    def _a_prouver(self, exigence: str, par_scenario: Mapping[str, str]) -> Lacune:
        scenario = par_scenario.get(exigence, "")
        joue, bilan = self._joues.get(scenario), self._bilans.get(exigence)
        raison = (joue.raison if joue else "") or (bilan.raison if bilan else "")
        suite = f" : {raison.rstrip('.')}" if raison else ""
        return Lacune(exigence, f"sans preuve{suite}", self._jouer(scenario))

    def _non_joues(self, voulue: MentionProposee, manquent: set[str]) -> Iterator[Lacune]:
        """Scenarios that were not played to their end, of requirements that others have proved. Of one that
        was, and shows nothing, nothing is told: the application declined what the SNE would refuse. Nor of
        commands at once, when it takes one."""
        if voulue.plan != JOUE:
            return
        for scenario in self._plan:
            joue = self._joues.get(scenario.id)
            if joue is None or joue.retard or not joue.raison:
                continue
            if joue.declins and not self._declins_tus(joue):
                continue
            seul = scenario.a_la_fois > 1 and joue.verdict is Verdict.SANS_OBJET
            if joue.verdict in _NON_JOUES and not seul and not manquent & {*scenario.exigences}:
                dit = f"scénario {joue.verdict} : {joue.raison.rstrip('.')}"
                yield Lacune(scenario.id, dit, self._jouer(scenario.id))

    def _jouer(self, scenario: str) -> str:
        return commande_de(self._rapport, "--scenario", scenario) if scenario else ""

    # --- what is held against it all the same --------------------------------------------------------------

    def _reserves(self, portee: set[str], ignorees: set[str]) -> Iterator[str]:
        entete = self._rapport.entete
        if entete.surcharge:
            yield f"Jugée avec une surcharge du contrat : {surcharge(self._rapport)}."
        for dite in entete.regles_eteintes:
            yield f"Règles éteintes : {dite}."
        if (candidat := self._candidat) is not None and self._se_dit_autre(candidat):
            declare = f"{candidat.produit} {candidat.version}"
            yield f"L'application essayée se dit « {entete.application.strip()} », le candidat « {declare} »."
        for exigence, bilan in self._bilans.items():
            enfreinte = bilan.etat is EtatExigence.ENFREINTE and bilan.niveau != OBLIGATOIRE
            if enfreinte and exigence in portee:
                connu = f" (manquement connu : {bilan.connue})" if bilan.connue else ""
                yield f"{exigence}, recommandée, n'est pas suivie{connu}."
        for exigence in sorted(ignorees):
            if self._etat(exigence) is EtatExigence.ENFREINTE and exigence not in portee:
                yield f"{exigence}, dont une autre tient lieu, est enfreinte."
        dehors = [e for e in self._enfreintes if e not in portee and e not in ignorees]
        for exigence in (e for e in dehors if e in self._connus):
            yield f"Hors de cette mention, {exigence} est enfreinte{self._connu(exigence)}."
        if autres := [e for e in dehors if e not in self._connus]:
            un, plusieurs = "exigence obligatoire est enfreinte", "exigences obligatoires sont enfreintes"
            yield f"Hors de cette mention, {accorde(len(autres), un, plusieurs)} : {', '.join(autres)}."
        yield from self._declins(portee)
        if entete.non_juges:
            yield entete.non_juges

    def _declins(self, portee: Collection[str]) -> Iterator[str]:
        """The commands that the application knows, and declined in scenarios of these requirements."""
        tus: dict[str, dict[str, Collection[str]]] = {}
        for scenario in self._plan:
            joue = self._joues.get(scenario.id)
            if joue is not None and not {*scenario.exigences}.isdisjoint(portee):
                for commande, formes in self._declins_tus(joue).items():
                    tus.setdefault(commande, {})[scenario.id] = formes
        for commande, scenarios in tus.items():
            communes = frozenset.intersection(*map(frozenset, scenarios.values()))
            titres = [f.titre for f in self._certification.formes.values() if f.id in communes]
            avec = f" avec {', '.join(titres)}" if titres else ""
            yield f"L'application déclare « {commande} », et le décline{avec} : {', '.join(scenarios)}."

    def _declins_tus(self, joue: ResultatScenario) -> dict[str, Collection[str]]:
        """The commands that were declined in a scenario, with their hard forms, for no reason that the
        product declares."""
        return {c: formes for c, formes in joue.declins.items() if self._exclues.isdisjoint(formes)}

    def _se_dit_autre(self, candidat: Candidat) -> bool:
        """True when the application driven gives another name than the product, or another version."""
        entete, version = self._rapport.entete, f" {candidat.version}".casefold()
        joues = any(s.verdict in (Verdict.REUSSI, Verdict.ECHOUE) for s in self._rapport.scenarios)
        nom = entete.application.strip().casefold().removesuffix(version)
        return joues and entete.mode != TRAFIC and plier(nom) != plier(candidat.produit)
