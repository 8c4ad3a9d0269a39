"""Bases: made from a seed, put back to their start."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ecritures import poser

from sne_interface.contract.contrats import Contrats
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import Base, Horloge
from sne_interface.domain.dates import PARIS
from sne_interface.errors import BaseInconnue, ConflitEtat, UsageError
from sne_interface.settings import Reglages
from sne_sandbox.bases import bases, horloge, semis
from sne_sandbox.bases.bases import BasePubliee
from sne_sandbox.bases.sauvegardes import Sauvegardes, restaurer_fichier
from sne_sandbox.operations.boites_sur_disque import DossiersGuichet, ouverts
from sne_sandbox.store import fichier_de_sauvegarde
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.recherche_de_demandes import parcourir

LE_15_MARS = Horloge(fige_a=datetime(2018, 3, 15, 12, tzinfo=PARIS))


@pytest.fixture
def magasin(tmp_path: Path) -> Magasin:
    return Magasin.ouvrir(None, tmp_path)


def numeros(magasin: Magasin, base: str) -> list[str]:
    with magasin.lire(base) as registre:
        return [stockee.numero_unique for stockee in parcourir(registre)]


def test_the_same_seed_and_clock_make_the_same_base(magasin: Magasin, contrat: Contrat) -> None:
    for nom in ("a", "b"):
        bases.creer(magasin, contrat, nom, semence="ecole", taille=20, horloge=LE_15_MARS)
    assert len(numeros(magasin, "a")) == 20
    assert numeros(magasin, "a") == numeros(magasin, "b")


@pytest.mark.parametrize("portee", ["etat", "tout"])
@pytest.mark.parametrize(("semence", "taille"), [("dalo", None), ("ecole", 5), ("vide", 3), ("ecole", 0)])
def test_a_seeded_base_put_back_finds_its_seed_again(
    magasin: Magasin, contrat: Contrat, portee: str, semence: str, taille: int | None
) -> None:
    bases.creer(magasin, contrat, "a", semence=semence, taille=taille, horloge=LE_15_MARS)
    avant = numeros(magasin, "a")
    with magasin.ecrire("a") as registre:
        for numero in avant[:1]:
            registre.supprimer(numero)
    remise = bases.remettre(magasin, contrat, "a", portee)  # type: ignore[arg-type]
    assert numeros(magasin, "a") == avant
    assert remise.derniere_nuit == LE_15_MARS.fige_a.date()  # type: ignore[union-attr]


@pytest.mark.parametrize("portee", ["etat", "tout"])
@pytest.mark.parametrize("semence", ["ecole", "vide"])
@pytest.mark.parametrize("retour", [Horloge(), LE_15_MARS], ids=["real", "frozen"])
def test_a_base_led_into_the_future_is_put_back_to_its_start_at_another_time(
    magasin: Magasin, contrat: Contrat, portee: Any, semence: str, retour: Horloge
) -> None:
    """Over demandes the clock never goes back, and a seed brings some at each reset."""
    taille = 5 if semence == "ecole" else None
    bases.creer(magasin, contrat, "a", semence=semence, taille=taille)
    horloge.avancer(magasin, "a", "P13M")
    avant = retour.maintenant(datetime.now(UTC))
    remise = bases.remettre(magasin, contrat, "a", portee, retour)
    maintenant = retour.maintenant(datetime.now(UTC))
    assert remise.horloge == retour
    assert remise.derniere_nuit in (avant.date(), maintenant.date())  # the day may turn meanwhile
    with magasin.lire("a") as registre:
        deposees = [stockee.date_creation for stockee in parcourir(registre)]
    assert len(deposees) == (taille or 0)
    assert all(jour <= maintenant.date() for jour in deposees)


@pytest.mark.parametrize("portee", ["journal", "pannes"])
def test_a_clock_is_put_back_with_the_state_alone(magasin: Magasin, contrat: Contrat, portee: Any) -> None:
    bases.creer(magasin, contrat, "a", horloge=LE_15_MARS)
    with pytest.raises(UsageError, match="horloge"):
        bases.remettre(magasin, contrat, "a", portee, Horloge())
    assert magasin.bases.lire("a").horloge == LE_15_MARS


def test_a_base_that_cannot_be_seeded_again_stays_as_it_was(
    magasin: Magasin, contrat: Contrat, monkeypatch: pytest.MonkeyPatch
) -> None:
    bases.creer(magasin, contrat, "a", semence="ecole", taille=3, horloge=LE_15_MARS)
    avant = numeros(magasin, "a")

    def echouer(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(semis, "semer", echouer)
    with pytest.raises(ZeroDivisionError):
        bases.remettre(magasin, contrat, "a", "tout")
    assert numeros(magasin, "a") == avant


def test_putting_the_journal_back_leaves_the_state(magasin: Magasin, contrat: Contrat) -> None:
    bases.creer(magasin, contrat, "a", semence="ecole", taille=3, horloge=LE_15_MARS)
    avant = numeros(magasin, "a")
    bases.remettre(magasin, contrat, "a", "journal")
    assert numeros(magasin, "a") == avant


def test_an_empty_base_put_back_is_empty(magasin: Magasin, contrat: Contrat) -> None:
    bases.creer(magasin, contrat, "a")
    bases.remettre(magasin, contrat, "a", "tout")
    assert numeros(magasin, "a") == []


@pytest.mark.parametrize("nom", ["", "a b", "é", "x" * 41, "../a"])
def test_a_name_that_cannot_stand_in_a_path_is_refused(magasin: Magasin, contrat: Contrat, nom: str) -> None:
    with pytest.raises(UsageError, match="ne convient pas"):
        bases.creer(magasin, contrat, nom)


def test_a_name_or_a_seed_that_will_not_do_is_refused(magasin: Magasin, contrat: Contrat) -> None:
    bases.creer(magasin, contrat, "a")
    with pytest.raises(UsageError, match="existe déjà"):
        bases.creer(magasin, contrat, "a")
    with pytest.raises(UsageError, match="jeu de départ"):
        bases.creer(magasin, contrat, "b", semence="inconnue")


def test_a_base_deleted_leaves_nothing_to_one_of_its_name(
    magasin: Magasin, contrat: Contrat, tmp_path: Path
) -> None:
    bases.creer(magasin, contrat, "a")
    Sauvegardes(magasin).faire("a", "avant")
    DossiersGuichet.de(tmp_path, "a", "G1226").ouvrir()
    (DossiersGuichet.de(tmp_path, "a", "G1226").entree / "attend.xml").write_bytes(b"<a/>")
    bases.supprimer(magasin, "a")
    bases.creer(magasin, contrat, "a")
    assert list(ouverts(tmp_path, "a")) == []
    assert Sauvegardes(magasin).lister("a") == []
    bases.supprimer(magasin, "a")  # one that has no folder
    with pytest.raises(BaseInconnue):
        bases.supprimer(magasin, "a")


def test_the_base_of_every_server_stays(magasin: Magasin, contrat: Contrat, tmp_path: Path) -> None:
    bases.assurer(magasin, contrat)
    with pytest.raises(ConflitEtat):
        bases.supprimer(magasin, "ecole")
    assert magasin.bases.lire("ecole").nom == "ecole"


@pytest.mark.parametrize("nom", ["", "a" * 41, "-a", "_a", "a/b", "é"])
def test_a_name_is_refused_alike_wherever_a_base_is_made(
    magasin: Magasin, contrat: Contrat, tmp_path: Path, nom: str
) -> None:
    bases.creer(magasin, contrat, "a" * 40)
    fichier_de_sauvegarde.sauvegarder(magasin, "a" * 40, tmp_path / "a.zip")
    for faire in (
        lambda: bases.creer(magasin, contrat, nom),
        lambda: magasin.bases.creer(Base(nom)),
        lambda: fichier_de_sauvegarde.restaurer(magasin, nom or "/", tmp_path / "a.zip"),
    ):
        with pytest.raises(UsageError) as refus:
            faire()
        assert "1 à 40 lettres" in refus.value.remede


def test_two_settings_changed_together_are_both_kept(
    magasin: Magasin, contrat: Contrat, tmp_path: Path
) -> None:
    bases.creer(magasin, contrat, "a")
    contrats = Contrats(tmp_path, "v5.2")
    with ThreadPoolExecutor(2) as fils:
        for rang in range(10):
            changements = ({"recherche_max": str(rang + 1)}, {"localisations_max": str(rang + 1)})
            list(fils.map(lambda valeurs: bases.regler(magasin, contrats, "a", valeurs), changements))
            lus = magasin.bases.lire("a").reglages
            assert (lus.recherche_max, lus.localisations_max) == (rang + 1, rang + 1)


def test_a_base_keeps_the_contract_it_was_made_with(magasin: Magasin, tmp_path: Path) -> None:
    contrats = Contrats(tmp_path, "v5.2")
    reglages = Reglages(contrat="v5.0")
    bases.creer(magasin, contrats.verifier(reglages), "a", reglages=reglages)
    with pytest.raises(ConflitEtat, match="garde le réglage contrat"):
        bases.regler(magasin, contrats, "a", {"contrat": "v5.2", "profile": "strict"})
    assert magasin.bases.lire("a").reglages == reglages
    regle = bases.regler(magasin, contrats, "a", {"contrat": "v5.0", "contrat_suivant": "v5.2"})
    assert regle.reglages.contrat_suivant == "v5.2"
    remise = bases.remettre(magasin, contrats.de(regle), "a", "tout")
    assert remise.reglages == regle.reglages
    with pytest.raises(UsageError, match="n'existe pas sur ce serveur"):
        bases.regler(magasin, contrats, "a", {"contrat_suivant": "v9"})


def test_the_types_of_events_are_those_of_the_contract(magasin: Magasin, tmp_path: Path) -> None:
    contrats = Contrats(tmp_path, "v5.2")
    for nom in ("v5.0", "v5.2"):
        bases.creer(magasin, contrats.nomme(nom), nom.replace(".", ""), reglages=Reglages(contrat=nom))
    connus = {}
    for nom in ("v50", "v52"):
        with magasin.lire(nom) as registre:
            connus[nom] = registre.type_evenement("DECATT") is not None
    assert connus == {"v50": False, "v52": True}


def test_a_base_says_its_contract_and_why_it_does_not_read(magasin: Magasin, tmp_path: Path) -> None:
    contrats = Contrats(tmp_path, "v5.2")
    dites = [BasePubliee.de(Base(nom, reglages=Reglages(contrat=c)), contrats) for nom, c in
             (("a", ""), ("b", "v5.0"), ("c", "parti"))]  # fmt: skip
    assert [dite.contrat for dite in dites] == ["v5.2", "v5.0", "parti"]
    assert [bool(dite.adresses) for dite in dites] == [True, True, False]
    assert [bool(dite.illisible) for dite in dites] == [False, False, True]
    assert "contrats/NOM" in dites[2].illisible


def test_a_snapshot_carries_its_contract_and_is_refused_where_it_is_unknown(
    magasin: Magasin, tmp_path: Path
) -> None:
    poser(tmp_path / "contrats" / "essai", "v5.0")
    contrats, ailleurs = Contrats(tmp_path, "v5.2"), Contrats(tmp_path / "ailleurs", "v5.2")
    reglages = Reglages(contrat="essai")
    bases.creer(magasin, contrats.verifier(reglages), "a", reglages=reglages)
    fichier_de_sauvegarde.sauvegarder(magasin, "a", tmp_path / "a.zip")
    with pytest.raises(ConflitEtat) as refus:
        restaurer_fichier(magasin, ailleurs, "b", tmp_path / "a.zip")
    assert "essai" in str(refus.value)
    assert "rien n'a été remplacé" in refus.value.remede
    assert [base.nom for base in magasin.bases.lister()] == ["a"]
    restaurer_fichier(magasin, contrats, "b", tmp_path / "a.zip")
    assert contrats.de(magasin.bases.lire("b")) is contrats.nomme("essai")
