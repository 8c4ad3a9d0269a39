"""Hard values come first, and what an application declines is no proof: at one example, whatever the seed."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from epreuve import Epreuve
from fautes import fautif

from sne_conformite.rapports.rapport import Rapport, Verdict
from sne_interface.contract.roles_et_mentions import charger_certification
from sne_temoin.adaptateur import Adaptateur
from sne_temoin.temoin_assemble import Temoin

#: Scenarios where households of one co-holder stand beside those of several.
FOYERS = ("CRE-COUPLE", "CRE-COLOCATION", "CRE-DATES")
DEUX = "deux-cotitulaires"


@dataclass
class Esquive:
    """An adapter that answers for itself, by `reponse`, where the household has two co-holders."""

    adaptateur: Adaptateur
    reponse: dict[str, Any]

    def envoyer(self, message: dict[str, Any]) -> dict[str, Any]:
        personnes = message.get("demande", {}).get("personnePhysique", {})
        if len(personnes.get("listeCotitulaire", {}).get("cotitulaire", ())) < 2:
            return dict(self.adaptateur.envoyer(message))
        return {"id": message["id"], **self.reponse}

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
        ({"statut": "fait", "numero_unique": "0621126000002G1226"}, Verdict.ECHOUE),
    ],
)
def test_who_dodges_or_does_by_half_is_not_proved_either(
    epreuve: Epreuve, reponse: dict[str, Any], verdict: Verdict
) -> None:
    rapport = _passer(epreuve, reponse)
    assert next(s.verdict for s in rapport.scenarios if s.id == "CRE-COLOCATION") is verdict
    assert DEUX not in next(b for b in rapport.bilans if b.exigence == "FID-02").duretes
