"""Business time: Europe/Paris, civil months, and the stamps of file names."""

from calendar import monthrange
from datetime import MAXYEAR, MINYEAR, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

PARIS: Final = ZoneInfo("Europe/Paris")
#: Years at which a person is of age (code civil, art. 388).
MAJORITE: Final = 18


def ajouter_mois(jour: date, mois: int) -> date:
    """`jour` plus civil months; the 31st falls back on the month's last day (28 or 29 February included).

    Saturates at `date.min` and `date.max`: an absurd year in a message is judged like any other.
    """
    rang = jour.year * 12 + jour.month - 1 + mois
    annee, m = rang // 12, rang % 12 + 1
    if annee < MINYEAR:
        return date.min
    if annee > MAXYEAR:
        return date.max
    return date(annee, m, jour.day if jour.day <= 28 else min(jour.day, monthrange(annee, m)[1]))


def age(naissance: date, jour: date) -> int:
    """Completed years on `jour`; born a 29 February, one ages on 1 March. Negative before birth."""
    return jour.year - naissance.year - ((jour.month, jour.day) < (naissance.month, naissance.day))


def tampon(instant: datetime) -> str:
    """An instant as the names of files bear it: `YYYYMMDDHHMM`, in Paris time."""
    return instant.astimezone(PARIS).strftime("%Y%m%d%H%M")


def xs_date_time(instant: datetime) -> str:
    """An instant as the real SNE writes it (attested): `2018-03-15T16:54:06.339+01:00`, milliseconds and
    offset, in Paris time."""
    return instant.astimezone(PARIS).isoformat(timespec="milliseconds")


def lire_date_saisie(ecrite: str) -> date | None:
    """The day that somebody typed, « 15/03/2018 » or « 2018-03-15 », a digit for two being enough; None for
    what is no day."""
    texte = ecrite.strip()
    morceaux = texte.split("/")[::-1] if "/" in texte else texte.split("-")
    if len(morceaux) != 3 or not all(m.strip().isascii() and m.strip().isdecimal() for m in morceaux):
        return None
    annee, mois, jour = (m.strip() for m in morceaux)
    try:
        return date(int(annee), int(mois), int(jour)) if len(annee) == 4 else None
    except ValueError:
        return None


def date_francaise(jour: date) -> str:
    """A day as people in France write it: `15/03/2018`."""
    return f"{jour.day:02d}/{jour.month:02d}/{jour.year}"
