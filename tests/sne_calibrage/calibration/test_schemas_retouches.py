"""One declaration of a schema changed: what it then lets in, and that nothing else is changed."""

from pathlib import Path
from typing import Any

import pytest
from banc import FORMULAIRE, oter, poser, specimen
from lxml import etree

from sne_calibrage.calibration.schemas_retouches import Facette, SchemasCopies
from sne_interface.contract import contrats_charges
from sne_interface.contract.schemas import Document

DEMANDEUR = f"{FORMULAIRE}/personnePhysique/demandeur"
RACINE = "interfaceNuu"
FICHIER = "xsd/demande-02.01.xsd"


def admet(overlay: Path, racine: Any) -> bool:
    contrat = contrats_charges.charger(overlay=overlay)
    return not contrat.schemas.validate(racine, document=Document.DEMANDE)


def changer(dossier: Path, chemin: str, facette: Facette, valeur: str = "") -> Path:
    copies = SchemasCopies(contrats_charges.charger().schemas.lire)
    assert copies.changer(FICHIER, facette, f"{RACINE}/{chemin}", valeur)
    (dossier / "xsd").mkdir()
    for nom, racine in copies.changes.items():
        (dossier / nom).write_bytes(etree.tostring(racine.getroottree(), encoding="UTF-8"))
    return dossier


def long(chemin: str, longueur: int) -> Any:
    racine = specimen("personne_seule")
    poser(racine, chemin, "x" * longueur)
    return racine


@pytest.mark.parametrize(("element", "maximum"), [("nom", 60), ("situationProfessionnelle/profession", 10)])
def test_a_longer_text_and_a_shorter_one(tmp_path: Path, element: str, maximum: int) -> None:
    overlay = changer(tmp_path, f"{DEMANDEUR}/{element}", Facette.LONGUEUR_MAX, str(maximum))
    assert admet(overlay, long(f"{DEMANDEUR}/{element}", maximum))
    assert not admet(overlay, long(f"{DEMANDEUR}/{element}", maximum + 1))
    assert not admet(overlay, long(f"{DEMANDEUR}/prenom", 60))  # of the type of a name


@pytest.mark.parametrize("facette", [Facette.VALEUR_MAX, Facette.FOIS_MAX, Facette.LONGUEUR_MIN])
def test_other_bounds_leave_a_schema_that_compiles(tmp_path: Path, facette: Facette) -> None:
    lieux = {
        Facette.VALEUR_MAX: (f"{FORMULAIRE}/logementRecherche/montantLoyer", "99999"),
        Facette.FOIS_MAX: (f"{FORMULAIRE}/principauxMotifDemande", "unbounded"),
        Facette.LONGUEUR_MIN: (f"{DEMANDEUR}/nom", "2"),
    }
    chemin, valeur = lieux[facette]
    assert admet(changer(tmp_path, chemin, facette, valeur), specimen("personne_seule"))


def test_an_element_that_is_optional_then_compulsory(tmp_path: Path) -> None:
    sans = specimen("personne_seule")
    oter(sans, f"{FORMULAIRE}/precision")
    (tmp_path / "un").mkdir()
    (tmp_path / "deux").mkdir()
    assert admet(changer(tmp_path / "un", f"{FORMULAIRE}/precision", Facette.FACULTATIF), sans)
    sans_loyer = specimen("personne_seule")
    oter(sans_loyer, f"{FORMULAIRE}/logementRecherche/montantLoyer")
    assert admet(tmp_path / "un", sans_loyer)
    loyer = f"{FORMULAIRE}/logementRecherche/montantLoyer"
    assert not admet(changer(tmp_path / "deux", loyer, Facette.OBLIGATOIRE), sans_loyer)


def test_an_element_more(tmp_path: Path) -> None:
    overlay = changer(tmp_path, f"{DEMANDEUR}/paysNaissance", Facette.ELEMENT, "dateNaissance")
    avec = specimen("personne_seule")
    poser(avec, f"{DEMANDEUR}/paysNaissance", "France", apres="dateNaissance")
    assert admet(overlay, avec)
    assert admet(overlay, specimen("personne_seule"))


def test_a_place_that_is_none_changes_nothing() -> None:
    copies = SchemasCopies(contrats_charges.charger().schemas.lire)
    assert not copies.changer(FICHIER, Facette.LONGUEUR_MAX, f"{RACINE}/{DEMANDEUR}/inconnu", "3")
    assert copies.changes == {}
