"""What a version is handed out as: `make release` writes it to dist/, `make epingler` pins the image's base.

    python tests/publication.py release [--out dist]
    python tests/publication.py epingler

The same commit gives the same bytes: dates are those of the commit, or of SOURCE_DATE_EPOCH.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

RACINE: Final = Path(__file__).resolve().parents[1]
DOCKERFILE: Final = RACINE / "Dockerfile"
#: The base image as the Dockerfile names it: its tag, and its digest once it is pinned.
BASE: Final = re.compile(
    r"^ARG BASE=(?P<tag>python:[\w.-]+)(?P<empreinte>@sha256:[0-9a-f]{64})?$", re.MULTILINE
)
_JETON: Final = "https://auth.docker.io/token?service=registry.docker.io&scope=repository:library/python:pull"
_MANIFESTE: Final = "https://registry-1.docker.io/v2/library/python/manifests/"
_INDEX: Final = (
    "application/vnd.oci.image.index.v1+json,application/vnd.docker.distribution.manifest.list.v2+json"
)


def version(racine: Path = RACINE) -> str:
    """The one that the package says. Exits when it says none."""
    texte = (racine / "sandbox/sne_sandbox/__init__.py").read_text("utf-8")
    trouvee = re.search(r'^__version__ = "(\d+\.\d+\.\d+)"$', texte, re.MULTILINE)
    return trouvee[1] if trouvee else _refuser("sandbox/sne_sandbox/__init__.py says no __version__")


def release(racine: Path, sortie: Path) -> list[Path]:
    """Wheel, sdist, lock, SBOM and checksums of the version, and nothing else, in `sortie`. Exits with the
    reason when the version has no dated section in the CHANGELOG, when the tree differs from its commit, and
    when the lock is behind pyproject.toml."""
    numero = version(racine)
    if not re.search(
        rf"^## \[{re.escape(numero)}\] - \d{{4}}-\d\d-\d\d$", _lire(racine, "CHANGELOG.md"), re.M
    ):
        _refuser(f"CHANGELOG.md has no dated section « ## [{numero}] - YYYY-MM-DD »")
    if modifies := _dire(racine, "git", "status", "--porcelain"):
        _refuser(f"the tree differs from its commit:\n{modifies}")
    epoque = os.environ.get("SOURCE_DATE_EPOCH") or _dire(racine, "git", "log", "-1", "--format=%ct")
    uv = str(Path(sys.executable).with_name("uv"))
    environnement = {**os.environ, "SOURCE_DATE_EPOCH": epoque}
    environnement.pop("VIRTUAL_ENV", None)

    def lancer(*mots: str) -> None:
        subprocess.run(mots, cwd=racine, check=True, env=environnement, stdout=subprocess.DEVNULL)

    lancer(uv, "lock", "--check", "--quiet")
    if subprocess.run(
        [sys.executable, "tests/promesses.py", "--verifier"], cwd=racine, check=False
    ).returncode:
        _refuser("what is new is not promised yet: tests/promesses.py freezes it, then commit")
    shutil.rmtree(sortie, ignore_errors=True)
    sortie.mkdir(parents=True)
    lancer(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-t", "sdist", "-d", str(sortie))
    verrou = sortie / f"sne-sandbox-{numero}.lock"
    exporter = (uv, "export", "--quiet", "--frozen", "--no-dev")
    lancer(*exporter, "--no-emit-project", "--no-header", "--no-annotate", "-o", str(verrou))
    sbom = sortie / f"sne-sandbox-{numero}.cdx.json"
    cyclonedx = ("--format", "cyclonedx1.5", "--preview-features", "sbom-export")
    lancer(*exporter, *cyclonedx, "-o", str(sbom))
    sbom.write_text(_reproductible(json.loads(sbom.read_text("utf-8")), numero, int(epoque)), "utf-8")
    fichiers = sorted(sortie.glob("sne*"))
    sommes = "".join(f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.name}\n" for f in fichiers)
    (sortie / "SHA256SUMS").write_text(sommes, "utf-8")
    return [*fichiers, sortie / "SHA256SUMS"]


def _reproductible(sbom: dict[str, Any], numero: str, epoque: int) -> str:
    """An SBOM as uv writes it, with the version of the project (which uv leaves out: it is said by the
    package), and without the instant and the number drawn at random."""
    nous = sbom["metadata"]["component"]
    nous |= {"version": numero, "purl": f"pkg:pypi/sne-sandbox@{numero}"}
    sbom["metadata"]["timestamp"] = f"{datetime.fromtimestamp(epoque, UTC):%Y-%m-%dT%H:%M:%SZ}"
    del sbom["serialNumber"]
    sbom["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(sbom, sort_keys=True))}"
    return json.dumps(sbom, indent=2, ensure_ascii=False) + "\n"


def epingler() -> str:
    """Writes into the Dockerfile the digest that the registry gives for its base's tag now, and answers it.
    Exits when the registry is out of reach."""
    texte = DOCKERFILE.read_text("utf-8")
    trouvee = BASE.search(texte) or _refuser("the Dockerfile has no line « ARG BASE=python:TAG »")
    try:
        with urllib.request.urlopen(_JETON, timeout=30) as reponse:
            jeton = json.load(reponse)["token"]
        demande = urllib.request.Request(
            _MANIFESTE + trouvee["tag"].partition(":")[2],
            headers={"Authorization": f"Bearer {jeton}", "Accept": _INDEX},
            method="HEAD",
        )
        with urllib.request.urlopen(demande, timeout=30) as reponse:
            empreinte = str(reponse.headers["Docker-Content-Digest"])
    except OSError as erreur:
        _refuser(f"the registry of the base image is out of reach ({erreur}): nothing is pinned")
    ligne = f"ARG BASE={trouvee['tag']}@{empreinte}"
    if BASE.fullmatch(ligne) is None:
        _refuser(f"the registry answered no digest: [{empreinte}]")
    DOCKERFILE.write_text(texte.replace(trouvee[0], ligne), "utf-8")
    return empreinte


def _lire(racine: Path, nom: str) -> str:
    return (racine / nom).read_text("utf-8")


def _dire(racine: Path, *mots: str) -> str:
    return subprocess.run(
        mots, cwd=racine, check=True, capture_output=True, text=True, encoding="utf-8"
    ).stdout.strip()


def _refuser(pourquoi: str) -> Any:
    sys.exit(f"publication.py: {pourquoi}.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("quoi", choices=("release", "epingler", "version"))
    parser.add_argument("--out", type=Path, default=RACINE / "dist")
    demande = parser.parse_args()
    if demande.quoi == "release":
        print(*release(RACINE, demande.out.resolve()), sep="\n")
    else:
        print(epingler() if demande.quoi == "epingler" else version())
