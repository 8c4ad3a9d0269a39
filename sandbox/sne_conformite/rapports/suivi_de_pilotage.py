"""A run of the plan as it goes, for whoever waits for its scenarios: one report a line, of one scenario each,
written as soon as what the report of the run will say of it is known. One that failed, and that others may
still explain, is written twice: « inachevé » when it ends, and again at the end of the run.
"""

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from sne_conformite.rapports import manquements_connus, rapport_json
from sne_conformite.rapports.manquements_connus import Connue
from sne_conformite.rapports.rapport import (
    Bilan,
    EchangeCite,
    Entete,
    EtatExigence,
    Evenement,
    Fin,
    Rapport,
    ResultatScenario,
    ScenarioFini,
    Verdict,
)
from sne_conformite.rapports.rapport_masque import masquer, montrable
from sne_conformite.rapports.verdict_de_conformite import decider
from sne_interface.contract.exigences_et_mentions import Exigence

#: Why a scenario that has ended is not judged yet.
EN_SUSPENS: Final = "À confirmer : un autre scénario peut encore l'expliquer."
_ETATS: Final = {Verdict.REUSSI: EtatExigence.PROUVEE, Verdict.ECHOUE: EtatExigence.ENFREINTE}


def ecrire(
    evenements: Iterable[Evenement],
    fichier: Path,
    entete: Entete,
    exigences: Mapping[str, Exigence],
    connues: Sequence[Connue] = (),
    en_suspens: Callable[[ResultatScenario], bool] = lambda resultat: False,
) -> Iterator[Evenement]:
    """`evenements`, each scenario that ends being written to `fichier` on its way, with when, NIRs masked,
    what the baseline excuses marked; those `en_suspens`, of which other scenarios decide, again at the end of
    the run. Raises OSError."""
    with fichier.open("w", encoding="utf-8") as flux:

        def noter(resultat: ResultatScenario, inacheve: str = "") -> None:
            ici = replace(entete, fin=datetime.now(UTC), inacheve=inacheve)
            rapport = decider(_d_un_scenario(resultat, ici, exigences))
            if connues:
                rapport = manquements_connus.appliquer(rapport, connues, date.today(), partiel=True).rapport
            flux.write(json.dumps(rapport_json.en_json(masquer(rapport)), ensure_ascii=False) + "\n")
            flux.flush()

        suspendus = set()
        for evenement in evenements:
            if isinstance(evenement, ScenarioFini):
                suspendu = en_suspens(evenement.resultat)
                noter(evenement.resultat, EN_SUSPENS if suspendu else "")
                if suspendu:
                    suspendus.add(evenement.resultat.id)
            elif isinstance(evenement, Fin):
                for resultat in evenement.rapport.scenarios:
                    if resultat.id in suspendus:
                        noter(resultat)
            yield evenement


def montrer(evenements: Iterable[Evenement], dossier: Path) -> Iterator[Evenement]:
    """`evenements`, the exchanges of each scenario that ends being written to `dossier` on their way, NIRs
    masked. Raises OSError."""
    for evenement in evenements:
        if isinstance(evenement, ScenarioFini) and evenement.echanges:
            texte = json.dumps([asdict(montrable(e)) for e in evenement.echanges], ensure_ascii=False)
            fichier = dossier / nom_des_echanges(evenement.resultat.id)
            provisoire = fichier.with_suffix(".tmp")  # it is read while it is written
            provisoire.write_bytes(texte.encode("utf-8", "replace"))
            provisoire.replace(fichier)
        yield evenement


def nom_des_echanges(scenario: str) -> str:
    """Name of the file of the exchanges of a scenario."""
    return f"echanges-{scenario}.json"


def lire_les_echanges(dossier: Path, scenario: str) -> tuple[EchangeCite, ...]:
    """Reads the exchanges that `montrer` wrote of a scenario; none when there is no such file, or when it
    does not read."""
    try:
        dits = json.loads((dossier / nom_des_echanges(scenario)).read_bytes())
        return tuple(EchangeCite(**{**dit, "lignes": tuple(dit["lignes"])}) for dit in dits)
    except (OSError, ValueError, TypeError, KeyError):
        return ()


class LectureDuSuivi:
    """The reading of a run, as it is written to `fichier`, which may be moved. Raises RapportIllisible."""

    def __init__(self, fichier: Path) -> None:
        self.fichier, self._lu = fichier, 0

    def suite(self) -> Iterator[Rapport]:
        """The reports that were not read yet, of one scenario each; none as long as there is no file."""
        with contextlib.suppress(FileNotFoundError), self.fichier.open("rb") as flux:
            flux.seek(self._lu)
            for ligne in flux:
                if not ligne.endswith(b"\n"):  # it is being written
                    break
                self._lu += len(ligne)
                yield rapport_json.de_texte(ligne.decode(), "suivi")


def _d_un_scenario(resultat: ResultatScenario, entete: Entete, exigences: Mapping[str, Exigence]) -> Rapport:
    bilans = tuple(
        Bilan.de(
            exigences[verification.exigence],
            _ETATS.get(verification.verdict, EtatExigence.SANS_PREUVE),
            constats=tuple(c for c in verification.constats if not c.tenue),
            raison=verification.raison,
        )
        for verification in resultat.verifications
        if verification.exigence in exigences
    )
    return Rapport(replace(entete, exemples=resultat.exemples), True, scenarios=(resultat,), bilans=bilans)
