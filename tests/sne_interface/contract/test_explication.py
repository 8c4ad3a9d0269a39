import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from sne_interface import resources
from sne_interface.contract import explication
from sne_interface.contract.codec import parse
from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.contract.declarations_des_schemas import VERROU_DES_MODELES
from sne_interface.contract.explication import expliquer_sous
from sne_interface.contract.schemas import Document, SchemaError
from sne_interface.domain.anomalie import Fidelite
from sne_interface.resources import fixtures_dir
from sne_interface.settings import Limites

NS = "{http://nuu.application.i2/}"
XS = "http://www.w3.org/2001/XMLSchema"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
DEMANDEUR = "interfaceNuu/demande/demandeLogement/personnePhysique/demandeur"
SPECIMENS = ("couple_garde_alternee_handicap", "association", "adresse_etranger", "radiation")


@pytest.fixture
def expliquer(contrat):
    def faire(racine, document=Document.DEMANDE) -> list[SchemaError]:
        return explication.expliquer(racine, document, None, contrat.schemas)

    return faire


def trouver(racine, nom):
    return racine.find(f".//{NS}{nom}")


def chemins(fautes):
    return [faute.chemin for faute in fautes]


@pytest.mark.parametrize("nom", SPECIMENS)
def test_a_valid_document_has_nothing_to_explain(expliquer, specimen, nom):
    assert expliquer(specimen(nom)) == []


def test_every_missing_element_is_told_at_once(expliquer, specimen):
    racine = specimen()
    for nom in ("typeFichier", "numGuichet", "precision"):
        element = trouver(racine, nom)
        element.getparent().remove(element)
    fautes = expliquer(racine)
    assert chemins(fautes) == [
        "interfaceNuu/entete/typeFichier",
        "interfaceNuu/demande/demandeLogement/numGuichet",
        "interfaceNuu/demande/demandeLogement/precision",
    ]
    assert all("manque" in faute.message for faute in fautes)
    assert "avant « dateFichier »" in fautes[0].remede


def test_a_misplaced_element_is_told_where_it_goes(expliquer, specimen):
    racine = specimen()
    demandeur = trouver(racine, "demandeur")
    demandeur.insert(0, demandeur.find(NS + "prenom"))
    [faute] = expliquer(racine)
    assert faute.chemin == f"{DEMANDEUR}/prenom"
    assert "n'est pas à sa place" in faute.message
    assert "avant « dateNaissance »" in faute.remede


def test_a_doubled_element_is_told(expliquer, specimen):
    racine = specimen()
    nom = trouver(racine, "demandeur").find(NS + "nom")
    nom.addnext(copy.deepcopy(nom))
    [faute] = expliquer(racine)
    assert faute.chemin == f"{DEMANDEUR}/nom[2]"
    assert "une seule fois" in faute.message


def test_a_misspelt_element_gets_a_suggestion_and_its_content_is_read(expliquer, specimen):
    racine = specimen()
    trouver(racine, "adressePostale").tag = NS + "adressePostal"
    trouver(racine, "etranger").text = "non"
    fautes = expliquer(racine)
    assert [faute.remede for faute in fautes] == ["vouliez-vous écrire « adressePostale » ?", "écrivez false"]


def test_an_unknown_element_lists_what_is_known(expliquer, specimen):
    racine = specimen()
    etree.SubElement(trouver(racine, "entete"), NS + "xyz")
    [faute] = expliquer(racine)
    assert faute.valeur == "xyz"
    assert "typeFichier, dateFichier" in faute.remede


def test_both_branches_of_a_choice(expliquer, specimen):
    racine = specimen("personne_seule")
    association = etree.Element(NS + "association")
    etree.SubElement(association, NS + "nom").text = "Les Toits"
    trouver(racine, "personnePhysique").addprevious(association)
    [faute] = expliquer(racine)
    assert "ne peut pas accompagner « association »" in faute.message


def test_no_branch_of_a_choice(expliquer, specimen):
    racine = specimen("personne_seule")
    adresse = trouver(racine, "adressePostale")
    for nom in ("codePostal", "commune"):
        adresse.remove(adresse.find(NS + nom))
    [faute] = expliquer(racine)
    assert "« codePostal » et « commune », ou bien « codePostalEtranger »" in faute.message


def test_half_a_branch_of_a_choice(expliquer, specimen):
    racine = specimen("personne_seule")
    adresse = trouver(racine, "adressePostale")
    adresse.remove(adresse.find(NS + "codePostal"))
    [faute] = expliquer(racine)
    assert faute.chemin.endswith("adressePostale/codePostal")


def test_a_wrong_namespace_is_told_once_for_the_whole_document(expliquer, specimen):
    racine = specimen("personne_seule")
    for element in racine.iter():
        element.tag = etree.QName(element).localname
    trouver_nom = racine.find(".//demandeur/nom")
    trouver_nom.text = "x" * 37
    fautes = expliquer(racine)
    assert chemins(fautes) == ["interfaceNuu", f"{DEMANDEUR}/nom"]
    assert "sans espace de noms" in fautes[0].message
    assert "http://nuu.application.i2/" in fautes[0].remede


def test_another_root(expliquer):
    [faute] = expliquer(etree.Element("demande"))
    assert "racine" in faute.message
    assert "interfaceNuu" in faute.remede


def test_the_document_of_another_operation(expliquer, specimen):
    fautes = expliquer(specimen(), Document.EVENEMENT)
    assert "interfaceNuu/entete/codeGuichet" in chemins(fautes)
    assert "interfaceNuu/demande" in chemins(fautes)


@pytest.mark.parametrize(
    ("nom", "texte", "message", "remede"),
    [
        ("telPortable", "+33612345678", "indicatif international", "0612345678"),
        ("telPortable", "06 12 34 56 78", "autre chose que des chiffres", "0612345678"),
        ("mel", "paul@maison.info", ".info", "autre adresse"),
        ("mel", "paul+sne@maison.fr", "« + »", "sans « + »"),
        ("anneeMoins1", "", "vide", "retirez"),
        ("anneeMoins1", "1899", "trop petite", "1900"),
        ("dateNaissance", "15/03/1980", "AAAA-MM-JJ", "1980-03-15"),
        ("nom", "A" * 37, "37 caractères", "raccourcissez-la de 1 caractère"),
        ("dateFichier", "2018-03-15", "une heure", "2018-03-15T00:00:00"),
        ("typeFichier", "CR", "forme", "exactement 3"),
    ],
)
def test_a_bad_value_is_explained(expliquer, specimen, nom, texte, message, remede):
    racine = specimen()
    parent = racine if nom in ("dateFichier", "typeFichier") else trouver(racine, "demandeur")
    element = parent.find(f".//{NS}{nom}")
    if element is None:
        element = etree.SubElement(parent, NS + nom)
        demandeur_ordre = {"mel": "adressePostale", "telPortable": "adressePostale"}
        if nom == "anneeMoins1":
            parent.find(NS + "revenuFiscal").insert(0, element)
        else:
            parent.find(NS + demandeur_ordre[nom]).addprevious(element)
    element.text = texte
    [faute] = expliquer(racine)
    assert message in faute.message
    assert remede in faute.remede
    assert faute.valeur == texte


def test_attributes(expliquer, specimen):
    racine = specimen()
    demandeur = trouver(racine, "demandeur")
    del racine.attrib["versionInterface"]
    demandeur.set("modifie", "true")
    demandeur.find(NS + "civilite").set("code", "")
    demandeur.find(NS + "nom").set("cod", "1")
    demandeur.find(NS + "nationalite").set(NS + "modifie", "oui")
    fautes = expliquer(racine)
    assert chemins(fautes) == [
        "interfaceNuu/@versionInterface",
        f"{DEMANDEUR}/@modifie",
        f"{DEMANDEUR}/civilite/@code",
        f"{DEMANDEUR}/nom/@cod",
        f"{DEMANDEUR}/nationalite/@modifie",
    ]
    assert "ns1:modifie" in fautes[1].remede


def test_a_label_in_place_of_a_code_is_not_to_be_shortened(expliquer, specimen):
    racine = specimen()
    trouver(racine, "civilite").set("code", "ABANDON DE LA DEMANDE")
    [faute] = expliquer(racine)
    assert "[ABANDON DE LA DEMANDE] compte 21 caractères" in faute.message
    assert "un code de la nomenclature" in faute.remede


def test_text_where_none_may_stand(expliquer, specimen):
    racine = specimen()
    demandeur = trouver(racine, "demandeur")
    demandeur.text = "Madame"
    demandeur.find(NS + "civilite").text = "2"
    fautes = expliquer(racine)
    assert chemins(fautes) == [DEMANDEUR, f"{DEMANDEUR}/civilite"]
    assert 'code="2"' in fautes[1].remede


@pytest.mark.parametrize("blanc", ["\N{NO-BREAK SPACE}", "\N{LINE SEPARATOR}"])
def test_a_blank_that_is_none_for_xml(expliquer, specimen, blanc):
    racine = specimen()
    trouver(racine, "demandeur").text = f"\n {blanc} "
    [faute] = expliquer(racine)
    assert faute.chemin == DEMANDEUR
    assert f"U+{ord(blanc):04X}" in faute.message


@pytest.mark.parametrize("annonce", ["xs:string", "xs:nimporte", "inconnu:nom"])
def test_a_type_announced_that_is_not_the_element_s(expliquer, specimen, annonce):
    octets = etree.tostring(specimen()).replace(
        b" versionInterface", f' xmlns:xs="{XS}" versionInterface'.encode()
    )
    racine = etree.fromstring(octets)
    trouver(racine, "dateNaissance").set(f"{{{XSI}}}type", annonce)
    [faute] = expliquer(racine)
    assert faute.chemin.endswith("/dateNaissance")
    assert "xsi:type" in faute.message
    assert "retirez" in faute.remede


def test_an_element_inside_a_text(expliquer, specimen):
    racine = specimen()
    etree.SubElement(trouver(racine, "demandeur").find(NS + "nom"), NS + "gras")
    assert chemins(expliquer(racine)) == [f"{DEMANDEUR}/nom/gras"]


def test_the_number_of_faults_told_is_bounded(expliquer, specimen):
    racine = specimen()
    liste = trouver(racine, "motifDemande").getparent()
    for _ in range(explication.ERREURS_MAX + 10):
        etree.SubElement(liste, NS + "motifDemande", code="?")
    fautes = expliquer(racine)
    assert len(fautes) == explication.ERREURS_MAX + 1
    assert "plus de 500 fautes" in fautes[-1].message


def _muter(racine, tirage):
    elements = [element for element in racine.iter() if element is not racine]
    if not elements:
        return
    element = tirage.draw(st.sampled_from(elements), label="element")
    geste = tirage.draw(st.sampled_from(("delete", "double", "swap", "rename", "text", "attribute", "move")))
    parent = element.getparent()
    if geste == "delete":
        parent.remove(element)
    elif geste == "double":
        element.addnext(copy.deepcopy(element))
    elif geste == "swap" and element.getnext() is not None:
        element.addprevious(element.getnext())
    elif geste == "rename":
        autre = tirage.draw(st.sampled_from(elements), label="name")
        element.tag = tirage.draw(
            st.sampled_from((autre.tag, NS + "inconnu", etree.QName(element).localname))
        )
    elif geste == "text":
        element.text = tirage.draw(
            st.sampled_from(("", " ", "x", "12", "-1", "true", "2018-03-15", "é" * 40))
        )
    elif geste == "attribute":
        nom = tirage.draw(st.sampled_from(("code", NS + "modifie", "modifie", "autre")))
        element.set(nom, tirage.draw(st.sampled_from(("", "1", "true", "ABCDEFG", "é"))))
    elif geste == "move":
        parent.insert(tirage.draw(st.integers(0, len(parent))), element)


@given(tirage=st.data())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_the_walk_finds_something_exactly_when_the_schema_refuses(contrat, tirage):
    nom = tirage.draw(st.sampled_from(SPECIMENS))
    racine = parse((resources.fixtures_dir() / "demandes" / f"{nom}.xml").read_bytes(), limit=5_000_000)
    for _ in range(tirage.draw(st.integers(1, 4))):
        _muter(racine, tirage)
    racine = parse(etree.tostring(racine), limit=5_000_000)
    fichier = contrat.schemas.fichier(Document.DEMANDE, racine.get("versionInterface"))
    refus = contrat.schemas.validate(racine, document=Document.DEMANDE)
    with VERROU_DES_MODELES:  # released between two elements of a document that takes many steps
        trouvees = explication._Visite(explication.modele_de(contrat.schemas, fichier)).visiter(racine)
    assert bool(trouvees) == bool(refus), (trouvees, refus)


def test_an_overlay_is_explained_by_its_own_schemas(tmp_path, contrat, specimen):
    (tmp_path / "xsd").mkdir()
    ancien = contrat.fichier("xsd/types.xsd").decode()
    (tmp_path / "xsd" / "types.xsd").write_text(ancien.replace('"36"', '"3"'), encoding="utf-8")
    fautes = explication.expliquer(specimen(), Document.DEMANDE, None, charger(overlay=tmp_path).schemas)
    assert any("3 au plus" in faute.message for faute in fautes)


def test_an_element_of_a_later_version_is_told_with_that_version(contrat, specimen):
    """A NIR in a message 02.01: the remedy is not to take it away."""
    racine = specimen("personne_seule")
    demandeur = trouver(racine, "demandeur")
    etree.SubElement(demandeur, f"{NS}nir").text = "1"
    (faute,) = explication.expliquer(racine, Document.DEMANDE, "02.01", contrat.schemas)
    assert faute.remede == '« nir » existe à partir de la version 02.02 : écrivez versionInterface="02.02"'
    trouver(racine, "nir").tag = f"{NS}nirr"
    (faute,) = explication.expliquer(racine, Document.DEMANDE, "02.01", contrat.schemas)
    assert "versionInterface" not in faute.remede


def test_an_element_of_another_place_is_of_no_later_version(expliquer, specimen):
    """« sexe » is in every version, of a person: misplaced, not too new."""
    racine = specimen()
    etree.SubElement(trouver(racine, "demandeLogement"), f"{NS}sexe", code="M")
    (faute,) = [f for f in expliquer(racine) if f.chemin.endswith("/sexe")]
    assert "inconnu ici" in faute.message
    assert "versionInterface" not in faute.remede


# --- What a refusal by the schema is worth: what was published, or a convention of ours ---------------


def document(version: str) -> Any:
    octets = (fixtures_dir() / "demandes" / "personne_seule_nir.xml").read_bytes()
    racine = parse(octets, limit=Limites().xml_max)
    racine.set("versionInterface", version)
    return racine


def fautes(contrat: Contrat, racine: Any) -> dict[str, Fidelite]:
    trouvees = expliquer_sous(contrat, racine, Document.DEMANDE)
    return {faute.chemin.rpartition("/")[2]: fidelite for faute, fidelite in trouvees}


@pytest.fixture
def fausse() -> Any:
    """A document of 02.02 with a fault that 02.01 knows, and one in what 02.02 adds."""
    racine = document("02.02")
    racine.find(f"{NS}entete/{NS}dateFichier").text = "hier"
    nir = next(racine.iter(f"{NS}nir"))
    nir.append(etree.SubElement(nir, f"{NS}cle"))
    return racine


def test_what_a_convention_adds_is_a_convention(contrat: Contrat, fausse: Any) -> None:
    dites = fautes(contrat, fausse)
    assert dites.pop("dateFichier") is Fidelite.ATTESTEE
    assert set(dites.values()) == {Fidelite.CONVENTION}


def test_a_published_version_is_attested(contrat: Contrat) -> None:
    assert set(fautes(contrat, document("02.01")).values()) == {Fidelite.ATTESTEE}


def test_who_holds_the_official_schema_says_so(fausse: Any, tmp_path: Path) -> None:
    (tmp_path / "contract.toml").write_text("conventions = []\n")
    assert set(fautes(charger("v5.2", overlay=tmp_path), fausse).values()) == {Fidelite.ATTESTEE}


# --- a document that nobody writes costs no more than another ---------------------------------------------


def test_a_long_list_is_aligned_once_and_walked_as_far_as_the_steps_go(expliquer, specimen, monkeypatch):
    alignes = []
    aligner = explication.Automate.aligner
    monkeypatch.setattr(
        explication.Automate, "aligner", lambda self, *choix: alignes.append(choix) or aligner(self, *choix)
    )
    racine = specimen("couple_garde_alternee_handicap")
    liste = trouver(racine, "listeCotitulaire")
    for _ in range(1_000):
        liste.append(copy.deepcopy(liste[0]))
    trouver(racine, "dateCreationDemande").text = "hier"
    for naissance in liste.iter(f"{NS}dateNaissance"):
        naissance.text = "demain"
    dites = expliquer(racine)

    assert dites[0].chemin.endswith("/dateCreationDemande"), "what comes first is told in French"
    assert any(faute.remede == "comparez-le au schéma" for faute in dites), "what comes last, by libxml2"
    assert len(dites) < explication.ERREURS_MAX
    assert len(alignes) < 100, "a thousand of one shape are aligned once"
    assert expliquer(racine) == dites, "steps are counted, not timed"


def test_what_is_missing_from_a_long_document_is_told_once(expliquer, specimen):
    """The walk stops beyond its bound: libxml2 says again, of what comes next, what was told in French."""
    racine = specimen("personne_seule")
    recherche = trouver(racine, "logementRecherche")
    recherche.remove(trouver(recherche, "demandeElargie"))
    lieux = trouver(recherche, "listeLocalisationSouhaite")
    for rang in range(1_500):
        lieux.append(copy.deepcopy(lieux[rang % 3]))
    manque, suite = expliquer(racine)
    assert manque.message == "l'élément obligatoire « demandeElargie » manque"
    assert (suite.chemin, suite.sorte) == ("interfaceNuu", "trop_long"), "the rest was not read: no rule runs"

    etree.SubElement(trouver(racine, "demandeur"), f"{NS}inconnu")
    encore, *dites = expliquer(racine)
    assert encore == manque
    brutes = [f.chemin.rpartition("/")[2] for f in dites if f.sorte == "refus_brut"]
    assert brutes == ["inconnu"], "what the walk did not reach, and only that"


def test_a_real_document_is_far_from_the_last_step(contrat, specimen):
    for nom in SPECIMENS:
        racine = specimen(nom)
        fichier = contrat.schemas.fichier(Document.DEMANDE, racine.get("versionInterface"))
        visite = explication._Visite(explication.modele_de(contrat.schemas, fichier))
        assert visite.visiter(racine) == []
        assert 3 * visite._pas < explication.PAS_MAX


def test_thousands_of_attributes_are_no_more_than_the_faults_told(expliquer, specimen):
    racine = specimen()
    for rang in range(3_000):
        trouver(racine, "demandeLogement").set(f"a{rang}", "x")
    assert len(expliquer(racine)) == explication.ERREURS_MAX + 1


@pytest.mark.parametrize(
    ("nom", "texte", "dit"),
    [("precision", "é", "1000000 caractères"), ("dateCreationDemande", "9", "date")],
)
def test_of_an_endless_text_the_beginning_is_looked_at(expliquer, specimen, nom, texte, dit):
    racine = specimen()
    trouver(racine, nom).text = texte * 1_000_000
    (faute,) = expliquer(racine)
    assert dit in faute.message
    assert len(faute.message) < 400


def test_of_many_unknown_names_the_first_are_compared(expliquer, specimen):
    racine = specimen()
    parent = trouver(racine, "demandeur")
    for rang in range(60):
        etree.SubElement(parent, f"{NS}prenoms{rang}")
    messages = [faute.message for faute in expliquer(racine)]
    assert len(messages) >= 60


def test_a_long_explanation_lets_another_one_pass(expliquer, specimen, monkeypatch):
    """Beyond the steps of a real document, the lock of the schemas is free before each."""
    libres = []
    monkeypatch.setattr(explication, "sleep", lambda _: libres.append(not VERROU_DES_MODELES.locked()))
    expliquer(abime(specimen("couple_garde_alternee_handicap")))
    assert libres == [], "a real one takes no rest"
    racine = abime(specimen("couple_garde_alternee_handicap"))
    liste = trouver(racine, "listeCotitulaire")
    for _ in range(1_000):
        liste.append(copy.deepcopy(liste[0]))
    expliquer(racine)
    assert len(libres) > 100
    assert all(libres)
    assert not VERROU_DES_MODELES.locked()


def abime(racine):
    trouver(racine, "dateCreationDemande").text = "hier"
    return racine
