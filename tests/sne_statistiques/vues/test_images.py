"""The pictures of a base: what they show is what is counted."""

import csv
import io
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from banc import Banc
from lxml import etree
from navigateur import ENTETES

from sne_statistiques.images import carte
from sne_statistiques.images.carte import LARGEUR, bornes, cadres, classe_de
from sne_statistiques.images.diagrammes import Serie, courbes
from sne_statistiques.vues import page_statistiques

PATIENCE = 240.0


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page waits for its numbers, however busy the machine."""
    monkeypatch.setattr(page_statistiques, "_PATIENCE", PATIENCE)


@pytest.fixture
def peuple(banc: Banc) -> Banc:
    """A base with demandes of two territories, the clock at 2018-03-15."""
    for nom in ("personne_seule", "hebergee_secret", "association", "couple_garde_alternee_handicap"):
        banc.creer_demande(nom)
    return banc


def lire(banc: Banc, chemin: str) -> Any:
    return banc.http.get(f"/console/{banc.nom}/{chemin}", headers=ENTETES)


def nombre_trouve(arbre: Any) -> int:
    (dit,) = arbre.xpath("//main/p[@role='status']/strong/text()")
    return int(dit.split("\N{NO-BREAK SPACE}")[0])


@pytest.mark.parametrize("chemin", ["/statistiques", "/statistiques/flux", "/statistiques/territoires"])
def test_each_number_opens_as_many_demandes(peuple: Banc, page: Callable[..., Any], chemin: str) -> None:
    liens = page(chemin).xpath("//table//td/a")
    assert liens
    for lien in liens:
        adresse = lien.get("href").removeprefix(f"/console/{peuple.nom}")
        assert nombre_trouve(page(adresse)) == int(lien.text), adresse


def test_communes_without_an_outline_are_named(
    peuple: Banc, page: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carte, "cadres", tuple)
    dit = page("/statistiques/territoires").xpath("string(//p[starts-with(., 'Sans contour')])")
    assert "Créteil (1), Lens (1)" in dit


def test_each_shape_is_a_link_with_a_name(peuple: Banc, page: Callable[..., Any]) -> None:
    formes = page("/statistiques/territoires").xpath(
        "//*[local-name()='svg'][@role='group']//*[local-name()='a']"
    )
    assert formes
    for forme in formes:
        nom = forme.get("aria-label")
        adresse = forme.get("href").removeprefix(f"/console/{peuple.nom}")
        assert f" : {nombre_trouve(page(adresse))} demandes" in nom


def test_a_map_that_does_not_exist_says_which_do(peuple: Banc) -> None:
    assert lire(peuple, "statistiques/territoires?mesure=couleur").status_code == 422
    reponse = lire(peuple, "statistiques/carte.svg?cadre=ailleurs")
    assert reponse.status_code == 404
    assert "artois" in reponse.text


@pytest.mark.parametrize("nom", ["carte", "tension", "actives", "flux", "ressources"])
def test_each_picture_is_a_file_and_a_table(peuple: Banc, nom: str) -> None:
    dessin = lire(peuple, f"statistiques/{nom}.svg")
    racine = etree.fromstring(dessin.data)
    assert list(racine.iter("{*}a", "{*}script")) == []
    assert [e for e in racine.iter("{*}*") if "style" in e.attrib] == []
    feuille = lire(peuple, f"statistiques/{nom}.csv").data.decode("utf-8-sig")
    lignes = list(csv.DictReader(io.StringIO(feuille), delimiter=";"))
    assert lignes
    assert dessin.headers["Content-Disposition"].endswith('2018-03-15.svg"')


def test_every_outline_stands_in_its_frame() -> None:
    for cadre in cadres():
        for contour in cadre.communes.values():
            assert 0 <= contour.x <= LARGEUR
            assert 0 <= contour.y <= cadre.hauteur
            assert contour.trace.startswith("M")


def test_shades_go_from_the_palest_to_the_darkest() -> None:
    limites = bornes([1, 1, 2, 3, 5, 8, 13])
    classes = [classe_de(valeur, limites) for valeur in (1, 2, 3, 5, 8, 13)]
    assert classes == sorted(classes)
    assert (classes[0], classes[-1]) == (1, 5)
    assert classe_de(4, bornes([4])) == 5
    assert bornes([]) == []


@pytest.mark.parametrize("etroit", [False, True])
def test_the_names_of_curves_do_not_cover_one_another(etroit: bool) -> None:
    series = [Serie(nom, "demandes", [(1, None), (2, None)]) for nom in ("A", "B", "C")]
    racine = courbes("Trois", ["01/18", "02/18"], series, etroit=etroit)
    hauteurs = sorted(float(t.get("y")) for t in racine.iter("{*}text") if t.get("class") == "gras")
    assert all(bas - haut >= 18 for haut, bas in pairwise(hauteurs))
