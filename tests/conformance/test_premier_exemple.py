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
@pytest.mark.parametrize(
    ("nom", "scenarios"),
    [
        ("n-echappe-rien", SCENARIOS + AUTRES),
        ("ligature-inconnue", SCENARIOS),
        ("sans-accents", SCENARIOS),
        ("coupe-a-30", SCENARIOS),
    ],
)
def test_chaque_commande_le_montre_au_premier_exemple(
    epreuve: Epreuve, nom: str, scenarios: tuple[str, ...], graine: int
) -> None:
    rapport = epreuve.passer(partial(fautif, nom), scenarios, exemples=1, graine=graine)
    echecs = Trouvee.dans(rapport).echecs
    montrent = {v.scenario for exigence in ("EMB-09", "FID-10", "FID-14") for v in echecs.get(exigence, [])}
    assert montrent == set(scenarios)
    assert not rapport.conforme


@pytest.mark.parametrize("graine", [0, 1, 41])
def test_deux_noms_intervertis_se_voient_au_premier_exemple(epreuve: Epreuve, graine: int) -> None:
    """The hardest name of a pool would be both: each name that is asked is another one."""
    rapport = epreuve.passer(
        partial(fautif, "noms-echanges"), ["CRE-COMPLETE-COUPLE"], exemples=1, graine=graine
    )
    assert set(Trouvee.dans(rapport).echecs) == {"FID-01"}


@pytest.mark.parametrize("nom", ["sans-tel-domicile", "sans-tel-travail"])
def test_un_telephone_perdu_parmi_trois_se_voit_au_premier_exemple(epreuve: Epreuve, nom: str) -> None:
    """A number that stands in two fields may be written once: none does where all are asked for."""
    rapport = epreuve.passer(partial(fautif, nom), ["CRE-COMPLETE-COUPLE"], exemples=1)
    assert set(Trouvee.dans(rapport).echecs) == {"FID-07"}


def test_deux_communes_interverties_se_voient_au_premier_exemple(epreuve: Epreuve) -> None:
    rapport = epreuve.passer(partial(fautif, "communes-echangees"), ["RCH-TOUS-CRITERES"], exemples=1)
    assert set(Trouvee.dans(rapport).echecs) == {"VIE-23"}
