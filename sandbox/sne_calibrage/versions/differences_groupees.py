"""The differences of two contracts as a person reads them: what a message may hold comes first, and the
differences that would be written alike are one line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from sne_calibrage.versions.differences_de_contrats import (
    ComparaisonDeContrats,
    DifferenceDeContrats,
    Severite,
)
from sne_interface.contract.changements import Nature
from sne_interface.domain.texte import accorde

#: What no exchange shows, or what the vendor cannot change: told after the interface itself.
_A_COTE: Final = frozenset(
    {Nature.EXIGENCES, Nature.CERTIFICATION, Nature.SEUILS, Nature.ROLES, Nature.FICHIERS}
)
_PARTIES: Final = (("L'interface", False), ("Jugement, seuils et autres fichiers", True))
#: Objects, or sentences, that a line says before it counts the others.
_CITES_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class LigneDeDifferences:
    """One line, of one difference or several: `objets` are the first of those that differ, `reste` says how
    many others do (« et 3 autres », or ""), `texte` what differs, in French."""

    differences: tuple[DifferenceDeContrats, ...]
    objets: tuple[str, ...]
    reste: str
    texte: str

    @property
    def premiere(self) -> DifferenceDeContrats:
        """The one whose way and change are those of all."""
        return self.differences[0]

    @property
    def empreintes(self) -> str:
        """The fingerprint of the first, and how many others there are: « cb84e289bc91+10 »."""
        autres = len(self.differences) - 1
        return f"{self.premiere.empreinte}+{autres}" if autres else self.premiere.empreinte


@dataclass(frozen=True, slots=True)
class PartieDeComparaison:
    """The lines of one hardness, on the interface or beside it; they hold `nombre` differences."""

    titre: str
    severite: Severite
    nombre: int
    lignes: tuple[LigneDeDifferences, ...]


def parties(comparaison: ComparaisonDeContrats) -> Iterator[PartieDeComparaison]:
    """What differs, in the order of reading: the interface, the hardest first, then what is beside it."""
    for titre, a_cote in _PARTIES:
        for severite in Severite:
            lot = [
                d
                for d in comparaison.differences
                if d.severite is severite and (d.nature in _A_COTE) is a_cote
            ]
            if lot:
                yield PartieDeComparaison(titre, severite, len(lot), tuple(plier(lot)))


def plier(differences: Iterable[DifferenceDeContrats]) -> list[LigneDeDifferences]:
    """One line for those that say the same of several objects, and for the thresholds of an area, whatever
    their amounts. The order is that of the first of each."""
    lots: dict[tuple[object, ...], list[DifferenceDeContrats]] = {}
    for d in differences:
        # An amount may change from year to year: of a threshold, the area makes the line.
        quoi = d.objet.rpartition("/")[0] if d.nature is Nature.SEUILS else d.texte
        severites = tuple(sorted(d.severites.items()))
        lots.setdefault((d.nature, d.sorte, d.changement, severites, quoi), []).append(d)
    return [_seuil(lot) if lot[0].nature is Nature.SEUILS else _ligne(lot) for lot in lots.values()]


def _ligne(lot: list[DifferenceDeContrats]) -> LigneDeDifferences:
    # One more is not worth a count.
    cites = lot if len(lot) <= _CITES_MAX + 1 else lot[:_CITES_MAX]
    objets = tuple(d.objet for d in cites)
    return LigneDeDifferences(tuple(lot), objets, _autres(len(lot) - len(cites)), lot[0].texte)


def _seuil(lot: list[DifferenceDeContrats]) -> LigneDeDifferences:
    """« EPCI/200018653 », and its sentences, each with its years."""
    par_texte: dict[str, list[str]] = {}
    for d in lot:
        par_texte.setdefault(d.texte, []).append(d.objet.rpartition("/")[2])
    dits = [f"{texte}, {_annees(annees)}" for texte, annees in par_texte.items()]
    suite = _autres(len(dits) - _CITES_MAX)
    texte = " ; ".join(dits[:_CITES_MAX]) + (f" ; {suite}" if suite else "")
    return LigneDeDifferences(tuple(lot), (lot[0].objet.rpartition("/")[0],), "", texte)


def _annees(annees: list[str]) -> str:
    """« 2016 à 2026 » of years that follow one another, else each: « 2016, 2018 »."""
    nombres = sorted(map(int, annees))
    if len(nombres) > 1 and nombres == list(range(nombres[0], nombres[-1] + 1)):
        return f"{nombres[0]} à {nombres[-1]}"
    return ", ".join(map(str, nombres))


def _autres(reste: int) -> str:
    return f"et {accorde(reste, 'autre', 'autres')}" if reste > 0 else ""
