"""The channels beside the demande's own messages: the declaration of a DALO decision (DAL); the events of
the gestion partagée (EVT), and what a decision says of the household's priority, or of the grounds to refuse
it (PRI); the multi-criteria search (RCH); the files left in a guichet's inbox (ASY).

Events and searches are documents of their own (`xsd/evenement.xsd` and `xsd/recherche.xsd` of the contract).
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from sne_interface.contract import codec
from sne_interface.domain import decision_de_commission as d
from sne_interface.domain.base import Acte, NatureGuichet
from sne_interface.domain.codes import (
    ACCORDS_COLLECTIFS,
    CONTINGENT_DES_PRIORITAIRES,
    DALO_ACTIF,
    DALO_FAVORABLE,
    DATE_DALO_FAVORABLE,
    MOTIF_ATTRIBUTION,
    MOTIF_IRRECEVABILITE,
    MOTS_D_IRRECEVABILITE,
)
from sne_interface.domain.decision_de_commission import Decision
from sne_interface.domain.element_recu import Element, Elements
from sne_interface.domain.evenement import Evenement, TypeEvenement, convient, lire_jour
from sne_interface.domain.menage import faits_du_formulaire
from sne_interface.domain.texte import plier
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


#: From then on a commission de médiation may recognise a household (law of 5 March 2007, L. 441-2-3).
_PREMIER_DALO: Final = date(2008, 1, 1)
_DATE_DU_DALO: Final = "demande/informationDalo/dateDecisionDalo"


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
    if dalo is None or dalo.code_de("statutDalo") != DALO_ACTIF:
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


@regle("DAL005", registre=True)
def evenement_dalo_d_un_autre(contexte: Contexte) -> Infractions:
    """The event of a favourable decision is written by who may declare one, or by the système particulier
    that sends for its guichets. Source: L. 441-2-3 (convention)."""
    emetteur = contexte.emetteur
    if emetteur is None or emetteur.nature is NatureGuichet.SYSTEME or contexte.habilite(Acte.DECLARER_DALO):
        return
    for evenement in _dalos_favorables(contexte):
        yield sur(evenement, "codeTypeEvenement", valeur=contexte.code_emetteur)


@regle("DAL006", registre=True)
def date_du_dalo(contexte: Contexte) -> Infractions:
    """A decision on the DALO is not older than the law that made it, and an event does not tell one of the
    future (one day of tolerance; of a declaration, that is DAL002's, of dateSurvenance EVT003's). Source:
    L. 441-2-3, law of 5 March 2007 (deduced)."""
    declaree = contexte.document.date_de(_DATE_DU_DALO)
    if declaree is not None and declaree < _PREMIER_DALO:
        yield sur(contexte.document, _DATE_DU_DALO)
    for evenement in _dalos_favorables(contexte):
        survenue = evenement.date_de("dateSurvenance")
        if survenue is not None and survenue < _PREMIER_DALO:
            yield sur(evenement, "dateSurvenance")
        for dite in evenement.tous(d.CARACTERISTIQUES_ECRITES):
            valeur = dite.enfant("valeurCaracteristiqueSpecifique")
            if valeur is None or dite.texte_de("code") != DATE_DALO_FAVORABLE:
                continue
            jour = lire_jour(valeur.texte)  # what is no day is EVT004's
            if jour is not None and not _PREMIER_DALO <= jour <= contexte.aujourdhui:
                yield infraction(valeur)


def _dalos_favorables(contexte: Contexte) -> list[Element]:
    types = ((e, type_de(e, contexte)) for e in a_ecrire(contexte))
    return [e for e, genre in types if genre is not None and genre.code == DALO_FAVORABLE]


def _de_la_liste(element: Element, liste: str, contexte: Contexte) -> bool:
    return contexte.nomenclatures.contient(liste, element.code or "")


# --- EVT ----------------------------------------------------------------------------------------------


_LISTER: Final = "listerEvenementsDemande"
_AJOUTER: Final = "ajouterEvenementDemande"
MODIFIER: Final = "modifierEvenementDemande"
_SUPPRIMER: Final = "supprimerEvenementDemande"
ECRITURES: Final = frozenset({_AJOUTER, MODIFIER})


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
        recues = evenement.tous(d.CARACTERISTIQUES_ECRITES)
        if genre is None or _garde_les_siennes(evenement, contexte):
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


def _garde_les_siennes(evenement: Element, contexte: Contexte) -> bool:
    """True when a modification keeps the characteristics of before: it gives none, and the type stays."""
    if contexte.operation != MODIFIER or evenement.tous(d.CARACTERISTIQUES_ECRITES):
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
    stockee = contexte.stockee
    return genre.territoire is None or stockee is None or genre.territoire == stockee.territoire


# --- PRI ----------------------------------------------------------------------------------------------


@regle("PRI001", registre=True, roles=("decision.categorie",))
def categorie_contredite(contexte: Contexte) -> Infractions:
    """The form that the base holds lets one category of the decision stand, which makes the priority: the
    file of the household may prove the others. The conditions are with each, in `contract.toml`; what the
    form does not say contradicts nothing. Source: L. 441-1 (deduced)."""
    if contexte.stockee is None:
        return
    for decision in decisions_ecrites(contexte):
        jour = decision.jour(d.DATE_COMMISSION) or contexte.jour
        faits = faits_du_formulaire(contexte.stockee.demande, jour)
        connues = contexte.roles.decision.categories
        dites = [(dite, connues.get(dite.texte.strip())) for dite in decision.valeurs.get(d.CATEGORIE, ())]
        contredites = [(dite, c.pourquoi) for dite, c in dites if c is not None and c.contredite(faits)]
        if len(contredites) == len(dites):
            for dite, pourquoi in contredites:
                yield infraction(dite, pourquoi=pourquoi)


@regle("PRI002", registre=True, roles=("decision.reservataire", "decision.categorie"))
def contingent_sans_priorite(contexte: Contexte) -> Infractions:
    """A dwelling of the prefect's contingent for households with priority goes to one: the decision says its
    category, or DALO. So does one at least of the attributions that the base knows, when the radiation tells
    this contingent or an accord collectif. Source: L. 441-1, L. 441-1-1 and L. 441-1-2 (deduced)."""
    stockee = contexte.stockee
    if stockee is None:
        return
    dalo = codec.dalo_de(stockee)
    for decision in decisions_ecrites(contexte):
        contingent = decision.element(d.RESERVATAIRE)
        if contingent is None or decision.prise not in d.ATTRIBUTIONS or _dit_la_priorite(decision):
            continue
        reconnu = dalo.reconnu_le(decision.jour(d.DATE_COMMISSION) or contexte.jour)
        if contingent.texte.strip() == CONTINGENT_DES_PRIORITAIRES and reconnu is False:
            yield infraction(contingent)
    radiation = contexte.demande.radiation_pour(MOTIF_ATTRIBUTION)
    if radiation is None:
        return
    bail = radiation.date_de("attributionLogement/dateSignatureBail") or contexte.jour
    if dalo.reconnu_le(bail) is not False:
        return
    dit = radiation.code_de("attributionLogement/typeReservataire")
    connues = [
        dite
        for _, dite in _decisions_connues(contexte)
        if dite.prise in d.ATTRIBUTIONS and dite.texte(d.RESERVATAIRE) in (None, dit)  # else DEC020's
    ]
    if not connues or any(_dit_la_priorite(dite) for dite in connues):
        return
    reserves = {"typeReservataire": {CONTINGENT_DES_PRIORITAIRES}, "accordCollectif": ACCORDS_COLLECTIFS}
    for nom, codes in reserves.items():
        ecrit = radiation.enfant(f"attributionLogement/{nom}")
        if ecrit is not None and ecrit.code in codes:
            yield infraction(ecrit)


@regle("PRI003", registre=True, roles=("decision.decision", "decision.motif"))
def motif_d_irrecevabilite(contexte: Contexte) -> Infractions:
    """The motive of an irrecevabilité is one of the two that exist: resources above the ceiling, or stay. It
    is a free text: one in which neither is recognised only warns. Source: order of 23/03/2015, annex, § 6.4
    (deduced)."""
    for decision in decisions_ecrites(contexte):
        motif = decision.element(d.MOTIF)
        if decision.prise == d.IRRECEVABILITE and motif is not None and not _sous_motifs(decision):
            yield infraction(motif)


@regle("PRI004", f"motifRadiation={MOTIF_IRRECEVABILITE}", registre=True, roles=("decision.motif",))
def sous_motif_contraire_a_la_decision(contexte: Contexte) -> Infractions:
    """The sub-motive of the radiation is that of the decision of the same guichet, when its words say which.
    Source: order of 23/03/2015, annex, § 6.4 (deduced)."""
    radiation = contexte.demande.radiation_pour(MOTIF_IRRECEVABILITE)
    if radiation is None:
        return
    sous_motif = radiation.enfant("sousMotifIrrecevabilite")
    dits = [
        _sous_motifs(decision)
        for auteur, decision in _decisions_connues(contexte)
        if auteur == contexte.code_emetteur and decision.prise == d.IRRECEVABILITE
    ]
    if sous_motif is None or not dits or not all(dits):  # one that is not understood may be it
        return
    if not any(sous_motif.code in siens for siens in dits):
        yield infraction(sous_motif, attendu=", ".join(sorted(set().union(*dits))))


def decisions_ecrites(contexte: Contexte) -> Iterator[Decision]:
    """The decisions to write; a modification without characteristics keeps those of
    before."""
    roles = contexte.roles.decision
    for evenement in a_ecrire(contexte):
        if roles.est(type_de(evenement, contexte)) and not _garde_les_siennes(evenement, contexte):
            yield Decision.de(evenement, roles)


def _decisions_connues(contexte: Contexte) -> list[tuple[str, Decision]]:
    """(author, decision) of the events of the demande that the base holds."""
    roles, numero = contexte.roles.decision, contexte.demande.numero_unique
    connus = contexte.registre.evenements(numero) if numero else ()
    return [
        (e.auteur_creation, Decision.stockee(e, roles)) for e in connus if roles.est(e) and not e.supprime
    ]


def _dit_la_priorite(decision: Decision) -> bool:
    categories = decision.roles.categories
    return bool(decision.booleen(d.DALO)) or any(c in categories for c in decision.textes(d.CATEGORIE))


def _sous_motifs(decision: Decision) -> frozenset[str]:
    """The grounds of irrecevabilité that the words of its motive name."""
    motif = plier(decision.texte(d.MOTIF) or "")
    return frozenset(
        code for code, mots in MOTS_D_IRRECEVABILITE.items() if any(mot in motif for mot in mots)
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
