"""The servers to refuse: what their table names exists, and each has its scenario."""

from dataclasses import fields
from typing import get_args

import pytest

from sne_conformite.plan import plan
from sne_conformite.protocole.adresses_pour_l_application import FAUX_SERVEURS, VRAI, FauxServeur
from sne_conformite.protocole.protocole import COMMANDES
from sne_interface.contract.contrats_charges import charger
from sne_interface.contract.exigences import charger_exigences
from sne_sandbox.server.listeners import AdressesServies, Genre


@pytest.mark.parametrize(("nom", "faux"), FAUX_SERVEURS.items())
def test_what_a_row_names_exists(nom: str, faux: FauxServeur) -> None:
    assert faux.ecoute in {champ.name for champ in fields(AdressesServies)} & set(get_args(Genre))
    assert charger_exigences(charger().dossiers)[faux.exigence].niveau == "MUST"
    (champ,) = (c for c in COMMANDES["demarrer"].champs if c.nom == faux.champ)
    assert (champ.type, champ.requis) == ("adresses", False), "who does not know it goes on"
    (scenario,) = (s for s in plan.charger() if faux.exigence in s.exigences)
    assert [e.quoi for e in scenario.etapes if e.sorte == "serveur"] == [nom, VRAI]


def test_two_rows_share_nothing() -> None:
    for cle in ("ecoute", "champ", "exigence", "sorte"):
        assert len({getattr(faux, cle) for faux in FAUX_SERVEURS.values()}) == len(FAUX_SERVEURS), cle
