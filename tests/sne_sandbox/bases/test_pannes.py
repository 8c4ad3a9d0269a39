"""Which panne is played on which exchange, and how often."""

from collections.abc import Callable

import pytest

from sne_interface.domain.panne import PanneDefinition
from sne_interface.errors import BaseInconnue, UsageError
from sne_sandbox.bases import pannes
from sne_sandbox.store.magasin import Magasin


def _jouer(
    magasin: Magasin,
    base: str,
    operation: str | None = "getNumUnique",
    guichet: str | None = "G1226",
    prise: Callable[[PanneDefinition], bool] = lambda definition: True,
) -> str | None:
    """The kind that is played on one exchange."""
    with magasin.ecrire(base) as registre:
        attendue = pannes.attendue(
            registre.connexion, base, operation=operation, guichet=guichet, prise=prise
        )
        armee = pannes.consommer(registre.connexion, base, operation=operation, guichet=guichet, prise=prise)
    assert attendue or armee is None
    return armee.definition.genre if armee is not None else None


def test_each_is_played_its_times_the_oldest_first(magasin: Magasin, creer: Callable[..., str]) -> None:
    base = creer()
    pannes.armer(magasin, base, PanneDefinition("bom", fois=2))
    pannes.armer(magasin, base, PanneDefinition("delai"))
    assert [_jouer(magasin, base) for _ in range(5)] == ["bom", "bom", "delai", None, None]
    assert [(a.restantes, a.jouees) for a in pannes.lister(magasin, base)] == [(0, 2), (0, 1)]


def test_one_without_end_lasts_until_it_is_disarmed(magasin: Magasin, creer: Callable[..., str]) -> None:
    base = creer()
    identifiant = pannes.armer(magasin, base, PanneDefinition("bom", fois=None))
    assert {_jouer(magasin, base) for _ in range(10)} == {"bom"}
    assert pannes.desarmer(magasin, base, identifiant) == 1
    assert _jouer(magasin, base) is None


@pytest.mark.parametrize(
    ("definition", "jouee"),
    [
        (PanneDefinition("bom"), True),
        (PanneDefinition("bom", operation="getNumUnique"), True),
        (PanneDefinition("bom", operation="getDoublons"), False),
        (PanneDefinition("bom", guichet="G1226"), True),
        (PanneDefinition("bom", guichet="G1104"), False),
        (PanneDefinition("bom", operation="getNumUnique", guichet="G1104"), False),
    ],
    ids=str,
)
def test_others_pass_by_and_do_not_count(
    magasin: Magasin, creer: Callable[..., str], definition: PanneDefinition, jouee: bool
) -> None:
    base = creer()
    pannes.armer(magasin, base, definition)
    assert _jouer(magasin, base) == ("bom" if jouee else None)
    assert pannes.lister(magasin, base)[0].restantes == (0 if jouee else 1)


def test_one_without_hold_waits_and_lets_the_next_be_played(
    magasin: Magasin, creer: Callable[..., str]
) -> None:
    base = creer()
    pannes.armer(magasin, base, PanneDefinition("cid_faux"))
    pannes.armer(magasin, base, PanneDefinition("delai"))
    assert _jouer(magasin, base, prise=lambda d: d.genre != "cid_faux") == "delai"
    assert _jouer(magasin, base, prise=lambda d: d.genre != "cid_faux") is None
    assert _jouer(magasin, base) == "cid_faux"


def test_a_rate_draws_the_same_sequence_from_the_same_seed(
    magasin: Magasin, creer: Callable[..., str]
) -> None:
    suites = []
    for graine in (7, 7, 8):
        base = creer()
        pannes.armer(magasin, base, PanneDefinition("bom", fois=None, taux=0.3, graine=graine))
        suites.append([_jouer(magasin, base) for _ in range(60)])
        (armee,) = pannes.lister(magasin, base)
        assert (armee.tirages, armee.jouees) == (60, suites[-1].count("bom"))
    assert suites[0] == suites[1] != suites[2]
    assert 8 <= suites[0].count("bom") <= 28


def test_a_rate_is_bounded_by_a_count(magasin: Magasin, creer: Callable[..., str]) -> None:
    base = creer()
    pannes.armer(magasin, base, PanneDefinition("bom", fois=2, taux=0.5))
    assert [_jouer(magasin, base) for _ in range(40)].count("bom") == 2


def test_what_cannot_be_armed_or_disarmed(magasin: Magasin, creer: Callable[..., str]) -> None:
    base = creer()
    with pytest.raises(UsageError, match="getRien"):
        pannes.armer(magasin, base, PanneDefinition("bom", operation="getRien"))
    with pytest.raises(UsageError, match="G9999"):
        pannes.armer(magasin, base, PanneDefinition("bom", guichet="G9999"))
    with pytest.raises(UsageError, match="panne 9"):
        pannes.desarmer(magasin, base, 9)
    with pytest.raises(BaseInconnue):
        pannes.armer(magasin, "nulle-part", PanneDefinition("bom"))
    assert pannes.desarmer(magasin, base) == 0
