"""Guichets and demandes to put in a store."""

from datetime import date, timedelta
from typing import Any

import pytest

from sne_interface.contract import codec
from sne_interface.domain.base import Guichet, NatureGuichet
from sne_interface.domain.dates import ajouter_mois
from sne_interface.domain.demande import DemandeStockee, EtatDemande, territoire_de
from sne_interface.domain.element_recu import Element
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.plusieurs_serveurs.coffre import Coffre

MOTEURS = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))
GUICHETS = (
    Guichet("G1104", NatureGuichet.BAILLEUR, "111", "Logis d'Exemple", "1 rue Fictive", date(2011, 3, 29)),
    Guichet("G7501", NatureGuichet.COMMUNE, "111", "Paris", "Place Fictive", date(2011, 3, 29)),
)


def _e(nom: str, *enfants: Element | str, **attributs: str) -> Element:
    texte = "".join(e for e in enfants if isinstance(e, str))
    return Element(nom, texte, attributs, tuple(e for e in enfants if isinstance(e, Element)))


def personne(
    role: str, nom: str, prenom: str, naissance: str, *, patronyme: str = "", nir: str = ""
) -> Element:
    """A `demandeur` or a `cotitulaire`, with what the store looks at."""
    enfants = [_e("nom", nom), _e("nomPatronymique", patronyme), _e("prenom", prenom)]
    enfants.append(_e("dateNaissance", naissance))
    if nir:
        enfants.append(_e("nir", nir))
    return _e(role, *enfants)


def stockee(
    numero: str,
    *,
    titulaires: tuple[Element, ...] = (),
    association: str | None = None,
    communes: tuple[str, ...] = ("75112",),
    motifs: tuple[str, ...] = ("LOGDEC",),
    ref_interne: str = "",
    **champs: Any,
) -> DemandeStockee:
    """A stored demande, with the parts of its document that the store looks at."""
    if association is not None:
        qui = _e("association", _e("nom", association))
    else:
        demandeur, *autres = titulaires or (personne("demandeur", "Marchand", "Éloïse", "1980-02-29"),)
        qui = _e("personnePhysique", demandeur, _e("listeCotitulaire", *autres))
    places = [_e("localisationSouhaite", _e("commune", code=code)) for code in communes]
    formulaire = _e(
        "demandeLogement",
        _e("refInterne", ref_interne),
        _e("logementRecherche", _e("listeLocalisationSouhaite", *places)),
        _e("principauxMotifDemande", *(_e("motifDemande", code=motif) for motif in motifs)),
        qui,
    )
    document = codec.encoder(_e("interfaceNuu", _e("demande", formulaire), versionInterface="02.01"))
    creation = champs.get("date_creation", date(2018, 3, 15))
    valeurs: dict[str, Any] = {
        "numero_unique": numero,
        "territoire": territoire_de(communes[0]),
        "etat": EtatDemande.ACTIVE,
        "version": "02.01",
        "guichet_createur": "G1104",
        "guichet_dernier": "G1104",
        "touchee_par_autrui": False,
        "date_creation": creation,
        "debut_validite": creation,
        "fin_validite": ajouter_mois(creation, 12),
        "demande": codec.lire_demande(document),
        "document": document,
    }
    return DemandeStockee(**(valeurs | champs))


def radiation(motif: str, *, reservataire: str = "", commune: str = "") -> bytes:
    """A `radiation` element as it is stored."""
    attribution = _e(
        "attributionLogement",
        _e("typeReservataire", code=reservataire),
        _e("adresse", _e("commune", code=commune)),
    )
    parties = [_e("dateRadiation", "2018-06-01"), _e("motifRadiation", code=motif)]
    return codec.encoder(_e("radiation", *parties, *([attribution] if reservataire else [])))


DEBUT = date(2018, 1, 1)
RADIEES = (2, 5)


def numero(rang: int) -> str:
    return f"1110118{rang:06d}G1104"


def demandes() -> list[DemandeStockee]:
    """Nine, two a day: the odd ones in Paris, the others in Saint-Denis."""
    faites = []
    for rang in range(1, 10):
        depot = DEBUT + timedelta(days=rang // 2)
        radiee = {
            "etat": EtatDemande.RADIEE,
            "date_radiation": depot + timedelta(days=30),
            "motif_radiation": "RADATT",
            "radiation": radiation("RADATT"),
        }
        faites.append(
            stockee(
                numero(rang),
                titulaires=(personne("demandeur", "Roux" if rang > 4 else "Blanc", "Zoé", "1990-01-01"),),
                communes=("75112",) if rang % 2 else ("93066",),
                date_creation=depot,
                **(radiee if rang in RADIEES else {}),
            )
        )
    return faites


def peupler(magasin: Magasin) -> Magasin:
    with magasin.ecrire("ecole") as registre:
        for demande in demandes():
            registre.ajouter(demande)
        registre.ajouter(stockee("1110118000099G1104", association="Les Toits", date_creation=DEBUT))
    return magasin


def lire_au_coffre(coffre: Coffre, nom: str) -> bytes | None:
    with coffre.tenu() as tenu:
        return tenu.lire(nom)


def ecrire_au_coffre(coffre: Coffre, nom: str, contenu: bytes, *, chiffre: bool = True) -> None:
    with coffre.tenu() as tenu:
        tenu.ecrire(nom, contenu, chiffre=chiffre)
