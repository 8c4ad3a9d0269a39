"""Why a text is not a value of its type, in French, with what to write instead."""

import re
from dataclasses import dataclass
from typing import Any, Final

_XS: Final = "{http://www.w3.org/2001/XMLSchema}"
_ENTIERS: Final = frozenset(
    (
        *("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger"),
        *("nonPositiveInteger", "negativeInteger", "unsignedInt", "unsignedLong", "unsignedShort"),
        "unsignedByte",
    )
)
#: Characters of a value that a sentence shows.
_MONTRE_MAX: Final = 80
_TEXTES: Final = frozenset(["string", "normalizedString", "token", "anySimpleType"])
#: How a type is asked for, and an example.
_ATTENDUS: Final = {
    "boolean": ("true ou false", "true"),
    "date": ("une date AAAA-MM-JJ", "2018-03-15"),
    "dateTime": ("une date et une heure AAAA-MM-JJThh:mm:ss", "2018-03-15T16:54:06+01:00"),
    "time": ("une heure hh:mm:ss", "16:54:06"),
    "decimal": ("un nombre, avec un point pour les décimales", "1250.50"),
    "base64Binary": ("des octets en base64", "U05F"),
}
_DATE_FRANCAISE: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_OUI_NON: Final = {"oui": "true", "o": "true", "vrai": "true", "non": "false", "n": "false", "faux": "false"}
_CLASSE: Final = re.compile(r"\[(a-zA-Z0-9|0-9|a-zA-Z)\](\{(\d+)(,(\d+))?\}|\+|\*)?")
_NOMS_CLASSES: Final = {
    "a-zA-Z0-9": "lettres sans accent ou chiffres",
    "0-9": "chiffres",
    "a-zA-Z": "lettres",
}


@dataclass(frozen=True, slots=True)
class DefautValeur:
    """What is wrong with a value, and what to do."""

    message: str
    remede: str


def defaut_de_valeur(type_: Any, texte: str) -> DefautValeur | None:
    """What is wrong with `texte` as a value of the simple type `type_` (an xmlschema component); None when
    nothing is."""
    if type_.text_is_valid(texte):
        return None
    valeur = type_.normalize(texte)
    vu = _montrer(valeur)
    base = _predefini(type_)
    if not valeur and base not in _TEXTES:
        return DefautValeur(
            f"la valeur est vide, attendu : {_attendu(base)[0]}",
            "donnez une valeur, ou retirez l'élément s'il est facultatif (vide ne veut pas dire absent)",
        )
    return (
        _lexique(base, valeur)
        or _telephone(type_, valeur)
        or _courriel(type_, valeur)
        or _longueur(type_, valeur)
        or _bornes(type_, valeur)
        or _enumeration(type_, valeur)
        or _motif(type_, valeur)
        or DefautValeur(f"la valeur [{vu}] n'est pas admise", f"attendu : {_attendu(base)[0]}")
    )


def _montrer(valeur: str) -> str:
    return valeur if len(valeur) <= _MONTRE_MAX else valeur[:_MONTRE_MAX] + "…"


def _predefini(type_: Any) -> str:
    """Local name of the built-in type that `type_` restricts."""
    courant = type_
    while courant is not None and not (courant.name or "").startswith(_XS):
        courant = courant.base_type if courant.base_type is not courant else None
    return courant.name.removeprefix(_XS) if courant is not None else "anySimpleType"


def _attendu(base: str) -> tuple[str, str]:
    if base in _ENTIERS:
        return ("un nombre entier", "2018")
    return _ATTENDUS.get(base, (f"une valeur de type {base}", ""))


def _lexique(base: str, valeur: str) -> DefautValeur | None:
    """Not even a value of the built-in type."""
    vu = _montrer(valeur)
    if base in _ENTIERS:
        if re.fullmatch(r"[+-]?\d+", valeur):
            return None
        compact = re.sub(r"\s", "", valeur.replace("€", ""))
        entier = re.match(r"[+-]?\d+", compact)
        if entier is not None and re.fullmatch(r"[+-]?\d+([.,]\d+)?", compact):
            return DefautValeur(
                f"la valeur [{vu}] n'est pas un nombre entier",
                f"sans décimales, sans espaces ni symbole : {entier[0]}",
            )
        return DefautValeur(f"la valeur [{vu}] n'est pas un nombre entier", "n'écrivez que des chiffres")
    if base == "boolean":
        ecrire = _OUI_NON.get(valeur.lower(), "")
        return DefautValeur(
            f"la valeur [{vu}] n'est pas un booléen",
            f"écrivez {ecrire}" if ecrire else "écrivez true ou false (ou 1, 0)",
        )
    if base in ("date", "dateTime"):
        return _date(base, valeur)
    if base in _ATTENDUS:
        attendu, exemple = _ATTENDUS[base]
        return DefautValeur(f"la valeur [{vu}] n'est pas {attendu}", f"par exemple {exemple}")
    return None


def _date(base: str, valeur: str) -> DefautValeur:
    vu = _montrer(valeur)
    attendu, exemple = _ATTENDUS[base]
    francaise = _DATE_FRANCAISE.match(valeur)
    if francaise is not None:
        jour, mois, annee = francaise.groups()
        remede = f"écrivez {annee}-{mois:0>2}-{jour:0>2}" + ("" if base == "date" else "T00:00:00")
    elif base == "dateTime" and re.fullmatch(r"\d{4}-\d\d-\d\d", valeur):
        remede = f"ajoutez l'heure : {valeur}T00:00:00"
    elif base == "date" and re.match(r"\d{4}-\d\d-\d\dT", valeur):
        remede = f"retirez l'heure : {valeur[:10]}"
    elif re.match(r"\d{4}-\d\d-\d\d", valeur):
        remede = (
            "cette date ou cette heure n'existe pas au calendrier, ou le fuseau est mal écrit : vérifiez-la"
        )
    else:
        remede = f"par exemple {exemple}"
    return DefautValeur(f"la valeur [{vu}] n'est pas {attendu}", remede)


def _motifs(type_: Any) -> list[str]:
    trouves = []
    courant = type_
    while courant is not None and not (courant.name or "").startswith(_XS):
        if courant.patterns is not None:
            trouves += [str(motif) for motif in courant.patterns.regexps]
        courant = courant.base_type if courant.base_type is not courant else None
    return trouves


def _telephone(type_: Any, valeur: str) -> DefautValeur | None:
    """The schema wants 10 digits at most: an international number cannot be written as such."""
    vu = _montrer(valeur)
    if "[0-9]{0,10}" not in _motifs(type_):
        return None
    chiffres = "".join(c for c in valeur if c.isdigit())
    international = re.match(r"\s*(\+|00)\s*33", valeur)
    if international is not None:
        national = "0" + re.sub(r"^(00)?33", "", chiffres).lstrip("0")
        return DefautValeur(
            f"le téléphone [{vu}] porte l'indicatif international, que le schéma refuse",
            f"écrivez-le en 10 chiffres : {national}" if len(national) == 10 else "écrivez-le en 10 chiffres",
        )
    if valeur.lstrip().startswith("+"):
        return DefautValeur(
            f"le téléphone [{vu}] porte l'indicatif international, que le schéma refuse",
            "seuls 10 chiffres au plus sont admis : un numéro étranger plus long ne peut pas être transmis",
        )
    if 0 < len(chiffres) <= 10:
        return DefautValeur(
            f"le téléphone [{vu}] comporte autre chose que des chiffres",
            f"écrivez les chiffres seuls : {chiffres}",
        )
    return DefautValeur(f"le téléphone [{vu}] n'est pas admis", "10 chiffres au plus, sans espaces ni points")


def _courriel(type_: Any, valeur: str) -> DefautValeur | None:
    """The schema's pattern for addresses is older than today's domains."""
    vu = _montrer(valeur)
    motif = next((motif for motif in _motifs(type_) if "@" in motif), None)
    if motif is None or re.fullmatch(motif, valeur):
        return None
    nom, arobase, domaine = valeur.rpartition("@")
    extension = domaine.rpartition(".")[2]
    if not arobase or not nom or "." not in domaine:
        return DefautValeur(f"l'adresse [{vu}] n'est pas une adresse de messagerie", "écrivez nom@domaine.fr")
    if "+" in nom:
        return DefautValeur(
            f"l'adresse [{vu}] contient « + », que le schéma refuse bien que ce soit une adresse valable",
            "donnez une adresse sans « + », ou retirez l'élément",
        )
    if extension.isalpha() and len(extension) > 3 and "{1,3}" in motif:
        return DefautValeur(
            f"l'adresse [{vu}] finit par .{extension} : le schéma n'admet que 3 lettres au plus",
            "donnez une autre adresse (.fr, .com…), ou retirez l'élément",
        )
    fautifs = sorted({c for c in valeur if not re.match(r"[a-zA-Z0-9_.\-@]", c)})
    return DefautValeur(
        f"l'adresse [{vu}] n'est pas admise par le schéma"
        + (f" (caractères : {' '.join('espace' if c.isspace() else c for c in fautifs)})" if fautifs else ""),
        "lettres sans accent, chiffres, point, tiret et tiret bas seulement",
    )


def _longueur(type_: Any, valeur: str) -> DefautValeur | None:
    vu = _montrer(valeur)
    longueur = len(valeur)
    if type_.max_length is not None and longueur > type_.max_length:
        return DefautValeur(
            f"la valeur [{vu}] compte {longueur} caractères, {type_.max_length} au plus sont admis",
            f"raccourcissez-la de {(trop := longueur - type_.max_length)} caractère{'s' if trop > 1 else ''}",
        )
    if type_.min_length is not None and longueur < type_.min_length:
        return DefautValeur(
            f"la valeur [{vu}] compte {longueur} caractères, {type_.min_length} au moins sont attendus",
            "complétez-la",
        )
    return None


def _bornes(type_: Any, valeur: str) -> DefautValeur | None:
    vu = _montrer(valeur)
    minimum, maximum = type_.min_value, type_.max_value
    if not re.fullmatch(r"[+-]?\d+(\.\d*)?", valeur) or not isinstance(minimum, int | type(None)):
        return None
    if minimum is not None and float(valeur) < float(minimum):
        return DefautValeur(f"la valeur [{vu}] est trop petite", f"{minimum} au moins")
    if maximum is not None and float(valeur) > float(maximum):
        return DefautValeur(f"la valeur [{vu}] est trop grande", f"{maximum} au plus")
    chiffres = type_.get_facet(f"{_XS}fractionDigits")
    if chiffres is not None and len(valeur.partition(".")[2]) > chiffres.value:
        return DefautValeur(f"la valeur [{vu}] a trop de décimales", f"{chiffres.value} au plus")
    return None


def _enumeration(type_: Any, valeur: str) -> DefautValeur | None:
    vu = _montrer(valeur)
    valeurs = type_.enumeration
    if not valeurs or valeur in [str(admise) for admise in valeurs]:
        return None
    return DefautValeur(
        f"la valeur [{vu}] n'est pas dans la liste",
        "valeurs admises : " + ", ".join(str(admise) for admise in valeurs[:20]),
    )


def _motif(type_: Any, valeur: str) -> DefautValeur | None:
    vu = _montrer(valeur)
    motifs = _motifs(type_)
    if not motifs:
        return None
    attendu = " ou ".join(_decrire(motif) for motif in motifs)
    if not valeur:
        return DefautValeur(
            f"la valeur est vide, attendu : {attendu}", "donnez une valeur, ou retirez-le s'il est facultatif"
        )
    return DefautValeur(f"la valeur [{vu}] n'a pas la forme attendue", f"attendu : {attendu}")


def _decrire(motif: str) -> str:
    """A pattern in words when it is one of the simple ones, else itself."""
    if motif == r"[0-9]{2}\.[0-9]{2}":
        return "une version de la forme 02.00"
    simple = _CLASSE.fullmatch(motif)
    if simple is None:
        return f"une valeur de la forme {motif}"
    nom = _NOMS_CLASSES[simple[1]]
    if simple[3] is None:
        return f"une suite de {nom}"
    if simple[4] is None:
        return f"exactement {simple[3]} {nom}"
    return f"de {simple[3]} à {simple[5]} {nom}"
