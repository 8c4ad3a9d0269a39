"""The forms of the console of a server, sent by a program."""

from typing import Final

import requests
from lxml import html

#: Seconds that a page may take.
_PATIENCE: Final = 240.0


class Formulaires:
    """The forms of the console, sent by a program: each needs the token that a page gives."""

    def __init__(self, origine: str, jeton: str) -> None:
        self._origine = origine
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {jeton}"
        page = self.lire("/console/ecole/guichets/G1104")
        self._jeton = html.fromstring(page).xpath("//input[@name='csrf']/@value")[0]

    def lire(self, chemin: str) -> str:
        """A page."""
        reponse = self._session.get(self._origine + chemin, timeout=_PATIENCE)
        reponse.raise_for_status()
        return reponse.text

    def envoyer(self, chemin: str, fichier: tuple[str, bytes] | None = None, **champs: str) -> None:
        """A form, which is accepted."""
        fichiers = {"fichier": fichier} if fichier is not None else None
        reponse = self._session.post(
            self._origine + chemin, {"csrf": self._jeton, **champs}, files=fichiers, timeout=_PATIENCE
        )
        reponse.raise_for_status()
