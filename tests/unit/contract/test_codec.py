"""XML documents to elements and back."""

from pathlib import Path

import pytest
from banc import ecart
from lxml import etree

from sne_sandbox.contract import codec, xml
from sne_sandbox.domain.element import construire
from sne_sandbox.resources import fixtures_dir

NS = "http://nuu.application.i2/"
FICHIERS = sorted(f for d in ("demandes", "documents") for f in (fixtures_dir() / d).glob("*.xml"))


@pytest.mark.parametrize("fichier", FICHIERS, ids=lambda f: f.stem)
def test_a_document_comes_back_as_it_was(fichier: Path) -> None:
    racine = xml.parse(fichier.read_bytes(), limit=10**6)
    ecrite = etree.fromstring(codec.encoder(codec.decoder(racine)))
    assert ecart(racine, ecrite) == []
    assert codec.encoder(codec.lire(codec.encoder(codec.decoder(racine)))) == codec.encoder(
        codec.decoder(racine)
    )


def test_it_is_written_as_the_real_server_writes() -> None:
    octets = codec.encoder(
        construire("interfaceNuu", (construire("nom", "Zoé & <Cie>"),), versionInterface="02.00")
    )
    assert octets == (
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        b'<ns1:interfaceNuu xmlns:ns1="http://nuu.application.i2/" versionInterface="02.00">'
        b"<ns1:nom>Zo\xc3\xa9 &amp; &lt;Cie&gt;</ns1:nom></ns1:interfaceNuu>"
    )


@pytest.mark.parametrize("prefixe", ["", "a", "xsi"])
def test_any_prefix_is_read_and_ours_is_written(prefixe: str) -> None:
    deux_points, marque = (f"{prefixe}:", f":{prefixe}") if prefixe else ("", "")
    lu = codec.lire(
        f"<{deux_points}a xmlns{marque}='{NS}' code='1'><{deux_points}b/></{deux_points}a>".encode()
    )
    assert (lu.nom, lu.code, [e.nom for e in lu.enfants]) == ("a", "1", ["b"])
    assert b"<ns1:a " in codec.encoder(lu)


def test_modifie_is_qualified_and_xsi_left_out() -> None:
    lu = codec.lire(
        f"<n:a xmlns:n='{NS}' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' n:modifie='true'"
        " xsi:schemaLocation='x y' code='1'/>".encode()
    )
    assert lu.attributs == {"modifie": "true", "code": "1"}
    assert codec.arbre(lu).attrib == {f"{{{NS}}}modifie": "true", "code": "1"}


def test_lines_are_those_of_the_document() -> None:
    lu = codec.lire(f"<a xmlns='{NS}'>\n<b/>\n\n<c>x</c></a>".encode())
    assert [e.ligne for e in lu.parcourir()] == [1, 2, 4]


def test_text_is_kept_blanks_included() -> None:
    lu = codec.lire(f"<a xmlns='{NS}'><b> x\n</b><c> </c><d><![CDATA[<&>]]></d></a>".encode())
    assert [e.texte for e in lu.enfants] == [" x\n", " ", "<&>"]


def test_blanks_of_an_empty_container_are_layout() -> None:
    racine = etree.fromstring(f"<a xmlns='{NS}'><liste>\n  </liste><nom>\n  </nom></a>")
    lu = codec.decoder(racine, frozenset({"liste"}))
    assert [e.texte for e in lu.enfants] == ["", "\n  "]
    assert [e.vide for e in lu.enfants] == [True, False]


def test_comments_are_no_elements() -> None:
    racine = etree.fromstring(f"<a xmlns='{NS}'><!-- x --><b>1</b><?pi?></a>")
    assert [e.nom for e in codec.decoder(racine).enfants] == ["b"]


def test_a_stored_demande() -> None:
    demande = codec.lire_demande((fixtures_dir() / "demandes" / "personne_seule.xml").read_bytes())
    assert demande.num_guichet == "G1104"
