import pytest

from sne_sandbox.domain.composition import Composition, composition
from sne_sandbox.domain.demande import Demande
from sne_sandbox.domain.element import Element


def code(nom: str, valeur: str) -> Element:
    return Element(nom, attributs={"code": valeur})


def demande(liens: str, parentes: str, gardes: str) -> Demande:
    cotitulaires = tuple(Element("cotitulaire", enfants=(code("lienDemandeur", c),)) for c in liens)
    a_charge = tuple(Element("personneACharge", enfants=(code("lienParente", c),)) for c in parentes)
    en_garde = tuple(Element("personneEnGarde", enfants=(code("coParentalite", c),)) for c in gardes)
    personne = Element(
        "personnePhysique",
        enfants=(
            Element("demandeur", enfants=(Element("nom", "A"),)),
            Element("listePersonneACharge", enfants=a_charge),
            Element("personneANaitre", enfants=(Element("nombre", "1"),)),
            Element("listePersonneEnGarde", enfants=en_garde),
            Element("listeCotitulaire", enfants=cotitulaires),
        ),
    )
    formulaire = Element("demandeLogement", enfants=(personne,))
    return Demande(Element("interfaceNuu", enfants=(Element("demande", enfants=(formulaire,)),)))


@pytest.mark.parametrize(
    ("liens", "parentes", "gardes", "attendue"),
    [
        ("", "", "", Composition.SEULE),
        ("", "", "D", Composition.SEULE),
        ("", "E", "", Composition.MONOPARENTALE),
        ("", "PE", "", Composition.MONOPARENTALE),
        ("", "", "G", Composition.MONOPARENTALE),
        ("", "P", "", Composition.AUTRE),
        ("M", "", "", Composition.COUPLE),
        ("P", "P", "D", Composition.COUPLE),
        ("C", "E", "", Composition.COUPLE_AVEC_ENFANT),
        ("LM", "", "G", Composition.COUPLE_AVEC_ENFANT),
        ("L", "", "", Composition.AUTRE),
        ("L", "E", "", Composition.AUTRE),
    ],
)
def test_how_a_household_is_made(liens: str, parentes: str, gardes: str, attendue: Composition) -> None:
    assert composition(demande(liens, parentes, gardes)) is attendue


def test_an_association_is_apart() -> None:
    assert composition(Demande(Element("interfaceNuu"))) is Composition.ASSOCIATION
