"""What changed between two trees carries the mark, and nothing else."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from banc import FORMULAIRE, oter, poser, specimen, trouver
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from sne_sandbox.contract.codec import NS
from sne_sandbox.operations.comparaison import MODIFIE, demarquer, marquer

PERSONNE = f"{FORMULAIRE}/personnePhysique"


def marques(racine: Any) -> list[str]:
    """Paths of the marked elements, `a/b[2]` among namesakes, without what is above the form."""
    arbre = racine.getroottree()
    trouves = []
    for noeud in racine.iter():
        if noeud.get(MODIFIE) is not None:
            assert noeud.get(MODIFIE) == "true"
            chemin = arbre.getelementpath(noeud).replace(f"{{{NS}}}", "")
            trouves.append(chemin.removeprefix(f"{FORMULAIRE}/"))
    return trouves


def compares(avant: Any, apres: Any) -> list[str]:
    """The marks of `apres` after comparison."""
    marquer(avant, apres)
    return marques(apres)


def c14n(racine: Any) -> bytes:
    return etree.tostring(racine, method="c14n")


# --- worked examples ---------------------------------------------------------------------------------


@pytest.fixture
def avant() -> Any:
    return specimen("couple_garde_alternee_handicap")


@pytest.fixture
def apres(avant: Any) -> Any:
    return deepcopy(avant)


def test_a_changed_text_marks_its_element_alone(avant: Any, apres: Any) -> None:
    trouver(apres, f"{PERSONNE}/demandeur/prenom").text = "Zoé"
    assert compares(avant, apres) == ["personnePhysique/demandeur/prenom"]


def test_a_changed_code_marks_its_element_alone(avant: Any, apres: Any) -> None:
    trouver(apres, f"{PERSONNE}/demandeur/situationFamiliale").set("code", "7")
    assert compares(avant, apres) == ["personnePhysique/demandeur/situationFamiliale"]


def test_an_added_element_stands_for_all_it_holds(avant: Any, apres: Any) -> None:
    oter(avant, "demande/demandeLogement/listeHandicap")
    assert compares(avant, apres) == ["listeHandicap"]


def test_a_removed_element_marks_what_held_it(avant: Any, apres: Any) -> None:
    oter(apres, f"{PERSONNE}/demandeur/prenom")
    assert compares(avant, apres) == ["personnePhysique/demandeur"]


def test_everything_is_new_without_a_state_before(apres: Any) -> None:
    marquer(None, apres)
    assert marques(apres) == [FORMULAIRE]


def test_the_header_and_marks_received_do_not_count(avant: Any, apres: Any) -> None:
    poser(apres, "entete/typeFichier", "DIS")
    poser(apres, "entete/dateFichier", "2018-03-16T08:00:00.000+01:00")
    trouver(apres, f"{PERSONNE}/demandeur/nom").set(MODIFIE, "true")
    trouver(avant, f"{PERSONNE}/demandeur/prenom").set(MODIFIE, "false")
    assert compares(avant, apres) == []


def test_what_can_carry_no_mark_leaves_it_to_what_holds_it(avant: Any, apres: Any) -> None:
    dernier = trouver(apres, FORMULAIRE)
    etree.SubElement(dernier, f"{{{NS}}}incrementFichier").text = "000001"
    assert compares(avant, apres) == [FORMULAIRE]


def _liste(*lignes: str) -> Any:
    """A list of persons, « Nom Prénom jour » each; one word makes an element without children."""
    racine = etree.Element(f"{{{NS}}}liste")
    for ligne in lignes:
        personne = etree.SubElement(racine, f"{{{NS}}}personne")
        if " " not in ligne:
            personne.set("code", ligne)
            continue
        for nom, texte in zip(("nom", "prenom", "dateNaissance"), ligne.split(), strict=True):
            etree.SubElement(personne, f"{{{NS}}}{nom}").text = texte
    return racine


ANNE, BRUNO, CLEO = "Aubry Anne 2001-01-01", "Aubry Bruno 2002-02-02", "Aubry Cléo 2003-03-03"
DAN = "Petit Dan 1999-09-09"


@pytest.mark.parametrize(
    ("avant", "apres", "attendu"),
    [
        ([ANNE, BRUNO], [ANNE, BRUNO, CLEO], ["personne[3]"]),
        ([ANNE, BRUNO], [CLEO, ANNE, BRUNO], ["personne[1]"]),
        ([ANNE, BRUNO, CLEO], [BRUNO, CLEO], ["."]),
        ([ANNE, BRUNO], [BRUNO, ANNE], ["."]),
        ([ANNE, BRUNO], [ANNE, "Aubry Bruno 2002-02-20"], ["personne[2]/dateNaissance"]),
        # The best match wins over the place: the second is Bruno, corrected, the first is new.
        ([BRUNO], [DAN, "Aubry Bruno 2002-02-20"], ["personne[1]", "personne[2]/dateNaissance"]),
        ([ANNE, CLEO], [ANNE, DAN], [".", "personne[2]"]),
        ([ANNE, ANNE], [ANNE], ["."]),
        ([ANNE], [ANNE, ANNE], ["personne[2]"]),
        (["T2", "T3"], ["T2", "T4"], ["personne[2]"]),
        (["T2", "T3"], ["T3", "T4"], [".", "personne[2]"]),
        (["T2"], ["T2", "T3"], ["personne[2]"]),
        ([], [ANNE], ["personne"]),
        ([ANNE], [], ["."]),
    ],
)  # fmt: skip
def test_namesakes(avant: list[str], apres: list[str], attendu: list[str]) -> None:
    assert compares(_liste(*avant), _liste(*apres)) == attendu


def test_a_very_long_list_is_paired_in_order() -> None:
    avant = _liste(*(f"Nom{n} Prénom{n} 2001-01-01" for n in range(80)))
    apres = _liste(*(f"Nom{n} Prénom{n} 2002-02-02" for n in range(80)))
    assert compares(avant, apres) == [f"personne[{n}]/dateNaissance" for n in range(1, 81)]


# --- properties --------------------------------------------------------------------------------------

TEXTES = st.sampled_from(["", "un", "deux", "trois"])
NOMS = st.sampled_from(["a", "b", "c"])


@st.composite
def arbres(draw: st.DrawFn, *, homonymes: bool = True, profondeur: int = 3) -> Any:
    """A small tree; without `homonymes` no element has two children of one name."""

    def garnir(noeud: Any, reste: int) -> None:
        if draw(st.booleans()):
            noeud.set("code", draw(TEXTES))
        noms = draw(st.lists(NOMS, max_size=4, unique=not homonymes)) if reste else []
        for nom in sorted(noms):  # a sequence, as the schema has it: namesakes stand together
            garnir(etree.SubElement(noeud, f"{{{NS}}}{nom}"), reste - 1)
        if not noms:
            noeud.text = draw(TEXTES) or None

    racine = etree.Element(f"{{{NS}}}racine")
    garnir(racine, profondeur)
    return racine


@given(arbres(), arbres())
def test_without_its_marks_it_is_the_new_document(avant: Any, apres: Any) -> None:
    attendu, laisse = c14n(apres), c14n(avant)
    marquer(avant, apres)
    assert c14n(avant) == laisse
    demarquer(apres)
    assert c14n(apres) == attendu


@given(arbres())
def test_equal_documents_bear_no_mark(arbre: Any) -> None:
    assert compares(deepcopy(arbre), arbre) == []


@given(arbres(), arbres())
def test_different_documents_bear_one(avant: Any, apres: Any) -> None:
    assert bool(compares(deepcopy(avant), apres)) == (c14n(avant) != c14n(demarque(apres)))


@given(arbres(), arbres())
def test_comparing_twice_marks_the_same(avant: Any, apres: Any) -> None:
    premier = compares(avant, apres)
    assert compares(avant, apres) == premier


def demarque(racine: Any) -> Any:
    copie = deepcopy(racine)
    demarquer(copie)
    return copie


def changes(avant: Any, apres: Any) -> Iterator[Any]:
    """What must be marked, when no element has namesakes: the definition, written the plain way."""
    anciens, nouveaux = {e.tag: e for e in avant}, {e.tag: e for e in apres}
    feuilles = (avant.text or "") if not len(avant) else "", (apres.text or "") if not len(apres) else ""
    if dict(avant.attrib) != dict(apres.attrib) or len(set(feuilles)) > 1 or anciens.keys() - nouveaux.keys():
        yield apres
    for nom, nouveau in nouveaux.items():
        if nom in anciens:
            yield from changes(anciens[nom], nouveau)
        else:
            yield nouveau


@given(arbres(homonymes=False), arbres(homonymes=False))
def test_each_mark_sits_on_what_really_differs(avant: Any, apres: Any) -> None:
    attendus = list(changes(avant, apres))
    marquer(avant, apres)
    assert [e for e in apres.iter() if e.get(MODIFIE)] == attendus
    ailleurs = avant.getroottree(), apres.getroottree()
    for marque in attendus:
        (meme,) = avant.xpath(ailleurs[1].getpath(marque), namespaces=apres.nsmap) or [None]
        assert meme is None or c14n(meme) != c14n(demarque(marque))
