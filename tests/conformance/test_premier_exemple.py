"""One example is enough for what XML and old databases damage: the hard values are drawn first."""

from functools import partial

import pytest
from constat_de_faute import Trouvee
from epreuve import Epreuve
from fautes import fautif

#: A scenario of each command that carries texts.
SCENARIOS = ("CRE-COMPLETE", "CYC-MODIFIER", "RAD-ATTRIBUTION", "DAL-DECLARER")
#: And those of the documents that carry no demande.
AUTRES = ("EVT-AJOUTER", "RCH-TOUS-CRITERES")


@pytest.mark.parametrize("graine", [0, 1, 41])
@pytest.mark.parametrize("nom", ["n-echappe-rien", "ligature-inconnue", "sans-accents", "coupe-a-30"])
def test_chaque_commande_le_montre_au_premier_exemple(epreuve: Epreuve, nom: str, graine: int) -> None:
    scenarios = SCENARIOS + AUTRES if nom == "n-echappe-rien" else SCENARIOS
    rapport = epreuve.passer(partial(fautif, nom), scenarios, exemples=1, graine=graine)
    echecs = Trouvee.dans(rapport).echecs
    montrent = {v.scenario for exigence in ("EMB-09", "FID-10", "FID-14") for v in echecs.get(exigence, [])}
    assert montrent == set(scenarios)
    assert not rapport.conforme


@pytest.mark.parametrize("graine", [0, 41])
@pytest.mark.parametrize(
    ("nom", "scenario", "exigences"),
    [
        # The hardest name of a pool would be both: each name that is asked is another one.
        ("noms-echanges", "CRE-COMPLETE-COUPLE", {"FID-01"}),
        # A number that stands in two fields may be written once: none does where all are asked for.
        ("sans-tel-domicile", "CRE-COMPLETE-COUPLE", {"FID-07"}),
        ("sans-tel-travail", "CRE-COMPLETE-COUPLE", {"FID-07"}),
        ("communes-echangees", "RCH-TOUS-CRITERES", {"VIE-23"}),
        ("annees-a-deux-chiffres", "CRE-DATES", {"FID-01"}),
        ("nir-en-nombre", "CRE-NIR", {"CTR-12"}),
    ],
)
def test_ce_qui_est_rare_se_voit_au_premier_exemple(
    epreuve: Epreuve, nom: str, scenario: str, exigences: set[str], graine: int
) -> None:
    rapport = epreuve.passer(partial(fautif, nom), [scenario], exemples=1, graine=graine)
    assert set(Trouvee.dans(rapport).echecs) == exigences
