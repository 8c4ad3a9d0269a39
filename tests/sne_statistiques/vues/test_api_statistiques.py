"""The API of the statistics: sheets and charts."""

import csv
import io
from typing import Any

import pytest
from banc import Banc

from sne_statistiques.vues import tableaux


def appeler(banc: Banc, methode: str, chemin: str, corps: Any = None) -> Any:
    return banc.api(methode, f"/bases/{banc.nom}{chemin}", corps)


@pytest.mark.parametrize("code", ["TAB01", "TAB02", "TAB03"])
def test_a_table_is_a_sheet_and_its_sections_are_charts(banc: Banc, code: str) -> None:
    banc.creer_demande()
    (tableau,) = [t for t in appeler(banc, "GET", "/statistics").json["tableaux"] if t["code"] == code]
    feuille = appeler(banc, "GET", f"/statistics/{code}/csv")
    assert feuille.content_type == "text/csv; charset=utf-8"
    lignes = list(csv.DictReader(io.StringIO(feuille.data.decode("utf-8-sig"))))
    assert {ligne["rubrique"] for ligne in lignes} == {ligne["rubrique"] for ligne in tableau["lignes"]}
    for rubrique in {ligne["rubrique"] for ligne in tableau["lignes"]}:
        dessin = appeler(banc, "GET", f"/statistics/{code}/svg?rubrique={rubrique}")
        assert dessin.content_type.startswith("image/svg+xml"), dessin.text
        assert b"<script" not in dessin.data
    absente = appeler(banc, "GET", f"/statistics/{code}/svg?rubrique=rien")
    assert absente.status_code == 404
    assert tableau["lignes"][0]["rubrique"] in absente.json["detail"]
    assert appeler(banc, "GET", f"/statistics/{code}/svg").status_code == 422
    assert appeler(banc, "GET", f"/statistics/{code}/csv?date=0652-08-16").status_code == 422
    for suite in ("", f"/{code}/csv"):
        inconnu = appeler(banc, "GET", f"/statistics{suite}?territoire=075")
        assert inconnu.status_code == 422
        assert "écrivez 111" in inconnu.json["detail"]


def test_the_reasons_of_radiations_have_their_chart(banc: Banc) -> None:
    assert appeler(banc, "GET", f"/statistics/TAB02/svg?rubrique={tableaux.MOTIFS}").status_code == 200
    assert appeler(banc, "GET", f"/statistics/TAB01/svg?rubrique={tableaux.MOTIFS}").status_code == 404
    assert appeler(banc, "GET", "/statistics/TAB04/csv").status_code == 404
