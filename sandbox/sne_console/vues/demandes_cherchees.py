"""The demandes of a base, searched: the questions of the API, which the page asks too, as criteria."""

from collections.abc import Mapping
from typing import Any

from sne_interface.domain.demande import EtatDemande
from sne_interface.domain.evenement import lire_jour
from sne_sandbox.store.demandes_recentes import Criteres, Prefixe, Repere


def criteres_de(question: Mapping[str, Any]) -> Criteres:
    """The criteria of a question; a name alone may be that of an association."""
    # What no column takes is in none.
    pose: dict[str, Any] = {
        n: v.replace("\0", "\N{REPLACEMENT CHARACTER}") if isinstance(v, str) else v
        for n, v in question.items()
        if v is not None
    }
    if pose.get("debut"):
        pose |= {n: Prefixe(pose[n]) for n in ("numero", "nom", "prenom", "association") if n in pose}
    d_une_personne = "prenom" in pose or "naissance" in pose
    return Criteres(
        numero_unique=pose.get("numero"),
        etat=EtatDemande(pose["etat"]) if "etat" in pose else None,
        depot_debut=pose.get("depuis"),
        depot_fin=pose.get("jusqua"),
        commune_souhaitee=pose.get("commune"),
        association_nom=pose.get("association"),
        nom=None if d_une_personne else pose.get("nom"),
        personne_nom=pose.get("nom") if d_une_personne else None,
        personne_prenom=pose.get("prenom"),
        personne_naissance=pose.get("naissance"),
    )


def repere_lu(texte: str) -> Repere | None:
    """The place where a page begins, as its address says it; None for what is none."""
    jour, _, numero = texte.partition("_")
    depot = lire_jour(jour)
    if depot is None or not numero.isascii() or not numero.isalnum():
        return None
    return Repere(depot, numero)
