"""One truth: every form of a report tells the same numbers, and a gate on any of them decides the same."""

import io
import json as librairie
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from lxml import etree
from specimen import conforme, grand, rapport, trafic
from tirages import rapports

from sne_sandbox.reports import annotations, baseline, html, json, junit, sarif, text
from sne_sandbox.reports.comptes import compter
from sne_sandbox.reports.decision import ECHOUEE, EN_ERREUR, ENFREINTE, TOUTES
from sne_sandbox.reports.model import Rapport
from sne_sandbox.reports.signalements import JUGEMENT, signaler
from sne_sandbox.resources import fixtures_dir

SCHEMA: dict[str, Any] = librairie.loads((fixtures_dir() / "schemas/rapport.schema.json").read_text("utf-8"))


def en_texte(juge: Rapport) -> str:
    sortie = io.StringIO()
    text.ecrire(juge, sortie)
    return sortie.getvalue()


def portes(juge: Rapport) -> dict[str, bool]:
    """Whether each form lets the application pass."""
    lu = librairie.loads(json.octets(juge))
    suites = etree.fromstring(junit.octets(juge))
    analyse = librairie.loads(sarif.octets(juge))["runs"][0]
    return {
        "code de sortie": juge.conforme,
        "texte": not any(motif.partition("\n")[0] in en_texte(juge) for motif in juge.motifs),
        "html": 'class="verdict bien"' in html.en_html(juge),
        "json": lu["conforme"],
        "junit": int(suites.get("failures")) + int(suites.get("errors")) == 0,
        "sarif": all(r["level"] != "error" for r in analyse["results"]),
        "sarif, conclusion": analyse["properties"]["conclusion"] == "conforme",
        "github": not any(c.startswith("::error") for c in annotations.commandes(signaler(juge))),
        "gitlab": all(q["severity"] != "major" for q in librairie.loads(annotations.octets(juge))),
        "résumé": "CONFORME" in annotations.resume(juge) and "NON CONFORME" not in annotations.resume(juge),
    }


def verifier(juge: Rapport) -> None:
    ouvertes = portes(juge)
    assert set(ouvertes.values()) == {juge.conforme}, ouvertes
    meme_nombres(juge)


def meme_nombres(juge: Rapport) -> None:
    comptes = compter(juge)
    lu = librairie.loads(json.octets(juge))
    jsonschema.Draft202012Validator(SCHEMA).validate(lu)
    assert json.de_json(lu) == json.de_texte(json.octets(juge).decode())
    analyse = librairie.loads(sarif.octets(juge))["runs"][0]
    assert lu["synthese"] == analyse["properties"]["synthese"] == comptes.en_json()
    # The synthesis alone, then the words of each line, decide as the whole does.
    verifications, exigences = dict(comptes.verifications), dict(comptes.exigences)
    mal = verifications.get(ECHOUEE, 0) + verifications.get(EN_ERREUR, 0) + exigences.get(ENFREINTE, 0)
    assert not mal or not juge.conforme
    vus = Counter(v["verdict"] for s in lu["scenarios"] for v in s["verifications"])
    assert vus["échoué"] + vus["erreur"] == verifications.get(ECHOUEE, 0) + verifications.get(EN_ERREUR, 0)
    assert Counter(b["etat"] for b in lu["bilans"])["enfreinte"] == exigences.get(ENFREINTE, 0)
    # Text, page and summary say the same words.
    phrases = [
        f"{issue.signe} {issue.compte(n)}" for issue, n in (*comptes.verifications, *comptes.exigences)
    ]
    page = html.en_html(juge)
    for ecrit in (en_texte(juge), page, annotations.resume(juge)):
        assert [p for p in phrases if p not in ecrit] == []
    # JUnit: a case a check, by its outcome.
    cas = [c for c in etree.fromstring(junit.octets(juge)).iter("testcase") if "." in c.get("classname")]
    genres = Counter(c[0].tag if len(c) else "" for c in cas)
    assert genres["failure"] == verifications.get(ECHOUEE, 0)
    assert genres["error"] == verifications.get(EN_ERREUR, 0)
    assert sum(genres.values()) == len(juge.verifications)
    # SARIF, GitLab: a result a group, by what it costs.
    niveaux = Counter(r["level"] for r in analyse["results"] if r["ruleId"] != JUGEMENT)
    attendus = {"error": comptes.a_corriger, "warning": comptes.conseils, "note": comptes.connus}
    assert {n: niveaux[n] for n in attendus} == {n: len(groupes) for n, groupes in attendus.items()}
    assert len(librairie.loads(annotations.octets(juge))) == len(analyse["results"])


@given(rapports())
@settings(max_examples=60)
def test_whatever_was_judged(juge: Rapport) -> None:
    verifier(juge)


@pytest.mark.parametrize("faire", [rapport, trafic, conforme, grand])
def test_the_specimens(faire: Callable[[], Rapport]) -> None:
    verifier(faire())


def test_a_recommendation_that_is_not_followed_lets_pass_everywhere() -> None:
    premier = rapport().scenarios[0]
    juge = replace(conforme(), scenarios=(premier,), bilans=(rapport().bilans[0], rapport().bilans[3]))
    verifier(juge)
    assert json.en_json(juge)["synthese"]["recommandations_non_suivies"] == 1
    (dit,) = signaler(juge)
    assert dit.niveau == "warning"


def test_what_a_baseline_excuses_lets_pass_everywhere() -> None:
    exigences = {v.exigence for v in rapport().verifications} | {b.exigence for b in rapport().bilans}
    connues = tuple(
        baseline.Connue(exigence=e, raison="ticket 12", expire=date(2099, 1, 1)) for e in sorted(exigences)
    )
    applique = baseline.appliquer(rapport(), connues, date(2026, 3, 2)).rapport
    assert applique.conforme
    verifier(applique)


def test_the_numbers_are_told_by_the_words_of_the_issues() -> None:
    mots = {issue.un for issue in TOUTES}
    synthese = compter(rapport()).en_json()
    assert set(synthese["verifications"]) | set(synthese["exigences"]) == mots
    assert re.search(r"3 échouées", en_texte(rapport()))
    assert synthese["verifications"]["échouée"] == 3
