"""`sne-sandbox check`: how a fault is told."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lxml import etree

from sne_conformite.cli import commande_check
from sne_interface.resources import fixtures_dir
from sne_sandbox.cli.main import cli

SPECIMEN = (fixtures_dir() / "demandes" / "personne_seule.xml").read_text("utf-8")


def verifier(*mots: str | Path) -> Result:
    return CliRunner().invoke(cli, ["check", *map(str, mots)], standalone_mode=False)


def test_what_is_no_xml_has_its_place(tmp_path: Path) -> None:
    """« ligne 0, » would send a reader nowhere."""
    (tmp_path / "a.xml").write_text("pas du xml", "utf-8")
    vu = verifier(tmp_path)
    assert vu.return_value == 1
    assert "ligne 0" not in vu.stdout
    assert "  ligne 1, colonne 1\n    XML (bloquante) : Le document XML n'est pas lisible : " in vu.stdout
    assert "    remède : envoyez un document XML" in vu.stdout


def test_the_three_forms_say_what_is_left_out(tmp_path: Path) -> None:
    """Of a document that its schema refuses too."""
    fichier = tmp_path / "a.xml"
    fichier.write_text(SPECIMEN.replace("1991-09-14", "14/09/1991"), "utf-8")
    options = ("--clock", "2018-03-15T12:00:00", fichier, "--format")
    texte = verifier(*options, "text")
    (lu,) = json.loads(verifier(*options, "json").stdout)["fichiers"]
    junit = etree.fromstring(verifier(*options, "junit").stdout)
    assert {"DOU001", "ENT006"} <= set(lu["omises"])
    assert "IDT002" in lu["en_attente"]
    ailleurs = junit.findtext(".//system-out") or ""
    for code in lu["omises"]:
        assert code in texte.stderr
        assert code in ailleurs
    for code in lu["en_attente"]:
        assert code in texte.stdout
        assert code in ailleurs
    (faute,) = lu["fautes"]
    assert (faute["regle"], faute["ligne"], faute["colonne"]) == ("XSD pas_cela", 46, 21)
    assert "ligne 46, colonne 21, interfaceNuu/" in texte.stdout


@pytest.mark.parametrize(
    ("specimen", "dite"),
    [
        (
            "couple_garde_alternee_handicap",
            "HANDIC, complément handicap (déduite) ; MINEUR, enfant mineur, motif 13",
        ),
        ("dalo", "DALO, statut ACTIF (déduite) ; MALLOG, premier quartile (convention)"),
        ("association", ""),
        ("colocataires", ""),
    ],
)
def test_the_priority_that_a_document_proposes_is_told(specimen: str, dite: str) -> None:
    options = ("--clock", "2018-03-15T12:00:00", fixtures_dir() / "demandes" / f"{specimen}.xml", "--format")
    texte, lu = verifier(*options, "text").stdout, json.loads(verifier(*options, "json").stdout)["fichiers"]
    assert (f"  Priorité à examiner (L. 441-1) : {dite}" in texte) is bool(dite)
    codes = [c["code"] for c in lu[0]["categories"]]
    assert [c for c in codes if f"{c}, " not in texte] == []
    assert bool(codes) is bool(dite)


def test_what_a_rule_refuses_has_its_column_too(tmp_path: Path) -> None:
    fichier = tmp_path / "a.xml"
    fichier.write_text(SPECIMEN.replace(">1991-09-14<", ">2991-09-14<"), "utf-8")
    options = ("--clock", "2018-03-15T12:00:00", fichier, "--format")
    texte, lu, sarif = (verifier(*options, forme).stdout for forme in ("text", "json", "sarif"))
    assert "  ligne 46, colonne 21, interfaceNuu/" in texte
    (faute,) = json.loads(lu)["fichiers"][0]["fautes"]
    assert (faute["regle"], faute["ligne"], faute["colonne"]) == ("IDT002", 46, 21)
    (resultat,) = json.loads(sarif)["runs"][0]["results"]
    region = resultat["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"]) == (46, 21)


def test_junit_names_its_suites_its_files_and_what_is_wrong(tmp_path: Path) -> None:
    """So that a CI server filters on it."""
    (tmp_path / "a.xml").write_text("<a/>", "utf-8")
    vu = verifier("--format", "junit", tmp_path)
    racine = etree.fromstring(vu.stdout)
    for suites in (racine, racine[0]):
        assert suites.get("name") == "sne-sandbox check"
        assert (suites.get("tests"), suites.get("failures"), suites.get("errors")) == ("1", "1", "0")
        assert float(suites.get("time")) >= 0
    cas = racine.find(".//testcase")
    assert cas.get("file") == str(tmp_path / "a.xml")
    assert cas.get("line") == "1"
    assert cas.find("failure").get("type") == "XSD racine"


def test_junit_gives_each_document_its_own_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for nom in ("a.xml", "b.xml"):
        (tmp_path / nom).write_text("<a/>", "utf-8")
    monkeypatch.setattr(commande_check, "perf_counter", iter([0.0, 0.25, 1.0, 1.5, *[2.0] * 10]).__next__)
    vu = verifier("--format", "junit", tmp_path)
    racine = etree.fromstring(vu.stdout)
    assert [cas.get("time") for cas in racine.iter("testcase")] == ["0.250", "0.500"]
    assert racine.get("time") == "0.750"


def test_a_long_file_is_read_whole_and_one_too_long_refused(tmp_path: Path) -> None:
    fichier = tmp_path / "a.xml"
    fichier.write_text(SPECIMEN + " " * 200_000, "utf-8")
    vu = verifier(fichier)
    assert (vu.return_value, vu.stdout.splitlines()[0]) == (0, f"{fichier} : conforme")
    vu = verifier("--xml-max", "150000", fichier)
    assert vu.return_value == 1
    assert "plus de 150000 octets" in vu.stdout


def test_many_files_are_judged_by_several_processes(tmp_path: Path) -> None:
    """In the order of their names, and a fault of one is told of that one."""
    for rang in range(410):
        contenu = SPECIMEN.replace("</ns1:entete>", "<faute/></ns1:entete>") if rang == 7 else SPECIMEN
        (tmp_path / f"DEMG1226-201803151654-{rang:06d}.xml").write_text(contenu, "utf-8")
    vu = verifier(tmp_path)
    etats = [ligne for ligne in vu.stdout.splitlines() if not ligne.startswith(" ")]
    assert vu.return_value == 1
    assert [ligne.rpartition("-")[2][:6] for ligne in etats] == [f"{rang:06d}" for rang in range(410)]
    assert [rang for rang, ligne in enumerate(etats) if "faute bloquante" in ligne] == [7]


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--juger-tout",), 3)])
def test_a_document_that_breaks_us_is_not_judged_and_the_others_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], code: int
) -> None:
    for nom in ("a.xml", "b.xml"):
        (tmp_path / nom).write_text(SPECIMEN, "utf-8")
    controler = commande_check.controler_par_etapes
    rates = iter([True, False])

    def rater(*choix: object, **nommes: object) -> object:
        if next(rates):
            raise OverflowError("NIR 2 06 12 75 111 005 64")
        return controler(*choix, **nommes)  # type: ignore[arg-type]

    monkeypatch.setattr(commande_check, "controler_par_etapes", rater)
    vu = verifier(*options, tmp_path)

    assert vu.return_value == code
    premier, detail, *_, dernier, _ = vu.stdout.splitlines()
    assert premier == f"{tmp_path / 'a.xml'} : non jugé, 1 avertissement"
    assert "NON-JUGÉ (avertissement) : Erreur du bac à sable, et non de ce document : Overflow" in detail
    assert "111 005" not in vu.stdout
    assert dernier == f"{tmp_path / 'b.xml'} : conforme"


@pytest.mark.parametrize("jour", ["2018-12-15", "2029-12-31"])
def test_no_specimen_is_warned_of_whatever_the_day(jour: str) -> None:
    """The clock of `check` is that of the machine: a child of a specimen is not to come of age."""
    demandes = [*(fixtures_dir() / "demandes").glob("*.xml")]
    lus = json.loads(verifier(*demandes, "--clock", f"{jour}T12:00:00", "--format", "json").stdout)[
        "fichiers"
    ]
    assert len(lus) == len(demandes)
    assert [(lu["fichier"], lu["fautes"]) for lu in lus if lu["fautes"]] == []
