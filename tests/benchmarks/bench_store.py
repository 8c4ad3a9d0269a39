"""The store: a whole registration, and its searches, on a base that already holds demandes."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from sne_sandbox.contract import codec
from sne_sandbox.domain.base import Base
from sne_sandbox.domain.dates import ajouter_mois
from sne_sandbox.domain.demande import DemandeStockee, EtatDemande
from sne_sandbox.domain.echange import Echange, VerdictEchange
from sne_sandbox.domain.element import Element
from sne_sandbox.store import recherche
from sne_sandbox.store.recherche import Criteres
from sne_sandbox.store.session import Magasin

DEPOT = date(2018, 3, 15)
DEJA_LA = 10_000
Benchmark = Callable[..., Any]


def _e(nom: str, *enfants: Element, texte: str = "", **attributs: str) -> Element:
    return Element(nom, texte, attributs, enfants)


def _personne(role: str, rang: int) -> Element:
    return _e(
        role,
        _e("nom", texte=f"Nom{rang % 997}"),
        _e("prenom", texte=f"Prénom{rang % 101}"),
        _e("dateNaissance", texte=f"19{rang % 90 + 10}-0{rang % 9 + 1}-11"),
        # The weight of the rest of a form: 12 kB in all.
        *(_e("situationProfessionnelle", _e("profession", texte=f"métier {i} {rang}")) for i in range(60)),
    )


def _demande(rang: int) -> DemandeStockee:
    places = [_e("localisationSouhaite", _e("commune", code=f"751{rang % 20 + 1:02d}")) for _ in range(3)]
    formulaire = _e(
        "demandeLogement",
        _e("logementRecherche", _e("listeLocalisationSouhaite", *places)),
        _e("principauxMotifDemande", _e("motifDemande", code="LOGDEC"), _e("motifDemande", code="SANS")),
        _e(
            "personnePhysique",
            _personne("demandeur", rang),
            _e("listeCotitulaire", _personne("cotitulaire", rang + 7)),
        ),
    )
    document = codec.encoder(_e("interfaceNuu", _e("demande", formulaire), versionInterface="02.01"))
    return DemandeStockee(
        numero_unique=f"1110218{rang:06d}G1104",
        territoire="111",
        etat=EtatDemande.ACTIVE,
        version="02.01",
        guichet_createur="G1104",
        guichet_dernier="G1104",
        touchee_par_autrui=False,
        date_creation=DEPOT,
        debut_validite=DEPOT,
        fin_validite=ajouter_mois(DEPOT, 12),
        demande=codec.lire_demande(document),
        document=document,
    )


def _echange(document: bytes) -> Echange:
    return Echange(
        "ecole",
        datetime.now(UTC),
        verdict=VerdictEchange.ACCEPTE,
        statut=200,
        operation="getNumUnique",
        en_tetes=[("Content-Type", "multipart/related")] * 6,
        requete=document + b"\r\n" * 500,
        reponse=document,
    )


@pytest.fixture(scope="module")
def magasin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Magasin]:
    dossier: Path = tmp_path_factory.mktemp("magasin")
    with Magasin.ouvrir(None, dossier) as ouvert:
        ouvert.bases.creer(Base("ecole"))
        with ouvert.ecrire("ecole") as registre:
            modeles = [_demande(rang) for rang in range(100)]
            registre.ajouter_tout(
                [
                    replace(modeles[rang % 100], numero_unique=f"1110218{rang:06d}G1104")
                    for rang in range(DEJA_LA)
                ]
            )
        yield ouvert


def test_un_enregistrement(benchmark: Benchmark, magasin: Magasin) -> None:
    """Duplicates looked for, number drawn, demande and its rows, journal, commit."""
    modele = _demande(5_000_000)
    echange = _echange(modele.document)

    def enregistrer() -> str:
        with magasin.ecrire("ecole") as registre:
            titulaires = modele.demande.titulaires
            registre.doublons("111", titulaires)
            registre.doublons_patronymiques("111", titulaires)
            numero = registre.prochain_numero("062", DEPOT, "G1104")
            registre.ajouter(replace(modele, numero_unique=numero, territoire="062"))
            magasin.journal.consigner(registre.connexion, echange)
        return numero

    assert benchmark(enregistrer).startswith("0620318")


def test_une_lecture(benchmark: Benchmark, magasin: Magasin) -> None:
    def lire() -> DemandeStockee | None:
        with magasin.lire("ecole") as registre:
            return registre.demande("1110218000500G1104")

    assert benchmark(lire).revision == 1


def test_une_recherche_de_personne(benchmark: Benchmark, magasin: Magasin) -> None:
    def rechercher() -> list[str]:
        with magasin.lire("ecole") as registre:
            return recherche.rechercher(
                registre,
                Criteres(personne_nom="nom5", personne_prenom="prénom5", commune_souhaitee="75106"),
                500,
            )

    assert len(benchmark(rechercher)) == DEJA_LA // 100


def test_un_semis_de_1000(benchmark: Benchmark, magasin: Magasin) -> None:
    """1,000 demandes stored in one transaction, as a seed does."""
    modeles = [_demande(rang) for rang in range(100)]
    bases = iter(range(1_000))

    def semer() -> int:
        nom = f"semis{next(bases)}"
        magasin.bases.creer(Base(nom))
        with magasin.ecrire(nom) as registre:
            numeros = [registre.prochain_numero("111", DEPOT, "G1104") for _ in range(1_000)]
            lot = [replace(modeles[i % 100], numero_unique=numero) for i, numero in enumerate(numeros)]
            registre.ajouter_tout(lot)
            return registre.compter()

    assert benchmark.pedantic(semer, rounds=5) == 1_000  # type: ignore[attr-defined]
