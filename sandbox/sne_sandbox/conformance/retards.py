"""Commands that went wrong because the machine was busy: no fault of the application's."""

from typing import Final

from sne_sandbox.conformance.pas import PasJoue

#: Part of the time that the application is told to wait, beyond which an answer may have come too late: the
#: journal does not count the whole of what the application waits for.
_PART_DU_DELAI: Final = 0.5
#: How each of these reasons ends.
TROP_CHARGEE: Final = "la machine est trop chargée pour en juger"


def seuil(delai: float) -> float:
    """Seconds of lateness from which an application that waits `delai` may have given an answer up."""
    return delai * _PART_DU_DELAI


def trop_tard(pas: PasJoue, delai: float, attente: float, sourd: float, *, lues: bool) -> str:
    """Why a step cannot be judged: an answer so slow that the application may have given it up, and that
    nothing shows it read; nothing that arrived, all the time that it waited; or a server that answered
    nobody, while the application may have asked twice. "" when it can be.

    `delai` is what the application was told to wait for an answer, `attente` what it took over the command,
    `sourd` the time that the server answered nobody meanwhile, in seconds; `lues` says whether the
    application was seen to read an answer before: else its address may be wrong."""
    if pas.empeche and lues and attente >= delai:
        return (
            f"rien n'est arrivé au bac à sable, et l'application n'attend que {delai:g} s : elle y arrivait "
            f"avant cela, {TROP_CHARGEE}"
        )
    for vue in pas.observations:
        lue = vue is pas.dernier and pas.statut in pas.attendus
        if vue.retard >= seuil(delai) and not lue:
            return (
                f"le bac à sable a mis {_secondes(vue.retard)} s à répondre (échange "
                f"{vue.echange.identifiant}), sans panne, et l'application n'attend que {delai:g} s : "
                f"{TROP_CHARGEE}"
            )
    seul = len(pas.observations) == 1 and pas.statut in pas.attendus
    if sourd >= seuil(delai) and not seul:
        return (
            f"le bac à sable est resté {_secondes(sourd)} s sans répondre à personne, et l'application "
            f"n'attend que {delai:g} s : {TROP_CHARGEE}"
        )
    return ""


def _secondes(duree: float) -> str:
    return f"{duree:.1f}".replace(".", ",")
