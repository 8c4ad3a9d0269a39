"""The contract of a base in the console: chosen when it is made, shown, told in « La même chose »."""

import uuid
from collections.abc import Callable
from typing import Any

from banc import Banc

from sne_interface.settings import Reglages

Lire = Callable[..., Any]


def test_a_base_is_made_with_its_contract_and_shows_it(banc: Banc, envoyer: Lire, page: Lire) -> None:
    nom = f"essai-{uuid.uuid4().hex[:12]}"
    assert envoyer("/controle/bases", depuis="/controle/bases", nom=nom, contrat="v5.0").status_code == 303
    banc.nom = nom  # gone with the bench
    assert banc.services.magasin.bases.lire(nom).reglages == Reglages(contrat="v5.0")
    (ligne,) = page(f"//console/{nom}/controle/bases").xpath(f"//tbody/tr[th/a='{nom}']")
    assert "v5.0" in ligne.xpath("td/text()")
    (contrat,) = page(f"//console/{nom}/controle/reglages").xpath("//input[@id='r-contrat']")
    assert (contrat.get("value"), contrat.get("disabled") is not None) == ("v5.0", True)
    textes = "".join(page(f"//console/{nom}/regles").xpath("//code/text()"))
    assert "sne-sandbox rules --profile ecole" in textes
    assert "--contract v5.0" in textes
    assert f"base={nom}" in textes


def test_an_unknown_contract_is_refused_in_the_form(banc: Banc, envoyer: Lire, page: Lire) -> None:
    envoyer("/controle/bases", depuis="/controle/bases", nom=f"{banc.nom}-b", contrat="../v5.0")
    dits = "".join(page("/controle/bases").xpath("//*[contains(@class, 'message')]//text()"))
    assert "n'existe pas sur ce serveur" in dits
    assert f"{banc.nom}-b" not in [base.nom for base in banc.services.magasin.bases.lister()]


def test_the_contract_to_come_is_set_where_settings_are(banc: Banc, envoyer: Lire, page: Lire) -> None:
    envoyer("/controle/reglages", depuis="/controle/reglages", contrat_suivant="v5.2")
    assert banc.services.magasin.bases.lire(banc.nom).reglages.contrat_suivant == "v5.2"
    choisi = page("/controle/reglages").xpath("//select[@id='r-contrat_suivant']/option[@selected]/text()")
    assert choisi == ["v5.2"]
    # It is no form's to change the contract of a base.
    envoyer("/controle/reglages", depuis="/controle/reglages", contrat="v5.0")
    assert banc.services.magasin.bases.lire(banc.nom).reglages.contrat == ""
