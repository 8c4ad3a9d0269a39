"""Who may do what, as a contract says it."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.contract.fiches_du_contrat import lire_droits
from sne_interface.domain.anomalie import Fidelite
from sne_interface.domain.base import Acte, DroitsGuichets, Guichet, NatureGuichet
from sne_interface.errors import ContractError

BAILLEUR = Guichet("G1104", NatureGuichet.BAILLEUR, "111", "Logis", "", date(2011, 3, 28))


@pytest.mark.parametrize(
    ("acte", "natures"),
    [
        (Acte.RADIER_ATTRIBUTION, ["bailleur", "système particulier"]),
        (Acte.RADIER_IRRECEVABILITE, ["bailleur", "système particulier"]),
        (Acte.DECIDER, ["bailleur", "système particulier"]),
        (Acte.DECLARER_DALO, ["service de l'État", "commission de médiation"]),
        (Acte.ENREGISTRER, [nature for nature in NatureGuichet if nature != "commission de médiation"]),
    ],
)
def test_who_may_do_each_deed(contrat: Contrat, acte: Acte, natures: list[str]) -> None:
    assert [n for n in NatureGuichet if acte in contrat.guichets.de(n).droits] == natures


def test_every_kind_and_deed_is_said_with_its_source(contrat: Contrat) -> None:
    table = contrat.guichets
    assert set(table.natures) == set(NatureGuichet)
    assert set(table.actes) == set(Acte)
    droits = [droit for nature in table.natures.values() for droit in nature.droits.values()]
    assert all(droit.source for droit in droits)
    # An article says who may; that the server refuses the others follows.
    assert {droit.fidelite for droit in droits} == {Fidelite.DEDUITE}


def test_the_departments_of_systemes_particuliers_and_the_collectivities_outside(contrat: Contrat) -> None:
    systemes = contrat.guichets.systemes_particuliers
    assert len(systemes.codes) == 33
    assert systemes.codes <= contrat.territoires.numerotes
    assert systemes.fidelite is Fidelite.DEDUITE
    assert contrat.guichets.hors_registre.codes == {"975", "977", "978", "986", "987", "988"}


def test_a_base_may_say_otherwise_of_one_guichet(contrat: Contrat) -> None:
    peut = contrat.guichets.peut
    assert peut(BAILLEUR, Acte.DECIDER)
    assert not peut(BAILLEUR, Acte.DECLARER_DALO)
    delegue = replace(BAILLEUR, nature=NatureGuichet.EPCI, actes=(Acte.DECIDER,))
    assert peut(delegue, Acte.DECIDER)
    assert not peut(delegue, Acte.ENREGISTRER)
    assert not peut(replace(BAILLEUR, actes=()), Acte.DECIDER)


def test_without_a_table_nobody_is_kept_from_anything() -> None:
    assert all(DroitsGuichets().peut(BAILLEUR, acte) for acte in Acte)


def test_an_overlay_takes_a_right_away_and_adds_one(tmp_path: Path) -> None:
    (tmp_path / "guichets.toml").write_text(
        "[natures.EPCI.droits]\n"
        "enregistrer = { permis = false }\n"
        'decider = { fidelite = "convention", source = "délégation" }\n',
        encoding="utf-8",
    )
    droits = charger("v5.2", tmp_path).guichets
    assert list(droits.de(NatureGuichet.EPCI).droits) == [Acte.DECIDER]
    assert list(droits.de(NatureGuichet.COMMUNE).droits) == [Acte.ENREGISTRER]


DROIT = {"fidelite": "déduite", "source": "R. 441-3"}


@pytest.mark.parametrize(
    ("tables", "dit"),
    [
        ({"droit": {}}, "clé inconnue « droit »"),
        ({"natures": {"banque": {}}}, "« banque » n'existe pas"),
        ({"natures": 3}, "n'est pas une table"),
        ({"natures": {"bailleur": {"couleur": 1}}}, "clé inconnue « couleur »"),
        ({"natures": {"bailleur": {"droits": {"voler": DROIT}}}}, "« voler » n'existe pas"),
        ({"natures": {"bailleur": {"droits": {"decider": {"fidelite": "déduite"}}}}}, "manque « source »"),
        ({"natures": {"bailleur": {"droits": {"decider": {"source": "x"}}}}}, "manque « fidelite »"),
        ({"actes": {"voler": "Voler"}}, "« voler » n'existe pas"),
        ({"hors_registre": DROIT | {"codes": ["97"]}}, "« codes » attend une liste"),
        ({"systemes_particuliers": {"codes": ["044"]}}, "manque « fidelite », « source »"),
    ],
)
def test_a_table_that_is_none_is_refused(tables: dict[str, Any], dit: str) -> None:
    with pytest.raises(ContractError) as refus:
        lire_droits(tables, "guichets.toml")
    assert str(refus.value).startswith("guichets.toml")
    assert dit in str(refus.value)
    assert refus.value.remede
