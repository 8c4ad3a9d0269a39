"""The household: co-holders, persons à charge, children to be born and in custody (MEN)."""

from collections.abc import Iterator
from typing import Final

from sne_sandbox.domain.dates import age, ajouter_mois
from sne_sandbox.domain.element import Element
from sne_sandbox.domain.menage import LIENS_DE_COUPLE
from sne_sandbox.rules.context import Contexte
from sne_sandbox.rules.rule import Infraction, constat, manquant, regle

#: situationFamiliale that each couple link supposes: Conjoint/Marié(e), Pacsé(e), Concubin(e).
_SITUATION_DU_LIEN: Final = {"M": "M", "P": "P", "C": "U"}
_SITUATIONS_DE_COUPLE: Final = frozenset({"M", "P", "U"})
_ENFANT: Final = "E"
_ECART_MINIMAL: Final = 12
_MAJORITE: Final = 18

_NOMS: Final = {
    "nom": "nom",
    "prenom": "prénom",
    "dateNaissance": "date de naissance",
    "sexe": "sexe",
    "lienParente": "lien de parenté",
    "coParentalite": "coparentalité",
}
_A_CHARGE_OBLIGATOIRE: Final = ("dateNaissance", "lienParente")
_A_CHARGE_ATTENDU: Final = ("nom", "prenom", "sexe")
_EN_GARDE_OBLIGATOIRE: Final = ("dateNaissance", "coParentalite")


@regle("MEN001")
def lien_contredit_la_situation(contexte: Contexte) -> Iterator[Infraction]:
    """A couple link goes with the situation familiale of both: M with M, P with P, C (concubin) with U.

    Source: nomenclatures ListeLienDemandeur and ListeSituationFamiliale (convention). A situation without
    code is ENT013's.
    """
    demandeur = contexte.demande.demandeur
    for cotitulaire in contexte.demande.cotitulaires:
        attendue = _SITUATION_DU_LIEN.get(cotitulaire.lien_demandeur or "")
        situations = {cotitulaire.situation_familiale, demandeur.situation_familiale if demandeur else None}
        lien = cotitulaire.element.enfant("lienDemandeur")
        if attendue and lien is not None and situations - {attendue, None}:
            yield constat(lien)


@regle("MEN002")
def un_seul_conjoint(contexte: Contexte) -> Iterator[Infraction]:
    """At most one co-holder is spouse, PACS partner or concubin (lienDemandeur M, P, C). Deduced."""
    liens = (c.element.enfant("lienDemandeur") for c in contexte.demande.cotitulaires)
    de_couple = [lien for lien in liens if lien is not None and lien.code in LIENS_DE_COUPLE]
    for lien in de_couple[1:]:
        yield constat(lien)


@regle("MEN003")
def couple_sans_cotitulaire(contexte: Contexte) -> Iterator[Infraction]:
    """An applicant who is married, in a PACS or a concubinage has a co-holder. Convention."""
    demandeur = contexte.demande.demandeur
    if demandeur is None or contexte.demande.cotitulaires:
        return
    situation = demandeur.element.enfant("situationFamiliale")
    if situation is not None and situation.code in _SITUATIONS_DE_COUPLE:
        yield constat(situation)


@regle("MEN004")
def personne_a_charge_incomplete(contexte: Contexte) -> Iterator[Infraction]:
    """A person à charge that is given holds birth date and kinship. Source: the form (deduced)."""
    for personne in contexte.demande.personnes_a_charge:
        yield from _incomplet(personne, _A_CHARGE_OBLIGATOIRE)


@regle("MEN005")
def naissance_future_au_foyer(contexte: Contexte) -> Iterator[Infraction]:
    """No person à charge or in custody is born in the future (one day of tolerance). Deduced."""
    for personne in contexte.demande.personnes_a_charge + contexte.demande.personnes_en_garde:
        naissance = personne.enfant("dateNaissance")
        jour = personne.date_de("dateNaissance")
        if naissance is not None and jour is not None and jour > contexte.aujourdhui:
            yield constat(naissance)


@regle("MEN006")
def age_de_l_enfant_a_charge(contexte: Contexte) -> Iterator[Infraction]:
    """A child à charge (lienParente E) is younger than the applicant by at least 12 years. Convention."""
    demandeur = contexte.demande.demandeur
    naissance_demandeur = demandeur.date_naissance if demandeur is not None else None
    if naissance_demandeur is None:
        return
    for personne in contexte.demande.personnes_a_charge:
        naissance = personne.enfant("dateNaissance")
        jour = personne.date_de("dateNaissance")
        if personne.code_de("lienParente") != _ENFANT or naissance is None or jour is None:
            continue
        if age(naissance_demandeur, jour) < _ECART_MINIMAL:
            yield constat(naissance)


@regle("MEN007")
def enfants_a_naitre_incomplets(contexte: Contexte) -> Iterator[Infraction]:
    """A number of children to be born of 1 or more needs the expected date, and the date needs such a
    number; 0 without date means none. Source: the form (deduced)."""
    a_naitre = _a_naitre(contexte)
    if a_naitre is None:
        return
    nombre = a_naitre.entier_de("nombre") or 0
    date_prevue = a_naitre.enfant("dateNaissancePrevue")
    if nombre >= 1 and date_prevue is None:
        yield manquant(a_naitre, "dateNaissancePrevue")
    elif nombre < 1 and date_prevue is not None:
        element = a_naitre.enfant("nombre")
        yield constat(element) if element is not None else manquant(a_naitre, "nombre")


@regle("MEN008")
def date_de_naissance_prevue(contexte: Contexte) -> Iterator[Infraction]:
    """The expected date is at most 10 months after dateFichier and at most 1 month before. Convention."""
    a_naitre = _a_naitre(contexte)
    fichier = contexte.document.date_de("entete/dateFichier")
    if a_naitre is None or fichier is None:
        return
    prevue = a_naitre.date_de("dateNaissancePrevue")
    element = a_naitre.enfant("dateNaissancePrevue")
    if prevue is None or element is None:
        return
    if not ajouter_mois(fichier, -1) <= prevue <= ajouter_mois(fichier, 10):
        yield constat(element)


@regle("MEN009")
def personne_en_garde_incomplete(contexte: Contexte) -> Iterator[Infraction]:
    """A person in custody that is given holds birth date and coparentalité. Source: the form (deduced)."""
    for personne in contexte.demande.personnes_en_garde:
        yield from _incomplet(personne, _EN_GARDE_OBLIGATOIRE)


@regle("MEN010")
def enfant_a_charge_et_en_garde(contexte: Contexte) -> Iterator[Infraction]:
    """The same child is not both à charge and in custody. Convention.

    A person in custody has no name in the contract: the same child is one with the same birth date and no
    contradicting sex.
    """
    for garde in contexte.demande.personnes_en_garde:
        naissance = garde.date_de("dateNaissance")
        if naissance is None:
            continue
        for personne in contexte.demande.personnes_a_charge:
            sexes = {personne.code_de("sexe"), garde.code_de("sexe")} - {None}
            if personne.date_de("dateNaissance") == naissance and len(sexes) < 2:
                yield constat(garde)
                break


@regle("MEN011")
def personne_a_charge_a_completer(contexte: Contexte) -> Iterator[Infraction]:
    """A person à charge holds nom, prénom and sex; in MOD and REN also what MEN004 asks. Source: the form
    (deduced)."""
    suite = contexte.type_fichier in ("MOD", "REN")
    attendus = _A_CHARGE_ATTENDU + (_A_CHARGE_OBLIGATOIRE if suite else ())
    for personne in contexte.demande.personnes_a_charge:
        yield from _incomplet(personne, attendus)


@regle("MEN012")
def personne_en_garde_majeure(contexte: Contexte) -> Iterator[Infraction]:
    """A person in custody is under 18 on the base's date. Convention."""
    for personne in contexte.demande.personnes_en_garde:
        naissance = personne.enfant("dateNaissance")
        jour = personne.date_de("dateNaissance")
        if naissance is not None and jour is not None and age(jour, contexte.jour) >= _MAJORITE:
            yield constat(naissance)


def _a_naitre(contexte: Contexte) -> Element | None:
    return contexte.demande.formulaire.enfant("personnePhysique/personneANaitre")


def _incomplet(personne: Element, attendus: tuple[str, ...]) -> Iterator[Infraction]:
    manques = [nom for nom in attendus if personne.enfant(nom) is None]
    if manques:
        yield manquant(personne, manques[0], manque=", ".join(_NOMS[nom] for nom in manques))


REGLES = (
    lien_contredit_la_situation,
    un_seul_conjoint,
    couple_sans_cotitulaire,
    personne_a_charge_incomplete,
    naissance_future_au_foyer,
    age_de_l_enfant_a_charge,
    enfants_a_naitre_incomplets,
    date_de_naissance_prevue,
    personne_en_garde_incomplete,
    enfant_a_charge_et_en_garde,
    personne_a_charge_a_completer,
    personne_en_garde_majeure,
)
