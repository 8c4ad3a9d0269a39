from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from sne_sandbox.rules.catalogue.asynchrone import fin_des_echanges_asynchrones
from sne_sandbox.rules.rule import Infraction


@pytest.mark.parametrize(
    ("maintenant", "constats"),
    [
        (datetime(2018, 3, 15, 12, tzinfo=UTC), 0),
        (datetime(2018, 12, 31, 22, 59, tzinfo=UTC), 0),
        (datetime(2018, 12, 31, 23, 0, tzinfo=UTC), 1),  # midnight in Paris
        (datetime(2019, 6, 1, tzinfo=UTC), 1),
    ],
)
def test_the_channel_ends_with_2018(
    juger: Callable[..., list[Infraction]], maintenant: datetime, constats: int
) -> None:
    trouves = juger(fin_des_echanges_asynchrones, type_fichier="ASY", maintenant=maintenant)
    assert [c.chemin for c in trouves] == ["interfaceNuu/entete/typeFichier"] * constats


def test_dispatching_goes_on(juger_document: Callable[..., list[Infraction]]) -> None:
    dis = "<interfaceNuu><entete><typeFichier>DIS</typeFichier></entete></interfaceNuu>"
    apres = datetime(2019, 6, 1, tzinfo=UTC)
    assert juger_document(fin_des_echanges_asynchrones, dis, type_fichier="ASY", maintenant=apres) == []
