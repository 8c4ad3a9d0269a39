"""Driverless judgement: whatever traffic a base has seen, read from its journal in a stream."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from sne_conformite.bilan.constats_recueillis import RecueilDuJugement
from sne_conformite.bilan.couverture_et_angles_morts import Menages, angles_morts
from sne_conformite.juges import PILOTEES, Suite, juger
from sne_conformite.juges.juge import avec_remede
from sne_conformite.juges.juges_aboutissement import Aboutissements
from sne_conformite.juges.juges_textes import EXIGENCE as TEXTES
from sne_conformite.juges.juges_textes import TextesAbimes
from sne_conformite.observation.accidents_de_la_suite import ERREUR_MAX
from sne_conformite.observation.observation import Observation
from sne_conformite.rapports.rapport import FAMILLES as TITRES
from sne_conformite.rapports.rapport import (
    TRAFIC,
    Accident,
    AngleMort,
    Bilan,
    Constat,
    DebutJugement,
    Entete,
    EtatExigence,
    Evenement,
    Fin,
    ResultatScenario,
    ScenarioCommence,
    ScenarioFini,
    Verdict,
    Verification,
)
from sne_conformite.rapports.verdict_de_conformite import decider, motifs_des_refus
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.exigences_et_mentions import charger_exigences, niveaux
from sne_interface.domain.echange import EFFACE, Echange, VerdictEchange
from sne_interface.domain.nir import extrait, masquer_nirs
from sne_interface.domain.texte import accorde
from sne_interface.domain.valeurs_en_json import en_json
from sne_interface.rules.engine import regles_eteintes
from sne_sandbox import __version__

#: Families of requirements that traffic shows, by the head of their ids, in the order of the report.
FAMILLES: Final = {famille: TITRES[famille] for famille in ("EMB", "NOM", "CTR", "VIE")}
#: Those of another family that traffic breaks, and never proves: under which heading they are told.
_AILLEURS: Final = {TEXTES: "CTR"}
#: Exchanges cited at most, whatever the findings.
CITES_MAX: Final = 60
_RIEN: Final = "Aucun échange avec les services n'est arrivé."
_SANS_FIN: Final = (
    "Aucune requête n'est arrivée entière : {combien}, et jamais la fin. → envoyez tous les octets que dit "
    "Content-Length, ou, de Transfer-Encoding: chunked, le dernier morceau (0)."
)
_VIDE: Final = "Il ne reste aucun échange à juger : le journal a été vidé."
#: What driven mode alone sees of requirements that traffic proves otherwise.
_EN_PARTIE: Final = {
    "VIE-20": "Aucun message refusé n'est revenu corrigé. Un renvoi à l'identique se juge en mode piloté "
    "(sne-sandbox conform) : ici, un test peut le vouloir.",
}
_VERDICTS: Final = {EtatExigence.PROUVEE: Verdict.REUSSI, EtatExigence.ENFREINTE: Verdict.ECHOUE}


class JournalLu(Protocol):
    """The part of a journal that a judgement reads: the journal of a base, or of an evidence package."""

    def lire(self, base: str, identifiant: int) -> Echange | None:
        """An exchange with its bytes, None when it has it no more."""

    def compter(self, base: str) -> tuple[int, int]:
        """How many it keeps, how many it dropped."""

    def dernier(self, base: str) -> int:
        """Id of the last exchange, 0 without any."""


@dataclass(frozen=True)
class ReglagesTrafic:
    """The settings of a judgement of traffic. It judges the exchanges of a base whose id is above `depuis`,
    sent by `application` under `profil`; the report tells `graine` and `commande`.

    The traffic does not conform when a MUST broke, when a requirement of `exiger` has no evidence, when
    nothing arrived; each French sentence of `autres_motifs` is one more reason. A refusal breaks nothing, a
    test may want it; with `accord`, which is for whole suites, traffic of which nothing was accepted does not
    conform either. `inacheve` says why the sender was cut short. For a base that lives on, `jusqu_a` is the
    last exchange (id) that is judged."""

    depuis: int = 0
    application: str = ""
    commande: str = ""
    profil: str = "ecole"
    graine: int = 0
    exiger: Collection[str] = ()
    autres_motifs: Collection[str] = ()
    accord: bool = False
    inacheve: str = ""
    jusqu_a: int | None = None


def juger_base(
    journal: JournalLu, base: str, contrat: Contrat, reglages: ReglagesTrafic | None = None
) -> Iterator[Evenement]:
    """Judges what a base has seen; ends with `Fin`, mode « trafic ». Memory is bounded by the findings, not
    by the traffic."""
    reglages = reglages or ReglagesTrafic()
    exigences = charger_exigences(contrat.dossiers)
    yield DebutJugement(reglages.application, len(FAMILLES), niveaux(exigences), TRAFIC)
    recueil = RecueilDuJugement(contrat, exigences, reglages.profil, cites_max=CITES_MAX)
    bande = _Bande(journal, base, contrat, recueil)
    bande.lire(reglages.depuis, reglages.jusqu_a)
    bilans = tuple(_dire_pourquoi(bilan) for bilan in recueil.bilans())
    scenarios = []
    for rang, (famille, titre) in enumerate(FAMILLES.items(), 1):
        identifiant = f"{TRAFIC}-{famille.lower()}"
        yield ScenarioCommence(identifiant, TRAFIC, titre, rang)
        siens = [b for b in bilans if _AILLEURS.get(b.exigence, b.exigence[:3]) == famille]
        scenarios.append(_scenario(identifiant, titre, siens, recueil.constats.causes))
        yield ScenarioFini(scenarios[-1])
    entete = bande.entete(reglages)
    rapport = replace(recueil.rapport(entete, scenarios, bilans), angles_morts=tuple(bande.angles()))
    motifs = [*reglages.autres_motifs]
    if not bande.echanges:
        commencees = accorde(bande.inachevees, "commencée")
        rien = _SANS_FIN.format(combien=commencees) if bande.inachevees else _RIEN
        motifs.insert(0, _VIDE if entete.non_juges else rien)
    elif reglages.accord and not bande.acceptes:
        motifs[:0] = motifs_des_refus(rapport)
    yield Fin(decider(rapport, motifs, exigees=reglages.exiger))


@dataclass
class _Bande:
    """One reading of the journal of a base, from its first exchange to its last."""

    journal: JournalLu
    base: str
    contrat: Contrat
    recueil: RecueilDuJugement
    echanges: int = 0
    acceptes: int = 0
    refuses: int = 0
    inachevees: int = 0
    effaces: int = 0
    debut: datetime | None = None
    fin: datetime | None = None
    _menages: Menages = field(default_factory=Menages)
    _textes: TextesAbimes = field(default_factory=TextesAbimes)
    _aboutis: Aboutissements = field(default_factory=Aboutissements)

    def lire(self, depuis: int, jusqu_a: int | None) -> None:
        """Judges every exchange above an id, and up to another, one by one and in sequence."""
        suite = Suite()
        for echange in parcourir(self.journal, self.base, depuis, jusqu_a):
            if echange.illisible:
                # Judged as it is, it would accuse the application of what our file lost.
                erreur = extrait(echange.dit_du_fault("explication"), ERREUR_MAX)
                self.recueil.deplorer([Accident(echange.identifiant, "lire sa ligne du journal", (), erreur)])
                continue
            if echange.methode == EFFACE:
                self.effaces += 1
                continue
            vue = Observation(echange, self.contrat)
            if vue.de_la_console:
                continue
            constats = [*juger(vue), *suite.voir(vue)]
            with vue.isoler("juger", TEXTES):
                constats.extend(self._textes.voir(vue))
            with vue.isoler("suivre ce qu'il devient"):
                self._aboutis.voir(vue)
                self._menages.voir(vue)
            self._compter(vue)
            self.recueil.voir(vue)
            if vue.echange.verdict is VerdictEchange.ERREUR and vue.panne is None:
                # A rule, or what the SNE does, failed: no application is judged on our own bug.
                dit = extrait(vue.fault("explication") or vue.fault("message"), ERREUR_MAX)
                trace = masquer_nirs(vue.echange.trace or "")
                self.recueil.deplorer([Accident(vue.identifiant, "répondre comme le SNE", (), dit, trace)])
            for constat in constats:
                self._noter(constat, vue)
            self.recueil.deplorer(vue.accidents)
        aboutis = self._aboutis.finir(self.recueil.constats.ruptures)
        for constat in (*suite.finir(), *aboutis, *self._textes.finir()):
            self._noter(constat)
        self.recueil.deplorer(suite.accidents)

    def _noter(self, constat: Constat, vue: Observation | None = None) -> None:
        """Takes a constat in, and shows the exchange of a finding: `vue`, or one gone through before."""
        if not self.recueil.noter(avec_remede(constat, vue), vue) or constat.echange is None:
            return
        if vue is None or vue.identifiant != constat.echange:
            avant = self.journal.lire(self.base, constat.echange)
            vue = None if avant is None else Observation(avant, self.contrat)
        if vue is not None:
            self.recueil.citer(vue)

    def angles(self) -> Iterator[AngleMort]:
        """Lists the things that the traffic did not exercise, or not carry through; nothing when there is no
        traffic."""
        if not self.echanges:
            return
        yield from self._aboutis.angles()
        yield from self._textes.angles()
        a_nir, couverture = bool(self.contrat.roles.demande.nir), self.recueil.couverture()
        yield from angles_morts(couverture, self._menages, refuses=self.refuses, a_nir=a_nir)

    def _compter(self, vue: Observation) -> None:
        self.inachevees += vue.inachevee
        if vue.soap or vue.asynchrone:
            self.echanges += 1
            self.acceptes += vue.acceptee
            self.refuses += vue.refusee
            self.debut = self.debut or vue.echange.recu_le
            self.fin = vue.echange.recu_le

    def entete(self, reglages: ReglagesTrafic) -> Entete:
        """Makes the header of the report: the tool that judged, the thing judged, the way it was judged."""
        maintenant = datetime.now(UTC)
        un, plusieurs = "échange effacé à la main, non jugé.", "échanges effacés à la main, non jugés."
        effaces = accorde(self.effaces, un, plusieurs)
        manquent = perdus(self.journal, self.base, reglages.depuis), effaces if self.effaces else ""
        return Entete(
            outil=outil(),
            contrat=self.contrat.nom,
            profil=reglages.profil,
            mode=TRAFIC,
            application=reglages.application,
            base=self.base,
            graine=reglages.graine,
            commande=reglages.commande,
            debut=self.debut or maintenant,
            fin=self.fin or maintenant,
            echanges=self.echanges,
            non_juges=" ".join(filter(None, manquent)),
            refuses=self.refuses,
            inacheve=reglages.inacheve,
            surcharge=self.contrat.dossiers.surcharge,
            regles_eteintes=regles_eteintes(self.contrat),
        )


def perdus(journal: JournalLu, base: str, depuis: int) -> str:
    """Tells in French which exchanges the journal had after `depuis` and has no more; "" when it has all."""
    gardes, oublies = journal.compter(base)
    dernier = journal.dernier(base)
    vides = max(0, dernier - gardes - oublies - depuis)
    oublies = max(0, dernier - gardes - depuis) - vides
    dits = (
        (vides, "a été vidé. « sne-sandbox db reset --portee etat » remet la base à neuf et le garde."),
        (oublies, f"n'en garde que {gardes}. « --journal-max N » en garde plus."),
    )
    return " ".join(
        f"{accorde(combien, 'échange oublié, non jugé', 'échanges oubliés, non jugés')} : le journal {suite}"
        for combien, suite in dits
        if combien
    )


def faits(reglages: ReglagesTrafic, journal: JournalLu, base: str) -> dict[str, Any]:
    """Returns the facts on which a judgement rests beside its exchanges, as JSON values: its settings, and
    the counts of the journal of the base."""
    comptes = [*journal.compter(base), journal.dernier(base)]
    return {"base": base, "reglages": en_json(reglages), "journal": comptes}


def parcourir(
    journal: JournalLu, base: str, depuis: int = 0, jusqu_a: int | None = None
) -> Iterator[Echange]:
    """The exchanges of a base above the id `depuis`, up to `jusqu_a` (the last by default), oldest first,
    with their bytes, one at a time."""
    dernier = journal.dernier(base)
    premier = max(depuis, dernier - journal.compter(base)[0]) + 1
    for identifiant in range(premier, (dernier if jusqu_a is None else min(dernier, jusqu_a)) + 1):
        echange = journal.lire(base, identifiant)
        if echange is not None:
            yield echange


def _scenario(
    identifiant: str, titre: str, bilans: list[Bilan], causes: Mapping[str, str]
) -> ResultatScenario:
    verifications = []
    for bilan in bilans:
        if bilan.etat is EtatExigence.NON_TESTEE or _pilotee(bilan):
            continue
        verdict, cause, raison = _VERDICTS.get(bilan.etat), "", ""
        if verdict is None:
            cause = causes.get(bilan.exigence, "")
            verdict = Verdict.IGNORE if cause else Verdict.EN_ATTENTE
            raison = bilan.raison or "Rien, dans ce trafic, ne permet d'en juger."
        qui = identifiant, bilan.exigence, verdict, bilan.constats
        verifications.append(Verification(*qui, raison=raison, cause=cause))
    verdicts = {v.verdict for v in verifications}
    ensemble = next((v for v in (Verdict.ECHOUE, Verdict.REUSSI) if v in verdicts), Verdict.EN_ATTENTE)
    return ResultatScenario(identifiant, TRAFIC, titre, ensemble, tuple(verifications))


def _dire_pourquoi(bilan: Bilan) -> Bilan:
    if _pilotee(bilan):
        pourquoi = PILOTEES[bilan.exigence]
        return replace(bilan, raison=f"Se juge en mode piloté (sne-sandbox conform) : {pourquoi}.")
    if bilan.etat is EtatExigence.SANS_PREUVE and not bilan.raison:
        return replace(bilan, raison=_EN_PARTIE.get(bilan.exigence, ""))
    return bilan


def _pilotee(bilan: Bilan) -> bool:
    return bilan.etat is EtatExigence.SANS_PREUVE and bilan.exigence in PILOTEES


def outil() -> str:
    """Name and version of this tool, as reports say them."""
    return f"sne-sandbox {__version__}"
