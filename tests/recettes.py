"""The CI recipes of `fixtures/ci/`, read: the shell lines of each job, its variables, its image."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

CI: Final = Path(__file__).resolve().parents[1] / "fixtures" / "ci"
GITHUB, GITLAB, ACTION = "github-actions.yml", "gitlab-ci.yml", "action.yml"
COMPOSANT: Final = "templates/sne-sandbox.yml"
_EXPRESSION: Final = re.compile(r"\$\{\{ (.*?) \}\}")
_ENTREE: Final = re.compile(r"\$\[\[ inputs\.(\w+) \]\]")


#: What a forge says of the commit that it builds.
_COMMIT: Final = "5c153aea443516d42eebde487a26fe014d6d45d6"


@dataclass(frozen=True, slots=True)
class Travail:
    """A job: each of `etapes` is one shell, (its variables, its lines)."""

    nom: str
    contenu: Mapping[str, Any]
    etapes: tuple[tuple[Mapping[str, str], str], ...]
    image: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


def lire(nom: str) -> dict[str, Any]:
    """A recipe of one document."""
    lu: dict[str, Any] = yaml.safe_load((CI / nom).read_text("utf-8"))
    return lu


def de_github() -> list[Travail]:
    """Its jobs, one for each row of the matrix. Expressions are those of a push."""
    recette = lire(GITHUB)
    travaux = []
    for nom, job in recette["jobs"].items():
        for rangee in job.get("strategy", {}).get("matrix", {}).get("include", [{}]):
            valeurs = {f"matrix.{cle}": v for cle, v in rangee.items()}
            variables = job.get("env", {})
            travaux.append(
                Travail(
                    f"{nom}-{rangee['langage']}" if rangee else nom,
                    job,
                    tuple(({}, rendre(e["run"], valeurs)) for e in job["steps"] if "run" in e),
                    rendre(job.get("container", ""), valeurs),
                    {cle: rendre(str(v), valeurs) for cle, v in variables.items()},
                )
            )
    return travaux


def rendre(texte: str, valeurs: Mapping[str, str]) -> str:
    """The text with its expressions worked out. Raises KeyError for one that is not told."""
    connues = {
        "github.event_name == 'schedule' && '10' || '2'": "2",
        "github.run_id": "1234",
        "github.sha": _COMMIT,
        **valeurs,
    }
    return _EXPRESSION.sub(lambda trouve: connues[trouve[1]], texte)


def de_gitlab() -> list[Travail]:
    """Its jobs: what comes before, then the script, in one shell."""
    recette = lire(GITLAB)
    modele = recette[".sne"]
    return [_travail_gitlab(nom, {**modele, **t}) for nom, t in recette.items() if "script" in t]


def du_composant(**entrees: Any) -> Travail:
    """The job of the component, given these inputs."""
    entete, gabarit = (CI / COMPOSANT).read_text("utf-8").split("\n---\n")
    prevues = yaml.safe_load(entete)["spec"]["inputs"]
    assert entrees.keys() <= prevues.keys()
    valeurs = {nom: entrees.get(nom, entree.get("default")) for nom, entree in prevues.items()}
    lu = yaml.safe_load(_ENTREE.sub(lambda trouve: str(valeurs[trouve[1]]), gabarit))
    ((nom, travail),) = lu.items()
    return _travail_gitlab(nom, travail)


def de_action(**entrees: str) -> Travail:
    """The steps of the composite action whose condition these inputs meet."""
    action = lire(ACTION)
    assert entrees.keys() <= action["inputs"].keys()
    valeurs = {
        f"inputs.{nom}": entrees.get(nom, entree["default"]) for nom, entree in action["inputs"].items()
    }
    vides = {f"{nom} != ''" for nom, valeur in valeurs.items() if not valeur}
    etapes = [e for e in action["runs"]["steps"] if "run" in e and e.get("if") not in vides]
    return Travail(
        "action",
        action,
        tuple(({n: rendre(v, valeurs) for n, v in e.get("env", {}).items()}, e["run"]) for e in etapes),
    )


def _travail_gitlab(nom: str, travail: Mapping[str, Any]) -> Travail:
    lignes = "\n".join([*travail["before_script"], *travail["script"]])
    variables = {
        cle: str(valeur).replace("$CI_COMMIT_SHA", _COMMIT).replace("$CI_JOB_ID", "1234")
        for cle, valeur in travail.get("variables", {}).items()
    }
    return Travail(nom, travail, (({}, lignes),), travail["image"], variables)
