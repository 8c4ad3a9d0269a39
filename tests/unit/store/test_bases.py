from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from exemples_store import GUICHETS, stockee

from sne_sandbox.domain.base import Base, Horloge
from sne_sandbox.domain.evenement import Caracteristique, TypeEvenement
from sne_sandbox.domain.journal import Echange
from sne_sandbox.errors import BaseInconnue, ConflitEtat, StoreError, UsageError
from sne_sandbox.settings import Reglages
from sne_sandbox.store import tables
from sne_sandbox.store.session import Magasin

TYPES = (
    TypeEvenement(
        "DECATT",
        "Décision d'attribution",
        "pgp",
        "sne",
        reglementaire=True,
        debut_validite=date(2018, 1, 1),
        caracteristiques=(
            Caracteristique("RANG", "Rang", "NUM", obligatoire=True, fin_validite=date(2020, 1, 1)),
            Caracteristique("DECISION", "Décision", "LST", valeurs=(("ATT", "Attribution"),)),
        ),
    ),
    TypeEvenement("VISITE", "Visite", "pgp", "sne", reglementaire=False, territoire="111"),
)


def test_a_base_comes_back_as_it_was_created(magasin: Magasin) -> None:
    voulue = Base(
        "ci-42",
        semence="vide",
        seed=7,
        horloge=Horloge(datetime(2018, 3, 15, 8, tzinfo=UTC), timedelta(hours=-2)),
        reglages=Reglages(profile="strict", recherche_max=3),
        derniere_nuit=date(2018, 3, 14),
        creee_le=datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    )
    assert magasin.bases.creer(voulue) == voulue
    assert magasin.bases.lire("ci-42") == voulue
    assert [base.nom for base in magasin.bases.lister()] == ["ci-42", "ecole"]


def test_a_base_without_a_day_of_creation_gets_one(magasin: Magasin) -> None:
    assert magasin.bases.creer(Base("neuve")).creee_le is not None


def test_guichets_and_event_types_come_back(magasin: Magasin) -> None:
    magasin.bases.creer(Base("typee"), GUICHETS, TYPES)
    with magasin.lire("typee") as registre:
        assert registre.guichets() == list(GUICHETS)
        assert registre.guichet("G7501") == GUICHETS[1]
        assert registre.guichet("G9999") is None
        assert registre.types_evenements(None) == [TYPES[0]]
        assert registre.types_evenements("111") == [TYPES[1]]
        assert registre.type_evenement("VISITE") == TYPES[1]


def test_a_base_deleted_and_made_again_elsewhere_is_not_remembered(
    magasin: Magasin, url: str, tmp_path: Path
) -> None:
    with magasin.lire("ecole") as registre:
        assert len(registre.guichets()) == 2
    with Magasin.ouvrir(url, tmp_path) as autre:
        autre.bases.supprimer("ecole")
        autre.bases.creer(Base("ecole"), GUICHETS[:1])
    with magasin.lire("ecole") as registre:
        assert registre.guichets() == [GUICHETS[0]]


def test_settings_and_clock_are_seen_by_another_process(magasin: Magasin, url: str, tmp_path: Path) -> None:
    horloge = Horloge(fige_a=datetime(2018, 12, 31, 22, 59, 59, 999999, tzinfo=UTC))
    with Magasin.ouvrir(url, tmp_path) as autre:
        autre.bases.regler("ecole", Reglages(profile="souple"))
        autre.bases.horloge("ecole", horloge)
    lue = magasin.bases.lire("ecole")
    assert (lue.reglages.profile, lue.horloge) == ("souple", horloge)


def test_unknown_base(magasin: Magasin) -> None:
    for essai in (
        lambda: magasin.bases.lire("absente"),
        lambda: magasin.bases.lire("\0"),
        lambda: magasin.bases.lire("\udcff"),
        lambda: magasin.bases.supprimer("absente"),
        lambda: magasin.bases.regler("absente", Reglages()),
        lambda: magasin.bases.vider("absente", "tout"),
        lambda: magasin.lire("absente").__enter__(),
        lambda: magasin.ecrire("absente").__enter__(),
        lambda: magasin.ecrire("\0").__enter__(),
    ):
        with pytest.raises(BaseInconnue):
            essai()


def test_a_name_taken_or_unfit_for_an_address_is_refused(magasin: Magasin) -> None:
    with pytest.raises(ConflitEtat, match="existe déjà"):
        magasin.bases.creer(Base("ecole"))
    for nom in ("", "a/b", "-a", "é", "a" * 41, "a b"):
        with pytest.raises(UsageError, match="ne convient pas"):
            magasin.bases.creer(Base(nom))


def _garnir(magasin: Magasin, base: str) -> str:
    with magasin.ecrire(base) as registre:
        numero = registre.prochain_numero("111", date(2018, 3, 15), "G1104")
        registre.ajouter(stockee(numero))
        registre.noter_nuit(date(2018, 3, 16))
        magasin.journal.consigner(registre, Echange(base, datetime.now(UTC)))
    return numero


def _compte(magasin: Magasin, base: str) -> tuple[int, int]:
    with magasin.lire(base) as registre:
        return registre.compter(), magasin.journal.compter(base)[0]


@pytest.mark.parametrize(
    ("portee", "reste"), [("journal", (1, 0)), ("etat", (0, 1)), ("pannes", (1, 1)), ("tout", (0, 0))]
)
def test_what_is_emptied(magasin: Magasin, portee: str, reste: tuple[int, int]) -> None:
    magasin.bases.creer(Base("voisine"))
    _garnir(magasin, "ecole")
    _garnir(magasin, "voisine")
    magasin.bases.vider("ecole", portee)  # type: ignore[arg-type]
    assert _compte(magasin, "ecole") == reste
    assert _compte(magasin, "voisine") == (1, 1)
    assert (magasin.bases.lire("ecole").derniere_nuit is None) == (reste[0] == 0)


def test_numbers_start_again_after_emptying_the_state(magasin: Magasin) -> None:
    premier = _garnir(magasin, "ecole")
    magasin.bases.vider("ecole", "etat")
    assert _garnir(magasin, "ecole") == premier


def test_bases_never_meet(magasin: Magasin) -> None:
    magasin.bases.creer(Base("voisine"), GUICHETS)
    numero = _garnir(magasin, "ecole")
    assert _garnir(magasin, "voisine") == numero
    with magasin.ecrire("voisine") as registre:
        personnes = registre.demande(numero).demande.titulaires  # type: ignore[union-attr]
        registre.supprimer(numero)
        assert registre.demande(numero) is None
        assert registre.doublons("111", personnes) == []
    magasin.bases.supprimer("voisine")
    assert _compte(magasin, "ecole") == (1, 1)
    assert [base.nom for base in magasin.bases.lister()] == ["ecole"]


def test_a_base_deleted_leaves_nothing(magasin: Magasin) -> None:
    _garnir(magasin, "ecole")
    magasin.bases.supprimer("ecole")
    magasin.bases.creer(Base("ecole"))
    assert _compte(magasin, "ecole") == (0, 0)
    assert magasin.journal.chercher("ecole") == []


def test_the_night_is_recorded_with_the_work(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        registre.noter_nuit(date(2018, 4, 1))
        assert registre.base.derniere_nuit == date(2018, 4, 1)
    assert magasin.bases.lire("ecole") == replace(magasin.bases.lire("ecole"), derniere_nuit=date(2018, 4, 1))


def test_a_row_that_does_not_read_hides_no_other_base_and_can_be_deleted(magasin: Magasin) -> None:
    magasin.bases.creer(Base("abimee"))
    with magasin.transaction(ecriture=True, verrou="abimee") as connexion:
        connexion.sa.execute(
            sa.update(tables.base).where(tables.base.c.nom == "abimee").values(reglages='{"inconnu": "1"}')
        )
    assert "abimee" not in [base.nom for base in magasin.bases.lister()]
    assert "ecole" in [base.nom for base in magasin.bases.lister()]
    with pytest.raises(StoreError, match=r"abimee.*inconnu"):
        magasin.bases.lire("abimee")
    magasin.bases.supprimer("abimee")
    with pytest.raises(BaseInconnue):
        magasin.bases.lire("abimee")
