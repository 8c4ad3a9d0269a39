"""The smallest request that triggers each blocking rule, made from one of its refusing examples.

What can be taken away is, branch by branch, as long as the document fits its schema and this rule alone
refuses it. The results are data, `fixtures/reductions/<CODE>.xml`, that the tests make again and compare.

    python -m sne_sandbox.generators.reduction            # writes them all
    python -m sne_sandbox.generators.reduction ENT009     # or those named
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from lxml import etree

from sne_sandbox.contract.codec import NS, ecrire, parse
from sne_sandbox.contract.versions import Contrat, charger
from sne_sandbox.domain.anomalie import Gravite
from sne_sandbox.domain.texte import masquer_nir
from sne_sandbox.errors import ErreurInterne
from sne_sandbox.generators.exemples import ExempleDeRegle, circonstances, contexte, document, exemples, genre
from sne_sandbox.resources import fixtures_dir
from sne_sandbox.rules.catalogue import REGLES
from sne_sandbox.rules.engine import juger
from sne_sandbox.rules.rule import gravite
from sne_sandbox.settings import Limites

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


def refuse_par_elle_seule(code: str, exemple: ExempleDeRegle, contrat: Contrat, racine: Any) -> bool:
    """Whether `racine`, sent where `exemple` stands, fits its schema and is refused by this rule alone."""
    profil = profil_bloquant(code, contrat)
    version = contrat.version_de_lecture(racine.get("versionInterface", ""))
    if profil is None or contrat.schemas.validate(racine, document=genre(exemple), version=version):
        return False
    anomalies = juger(contexte(exemple, contrat, racine), contrat, profil)
    return {a.regle for a in anomalies if a.bloquante} == {code}


def exemple_a_reduire(code: str, contrat: Contrat) -> ExempleDeRegle:
    """The first refusing example that no other rule refuses. Raises ErreurInterne when there is none."""
    for exemple in exemples():
        if (
            exemple.regle == code
            and exemple.verdict == "refuse"
            and refuse_par_elle_seule(code, exemple, contrat, document(exemple, contrat))
        ):
            return exemple
    raise ErreurInterne(f"Aucun exemple n'est refusé par la seule règle {code}.")


def reduire(code: str, contrat: Contrat) -> Any:
    """The lxml tree of the smallest request: nothing more can be taken from it, alone. Raises ErreurInterne
    as `exemple_a_reduire`."""
    exemple = exemple_a_reduire(code, contrat)
    racine = parse(ecrire(document(exemple, contrat)), limit=Limites().xml_max)
    elaguer(racine, lambda reste: refuse_par_elle_seule(code, exemple, contrat, reste))
    return racine


def elaguer(racine: Any, convient: Convient, *, encore: Callable[[], bool] = lambda: True) -> bool:
    """Takes from `racine` (lxml), in place, branch by branch, all that can go while `convient` holds of it.
    Whether nothing more can be taken alone: False when `encore` said to stop before."""
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
    """What may go in one piece, the largest first: an element, or the few that a choice holds together."""
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
    """The smallest request that the rule `code` refuses, as it is stored (XML), any NIR masked; None when the
    rule never blocks, or there is none of that code."""
    chemin = _dossier() / f"{code}.xml"
    # A page of the console takes the code from its address: it names a file only when it is a rule's.
    if code not in _CODES or not chemin.is_file():
        return None
    racine = etree.fromstring(chemin.read_bytes(), etree.XMLParser(resolve_entities=False, no_network=True))
    for nir in racine.iter(f"{{{NS}}}nir"):
        nir.text = masquer_nir(nir.text or "")
    return _texte(racine).decode()


def ecrit(code: str, contrat: Contrat) -> bytes:
    """The result of `reduire` as it is stored: XML, headed by what the document does not say."""
    racine = reduire(code, contrat)
    dits = [f"{code} la refuse, profil {profil_bloquant(code, contrat)}"]
    dits += circonstances(exemple_a_reduire(code, contrat))
    racine.insert(0, etree.Comment(f" {' ; '.join(dits).replace('--', '- -')} "))
    etree.indent(racine, space="  ")
    return _texte(racine)


def codes_bloquants(contrat: Contrat) -> Iterator[str]:
    """The rules that block under some profile, in the catalogue's order."""
    return (regle.code for regle in REGLES if profil_bloquant(regle.code, contrat) is not None)


def _dossier() -> Path:
    return fixtures_dir() / "reductions"


def _ecrire_tout(codes: list[str]) -> None:
    contrat = charger()
    _dossier().mkdir(exist_ok=True)
    for code in codes or codes_bloquants(contrat):
        (_dossier() / f"{code}.xml").write_bytes(ecrit(code, contrat))


def _texte(racine: Any) -> bytes:
    texte: bytes = etree.tostring(racine, encoding="UTF-8", xml_declaration=True)
    return texte + b"\n"


if __name__ == "__main__":
    _ecrire_tout(sys.argv[1:])
