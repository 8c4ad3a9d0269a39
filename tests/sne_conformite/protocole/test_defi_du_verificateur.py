from sne_conformite.protocole.defi_du_verificateur import graine_du_defi, horloge_du_defi, proposer


def test_a_challenge_gives_always_the_same_and_another_or_another_identity_gives_another() -> None:
    assert horloge_du_defi("a") == horloge_du_defi("a")
    defis = [proposer() for _ in range(25)]
    assert len({graine_du_defi(defi, nom) for defi in defis for nom in ("LogeNet 4.2", "témoin 1.0")}) == 50
    assert all(
        9 <= horloge.hour < 17 and horloge.utcoffset() is not None for horloge in map(horloge_du_defi, defis)
    )
