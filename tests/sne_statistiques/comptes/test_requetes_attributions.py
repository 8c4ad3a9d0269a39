"""What is kept of decisions and counted of leases, on both engines."""

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

from exemples_store import _e, stockee

from sne_interface.contract import codec
from sne_interface.domain.demande import EtatDemande
from sne_interface.domain.livre_des_attributions import DecisionNotee, SuiteDonnee
from sne_interface.domain.menage import SeuilQuartile
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.registre import RegistreBase
from sne_statistiques.comptes.requetes_attributions import (
    Attributions,
    annees,
    attributions,
    communes_attribuees,
    decidees,
    une_a_une,
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


def _comptees(registre: RegistreBase, montant: int | None = None) -> list[Attributions]:
    seuil = SeuilQuartile("REGION", "11", "Île-de-France", 2018, montant or 0)
    lues = registre.connexion, "ecole", DU, AU, {} if montant is None else {"75112": seuil}
    groupees = attributions(*lues)
    comptees = (dites for dites, _ in une_a_une(*lues) if dites.signees or dites.decidees)
    assert Counter(comptees) == {replace(dites, nombre=1): dites.nombre for dites in groupees}
    return groupees


def _dite(guichet: str = "G1104", **champs: Any) -> Attributions:
    """An attribution and its lease, of 2018; `champs` are what is not of the radiation above."""
    dit = {
        "siren": None, "guichet": guichet, "commune": "75112", "contingent": None, "association": False,
        "en_quartier": False, "dalo": None, "prioritaire": None, "quartile": None, "signees": True,
        "decidees": True, "nombre": 1, **champs,
    }  # fmt: skip
    return Attributions(**dit)


def test_an_attribution_is_kept_with_its_radiation_and_outlives_it(magasin: Magasin) -> None:
    attendu = [_dite()]
    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee(NUMERO))
        assert _comptees(registre) == []
        _radier(registre)
        assert _comptees(registre) == attendu
        # The State's service, which writes afterwards, did not attribute.
        lue = registre.demande(NUMERO)
        assert lue is not None
        registre.remplacer(replace(lue, guichet_dernier="G0751", statut_dalo="ACTIF"))
        assert _comptees(registre) == attendu
        registre.supprimer_tout([NUMERO])
        assert _comptees(registre) == attendu
        assert communes_attribuees(registre.connexion, "ecole") == ["75112"]
        assert annees(registre.connexion, "ecole") == range(2018, 2019)
        registre.vider("etat")
        assert (_comptees(registre), annees(registre.connexion, "ecole")) == ([], range(0))


def test_a_demande_that_comes_back_or_should_not_have_been_was_not_housed(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee(NUMERO))
        _radier(registre)
        _radier(registre, etat=EtatDemande.ACTIVE, motif_radiation=None, date_radiation=None, radiation=None)
        assert _comptees(registre) == []
        _radier(registre, motif_radiation="RADABA")
        assert _comptees(registre) == []
        _radier(registre)
        registre.supprimer(NUMERO)
        assert _comptees(registre) == []


def test_a_decision_is_counted_by_what_its_line_says(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee(NUMERO))
        dite = DecisionNotee(
            NUMERO, 3, date(2018, 5, 20), "G1205", "attribution", bail=date(2018, 6, 1), siren="900000019",
            commune="75112", souhaitee="93066", en_quartier=False, dalo=False, prioritaire=True,
            ressources_uc=8000, contingent="PPRIOR", suite=SuiteDonnee.BAIL,
        )  # fmt: skip
        registre.noter_decision(NUMERO, 3, dite)
        attendue = _dite("G1205", siren="900000019", contingent="PPRIOR", dalo=False, prioritaire=True)
        for seuil, classe in ((8001, SOUS), (8000, AU_DESSUS)):
            assert _comptees(registre, seuil) == [replace(attendue, quartile=classe)]
        assert decidees(registre.connexion, "ecole", DU, AU) == {("75112", "attribution", "1", ""): 1}
        # Refused, it is an attribution still; told otherwise since, it is none; then it is not told any more.
        registre.noter_decision(NUMERO, 3, replace(dite, bail=None, suite=SuiteDonnee.REFUS, refus=True))
        assert _comptees(registre, 8001) == [replace(attendue, quartile=SOUS, signees=False)]
        registre.noter_decision(NUMERO, 3, replace(dite, bail=None, suite=SuiteDonnee.CORRIGEE))
        assert _comptees(registre) == []
        registre.noter_decision(NUMERO, 3, None)
        assert (_comptees(registre), decidees(registre.connexion, "ecole", DU, AU)) == ([], {})


def test_the_offer_of_another_landlord_lends_nothing_to_the_lease(magasin: Magasin) -> None:
    """Two attributions, one lease: each says its own landlord, its own categories."""
    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee(NUMERO))
        _radier(registre)
        autre = DecisionNotee(
            NUMERO, 2, date(2018, 5, 2), "G1205", "attribution", siren="900000019", prioritaire=True
        )
        registre.noter_decision(NUMERO, 2, autre)
        refusee = _dite(
            "G1205", siren="900000019", commune=None, en_quartier=None, prioritaire=True, signees=False
        )
        assert sorted(_comptees(registre), key=lambda dites: dites.guichet) == [_dite(), refusee]
