"""A report as one HTML file: offline, printable, read without a script (`rapport.html.j2` draws it)."""

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from sne_sandbox.domain.dates import PARIS
from sne_sandbox.domain.texte import accorde, visible
from sne_sandbox.reports import decision
from sne_sandbox.reports.comptes import compter
from sne_sandbox.reports.decision import niveaux_de
from sne_sandbox.reports.groupes import ECHANGES_MAX, RIEN, GroupeConstats, lignes_exemple
from sne_sandbox.reports.masque import masquer
from sne_sandbox.reports.model import (
    GROUPES,
    TRAFIC,
    EchangeCite,
    EtatExigence,
    Rapport,
    ResultatScenario,
    Rubrique,
)

#: A message longer than this is cut: a report stays a page, the evidence package has the rest.
MESSAGE_MAX: Final = 30_000
#: Missing values shown of one heading.
MANQUANTS_MAX: Final = 400
_LARGEUR_BARRE: Final = 160


@dataclass(frozen=True, slots=True)
class Barre:
    """A coverage picture: widths in units of the drawing."""

    rubrique: Rubrique
    part: int
    pleine: int
    largeur: int = _LARGEUR_BARRE


def octets(rapport: Rapport) -> bytes:
    """The page in UTF-8, NIRs masked."""
    return en_html(rapport).encode("utf-8", "replace")


def en_html(rapport: Rapport) -> str:
    """The page as text, NIRs masked: `rapport.html.j2` filled."""
    rapport = masquer(rapport)
    comptes = compter(rapport)
    return _modele().render(
        rapport=rapport,
        conclusion=decision.conclure(rapport),
        entete=rapport.entete,
        duree=(rapport.entete.fin - rapport.entete.debut).total_seconds(),
        a_corriger=comptes.a_corriger,
        conseils=comptes.conseils,
        connus=comptes.connus,
        prouvees=sum(b.etat is EtatExigence.PROUVEE for b in rapport.bilans),
        verdicts=comptes.verifications,
        etats=comptes.exigences,
        legende=decision.legende(comptes.issues),
        niveaux=niveaux_de(rapport),
        libre=rapport.entete.mode == TRAFIC,
        par_groupe=_par_groupe(rapport),
        barres=[_barre(rubrique) for rubrique in rapport.couverture if rubrique.total],
        cites=frozenset(echange.identifiant for echange in rapport.echanges),
        manquants_max=MANQUANTS_MAX,
        echanges_max=ECHANGES_MAX,
        rien=RIEN,
    )


@cache
def _modele() -> Template:
    environnement = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environnement.filters |= {
        "accorde": accorde,
        "issue_de_verification": decision.issue_de_verification,
        "issue_de_scenario": decision.issue_de_scenario,
        "issue_de_bilan": decision.issue_de_bilan,
        "requete": _requete,
        "exemple": lambda exemple: "\n".join(lignes_exemple(exemple)),
        "message": _message,
        "ancre": _ancre,
        "ou": _ou,
        "visible": visible,
        "empreinte": _empreinte,
        "instant": lambda instant: instant.astimezone(PARIS).strftime("%d/%m/%Y à %H:%M:%S"),
    }
    return environnement.get_template("rapport.html.j2")


def _empreinte(feuille: str) -> str:
    """As a Content-Security-Policy names a style sheet (CSP 3, hash-source)."""
    return f"sha256-{b64encode(hashlib.sha256(feuille.encode()).digest()).decode()}"


def _par_groupe(rapport: Rapport) -> list[tuple[str, list[ResultatScenario]]]:
    lots = groupby(rapport.scenarios, key=lambda s: s.groupe)
    return [(GROUPES.get(nom, nom), list(lot)) for nom, lot in lots]


def _barre(rubrique: Rubrique) -> Barre:
    vus, total = len(rubrique.vus), rubrique.total
    # Rounded down: 100 % is said of what is whole only.
    return Barre(rubrique, 100 * vus // total, _LARGEUR_BARRE * vus // total)


def _message(texte: str) -> str:
    if len(texte) <= MESSAGE_MAX:
        return visible(texte)
    reste = f"{len(texte) - MESSAGE_MAX:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    return f"{visible(texte[:MESSAGE_MAX])}\n… ({reste} caractères de plus, dans le dossier de preuve)"


def _requete(echange: EchangeCite) -> list[tuple[str, bool]]:
    """Runs of lines of a request, and whether the SNE complained of them."""
    texte = _message(echange.requete)
    morceaux: list[tuple[str, bool]] = []
    for rang, ligne in enumerate(texte.split("\n"), 1):
        marquee = rang in echange.lignes
        if morceaux and morceaux[-1][1] is marquee:
            morceaux[-1] = (f"{morceaux[-1][0]}\n{ligne}", marquee)
        else:
            morceaux.append((ligne, marquee))
    return morceaux


def _ou(groupe: GroupeConstats) -> str:
    """Where a group was met, in a cell: its scenario, or how many there are."""
    if not groupe.scenarios:
        return groupe.ou if len(groupe.echanges) == 1 else f"{groupe.nombre} fois"
    if len(groupe.scenarios) == 1:
        return groupe.scenarios[0]
    return accorde(len(groupe.scenarios), "scénario", "scénarios")


def _ancre(groupe: GroupeConstats) -> str:
    suite = "erreur" if groupe.erreur else ""
    return "".join(
        c if c.isascii() and c.isalnum() else "-" for c in f"{groupe.exigence}-{groupe.sorte}{suite}"
    )
