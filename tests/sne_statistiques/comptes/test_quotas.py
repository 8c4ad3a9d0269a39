"""The quotas, over leases whose every share can be counted by hand."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.domain.base import Base, Guichet, Horloge, NatureGuichet
from sne_interface.domain.dates import PARIS
from sne_interface.domain.livre_des_attributions import DecisionNotee
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.registre import RegistreBase
from sne_statistiques.comptes import quotas
from sne_statistiques.comptes.quotas import LigneQuota, PartDeQuota, Quotas

#: Of Villefranche-sur-Saône: 8,256 euros (EPCI 200040590).
VILLEFRANCHE, EPCI = "69264", "200040590"
PAUVRE, AISE = 8255, 8256
ARTOIS, SIREN = "G1226", "900000019"


@pytest.fixture(scope="module")
def contrat() -> Contrat:
    return charger("v5.2")


@pytest.fixture
def registre(tmp_path: Path) -> Iterator[RegistreBase]:
    bailleurs = [
        Guichet(
            ARTOIS, NatureGuichet.BAILLEUR, "062", "Maisons d'Artois", "", date(2011, 3, 28), siren=SIREN
        ),
        Guichet("G0690", NatureGuichet.BAILLEUR, "069", "Toits du Confluent", "", date(2011, 3, 28)),
    ]
    with Magasin.ouvrir(None, tmp_path) as magasin:
        horloge = Horloge(fige_a=datetime(2018, 12, 15, tzinfo=PARIS))
        magasin.bases.creer(Base("ecole", horloge=horloge), bailleurs)
        with magasin.ecrire("ecole") as ouvert:
            yield ouvert


_RANGS = count(1)


def noter(registre: RegistreBase, *, numero: str = "", rang: int = 0, **champs: Any) -> str:
    """A lease of 2018: a radiation, or a decision (`rang`). Answers the numéro of its demande."""
    numero = numero or f"0690318{next(_RANGS):06d}G0690"
    dit = {
        "jour": date(2018, 5, 2), "guichet": "G0690", "issue": "attribution" if rang else "RADATT",
        "bail": date(2018, 5, 1), "commune": None if rang else VILLEFRANCHE, **champs,
    }  # fmt: skip
    registre.noter_decision(numero, rang, DecisionNotee(numero, rang, **dit))
    return numero


def compter(registre: RegistreBase, contrat: Contrat, annee: int = 2018) -> Quotas:
    return quotas.compter(registre, contrat, annee)


def part(ligne: LigneQuota, code: str) -> PartDeQuota:
    (trouvee,) = [lue for lue in ligne.parts if lue.code == code]
    return trouvee


def test_a_base_without_a_lease_has_nothing_to_count(registre: RegistreBase, contrat: Contrat) -> None:
    comptes = compter(registre, contrat)
    assert (comptes.annees, comptes.lignes, comptes.ensemble.baux) == ([], [], 0)
    assert [(p.etat, p.taux, p.objectif) for p in comptes.ensemble.parts] == [
        ("rien à compter", None, 25), ("rien à compter", None, 25), ("rien à compter", None, 50),
    ]  # fmt: skip


@pytest.mark.parametrize(("pauvres", "etat", "taux"), [(1, "atteint", 25.0), (0, "non atteint", 0.0)])
def test_the_first_quartile_outside_the_quartiers(
    registre: RegistreBase, contrat: Contrat, pauvres: int, etat: str, taux: float
) -> None:
    """One of four is enough; those inside a quartier, however poor, are not counted."""
    for rang in range(4):
        noter(registre, en_quartier=False, ressources_uc=PAUVRE if rang < pauvres else AISE)
    noter(registre, en_quartier=True, ressources_uc=PAUVRE)
    lue = part(compter(registre, contrat).ensemble, "premier_quartile")
    assert (lue.compte, lue.sur, lue.taux, lue.etat, lue.inconnus) == (pauvres, 4, taux, etat, 0)
    assert (lue.article, lue.fidelite) == ("L. 441-1 CCH", "déduite")


def test_a_share_that_is_not_reached_is_never_rounded_up_to_it(
    registre: RegistreBase, contrat: Contrat
) -> None:
    """249 of 997 are 24,97 %."""
    for rang in range(997):
        noter(registre, en_quartier=False, ressources_uc=PAUVRE if rang < 249 else AISE)
    lue = part(compter(registre, contrat).ensemble, "premier_quartile")
    assert (lue.compte, lue.sur, lue.taux, lue.etat) == (249, 997, 24.9, "non atteint")


def test_others_than_the_first_quartile_inside_the_quartiers(
    registre: RegistreBase, contrat: Contrat
) -> None:
    for ressources in (PAUVRE, PAUVRE, AISE):
        noter(registre, en_quartier=True, ressources_uc=ressources)
    lue = part(compter(registre, contrat).ensemble, "autres_en_quartier")
    assert (lue.compte, lue.sur, lue.taux, lue.etat) == (1, 3, 33.3, "non atteint")
    noter(registre, en_quartier=True, ressources_uc=AISE)
    assert part(compter(registre, contrat).ensemble, "autres_en_quartier").etat == "atteint"


def test_dalo_and_the_other_priorities_count_together(registre: RegistreBase, contrat: Contrat) -> None:
    noter(registre, dalo=True)
    noter(registre, dalo=False, prioritaire=True)
    for _ in range(6):
        noter(registre, dalo=False, prioritaire=False)
    ensemble = compter(registre, contrat).ensemble
    lue = part(ensemble, "prioritaires")
    assert (lue.compte, lue.sur, lue.etat) == (2, 8, "atteint")
    assert (ensemble.comptes["dalo"], ensemble.comptes["prioritaires"]) == (1, 1)
    noter(registre, dalo=False, prioritaire=False)
    assert part(compter(registre, contrat).ensemble, "prioritaires").etat == "non atteint"


@pytest.mark.parametrize(
    "inconnue",
    [
        {"ressources_uc": None, "en_quartier": False},  # no resource declared
        {"ressources_uc": PAUVRE, "en_quartier": False, "commune": "29019"},  # an EPCI without a threshold
        {"ressources_uc": PAUVRE, "en_quartier": None},  # a dwelling that lies nobody knows where
    ],
)
def test_what_is_unknown_is_never_a_yes_and_may_leave_the_share_undetermined(
    registre: RegistreBase, contrat: Contrat, inconnue: dict[str, Any]
) -> None:
    for _ in range(3):
        noter(registre, en_quartier=False, ressources_uc=AISE)
    noter(registre, **inconnue)
    lue = part(compter(registre, contrat).ensemble, "premier_quartile")
    assert (lue.compte, lue.inconnus, lue.etat) == (0, 1, "indéterminé")
    # More that say no, and nothing unknown could turn the share.
    for _ in range(3):
        noter(registre, en_quartier=False, ressources_uc=AISE)
    assert part(compter(registre, contrat).ensemble, "premier_quartile").etat == "non atteint"


def test_unknown_leases_alone_are_nothing_to_count(registre: RegistreBase, contrat: Contrat) -> None:
    noter(registre, commune=None)
    ensemble = compter(registre, contrat).ensemble
    assert part(ensemble, "premier_quartile").etat == "rien à compter"
    assert part(ensemble, "premier_quartile").inconnus == 1
    assert ensemble.comptes == {
        "hors_quartier": 0, "en_quartier": 0, "lieu_inconnu": 1, "premier_quartile": 0, "au_dessus": 0,
        "quartile_inconnu": 1, "dalo": 0, "prioritaires": 0, "non_prioritaires": 0, "priorite_inconnue": 1,
    }  # fmt: skip
    (ligne,) = compter(registre, contrat).lignes
    assert (ligne.epci, ligne.nom_epci) == ("", "EPCI inconnu (commune du logement non dite)")


def test_a_household_counts_once_whoever_tells_its_lease(registre: RegistreBase, contrat: Contrat) -> None:
    """The radiation says where the dwelling lies, the decision what category the household is of."""
    numero = noter(registre, en_quartier=False, ressources_uc=PAUVRE)
    noter(registre, numero=numero, rang=4, prioritaire=True, dalo=False, siren="111111118")
    noter(registre, numero=numero, rang=5, bail=None, prioritaire=False, dalo=False)
    (ligne,) = compter(registre, contrat).lignes
    assert ligne.baux == 1
    assert (ligne.epci, ligne.bailleur) == (EPCI, "111111118")
    assert [p.etat for p in ligne.parts] == ["atteint", "atteint", "rien à compter"]


@pytest.mark.parametrize("issue", ["non_attribution", "irrecevabilite"])
def test_no_lease_follows_a_refusal_whatever_the_event_says(
    registre: RegistreBase, contrat: Contrat, issue: str
) -> None:
    noter(registre, rang=3, issue=issue)
    noter(registre, rang=4, bail=None)
    assert compter(registre, contrat).ensemble.baux == 0


def test_a_lease_is_of_the_year_it_was_signed_in(registre: RegistreBase, contrat: Contrat) -> None:
    numero = noter(registre, bail=date(2018, 1, 1))
    noter(registre, numero=numero, rang=4, bail=date(2017, 12, 31))
    noter(registre, rang=5, bail=date(2016, 12, 31))
    assert [compter(registre, contrat, annee).ensemble.baux for annee in (2016, 2017, 2018)] == [1, 0, 1]
    assert compter(registre, contrat).annees == [2016, 2017, 2018]


def test_a_line_for_each_landlord_and_epci(registre: RegistreBase, contrat: Contrat) -> None:
    noter(registre)
    noter(registre)
    noter(registre, guichet=ARTOIS, commune="62041")
    noter(registre, siren=SIREN, commune="62498")
    noter(registre, siren="732829320")
    lignes = compter(registre, contrat).lignes
    assert [(ligne.bailleur, ligne.nom_bailleur, ligne.baux) for ligne in lignes] == [
        ("G0690", "Toits du Confluent", 2),
        (SIREN, "Maisons d'Artois", 1),
        (SIREN, "Maisons d'Artois", 1),
        ("732829320", "SIREN 732829320", 1),
    ]
    assert len({ligne.epci for ligne in lignes if ligne.bailleur == SIREN}) == 2
    assert lignes[0].epci == EPCI


def test_a_threshold_of_our_invention_is_told(registre: RegistreBase, contrat: Contrat) -> None:
    """Villefranche has a published one; those of Lens (Pas-de-Calais) are for the demonstration."""
    noter(registre)
    assert "inventés" not in compter(registre, contrat).note
    noter(registre, commune="62498", ressources_uc=PAUVRE)
    comptes = compter(registre, contrat)
    publiee, inventee, ensemble = quotas.en_csv(comptes).splitlines()[1:]
    if "Lens" in publiee:
        publiee, inventee = inventee, publiee
    assert "inventés" not in publiee
    for dit in (comptes.note, comptes.ensemble.seuils_inventes, inventee, ensemble):
        assert "seuils inventés pour la démonstration (" in dit


def test_csv_is_one_line_for_each_landlord_and_epci_then_all(
    registre: RegistreBase, contrat: Contrat
) -> None:
    noter(registre, en_quartier=False, ressources_uc=PAUVRE)
    ligne, ensemble = csv.DictReader(io.StringIO(quotas.en_csv(compter(registre, contrat))))
    assert (ligne["annee"], ligne["bailleur"], ligne["epci"], ligne["baux"]) == ("2018", "G0690", EPCI, "1")
    assert (ligne["premier_quartile_taux"], ligne["premier_quartile_etat"]) == ("100.0", "atteint")
    assert (ensemble["nom_bailleur"], ensemble["autres_en_quartier_etat"]) == (
        "Tous les bailleurs", "rien à compter",
    )  # fmt: skip


def test_no_name_of_a_landlord_is_a_formula(registre: RegistreBase, contrat: Contrat) -> None:
    noter(registre, en_quartier=False, ressources_uc=PAUVRE)
    comptes = compter(registre, contrat)
    lignes = [replace(ligne, nom_bailleur='=HYPERLINK("http://x")') for ligne in comptes.lignes]
    ligne, _ = csv.DictReader(io.StringIO(quotas.en_csv(replace(comptes, lignes=tuple(lignes)))))
    assert ligne["nom_bailleur"] == '\'=HYPERLINK("http://x")'
