"""What guichets are told of the changes of others, by files of type DIS in their outboxes."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from banc import (
    FORMULAIRE,
    Banc,
    ecart,
    message,
    oter,
    poser,
    radiation,
    renouvellement,
    specimen,
    texte,
    trouver,
)
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from sne_interface.contract.codec import MODIFIE, NS
from sne_interface.contract.schemas import Document
from sne_interface.domain.dates import PARIS
from sne_interface.domain.echange import Appel
from sne_interface.errors import ErreurInterne
from sne_sandbox.operations import dispatching
from sne_sandbox.operations.dispatching import demarquer, marquer
from sne_sandbox.operations.question import Question
from sne_sandbox.store.fichiers_des_boites import Boite, Boites

AJOUTS = ("entete", "numUnique")


def recus(banc: Banc, code: str, maximum: int = 100) -> dict[str, Any]:
    """The roots of the files of an outbox, by name, once what is due was dispatched."""
    with banc.services.magasin.ecrire(banc.nom) as registre:
        guichet = registre.guichet(code)
        assert guichet is not None
        dispatching.distribuer(registre, banc.services.contrat, guichet, maximum)
        boites = Boites(registre.connexion, banc.nom, code)
        lus = {d.nom: boites.lire(Boite.SORTIE, d.nom) for d in boites.lister(Boite.SORTIE)}
    return {nom: etree.fromstring(octets) for nom, octets in lus.items() if octets is not None}


def marques(racine: Any) -> list[str]:
    """Local names of the marked elements, in order."""
    return [etree.QName(e).localname for e in racine.iter() if e.get(MODIFIE)]


def autre_prenom(racine: Any, numero: str, guichet: str, prenom: str = "Zoé") -> Any:
    """A MOD that another guichet sends."""
    modifie = message(racine, "MOD", numero, numGuichet=guichet)
    poser(modifie, f"{FORMULAIRE}/personnePhysique/demandeur/prenom", prenom)
    return modifie


def test_a_creation_is_told_to_the_others_of_its_territory(banc: Banc) -> None:
    numero, envoye = banc.creer_demande()  # by G1104, in Île-de-France
    for code in ("G1205", "G7501", "GDPUB"):
        (recu,) = recus(banc, code).items()
        nom, racine = recu
        assert nom == f"DIS{code}-201803151200-000001.xml"
        assert texte(racine, "entete/typeFichier") == "DIS"
        assert texte(racine, "entete/dateFichier") == "2018-03-15T12:00:00.000+01:00"
        assert texte(racine, f"{FORMULAIRE}/numUnique") == numero
        assert marques(racine) == ["demandeLogement"]
        del trouver(racine, FORMULAIRE).attrib[MODIFIE]
        assert ecart(envoye, racine, sauf=AJOUTS) == []
    for code in ("G1104", "G1226", "G0690"):
        assert recus(banc, code) == {}


def test_a_modification_bears_its_marks(banc: Banc) -> None:
    numero, envoye = banc.creer_demande()
    recus(banc, "G7501")
    assert banc.demander(autre_prenom(envoye, numero, "G1205")).numero == numero
    (racine,) = recus(banc, "G1104").values()
    assert marques(racine) == ["numGuichet", "prenom"]
    assert texte(racine, f"{FORMULAIRE}/numGuichet") == "G1205"  # who did it
    assert list(recus(banc, "G7501")) == [
        "DISG7501-201803151200-000001.xml",
        "DISG7501-201803151200-000002.xml",
    ]
    assert [marques(r) for r in recus(banc, "G1205").values()] == [["demandeLogement"]]


def test_each_change_has_its_own_document_however_late_it_is_asked_for(banc: Banc) -> None:
    numero, envoye = banc.creer_demande()
    for prenom in ("Zoé", "Yaël"):
        assert banc.demander(autre_prenom(envoye, numero, "G1205", prenom)).numero
    prenoms = [
        texte(r, f"{FORMULAIRE}/personnePhysique/demandeur/prenom") for r in recus(banc, "G7501").values()
    ]
    assert prenoms == [texte(envoye, f"{FORMULAIRE}/personnePhysique/demandeur/prenom"), "Zoé", "Yaël"]
    assert [marques(r) for r in recus(banc, "G7501").values()] == [
        ["demandeLogement"],
        ["numGuichet", "prenom"],
        ["prenom"],
    ]


def test_a_change_of_ones_own_is_between_those_of_others(banc: Banc) -> None:
    numero, envoye = banc.creer_demande()
    assert banc.demander(autre_prenom(envoye, numero, "G1104", "Yaël")).numero
    assert banc.demander(autre_prenom(envoye, numero, "G1205", "Zoé")).numero
    (racine,) = recus(banc, "G1104").values()
    assert marques(racine) == ["numGuichet", "prenom"]


def test_radiation_renewal_and_reactivation(nouvelle_base: Callable[..., Banc]) -> None:
    banc = nouvelle_base(horloge=datetime(2018, 12, 15, 12, tzinfo=PARIS))
    numero, envoye = banc.creer_demande()
    recus(banc, "G7501")
    for envoi in (
        renouvellement(envoye, numero, "2018-12-15"),
        radiation(envoye, numero, "RADABA", "2018-12-15"),
        radiation(envoye, numero, None, "2018-12-15"),
    ):
        assert banc.demander(envoi).numero == numero
    documents = list(recus(banc, "G7501").values())[1:]
    assert [marques(r) for r in documents] == [["renouvellement"], ["radiation"], ["demandeLogement"]]
    assert trouver(documents[1], f"{FORMULAIRE}/radiation/motifRadiation").get("code") == "RADABA"
    assert trouver(documents[2], f"{FORMULAIRE}/radiation") is None


def test_a_dalo_declaration_is_told(banc: Banc) -> None:
    numero, _ = banc.creer_demande()
    recus(banc, "G1205")
    dalo = specimen("dalo")
    poser(dalo, f"{FORMULAIRE}/numUnique", numero)
    assert banc.demander(dalo, operation="getDeclarationNouveauDalo").anomalies == []
    racine = list(recus(banc, "G1205").values())[-1]
    assert marques(racine) == ["informationDalo"]
    assert recus(banc, "G0751").keys() == {"DISG0751-201803151200-000001.xml"}  # not of its own


def test_of_a_demande_that_is_gone_nothing_more_is_told(banc: Banc) -> None:
    numero, envoye = banc.creer_demande()
    assert banc.demander(message(envoye, "SUP", numero)).numero == numero
    assert recus(banc, "G7501") == {}
    with banc.services.magasin.ecrire(banc.nom) as registre:
        guichet = registre.guichet("G7501")
        assert guichet is not None
        assert dispatching.distribuer(registre, banc.services.contrat, guichet, 10) == (0, 0)


def test_a_refused_message_is_nobodys_news(banc: Banc) -> None:
    numero, envoye = banc.creer_demande()
    recus(banc, "G7501")
    refuse = autre_prenom(envoye, numero, "G1205")
    poser(refuse, f"{FORMULAIRE}/personnePhysique/demandeur/dateNaissance", "2030-01-01")
    assert banc.demander(refuse).anomalies
    assert len(recus(banc, "G7501")) == 1


def test_what_waits_comes_a_lot_at_a_time_in_order(banc: Banc) -> None:
    envoye = specimen("personne_seule")
    poser(envoye, f"{FORMULAIRE}/forcerDoublon", "true", apres="dateCreationDemande")
    efface, *numeros = [str(banc.demander(envoye).numero) for _ in range(6)]
    with banc.services.magasin.ecrire(banc.nom) as registre:
        guichet = registre.guichet("G7501")
        assert guichet is not None
        assert dispatching.en_attente(registre, guichet) == 6
        registre.supprimer_tout([efface])  # waits for nobody any more
        assert dispatching.en_attente(registre, guichet) == 5
        lots = [dispatching.distribuer(registre, banc.services.contrat, guichet, 2) for _ in range(4)]
    assert lots == [(2, 3), (2, 1), (1, 0), (0, 0)]
    lus = [texte(r, f"{FORMULAIRE}/numUnique") for r in recus(banc, "G7501").values()]
    assert sorted(lus, key=str) == numeros


def test_a_base_may_do_without(nouvelle_base: Callable[..., Banc]) -> None:
    banc = nouvelle_base(dispatching="non")
    banc.creer_demande()
    assert recus(banc, "G7501") == {}


@pytest.mark.parametrize(
    "nom",
    [
        "personne_seule",
        "personne_seule_nir",
        "association",
        "adresse_etranger",
        "colocataires",
        "hebergee_secret",
    ],
)
def test_every_document_fits_the_schema_of_its_version(banc: Banc, nom: str) -> None:
    envoye = specimen(nom)
    numero = banc.demander(envoye).numero
    assert banc.demander(message(envoye, "MOD", numero, precision="Changée.")).numero == numero
    with banc.services.magasin.lire(banc.nom) as registre:
        sien = registre.guichet(texte(envoye, f"{FORMULAIRE}/numGuichet"))
        territoire = registre.demande(numero).territoire
        autres = [g.code for g in registre.guichets() if g.territoire == territoire and g != sien]
    documents = list(recus(banc, autres[0]).values())
    assert [marques(r) for r in documents] == [["demandeLogement"], ["precision"]]
    for racine in documents:
        version = racine.get("versionInterface")
        assert version == envoye.get("versionInterface")
        assert (
            banc.services.contrat.schemas.validate(racine, document=Document.DEMANDE, version=version) == []
        )


@pytest.mark.parametrize(
    "nom", ["couple_garde_alternee_handicap", "association", "radiation", "renouvellement", "dalo"]
)
def test_the_schema_lets_all_others_carry_the_mark_and_none_of_the_exceptions(banc: Banc, nom: str) -> None:
    racine = specimen(nom)
    version = racine.get("versionInterface")
    etree.SubElement(trouver(racine, FORMULAIRE), f"{{{NS}}}incrementFichier").text = "000001"
    for noeud in racine.iter():
        if noeud.tag not in dispatching._SANS_MARQUE:
            noeud.set(MODIFIE, "true")
    schemas = banc.services.contrat.schemas
    assert schemas.validate(racine, document=Document.DEMANDE, version=version) == []
    for noeud in racine.iter(*dispatching._SANS_MARQUE):
        noeud.set(MODIFIE, "true")
        assert schemas.validate(racine, document=Document.DEMANDE, version=version) != []
        del noeud.attrib[MODIFIE]


def test_a_document_that_breaks_the_contract_never_leaves(
    banc: Banc, monkeypatch: pytest.MonkeyPatch
) -> None:
    numero, _ = banc.creer_demande()
    monkeypatch.setattr(dispatching, "marquer", lambda avant, apres: apres.set(MODIFIE, "true"))
    with pytest.raises(ErreurInterne, match=numero):
        recus(banc, "G7501")
    monkeypatch.undo()
    assert len(recus(banc, "G7501")) == 1  # rolled back: nothing was lost


def test_stamps_are_the_bases_and_arrivals_the_machines(banc: Banc) -> None:
    banc.creer_demande()
    (nom,) = recus(banc, "G7501")
    with banc.services.magasin.lire(banc.nom) as registre:
        (depot,) = Boites(registre.connexion, banc.nom, "G7501").lister(Boite.SORTIE)
    assert nom.split("-")[1] == "201803151200"
    assert abs((datetime.now(UTC) - depot.depose_le).total_seconds()) < 3600


def test_the_only_guichet_of_a_territory_has_nobody_to_tell(banc: Banc) -> None:
    numero, _ = banc.creer_demande()
    with banc.services.magasin.ecrire(banc.nom) as registre:
        stockee = registre.demande(numero)
        assert stockee is not None
        ailleurs = replace(stockee, territoire="02A")
        appel = Appel("getNumUnique", {}, banc.nom, None, datetime.now(UTC))
        question = Question(appel, registre.base, datetime.now(UTC), banc.services.contrat, registre, "G1104")
        question.noter_changement(ailleurs)
        guichet = registre.guichet("G7501")
        assert guichet is not None
        assert registre.changements(replace(guichet, territoire="02A")) == []
        question.noter_changement(stockee)
        assert [t.identifiant for t in registre.changements(guichet)] == [1, 2]


def souhaiter(racine: Any, *communes: str) -> Any:
    """The same, that wishes these communes and no other."""
    liste = trouver(racine, f"{FORMULAIRE}/logementRecherche/listeLocalisationSouhaite")
    del liste[len(communes) :]
    for place, commune in zip(liste, communes, strict=True):
        place[0].set("code", commune)
    return racine


def test_a_systeme_particulier_sends_and_is_told_of_all_its_departments(banc: Banc) -> None:
    """R. 441-2-5 IV: whatever another guichet changes there goes to its outbox."""
    attendus = []
    for commune, guichet, territoire in (
        ("44109", "GDPUB", "044"),
        ("85191", "G1104", "085"),
        ("35238", "GDPUB", "035"),
        ("94028", "G1104", "111"),
    ):
        racine = souhaiter(specimen("personne_seule"), commune)
        poser(racine, f"{FORMULAIRE}/numGuichet", guichet)
        poser(racine, f"{FORMULAIRE}/personnePhysique/demandeur/nom", f"Martin{territoire}")
        numero = banc.demander(racine).numero
        assert numero.startswith(territoire)
        if territoire in ("044", "085"):
            attendus.append(numero)
    lus = recus(banc, "G0440")
    assert [texte(r, f"{FORMULAIRE}/numUnique") for r in lus.values()] == attendus
    assert all(nom.startswith("DISG0440-201803151200-") for nom in lus)

    sienne = souhaiter(specimen("couple_garde_alternee_handicap"), "49007")
    poser(sienne, f"{FORMULAIRE}/numGuichet", "G0440")
    numero = banc.demander(sienne).numero
    assert numero == "0490318000001G0440"
    assert len(recus(banc, "G0440")) == 2  # what it did itself is no news
    assert banc.demander(autre_prenom(sienne, numero, "G1104")).numero == numero
    dernier = list(recus(banc, "G0440").values())[-1]
    assert texte(dernier, f"{FORMULAIRE}/numUnique") == numero
    assert marques(dernier) == ["numGuichet", "prenom"]


# --- What changed between two trees carries the mark, and nothing else --------------------------------


PERSONNE = f"{FORMULAIRE}/personnePhysique"


def ecarts_marques(racine: Any) -> list[str]:
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
    return ecarts_marques(apres)


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
    assert ecarts_marques(apres) == [FORMULAIRE]


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
        for nom, valeur in zip(("nom", "prenom", "dateNaissance"), ligne.split(), strict=True):
            etree.SubElement(personne, f"{{{NS}}}{nom}").text = valeur
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
