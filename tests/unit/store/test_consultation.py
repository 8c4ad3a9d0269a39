"""The latest demandes that fit, page after page, whatever way they are found; and the past of one."""

from datetime import date, timedelta

import pytest
from exemples_store import personne, radiation, stockee

from sne_sandbox.domain.demande_stockee import DemandeStockee, EtatDemande
from sne_sandbox.domain.mouvement import GenreMouvement
from sne_sandbox.store import consultation
from sne_sandbox.store.consultation import Repere, mouvements_de, plus_recentes, separees_de
from sne_sandbox.store.recherche import Criteres, Prefixe
from sne_sandbox.store.session import Magasin

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


@pytest.fixture
def garni(magasin: Magasin) -> Magasin:
    with magasin.ecrire("ecole") as registre:
        registre.ajouter_tout(demandes())
        registre.ajouter(stockee("1110118000099G1104", association="Les Toits", date_creation=DEBUT))
    return magasin


@pytest.mark.parametrize("peu", [0, 1, 1000], ids=["by date", "mixed", "sorted"])
@pytest.mark.parametrize(
    ("criteres", "rangs"),
    [
        (Criteres(), [9, 8, 7, 6, 5, 4, 3, 2, 99, 1]),
        (Criteres(numero_unique=numero(3)), [3]),
        (Criteres(personne_nom="roux"), [9, 8, 7, 6, 5]),
        (Criteres(personne_nom="ROUX", commune_souhaitee="75112"), [9, 7, 5]),
        (Criteres(commune_souhaitee="93066"), [8, 6, 4, 2]),
        (Criteres(commune_souhaitee="93066", etat=EtatDemande.ACTIVE), [8, 6, 4]),
        (Criteres(commune_souhaitee="75112", etat=EtatDemande.RADIEE), [5]),
        (Criteres(etat=EtatDemande.RADIEE), [5, 2]),
        (Criteres(etat=EtatDemande.ACTIVE), [9, 8, 7, 6, 4, 3, 99, 1]),
        (Criteres(association_nom="LES TOITS"), [99]),
        (Criteres(personne_naissance=date(1990, 1, 2)), []),
        (Criteres(numero_unique=Prefixe("11101180000")), [9, 8, 7, 6, 5, 4, 3, 2, 99, 1]),
        (Criteres(numero_unique=Prefixe("111011800000"), etat=EtatDemande.RADIEE), [5, 2]),
        (Criteres(numero_unique=Prefixe("1110118000001G1104Z")), []),
        (Criteres(nom=Prefixe("Ro")), [9, 8, 7, 6, 5]),
        (Criteres(nom=Prefixe("l")), [99]),
        (Criteres(nom="les toits"), [99]),
        (Criteres(nom="les toit"), []),
        (Criteres(association_nom=Prefixe("les t")), [99]),
        (
            Criteres(personne_nom=Prefixe("RO"), personne_prenom=Prefixe("zo"), commune_souhaitee="75112"),
            [9, 7, 5],
        ),
        (Criteres(personne_nom="Ro", personne_prenom=Prefixe("zo")), []),
        (Criteres(nom=Prefixe("Rouy")), []),
        (Criteres(nom=Prefixe("%")), []),
    ],
)
def test_the_latest_come_first_whatever_the_way(
    garni: Magasin, criteres: Criteres, rangs: list[int], peu: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consultation, "PEU", peu)
    with garni.lire("ecole") as registre:
        trouvees = plus_recentes(registre, criteres, 50)
        assert [d.numero_unique for d in trouvees] == [numero(rang) for rang in rangs]
        par_pages: list[DemandeStockee] = []
        repere = None
        while page := plus_recentes(registre, criteres, 2, repere):
            par_pages += page
            repere = Repere(page[-1].date_creation, page[-1].numero_unique)
        assert [d.numero_unique for d in par_pages] == [d.numero_unique for d in trouvees]


def test_the_movements_of_a_demande_are_told_in_order(garni: Magasin) -> None:
    with garni.lire("ecole") as registre:
        faits = mouvements_de(registre, numero(2))
        assert [(m.genre, m.motif) for m in faits] == [
            (GenreMouvement.CREATION, None),
            (GenreMouvement.RADIATION, "RADATT"),
        ]
        assert mouvements_de(registre, "inconnu") == []


def test_a_separation_is_found_from_the_joint_demande(garni: Magasin) -> None:
    jointe = demandes()[0]
    with garni.ecrire("ecole") as registre:
        separee = stockee(
            "1110118000050G1104", date_creation=jointe.date_creation, numero_associe=jointe.numero_unique
        )
        registre.ajouter(separee)
        assert separees_de(registre, jointe) == [separee.numero_unique]
        assert separees_de(registre, separee) == []
