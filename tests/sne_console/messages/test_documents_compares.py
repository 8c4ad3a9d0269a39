"""Two documents compared as trees."""

import pytest
from banc import specimen
from lxml import etree

from sne_console.messages.documents_compares import DIFFERENCES_MAX, comparer_xml

N = 'xmlns="http://nuu.application.i2/"'
P = 'xmlns:p="http://nuu.application.i2/"'


@pytest.mark.parametrize(
    ("avant", "apres", "attendues"),
    [
        (f"<a {N}><b>1</b></a>", f"<p:a {P}>\n  <p:b> 1 </p:b>\n</p:a>", []),
        ("<a><b>1</b></a>", "<a><b>2</b></a>", [("changé", "a/b", "1", "2")]),
        ('<a><b code="01"/></a>', '<a><b code="02"/></a>', [("changé", "a/b", 'code="01"', 'code="02"')]),
        ("<a/>", "<a><b>x</b></a>", [("ajouté", "a/b", "", "x")]),
        ("<a><b>x</b><c/></a>", "<a><c/></a>", [("retiré", "a/b", "x", "")]),
        ('<a v="5.0"><b/></a>', '<a v="5.2"><b/></a>', [("changé", "a", 'v="5.0"', 'v="5.2"')]),
        # The second of two namesakes went: the others are the same ones.
        (
            "<a><p><n>Un</n><d>1</d></p><p><n>Deux</n><d>2</d></p><p><n>Trois</n><d>3</d></p></a>",
            "<a><p><n>Un</n><d>1</d></p><p><n>Trois</n><d>4</d></p></a>",
            [("retiré", "a/p[2]", "", ""), ("changé", "a/p[2]/d", "3", "4")],
        ),
        ("<a/>", "<b/>", [("retiré", "a", "", ""), ("ajouté", "b", "", "")]),
    ],
)
def test_what_differs_is_told_by_its_path(
    avant: str, apres: str, attendues: list[tuple[str, str, str, str]]
) -> None:
    trouvees = comparer_xml(etree.fromstring(avant), etree.fromstring(apres))
    assert [(d.genre, d.chemin, d.avant, d.apres) for d in trouvees.dites] == attendues
    assert trouvees.total == len(attendues)


def test_a_whole_branch_is_one_difference() -> None:
    (trouvee,) = comparer_xml(
        etree.fromstring("<a/>"), etree.fromstring("<a><p><n>Un</n><q><r>1</r><r>2</r></q></p></a>")
    ).dites
    assert (trouvee.genre, trouvee.chemin, trouvee.queue, trouvee.combien) == ("ajouté", "a/p", "a/p", 3)
    assert trouvee.feuilles == (("n", "Un"), ("q/r[1]", "1"), ("q/r[2]", "2"))


def test_nirs_are_masked_and_still_differ() -> None:
    avant, apres = specimen("personne_seule_nir"), specimen("personne_seule_nir")
    nir = next(e for e in apres.iter() if etree.QName(e).localname == "nir")
    ancien, nir.text = nir.text, "206127511100564"
    (trouvee,) = comparer_xml(avant, apres).dites
    assert (trouvee.genre, trouvee.queue) == ("changé", "demandeur/nir")
    for clair in (ancien, nir.text):
        assert clair not in trouvee.avant + trouvee.apres
    assert "*" in trouvee.apres
    assert nir.text == "206127511100564", "what was compared is left as it was"


def test_the_first_are_told_and_all_are_counted() -> None:
    beaucoup = "".join(f"<b{n}>{n}</b{n}>" for n in range(DIFFERENCES_MAX + 50))
    trouvees = comparer_xml(etree.fromstring("<a/>"), etree.fromstring(f"<a>{beaucoup}</a>"))
    assert (len(trouvees.dites), trouvees.total) == (DIFFERENCES_MAX, DIFFERENCES_MAX + 50)
