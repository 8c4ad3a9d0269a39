"""The sentences of an explanation, in French: on what stands in the wrong place, then on an invalid value.

The sentences are data, `phrases.toml`, and known by their name there (`sorte`). One is (message, value,
remedy, name).
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from typing import Any, Final

from sne_interface.contract.schemas import BLANCS, SchemaError
from sne_interface.domain.texte import abrege, accorde
from sne_interface.resources import lire_a_cote

Phrase = tuple[str, str, str, str]
#: Characters of a sentence of libxml2, and of a name in it, that are shown.
_DIT_MAX: Final = 120
_NOM_MAX: Final = 60
_XSI_TYPE: Final = re.compile(r"XMLSchema-instance\}type'|xsi:type")


@cache
def phrases(table: str) -> Mapping[str, tuple[str, str]]:
    """Returns the sentences of a table of `phrases.toml`, by name. `lieux`, `valeurs` and `xml` say the fault
    and the remedy; `attendus` and `entiers` say how a type is asked for, with an example; `xml_nomme` says
    how libxml2 names what it met, and the words that replace it."""
    lues = lire_a_cote(__file__, "phrases.toml")
    return {nom: (quoi, remede) for nom, (quoi, remede) in lues[table].items()}


def dire(nom: str, valeur: str = "", /, **places: object) -> Phrase:
    """The sentence of that name on a place where `valeur` was written, or on that value as it is shown;
    `places` fill what stands between braces."""
    message, remede = phrases("lieux").get(nom) or phrases("valeurs")[nom]
    return message.format(valeur=valeur, **places), valeur, remede.format(valeur=valeur, **places), nom


def mal_forme(code: str, dit: str) -> tuple[str, str]:
    """Why a text is no XML, and what to do, by the name of libxml2's error. `dit` is its sentence in English:
    what it names is named, and it is quoted where the table does not know the error."""
    connue = phrases("xml").get(code)
    if connue is None:
        reste = f" (libxml2 : « {abrege(dit, _DIT_MAX)} »)" if dit else ""
        return f"le XML est mal formé à cet endroit{reste}", "corrigez le document à cette ligne"
    raison, remede = connue
    motif, nommee = phrases("xml_nomme").get(code, ("", ""))
    trouve = re.match(motif, dit) if motif else None
    if trouve is not None:
        raison = nommee.format(**{nom: abrege(mot, _NOM_MAX) for nom, mot in trouve.groupdict().items()})
    return raison, remede


def local(nom: str) -> str:
    """Local part of a name in Clark notation."""
    return nom.rpartition("}")[2]


def espace(nom: str) -> str:
    """Namespace of a name in Clark notation, "" for none."""
    return nom[1:].partition("}")[0] if nom.startswith("{") else ""


def autre_espace(nom: str, attendu: str) -> Phrase:
    """Said of an element whose local name is right and whose namespace is not."""
    ecrit = f"dans l'espace de noms [{espace(nom)}]" if espace(nom) else "sans espace de noms"
    noms = {"nom": local(nom), "attendu": espace(attendu), "attendue": local(attendu)}
    return dire("autre_espace", espace(nom), ecrit=ecrit, **noms)


def inconnu(nom: str, connus: list[str]) -> Phrase:
    """Said of an element that its parent does not know."""
    proches = connus and get_close_matches(local(nom), connus, n=1)
    remede = f"vouliez-vous écrire « {proches[0]} » ? sinon retirez-le" if proches else "retirez-le"
    if not proches and connus:
        suite = ", …" if len(connus) > 12 else ""
        remede += f" ; éléments connus ici : {', '.join(dict.fromkeys(connus[:12]))}{suite}"
    return dire("inconnu", local(nom), remede=remede)


def de_la_version(nom: str, version: str) -> str:
    """Remedy of an element that a later version of the message knows."""
    return f'« {nom} » existe à partir de la version {version} : écrivez versionInterface="{version}"'


def choix_vide(branches: list[list[str]]) -> Phrase:
    """Said of a required choice of which no branch was written."""
    return dire("choix_vide", branches=", ou bien ".join(_liste(branche) for branche in branches))


def double(nom: str, maximum: int) -> Phrase:
    """Said of an element that is there more often than `maximum`."""
    return dire("double" if maximum == 1 else "trop_de_fois", local(nom), maximum=maximum)


def texte_inattendu(texte: str, avec_code: bool) -> Phrase:
    """Said of text where only elements, or nothing at all, may stand."""
    valeur = texte.strip(BLANCS)
    if not valeur:
        return dire("blancs", texte)
    if not valeur.strip():
        return dire("blanc_etranger", valeur, code=ord(valeur[0]))
    remede = f'écrivez la valeur dans l\'attribut code : code="{valeur[:20]}"' if avec_code else "retirez-le"
    return dire("texte_inattendu", valeur, debut=valeur[:80], remede=remede)


def attribut_inconnu(nom: str, valeur: str, connus: list[str]) -> Phrase:
    """An attribute that the element does not know, or knows qualified otherwise."""
    jumeau = next((connu for connu in connus if local(connu) == local(nom)), None)
    if jumeau is not None and espace(jumeau):
        return dire("attribut_sans_espace", valeur, nom=local(nom), espace=espace(jumeau))
    if jumeau is not None:
        return dire("attribut_avec_prefixe", valeur, nom=local(nom))
    proches = get_close_matches(local(nom), [local(connu) for connu in connus], n=1)
    if proches:
        return dire("attribut_mal_ecrit", valeur, nom=local(nom), attendu=proches[0])
    return dire("attribut_inconnu", valeur, nom=local(nom))


def refus_brut(erreur: SchemaError) -> SchemaError:
    """A refusal that the walk did not explain: xsi:type, else in the schema processor's words."""
    nom = "type_annonce" if _XSI_TYPE.search(erreur.message) else "refus_brut"
    message, _, remede, sorte = dire(nom, mots=erreur.message)
    return replace(erreur, message=message, remede=remede, sorte=sorte)


def place(avant: str, apres: str) -> str:
    """Where an element goes, to follow a verb: between these neighbours, "" for none."""
    if avant and apres:
        return f" après « {avant} » et avant « {apres} »"
    if avant:
        return f" après « {avant} »"
    return f" avant « {apres} »" if apres else ""


def _liste(noms: list[str]) -> str:
    cites = [f"« {nom} »" for nom in noms]
    return cites[0] if len(cites) == 1 else f"{', '.join(cites[:-1])} et {cites[-1]}"


# --- values ---------------------------------------------------------------------------------------------

_XS: Final = "{http://www.w3.org/2001/XMLSchema}"
#: Characters of a value that a sentence shows.
_MONTRE_MAX: Final = 80
#: Characters of a text that are looked at: every expression goes through all of it.
_LONG: Final = 2_000
_TEXTES: Final = frozenset(["string", "normalizedString", "token", "anySimpleType"])
_DATE_FRANCAISE: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_OUI_NON: Final = {"oui": "true", "o": "true", "vrai": "true", "non": "false", "n": "false", "faux": "false"}
_CLASSE: Final = re.compile(r"\[(a-zA-Z0-9|0-9|a-zA-Z)\](\{(\d+)(,(\d+))?\}|\+|\*)?")
_NOMS_CLASSES: Final = {
    "a-zA-Z0-9": "lettres sans accent ou chiffres",
    "0-9": "chiffres",
    "a-zA-Z": "lettres",
}


def defaut_de_valeur(type_: Any, texte: str) -> Phrase | None:
    """Finds the fault of `texte` as a value of the simple type `type_` (an xmlschema component), None when
    there is none. Only the length and the beginning of a very long text are looked at."""
    if len(texte) > _LONG:
        if type_.max_length is not None and type_.max_length < _LONG:
            return _longueur(type_, texte, texte[:_MONTRE_MAX] + "…")
        texte = texte[:_LONG]
    try:
        if type_.text_is_valid(texte):
            return None
    except ArithmeticError:  # a year beyond 2³¹, which XSD and libxml2 admit; digits without end
        return None
    valeur = type_.normalize(texte)
    vu = valeur if len(valeur) <= _MONTRE_MAX else valeur[:_MONTRE_MAX] + "…"
    base = _predefini(type_)
    if not valeur and base not in _TEXTES:
        return dire("vide", attendu=_attendu(base)[0])
    defaut = _lexique(base, valeur, vu)
    for juger in (_telephone, _courriel, _longueur, _bornes, _enumeration, _motif):
        defaut = defaut or juger(type_, valeur, vu)
    return defaut or dire("autre", vu, attendu=_attendu(base)[0])


def _predefini(type_: Any) -> str:
    """Local name of the built-in type that `type_` restricts."""
    courant = type_
    while courant is not None and not (courant.name or "").startswith(_XS):
        courant = courant.base_type if courant.base_type is not courant else None
    return courant.name.removeprefix(_XS) if courant is not None else "anySimpleType"


def _attendu(base: str) -> tuple[str, str]:
    connue = phrases("entiers").get(base) or phrases("attendus").get(base)
    return connue or (f"une valeur de type {base}", "")


def _lexique(base: str, valeur: str, vu: str) -> Phrase | None:
    """Finds the fault of a text that is not even a value of the built-in type `base`."""
    if base in phrases("entiers"):
        if re.fullmatch(r"[+-]?\d+", valeur):
            return None
        compact = re.sub(r"\s", "", valeur.replace("€", ""))
        entier = re.match(r"[+-]?\d+", compact)
        if entier is not None and re.fullmatch(r"[+-]?\d+([.,]\d+)?", compact):
            return dire("decimales", vu, entier=entier[0])
        return dire("entier", vu)
    if base == "boolean":
        return dire("booleen", vu, ecrire=_OUI_NON.get(valeur.lower(), "true ou false (ou 1, 0)"))
    if base not in phrases("attendus"):
        return None
    attendu, exemple = _attendu(base)
    remede = _remede_de_date(base, valeur) if base in ("date", "dateTime") else ""
    return dire("pas_cela", vu, attendu=attendu, remede=remede or f"par exemple {exemple}")


def _remede_de_date(base: str, valeur: str) -> str:
    """How to write what was meant for a date, or for a date and an hour; "" when it cannot be guessed."""
    francaise = _DATE_FRANCAISE.match(valeur)
    if francaise is not None:
        jour, mois, annee = francaise.groups()
        return f"écrivez {annee}-{mois:0>2}-{jour:0>2}" + ("" if base == "date" else "T00:00:00")
    if base == "dateTime" and re.fullmatch(r"\d{4}-\d\d-\d\d", valeur):
        return f"ajoutez l'heure : {valeur}T00:00:00"
    if base == "date" and re.match(r"\d{4}-\d\d-\d\dT", valeur):
        return f"retirez l'heure : {valeur[:10]}"
    if re.match(r"\d{4}-\d\d-\d\d", valeur):
        return (
            "cette date ou cette heure n'existe pas au calendrier, ou le fuseau est mal écrit : vérifiez-la"
        )
    return ""


def _motifs(type_: Any) -> list[str]:
    trouves = []
    courant = type_
    while courant is not None and not (courant.name or "").startswith(_XS):
        if courant.patterns is not None:
            trouves += [str(motif) for motif in courant.patterns.regexps]
        courant = courant.base_type if courant.base_type is not courant else None
    return trouves


def _telephone(type_: Any, valeur: str, vu: str) -> Phrase | None:
    """The schema wants 10 digits at most: an international number cannot be written as such."""
    if "[0-9]{0,10}" not in _motifs(type_):
        return None
    chiffres = "".join(c for c in valeur if c.isdigit())
    international = re.match(r"\s*(\+|00)\s*33", valeur)
    if international is not None:
        national = "0" + re.sub(r"^(00)?33", "", chiffres).lstrip("0")
        ecrit = f" : {national}" if len(national) == 10 else ""
        return dire("telephone_international", vu, national=ecrit)
    if valeur.lstrip().startswith("+"):
        return dire("telephone_etranger", vu)
    if 0 < len(chiffres) <= 10:
        return dire("telephone_ponctue", vu, chiffres=chiffres)
    return dire("telephone", vu)


def _courriel(type_: Any, valeur: str, vu: str) -> Phrase | None:
    """The schema's pattern for addresses is older than today's domains."""
    motif = next((motif for motif in _motifs(type_) if "@" in motif), None)
    if motif is None or re.fullmatch(motif, valeur):
        return None
    nom, arobase, domaine = valeur.rpartition("@")
    extension = domaine.rpartition(".")[2]
    if not arobase or not nom or "." not in domaine:
        return dire("pas_une_adresse", vu)
    if "+" in nom:
        return dire("adresse_plus", vu)
    if extension.isalpha() and len(extension) > 3 and "{1,3}" in motif:
        return dire("adresse_extension", vu, extension=extension)
    fautifs = sorted({c for c in valeur if not re.match(r"[a-zA-Z0-9_.\-@]", c)})
    dits = " ".join("espace" if c.isspace() else c for c in fautifs)
    return dire("adresse", vu, fautifs=f" (caractères : {dits})" if fautifs else "")


def _longueur(type_: Any, valeur: str, vu: str) -> Phrase | None:
    longueur, haut, bas = len(valeur), type_.max_length, type_.min_length
    if haut is not None and longueur > haut:
        trop = accorde(longueur - haut, "caractère")
        return dire("trop_longue", vu, longueur=longueur, borne=haut, trop=trop)
    if bas is not None and longueur < bas:
        return dire("trop_courte", vu, longueur=longueur, borne=bas)
    return None


def _bornes(type_: Any, valeur: str, vu: str) -> Phrase | None:
    minimum, maximum = type_.min_value, type_.max_value
    if not re.fullmatch(r"[+-]?\d+(\.\d*)?", valeur) or not isinstance(minimum, int | type(None)):
        return None
    if minimum is not None and float(valeur) < float(minimum):
        return dire("trop_petite", vu, borne=minimum)
    if maximum is not None and float(valeur) > float(maximum):
        return dire("trop_grande", vu, borne=maximum)
    chiffres = type_.get_facet(f"{_XS}fractionDigits")
    if chiffres is not None and len(valeur.partition(".")[2]) > chiffres.value:
        return dire("trop_de_decimales", vu, borne=chiffres.value)
    return None


def _enumeration(type_: Any, valeur: str, vu: str) -> Phrase | None:
    valeurs = type_.enumeration
    if not valeurs or valeur in [str(admise) for admise in valeurs]:
        return None
    return dire("hors_liste", vu, admises=", ".join(str(admise) for admise in valeurs[:20]))


def _motif(type_: Any, valeur: str, vu: str) -> Phrase | None:
    motifs = _motifs(type_)
    if not motifs:
        return None
    attendu = " ou ".join(_decrire(motif) for motif in motifs)
    if not valeur:
        return dire("vide_sans_forme", attendu=attendu)
    return dire("motif", vu, attendu=attendu)


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
