import pytest

from sne_sandbox.contract.xml import NOEUDS_MAX, parse
from sne_sandbox.errors import MessageMalforme, MessageTropGros

LIMITE = 5_000_000
BOMBE = (
    b'<!DOCTYPE a [<!ENTITY l0 "lol">'
    + b"".join(b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10) for i in range(1, 10))
    + b"]>"
)


def refus(octets: bytes) -> str:
    with pytest.raises(MessageMalforme) as erreur:
        parse(octets, limit=LIMITE)
    return erreur.value.explication


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
    racine = parse(octets, limit=LIMITE)
    assert (racine.tag, "".join(racine.itertext()), len(racine)) == ("a", "é", 0)


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
        (b"<a>\n<b></a>", "Ligne 2", "sous un autre nom"),
        (b"<a>\n<b>", "Ligne 2", "avant la fermeture"),
        (b"<a>\n<b", "Ligne 2", "il lui manque >"),
        (b"<a></a", "Ligne 1", "il lui manque >"),
        (b"<a>R &amp D</a>", "Ligne 1", "il manque un point-virgule"),
        (b'<a b="1/>', "Ligne 1", "il lui manque un guillemet"),
        (b"<a b>", "Ligne 1", "un attribut n'a pas de valeur"),
        (b"<a><![CDATA[x\n</a>", "Ligne 2", "CDATA n'est pas terminée"),
        (b"<a><!-- x</a>", "Ligne 1", "un commentaire n'est pas terminé"),
        (b"<a><!-- -- --></a>", "Ligne 1", "deux tirets"),
        (b"<a>]]></a>", "Ligne 1", "la suite ]]>"),
        (b'<?xml version="2.0"?><a/>', "Ligne 1", "la version de XML"),
        (b'<?xml version="1.0" standalone="x"?><a/>', "Ligne 1", "le XML est mal formé (standalone"),
        (b'\n<?xml version="1.0"?><a/>', "Ligne 2", "pas au tout début"),
        ("<a>é</a>".encode("latin-1"), "Ligne 1, colonne 4", "encodage"),
        (b'<?xml version="1.0" encoding="foo"?><a/>', "Ligne 1", "encodage déclaré"),
        (b"<a>&nbsp;</a>", "Ligne 1", "&#160;"),
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
