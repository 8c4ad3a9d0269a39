"""The things that a judgement gathers as it goes, and from which it makes its report: the findings, the parts
of the contract that were used, the answers of the SNE beside « accepted », the exchanges to show, the
failures of the suite itself.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from types import MappingProxyType
from typing import Final

from sne_conformite.bilan.consequences import SANS_CAUSE, a_sa_place, chef, par_genre
from sne_conformite.bilan.couverture_et_angles_morts import Couverture, formes_vues
from sne_conformite.observation.accidents_de_la_suite import GARDES_MAX, dire_l_accident, dire_les_accidents
from sne_conformite.observation.observation import MARQUES_DU_TEMOIN, Observation, citer
from sne_conformite.rapports.rapport import (
    MARQUES,
    REFUS,
    Accident,
    Bilan,
    Constat,
    EchangeCite,
    Entete,
    EtatExigence,
    Rapport,
    ReponseDuSne,
    ResultatScenario,
    Rubrique,
    Verdict,
)  # fmt: skip
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.exigences_et_mentions import Exigence, FormeDifficile
from sne_interface.contract.suggestions import remede_de_regle
from sne_interface.domain.echange import TLS, VerdictEchange
from sne_interface.rules.controle import lire_explication

#: Findings kept of one kind (requirement, `genre`): the first ones show it, the others would hide the rest.
CONSTATS_MAX: Final = 5
#: Genres kept of one `sorte`.
GENRES_MAX: Final = 12
AVERTISSEMENT: Final = "avertissement"
TOLERANCE: Final = "tolérance"
#: What a rule would refuse of a message that the schema refuses, once this is mended.
A_VENIR: Final = "refus à venir"
#: Of what the contract to come would refuse; its code is the id of the change.
SUIVANT: Final = "contrat à venir"
_RANGS: Final = (REFUS, A_VENIR, SUIVANT, TOLERANCE, AVERTISSEMENT)
#: Characters of the exchanges that show a finding once more, beyond the first of its kind.
CITES_TEXTE_MAX: Final = 2_000_000
#: Codes of answers kept, and exchanges named of each.
CODES_MAX: Final = 100
ECHANGES_MAX: Final = 10


class RecueilDuJugement:
    """The collection that a stream of exchanges fills; its memory grows with the findings, not with the
    traffic. `exigences` are those of the contract: it leaves out the findings of others; `cites_max` bounds
    the exchanges shown, CITES_TEXTE_MAX those that show again what others do. `formes` are the hard forms
    that are looked for."""

    def __init__(
        self,
        contrat: Contrat,
        exigences: Mapping[str, Exigence],
        profil: str,
        *,
        cites_max: int | None = None,
        formes: Mapping[str, FormeDifficile] = MappingProxyType({}),
    ) -> None:
        self.exigences = exigences
        self._formes = formes
        #: The hard forms in which each requirement was not seen held yet.
        self._manquent = {
            exigence: {forme.id for forme in formes.values() if forme.motif and exigence in forme.exigences}
            for exigence in exigences
        }
        self.constats = ConstatsParExigence()
        self.accidents: dict[Accident, None] = {}
        self._couverture = Couverture(contrat, profil)
        self._reponses = Reponses()
        self._du_temoin = False
        self._cites: dict[int, EchangeCite] = {}
        self._cites_max = cites_max
        self._encore = CITES_TEXTE_MAX

    def voir(self, vue: Observation) -> None:
        """Takes in an exchange: what it uses of the contract, what the SNE answers to it."""
        self._du_temoin = self._du_temoin or bool(MARQUES_DU_TEMOIN.match(vue.echange.requete))
        with vue.isoler("mesurer ce qu'il couvre"):
            self._couverture.voir(vue)
        with vue.isoler("relever ce que le SNE y répond"):
            self._reponses.voir(vue)

    def noter(self, constat: Constat, vue: Observation | None = None) -> bool:
        """One more constat, seen in that exchange; whether it is a finding to show the exchange of."""
        if vue is not None and constat.tenue and (manquent := self._manquent.get(constat.exigence)):
            manquent -= formes_vues(vue)
        return constat.exigence in self.exigences and self.constats.noter(constat)

    def citer(self, vue: Observation, *, encore: bool = False) -> None:
        """Keeps an exchange as the report shows it, once; `encore`: it shows a finding that others show."""
        cle = vue.identifiant
        plein = self._cites_max is not None and len(self._cites) >= self._cites_max
        if cle is not None and cle not in self._cites and not plein and not (encore and self._encore <= 0):
            with vue.isoler("le montrer"):
                cite = self._cites[cle] = citer(vue)
                if encore:
                    self._encore -= len(cite.requete) + len(cite.reponse)
            self.deplorer(vue.accidents)  # it may have been read again to be shown, by who keeps it no longer

    def montre(self, echange: int) -> EchangeCite | None:
        """An exchange as it is shown, by its id; None when it is not kept."""
        return self._cites.get(echange)

    def deplorer(self, accidents: Iterable[Accident]) -> None:
        """Notes accidents, what the suite itself failed to judge or show: each one once."""
        self.accidents |= dict.fromkeys(accidents)

    def couverture(self) -> tuple[Rubrique, ...]:
        """Returns the parts of the contract that were used."""
        return self._couverture.rubriques()

    def rapport(
        self, entete: Entete, scenarios: Iterable[ResultatScenario], bilans: tuple[Bilan, ...]
    ) -> Rapport:
        """The report, before it is decided of."""
        non_juges = " ".join(filter(None, (entete.non_juges, *dire_les_accidents(self.accidents))))
        return Rapport(
            entete=replace(entete, non_juges=non_juges, marques=MARQUES if self._du_temoin else ""),
            conforme=True,
            scenarios=tuple(scenarios),
            bilans=bilans,
            couverture=self.couverture(),
            echanges=tuple(self._cites[cle] for cle in sorted(self._cites)),
            reponses=self._reponses.liste(),
            accidents=tuple(islice(self.accidents, GARDES_MAX)),
        )

    def bilans(self) -> tuple[Bilan, ...]:
        """The balance of each requirement; one that an accident left without evidence says so."""
        empechees = {e: accident for accident in reversed(self.accidents) for e in accident.exigences}
        return tuple(
            replace(bilan, raison=dire_l_accident(empechees[bilan.exigence]))
            if bilan.etat is EtatExigence.SANS_PREUVE and bilan.exigence in empechees
            else self._avec_ses_formes(bilan)
            for bilan in self.constats.bilans(self.exigences)
        )

    def _avec_ses_formes(self, bilan: Bilan) -> Bilan:
        if bilan.etat is not EtatExigence.PROUVEE:
            return bilan
        manquent = self._manquent[bilan.exigence]
        siennes = [f for f in self._formes.values() if bilan.exigence in f.exigences and f.motif]
        vues = [f for f in siennes if f.id not in manquent]
        dites = ("vue avec", vues), ("jamais avec", [f for f in siennes if f.id in manquent])
        raison = " ; ".join(f"{tete} {', '.join(f.titre for f in les)}" for tete, les in dites if les)
        return replace(bilan, duretes=tuple(f.id for f in vues), raison=raison)


# --- the findings ------------------------------------------------------------------------------------------


class ConstatsParExigence:
    """Constats by requirement, in bounded memory: it counts those held, and keeps up to `CONSTATS_MAX` of a
    genre and a cause of those broken. It does not keep the constats that another requirement explains:
    `causes` names that requirement, by requirement."""

    def __init__(self) -> None:
        self.preuves: Counter[str] = Counter()
        self.ruptures: dict[str, list[Constat]] = {}
        self.causes: dict[str, str] = {}
        self._combien: Counter[tuple[str, str]] = Counter()

    def noter(self, constat: Constat) -> bool:
        """Takes one constat in; whether it is a finding that was kept."""
        if constat.tenue:
            self.preuves[constat.exigence] += 1
            return False
        if constat.cause:
            if constat.sorte not in SANS_CAUSE:
                self.causes.setdefault(constat.exigence, constat.cause)
            return False
        self._combien[constat.exigence, constat.sorte] += 1
        ruptures = self.ruptures.setdefault(constat.exigence, [])
        siennes = [connu for connu in ruptures if connu.sorte == constat.sorte]
        garde = a_sa_place(constat, siennes, CONSTATS_MAX, GENRES_MAX)
        if garde:
            ruptures.append(constat)
        return garde and [c.genre for c in siennes].count(constat.genre) < CONSTATS_MAX

    def plier(self, partout: Mapping[str, str]) -> Mapping[str, str]:
        """Charges breaches to the requirements of `partout` (`consequences.chefs`), and to no other; the
        requirements of which nothing is left broken, each with that one."""
        plies = {}
        for exigence, ruptures in self.ruptures.items():
            if not (restent := [c for c in ruptures if not chef(c, partout)]):
                plies[exigence] = chef(ruptures[0], partout)
            self.ruptures[exigence] = restent
        self.ruptures = {
            e: par_genre(restent, CONSTATS_MAX) for e, restent in self.ruptures.items() if restent
        }
        self.causes = {e: plies.get(cause, cause) for e, cause in self.causes.items()} | plies
        return plies

    def bilans(self, exigences: Mapping[str, Exigence]) -> tuple[Bilan, ...]:
        """The balance of every requirement, in their order: broken once is broken, whatever else held it; and
        not proved, when another explains it. Constats of unknown requirements are left out."""
        return tuple(self._bilan(exigence) for exigence in exigences.values())

    def _bilan(self, exigence: Exigence) -> Bilan:
        preuves = self.preuves[exigence.id]
        ruptures = tuple(self.ruptures.get(exigence.id, ()))
        cause = "" if ruptures else self.causes.get(exigence.id, "")
        etat, raison = EtatExigence.SANS_PREUVE, ""
        if ruptures:
            etat = EtatExigence.ENFREINTE
        elif cause:
            raison = f"conséquence de {cause}"
        elif preuves:
            etat = EtatExigence.PROUVEE
        elif exigence.non_testee:
            etat, raison = EtatExigence.NON_TESTEE, exigence.non_testee
        nombres = {c.sorte: self._combien[exigence.id, c.sorte] for c in ruptures}
        return Bilan.de(exigence, etat, preuves=preuves, constats=ruptures, raison=raison, nombres=nombres)


def dire_ce_qui_manque(bilans: Iterable[Bilan], scenarios: Iterable[ResultatScenario]) -> tuple[Bilan, ...]:
    """`bilans` of a driven run. A requirement without evidence, because the application does not know
    commands that its scenarios need, says which: those are what to add to have it judged."""
    manques: dict[str, dict[str, None]] = {}
    for v in (v for scenario in scenarios for v in scenario.verifications):
        if v.verdict is Verdict.SANS_OBJET:
            manques.setdefault(v.exigence, {})[v.raison] = None
    return tuple(
        replace(b, raison=" ; ".join(manques[b.exigence]))
        if b.etat is EtatExigence.SANS_PREUVE and not b.raison and b.exigence in manques
        else b
        for b in bilans
    )


# --- what the SNE answered ---------------------------------------------------------------------------------


class Reponses:
    """Answers of a stream of exchanges, by nature and code, in bounded memory."""

    def __init__(self) -> None:
        self._vues: dict[tuple[str, str], ReponseDuSne] = {}

    def voir(self, vue: Observation) -> None:
        """One more exchange. One that a panne spoiled, or that was not delivered, says nothing of the
        application."""
        if vue.panne is not None or vue.echange.non_remise:
            return
        for nature, code, message, *lieu in _dites(vue):
            cle = (nature, code)
            if cle not in self._vues:
                if len(self._vues) >= CODES_MAX:
                    continue
                remede = remede_de_regle(vue.contrat, code, *lieu) if lieu else ""
                self._vues[cle] = ReponseDuSne(nature, code, message, 0, (), "".join(lieu[:1]), remede)
            vues, numero = self._vues[cle], vue.identifiant
            echanges = vues.echanges
            if numero is not None and numero not in echanges and len(echanges) < ECHANGES_MAX:
                echanges = (*echanges, numero)
            self._vues[cle] = replace(vues, nombre=vues.nombre + 1, echanges=echanges)

    def liste(self) -> tuple[ReponseDuSne, ...]:
        """Refusals first, then what is read here and perhaps not elsewhere; the most frequent first."""
        return tuple(sorted(self._vues.values(), key=lambda r: (_RANGS.index(r.nature), -r.nombre, r.code)))


def _dites(vue: Observation) -> Iterator[tuple[str, ...]]:
    """(nature, code, message) of each, then the path and the value of an anomalie."""
    for anomalie in vue.echange.anomalies:
        nature = {"bloquante": REFUS, "avertissement": AVERTISSEMENT}.get(str(anomalie.get("gravite")))
        if nature is not None:
            code = anomalie.get("regle") or anomalie.get("code")
            dits = (code, *(anomalie.get(nom) for nom in ("message", "propriete", "valeur")))
            yield nature, *(str(dit or "") for dit in dits)
    for refus in vue.echange.a_venir:
        if refus["changement"]:
            exige = f", exigé au plus tard le {refus['exige']}" if refus["exige"] else ""
            dit = f"refusé sous {refus['contrat']}{exige} ({refus['regle']}) : {refus['message']}"
            yield SUIVANT, str(refus["changement"]), dit
    for tolerance in vue.echange.tolerances:
        if tolerance["code"].startswith("T-"):  # the others are faults of the schema
            yield TOLERANCE, tolerance["code"], tolerance["phrase"]
    explication = vue.fault("explication")
    message = " → ".join(filter(None, (vue.fault("message"), explication.partition("\n")[0])))
    match vue.echange.verdict:
        case VerdictEchange.FAULT:
            yield REFUS, "faute SOAP", message
            for code, gravite, dit in lire_explication(explication)[1]:
                yield A_VENIR if gravite == "bloquante" else AVERTISSEMENT, code, dit
        case VerdictEchange.REFUS:
            # No status: a handshake, or a connection cut before there was a request to answer.
            sans = TLS if vue.echange.methode == TLS else "connexion coupée"
            yield REFUS, f"HTTP {vue.echange.statut}" if vue.echange.statut else sans, message
        case VerdictEchange.ERREUR:
            yield REFUS, "erreur du bac à sable", message
