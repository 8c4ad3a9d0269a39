"""An evidence package judged again, offline: is its journal that of its verdicts?"""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click

from sne_sandbox.cli import rapports
from sne_sandbox.conformance import trafic
from sne_sandbox.conformance.jugement import JUGES, SUITES, juger
from sne_sandbox.conformance.observation import observer
from sne_sandbox.contract import versions
from sne_sandbox.contract.exigences import Exigence, charger_exigences
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.texte import accorde
from sne_sandbox.errors import UsageError
from sne_sandbox.operations import bases
from sne_sandbox.reports import evidence
from sne_sandbox.reports.compare import memes_verdicts
from sne_sandbox.reports.decision import decider
from sne_sandbox.reports.evidence import DossierPreuves
from sne_sandbox.reports.model import Constat, EtatExigence, Rapport
from sne_sandbox.reports.progression import suivre
from sne_sandbox.store.session import Magasin

#: Requirements that nothing but one exchange breaks: their findings must be found again in it. Those of a
#: demande's life are judged by what the application answers, too.
_D_UN_ECHANGE: Final = (
    {juge.exigence for juge in JUGES if not juge.exigence.startswith("VIE-")}
    - {exigence for suite in SUITES for exigence in suite.exigences}
)  # fmt: skip
_BASE: Final = "preuves"
_NON_REJUGE: Final = (
    "Hors ligne ne se rejuge que ce qu'un échange montre à lui seul. Ce qui tient à la saisie, à ce que rend "
    "l'application ou à la suite des échanges (toutes les FID et ROB, la plupart des VIE, NOM-03) vient du "
    "rapport enregistré : pour le vérifier, rejouez sa commande."
)


def rejuger(fichier: Path, sorties: rapports.Sorties, options: Mapping[str, Any]) -> int:
    """Checks the hashes, judges the journal again, says where the verdicts differ, and shows the recorded
    report; the exit code: 0 when it is confirmed and conforming. Raises OperatorError."""
    dossier = evidence.lire(fichier)
    contrat = versions.charger(options["contract"], options["contracts"])
    entete = dossier.rapport.entete
    if contrat.nom != entete.contrat:
        raise UsageError(
            f"Ce dossier juge le contrat {entete.contrat}, et non {contrat.nom}.",
            remede=f"ajoutez --contract {entete.contrat}",
        )
    pilote = entete.mode != trafic.MODE
    exigences = charger_exigences(contrat.dossiers)
    differences = [
        *(f"l'échange {n} n'est pas dans le dossier. {r}" for n, r in dossier.absents.items()),
        *(_revu(dossier, contrat, exigences) if pilote else _refait(dossier, contrat)),
        *_mal_conclu(dossier.rapport, exigences),
    ]
    for difference in differences:
        click.echo(f"Verdict non confirmé : {difference}", err=True)
    if not differences:
        click.echo(
            f"Preuves intactes ; verdicts confirmés sur "
            f"{accorde(len(dossier.echanges), 'échange', 'échanges')}, "
            f"empreinte du journal {dossier.empreintes['journal.jsonl'][:16]}…",
            err=True,
        )
    if pilote:
        click.echo(_NON_REJUGE, err=True)
    rapport = _conteste(dossier.rapport, len(differences))
    return sorties.rendre(rapport, dossier.echanges, configuration=dossier.configuration)


def _refait(dossier: DossierPreuves, contrat: Contrat) -> Iterator[str]:
    """Traffic is judged again whole: its exchanges are put in a base of their own."""
    with (
        tempfile.TemporaryDirectory(prefix="sne-") as home,
        Magasin.ouvrir(None, Path(home), journal_max=len(dossier.echanges) + 1) as magasin,
    ):
        bases.creer(magasin, contrat, _BASE)
        for echange in dossier.echanges:
            magasin.journal.consigner(None, replace(echange, base=_BASE))
        qui = f"{dossier.rapport.entete.application} (preuves)"
        rapport = suivre(trafic.juger_base(magasin, _BASE, contrat, trafic.ReglagesTrafic(application=qui)))
    yield from map(str, memes_verdicts(dossier.rapport, rapport))
    yield from _manquants(dossier, rapport.entete.echanges)


def _revu(dossier: DossierPreuves, contrat: Contrat, exigences: Mapping[str, Exigence]) -> Iterator[str]:
    """In a driven run the application's own answers are not there to be judged again, and examples follow
    one another. What one exchange shows is looked for both ways: each finding of the report in its exchange,
    each requirement that an exchange breaks in the report."""
    attendus: dict[int, set[tuple[str, str]]] = {}
    enfreintes = {b.exigence for b in dossier.rapport.bilans if b.etat is EtatExigence.ENFREINTE}
    enfreintes |= {v.exigence for v in dossier.rapport.verifications if v.cause}  # broken, and explained
    for constat in _constats(dossier.rapport):
        if constat.echange is not None and constat.exigence in _D_UN_ECHANGE:
            attendus.setdefault(constat.echange, set()).add((constat.exigence, constat.sorte))
    tus: dict[str, str] = {}
    vus = 0
    for echange in dossier.echanges:
        vue = observer(echange, contrat)
        vus += vue.de_l_application
        casses = [c for c in juger(vue, pilote=True) if not c.tenue]
        voulus = attendus.pop(echange.identifiant or 0, set())
        for exigence, sorte in sorted(voulus - {(c.exigence, c.sorte) for c in casses}):
            yield f"{exigence} ({sorte}) ne se retrouve pas dans l'échange {echange.identifiant}"
        for c in casses:
            if c.rompue and c.exigence in exigences.keys() - enfreintes:
                tus.setdefault(
                    c.exigence,
                    f"{c.exigence} ({c.sorte}) est enfreinte dans l'échange {echange.identifiant}, "
                    "et le rapport ne le dit pas",
                )
    yield from tus.values()
    for identifiant in sorted(i for i in attendus if str(i) not in dossier.absents):
        yield f"l'échange {identifiant}, cité par le rapport, n'est pas dans le journal"
    yield from _manquants(dossier, vus)


def _manquants(dossier: DossierPreuves, vus: int) -> Iterator[str]:
    """That the journal has fewer exchanges than the report counts, unless it was full and dropped them."""
    annonces = dossier.rapport.entete.echanges
    garde = dossier.configuration.get("options", {}).get("journal_max")
    vus += len(dossier.absents)
    if vus < annonces and (not isinstance(garde, int) or len(dossier.echanges) < garde):
        yield f"le rapport compte {accorde(annonces, 'échange', 'échanges')}, le journal n'en a que {vus}"


def _mal_conclu(rapport: Rapport, exigences: Mapping[str, Exigence]) -> Iterator[str]:
    """Where the conclusion is not that of the report's own findings, at the levels of the contract."""
    bilans = {bilan.exigence: bilan for bilan in rapport.bilans}
    for identifiant, exigence in exigences.items():
        bilan = bilans.get(identifiant)
        if bilan is None:
            yield f"le rapport ne dit rien de l'exigence {identifiant}"
        elif bilan.niveau != exigence.niveau:
            yield f"l'exigence {identifiant} est donnée pour {bilan.niveau}, le contrat dit {exigence.niveau}"
    for motif in decider(rapport).motifs:
        if motif not in rapport.motifs:
            yield f"le rapport ne conclut pas ce que disent ses constats : {motif}"
    if rapport.conforme and rapport.motifs:
        yield "le rapport se dit conforme, et donne des motifs de ne pas l'être"


def _constats(rapport: Rapport) -> Iterator[Constat]:
    for verification in rapport.verifications:
        yield from (c for c in verification.constats if not c.tenue)
    for bilan in rapport.bilans:
        yield from (c for c in bilan.constats if not c.tenue)


def _conteste(rapport: Rapport, differences: int) -> Rapport:
    if not differences:
        return rapport
    motif = accorde(
        differences,
        "verdict du dossier n'est pas confirmé par son journal.",
        "verdicts du dossier ne sont pas confirmés par son journal.",
    )
    return replace(rapport, conforme=False, motifs=(*rapport.motifs, motif))
