"""The deeds: what one may do to a base, each told once, with its command and its call of the API.

The rows are data: the `gestes.csv` of this package, and of each that offers deeds
(`offres_des_paquets.GESTES`). The console reads them for « La même chose en ligne de commande, par l'API »,
the API for the sentence that its description has of each call, the docs for their tables. A row only names
its command, whose options are those that it declares, and its call with its fields: a page would read all the
libraries of the API for them. `tests/guards/test_gestes.py` holds the rows to the commands, the calls and the
pages: none of these is without a row, and no row names what is not there.

To add a deed: its row there, its view of the API (`sne_console/api/`), its button (`sne_console/pages/`), its
command (`cli/`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from sne_interface.resources import table
from sne_sandbox.offres_des_paquets import tables_de_gestes

#: What « … » stands for at the head of the path of a call.
BASE: Final = "/bases/{base}"
#: Why a deed has no command, or no call, where a row gives one of these words.
RAISONS: Final = {ligne["raison"]: ligne["dite"] for ligne in table(__file__)}


@dataclass(frozen=True)
class Geste:
    """A deed of a subject (`sujet`). `phrase` is what it does, in French.

    `appel` is its call: method, and path below /api/v1 (« … » is `BASE`); `question` and `corps` are the
    fields of its query, and of its body when it takes JSON. `commande` is the path of its command after
    `sne-sandbox`, and the words that it always has: « {x} » is the value x of the call, « --y {x} » goes
    without it. `options` are the options of ours that the command is shown with (`home` stands for --contract
    and --contracts too): all that it has when "", none when « - ». `vues` are the views of the
    console that do the deed. `niveau` is who may do it (`web.droits.NiveauRequis`): of a row that says
    nothing, « base » for what is below `BASE`, else « admin ». `sans` says why there is no command, or no
    call: of a reading that says nothing, that one reads it elsewhere.
    """

    sujet: str
    nom: str
    phrase: str
    appel: str
    question: str
    corps: str
    commande: str
    options: str
    vues: str
    niveau: str
    sans: str

    @property
    def methode(self) -> str:
        """GET, POST…, "" without a call."""
        return self.appel.partition(" ")[0]

    @property
    def chemin(self) -> str:
        """The path of its call below /api/v1, its places between braces; "" without a call."""
        return self.appel.partition(" ")[2].replace("…", BASE, 1)


def _lire() -> Iterator[Geste]:
    """The rows of every package that is there, what they leave out filled in."""
    for gestes in tables_de_gestes():
        for rangee in table(str(gestes)):
            _, _, chemin = rangee["appel"].partition(" ")
            rangee["niveau"] = rangee["niveau"] or ("base" if chemin.startswith("…") else "admin")
            if not rangee["sans"] and not rangee["commande"] and rangee["appel"].startswith("GET "):
                rangee["sans"] = "a_lire"
            rangee["sans"] = RAISONS.get(rangee["sans"], rangee["sans"])
            yield Geste(**rangee)


#: By name, in the order of the docs.
GESTES: Final[Mapping[str, Geste]] = {geste.nom: geste for geste in _lire()}
#: By subject, in that order.
SUJETS: Final[Mapping[str, tuple[Geste, ...]]] = {
    titre: tuple(siens) for titre, siens in groupby(GESTES.values(), key=lambda geste: geste.sujet)
}
