"""The quotas, over leases and attributions whose every share can be counted by hand."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import Base, Guichet, Horloge, NatureGuichet
from sne_interface.domain.dates import PARIS
from sne_interface.domain.livre_des_attributions import DecisionNotee, SuiteDonnee
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.registre import RegistreBase
from sne_statistiques.cli import commande_quotas
from sne_statistiques.comptes import quotas
from sne_statistiques.comptes.quotas import ChoixDeDecisions, LigneQuota, PartDeQuota, Quotas, choisir

#: Of Villefranche-sur-Saône: 8,256 euros (EPCI 200040590).
VILLEFRANCHE, EPCI = "69264", "200040590"
PAUVRE, AISE = 8255, 8256
ARTOIS, SIREN = "G1226", "900000019"


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


def noter(registre: RegistreBase, *, rang: int = 0, **champs: Any) -> None:
    """A lease of 2018: a radiation, or a decision (`rang`)."""
    numero = f"0690318{next(_RANGS):06d}G0690"
    dit = {
        "jour": date(2018, 5, 2), "guichet": "G0690", "issue": "attribution" if rang else "RADATT",
        "bail": date(2018, 5, 1), "commune": None if rang else VILLEFRANCHE, **champs,
    }  # fmt: skip
    registre.noter_decision(numero, rang, DecisionNotee(numero, rang, **dit))


def compter(registre: RegistreBase, contrat: Contrat, annee: int = 2018) -> Quotas:
    return quotas.compter(registre, contrat, annee)


def part(ligne: LigneQuota, code: str) -> PartDeQuota:
    (trouvee,) = [lue for lue in ligne.parts if lue.code == code]
    return trouvee


def test_a_base_without_a_lease_has_nothing_to_count(registre: RegistreBase, contrat: Contrat) -> None:
    comptes = compter(registre, contrat)
    ensemble = comptes.ensemble
    assert (comptes.annees, comptes.lignes, ensemble.baux, ensemble.attributions) == ([], [], 0, 0)
    assert {(p.etat, p.taux) for p in ensemble.parts} == {("rien à compter", None)}
    assert [(p.objectif, p.porte_sur, p.fidelite) for p in ensemble.parts] == [
        (25, "baux", "déduite"), (50, "baux", "déduite"), *[(25, "attributions", "déduite")] * 4,
        (25, "baux", "convention"),
    ]  # fmt: skip


def test_each_share_cites_the_law_apart_from_who_reads_it(registre: RegistreBase, contrat: Contrat) -> None:
    """L. 441-1 says the two of the quartile; that those of the priorities bear on attributions followed or
    not, a federation."""
    for lue in compter(registre, contrat).ensemble.parts:
        assert lue.article == "L. 441-1 CCH"
        dit = {"baux": "la loi", "attributions": "une fédération (AORIF"}[lue.porte_sur]
        assert lue.source.startswith(dit if lue.fidelite == "déduite" else "ce bac à sable")
        assert ("suivies ou non" in lue.denominateur) == (lue.porte_sur == "attributions")


#: The leases of a landlord, by contingent, of which so many are of households with priority (finding F1).
HUIT_BAUX = {"COLACT": (1, 2), "PPRIOR": (2, 2), "AUCUN": (0, 3), "COLTER": (0, 1)}
PAR_CONTINGENT = {
    "prioritaires_action_logement": "COLACT", "prioritaires_etat": "PPRIOR",
    "prioritaires_bailleur": "AUCUN", "prioritaires_collectivites": "COLTER",
}  # fmt: skip


def test_each_reserving_body_has_its_own_share_and_the_landlord_its_own(
    registre: RegistreBase, contrat: Contrat
) -> None:
    for contingent, (prioritaires, sur) in HUIT_BAUX.items():
        for rang in range(sur):
            noter(registre, rang=1, contingent=contingent, dalo=False, prioritaire=rang < prioritaires)
    ensemble = compter(registre, contrat).ensemble
    lues = {lue.code: (lue.compte, lue.sur) for lue in ensemble.parts if lue.code in PAR_CONTINGENT}
    assert lues == {code: HUIT_BAUX[contingent] for code, contingent in PAR_CONTINGENT.items()}
    assert [part(ensemble, code).etat for code in ("prioritaires", "prioritaires_bailleur")] == [
        "atteint", "non atteint",
    ]  # fmt: skip
    assert (ensemble.baux, ensemble.attributions, ensemble.comptes["contingent_AUCUN"]) == (8, 8, 3)


def test_an_attribution_counts_whatever_followed_it_but_what_was_corrected(
    registre: RegistreBase, contrat: Contrat
) -> None:
    dite = {"rang": 1, "contingent": "PPRIOR", "dalo": True}
    noter(registre, **dite)
    noter(registre, **dite, bail=None, refus=True, suite=SuiteDonnee.REFUS)
    noter(registre, **dite, bail=None)
    noter(registre, **dite, bail=None, suite=SuiteDonnee.CORRIGEE)
    noter(registre, **dite, issue="non_attribution", bail=None)
    ensemble = compter(registre, contrat).ensemble
    assert (ensemble.baux, ensemble.attributions) == (1, 3)
    assert part(ensemble, "prioritaires_etat").sur == 3
    assert part(ensemble, "prioritaires").sur == 1


def test_an_association_is_no_household(registre: RegistreBase, contrat: Contrat) -> None:
    noter(registre, association=True, contingent="AUCUN", en_quartier=True)
    ensemble = compter(registre, contrat).ensemble
    assert (ensemble.baux, ensemble.attributions, set(ensemble.comptes.values())) == (1, 1, {0})
    assert {(p.sur, p.inconnus, p.etat) for p in ensemble.parts} == {(0, 0, "rien à compter")}


def test_a_contingent_that_nobody_told_may_turn_any_share(registre: RegistreBase, contrat: Contrat) -> None:
    noter(registre, rang=1, contingent="AUCUN", dalo=False, prioritaire=False)
    noter(registre, rang=1, dalo=True)
    lue = part(compter(registre, contrat).ensemble, "prioritaires_bailleur")
    assert (lue.compte, lue.sur, lue.inconnus, lue.etat) == (0, 1, 1, "indéterminé")


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


def test_a_share_is_rounded_and_judged_on_exact_counts(registre: RegistreBase, contrat: Contrat) -> None:
    """249 of 997 are 24,97 %."""
    for rang in range(997):
        noter(registre, en_quartier=False, ressources_uc=PAUVRE if rang < 249 else AISE)
    lue = part(compter(registre, contrat).ensemble, "premier_quartile")
    assert (lue.compte, lue.sur, lue.taux, lue.etat) == (249, 997, 25.0, "non atteint")


def test_a_share_of_which_every_answer_is_unknown_has_no_rate(
    registre: RegistreBase, contrat: Contrat
) -> None:
    noter(registre, en_quartier=False, ressources_uc=None)
    ensemble = compter(registre, contrat).ensemble
    lue = part(ensemble, "premier_quartile")
    assert (lue.compte, lue.sur, lue.inconnus, lue.taux, lue.etat) == (0, 1, 1, None, "indéterminé")
    dites = "\n".join(commande_quotas._ligne(ensemble))
    assert "premier quartile (au moins 25 %) : 0 sur 1, part inconnue [indéterminé, 1 inconnu]" in dites
    noter(registre, en_quartier=False, ressources_uc=AISE)
    assert part(compter(registre, contrat).ensemble, "premier_quartile").taux == 0.0


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
    noter(registre, prioritaire=False)  # a category of no law is said, and DALO is not: it is a no
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
    assert {cle for cle, n in ensemble.comptes.items() if n} == {
        "lieu_inconnu", "quartile_inconnu", "priorite_inconnue", "contingent_inconnu",
    }  # fmt: skip
    (ligne,) = compter(registre, contrat).lignes
    assert (ligne.epci, ligne.nom_epci) == ("", "EPCI inconnu (commune du logement non dite)")


def test_a_lease_is_of_the_year_it_was_signed_in_an_attribution_of_its_commission_s(
    registre: RegistreBase, contrat: Contrat
) -> None:
    noter(registre, bail=date(2018, 1, 1))
    noter(registre, rang=5, jour=date(2016, 12, 30), bail=date(2017, 1, 2))
    comptes = [compter(registre, contrat, annee).ensemble for annee in (2016, 2017, 2018)]
    assert [(c.attributions, c.baux) for c in comptes] == [(1, 0), (0, 1), (1, 1)]
    assert compter(registre, contrat).annees == [2016, 2017, 2018]


def test_a_lease_that_the_radiation_alone_tells_is_listed_by_its_own_day(
    registre: RegistreBase, contrat: Contrat
) -> None:
    """That of the commission is not told, that of the radiation comes after."""
    noter(registre, rang=5, jour=date(2017, 11, 30), bail=date(2017, 12, 1))
    noter(registre, jour=date(2018, 1, 8), bail=date(2017, 11, 2))
    listees = quotas.choisir(registre, contrat, quotas.ChoixDeDecisions(2017))
    assert [ligne.rang for ligne in listees] == [5, 0]
    assert quotas.choisir(registre, contrat, quotas.ChoixDeDecisions(2018)) == []


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
    # Of a year in which nothing is told of them, they exist.
    for choisi in ({"bailleur": "732829320"}, {"epci": lignes[0].nom_epci}):
        assert choisir(registre, contrat, ChoixDeDecisions(2017, **choisi)) == []


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
    feuille = quotas.en_csv(compter(registre, contrat))
    ligne, ensemble = csv.DictReader(io.StringIO(feuille), delimiter=";")
    assert max(Counter(feuille.splitlines()[0].split(";")).values()) == 1
    assert (ligne["annee"], ligne["bailleur"], ligne["epci"], ligne["baux"]) == ("2018", "G0690", EPCI, "1")
    assert (ligne["attributions"], ligne["contingent_inconnu"]) == ("1", "1")
    assert (ligne["premier_quartile_taux"], ligne["premier_quartile_verdict"]) == ("100,0", "atteint")
    assert (ensemble["nom_bailleur"], ensemble["autres_en_quartier_verdict"]) == (
        "Tous les bailleurs", "rien à compter",
    )  # fmt: skip


def test_no_name_of_a_landlord_is_a_formula(registre: RegistreBase, contrat: Contrat) -> None:
    noter(registre, en_quartier=False, ressources_uc=PAUVRE)
    comptes = compter(registre, contrat)
    lignes = [replace(ligne, nom_bailleur='=HYPERLINK("http://x")') for ligne in comptes.lignes]
    feuille = quotas.en_csv(replace(comptes, lignes=tuple(lignes)))
    ligne, _ = csv.DictReader(io.StringIO(feuille), delimiter=";")
    assert ligne["nom_bailleur"] == '\'=HYPERLINK("http://x")'
