"""The asynchronous channel over the store and the pipeline of an application."""

from typing import TYPE_CHECKING

from sne_sandbox.operations.asynchrone import CanalAsynchrone
from sne_sandbox.pipeline import Travail

if TYPE_CHECKING:
    from sne_sandbox.web.app import Services


def canal(services: "Services") -> CanalAsynchrone[Travail]:
    """The channel whose files are worked on by the pipeline of `services`."""
    return CanalAsynchrone(
        services.magasin,
        services.contrat,
        services.configuration.home,
        services.pipeline.traiter,
        Travail,
        services.configuration.limites,
    )
