"""Guichets are somebody (GUI): where one registers, and what its kind may do.

Who may radiate for attribution or irrecevabilité is RAD006 and RAD011, who may declare a DALO is DAL004: all
of them read one table, `guichets.toml` of the contract.
"""

from collections.abc import Iterator

from sne_interface.domain.base import Acte, Guichet, NatureGuichet
from sne_interface.rules.rule import Contexte, Infraction, infraction, regle, sur


@regle("GUI001", registre=True)
def enregistrement_hors_territoire(contexte: Contexte) -> Iterator[Infraction]:
    """The demande is of the region of the guichet that registers it; of one of its départements when it is a
    système particulier (R. 441-2-5 IV). Elsewhere it only warns: the law lets one ask any landlord that has
    dwellings in the communes wished (R. 441-2-1), and nobody knows which have. Convention. A guichet without
    a territory of its own is nowhere elsewhere."""
    guichet, ici = contexte.emetteur, contexte.demande.territoire
    if guichet is None or ici is None or guichet.nature in contexte.droits.nationales:
        return
    region = contexte.territoires.region_de(ici)
    # What is no territory, or none of the register, is the business of ADR002 and GUI004.
    if region is None or ici in contexte.droits.hors_registre.codes or ici in guichet.territoires:
        return
    systeme = guichet.nature is NatureGuichet.SYSTEME
    if systeme or region != contexte.territoires.region_de(guichet.territoire):
        yield _sur_le_guichet(contexte, guichet, territoire=ici)


@regle("GUI002", registre=True)
def dalo_hors_territoire(contexte: Contexte) -> Iterator[Infraction]:
    """A commission de médiation is that of a département (L. 441-2-3): the demande is of its territory, which
    does not tell those of Île-de-France apart. Deduced."""
    guichet, stockee = contexte.emetteur, contexte.stockee
    if guichet is None or stockee is None or not contexte.habilite(Acte.DECLARER_DALO):
        return  # DAL001 and DAL004
    if stockee.territoire not in guichet.territoires:
        yield _sur_le_guichet(contexte, guichet, territoire=stockee.territoire)


@regle("GUI003", registre=True)
def enregistrement_reserve(contexte: Contexte) -> Iterator[Infraction]:
    """A guichet of that kind registers demandes: a commission de médiation is no place where one deposits
    (R. 441-2-1). Convention."""
    guichet = contexte.emetteur
    if guichet is not None and not contexte.habilite(Acte.ENREGISTRER):
        yield _sur_le_guichet(contexte, guichet, nature=guichet.nature)


@regle("GUI004", "commune")
def hors_du_registre(contexte: Contexte) -> Iterator[Infraction]:
    """The first commune wished, which says where the demande is numbered, is not in a collectivity that the
    register does not cover. Deduced."""
    for commune in contexte.demande.communes_souhaitees[:1]:
        if contexte.demande.territoire in contexte.droits.hors_registre.codes:
            yield infraction(commune)


@regle("GUI005", registre=True)
def guichet_ferme(contexte: Contexte) -> Iterator[Infraction]:
    """The guichet that declares a DALO, or writes an event, is known and open on that day: ENT006 says so of
    a demande's own messages. Deduced, as that one. One that is unknown and declares is DAL004's business."""
    if contexte.type_fichier != "EVT":
        declarant = contexte.emetteur
        if declarant is not None and not declarant.est_ouvert(contexte.jour):
            yield _sur_le_guichet(contexte, declarant)
    elif contexte.document.enfant("listeEvenements") is not None:  # else it only reads
        code = contexte.guichet_emetteur or contexte.document.texte_de("entete/codeGuichet") or ""
        guichet = contexte.registre.guichet(code)
        if guichet is None or not guichet.est_ouvert(contexte.jour):
            yield sur(contexte.document, "entete/codeGuichet", valeur=code)


def _sur_le_guichet(contexte: Contexte, guichet: Guichet, **valeurs: str) -> Infraction:
    return sur(contexte.demande.formulaire, "numGuichet", valeur=guichet.code, **valeurs)
