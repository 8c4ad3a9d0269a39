"""The objects that every part of the application shares: its configuration, and its services.

A server that starts opens its contract and its store with this module, before it imports the modules that
answer.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sne_interface.contract.contrats import Contrats
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import Base, Horloge
from sne_interface.settings import Limites, Reglages, est_boucle_locale
from sne_sandbox import __version__
from sne_sandbox.bases import bases
from sne_sandbox.store.magasin import Magasin

if TYPE_CHECKING:
    from sne_sandbox.canal_asynchrone import CanalAsynchrone
    from sne_sandbox.exchange import Echanges
    from sne_sandbox.pipeline import Pipeline
    from sne_sandbox.store.plusieurs_serveurs.fichiers_partages import Classeur

VERSION: Final = __version__


@dataclass(frozen=True)
class Configuration:
    """The values that an application is built from. Picklable: each worker builds its own."""

    home: Path
    contract: str = "v5.2"
    contracts: Path | None = None
    #: The user's own table of first quartiles.
    quartiles: Path | None = None
    database: str | None = None
    synchronous: str = "NORMAL"
    journal_max: int = 50_000
    limites: Limites = field(default_factory=Limites)
    #: What the .p12 files that it makes are made of (`settings`).
    pkcs12: str = "moderne"
    #: Whether the console and the API ask for no token: on purpose, and on loopback only.
    ouvert: bool = False
    #: Admin token; None: those of the database alone.
    jeton: str | None = None
    #: The file of the home that holds it, when it was not given.
    jeton_fichier: Path | None = None
    #: Token that reads everything and changes nothing; None: that of the read-only link, which is made.
    jeton_lecture: str | None = None
    #: The address by which others call it, without its last slash, when it is behind a relay.
    url_publique: str | None = None
    #: The base whose statistics anybody may read; None: nobody reads any without a token.
    statistiques_publiques: str | None = None
    #: Whether answers may be compressed: a client in the field announces it and cannot inflate (attested).
    compression: bool = False
    semence: str = "vide"
    seed: int = 0
    #: Households of the first base; the seed's own number for None.
    taille: int | None = None
    horloge: Horloge = field(default_factory=Horloge)
    reglages: Reglages = field(default_factory=Reglages)
    #: What the console may drive by its name: (name, command), as the owner of the server declared it.
    applications: tuple[tuple[str, str], ...] = ()
    #: Names that this server was given, beside those of the local machine, then the address it listens to.
    noms: tuple[str, ...] = ()

    @property
    def locale(self) -> bool:
        """True when it listens to this machine alone."""
        return not self.noms or est_boucle_locale(self.noms[-1])


def ouvrir(configuration: Configuration, progres: bases.Progres | None = None) -> tuple[Contrats, Magasin]:
    """The contracts of an application, of which the server's is read, and its store, its first base made if
    need be: `progres` is told how far it is. Raises OperatorError (ContractError, StoreError)."""
    contrats = Contrats(
        configuration.home, configuration.contract, configuration.contracts, configuration.quartiles
    )
    contrat = contrats.defaut
    magasin = Magasin.ouvrir(
        configuration.database,
        configuration.home,
        journal_max=configuration.journal_max,
        synchronous=configuration.synchronous,
    )
    bases.assurer(
        magasin,
        contrat,
        semence=configuration.semence,
        seed=configuration.seed,
        taille=configuration.taille,
        horloge=configuration.horloge,
        reglages=configuration.reglages,
        progres=progres,
    )
    return contrats, magasin


@dataclass(frozen=True)
class Services:
    """The services that the views share: `extensions["sne"]` of the application."""

    configuration: Configuration
    contrats: Contrats
    magasin: Magasin
    echanges: "Echanges"
    boites: "CanalAsynchrone"

    @property
    def contrat(self) -> Contrat:
        """The server's own: that of a base is `contrat_de(base)`."""
        return self.contrats.defaut

    def contrat_de(self, base: Base | str) -> Contrat:
        """The contract of a base, or of the base of that name. Raises BaseInconnue, OperatorError for one
        that does not read."""
        return self.contrats.de(base if isinstance(base, Base) else self.magasin.regarder(base).base)

    @property
    def classeur(self) -> "Classeur | None":
        """The files that this server shares with others, None when it is alone."""
        from sne_sandbox.store.plusieurs_serveurs.fichiers_partages import classeur_de

        return classeur_de(self.magasin, self.magasin.home)

    def pipeline(self, base: Base) -> "Pipeline":
        """Returns the pipeline that works on the calls to a base. Raises as `contrat_de`."""
        return self.boites.pipeline(base)


def services() -> Services:
    """Returns the services of the application that answers the request under way."""
    from flask import current_app

    partages: Services = current_app.extensions["sne"]
    return partages


@dataclass(frozen=True)
class Expediteur:
    """Whence the console and the API send a message: the services of the server, the address it is called by,
    the machine of who asks."""

    services: Services
    origine: str
    pair: str


def expediteur() -> Expediteur:
    """That of the request under way."""
    from flask import request

    return Expediteur(services(), request.host_url, request.remote_addr or "127.0.0.1")
