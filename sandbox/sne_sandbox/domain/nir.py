"""The NIR: 13 characters and a key of 2 (form: net-entreprises; key: public rule).

`S AA MM DD CCC NNN KK`: sex, year and month of birth, département, commune, rank, key. Corsica writes 2A and
2B. Example: 2061275111005 has the key 64.
"""

import re
from datetime import date
from typing import Final

from stdnum.fr import nir as stdnum_nir

_FORME: Final = re.compile(r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}[0-9]{2}")
# 7 and 8 begin the waiting numbers (NIA).
_PREMIERS_CHIFFRES: Final = {"1": "137", "2": "248", "3": "248"}


def forme_valide(nir: str) -> bool:
    """Whether `nir` has 15 characters, all digits but a possible 2A or 2B."""
    return _FORME.fullmatch(nir) is not None


def cle(corps: str) -> str:
    """The 2-digit key of the 13 characters `corps`: 97 - (number mod 97), 2A read as 19 and 2B as 18."""
    return str(stdnum_nir.calc_check_digits(corps))


def cle_valide(nir: str) -> bool:
    """Whether the last 2 digits of `nir` (whose form is right) are its key."""
    return nir[13:] == cle(nir[:13])


def convient_a_la_civilite(nir: str, civilite: str) -> bool:
    """Whether the first digit fits a code of ListeCivilite (1 Monsieur, 2 Madame, 3 Mademoiselle); an
    unknown code fits any."""
    return nir[:1] in _PREMIERS_CHIFFRES.get(civilite, nir[:1])


def convient_a_la_naissance(nir: str, naissance: date) -> bool:
    """Whether year and month fit `naissance`. Months above 12 say that the civil status is incomplete, and
    fit any month."""
    mois = int(nir[3:5])
    return int(nir[1:3]) == naissance.year % 100 and (mois > 12 or mois == naissance.month)
