"""What is kept of decisions and counted of leases, on both engines."""

from dataclasses import replace
from datetime import date
from typing import Any

from exemples_store import _e, stockee

from sne_interface.contract import codec
from sne_interface.domain.livre_des_attributions import DecisionNotee
from sne_interface.domain.demande import EtatDemande
from sne_interface.domain.menage import SeuilQuartile
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.registre import RegistreBase
from sne_statistiques.comptes.requetes_attributions import (
    Baux,
    annees,
    baux,
    communes_attribuees,
    decidees,
)
from sne_statistiques.comptes.requetes_statistiques import AU_DESSUS, SOUS

NUMERO = "1110318000001G1104"
DU, AU = date(2018, 1, 1), date(2018, 12, 31)


def _radiation(commune: str = "75112", zus: str = "ZUSNON", bail: str = "2018-06-01") -> bytes:
    attribution = (
        _e("dateSignatureBail", bail),
        _e("zus", code=zus),
        _e("adresse", _e("commune", code=commune)),
    )
    return codec.encoder(_e("radiation", _e("attributionLogement", *attribution)))


def _radier(registre: RegistreBase, **champs: Any) -> None:
    lue = registre.demande(NUMERO)
    assert lue is not None
    dit = {
        "etat": EtatDemande.RADIEE, "motif_radiation": "RADATT", "date_radiation": date(2018, 6, 2),
        "radiation": _radiation(),
    }  # fmt: skip
    registre.remplacer(replace(lue, **{**dit, **champs}))


def _baux(registre: RegistreBase, montant: int | None = None) -> list[Baux]:
    seuil = SeuilQuartile("REGION", "11", "Île-de-France", 2018, montant or 0)
    return baux(registre.connexion, "ecole", DU, AU, {} if montant is None else {"75112": seuil})


def test_an_attribution_is_kept_with_its_radiation_and_outlives_it(magasin: Magasin) -> None:
    attendu = [Baux(None, "G1104", "75112", False, None, None, None, 1)]
    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee(NUMERO))
        assert _baux(registre) == []
        _radier(registre)
        assert _baux(registre) == attendu
        # The State's service, which writes afterwards, did not attribute.
        lue = registre.demande(NUMERO)
        assert lue is not None
        registre.remplacer(replace(lue, guichet_dernier="G0751", statut_dalo="ACTIF"))
        assert _baux(registre) == attendu
        registre.supprimer_tout([NUMERO])
        assert _baux(registre) == attendu
        assert communes_attribuees(registre.connexion, "ecole") == ["75112"]
        assert annees(registre.connexion, "ecole") == range(2018, 2019)
        registre.vider("etat")
        assert (_baux(registre), annees(registre.connexion, "ecole")) == ([], range(0))


def test_a_demande_that_comes_back_was_not_housed(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee(NUMERO))
        _radier(registre)
        _radier(registre, etat=EtatDemande.ACTIVE, motif_radiation=None, date_radiation=None, radiation=None)
        assert _baux(registre) == []
        _radier(registre, motif_radiation="RADABA")
        assert _baux(registre) == []


def test_a_demande_that_should_not_have_been_was_not_housed(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee(NUMERO))
        _radier(registre)
        registre.supprimer(NUMERO)
        assert _baux(registre) == []


def test_decision_and_radiation_are_one_lease(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee(NUMERO))
        _radier(registre)
        dite = DecisionNotee(
            NUMERO, 3, date(2018, 5, 20), "G1205", "attribution", bail=date(2018, 6, 1), siren="900000019",
            souhaitee="93066", dalo=False, prioritaire=True, ressources_uc=8000,
        )  # fmt: skip
        registre.noter_decision(NUMERO, 3, dite)
        for seuil, classe in ((8001, SOUS), (8000, AU_DESSUS)):
            assert _baux(registre, seuil) == [
                Baux("900000019", "G1104", "75112", False, False, True, classe, 1)
            ]
        assert decidees(registre.connexion, "ecole", DU, AU) == {
            ("75112", "RADATT", "1", ""): 1,
            ("93066", "attribution", "1", ""): 1,
        }
        # Told again, it is told otherwise; then not any more.
        registre.noter_decision(NUMERO, 3, replace(dite, prioritaire=False, siren=None))
        assert _baux(registre) == [Baux(None, "G1104", "75112", False, False, False, "2", 1)]
        registre.noter_decision(NUMERO, 3, None)
        assert _baux(registre) == [Baux(None, "G1104", "75112", False, None, None, None, 1)]


def test_the_landlord_of_another_decision_has_not_the_lease(magasin: Magasin) -> None:
    """A decision that no lease followed says nothing of whose lease there is."""
    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee(NUMERO))
        _radier(registre)
        autre = DecisionNotee(NUMERO, 2, date(2018, 5, 2), "G1205", "attribution", siren="900000019")
        registre.noter_decision(NUMERO, 2, autre)
        assert _baux(registre) == [Baux(None, "G1104", "75112", False, None, None, None, 1)]
