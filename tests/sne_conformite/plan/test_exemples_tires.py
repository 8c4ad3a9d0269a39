"""What the suite tells an application to enter."""

import importlib
import sys
from functools import lru_cache
from pathlib import Path

import pytest
from banc import MIDI, Banc
from donnees import a_cote

from sne_conformite.pilotage.exemple_joue import ExempleJoue
from sne_conformite.pilotage.exemple_reduit import Exemples, au_sort
from sne_conformite.plan import plan
from sne_conformite.plan.exemples_tires import ExempleTire, saisie, strategie, valeurs
from sne_conformite.plan.plan import EXEMPLES, Scenario
from sne_conformite.protocole.formulaire_saisi import de_json
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.element_recu import Element


def test_an_empty_block_that_may_be_left_out_is_not_entered(banc: Banc) -> None:
    """The application would send it as it was told, and break CTR-08. What the schema wants is told empty."""
    demandeur = {"nom": "Ba", "listeRessourceVersee": {}}
    handicap = {"handicap": [{"etatHandicap": {"code": "STA"}, "referent": {}}]}
    demande = {
        "numGuichet": "G1226",
        "personnePhysique": {"demandeur": demandeur},
        "listeHandicap": handicap,
    }

    assert saisie(de_json("demandeLogement", demande), banc.services.contrat) == {
        "personnePhysique": {"demandeur": demandeur},
        "listeHandicap": {"handicap": [{"etatHandicap": {"code": "STA"}}]},
    }


# --- what is entered beside the demandes ------------------------------------------------------------------


def _tires(
    scenario: Scenario, contrat: Contrat, combien: int = EXEMPLES, graine: int = 0
) -> list[ExempleTire]:
    """The examples that the runner would run."""
    tirees = strategie(scenario, contrat, instant=MIDI, guichet="G1226")
    tirages = Exemples(scenario, au_sort(tirees, graine), lambda exemple: ExempleJoue())
    return list(tirages.tirer(scenario.combien(combien)).values())


@lru_cache(maxsize=2)
def _saisi(nom: str, contrat: Contrat, combien: int = EXEMPLES) -> list[Element]:
    """What is entered in the scenarios of that family, whatever the step."""
    scenarios = [s for s in plan.charger() if s.id.startswith(nom)]
    assert scenarios
    exemples = [e for s in scenarios for e in _tires(s, contrat, combien)]
    return [element for e in exemples for acte in e.actes.values() for element in acte.values()]


def _valeurs(elements: list[Element], nom: str) -> set[str]:
    return {e.code or e.texte for un in elements for e in un.parcourir() if e.nom == nom}


@pytest.mark.parametrize(("famille", "nom", "liste"), a_cote(__file__)["a_hundred_examples_enter_every_code"])
def test_a_hundred_examples_enter_every_code(famille: str, nom: str, liste: str, banc: Banc) -> None:
    contrat = banc.services.contrat
    codes = {code for code in contrat.nomenclatures.liste(liste) if code} - {"RADREN"}  # the SNE's own
    assert _valeurs(_saisi(famille, contrat, 100), nom) == codes


def test_one_example_draws_amounts_that_no_rounding_keeps(banc: Banc) -> None:
    tires = [e for s in plan.charger() for e in _tires(s, banc.services.contrat, 1)]
    demandes = [demande for exemple in tires for demande in exemple.demandes.values()]
    montants = _valeurs(demandes, "montant")
    assert len(montants) > 30
    assert sum(montant[-1] not in "05" for montant in montants) > len(montants) * 3 / 4


def test_more_examples_enter_more(banc: Banc) -> None:
    contrat = banc.services.contrat
    peu, beaucoup = (_valeurs(_saisi("DAL", contrat, n), "typologieLogementDalo") for n in (10, 100))
    assert len(beaucoup) > 2 * len(peu) > 6


def test_every_type_of_event_that_is_a_landlords_is_entered_but_a_decision(banc: Banc) -> None:
    contrat = banc.services.contrat
    saisis = [*_saisi("EVT-TOUS", contrat, 100), *_saisi("EVT", contrat)]  # the others name theirs
    entres = _valeurs(saisis, "codeTypeEvenement")
    assert entres == {
        t.code
        for t in contrat.evenements
        if t.territoire in (None, "062") and t.code not in ("DECATT", "DALOFAV")
    }


def test_the_same_seed_enters_the_same(banc: Banc) -> None:
    (scenario,) = [s for s in plan.charger() if s.id == "EVT-TOUS"]
    une, autre, suivante = (
        [e.cle() for e in _tires(scenario, banc.services.contrat, graine=graine)] for graine in (0, 0, 1)
    )
    assert une == autre
    assert une != suivante
    assert len(set(une)) == len(une)  # what is entered tells two examples apart


def test_what_is_entered_is_of_the_day_of_its_step(banc: Banc) -> None:
    """Two months after the deposit, within what the rules allow; the lease of the decision is that of the
    radiation."""
    (scenario,) = [s for s in plan.charger() if s.id == "DEC-AVEC-BAIL"]
    jours = set()
    for exemple in _tires(scenario, banc.services.contrat, 100):
        (acte,) = exemple.actes.values()
        dites = valeurs(acte["decision"])
        bail = acte["radiation"].texte_de("attributionLogement/dateSignatureBail") or ""
        assert dites["DATEBAIL"] == bail
        assert "2018-03-15" < dites["DATECAL"] <= bail <= "2018-05-15"
        jours.add(bail)
    assert len(jours) > 5


def test_an_example_says_what_is_entered(banc: Banc) -> None:
    (scenario,) = [s for s in plan.charger() if s.id == "RAD-ABANDON"]
    dit = _tires(scenario, banc.services.contrat)[0].en_json()
    assert list(dit) == ["d1", "étape 2"]
    assert dit["étape 2"]["radiation"]["motifRadiation"] == {"code": "RADABA"}


def test_what_is_drawn_is_of_the_seed_alone(
    banc: Banc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever local modules are loaded: Hypothesis would take values from the constants that they hold."""
    scenarios = [s for s in plan.charger() if s.groupe == "creation"]

    def tires() -> list[str]:
        return [e.cle() for s in scenarios for e in _tires(s, banc.services.contrat)]

    avant = tires()
    (tmp_path / "constantes_locales.py").write_text(f"RANGS = {list(range(100, 1_000))}", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("constantes_locales")
    try:
        assert tires() == avant
    finally:
        del sys.modules["constantes_locales"]
