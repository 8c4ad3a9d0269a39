"""Demandes to let time pass over, and what is left of a base afterwards."""

from datetime import date, datetime
from typing import Any, Final

from sne_interface.contract import codec
from sne_interface.domain.dates import PARIS, ajouter_mois
from sne_interface.domain.demande import DemandeStockee, EtatDemande
from sne_interface.domain.echange import Echange
from sne_interface.domain.element_recu import construire
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.recherche_de_demandes import parcourir

MIDI: Final = datetime(2018, 3, 15, 12, tzinfo=PARIS)


def stockee(
    rang: int,
    debut: date,
    *,
    communes: tuple[str, ...] = ("94028",),
    logement: str = "T2",
    radiee_le: date | None = None,
    motif: str = "RADREN",
    **champs: Any,
) -> DemandeStockee:
    """A demande whose year began on `debut`, active or radiated."""
    places = tuple(
        construire("localisationSouhaite", (construire("commune", code=code),)) for code in communes
    )
    formulaire = construire(
        "demandeLogement",
        (
            construire(
                "logementRecherche",
                (
                    construire("listeTypeLogement", (construire("typeLogement", code=logement),)),
                    construire("listeLocalisationSouhaite", places),
                ),
            ),
        ),
    )
    document = codec.encoder(
        construire("interfaceNuu", (construire("demande", (formulaire,)),), versionInterface="02.01")
    )
    valeurs: dict[str, Any] = {
        "numero_unique": f"111{debut:%m%y}{rang:06d}G1104",
        "territoire": "111",
        "etat": EtatDemande.ACTIVE if radiee_le is None else EtatDemande.RADIEE,
        "version": "02.01",
        "guichet_createur": "G1104",
        "guichet_dernier": "G1104",
        "touchee_par_autrui": False,
        "date_creation": debut,
        "debut_validite": debut,
        "fin_validite": ajouter_mois(debut, 12),
        "demande": codec.lire_demande(document),
        "document": document,
    }
    if radiee_le is not None:
        valeurs |= {
            "date_radiation": radiee_le,
            "motif_radiation": motif,
            "radiation": b"<radiation/>",
            "radiation_enregistree_le": datetime(
                radiee_le.year, radiee_le.month, radiee_le.day, tzinfo=PARIS
            ),
        }
    return DemandeStockee(**(valeurs | champs))


def ajouter(magasin: Magasin, base: str, *demandes: DemandeStockee) -> None:
    """Put demandes into a base."""
    with magasin.ecrire(base) as registre:
        for demande in demandes:
            registre.ajouter(demande)


def nuits(magasin: Magasin, base: str) -> list[Echange]:
    """The journal lines of the nights, oldest first."""
    lignes = magasin.journal.chercher(base, limite=10_000)
    return [ligne for ligne in reversed(lignes) if ligne.methode == "NUIT"]


def etat(magasin: Magasin, base: str) -> Any:
    """All that time may change in a base, to be compared."""
    with magasin.lire(base) as registre:
        demandes = [
            (d.numero_unique, d.etat, d.revision, d.date_radiation, d.motif_radiation, d.radiation,
             d.radiation_enregistree_le, d.fin_validite)
            for d in parcourir(registre)
        ]  # fmt: skip
        lue = registre.base
    journal = [
        (n.instant_base, n.chemin, n.numero_unique, n.anomalies, n.verdict) for n in nuits(magasin, base)
    ]
    return demandes, journal, lue.horloge, lue.derniere_nuit
