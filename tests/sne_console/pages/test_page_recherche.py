"""The search for everything: each kind of thing is found by what one has in hand, and leads to its page."""

from collections.abc import Callable
from typing import Any

import pytest
from banc import Banc
from donnees import a_cote

from sne_interface.domain.nir import masquer_nirs


def _trouves(page: Callable[..., Any], cherche: str) -> dict[str, list[tuple[str, str]]]:
    """By rubric: (address, words) of what is found."""
    arbre = page(f"/recherche?q={cherche}")
    return {
        rubrique.xpath("string(h2)"): [(a.get("href"), a.text_content()) for a in rubrique.xpath(".//a")]
        for rubrique in arbre.xpath("//section[@class='rubrique']")
    }


@pytest.mark.parametrize(
    ("cherche", "rubrique", "adresse"), a_cote(__file__)["each_thing_is_found_and_leads_to_its_page"]
)
def test_each_thing_is_found_and_leads_to_its_page(
    cherche: str, rubrique: str, adresse: str, page: Callable[..., Any]
) -> None:
    assert any(lien.endswith(adresse) for lien, _ in _trouves(page, cherche)[rubrique])


@pytest.mark.parametrize("ecrit", ["{}", "n° {}", "%23{}", "échange {}"])
def test_an_exchange_is_found_by_its_number(ecrit: str, banc: Banc, page: Callable[..., Any]) -> None:
    banc.http.post(f"/bases/{banc.nom}/services/DemandeLogementImplService/", data=b"<a")
    dernier = banc.services.magasin.journal.dernier(banc.nom)
    trouves = _trouves(page, ecrit.format(dernier))["Échanges"]
    assert [lien for lien, _ in trouves] == [f"/console/{banc.nom}/echanges/{dernier}"]


def test_a_demande_is_found_by_its_number_or_a_name(banc: Banc, page: Callable[..., Any]) -> None:
    numero, _ = banc.creer_demande()
    with banc.services.magasin.lire(banc.nom) as registre:
        stockee = registre.demande(numero)
    assert stockee.demande.demandeur is not None
    personne = stockee.demande.demandeur
    for cherche in (numero, numero[:9], numero.lower(), personne.nom, f"{personne.nom} {personne.prenom}"):
        assert numero in {mots[: len(numero)] for _, mots in _trouves(page, cherche)["Demandes"]}, cherche


def test_a_nir_that_is_looked_for_does_not_come_back(page: Callable[..., Any]) -> None:
    nir = "285076248500234"
    assert masquer_nirs(nir) != nir
    arbre = page(f"/recherche?q={nir}")
    assert nir not in arbre.xpath("string(/)") + " ".join(arbre.xpath("//@*"))


@pytest.mark.parametrize("cherche", ["", "zzzqqq", "%00", "<scrpt>", "' OR 1=1 -- zzz", "9" * 190, "n°"])
def test_what_finds_nothing_says_so(cherche: str, page: Callable[..., Any]) -> None:
    assert _trouves(page, cherche) == {}
