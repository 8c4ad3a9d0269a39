"""What is no XML is mended by a click, where that is mechanical."""

import pytest
from banc import specimen
from lxml import etree

from sne_console.messages.corrections import appliquer, reparations
from sne_interface.contract import contrats_charges
from sne_interface.contract.elements import ordre
from sne_interface.contract.schemas import Document


def repare(texte: str) -> tuple[str, str]:
    """The title of the only mending, and what it makes of the text."""
    (correction,) = reparations(texte, ordre(contrats_charges.charger("v5.2"), Document.DEMANDE))
    return correction.titre, appliquer(texte, correction)


@pytest.fixture
def bon() -> str:
    return str(etree.tostring(specimen("personne_seule"), encoding="unicode"))


def test_what_is_not_closed_is_closed_before_what_cannot_be_in_it(bon: str) -> None:
    fin = "</ns1:logementRecherche>"
    titre, fait = repare(bon.replace(fin, "", 1))
    assert titre == "Fermer « logementRecherche »"
    assert etree.canonicalize(fait, strip_text=True) == etree.canonicalize(bon, strip_text=True)


def test_an_end_tag_that_ends_nothing_is_written_otherwise(bon: str) -> None:
    titre, fait = repare(bon.replace("</ns1:entete>", "</ns1:entte>", 1))
    assert (titre, fait) == ("Écrire « </ns1:entete> »", bon)


@pytest.mark.parametrize(("signe", "ecrit"), [("&", "&amp;"), ("<", "&lt;")])
def test_a_bare_sign_is_written_as_its_entity(signe: str, ecrit: str, bon: str) -> None:
    titre, fait = repare(bon.replace("Marchand", f"Marchand {signe} fils", 1))
    assert titre == f"Écrire « {ecrit} »"
    assert etree.fromstring(fait).findtext(".//{*}nom") == f"Marchand {signe} fils"


def test_what_is_cut_between_two_tags_is_ended(bon: str) -> None:
    coupe = bon[: bon.index("<ns1:logementActuel>")]
    titre, fait = repare(coupe)
    assert titre == "Fermer les 4 balises ouvertes"
    assert fait.startswith(coupe.rstrip())
    assert etree.fromstring(fait).find(".//{*}logementActuel") is None


def test_nothing_is_proposed_for_what_nobody_can_tell(bon: str) -> None:
    for texte in ("", "bonjour", bon, bon[: bon.index("<ns1:logementActuel") + 6]):
        assert reparations(texte, ()) == ()
