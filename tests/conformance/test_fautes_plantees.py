"""The planted defects, as values: each replaces a stage that exists, in one application and no other."""

import io
import json
import sys

import pytest
from fautes import FAUTES, PAR_NOM, Faute, planter
from fautes.__main__ import principal

from sne_interface.contract.contrats_charges import charger
from sne_interface.contract.exigences_et_mentions import charger_exigences
from sne_temoin.temoin_assemble import Temoin

TOUTES = pytest.mark.parametrize("faute", FAUTES, ids=lambda faute: faute.nom)


def _etape(temoin: Temoin, faute: Faute) -> object:
    partie: object = temoin
    for pas in faute.etape.split("."):
        partie = getattr(partie, pas)
    return partie


@TOUTES
def test_une_faute_remplace_une_etape_et_une_seule_application(faute: Faute) -> None:
    honnete, fautive = Temoin(), Temoin()
    avant = _etape(fautive, faute)
    faute.planter(fautive)
    assert _etape(fautive, faute) != avant
    assert getattr(_etape(honnete, faute), "__self__", None) is not None  # still a method of its part


def test_les_exigences_citees_existent() -> None:
    connues = set(charger_exigences(charger().dossiers))
    assert {e for faute in FAUTES for e in (*faute.exigences, *faute.suites)} <= connues


def test_chaque_exigence_a_un_defaut_qui_la_rougit_seule() -> None:
    """What the campaign then shows of each, by the whole plan."""
    testees = {e.id for e in charger_exigences(charger().dossiers).values() if not e.non_testee}
    sans = testees - {faute.seule for faute in FAUTES}
    assert not sans, f"sans défaut qui les enfreigne seules : {', '.join(sorted(sans))}"


def test_les_noms_et_les_phrases_sont_uniques() -> None:
    assert len(PAR_NOM) == len(FAUTES) == len({faute.phrase for faute in FAUTES})
    assert all(faute.exigences and faute.phrase.endswith(".") for faute in FAUTES)


def test_un_defaut_inconnu(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError):
        planter(Temoin(), "inconnu")
    with pytest.raises(SystemExit):
        principal(["--faute", "inconnu"])
    assert "inconnu" in capsys.readouterr().err


def test_la_liste_des_defauts(capsys: pytest.CaptureFixture[str]) -> None:
    assert principal(["--fautes"]) == 0
    assert [ligne.split()[0] for ligne in capsys.readouterr().out.splitlines()] == list(PAR_NOM)


def test_la_commande_pilote_l_application_fautive(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plantes = []
    monkeypatch.setattr(Faute, "planter", lambda faute, temoin: plantes.append((faute.nom, type(temoin))))
    monkeypatch.setattr(sys, "stdin", io.StringIO('{"id": 1, "commande": "fin"}'))
    assert principal(["--faute", "soap-1.1"]) == 0
    assert plantes == [("soap-1.1", Temoin)]
    assert json.loads(capsys.readouterr().out) == {"id": 1, "statut": "fait"}
