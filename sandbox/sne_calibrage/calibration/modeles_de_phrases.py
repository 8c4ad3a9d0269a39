"""The sentences of a rule: what they were filled with, and which sentence with the same places would have
given those of another server."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
from string import Formatter
from typing import Final

from sne_interface.domain.nir import masquer_nirs

_ENTIER: Final = re.compile(r"(?<![\w])\d+(?!\w)")
#: Values so short that they may stand in a sentence by chance: both readings are tried.
_COURTE: Final = 2
#: Readings of one sentence that are tried.
_LECTURES_MAX: Final = 64
#: The first of the signs that stand for places: no sentence has one.
_PLACES: Final = 0xE000

#: What fills the places of a sentence.
Valeurs = Mapping[str, str]


def places(modele: str) -> list[str]:
    """Names of the places of a sentence, in order."""
    return [nom for _, nom, _, _ in Formatter().parse(modele) if nom]


def remplir(modele: str, valeurs: Valeurs) -> str:
    """The sentence with its places filled, as a rule writes it."""
    return masquer_nirs(modele.format_map({nom: valeurs.get(nom, "") for nom in places(modele)}))


def valeurs_de(modele: str, phrase: str) -> dict[str, str] | None:
    """Returns the values that the places of `modele` hold in `phrase`; None when it is no such sentence."""
    motif, vus = "", set()
    for litteral, nom, _, _ in Formatter().parse(modele):
        motif += re.escape(litteral)
        if nom:
            motif += f"(?P={nom})" if nom in vus else f"(?P<{nom}>.*?)"
            vus.add(nom)
    trouve = re.fullmatch(motif, phrase, re.DOTALL)
    return None if trouve is None else trouve.groupdict()


def modele_commun(exemples: Iterable[tuple[Valeurs, str]]) -> tuple[str, list[bool]]:
    """The sentence with places that gives most of the examples (what fills the places, sentence), and which
    of them it gives."""
    lus = [(valeurs, masquer_nirs(phrase)) for valeurs, phrase in exemples]
    candidats = dict.fromkeys(modele for valeurs, phrase in lus for modele in _modeles(valeurs, phrase))

    def rendus(modele: str) -> list[bool]:
        return [remplir(modele, valeurs) == phrase for valeurs, phrase in lus]

    # Of those that give as many, the one with most places: a value is seldom a word of the sentence.
    meilleur = max(candidats, key=lambda modele: (sum(rendus(modele)), len(places(modele))))
    return meilleur, rendus(meilleur)


def _modeles(valeurs: Valeurs, phrase: str) -> Iterator[str]:
    """The sentences with places that may have given `phrase`: the whole words of a value are a place."""
    utiles = sorted((nom for nom, v in valeurs.items() if v), key=lambda nom: -len(valeurs[nom]))
    choix = [(True, False) if len(valeurs[nom]) <= _COURTE else (True,) for nom in utiles]
    # Each place is one sign until all are found: its name may be a value too.
    signes = {nom: chr(_PLACES + rang) for rang, nom in enumerate(utiles)}
    noms = {ord(signe): f"{{{nom}}}" for nom, signe in signes.items()}
    for prises in islice(product(*choix), _LECTURES_MAX):
        lue = phrase
        for nom, prise in zip(utiles, prises, strict=True):
            if prise:
                lue = re.sub(rf"(?<!\w){re.escape(valeurs[nom])}(?!\w)", signes[nom], lue)
        yield lue.replace("{", "{{").replace("}", "}}").translate(noms)


def entiers(phrase: str) -> list[int]:
    """The whole numbers of a sentence."""
    return [int(trouve[0]) for trouve in _ENTIER.finditer(phrase)]
