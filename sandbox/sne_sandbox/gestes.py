"""The deeds: what one may do to a base, each told once, with its command line and its call of the API.

The rows are data, `gestes.toml`. The console reads them for « La même chose en ligne de commande, par
l'API », the API for the sentence that its description has of each call, the docs for their tables.
`tests/guards/test_gestes.py` holds the rows to the commands, the calls and the pages: none of these is
without a row, and no row names what is not there.

To add a deed: its row there, its view of the API (`web/api/`), its button (`web/console/`), its command
(`cli/`).
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

#: What « … » stands for at the head of the path of a call.
BASE: Final = "/bases/{base}"

_PLACE: Final = re.compile(r"\{(\w+)\}")
_MORCEAU: Final = re.compile(r"\[([^]]+)\]…?|(\S+)")


@dataclass(frozen=True, slots=True)
class Geste:
    """A deed. `phrase` is what it does, in French.

    `appel` is its call: method, and path below /api/v1 (« … » is `BASE`). `corps` names the fields of its
    JSON body (« {x} »: the body is the value x itself; "": no body), `question` those that may follow « ? »;
    `curl` is what curl needs beside them. `commande` is what follows `sne-sandbox`: « {x} » is a value,
    « [--x {x}] » goes without it, « [--x {x}]… » is repeated; `options` are those of ours that it takes
    beside (`home` stands for --contract and --contracts too). `vues` are the views of the console that do it.
    `sans` says why there is no command, or no call. `niveau` is who may do it (`web.droits.NiveauRequis`):
    « base », « commun », « siens », « serveur », « admin »; of what says nothing, « base » for what is below
    `BASE`, else « admin ».
    """

    nom: str
    phrase: str
    appel: str = ""
    commande: str = ""
    corps: str = ""
    question: str = ""
    vues: str = ""
    sans: str = ""
    curl: Sequence[str] = ()
    options: str = "base home database"
    niveau: str = ""

    def __post_init__(self) -> None:
        """Who may do what says nothing of it."""
        if not self.niveau:
            object.__setattr__(self, "niveau", "base" if self.chemin.startswith(BASE) else "admin")

    @property
    def methode(self) -> str:
        """GET, POST…, "" without a call."""
        return self.appel.partition(" ")[0]

    @property
    def chemin(self) -> str:
        """The path of its call below /api/v1, its places between braces; "" without a call."""
        return self.appel.partition(" ")[2].replace("…", BASE, 1)

    def mots(self, valeurs: Mapping[str, Any]) -> list[str]:
        """The words of its command line; an option whose value is not given is left out."""
        morceaux = (facultatif or mot for facultatif, mot in _MORCEAU.findall(self.commande))
        return [mot for morceau in morceaux for mot in _remplir(morceau, valeurs)]

    def adresse(self, valeurs: Mapping[str, Any]) -> str:
        """The path of its call, with what is asked after « ? »."""
        chemin = _PLACE.sub(lambda place: str(valeurs[place[1]]), self.chemin)
        posees = {nom: valeurs[nom] for nom in self.question.split() if valeurs.get(nom) is not None}
        return f"{chemin}?{urlencode(posees)}" if posees else chemin

    def envoi(self, valeurs: Mapping[str, Any]) -> Any:
        """The JSON body of its call; None when it takes none."""
        entier = _PLACE.fullmatch(self.corps)
        if entier is not None:
            return valeurs[entier[1]]
        champs = self.corps.split()
        return {nom: valeurs[nom] for nom in champs if valeurs.get(nom) is not None} if champs else None


def _remplir(morceau: str, valeurs: Mapping[str, Any]) -> list[str]:
    """The words of one piece of a command line: once for each item of a mapping, none without its value."""
    place = _PLACE.search(morceau)
    if place is None:
        return morceau.split()
    valeur = valeurs.get(place[1])
    if valeur is None:
        return []
    ecrites = [f"{nom}={v}" for nom, v in valeur.items()] if isinstance(valeur, Mapping) else [str(valeur)]
    return [mot.replace(place[0], ecrite) for ecrite in ecrites for mot in morceau.split()]


@dataclass(frozen=True, slots=True)
class Sujet:
    """Deeds of one kind. `pages` are the entries of the console's menu that have them, "" for none."""

    titre: str
    pages: str
    gestes: tuple[Geste, ...]


def _lire() -> Iterator[Sujet]:
    """The subjects of `gestes.toml`, in its order."""
    lus = tomllib.loads(Path(__file__).with_name("gestes.toml").read_text("utf-8"))
    raisons = lus["raisons"]
    for sujet in lus["sujet"]:
        gestes = []
        for rangee in sujet["gestes"]:
            sans = rangee.pop("sans", "")
            gestes.append(Geste(**rangee, sans=raisons.get(sans, sans)))
        yield Sujet(sujet["titre"], sujet.get("pages", ""), tuple(gestes))


#: All of them, in the order of the docs.
SUJETS: Final = tuple(_lire())
#: By name.
GESTES: Final[Mapping[str, Geste]] = {geste.nom: geste for sujet in SUJETS for geste in sujet.gestes}
