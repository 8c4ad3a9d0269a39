"""The rules of a document that its schema refuses: what they say holds once it is mended; what they cannot
know they do not say."""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from typing import Any, Final

import pytest
from lxml import etree

from sne_interface.contract.codec import NS
from sne_interface.contract.contrats_charges import charger
from sne_interface.domain.dates import PARIS
from sne_interface.resources import fixtures_dir
from sne_interface.rules.controle import ELEMENTS_MAX, Controle, controler, genre_de, passer

CONTRAT: Final = charger()
MIDI: Final = datetime(2018, 3, 15, 12, tzinfo=PARIS)
SPECIMENS: Final = sorted((fixtures_dir() / "demandes").glob("*.xml")) + sorted(
    (fixtures_dir() / "documents").glob("*.xml")
)
#: One element in so many is spoilt.
UN_SUR: Final = 11
_LISIBLE: Final = etree.XMLParser(remove_blank_text=True)


def enlever(element: Any) -> None:
    element.getparent().remove(element)


def renommer(element: Any) -> None:
    element.tag += "Inconnu"


def mal_ecrire(element: Any) -> None:
    nom = element.tag.rpartition("}")[2]
    element.tag = f"{{{NS}}}{nom[:2]}{nom[3:]}"


def doubler(element: Any) -> None:
    element.addnext(deepcopy(element))


def deteriorer(element: Any) -> None:
    if element.get("code") is not None:
        element.set("code", "Un libellé bien trop long")
    else:
        element.text = "???"


def mal_coder(element: Any) -> None:
    code = element.attrib.pop("code", None)
    element.set("Code" if code is not None else "code", code or "x")


def remonter(element: Any) -> None:
    precedent = element.getprevious()
    if precedent is not None:
        precedent.addprevious(element)


def vider(element: Any) -> None:
    element.text = None
    element.attrib.pop("code", None)
    for enfant in list(element):
        element.remove(enfant)


ACCIDENTS: Final = (enlever, renommer, mal_ecrire, doubler, deteriorer, mal_coder, remonter, vider)


def juger(racine: Any) -> Controle | None:
    """The pass of a document, None when its schema accepts it."""
    genre, version = genre_de(racine), CONTRAT.version_de_lecture(racine.get("versionInterface", ""))
    if not CONTRAT.schemas.validate(racine, document=genre, version=version):
        return None
    return passer(racine, genre, CONTRAT, "strict", MIDI)


@pytest.mark.parametrize("accident", ACCIDENTS, ids=lambda accident: accident.__name__)
def test_no_rule_says_of_a_spoilt_document_what_it_would_not_say_of_the_mended_one(
    accident: Callable[[Any], None],
) -> None:
    """The specimens conform: whatever is done to one of their elements, no rule has anything to add."""
    vus = jugees = 0
    for rang, fichier in enumerate(SPECIMENS):
        entier = etree.fromstring(fichier.read_bytes(), _LISIBLE)
        deja = {(f.regle, f.chemin) for f in controler(fichier.read_bytes(), CONTRAT, "strict", MIDI).fautes}
        elements = sum(1 for _ in entier.iter(etree.Element))
        for place in range(1 + rang % UN_SUR, elements, UN_SUR):
            racine = deepcopy(entier)
            accident(list(racine.iter(etree.Element))[place])
            passe = juger(racine)
            if passe is None or passe.genre != genre_de(entier):
                continue
            vus += 1
            jugees += len(passe.en_attente) < 30
            faux = [f for f in passe.fautes if f.ensuite and (f.regle, f.chemin) not in deja]
            assert faux == [], (fichier.name, place)
    assert vus > 30
    assert jugees > vus / 2, "most rules are run all the same"


def document(**textes: str) -> Any:
    racine = etree.fromstring((fixtures_dir() / "demandes" / "personne_seule.xml").read_bytes(), _LISIBLE)
    for nom, valeur in textes.items():
        element = racine.find(f".//{{{NS}}}{nom}")
        if element.get("code") is not None:
            element.set("code", valeur)
        else:
            element.text = valeur
    return racine


def regles(racine: Any) -> list[tuple[str, str]]:
    passe = juger(racine)
    assert passe is not None
    return [(f.regle, f.chemin.rpartition("/")[2]) for f in passe.fautes if f.ensuite]


def test_a_rule_of_each_place_speaks_of_the_others_only() -> None:
    """A code that the schema refuses does not hide another's, and is not told twice."""
    racine = document(civilite="Monsieur", situationFamiliale="Z", typeContratTravail="XYZ")
    assert [r for r in regles(racine) if r[0] == "ENT011"] == [
        ("ENT011", "situationFamiliale"), ("ENT011", "typeContratTravail"),
    ]  # fmt: skip


def test_a_rule_that_looks_at_a_fault_is_named_and_not_told() -> None:
    passe = juger(document(dateNaissance="le 14 septembre"))
    assert passe is not None
    assert "IDT002" in passe.en_attente
    assert [f.regle for f in passe.fautes] == ["XSD pas_cela"]


def test_nothing_is_told_of_another_s_document_nor_of_one_without_its_form() -> None:
    autre = passer(etree.fromstring("<autre/>"), genre_de(document()), CONTRAT, "ecole", MIDI)
    assert [f.regle for f in autre.fautes] == ["XSD racine"]
    sans = document()
    demande = sans.find(f"{{{NS}}}demande")
    demande.remove(demande[0])
    passe = juger(sans)
    assert passe is not None
    assert not any(f.ensuite for f in passe.fautes)
    assert "MOT001" in passe.en_attente


def test_nothing_is_told_of_a_document_that_is_no_real_one() -> None:
    """Whoever explains it keeps nobody waiting."""
    racine = document(dateNaissance="?", civilite="9")
    liste = racine.find(f".//{{{NS}}}listeTypeLogement")
    for _ in range(ELEMENTS_MAX):
        etree.SubElement(liste, f"{{{NS}}}typeLogement", code="T9")
    passe = juger(racine)
    assert passe is not None
    assert not any(f.ensuite for f in passe.fautes)
    assert "ENT011" in passe.en_attente
