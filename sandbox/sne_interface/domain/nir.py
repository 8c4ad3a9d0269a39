"""The NIR: 13 characters and a key of 2 (form: net-entreprises; key: public rule).

`S AA MM DD CCC NNN KK`: sex, year and month of birth, département, commune, rank, key. Corsica writes 2A and
2B. Example: 2061275111005 has the key 64.

A free text may cut a NIR in any way, and write it in digits of any script: `chercher_nirs` finds it, and
`masquer_nirs` masks it.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Final
from unicodedata import digit
from urllib.parse import unquote

from sne_interface.domain.texte import plier

_FORME: Final = re.compile(r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}[0-9]{2}")
_CORSE_EN_CHIFFRES: Final = {"2A": "19", "2B": "18"}
# 7 and 8 begin the waiting numbers (NIA).
_PREMIERS_CHIFFRES: Final = {"1": "137", "2": "248", "3": "248"}


def forme_valide(nir: str) -> bool:
    """True when `nir` has 15 characters, all digits but a possible 2A or 2B."""
    return _FORME.fullmatch(nir) is not None


def cle(corps: str) -> str:
    """The 2-digit key of the 13 characters `corps`: 97 - (number mod 97), 2A read as 19 and 2B as 18."""
    nombre = f"{corps[:5]}{_CORSE_EN_CHIFFRES.get(corps[5:7], corps[5:7])}{corps[7:13]}"
    return f"{97 - int(nombre) % 97:02d}"


def cle_valide(nir: str) -> bool:
    """True when the last 2 digits of `nir` (which has the right form) are its key."""
    return nir[13:] == cle(nir[:13])


def convient_a_la_civilite(nir: str, civilite: str) -> bool:
    """True when the first digit fits a code of ListeCivilite (1 Monsieur, 2 Madame, 3 Mademoiselle); an
    unknown code fits any."""
    return nir[:1] in _PREMIERS_CHIFFRES.get(civilite, nir[:1])


def convient_a_la_naissance(nir: str, naissance: date) -> bool:
    """True when year and month fit `naissance`. Months above 12 say that the civil status is incomplete, and
    fit any month."""
    mois = int(nir[3:5])
    return int(nir[1:3]) == naissance.year % 100 and (mois > 12 or mois == naissance.month)


def est_un_siren(texte: str) -> bool:
    """True for a SIREN as INSEE gives them: 9 digits, the last a key (Luhn)."""
    if len(texte) != 9 or not (texte.isascii() and texte.isdigit()):
        return False
    doubles = (sum(divmod(2 * int(chiffre), 10)) for chiffre in texte[1::2])
    return (sum(map(int, texte[::2])) + sum(doubles)) % 10 == 0


# --- in a free text -----------------------------------------------------------------------------------------

#: A digit of any script, full-width, raised, or in a circle.
_CHIFFRE: Final = "[0-9\\d²³¹⁰⁴-⁹₀-₉①-⑨⓪⓵-⓽❶-❾➀-➈➊-➒]"
#: What people write between two digits: blanks (those of no width too), points, dashes, brackets, quotes…
_ENTRE: Final = "(?:[^\\w<>&=]|_){0,10}+"
#: The letter of Corsica, between two digits.
_CORSE: Final = f"(?<={_CHIFFRE})[ABabＡＢａｂ](?={_ENTRE}{_CHIFFRE})"
_SIGNE: Final = f"(?:{_CHIFFRE}|{_CORSE})"
#: Digits enough for a NIR, with what stands between them.
_SUITE: Final = re.compile(f"{_CHIFFRE}(?:{_ENTRE}{_SIGNE}){{12,}}+")
_GROUPE: Final = re.compile(f"{_SIGNE}+")
#: The end of a numéro unique, whose 13 digits come before.
_GUICHET: Final = re.compile(rf"{_ENTRE}(?:[A-Za-z]\d{{4}}|(?i:GDPUB))(?!\w)")
#: Before a run, what makes an IBAN of it: country and check digits.
_IBAN: Final = re.compile(r"(?<![A-Za-z])[A-Z]{2}\Z")
#: How people cut one; the key may stand apart.
_COUPES: Final = frozenset(
    {(1, 2, 2, 2, 3, 3), (1, 2, 2, 2, 3, 3, 2), (1, 2, 2, 2, 6), (1, 2, 2, 2, 6, 2), (13, 2)}
)
_SANS_CLE, _ENTIER = 13, 15
#: A run of so many characters is no text that people write: it is taken whole.
_SUITE_MAX: Final = 20_000
#: Months of a civil status that is incomplete.
_MOIS_INCONNUS: Final = range(20, 43)

_Groupe = tuple[int, int]


def chercher_nirs(texte: str) -> Iterator[tuple[int, int]]:
    """Finds where `texte` writes a NIR: (start, end), in order, apart from each other.

    13 or 15 digits, cut in any way, are a NIR when the sex (1 to 4, 7, 8), the month and the département can
    be read. The less the rest looks like a NIR, the stricter the test of the month:

    - in one piece, or cut as people cut it (`2 06 12 75 111 005 64`): 15, a month of 01 to 12 or 20 to 42, or
      any of 20 and more with a right key or in that cut; 13 in one piece, a month of 01 to 12, or 20;
    - cut in another way: 15, a right key; 13, a month of 01 to 12, or 20, when no other digit is beside.

    14 or 18 digits (SIRET, numéro unique), a numéro unique that ends with its guichet, an IBAN, telephone
    numbers and dates are not NIRs.
    """
    for suite in _SUITE.finditer(texte):
        if suite.end() - suite.start() > _SUITE_MAX:
            yield suite.span()
            continue
        groupes = [groupe.span() for groupe in _GROUPE.finditer(texte, *suite.span())]
        rang = 0
        while rang < len(groupes):
            pris = _nir_depuis(texte, groupes, rang)
            if pris:
                yield groupes[rang][0], groupes[rang + pris - 1][1]
            rang += pris or 1


def _nir_depuis(texte: str, groupes: list[_Groupe], rang: int) -> int:
    """Of how many groups from this one a NIR is made, 0 for none."""
    longueurs: list[int] = []
    trouve = total = 0
    for debut, fin in groupes[rang : rang + _ENTIER]:
        longueurs.append(fin - debut)
        total += fin - debut
        if total > _ENTIER:
            break
        if total in (_SANS_CLE, _ENTIER) and _est_un_nir(texte, groupes, rang, longueurs):
            trouve = len(longueurs)
    return trouve


def _est_un_nir(texte: str, groupes: list[_Groupe], rang: int, longueurs: list[int]) -> bool:
    siens = groupes[rang : rang + len(longueurs)]
    nir = "".join(en_ascii(c) for debut, fin in siens for c in texte[debut:fin])
    mois = _mois(nir)
    if mois is None:
        return False
    civil = 1 <= mois <= 12 or mois == _MOIS_INCONNUS[0]
    if len(nir) == _SANS_CLE and (nir.endswith("000") or _GUICHET.match(texte, siens[-1][1])):
        return False
    if len(nir) == _ENTIER and nir[_SANS_CLE:] == cle(nir[:_SANS_CLE]):
        # An IBAN is the two letters of a country, then digits: some of these, whose key is right by chance,
        # are no NIR.
        debut = groupes[0][0]
        iban = _IBAN.search(texte[max(debut - 3, 0) : debut])
        return len(siens) == 1 or len(groupes) == len(siens) or iban is None
    if tuple(longueurs) in _COUPES:
        return True
    if len(siens) == 1:
        return civil or (len(nir) == _ENTIER and mois in _MOIS_INCONNUS)
    autre = len(siens) == 2 and _est_un_autre(*(texte[debut:fin] for debut, fin in siens))
    return len(nir) == _SANS_CLE and civil and not autre and _seul(texte, groupes, rang, len(siens))


def _est_un_autre(groupe: str, suivant: str) -> bool:
    """True when two groups of digits are a SIREN and a year, or end with a telephone number."""
    siren = est_un_siren(groupe) and suivant[:2] in ("19", "20")
    return siren or (len(suivant) == 10 and suivant[0] == "0")


def _seul(texte: str, groupes: list[_Groupe], rang: int, combien: int) -> bool:
    """True when no other digit stands beside, or when other signs than those that cut this one hold it apart.
    An hour has enough digits too: colons make it False."""
    premier, apres = max(rang - 1, 0), rang + combien + 1
    entre = [texte[fin:debut] for (_, fin), (debut, _) in pairwise(groupes[premier:apres])]
    dedans = entre[rang - premier : rang - premier + combien - 1]
    if any(":" in blanc for blanc in dedans):
        return False
    if len(entre) == len(dedans):
        return True
    autour = entre[: rang - premier] + entre[rang - premier + combien - 1 :]
    return len(set(dedans)) == 1 and dedans[0] not in autour


def _mois(nir: str) -> int | None:
    """The month of 13 or 15 characters of the form of a NIR; None for others."""
    corse = nir[6].isalpha()
    if nir[0] not in "123478" or (nir[5] != "2" if corse else nir[5:7] == "00"):
        return None
    if not (nir[:6] + nir[7:]).isdigit():
        return None
    mois = int(nir[3:5])
    return mois if 1 <= mois <= 12 or mois >= _MOIS_INCONNUS[0] else None


@lru_cache(maxsize=1024)
def en_ascii(signe: str) -> str:
    """A digit or a letter of any script as ASCII writes it."""
    chiffre = digit(signe, None)
    return str(chiffre) if chiffre is not None else {"Ａ": "A", "Ｂ": "B"}.get(signe.upper(), signe.upper())


# --- behind what texts of programs write in its place -------------------------------------------------------

#: A character by its number (XML, an address, JSON; escaped again, within another), and what an XML text may
#: hold between two characters.
_ECRITS: Final = (
    r"&(?:amp;){0,4}#(?:0{0,20}(?P<deci>\d{1,7})|[xX]0{0,20}(?P<hexa>[0-9A-Fa-f]{1,6}));"
    r"|&(?P<nom>nbsp|thinsp|ensp|emsp|amp|lt|gt|quot|apos);"
    r"|\\[ux](?P<json>[0-9A-Fa-f]{4}|(?<=x)[0-9A-Fa-f]{2})|\\(?:u\{|U)0{0,7}(?P<point>[0-9A-Fa-f]{1,6})\}?"
    r"|\\(?P<octal>[0-3][0-7]{2})|\\(?P<blanc>[nrt])"
    r"|%(?P<adresse>(?:25){0,3}[0-9A-Fa-f]{2}(?:%(?:25){0,3}[0-9A-Fa-f]{2})*)"
    r"|<!\[CDATA\[|\]\]>|<!--.{0,2000}?-->|<\?.{0,2000}?\?>"
)
#: An address within another: its « % » written again.
_DEUX_FOIS: Final = re.compile("%(?:25)+(?=[0-9A-Fa-f]{2})")
_ECHAPPE: Final = re.compile(_ECRITS, re.DOTALL)
_NOMMES: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def deplier(texte: str) -> str:
    """Reads `texte` as a reader of XML, JSON or an address does: its references and escapes are read."""
    return _ECHAPPE.sub(_lu, texte)


def _lu(trouve: re.Match[str]) -> str:
    """Returns the text that an escape stands for."""
    genre = trouve.lastgroup
    ecrit = trouve[genre or 0]
    if genre in ("deci", "hexa", "json", "point"):
        point = int(ecrit, 10 if genre == "deci" else 16)
        return chr(point) if point < 0x110000 else "?"
    if genre == "octal":
        return chr(int(ecrit, 8))
    if genre == "adresse":
        return unquote(_DEUX_FOIS.sub("%", f"%{ecrit}"), errors="replace")
    return _NOMMES.get(ecrit, " ") if genre else ""


# --- masked -------------------------------------------------------------------------------------------------

#: More characters than a NIR takes, with what cuts it.
_NIR_COUPE: Final = 200
#: Characters that are masked after an extract. A text of megabytes is not read for its first words.
_APRES_L_EXTRAIT: Final = 2000
#: References to what is written by references, that are followed.
_REFERENCES_MAX: Final = 8
#: Names of the elements that hold a NIR: the word itself, and what the contracts of this process bind to it.
_NOMS_NIR: Final = {"nir"}
#: The word in a name: « NIR », « nirDemandeur », « numNir », « code_nir », not « fournir ».
_DIT_NIR: Final = re.compile(r"(?:^|[_.-])(?:nir|NIR)(?![a-z])|N(?:ir|IR)(?![a-z])")
#: What people call a NIR, folded, but for the word itself, which is within others (« fournir »).
MOTS_DU_NIR: Final = ("securitesociale", "numsecu", "numerosecu", "inscriptionrepertoire")
#: What stands for a secret, and where an address says one; it may have an « @ » itself.
CACHE: Final = "***"
#: A word of small letters, capitals and digits, long enough to be a NIR in base64; its twelve first are not.
_MOT_CODE: Final = re.compile(
    r"(?<![\w+/-])(?=[A-Za-z+/_-]*\d)(?=[a-z\d+/_-]*[A-Z])([\w+/-]{12})[\w+/-]{6,}={0,2}", re.ASCII
)
_MOT_DE_PASSE: Final = re.compile(r"(://[^\s/:@]*:)[^\s/]+(?=@)|([?&]password=)[^&\s'\"]+")


def retenir_noms_nir(noms: Iterable[str]) -> None:
    """Masks as a NIR the content of any element that has one of these names, from now on and in all the
    process: a name that one contract binds to a NIR is better hidden under another contract too."""
    _NOMS_NIR.update(noms)


def parle_de_nir(nom: str) -> bool:
    """True when the name of an element says that it holds a NIR: « numSecu », « nirDemandeur »."""
    return (
        plier(nom).startswith("nir")
        or "Nir" in nom
        or "NIR" in nom
        or any(mot in plier(nom) for mot in MOTS_DU_NIR)
    )


def est_nom_de_nir(nom: str) -> bool:
    """True when an element of that (local) name holds a NIR."""
    return nom in _NOMS_NIR


@lru_cache(maxsize=2048)
def cache_un_nir(nom: str) -> bool:
    """True when the content of an element or an attribute of that (local) name is hidden, whatever it is: a
    contract binds the name to a NIR, or the name itself says so."""
    return nom in _NOMS_NIR or bool(_DIT_NIR.search(nom)) or any(mot in plier(nom) for mot in MOTS_DU_NIR)


def noms_nir() -> frozenset[str]:
    """Names of the elements that hold a NIR."""
    return frozenset(_NOMS_NIR)


def masquer_nir(nir: str) -> str:
    """A NIR as it may be shown: sex and year, the rest hidden (« 206** ** *** *** ** »)."""
    return nir[:3] + "*" * max(len(nir) - 3, 0)


def masquer_nirs(texte: str, cacher: Callable[[str], str] = masquer_nir) -> str:
    """`texte` with everything that reads like a NIR masked (journal, console, exports), however it is cut and
    whatever its digits are written in: see `chercher_nirs`. `cacher` says what is shown of each. A text that
    writes one by references or escapes is shown as it is read."""
    if len(texte) < _SANS_CLE:
        return texte
    montre = lu = masquer_ecrits(texte, cacher)
    for _ in range(_REFERENCES_MAX):
        deplie = deplier(lu)
        if deplie == lu:
            break
        lu = masquer_ecrits(deplie, cacher)
        if lu != deplie:
            montre = lu
    return montre


def masquer_ecrits(texte: str, cacher: Callable[[str], str]) -> str:
    """As `masquer_nirs`, for NIRs that are written without references nor escapes."""
    morceaux, fait = [], 0
    for debut, fin in chercher_nirs(texte):
        morceaux += [texte[fait:debut], cacher(texte[debut:fin])]
        fait = fin
    return "".join((*morceaux, texte[fait:]))


def masquer_mots_de_passe(texte: str) -> str:
    """`texte` with the password of every address masked."""
    if "://" not in texte and "password=" not in texte:  # texts of a megabyte are looked through at once
        return texte
    return _MOT_DE_PASSE.sub(rf"\1\2{CACHE}", texte)


def masquer_secrets(texte: str) -> str:
    """`texte` as it may be shown: no NIR, nor the password of an address."""
    return masquer_nirs(masquer_mots_de_passe(texte))


def extrait(texte: str, maximum: int | None) -> str:
    """The first `maximum` characters of `texte` (all for None), masked with some more: half a NIR reads like
    none."""
    if maximum is None or len(texte) <= maximum + _APRES_L_EXTRAIT:
        return masquer_secrets(texte)[:maximum]
    return masquer_secrets(texte[: maximum + _APRES_L_EXTRAIT])[:-_NIR_COUPE][:maximum]


def debut_cite(texte: str, maximum: int) -> str:
    """The first `maximum` characters of what was received, as an error cites them: `extrait`, and of a word
    that may be base64 too few for the NIR that it may hold."""
    return _MOT_CODE.sub(r"\1…", extrait(texte, maximum))
