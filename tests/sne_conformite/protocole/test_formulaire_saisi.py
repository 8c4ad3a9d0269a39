"""Documents as plain JSON, and back."""

import json
from collections.abc import Callable

import pytest
from banc import FORMULAIRE, MIDI, Banc, message, specimen, trouver
from donnees import a_cote
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from sne_conformite.protocole.formulaire_saisi import CHANGEMENTS, appliquer, de_json, en_json, repetables
from sne_interface.contract import codec
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.element_recu import Element
from sne_interface.generators.demandes import document
from sne_interface.resources import fixtures_dir


def canonique(element: Element) -> bytes:
    return bytes(etree.tostring(codec.arbre(element), method="c14n"))


SPECIMENS = sorted(fichier.stem for fichier in (fixtures_dir() / "demandes").glob("*.xml"))


@pytest.mark.parametrize("nom", SPECIMENS)
def test_a_specimen_comes_back_as_it_was(contrat: Contrat, nom: str) -> None:
    formulaire = codec.decoder(trouver(specimen(nom), FORMULAIRE), contrat.nomenclatures.conteneurs)
    dit = en_json(formulaire, repetables(contrat), contrat.nomenclatures.conteneurs)
    relu = de_json("demandeLogement", json.loads(json.dumps(dit)))
    assert canonique(relu) == canonique(formulaire)


@given(
    textes=st.lists(st.text(st.characters(categories=["L", "P", "N", "Zs"])), max_size=3),
    code=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=4),
)
def test_what_is_built_comes_back(textes: list[str], code: str) -> None:
    liste = Element(
        "listeCotitulaire",
        "",
        None,
        tuple(
            Element("cotitulaire", "", None, (Element("nom", t), Element("civilite", "", {"code": code})))
            for t in textes
        ),
    )
    dit = en_json(liste, {"listeCotitulaire/cotitulaire"}, {"listeCotitulaire"})
    assert isinstance(dit, dict)
    assert len(dit.get("cotitulaire", [])) == len(textes)
    assert canonique(de_json("listeCotitulaire", dit)) == canonique(liste)


def test_one_that_may_repeat_is_an_array_all_the_same(contrat: Contrat) -> None:
    liste = Element("listeCotitulaire", "", None, (Element("cotitulaire", "", None, (Element("nom", "A"),)),))
    assert en_json(liste, repetables(contrat)) == {"cotitulaire": [{"nom": "A"}]}


def test_a_characteristic_without_a_value_is_no_coded_element() -> None:
    seule = de_json("caracteristiqueSpecifique", {"code": "BAIL"})
    assert seule.code is None
    assert seule.texte_de("code") == "BAIL"


def test_empty_ones_and_what_one_would_have_written() -> None:
    assert en_json(Element("listeHandicap"), (), {"listeHandicap"}) == {}
    assert en_json(Element("nom"), (), {"listeHandicap"}) == ""
    lu = de_json("x", {"a": True, "b": 12, "c": None})
    assert [e.texte for e in lu.enfants] == ["true", "12", ""]


@pytest.mark.parametrize("valeur", [["a"], {"code": 3}, {"a": [["b"]]}])
def test_no_content(valeur: object) -> None:
    with pytest.raises(ValueError, match="«"):
        de_json("x", valeur)


#: Refused changes: the specimen they are tried on, the anomaly.
REFUSES = a_cote(__file__)["refuses"]


def changee(banc: Banc, nom: str, changement: str, sans: str = "", **textes: str) -> tuple[Element, Element]:
    """The form of a specimen, and that form changed; without its elements named `sans`, and with other texts
    in the first of those of `textes`."""
    contrat, racine = banc.services.contrat, trouver(specimen(nom), FORMULAIRE)
    for element in racine.findall(f".//{sans}", {None: codec.NS}) if sans else ():
        element.getparent().remove(element)
    for chemin, texte in textes.items():
        racine.find(f".//{chemin}", {None: codec.NS}).text = texte
    avant = codec.decoder(racine, contrat.nomenclatures.conteneurs)
    return avant, appliquer(avant, [changement], contrat, MIDI.date())


def envoyer(banc: Banc, formulaire: Element) -> list[str]:
    racine = codec.arbre(document("02.02", "CRE", MIDI, formulaire))
    return banc.demander(message(racine, "CRE")).anomalies


@pytest.mark.parametrize("changement", [c for c in CHANGEMENTS if c not in REFUSES])
@pytest.mark.parametrize("nom", ["personne_seule", "couple_garde_alternee_handicap", "association"])
def test_what_is_accepted(nouvelle_base: Callable[..., Banc], nom: str, changement: str) -> None:
    banc = nouvelle_base()
    _, apres = changee(banc, nom, changement)
    assert envoyer(banc, apres) == []


@pytest.mark.parametrize("changement", REFUSES)
def test_what_is_refused(nouvelle_base: Callable[..., Banc], changement: str) -> None:
    banc = nouvelle_base()
    nom, anomalie = REFUSES[changement]
    avant, apres = changee(banc, nom, changement)
    assert envoyer(banc, avant) == []
    assert anomalie in envoyer(nouvelle_base(), apres)


def test_a_new_child_of_a_holder_with_a_long_name(banc: Banc) -> None:
    """A holder's name may be longer than a child's."""
    long = "Mary-Œuvrard-d’Église-Maëlle-N'Guémé"
    _, apres = changee(banc, "couple_garde_alternee_handicap", "enfant", **{"demandeur/nom": long})
    assert apres.texte_de("personnePhysique/demandeur/nom") == long
    assert envoyer(banc, apres) == []


def test_who_leaves_is_the_co_holder(banc: Banc) -> None:
    avant, apres = changee(banc, "couple_garde_alternee_handicap", "separe")
    parti = avant.tous("personnePhysique/listeCotitulaire/cotitulaire")[0]
    assert apres.texte_de("personnePhysique/demandeur/prenom") == parti.texte_de("prenom")
    assert apres.enfant("personnePhysique/listeCotitulaire") is None


def test_who_was_taxed_with_the_applicant_leaves_with_an_income(banc: Banc) -> None:
    """A co-holder may give no fiscal income, an applicant has to."""
    _, apres = changee(banc, "couple_garde_alternee_handicap", "separe", "cotitulaire/revenuFiscal")
    assert envoyer(banc, apres) == []


def test_a_resource_without_amount_of_whom_has_none(banc: Banc) -> None:
    ressources = "demandeur/listeRessourceRecue/detailRessource"
    _, apres = changee(banc, "personne_seule", "ressource_sans_montant", ressources)
    assert "RES004" in envoyer(banc, apres)


def test_a_dwelling_elsewhere_than_where_letters_go(banc: Banc) -> None:
    """Who has no dwelling told is left without."""
    avant, apres = changee(banc, "personne_seule", "logement_ailleurs")
    courrier = apres.code_de("personnePhysique/demandeur/adressePostale/commune")
    assert courrier == avant.code_de("personnePhysique/demandeur/adressePostale/commune")
    assert apres.code_de("personnePhysique/logementActuel/commune") not in (None, courrier)

    sans, encore = changee(banc, "association", "logement_ailleurs")
    assert encore == sans
