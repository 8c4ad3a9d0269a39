"""Fiscal income, monthly resources and employment (RES)."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from sne_sandbox.domain.codes import SALARIES
from sne_sandbox.domain.element import Element
from sne_sandbox.domain.menage import ressources_mensuelles
from sne_sandbox.rules.context import Contexte
from sne_sandbox.rules.rule import Infraction, constat, manquant, regle

_LISTES: Final = (
    "listeRessourceRecue",
    "listeRessourceVersee",
    "listeRessourceRecuePersACharge",
    "listeRessourceVerseePersACharge",
)
_TOTAL_NORMAL: Final = 20_000


@regle("RES001")
def annees_des_revenus(contexte: Contexte) -> Iterator[Infraction]:
    """anneeMoins1 is one of the 2 years before dateFichier; when both are given anneeMoins2 is the year
    before anneeMoins1. Source: the form (convention)."""
    fichier = contexte.document.date_de("entete/dateFichier")
    for revenu in _revenus(contexte):
        annee_1, annee_2 = revenu.entier_de("anneeMoins1"), revenu.entier_de("anneeMoins2")
        element_1, element_2 = revenu.enfant("anneeMoins1"), revenu.enfant("anneeMoins2")
        if annee_1 is None or element_1 is None:
            continue
        if fichier is not None and annee_1 not in (fichier.year - 1, fichier.year - 2):
            yield constat(element_1)
        elif annee_2 is not None and element_2 is not None and annee_2 != annee_1 - 1:
            yield constat(element_2)


@regle("RES002")
def revenu_sans_annee(contexte: Contexte) -> Iterator[Infraction]:
    """An amount other than 0 comes with its year. Source: the form (deduced)."""
    for revenu in _revenus(contexte):
        for montant, annee in (("montantMoins1", "anneeMoins1"), ("montantMoins2", "anneeMoins2")):
            if revenu.entier_de(montant) and revenu.entier_de(annee) is None:
                yield manquant(revenu, annee)


@regle("RES003")
def revenu_fiscal_absent(contexte: Contexte) -> Iterator[Infraction]:
    """The applicant gives a fiscal income (0 is one). Source: Cour des comptes 2020 (attested: its absence
    never blocks). A co-holder may share the applicant's: the contract leaves it optional there."""
    demandeur = contexte.demande.demandeur
    if demandeur is None:
        return
    revenu = demandeur.element.enfant("revenuFiscal")
    if revenu is None:
        yield manquant(demandeur.element, "revenuFiscal")
    elif revenu.enfant("montantMoins1") is None and revenu.enfant("montantMoins2") is None:
        yield manquant(revenu, "montantMoins1")


@regle("RES004")
def ressource_incomplete(contexte: Contexte) -> Iterator[Infraction]:
    """A resource that is not empty holds both its code and its amount. Deduced."""
    for liste in _listes(contexte):
        for detail in liste.tous("detailRessource"):
            for nom in ("ressource", "montant"):
                if detail.enfant(nom) is None:
                    yield manquant(detail, nom)


@regle("RES005")
def ressource_en_double(contexte: Contexte) -> Iterator[Infraction]:
    """A resource code occurs once per person and list. Convention. The persons à charge share one list: two
    of them may receive the same."""
    a_charge = max(1, len(contexte.demande.personnes_a_charge))
    for liste in _listes(contexte):
        fois = a_charge if liste.nom.endswith("PersACharge") else 1
        vus: Counter[str] = Counter()
        for detail in liste.tous("detailRessource"):
            ressource = detail.enfant("ressource")
            if ressource is None or ressource.code is None:
                continue
            vus[ressource.code] += 1
            if vus[ressource.code] > fois:
                yield constat(ressource)


@regle("RES007")
def ressource_negative(contexte: Contexte) -> Iterator[Infraction]:
    """The amount of a resource is not negative. Convention."""
    for liste in _listes(contexte):
        for detail in liste.tous("detailRessource"):
            montant = detail.enfant("montant")
            if montant is not None and (detail.entier_de("montant") or 0) < 0:
                yield constat(montant)


@regle("RES008")
def ressource_sans_rapport_avec_le_contrat(contexte: Contexte) -> Iterator[Infraction]:
    """Employed (CDI, CDD, APP), one has a resource SAL; student (ETU), SAL or BE. Convention."""
    for personne in contexte.demande.titulaires:
        contrat = personne.element.enfant("situationProfessionnelle/typeContratTravail")
        if contrat is None:
            continue
        attendues = {"SAL"} if contrat.code in SALARIES else {"SAL", "BE"} if contrat.code == "ETU" else None
        details = personne.element.tous("listeRessourceRecue/detailRessource")
        if attendues and attendues.isdisjoint(detail.code_de("ressource") for detail in details):
            yield constat(contrat)


@regle("RES009")
def employeur_attendu(contexte: Contexte) -> Iterator[Infraction]:
    """Employed (CDI, CDD, APP), one names the main employer. Convention."""
    for personne in contexte.demande.titulaires:
        situation = personne.element.enfant("situationProfessionnelle")
        if (
            situation is not None
            and personne.contrat_travail in SALARIES
            and situation.enfant("nomEmployeurPrincipal") is None
        ):
            yield manquant(situation, "nomEmployeurPrincipal")


@regle("RES010")
def total_anormal(contexte: Contexte) -> Iterator[Infraction]:
    """The household receives at most 20 000 euros a month in all. Convention."""
    demandeur = contexte.demande.demandeur
    total = ressources_mensuelles(contexte.demande)
    if demandeur is not None and total > _TOTAL_NORMAL:
        yield manquant(demandeur.element, "listeRessourceRecue", valeur=str(total))


def _revenus(contexte: Contexte) -> Iterator[Element]:
    for personne in contexte.demande.titulaires:
        revenu = personne.element.enfant("revenuFiscal")
        if revenu is not None:
            yield revenu


def _listes(contexte: Contexte) -> Iterator[Element]:
    for personne in contexte.demande.titulaires:
        for nom in _LISTES:
            liste = personne.element.enfant(nom)
            if liste is not None:
                yield liste


REGLES = (
    annees_des_revenus,
    revenu_sans_annee,
    revenu_fiscal_absent,
    ressource_incomplete,
    ressource_en_double,
    ressource_negative,
    ressource_sans_rapport_avec_le_contrat,
    employeur_attendu,
    total_anormal,
)
