from dataclasses import replace

import pytest

from sne_sandbox.contract.fiches import FicheRegle
from sne_sandbox.domain.anomalie import Fidelite, Gravite
from sne_sandbox.errors import UsageError
from sne_sandbox.rules.profiles import PROFILS, gravite

B, A, N = Gravite.BLOQUANTE, Gravite.AVERTISSEMENT, Gravite.IGNOREE


def fiche(gravite: Gravite, fidelite: Fidelite, *, structurante: bool = False) -> FicheRegle:
    return FicheRegle("XXX001", ("CRE",), "Non.", gravite, fidelite, "essai", structurante)


@pytest.mark.parametrize(
    ("tabled", "fidelite", "attendues"),
    [
        (B, Fidelite.ATTESTEE, (B, B, A)),
        (B, Fidelite.DEDUITE, (B, B, A)),
        (B, Fidelite.CONVENTION, (A, B, A)),
        (A, Fidelite.ATTESTEE, (A, A, A)),
        (A, Fidelite.CONVENTION, (A, A, A)),
    ],
)
def test_a_profile_rules_what_blocks(
    tabled: Gravite, fidelite: Fidelite, attendues: tuple[Gravite, Gravite, Gravite]
) -> None:
    assert tuple(gravite(fiche(tabled, fidelite), profil) for profil in PROFILS) == attendues


@pytest.mark.parametrize("profil", PROFILS)
def test_a_structurante_rule_blocks_everywhere_whatever_an_overlay_says(profil: str) -> None:
    convention = fiche(B, Fidelite.CONVENTION, structurante=True)
    assert gravite(convention, profil) is B
    assert gravite(replace(convention, gravite_imposee=N), profil) is B


@pytest.mark.parametrize("profil", PROFILS)
@pytest.mark.parametrize("imposee", [B, A, N])
def test_an_overlay_wins_over_the_profile(profil: str, imposee: Gravite) -> None:
    assert gravite(replace(fiche(A, Fidelite.CONVENTION), gravite_imposee=imposee), profil) is imposee


def test_an_unknown_profile_is_named_with_those_that_exist() -> None:
    with pytest.raises(UsageError) as erreur:
        gravite(fiche(B, Fidelite.ATTESTEE), "severe")
    assert "severe" in erreur.value.diagnostics()
    assert "ecole, strict, souple" in erreur.value.diagnostics()
