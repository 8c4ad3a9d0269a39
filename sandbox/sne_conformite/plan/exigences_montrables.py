"""The requirements that the steps of a scenario can show: those that they may prove, or break.

This module lists only what the suite looks at in the base: each judge says in its table what it speaks of,
and what it looks at.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from sne_conformite.juges import JUGES, SUITES
from sne_conformite.juges.juges_dires_de_l_application import ISSUE, NON_LUE
from sne_conformite.juges.juges_dires_de_l_application import JUGES as JUGES_DES_PAS
from sne_conformite.juges.juges_pannes import APRES, PANNES
from sne_conformite.protocole.protocole import COMMANDES, FAUX_SERVEURS, NUM_UNIQUE, Commande

#: A step: its kind, and its value.
Pas = tuple[str, Any]

#: What a step « controle » looks at in the base, and the requirement that it shows.
CONTROLES: Final[Mapping[str, str]] = {"une_seule_demande": "VIE-02", "boite_vide": "VIE-19"}
#: What only a step « panne » lets be seen in the messages of commands.
_APRES_UNE_PANNE: Final = frozenset().union(*(suite.apres_une_panne for suite in SUITES))
#: What only a step « serveur » does.
_D_UN_SERVEUR: Final = frozenset(faux.exigence for faux in FAUX_SERVEURS.values())


def montrables(pas: Iterable[Pas]) -> frozenset[str]:
    """The requirements that these steps can prove or break, one after the other."""
    pas = list(pas)
    vues = frozenset().union(*(d_une_etape(sorte, quoi) for sorte, quoi in pas))
    return vues if any(sorte == "panne" for sorte, _ in pas) else vues - _APRES_UNE_PANNE


def d_une_etape(sorte: str, quoi: Any) -> frozenset[str]:
    """The requirements that a step can prove or break, whatever comes before it."""
    return _montrees().get((sorte, quoi), frozenset({APRES} if sorte == "panne" else ()))


@cache
def _montrees() -> Mapping[Pas, frozenset[str]]:
    """The requirements that each step can prove or break, of every step that can."""
    return {
        **{("faire", nom): _d_une_commande(commande) for nom, commande in COMMANDES.items()},
        **{("panne", nom): frozenset({APRES, exigence}) for nom, (exigence, _) in PANNES.items()},
        **{("serveur", nom): frozenset({faux.exigence}) for nom, faux in FAUX_SERVEURS.items()},
        **{("controle", nom): frozenset({exigence}) for nom, exigence in CONTROLES.items()},
    }


def _d_une_commande(commande: Commande) -> frozenset[str]:
    """By its own judges, and by those of the messages that do it."""
    vues = {exigence for juge in (*JUGES_DES_PAS, ISSUE) for exigence in juge.montre(commande)}
    messages = [
        (operation, genre)
        for operation in commande.operations
        for genre in (commande.genres if operation == NUM_UNIQUE else ("",))
    ] + [(NUM_UNIQUE, genre) for genre in commande.suites]
    for message in messages:
        vues |= {juge.exigence for juge in JUGES if juge.sur.contient(*message)}
        vues |= {exigence for suite in SUITES if suite.sur.contient(*message) for exigence in suite.exigences}
    if messages:
        vues.add(NON_LUE)
    return frozenset(vues) - _D_UN_SERVEUR


def etapes_qui_montrent(exigence: str) -> list[Pas]:
    """Every step that can prove or break a requirement; none for one that no judge speaks of."""
    return [pas for pas, exigences in _montrees().items() if exigence in exigences]


def dire_ces_etapes(exigence: str) -> str:
    """Names in French the steps that can show a requirement: « faire = "radier" ou "decider" »."""
    par_sorte: dict[str, list[str]] = {}
    for sorte, quoi in etapes_qui_montrent(exigence):
        par_sorte.setdefault(sorte, []).append(f'"{quoi}"')
    dites = " ; ".join(f"{sorte} = {' ou '.join(valeurs)}" for sorte, valeurs in par_sorte.items())
    return f"{dites}, après une étape « panne »" if exigence in _APRES_UNE_PANNE else dites
