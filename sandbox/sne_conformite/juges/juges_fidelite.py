"""Compares what was asked with what arrived: every field of the form, each difference named once, and what
became of its value: the same, or changed, and how.

A difference is a finding of the requirement that rules its path (`fixtures/fidelite.toml`), unless its kind
says better: a text that was cut or damaged is FID-10 wherever it stands. Differences of one kind are one
finding.
"""

import html
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import tomli

from sne_conformite.juges.juge import CONSTATS, MOJIBAKE, Dire
from sne_conformite.rapports.rapport import Constat
from sne_interface.domain.element_recu import Element, lire_date, lire_instant, sans_indices
from sne_interface.domain.nir import est_nom_de_nir, masquer_nirs
from sne_interface.domain.texte import mal_lu
from sne_interface.resources import fixtures_dir

#: `sorte` of a difference of values.
TEXTE_COUPE: Final = "texte_coupe"
CARACTERE_ABIME: Final = "caractere_abime"
VALEUR_CHANGEE: Final = "valeur_changee"
CHAMP_ABSENT: Final = "champ_absent"
#: Of dates: by how many days all of them are shifted.
UN_JOUR: Final = {-1: "jour_de_moins", 1: "jour_de_plus"}
CODE_QUALIFIE: Final = "code_qualifie"

_FAUX: Final = {"0", "false"}

#: Which requirement rules what, and the sentences.
_TABLES: Final = tomli.loads((fixtures_dir() / "fidelite.toml").read_text("utf-8"))
_LIGATURES: Final = str.maketrans(_TABLES["ligatures"])
_DANS_PERSONNE: Final[Mapping[str, str]] = _TABLES["exigences_d_une_personne"]
_ABSENTS: Final[Mapping[str, str]] = _TABLES["absents"]
_A_PART, _LIBRES, _ORDONNES, _ENTIERS, _TELEPHONES = (
    frozenset(_TABLES["elements"][cle]) for cle in ("a_part", "libres", "ordonnes", "entiers", "telephones")
)
_SANS_PLACE: Final = tuple(_TABLES["elements"]["nir_sans_place_connue"])
_PHRASES: Final[Mapping[str, str]] = _TABLES["phrases_de_la_saisie"]
_PHRASES_LUES: Final = {
    **_PHRASES,
    **dict.fromkeys(("champ_absent", *_ABSENTS.values()), _TABLES["phrases_de_la_lecture"]["absent"]),
    **_TABLES["phrases_de_la_lecture"],
}
_ETAT_CIVIL: Final = "FID-01"
_TEXTES: Final = "FID-10"
_NIR: Final = "FID-12"
_AUTRES: Final = "FID-13"
_SCHEMA: Final = "CTR-01"


@dataclass(frozen=True, slots=True)
class _Ecart:
    """A difference: what kind, where (path under the root), and both values."""

    sorte: str
    chemin: str
    attendu: str = ""
    observe: str = ""


def comparer(
    attendu: Element,
    recu: Element,
    *,
    exigence: str | None = None,
    echange: int | None = None,
    regles: Mapping[str, str] = MappingProxyType({}),
    refusees: Callable[[], Mapping[str, str]] = dict,
    noms: Mapping[str, str] = MappingProxyType({}),
    lue: bool = False,
) -> list[Constat]:
    """The fate of `attendu` (a `demandeLogement`, or any element) in `recu`: one finding for each kind of
    difference under its requirement, and one that holds for each requirement without any. `exigence` rules
    all, whatever the path (radiations, events); `regles` are the requirements of some paths under the root,
    when the message has its own for them; `refusees` gives the places under the root that a requirement
    of the message itself refuses (a code of no list), with that one; `noms` is what places under the root are
    called, when not by the name of their element; `lue` says that `attendu` was read at the SNE, and not
    entered.

    One cause is one finding: dates that are all a day off are charged once, codes written in a namespace are
    the schema's to refuse, what no message may say is told as such; what else they break is folded."""
    casses = defaultdict(list)
    racine = len(recu.chemin) + 1
    qualifies = [e.chemin[racine:] for e in recu.parcourir() if e.code_qualifie]
    recu = _copie_lisible(recu) if qualifies else recu
    ecarts = list(_comparer(attendu, recu, ""))
    decalees = _dates_decalees(attendu, recu) if ecarts else ""
    interdites = refusees() if ecarts else {}
    for ecart in ecarts:
        if decalees and _jour(ecart.attendu) and _jour(ecart.observe):
            ecart = replace(ecart, sorte=decalees)
        if exigence is None and ecart.chemin in _LIBRES:
            continue
        qui = exigence or regles.get(ecart.chemin) or _exigence(ecart)
        pareil = en_commun(ecart.sorte, ecart.chemin, ecart.attendu, ecart.observe)
        casses[qui, ecart.sorte, _refus(ecart, interdites), pareil].append(ecart)
    phrases = _PHRASES_LUES if lue else _PHRASES
    if decalees and _jours(recu).total() == 1:
        phrases = {**phrases, decalees: phrases[f"{decalees}_seul"]}
    constats = [
        _plier(_constat(Dire(qui, echange, None), trouves, recu.chemin, phrases, noms), cause, casses)
        for (qui, _, cause, _), trouves in casses.items()
    ]
    for chemin in qualifies:
        qui = exigence or regles.get(chemin) or exigence_de(chemin)
        if not any(qui == c.exigence for c in constats):
            ecart = _Ecart(CODE_QUALIFIE, chemin)
            constat = _constat(Dire(qui, echange, None), [ecart], recu.chemin, phrases, noms)
            constats.append(replace(constat, cause=_SCHEMA))
            casses[qui, CODE_QUALIFIE, _SCHEMA, ""] = [ecart]
    concernees = {exigence} if exigence else _concernees(attendu)
    return constats + [Dire(qui, echange).tenue() for qui in sorted(concernees - {qui for qui, *_ in casses})]


def _constat(
    dire: Dire, trouves: Sequence[_Ecart], racine: str, phrases: Mapping[str, str], noms: Mapping[str, str]
) -> Constat:
    """The finding of differences of one kind: the first of them, and how many more."""
    premier, restes = trouves[0], len(trouves) - 1
    parent, _, nom = premier.chemin.rpartition("/")
    lieu = noms.get(premier.chemin) or noms.get(parent) or nom or racine.rpartition("/")[2]
    phrase = phrases[premier.sorte].format(lieu=lieu)
    if restes and premier.sorte not in UN_JOUR.values():
        phrase = f"{phrase[:-1]} (et {restes} autre{'s' if restes > 1 else ''} du même genre)."
    chemin = f"{racine}/{premier.chemin}" if premier.chemin else racine
    attendu = masquer_nirs(premier.attendu)
    return dire.rompue(premier.sorte, attendu, premier.observe, chemin=chemin, phrase=phrase)


# --- one cause, one finding ------------------------------------------------------------------------------


def _copie_lisible(element: Element) -> Element:
    attributs = {nom.rpartition("}")[2]: valeur for nom, valeur in element.attributs.items()}
    enfants = tuple(_copie_lisible(enfant) for enfant in element.enfants)
    return Element(element.nom, element.texte, attributs, enfants, element.ligne)


def _dates_decalees(attendu: Element, recu: Element) -> str:
    """How all the dates of `attendu` that arrived are off, by a `sorte` of UN_JOUR; "" when they are not. One
    that is right, or off otherwise, shows that it is no matter of time zones."""
    vraies, recues = _jours(attendu), _jours(recu)
    if recues <= vraies:
        return ""
    for jours, sorte in UN_JOUR.items():
        if recues <= Counter(jour + timedelta(jours) for jour in vraies.elements()):
            return sorte
    return ""


def _jours(element: Element) -> "Counter[date]":
    """The days that it writes, but for what is the application's own."""
    a_part = _A_PART if element.nom == "demandeLogement" else frozenset()
    blocs = [e for e in element.enfants if e.nom not in a_part] or [element]
    jours = (_jour(e.texte) for bloc in blocs for e in bloc.parcourir())
    return Counter(jour for jour in jours if jour is not None)


def _plier(constat: Constat, cause: str, casses: Collection[tuple[str, ...]]) -> Constat:
    decale = constat.sorte in UN_JOUR.values() and constat.exigence != _AUTRES
    if not cause and decale and (_AUTRES, constat.sorte, "", constat.sorte) in casses:
        cause = _AUTRES
    return replace(constat, cause=cause) if cause else constat


def _refus(ecart: _Ecart, refusees: Mapping[str, str]) -> str:
    """The requirement that refuses the very place; of what did not arrive, also one above it. A text that was
    cut or damaged is charged as such, whatever the schema says of it."""
    absent = ecart.sorte == CHAMP_ABSENT or ecart.sorte in _ABSENTS.values()
    place, encore = ecart.chemin, True
    while encore:
        if place in refusees and (ecart.sorte == VALEUR_CHANGEE or refusees[place] != _SCHEMA):
            return refusees[place]
        place, encore = place.rpartition("/")[0], absent and "/" in place
    return ""


# --- which requirement -----------------------------------------------------------------------------------


def _exigence(ecart: _Ecart) -> str:
    if ecart.sorte in (TEXTE_COUPE, CARACTERE_ABIME, MOJIBAKE):
        return _TEXTES
    if ecart.sorte == "nir_invente":
        return _NIR
    if ecart.sorte == "champ_invente":
        return _AUTRES
    if ecart.sorte == "noms_echanges":
        return exigence_de(f"{ecart.chemin}/nom")
    return exigence_de(ecart.chemin)


@lru_cache(maxsize=4096)
def exigence_de(chemin: str) -> str:
    """The requirement that rules a path under `demandeLogement`, indices left aside."""
    sans = sans_indices(chemin)
    pas = sans.split("/")
    if est_nom_de_nir(pas[-1]):
        return _NIR
    for prefixe, exigence in _TABLES["exigences"].items():
        if sans == prefixe or sans.startswith(prefixe + "/"):
            return str(exigence)
    if sans.startswith("personnePhysique/demandeur/"):
        return _DANS_PERSONNE.get(pas[2], _ETAT_CIVIL)
    if sans.startswith("personnePhysique/listeCotitulaire"):
        return "FID-02" if len(pas) < 4 else _DANS_PERSONNE.get(pas[3], _ETAT_CIVIL)
    return _AUTRES


def _concernees(attendu: Element) -> set[str]:
    """The requirements that `attendu` can show held: those of what it says."""
    trouvees = set()
    pile = [(e, e.nom) for e in attendu.enfants if e.nom not in _A_PART | _LIBRES]
    while pile:
        element, chemin = pile.pop()
        if element.enfants:
            pile += [(enfant, f"{chemin}/{enfant.nom}") for enfant in element.enfants]
        elif not element.vide:
            trouvees.add(exigence_de(chemin))
            # One that applications damage or cut: accents, apostrophes, length.
            if len(element.texte) >= 20 or not element.texte.isascii() or "'" in element.texte:
                trouvees.add(_TEXTES)
    if attendu.enfant("personnePhysique") is not None:
        trouvees.add(_NIR)  # given or not: what was not given must not be invented
    if attendu.enfant("personnePhysique/listeCotitulaire") is not None:
        trouvees.add("FID-02")
    return trouvees


# --- the differences -------------------------------------------------------------------------------------


def _comparer(attendu: Element, recu: Element, chemin: str) -> Iterator[_Ecart]:
    if not attendu.enfants:
        yield from _valeurs(attendu, recu, chemin)
        return
    echanges = _noms_echanges(attendu, recu)
    if echanges:
        yield _Ecart("noms_echanges", chemin, *echanges)
    passes = _A_PART if attendu.nom == "demandeLogement" else frozenset()
    for nom in dict.fromkeys(e.nom for e in (*attendu.enfants, *recu.enfants)):
        if nom in passes or (echanges and nom in ("nom", "nomPatronymique", "prenom")):
            continue
        if nom in _TELEPHONES and _donne_ailleurs(nom, attendu, recu):
            continue
        yield from _homonymes(attendu.tous(nom), recu.tous(nom), f"{chemin}/{nom}" if chemin else nom)


def _pareils(un: Element, autre: Element) -> bool:
    """Tell whether both say the same in the same order, letter for letter."""
    return (
        un.nom == autre.nom
        and un.texte == autre.texte
        and un.code == autre.code
        and len(un.enfants) == len(autre.enfants)
        and all(map(_pareils, un.enfants, autre.enfants))
    )


def _donne_ailleurs(nom: str, attendu: Element, recu: Element) -> bool:
    """Tell whether a telephone that did not arrive is that of another line, which did."""
    numero = attendu.texte_de(nom)
    return recu.enfant(nom) is None and any(
        numero == attendu.texte_de(autre) == recu.texte_de(autre) for autre in _TELEPHONES if autre != nom
    )


def _homonymes(attendus: Sequence[Element], recus: Sequence[Element], chemin: str) -> Iterator[_Ecart]:
    """Namesakes of one parent, each matched with the one that is most like it."""
    if len(attendus) == len(recus) and all(map(_pareils, attendus, recus)):
        return  # nearly all of what an honest application sends
    if len(attendus) == len(recus) == 1:
        yield from _comparer(attendus[0], recus[0], chemin)
        return
    paires, perdus, en_trop = _apparier(attendus, recus)
    plusieurs = len(attendus) > 1
    for un, autre in paires:
        yield from _comparer(attendus[un], recus[autre], f"{chemin}[{un + 1}]" if plusieurs else chemin)
    for un in perdus:
        yield from _perdu(attendus[un], f"{chemin}[{un + 1}]" if plusieurs else chemin)
    for autre in en_trop:
        if attendus:
            yield _Ecart("element_en_trop", chemin, "", _resume(recus[autre]))
        else:
            yield from _invente(recus[autre], chemin)
    rangs = [autre for _, autre in paires]
    if attendus and attendus[0].nom in _ORDONNES and rangs != sorted(rangs):
        yield _Ecart(
            "ordre_change", chemin, ", ".join(map(_resume, attendus)), ", ".join(map(_resume, recus))
        )


def _apparier(
    attendus: Sequence[Element], recus: Sequence[Element]
) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """Pairs of ranks, in the order of `attendus`; those left over on either side."""
    contenus = [_feuilles(e) for e in attendus], [_feuilles(e) for e in recus]
    scores = sorted(
        (
            (-_ressemblance(un, autre), abs(i - j), i, j)
            for i, un in enumerate(contenus[0])
            for j, autre in enumerate(contenus[1])
        ),
    )
    par_attendu = {}
    pris = set()
    for score, _, i, j in scores:
        # Of lists of one length even those that have nothing in common are each other's counterpart.
        if i not in par_attendu and j not in pris and (score < 0 or len(attendus) == len(recus)):
            par_attendu[i] = j
            pris.add(j)
    return (
        sorted(par_attendu.items()),
        [i for i in range(len(attendus)) if i not in par_attendu],
        [j for j in range(len(recus)) if j not in pris],
    )


def _perdu(element: Element, chemin: str) -> Iterator[_Ecart]:
    """An element that did not arrive: itself, or what it lists; nothing of what may not arrive."""
    if est_nom_de_nir(element.nom) and chemin.startswith(_SANS_PLACE):
        return
    nom = element.nom
    if est_nom_de_nir(nom):
        yield _Ecart(_ABSENTS["nir"], chemin, _resume(element))
        return
    if nom not in _ABSENTS and element.enfants:
        listes = {e.nom for e in element.enfants if not e.vide}
        if len(listes) == 1 and listes <= _ABSENTS.keys():
            for enfant in element.enfants:
                yield _Ecart(_ABSENTS[enfant.nom], f"{chemin}/{enfant.nom}", _resume(enfant))
            return
    yield _Ecart(_ABSENTS.get(nom, CHAMP_ABSENT), chemin, _resume(element))


def _invente(element: Element, chemin: str) -> Iterator[_Ecart]:
    if element.nom in _LIBRES:
        return
    if element.enfants:
        for enfant in element.enfants:
            if not enfant.vide:
                yield from _invente(enfant, f"{chemin}/{enfant.nom}")
    elif element.code is None and est_neutre(element.texte):
        return
    else:
        yield _Ecart(
            "nir_invente" if est_nom_de_nir(element.nom) else "champ_invente", chemin, "", _resume(element)
        )


def _valeurs(attendu: Element, recu: Element, chemin: str) -> Iterator[_Ecart]:
    if attendu.code is not None or recu.code is not None:
        if attendu.code != recu.code:
            yield _Ecart(VALEUR_CHANGEE, chemin, attendu.code or "", recu.code or recu.texte)
    elif recu.enfants:
        yield _Ecart(VALEUR_CHANGEE, chemin, attendu.texte, _resume(recu))
    elif not equivalents(attendu.texte, recu.texte, entier=attendu.nom in _ENTIERS):
        yield _Ecart(sorte_d_ecart(attendu.texte, recu.texte), chemin, attendu.texte, recu.texte)


def _noms_echanges(attendu: Element, recu: Element) -> tuple[str, str] | None:
    for un, autre in (("nom", "nomPatronymique"), ("nom", "prenom")):
        avant = attendu.texte_de(un) or "", attendu.texte_de(autre) or ""
        apres = recu.texte_de(un) or "", recu.texte_de(autre) or ""
        if equivalents(*avant) or not any(avant):
            continue
        if equivalents(avant[0], apres[1]) and equivalents(avant[1], apres[0]):
            return (
                f"{un} « {avant[0]} », {autre} « {avant[1]} »",
                f"{un} « {apres[0]} », {autre} « {apres[1]} »",
            )
    return None


def _feuilles(element: Element) -> "Counter[tuple[str, str]]":
    feuilles: Counter[tuple[str, str]] = Counter()
    for e in element.parcourir():
        if not e.enfants and not e.vide:
            feuilles[e.nom, (e.code or " ".join(e.texte.split())).upper()] += 1
    return feuilles


def _ressemblance(un: "Counter[tuple[str, str]]", autre: "Counter[tuple[str, str]]") -> float:
    total = un.total() + autre.total()
    return 2 * (un & autre).total() / total if total else 1.0


def _resume(element: Element) -> str:
    """An element in a few words: its value, or its first values, each with its name."""
    if not element.enfants:
        return element.code or element.texte
    valeurs = [f"{e.nom} {e.code or e.texte}" for e in element.parcourir() if not e.enfants and not e.vide]
    return ", ".join([*valeurs[:4], "…"] if len(valeurs) > 4 else valeurs)


# --- one value against another -------------------------------------------------------------------------


def equivalents(attendu: str, observe: str, *, entier: bool = False) -> bool:
    """Tell whether both texts say the same: white space collapsed, upper-case accepted, `1` for `true`,
    `100.00` for `100`, one instant in two time zones. A lost accent or a lost leading zero is no equivalence,
    but for an `entier` (a whole number by its schema type: `0100`, `+100`)."""
    attendu, observe = " ".join(attendu.split()), " ".join(observe.split())
    if attendu == observe or observe == attendu.upper():
        return True
    if {attendu, observe} <= {"1", "true"} or {attendu, observe} <= _FAUX:
        return True
    un, autre = (_entier(t) if entier else _nombre(t) for t in (attendu, observe))
    if un is not None and autre is not None:
        return un == autre
    return _memes_instants(attendu, observe)


def sorte_d_ecart(attendu: str, observe: str) -> str:
    """How `observe` came from `attendu`, which it does not equal."""
    if mal_lu(observe) == attendu:
        return MOJIBAKE
    attendu, observe = " ".join(attendu.split()), " ".join(observe.split())
    if any(c.isalpha() for c in attendu) and attendu.casefold() != observe.casefold():
        if observe and attendu.upper().startswith(observe.upper()):
            return TEXTE_COUPE
        if _abime(attendu, observe):
            return CARACTERE_ABIME
    return VALEUR_CHANGEE


@lru_cache(maxsize=4096)
def en_commun(sorte: str, chemin: str, attendu: str, observe: str) -> str:
    """Tells what a finding has in common with others of one cause: what the first of `communs` says that
    fits, "" for none."""
    dit = f"{jours_d_ecart(attendu, observe)} {sorte} {chemin} : {attendu} → {observe}"
    connus = CONSTATS["communs"].items()
    return next((lu.expand(quoi) for motif, quoi in connus if (lu := re.search(motif, dit))), "")


def est_neutre(texte: str) -> bool:
    """Tell whether a value that nobody gave says nothing: an unticked box, a zero."""
    return texte in _FAUX or _nombre(texte) == 0


def _jour(texte: str) -> date | None:
    """The day that a text writes, None for what is no date."""
    return lire_date(texte) if "-" in texte and "T" not in texte else None


def jours_d_ecart(attendu: str, observe: str) -> int | None:
    """By how many days a date is off; None when either is no date."""
    un, autre = _jour(attendu), _jour(observe)
    return None if un is None or autre is None else (autre - un).days


def _abime(attendu: str, observe: str) -> bool:
    if nu(attendu) == nu(html.unescape(observe)):
        return True
    if len(attendu) == len(observe):
        changes = [a for a, o in zip(attendu, observe, strict=True) if a != o]
        return all(not c.isascii() or c in "'&<>\"-" for c in changes)
    # Characters that were dropped, or written as entities or question marks.
    reste = "".join(c for c in attendu if c.isascii() and c.isalnum())
    lu = "".join(c for c in observe if c.isascii() and c.isalnum())
    return reste != attendu and reste.upper() == lu.upper()


def nu(texte: str) -> str:
    """A text in capitals, its letters without their signs, as who has none would write them."""
    decompose = unicodedata.normalize("NFD", texte.translate(_LIGATURES))
    return "".join(c for c in decompose if not unicodedata.combining(c)).upper()


def _nombre(texte: str) -> Decimal | None:
    """The number that a text writes, None for what is rather an identifier (« 01000 »)."""
    entier = texte.lstrip("-").partition(".")[0]
    if not entier.isdigit() or (len(entier) > 1 and entier[0] == "0") or not texte.isascii():
        return None
    try:
        return Decimal(texte)
    except InvalidOperation:
        return None


def _entier(texte: str) -> Decimal | None:
    """The number that an xs:int writes, or one with decimals."""
    signe = "-" if texte.startswith("-") else ""
    entier, point, decimales = texte.lstrip("+-").partition(".")
    return _nombre(f"{signe}{entier.lstrip('0') or '0'}{point}{decimales}") if entier else None


def _memes_instants(attendu: str, observe: str) -> bool:
    if "T" in attendu and "T" in observe:
        un, autre = lire_instant(attendu), lire_instant(observe)
        if un is None or autre is None or (un.tzinfo is None) is not (autre.tzinfo is None):
            return False
        return un == autre
    jour = lire_date(attendu)
    return jour is not None and "T" not in attendu + observe and jour == lire_date(observe)
