"""Which anomalie of the recorded server is which of ours, in one exchange."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sne_calibrage.calibration.modeles_de_phrases import Valeurs, valeurs_de
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.anomalie import Gravite
from sne_interface.domain.nir import masquer_nirs


@dataclass(frozen=True)
class La:
    """An anomalie of the recorded server, as it came over the wire."""

    code: str
    message: str
    propriete: str


@dataclass(frozen=True)
class Ici:
    """An anomalie of ours, warnings included. `ecrite` is the path that goes on the wire, `valeurs` what the
    places of its sentence hold."""

    regle: str
    message: str
    propriete: str
    ecrite: str
    bloquante: bool
    #: Tell whether the contract ignores its rule.
    muette: bool
    valeurs: Valeurs

    @classmethod
    def de(cls, ligne: Mapping[str, Any], contrat: Contrat, muettes: frozenset[str]) -> "Ici":
        """That of a line of the journal; `muettes` are the rules that the contract ignores."""
        regle, message = str(ligne["regle"]), str(ligne["message"])
        fiche = contrat.regles.get(regle)
        return cls(
            regle,
            message,
            str(ligne["propriete"]),
            str(ligne.get("propriete_officielle", ligne["propriete"])),
            ligne["gravite"] == Gravite.BLOQUANTE,
            regle in muettes,
            (valeurs_de(fiche.texte, message) if fiche is not None else None) or {},
        )


@dataclass(frozen=True)
class Paire:
    """Two anomalies that are one. `sure` unless they only were alone with each other."""

    la: La
    ici: Ici
    sure: bool = True


_Test = Callable[[La, Ici], bool]


class Appariement:
    """How anomalies are paired, under what is known of the codes of the recorded server."""

    def __init__(self, contrat: Contrat, codes: Mapping[str, str] | None = None) -> None:
        """`codes`: rules by code of the recorded server, those of the contract apart."""
        self._codes = {(f.code_officiel or code): code for code, f in contrat.regles.items()} | dict(
            codes or {}
        )
        self._attribuees = frozenset((codes or {}).values())

    def regle(self, code: str) -> str | None:
        """Our rule of a code of the recorded server."""
        return self._codes.get(code)

    def apparier(self, la: Sequence[La], ici: Sequence[Ici]) -> tuple[list[Paire], list[La], list[Ici]]:
        """The pairs, and what is left on either side."""
        reste_la, reste_ici = list(la), sorted(ici, key=lambda i: (not i.bloquante, i.muette))
        paires = []
        for test in self._tests():
            for une in tuple(reste_la):
                trouvee = next((i for i in reste_ici if test(une, i)), None)
                if trouvee is not None:
                    paires.append(Paire(une, trouvee))
                    reste_la.remove(une)
                    reste_ici.remove(trouvee)
        seules = [i for i in reste_ici if i.bloquante]
        if len(reste_la) == len(seules) == 1 and self._peut_etre(reste_la[0], seules[0]):
            paires.append(Paire(reste_la[0], seules[0], sure=False))
            reste_la, reste_ici = [], [i for i in reste_ici if i is not seules[0]]
        return paires, reste_la, reste_ici

    def _tests(self) -> Sequence[_Test]:
        def connue(a: La, i: Ici) -> bool:
            return self.regle(a.code) == i.regle

        def lieu(a: La, i: Ici) -> bool:
            return bool(a.propriete) and a.propriete in (i.propriete, i.ecrite)

        def phrase(a: La, i: Ici) -> bool:
            return masquer_nirs(a.message) == i.message

        return (
            lambda a, i: connue(a, i) and lieu(a, i) and phrase(a, i),
            lambda a, i: connue(a, i) and lieu(a, i),
            lambda a, i: connue(a, i) and phrase(a, i),
            connue,
            lambda a, i: self._peut_etre(a, i) and lieu(a, i) and phrase(a, i),
            lambda a, i: self._peut_etre(a, i) and phrase(a, i),
            lambda a, i: self._peut_etre(a, i) and lieu(a, i),
        )

    def _peut_etre(self, a: La, i: Ici) -> bool:
        """Tell whether a code may be that of a rule: neither is known to be another's."""
        return self.regle(a.code) is None and i.regle not in self._attribuees
