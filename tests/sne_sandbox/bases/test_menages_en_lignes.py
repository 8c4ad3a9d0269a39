"""The rows that a seed stores, without reading its documents back."""

import os
import pickle
import subprocess
import sys
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.domain.base import Horloge
from sne_interface.domain.dates import PARIS
from sne_interface.domain.decision_de_commission import RolesDecision
from sne_interface.domain.demande import DemandeStockee
from sne_interface.domain.evenement import Evenement
from sne_interface.domain.livre_des_attributions import DecisionNotee, tenir
from sne_interface.errors import StoreError
from sne_interface.generators.population import lire_population
from sne_sandbox.bases import bases, semis
from sne_sandbox.bases.menages_en_lignes import Semence
from sne_sandbox.store import lignes, tables
from sne_sandbox.store.connexion_en_transaction import RequeteSql
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.recherche_de_demandes import parcourir
from sne_sandbox.store.registre import RegistreBase

HORLOGE = Horloge(fige_a=datetime(2018, 3, 15, 12, tzinfo=PARIS))
NIRS = charger().roles.demande.nirs
SEMENCES = ("attributions", "dalo", "doublons", "ecole", "radiations")


@pytest.fixture
def magasin(tmp_path: Path) -> Iterator[Magasin]:
    with Magasin.ouvrir(None, tmp_path) as ouvert:
        yield ouvert


def _decisions(
    base: str, stockee: DemandeStockee, evenements: list[Evenement], roles: RolesDecision
) -> list[dict[str, Any]]:
    lues = [DecisionNotee.de_l_evenement(e, roles, lignes.demandeur_de(stockee)) for e in evenements]
    tenues = tenir([dite for dite in lues if dite is not None], lignes.attribution_de(stockee))
    # Who wrote last may be the State's service, after the landlord.
    return [
        {
            nom: v
            for nom, v in lignes.ligne_decision(base, dite).items()
            if nom not in ("guichet", "organisme")
        }
        for dite in tenues
    ]


def _du_document(
    base: str, stockee: DemandeStockee, evenements: list[Evenement], roles: RolesDecision
) -> dict[str, list[dict[str, Any]]]:
    """The rows that are drawn from a demande stored in any other way, the deposit beside what is wished."""
    depot = {"date_creation": stockee.date_creation.isoformat()}
    return {
        "demande": [lignes.ligne_demande(base, stockee, stockee.revision)],
        "demande_personne": lignes.lignes_personnes(base, stockee, NIRS(stockee.demande)),
        "demande_commune": [ligne | depot for ligne in lignes.lignes_communes(base, stockee)],
        "demande_motif": [ligne | depot for ligne in lignes.lignes_motifs(base, stockee)],
        "demande_stat": [lignes.ligne_stat(base, stockee)],
        "decision": _decisions(base, stockee, evenements, roles),
    }


def _rangees(registre: RegistreBase, table: tables.Table, colonnes: Collection[str]) -> list[dict[str, Any]]:
    requete = RequeteSql(f"SELECT {', '.join(colonnes)} FROM {table.nom}")
    return [dict(zip(colonnes, ligne, strict=True)) for ligne in registre.connexion.lignes(requete, {})]


@pytest.mark.parametrize("semence", SEMENCES)
def test_each_row_is_the_one_that_the_document_tells(
    magasin: Magasin, contrat: Contrat, semence: str
) -> None:
    bases.creer(magasin, contrat, "a", semence=semence, seed=3, taille=400, horloge=HORLOGE)
    with magasin.lire("a") as registre:
        roles = contrat.roles.decision
        attendues = [
            _du_document("a", stockee, registre.evenements(stockee.numero_unique), roles)
            for stockee in parcourir(registre)
        ]
        assert len(attendues) == 400
        for nom in attendues[0]:
            table: tables.Table = getattr(tables, nom)
            cle = table.noms[: table.cle]
            lues, voulues = (
                sorted(rangees, key=lambda r: [r[c] for c in cle])
                for rangees in (
                    _rangees(registre, table, next(a[nom][0] for a in attendues if a[nom])),
                    chain.from_iterable(a[nom] for a in attendues),
                )
            )
            # What was erased before the day of the base has no document.
            assert [r for r in lues if "-" not in str(r.get("numero_unique"))] == voulues, nom


@pytest.mark.cher
def test_a_base_is_the_same_however_many_processes_draw_it(
    magasin: Magasin, contrat: Contrat, monkeypatch: pytest.MonkeyPatch
) -> None:
    contenus = []
    for tireurs in (0, 1, 2, 3):
        monkeypatch.setattr(semis, "_PARALLELE", 1 if tireurs else 2_000)
        monkeypatch.setattr(semis, "_TIREURS", tireurs)
        bases.creer(magasin, contrat, "a", semence="ecole", seed=3, taille=1_200, horloge=HORLOGE)
        with magasin.lire("a") as registre:
            contenus.append(
                {
                    t.nom: sorted(map(repr, _rangees(registre, t, [c.nom for c in t.colonnes])))
                    for t in tables.ETAT
                }
            )
        magasin.bases.supprimer("a")
    assert len(contenus[0]["demande"]) == 1_200
    assert contenus[0]["sequence"]
    for contenu in contenus[1:]:
        assert contenu == contenus[0]


@pytest.mark.parametrize("parti", ["lecteur", "voisin"])
def test_a_drawer_left_alone_ends_in_silence(contrat: Contrat, parti: str) -> None:
    semence = Semence("a", lire_population(contrat, "ecole"), 3, 5_000, HORLOGE.maintenant(datetime.now(UTC)))
    (entree, ecrite), (lue, sortie) = os.pipe(), os.pipe()
    with subprocess.Popen(
        [sys.executable, "-c", semis._TIREUR],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=(entree, sortie),
    ) as tireur:  # fmt: skip
        for bout in (entree, ecrite, sortie):
            os.close(bout)
        assert tireur.stdin is not None
        assert tireur.stdout is not None
        assert tireur.stderr is not None
        if parti == "lecteur":
            tireur.stdout.close()
        # The first batch needs nobody; the second begins where the neighbour's sequences are.
        with tireur.stdin as commande:
            pickle.dump((semence, int(parti == "voisin"), 2, entree, sortie), commande)
        assert tireur.stderr.read() == b""
    os.close(lue)
    assert tireur.returncode == 1


def test_a_base_whose_drawer_stops_is_no_base(
    magasin: Magasin, contrat: Contrat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(semis, "_PARALLELE", 1)
    monkeypatch.setattr(semis, "_TIREUR", "pass")
    with pytest.raises(StoreError, match="tire les ménages"):
        bases.creer(magasin, contrat, "a", semence="ecole", taille=1_200)
    assert magasin.bases.lister() == []
