import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from exemples_store import MOTEURS, demandes, numero, personne, peupler, radiation, stockee

from sne_interface.domain.demande import DemandeStockee, EtatDemande, GenreMouvement
from sne_sandbox.store import requetes_sql
from sne_sandbox.store.demandes_recentes import Criteres, separees_de
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.recherche_de_demandes import PEU, numeros, rechercher
from sne_sandbox.store.requetes_sql import SQL

N = [f"1110318{rang:06d}G1104" for rang in range(1, 7)]

COUPLE = (
    personne("demandeur", "D'Œuf-Le Gall", "Éloïse", "1980-02-29"),
    personne("cotitulaire", "Roux", "Jean-Marie", "1979-01-01"),
    personne("cotitulaire", "Roux", "Lise", "1981-01-01"),
)

DEMANDES = (
    stockee(N[0], titulaires=COUPLE, communes=("75112", "75112", "92012"), motifs=("SANS", "LOGDEC", "SANS")),
    stockee(N[1], association="Toit d'Été", date_creation=date(2018, 3, 1)),
    stockee(N[2], communes=("93066",), date_renouvellement=date(2018, 4, 1)),
    stockee(
        N[3],
        etat=EtatDemande.RADIEE,
        date_radiation=date(2018, 6, 1),
        motif_radiation="RADATT",
        radiation=radiation("RADATT", reservataire="AUCUN", commune="94028"),
    ),
)


def garnir(magasin: Magasin) -> Magasin:
    with magasin.ecrire("ecole") as registre:
        for demande in DEMANDES:
            registre.ajouter(demande)
    return magasin


@pytest.fixture
def garni(magasin: Magasin) -> Magasin:
    return garnir(magasin)


@pytest.fixture(scope="module", params=MOTEURS)
def garni_lu(
    request: pytest.FixtureRequest, patrons: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Magasin]:
    """One for all tests that only read it."""
    with patrons.ouvrir(request.param, tmp_path_factory.mktemp("garni")) as magasin:
        yield garnir(magasin)


@pytest.mark.parametrize(
    ("criteres", "rangs"),
    [
        (Criteres(numero_unique=N[2]), [2]),
        (Criteres(etat=EtatDemande.ACTIVE), [0, 1, 2]),
        (Criteres(etat=EtatDemande.RADIEE), [3]),
        (Criteres(depot_debut=date(2018, 3, 15)), [0, 2, 3]),
        (Criteres(depot_fin=date(2018, 3, 1)), [1]),
        (Criteres(depot_debut=date(2018, 3, 2), depot_fin=date(2018, 3, 14)), []),
        (Criteres(renouvellement_debut=date(2018, 4, 1), renouvellement_fin=date(2018, 4, 1)), [2]),
        (Criteres(renouvellement_debut=date(2018, 4, 2)), []),
        (Criteres(radiation_fin=date(2018, 6, 1)), [3]),
        (Criteres(radiation_fin=date(2018, 5, 31)), []),
        (Criteres(motif_demande="SANS"), [0]),
        (Criteres(motif_radiation="RADATT"), [3]),
        (Criteres(commune_souhaitee="92012"), [0]),
        (Criteres(commune_souhaitee="75112"), [0, 1, 3]),
        (Criteres(commune_attribution="94028"), [3]),
        (Criteres(association_nom="TOIT DETE"), [1]),
        (Criteres(personne_nom="doeuf le gall"), [0]),
        (Criteres(personne_nom="ROUX", personne_prenom="jean marie"), [0]),
        (Criteres(personne_nom="roux", personne_naissance=date(1979, 1, 1)), [0]),
        # Name and first name of two different persons.
        (Criteres(personne_nom="roux", personne_prenom="éloïse"), []),
        (Criteres(commune_souhaitee="75112", etat=EtatDemande.ACTIVE, motif_demande="LOGDEC"), [0, 1]),
        (Criteres(pieces=("IDENTITE",)), []),
    ],
)
def test_each_criterion(
    garni_lu: Magasin, criteres: Criteres, rangs: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the index that is walked: each counts for few here, or, with 0, for many."""
    assert not criteres.vide
    for peu in (PEU, 0):
        monkeypatch.setattr("sne_sandbox.store.recherche_de_demandes.PEU", peu)
        with garni_lu.lire("ecole") as registre:
            assert rechercher(registre, criteres, 500) == [N[rang] for rang in rangs]
            trop = rechercher(registre, criteres, 1)
        assert len(trop) == min(len(rangs), 2)
        assert set(trop) <= {N[rang] for rang in rangs}


def test_one_more_than_the_limit_and_no_more(garni: Magasin) -> None:
    with garni.lire("ecole") as registre:
        assert rechercher(registre, Criteres(etat=EtatDemande.ACTIVE), 1) == N[:2]
        assert rechercher(registre, Criteres(etat=EtatDemande.ACTIVE), 3) == N[:3]


def test_computed_criteria_are_left_to_a_filter(garni: Magasin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sne_sandbox.store.recherche_de_demandes._PAGE", 2)
    criteres = Criteres(delai_anormalement_long=True)
    vues: list[str] = []

    def filtre(stockee: DemandeStockee) -> bool:
        vues.append(stockee.numero_unique)
        return stockee.numero_unique != N[1]

    with garni.lire("ecole") as registre:
        assert rechercher(registre, criteres, 500, filtre) == [N[0], N[2], N[3]]
        assert vues == N[:4]
        assert rechercher(registre, criteres, 1, filtre) == [N[0], N[2]]
        with pytest.raises(ValueError, match="filter"):
            rechercher(registre, criteres, 500)


def test_no_criterion_is_empty() -> None:
    assert Criteres().vide
    assert not Criteres(multiples_attributions=False).vide


def _plan(magasin: Magasin, choix: sa.Select[str]) -> str:
    with magasin.transaction(ecriture=False) as connexion:
        texte = choix.compile(connexion.sa, compile_kwargs={"literal_binds": True})
        lignes = connexion.sa.exec_driver_sql(f"EXPLAIN QUERY PLAN {texte}").all()
    return "\n".join(ligne[-1] for ligne in lignes)


@pytest.mark.parametrize("garni_lu", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("criteres", "index"),
    [
        (Criteres(numero_unique=N[0]), "sqlite_autoindex_demande_1"),
        (Criteres(depot_debut=date(2018, 1, 1), depot_fin=date(2018, 2, 1)), "ix_demande_date_creation"),
        (Criteres(renouvellement_debut=date(2018, 1, 1)), "ix_demande_date_renouvellement"),
        (Criteres(radiation_debut=date(2018, 1, 1)), "ix_demande_date_radiation"),
        (Criteres(motif_radiation="RADATT"), "ix_demande_motif_radiation"),
        (Criteres(commune_attribution="75112"), "ix_demande_commune_attribution"),
        (Criteres(association_nom="Toit"), "ix_demande_association_plie"),
        (Criteres(motif_demande="SANS"), "ix_demande_motif_motif"),
        (Criteres(commune_souhaitee="75112"), "ix_demande_commune_commune"),
        (Criteres(personne_nom="Roux"), "ix_demande_personne_nom_plie"),
    ],
)
def test_each_criterion_has_its_index(garni_lu: Magasin, criteres: Criteres, index: str) -> None:
    with garni_lu.lire("ecole") as registre:
        choix = numeros(registre, criteres).limit(501)
    assert index in _plan(garni_lu, choix)


@pytest.mark.parametrize("garni_lu", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("requete", "index"),
    [
        (SQL["proches"], "ix_demande_personne_date_naissance"),
        (SQL["nir"], "ix_demande_personne_nir"),
        (SQL["reference"], "ix_demande_ref_interne"),
        (SQL["daloes"], "ix_demande_dalo_enregistre_le"),
        (requetes_sql.radiees(), "ix_demande_radiation_enregistree_le"),
    ],
)
def test_each_statement_of_the_register_has_its_index(
    garni_lu: Magasin, requete: requetes_sql.RequeteSql, index: str
) -> None:
    with garni_lu.transaction(ecriture=False) as connexion:
        texte = requete.textes["sqlite"]
        noms = re.findall(r":(\w+)", texte)
        lignes = connexion.sa.exec_driver_sql(f"EXPLAIN QUERY PLAN {texte}", dict.fromkeys(noms, ""))
    assert index in "\n".join(ligne[-1] for ligne in lignes)


# --- The past of one -------------------------------------------------------------------------------------


@pytest.fixture
def neuf(magasin: Magasin) -> Magasin:
    return peupler(magasin)


def test_the_movements_of_a_demande_are_told_in_order(neuf: Magasin) -> None:
    with neuf.lire("ecole") as registre:
        faits = registre.mouvements(numero(2))
        assert [(m.genre, m.motif) for m in faits] == [
            (GenreMouvement.CREATION, None),
            (GenreMouvement.RADIATION, "RADATT"),
        ]
        assert registre.mouvements("inconnu") == []


def test_a_separation_is_found_from_the_joint_demande(neuf: Magasin) -> None:
    jointe = demandes()[0]
    with neuf.ecrire("ecole") as registre:
        separee = stockee(
            "1110118000050G1104", date_creation=jointe.date_creation, numero_associe=jointe.numero_unique
        )
        registre.ajouter(separee)
        assert separees_de(registre, jointe) == [separee.numero_unique]
        assert separees_de(registre, separee) == []
