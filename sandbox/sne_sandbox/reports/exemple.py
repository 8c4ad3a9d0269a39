"""The smallest example as a person reads it: one line a value, the branch at fault first."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

_RETRAIT: Final = "  "
#: What a finding shows for a value that is not there.
RIEN: Final = "(rien)"


def lignes(exemple: Any) -> list[str]:
    """The values of an example (JSON of the protocol), indented; a code stands for its element."""
    return list(_lignes(exemple, ""))


def branche(exemple: Mapping[str, Any], chemin: str) -> tuple[str, Any] | None:
    """Where the path of a finding leads in an example: the path walked, and what is there. What is missing
    there is shown by what should hold it; None when hardly anything of the path is in the example."""
    pas = [_pas(segment) for segment in chemin.split("/") if segment]
    for reference, valeur in exemple.items():
        for debut in range(len(pas)):
            trouve = _suivre(valeur, pas[debut:])
            if trouve is not None:
                return f"{reference}/{trouve[0]}", trouve[1]
    return None


def _pas(segment: str) -> tuple[str, int]:
    """`cotitulaire[2]` is the second; without a number, the first."""
    nom, _, rang = segment.rstrip("]").partition("[")
    return nom, int(rang) if rang.isdecimal() and int(rang) > 0 else 1


def _suivre(valeur: Any, pas: list[tuple[str, int]]) -> tuple[str, Any] | None:
    marche: list[str] = []
    for nom, rang in pas:
        if not isinstance(valeur, Mapping) or nom not in valeur:
            break
        suivant = valeur[nom]
        if isinstance(suivant, list):
            if len(suivant) < rang:
                break
            suivant = suivant[rang - 1]
            nom = f"{nom}[{rang}]"
        marche.append(nom)
        valeur = suivant
    # One step alone leads back to nearly the whole household.
    return ("/".join(marche), valeur) if marche and (len(marche) > 1 or len(pas) == 1) else None


def _lignes(valeur: Any, retrait: str) -> Iterator[str]:
    if isinstance(valeur, Mapping):
        for nom, contenu in valeur.items():
            yield from _nommee(nom, contenu, retrait)
    elif isinstance(valeur, list | tuple):
        for rang, contenu in enumerate(valeur, 1):
            yield from _nommee(f"[{rang}]", contenu, retrait)
    else:
        yield f"{retrait}{_simple(valeur)}"


def _nommee(nom: str, contenu: Any, retrait: str) -> Iterator[str]:
    if isinstance(contenu, list | tuple):
        seul = len(contenu) == 1
        for rang, element in enumerate(contenu, 1):
            yield from _nommee(nom if seul else f"{nom}[{rang}]", element, retrait)
        if not contenu:
            yield f"{retrait}{nom} : {RIEN}"
    elif isinstance(contenu, Mapping) and set(contenu) != {"code"}:
        yield f"{retrait}{nom}{'' if contenu else f' : {RIEN}'}"
        yield from _lignes(contenu, retrait + _RETRAIT)
    else:
        yield f"{retrait}{nom} : {_simple(contenu)}"


def _simple(valeur: Any) -> str:
    if isinstance(valeur, Mapping):
        valeur = valeur["code"]
    if isinstance(valeur, bool):
        return "true" if valeur else "false"
    return RIEN if valeur is None or valeur == "" else str(valeur).replace("\n", " ")
