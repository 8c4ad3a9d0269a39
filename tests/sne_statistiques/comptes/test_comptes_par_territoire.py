"""The counts by territory: they sum to those of the tables, whatever the level."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import Base, Horloge
from sne_interface.domain.dates import PARIS
from sne_interface.domain.livre_des_attributions import DecisionNotee
from sne_sandbox.bases import bases
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.registre import RegistreBase
from sne_statistiques.comptes import comptes_par_territoire, quotas, statistiques
from sne_statistiques.comptes.comptes_par_territoire import NIVEAUX, ComptesDeLieux, Niveau

HORLOGE = Horloge(fige_a=datetime(2018, 3, 15, 12, tzinfo=PARIS))
JOUR = date(2018, 3, 15)


@pytest.fixture(scope="module")
def registre(tmp_path_factory: pytest.TempPathFactory, contrat: Contrat) -> Iterator[RegistreBase]:
    """A base of the seed of attributions: 120 households."""
    with Magasin.ouvrir(None, tmp_path_factory.mktemp("home")) as magasin:
        bases.creer(magasin, contrat, "a", semence="attributions", seed=5, horloge=HORLOGE)
        with magasin.lire("a") as ouvert:
            yield ouvert


def sommes(comptes: ComptesDeLieux) -> Counter[str]:
    total: Counter[str] = Counter()
    for ligne in comptes.lignes:
        total[ligne.indicateur] += ligne.valeur
    return total


@pytest.mark.parametrize("niveau", NIVEAUX)
def test_every_level_sums_to_what_the_tables_say(
    registre: RegistreBase, contrat: Contrat, niveau: Niveau
) -> None:
    comptes = comptes_par_territoire.compter(registre, contrat, niveau, JOUR)
    tables = {code: statistiques.tableau(code, registre, contrat, JOUR) for code in statistiques.CODES}
    personnes, _, total = (nombres[0] for _, _, nombres in tables["TAB01"].lignes)
    lues = sommes(comptes)
    assert lues["demandes_actives"] == total > 0
    for indicateur in ("motif", "taille", "quartile"):
        assert lues[f"demandes_actives_{indicateur}"] == personnes
    radatt = tables["TAB02"].colonnes.index("RADATT")
    mois = [nombres[radatt] for rubrique, _, nombres in tables["TAB02"].lignes if rubrique == "Mois"]
    # The twelve months of the table begin on the first of the eleventh before; ours on this day a year ago.
    assert lues["demandes_satisfaites"] >= sum(mois) > 0
    annees = [quotas.compter(registre, contrat, annee).ensemble.baux for annee in (2017, 2018)]
    assert 0 < lues["baux_quartile_quartier"] <= sum(annees)
    assert lues["decisions"] > 0
    assert comptes.depuis == date(2017, 3, 16)


def test_a_place_is_told_by_its_code_at_each_level(registre: RegistreBase, contrat: Contrat) -> None:
    vus = {
        niveau: {
            (ligne.code_territoire, ligne.territoire)
            for ligne in comptes_par_territoire.compter(registre, contrat, niveau, JOUR).lignes
        }
        for niveau in NIVEAUX
    }
    assert ("62498", "Lens") in vus["commune"]
    assert ("246200364", "CA de Lens - Liévin") in vus["epci"]
    assert ("62", "Pas-de-Calais") in vus["departement"]
    assert ("32", "Hauts-de-France") in vus["region"]
    assert not any(code == "" for niveau in vus.values() for code, _ in niveau)


def test_decisions_and_refusals_are_told_by_kind(tmp_path: Path, contrat: Contrat) -> None:
    def noter(registre: RegistreBase, rang: int, **champs: object) -> None:
        numero = f"0620318{rang:06d}G1226"
        dit: dict[str, object] = {"jour": JOUR, "guichet": "G1226", "souhaitee": "62498", **champs}
        registre.noter_decision(numero, rang, DecisionNotee(numero, rang, **dit))  # type: ignore[arg-type]

    with Magasin.ouvrir(None, tmp_path) as magasin:
        magasin.bases.creer(Base("a", horloge=HORLOGE))
        with magasin.ecrire("a") as registre:
            noter(registre, 1, issue="attribution", bail=JOUR)
            noter(registre, 2, issue="attribution", refus=True)
            noter(registre, 6, issue="attribution", bail=date(2018, 4, 2))  # signed since
            noter(registre, 3, issue=None, refus=True)
            noter(registre, 4, issue="non_attribution", souhaitee=None)
            noter(registre, 5, issue="attribution", jour=date(2017, 3, 15))
            noter(registre, 0, issue="RADATT", bail=JOUR, commune="62041", en_quartier=True)
            comptes = comptes_par_territoire.compter(registre, contrat, "commune", JOUR)
    assert [(x.code_territoire, x.indicateur, x.code, x.modalite, x.valeur) for x in comptes.lignes] == [
        ("", "baux_quartile_quartier", "inconnu_inconnu", "Ressources inconnues, quartier inconnu", 1),
        ("", "decisions", "non_attribution", "Non-attribution", 1),
        ("62041", "demandes_satisfaites", "", "Radiées pour attribution", 1),
        (
            "62041",
            "baux_quartile_quartier",
            "inconnu_qpv",
            "Ressources inconnues, en quartier prioritaire",
            1,
        ),
        ("62498", "decisions", "attribution", "Attribution", 2),
        ("62498", "decisions", "attribution_bail", "Attribution suivie d'un bail", 1),
        ("62498", "refus_des_menages", "", "Logement refusé par le ménage", 2),
    ]


def test_csv_is_long_with_a_column_of_codes(registre: RegistreBase, contrat: Contrat) -> None:
    comptes = comptes_par_territoire.compter(registre, contrat, "region", JOUR)
    lues = list(csv.DictReader(io.StringIO(comptes_par_territoire.en_csv(comptes)), delimiter=";"))
    assert list(lues[0]) == [
        "date", "niveau", "code_territoire", "territoire", "indicateur", "code", "modalite", "valeur",
        "avertissement",
    ]  # fmt: skip
    # Invented amounts are told beside each number that they make, and no other.
    invente = "Premier quartile : seuils inventés pour la démonstration ("
    assert {x["indicateur"] for x in lues if x["avertissement"].startswith(invente)} == {
        "demandes_actives_quartile", "baux_quartile_quartier",
    }  # fmt: skip
    assert len(lues) == len(comptes.lignes)
    assert {(ligne["date"], ligne["niveau"]) for ligne in lues} == {("2018-03-15", "region")}
    assert (
        sum(int(x["valeur"]) for x in lues if x["indicateur"] == "decisions") == sommes(comptes)["decisions"]
    )
