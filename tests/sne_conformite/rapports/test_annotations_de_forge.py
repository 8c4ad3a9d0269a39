import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from specimen import HOSTILE, NIR, conforme, grand, rapport

from sne_conformite.rapports import annotations_de_forge
from sne_conformite.rapports.rapport import Constat, Rapport, Verdict
from sne_conformite.rapports.signalements_a_la_forge import Emplacement, Niveau, Signalement, signaler
from sne_conformite.rapports.verdict_de_conformite import decider

#: What GitHub reads of a line. Source: actions/runner, ActionCommand.
ORDRE = re.compile(r"\s*::(?P<nom>[a-z-]+)(?: (?P<proprietes>[^\n]*?))?::(?P<texte>[^\n]*)")
PIEGE = "::set-env name=PATH::x\n::error::faux\r::add-mask::y %0A ##[error]z, a=b: c"


def piege() -> Rapport:
    """An application whose every text is an order."""
    premier, *suite = rapport().scenarios
    constat = Constat("FID-02", False, PIEGE, PIEGE, PIEGE, PIEGE, PIEGE, 12)
    v = replace(premier.verifications[1], exigence="FID-02", verdict=Verdict.ECHOUE, constats=(constat,))
    scenario = replace(premier, titre=PIEGE, raison=PIEGE, verdict=Verdict.ECHOUE, verifications=(v,))
    return decider(replace(rapport(), scenarios=(scenario, *suite)), [PIEGE])


def test_an_order_says_level_title_and_message() -> None:
    dit = Signalement(
        Niveau.ERREUR, "FID-02", "Tout est transmis : oui, tout.", "Il manque 100 %.\n",
        Emplacement("a b.xml", 3, 7), "x", ("attendu : a",), "Ajoutez-le.",
    )  # fmt: skip
    (ligne,) = annotations_de_forge.commandes([dit])
    assert ligne == (
        "::error title=SNE FID-02 Tout est transmis %3A oui%2C tout.,file=a b.xml,line=3,col=7"
        "::Il manque 100 %25.%0A%0Aattendu : a%0Aremède : Ajoutez-le."
    )


def test_one_for_each_group_the_worst_first() -> None:
    lignes = annotations_de_forge.commandes(signaler(rapport()))
    assert [ligne.split(" ")[0] for ligne in lignes] == ["::error"] * 4 + ["::warning"]
    assert not any("file=" in ligne for ligne in lignes), "a request is no file of the repository"
    assert NIR not in "".join(lignes)


def test_no_more_than_github_shows() -> None:
    dits = [replace(d, empreinte=str(n)) for n, d in enumerate(signaler(grand())[:1] * 25)]
    lignes = annotations_de_forge.commandes(dits)
    assert len(lignes) == 10
    assert lignes[-1] == "::error title=SNE::… et 16 autres, dans les rapports."
    assert len(annotations_de_forge.commandes(dits[:10])) == 10


def test_nothing_that_an_application_sent_is_an_order() -> None:
    lignes = annotations_de_forge.commandes(signaler(piege()))
    trouves = [ORDRE.match(ligne) for ligne in lignes]
    assert {t["nom"] for t in trouves if t} == {"error", "warning"}
    assert all(ligne.count("\n") == ligne.count("\r") == 0 for ligne in lignes)
    for trouve in trouves:
        assert trouve
        assert set(re.findall(r"(?:^|,)(\w+)=", trouve["proprietes"])) == {"title"}


def test_what_is_shown_of_an_application_is_shown_where_no_order_is_obeyed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    sortie = io.StringIO()
    with annotations_de_forge.sans_ordres(sortie):
        sortie.write(f"{PIEGE}\n")
    premiere, *milieu, derniere = sortie.getvalue().splitlines()
    arret = re.fullmatch(r"::stop-commands::([0-9a-f]{32})", premiere)
    assert arret
    assert derniere == f"::{arret[1]}::"
    assert "::error::faux" in milieu
    autre = io.StringIO()
    with annotations_de_forge.sans_ordres(autre):
        pass
    assert autre.getvalue() != sortie.getvalue()
    assert arret[1] not in autre.getvalue(), "nobody can write it beforehand"


def test_elsewhere_nothing_is_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "page"))
    sortie = io.StringIO()
    with annotations_de_forge.sans_ordres(sortie):
        annotations_de_forge.annoncer(rapport(), sortie)
    assert sortie.getvalue() == ""
    assert not (tmp_path / "page").exists()


def test_the_page_of_the_job_is_added_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = tmp_path / "page"
    page.write_text("avant\n", "utf-8")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    sortie = io.StringIO()
    annotations_de_forge.annoncer(rapport(), sortie)
    assert page.read_text("utf-8") == "avant\n" + annotations_de_forge.resume(rapport())
    assert sortie.getvalue().count("::error ") == 4
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "absent" / "page"))
    annotations_de_forge.annoncer(conforme(), sortie)  # a page that cannot be written costs no verdict


def test_a_page_obeys_nothing_of_an_application() -> None:
    texte = annotations_de_forge.resume(piege())
    assert "| FID\\-02" in texte or "| FID-02" in texte
    assert HOSTILE not in texte
    assert not re.search(r"(?<!\\)<script", texte)
    assert all(not ligne.startswith("::") for ligne in texte.splitlines())
    lignes = [ligne for ligne in texte.splitlines() if ligne.startswith("| ") and "---" not in ligne]
    assert all(len(re.findall(r"(?<!\\)\|", ligne)) == 4 for ligne in lignes)
    assert annotations_de_forge.resume(conforme()).startswith("### ✅ ")


def test_gitlab_reads_a_list_of_places() -> None:
    lus = json.loads(annotations_de_forge.octets(rapport()))
    assert [q["severity"] for q in lus] == ["major"] * 4 + ["minor"]
    for q in lus:
        assert set(q) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert q["location"]["lines"]["begin"] >= 1
        assert q["location"]["path"]
    assert len({q["fingerprint"] for q in lus}) == len(lus)
    assert json.loads(annotations_de_forge.octets(conforme())) == []
