"""A judgement as SARIF 2.1.0, which code-scanning pages and editors read.

A result for each `Signalement`; level `error` says what the exit code says. A finding that a baseline excuses
is a suppressed note, « unchanged ». The file of the cited exchanges is an artifact with its contents, so that
the place in it opens. Source: OASIS SARIF 2.1.0 (§3.14, 3.27), and what GitHub reads of it."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sne_conformite.rapports.constats_groupes import compter
from sne_conformite.rapports.document_cite import FICHIER, en_clair
from sne_conformite.rapports.rapport import Rapport
from sne_conformite.rapports.rapport_masque import masquer
from sne_conformite.rapports.signalements_a_la_forge import Signalement, signaler
from sne_conformite.rapports.verdict_de_conformite import conclure, non_juge
from sne_interface.domain.texte import visible

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_OUTIL: Final = "sne-sandbox"


def octets(rapport: Rapport) -> bytes:
    """The log of a report in UTF-8, NIRs masked."""
    rapport = masquer(rapport)
    entete = rapport.entete
    dits = signaler(rapport)
    conduite: dict[str, Any] = {
        "commandLine": entete.commande,
        "executionSuccessful": not entete.inacheve,
        "startTimeUtc": _instant(entete.debut),
        "endTimeUtc": _instant(entete.fin),
    }
    if entete.inacheve:  # its exit code is that of what cut it short
        conduite["toolExecutionNotifications"] = [
            {"level": "error", "message": {"text": visible(entete.inacheve)}}
        ]
    else:
        conduite["exitCode"] = 0 if rapport.conforme else 3 if non_juge(rapport) else 1
    echanges = {
        "location": {"uri": FICHIER},
        "description": {"text": "les échanges cités"},
        "mimeType": "text/plain",
        "encoding": "utf-8",
        "contents": {"text": en_clair(rapport)},
    }
    dites = {
        "conforme": rapport.conforme,
        "conclusion": visible(conclure(rapport)),
        "synthese": compter(rapport).en_json(),
    }
    return journal(visible(entete.outil), dits, conduite, [echanges], dites)


def journal(
    outil: str,
    dits: Sequence[Signalement],
    conduite: Mapping[str, Any],
    artefacts: Sequence[Mapping[str, Any]] = (),
    proprietes: Mapping[str, Any] | None = None,
) -> bytes:
    """A log of one run. `outil` is « sne-sandbox VERSION », `conduite` its invocation."""
    rangs = {regle: rang for rang, regle in enumerate(dict.fromkeys(dit.regle for dit in dits))}
    etat = any(dit.connue for dit in dits)
    epreuve: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": _OUTIL,
                "version": outil.removeprefix(_OUTIL).strip() or "0",
                "language": "fr-FR",
                "rules": [_regle([d for d in dits if d.regle == regle]) for regle in rangs],
            }
        },
        "invocations": [dict(conduite)],
        "columnKind": "unicodeCodePoints",
        "results": [_resultat(dit, rangs, etat=etat) for dit in dits],
    }
    if artefacts:
        epreuve["artifacts"] = list(artefacts)
    if proprietes:
        epreuve["properties"] = dict(proprietes)
    contenu = {"$schema": SCHEMA, "version": "2.1.0", "runs": [epreuve]}
    return (json.dumps(contenu, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def uri(chemin: Path) -> str:
    """The URI reference of a file, relative to the current folder (of the repository) when it is in it."""
    ici = Path.cwd()
    if chemin.is_absolute() and not chemin.is_relative_to(ici):
        return chemin.as_uri()
    return quote((chemin.relative_to(ici) if chemin.is_absolute() else chemin).as_posix())


def _regle(siens: Sequence[Signalement]) -> dict[str, Any]:
    """A rule, by its messages: of several causes it tells each remedy."""
    dit = siens[0]
    regle: dict[str, Any] = {"id": dit.regle}
    if dit.texte:
        regle["shortDescription"] = {"text": dit.texte}
    # Without a text, the remedy is that of one document.
    aide = [
        *dict.fromkeys(d.remede for d in siens if d.texte),
        f"Source : {dit.source}." if dit.source else "",
    ]
    if any(aide):
        regle["help"] = {"text": visible(" ".join(filter(None, aide)))}
    return regle


def _resultat(dit: Signalement, rangs: Mapping[str, int], *, etat: bool) -> dict[str, Any]:
    """`etat`: a baseline excuses something, so that each result says how it stands to it."""
    debut = {"startLine": max(dit.lieu.ligne, 1)}
    region = debut | ({"startColumn": dit.lieu.colonne} if dit.lieu.colonne else {})
    place = {"artifactLocation": {"uri": dit.lieu.fichier}, "region": region}
    resultat: dict[str, Any] = {
        "ruleId": dit.regle,
        "ruleIndex": rangs[dit.regle],
        "level": dit.niveau.value,
        "message": {"text": "\n".join(dit.lignes)},
        "locations": [{"physicalLocation": place}],
        # GitHub knows a result again by the first name, other readers by any.
        "partialFingerprints": {"primaryLocationLineHash": dit.empreinte, "sne/v1": dit.empreinte},
    }
    if etat:
        resultat["baselineState"] = "unchanged" if dit.connue else "new"
    if dit.connue:
        resultat["suppressions"] = [{"kind": "external", "justification": visible(dit.connue)}]
    return resultat


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
