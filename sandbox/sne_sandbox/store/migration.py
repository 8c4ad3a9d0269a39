"""Alembic, run on a transaction of ours. The only module that imports it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from sne_sandbox.errors import StoreError
from sne_sandbox.store.connexion import Connexion
from sne_sandbox.store.tables import REVISION


def configuration(connexion: Connexion | None = None) -> Config:
    """The Alembic configuration; its environment runs on `connexion`, inside its transaction."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connexion"] = connexion.sa if connexion is not None else None
    return config


def monter(connexion: Connexion, presente: str | None) -> None:
    """Migrates from revision `presente` (None: no table) to the present one. Raises StoreError when that
    revision is not one of ours."""
    config = configuration(connexion)
    if presente is not None:
        try:
            ScriptDirectory.from_config(config).get_revision(presente)
        except CommandError as erreur:
            raise StoreError(
                f"La base de données est à la révision [{presente}], inconnue de cette version.",
                remede="mettez sne-sandbox à jour, ou donnez une autre base par --database",
            ) from erreur
    command.upgrade(config, REVISION)
