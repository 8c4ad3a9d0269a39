"""A rule is a value: a code, and a function that yields the places where it does not hold."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sne_sandbox.domain.element import Element

if TYPE_CHECKING:
    from sne_sandbox.rules.context import Contexte


@dataclass(frozen=True, slots=True)
class Infraction:
    """One place where a rule does not hold.

    `chemin` is the path of the faulty (or missing) element; `valeurs` fill the sentence of the rule
    (`{valeur}`, `{commune}`, `{max}`, …); `ligne` is the line in the document received, 0 for none.
    `leger` says that this place only warns, whatever the gravité of the rule (« … only warns »). `absent`
    says that nothing is written there: `valeur` is then what the sentence needs, not a faulty value.
    """

    chemin: str
    valeurs: dict[str, str]
    ligne: int = 0
    leger: bool = False
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Regle:
    """A control. Its types, text, gravité, fidélité and source are the row of `rules.toml` of the same code.

    `registre` says that it reads the base: such rules run inside the transaction, and `check` leaves them
    out. `transport` says that it reads the file name or the certificate. `prealable` says that a message
    which it refuses is not judged any further: the other controls would read what is not there.
    """

    code: str
    controler: "Callable[[Contexte], Iterator[Infraction]]"
    registre: bool = False
    transport: bool = False
    prealable: bool = False

    @property
    def nom(self) -> str:
        """Name of its function: `radiation_sans_motif`."""
        return self.controler.__name__


def regle(
    code: str, *, registre: bool = False, transport: bool = False, prealable: bool = False
) -> "Callable[[Callable[[Contexte], Iterator[Infraction]]], Regle]":
    """Make a `Regle` of a function. Registers nothing: `catalogue/__init__.py` lists the rules by hand."""

    def faire(controler: "Callable[[Contexte], Iterator[Infraction]]") -> Regle:
        return Regle(code, controler, registre, transport, prealable)

    return faire


def constat(element: Element, **valeurs: str) -> Infraction:
    """The rule does not hold on `element`; `valeur` defaults to its text, or its code."""
    valeurs.setdefault("valeur", element.texte or element.code or "")
    return Infraction(element.chemin, valeurs, element.ligne)


def manquant(parent: Element, nom: str, **valeurs: str) -> Infraction:
    """The rule does not hold on `nom` below `parent`, which is missing, or empty.

    `valeur` is the faulty value that something else shows there (a count, a total); without it, the
    sentence names the element and the anomalie shows no value.
    """
    absent = "valeur" not in valeurs
    valeurs.setdefault("valeur", nom)
    for enfant in parent.enfants:  # written, but empty: that is the place to show
        if enfant.nom == nom:
            return Infraction(enfant.chemin, valeurs, enfant.ligne, absent=absent)
    return Infraction(f"{parent.chemin}/{nom}", valeurs, parent.ligne, absent=absent)


def sans_valeur(trouve: Infraction) -> Infraction:
    """The same place, where nothing is written: its `valeur` only fills the sentence."""
    return replace(trouve, absent=True)


def allege(trouve: Infraction) -> Infraction:
    """The same place, that only warns."""
    return replace(trouve, leger=True)
