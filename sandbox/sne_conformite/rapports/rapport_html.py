"""A report as one HTML file: offline, printable, read without a script (`rapport.html.j2` draws it).

Two people read it: page one is for whoever decides; then there is a card for each cause, for whoever mends
it. Both are printed. The proof of the rest is folded, the failures first.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from sne_conformite.rapports import document_cite, rapports_compares, synthese, verdict_de_conformite
from sne_conformite.rapports.constats_groupes import (
    ECHANGES_MAX,
    MANQUEMENTS,
    RIEN,
    GroupeConstats,
    compter,
    echange_de,
    lignes_exemple,
)
from sne_conformite.rapports.rapport import (
    GROUPES,
    SEUL,
    TRAFIC,
    Alentours,
    EchangeCite,
    Rapport,
    VerdictMention,
)
from sne_conformite.rapports.rapport_masque import masquer
from sne_interface.domain.dates import PARIS
from sne_interface.domain.texte import accorde, visible
from sne_sandbox.web.gabarits_compiles import GabaritsCompiles

#: A message longer than this is cut: a report stays a page, the evidence package has the rest.
MESSAGE_MAX: Final = 30_000
_CITE: Final = re.compile(r"(\béchange (\d+))")
_CLASSES: Final = dict(zip(VerdictMention, ("mal", "mal", "neutre", "conseil", "bien"), strict=True))


@dataclass(frozen=True, slots=True)
class FicheDeCause:
    """The contents of a card beside its group: the document of its example, the exchanges that are
    embedded and how many more there were, what could not be seen because of it."""

    groupe: GroupeConstats
    document: document_cite.DocumentMontre | None
    echanges: tuple[int, ...]
    autres: int
    consequences: tuple[tuple[str, str], ...]


def octets(rapport: Rapport, alentours: Alentours = SEUL) -> bytes:
    """The page in UTF-8, NIRs masked."""
    return en_html(rapport, alentours).encode("utf-8", "replace")


def en_html(rapport: Rapport, alentours: Alentours = SEUL) -> str:
    """The page as text, NIRs masked: `rapport.html.j2` filled."""
    rapport = masquer(rapport)
    comptes = compter(rapport)
    cites = frozenset(echange.identifiant for echange in rapport.echanges)
    colonnes, cases = synthese.matrice(rapport)
    libre = rapport.entete.mode == TRAFIC
    autres = [s for s in rapport.scenarios if s.verdict not in MANQUEMENTS]
    causes = {"a_corriger": comptes.a_corriger, "conseils": comptes.conseils, "connus": comptes.connus}
    return _modele().render(
        rapport=rapport,
        verdict=verdict_de_conformite,
        synthese=synthese,
        alentours=alentours,
        comparaison=alentours.avant and rapports_compares.comparer(alentours.avant, rapport),
        **{nom: [_fiche(groupe, rapport, cites) for groupe in lot] for nom, lot in causes.items()},
        comptes=comptes,
        niveaux=verdict_de_conformite.niveaux_de(rapport),
        libre=libre,
        colonnes=[] if libre else colonnes,
        cases=cases,
        manques=[s for s in rapport.scenarios if s.verdict in MANQUEMENTS],
        par_groupe=[
            (GROUPES.get(nom, nom), list(lot)) for nom, lot in groupby(autres, key=lambda s: s.groupe)
        ],
        cites=cites,
        liens=ECHANGES_MAX,
        classes=_CLASSES,
        rien=RIEN,
    )


def environnement(dossier: Path) -> Environment:
    """The environment of the pages whose templates are in a folder, or here: each is one file, and what it
    shows is escaped."""
    pages = Environment(
        loader=FileSystemLoader([dossier, Path(__file__).parent]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=GabaritsCompiles(__file__),
        finalize=_lisible,
    )
    pages.filters |= {"accorde": accorde, "empreinte": empreinte}
    return pages


def _lisible(valeur: object) -> object:
    """A value as a page shows it: a text has its control characters written out."""
    return visible(valeur) if isinstance(valeur, str) and not isinstance(valeur, Markup) else valeur


@cache
def _modele() -> Template:
    pages = environnement(Path(__file__).parent)
    pages.filters |= {
        "requete": _requete,
        "exemple": lambda exemple: "\n".join(lignes_exemple(exemple)),
        "message": _message,
        "ancre": _ancre,
        "lie": _lie,
        "instant": lambda instant: instant.astimezone(PARIS).strftime("%d/%m/%Y à %H:%M:%S"),
        "jour": lambda instant: instant.astimezone(PARIS).strftime("%d/%m/%Y à %H h %M"),
    }
    return pages.get_template("rapport.html.j2")


def empreinte(feuille: str) -> str:
    """As a Content-Security-Policy names a style sheet (CSP 3, hash-source)."""
    return f"sha256-{b64encode(hashlib.sha256(feuille.encode()).digest()).decode()}"


def _fiche(groupe: GroupeConstats, rapport: Rapport, cites: Collection[int]) -> FicheDeCause:
    cite = echange_de(groupe, rapport)
    montre = document_cite.montrer(cite, groupe.constat.chemin) if cite is not None else None
    if montre is not None and groupe.constat.exemple is None and not montre.marquees:
        montre = None  # no smaller than any other message, and nothing to point at
    montres = tuple(numero for numero in groupe.echanges if numero in cites)
    textes = {bilan.exigence: bilan.texte for bilan in rapport.bilans}
    suites = tuple((exigence, textes.get(exigence, "")) for exigence in groupe.consequences)
    return FicheDeCause(groupe, montre, montres, len(groupe.echanges) - len(montres), suites)


def _message(texte: str) -> str:
    if len(texte) <= MESSAGE_MAX:
        return texte
    reste = f"{len(texte) - MESSAGE_MAX:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    return f"{texte[:MESSAGE_MAX]}\n… ({reste} caractères de plus, dans le dossier de preuve)"


def _requete(echange: EchangeCite) -> list[tuple[str, bool]]:
    """Runs of lines of a request, and whether the SNE complained of them."""
    lignes = enumerate(_message(echange.requete).split("\n"), 1)
    lots = groupby(lignes, key=lambda numerotee: numerotee[0] in echange.lignes)
    return [("\n".join(ligne for _, ligne in lot), marquee) for marquee, lot in lots]


def _lie(texte: str, cites: Collection[int]) -> Markup:
    """A sentence, the exchanges that it names as links to those that are embedded."""
    morceaux = _CITE.split(visible(texte))
    dits = [escape(morceaux[0])]
    for nomme, numero, suite in zip(morceaux[1::3], morceaux[2::3], morceaux[3::3], strict=True):
        embarque = len(numero) < 19 and int(numero) in cites
        dits.append(
            Markup('<a href="#echange-{}">{}</a>').format(numero, nomme) if embarque else escape(nomme)
        )
        dits.append(escape(suite))
    return Markup("").join(dits)


def _ancre(groupe: GroupeConstats) -> str:
    nom = f"{groupe.exigence}-{'erreur' if groupe.erreur else groupe.genre}"
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in nom)
