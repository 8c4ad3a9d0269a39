"""What is remembered, and what is forgotten."""

from pathlib import Path

from banc import MIDI

from sne_temoin.documents_rediges import Noms
from sne_temoin.memoire import Dossier, Memoire


def test_un_dossier_est_rendu_tel_que_garde() -> None:
    memoire = Memoire()
    dossier = Dossier("d1", {"precision": "é"}, "02.02", "N", b"%PDF", True, "abc", {"doublons": ["1"]})
    memoire.garder(dossier)
    assert memoire.dossier("d1") == dossier
    assert memoire.par_numero("N") == dossier
    assert memoire.dossier("d2") is None
    memoire.retirer("d1")
    assert memoire.dossier("d1") is None


def test_les_releves_ne_redisent_rien() -> None:
    memoire = Memoire()
    assert memoire.nouveaux("dalos", ["1", "2", "1"]) == ["1", "2"]
    assert memoire.nouveaux("dalos", ["2", "3"]) == ["3"]
    assert memoire.nouveaux("radiations", ["2"]) == ["2"]


def test_tout_s_oublie_sauf_les_noms_deja_donnes() -> None:
    memoire = Memoire()
    noms = Noms(memoire)
    premier = noms.fichier("DEM", "G1226", MIDI)
    memoire.garder(Dossier("d1", {}, "02.02"))
    memoire.avancer("dalos", MIDI)
    memoire.oublier()
    assert memoire.dossier("d1") is None
    assert memoire.curseur("dalos") is None
    assert (premier, noms.fichier("DEM", "G1226", MIDI)) == (
        "DEMG1226-201803151200-000001.xml",
        "DEMG1226-201803151200-000002.xml",
    )


def test_un_fichier_survit_au_processus(tmp_path: Path) -> None:
    fichier = tmp_path / "temoin.sqlite"
    memoire = Memoire(fichier)
    memoire.garder(Dossier("d1", {}, "02.02", "N"))
    memoire.avancer("dalos", MIDI)
    rang = memoire.rang_suivant()
    memoire.fermer()
    rouverte = Memoire(fichier)
    assert rouverte.par_numero("N") == Dossier("d1", {}, "02.02", "N")
    assert rouverte.curseur("dalos") == MIDI
    assert rouverte.rang_suivant() == rang + 1
    rouverte.fermer()


def test_les_pieces_sont_numerotees_par_demande() -> None:
    memoire = Memoire()
    assert [memoire.piece_suivante(n) for n in ("A", "A", "B")] == [1, 2, 1]
