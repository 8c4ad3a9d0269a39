"""A stored demande, as the rows of its five tables and back."""

from datetime import date
from typing import Any, Final

from sne_sandbox.contract import codec
from sne_sandbox.domain.composition import composition
from sne_sandbox.domain.demande import Personne
from sne_sandbox.domain.demande_stockee import DemandeStockee, EtatDemande
from sne_sandbox.domain.menage import Menage, taille
from sne_sandbox.domain.texte import plier
from sne_sandbox.store import tables
from sne_sandbox.store.connexion import Ligne
from sne_sandbox.store.valeurs import (
    detasser,
    detasser_ou_rien,
    instant_ou_rien,
    iso_ou_rien,
    jour_ou_rien,
    micros_ou_rien,
    tasser,
    tasser_ou_rien,
)

_D: Final = tables.demande.c

#: What `demande_de` reads, in its order.
COLONNES: Final = (
    _D.numero_unique, _D.territoire, _D.etat, _D.version, _D.guichet_createur, _D.guichet_dernier,
    _D.touchee_par_autrui, _D.date_creation, _D.debut_validite, _D.fin_validite, _D.document,
    _D.date_renouvellement, _D.date_radiation, _D.motif_radiation, _D.radiation, _D.radiation_enregistree_le,
    _D.information_dalo, _D.statut_dalo, _D.dalo_enregistre_le, _D.numero_associe, _D.revision,
)  # fmt: skip


def demande_de(ligne: Ligne) -> DemandeStockee:
    """The demande of a row of `COLONNES`, its document decoded."""
    document = detasser(ligne[10])
    return DemandeStockee(
        numero_unique=ligne[0],
        territoire=ligne[1],
        etat=EtatDemande(ligne[2]),
        version=ligne[3],
        guichet_createur=ligne[4],
        guichet_dernier=ligne[5],
        touchee_par_autrui=bool(ligne[6]),
        date_creation=date.fromisoformat(ligne[7]),
        debut_validite=date.fromisoformat(ligne[8]),
        fin_validite=date.fromisoformat(ligne[9]),
        demande=codec.lire_demande(document),
        document=document,
        date_renouvellement=jour_ou_rien(ligne[11]),
        date_radiation=jour_ou_rien(ligne[12]),
        motif_radiation=ligne[13],
        radiation=detasser_ou_rien(ligne[14]),
        radiation_enregistree_le=instant_ou_rien(ligne[15]),
        information_dalo=detasser_ou_rien(ligne[16]),
        statut_dalo=ligne[17],
        dalo_enregistre_le=instant_ou_rien(ligne[18]),
        numero_associe=ligne[19],
        revision=ligne[20],
    )


def ligne_demande(base: str, stockee: DemandeStockee, revision: int) -> dict[str, Any]:
    """The row of a demande, with the values that searches need."""
    association = stockee.demande.association
    type_reservataire, commune_attribution = _attribution(stockee.radiation)
    return {
        "base": base,
        "numero_unique": stockee.numero_unique,
        "revision": revision,
        "territoire": stockee.territoire,
        "etat": stockee.etat.value,
        "version": stockee.version,
        "guichet_createur": stockee.guichet_createur,
        "guichet_dernier": stockee.guichet_dernier,
        "touchee_par_autrui": stockee.touchee_par_autrui,
        "date_creation": stockee.date_creation.isoformat(),
        "debut_validite": stockee.debut_validite.isoformat(),
        "fin_validite": stockee.fin_validite.isoformat(),
        "date_renouvellement": iso_ou_rien(stockee.date_renouvellement),
        "date_radiation": iso_ou_rien(stockee.date_radiation),
        "motif_radiation": stockee.motif_radiation,
        "radiation_enregistree_le": micros_ou_rien(stockee.radiation_enregistree_le),
        "statut_dalo": stockee.statut_dalo,
        "dalo_enregistre_le": micros_ou_rien(stockee.dalo_enregistre_le),
        "numero_associe": stockee.numero_associe,
        "ref_interne": stockee.demande.ref_interne,
        "association_plie": plier(association.texte_de("nom") or "") if association is not None else None,
        "type_reservataire": type_reservataire,
        "commune_attribution": commune_attribution,
        "document": tasser(stockee.document),
        "radiation": tasser_ou_rien(stockee.radiation),
        "information_dalo": tasser_ou_rien(stockee.information_dalo),
    }


def lignes_personnes(base: str, stockee: DemandeStockee) -> list[dict[str, Any]]:
    """The rows of applicant and co-holders, names folded."""
    return [
        {
            "base": base,
            "numero_unique": stockee.numero_unique,
            "rang": rang,
            "role": personne.element.nom,
            "nom_plie": plier(personne.nom),
            "patronymique_plie": plier(personne.nom_patronymique),
            "prenom_plie": plier(personne.prenom),
            "date_naissance": naissance_de(personne),
            "nir": personne.nir,
        }
        for rang, personne in enumerate(stockee.demande.titulaires)
    ]


def lignes_communes(base: str, stockee: DemandeStockee) -> list[dict[str, Any]]:
    """The rows of the wished communes, each once."""
    codes = dict.fromkeys(commune.code for commune in stockee.demande.communes_souhaitees)
    return [{"base": base, "numero_unique": stockee.numero_unique, "commune": code} for code in codes]


def lignes_motifs(base: str, stockee: DemandeStockee) -> list[dict[str, Any]]:
    """The rows of the reasons of the demande, each once."""
    motifs = stockee.demande.formulaire.tous("principauxMotifDemande/motifDemande")
    codes = dict.fromkeys(motif.code for motif in motifs if motif.code)
    return [{"base": base, "numero_unique": stockee.numero_unique, "motif": code} for code in codes]


def ligne_stat(base: str, stockee: DemandeStockee) -> dict[str, Any]:
    """The row that the statistics read. An income per UC rounded down is below a whole threshold exactly
    when the income itself is."""
    demande = stockee.demande
    demandeur = demande.demandeur
    menage = Menage.de(demande, stockee.debut_validite)
    communes = demande.communes_souhaitees
    return {
        "base": base,
        "numero_unique": stockee.numero_unique,
        "date_creation": stockee.date_creation.isoformat(),
        "composition": composition(demande).value,
        "personnes": taille(demande),
        "date_naissance": naissance_de(demandeur) if demandeur is not None else None,
        "nationalite": demandeur.element.code_de("nationalite") if demandeur is not None else None,
        "situation": demandeur.situation_familiale if demandeur is not None else None,
        "contrat": demandeur.contrat_travail if demandeur is not None else None,
        "ressources": menage.ressources_mensuelles if menage is not None else 0,
        "ressources_uc": int(menage.ressources_mensuelles * 12 // menage.nombre_uc) if menage else None,
        "commune": communes[0].code if communes else None,
    }


def naissance_de(personne: Personne) -> str | None:
    """Day of birth of a person, as its column holds it."""
    return iso_ou_rien(personne.date_naissance)


def _attribution(radiation: bytes | None) -> tuple[str | None, str | None]:
    """Kind of reservataire and commune of the attribution that a `radiation` element describes."""
    if radiation is None:
        return None, None
    lue = codec.lire(radiation)
    return lue.code_de("attributionLogement/typeReservataire"), lue.code_de(
        "attributionLogement/adresse/commune"
    )
