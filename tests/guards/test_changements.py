"""What a version changes is told, all of it, and nothing else: `changements.toml` against the files."""

from itertools import pairwise

import pytest

from sne_calibrage.versions.contrats_compares import comparer
from sne_calibrage.versions.differences_de_contrats import PORTEURS, ComparaisonDeContrats
from sne_interface.contract.changements import Changements, charger_changements
from sne_interface.contract.contrats_charges import Contrat, charger, livres
from sne_interface.settings import PAR_NOM
from sne_sandbox.operations.table_des_operations import OPERATIONS
from sne_sandbox.table_des_gestes import GESTES

#: Each shipped contract after the one it extends.
PAIRES = list(pairwise(sorted(livres())))


@pytest.fixture(scope="module", params=PAIRES, ids="-".join)
def contrats(request: pytest.FixtureRequest) -> tuple[Contrat, Contrat]:
    avant, apres = (charger(nom) for nom in request.param)
    assert apres.dossiers.noms[1] == avant.nom
    return avant, apres


@pytest.fixture(scope="module")
def comparaison(contrats: tuple[Contrat, Contrat]) -> ComparaisonDeContrats:
    return comparer(*contrats)


@pytest.fixture(scope="module")
def changements(contrats: tuple[Contrat, Contrat]) -> Changements:
    return charger_changements(contrats[1].dossiers, [contrats[0].nom])


def test_every_difference_belongs_to_a_change(comparaison: ComparaisonDeContrats) -> None:
    assert len(comparaison.differences) > 100
    orphelines = [f"{d.nature} {d.objet} : {d.texte}" for d in comparaison.differences if not d.changement]
    assert orphelines == []


def test_every_change_covers_a_difference_or_is_a_behaviour_that_is_shown(
    comparaison: ComparaisonDeContrats, changements: Changements, contrats: tuple[Contrat, Contrat]
) -> None:
    couverts = {d.changement for d in comparaison.differences}
    assert len(changements) > 0
    for changement in changements:
        assert changement.id in couverts or changement.preuve, changement.id
        connus = {"regle": contrats[1].regles, "reglage": PAR_NOM, "geste": GESTES}
        assert all(nom in connus[quoi] for quoi, nom in changement.preuve.items()), changement.preuve


def test_each_pattern_of_a_change_covers_something_by_its_nature(
    comparaison: ComparaisonDeContrats, changements: Changements
) -> None:
    """A nature that a change names and that nothing bears out is a claim of which nothing is left."""
    for changement in changements:
        for nature in changement.couvre:
            objets = [d.objet for d in comparaison.differences if d.nature is nature]
            assert any(changement.porte_sur(nature, objet) for objet in objets), (changement.id, nature)


def test_the_operations_of_a_change_and_of_the_documents_exist(changements: Changements) -> None:
    nommees = {operation for changement in changements for operation in changement.operations}
    assert nommees <= OPERATIONS.keys()
    for document, operations in PORTEURS.items():
        assert set(operations) <= OPERATIONS.keys()
        recues = {nom for nom, o in OPERATIONS.items() if o.champ is not None and o.genre.value == document}
        assert recues <= set(operations), document


def test_nothing_that_5_2_brings_breaks_who_is_ready_for_5_0(comparaison: ComparaisonDeContrats) -> None:
    if (comparaison.avant, comparaison.apres) == ("v5.0", "v5.2"):
        assert not comparaison.cassante
