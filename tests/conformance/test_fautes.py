"""The suite finds every planted defect, and names it rightly; the honest application raises nothing.

Rightly named means, of the failed checks:
- one at least is of a requirement of the defect (`Faute.exigences`);
- the requirement that most scenarios name is one of them (or as many scenarios name one of them);
- none is of a requirement that has nothing to do with it: of `exigences`, or of `suites`, what breaks along.

Each requirement has a defect that turns it red and no other (`Faute.seule`), which a unit test of the defects
holds. The campaign notes what each defect turns red, of which `make matrice` makes a page.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from constat_de_faute import Trouvee, noter, reproches, resumer
from donnees import a_cote
from epreuve import Epreuve
from fautes import FAUTES, PAR_NOM, Faute, fautif, partage, robustesse
from tirage_du_commit import marquer, tirer

from sne_conformite.bilan.candidat import lire_candidat
from sne_conformite.bilan.mentions import charger_referentiel, mentionner
from sne_conformite.pilotage import pilotage
from sne_conformite.pilotage.exemple_joue import ExempleJoue
from sne_conformite.plan.plan import Scenario, montrables
from sne_conformite.rapports.rapport import EtatExigence, Rapport
from sne_temoin.temoin_assemble import NOM, VERSION, Temoin

DONNEES = a_cote(__file__)

TOUTES = pytest.mark.parametrize("faute", FAUTES, ids=lambda faute: faute.nom)
DU_COMMIT = pytest.mark.parametrize("faute", marquer(FAUTES), ids=lambda faute: faute.nom)
#: Examples that the search for the smallest one may run.
REDUCTION = 10
#: Seeds that the honest application is tried with, how many of them on each push and by `make test-all`, and
#: of which every how many with two examples of each scenario, and not one.
GRAINES = 200
GRAINES_D_UN_ENVOI = 1
GRAINES_DES_TESTS = 2
DEUX_EXEMPLES = 10
#: Defects whose smallest example is looked for at each run of the tests, none of them in a household of
#: thirty: the campaign does it for all.
REDUITES = FAUTES[8::20]
#: Scenarios that a defect is tried on at a time, of those that check its first requirement, until one
#: catches it. The campaign plays the whole plan.
LOT = 4
#: And those that it is tried on beside, first; and under failures.
TEMOINS, PANNES = ("CRE-COMPLETE",), ("ROB-HTML-502", "ROB-REPONSE-PERDUE")
#: Examples of each scenario for defects of what varies from one to the next: a code always the same is
#: right once in a while.
VARIES = 4
#: The scenario to begin with, for a defect or for all those of a requirement, where the two that are taken
#: otherwise do not show it.
D_ABORD = DONNEES["d_abord"]


def essayer(epreuve: Epreuve, faute: Faute, reduction: int = 0) -> Iterator[tuple[int, list[str], Rapport]]:
    """How many examples of which scenarios, and what they said, up to those that caught the defect."""
    for combien, scenarios in _lots(epreuve, faute):
        exemples = VARIES if faute in partage.FAUTES else combien
        rapport = epreuve.passer(
            partial(fautif, faute.nom), scenarios, exemples=exemples, reduction=reduction
        )
        yield exemples, scenarios, rapport
        if Trouvee.dans(rapport).par(faute):
            return


def _lots(epreuve: Epreuve, faute: Faute) -> Iterator[tuple[int, list[str]]]:
    """One of two of those that name the first requirement of the defect, beside a few that do not, and of the
    others lot by lot; then two of them, and of all that can show it."""
    exigence = faute.exigences[0]
    nommant = [scenario.id for scenario in epreuve.plan if exigence in scenario.exigences]
    montrant = [s.id for s in epreuve.plan if exigence in montrables((e.sorte, e.quoi) for e in s.etapes)]
    d_abord = D_ABORD.get(faute.nom, D_ABORD.get(exigence))
    premieres = [d_abord] if d_abord else list(dict.fromkeys((nommant[0], nommant[len(nommant) // 2])))
    pannes = PANNES if faute in robustesse.FAUTES else ()
    yield 1, list(dict.fromkeys((*premieres, *TEMOINS, *pannes)))
    autres = [scenario for scenario in nommant if scenario not in premieres]
    encore = [scenario for scenario in montrant if scenario not in nommant]
    for exemples, suite in ((1, autres), (2, premieres + autres + encore)):
        for rang in range(0, len(suite), LOT):
            yield exemples, suite[rang : rang + LOT]


def _rien_d_etranger(faute: Faute, rapport: Rapport) -> Trouvee:
    trouvee = Trouvee.dans(rapport)
    # One that turns a requirement red and no other does not, either, have another say that nothing was sent.
    vues = trouvee.rouges if faute.seule else set(trouvee.echecs)
    etrangeres = vues - set(faute.exigences) - set(faute.suites)
    assert not etrangeres, f"{faute.nom} est nommé à tort : {sorted(etrangeres)} dans {_vus(trouvee)}"
    return trouvee


def _vus(trouvee: Trouvee) -> dict[str, list[tuple[str, str]]]:
    return {exigence: [(v.scenario, resumer(v)) for v in vs] for exigence, vs in trouvee.echecs.items()}


def _bien_nommee(faute: Faute, rapport: Rapport) -> Trouvee:
    trouvee = _rien_d_etranger(faute, rapport)
    vus = _vus(trouvee)
    assert trouvee.par(faute), f"{faute.nom} n'est pas attrapé sous {faute.exigences} : {vus}"
    assert trouvee.premieres & set(faute.exigences), f"{faute.nom} est nommé d'abord autrement : {vus}"
    return trouvee


@DU_COMMIT
def test_chaque_faute_est_attrapee_et_bien_nommee(epreuve: Epreuve, faute: Faute) -> None:
    essais = list(essayer(epreuve, faute, REDUCTION if faute in REDUITES else 0))
    for _, _, rapport in essais:
        _rien_d_etranger(faute, rapport)
    exemples, _, rapport = essais[-1]
    trouvee = _bien_nommee(faute, rapport)
    noter(faute, trouvee, trouvee.par(faute)[0], exemples, len(rapport.scenarios))


@pytest.mark.parametrize(
    ("nom", "enfreintes"), [("tls-aveugle", {"EMB-12", "EMB-16"}), ("tls-sans-nom", {"EMB-16"})]
)
def test_ce_qui_n_est_pas_verifie_du_serveur_est_nomme_et_cela_seul(
    epreuve: Epreuve, nom: str, enfreintes: set[str]
) -> None:
    rapport = epreuve.passer(partial(fautif, nom), ("TRA-EXPIRE", "TRA-AUTRE-NOM"))
    assert set(Trouvee.dans(rapport).echecs) == enfreintes


@pytest.mark.parametrize(("fautes", "ou", "enfreintes"), DONNEES["une_faute_n_en_cache_pas_une_autre"])
def test_une_faute_n_en_cache_pas_une_autre(epreuve: Epreuve, fautes: str, ou: str, enfreintes: str) -> None:
    """A guess is not why an event is somebody else's, nor a date that is taken why an answer is not read."""
    rapport = epreuve.passer(partial(fautif, *fautes.split()), ou.split())
    rompues = {b.exigence for b in rapport.bilans if b.etat is EtatExigence.ENFREINTE}
    assert rompues == Trouvee.dans(rapport).rouges == set(enfreintes.split())


@pytest.mark.campagne
@TOUTES
def test_chaque_faute_est_attrapee_par_le_plan_entier(cote_a_cote: Epreuve, faute: Faute) -> None:
    """And has its line, with its smallest example, in `build/fautes.md`. Scenarios are played beside one
    another, as `conform` does."""
    epreuve, exemples = cote_a_cote, VARIES if faute in partage.FAUTES else 2
    trouvee = _bien_nommee(faute, epreuve.passer(partial(fautif, faute.nom), exemples=exemples))
    attrapee = trouvee.par(faute)
    reduit = epreuve.passer(
        partial(fautif, faute.nom), [attrapee[0].scenario], exemples=exemples, reduction=REDUCTION
    )
    noter(faute, trouvee, next(iter(Trouvee.dans(reduit).par(faute)), attrapee[0]), exemples)


def _graines() -> Iterator[Any]:
    for graine in range(GRAINES):
        tot = pytest.mark.reste if graine < GRAINES_DES_TESTS else pytest.mark.campagne
        yield pytest.param(graine, marks=() if graine < GRAINES_D_UN_ENVOI else tot)


@pytest.mark.parametrize("graine", _graines())
def test_l_application_honnete_ne_souleve_rien(
    cote_a_cote: Epreuve, graine: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what each scenario shows held is what its steps are said to show: a scenario that names anything
    else is refused when it is loaded."""
    imprevues: dict[str, set[str]] = {}
    jouer = pilotage.jouer_exemple

    def noter(scenario: Scenario, *autres: Any) -> ExempleJoue:
        joue = jouer(scenario, *autres)
        tenues = {constat.exigence for constat in joue.constats if constat.tenue}
        prevues = montrables((etape.sorte, etape.quoi) for etape in scenario.etapes)
        imprevues.setdefault(scenario.id, set()).update(tenues - prevues)
        return joue

    monkeypatch.setattr(pilotage, "jouer_exemple", noter)
    exemples = 1 if graine % DEUX_EXEMPLES else 2
    rapport = cote_a_cote.passer(Temoin, graine=graine, exemples=exemples)
    assert {scenario: trop for scenario, trop in imprevues.items() if trop} == {}
    assert reproches(rapport) == {}
    assert rapport.conforme, rapport.motifs
    referentiel = charger_referentiel(cote_a_cote.contrat.dossiers)
    declare = lire_candidat(Path(__file__).parents[1] / "candidat.toml", referentiel.certification)
    declare = replace(declare, produit=NOM, version=VERSION)
    lacunes = {m.id: {lacune.quoi for lacune in m.lacunes} for m in mentionner(rapport, referentiel, declare)}
    # What it has is acquired, but where more examples are wanted than are played here.
    peu = (m.id for m in referentiel.certification.mentions.values() if m.exemples_min > exemples)
    assert {m: quoi for m, quoi in lacunes.items() if quoi} == {m: {"exemples"} for m in peu}


def test_un_commit_tire_une_faute_de_chaque_exigence_et_toujours_les_memes() -> None:
    premieres = {faute.exigences[0] for faute in FAUTES}
    for par in ("3f2a91c", "7ec3add"):
        tirees = tirer(FAUTES, par)
        assert tirees == tirer(FAUTES, par)
        assert sorted(PAR_NOM[nom].exigences[0] for nom in tirees) == sorted(premieres)
    assert set().union(*(tirer(FAUTES, str(rang)) for rang in range(200))) == set(PAR_NOM)


def test_ce_que_l_on_essaie_d_abord_existe(epreuve: Epreuve) -> None:
    assert set(D_ABORD) <= set(PAR_NOM) | {faute.exigences[0] for faute in FAUTES}
    assert set(D_ABORD.values()) <= {scenario.id for scenario in epreuve.plan}
