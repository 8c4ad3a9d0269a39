"""The tables of a database, brought to the present revision when it is opened.

The usual case, tables up to date, costs one select and no import of Alembic (0.2 s). An empty database gets
its tables in one go; an older one is migrated, by the steps of `migrations/versions/`.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from sne_sandbox.errors import StoreError
from sne_sandbox.store.connexion import BaseDeDonnees, Connexion
from sne_sandbox.store.tables import REVISION, REVISIONS_SANS_SUITE, metadata

if TYPE_CHECKING:
    from alembic.config import Config

_VERROU: Final = "sne-sandbox:schema"
_VERSION: Final = sa.table("alembic_version", sa.column("version_num"))


def preparer(donnees: BaseDeDonnees, *, migrer: bool) -> None:
    """Creates or migrates the tables of `donnees`. Raises StoreError when they are not ours, newer than us,
    made before the first release, or, with `migrer` False, older."""
    with donnees.transaction(ecriture=False) as connexion:
        if revision(connexion) == REVISION:
            return
    with donnees.transaction(ecriture=True, verrou=_VERROU) as connexion:
        # Another process may have done it while we waited for our turn.
        presente = revision(connexion)
        if presente == REVISION:
            return
        if presente is None:
            _creer(connexion)
        elif presente in REVISIONS_SANS_SUITE:
            raise StoreError(
                f"La base de données est à la révision {presente}, d'avant la première version publiée : "
                "cette version ne la lit pas.",
                remede="avec la version qui l'a faite, gardez chaque base par « sne-sandbox db snapshot » ; "
                "puis repartez d'un dossier neuf (--home) ou d'une autre base (--database), et remettez-les "
                "par « sne-sandbox db restore »",
            )
        elif migrer:
            monter(connexion, presente)
        else:
            raise StoreError(
                f"La base de données est à la révision {presente}, il faut la {REVISION}.",
                remede="lancez « sne-sandbox db upgrade »",
            )


def revision(connexion: Connexion) -> str | None:
    """The revision of the tables, None for a database without any. Raises StoreError for tables not ours."""
    inspecteur = sa.inspect(connexion.sa)
    if inspecteur.has_table("alembic_version"):
        lue: str | None = connexion.sa.execute(sa.select(_VERSION.c.version_num)).scalar()
        if lue is not None:
            return lue
    if any(table != "alembic_version" for table in inspecteur.get_table_names()):
        raise StoreError(
            "Cette base de données contient des tables qui ne sont pas celles du bac à sable.",
            remede="donnez une base vide par --database",
        )
    return None


def _creer(connexion: Connexion) -> None:
    metadata.create_all(connexion.sa, checkfirst=False)
    version = sa.Table(
        "alembic_version",
        sa.MetaData(),
        sa.Column("version_num", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
    )
    version.create(connexion.sa, checkfirst=True)
    connexion.sa.execute(version.insert(), {"version_num": REVISION})


def configuration(connexion: Connexion | None = None) -> "Config":
    """The Alembic configuration; `migrations/env.py` runs on `connexion`, inside its transaction."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connexion"] = connexion.sa if connexion is not None else None
    return config


def monter(connexion: Connexion, presente: str | None) -> None:
    """Migrates from revision `presente` (None: no table) to the present one. Raises StoreError when that
    revision is not one of ours."""
    from alembic import command
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

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
