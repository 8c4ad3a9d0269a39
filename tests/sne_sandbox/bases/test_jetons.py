"""Tokens made, listed, revoked; the code of a link, good once."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sne_interface.domain.base import Base
from sne_interface.errors import BaseInconnue, ConflitEtat, UsageError
from sne_sandbox.bases import jetons
from sne_sandbox.bases.jetons import Droit
from sne_sandbox.store.jetons_en_base import JetonGarde
from sne_sandbox.store.magasin import Magasin


@pytest.fixture
def magasin(tmp_path: Path) -> Iterator[Magasin]:
    with Magasin.ouvrir(None, tmp_path) as ouvert:
        ouvert.bases.creer(Base("essai"))
        yield ouvert


def test_a_token_opens_what_it_was_made_for_until_it_is_revoked(magasin: Magasin, tmp_path: Path) -> None:
    fait = jetons.nouveau(magasin, "ci", Droit.BASE, "essai", "P30D")
    assert len(fait.jeton) == 32
    empreinte = jetons.empreinte(fait.jeton)
    entree = jetons.entree(magasin, empreinte)
    assert entree is not None
    assert (entree.nom, entree.droit, entree.base) == ("ci", Droit.BASE, "essai")
    (tenu,) = jetons.tenir(magasin).jetons
    assert (tenu.nom, tenu.droit, tenu.base, tenu.expire) == ("ci", Droit.BASE, "essai", False)
    assert tenu.vu_le is not None
    # What is kept of it opens nothing.
    ecrits = b"".join(fichier.read_bytes() for fichier in tmp_path.glob("sne.sqlite3*"))
    assert empreinte.encode() in ecrits
    assert fait.jeton.encode() not in ecrits
    jetons.revoquer(magasin, "ci")
    assert jetons.entree(magasin, empreinte) is None
    with pytest.raises(UsageError, match="n'existe pas"):
        jetons.revoquer(magasin, "ci")


def test_a_token_that_has_expired_opens_nothing(magasin: Magasin) -> None:
    hier = datetime.now(UTC) - timedelta(days=1)
    magasin.jetons.ajouter(JetonGarde("vieux", jetons.empreinte("x"), "tout", None, hier, None, hier))
    assert jetons.entree(magasin, jetons.empreinte("x")) is None
    assert [jeton.expire for jeton in jetons.tenir(magasin).jetons] == [True]


@pytest.mark.parametrize(
    ("nom", "droit", "base", "expire"),
    [
        ("avec espace", Droit.TOUT, None, ""),
        (jetons.LIEN_DE_LECTURE, Droit.LECTURE, None, ""),
        (jetons.DU_SERVEUR, Droit.LECTURE, None, ""),
        ("a" * 41, Droit.TOUT, None, ""),
        ("ci", Droit.BASE, None, ""),
        ("ci", Droit.TOUT, "essai", ""),
        ("ci", Droit.LECTURE, None, "demain"),
        ("ci", Droit.LECTURE, None, "2020-01-01"),
    ],
)
def test_what_makes_no_token_is_told(
    magasin: Magasin, nom: str, droit: Droit, base: str | None, expire: str
) -> None:
    with pytest.raises(UsageError) as levee:
        jetons.nouveau(magasin, nom, droit, base, expire)
    assert levee.value.remede
    assert jetons.tenir(magasin).jetons == []


def test_a_base_that_is_not_there_and_a_name_that_is_taken_are_told(magasin: Magasin) -> None:
    with pytest.raises(BaseInconnue):
        jetons.nouveau(magasin, "ci", Droit.BASE, "absente")
    jetons.nouveau(magasin, "ci", Droit.TOUT)
    with pytest.raises(ConflitEtat):
        jetons.nouveau(magasin, "ci", Droit.TOUT)


def test_the_read_only_link_is_made_anew_when_it_is_revoked(magasin: Magasin, tmp_path: Path) -> None:
    avant = jetons.jeton_de_lecture(magasin)
    assert jetons.jeton_de_lecture(magasin) == avant
    jetons.revoquer(magasin, jetons.LIEN_DE_LECTURE)
    apres = jetons.jeton_de_lecture(magasin)
    assert apres != avant
    assert jetons.jeton_de_lecture(magasin) == apres
    assert jetons.tenir(magasin).jetons == []


def test_a_code_opens_once(magasin: Magasin, tmp_path: Path) -> None:
    code = jetons.code_de_lien(tmp_path)
    assert jetons.utiliser_code(magasin, code)
    assert not jetons.utiliser_code(magasin, code)
    assert jetons.utiliser_code(magasin, jetons.code_de_lien(tmp_path))


def test_a_code_that_is_too_old_or_not_ours_opens_nothing(
    magasin: Magasin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = jetons.code_de_lien(tmp_path)
    fin, reste = code.split("-", 1)
    for faux in ("", "-", "a-b-c", f"{int(fin, 16) + 60:x}-{reste}", code[:-1], f"{code}é"):
        assert not jetons.utiliser_code(magasin, faux)
    assert not jetons.utiliser_code(magasin, jetons.code_de_lien(tmp_path / "autre"))
    monkeypatch.setattr(jetons, "DUREE_DU_CODE", timedelta(seconds=-1))
    assert not jetons.utiliser_code(magasin, jetons.code_de_lien(tmp_path))


def test_random_tokens_of_128_bits_are_taken() -> None:
    """By thousands, and one that looks ordered: refused by chance, it would break somebody's start."""
    tires = ["f6a465baabcd9cf301abbb1652211001"]
    for _ in range(5_000):
        tires += [secrets.token_urlsafe(24), f"a{secrets.token_hex(16)}"]  # digits alone are worth less
    for tire in tires:
        assert jetons.verifier_force(tire, "--admin-token") == tire


#: Patterns; digits alone, of which 32 are 106 bits.
DEVINABLES = [
    "a" * 40, "abcdefghijklmnopqrstuvwxyz123456", "motdepasse-motdepasse-motdepasse", "1122" * 10,
    "1111-2222-3333-4444-5555-6666-7777-8888", "12345678-1234-1234-1234-123456789012",
    "abc123def456ghi789jkl012mno345", "aaa-bbb-ccc-ddd-eee-fff-ggg", "31415926535897932384626433832795",
]  # fmt: skip


@pytest.mark.parametrize("octets", [8, 12, 15])
def test_patterns_and_shorter_ones_are_not(octets: int) -> None:
    for devinable in (*DEVINABLES, secrets.token_urlsafe(octets), secrets.token_hex(octets)):
        with pytest.raises(UsageError, match="se devine"):
            jetons.verifier_force(devinable, "--admin-token")
