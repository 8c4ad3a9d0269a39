import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paquet_refait import contenus, emballer, sceller
from specimen import NIR, rapport
from stdnum import luhn

from sne_conformite.preuves import paquet_de_preuves
from sne_conformite.preuves.pseudonymes import Pseudonymes
from sne_conformite.rapports.rapport import Rapport
from sne_conformite.rapports.rapport_masque import masquer
from sne_interface.domain.echange import Echange, VerdictEchange
from sne_interface.errors import OperatorError, UsageError

INSTANT = datetime(2018, 3, 15, 12, tzinfo=UTC)
CONFIGURATION = {"contrat": "v5.2", "profil": "ecole", "note": f"essai {NIR}"}


def echanges(nombre: int = 3) -> Iterator[Echange]:
    for rang in range(1, nombre + 1):
        yield Echange(
            "ecole", INSTANT + timedelta(seconds=rang), "POST", "/services/X", 200, VerdictEchange.ACCEPTE,
            INSTANT if rang % 2 else None, rang, guichet="G1104", operation="getNumUnique",
            en_tetes=[("Content-Type", "text/xml"), ("X-Un", "é")],
            requete=f"<a><nir>{NIR}</nir>œ</a>".encode(), reponse=b"\xff\x00%PDF" * rang,
            anomalies=[{"code": "A", "ligne": rang}], parties=[{"taille": 3}], reponse_conforme=True,
        )  # fmt: skip


def ecrire(chemin: Path) -> Mapping[str, str]:
    return paquet_de_preuves.ecrire(
        rapport(), chemin, echanges=echanges(), configuration=CONFIGURATION,
        versions={"sne-sandbox": "0.1.0", "python": "3.12"},
    )  # fmt: skip


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    chemin = tmp_path / "preuve.zip"
    ecrire(chemin)
    return chemin


def test_what_was_written_is_read_back(dossier: Path) -> None:
    lu = paquet_de_preuves.lire(dossier)
    ecrits = list(map(Pseudonymes().echange, echanges()))
    assert list(lu.echanges) == ecrits
    assert list(lu.echanges) == ecrits  # as often as one likes
    assert len(lu.echanges) == 3
    assert lu.rapport == masquer(rapport())
    assert isinstance(lu.rapport, Rapport)
    assert lu.versions == {"sne-sandbox": "0.1.0", "python": "3.12"}
    assert lu.configuration["contrat"] == "v5.2"
    assert list(dossier.parent.iterdir()) == [dossier]


def test_its_nirs_are_stand_ins(dossier: Path) -> None:
    lu = paquet_de_preuves.lire(dossier)
    with zipfile.ZipFile(dossier) as archive:
        assert not [nom for nom in archive.namelist() if NIR.encode() in archive.read(nom)]
        manifeste = json.loads(archive.read("manifeste.json"))
    assert manifeste["nir"]["remplaces"] == 1
    assert "NIR inventé" in manifeste["nir"]["regle"]
    for avant, apres in zip(echanges(), lu.echanges, strict=True):
        assert len(avant.requete) == len(apres.requete)
        assert avant.reponse == apres.reponse


def test_the_same_contents_give_the_same_file(tmp_path: Path) -> None:
    assert ecrire(tmp_path / "a.zip") == ecrire(tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_an_exchange_that_cannot_be_written_is_left_out_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remplacer = Pseudonymes.echange

    def casser(self: Pseudonymes, echange: Echange) -> Echange:
        if echange.identifiant == 2:
            raise OverflowError(f"an 4294967296, {NIR}")
        return remplacer(self, echange)

    monkeypatch.setattr(Pseudonymes, "echange", casser)
    absents = ecrire(tmp_path / "preuve.zip")
    lu = paquet_de_preuves.lire(tmp_path / "preuve.zip")
    assert [e.identifiant for e in lu.echanges] == [1, 3]
    assert list(lu.absents) == ["2"]
    assert lu.absents == absents
    assert "OverflowError : an 4294967296, 206*" in lu.absents["2"]


def test_a_package_of_an_older_journal_is_read(tmp_path: Path, dossier: Path) -> None:
    """Fields that a later version adds to an exchange have their default; those it drops are left aside."""

    def change(ligne: dict[str, Any]) -> None:
        del ligne["trace"]
        ligne["inconnu"] = 3

    chemin = refaire(dossier, tmp_path / "ancien.zip", change)
    assert [e.trace for e in paquet_de_preuves.lire(chemin).echanges] == [None] * 3


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def panne() -> Iterator[Echange]:
        yield from echanges(1)
        raise OSError("disque plein")

    with pytest.raises(OSError, match="disque plein"):
        paquet_de_preuves.ecrire(
            rapport(), tmp_path / "p.zip", echanges=panne(), configuration={}, versions={}
        )
    assert list(tmp_path.iterdir()) == []


# --- what was tampered with, or is no package --------------------------------------------------------


def refaire(dossier: Path, chemin: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """A whole package whose journal was changed before it was closed."""
    membres = contenus(dossier)
    lignes = [json.loads(ligne) for ligne in membres["journal.jsonl"].splitlines()]
    for ligne in lignes:
        change(ligne)
    journal = "".join(f"{json.dumps(ligne)}\n" for ligne in lignes).encode()
    return emballer(chemin, membres | {"journal.jsonl": journal})


def refus(chemin: Path) -> OperatorError:
    with pytest.raises(OperatorError) as erreur:
        paquet_de_preuves.lire(chemin)
    assert str(chemin) in str(erreur.value)
    return erreur.value


@pytest.mark.parametrize("nom", ["journal.jsonl", "rapport.json", "configuration.json"])
def test_a_changed_member_is_named(dossier: Path, tmp_path: Path, nom: str) -> None:
    membres = contenus(dossier)
    membres[nom] = membres[nom].replace(b"a", b"b", 1)
    erreur = refus(sceller(tmp_path / "x.zip", membres))
    assert isinstance(erreur, paquet_de_preuves.DossierAltere)
    assert erreur.exit_code == 1
    assert f"{nom} n'a plus l'empreinte annoncée" in str(erreur)


def test_a_member_missing_or_added_is_told(dossier: Path, tmp_path: Path) -> None:
    membres = contenus(dossier)
    ajoute = refus(sceller(tmp_path / "x.zip", membres | {"y\x1b": b""}))
    assert isinstance(ajoute, paquet_de_preuves.DossierAltere)
    assert str(ajoute).endswith("ne contient pas ce qu'il annonce : y\\x1b en trop.")
    del membres["journal.jsonl"]
    manque = refus(sceller(tmp_path / "x.zip", membres))
    assert isinstance(manque, paquet_de_preuves.DossierAltere)
    assert str(manque).endswith("ne contient pas ce qu'il annonce : il manque journal.jsonl.")
    del membres["rapport.json"]
    tout = refus(sceller(tmp_path / "x.zip", membres | {"y": b"", "z": b""}))
    assert str(tout).endswith(": il manque rapport.json, journal.jsonl ; y, z en trop.")
    assert "d'origine" in tout.remede


def test_a_member_twice_or_that_the_manifest_does_not_announce_is_told(dossier: Path, tmp_path: Path) -> None:
    membres = contenus(dossier)
    deux = sceller(tmp_path / "x.zip", membres)
    with zipfile.ZipFile(deux, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("rapport.json", b"{}")
    assert str(refus(deux)).endswith("annonce : rapport.json en double.")
    manifeste = json.loads(membres["manifeste.json"])
    manifeste["membres"]["z"] = manifeste["membres"].pop("journal.jsonl")
    membres["manifeste.json"] = json.dumps(manifeste).encode()
    dit = str(refus(sceller(tmp_path / "y.zip", membres)))
    assert dit.endswith("annonce : il manque z ; journal.jsonl non annoncé.")


@pytest.mark.parametrize(("avant", "apres"), [(b"x" * 30, b""), (b"", b"x" * 30), (b"", b"\0" * 22)])
def test_bytes_around_the_archive_are_told(dossier: Path, tmp_path: Path, avant: bytes, apres: bytes) -> None:
    """Readers of ZIP skip them."""
    (tmp_path / "x.zip").write_bytes(avant + dossier.read_bytes() + apres)
    assert isinstance(refus(tmp_path / "x.zip"), paquet_de_preuves.DossierAltere)


@pytest.mark.parametrize("garde", [0, 1, 100, -1, -40])
def test_a_file_cut_short_is_told(dossier: Path, tmp_path: Path, garde: int) -> None:
    (tmp_path / "x.zip").write_bytes(dossier.read_bytes()[:garde])
    erreur = refus(tmp_path / "x.zip")
    assert isinstance(erreur, paquet_de_preuves.DossierIllisible)
    assert erreur.exit_code == 2
    assert "tronqué" in str(erreur)


def test_no_file_is_told_and_another_of_the_report_is_told_which_to_give(tmp_path: Path) -> None:
    assert "ne se lit pas" in str(refus(tmp_path / "absent.zip"))
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04" + b"\xff" * 200)
    assert refus(tmp_path / "x.zip").exit_code == 2, "it never was one: it is not changed"
    (tmp_path / "rapport.json").write_text("{}")
    assert "preuves.zip" in refus(tmp_path / "rapport.json").remede


def test_a_package_whose_report_does_not_read_is_no_package(dossier: Path, tmp_path: Path) -> None:
    """Sealed as it is: written by another version."""
    erreur = refus(emballer(tmp_path / "x.zip", contenus(dossier) | {"rapport.json": b'{"format": 9}'}))
    assert isinstance(erreur, paquet_de_preuves.DossierIllisible)
    assert "format 2 attendu" in str(erreur)


@given(st.data())
def test_any_byte_of_the_file_counts(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Readers of ZIP skip many: dates, what stands around the members, the bits that end a stream."""
    entier = tmp_path_factory.getbasetemp() / "entier.zip"
    if not entier.exists():
        ecrire(entier)
    octets = bytearray(entier.read_bytes())
    octets[data.draw(st.integers(0, len(octets) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    change = entier.with_name("change.zip")
    change.write_bytes(bytes(octets))
    assert isinstance(refus(change), paquet_de_preuves.DossierAltere), "exit code 1, whatever does not read"


def test_what_was_written_before_is_read_and_says_its_format(dossier: Path, tmp_path: Path) -> None:
    """Its report is compared with others; nothing of it can be judged again."""
    membres = contenus(dossier)
    membres["manifeste.json"] = membres["manifeste.json"].replace(b'"format": 2', b'"format": 1')
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for nom, contenu in membres.items():
            archive.writestr(nom, contenu)
    assert paquet_de_preuves.lire(tmp_path / "x.zip").format == 1


@pytest.mark.parametrize(
    ("manifeste", "dit"),
    [
        (None, "n'est pas un dossier de preuve"),
        (b"{", "n'est pas du JSON"),
        (b"\xff", "UTF-8"),
        (b"[]", "format 2"),
        (b'{"format": 3}', "format 2"),
        (b'{"format": 2}', "n'a pas la forme attendue"),
        (b'{"format": 1, "membres": {"a": 3}}', "n'a pas la forme attendue"),
    ],
)
def test_what_is_no_package_is_told(dossier: Path, tmp_path: Path, manifeste: bytes | None, dit: str) -> None:
    membres = contenus(dossier)
    del membres["manifeste.json"]
    if manifeste is not None:
        membres["manifeste.json"] = manifeste
    assert dit in str(refus(sceller(tmp_path / "x.zip", membres)))


def test_a_line_that_is_no_exchange_is_named(dossier: Path, tmp_path: Path) -> None:
    chemin = refaire(dossier, tmp_path / "x.zip", lambda ligne: ligne.pop("base"))
    with pytest.raises(paquet_de_preuves.DossierIllisible, match="ligne 1"):
        list(paquet_de_preuves.lire(chemin).echanges)


def test_a_member_that_unfolds_too_much_is_told_before_it_is_read(dossier: Path, tmp_path: Path) -> None:
    bombe = tmp_path / "bombe.zip"
    with zipfile.ZipFile(dossier) as lue, zipfile.ZipFile(bombe, "w", zipfile.ZIP_DEFLATED) as ecrite:
        for entree in lue.infolist():
            ecrite.writestr(entree.filename, lue.read(entree))
        ecrite.writestr("bombe", bytes(100_000_000))
    with pytest.raises(paquet_de_preuves.DossierIllisible, match=r"\[bombe\] annonce 100000000 octets"):
        paquet_de_preuves.lire(bombe)


@given(st.integers(0, 2**256 - 1))
def test_the_number_of_a_certificate_ends_by_a_letter_that_checks_it(empreinte: int) -> None:
    dit = paquet_de_preuves.numero("v5.2", f"{empreinte:064x}")
    corps = dit.removeprefix("SNE52-").replace("-", "")
    assert luhn.is_valid(corps, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    for tape in (
        dit.lower(),
        corps.join(("sne52 ", "\n")),
        dit.replace("-", "\u2011"),
        dit.replace("-", " "),
    ):
        assert paquet_de_preuves.lire_numero(tape) == dit
    with pytest.raises(UsageError, match="n'est pas bien recopié"):
        paquet_de_preuves.lire_numero(corps)
