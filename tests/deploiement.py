"""What `compose.yaml` and `fixtures/deploiement/` say, read."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

RACINE: Final = Path(__file__).resolve().parents[1]
DEPLOIEMENT: Final = RACINE / "fixtures" / "deploiement"
KUBERNETES: Final = DEPLOIEMENT / "kubernetes"
SURVEILLANCE: Final = DEPLOIEMENT / "surveillance"
_METRIQUE: Final = re.compile(r"\b(?:sne_\w+|up)\b")


def compose() -> dict[str, Any]:
    """`compose.yaml`."""
    lu: dict[str, Any] = yaml.safe_load((RACINE / "compose.yaml").read_text("utf-8"))
    return lu


def kustomization() -> dict[str, Any]:
    """What `kubectl apply -k` reads first."""
    lu: dict[str, Any] = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text("utf-8"))
    return lu


def objets() -> list[dict[str, Any]]:
    """The objects of Kubernetes, in the order in which they are applied."""
    return [
        objet
        for nom in kustomization()["resources"]
        for objet in yaml.safe_load_all((KUBERNETES / nom).read_text("utf-8"))
    ]


def gabarit(objet: dict[str, Any]) -> dict[str, Any] | None:
    """The template of the pods of an object, None of one that makes none."""
    spec = objet.get("spec", {})
    if objet["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    trouve: dict[str, Any] | None = spec.get("template") if objet["kind"] != "Service" else None
    return trouve


def sauvegarde() -> dict[str, Any]:
    """The container that saves the database."""
    (objet,) = [objet for objet in objets() if objet["kind"] == "CronJob"]
    trouve = gabarit(objet)
    assert trouve is not None
    (conteneur,) = trouve["spec"]["containers"]
    return dict(conteneur)


def expressions() -> Iterator[tuple[str, str]]:
    """(Where, expression) of each question to Prometheus."""
    tableau = json.loads((SURVEILLANCE / "grafana.json").read_text("utf-8"))
    for panneau in tableau["panels"]:
        for cible in panneau["targets"]:
            yield panneau["title"], cible["expr"]
    for variable in tableau["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], variable["query"]
    regles = yaml.safe_load((SURVEILLANCE / "alertes.yml").read_text("utf-8"))
    for groupe in regles["groups"]:
        for regle in groupe["rules"]:
            yield regle["alert"], regle["expr"]


def metriques(expression: str) -> set[str]:
    """The names of the metrics that an expression asks for."""
    return set(_METRIQUE.findall(re.sub(r'"[^"]*"', "", expression)))
