"""Two contracts compared: every kind of difference is found, at its place, as hard as it is each way."""

from pathlib import Path

import pytest

from sne_calibrage.versions.contrats_compares import comparer
from sne_calibrage.versions.differences_de_contrats import (
    ComparaisonDeContrats,
    DifferenceDeContrats,
    Sens,
    Severite,
)
from sne_interface.contract.changements import Nature
from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.resources import contracts_dir

E, A, I = Severite.ERREUR, Severite.AVERTISSEMENT, Severite.INFORMATION  # noqa: E741 - as the table reads
DEMANDE = "interfaceNuu/demande/demandeLogement"


@pytest.fixture(scope="module")
def v5_2() -> Contrat:
    return charger("v5.2")


def ecrire(dossier: Path, fichier: str, avant: str, apres: str, version: str = "v5.0") -> None:
    texte = (contracts_dir() / version / fichier).read_text("utf-8")
    assert avant in texte
    (dossier / fichier).parent.mkdir(parents=True, exist_ok=True)
    (dossier / fichier).write_text(texte.replace(avant, apres, 1), "utf-8")


def ajoutees(v5_2: Contrat, dossier: Path) -> list[DifferenceDeContrats]:
    return list(comparer(v5_2, charger("v5.2", dossier)).differences)


def test_a_contract_does_not_differ_from_itself(v5_2: Contrat) -> None:
    comparaison = comparer(v5_2, charger("v5.2"))
    assert comparaison.differences == comparaison.changements == ()
    assert not comparaison.cassante


def test_5_2_adds_to_5_0_and_takes_nothing_away(de_5_0_a_5_2: ComparaisonDeContrats) -> None:
    assert not de_5_0_a_5_2.cassante
    places = {d.objet: d for d in de_5_0_a_5_2.differences if d.nature is Nature.SCHEMAS}
    assert {objet.rpartition("/")[2] for objet in places} == {
        "nir", "ressourcesAnnuellesUC", "nombreUC", "premierQuartile",
    }  # fmt: skip
    assert all(d.sorte == "element-ajoute" and d.severite is I for d in places.values())


def test_what_bites_a_message_of_5_0_by_what_others_said_is_a_warning(
    v5_2: Contrat, de_5_0_a_5_2: ComparaisonDeContrats
) -> None:
    """Controls that hold a radiation, which 5.0 sends, to decisions that the base may know from others. A new
    control of an addition bites only who uses it."""
    regles = {d.objet: d for d in de_5_0_a_5_2.differences if d.nature is Nature.REGLES}
    radiations = {code for code in regles if v5_2.regles[code].types == ("RAD",)}
    assert radiations == {"DEC019", "DEC020", "DEC021", "DEC022", "DEC026", "PRI004"}
    assert {(regles[code].severite, regles[code].changement) for code in radiations} == {(A, "SUITES")}
    assert {d.severite for code, d in regles.items() if code.startswith("NIR")} == {I}


def test_a_behaviour_that_no_file_shows_is_told_too(de_5_0_a_5_2: ComparaisonDeContrats) -> None:
    sans = {c.id for c in de_5_0_a_5_2.changements} - {d.changement for d in de_5_0_a_5_2.differences}
    assert sans == {"COMMUNES", "STATISTIQUES"}


def test_the_way_back_breaks_and_names_the_same_changes(de_5_2_a_5_0: ComparaisonDeContrats) -> None:
    rompues = {d.objet: d.changement for d in de_5_2_a_5_0.differences if d.severite is E}
    assert rompues == {"02.02": "MESSAGE-0202", "DECATT": "DECISIONS"}


def test_it_says_the_same_twice_in_the_same_order(v5_2: Contrat, de_5_0_a_5_2: ComparaisonDeContrats) -> None:
    un, autre = de_5_0_a_5_2, comparer(charger("v5.0"), v5_2)
    assert un.en_json() == autre.en_json()
    empreintes = [d.empreinte for d in un.differences]
    assert len(set(empreintes)) == len(empreintes)
    assert all(len(empreinte) == 12 and int(empreinte, 16) >= 0 for empreinte in empreintes)


PRECISION = '<xs:element name="precision" type="Chaine255Modifiable"/>'
AUTRE = '<xs:element name="autre" type="Chaine255Modifiable"/>'
PRE = '"precision" type="Chaine255Modifiable"'
REF = '"refInterne" type="Chaine18Modifiable"'
INTERNE = f'<xs:element name={REF} minOccurs="0"/>'
TRAITEMENT = '<xs:element name="informationTraitement" type="InformationTraitement" minOccurs="0"/>'
LOYER = '"montantLoyer" type="Entier4Modifiable"'
LOCALISATION = '"localisationSouhaite" maxOccurs="unbounded"'
LONG = '<xs:maxLength value="255"/>'
BAS = '<xs:minInclusive value="0"/>\n      <xs:maxInclusive value="9999"/>'
TROIS = '<xs:pattern value="[a-zA-Z0-9]{3}"/>'
LISTE = '<xs:enumeration value="CRE"/><xs:enumeration value="MOD"/>'
FICHIER = '<xs:element name="typeFichier" type="TypeFichier"/>'
FIN = 'use="required"/>\n    </xs:complexType>'
UNIQUE = (FIN, FIN + '<xs:unique name="u"><xs:selector xpath="*"/><xs:field xpath="@x"/></xs:unique>')
CHOIX = '<xs:choice>\n        <xs:element name="association"'
D1, TD, T = "demande-02.01", "types-demande", "types"
#: What is written otherwise, then: kind, end of the place, how hard in requests, in answers.
SCHEMAS: list[tuple[str, str, str, str, str, Severite, Severite]] = [
    (D1, PRECISION, PRECISION + AUTRE.replace("/>", ' minOccurs="0"/>'), "element-ajoute", "/autre", I, I),
    (D1, PRECISION, PRECISION + AUTRE, "element-ajoute", "/autre", E, I),
    (D1, PRECISION, "", "element-retire", "demandeLogement/precision", E, E),
    (D1, INTERNE, "", "element-retire", "refInterne", E, A),
    (D1, f'{REF} minOccurs="0"', REF, "occurrences", "refInterne", E, I),
    (D1, PRE, f'{PRE} minOccurs="0"', "occurrences", "precision", I, E),
    (TD, LOCALISATION, LOCALISATION.replace("unbounded", "8"), "occurrences", "localisationSouhaite", E, I),
    (D1, PRE, f'{PRE} maxOccurs="2"', "occurrences", "precision", I, E),
    (T, LONG, LONG.replace("255", "200"), "facette-maxLength", "precision", E, I),
    (T, LONG, LONG.replace("255", "300"), "facette-maxLength", "precision", I, E),
    (T, LONG, "", "facette-maxLength", "precision", I, E),
    (T, BAS, BAS.replace('"0"', '"10"'), "facette-minInclusive", "logementRecherche/montantLoyer", E, I),
    (TD, LOYER, LOYER.replace("Entier4", "Date"), "type", "logementRecherche/montantLoyer", E, E),
    (T, TROIS, TROIS.replace("{3}", "{2,3}"), "facette-pattern", "typeFichier", A, A),
    (T, TROIS, TROIS + LISTE, "enumeration-ajoutee", "typeFichier", E, I),
    (D1, f"{PRECISION}\n      {TRAITEMENT}", TRAITEMENT + PRECISION, "ordre", "demandeLogement", E, A),
    (D1, CHOIX, CHOIX.replace("choice", 'choice minOccurs="0"'), "choix", "demandeLogement", A, A),
    (D1, 'mDefault="qualified"', 'mDefault="unqualified"', "espace-de-noms", "/entete", E, E),
    (D1, INTERNE, INTERNE.replace("/>", ' form="unqualified"/>'), "espace-de-noms", "refInterne", E, E),
    (D1, FICHIER, FICHIER.replace("/>", ' default="CRE"/>'), "valeur-par-defaut", "typeFichier", A, A),
    (D1, FICHIER, FICHIER.replace("/>", ' fixed="CRE"/>'), "valeur-imposee", "typeFichier", E, I),
    (D1, 'use="required"', 'use="prohibited"', "attribut-retire", "@versionInterface", E, E),
    (D1, UNIQUE[0], UNIQUE[1], "unicite", "02.01:interfaceNuu", E, I),
    (T, LONG, LONG + '<xs:whiteSpace value="collapse"/>', "facette-whiteSpace", "precision", A, A),
]


def test_the_same_bound_written_otherwise_is_no_difference(v5_2: Contrat, tmp_path: Path) -> None:
    ecrire(tmp_path, "xsd/types.xsd", '<xs:maxInclusive value="2100"/>', '<xs:maxExclusive value="2101"/>')
    assert ajoutees(v5_2, tmp_path) == []


@pytest.mark.parametrize("ligne", SCHEMAS, ids=lambda ligne: f"{ligne[3]} {ligne[4]} {ligne[5]}")
def test_a_schema_written_otherwise_is_told_where_and_how_hard_each_way(
    ligne: tuple[str, str, str, str, str, Severite, Severite], v5_2: Contrat, tmp_path: Path
) -> None:
    fichier, avant, apres, sorte, fin, requete, reponse = ligne
    ecrire(tmp_path, f"xsd/{fichier}.xsd", avant, apres)
    siennes = [d for d in ajoutees(v5_2, tmp_path) if d.objet.endswith(fin) and d.sorte == sorte]
    assert siennes
    for d in siennes:
        if d.objet.startswith("demande/02.01:"):
            assert d.severites == {Sens.REQUETE: requete, Sens.REPONSE: reponse}
    assert any(d.objet.startswith("demande/02.01:") for d in siennes)


def test_what_moves_is_told_once_and_what_is_below_not_at_all(v5_2: Contrat, tmp_path: Path) -> None:
    dalo = '<xs:element name="informationDalo" type="InformationDalo" minOccurs="0"/>'
    ecrire(tmp_path, "xsd/demande-02.01.xsd", dalo, "")
    texte = (tmp_path / "xsd/demande-02.01.xsd").read_text("utf-8")
    (tmp_path / "xsd/demande-02.01.xsd").write_text(texte.replace(PRECISION, PRECISION + dalo), "utf-8")
    (d,) = [d for d in ajoutees(v5_2, tmp_path) if d.objet.startswith("demande/02.01:")]
    assert (d.sorte, d.objet) == ("element-deplace", "demande/02.01:interfaceNuu/demande/informationDalo")
    assert f"{DEMANDE}/informationDalo" in d.texte


def test_a_document_that_travels_one_way_is_hard_one_way(v5_2: Contrat, tmp_path: Path) -> None:
    ecrire(tmp_path, "xsd/type-evenement.xsd", 'minOccurs="0"', 'minOccurs="1"')
    siennes = [d for d in ajoutees(v5_2, tmp_path) if d.objet.startswith("type-evenement:")]
    assert siennes
    assert all(d.severites.keys() == {Sens.REPONSE} for d in siennes)


def test_a_version_that_goes_breaks_and_one_that_comes_does_not(v5_2: Contrat, tmp_path: Path) -> None:
    (tmp_path / "contract.toml").write_text('versions = ["02.01", "02.02"]\n', "utf-8")
    (d,) = ajoutees(v5_2, tmp_path)
    assert (d.objet, d.sorte, d.severite) == ("02.00", "version-retiree", E)
    (retour,) = comparer(charger("v5.2", tmp_path), v5_2).differences
    assert (retour.sorte, retour.severite) == ("version-ajoutee", I)


REGLES: dict[str, tuple[str, str, Severite]] = {
    "bloque": ('[ENT005]\ngravite = "bloquante"\n', "regle-gravite", E),
    "ne bloque plus": ('[ADR002]\ngravite = "ignorée"\n', "regle-gravite", I),
    "un code": ('[ENT005]\ncode_officiel = "A12"\n', "regle-code_officiel", A),
    "un texte": ('[ENT005]\ntexte = "Autre."\n', "regle-texte", I),
    "une condition": ('[ENT005]\ncondition = "Autre."\n', "regle-condition", A),
}


@pytest.mark.parametrize("quoi", REGLES)
def test_a_control_that_changes_is_told(quoi: str, v5_2: Contrat, tmp_path: Path) -> None:
    texte, sorte, severite = REGLES[quoi]
    (tmp_path / "rules.toml").write_text(texte, "utf-8")
    differences = ajoutees(v5_2, tmp_path)
    assert {d.nature for d in differences} == {Nature.REGLES}
    assert [d.severite for d in differences if d.sorte == sorte] == [severite]


def test_codes_labels_and_lists_of_elements(v5_2: Contrat, tmp_path: Path) -> None:
    ecrire(tmp_path, "nomenclatures.csv", "ListeCivilite,3,Mademoiselle", "ListeCivilite,4,Mademoiselle")
    dites = {
        d.objet: (d.sorte, d.severites[Sens.REQUETE], d.severites[Sens.REPONSE])
        for d in ajoutees(v5_2, tmp_path)
    }
    assert dites == {"ListeCivilite/3": ("code-retire", E, I), "ListeCivilite/4": ("code-ajoute", I, E)}


AVIS = 'libelle = "Avis rendu"\ntype = "LST"'
EVENEMENTS: dict[str, tuple[str, str, str, str, Severite]] = {
    "exigée": (
        'code = "REORIENT"', 'code = "REORIENT"\nobligatoire = true',
        "DALOFAV/REORIENT", "caracteristique-changee", E,
    ),
    "un type": (AVIS, AVIS.replace("LST", "TXT"), "AVISINST/AVIS", "caracteristique-changee", E),
    "une valeur": ('["DEFAV", "Défavorable"], ', "", "AVISINST/AVIS/DEFAV", "valeur-retiree", E),
    "un libellé": ('"Favorable"', '"Oui"', "AVISINST/AVIS/FAV", "valeur-libelle", I),
}  # fmt: skip


@pytest.mark.parametrize("quoi", EVENEMENTS)
def test_types_of_events_and_their_characteristics(quoi: str, tmp_path: Path) -> None:
    avant, apres, objet, sorte, severite = EVENEMENTS[quoi]
    ecrire(tmp_path, "evenements.toml", avant, apres)
    differences = comparer(charger("v5.0"), charger("v5.0", tmp_path)).differences
    (d,) = [d for d in differences if d.objet == objet and d.sorte == sorte]
    assert d.severite is severite
    assert d.nature is Nature.EVENEMENTS


def test_operations_services_and_the_files_that_describe_them(v5_2: Contrat, tmp_path: Path) -> None:
    ligne = "demandeLogementParametres,complet,xs:string,0"
    ecrire(tmp_path, "operations.csv", ligne, ligne.replace(",0", ",1"))
    ecrire(tmp_path, "wsdl/RechercheDemandeImplService.wsdl", "RechercheDemandeImplPort", "AutrePort")
    chemins = '[services.RechercheDemandeImplService]\nchemins = ["/ailleurs"]\n'
    (tmp_path / "contract.toml").write_text(chemins, "utf-8")
    dites = {d.objet: (d.sorte, d.severite) for d in ajoutees(v5_2, tmp_path)}
    assert dites["getDemandeLogement/input/complet"] == ("champ-obligatoire", E)
    assert dites["wsdl/RechercheDemandeImplService.wsdl"] == ("fichier-changement", A)
    assert dites["contract.toml:services.RechercheDemandeImplService.chemins"] == ("fichier-changement", E)
    assert len(dites) == 3


@pytest.mark.parametrize(
    ("fichier", "avant", "apres", "objet", "nature"),
    [
        ("quartiles.csv", "2020,8861,", "2020,8000,", "EPCI/200071751/2020", Nature.SEUILS),
        ("risques.toml", "FID = ", "FIX = ", "risques.toml:FIX", Nature.FICHIERS),
        ("certification.toml", 'nom = "SNE 5.2"', 'nom = "Autre"', "nom", Nature.CERTIFICATION),
        ("requirements.csv", ",SHOULD,", ",MUST,", "EMB-08", Nature.EXIGENCES),
    ],
)
def test_what_no_message_carries_is_told_and_breaks_nothing(
    fichier: str, avant: str, apres: str, objet: str, nature: Nature, v5_2: Contrat, tmp_path: Path
) -> None:
    ecrire(tmp_path, fichier, avant, apres, "v5.2")
    comparaison = comparer(v5_2, charger("v5.2", tmp_path))
    assert (objet, nature) in {(d.objet, d.nature) for d in comparaison.differences}
    assert not comparaison.cassante


def test_a_row_of_the_geography_is_told(v5_2: Contrat, tmp_path: Path) -> None:
    ecrire(tmp_path, "epci.csv", "\n200000172,", "\n200000173,")
    assert {d.objet for d in ajoutees(v5_2, tmp_path)} == {"epci.csv:200000172", "epci.csv:200000173"}


def test_a_folder_of_several_versions_tells_the_asked_one_alone(v5_2: Contrat, tmp_path: Path) -> None:
    autre = tmp_path / "v5.0"
    autre.mkdir()
    (autre / "risques.toml").write_text('FID-01 = "x"\n', "utf-8")
    (tmp_path / "v5.2").mkdir()
    (tmp_path / "v5.2" / "rules.toml").write_text('[ENT005]\ngravite = "bloquante"\n', "utf-8")
    assert {d.objet for d in ajoutees(v5_2, tmp_path)} == {"ENT005"}
