"""`make release` in a clone: what it writes, twice the same, and when it refuses."""

import hashlib
import json
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import promesses
import publication
import pytest

from sne_sandbox import __version__

RACINE = Path(__file__).resolve().parents[2]
DATEE = f"## [{__version__}] - 2026-11-28"


def _git(dossier: Path, *mots: str) -> None:
    moi = ("-c", "user.name=test", "-c", "user.email=test@exemple.fr", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *moi, *mots], cwd=dossier, check=True, capture_output=True)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This tree as a repository of its own, its section dated, what is new promised."""
    dossier = tmp_path_factory.mktemp("clone") / "sne"
    suivis = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=RACINE,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    for nom in suivis:
        if (RACINE / nom).is_file():
            (dossier / nom).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(RACINE / nom, dossier / nom)
    journal = dossier / "CHANGELOG.md"
    texte = journal.read_text("utf-8")
    if f"\n{DATEE[:-10]}" not in texte:
        journal.write_text(texte.replace("## [Unreleased]", f"## [Unreleased]\n\n{DATEE}", 1), "utf-8")
    promesses.ecrire(dossier / "tests/contracts/promesses.json")
    _git(dossier, "init", "-q")
    _git(dossier, "add", "-A")
    _git(dossier, "commit", "-q", "-m", "Release")
    _git(dossier, "tag", "pret")
    return dossier


@pytest.mark.cher
def test_a_release_is_complete_and_twice_the_same(clone: Path, tmp_path: Path) -> None:
    """Another day, another folder: the same bytes."""
    une, autre = (publication.release(clone, tmp_path / nom) for nom in ("une", "autre"))
    assert [f.name for f in une] == [
        f"sne-sandbox-{__version__}.cdx.json",
        f"sne-sandbox-{__version__}.lock",
        f"sne_sandbox-{__version__}-py3-none-any.whl",
        f"sne_sandbox-{__version__}.tar.gz",
        "SHA256SUMS",
    ]
    assert [f.read_bytes() for f in une] == [f.read_bytes() for f in autre]
    sbom, verrou, roue, sources, sommes = une
    dites = dict(reversed(ligne.split("  ")) for ligne in sommes.read_text("utf-8").splitlines())
    assert dites == {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in une[:-1]}
    lu = json.loads(sbom.read_text("utf-8"))
    assert (lu["bomFormat"], lu["metadata"]["component"]["version"]) == ("CycloneDX", __version__)
    composants = {f"{c['name']}=={c['version']}": c for c in lu["components"]}
    verrouilles = [ligne.split()[0] for ligne in verrou.read_text("utf-8").splitlines() if "==" in ligne]
    assert sorted(composants) == sorted(verrouilles), "what is installed, all of it, and no more"
    assert all(
        reference["hashes"]
        for composant in composants.values()
        for reference in composant["externalReferences"]
    )
    assert f"sne_sandbox-{__version__}.dist-info/METADATA" in zipfile.ZipFile(roue).namelist()
    with tarfile.open(sources) as archive:
        assert f"sne_sandbox-{__version__}/uv.lock" in archive.getnames()


@pytest.mark.parametrize(
    ("fichier", "ancien", "neuf", "valide", "phrase"),
    [
        ("CHANGELOG.md", f"## [{__version__}] - 2", f"## [{__version__}] - x2", True, "no dated section"),
        ("README.md", "#", "##", False, "the tree differs from its commit"),
        ("tests/contracts/promesses.json", '"EMB-01",', "", True, "what is new is not promised yet"),
    ],
)
def test_a_release_that_is_not_ready_is_refused(
    clone: Path, tmp_path: Path, fichier: str, ancien: str, neuf: str, valide: bool, phrase: str
) -> None:
    """And nothing is written."""
    touche = clone / fichier
    avant = touche.read_text("utf-8")
    assert ancien in avant
    try:
        touche.write_text(avant.replace(ancien, neuf, 1), "utf-8")
        if valide:
            _git(clone, "commit", "-qam", "Not ready")
        with pytest.raises(SystemExit, match=phrase):
            publication.release(clone, tmp_path / "dist")
        assert not (tmp_path / "dist").exists()
    finally:
        _git(clone, "reset", "-q", "--hard", "pret")


def test_a_registry_that_cannot_be_reached_pins_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dockerfile = tmp_path / "Dockerfile"
    shutil.copy(RACINE / "Dockerfile", dockerfile)
    monkeypatch.setattr(publication, "DOCKERFILE", dockerfile)
    monkeypatch.setattr(publication, "_JETON", "http://127.0.0.1:9/")
    with pytest.raises(SystemExit, match="nothing is pinned"):
        publication.epingler()
    assert dockerfile.read_bytes() == (RACINE / "Dockerfile").read_bytes()


def test_the_digest_that_the_registry_gives_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """From a registry of the test: its answer, and nothing else of the Dockerfile, changes."""
    import http.server
    import threading

    empreinte = "sha256:" + hashlib.sha256(b"une image").hexdigest()
    demandes: list[str] = []

    class Registre(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"token": "t"}')

        def do_HEAD(self) -> None:
            demandes.append(f"{self.path} {self.headers['Authorization']}")
            self.send_response(200)
            self.send_header("Docker-Content-Digest", empreinte)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    dockerfile = tmp_path / "Dockerfile"
    shutil.copy(RACINE / "Dockerfile", dockerfile)
    monkeypatch.setattr(publication, "DOCKERFILE", dockerfile)
    with http.server.HTTPServer(("127.0.0.1", 0), Registre) as serveur:
        threading.Thread(target=serveur.serve_forever, daemon=True).start()
        adresse = f"http://127.0.0.1:{serveur.server_port}"
        monkeypatch.setattr(publication, "_JETON", f"{adresse}/token")
        monkeypatch.setattr(publication, "_MANIFESTE", f"{adresse}/manifests/")
        assert publication.epingler() == empreinte
        serveur.shutdown()
    assert demandes == ["/manifests/3.13-slim Bearer t"]
    trouvee = publication.BASE.search(dockerfile.read_text("utf-8"))
    assert trouvee is not None
    assert trouvee["empreinte"] == f"@{empreinte}"
