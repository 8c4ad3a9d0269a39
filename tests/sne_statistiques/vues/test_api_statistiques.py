"""The API of the statistics: tables, sheets and charts."""

import csv
import io
from typing import Any

import pytest
from banc import Banc

from sne_statistiques.vues import tableaux


def appeler(banc: Banc, methode: str, chemin: str, corps: Any = None) -> Any:
    return banc.api(methode, f"/bases/{banc.nom}{chemin}", corps)


def test_the_three_tables_at_a_date(banc: Banc) -> None:
    banc.creer_demande()
    lu = appeler(banc, "GET", "/statistics").json
    assert (lu["date"], [t["code"] for t in lu["tableaux"]]) == ("2018-03-15", ["TAB01", "TAB02", "TAB03"])
    assert lu["tableaux"][0]["lignes"][0]["demandes"] == 1
    avant = appeler(banc, "GET", "/statistics?date=2018-03-14").json
    assert avant["tableaux"][0]["lignes"][0]["demandes"] == 0
    assert "est à venir" not in avant["fidelite"]
    assert "est à venir" in appeler(banc, "GET", "/statistics?date=2018-03-16").json["fidelite"]
    assert appeler(banc, "GET", "/statistics?date=0652-08-16").status_code == 422
    faux = appeler(banc, "GET", "/statistics?date=hier")
    assert faux.status_code == 422
    assert faux.json["errors"] == {"query": {"date": ["Un jour est attendu, par exemple 2018-03-15."]}}


def test_statistics_of_one_territory(banc: Banc) -> None:
    numero, _ = banc.creer_demande()

    def stock(question: str) -> int:
        tableaux = appeler(banc, "GET", f"/statistics{question}").json["tableaux"]
        total: int = tableaux[0]["lignes"][2]["demandes"]
        return total

    assert (stock(""), stock(f"?territoire={numero[:3]}"), stock("?territoire=974")) == (1, 1, 0)
    assert appeler(banc, "GET", "/statistics?territoire=974").json["territoire"] == "974"
    for faux in ("62", "0622", "06%C2%B2", "062%0A"):
        assert appeler(banc, "GET", f"/statistics?territoire={faux}").status_code == 422


@pytest.mark.parametrize("code", ["TAB01", "TAB02", "TAB03"])
def test_a_table_is_a_sheet_and_its_sections_are_charts(banc: Banc, code: str) -> None:
    banc.creer_demande()
    (tableau,) = [t for t in appeler(banc, "GET", "/statistics").json["tableaux"] if t["code"] == code]
    feuille = appeler(banc, "GET", f"/statistics/{code}/csv")
    assert feuille.content_type == "text/csv; charset=utf-8"
    lignes = list(csv.DictReader(io.StringIO(feuille.data.decode("utf-8-sig")), delimiter=";"))
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
