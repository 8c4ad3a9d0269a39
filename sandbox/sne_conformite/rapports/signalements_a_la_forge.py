"""The messages of a judgement to a forge: one `Signalement` for each group of findings, the worst first,
which SARIF, GitHub's annotations and GitLab's Code Quality write each in its own words.

One of level ERREUR, and only that, is an application that does not conform, or a document that is refused:
what no finding shows (nothing arrived, the command failed, the trial was cut short) has its own.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sne_conformite.rapports.constats_groupes import GroupeConstats, echange_de, grouper
from sne_conformite.rapports.document_cite import FICHIER, premieres_lignes, situer
from sne_conformite.rapports.rapport import Rapport
from sne_conformite.rapports.rapport_masque import masquer
from sne_conformite.rapports.verdict_de_conformite import motifs_des_manquements
from sne_interface.domain.anomalie import Gravite
from sne_interface.domain.texte import abrege, visible

if TYPE_CHECKING:
    from sne_interface.rules.controle import FauteDeDocument


@dataclass(frozen=True)
class Emplacement:
    """A place in a file, by the URI reference of that one; line and column count from 1, 0 where unknown."""

    fichier: str = ""
    ligne: int = 0
    colonne: int = 0


#: Rule of what no finding shows.
JUGEMENT: Final = "jugement"
#: Where something that no exchange shows is placed: a forge drops what has no place.
_RAPPORT: Final = Emplacement("rapport.html", 1)
_VALEUR_MAX: Final = 300


class Niveau(StrEnum):
    """Its cost, by SARIF's word; GitHub's are alike."""

    ERREUR = "error"
    AVERTISSEMENT = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Signalement:
    """One thing to tell. `regle` is an id (of a requirement, of a rule) and `texte` what it says; `phrase`
    what was seen and `details` its lines; `empreinte` is the same from one run to the next; `connue` is the
    reason of the baseline; `echange` the exchange that shows it, whose request `lieu` is in."""

    niveau: Niveau
    regle: str
    texte: str
    phrase: str
    lieu: Emplacement
    empreinte: str
    details: tuple[str, ...] = ()
    remede: str = ""
    source: str = ""
    connue: str = ""
    echange: int | None = None

    @property
    def lignes(self) -> list[str]:
        """The phrase, its details, the remedy, control characters written out."""
        remede = f"remède : {self.remede}" if self.remede else ""
        return [visible(ligne) for ligne in (self.phrase, *self.details, remede) if ligne]


def signaler(rapport: Rapport) -> list[Signalement]:
    """The messages of a report, NIRs masked."""
    rapport = masquer(rapport)
    debuts = premieres_lignes(rapport)
    dits = []
    for groupe in grouper(rapport):
        cite, lieu = echange_de(groupe, rapport), _RAPPORT
        if cite is not None:
            ligne, colonne = situer(cite.requete, groupe.constat.chemin)
            marquee = cite.lignes[0] if cite.lignes else 1
            ici = debuts[cite.identifiant] - 1 + (ligne or marquee)
            lieu = Emplacement(FICHIER, ici, colonne)
        niveau = Niveau.ERREUR if groupe.obligatoire else Niveau.AVERTISSEMENT
        dits.append(
            Signalement(
                Niveau.NOTE if groupe.connue else niveau, groupe.titre, groupe.texte, groupe.phrase, lieu,
                _empreinte(*map(str, groupe.cle)), tuple(_details(groupe)),
                groupe.remede, groupe.source, groupe.connue,
                cite.identifiant if cite else None,
            )
        )  # fmt: skip
    return [*_du_jugement(rapport, dits), *dits]


def signaler_controle(fichier: str, fautes: Iterable["FauteDeDocument"]) -> list[Signalement]:
    """The messages of a document that `check` judged: `fichier` is the reference to it."""
    dits = []
    for faute in fautes:
        lieu = Emplacement(fichier, faute.ligne or 1, faute.colonne)
        valeur = "" if faute.valeur in faute.message else f"valeur : {abrege(faute.valeur, _VALEUR_MAX)}"
        chemin = f"chemin : {faute.chemin}" if faute.chemin else ""
        bloque = faute.gravite is Gravite.BLOQUANTE
        dits.append(
            Signalement(
                Niveau.ERREUR if bloque else Niveau.AVERTISSEMENT, faute.regle, "", faute.message, lieu,
                _empreinte(fichier, faute.regle, faute.chemin, faute.message),
                tuple(filter(None, (chemin, valeur))), faute.remede, faute.source,
            )
        )  # fmt: skip
    return dits


def _du_jugement(rapport: Rapport, dits: Iterable[Signalement]) -> Iterator[Signalement]:
    montres = motifs_des_manquements(rapport) if any(d.niveau is Niveau.ERREUR for d in dits) else ()
    for motif in rapport.motifs:
        if motif not in montres:
            phrase, *details = motif.splitlines() or [""]
            yield Signalement(
                Niveau.ERREUR, JUGEMENT, "Le jugement, dans son ensemble", phrase, _RAPPORT,
                _empreinte(JUGEMENT, motif), tuple(details),
            )  # fmt: skip


def _details(groupe: GroupeConstats) -> Iterator[str]:
    for mot, dit in groupe.dits(lambda valeur: abrege(valeur, _VALEUR_MAX)):
        if mot != "remède":
            yield f"{mot} : {dit}" if mot else dit
    if groupe.scenarios:
        yield f"scénarios : {', '.join(groupe.scenarios)}"
    if groupe.commande:
        yield f"rejouer : {groupe.commande}"


def _empreinte(*mots: str) -> str:
    return hashlib.sha256("\0".join(mots).encode("utf-8", "replace")).hexdigest()
