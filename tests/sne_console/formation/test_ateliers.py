"""An atelier is made whole or not at all; its links, its words, its end."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sne_console.formation import ateliers
from sne_console.formation.ateliers import AtelierTenu
from sne_interface.contract.contrats import Contrats
from sne_interface.domain.base import Base, est_nom_de_base
from sne_interface.domain.dates import PARIS
from sne_interface.domain.echange import NUIT, SCENE, Echange, VerdictEchange
from sne_interface.errors import ConflitEtat, SandboxError, UsageError
from sne_sandbox.bases import jetons
from sne_sandbox.bases.jetons import Droit
from sne_sandbox.store.magasin import Magasin

#: The default alphabet, without the table (300 MB) that Hypothesis makes of a codec.
LETTRES = st.characters(exclude_categories=["Cs"])


class Salle:
    """A store, its contracts, the home whose key makes the links."""

    def __init__(self, home: Path, magasin: Magasin) -> None:
        self.home, self.magasin, self.contrats = home, magasin, Contrats(home, "v5.2", None, None)

    def creer(self, nom: str = "lundi", **depart: Any) -> AtelierTenu:
        return ateliers.creer(self.magasin, self.contrats, self.home, nom, **depart)

    def noms(self) -> set[str]:
        return {base.nom for base in self.magasin.bases.lister()}

    def tenus(self) -> set[str]:
        return {garde.nom for garde in self.magasin.jetons.lister()}


@pytest.fixture
def salle(tmp_path: Path) -> Iterator[Salle]:
    with Magasin.ouvrir(None, tmp_path) as ouvert:
        yield Salle(tmp_path, ouvert)


def test_each_trainee_has_a_base_and_a_link_that_opens_it_alone(salle: Salle) -> None:
    fait = salle.creer(noms=["  Alice   Martin ", "", "Bob"], combien=3, scenes=["doublon", "doublon"])
    assert [(s.rang, s.nom, s.base) for s in fait.stagiaires] == [
        (1, "Alice Martin", "lundi-01"), (2, "Bob", "lundi-02"), (3, "", "lundi-03"),
    ]  # fmt: skip
    assert fait.scenes == ("doublon",)
    assert salle.noms() == salle.tenus() == {"lundi-01", "lundi-02", "lundi-03"}
    fiches = ateliers.fiches(salle.magasin, salle.home, "lundi", "http://salle:8080")
    for fiche in fiches:
        entree = jetons.entree(salle.magasin, jetons.empreinte(fiche.jeton))
        assert (entree.droit, entree.base, entree.nom) == (Droit.BASE, fiche.base, fiche.base)
        assert fiche.lien == f"http://salle:8080/atelier/{fiche.jeton}"
        assert fiche.services == f"http://salle:8080/bases/{fiche.base}/services/"
    assert len({fiche.jeton for fiche in fiches}) == 3
    assert ateliers.lister(salle.magasin) == [ateliers.lire(salle.magasin, "lundi")] == [fait]
    # What is kept opens nothing.
    kept = b"".join(fichier.read_bytes() for fichier in salle.home.glob("sne.sqlite3*"))
    assert not any(fiche.jeton.encode() in kept for fiche in fiches)


@pytest.mark.parametrize("pris", ["base", "jeton", "atelier"])
def test_what_cannot_be_made_whole_leaves_nothing(salle: Salle, pris: str) -> None:
    match pris:
        case "base":
            salle.magasin.bases.creer(Base("lundi-03"))
        case "jeton":
            salle.magasin.bases.creer(Base("autre"))
            jetons.nouveau(salle.magasin, "lundi-03", Droit.BASE, "autre")
        case _:
            salle.creer(combien=1)
    avant = salle.noms(), salle.tenus(), ateliers.lister(salle.magasin)
    with pytest.raises(ConflitEtat, match="existe déjà"):
        salle.creer(combien=5)
    assert (salle.noms(), salle.tenus(), ateliers.lister(salle.magasin)) == avant


@pytest.mark.parametrize(
    ("depart", "phrase"),
    [
        ({"combien": 0}, "0 stagiaires"),
        ({}, "0 stagiaires"),
        ({"combien": 61}, "61 stagiaires"),
        ({"combien": 1, "noms": ["a", "b"]}, "2 noms"),
        ({"noms": ["x" * 61]}, "trop long"),
        ({"noms": ["a\0b"]}, "trop long, ou"),
        ({"combien": 1, "taille": 1_001}, "1001 ménages"),
        ({"combien": 1, "scenes": ["rien"]}, r"scène \[rien\]"),
        ({"combien": 1, "semence": "rien"}, r"jeu de départ \[rien\]"),
        ({"combien": 1, "profil": "rien"}, "profile"),
        ({"combien": 1, "horloge": "hier"}, "hier"),
        ({"combien": 1, "expire": "2001-01-01"}, "passé"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_remedy(
    salle: Salle, depart: dict[str, Any], phrase: str
) -> None:
    with pytest.raises(UsageError, match=phrase) as refus:
        salle.creer(**depart)
    assert refus.value.remede
    assert (salle.noms(), salle.tenus(), ateliers.lister(salle.magasin)) == (set(), set(), [])


@given(nom=st.text(LETTRES, max_size=45), rang=st.integers(1, ateliers.STAGIAIRES_MAX))
def test_a_name_that_is_taken_makes_names_of_bases_and_any_other_is_refused(nom: str, rang: int) -> None:
    try:
        atelier = ateliers._preparer(nom, combien=rang)
    except UsageError:
        assert not est_nom_de_base(nom) or len(nom) > 36
    else:
        assert all(est_nom_de_base(s.base) for s in atelier.stagiaires)
        assert len({s.base for s in atelier.stagiaires}) == rang


@given(lignes=st.lists(st.text(LETTRES, max_size=70), max_size=65))
def test_names_of_people_are_lines_without_blanks_around_them(lignes: list[str]) -> None:
    voulus = [" ".join(ligne.split()) for ligne in lignes if ligne.strip()]
    try:
        atelier = ateliers._preparer("a", noms=lignes)
    except UsageError:
        trop = not 1 <= len(voulus) <= ateliers.STAGIAIRES_MAX
        assert trop or any(len(v) > ateliers.NOM_MAX or not v.isprintable() for v in voulus)
    else:
        assert [s.nom for s in atelier.stagiaires] == voulus


@pytest.fixture(scope="module")
def deserte(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Magasin]:
    with Magasin.ouvrir(None, tmp_path_factory.mktemp("deserte")) as ouvert:
        yield ouvert


@given(nom=st.text(LETTRES, max_size=50))
def test_no_name_finds_an_atelier_that_is_not(deserte: Magasin, nom: str) -> None:
    with pytest.raises(UsageError):
        ateliers.lire(deserte, nom)


def test_links_are_good_until_the_evening_and_for_some_hours_at_least() -> None:
    matin = datetime(2026, 11, 28, 9, tzinfo=PARIS)
    assert ateliers._fin(matin, "") == datetime(2026, 11, 29, 0, tzinfo=PARIS)
    soir = datetime(2026, 11, 28, 23, 50, tzinfo=PARIS)
    assert ateliers._fin(soir, "") == soir + ateliers.DUREE_MIN
    assert ateliers._fin(matin, "P2D") == matin + timedelta(days=2)


def test_new_links_shut_the_old_ones_and_a_revoked_one_stays_off_the_sheet(salle: Salle) -> None:
    salle.creer(combien=2)
    avant = ateliers.fiches(salle.magasin, salle.home, "lundi", "http://x")
    refait = ateliers.renouveler(salle.magasin, salle.home, "lundi", "P2D")
    assert refait.expire_le > datetime.now(UTC) + timedelta(days=1)
    apres = ateliers.fiches(salle.magasin, salle.home, "lundi", "http://x")
    assert not {fiche.jeton for fiche in avant} & {fiche.jeton for fiche in apres}
    ouvrent = [jetons.entree(salle.magasin, jetons.empreinte(f.jeton)) is not None for f in (*avant, *apres)]
    assert ouvrent == [False, False, True, True]
    jetons.revoquer(salle.magasin, "lundi-02")
    assert [bool(f.lien) for f in ateliers.fiches(salle.magasin, salle.home, "lundi", "x")] == [True, False]


def test_a_server_with_another_key_does_not_print_links_that_open_nothing(salle: Salle) -> None:
    salle.creer(combien=1)
    (salle.home / jetons.CLE_CONSOLE).write_bytes(b"another key, of another home....")
    with pytest.raises(UsageError, match="autre clé"):
        ateliers.fiches(salle.magasin, salle.home, "lundi", "http://x")


def test_the_token_of_a_trainee_has_128_bits_and_ends(salle: Salle) -> None:
    atelier = salle.creer(combien=1)
    (fiche,) = ateliers.fiches(salle.magasin, salle.home, "lundi", "x")
    jetons.verifier_force(fiche.jeton, "un stagiaire")
    garde = salle.magasin.jetons.lire("lundi-01")
    assert garde.expire_le == atelier.expire_le


def test_words_and_marks_are_of_one_or_of_all(salle: Salle) -> None:
    salle.creer(combien=3)
    ateliers.dire(salle.magasin, "lundi", "  Regardez   la date. ", 2)
    assert [ateliers.mot_pour(salle.magasin, f"lundi-0{r}") for r in (1, 2, 3)] == [
        "", "Regardez la date.", "",
    ]  # fmt: skip
    ateliers.dire(salle.magasin, "lundi", "Pause.")
    ateliers.noter_fini(salle.magasin, "lundi", 3)
    lu = ateliers.lire(salle.magasin, "lundi")
    assert [(s.mot, s.fini) for s in lu.stagiaires] == [
        ("Pause.", False), ("Pause.", False), ("Pause.", True),
    ]  # fmt: skip
    ateliers.dire(salle.magasin, "lundi", "NIR 206127511100564")
    assert "206127511100564" not in json.dumps(ateliers.mot_pour(salle.magasin, "lundi-01"))
    for faire in (
        lambda: ateliers.dire(salle.magasin, "lundi", "x", 4),
        lambda: ateliers.noter_fini(salle.magasin, "lundi", 0),
        lambda: ateliers.dire(salle.magasin, "lundi", "x" * 401),
        lambda: ateliers.dire(salle.magasin, "mardi", "x"),
    ):
        with pytest.raises(UsageError):
            faire()


def test_a_base_that_merely_looks_like_one_is_of_no_atelier(salle: Salle) -> None:
    salle.creer(combien=2)
    for nom in ("lundi-03", "lundi-1", "lundi", "ecole", "lundi-02-01"):
        assert ateliers.de_la_base(salle.magasin, nom) is None
    trouve = ateliers.de_la_base(salle.magasin, "lundi-02")
    assert trouve.nom == "lundi"


def consigner(salle: Salle, base: str, verdict: VerdictEchange, methode: str = "POST", **suite: Any) -> None:
    echange = Echange(base=base, recu_le=datetime.now(UTC), methode=methode, verdict=verdict, **suite)
    salle.magasin.journal.consigner(None, echange)


def test_the_place_of_a_trainee_is_read_off_the_journal(salle: Salle) -> None:
    atelier = salle.creer(combien=2)
    consigner(salle, "lundi-01", VerdictEchange.ACCEPTE, SCENE, chemin="SCENE doublon/2.1 Pas 2 : là.")
    consigner(salle, "lundi-01", VerdictEchange.ACCEPTE, operation="getNumUnique")
    anomalie = {"regle": "ENT009", "message": "NIR 206127511100564", "gravite": "bloquante"}
    consigner(
        salle,
        "lundi-01",
        VerdictEchange.ANOMALIES,
        operation="getNumUnique",
        anomalies=[anomalie],
        chemin="/x",
    )
    for _ in range(30):  # nights do not hide it
        consigner(salle, "lundi-01", VerdictEchange.ACCEPTE, NUIT, chemin="Nuit")
    un, deux = ateliers.places(salle.magasin, atelier)
    trace = un.trace
    assert (un.scene.identifiant, un.pas, trace.refus, trace.appels, trace.dernier) == ("doublon", 2, 1, 2, 3)
    assert un.echange.verdict is VerdictEchange.ANOMALIES
    assert un.raison.startswith("ENT009 : NIR 2")
    assert "206127511100564" not in un.raison
    assert (deux.scene, deux.trace.appels, deux.echange, deux.raison, deux.existe) == (
        None,
        0,
        None,
        "",
        True,
    )
    salle.magasin.bases.supprimer("lundi-02")
    assert [place.existe for place in ateliers.places(salle.magasin, atelier)] == [True, False]


def test_what_changes_is_told_of_the_one_that_changed(salle: Salle) -> None:
    avant = ateliers.etats(salle.magasin, salle.creer(combien=3))
    consigner(salle, "lundi-02", VerdictEchange.ACCEPTE)
    apres = ateliers.etats(salle.magasin, ateliers.lire(salle.magasin, "lundi"))
    assert [rang for rang in avant if avant[rang] != apres[rang]] == [2]
    ateliers.noter_fini(salle.magasin, "lundi", 3)
    encore = ateliers.etats(salle.magasin, ateliers.lire(salle.magasin, "lundi"))
    assert [rang for rang in apres if apres[rang] != encore[rang]] == [3]


def test_a_base_that_is_put_back_is_as_the_atelier_made_it(salle: Salle) -> None:
    salle.creer(combien=2, semence="ecole", taille=5, profil="strict", horloge="2018-03-15T12:00:00")
    depart = salle.magasin.bases.lire("lundi-01")
    with salle.magasin.ecrire("lundi-01") as registre:
        registre.vider("tout")
    consigner(salle, "lundi-01", VerdictEchange.ACCEPTE)
    consigner(salle, "lundi-02", VerdictEchange.ACCEPTE)
    ateliers.dire(salle.magasin, "lundi", "Un mot.")
    assert ateliers.remettre(salle.magasin, salle.contrats, "lundi", 1) == ["lundi-01"]
    remise = salle.magasin.bases.lire("lundi-01")
    assert (remise.horloge, remise.reglages) == (depart.horloge, depart.reglages)
    with salle.magasin.lire("lundi-01") as registre:
        assert registre.compter() == 5
    assert [salle.magasin.journal.compter(f"lundi-0{r}")[0] for r in (1, 2)] == [0, 1]
    assert [s.mot for s in ateliers.lire(salle.magasin, "lundi").stagiaires] == ["", "Un mot."]
    salle.magasin.bases.supprimer("lundi-01")
    assert ateliers.remettre(salle.magasin, salle.contrats, "lundi") == ["lundi-02"]


@pytest.mark.parametrize("supprimer", [True, False])
def test_what_is_closed_opens_nothing_and_its_bases_go_or_stay(salle: Salle, supprimer: bool) -> None:
    salle.creer(combien=2)
    salle.creer("mardi", combien=1)
    (fiche, *_) = ateliers.fiches(salle.magasin, salle.home, "lundi", "x")
    ateliers.clore(salle.magasin, salle.home, "lundi", supprimer_bases=supprimer)
    assert jetons.entree(salle.magasin, jetons.empreinte(fiche.jeton)) is None
    assert salle.tenus() == {"mardi-01"}
    assert salle.noms() == {"mardi-01"} | (set() if supprimer else {"lundi-01", "lundi-02"})
    assert [atelier.nom for atelier in ateliers.lister(salle.magasin)] == ["mardi"]
    with pytest.raises(SandboxError):
        ateliers.clore(salle.magasin, salle.home, "lundi", supprimer_bases=supprimer)
