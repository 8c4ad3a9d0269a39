"""The complement « handicap » (HAN)."""

from collections.abc import Iterator
from typing import Final

from sne_sandbox.rules.context import Contexte
from sne_sandbox.rules.rule import Infraction, constat, manquant, regle

#: Each kind of handicap: its flag, and where its nature is given.
_NATURES: Final = {
    "handicapMoteur": "listeNatureHandicapMoteur",
    "handicapSensoriel": "listeNatureHandicapSensoriel",
    "handicapAutre": "compAutreNature",
}
_AUCUNE_AIDE: Final = "1"


@regle("HAN001")
def personne_handicapee_hors_du_menage(contexte: Contexte) -> Iterator[Infraction]:
    """The birth date of a handicap block is that of the applicant, a co-holder, a person à charge or in
    custody. Source: the form (convention). An association has no household to compare with."""
    demande = contexte.demande
    if demande.est_association:
        return
    menage = [personne.element for personne in demande.titulaires]
    menage += demande.personnes_a_charge + demande.personnes_en_garde
    naissances = {personne.date_de("dateNaissance") for personne in menage}
    for handicap in demande.handicaps:
        naissance = handicap.enfant("dateNaissance")
        if naissance is not None and handicap.date_de("dateNaissance") not in naissances:
            yield constat(naissance)


@regle("HAN002")
def nature_du_handicap(contexte: Contexte) -> Iterator[Infraction]:
    """A kind of handicap that is declared (moteur, sensoriel, autre) comes with its nature. Source: XSD
    (deduced)."""
    for handicap in contexte.demande.handicaps:
        for indicateur, nature in _NATURES.items():
            if handicap.booleen_de(indicateur) is True and handicap.enfant(nature) is None:
                yield manquant(handicap, nature)


@regle("HAN003")
def nature_sans_indicateur(contexte: Contexte) -> Iterator[Infraction]:
    """A list of natures is not given with its flag false; an absent flag is accepted. Deduced."""
    for handicap in contexte.demande.handicaps:
        for indicateur, nature in _NATURES.items():
            liste = handicap.enfant(nature)
            if nature.startswith("liste") and liste is not None and handicap.booleen_de(indicateur) is False:
                yield constat(liste)


@regle("HAN004")
def aucune_aide_technique(contexte: Contexte) -> Iterator[Infraction]:
    """The technical aid 1 (Aucune) excludes the others. Source: nomenclature (deduced)."""
    for handicap in contexte.demande.handicaps:
        aides = handicap.tous("listeAideTechniqueHandicap/aideTechniqueHandicap")
        aucune = next((aide for aide in aides if aide.code == _AUCUNE_AIDE), None)
        if aucune is not None and any(aide.code != _AUCUNE_AIDE for aide in aides):
            yield constat(aucune)


REGLES = (
    personne_handicapee_hors_du_menage,
    nature_du_handicap,
    nature_sans_indicateur,
    aucune_aide_technique,
)
