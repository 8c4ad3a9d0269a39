"""The summary of a line of the journal, and the groups of refusals that repeat one another."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from sne_console.messages.verdict_vu_de_l_appelant import verdict_vecu
from sne_interface.domain.anomalie import Gravite
from sne_interface.domain.echange import DITES, Echange, VerdictEchange
from sne_interface.domain.nir import masquer_nirs
from sne_interface.errors import ERREUR_INATTENDUE
from sne_sandbox.store.journal import AUCUN

#: « ligne 9, interfaceNuu/demande/sexe : l'élément… » of an explanation: where, and what.
_OU: Final = re.compile(
    r"(?:[Ll]igne \d+(?:, colonne \d+)?(?:, | : ))?(?:([\w.:-]+(?:/[\w.:-]+(?:\[\d+\])?)+) : )?"
)
#: What differs from a refusal to the next of the same kind: a value between brackets, a number; and what a
#: search in the notes of the journal (JSON) does not find as it is written.
_VARIABLE: Final = re.compile(r"\[[^\]]*\]|\d+|[\"\\\n\t*]")
_REMEDE: Final = " → "
#: Characters of a cause: as many as the field « Texte » takes.
_CAUSE_MAX: Final = 200


@dataclass(frozen=True)
class Resume:
    """A line in a sentence, NIR not masked. `regle` is the code of the rule that refuses first, `chemin` the
    elements that lead to what is at fault, the last one first; `autres` counts the anomalies left."""

    message: str = ""
    regle: str = ""
    chemin: tuple[str, ...] = ()
    autres: int = 0

    @property
    def phrase(self) -> str:
        """All of it but the path, in one line."""
        regle = f"{self.regle} : " if self.regle else ""
        return f"{regle}{self.message}" + (f" (et {self.autres} de plus)" if self.autres else "")


def resumer(echange: Echange) -> Resume:
    """Sums up a line of the journal."""
    if echange.methode in DITES:  # told whole, with its day: the hour of the line is the machine's
        return Resume(echange.chemin)
    if echange.panne is not None or echange.non_remise:
        return Resume(verdict_vecu(echange).phrase)
    if echange.fault:
        raison = _raison(echange)
        trouve = _OU.match(raison)
        if trouve is None or not trouve[1]:
            return Resume(raison)
        message = raison[trouve.end() :]
        return Resume(f"{message[:1].upper()}{message[1:]}", chemin=_a_l_envers(trouve[1]))
    if echange.anomalies:
        premiere = next(
            (a for a in echange.anomalies if a.get("gravite") == Gravite.BLOQUANTE), echange.anomalies[0]
        )
        return Resume(
            str(premiere.get("message") or ""),
            str(premiere.get("regle") or ""),
            _a_l_envers(str(premiere.get("propriete") or "")),
            len(echange.anomalies) - 1,
        )
    return Resume()


def _raison(echange: Echange) -> str:
    """Why it is a fault, or was refused: the sentence of the SNE for all that it does not explain gives way
    to the reason, which is known here."""
    message = echange.dit_du_fault("message")
    explication = echange.dit_du_fault("explication").strip().partition("\n")[0]
    return explication if message == ERREUR_INATTENDUE and explication else message


def _a_l_envers(chemin: str) -> tuple[str, ...]:
    return tuple(reversed([nom for nom in chemin.split("/") if nom]))


def regles_de(echange: Echange) -> tuple[str, ...]:
    """Codes of the rules that a message raised, each once, warnings included; () for what is no message."""
    if echange.methode in DITES:
        return ()
    return tuple(dict.fromkeys(str(a["regle"]) for a in echange.anomalies if a.get("regle")))


# --- the same refusal, come again ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Cle:
    """The features that refusals of one kind share. `regle` is the code of a rule; without a rule, `cause` is
    a piece of the reason that all of them have. `operation` and `guichet` are "" for none."""

    verdict: VerdictEchange
    operation: str
    guichet: str
    regle: str = ""
    cause: str = ""

    @property
    def filtres(self) -> dict[str, str | None]:
        """Returns the filters that find them in the journal (`CriteresJournal`): None leaves a filter out."""
        return {
            "regle": self.regle or None,
            "texte": self.cause or None,
            "verdict": str(self.verdict),
            "operation": self.operation or AUCUN,
            "guichet": self.guichet or AUCUN,
        }


@dataclass
class GroupeDeRefus:
    """Refusals of one kind: what the last one says, how many, the id and the instant (the machine's) of the
    last."""

    cle: Cle
    phrase: str
    dernier: int
    quand: datetime
    nombre: int = 1


def cles(echange: Echange) -> tuple[Cle, ...]:
    """The kinds of refusal that an exchange is of: one for each rule that refused it, or one for its reason;
    () for what was not refused."""
    if echange.accepte or echange.methode in DITES:
        return ()
    qui = (echange.verdict, echange.operation or "", echange.guichet or "")
    codes = dict.fromkeys(
        str(a["regle"]) for a in echange.anomalies if a.get("gravite") == Gravite.BLOQUANTE and a.get("regle")
    )
    if codes and not echange.fault:
        return tuple(Cle(*qui, regle=code) for code in codes)
    return (Cle(*qui, cause=_cause(echange)),)


def _cause(echange: Echange) -> str:
    """The longest piece of the reason that does not change from one to the next."""
    raison = masquer_nirs(_raison(echange)).partition(_REMEDE)[0]
    trouve = _OU.match(raison)
    entiere = raison[trouve.start(1) :] if trouve is not None and trouve[1] else raison
    return max((piece.strip() for piece in _VARIABLE.split(entiere)), key=len, default="")[:_CAUSE_MAX]


def grouper(echanges: Iterable[Echange]) -> list[GroupeDeRefus]:
    """The refusals among exchanges that are given newest first, by kind: the most frequent first, then the
    latest."""
    groupes: dict[Cle, GroupeDeRefus] = {}
    for echange in echanges:
        for cle in cles(echange):
            if cle in groupes:
                groupes[cle].nombre += 1
            else:
                groupes[cle] = GroupeDeRefus(
                    cle, _phrase(echange, cle), echange.identifiant or 0, echange.recu_le
                )
    return sorted(groupes.values(), key=lambda g: (-g.nombre, -g.dernier))


def _phrase(echange: Echange, cle: Cle) -> str:
    """Returns the reason of the last refusal of a kind, NIR masked."""
    dites = (str(a.get("message") or "") for a in echange.anomalies if a.get("regle") == cle.regle)
    phrase = next(dites, "") if cle.regle else resumer(echange).message.partition(_REMEDE)[0]
    return masquer_nirs(phrase or verdict_vecu(echange).titre)


def plier(echanges: Iterable[Echange]) -> list[list[Echange]]:
    """A list, newest first, in which refusals that follow one another and are the same are one block."""
    return [list(bloc) for _, bloc in groupby(echanges, lambda echange: pliables(echange) or id(echange))]


def pliables(echange: Echange) -> tuple[Cle, ...]:
    """Returns the keys that must be equal for two consecutive lines to be folded; () for a line that stays
    alone: each panne is its own story."""
    return () if echange.panne is not None or echange.non_remise or echange.illisible else cles(echange)
