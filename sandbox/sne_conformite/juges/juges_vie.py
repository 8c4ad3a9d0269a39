"""VIE: the findings of one message on the life of a demande. The judges of sequences judge what takes several
messages (`juges_suites_d_envois`, `juges_refus`, `juges_releves`)."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sne_conformite.juges.juge import CONSTATS, Constats, Dire, Juge, genres, operations
from sne_conformite.observation.observation import Observation
from sne_conformite.rapports.rapport import Constat
from sne_interface.domain.codes import MOTIF_ATTRIBUTION, MOTIF_NON_RENOUVELLEMENT
from sne_interface.domain.dates import PARIS
from sne_interface.domain.demande import FORMULAIRE, Demande
from sne_interface.domain.element_recu import Element

#: Last day of the asynchronous exchanges (attested, letter n° 50 of the SNE).
FIN_ASYNCHRONE: Final = date(2018, 12, 31)


def creation_sans_numero(vue: Observation, dire: Dire) -> Constats:
    """VIE-01, first half; that the number is kept is seen in sequence."""
    yield dire.si(vue.numero is None, "numero_a_la_creation", observe=vue.numero)


def modification_entiere(vue: Observation, dire: Dire, demande: Demande) -> Constats:
    """VIE-03, broken. The blocks that a creation may not lack are the form: a MOD without them wipes it out.
    That the form is whole is seen in sequence."""
    manquent = []
    if demande.logement_recherche is None:
        manquent.append("logementRecherche")
    if not demande.est_association and not demande.motifs:
        manquent.append("principauxMotifDemande")
    if vue.numero is None:
        yield _numero_absent("La modification", dire)
    for nom in manquent:
        yield dire.rompue("donnees_manquantes", chemin=f"{FORMULAIRE}/{nom}", nom=nom)


def date_de_creation_gardee(vue: Observation, dire: Dire) -> Constats:
    """VIE-04: a modification keeps the date of deposit. The rule CYC006 compares with the base."""
    changee = vue.a_regle("CYC006")
    if changee is not None:
        yield _par_la_regle("date_de_creation_changee", changee, dire)
    elif vue.acceptee:
        yield dire.tenue()


def date_de_renouvellement(vue: Observation, dire: Dire, demande: Demande) -> Constats:
    """VIE-05: a renewal has its day. That it is the one entered is seen by who drives the application."""
    yield dire.si(demande.date_renouvellement is not None, "date_de_renouvellement_absente")


def radiation_datee_et_motivee(vue: Observation, dire: Dire, demande: Demande) -> Constats:
    """VIE-06: a radiation has its day, and a motive of the list; without a motive it reactivates."""
    radiation = demande.radiation
    if radiation is None:
        yield dire.rompue("date_de_radiation_absente")
        return
    liste = vue.contrat.nomenclatures.par_chemin[f"{FORMULAIRE}/radiation/motifRadiation"]
    motif = radiation.code_de("motifRadiation")
    fautes = []
    if radiation.date_de("dateRadiation") is None:
        fautes.append(dire.rompue("date_de_radiation_absente"))
    if motif is not None and not vue.contrat.nomenclatures.contient(liste, motif):
        attendu = ", ".join(code for code in vue.contrat.nomenclatures.liste(liste) if code)
        fautes.append(dire.rompue("motif_de_radiation_inconnu", attendu, motif))
    yield from fautes or [dire.tenue()]


def attribution_decrite(vue: Observation, dire: Dire, radiation: Element) -> Constats:
    """VIE-07: a radiation for attribution describes the dwelling."""
    if radiation.code_de("motifRadiation") == MOTIF_ATTRIBUTION:
        yield dire.si(radiation.enfant("attributionLogement") is not None, "attribution_absente")


def radiation_du_systeme(vue: Observation, dire: Dire, radiation: Element) -> Constats:
    """VIE-08: only the SNE radiates what nobody renewed."""
    motif = radiation.code_de("motifRadiation")
    if motif is not None:
        yield dire.si(motif != MOTIF_NON_RENOUVELLEMENT, "radren_envoye", observe=motif)


def demande_d_origine(vue: Observation, dire: Dire, demande: Demande) -> Constats:
    """VIE-09: a separation names the demande that it comes from."""
    yield dire.si(demande.numero_associe is not None, "demande_d_origine_absente")


def evenement_complet(vue: Observation, dire: Dire, document: Element) -> Constats:
    """VIE-16. A value that the rules refuse (a date in the future, a badly written characteristic) is an
    anomaly like another; what is judged here is that nothing compulsory is missing."""
    fautes = []
    evenements = document.tous("listeEvenements/evenement")
    for evenement in evenements:
        for nom, sorte in (
            ("codeTypeEvenement", "type_d_evenement_absent"),
            ("dateSurvenance", "date_de_survenance_absente"),
        ):
            if evenement.enfant(nom) is None:
                fautes.append(dire.rompue(sorte, chemin=f"{evenement.chemin}/{nom}"))
        fautes += _caracteristiques_absentes(evenement, vue, dire)
    inconnu = vue.a_regle("EVT002")
    if inconnu is not None and inconnu.get("valeur"):
        fautes.append(_par_la_regle("type_d_evenement_inconnu", inconnu, dire))
    yield from fautes
    if evenements and not fautes and vue.acceptee:
        yield dire.tenue()


def _caracteristiques_absentes(evenement: Element, vue: Observation, dire: Dire) -> Constats:
    code = evenement.texte_de("codeTypeEvenement")
    genre = next((g for g in vue.contrat.evenements if g.code == code), None)
    if genre is None:
        return
    siennes = "listeCaracteristiquesSpecifiques/caracteristiqueSpecifique"
    donnees = {
        c.texte_de("code")
        for c in evenement.tous(siennes)
        if c.texte_de("valeurCaracteristiqueSpecifique") is not None
    }
    for attendue in genre.caracteristiques:
        if attendue.obligatoire and attendue.code not in donnees and not attendue.fin_validite:
            observe = ", ".join(sorted(d for d in donnees if d))
            # Where none is given, it is the list that is missing.
            chemin = f"{evenement.chemin}/{siennes if donnees else siennes.partition('/')[0]}"
            yield dire.rompue("caracteristique_absente", attendue.code, observe, chemin=chemin, code=code)


def auteur_de_l_evenement(vue: Observation, dire: Dire) -> Constats:
    """VIE-17. The rules EVT005 and EVT006 know who wrote what."""
    autrui, reglementaire = vue.a_regle("EVT005"), vue.a_regle("EVT006")
    if autrui is not None:
        sorte = "evenement_d_autrui" if autrui.get("valeur") else "id_evenement_absent"
        yield _par_la_regle(sorte, autrui, dire)
    if reglementaire is not None:
        yield dire.rompue("evenement_reglementaire_supprime", chemin=str(reglementaire.get("propriete", "")))
    if vue.acceptee:
        yield dire.tenue()


def nature_de_l_evenement(vue: Observation, dire: Dire) -> Constats:
    """VIE-31. Of an operation that was guessed, by that very field, nothing is told: who drives the
    application knows what it was asked for."""
    if not vue.devinee:
        yield from nature_pour(vue, dire, vue.operation or "")


def nature_pour(vue: Observation, dire: Dire, operation: str) -> Constats:
    """VIE-31, of the operation that was to be called. The codes are those of our own answers: a nature that
    is none of them says nothing; none at all contradicts nothing."""
    attendue = NATURES.get(operation)
    evenements = () if vue.document is None else vue.document.tous("listeEvenements/evenement")
    for evenement in evenements:
        nature = evenement.texte_de("natureModification")
        if nature in NATURES.values() and nature != attendue:
            chemin = f"{evenement.chemin}/natureModification"
            yield dire.rompue("nature_contraire", attendue, nature, chemin=chemin, operation=operation)
        elif not nature or nature == attendue:
            yield dire.tenue()


#: What each operation does, as natureModification says it.
NATURES: Final[Mapping[str, str]] = CONSTATS["natures"]


def canal_asynchrone(vue: Observation, dire: Dire) -> Constats:
    """VIE-19: no file after the end of the asynchronous exchanges, by the base's clock."""
    if vue.instant.astimezone(PARIS).date() <= FIN_ASYNCHRONE:
        return
    yield dire.si(not vue.asynchrone, "asynchrone_apres_2018", chemin=vue.echange.chemin)


def declaration_de_dalo(vue: Observation, dire: Dire, demande: Demande) -> Constats:
    """VIE-22: a DALO is declared with the number of the demande, its status and the day of the decision."""
    dalo = demande.information_dalo
    fautes = []
    if vue.numero is None:
        fautes.append(_numero_absent("La déclaration d'un DALO", dire))
    if dalo is None or dalo.code_de("statutDalo") is None:
        fautes.append(dire.rompue("statut_dalo_absent"))
    if dalo is None or dalo.date_de("dateDecisionDalo") is None:
        fautes.append(dire.rompue("date_dalo_absente"))
    yield from fautes or [dire.tenue()]


def suppression_ou_piece(vue: Observation, dire: Dire) -> Constats:
    """VIE-27: a deletion, or a scanned piece, has the number of the demande."""
    sujet = "La suppression" if vue.type_fichier == "SUP" else "La pièce"
    yield dire.tenue() if vue.numero is not None else _numero_absent(sujet, dire)


def _par_la_regle(sorte: str, anomalie: Mapping[str, Any], dire: Dire) -> Constat:
    """The finding of what a rule found: its value, at its place."""
    observe, chemin = (str(anomalie.get(nom) or "") for nom in ("valeur", "propriete"))
    return dire.rompue(sorte, observe=observe, chemin=chemin)


def _numero_absent(sujet: str, dire: Dire) -> Constat:
    attendu, chemin = "le numéro délivré par le SNE", f"{FORMULAIRE}/numUnique"
    return dire.rompue("numero_absent", attendu, chemin=chemin, sujet=sujet)


JUGES: Final = (
    Juge("VIE-01", creation_sans_numero, genres("CRE")),
    Juge("VIE-03", modification_entiere, genres("MOD")),
    Juge("VIE-04", date_de_creation_gardee, genres("MOD")),
    Juge("VIE-05", date_de_renouvellement, genres("REN")),
    Juge("VIE-06", radiation_datee_et_motivee, genres("RAD")),
    Juge("VIE-07", attribution_decrite, genres("RAD")),
    Juge("VIE-08", radiation_du_systeme, genres("RAD")),
    Juge("VIE-09", demande_d_origine, genres("CRS")),
    Juge("VIE-16", evenement_complet, operations("ajouterEvenementDemande")),
    Juge(
        "VIE-17", auteur_de_l_evenement, operations("modifierEvenementDemande", "supprimerEvenementDemande")
    ),
    Juge("VIE-19", canal_asynchrone, operations("getNumUnique")),
    Juge("VIE-22", declaration_de_dalo, operations("getDeclarationNouveauDalo")),
    Juge("VIE-27", suppression_ou_piece, genres("SUP", "COP")),
    Juge("VIE-31", nature_de_l_evenement, operations(*NATURES)),
)
