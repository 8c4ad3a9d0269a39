"""Every control is a function and a row, says where it comes from and what to do, and shows examples."""

import json
import re
import tomllib
from dataclasses import replace

import pytest

from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.domain.anomalie import Gravite
from sne_interface.generators.exemples_de_regles import ExempleDeRegle, contexte, exemples, genre
from sne_interface.generators.exemples_de_regles import document as document_de
from sne_interface.resources import contracts_dir
from sne_interface.rules.catalogue import REGLES
from sne_interface.rules.engine import Jeu, juger
from sne_interface.rules.registre_vu_des_regles import RegistreMemoire

CODES = [regle.code for regle in REGLES]
AU_TRANSPORT = {regle.code for regle in REGLES if regle.transport}
AU_REGISTRE = {regle.code for regle in REGLES if regle.registre}
EXEMPLES = exemples()


def test_each_rule_has_one_function_and_one_row(contrat: Contrat) -> None:
    assert sorted(CODES) == sorted(contrat.regles)


def test_the_former_interface_knows_no_rule_that_has_no_function() -> None:
    assert set(charger("v5.0").regles) <= set(CODES)


def test_each_rule_says_what_it_wants_and_where_it_comes_from(contrat: Contrat) -> None:
    fiches = {code: contrat.regles[code] for code in CODES}
    assert {code for code, fiche in fiches.items() if not (fiche.source and fiche.fidelite)} == set()
    assert {code for code, fiche in fiches.items() if not fiche.condition.endswith(".")} == set()
    assert {code for code, fiche in fiches.items() if not fiche.remede.endswith(".")} == set()


#: A place in a text of law, or of a numbered document.
_ARTICLE = re.compile(r"[LRD]\. \d{3}(-\d+)*|arrêté du .+, annexe, § \d|arrêté du 6 août 2018|n° \d+")
#: A file of the contract, and the names in it: « types-demande.xsd, Radiation/dateRadiation ».
_FICHIER = re.compile(r"([\w.-]+\.(?:xsd|csv)), ([\w/]+)")


@pytest.mark.parametrize("nom", ["v5.0", "v5.2"])
def test_a_rule_that_blocks_cites_a_place_and_the_place_is_there(nom: str) -> None:
    """« déduit du contrat publié » says nothing: an article, or a file of the contract with what is read in
    it. A convention that blocks, in `strict`, says that it is ours."""
    contrat = charger(nom)
    sans_lieu = []
    for code, fiche in contrat.regles.items():
        cites = [
            (fichier, mot) for fichier, mots in _FICHIER.findall(fiche.source) for mot in mots.split("/")
        ]
        for fichier, mot in cites:
            dossier = contracts_dir() / "v5.0" / ("xsd" if fichier.endswith(".xsd") else "")
            texte = (dossier / fichier).read_text("utf-8")
            assert f'"{mot}"' in texte or f"\n{mot}," in texte, f"{code} : {mot} n'est pas dans {fichier}"
        notre = fiche.fidelite == "convention"
        ou = "communes.csv" in fiche.source or cites or _ARTICLE.search(fiche.source)
        if fiche.gravite == "bloquante" and not (ou or notre):
            sans_lieu.append(f"{code} : {fiche.source}")
    assert sans_lieu == []


#: Words that no French source holds.
_ANGLAIS = {
    *("the", "is", "are", "was", "only", "admits", "meaning", "in", "of", "not", "may", "be", "by", "and"),
    *("with", "form", "label", "number", "field", "names", "rule", "procedure", "kept", "choice", "fields"),
}


@pytest.mark.parametrize("nom", ["v5.0", "v5.2"])
def test_sources_are_in_french(nom: str) -> None:
    """They are shown beside the anomalies to who writes a demande."""
    contrat = charger(nom)
    sources = {fiche.source for fiche in contrat.regles.values()}
    evenements = tomllib.loads((contracts_dir() / nom / "evenements.toml").read_text("utf-8"))
    sources |= {str(type_["source"]) for type_ in evenements.values()}
    assert {s for s in sources if _ANGLAIS & set(re.findall(r"[a-zà-ÿ]+", s.lower()))} == set()


def test_each_rule_has_an_accepting_and_a_refusing_example_and_no_other_has_any() -> None:
    montres = {(e.regle, e.verdict) for e in EXEMPLES}
    assert montres == {(code, verdict) for code in CODES for verdict in ("accepte", "refuse")}


@pytest.mark.parametrize("exemple", EXEMPLES, ids=str)
def test_each_example_fits_its_schema_gets_its_verdict_and_says_what_is_written(
    contrat: Contrat, exemple: ExempleDeRegle
) -> None:
    """What the schema refuses never reaches a rule: such an example would prove nothing."""
    racine = document_de(exemple, contrat)
    version = contrat.version_de_lecture(racine.get("versionInterface"))
    fautes = contrat.schemas.validate(racine, document=genre(exemple), version=version)
    assert [f"{faute.chemin} : {faute.message}" for faute in fautes] == []
    ouvert = contexte(exemple, contrat, racine)
    anomalies = juger(ouvert, contrat, exemple.profil)
    levees = [a for a in anomalies if a.regle == exemple.regle]
    assert bool(levees) is (exemple.verdict == "refuse"), [f"{a.regle} {a.propriete}" for a in anomalies]
    if exemple.gravite is not None:
        assert levees[0].gravite is Gravite(exemple.gravite)
    if exemple.regle not in AU_TRANSPORT:  # else it speaks of what is not in the document
        assert all(a.ligne > 0 for a in levees)
    dites = list(dict.fromkeys((_court(a.propriete), a.valeur, a.message) for a in levees))
    ecrites = [tuple(ecrite) for ecrite in exemple.anomalies]
    assert dites == ecrites, (
        f"{exemple} raises other anomalies than it says. If they are right, write in "
        f"fixtures/exemples/{exemple.fichier}.toml, example {exemple.rang}:\n\n{_en_toml(dites)}\n"
    )
    # What does not say that it reads the base (`registre`) finds the same before it is open.
    seul = replace(ouvert, registre=RegistreMemoire(), stockee=None)
    assert [a.propriete for a in juger(seul, contrat, exemple.profil, Jeu.SANS_REGISTRE)] == [
        a.propriete for a in anomalies if a.regle not in AU_REGISTRE
    ]


def _court(propriete: str) -> str:
    """The path of an anomalie as an example writes it."""
    return re.sub(r"^interfaceNuu/demande/demandeLogement(?=/|$)", "~", propriete)


def _en_toml(dites: list[tuple[str, str, str]]) -> str:
    lignes = [json.dumps(dite, ensure_ascii=False) for dite in dites]
    if len(lignes) < 2:
        return f"anomalies = [{''.join(lignes)}]"
    return "\n".join(["anomalies = [", *(f"    {ligne}," for ligne in lignes), "]"])
