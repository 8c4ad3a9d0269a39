"""Driverless judgement: whatever traffic a base has seen, read from its journal in a stream."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from sne_sandbox.conformance.bilan import ReleveConstats
from sne_sandbox.conformance.citation import citer
from sne_sandbox.conformance.couverture import Couverture
from sne_sandbox.conformance.jugement import PILOTEES, Suite, juger
from sne_sandbox.conformance.observation import Observation, observer
from sne_sandbox.conformance.reponses import Reponses
from sne_sandbox.contract.exigences import Exigence, charger_exigences, niveaux
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.echange import Echange
from sne_sandbox.domain.texte import accorde
from sne_sandbox.reports.decision import decider
from sne_sandbox.reports.model import (
    TRAFIC,
    Bilan,
    Constat,
    DebutJugement,
    EchangeCite,
    Entete,
    EtatExigence,
    Evenement,
    Fin,
    Rapport,
    ResultatScenario,
    ScenarioCommence,
    ScenarioFini,
    Verdict,
    Verification,
)
from sne_sandbox.store.session import Magasin

MODE: Final = TRAFIC
#: Families of requirements that traffic shows, by the head of their ids, in the order of the report.
FAMILLES: Final[Mapping[str, str]] = {
    "EMB": "Emballage des messages",
    "NOM": "Noms des fichiers et guichets",
    "CTR": "Respect du contrat",
    "VIE": "Vie des demandes",
}
#: Exchanges cited at most, whatever the findings.
CITES_MAX: Final = 60
_RIEN: Final = "Aucun échange avec les services n'est arrivé."
_AUCUN: Final = "Aucun échange n'a été accepté : les réponses refusées disent pourquoi."
_VIDE: Final = "Il ne reste aucun échange à juger : le journal a été vidé."
_PILOTE: Final = "Se juge en mode piloté (sne-sandbox conform) : {raison}."
#: What driven mode alone sees of requirements that traffic proves otherwise.
_EN_PARTIE: Final[Mapping[str, str]] = {
    "VIE-20": "Aucun message refusé n'est revenu corrigé. Un renvoi à l'identique se juge en mode piloté "
    "(sne-sandbox conform) : ici, un test peut le vouloir.",
}
_VERDICTS: Final = {EtatExigence.PROUVEE: Verdict.REUSSI, EtatExigence.ENFREINTE: Verdict.ECHOUE}


@dataclass(slots=True)
class _Bande:
    """What one reading of the journal gathers."""

    releve: ReleveConstats
    mesure: Couverture
    reponses: Reponses = field(default_factory=Reponses)
    echanges: int = 0
    acceptes: int = 0
    refuses: int = 0
    debut: datetime | None = None
    fin: datetime | None = None
    cites: dict[int, EchangeCite] = field(default_factory=dict)


def juger_base(
    magasin: Magasin,
    base: str,
    contrat: Contrat,
    *,
    exiger: Collection[str] = (),
    depuis: int = 0,
    application: str = "",
    commande: str = "",
    profil: str = "ecole",
    graine: int = 0,
    autres_motifs: Collection[str] = (),
    accord: bool = False,
    inacheve: str = "",
) -> Iterator[Evenement]:
    """Judges the exchanges of a base whose id is above `depuis`; ends with `Fin`, mode « trafic ».

    Not conforming: a MUST that broke, a requirement of `exiger` without evidence, nothing that arrived, and
    each French sentence of `autres_motifs`. A refusal breaks nothing, a test may want it; with `accord`,
    which is for whole suites, traffic of which nothing was accepted does not conform either. `inacheve` says
    why what sent it was cut short. Memory is bounded by the findings, not by the traffic.
    """
    exigences = charger_exigences(contrat.dossiers)
    yield DebutJugement(application, len(FAMILLES), niveaux(exigences), MODE)
    bande = _lire(magasin, base, contrat, depuis, exigences, profil)
    bilans = tuple(_dire_pourquoi(bilan) for bilan in bande.releve.bilans(exigences))
    scenarios = []
    for rang, (famille, titre) in enumerate(FAMILLES.items(), 1):
        identifiant = f"{MODE}-{famille.lower()}"
        yield ScenarioCommence(identifiant, MODE, titre, rang)
        scenarios.append(_scenario(identifiant, titre, [b for b in bilans if b.exigence.startswith(famille)]))
        yield ScenarioFini(scenarios[-1])
    maintenant = datetime.now(UTC)
    entete = Entete(
        outil=outil(),
        contrat=contrat.nom,
        profil=profil,
        mode=MODE,
        application=application,
        base=base,
        graine=graine,
        commande=commande,
        debut=bande.debut or maintenant,
        fin=bande.fin or maintenant,
        echanges=bande.echanges,
        non_juges=_perdus(magasin, base, depuis),
        refuses=bande.refuses,
        inacheve=inacheve,
    )
    rapport = Rapport(
        entete=entete,
        conforme=True,
        scenarios=tuple(scenarios),
        bilans=bilans,
        couverture=bande.mesure.rubriques(),
        echanges=tuple(bande.cites[cle] for cle in sorted(bande.cites)),
        reponses=bande.reponses.liste(),
    )
    motifs = [*autres_motifs]
    if not bande.echanges:
        motifs.insert(0, _VIDE if entete.non_juges else _RIEN)
    elif accord and not bande.acceptes:
        motifs.insert(0, _AUCUN)
    yield Fin(decider(rapport, motifs, exigees=exiger))


def _perdus(magasin: Magasin, base: str, depuis: int) -> str:
    """What the journal had after `depuis` and has no more, in French; "" when it has all."""
    gardes, oublies = magasin.journal.compter(base)
    dernier = magasin.journal.dernier(base)
    vides = max(0, dernier - gardes - oublies - depuis)
    oublies = max(0, dernier - gardes - depuis) - vides
    phrases = []
    if vides:
        phrases.append(
            f"{accorde(vides, 'échange oublié, non jugé', 'échanges oubliés, non jugés')} : le journal a été "
            "vidé. « sne-sandbox db reset --portee etat » remet la base à neuf et le garde."
        )
    if oublies:
        phrases.append(
            f"{accorde(oublies, 'échange oublié, non jugé', 'échanges oubliés, non jugés')} : le journal "
            f"n'en garde que {gardes}. « --journal-max N » en garde plus."
        )
    return " ".join(phrases)


def parcourir(magasin: Magasin, base: str, depuis: int = 0) -> Iterator[Echange]:
    """The exchanges of a base above the id `depuis`, oldest first, with their bytes, one at a time."""
    derniers = magasin.journal.chercher(base, limite=1)
    if not derniers or derniers[0].identifiant is None:
        return
    gardes, _ = magasin.journal.compter(base)
    dernier = derniers[0].identifiant
    for identifiant in range(max(depuis, dernier - gardes) + 1, dernier + 1):
        echange = magasin.journal.lire(base, identifiant)
        if echange is not None:
            yield echange


def _lire(
    magasin: Magasin,
    base: str,
    contrat: Contrat,
    depuis: int,
    exigences: Mapping[str, Exigence],
    profil: str,
) -> _Bande:
    bande = _Bande(ReleveConstats(), Couverture(contrat, profil))
    suite = Suite()
    for echange in parcourir(magasin, base, depuis):
        observation = observer(echange, contrat)
        if observation.de_la_console:
            continue
        constats = [*juger(observation, contrat), *suite.voir(observation)]
        _noter(bande, [c for c in constats if c.exigence in exigences], observation)
    for constat in suite.finir():
        if constat.exigence in exigences and bande.releve.noter(constat) and constat.echange is not None:
            cite = magasin.journal.lire(base, constat.echange)
            if cite is not None:
                _citer(bande, observer(cite, contrat))
    return bande


def _noter(bande: _Bande, constats: list[Constat], observation: Observation) -> None:
    echange = observation.echange
    if observation.soap or observation.asynchrone:
        bande.echanges += 1
        bande.acceptes += observation.acceptee
        bande.refuses += observation.refusee
        bande.debut = bande.debut or echange.recu_le
        bande.fin = echange.recu_le
    bande.mesure.voir(observation)
    bande.reponses.voir(observation)
    retenus = [bande.releve.noter(constat) for constat in constats]
    if any(retenus):
        _citer(bande, observation)


def _citer(bande: _Bande, observation: Observation) -> None:
    identifiant = observation.echange.identifiant
    if identifiant is not None and identifiant not in bande.cites and len(bande.cites) < CITES_MAX:
        bande.cites[identifiant] = citer(observation)


def _scenario(identifiant: str, titre: str, bilans: list[Bilan]) -> ResultatScenario:
    verifications = tuple(
        Verification(
            identifiant,
            bilan.exigence,
            _VERDICTS.get(bilan.etat, Verdict.EN_ATTENTE),
            bilan.constats,
            raison=""
            if bilan.etat in _VERDICTS
            else bilan.raison or "Rien, dans ce trafic, ne permet d'en juger.",
        )
        for bilan in bilans
        if bilan.etat is not EtatExigence.NON_TESTEE and not _pilotee(bilan)
    )
    verdicts = {v.verdict for v in verifications}
    verdict = next((v for v in (Verdict.ECHOUE, Verdict.REUSSI) if v in verdicts), Verdict.EN_ATTENTE)
    return ResultatScenario(identifiant, MODE, titre, verdict, verifications)


def _dire_pourquoi(bilan: Bilan) -> Bilan:
    if _pilotee(bilan):
        return replace(bilan, raison=_PILOTE.format(raison=PILOTEES[bilan.exigence]))
    if bilan.etat is EtatExigence.SANS_PREUVE:
        return replace(bilan, raison=_EN_PARTIE.get(bilan.exigence, ""))
    return bilan


def _pilotee(bilan: Bilan) -> bool:
    return bilan.etat is EtatExigence.SANS_PREUVE and bilan.exigence in PILOTEES


def outil() -> str:
    """Name and version of this tool, as reports say them."""
    try:
        return f"sne-sandbox {version('sne-sandbox')}"
    except PackageNotFoundError:
        return "sne-sandbox"
