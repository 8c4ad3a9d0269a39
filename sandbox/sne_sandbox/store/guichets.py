"""One guichet of a base, replaced: what a test needs when its guichet has to play another part."""

from typing import Final

import sqlalchemy as sa

from sne_sandbox.domain.guichet import Guichet
from sne_sandbox.store import tables
from sne_sandbox.store.bases import changer_jeton
from sne_sandbox.store.connexion import RequeteSql
from sne_sandbox.store.referentiel import ligne_guichet
from sne_sandbox.store.registre import RegistreBase

_G: Final = tables.guichet.c
_OTER: Final = RequeteSql(
    sa.delete(tables.guichet).where(_G.base == sa.bindparam("cle"), _G.code == sa.bindparam("le"))
)
_METTRE: Final = RequeteSql(sa.insert(tables.guichet))


def remplacer(registre: RegistreBase, guichet: Guichet) -> None:
    """Puts `guichet` in the place of the one of its code, for every process. The register is one to write."""
    connexion, base = registre.connexion, registre.base.nom
    connexion.faire(_OTER, {"cle": base, "le": guichet.code})
    connexion.faire(_METTRE, ligne_guichet(base, guichet))
    changer_jeton(connexion, base)
