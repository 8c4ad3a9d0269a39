"""The forms of a judgement that forges show: GitHub's annotations and job summary, GitLab's Code Quality.

GitHub reads orders in the log of a step (`::error title=…::…`): they are written when it runs us
(`GITHUB_ACTIONS`), and the text that an application sent is shown where no order is obeyed. Source: GitHub,
workflow commands; GitLab, Code Quality report format.
"""

import contextlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, TextIO
from urllib.parse import unquote

from sne_conformite.rapports.constats_groupes import compter
from sne_conformite.rapports.rapport import Rapport
from sne_conformite.rapports.rapport_masque import masquer
from sne_conformite.rapports.signalements_a_la_forge import Niveau, Signalement, signaler
from sne_conformite.rapports.verdict_de_conformite import conclure
from sne_interface.domain.texte import abrege, accorde, visible

#: GitHub shows so many of a level for one step, and drops the others.
ANNOTATIONS_MAX: Final = 10
_LISTE_MAX: Final = 20
_PHRASE_MAX: Final = 300
#: GitLab's words for what it costs.
_GRAVITES: Final = {Niveau.ERREUR: "major", Niveau.AVERTISSEMENT: "minor", Niveau.NOTE: "info"}
#: What Markdown or HTML would obey.
_MARKDOWN: Final = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>|#~&!$@"})


def actives() -> bool:
    """Tell whether GitHub runs us."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


@contextlib.contextmanager
def sans_ordres(flux: TextIO) -> Iterator[None]:
    """While it is entered, GitHub takes what `flux` is given for text, whatever an application put in it; of
    no effect elsewhere."""
    if not actives():
        yield
        return
    jeton = secrets.token_hex(16)  # nobody can write it beforehand
    _ecrire(flux, [f"::stop-commands::{jeton}"])
    try:
        yield
    finally:
        _ecrire(flux, [f"::{jeton}::"])


def annoncer(rapport: Rapport, flux: TextIO) -> None:
    """The annotations of `rapport` on `flux`, and its summary in the page of the job, when GitHub runs us."""
    if actives():
        annoncer_controle(signaler(rapport), flux)
        if page := os.environ.get("GITHUB_STEP_SUMMARY"):
            with contextlib.suppress(OSError), Path(page).open("a", encoding="utf-8") as fichier:
                fichier.write(resume(rapport))


def annoncer_controle(dits: Sequence[Signalement], flux: TextIO) -> None:
    """Writes the annotations of documents that `check` judged, when GitHub runs us."""
    if actives():
        _ecrire(flux, commandes(dits))


def commandes(dits: Sequence[Signalement]) -> list[str]:
    """GitHub's orders: errors, then warnings, of which it shows ten each; what is known is not told."""
    lignes = []
    for niveau in (Niveau.ERREUR, Niveau.AVERTISSEMENT):
        lot = [dit for dit in dits if dit.niveau is niveau]
        montres = lot if len(lot) <= ANNOTATIONS_MAX else lot[: ANNOTATIONS_MAX - 1]
        lignes += [_commande(dit) for dit in montres]
        if reste := len(lot) - len(montres):
            autres = accorde(reste, "autre")
            lignes.append(f"::{niveau.value} title=SNE::{_texte(f'… et {autres}, dans les rapports.')}")
    return lignes


def _commande(dit: Signalement) -> str:
    titre = abrege(visible(f"SNE {dit.regle} {dit.texte}"), 120)
    proprietes = {"title": titre}
    # A request is no file of the repository: its place is in the folder of the report.
    ou = [] if dit.echange is None else [f"où : {dit.lieu.fichier}, ligne {dit.lieu.ligne}"]
    if dit.echange is None and dit.lieu.ligne and dit.lieu.fichier != "rapport.html":
        proprietes |= {"file": unquote(dit.lieu.fichier), "line": str(dit.lieu.ligne)}
        if dit.lieu.colonne:
            proprietes["col"] = str(dit.lieu.colonne)
    message = "\n".join((*dit.lignes, *ou))
    ecrites = (f"{nom}={_texte(valeur)}" for nom, valeur in proprietes.items())
    proprietes_dites = ",".join(dite.replace(":", "%3A").replace(",", "%2C") for dite in ecrites)
    return f"::{dit.niveau.value} {proprietes_dites}::{_texte(message)}"


def _texte(texte: str) -> str:
    return texte.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _ecrire(flux: TextIO, lignes: Iterable[str]) -> None:
    flux.write("".join(f"{ligne}\n" for ligne in lignes))
    flux.flush()


# --- the page of a job -------------------------------------------------------------------------------


def resume(rapport: Rapport) -> str:
    """A few lines of Markdown: the conclusion, the numbers, what is to be mended; NIRs masked."""
    rapport = masquer(rapport)
    comptes = compter(rapport)
    signe = "✅" if rapport.conforme else "❌"
    lignes = [f"### {signe} {_sur(conclure(rapport))} : {_sur(rapport.entete.application)}", ""]
    lignes += [f"- {_sur(motif)}" for motif in rapport.motifs]
    lignes += [f"- {_sur(mention.titre)} : {mention.verdict}" for mention in rapport.mentions]
    lignes += [f"- {dit}" for dit in comptes.dits()]
    lots = {"À corriger": comptes.a_corriger, "Recommandations non suivies": comptes.conseils}
    for titre, groupes in lots.items():
        if groupes:
            lignes += ["", f"| {titre} | où | constat |", "| --- | --- | --- |"]
            lignes += [
                f"| {_sur(g.titre)} | {_sur(', '.join(g.scenarios[:3]) or g.ou)} | {_sur(g.phrase)} |"
                for g in groupes[:_LISTE_MAX]
            ]
            if (reste := len(groupes) - _LISTE_MAX) > 0:
                lignes += ["", f"… et {accorde(reste, 'autre', 'autres')}, dans les rapports."]
    return "\n".join((*lignes, "", ""))


def _sur(texte: str) -> str:
    """On one line, with nothing that a page would obey."""
    return abrege(visible(texte), _PHRASE_MAX).translate(_MARKDOWN)


# --- GitLab ------------------------------------------------------------------------------------------


def octets(rapport: Rapport) -> bytes:
    """The Code Quality report, NIRs masked: `artifacts:reports:codequality` of a job."""
    return qualite(signaler(rapport))


def qualite(dits: Iterable[Signalement]) -> bytes:
    """The same of any list: what is known is « info »."""
    contenu = [
        {
            "description": "\n".join(dit.lignes),
            "check_name": dit.regle,
            "fingerprint": dit.empreinte,
            "severity": _GRAVITES[dit.niveau],
            "location": {"path": unquote(dit.lieu.fichier), "lines": {"begin": max(dit.lieu.ligne, 1)}},
        }
        for dit in dits
    ]
    return (json.dumps(contenu, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")
