"""The table of tolerances."""

import re

from sne_sandbox.mime.tolerances import Tolerance


def test_codes_are_numbered_once_and_in_order() -> None:
    codes = [tolerance.code for tolerance in Tolerance]
    assert codes == sorted(set(codes))
    assert all(re.fullmatch(r"T-\d\d", code) for code in codes)


def test_every_phrase_is_a_sentence() -> None:
    assert all(tolerance.phrase.endswith(".") for tolerance in Tolerance)
