"""A base filled from each of its seeds."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sne_interface.contract import codec
from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.contract.schemas import Document
from sne_interface.domain.base import Base, Horloge
from sne_interface.domain.dates import PARIS, ajouter_mois
from sne_interface.domain.demande import DemandeStockee, NumeroUnique
from sne_interface.errors import ContractError, UsageError
from sne_interface.generators.population import lire_population
from sne_sandbox.bases import bases, menages_en_lignes, semis
from sne_sandbox.bases.semis import semer
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.recherche_de_demandes import parcourir
from sne_sandbox.store.registre import RegistreBase

MAINTENANT = datetime(2018, 3, 15, 12, tzinfo=PARIS)
SEMENCES = ("attributions", "dalo", "doublons", "ecole", "radiations")


@pytest.fixture(scope="module")
def magasin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Magasin]:
    with Magasin.ouvrir(None, tmp_path_factory.mktemp("magasin")) as ouvert:
        yield ouvert


@pytest.fixture(scope="module")
def semees(magasin: Magasin, contrat: Contrat) -> dict[str, Base]:
    """A base of each seed, as on 15 March 2018."""
    horloge = Horloge(fige_a=MAINTENANT)
    return {s: bases.creer(magasin, contrat, s, semence=s, seed=1, horloge=horloge) for s in SEMENCES}


@contextmanager
def _lire(magasin: Magasin, base: Base) -> Iterator[RegistreBase]:
    with magasin.lire(base.nom) as registre:
        yield registre


def test_every_seed_is_known() -> None:
    assert bases.semences() == sorted((*SEMENCES, "vide"))


@pytest.mark.parametrize("semence", SEMENCES)
def test_what_is_stored_fits_the_contract(
    magasin: Magasin, contrat: Contrat, semees: dict[str, Base], semence: str
) -> None:
    with _lire(magasin, semees[semence]) as registre:
        guichets = {guichet.code for guichet in registre.guichets()}
        stockees = list(parcourir(registre))
    assert len(stockees) == lire_population(contrat, semence).taille
    for stockee in stockees:
        racine = codec.parse(stockee.document, limit=100_000)
        assert not contrat.schemas.validate(racine, document=Document.DEMANDE, version=stockee.version)
        assert stockee.document == codec.encoder(stockee.demande.element)
        assert stockee.demande.numero_unique == stockee.numero_unique
        numero = NumeroUnique.lire(stockee.numero_unique)
        assert numero is not None
        assert (numero.territoire, numero.guichet) == (stockee.territoire, stockee.guichet_createur)
        assert stockee.demande.territoire == stockee.territoire
        assert {stockee.guichet_createur, stockee.guichet_dernier} <= guichets


@pytest.mark.parametrize("semence", SEMENCES)
def test_lives_are_in_order_and_nothing_is_overdue(
    magasin: Magasin, semees: dict[str, Base], semence: str
) -> None:
    jour = MAINTENANT.date()
    with _lire(magasin, semees[semence]) as registre:
        for stockee in parcourir(registre):
            assert stockee.date_creation <= stockee.debut_validite <= jour
            assert stockee.fin_validite == ajouter_mois(stockee.debut_validite, 12)
            if stockee.active:
                assert ajouter_mois(stockee.debut_validite, 13) > jour
                assert stockee.radiation is None
            else:
                assert stockee.date_radiation is not None
                assert stockee.debut_validite <= stockee.date_radiation <= jour
                assert ajouter_mois(stockee.date_radiation, 12) > jour
                assert stockee.radiation_enregistree_le is not None
                assert stockee.radiation_enregistree_le <= MAINTENANT
                assert stockee.radiation is not None
                assert codec.lire(stockee.radiation).code_de("motifRadiation") == stockee.motif_radiation
    assert not semees[semence].nuit_due(MAINTENANT)


def test_each_seed_shows_what_it_is_for(magasin: Magasin, semees: dict[str, Base]) -> None:
    with _lire(magasin, semees["dalo"]) as registre:
        statuts = {s.statut_dalo for s in parcourir(registre)}
        daloes = registre.daloes_depuis(MAINTENANT - timedelta(days=4000))
    assert {"ACTIF", "ACTREL"} <= statuts
    assert len(daloes) > 60
    with _lire(magasin, semees["radiations"]) as registre:
        motifs = {s.motif_radiation for s in parcourir(registre)}
    assert motifs == {None, "RADATT", "RADABA", "RADCON", "RADIRR", "RADREN"}
    with _lire(magasin, semees["attributions"]) as registre:
        decisions = [(s, e) for s in parcourir(registre) for e in registre.evenements(s.numero_unique)]
    baux = {dict(e.caracteristiques).get("BAIL") for _, e in decisions}
    assert {"oui", "non"} <= baux
    assert all(s.motif_radiation == "RADATT" for s, e in decisions if ("BAIL", "oui") in e.caracteristiques)
    with _lire(magasin, semees["doublons"]) as registre:
        forcees = [s for s in parcourir(registre) if s.demande.forcer_doublon]
        assert len(forcees) > 15
        for forcee in forcees:
            autres = registre.doublons(
                forcee.territoire, forcee.demande.titulaires, sauf=[forcee.numero_unique]
            )
            assert autres


def _contenu(magasin: Magasin, nom: str) -> list[DemandeStockee]:
    with magasin.lire(nom) as registre:
        return sorted(parcourir(registre), key=lambda s: s.numero_unique)


def test_same_seed_same_day_same_base(magasin: Magasin, contrat: Contrat) -> None:
    horloge = Horloge(fige_a=MAINTENANT)
    for nom, seed in (("a", 5), ("b", 5), ("c", 6)):
        bases.creer(magasin, contrat, nom, semence="ecole", seed=seed, taille=30, horloge=horloge)
    documents = {nom: [s.document for s in _contenu(magasin, nom)] for nom in "abc"}
    assert documents["a"] == documents["b"] != documents["c"]


@pytest.mark.parametrize("heure", [0, 8, 9, 12, 23])
def test_what_is_kept_of_a_small_base_is_what_would_be_drawn(contrat: Contrat, heure: int) -> None:
    """A base is drawn once for a day: at any hour, its rows are those that are drawn for it alone."""
    for semence in SEMENCES:
        maintenant = MAINTENANT.replace(hour=heure, minute=1)
        gardes = [
            lot
            for brassee in semer("une", contrat, semence=semence, seed=3, maintenant=maintenant)
            for lot in brassee.lots
        ]
        population = lire_population(contrat, semence)
        tires = menages_en_lignes.lots(
            menages_en_lignes.Semence("une", population, 3, population.taille, maintenant)
        )
        assert gardes == list(tires)


def test_the_same_base_again_is_not_drawn_again(contrat: Contrat, monkeypatch: pytest.MonkeyPatch) -> None:
    depart = {"semence": "ecole", "seed": 77, "maintenant": MAINTENANT}
    une = list(semer("une", contrat, **depart))
    monkeypatch.setattr(semis, "lots", lambda _: pytest.fail("drawn again"))
    autre = list(semer("autre", contrat, **depart | {"maintenant": MAINTENANT + timedelta(hours=3)}))
    assert [ligne[0] for ligne in autre[0].lots[0].lignes["demande"]] == ["autre"] * 200
    assert [[ligne[1:] for ligne in lot.lignes["demande"]] for b in une for lot in b.lots] == [
        [ligne[1:] for ligne in lot.lignes["demande"]] for b in autre for lot in b.lots
    ]


def test_another_day_is_another_date_for_the_same_people(magasin: Magasin, contrat: Contrat) -> None:
    for nom, instant in (("avant", MAINTENANT), ("apres", MAINTENANT + timedelta(days=365))):
        horloge = Horloge(fige_a=instant)
        bases.creer(magasin, contrat, nom, semence="ecole", seed=5, taille=20, horloge=horloge)

    def noms(base: str) -> set[str]:
        return {p.nom for s in _contenu(magasin, base) for p in s.demande.titulaires}

    assert noms("avant") == noms("apres")


def test_a_large_base_begins_as_a_small_one(magasin: Magasin, contrat: Contrat) -> None:
    progression: list[tuple[int, int]] = []
    for nom, taille in (("petite", 40), ("grande", 620)):
        magasin.bases.creer(Base(nom, horloge=Horloge(fige_a=MAINTENANT)))
        with magasin.ecrire(nom) as registre:
            for brassee in semer(nom, contrat, semence="ecole", seed=9, maintenant=MAINTENANT, taille=taille):
                brassee.planter(registre)
                progression.append((brassee.fait, brassee.total))
    assert progression == [(40, 40), (620, 620)]
    petite = {s.demande.titulaires[0].nom for s in _contenu(magasin, "petite") if s.demande.titulaires}
    grande = {s.demande.titulaires[0].nom for s in _contenu(magasin, "grande") if s.demande.titulaires}
    assert petite <= grande


def test_numbers_go_on_after_the_seed(magasin: Magasin, semees: dict[str, Base]) -> None:
    with magasin.ecrire("ecole") as registre:
        connus = {s.numero_unique for s in parcourir(registre)}
        tires = [registre.prochain_numero("111", MAINTENANT.date(), "G1104") for _ in range(3)]
    assert len(set(tires)) == 3
    assert connus.isdisjoint(tires)


def test_a_seed_that_fails_leaves_no_base(
    magasin: Magasin, contrat: Contrat, monkeypatch: pytest.MonkeyPatch
) -> None:
    def echouer(*_: object, **__: object) -> None:
        raise UsageError("rien")

    monkeypatch.setattr("sne_sandbox.bases.menages_en_lignes._planter", echouer)
    with pytest.raises(UsageError):
        bases.creer(magasin, contrat, "avortee", semence="ecole", taille=3)
    assert "avortee" not in [base.nom for base in magasin.bases.lister()]


def test_v5_0_has_its_own_versions(magasin: Magasin) -> None:
    v50 = charger("v5.0")
    bases.creer(magasin, v50, "v50", semence="ecole", taille=60)
    versions = {s.version for s in _contenu(magasin, "v50")}
    assert versions == {"02.00", "02.01"}


@pytest.mark.parametrize(
    ("texte", "message"),
    [
        ('comme = "ecole"\ntalle = 3\n', "talle"),
        ('comme = "ecole"\ntaille = "beaucoup"\n', "beaucoup"),
        ('comme = "ecole"\n[menages]\ntribu = 1\n', "tribu"),
    ],
)
def test_a_seed_badly_written_is_said(
    contrat: Contrat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, texte: str, message: str
) -> None:
    from sne_interface.resources import fixtures_dir

    ecole = (fixtures_dir() / "seeds" / "ecole" / "semence.toml").read_text("utf-8")
    for nom, contenu in (("ecole", ecole), ("fausse", texte)):
        (tmp_path / "seeds" / nom).mkdir(parents=True)
        (tmp_path / "seeds" / nom / "semence.toml").write_text(contenu, "utf-8")
    monkeypatch.setattr("sne_interface.generators.population.fixtures_dir", lambda: tmp_path)
    with pytest.raises(ContractError, match=message):
        lire_population(contrat, "fausse")
    with pytest.raises(UsageError, match="existe pas"):
        lire_population(contrat, "absente")


def test_a_place_out_of_its_territory_is_said(
    contrat: Contrat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sne_interface.resources import fixtures_dir

    ecole = (fixtures_dir() / "seeds" / "ecole" / "semence.toml").read_text("utf-8")
    (tmp_path / "seeds" / "ailleurs").mkdir(parents=True)
    faux = ecole.replace('"62498"', '"75113"')
    (tmp_path / "seeds" / "ailleurs" / "semence.toml").write_text(faux, "utf-8")
    monkeypatch.setattr("sne_interface.generators.population.fixtures_dir", lambda: tmp_path)
    with pytest.raises(ContractError, match="75113"):
        lire_population(contrat, "ailleurs")
