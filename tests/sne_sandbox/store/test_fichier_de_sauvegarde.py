import hashlib
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from exemples_store import GUICHETS, personne, radiation, stockee

from sne_interface import archives
from sne_interface.domain.base import Base
from sne_interface.domain.demande import EtatDemande
from sne_interface.domain.echange import Echange
from sne_interface.domain.evenement import Evenement
from sne_interface.errors import BaseInconnue, StoreError, UsageError
from sne_sandbox.store import fichier_de_sauvegarde, metadonnees, migrations, tables
from sne_sandbox.store.demandes_recentes import Criteres
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.recherche_de_demandes import parcourir, rechercher

NUMERO = "1110318000001G1104"


@pytest.fixture
def garni(magasin: Magasin) -> Magasin:
    with magasin.ecrire("ecole") as registre:
        numero = registre.prochain_numero("111", date(2018, 3, 15), "G1104")
        registre.ajouter(stockee(numero, titulaires=(personne("demandeur", "Roux", "Éloïse", "1980-02-29"),)))
        magasin.journal.consigner(
            registre.connexion, Echange("ecole", datetime.now(UTC), requete=b"\x00\xff")
        )
    return magasin


def _etat(magasin: Magasin, base: str) -> object:
    with magasin.lire(base) as registre:
        return (
            [replace(s, demande=None) for s in parcourir(registre)],  # type: ignore[arg-type]
            rechercher(registre, Criteres(personne_nom="roux", commune_souhaitee="75112"), 5),
            registre.guichets(),
        )


def test_a_base_restored_is_the_base_saved(garni: Magasin, tmp_path: Path) -> None:
    fichier, avant = tmp_path / "ecole.zip", _etat(garni, "ecole")
    fichier_de_sauvegarde.sauvegarder(garni, "ecole", fichier)
    with garni.ecrire("ecole") as registre:
        registre.supprimer(NUMERO)
        registre.ajouter(stockee(registre.prochain_numero("111", date(2018, 3, 15), "G1104")))
    assert fichier_de_sauvegarde.restaurer(garni, None, fichier) == "ecole"
    assert _etat(garni, "ecole") == avant
    (echange,) = garni.journal.chercher("ecole")
    assert garni.journal.lire("ecole", echange.identifiant or 0).requete == b"\x00\xff"  # type: ignore[union-attr]
    with garni.ecrire("ecole") as registre:
        assert registre.prochain_numero("111", date(2018, 3, 15), "G1104") == "1110318000002G1104"


def test_restored_under_another_name_and_on_another_engine(garni: Magasin, tmp_path: Path) -> None:
    fichier = tmp_path / "ecole.zip"
    fichier_de_sauvegarde.sauvegarder(garni, "ecole", fichier, journal=False)
    with Magasin.ouvrir(None, tmp_path / "ailleurs") as autre:
        assert fichier_de_sauvegarde.restaurer(autre, "copie", fichier) == "copie"
        assert _etat(autre, "copie") == _etat(garni, "ecole")
        assert autre.journal.chercher("copie") == []
    assert fichier_de_sauvegarde.restaurer(garni, "copie", fichier) == "copie"
    assert _etat(garni, "copie") == _etat(garni, "ecole")


def test_the_same_base_makes_the_same_lines_on_both_engines(garni: Magasin, tmp_path: Path) -> None:
    premier, second = tmp_path / "1.zip", tmp_path / "2.zip"
    fichier_de_sauvegarde.sauvegarder(garni, "ecole", premier)
    with Magasin.ouvrir(None, tmp_path / "ailleurs") as autre:
        fichier_de_sauvegarde.restaurer(autre, None, premier)
        fichier_de_sauvegarde.sauvegarder(autre, "ecole", second)
    with zipfile.ZipFile(premier) as un, zipfile.ZipFile(second) as deux:
        assert un.namelist() == deux.namelist()
        lignes = [nom for nom in un.namelist() if nom.endswith(".jsonl") and nom != "base.jsonl"]
        assert lignes
        assert all(un.read(nom) == deux.read(nom) for nom in lignes)


def _recrire(fichier: Path, changer: Callable[[dict[str, bytes]], None]) -> None:
    with zipfile.ZipFile(fichier) as archive:
        contenu = {nom: archive.read(nom) for nom in archive.namelist()}
    changer(contenu)
    with zipfile.ZipFile(fichier, "w") as archive:
        for nom, octets in contenu.items():
            archive.writestr(nom, octets)


def _manifeste(**changes: object) -> Callable[[dict[str, bytes]], None]:
    def changer(contenu: dict[str, bytes]) -> None:
        contenu["manifeste.json"] = json.dumps(json.loads(contenu["manifeste.json"]) | changes).encode()

    return changer


def _couper(contenu: dict[str, bytes]) -> None:
    contenu["demande_personne.jsonl"] = b""


def _alterer(contenu: dict[str, bytes]) -> None:
    contenu["demande.jsonl"] = contenu["demande.jsonl"].replace(b'"02.01"', b'"02.00"')


def _autre_colonne(contenu: dict[str, bytes]) -> None:
    contenu["demande.jsonl"] = contenu["demande.jsonl"].replace(b'"version"', b'"versoin"')


def _sans_manifeste(contenu: dict[str, bytes]) -> None:
    del contenu["manifeste.json"]


def _d_avant(revision: str) -> Callable[[dict[str, bytes]], None]:
    """A file as that revision wrote it: the columns of later ones are not there."""

    def changer(contenu: dict[str, bytes]) -> None:
        manifeste = json.loads(contenu["manifeste.json"])
        for nom, decrite in manifeste["tables"].items():
            recentes = {c.nom for c in getattr(tables, nom).colonnes if c.depuis > revision}
            lues = [json.loads(ligne) for ligne in contenu[f"{nom}.jsonl"].splitlines()]
            octets = b"".join(
                json.dumps({c: v for c, v in lue.items() if c not in recentes}).encode() + b"\n"
                for lue in lues
            )
            contenu[f"{nom}.jsonl"] = octets
            decrite["sha256"] = hashlib.sha256(octets).hexdigest()
        contenu["manifeste.json"] = json.dumps(manifeste | {"revision": revision}).encode()

    return changer


REVISIONS = [f.stem.partition("_")[0] for f in Path(migrations.__path__[0]).glob("versions/v*.py")]


@pytest.mark.parametrize("revision", ["0005", *sorted(REVISIONS)])
def test_a_snapshot_of_each_revision_is_restored(garni: Magasin, tmp_path: Path, revision: str) -> None:
    fichier, avant = tmp_path / "ecole.zip", _etat(garni, "ecole")
    fichier_de_sauvegarde.sauvegarder(garni, "ecole", fichier)
    _recrire(fichier, _d_avant(revision))
    with zipfile.ZipFile(fichier) as archive:
        assert (b"siren" in archive.read("guichet.jsonl")) is (revision >= "v0004")
    assert fichier_de_sauvegarde.restaurer(garni, "reprise", fichier) == "reprise"
    assert _etat(garni, "reprise") == avant


@pytest.mark.parametrize(("decidee", "attribue"), [(True, "G1104"), (False, "")])
def test_an_older_snapshot_tells_its_decisions_and_what_is_wished(
    garni: Magasin, tmp_path: Path, decidee: bool, attribue: str
) -> None:
    """They are taken again from its demandes and its events. A commune, the last to write, did not
    attribute: without an event, who did is not known."""
    attributions = pytest.importorskip(
        "sne_statistiques.comptes.requetes_attributions",
        reason="the statistics are a package that one may take away",
    )
    profils_comptes = pytest.importorskip("sne_statistiques.comptes.requetes_statistiques")
    with garni.ecrire("ecole") as registre:
        numero = registre.prochain_numero("111", date(2018, 3, 15), "G1104")
        registre.ajouter(
            stockee(
                numero, etat=EtatDemande.RADIEE, motif_radiation="RADATT", date_radiation=date(2018, 6, 1),
                radiation=radiation("RADATT", reservataire="AUCUN", commune="75112"), guichet_dernier="G7501",
            )
        )  # fmt: skip
        dit = (("DATECAL", "2018-05-20"), ("DECISION", "ATTRIB"), ("CATEG", "MALLOG"), ("BAIL", "non"))
        evenement = Evenement(0, numero, "DECATT", "G1104", datetime.now(UTC), "CRE", None, None, dit)
        if decidee:
            registre.ajouter_evenement(evenement)
    fichier = tmp_path / "ecole.zip"
    fichier_de_sauvegarde.sauvegarder(garni, "ecole", fichier)

    def vieillir(contenu: dict[str, bytes]) -> None:
        del contenu["decision.jsonl"]
        _manifeste(revision="v0003")(contenu)
        manifeste = json.loads(contenu["manifeste.json"])
        del manifeste["tables"]["decision"]
        lues = [json.loads(ligne) for ligne in contenu["demande_stat.jsonl"].splitlines()]
        sans = [{c: v for c, v in lue.items() if c not in ("motif", "type_logement")} for lue in lues]
        contenu["demande_stat.jsonl"] = b"".join(json.dumps(lue).encode() + b"\n" for lue in sans)
        empreinte = hashlib.sha256(contenu["demande_stat.jsonl"]).hexdigest()
        manifeste["tables"]["demande_stat"]["sha256"] = empreinte
        contenu["manifeste.json"] = json.dumps(manifeste).encode()

    _recrire(fichier, vieillir)
    fichier_de_sauvegarde.restaurer(garni, "reprise", fichier)
    with garni.lire("reprise") as registre:
        an = date(2018, 1, 1), date(2018, 12, 31)
        (dite,) = attributions.attributions(registre.connexion, "reprise", *an, {})
        assert (dite.guichet, dite.commune, dite.prioritaire, dite.signees, dite.nombre) == (
            attribue, "75112", decidee or None, True, 1,
        )  # fmt: skip
        comptes = profils_comptes.Comptes(registre.connexion, "reprise", date.max)
        motifs = [lus[-1] for lus in comptes.profils({}, metadonnees.demande_stat.c.motif)]
        assert motifs == ["LOGDEC"]


def _base(**changes: object) -> Callable[[dict[str, bytes]], None]:
    """Another row of the table of bases, its counts and hash right."""

    def changer(contenu: dict[str, bytes]) -> None:
        ligne = json.dumps(json.loads(contenu["base.jsonl"]) | changes).encode() + b"\n"
        _signer(contenu, ligne, 1)

    return changer


def _sans_base(contenu: dict[str, bytes]) -> None:
    _signer(contenu, b"", 0)


def _signer(contenu: dict[str, bytes], octets: bytes, lignes: int) -> None:
    manifeste = json.loads(contenu["manifeste.json"])
    manifeste["tables"]["base"] = {"lignes": lignes, "sha256": hashlib.sha256(octets).hexdigest()}
    contenu |= {"base.jsonl": octets, "manifeste.json": json.dumps(manifeste).encode()}


@pytest.mark.parametrize(
    "changer",
    [
        _manifeste(format=2),
        _manifeste(revision="9999"),
        _manifeste(revision=["v0001"]),
        _manifeste(tables={}),
        _couper,
        _alterer,
        _autre_colonne,
        _sans_manifeste,
        _base(reglages='{"inconnu": "oui"}'),
        _base(reglages='{"profile": "mou"}'),
        _base(reglages="[]"),
        _base(reglages="?"),
        _base(derniere_nuit="hier"),
        _base(fige_a=2**63 - 1),
        _base(decalage=2**63 - 1),
        _sans_base,
    ],
)
def test_an_unsound_file_replaces_nothing(
    garni: Magasin, tmp_path: Path, changer: Callable[[dict[str, bytes]], None]
) -> None:
    fichier, avant = tmp_path / "ecole.zip", _etat(garni, "ecole")
    fichier_de_sauvegarde.sauvegarder(garni, "ecole", fichier)
    _recrire(fichier, changer)
    with pytest.raises(StoreError, match=r"n'est pas une sauvegarde utilisable|ne se lit pas") as refus:
        fichier_de_sauvegarde.restaurer(garni, None, fichier)
    assert not {"type(s)", "Expecting", "int"} & set(str(refus.value).split())
    assert _etat(garni, "ecole") == avant


def test_what_is_no_zip_or_is_not_there(garni: Magasin, tmp_path: Path) -> None:
    fichier = tmp_path / "x.zip"
    with pytest.raises(StoreError, match="ne peut pas être lu"):
        fichier_de_sauvegarde.restaurer(garni, None, fichier)
    fichier.write_bytes(b"bonjour")
    with pytest.raises(StoreError, match="n'est pas une sauvegarde"):
        fichier_de_sauvegarde.restaurer(garni, None, fichier)


@pytest.mark.parametrize(("place", "valeur"), [(8, b"\x01\0"), (10, b"\x63\0")], ids=["chiffré", "méthode"])
def test_an_archive_that_the_library_does_not_open(
    garni: Magasin, tmp_path: Path, place: int, valeur: bytes
) -> None:
    fichier = tmp_path / "x.zip"
    fichier_de_sauvegarde.sauvegarder(garni, "ecole", fichier)
    octets = bytearray(fichier.read_bytes())
    for entree in re.finditer(rb"PK\x01\x02", bytes(octets)):  # its directory: flags, method
        octets[entree.start() + place : entree.start() + place + 2] = valeur
    fichier.write_bytes(octets)
    for lire in (
        fichier_de_sauvegarde.nombre_de_demandes,
        lambda f: fichier_de_sauvegarde.restaurer(garni, None, f),
    ):
        with pytest.raises(StoreError, match="n'est pas une sauvegarde"):
            lire(fichier)


def test_a_snapshot_that_declares_too_much_is_refused_unread(
    garni: Magasin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fichier, bombe = tmp_path / "x.zip", tmp_path / "bombe.zip"
    fichier_de_sauvegarde.sauvegarder(garni, "ecole", fichier)
    avant = _etat(garni, "ecole")
    with zipfile.ZipFile(fichier) as lue, zipfile.ZipFile(bombe, "w", zipfile.ZIP_DEFLATED) as ecrite:
        for entree in lue.infolist():
            ecrite.writestr(entree.filename, lue.read(entree))
        with ecrite.open("demande.jsonl.suite", "w", force_zip64=True) as flux:
            for _ in range(100):
                flux.write(bytes(1_000_000))
    with pytest.raises(StoreError, match=re.escape("[demande.jsonl.suite] annonce 100000000 octets")):
        fichier_de_sauvegarde.restaurer(garni, None, bombe)
    trop_court = replace(archives.SAUVEGARDE, ligne=50)
    monkeypatch.setattr(archives, "SAUVEGARDE", trop_court)
    with pytest.raises(StoreError, match="une de ses lignes dépasse 50 octets"):
        fichier_de_sauvegarde.restaurer(garni, None, fichier)
    assert _etat(garni, "ecole") == avant
    with pytest.raises(StoreError, match="trop longue pour une sauvegarde"):
        fichier_de_sauvegarde.sauvegarder(garni, "ecole", tmp_path / "y.zip")
    assert not (tmp_path / "y.zip").exists()


def test_rows_are_written_a_few_bytes_at_a_time(
    garni: Magasin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fichier = tmp_path / "x.zip"
    fichier_de_sauvegarde.sauvegarder(garni, "ecole", fichier)
    avant = _etat(garni, "ecole")
    monkeypatch.setattr(fichier_de_sauvegarde, "_LOT_OCTETS", 1)
    fichier_de_sauvegarde.restaurer(garni, None, fichier)
    assert _etat(garni, "ecole") == avant


def test_what_cannot_be_saved_leaves_no_file(garni: Magasin, tmp_path: Path) -> None:
    with pytest.raises(BaseInconnue):
        fichier_de_sauvegarde.sauvegarder(garni, "absente", tmp_path / "x.zip")
    with pytest.raises(StoreError, match="ne peut pas être écrit"):
        fichier_de_sauvegarde.sauvegarder(garni, "ecole", tmp_path / "absent" / "x.zip")
    assert list(tmp_path.glob("*.zip*")) == []


def test_two_that_save_to_one_file_do_not_write_into_each_other(
    garni: Magasin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fichier, ecrire = tmp_path / "x.zip", fichier_de_sauvegarde._ecrire_table

    def pendant(*arguments: Any) -> Any:
        monkeypatch.setattr(fichier_de_sauvegarde, "_ecrire_table", ecrire)
        fichier_de_sauvegarde.sauvegarder(garni, "ecole", fichier)
        return ecrire(*arguments)

    monkeypatch.setattr(fichier_de_sauvegarde, "_ecrire_table", pendant)
    fichier_de_sauvegarde.sauvegarder(garni, "ecole", fichier)
    assert list(tmp_path.glob("*en-cours*")) == []
    assert fichier_de_sauvegarde.nombre_de_demandes(fichier) == 1


def test_what_is_wrong_with_a_file_is_said_in_french(garni: Magasin, tmp_path: Path) -> None:
    fichier = tmp_path / "x.zip"
    for changer, raison in (
        (_sans_manifeste, "il y manque manifeste.json"),
        (lambda contenu: contenu.pop("demande.jsonl"), "il y manque demande.jsonl"),
        (lambda contenu: contenu.update({"base.jsonl": b'{"nom'}), "une de ses lignes n'est pas du JSON"),
    ):
        fichier_de_sauvegarde.sauvegarder(garni, "ecole", fichier)
        _recrire(fichier, changer)
        with pytest.raises(StoreError, match=raison):
            fichier_de_sauvegarde.restaurer(garni, None, fichier)


@pytest.mark.parametrize(
    ("contenu", "dite"),
    [
        (b"[" * 200_000, "n'est pas du JSON"),
        (b'{"format": 1, "tables": {"base": 1}}', "n'est pas du genre attendu"),
    ],
)
def test_why_a_file_cannot_be_read_is_said_as_it_is(
    garni: Magasin, tmp_path: Path, contenu: bytes, dite: str
) -> None:
    fichier = tmp_path / "ecole.zip"
    fichier_de_sauvegarde.sauvegarder(garni, "ecole", fichier)
    revision = json.loads(zipfile.ZipFile(fichier).read("manifeste.json"))["revision"]
    manifeste = contenu.replace(b'"tables"', b'"base": "x", "revision": "%s", "tables"' % revision.encode())
    _recrire(fichier, lambda lus: lus.update({"manifeste.json": manifeste}))
    with pytest.raises(StoreError, match=dite):
        fichier_de_sauvegarde.restaurer(garni, None, fichier)


def test_a_name_unfit_for_an_address(garni: Magasin, tmp_path: Path) -> None:
    fichier_de_sauvegarde.sauvegarder(garni, "ecole", tmp_path / "x.zip")
    with pytest.raises(UsageError):
        fichier_de_sauvegarde.restaurer(garni, "a/b", tmp_path / "x.zip")


def test_restoring_is_seen_by_those_who_remember_the_guichets(garni: Magasin, tmp_path: Path) -> None:
    fichier_de_sauvegarde.sauvegarder(garni, "ecole", tmp_path / "x.zip")
    garni.bases.creer(Base("autre"), GUICHETS[:1])
    with garni.lire("autre") as registre:
        assert len(registre.guichets()) == 1
    fichier_de_sauvegarde.restaurer(garni, "autre", tmp_path / "x.zip")
    with garni.lire("autre") as registre:
        assert len(registre.guichets()) == 2


def test_nirs_in_clear_are_for_their_owner(garni: Magasin, tmp_path: Path) -> None:
    fichier = tmp_path / "ecole.zip"
    fichier_de_sauvegarde.sauvegarder(garni, "ecole", fichier)
    with Magasin.ouvrir(None, tmp_path / "ailleurs"):
        bases = list((tmp_path / "ailleurs").glob("sne.sqlite3*"))
        assert len(bases) > 1
        for secret in [fichier, *(b for b in bases if not b.name.endswith("-verrou"))]:
            assert secret.stat().st_mode & 0o077 == 0, secret
