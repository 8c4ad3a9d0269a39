"""Every form of a report, read back: the same numbers, and the same decision of whoever gates on it."""

import io
import json as librairie
from collections import Counter
from typing import Any

import jsonschema
from lxml import etree

from sne_conformite.rapports import (
    annotations_de_forge,
    rapport_html,
    rapport_json,
    rapport_junit,
    rapport_sarif,
    rapport_texte,
)
from sne_conformite.rapports.constats_groupes import compter
from sne_conformite.rapports.formats_de_rapport import FORMATS
from sne_conformite.rapports.rapport import Rapport
from sne_conformite.rapports.signalements_a_la_forge import JUGEMENT, signaler
from sne_conformite.rapports.verdict_de_conformite import ECHOUEE, EN_ERREUR, ENFREINTE
from sne_interface.resources import fixtures_dir

SCHEMA: dict[str, Any] = librairie.loads((fixtures_dir() / "schemas/rapport.schema.json").read_text("utf-8"))
VALIDATEUR = jsonschema.Draft202012Validator(SCHEMA)


def en_texte(juge: Rapport) -> str:
    sortie = io.StringIO()
    rapport_texte.ecrire(juge, sortie)
    return sortie.getvalue()


def formes(juge: Rapport) -> dict[str, Any]:
    """Each form, as its reader has it."""
    return {
        "texte": en_texte(juge),
        "html": rapport_html.en_html(juge),
        "json": rapport_json.octets(juge).decode(),
        "junit": etree.fromstring(rapport_junit.octets(juge)),
        "sarif": librairie.loads(rapport_sarif.octets(juge))["runs"][0],
        "github": list(annotations_de_forge.commandes(signaler(juge))),
        "gitlab": librairie.loads(annotations_de_forge.octets(juge)),
        "résumé": annotations_de_forge.resume(juge),
    }


def portes(juge: Rapport, lu: dict[str, Any]) -> dict[str, bool]:
    """Whether each form lets the application pass."""
    return {
        "code de sortie": juge.conforme,
        "texte": not any(motif.partition("\n")[0] in lu["texte"] for motif in juge.motifs),
        "html": 'class="conclusion mal"' not in lu["html"],
        "json": librairie.loads(lu["json"])["conforme"],
        "junit": int(lu["junit"].get("failures")) + int(lu["junit"].get("errors")) == 0,
        "sarif": all(r["level"] != "error" for r in lu["sarif"]["results"]),
        "sarif, conforme": lu["sarif"]["properties"]["conforme"],
        "github": not any(c.startswith("::error") for c in lu["github"]),
        "gitlab": all(q["severity"] != "major" for q in lu["gitlab"]),
        "résumé": lu["résumé"].startswith("### ✅ "),
    }


def verifier(juge: Rapport) -> None:
    lu = formes(juge)
    ouvertes = portes(juge, lu)
    assert {forme.nom.lower() for forme in FORMATS} <= ouvertes.keys(), "each of FORMATS has its line above"
    assert set(ouvertes.values()) == {juge.conforme}, ouvertes
    meme_nombres(juge, lu)


def meme_nombres(juge: Rapport, formes: dict[str, Any]) -> None:
    comptes = compter(juge)
    lu, analyse = librairie.loads(formes["json"]), formes["sarif"]
    VALIDATEUR.validate(lu)
    assert rapport_json.de_json(lu) == rapport_json.de_texte(formes["json"])
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
    for forme in ("texte", "html", "résumé"):
        assert [p for p in phrases if p not in formes[forme]] == []
    # JUnit: a case a check, by its outcome.
    cas = [c for c in formes["junit"].iter("testcase") if "." in c.get("classname")]
    genres = Counter(c[0].tag if len(c) else "" for c in cas)
    assert genres["failure"] == verifications.get(ECHOUEE, 0)
    assert genres["error"] == verifications.get(EN_ERREUR, 0)
    assert sum(genres.values()) == len(juge.verifications)
    # SARIF, GitLab: a result a group, by what it costs.
    niveaux = Counter(r["level"] for r in analyse["results"] if r["ruleId"] != JUGEMENT)
    attendus = {"error": comptes.a_corriger, "warning": comptes.conseils, "note": comptes.connus}
    assert {n: niveaux[n] for n in attendus} == {n: len(groupes) for n, groupes in attendus.items()}
    assert len(librairie.loads(annotations_de_forge.octets(juge))) == len(analyse["results"])
