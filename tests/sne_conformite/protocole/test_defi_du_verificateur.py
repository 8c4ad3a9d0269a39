from sne_conformite.protocole.defi_du_verificateur import graine_et_horloge, proposer


def test_a_challenge_gives_always_the_same_and_another_gives_another() -> None:
    assert graine_et_horloge("a") == graine_et_horloge("a")
    tires = [graine_et_horloge(proposer()) for _ in range(50)]
    assert len({graine for graine, _ in tires}) == 50
    assert all(9 <= horloge.hour < 17 and horloge.utcoffset() is not None for _, horloge in tires)
