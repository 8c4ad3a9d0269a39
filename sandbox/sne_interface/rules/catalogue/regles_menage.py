"""The household: co-holders, persons à charge, children to be born and in custody (MEN); its fiscal income,
monthly resources and employment (RES); the complement « handicap » (HAN).
"""

from typing import Final

from sne_interface.domain.codes import SALARIES
from sne_interface.domain.dates import MAJORITE, age, ajouter_mois
from sne_interface.domain.element_recu import Element, lire_date
from sne_interface.domain.menage import LIEN_ENFANT, LIENS_DE_COUPLE
from sne_interface.rules.rule import (
    Contexte,
    Infractions,
    a_venir,
    de_codes,
    incomplets,
    infraction,
    manquant,
    regle,
    sur,
)

# --- MEN ----------------------------------------------------------------------------------------------


#: situationFamiliale that each couple link supposes: Conjoint/Marié(e), Pacsé(e), Concubin(e).
_SITUATION_DU_LIEN: Final = {"M": "M", "P": "P", "C": "U"}
_SITUATIONS_DE_COUPLE: Final = frozenset({"M", "P", "U"})
_ECART_MINIMAL: Final = 12

_A_NAITRE: Final = "personnePhysique/personneANaitre"
_NAISSANCE_PREVUE: Final = f"{_A_NAITRE}/dateNaissancePrevue"
_A_CHARGE_OBLIGATOIRE: Final = {"dateNaissance": "date de naissance", "lienParente": "lien de parenté"}
_A_CHARGE_ATTENDU: Final = {"nom": "nom", "prenom": "prénom", "sexe": "sexe"}
_EN_GARDE_OBLIGATOIRE: Final = {"dateNaissance": "date de naissance", "coParentalite": "coparentalité"}


@regle("MEN001", *de_codes("lienDemandeur", LIENS_DE_COUPLE))
def lien_contredit_la_situation(contexte: Contexte) -> Infractions:
    """A couple link goes with the situation familiale of both: M with M, P with P, C (concubin) with U.

    Source: nomenclatures ListeLienDemandeur and ListeSituationFamiliale (convention). A situation without
    code is ENT013's.
    """
    for cotitulaire in contexte.demande.cotitulaires:
        attendue = _SITUATION_DU_LIEN.get(cotitulaire.lien_demandeur or "")
        situations = {cotitulaire.situation_familiale, contexte.demande.situation_du_demandeur}
        if attendue and situations - {attendue, None}:
            yield sur(cotitulaire.element, "lienDemandeur")


@regle("MEN002", *de_codes("lienDemandeur", LIENS_DE_COUPLE))
def un_seul_conjoint(contexte: Contexte) -> Infractions:
    """At most one co-holder is spouse, PACS partner or concubin (lienDemandeur M, P, C). Deduced."""
    liens = (c.element.enfant("lienDemandeur") for c in contexte.demande.cotitulaires)
    de_couple = [lien for lien in liens if lien is not None and lien.code in LIENS_DE_COUPLE]
    for lien in de_couple[1:]:
        yield infraction(lien)


@regle("MEN003", "situationFamiliale=M", "situationFamiliale=P", "situationFamiliale=U")
def couple_sans_cotitulaire(contexte: Contexte) -> Infractions:
    """An applicant who is married, in a PACS or a concubinage has a co-holder. Convention."""
    demande = contexte.demande
    if not demande.cotitulaires and demande.situation_du_demandeur in _SITUATIONS_DE_COUPLE:
        yield sur(demande.formulaire, "personnePhysique/demandeur/situationFamiliale")


@regle("MEN004", "personneACharge")
def personne_a_charge_incomplete(contexte: Contexte) -> Infractions:
    """A person à charge that is given holds birth date and kinship. Source: the form (deduced)."""
    return incomplets(contexte.demande.personnes_a_charge, _A_CHARGE_OBLIGATOIRE)


@regle("MEN005", "personneACharge", "personneEnGarde")
def naissance_future_au_foyer(contexte: Contexte) -> Infractions:
    """No person à charge or in custody is born in the future (one day of tolerance). Deduced."""
    for personne in contexte.demande.personnes_a_charge + contexte.demande.personnes_en_garde:
        yield from a_venir(personne, "dateNaissance", contexte)


@regle("MEN006", "lienParente=E")
def age_de_l_enfant_a_charge(contexte: Contexte) -> Infractions:
    """A child à charge (lienParente E) is younger than the applicant by at least 12 years. Convention."""
    naissance = contexte.demande.naissance_du_demandeur
    if naissance is None:
        return
    for personne in contexte.demande.personnes_a_charge:
        jour = personne.date_de("dateNaissance")
        if jour is None or personne.code_de("lienParente") != LIEN_ENFANT:
            continue
        if age(naissance, jour) < _ECART_MINIMAL:
            yield sur(personne, "dateNaissance")


@regle("MEN007", "personneANaitre")
def enfants_a_naitre_incomplets(contexte: Contexte) -> Infractions:
    """A number of children to be born of 1 or more needs the expected date, and the date needs such a
    number; 0 without date means none. Source: the form (deduced)."""
    a_naitre = contexte.demande.formulaire.enfant(_A_NAITRE)
    if a_naitre is None:
        return
    nombre = a_naitre.entier_de("nombre") or 0
    date_prevue = a_naitre.enfant("dateNaissancePrevue")
    if nombre >= 1 and date_prevue is None:
        yield manquant(a_naitre, "dateNaissancePrevue")
    elif nombre < 1 and date_prevue is not None:
        yield sur(a_naitre, "nombre")


@regle("MEN008", "dateNaissancePrevue")
def date_de_naissance_prevue(contexte: Contexte) -> Infractions:
    """The expected date is at most 10 months after dateFichier and at most 1 month before. Convention."""
    prevue = contexte.demande.formulaire.date_de(_NAISSANCE_PREVUE)
    fichier = contexte.document.date_de("entete/dateFichier")
    if fichier is None or prevue is None:
        return
    if not ajouter_mois(fichier, -1) <= prevue <= ajouter_mois(fichier, 10):
        yield sur(contexte.demande.formulaire, _NAISSANCE_PREVUE)


@regle("MEN009", "personneEnGarde")
def personne_en_garde_incomplete(contexte: Contexte) -> Infractions:
    """A person in custody that is given holds birth date and coparentalité. Source: the form (deduced)."""
    return incomplets(contexte.demande.personnes_en_garde, _EN_GARDE_OBLIGATOIRE)


@regle("MEN010", "personneEnGarde")
def enfant_a_charge_et_en_garde(contexte: Contexte) -> Infractions:
    """The same child is not both à charge and in custody. Convention.

    A person in custody has no name in the contract: the same child is one with the same birth date and no
    contradicting sex.
    """
    for garde in contexte.demande.personnes_en_garde:
        naissance, a_charge = garde.date_de("dateNaissance"), contexte.demande.personnes_a_charge
        nes_ce_jour = [p for p in a_charge if naissance and p.date_de("dateNaissance") == naissance]
        if any(len({p.code_de("sexe"), garde.code_de("sexe")} - {None}) < 2 for p in nes_ce_jour):
            yield infraction(garde)


@regle("MEN011", "personneACharge")
def personne_a_charge_a_completer(contexte: Contexte) -> Infractions:
    """A person à charge holds nom, prénom and sex; in MOD and REN also what MEN004 asks. Source: the form
    (deduced)."""
    suite = contexte.type_fichier in ("MOD", "REN")
    attendus = _A_CHARGE_ATTENDU | (_A_CHARGE_OBLIGATOIRE if suite else {})
    return incomplets(contexte.demande.personnes_a_charge, attendus)


@regle("MEN012", "personneEnGarde")
def personne_en_garde_majeure(contexte: Contexte) -> Infractions:
    """A person in custody is under 18 on the base's date. Convention."""
    for personne in contexte.demande.personnes_en_garde:
        jour = personne.date_de("dateNaissance")
        if jour is not None and age(jour, contexte.jour) >= MAJORITE:
            yield sur(personne, "dateNaissance")


# --- RES ----------------------------------------------------------------------------------------------


_TOTAL_NORMAL: Final = 20_000
_RESSOURCES_DU_CONTRAT: Final = {code: {"SAL"} for code in SALARIES} | {"ETU": {"SAL", "BE"}}


@regle("RES001", "anneeMoins1")
def annees_des_revenus(contexte: Contexte) -> Infractions:
    """anneeMoins1 is one of the 2 years before dateFichier; when both are given anneeMoins2 is the year
    before anneeMoins1. Source: the form (convention)."""
    fichier = contexte.document.date_de("entete/dateFichier")
    for revenu in _revenus(contexte):
        annee_1, annee_2 = revenu.entier_de("anneeMoins1"), revenu.entier_de("anneeMoins2")
        if annee_1 is None:
            continue
        if fichier is not None and annee_1 not in (fichier.year - 1, fichier.year - 2):
            yield sur(revenu, "anneeMoins1")
        elif annee_2 is not None and annee_2 != annee_1 - 1:
            yield sur(revenu, "anneeMoins2")


@regle("RES002", "montantMoins1", "montantMoins2")
def revenu_sans_annee(contexte: Contexte) -> Infractions:
    """An amount other than 0 comes with its year. Source: the form (deduced)."""
    for revenu in _revenus(contexte):
        for montant, annee in (("montantMoins1", "anneeMoins1"), ("montantMoins2", "anneeMoins2")):
            if montant in revenu.presents and revenu.entier_de(annee) is None and revenu.entier_de(montant):
                yield manquant(revenu, annee)


@regle("RES003")
def revenu_fiscal_absent(contexte: Contexte) -> Infractions:
    """The applicant gives a fiscal income (0 is one). Source: Cour des comptes 2020 (attested: its absence
    never blocks). A co-holder may share the applicant's: the contract leaves it optional there."""
    demandeur = contexte.demande.demandeur
    if demandeur is None:
        return
    revenu = demandeur.element.presents.get("revenuFiscal")
    if revenu is None:
        yield manquant(demandeur.element, "revenuFiscal")
    elif "montantMoins1" not in revenu.presents and "montantMoins2" not in revenu.presents:
        yield manquant(revenu, "montantMoins1")


@regle("RES004", "detailRessource")
def ressource_incomplete(contexte: Contexte) -> Infractions:
    """A resource that is not empty holds both its code and its amount. Deduced."""
    for _, details in contexte.demande.ressources:
        for detail in details:
            for nom in ("ressource", "montant"):
                if nom not in detail.presents:
                    yield manquant(detail, nom)


@regle("RES005", "detailRessource")
def ressource_en_double(contexte: Contexte) -> Infractions:
    """A resource code occurs once per person and list. Convention. The persons à charge share one list: two
    of them may receive the same."""
    a_charge = max(1, len(contexte.demande.personnes_a_charge))
    for liste, details in contexte.demande.ressources:
        if len(details) < 2:
            continue
        fois = a_charge if liste.nom.endswith("PersACharge") else 1
        vus: dict[str, int] = {}
        for detail in details:
            ressource = detail.presents.get("ressource")
            if ressource is None or ressource.code is None:
                continue
            vus[ressource.code] = vus.get(ressource.code, 0) + 1
            if vus[ressource.code] > fois:
                yield infraction(ressource)


@regle("RES007", "detailRessource")
def ressource_negative(contexte: Contexte) -> Infractions:
    """The amount of a resource is not negative. Convention."""
    for _, details in contexte.demande.ressources:
        for detail in details:
            montant = detail.presents.get("montant")
            if montant is not None and "-" in montant.texte and (detail.entier_de("montant") or 0) < 0:
                yield infraction(montant)


@regle("RES008", *de_codes("typeContratTravail", SALARIES), "typeContratTravail=ETU")
def ressource_sans_rapport_avec_le_contrat(contexte: Contexte) -> Infractions:
    """Employed (CDI, CDD, APP), one has a resource SAL; student (ETU), SAL or BE. Convention."""
    for personne in contexte.demande.titulaires:
        attendues = _RESSOURCES_DU_CONTRAT.get(personne.contrat_travail or "")
        if attendues is None:
            continue
        details = personne.element.tous("listeRessourceRecue/detailRessource")
        recues = [d.presents["ressource"].code for d in details if "ressource" in d.presents]
        if attendues.isdisjoint(recues):
            yield sur(personne.element, "situationProfessionnelle/typeContratTravail")


@regle("RES009", *de_codes("typeContratTravail", SALARIES))
def employeur_attendu(contexte: Contexte) -> Infractions:
    """Employed (CDI, CDD, APP), one names the main employer. Convention."""
    for personne in contexte.demande.titulaires:
        situation = personne.element.enfant("situationProfessionnelle")
        salarie = personne.contrat_travail in SALARIES
        if salarie and situation is not None and situation.enfant("nomEmployeurPrincipal") is None:
            yield manquant(situation, "nomEmployeurPrincipal")


@regle("RES010", "montant")
def total_anormal(contexte: Contexte) -> Infractions:
    """The household receives at most 20 000 euros a month in all. Convention."""
    demandeur = contexte.demande.demandeur
    total = contexte.demande.ressources_mensuelles
    if demandeur is not None and total > _TOTAL_NORMAL:
        yield manquant(demandeur.element, "listeRessourceRecue", valeur=str(total))


def _revenus(contexte: Contexte) -> list[Element]:
    titulaires = contexte.demande.titulaires
    return [lu for personne in titulaires if (lu := personne.element.presents.get("revenuFiscal"))]


# --- HAN ----------------------------------------------------------------------------------------------


#: Each kind of handicap: its flag, and where its nature is given.
_NATURES: Final = {
    "handicapMoteur": "listeNatureHandicapMoteur",
    "handicapSensoriel": "listeNatureHandicapSensoriel",
    "handicapAutre": "compAutreNature",
}
_AUCUNE_AIDE: Final = "1"


@regle("HAN001", "handicap")
def personne_handicapee_hors_du_menage(contexte: Contexte) -> Infractions:
    """The birth date of a handicap block is that of the applicant, a co-holder, a person à charge or in
    custody. Source: the form (convention). An association has no household to compare with."""
    demande = contexte.demande
    if demande.est_association:
        return
    menage = [personne.element for personne in demande.titulaires]
    menage += demande.personnes_a_charge + demande.personnes_en_garde
    naissances = {personne.date_de("dateNaissance") for personne in menage}
    for handicap in demande.handicaps:
        naissance = handicap.presents.get("dateNaissance")
        if naissance is not None and lire_date(naissance.texte) not in naissances:
            yield infraction(naissance)


@regle("HAN002", "handicapMoteur", "handicapSensoriel", "handicapAutre")
def nature_du_handicap(contexte: Contexte) -> Infractions:
    """A kind of handicap that is declared (moteur, sensoriel, autre) comes with its nature. Source: XSD
    (deduced)."""
    for handicap in contexte.demande.handicaps:
        for indicateur, nature in _NATURES.items():
            if handicap.booleen_de(indicateur) is True and handicap.enfant(nature) is None:
                yield manquant(handicap, nature)


@regle("HAN003", "listeNatureHandicapMoteur", "listeNatureHandicapSensoriel")
def nature_sans_indicateur(contexte: Contexte) -> Infractions:
    """A list of natures is not given with its flag false; an absent flag is accepted. Deduced."""
    for handicap in contexte.demande.handicaps:
        for indicateur, nature in _NATURES.items():
            liste = handicap.enfant(nature)
            if nature.startswith("liste") and liste is not None and handicap.booleen_de(indicateur) is False:
                yield infraction(liste)


@regle("HAN004", "aideTechniqueHandicap=1")
def aucune_aide_technique(contexte: Contexte) -> Infractions:
    """The technical aid 1 (Aucune) excludes the others. Source: nomenclature (deduced)."""
    for handicap in contexte.demande.handicaps:
        aides = handicap.tous("listeAideTechniqueHandicap/aideTechniqueHandicap")
        aucune = next((aide for aide in aides if aide.code == _AUCUNE_AIDE), None)
        if aucune is not None and any(aide.code != _AUCUNE_AIDE for aide in aides):
            yield infraction(aucune)
