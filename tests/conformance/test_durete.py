"""Hard values come first, and what an application declines is no proof: at one example, whatever the seed."""

import os
import shlex
import subprocess
import sys
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from epreuve import Epreuve
from fautes import fautif

from sne_conformite.rapports.rapport import Rapport, Verdict
from sne_interface.contract.exigences_et_mentions import charger_certification
from sne_temoin.adaptateur import Adaptateur
from sne_temoin.temoin_assemble import Temoin

#: Scenarios where households of one co-holder stand beside those of several.
FOYERS = ("CRE-COUPLE", "CRE-COLOCATION", "CRE-DATES")
DEUX = "deux-cotitulaires"
ENREGISTRE = {"statut": "fait", "numero_unique": "0621126000002G1226"}


@dataclass
class Esquive:
    """An adapter that answers for itself, by `reponse`, these commands, or where two are co-holders."""

    adaptateur: Adaptateur
    reponse: dict[str, Any]
    commandes: Collection[str] = ()

    def envoyer(self, message: dict[str, Any]) -> dict[str, Any]:
        personnes = message.get("demande", {}).get("personnePhysique", {})
        deux = len(personnes.get("listeCotitulaire", {}).get("cotitulaire", ())) > 1
        if message["commande"] in self.commandes or (deux and not self.commandes):
            return {"id": message["id"], **self.reponse}
        return dict(self.adaptateur.envoyer(message))

    def fermer(self) -> None:
        self.adaptateur.fermer()


def _passer(epreuve: Epreuve, reponse: dict[str, Any]) -> Rapport:
    perdant = partial(fautif, "second-cotitulaire")
    return epreuve.piloter(lambda: Esquive(Adaptateur(perdant()), reponse), FOYERS, exemples=1)


def test_the_scenarios_of_a_form_show_it_at_one_example(epreuve: Epreuve) -> None:
    """Whichever a form names, by itself: of each requirement, the gap that lacks it names the right one."""
    formes = charger_certification(epreuve.contrat.dossiers).formes.values()
    scenarios = {s for forme in formes for s in forme.scenarios}
    rapport = epreuve.passer(Temoin, scenarios, exemples=1)
    assert rapport.conforme, rapport.motifs
    vues = {b.exigence: set(b.duretes) for b in rapport.bilans if b.duretes}
    assert vues == {e: {f.id for f in formes if e in f.exigences} for f in formes for e in f.exigences}
    montres = {s.id: s.exigences for s in epreuve.plan}
    for forme in formes:
        assert all(any(e in montres[s] for s in forme.scenarios) for e in forme.exigences), forme.id
        assert epreuve.contrat.regles.keys() >= {*forme.regles}, forme.id


def test_what_is_declined_is_not_seen_and_is_told(epreuve: Epreuve) -> None:
    rapport = _passer(epreuve, {"statut": "non_gere"})
    fid02 = next(b for b in rapport.bilans if b.exigence == "FID-02")
    assert (fid02.etat, fid02.duretes) == ("prouvée", ())
    assert fid02.raison.startswith("jamais avec deux co-titulaires ou plus")
    declins = {s.id: s.declins for s in rapport.scenarios if s.declins}
    assert declins.keys() == {"CRE-COLOCATION"}
    assert DEUX in declins["CRE-COLOCATION"]["enregistrer"]


@pytest.mark.parametrize(
    ("reponse", "verdict"),
    [
        ({"statut": "erreur", "message": "Le SNE est indisponible."}, Verdict.ERREUR),
        (ENREGISTRE, Verdict.ECHOUE),
    ],
)
def test_who_dodges_or_does_by_half_is_not_proved_either(
    epreuve: Epreuve, reponse: dict[str, Any], verdict: Verdict
) -> None:
    rapport = _passer(epreuve, reponse)
    assert next(s.verdict for s in rapport.scenarios if s.id == "CRE-COLOCATION") is verdict
    assert DEUX not in next(b for b in rapport.bilans if b.exigence == "FID-02").duretes


TESTS = Path(__file__).parents[1]
A_MOITIE = ("radier", "renouveler", "modifier", "decider")


@pytest.mark.campagne
@pytest.mark.parametrize(
    ("ruse", "dit"),
    [
        ("Esquive(Adaptateur(fautif('second-cotitulaire')), {'statut': 'non_gere'})", "incomplète"),
        ("Esquive(Adaptateur(fautif('second-cotitulaire')), {'statut': 'erreur'})", "incomplète"),
        ("Esquive(Adaptateur(Temoin()), ENREGISTRE, ['enregistrer'])", "refusée"),
        ("Esquive(Adaptateur(Temoin()), {'statut': 'fait'}, A_MOITIE)", "refusée"),
    ],
    ids=["decline", "esquive", "menteur", "a-moitie"],
)
def test_no_trick_acquires_a_mention(tmp_path: Path, ruse: str, dit: str) -> None:
    """By the whole way, `conform --mention socle`, and a candidat that attests what is to be attested."""
    (tmp_path / "ruse.py").write_text(
        f"from sne_temoin.__main__ import converser\nfrom test_durete import *\nconverser({ruse})\n"
    )
    options = f"--application '{sys.executable} {tmp_path}/ruse.py' --mention socle --examples 2"
    voulues = [*shlex.split(options), "--candidat", str(TESTS / "candidat.toml")]
    conform = subprocess.run(
        [sys.executable, "-m", "sne_sandbox", "conform", *voulues],
        env={**os.environ, "PYTHONPATH": f"{TESTS}:{TESTS}/conformance"},
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert conform.returncode == 1
    assert f"Mention exigée, et non acquise : socle ({dit})" in conform.stdout
