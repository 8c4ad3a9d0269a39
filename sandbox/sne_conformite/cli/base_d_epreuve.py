"""The ground of `run` and `conform`: a base made for one trial, its server, and the signals that end it.

A CI that cancels a job sends SIGINT or SIGTERM, waits a few seconds, and kills: what is written by then is
all that anybody will read. So a trial that is told to end still says what it saw.
"""

import contextlib
import os
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sne_interface.domain.base import BASE_PAR_DEFAUT, Horloge
from sne_interface.settings import PAR_NOM, Limites, Reglages
from sne_sandbox.cli.options import COMMUNES, barre, d_autres_noms, reglages, un_jeu_de_depart, une_taille
from sne_sandbox.cli.signaux import Signaux

if TYPE_CHECKING:
    from sne_interface.contract.contrats import Contrats
    from sne_interface.contract.contrats_charges import Contrat
    from sne_sandbox.server.adresse_et_certificats_d_une_base import BaseServie
    from sne_sandbox.server.serveur_enfant import ServeurEnfant
    from sne_sandbox.store.magasin import Magasin

# --- the base ----------------------------------------------------------------------------------------

_F = TypeVar("_F", bound=Callable[..., Any])
#: Settings that are handed to `serve` as they came.
_DE_SERVE: Final = (
    "https_port", "http_port", "host", "client_cert", "pkcs12", "workers", "threads", "journal_max",
    "message_max", "xml_max", "connexions_max", "octets_max", "debit_min", "patience", "synchronous",
    "compression", "ouvert", "admin_token", "read_only_token", "url_publique",
    "quartiles",
)  # fmt: skip


def options_de_serve(fonction: _F) -> _F:
    """Add the options of `serve` but `--ready-file`: ports are free ones, the base is empty, and the home a
    folder thrown away at the end, unless they are given."""
    # A trial is begun again after a power cut.
    defauts = {"home": None, "https_port": 0, "http_port": 0, "workers": 1, "synchronous": "NORMAL"}
    fonction = reglages(*COMMUNES, "database", *_DE_SERVE, **defauts)(fonction)
    return une_taille(un_jeu_de_depart("vide")(d_autres_noms(fonction)))


@dataclass(frozen=True)
class Epreuve:
    """A fresh base and where it lives. `magasin` is open beside the server, and after it; `signaux` are those
    that told the trial to end. `serveur` ends the child that serves, `attendre` waits for it to be ready."""

    home: Path
    contrats: "Contrats"
    magasin: "Magasin"
    base: str
    semence: str
    options: Mapping[str, Any]
    signaux: Signaux
    serveur: contextlib.ExitStack
    attendre: "Callable[[], ServeurEnfant]"

    @property
    def contrat(self) -> "Contrat":
        """The contract of the base: it has none of its own."""
        return self.contrats.defaut

    @contextlib.contextmanager
    def servir(self) -> "Iterator[tuple[ServeurEnfant, BaseServie]]":
        """Serves the base in a child process. Raises OperatorError when it does not start."""
        from sne_sandbox.server.adresse_et_certificats_d_une_base import BaseServie

        with self.serveur:
            enfant = self.attendre()
            yield enfant, BaseServie.de(enfant, self.base, self.semence, pkcs12=self.options["pkcs12"])

    def relever_les_boites(self) -> None:
        """Takes in the files that its guichets left less than a minute ago: the server's round did not come
        for them, and they are traffic as the others are."""
        from sne_sandbox.operations.boites_sur_disque import ouverts

        if any(ouverts(self.home, self.base)):
            from sne_sandbox.canal_asynchrone import CanalAsynchrone

            limites = Limites(xml_max=self.options["xml_max"])
            CanalAsynchrone(self.contrats, self.magasin, limites, self.home).visiter(self.base)


@contextlib.contextmanager
def ouvrir(options: Mapping[str, Any], horloge: Horloge, seed: int) -> Iterator[Epreuve]:
    """A fresh base: `ecole`, or « run-… » in a home (or database) that holds an `ecole` already. A home that
    was not given is thrown away at the end. `options` are those of `options_de_serve`. Raises OperatorError,
    and Interrompu where a signal comes."""
    from sne_sandbox.server.serveur_enfant import partir

    with contextlib.ExitStack() as pile:
        signaux = pile.enter_context(Signaux())
        home: Path | None = options["home"]
        neuf = home is None and options["database"] is None
        if home is None:
            home = Path(tempfile.mkdtemp(prefix="sne-"))
            pile.callback(shutil.rmtree, home, ignore_errors=True)
        serveur = pile.enter_context(contextlib.ExitStack())
        attendre = None
        if neuf and options["semence"] == "vide" and not options["taille"]:
            # Nothing has to be looked for, nor shown: it starts, and makes the base, beside us.
            depart = [f"--seed={seed}", f"--clock={horloge.en_texte()}"]
            attendre = serveur.enter_context(
                partir([*_arguments(options, BASE_PAR_DEFAUT), *depart], home, _variables(options))
            )
        # Read while the server starts.
        from sne_interface.contract.contrats import Contrats
        from sne_sandbox.store.magasin import Magasin

        contrats = Contrats(home, options["contract"], options["contracts"], options["quartiles"])
        contrats.nomme("")
        magasin = Magasin.ouvrir(options["database"], home, journal_max=options["journal_max"])
        pile.enter_context(magasin)
        nom = BASE_PAR_DEFAUT
        if not neuf and nom in {base.nom for base in magasin.bases.lister()}:
            nom = f"run-{datetime.now():%Y%m%d-%H%M%S-%f}"
        if attendre is None:
            from sne_sandbox.bases import bases

            with barre("Les ménages arrivent") as progres:
                bases.assurer(
                    magasin,
                    contrats.defaut,
                    nom,
                    semence=options["semence"],
                    seed=seed,
                    taille=options["taille"],
                    horloge=horloge,
                    reglages=Reglages(profile=options["profile"]),
                    progres=progres,
                )
            attendre = serveur.enter_context(partir(_arguments(options, nom), home, _variables(options)))
        yield Epreuve(home, contrats, magasin, nom, options["semence"], options, signaux, serveur, attendre)


def _variables(options: Mapping[str, Any]) -> dict[str, str]:
    """The environment of `serve` for a trial: it does not show in the list of processes."""
    return {
        PAR_NOM[nom].variable: options[nom]
        for nom in ("database", "admin_token", "read_only_token")
        if options[nom] is not None
    }


def _arguments(options: Mapping[str, Any], base: str) -> list[str]:
    """The arguments of `serve` for the base of a trial."""
    arguments = [f"--seed-base={options['semence']}", f"--refusals-base={base}"]
    arguments += [f"--server-name={nom}" for nom in options["noms"]]
    for nom in ("contract", "contracts", "profile", *(n for n in _DE_SERVE if not PAR_NOM[n].secret)):
        option = f"--{nom.replace('_', '-')}"
        if options[nom] is True:
            arguments.append(option)
        elif options[nom] not in (None, False):
            arguments.append(f"{option}={options[nom]}")
    return arguments


def empechement(nom: str, sinon: str) -> tuple[str, str]:
    """The reason why `nom`, that no folder of PATH has, cannot be run, and its remedy (`sinon` for what is
    nowhere): ends of French sentences."""
    fichier = Path(nom)
    ecrit = shlex.quote(f"./{nom}")
    if fichier.is_dir():
        return "est un dossier", "donnez le programme qui s'y trouve"
    if not fichier.is_file():
        return "est introuvable", sinon
    if os.access(fichier, os.X_OK):
        return "n'est pas dans le PATH", f"s'il s'agit du fichier d'ici, écrivez {ecrit}"
    suite = "" if "/" in nom else f", puis écrivez {ecrit}"
    return "n'est pas exécutable", f"chmod +x {shlex.quote(nom)}{suite}"
