"""How a value is written on a page: Jinja filters."""

from datetime import UTC, date, datetime
from typing import Any, Final

from flask import Flask

from sne_sandbox.domain.dates import PARIS
from sne_sandbox.domain.texte import masquer_nirs, nombre

#: A blank that does not break.
_INSECABLE: Final = "\N{NO-BREAK SPACE}"


def installer(app: Flask) -> None:
    """Give the templates their filters."""
    app.add_template_filter(masque)
    app.add_template_filter(jour)
    app.add_template_filter(instant)
    app.add_template_filter(heure)
    app.add_template_filter(nombre)
    app.add_template_filter(accorde)
    app.add_template_filter(octets)
    app.add_template_filter(duree)


def masque(valeur: Any) -> str:
    """Text with any NIR masked; "" for None."""
    return "" if valeur is None else masquer_nirs(str(valeur))


def jour(valeur: date | None) -> str:
    """« 15/03/2018 »: that of Paris for an instant."""
    if isinstance(valeur, datetime):
        valeur = _a_paris(valeur)
    return "" if valeur is None else valeur.strftime("%d/%m/%Y")


def instant(valeur: datetime | None) -> str:
    """« 15/03/2018 12:00:05 », in Paris."""
    return "" if valeur is None else _a_paris(valeur).strftime("%d/%m/%Y %H:%M:%S")


def heure(valeur: datetime) -> str:
    """« 12:00:05 » of today, « 14/03 12:00 » of another day: the machine's."""
    local = _a_paris(valeur)
    if local.date() == datetime.now(PARIS).date():
        return local.strftime("%H:%M:%S")
    return local.strftime("%d/%m %H:%M")


def _a_paris(valeur: datetime) -> datetime:
    return (valeur if valeur.tzinfo is not None else valeur.replace(tzinfo=UTC)).astimezone(PARIS)


def accorde(valeur: int, un: str, plusieurs: str) -> str:
    """« 1 demande », « 50 000 demandes »."""
    return f"{nombre(valeur)}{_INSECABLE}{un if valeur < 2 else plusieurs}"


def octets(valeur: int) -> str:
    """« 12,5 ko »."""
    if valeur < 1000:
        return f"{valeur}{_INSECABLE}octets" if valeur != 1 else f"1{_INSECABLE}octet"
    if valeur < 1_000_000:
        return f"{valeur / 1000:.1f}".replace(".", ",") + f"{_INSECABLE}ko"
    return f"{valeur / 1_000_000:.1f}".replace(".", ",") + f"{_INSECABLE}Mo"


def duree(valeur: int) -> str:
    """Microseconds: « 4,2 ms »; "" for what was not measured (a night)."""
    return "" if not valeur else f"{valeur / 1000:.1f}".replace(".", ",") + f"{_INSECABLE}ms"
