"""How values and French sentences are written on a page: filters for Jinja, blanks that do not break; and the
templates, which are compiled with these."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, Final

from flask import Flask
from jinja2.ext import Extension
from jinja2.lexer import TOKEN_DATA, TOKEN_STRING, Token, TokenStream

from sne_interface.domain.dates import PARIS, date_francaise, lire_date_saisie
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.texte import nombre
from sne_sandbox.web.gabarits_compiles import GabaritsCompiles

_INSECABLE: Final = "\N{NO-BREAK SPACE}"
_FINE: Final = "\N{NARROW NO-BREAK SPACE}"
#: A sign that ends a phrase; « p :first-child » or « a?b » is no French.
_DEVANT: Final = re.compile(r" ([:»;!?])(?![\w:/?=.])")
_APRES: Final = re.compile(r"« (?=\S|$)")


def installer(app: Flask) -> None:
    """Gives the templates their punctuation and their filters, and keeps them compiled."""
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.bytecode_cache = GabaritsCompiles(__file__)
    app.jinja_env.add_extension(Typographie)
    filtres = (insecables, masque, jour, en_jour, en_phrase, instant, heure, nombre, accorde, octets, duree)
    for filtre in filtres:
        app.add_template_filter(filtre)


def insecables(texte: str) -> str:
    """`texte` with blanks that do not break before « : ; ! ? » and inside guillemets; markup stays markup."""
    devant = _DEVANT.sub(lambda signe: (_INSECABLE if signe[1] in ":»" else _FINE) + signe[1], texte)
    return type(texte)(_APRES.sub("«" + _INSECABLE, devant))


class Typographie(Extension):
    """The extension that applies `insecables` to the templates as they are compiled: to their text, and to
    the phrases that they hand to macros. The data that a template shows is left as it is."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """The same tokens, texts amended."""
        for jeton in stream:
            if jeton.type in (TOKEN_DATA, TOKEN_STRING):
                yield Token(jeton.lineno, jeton.type, insecables(jeton.value))
            else:
                yield jeton


def masque(valeur: Any) -> str:
    """Text with any NIR masked; "" for None."""
    return "" if valeur is None else masquer_nirs(str(valeur))


def jour(valeur: date | None) -> str:
    """« 15/03/2018 »: that of Paris for an instant."""
    if isinstance(valeur, datetime):
        valeur = _a_paris(valeur)
    return "" if valeur is None else valeur.strftime("%d/%m/%Y")


def en_jour(valeur: str) -> str:
    """A day of a document, « 2018-03-15 », as one types it, « 15/03/2018 »; anything else as it is."""
    lu = lire_date_saisie(valeur)
    return date_francaise(lu) if lu is not None and valeur == lu.isoformat() else valeur


def en_phrase(dite: str) -> str:
    """A sentence, capital and full stop, which what the schema says is not."""
    fin = "" if not dite or dite.endswith((".", "!", "?", "…", "»")) else "."
    return dite[:1].upper() + dite[1:] + fin


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


def accorde(valeur: int, un: str, plusieurs: str = "") -> str:
    """« 1 demande », « 50 000 demandes »: with « s » when `plusieurs` says nothing else."""
    return f"{nombre(valeur)}{_INSECABLE}{un if valeur < 2 else plusieurs or un + 's'}"


def octets(valeur: int) -> str:
    """A size in bytes: « 12,5 ko »."""
    if valeur < 1000:
        return f"{valeur}{_INSECABLE}octets" if valeur != 1 else f"1{_INSECABLE}octet"
    if valeur < 1_000_000:
        return f"{valeur / 1000:.1f}{_INSECABLE}ko".replace(".", ",")
    return f"{valeur / 1_000_000:.1f}{_INSECABLE}Mo".replace(".", ",")


def duree(valeur: int) -> str:
    """Microseconds: « 4,2 ms »; "" for what was not measured (a night)."""
    return f"{valeur / 1000:.1f}{_INSECABLE}ms".replace(".", ",") if valeur else ""
