"""A document brought down to the smallest that still shows something, and the smallest request that each
blocking rule refuses.

Every branch that can go is taken away, one by one. The requests are data, `fixtures/reductions/<CODE>.xml`,
written by `tests/reductions.py` from the refusing examples of the rules.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from lxml import etree

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.anomalie import Gravite
from sne_interface.resources import fixtures_dir
from sne_interface.rules.catalogue import REGLES
from sne_interface.rules.rule import gravite

#: Whether a document (lxml) is still one that shows what it should.
Convient = Callable[[Any], bool]

#: The rule blocks under the first of these that makes it block.
_PROFILS: Final = ("ecole", "strict")
_CODES: Final = frozenset(regle.code for regle in REGLES)
#: Elements of the longest branch of a choice (an address abroad: postal code, commune, country).
_BRANCHE: Final = 3


def profil_bloquant(code: str, contrat: Contrat) -> str | None:
    """The profile under which a rule is shown, None when none makes it block."""
    fiche = contrat.regles.get(code)
    if fiche is None:
        return None
    return next((p for p in _PROFILS if gravite(fiche, p) is Gravite.BLOQUANTE), None)


def elaguer(racine: Any, convient: Convient, *, encore: Callable[[], bool] = lambda: True) -> bool:
    """Takes from `racine` (lxml), in place, branch by branch, all that can go while `convient` holds of it.
    Returns True when nothing more can be taken alone, False when `encore` said to stop before."""
    change = True
    while change:  # what was needed may not be, once something else is gone
        change = False
        for bloc in list(_blocs(racine)):
            if not encore():
                return False
            change |= _retirer(bloc, racine, convient)
    for element in racine.iter():
        if len(element) == 0 and element.text is not None and element.text.isspace():
            element.text = None
    return True


def _blocs(racine: Any) -> Iterator[list[Any]]:
    """Yields the branches that may go in one piece, the largest first: an element, or the few that a choice
    holds together."""
    for parent in racine.iter(etree.Element):
        enfants = list(parent)
        for largeur in range(min(_BRANCHE, len(enfants)), 0, -1):
            yield from (enfants[debut : debut + largeur] for debut in range(len(enfants) - largeur + 1))


def _retirer(bloc: list[Any], racine: Any, convient: Convient) -> bool:
    parent = bloc[0].getparent()
    if parent is None or any(element.getparent() is not parent for element in bloc):
        return False  # already gone, in part at least
    if parent is not racine and racine not in parent.iterancestors():
        return False  # gone with a branch
    place = parent.index(bloc[0])
    for element in bloc:
        parent.remove(element)
    if convient(racine):
        return True
    for rang, element in enumerate(bloc):
        parent.insert(place + rang, element)
    return False


def plus_petite_demande(code: str) -> str | None:
    """The smallest request that the rule `code` refuses, as it is stored (XML); None when the rule never
    blocks, or there is none of that code. Its NIR is invented, and told: masked, it would break another rule.
    """
    chemin = fixtures_dir() / "reductions" / f"{code}.xml"
    # A page of the console takes the code from its address: it names a file only when it is a rule's.
    if code not in _CODES or not chemin.is_file():
        return None
    return chemin.read_text("utf-8")


def codes_bloquants(contrat: Contrat) -> Iterator[str]:
    """The rules that block under some profile, in the catalogue's order."""
    return (regle.code for regle in REGLES if profil_bloquant(regle.code, contrat) is not None)
