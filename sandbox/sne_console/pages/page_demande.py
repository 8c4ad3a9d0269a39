"""`/console/<base>/demandes/<numero>`: one demande, its household, its life, its documents."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import Response, render_template
from lxml import etree

from sne_console.cadre.outillage_des_sections import contrat_servi
from sne_console.messages.document_deroule import construire
from sne_console.vues import demande_relue
from sne_console.vues.calcul_du_foyer import calculer
from sne_console.vues.demande_relue import nom_de
from sne_console.vues.formulaire_cerfa import presenter
from sne_console.vues.seances_montrees import Montreur
from sne_console.vues.vie_de_la_demande import ECHANGES, relire
from sne_interface.contract import codec
from sne_interface.contract.table_des_roles import LIBELLES
from sne_interface.domain.codes import MOTIF_NON_RENOUVELLEMENT
from sne_interface.domain.dates import ajouter_mois, date_francaise
from sne_interface.domain.decision_de_commission import RolesDecision
from sne_interface.domain.demande import DemandeStockee
from sne_interface.domain.evenement import Evenement, TypeEvenement, lire_booleen, lire_jour
from sne_interface.domain.nir import masquer_nirs
from sne_interface.rules.controle import categories_proposees
from sne_sandbox.operations import attestation
from sne_sandbox.store.demandes_recentes import doublons_de, separees_de
from sne_sandbox.web.configuration_et_services import services


@dataclass(frozen=True)
class EvenementLu:
    """An event, its codes put into words: (label, value, code or "")."""

    evenement: Evenement
    libelle: str
    decision: bool
    details: tuple[tuple[str, str, str], ...]


def page(base: str, numero: str) -> str:
    """One demande: its form, its household, its life, its events, its duplicates."""
    magasin, contrat = services().magasin, contrat_servi()
    echanges = magasin.journal.chercher(base, numero=numero, limite=ECHANGES)
    with magasin.lire(base) as registre:
        stockee = demande_relue.trouver(registre, numero)
        question = demande_relue.question(registre, numero)
        racine = demande_relue.document(question)
        doublons = doublons_de(registre, stockee)
        evenements = [
            _lire_evenement(e, registre.type_evenement(e.code_type), contrat.roles.decision)
            for e in registre.evenements(numero)
        ]
        etapes = relire(registre, stockee, echanges, contrat)
        guichets = {g.code: g for g in registre.guichets()}
        separees = separees_de(registre, stockee)
        decisions = Montreur(registre).decisions(registre.livre(stockee.numero_unique))
    demande, jour = stockee.demande, question.maintenant.date()
    return render_template(
        "demande/page.html",
        stockee=stockee,
        qui=nom_de(demande),
        jour=jour,
        suites=_suites(stockee),
        etat=_etat(stockee, jour),
        createur=guichets.get(stockee.guichet_createur),
        dernier=guichets.get(stockee.guichet_dernier),
        motif=contrat.nomenclatures.libelle("ListeMotifsRadiation", stockee.motif_radiation or ""),
        statut_dalo=contrat.nomenclatures.libelle("ListeStatutDalo", stockee.statut_dalo or ""),
        parties=presenter(codec.lire(etree.tostring(racine, encoding="UTF-8")), contrat),
        foyer=calculer(demande, jour, contrat),
        categories=categories_proposees(demande, jour, contrat, stockee.statut_dalo),
        seuils=contrat.quartiles.seuils,
        non_transmis=[
            LIBELLES[f"demande.{role}"] for role in contrat.roles.demande.sans_place(stockee.version)
        ],
        etapes=etapes,
        limite_echanges=ECHANGES if len(echanges) == ECHANGES else None,
        evenements=evenements,
        decisions=decisions,
        doublons=[(d, nom_de(d.demande)) for d in doublons],
        separees=separees,
        attestation=attestation.texte(stockee, question),
        arbre=construire(racine, contrat=contrat),
    )


def voir_attestation(base: str, numero: str) -> Response:
    """The attestation, for the browser's own viewer."""
    return Response(demande_relue.pdf(base, numero), mimetype="application/pdf")


# --- pieces -------------------------------------------------------------------------------------------------


def _suites(stockee: DemandeStockee) -> tuple[tuple[str, str], ...]:
    """(start of Composer, word) of what may follow."""
    if stockee.active:
        return ("REN", "Renouveler"), ("MOD", "Modifier"), ("RAD", "Radier")
    # Renewing brings back, too, what time alone radiated.
    renouvelable = stockee.motif_radiation == MOTIF_NON_RENOUVELLEMENT
    return (("REA", "Réactiver"), *((("REN", "Renouveler"),) if renouvelable else ()))


def _etat(stockee: DemandeStockee, jour: date) -> tuple[str, str]:
    """(class, sentence) of the state of a demande on `jour`."""
    if not stockee.active:
        return "radiee", "radiée"
    if jour >= stockee.fin_validite:
        return "echue", "active, à renouveler sans délai"
    if jour >= ajouter_mois(stockee.fin_validite, -1):
        return "echue", "active, à renouveler"
    return "active", "active"


def _lire_evenement(evenement: Evenement, type_: TypeEvenement | None, roles: RolesDecision) -> EvenementLu:
    return EvenementLu(
        evenement,
        type_.libelle if type_ is not None else evenement.code_type,
        roles.est(evenement),
        tuple(_details(evenement.caracteristiques, type_)),
    )


def _details(
    caracteristiques: Iterable[tuple[str, str]], type_: TypeEvenement | None
) -> Iterable[tuple[str, str, str]]:
    prevues = {c.code: c for c in type_.caracteristiques} if type_ is not None else {}
    for code, valeur in caracteristiques:
        prevue = prevues.get(code)
        if prevue is None:
            yield code, masquer_nirs(valeur), ""
            continue
        lisible, note = valeur, ""
        if prevue.type == "LST":
            lisible = dict(prevue.valeurs).get(valeur.strip(), valeur)
            note = valeur if lisible != valeur else ""
        elif prevue.type == "DAT" and (jour := lire_jour(valeur)) is not None:
            lisible = date_francaise(jour)
        elif prevue.type == "BOO" and (booleen := lire_booleen(valeur)) is not None:
            lisible = "Oui" if booleen else "Non"
        yield prevue.libelle, masquer_nirs(lisible), masquer_nirs(note)
