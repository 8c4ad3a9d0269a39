"""French punctuation keeps to its word: blanks that do not break, put where a text is written for readers."""

import re
from collections.abc import Iterable
from typing import Final

from flask import Flask
from jinja2.ext import Extension
from jinja2.lexer import TOKEN_DATA, TOKEN_STRING, Token, TokenStream

_INSECABLE: Final = "\N{NO-BREAK SPACE}"
_FINE: Final = "\N{NARROW NO-BREAK SPACE}"
#: What stands alone: « p :first-child » or « a?b » is no French.
_DEVANT: Final = re.compile(r" ([:»;!?])(?![\w:/?=.])")
_APRES: Final = re.compile(r"« (?=\S|$)")


def insecables(texte: str) -> str:
    """`texte` with blanks that do not break before « : ; ! ? » and inside guillemets."""
    devant = _DEVANT.sub(lambda signe: (_INSECABLE if signe[1] in ":»" else _FINE) + signe[1], texte)
    # What is markup stays so.
    return type(texte)(_APRES.sub("«" + _INSECABLE, devant))


class Typographie(Extension):
    """Templates as they are compiled: their text, and the phrases that they hand to macros."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """The same tokens, texts amended."""
        for jeton in stream:
            if jeton.type in (TOKEN_DATA, TOKEN_STRING):
                yield Token(jeton.lineno, jeton.type, insecables(jeton.value))
            else:
                yield jeton


def installer(app: Flask) -> None:
    """Give the templates their punctuation, and the filter `insecables` for what comes from elsewhere."""
    app.jinja_env.add_extension(Typographie)
    app.add_template_filter(insecables)
