"""`sne-sandbox nomenclatures`: the closed lists, printed."""

import csv
import io
import json

from click.testing import CliRunner, Result

from sne_interface.contract import contrats_charges
from sne_interface.errors import UsageError
from sne_sandbox.cli.main import cli

LISTES = contrats_charges.charger().nomenclatures


def lancer(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["nomenclatures", *arguments], standalone_mode=False)


def test_every_list_has_its_line_with_the_elements_that_it_rules() -> None:
    vu = lancer()
    assert [ligne.split()[0] for ligne in vu.stdout.splitlines()] == list(LISTES.noms)
    assert "7 codes  typeLogement" in vu.stdout


def test_one_list_by_its_name_whole_or_not() -> None:
    for nom in ("ListeTypeLogement", "typelogement"):
        lignes = lancer(nom).stdout.splitlines()
        assert lignes[0].startswith("ListeTypeLogement : typeLogement")
        codes = LISTES.liste("ListeTypeLogement").items()
        assert lignes[1:] == [f"  {code:<3}  {mot}" for code, mot in codes]


def test_a_word_is_looked_for_without_accents_in_codes_labels_and_names() -> None:
    vu = lancer("--cherche", "retraite").stdout
    assert "  RET  Retraité" in vu
    assert "CDD" not in vu
    assert "ListeNationalite : nationalite" in lancer("--cherche", "ListeNationalite").stdout
    rien = lancer("--cherche", "introuvable")
    assert (rien.stdout, rien.return_value) == ("", 1)


def test_json_and_csv_say_all() -> None:
    lu = json.loads(lancer("--format", "json").stdout)
    par_nom = {liste["liste"]: liste for liste in lu["nomenclatures"]}
    assert par_nom["ListeCivilite"]["codes"][0] == {"code": "1", "libelle": "Monsieur"}
    assert "civilite" in par_nom["ListeCivilite"]["elements"]
    lignes = list(csv.DictReader(io.StringIO(lancer("--format", "csv").stdout)))
    assert len(lignes) == sum(len(LISTES.liste(nom)) for nom in LISTES.noms)
    assert lignes[0] == {"liste": "ListeCivilite", "code": "1", "libelle": "Monsieur"}


def test_an_unknown_list_is_told_with_those_like_it() -> None:
    vu = lancer("ListeTypLogement")
    assert isinstance(vu.exception, UsageError)
    assert "ListeTypeLogement" in vu.exception.remede
    assert "nomenclatures --cherche ListeTypLogement" in vu.exception.remede
