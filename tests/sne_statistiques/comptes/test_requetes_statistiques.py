"""The counts, on both engines."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import pytest
from exemples_store import personne, stockee
from histoires_tirees import HISTOIRE, JOURS, Recit, verifier, vivre
from hypothesis import HealthCheck, example, given, settings

from sne_interface.domain.base import Base
from sne_interface.domain.demande import GenreMouvement
from sne_interface.domain.element_recu import avec_enfants, bloc, construire
from sne_interface.domain.menage import SeuilQuartile
from sne_sandbox.store import fichier_de_sauvegarde
from sne_sandbox.store.connexion_en_transaction import RequeteSql
from sne_sandbox.store.magasin import Magasin
from sne_statistiques.comptes import requetes_statistiques
from sne_statistiques.comptes.requetes_statistiques import (
    AU_DESSUS,
    SANS_SEUIL,
    SOUS,
    Comptes,
    Passage,
    Stock,
    communes,
    quartile,
    selon,
    territoires,
    tires,
    tranches,
)

NUMERO = "1110318000001G1104"
JOUR = date(2018, 3, 15)
_RANGS = count()


def seuil(montant: int) -> SeuilQuartile:
    return SeuilQuartile("REGION", "11", "Île-de-France", 2018, montant)


def test_every_count_is_the_same_on_both_engines(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee(NUMERO))
    with magasin.lire("ecole") as registre:
        lue = registre.demande(NUMERO)
        comptes = Comptes(registre.connexion, "ecole", max(JOUR, lue.date_creation))
        assert comptes.stocks([max(JOUR, lue.date_creation).isoformat()]) == [Stock(1, 0)]
        assert comptes.passages(lue.date_creation) == [
            Passage(f"{lue.date_creation:%Y-%m}", GenreMouvement.CREATION, None, 1)
        ]
        (commune,) = communes(registre.connexion, "ecole")
        axes = [
            *(selon(colonne) for colonne in ("composition", "nationalite", "situation", "contrat")),
            tranches("date_creation", ["1900-01-01"]),
            tranches("personnes", [2, 3]),
            quartile({commune: seuil(10**9)}),
            quartile({}),
        ]
        decrites, classes = comptes.croiser(axes)
        assert decrites == 1
        assert all(sum(compte.values()) == 1 for compte in classes)
        # This household declares no resource: it is on no side of a threshold.
        assert classes[-4:] == [{"1": 1}, {"0": 1}, {None: 1}, {None: 1}]


def test_a_household_is_below_its_threshold_or_not(magasin: Magasin) -> None:
    recues = bloc("listeRessourceRecue", bloc("detailRessource", construire("montant", "1000")))
    demandeur = personne("demandeur", "Marchand", "Éloïse", "1980-02-29")
    riche = avec_enfants(demandeur, (*demandeur.enfants, recues))
    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee(NUMERO, titulaires=(riche,)))
    with magasin.lire("ecole") as registre:
        (commune,) = communes(registre.connexion, "ecole")
        axes = [quartile(seuils) for seuils in ({commune: seuil(12001)}, {commune: seuil(12000)}, {})]
        _, classes = Comptes(registre.connexion, "ecole", date(2019, 1, 1)).croiser(axes)
    assert classes == [{SOUS: 1}, {AU_DESSUS: 1}, {SANS_SEUIL: 1}]


def test_a_territory_is_counted_apart(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee(NUMERO))
    with magasin.lire("ecole") as registre:
        for territoire, attendu in (("111", 1), ("062", 0), ("11", 1)):
            comptes = Comptes(registre.connexion, "ecole", date(2019, 1, 1), territoire)
            assert comptes.stocks(["2019-01-01"]) == [Stock(attendu, 0)]
            assert comptes.croiser([selon("composition")])[0] == attendu
            assert len(comptes.passages(date(2018, 1, 1))) == attendu


def test_territories_and_numbers_drawn(magasin: Magasin) -> None:
    with magasin.lire("ecole") as registre:
        assert (territoires(registre.connexion, "ecole"), tires(registre.connexion, "ecole")) == ([], 0)
    with magasin.ecrire("ecole") as registre:
        registre.prochain_numero("111", JOUR, "G1104")
        registre.prochain_numero("062", JOUR, "G1226")
        registre.prochain_numero("111", JOUR.replace(month=4), "G1104")
    with magasin.lire("ecole") as registre:
        assert territoires(registre.connexion, "ecole") == ["062", "111"]
        assert tires(registre.connexion, "ecole") == 3


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histoire=HISTOIRE)
@example(
    histoire=[
        ("arrive", 0, JOURS[0], False),
        ("nuit", 0, JOURS[6], False),
        ("renouvelle", 0, JOURS[3], False),
    ]
)
def test_what_is_counted_is_what_each_movement_tells(
    magasin: Magasin, tmp_path: Path, histoire: list[tuple[str, int, date, bool]]
) -> None:
    """Whoever wrote the movements, whatever their days; in a base that is restored too, and in none that was
    emptied."""
    nom, recit = f"b{next(_RANGS)}", Recit()
    magasin.bases.creer(Base(nom))
    with magasin.ecrire(nom) as registre:
        vivre(registre, histoire, recit)
        verifier(registre, recit)
    fichier = tmp_path / f"{nom}.zip"
    fichier_de_sauvegarde.sauvegarder(magasin, nom, fichier)
    with magasin.ecrire(nom) as registre:
        registre.vider("etat")
        verifier(registre, {})
    with magasin.lire(fichier_de_sauvegarde.restaurer(magasin, nom, fichier)) as registre:
        verifier(registre, recit)


def test_the_stock_is_looked_at_in_several_times(magasin: Magasin, monkeypatch: pytest.MonkeyPatch) -> None:
    with magasin.ecrire("ecole") as registre:
        for rang in range(1, 8):
            registre.ajouter(stockee(f"111031800000{rang}G1104"))
        for lot in (1, 2, 7, 8):
            monkeypatch.setattr(requetes_statistiques, "_LOT", lot)
            comptes = Comptes(registre.connexion, "ecole", JOUR)
            assert comptes.croiser([selon("composition"), tranches("personnes", [2])]) == (
                7, [{"SEU": 7}, {"0": 7}],
            )  # fmt: skip


def test_what_is_told_of_a_demande_changes_no_day_it_entered_or_left(magasin: Magasin) -> None:
    """Else its movements would be read, one demande at a time."""
    sejours = RequeteSql("SELECT entree, sortie FROM demande_stat")
    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee(NUMERO))
        registre.remplacer(replace(stockee(NUMERO), version="02.02"))
        assert registre.connexion.lignes(sejours, {}) == [(JOUR.isoformat(), None)]
        registre.radier_tout([NUMERO], jour=JOUR, motif="RADREN", element=b"<r/>", instant=datetime.now(UTC))
        assert registre.connexion.lignes(sejours, {}) == [(JOUR.isoformat(), JOUR.isoformat())]
