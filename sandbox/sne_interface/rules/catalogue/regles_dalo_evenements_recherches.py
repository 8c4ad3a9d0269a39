"""The channels beside the demande's own messages: the declaration of a DALO decision (DAL); the events of
the gestion partagée (EVT); the multi-criteria search (RCH); the files left in a guichet's inbox (ASY).

Events and searches are documents of their own (`xsd/evenement.xsd` and `xsd/recherche.xsd` of the contract).
"""

from datetime import date
from typing import Final

from sne_interface.domain.base import Acte
from sne_interface.domain.element_recu import Element, Elements
from sne_interface.domain.evenement import Evenement, TypeEvenement, convient
from sne_interface.rules.rule import (
    Contexte,
    Infractions,
    a_venir,
    infraction,
    manquant,
    regle,
    sans_valeur,
    sur,
)

# --- DAL ----------------------------------------------------------------------------------------------


_ACTIF: Final = "ACTIF"


@regle("DAL001", registre=True)
def demande_du_dalo(contexte: Contexte) -> Infractions:
    """numUnique names an active demande of the base. Deduced."""
    if contexte.stockee is None or not contexte.stockee.active:
        numero = contexte.demande.numero_unique or ""
        yield sur(contexte.demande.formulaire, "numUnique", numero=numero)


@regle("DAL002")
def decision_dalo_incomplete(contexte: Contexte) -> Infractions:
    """informationDalo is present, with a statutDalo of its closed list and a dateDecisionDalo that is not in
    the future (one day of tolerance). Source: XSD (deduced). ENT011 does not read this channel, and the feeds
    and ATT004 live on the status."""
    dalo = contexte.demande.information_dalo
    if dalo is None:
        yield manquant(contexte.document, "demande/informationDalo")
        return
    for nom in ("statutDalo", "dateDecisionDalo"):
        if dalo.enfant(nom) is None:
            yield manquant(dalo, nom)
    statut = dalo.enfant("statutDalo")
    if statut is not None and not _de_la_liste(statut, "ListeStatutDalo", contexte):
        yield infraction(statut)
    yield from a_venir(dalo, "dateDecisionDalo", contexte)


@regle("DAL003")
def typologie_du_dalo(contexte: Contexte) -> Infractions:
    """An active DALO (statutDalo ACTIF) comes with a typologieLogementDalo of its closed list. Convention."""
    dalo = contexte.demande.information_dalo
    if dalo is None or dalo.code_de("statutDalo") != _ACTIF:
        return
    typologie = dalo.enfant("typologieLogementDalo")
    if typologie is None:
        yield manquant(dalo, "typologieLogementDalo")
    elif not _de_la_liste(typologie, "ListeTypologieLogementDalo", contexte):
        yield infraction(typologie)


@regle("DAL004", registre=True)
def guichet_de_la_commission_de_mediation(contexte: Contexte) -> Infractions:
    """The declaration comes from a commission de médiation, or the State service that keeps its secretariat.
    Deduced."""
    if contexte.emetteur is None or not contexte.habilite(Acte.DECLARER_DALO):
        yield manquant(contexte.demande.formulaire, "numGuichet", valeur=contexte.code_emetteur)


def _de_la_liste(element: Element, liste: str, contexte: Contexte) -> bool:
    return contexte.nomenclatures.contient(liste, element.code or "")


# --- EVT ----------------------------------------------------------------------------------------------


_LISTER: Final = "listerEvenementsDemande"
_AJOUTER: Final = "ajouterEvenementDemande"
MODIFIER: Final = "modifierEvenementDemande"
_SUPPRIMER: Final = "supprimerEvenementDemande"
ECRITURES: Final = frozenset({_AJOUTER, MODIFIER})
_CARACTERISTIQUES: Final = "listeCaracteristiquesSpecifiques/caracteristiqueSpecifique"


@regle("EVT001", registre=True)
def demande_de_l_evenement(contexte: Contexte) -> Infractions:
    """numUnique names a demande of the base. Deduced. The lists of event types name no demande."""
    if contexte.operation not in ECRITURES | {_LISTER, _SUPPRIMER} or contexte.stockee is not None:
        return
    numero = contexte.document.texte_de("operation/numUnique") or ""
    yield manquant(contexte.document, "operation/numUnique", valeur=numero)


@regle("EVT002", registre=True)
def type_d_evenement(contexte: Contexte) -> Infractions:
    """codeTypeEvenement is a type valid on the base's date, national or of the demande's territory. Source:
    XSD validity dates (deduced). A modification that gives no type keeps its own."""
    if contexte.operation not in ECRITURES:
        return
    evenements = evenements_recus(contexte)
    if contexte.operation == _AJOUTER and not evenements:
        yield manquant(contexte.document, "listeEvenements/evenement/codeTypeEvenement", valeur="")
    for evenement in evenements:
        element = evenement.enfant("codeTypeEvenement")
        if element is not None:
            if not _est_utilisable(contexte.registre.type_evenement(element.texte), contexte):
                yield infraction(element)
        elif contexte.operation == _AJOUTER:
            yield manquant(evenement, "codeTypeEvenement", valeur="")


@regle("EVT003")
def date_de_survenance(contexte: Contexte) -> Infractions:
    """dateSurvenance is present and not in the future (one day of tolerance); before the deposit is
    accepted, for a DALO decision say. Deduced. A modification that gives none keeps its own."""
    for evenement in a_ecrire(contexte):
        yield from a_venir(evenement, "dateSurvenance", contexte)
        if contexte.operation == _AJOUTER and evenement.enfant("dateSurvenance") is None:
            yield manquant(evenement, "dateSurvenance", valeur="")


@regle("EVT004", registre=True)
def caracteristiques_de_l_evenement(contexte: Contexte) -> Infractions:
    """Each compulsory characteristic of the type is given, none is unknown, each value fits its type.
    Source: XSD (deduced). A modification that gives no characteristic keeps its own, unless it changes the
    type."""
    for evenement in a_ecrire(contexte):
        genre = type_de(evenement, contexte)
        recues = evenement.tous(_CARACTERISTIQUES)
        if genre is None or garde_les_siennes(evenement, contexte):
            continue
        connues = {c.code: c for c in genre.caracteristiques}
        donnees = set()
        for recue in recues:
            code = recue.texte_de("code") or ""
            valeur = recue.texte_de("valeurCaracteristiqueSpecifique")
            if code not in connues:
                yield manquant(recue, "code", valeur=code)
            elif valeur is not None and not convient(connues[code], valeur):
                yield manquant(recue, "valeurCaracteristiqueSpecifique", valeur=code)
            if valeur is not None:
                donnees.add(code)
        for attendue in genre.caracteristiques:
            exigee = attendue.obligatoire and attendue.est_valide(contexte.jour)
            if exigee and attendue.code not in donnees:
                absente = manquant(evenement, "listeCaracteristiquesSpecifiques", valeur=attendue.code)
                yield sans_valeur(absente)


@regle("EVT005", registre=True)
def evenement_d_un_autre(contexte: Contexte) -> Infractions:
    """A modification or a deletion names an event of this demande, written by the same guichet and not yet
    deleted. Convention."""
    if contexte.operation not in (MODIFIER, _SUPPRIMER):
        return
    evenements = evenements_recus(contexte)
    if not evenements:
        yield manquant(contexte.document, "listeEvenements/evenement/idEvenement", valeur="")
    numero = contexte.document.texte_de("operation/numUnique")
    for evenement in evenements:
        connu = evenement_connu(evenement, contexte)
        if connu is None or (connu.numero_unique, connu.auteur_creation) != (numero, contexte.code_emetteur):
            identifiant = evenement.texte_de("idEvenement") or ""
            yield manquant(evenement, "idEvenement", valeur=identifiant)


@regle("EVT006", registre=True)
def evenement_reglementaire_supprime(contexte: Contexte) -> Infractions:
    """A regulatory event is never deleted. Source: R. 441-2-15 (convention)."""
    if contexte.operation != _SUPPRIMER:
        return
    for evenement in evenements_recus(contexte):
        connu = evenement_connu(evenement, contexte)
        genre = contexte.registre.type_evenement(connu.code_type) if connu is not None else None
        if genre is not None and genre.reglementaire:
            yield infraction(evenement.enfant("idEvenement") or evenement)


def evenements_recus(contexte: Contexte) -> Elements:
    """The `evenement` elements of the document."""
    return contexte.document.tous("listeEvenements/evenement")


def a_ecrire(contexte: Contexte) -> Elements:
    """Returns the `evenement` elements that are written: none for an operation that reads or deletes."""
    return evenements_recus(contexte) if contexte.operation in ECRITURES else ()


def evenement_connu(evenement: Element, contexte: Contexte) -> Evenement | None:
    """The event of the base that `evenement` names by idEvenement, unless it was deleted."""
    identifiant = evenement.entier_de("idEvenement")
    connu = contexte.registre.evenement(identifiant) if identifiant is not None else None
    return connu if connu is not None and not connu.supprime else None


def garde_les_siennes(evenement: Element, contexte: Contexte) -> bool:
    """True when a modification keeps the characteristics of before: it gives none, and the type stays."""
    if contexte.operation != MODIFIER or evenement.tous(_CARACTERISTIQUES):
        return False
    code, connu = evenement.texte_de("codeTypeEvenement"), evenement_connu(evenement, contexte)
    return code is None or connu is None or code == connu.code_type


def type_de(evenement: Element, contexte: Contexte) -> TypeEvenement | None:
    """The type that `evenement` gives, else that of the event it names."""
    code = evenement.texte_de("codeTypeEvenement")
    if code is None:
        connu = evenement_connu(evenement, contexte)
        code = connu.code_type if connu is not None else None
    return contexte.registre.type_evenement(code) if code is not None else None


def _est_utilisable(genre: TypeEvenement | None, contexte: Contexte) -> bool:
    if genre is None or not genre.est_valide(contexte.jour) or genre.code in contexte.a_venir:
        return False
    # An unknown demande is EVT001's: its territory is not known.
    return (
        genre.territoire is None
        or contexte.stockee is None
        or genre.territoire == contexte.stockee.territoire
    )


# --- RCH ----------------------------------------------------------------------------------------------


_CRITERES: Final = "operation/demandeMulticritere"
_PERIODES: Final = (
    ("dateDepotDebut", "dateDepotFin"),
    ("dateRenouvellementDebut", "dateRenouvellementFin"),
    ("dateRadiationDebut", "dateRadiationFin"),
)
_ETATS: Final = frozenset({"A", "R"})


@regle("RCH001")
def recherche_sans_critere(contexte: Contexte) -> Infractions:
    """A search has at least one criterion. Convention."""
    if contexte.document.enfant(_CRITERES) is None:
        yield manquant(contexte.document, _CRITERES)


@regle("RCH002")
def periode_inversee(contexte: Contexte) -> Infractions:
    """Of each pair of dates given, the first is not after the second. Deduced."""
    criteres = contexte.document.enfant(_CRITERES) or Element("vide")
    for nom_debut, nom_fin in _PERIODES:
        debut, fin = criteres.date_de(nom_debut), criteres.date_de(nom_fin)
        element = criteres.enfant(nom_debut)
        if element is not None and debut is not None and fin is not None and debut > fin:
            yield infraction(element)


@regle("RCH003", registre=True)
def trop_de_resultats(contexte: Contexte) -> Infractions:
    """A search finds at most 500 demandes, a setting. Convention. Holds until the search has run."""
    maximum = contexte.recherche_max
    if contexte.resultats is not None and contexte.resultats > maximum:
        yield manquant(contexte.document, _CRITERES, max=str(maximum))


@regle("RCH004")
def personne_sans_nom(contexte: Contexte) -> Infractions:
    """A person is searched by nom at least. Convention."""
    personne = contexte.document.enfant(f"{_CRITERES}/personneRecherchee")
    if personne is not None and not (personne.texte_de("nom") or "").strip():
        yield manquant(personne, "nom")


@regle("RCH005")
def etat_inconnu(contexte: Contexte) -> Infractions:
    """etatDemande, when given, is A (active) or R (radiated). Convention."""
    etat = contexte.document.enfant(f"{_CRITERES}/etatDemande")
    if etat is not None and etat.texte not in _ETATS:
        yield infraction(etat)


# --- ASY ----------------------------------------------------------------------------------------------


DERNIER_JOUR: Final = date(2018, 12, 31)
_DISPATCHING: Final = "DIS"


@regle("ASY001")
def fin_des_echanges_asynchrones(contexte: Contexte) -> Infractions:
    """The channel ended on 31 December 2018 by the base's clock, dispatching excepted. Source: the SNE's
    newsletter 50 (attested)."""
    if contexte.jour > DERNIER_JOUR and contexte.demande.type_fichier != _DISPATCHING:
        yield manquant(contexte.document, "entete/typeFichier", valeur=contexte.demande.type_fichier)
