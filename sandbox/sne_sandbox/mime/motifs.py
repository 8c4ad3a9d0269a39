"""Where a text hides another (base64, UTF-16, elements, attributes), for who masks and who replaces."""

import re
from typing import Final

#: What ends headers, and what begins the line that ends a part: of the alphabet of addresses.
VIDE: Final = re.compile(r"(\r?\n(?:\r?\n|--(?!>)))")
#: Base64 in a text: between its lines blanks, or what a program writes in their place.
_LIAISON: Final = (
    r"(?:\s++|&#(?:x[0-9A-Fa-f]+|\d+);|=\r?\n|\\[rnt]|%0[9AaDd]"
    r"|<!--.{0,2000}?-->|<!\[CDATA\[|\]\]>|<\?.{0,2000}?\?>)++"
)
BASE64: Final = re.compile(rf"[A-Za-z0-9+/_-]++(?:{_LIAISON}[A-Za-z0-9+/_-]++)*+={{0,2}}", re.DOTALL)
LIAISON: Final = re.compile(_LIAISON, re.DOTALL)
BASE64_MIN: Final = 18
#: Base64 without what binds it; what ends before its end, or is cut within what binds it, is none.
COMPACT: Final = re.compile(r"[A-Za-z0-9+/]*")
URL: Final = str.maketrans("-_", "+/")
#: Text in UTF-16 within another, read byte by byte: a zero beside each character.
UTF16: Final = re.compile("(?:[\t-\xff\udc80-\udcff]\0){8,}|(?:\0[\t-\xff\udc80-\udcff]){8,}")
#: An element without children, with its content, comments and CDATA included, in a text that does not parse.
ELEMENT: Final = re.compile(
    r"(?P<avant><(?:[\w.-]+:)?(?P<nom>[\w.-]+)(?:\s[^<>]*)?(?<!/)>)"
    r"(?P<contenu>(?:[^<]++|<!\[CDATA\[.{0,9000}?\]\]>|<!--.{0,2000}?-->|<\?.{0,2000}?\?>)++)",
    re.DOTALL,
)
#: The value of an attribute, or of a field in JSON or a form.
ATTRIBUT: Final = re.compile(
    r"(?P<avant>(?<=[\s{,&?\"'])(?:[\w.-]+:)?(?P<nom>[\w.-]+)[\"']?\s*[=:]\s*[\"'])(?P<contenu>[^\"'<>]+)(?=[\"'])"
)
