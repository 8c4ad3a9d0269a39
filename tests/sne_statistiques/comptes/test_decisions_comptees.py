"""The decisions behind a figure are as many as it says."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import Horloge
from sne_interface.domain.dates import PARIS
from sne_interface.errors import UsageError
from sne_sandbox.bases import bases
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.registre import RegistreBase
from sne_statistiques.comptes import quotas
from sne_statistiques.comptes.quotas import ChoixDeDecisions, choisir


@pytest.fixture(scope="module")
def registre(tmp_path_factory: pytest.TempPathFactory, contrat: Contrat) -> Iterator[RegistreBase]:
    horloge = Horloge(fige_a=datetime(2018, 3, 15, 12, tzinfo=PARIS))
    with Magasin.ouvrir(None, tmp_path_factory.mktemp("home")) as magasin:
        bases.creer(magasin, contrat, "a", semence="attributions", taille=200, seed=5, horloge=horloge)
        with magasin.lire("a") as ouvert:
            yield ouvert


def test_every_figure_has_as_many_decisions_as_it_says(registre: RegistreBase, contrat: Contrat) -> None:
    comptes = quotas.compter(registre, contrat, 2017)
    assert comptes.ensemble.attributions > comptes.ensemble.baux > 20
    for ligne in (comptes.ensemble, *comptes.epcis[:3], *comptes.lignes[:3]):
        qui = {
            "bailleur": ligne.bailleur if ligne.nom_bailleur != quotas.TOUS[1] else "",
            "epci": ligne.nom_epci if ligne.nom_epci != quotas.TOUS_LES_EPCI[1] else "",
        }
        figures = {"baux": ligne.baux, "attributions": ligne.attributions, **ligne.comptes}
        for compte, nombre in figures.items():
            lues = choisir(registre, contrat, ChoixDeDecisions(2017, compte=compte, **qui))
            assert len(lues) == nombre, (qui, compte)
        for part in ligne.parts:
            dites = {"oui": part.compte, "dans": part.sur, "inconnus": part.inconnus}
            for ceux, nombre in dites.items():
                lues = choisir(registre, contrat, ChoixDeDecisions(2017, part=part.code, ceux=ceux, **qui))
                assert len(lues) == nombre, (qui, part.code, ceux)
    # Without a figure, what attributes nothing too.
    toutes = choisir(registre, contrat, ChoixDeDecisions(2017))
    assert {"non_attribution", "attribution"} < {ligne.issue for ligne in toutes}
    prefet = choisir(registre, contrat, ChoixDeDecisions(2017, contingent="PPRIOR"))
    assert {ligne.contingent for ligne in prefet} == {"PPRIOR"}
    assert prefet == sorted(prefet, key=lambda ligne: ligne.jour, reverse=True)


@pytest.mark.parametrize("champ", ["compte", "part", "ceux"])
def test_a_figure_that_the_quotas_have_not(champ: str) -> None:
    with pytest.raises(UsageError, match="couleur"):
        ChoixDeDecisions(2017, **{champ: "couleur"})
