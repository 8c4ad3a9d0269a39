"""Keys, who is trusted, and envelopes: what does not hold is told in French, and no key is ever shown."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from specimen import NIR, conforme, rapport

from sne_conformite.preuves import signature
from sne_conformite.preuves.signature import CleDeSignature, CleIncorrecte, SignatureRefusee
from sne_conformite.rapports import rapport_json
from sne_interface.errors import OperatorError


@pytest.fixture
def cle(tmp_path: Path) -> CleDeSignature:
    return signature.creer("Éditeur X", tmp_path / "cles")[2]


@pytest.fixture
def enveloppe(cle: CleDeSignature) -> bytes:
    texte = rapport_json.octets(rapport())
    sujets = {nom: hashlib.sha256(b"abc").hexdigest() for nom in ("preuves.zip", "badge.svg")}
    return signature.signer(signature.declarer(rapport(), texte, sujets, cle.nom, cle.id), cle)


def test_a_key_is_read_back_from_its_files_and_from_its_text(tmp_path: Path) -> None:
    privee, publique, cle = signature.creer("Éditeur X", tmp_path)
    assert privee.stat().st_mode & 0o777 == 0o600
    for dite in (str(privee), privee.read_text("utf-8")):
        relue = signature.lire_cle(dite)
        assert (relue.id, relue.titulaire) == (cle.id, "Éditeur X")
    assert signature.lire_cle_publique(str(publique)) == (cle.publique, "Éditeur X")
    with pytest.raises(CleIncorrecte, match="existe déjà"):
        signature.creer("Éditeur X", tmp_path)


@pytest.mark.parametrize(
    "texte", ["", "bonjour", "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----"]
)
def test_what_is_no_key_is_told_and_not_shown(tmp_path: Path, texte: str) -> None:
    (tmp_path / "cle").write_text(texte)
    for lire in (signature.lire_cle, signature.lire_cle_publique):
        with pytest.raises(CleIncorrecte) as refus:
            lire(str(tmp_path / "cle"))
        assert refus.value.exit_code == 2
        assert "MC4C" not in refus.value.diagnostics()
    with pytest.raises(CleIncorrecte, match="ne se lit pas"):
        signature.lire_cle(str(tmp_path / "absente"))


def test_a_name_holds_in_a_line(tmp_path: Path) -> None:
    for nom in ("", " ", "a\nb"):
        with pytest.raises(CleIncorrecte, match="une ligne"):
            signature.creer(nom, tmp_path)


CONFIANCE = """
[[cles]]
cle = "cles/sne-sandbox.cle.pub"
titulaire = "X"
classe = "éditeur"
depuis = 2026-01-01
"""


def test_trusted_keys_are_read(tmp_path: Path, cle: CleDeSignature) -> None:
    (tmp_path / "c.toml").write_text(CONFIANCE, "utf-8")
    lue = signature.lire_confiance(tmp_path / "c.toml")[cle.id]
    assert (lue.titulaire, lue.classe, lue.depuis, lue.jusqu_a) == ("X", "éditeur", date(2026, 1, 1), None)


@pytest.mark.parametrize(
    ("change", "dit"),
    [
        (lambda t: t.replace("éditeur", "ami"), r"classe \[ami\]"),
        (lambda t: t.replace("2026-01-01", '"demain"'), "sans guillemets"),
        (lambda t: t.replace("titulaire", "nom"), "il faut cle, titulaire, classe"),
        (lambda t: t.replace(".cle.pub", ".autre"), "ne se lit pas"),
        (lambda t: t.replace("[[cles]]", "[[clefs]]"), "ne liste aucune clé"),
        (lambda t: "=", "n'est pas du TOML : ligne 1, colonne 1"),
        (lambda t: "", "ne liste aucune clé"),
        (lambda t: t + t.replace("éditeur", "vérificateur"), "clé 2 : cette clé est déjà donnée"),
    ],
)
def test_a_file_of_trusted_keys_that_cannot_be_read(
    tmp_path: Path, cle: CleDeSignature, change: Callable[[str], str], dit: str
) -> None:
    (tmp_path / "c.toml").write_text(change(CONFIANCE), "utf-8")
    with pytest.raises(CleIncorrecte, match=dit):
        signature.lire_confiance(tmp_path / "c.toml")


def test_an_envelope_says_who_and_what(cle: CleDeSignature, enveloppe: bytes) -> None:
    lue = signature.verifier(enveloppe)
    assert (lue.dit("signataire"), lue.dit("menee_par")) == ("Éditeur X", cle.id)
    empreinte = {"sha256": hashlib.sha256(b"abc").hexdigest()}
    sujets = [{"name": nom, "digest": empreinte} for nom in ("preuves.zip", "badge.svg")]
    assert lue.statement["subject"] == sujets
    assert lue.statement["predicate"]["result"] == "FAILED"
    assert NIR not in str(lue.statement)
    assert re.search(b'"result": "(PASSED|WARNED)"', signature.declarer(conforme(), b"", {}, "", ""))


def test_signatures_add_up_once_each(tmp_path: Path, cle: CleDeSignature, enveloppe: bytes) -> None:
    autre = signature.creer("V", tmp_path / "v")[2]
    deux = signature.contresigner(signature.contresigner(enveloppe, autre), autre)
    assert set(signature.verifier(deux).cles) == {cle.id, autre.id}
    assert len(json.loads(deux)["signatures"]) == 2


def _payload(lue: dict[str, Any]) -> None:
    clair = base64.b64decode(lue["payload"]).replace(b"FAILED", b"PASSED")
    lue["payload"] = base64.b64encode(clair).decode()


def _autre_cle(lue: dict[str, Any]) -> None:
    lue["signatures"][0]["keyid"] = "0" * 64


def _bit(lue: dict[str, Any]) -> None:
    sig = bytearray(base64.b64decode(lue["signatures"][0]["sig"]))
    sig[5] ^= 1
    lue["signatures"][0]["sig"] = base64.b64encode(sig).decode()


@pytest.mark.parametrize(
    ("change", "dit"),
    [
        (_payload, "ne tient pas"),
        (_bit, "ne tient pas"),
        (_autre_cle, "n'est pas celle de son empreinte"),
        (lambda lue: lue.update(signatures=[]), "aucune signature"),
        (lambda lue: lue.update(payloadType="text/plain"), "forme attendue"),
        (lambda lue: lue.pop("payload"), "forme attendue"),
        (lambda lue: lue.update({"deux fois": "AAAA"}), "une clé y est deux fois"),
    ],
)
def test_an_envelope_that_does_not_hold(
    enveloppe: bytes, change: Callable[[dict[str, Any]], object], dit: str
) -> None:
    lue = json.loads(enveloppe)
    change(lue)
    with pytest.raises(SignatureRefusee, match=dit) as refus:
        signature.verifier(json.dumps(lue).replace("deux fois", "payload").encode())
    assert refus.value.exit_code == 1


def test_what_is_no_envelope() -> None:
    for octets in (b"", b"[]", b"{", b'"x"', b"null"):
        with pytest.raises(OperatorError):
            signature.verifier(octets)
