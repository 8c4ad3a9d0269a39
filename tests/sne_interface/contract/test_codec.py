"""XML documents to elements and back."""

from pathlib import Path

import pytest
from banc import ecart
from lxml import etree

from sne_interface.contract import codec
from sne_interface.contract.codec import NOEUDS_MAX, parse
from sne_interface.domain.element_recu import Element, construire
from sne_interface.errors import MessageMalforme, MessageTropGros
from sne_interface.resources import fixtures_dir

NS = "http://nuu.application.i2/"
FICHIERS = sorted(f for d in ("demandes", "documents") for f in (fixtures_dir() / d).glob("*.xml"))


@pytest.mark.parametrize("fichier", FICHIERS, ids=lambda f: f.stem)
def test_a_document_comes_back_as_it_was(fichier: Path) -> None:
    racine = codec.parse(fichier.read_bytes(), limit=10**6)
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


# --- xml ----------------------------------------------------------------------------------------------


LIMITE = 5_000_000
BOMBE = (
    b'<!DOCTYPE a [<!ENTITY l0 "lol">'
    + b"".join(b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10) for i in range(1, 10))
    + b"]>"
)


def refus(octets: bytes) -> str:
    """The same, whether blanks between tags may be dropped or not."""
    explications = set()
    for serre in (False, True):
        with pytest.raises(MessageMalforme) as erreur:
            parse(octets, limit=LIMITE, serre=serre)
        explications.add(erreur.value.explication)
    (explication,) = explications
    return explication


@pytest.mark.parametrize(
    "octets",
    [
        "<a>é</a>".encode(),
        "\ufeff<a>é</a>".encode(),
        "  \n<a>é</a>".encode(),
        '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'.encode("latin-1"),
        '<?xml version="1.0" encoding="UTF-16"?><a>é</a>'.encode("utf-16"),
        "<a><!-- <!DOCTYPE a> -->é<?pi x?></a>".encode(),
        "<a><![CDATA[é]]></a>".encode(),
    ],
)
def test_what_is_well_formed_is_read(octets):
    for serre in (False, True):
        racine = parse(octets, limit=LIMITE, serre=serre)
        assert (racine.tag, "".join(racine.itertext()), len(racine)) == ("a", "é", 0)


@pytest.mark.parametrize(
    ("octets", "gardes"),
    [
        (b"<a>\n <b> </b> <c> x </c>\n</a>", [None, " ", None, " x ", None]),
        # Where one of these may stand beside a blank of a text, or the document is long, nothing is dropped.
        (b"<a>\r\n<b/></a>", ["\n", None, None]),
        (b"<a> <b/><!-- --></a>", [" ", None, None]),
        (b"<a> <b/><?p?></a>", [" ", None, None]),
        (b"<a> <b>" + b"x" * 65_536 + b"</b></a>", [" ", "x" * 65_536, None]),
    ],
    ids=["short", "carriage return", "comment", "instruction", "long"],
)
def test_blanks_between_tags_may_be_dropped(octets, gardes):
    racine = parse(octets, limit=LIMITE, serre=True)
    assert [t for e in racine.iter() for t in ((e.text,) if e is racine else (e.text, e.tail))] == gardes


@pytest.mark.parametrize(
    "octets",
    [
        b"<!DOCTYPE a><a/>",
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode("utf-16"),
        "<!DOCTYPE a><a/>".encode("utf-32"),
        BOMBE + b"<a>&l9;</a>",
        BOMBE + b'<a b="&l9;"/>',
    ],
)
def test_a_dtd_is_refused_before_anything_is_expanded(octets):
    assert "<!DOCTYPE" in refus(octets)


@pytest.mark.parametrize(
    ("octets", "place", "raison"),
    [
        (b"", "Ligne 1", "vide"),
        (b" \n ", "Ligne 2", "vide"),
        (b"bonjour", "Ligne 1, colonne 1", "ne commence pas par une balise"),
        (b"<a>\n<b></a>", "Ligne 2", "la balise <b> ouverte ligne 2 n'est pas fermée : </a> vient"),
        (b"<a>\n<b>", "Ligne 2", "la balise <b> ouverte ligne 2 n'est pas fermée : le document s'arrête"),
        (b"<a>\n<b", "Ligne 2", "<b ouverte ligne 2 n'est pas terminée : il lui manque >"),
        (b"<a></a", "Ligne 1", "il lui manque >"),
        (b"<a>R &amp D</a>", "Ligne 1", "il manque un point-virgule"),
        (b'<a b="1/>', "Ligne 1", "il lui manque un guillemet"),
        (b'<a b="1/><c/>', "Ligne 1", "n'est pas fermé d'un guillemet"),
        (b"<a b>", "Ligne 1", "un attribut n'a pas de valeur : « b »"),
        # Cut anywhere: that is what is said.
        ("<a>é</".encode(), "Ligne 1", "coupé en route"),
        (b"<a>\n<b><", "Ligne 2", "coupé en route"),
        (b"<a>\n<n:", "Ligne 2", "coupé en route"),
        (b'<a>\n<b c="', "Ligne 2", "coupé en route"),
        (b"<a>R & D\n<b", "Ligne 1", "&amp;"),
        (b"<a><![CDATA[x\n</a>", "Ligne 2", "CDATA n'est pas terminée"),
        (b"<a><!-- x</a>", "Ligne 1", "un commentaire n'est pas terminé"),
        (b"<a><!-- -- --></a>", "Ligne 1", "deux tirets"),
        (b"<a>]]></a>", "Ligne 1", "la suite ]]>"),
        (b'<?xml version="2.0"?><a/>', "Ligne 1", "la version de XML"),
        (b'<?xml version="1.0" standalone="x"?><a/>', "Ligne 1", "standalone n'est ni yes ni no"),
        (b"<ns1: a='1'/>", "Ligne 1", "le nom « ns1: » est mal écrit autour de son préfixe"),
        (b"<a xmlns='::'/>", "Ligne 1", "à cet endroit (libxml2 : « xmlns: '::' is not a valid URI »)"),
        (b'\n<?xml version="1.0"?><a/>', "Ligne 2", "pas au tout début"),
        ("<a>é</a>".encode("latin-1"), "Ligne 1, colonne 4", "encodage"),
        (b'<?xml version="1.0" encoding="foo"?><a/>', "Ligne 1", "l'encodage déclaré, « foo », n'est pas"),
        (b"<a>&nbsp;</a>", "Ligne 1", "&#160;"),
        (b"<a>&nbsp;</a>", "Ligne 1", "l'entité « &nbsp; » n'est pas définie"),
        (b"<a b='1' b='2'/>", "Ligne 1", "l'attribut « b » est écrit deux fois"),
        (b"<a n:b='1'/>", "Ligne 1", "le préfixe « n », écrit dans la balise « a », n'est pas déclaré"),
        (b"<a>Dupont & fils</a>", "Ligne 1", "&amp;"),
        (b"<ns1:a/>", "Ligne 1", "préfixe"),
        (b"<a/>\n<b/>", "Ligne 2", "racine"),
        (b"<a>\x01</a>", "Ligne 1", "caractère de contrôle"),
        (b"<a>" * 300 + b"</a>" * 300, "Ligne 1", "256 niveaux"),
    ],
)
def test_a_refusal_names_line_reason_and_remedy(octets, place, raison):
    explication = refus(octets)
    assert explication.startswith(place)
    assert raison in explication
    assert "→" in explication


def test_the_size_is_bounded():
    with pytest.raises(MessageTropGros) as erreur:
        parse(b"<a>" + b"x" * 100 + b"</a>", limit=100)
    assert "plus de 100 octets" in erreur.value.explication


@pytest.mark.parametrize(
    "document",
    [
        b"<a>" + b"<b/>" * NOEUDS_MAX + b"</a>",
        b"<a %s/>" % b" ".join(b'b%d=""' % n for n in range(NOEUDS_MAX)),
    ],
    ids=["elements", "attributes"],
)
def test_the_number_of_nodes_is_bounded(document):
    with pytest.raises(MessageTropGros) as erreur:
        parse(document, limit=LIMITE)
    assert str(NOEUDS_MAX) in erreur.value.explication


def test_a_document_of_ours_is_laid_out_one_element_a_line(specimen):
    ecrit = codec.encoder(codec.decoder(specimen()))
    lignes = codec.indenter(ecrit).splitlines()
    assert lignes[2] == b"  <ns1:entete>"
    assert lignes[3] == b"    <ns1:typeFichier>CRE</ns1:typeFichier>"
    relu = codec.decoder(codec.parse(b"\n".join(lignes), limit=10**6, serre=True))
    assert codec.encoder(relu) == ecrit


def test_what_is_not_ours_or_holds_line_feeds_is_left_as_it_is():
    assert codec.indenter(b"PK...") == b"PK..."
    texte = Element("a", "", None, (Element("b", "x\n"), Element("c", "\n< >")))
    relu = codec.decoder(codec.parse(codec.indenter(codec.encoder(texte)), limit=10**6))
    assert [e.texte for e in relu.enfants] == ["x\n", "\n< >"]


def test_of_endless_attributes_the_first_are_read() -> None:
    """No schema has three; lxml takes the square of their number."""
    racine = parse(b"<a " + b" ".join(b'b%d="%d"' % (n, n) for n in range(500)) + b"/>", limit=100_000)
    attributs = codec.decoder(racine).attributs
    assert list(attributs.items()) == [(f"b{n}", str(n)) for n in range(codec.ATTRIBUTS_MAX)]
