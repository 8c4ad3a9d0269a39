"""What a failed assertion of a test shows of a report."""

from specimen import NIR, NIR_TREIZE, conforme, grand, rapport


def test_repr_is_one_french_line() -> None:
    assert repr(conforme()) == "<rapport conforme : 412 échanges jugés>"
    dit = repr(rapport())
    assert dit.startswith(
        "<rapport non conforme : 3 exigences obligatoires enfreintes : FID-02, FID-12, CTR-05."
    )
    assert "\n" not in dit


def test_str_says_sentence_expected_observed_and_exchanges() -> None:
    dit = str(rapport())
    for attendu in ("✗ CTR-05 Le téléphone porte un indicatif.\n    attendu : 0612345678\n"
                    "    observé : +33612345678\n    échange : 77",
                    "échanges : 12, 14, 99", "! EMB-06 Le Content-ID est sans chevrons."):  # fmt: skip
        assert attendu in dit
    assert not [nir for nir in (NIR, NIR_TREIZE) if nir in dit]
    assert "\x1b" not in dit


def test_it_stays_short() -> None:
    assert len(str(grand(75, 200)).splitlines()) < 60
