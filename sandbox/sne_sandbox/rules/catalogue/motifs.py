"""The motives of the demande (MOT)."""

from collections.abc import Iterator
from typing import Final

from sne_sandbox.domain.codes import LOGEMENT_PROPRE
from sne_sandbox.domain.element import Element
from sne_sandbox.rules.context import Contexte
from sne_sandbox.rules.rule import Infraction, constat, manquant, regle

_MOTIFS_MAX: Final = 3
_SANS_LOGEMENT: Final = "01"
_EXPULSION: Final = "05"
_HANDICAP: Final = "07"
_SEPARATION: Final = "11"
_FUTUR_COUPLE: Final = "14"
_AUTRE: Final = "23"
#: situationFamiliale from which one may separate.
_SEPARABLES: Final = frozenset({"D", "S", "M", "P"})


@regle("MOT001")
def motif_absent(contexte: Contexte) -> Iterator[Infraction]:
    """principauxMotifDemande is present for a person. Source: the form (deduced)."""
    if not contexte.demande.est_association and _principaux(contexte) is None:
        yield manquant(contexte.demande.formulaire, "principauxMotifDemande")


@regle("MOT002")
def trop_de_motifs(contexte: Contexte) -> Iterator[Infraction]:
    """At most 3 motives, none twice. Source: the form (convention)."""
    vus: set[str | None] = set()
    for rang, motif in enumerate(contexte.demande.motifs):
        if rang >= _MOTIFS_MAX or motif.code in vus:
            yield constat(motif)
        vus.add(motif.code)


@regle("MOT003")
def autre_motif_sans_precision(contexte: Contexte) -> Iterator[Infraction]:
    """Motive 23 (autre, « précisez ») comes with compAutreMotif. Source: label of code 23 (deduced)."""
    principaux = _principaux(contexte)
    if principaux is None or _motif(contexte, _AUTRE) is None:
        return
    if not (principaux.texte_de("compAutreMotif") or "").strip():
        yield manquant(principaux, "compAutreMotif")


@regle("MOT004")
def date_du_jugement(contexte: Contexte) -> Iterator[Infraction]:
    """The date of the eviction judgment is not in the future (one day of tolerance), and comes with motive
    05 only; the motive without the date is accepted. Source: XSD (convention)."""
    principaux = _principaux(contexte)
    jugement = principaux.enfant("compDateJugement") if principaux is not None else None
    if principaux is None or jugement is None:
        return
    jour = principaux.date_de("compDateJugement")
    if _motif(contexte, _EXPULSION) is None or (jour is not None and jour > contexte.aujourdhui):
        yield constat(jugement)


@regle("MOT005")
def motif_handicap_sans_complement(contexte: Contexte) -> Iterator[Infraction]:
    """Motive 07 (handicap) comes with at least one handicap block. Source: the form (deduced)."""
    motif = _motif(contexte, _HANDICAP)
    if motif is not None and not contexte.demande.handicaps:
        yield constat(motif)


@regle("MOT006")
def sans_logement_mais_loge(contexte: Contexte) -> Iterator[Infraction]:
    """Motive 01 (sans logement) fits a modeleLogement other than HLM, LP, POCC, FONC. Convention."""
    motif = _motif(contexte, _SANS_LOGEMENT)
    modeles = contexte.demande.formulaire.tous(
        "personnePhysique/logementActuel/listeModeleLogement/modeleLogement"
    )
    if motif is not None and modeles and all(modele.code in LOGEMENT_PROPRE for modele in modeles):
        yield constat(motif)


@regle("MOT007")
def motif_et_situation_familiale(contexte: Contexte) -> Iterator[Infraction]:
    """Motive 14 (futur mariage…) is not that of a married applicant; motive 11 (séparation) is that of one
    who is divorced, separated, married or in a PACS. Convention."""
    demandeur = contexte.demande.demandeur
    situation = demandeur.situation_familiale if demandeur is not None else None
    if situation is None:
        return
    futur_couple, separation = _motif(contexte, _FUTUR_COUPLE), _motif(contexte, _SEPARATION)
    if futur_couple is not None and situation == "M":
        yield constat(futur_couple)
    if separation is not None and situation not in _SEPARABLES:
        yield constat(separation)


def _principaux(contexte: Contexte) -> Element | None:
    return contexte.demande.formulaire.enfant("principauxMotifDemande")


def _motif(contexte: Contexte, code: str) -> Element | None:
    return next((motif for motif in contexte.demande.motifs if motif.code == code), None)


REGLES = (
    motif_absent,
    trop_de_motifs,
    autre_motif_sans_precision,
    date_du_jugement,
    motif_handicap_sans_complement,
    sans_logement_mais_loge,
    motif_et_situation_familiale,
)
