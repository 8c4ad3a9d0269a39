"""What one deploys by says what the product has: options, variables, routes, metrics; and holds together.

`tests/integration/test_deux_hotes.py` runs what HAProxy reads, `test_exploiter.py` beside it the backup.
"""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import deploiement
import pytest
import yaml
from deploiement import DEPLOIEMENT, KUBERNETES, RACINE, SURVEILLANCE, compose, gabarit, kustomization, objets
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from sne_console.api import metriques
from sne_interface.domain.echange import ETAT, Echange, EtatDuServeur, VerdictEchange
from sne_interface.settings import PAR_NOM
from sne_sandbox.cli.main import cli
from sne_sandbox.store.journal import BORNES_US
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration_et_services import Configuration

OBJETS = objets()
#: What each kind may have below `spec`, and must (with !), of the schemas of Kubernetes 1.31.
FORMES: dict[str, tuple[str, set[str]]] = {
    "Namespace": ("v1", set()),
    "ConfigMap": ("v1", set()),
    "Service": ("v1", {"type", "clusterIP", "selector!", "ports!"}),
    "PersistentVolumeClaim": ("v1", {"accessModes!", "resources!"}),
    "Deployment": ("apps/v1", {"replicas", "strategy", "selector!", "template!"}),
    "StatefulSet": (
        "apps/v1", {"serviceName!", "replicas", "selector!", "template!", "volumeClaimTemplates"},
    ),
    "PodDisruptionBudget": ("policy/v1", {"minAvailable", "maxUnavailable", "selector!"}),
    "NetworkPolicy": ("networking.k8s.io/v1", {"podSelector!", "policyTypes", "ingress", "egress"}),
    "CronJob": (
        "batch/v1",
        {"schedule!", "timeZone", "concurrencyPolicy", "startingDeadlineSeconds", "jobTemplate!",
         "successfulJobsHistoryLimit", "failedJobsHistoryLimit"},
    ),
}  # fmt: skip
POD = {
    "automountServiceAccountToken", "terminationGracePeriodSeconds", "securityContext", "restartPolicy",
    "topologySpreadConstraints", "containers!", "volumes",
}  # fmt: skip
CONTENEUR = {
    "name!", "image!", "command", "args", "env", "envFrom", "ports", "startupProbe", "livenessProbe",
    "readinessProbe", "lifecycle", "resources!", "securityContext!", "volumeMounts",
}  # fmt: skip
SONDE = {"httpGet", "exec", "periodSeconds", "timeoutSeconds", "failureThreshold", "initialDelaySeconds"}


def _conforme(objet: dict[str, Any], forme: set[str], ou: str) -> None:
    permises = {cle.rstrip("!") for cle in forme}
    assert set(objet) <= permises, f"{ou}: {set(objet) - permises}"
    manquent = {cle[:-1] for cle in forme if cle.endswith("!")} - set(objet)
    assert not manquent, f"{ou}: {manquent}"


@pytest.mark.parametrize("objet", OBJETS, ids=lambda objet: f"{objet['kind']} {objet['metadata']['name']}")
def test_an_object_has_the_shape_of_its_kind(objet: dict[str, Any]) -> None:
    version, forme = FORMES[objet["kind"]]
    ou = f"{objet['kind']} {objet['metadata']['name']}"
    assert objet["apiVersion"] == version
    assert re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", objet["metadata"]["name"])
    _conforme(objet.get("spec", {}), forme, ou)
    if (pod := gabarit(objet)) is None:
        return
    _conforme(pod, {"metadata!", "spec!"}, ou)
    _conforme(pod["spec"], POD, ou)
    assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
    for conteneur in pod["spec"]["containers"]:
        _conforme(conteneur, CONTENEUR, ou)
        assert conteneur["securityContext"]["allowPrivilegeEscalation"] is False
        for sonde in ("startupProbe", "livenessProbe", "readinessProbe"):
            _conforme(conteneur.get(sonde, {}), SONDE, f"{ou} {sonde}")


def test_a_wrong_key_would_be_seen() -> None:
    with pytest.raises(AssertionError, match="replica"):
        _conforme({"replica": 2, "selector": {}, "template": {}}, FORMES["Deployment"][1], "essai")
    with pytest.raises(AssertionError, match="template"):
        _conforme({"selector": {}}, FORMES["Deployment"][1], "essai")


def test_what_an_object_names_is_there() -> None:
    """Labels that are selected, volumes, secrets and their keys, ports, configuration."""
    etiquettes = [pod["metadata"]["labels"] for objet in OBJETS if (pod := gabarit(objet)) is not None]
    secrets = {
        secret["name"]: {fichier.partition("=")[0] for fichier in secret["files"]}
        for secret in kustomization()["secretGenerator"]
    }
    configurations = {o["metadata"]["name"] for o in OBJETS if o["kind"] == "ConfigMap"}
    for objet in OBJETS:
        spec = objet.get("spec", {})
        choisi = spec.get("selector", spec.get("podSelector"))
        if choisi is not None:
            assert choisi.get("matchLabels", choisi) in etiquettes, objet["metadata"]
        if (pod := gabarit(objet)) is None:
            continue
        if "selector" in spec:
            assert spec["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
        volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes", [])}
        volumes |= {v["metadata"]["name"]: v for v in spec.get("volumeClaimTemplates", [])}
        for conteneur in pod["spec"]["containers"]:
            montes = {montage["name"]: montage["mountPath"] for montage in conteneur["volumeMounts"]}
            assert montes.keys() <= volumes.keys()
            for source in conteneur.get("envFrom", []):
                assert source["configMapRef"]["name"] in configurations
            ports = {port["name"] for port in conteneur.get("ports", [])}
            for sonde in ("startupProbe", "livenessProbe", "readinessProbe"):
                if "httpGet" in conteneur.get(sonde, {}):
                    assert conteneur[sonde]["httpGet"]["port"] in ports
            # Each file of a secret that is read is one of its keys.
            for nom, chemin in montes.items():
                if "secret" in volumes[nom]:
                    cles = secrets[volumes[nom]["secret"]["secretName"]]
                    lus = set(re.findall(rf"{chemin}/(\S+?)\b", json.dumps([conteneur, *OBJETS[:2]])))
                    assert lus, (objet["metadata"]["name"], chemin)
                    assert lus <= cles
    portes = {port["targetPort"] for o in OBJETS if o["kind"] == "Service" for port in o["spec"]["ports"]}
    assert portes == {"https", "http", "postgres"}


def _du_serveur() -> list[tuple[str, list[str], dict[str, str]]]:
    """Of each way to start a server: where, its words, its variables."""
    (deploiement_,) = [o for o in OBJETS if o["kind"] == "Deployment"]
    (configuration,) = [o for o in OBJETS if o["kind"] == "ConfigMap"]
    pod = gabarit(deploiement_)
    assert pod is not None
    (conteneur,) = pod["spec"]["containers"]
    departs = [("kubernetes", conteneur["args"], configuration["data"])]
    for nom, service in compose()["services"].items():
        if service["image"] == "sne-sandbox":
            departs.append((nom, service["command"], service["environment"]))
    assert len(departs) == 3
    return departs


@pytest.mark.parametrize("depart", _du_serveur(), ids=lambda depart: depart[0])
def test_options_and_variables_are_those_of_the_product(
    depart: tuple[str, list[str], dict[str, str]],
) -> None:
    _, mots, variables = depart
    par_variable = {setting.variable: setting for setting in PAR_NOM.values()}
    assert set(variables) <= par_variable.keys()
    for nom, valeur in variables.items():
        par_variable[nom].lire(valeur)
    serve = cli.get_command(click.Context(cli), mots[0])
    assert serve is not None
    serve.make_context("serve", list(mots[1:]))  # raises for what is no option
    assert {"SNE_SANDBOX_DATABASE_FILE", "SNE_SANDBOX_SECRET_FILE", "SNE_SANDBOX_ADMIN_TOKEN_FILE"} <= set(
        variables
    )


def test_a_server_that_is_replaced_has_the_time_to_leave() -> None:
    """Until the balancer knows (it asks every second, twice), and the last exchange is over."""
    (deploiement_,) = [o for o in OBJETS if o["kind"] == "Deployment"]
    pod = gabarit(deploiement_)
    assert pod is not None
    delais = {ou: int(variables["SNE_SANDBOX_DELAI_ARRET"]) for ou, _, variables in _du_serveur()}
    graces = {"kubernetes": int(pod["spec"]["terminationGracePeriodSeconds"])}
    for nom in ("serveur-1", "serveur-2"):
        graces[nom] = int(compose()["services"][nom]["stop_grace_period"].removesuffix("s"))
    assert delais.keys() == graces.keys()
    assert all(5 <= delais[ou] <= graces[ou] - 30 for ou in graces), (delais, graces)


def test_no_secret_is_written_in_these_files() -> None:
    for fichier in [RACINE / "compose.yaml", *DEPLOIEMENT.rglob("*")]:
        if fichier.is_file():
            texte = fichier.read_text("utf-8")
            assert not re.search(r"postgres(ql)?://[^\s\"]+:[^\s\"]+@", texte), fichier
            assert "POSTGRES_PASSWORD:" not in texte
    ignores = (RACINE / ".gitignore").read_text("utf-8").split()
    assert "secrets/" in ignores  # where compose and kustomize read them, by any path


@pytest.fixture
def application(tmp_path: Path) -> Flask:
    """An application over an empty home."""
    return creer_application(Configuration(home=tmp_path))


def test_routes_that_are_probed_are_served(application: Flask) -> None:
    fichiers = [
        RACINE / "compose.yaml", DEPLOIEMENT / "haproxy.cfg", KUBERNETES / "serveurs.yaml",
        SURVEILLANCE / "prometheus.yml",
    ]  # fmt: skip
    textes = [fichier.read_text("utf-8") for fichier in fichiers]
    sondes = {route for texte in textes for route in re.findall(r"/(?:healthz|readyz|metrics)\b", texte)}
    assert sondes == {"/healthz", "/readyz", "/metrics"}
    parties = application, application.extensions["aiguillage"].partie("api")
    assert sondes <= {regle.rule for app in parties for regle in app.url_map.iter_rules()}


def test_compose_holds_together() -> None:
    lu = compose()
    services = lu["services"]
    for nom, service in services.items():
        assert set(service.get("depends_on", ())) <= services.keys(), nom
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert (RACINE / source).is_file() if source.startswith("./") else source in lu["volumes"], volume
        assert set(service.get("secrets", ())) <= lu["secrets"].keys()
        assert set(service["networks"]) <= lu["networks"].keys()
        for valeur in map(str, service.get("environment", {}).values()):
            if valeur.startswith("/run/secrets/"):
                assert valeur.removeprefix("/run/secrets/") in service["secrets"]
    repartiteur = services["repartiteur"]
    assert {repartiteur["environment"][f"SNE_SERVEUR_{rang}"] for rang in (1, 2)} <= services.keys()
    utilises = set(re.findall(r"\$\{(SNE_\w+?)-", (DEPLOIEMENT / "haproxy.cfg").read_text("utf-8")))
    assert utilises == repartiteur["environment"].keys()
    assert services["serveur-1"]["volumes"] != services["serveur-2"]["volumes"]  # a home each


def _donnees(api: Flask) -> set[str]:
    """The metrics that `/metrics` gives, of a base that has had an exchange of each verdict."""
    for verdict in VerdictEchange:
        api.extensions["sne"].magasin.journal.consigner(
            None, Echange("ecole", datetime.now(UTC), verdict=verdict, operation="getNumUnique")
        )
    with api.test_request_context("/metrics", environ_overrides={ETAT: EtatDuServeur()}):
        texte = metriques.page().get_data(as_text=True)
    return {un.name for famille in text_string_to_metric_families(texte) for un in famille.samples}


def test_every_metric_that_is_asked_for_is_given(application: Flask) -> None:
    donnees = _donnees(application.extensions["aiguillage"].partie("api")) | {"up"}  # Prometheus's own
    for ou, expression in deploiement.expressions():
        siennes = deploiement.metriques(expression)
        assert siennes, ou
        assert siennes <= donnees, (ou, siennes - donnees)


def test_every_label_and_value_that_is_asked_for_exists() -> None:
    verdicts = {str(verdict) for verdict in VerdictEchange}
    bornes = {f"{borne * 1e-6:g}" for borne in BORNES_US}
    vus = set()
    for ou, expression in deploiement.expressions():
        for nom, _, valeur in re.findall(r"(\w+)(=~?|!=)\"([^\"]*)\"", expression):
            vus.add(nom)
            if nom == "verdict":
                assert valeur in verdicts, ou
            elif nom == "le":
                assert valeur in bornes, ou
            else:
                assert (nom, valeur) in {
                    ("base", "$base"), ("job", "sne-sandbox"), ("operation", "getNumUnique"),
                }, ou  # fmt: skip
        assert expression.count("(") == expression.count(")")
        assert expression.count("{") == expression.count("}")
    assert vus == {"verdict", "le", "base", "job", "operation"}


def test_an_unknown_metric_would_be_seen() -> None:
    assert deploiement.metriques('sum(rate(sne_absente{base="sne_x"}[5m])) / up') == {"sne_absente", "up"}


def test_the_alerts_say_what_to_do() -> None:
    (groupe,) = yaml.safe_load((SURVEILLANCE / "alertes.yml").read_text("utf-8"))["groups"]
    travail = yaml.safe_load((SURVEILLANCE / "prometheus.yml").read_text("utf-8"))
    assert travail["rule_files"] == ["alertes.yml"]
    assert travail["scrape_configs"][0]["job_name"] == "sne-sandbox"
    for regle in groupe["rules"]:
        assert regle["labels"]["severity"] in {"information", "avertissement", "critique"}
        assert regle["annotations"].keys() == {"summary", "remede"}
