"""A run of the plan as it goes, for whoever waits for one of its scenarios: one report a line, of one
scenario each, written as soon as what the report of the run will say of it is known.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from sne_sandbox.contract.exigences import Exigence
from sne_sandbox.reports import baseline
from sne_sandbox.reports import json as rapport_json
from sne_sandbox.reports.baseline import Connue
from sne_sandbox.reports.decision import decider
from sne_sandbox.reports.masque import masquer
from sne_sandbox.reports.model import (
    Bilan,
    Entete,
    EtatExigence,
    Evenement,
    Fin,
    Rapport,
    ResultatScenario,
    ScenarioFini,
    Verdict,
)

_ETATS = {Verdict.REUSSI: EtatExigence.PROUVEE, Verdict.ECHOUE: EtatExigence.ENFREINTE}


def ecrire(
    evenements: Iterable[Evenement],
    fichier: Path,
    entete: Entete,
    exigences: Mapping[str, Exigence],
    connues: Sequence[Connue] = (),
    en_suspens: Callable[[ResultatScenario], bool] = lambda resultat: False,
) -> Iterator[Evenement]:
    """`evenements`, each scenario that ends being written to `fichier` on its way, NIRs masked, what the
    baseline excuses marked; those `en_suspens`, of which other scenarios decide, at the end of the run.
    Raises OSError."""
    with fichier.open("w", encoding="utf-8") as flux:

        def noter(resultat: ResultatScenario) -> None:
            rapport = decider(_d_un_scenario(resultat, entete, exigences))
            if connues:
                rapport = baseline.appliquer(rapport, connues, date.today(), partiel=True).rapport
            flux.write(json.dumps(rapport_json.en_json(masquer(rapport)), ensure_ascii=False) + "\n")
            flux.flush()

        suspendus = set()
        for evenement in evenements:
            if isinstance(evenement, ScenarioFini):
                if en_suspens(evenement.resultat):
                    suspendus.add(evenement.resultat.id)
                else:
                    noter(evenement.resultat)
            elif isinstance(evenement, Fin):
                for resultat in evenement.rapport.scenarios:
                    if resultat.id in suspendus:
                        noter(resultat)
            yield evenement


def lire(ligne: str) -> Rapport:
    """The report of a line: one scenario, and what it says of each requirement. Raises RapportIllisible."""
    return rapport_json.de_texte(ligne, "suivi")


def _d_un_scenario(resultat: ResultatScenario, entete: Entete, exigences: Mapping[str, Exigence]) -> Rapport:
    bilans = []
    for verification in resultat.verifications:
        exigence = exigences.get(verification.exigence)
        if exigence is not None:
            bilans.append(
                Bilan(
                    exigence=exigence.id,
                    texte=exigence.texte,
                    niveau=exigence.niveau,
                    source=exigence.source,
                    etat=_ETATS.get(verification.verdict, EtatExigence.SANS_PREUVE),
                    constats=tuple(c for c in verification.constats if not c.tenue),
                    raison=verification.raison,
                    remede=exigence.remede,
                )
            )
    return Rapport(
        replace(entete, exemples=resultat.exemples), True, scenarios=(resultat,), bilans=tuple(bilans)
    )
