"""What an explanation says, in French: of what stands in the wrong place, then of a value that is none.

A sentence on a place is (message, value, remedy); what is wrong with a value is a `DefautValeur`.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from sne_sandbox.contract.schema import BLANCS, SchemaError

Phrase = tuple[str, str, str]
_XSI_TYPE: Final = re.compile(r"XMLSchema-instance\}type'|xsi:type")


def local(nom: str) -> str:
    """Local part of a name in Clark notation."""
    return nom.rpartition("}")[2]


def espace(nom: str) -> str:
    """Namespace of a name in Clark notation, "" for none."""
    return nom[1:].partition("}")[0] if nom.startswith("{") else ""


def racine(nom: str, connues: list[str]) -> Phrase:
    """Said of a document whose root is not the one expected."""
    return (
        f"la racine du document est « {local(nom)} »",
        local(nom),
        f"racine attendue : « {' » ou « '.join(connues)} » ; ce document est-il celui de l'opération ?",
    )


def autre_espace(nom: str, attendu: str) -> Phrase:
    """Said of an element whose local name is right and whose namespace is not."""
    ecrit = f"dans l'espace de noms [{espace(nom)}]" if espace(nom) else "sans espace de noms"
    return (
        f"l'élément « {local(nom)} » est écrit {ecrit}",
        espace(nom),
        f'espace de noms attendu : [{espace(attendu)}] ; déclarez-le (xmlns:ns1="{espace(attendu)}") '
        f"et écrivez ns1:{local(attendu)}",
    )


def faute_de_frappe(nom: str, attendu: str) -> Phrase:
    """Said of an element whose name is close to the one expected there."""
    return (
        f"l'élément « {local(nom)} » est inconnu ici",
        local(nom),
        f"vouliez-vous écrire « {local(attendu)} » ?",
    )


def inconnu(nom: str, connus: list[str]) -> Phrase:
    """Said of an element that its parent does not know."""
    proches = get_close_matches(local(nom), connus, n=1)
    remede = f"vouliez-vous écrire « {proches[0]} » ? sinon retirez-le" if proches else "retirez-le"
    if not proches and connus:
        remede += f" ; éléments connus ici : {', '.join(dict.fromkeys(connus[:12]))}" + (
            ", …" if len(connus) > 12 else ""
        )
    return (f"l'élément « {local(nom)} » est inconnu ici", local(nom), remede)


def de_la_version(nom: str, version: str) -> str:
    """Remedy of an element that a later version of the message knows."""
    return f'« {nom} » existe à partir de la version {version} : écrivez versionInterface="{version}"'


def manque(nom: str, avant: str, apres: str) -> Phrase:
    """Said of a required element that is missing; `avant` and `apres` are its neighbours, "" for none."""
    return (f"l'élément obligatoire « {nom} » manque", "", f"ajoutez-le {_place(avant, apres)}".rstrip())


def choix_vide(branches: list[list[str]]) -> Phrase:
    """Said of a required choice of which no branch was written."""
    listes = [_liste(branche) for branche in branches]
    return (f"il manque {', ou bien '.join(listes)}", "", "ajoutez les éléments de l'une de ces possibilités")


def autre_branche(nom: str, rival: str) -> Phrase:
    """Said of an element that stands beside one of another branch of the same choice."""
    return (
        f"l'élément « {local(nom)} » ne peut pas accompagner « {rival} »",
        local(nom),
        f"gardez l'un ou l'autre : retirez « {local(nom)} » ou « {rival} » (et ce qui va avec lui)",
    )


def double(nom: str, maximum: int) -> Phrase:
    """Said of an element that is there more often than `maximum`."""
    fois = "une seule fois" if maximum == 1 else f"{maximum} fois au plus"
    return (
        f"l'élément « {local(nom)} » est de trop : il est admis {fois}",
        local(nom),
        "gardez-en un seul" if maximum == 1 else f"gardez-en {maximum}",
    )


def deplace(nom: str, avant: str, apres: str) -> Phrase:
    """Said of a known element that is not in its place; `avant` and `apres` are the neighbours it should
    have."""
    return (
        f"l'élément « {local(nom)} » n'est pas à sa place : l'ordre des éléments est imposé",
        local(nom),
        f"déplacez-le {_place(avant, apres)}".rstrip(),
    )


def enfant_dans_texte(nom: str, chemin: str) -> Phrase:
    """Said of an element inside one that holds text only."""
    return (
        f"l'élément « {local(nom)} » est de trop : « {chemin.rpartition('/')[2]} » n'a que du texte",
        local(nom),
        "retirez-le",
    )


def texte_inattendu(texte: str, avec_code: bool) -> Phrase:
    """Said of text where only elements, or nothing at all, may stand."""
    valeur = texte.strip(BLANCS)
    if not valeur:
        return (
            "l'élément contient des blancs alors qu'il doit être vide",
            texte,
            "fermez-le aussitôt : <… />",
        )
    if not valeur.strip():
        return (
            f"l'élément contient un blanc qui n'est pas du XML (U+{ord(valeur[0]):04X}, souvent issu d'un "
            "copier-coller)",
            valeur,
            "remplacez-le par une espace ordinaire, ou retirez-le",
        )
    remede = f'écrivez la valeur dans l\'attribut code : code="{valeur[:20]}"' if avec_code else "retirez-le"
    return (f"le texte [{valeur[:80]}] n'est pas admis dans cet élément", valeur, remede)


def valeur_fixe(valeur: str, fixe: str) -> Phrase:
    """Said of a value in the place of the only one admitted."""
    return (f"la valeur [{valeur}] n'est pas admise", valeur, f"seule valeur admise : {fixe}")


def attribut_inconnu(nom: str, valeur: str, connus: list[str]) -> Phrase:
    """An attribute that the element does not know, or knows qualified otherwise."""
    message = f"l'attribut « {local(nom)} » est inconnu ici"
    jumeau = next((connu for connu in connus if local(connu) == local(nom)), None)
    if jumeau is not None and espace(jumeau):
        return (
            f"l'attribut « {local(nom)} » est écrit sans espace de noms",
            valeur,
            f"écrivez-le avec le préfixe de [{espace(jumeau)}] : ns1:{local(nom)}",
        )
    if jumeau is not None:
        return (
            f"l'attribut « {local(nom)} » est écrit avec un préfixe",
            valeur,
            f"écrivez {local(nom)} sans préfixe",
        )
    proches = get_close_matches(local(nom), [local(connu) for connu in connus], n=1)
    return (message, valeur, f"vouliez-vous écrire « {proches[0]} » ?" if proches else "retirez-le")


def attribut_manquant(nom: str) -> Phrase:
    """Said of a required attribute that is missing."""
    return (f"l'attribut obligatoire « {local(nom)} » manque", "", f'ajoutez {local(nom)}="…"')


def nil(chemin: str) -> Phrase:
    """Said of `xsi:nil` on an element that may not be nil."""
    return (
        "l'attribut xsi:nil n'est pas admis ici",
        "",
        f"retirez « {chemin.rpartition('/')[2]} » s'il est facultatif",
    )


def trop_d_enfants(nombre: int, maximum: int) -> Phrase:
    """A list too long to be explained child by child."""
    return (
        f"l'élément a {nombre} enfants et l'un d'eux au moins ne convient pas",
        "",
        f"au-delà de {maximum} enfants, ils ne sont pas comparés un à un : essayez avec un extrait",
    )


def la_suite(maximum: int) -> Phrase:
    """Said when there were more faults than are told."""
    return (
        f"plus de {maximum} fautes : les suivantes ne sont pas énumérées",
        "",
        "corrigez celles-ci d'abord",
    )


def refus_brut(erreur: SchemaError) -> SchemaError:
    """A refusal that the walk did not explain: xsi:type, else in the schema processor's words."""
    if _XSI_TYPE.search(erreur.message):
        return SchemaError(
            erreur.ligne,
            erreur.chemin,
            "le type annoncé par l'attribut xsi:type n'est pas connu, ou n'est pas celui de l'élément",
            erreur.valeur,
            "retirez l'attribut xsi:type : le schéma dit déjà le type de chaque élément",
        )
    return SchemaError(
        erreur.ligne,
        erreur.chemin,
        f"le schéma refuse ce passage : {erreur.message}",
        erreur.valeur,
        "comparez-le au schéma",
    )


def _place(avant: str, apres: str) -> str:
    if avant and apres:
        return f"après « {avant} » et avant « {apres} »"
    if avant:
        return f"après « {avant} »"
    return f"avant « {apres} »" if apres else ""


def _liste(noms: list[str]) -> str:
    cites = [f"« {nom} »" for nom in noms]
    return cites[0] if len(cites) == 1 else f"{', '.join(cites[:-1])} et {cites[-1]}"


# --- values ---------------------------------------------------------------------------------------------

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
    try:
        if type_.text_is_valid(texte):
            return None
    except OverflowError:  # a year beyond 2³¹, which XSD and libxml2 admit
        return None
    valeur = type_.normalize(texte)
    vu = valeur if len(valeur) <= _MONTRE_MAX else valeur[:_MONTRE_MAX] + "…"
    base = _predefini(type_)
    if not valeur and base not in _TEXTES:
        return DefautValeur(
            f"la valeur est vide, attendu : {_attendu(base)[0]}",
            "donnez une valeur, ou retirez l'élément s'il est facultatif (vide ne veut pas dire absent)",
        )
    defaut = _lexique(base, valeur, vu)
    for juger in (_telephone, _courriel, _longueur, _bornes, _enumeration, _motif):
        defaut = defaut or juger(type_, valeur, vu)
    if defaut is not None:
        return defaut
    return DefautValeur(f"la valeur [{vu}] n'est pas admise", f"attendu : {_attendu(base)[0]}")


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


def _lexique(base: str, valeur: str, vu: str) -> DefautValeur | None:
    """What is wrong with a text that is not even a value of the built-in type `base`."""
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
        return _date(base, valeur, vu)
    if base in _ATTENDUS:
        attendu, exemple = _ATTENDUS[base]
        return DefautValeur(f"la valeur [{vu}] n'est pas {attendu}", f"par exemple {exemple}")
    return None


def _date(base: str, valeur: str, vu: str) -> DefautValeur:
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


def _telephone(type_: Any, valeur: str, vu: str) -> DefautValeur | None:
    """The schema wants 10 digits at most: an international number cannot be written as such."""
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


def _courriel(type_: Any, valeur: str, vu: str) -> DefautValeur | None:
    """The schema's pattern for addresses is older than today's domains."""
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


def _longueur(type_: Any, valeur: str, vu: str) -> DefautValeur | None:
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


def _bornes(type_: Any, valeur: str, vu: str) -> DefautValeur | None:
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


def _enumeration(type_: Any, valeur: str, vu: str) -> DefautValeur | None:
    valeurs = type_.enumeration
    if not valeurs or valeur in [str(admise) for admise in valeurs]:
        return None
    return DefautValeur(
        f"la valeur [{vu}] n'est pas dans la liste",
        "valeurs admises : " + ", ".join(str(admise) for admise in valeurs[:20]),
    )


def _motif(type_: Any, valeur: str, vu: str) -> DefautValeur | None:
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
