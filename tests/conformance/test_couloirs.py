"""Scenarios beside one another: the report is that of the same scenarios one by one, and of the same seed."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from epreuve import Epreuve
from fautes import fautif

from sne_conformite.bilan.trafic_juge import parcourir
from sne_conformite.pilotage.couloirs import INSTANCES_MAX
from sne_conformite.rapports.rapport import Constat, Rapport, Verdict
from sne_interface.domain.echange import Echange
from sne_temoin.adaptateur import Adaptateur, Message, Reponse
from sne_temoin.temoin_assemble import NOM, VERSION, Temoin

#: Pannes and creations, what time does, files; the last one sends the application to another server.
SCENARIOS = (
    "CRE-COLOCATION", "CRE-COMPLETE", "CRE-GARDE", "CRE-PLUSIEURS", "CYC-SEPARER", "DIS-CREATION", "ASY-FIN",
    "REL-RADIATIONS-SUITE", "ROB-EVENEMENT", "ROB-HTML-502", "ROB-REPONSE-PERDUE", "ROB-RESEAU", "TRA-EXPIRE",
)  # fmt: skip
#: One whose findings a smaller household shows, one whose sentences name other exchanges.
FAUTES = ("second-cotitulaire", "relance-a-l-aveugle")


class _Dit(Adaptateur):
    """The reference application, that answers `demarrer` otherwise."""

    def __init__(self, changer: Callable[[Reponse], Reponse]) -> None:
        super().__init__(Temoin())
        self.changer = changer
        self.commandes["demarrer"] = self.repondre

    def repondre(self, message: Message) -> Reponse:
        return self.changer(self.demarrer(message))


def _jouer(epreuve: Epreuve, lances: list[Adaptateur]) -> tuple[Rapport, list[Echange]]:
    """The report, and the exchanges that the run left in the journal; what was started is in `lances`."""

    def application() -> Adaptateur:
        lances.append(Adaptateur(fautif(*FAUTES)))
        return lances[-1]

    base = epreuve.base
    avant = base.dernier()
    rapport = epreuve.une_fois(application, SCENARIOS, exemples=2, reduction=10)
    return rapport, list(parcourir(base.magasin.journal, base.nom, avant))


def _dit(rapport: Rapport, journal: Sequence[Echange]) -> list[Any]:
    """All that a report says but for its times, what the journal held before, and the very bytes: those of a
    certificate and of a boundary are never the same."""
    avant = (journal[0].identifiant or 0) - 1

    def lu(constat: Constat) -> tuple[Any, ...]:
        phrase = re.sub(r"(?<=échange )\d+", lambda cite: str(int(cite[0]) - avant), constat.phrase)
        ou = None if constat.echange is None else constat.echange - avant
        return (constat.exigence, constat.sorte, phrase, constat.chemin, constat.attendu, constat.observe, ou)

    verifications = [
        (v.id, v.verdict, v.exemple, v.commande, v.raison, *map(lu, v.constats))
        for v in rapport.verifications
    ]
    bilans = [(b.exigence, b.etat, b.preuves, b.nombres, *map(lu, b.constats)) for b in rapport.bilans]
    scenarios = [(s.id, s.verdict, s.exemples, s.raison) for s in rapport.scenarios]
    cites = [e.identifiant - avant for e in rapport.echanges]
    reponses = [(r.nature, r.code, r.message, r.nombre) for r in rapport.reponses]
    combien = (rapport.entete.echanges, rapport.entete.exemples)
    return [verifications, bilans, scenarios, cites, reponses, rapport.couverture, rapport.motifs, combien]


def _trafic(journal: Sequence[Echange]) -> list[tuple[Any, ...]]:
    return [(e.base, e.methode, e.operation, e.type_fichier, e.numero_unique, e.verdict, e.statut)
            for e in journal]  # fmt: skip


def _nom(echange: Echange) -> str:
    trouve = re.search(rb"DEMG1226-\d{12}-\d{6}", echange.requete)
    return trouve[0].decode() if trouve else ""


@pytest.mark.cher
def test_the_report_is_that_of_one_by_one_and_of_the_same_seed(cote_a_cote: Epreuve) -> None:
    lances: list[Adaptateur] = []
    seul, journal = _jouer(replace(cote_a_cote, cote_a_cote=False), lances)
    assert len(lances) == 1
    resumes = []
    for _ in range(2):
        a_cote, le_leur = _jouer(cote_a_cote, lances)
        assert _trafic(le_leur) == _trafic(journal)
        assert _dit(a_cote, le_leur) == _dit(seul, journal)
        resumes.append([cite.resume for cite in a_cote.echanges])
    assert resumes[0] == resumes[1], "the names of files too: who plays what is settled"
    assert len(lances) == 1 + 2 * INSTANCES_MAX
    noms = [nom for e in le_leur if e.operation == "getNumUnique" and (nom := _nom(e))]
    assert len(set(noms)) == len(noms) > 0, "whichever instance gives them"
    echoues = {v.exigence for v in seul.verifications if v.verdict is Verdict.ECHOUE}
    assert {"FID-02", "VIE-12"} <= echoues, "there is something to be said"
    assert [base.nom for base in cote_a_cote.base.magasin.bases.lister()] == [cote_a_cote.base.nom]


def test_an_application_that_does_not_say_that_it_may_is_alone(cote_a_cote: Epreuve) -> None:
    lances: list[_Dit] = []

    def muette() -> _Dit:
        lances.append(_Dit(lambda dit: {n: v for n, v in dit.items() if n != "instances"}))
        return lances[-1]

    rapport = cote_a_cote.une_fois(muette, SCENARIOS[:8], exemples=1)
    assert len(lances) == 1
    assert {s.verdict for s in rapport.scenarios} == {Verdict.REUSSI}


@pytest.mark.parametrize(
    ("combien", "guichets", "joues"), [(None, 2, 0), (2, None, 3), (2, 2, 4), (3, None, 4)]
)
def test_commands_at_once_are_told_to_who_takes_so_many(
    epreuve: Epreuve, combien: int | None, guichets: int | None, joues: int
) -> None:
    """And those for two guichets to who serves them; nobody else is accused of anything."""
    simultanes = [scenario.id for scenario in epreuve.plan if scenario.a_la_fois > 1]
    dits = {"a_la_fois": combien, "guichets": guichets}
    rapport = epreuve.une_fois(lambda: _Dit(lambda dit: dit | dits), simultanes, exemples=1)
    assert (
        Counter(s.verdict for s in rapport.scenarios)
        == Counter({Verdict.REUSSI: joues, Verdict.SANS_OBJET: len(simultanes) - joues}) - Counter()
    )
    assert not [v for v in rapport.verifications if v.verdict is Verdict.ECHOUE]


@pytest.mark.parametrize(
    ("autre", "raison"),
    [
        ({"statut": "erreur", "message": "déjà là"}, "« demarrer » a répondu « erreur » : déjà là"),
        ({"version": "8"}, f"« demarrer » a répondu « {NOM} 8 », après « {NOM} {VERSION} »"),
    ],
)
def test_an_instance_that_does_not_begin_is_told(cote_a_cote: Epreuve, autre: Any, raison: str) -> None:
    """And no command is given to it; nor to one that is another product, or another version."""
    lances: list[_Dit] = []

    def seule() -> _Dit:
        premiere = not lances
        lances.append(_Dit(lambda dit: dit if premiere else dit | autre))
        return lances[-1]

    rapport = cote_a_cote.une_fois(seule, SCENARIOS[:8], exemples=1)
    assert len(lances) > 1
    rates = [s.raison for s in rapport.scenarios if s.verdict is Verdict.ERREUR]
    assert rates
    assert all(raison in dite for dite in rates)
    assert all(re.search(r"\(instance [234] de votre application", dite) for dite in rates)
    assert not rapport.conforme


def test_lanes_that_are_interrupted_end(cote_a_cote: Epreuve) -> None:
    """What they were told to play is played no more, and their bases are gone."""

    @contextmanager
    def permis() -> Iterator[None]:
        raise KeyboardInterrupt("SIGTERM")
        yield

    rapport = replace(cote_a_cote, permis=permis).une_fois(
        lambda: Adaptateur(Temoin()), SCENARIOS, exemples=9
    )
    assert "interrompu (SIGTERM)" in rapport.entete.inacheve.lower().replace("sigterm", "SIGTERM")
    laisses = [s for s in rapport.scenarios if s.verdict is Verdict.EN_ATTENTE]
    assert 0 < len(laisses) < len(SCENARIOS)
    assert [base.nom for base in cote_a_cote.base.magasin.bases.lister()] == [cote_a_cote.base.nom]
