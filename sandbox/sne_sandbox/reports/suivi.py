"""A run of the plan as it goes, for whoever waits for one of its scenarios: one report a line, of one
scenario each, written as soon as it has ended.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
) -> Iterator[Evenement]:
    """`evenements`, each scenario that ends being written to `fichier` on its way, NIRs masked, what the
    baseline excuses marked. Raises OSError."""
    with fichier.open("w", encoding="utf-8") as flux:
        for evenement in evenements:
            if isinstance(evenement, ScenarioFini):
                rapport = decider(_d_un_scenario(evenement.resultat, entete, exigences))
                if connues:
                    rapport = baseline.appliquer(rapport, connues, date.today(), partiel=True).rapport
                flux.write(json.dumps(rapport_json.en_json(masquer(rapport)), ensure_ascii=False) + "\n")
                flux.flush()
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
