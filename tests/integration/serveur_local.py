"""The product as its users run it: a process of its own, free ports, a home that is thrown away."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from sne_sandbox.pki.authority import Autorite, ecrire

DELAI: Final = 120.0
#: The specimens were written for this instant.
HORLOGE: Final = "2018-03-15T12:00:00"


@dataclass(slots=True)
class Serveur:
    """A running server. `pret` is the content of its ready file, `base` the one that a test is about."""

    pret: Mapping[str, Any]
    processus: subprocess.Popen[bytes]
    base: str = "ecole"

    @classmethod
    def demarrer(
        cls,
        home: Path,
        *options: str,
        commande: tuple[str, ...] = ("serve", "--seed-base", "vide"),
        ouvert: bool = True,
    ) -> "Serveur":
        """Start `sne-sandbox serve` in its own process group; fails with its last words when it does not.
        `ouvert`: its console and its API want no token."""
        pret, sortie = home.with_suffix(".json"), home.with_suffix(".log")
        pret.unlink(missing_ok=True)
        arguments = [*commande, "--home", str(home), "--ready-file", str(pret), "--https-port", "0",
                     "--http-port", "0", *(["--ouvert"] if ouvert else []), *options]  # fmt: skip
        with sortie.open("wb") as journal:
            processus = subprocess.Popen(
                [sys.executable, "-m", "sne_sandbox", *arguments],
                stdout=journal,
                stderr=journal,
                start_new_session=True,
            )
        limite = time.monotonic() + DELAI
        while not pret.is_file():
            if processus.poll() is not None or time.monotonic() > limite:
                processus.kill()
                raise AssertionError(sortie.read_text("utf-8"))
            time.sleep(0.02)
        return cls(json.loads(pret.read_text("utf-8")), processus)

    def sur_une_base_neuve(self) -> "Serveur":
        """The same server, about an empty base that nobody else uses, at the instant of the specimens."""
        nom = f"essai-{uuid.uuid4().hex[:12]}"
        self.lire("/api/v1/bases", {"nom": nom, "semence": "vide", "horloge": HORLOGE})
        return replace(self, base=nom)

    @property
    def prefixe(self) -> str:
        """What stands before « /services/ » in the addresses of the base."""
        return "" if self.base == "ecole" else f"/bases/{self.base}"

    def certificat(self, guichet: str) -> tuple[str, str]:
        """Certificate and key of a guichet for the base."""
        dossier = Path(self.pret["cert_file"]).parent
        if self.base != "ecole":
            dossier = self.home.parent / f"certificats-{self.base}"
            ecrire(Autorite(self.home / "pki").emettre(guichet, self.base), dossier)
        return str(dossier / f"{guichet}.pem"), str(dossier / f"{guichet}.key")

    @property
    def home(self) -> Path:
        """The home it runs on."""
        return Path(self.pret["ca_file"]).parents[1]

    def emettre(self, guichet: str, base: str, dossier: Path) -> tuple[str, str]:
        """Certificate and key of a guichet for another base, by `pki issue`."""
        subprocess.run(
            [sys.executable, "-m", "sne_sandbox", "pki", "issue", "--home", str(self.home),
             "--guichet", guichet, "--base", base, "--out", str(dossier)],
            check=True,
            capture_output=True,
        )  # fmt: skip
        return str(dossier / f"{guichet}.pem"), str(dossier / f"{guichet}.key")

    def service(self, nom: str, *, https: bool = False, base: str | None = None) -> str:
        """Address of an endpoint of the base, or of another."""
        prefixe = self.prefixe if base is None else f"/bases/{base}"
        return f"{self.pret['https' if https else 'http']}{prefixe}/services/{nom}/"

    def lien(self, delai: float = DELAI) -> http.client.HTTPConnection:
        """A connection to it, in clear."""
        lieu = urlsplit(self.pret["http"])
        return http.client.HTTPConnection(lieu.hostname or "", lieu.port, timeout=delai)

    def prise(self, ecoute: str = "http") -> socket.socket:
        """A socket connected to one of its listeners."""
        lieu = urlsplit(self.pret[ecoute])
        return socket.create_connection((lieu.hostname or "", lieu.port or 0), timeout=2 * DELAI)

    def demander(
        self, methode: str, chemin: str, corps: bytes | None = None, en_tetes: Mapping[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Status, headers and body of an answer, whatever it is."""
        with contextlib.closing(self.lien()) as lien:
            lien.request(methode, chemin, corps, en_tetes or {})
            reponse = lien.getresponse()
            return reponse.status, reponse.headers, reponse.read()

    def lire(self, chemin: str, corps: Any = None) -> Any:
        """JSON of the API; a POST when there is a body."""
        octets = None if corps is None else json.dumps(corps).encode()
        en_tetes = {"Content-Type": "application/json"}
        if jeton := self.pret.get("admin_token"):
            en_tetes["Authorization"] = f"Bearer {jeton}"
        statut, _, texte = self.demander("GET" if corps is None else "POST", chemin, octets, en_tetes)
        assert statut < 300, texte
        return json.loads(texte)

    def journal(self, base: str | None = None, **filtres: str | int) -> list[dict[str, Any]]:
        """Lines of the journal of the base, or of another, newest first."""
        question = "&".join(f"{nom}={valeur}" for nom, valeur in filtres.items())
        lu = self.lire(f"/api/v1/bases/{base or self.base}/exchanges?{question}")
        lignes: list[dict[str, Any]] = lu["echanges"]
        return lignes

    def dernier(self, base: str | None = None) -> int:
        """Identifier of the newest line of the journal, 0 for an empty one."""
        lignes = self.journal(base, limite=1)
        return int(lignes[0]["id"]) if lignes else 0

    def lignes_depuis(self, dernier: int, au_moins: int = 1, base: str | None = None) -> list[dict[str, Any]]:
        """Lines newer than `dernier`, oldest first; waits for a line that is written after the answer: that
        of a refusal of HTTP, of a lost connection."""
        limite = time.monotonic() + DELAI
        while True:
            lignes = [ligne for ligne in self.journal(base, limite=100) if ligne["id"] > dernier][::-1]
            if len(lignes) >= au_moins or time.monotonic() > limite:
                return lignes
            time.sleep(0.05)

    def arreter(self) -> int:
        """SIGTERM; the exit code."""
        if self.processus.poll() is None:
            self.processus.terminate()
        try:
            return self.processus.wait(DELAI)
        except subprocess.TimeoutExpired:
            self.tuer()
            raise

    def tuer(self) -> None:
        """kill -9 of the whole process group, workers included."""
        try:
            os.killpg(self.processus.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.processus.wait(DELAI)
