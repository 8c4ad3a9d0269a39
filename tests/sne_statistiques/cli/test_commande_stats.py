"""The command that shows the tables, and those that make a base from a seed."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sne_interface.errors import UsageError
from sne_sandbox.cli.main import cli


def _lancer(home: Path, *arguments: str) -> Result:
    commande, *reste = arguments
    sous = [reste.pop(0)] if commande in ("db", "bases") else []
    return CliRunner().invoke(cli, [commande, *sous, "--home", str(home), *reste])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    dossier = tmp_path_factory.mktemp("home")
    resultat = _lancer(dossier, "db", "seed", "--seed-size", "60", "--clock", "2018-03-15T12:00:00")
    assert resultat.exit_code == 0, resultat.output
    assert resultat.stdout == "Base [ecole] prête : 60 demandes.\n"
    return dossier


def test_json_is_the_base_s_day_by_default(home: Path) -> None:
    resultat = _lancer(home, "stats", "--format", "json")
    lu = json.loads(resultat.stdout)
    assert (lu["base"], lu["date"]) == ("ecole", "2018-03-15")
    assert [tableau["code"] for tableau in lu["tableaux"]] == ["TAB01", "TAB02", "TAB03"]
    personnes = lu["tableaux"][0]["lignes"][0]["demandes"]
    composition = [t for t in lu["tableaux"][2]["lignes"] if t["rubrique"] == "Composition familiale"]
    assert sum(ligne["demandes"] for ligne in composition) == personnes > 30


def test_a_reader_has_accents_and_a_script_its_names(home: Path) -> None:
    assert "renouvelées    radiées" in _lancer(home, "stats", "--table", "TAB02").stdout
    assert "renouvelees" in _lancer(home, "stats", "--table", "TAB02", "--format", "json").stdout


def test_csv_is_one_count_a_line(home: Path) -> None:
    resultat = _lancer(home, "stats", "--format", "csv", "--table", "TAB02", "--at", "2018-02-28")
    lignes = list(csv.DictReader(io.StringIO(resultat.stdout), delimiter=";"))
    assert {ligne["tableau"] for ligne in lignes} == {"TAB02"}
    assert {ligne["date"] for ligne in lignes} == {"2018-02-28"}
    assert {ligne["rubrique"] for ligne in lignes} == {"Mois", "Trimestre", "Année"}
    assert len({ligne["libelle"] for ligne in lignes}) == 12 + 4 + 3


def test_text_is_read_by_people(home: Path) -> None:
    resultat = _lancer(home, "stats", "--table", "TAB03")
    assert "TAB03  Demandes actives (hors associations) au 15/03/2018" in resultat.stdout
    assert "Famille monoparentale" in resultat.stdout
    assert "TAB01" not in resultat.stdout


@pytest.mark.parametrize("niveau", ["commune", "epci", "departement", "region"])
def test_counts_by_territory_are_open_data(home: Path, niveau: str) -> None:
    feuille = _lancer(home, "stats", "--par", niveau, "--format", "csv").stdout
    lues = list(csv.DictReader(io.StringIO(feuille), delimiter=";"))
    assert {ligne["niveau"] for ligne in lues} == {niveau}
    assert {ligne["date"] for ligne in lues} == {"2018-03-15"}
    total = json.loads(_lancer(home, "stats", "--table", "TAB01", "--format", "json").stdout)
    attendu = total["tableaux"][0]["lignes"][-1]["demandes"]
    assert sum(int(x["valeur"]) for x in lues if x["indicateur"] == "demandes_actives") == attendu
    lu = json.loads(_lancer(home, "stats", "--par", niveau, "--format", "json").stdout)
    assert len(lu["lignes"]) == len(lues)
    texte = _lancer(home, "stats", "--par", niveau).stdout
    assert all(ligne["territoire"] in texte for ligne in lues)
    assert "conventions de ce bac à sable" in texte


def test_a_level_goes_without_a_table(home: Path) -> None:
    refus = _lancer(home, "stats", "--par", "epci", "--table", "TAB01")
    assert isinstance(refus.exception, UsageError)
    assert "code_territoire" in refus.exception.remede


def test_what_is_to_come_is_said(home: Path) -> None:
    for commande in ("stats --at 2030-01-01", "stats --par region --at 2030-01-01", "quotas --annee 2030"):
        assert (
            "01/01/2030 est à venir : la base est au 15/03/2018." in _lancer(home, *commande.split()).stdout
        )


def test_quotas_in_each_form(home: Path) -> None:
    lu = json.loads(_lancer(home, "quotas", "--annee", "2017", "--format", "json").stdout)
    assert lu["annee"] == 2017
    assert lu["ensemble"]["baux"] == sum(ligne["baux"] for ligne in lu["lignes"]) > 0
    feuille = _lancer(home, "quotas", "--annee", "2017", "--format", "csv").stdout
    lignes = list(csv.DictReader(io.StringIO(feuille), delimiter=";"))
    assert [int(ligne["baux"]) for ligne in lignes] == [
        *(ligne["baux"] for ligne in lu["lignes"]), lu["ensemble"]["baux"],
    ]  # fmt: skip
    assert lu["ensemble"]["attributions"] == sum(int(ligne["attributions"]) for ligne in lignes[:-1]) > 0
    texte = _lancer(home, "quotas").stdout
    assert texte.startswith("Baux signés et attributions, suivies ou non d'un bail, en 2018\n")
    for dit in ("(au moins 25 %)", "bail, ", "L. 441-1 CCH, déduite ; une fédération", "convention ; ce bac"):
        assert dit in texte
    assert lu["note"] in texte


def test_invented_thresholds_are_named_and_ones_own_replace_them(home: Path, tmp_path: Path) -> None:
    def quartile(*arguments: str) -> tuple[dict[str, int], str]:
        lu = json.loads(_lancer(home, "stats", "--table", "TAB03", "--format", "json", *arguments).stdout)
        lignes = [t for t in lu["tableaux"][0]["lignes"] if t["rubrique"] == "Premier quartile"]
        return {t["libelle"]: t["demandes"] for t in lignes}, lu["tableaux"][0]["note"]

    inventes, note = quartile()
    assert "seuils inventés pour la démonstration (" in note
    miens = tmp_path / "miens.csv"
    miens.write_text(
        "territoire,siren,libelle,annee,montant_uc,source,fidelite\nREGION,11,IDF,2010…2030,100000,moi,D\n"
    )
    siens, note = quartile("--quartiles", str(miens))
    assert "inventés" not in note
    assert siens["Territoire sans seuil connu"] > inventes["Territoire sans seuil connu"] == 0
    assert siens["Au seuil ou au-dessus"] == 0 < siens["Sous le seuil du premier quartile"]


def test_territories_add_up(home: Path) -> None:
    def total(*territoire: str) -> int:
        resultat = _lancer(home, "stats", "--table", "TAB01", "--format", "json", *territoire)
        nombre: int = json.loads(resultat.stdout)["tableaux"][0]["lignes"][-1]["demandes"]
        return nombre

    par_territoire = [total("--territoire", code) for code in ("111", "062", "069", "971", "974")]
    assert sum(par_territoire) == total()
    assert min(par_territoire[:3]) > 0  # few are drawn overseas
    assert total("--territoire", "972") == 0


@pytest.mark.parametrize(
    ("code", "remede"),
    [
        ("zz", "062, 02A, 971"),
        ("62", "écrivez 062"),
        ("075", "écrivez 111"),
        ("2a", "écrivez 02A"),
        ("", "062"),
    ],
)
def test_a_territory_that_is_none_is_refused(home: Path, code: str, remede: str) -> None:
    refus = _lancer(home, "stats", "--territoire", code)
    assert isinstance(refus.exception, UsageError)
    assert f"Le territoire [{code}] n'existe pas" in str(refus.exception)
    assert remede in refus.exception.remede
    assert refus.stdout == ""


@pytest.mark.parametrize("jour", ["hier", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_refused(home: Path, jour: str) -> None:
    resultat = _lancer(home, "stats", "--at", jour)
    assert resultat.exit_code == 2 or isinstance(resultat.exception, UsageError)
    assert jour in f"{resultat.output} {resultat.exception}"


def test_a_base_is_created_of_any_size(home: Path) -> None:
    resultat = _lancer(home, "bases", "create", "petite", "--seed-base", "dalo", "--seed-size", "7")
    assert resultat.exit_code == 0, resultat.output
    stock = json.loads(_lancer(home, "stats", "--base", "petite", "--format", "json").stdout)
    nouvelles = [t for t in stock["tableaux"][0]["lignes"] if t["libelle"] == "Total"]
    assert 0 < nouvelles[0]["demandes"] <= 7


def test_an_unknown_seed_is_an_error_of_usage(home: Path) -> None:
    resultat = _lancer(home, "db", "seed", "--base", "autre", "--seed-base", "inconnue")
    assert resultat.exception is not None
    assert "inconnue" in str(resultat.exception)
