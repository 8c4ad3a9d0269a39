"""The other data of the contracts: lists, paths, places, event types, requirements."""

import csv
import re
import tomllib
from collections import Counter

import pytest

from sne_interface.contract.contrats_charges import charger
from sne_interface.contract.exigences_et_mentions import RISQUES, charger_exigences
from sne_interface.contract.overlay import DossiersContrat
from sne_interface.domain import decision_de_commission
from sne_interface.domain.evenement import Caracteristique, TypeEvenement

NIVEAUX = {"MUST", "SHOULD"}
TYPES = {"DAT", "TXT", "BOO", "NUM", "LST"}


def _lignes(chemin):
    with chemin.open(encoding="utf-8", newline="") as fichier:
        return list(csv.DictReader(fichier))


@pytest.fixture
def contrats(request):
    return request.path.parents[2] / "contracts"


@pytest.fixture
def evenements(contrats):
    """Event types of v5.0 and what v5.2 adds, by code."""
    lus = {}
    for version in ("v5.0", "v5.2"):
        contenu = tomllib.loads((contrats / version / "evenements.toml").read_text(encoding="utf-8"))
        assert not contenu.keys() & lus.keys()
        lus |= contenu
    return lus


@pytest.fixture
def toml(contrats):
    return {
        version: tomllib.loads((contrats / version / "contract.toml").read_text(encoding="utf-8"))
        for version in ("v5.0", "v5.2")
    }


def test_le_contrat_ne_nomme_que_des_fichiers_presents(toml, fichier):
    for contrat in toml.values():
        services = contrat.get("services", {}).values()
        nommes = [*contrat["schemas"].values(), *contrat["fichiers"].values()]
        nommes += [chemin for service in services for chemin in (service["wsdl"], *service["xsd"])]
        assert all(fichier(chemin).is_file() for chemin in nommes)
        assert not any(chemin.startswith("/") or ".." in chemin for chemin in nommes)


def test_chaque_version_de_message_a_son_schema(toml):
    schemas = toml["v5.0"]["schemas"] | toml["v5.2"]["schemas"]
    assert toml["v5.0"]["versions"] == ["02.00", "02.01"]
    assert toml["v5.2"]["versions"] == ["02.00", "02.01", "02.02"]
    assert {nom for nom in schemas if nom.startswith("demande/")} == {
        f"demande/{version}" for version in toml["v5.2"]["versions"]
    }


def test_les_services_du_contrat_sont_ceux_de_la_table(toml, modele):
    table = {
        (ligne["service"], ligne["port"], ligne["binding"], ligne["portType"])
        for ligne in modele.lire_operations()
    }
    services = toml["v5.0"]["services"]
    assert {(nom, s["port"], s["binding"], s["port_type"]) for nom, s in services.items()} == table
    assert all(s["chemins"][0] == f"/services/{nom}" for nom, s in services.items())
    assert services["DemandeLogementImplService"]["chemins"][1] == "/nuu/services/DemandeLogement"
    tous = [chemin for service in services.values() for chemin in service["chemins"]]
    assert len(tous) == len(set(tous))


def test_les_operations_du_contrat_sont_celles_de_la_table(contrats, modele):
    assert _lignes(contrats / "v5.0" / "operations.csv") == modele.lire_operations(), (
        "tests/contracts/tables/operations.csv is what was published: the contract says the same."
    )


def test_les_nomenclatures_sont_celles_de_la_table(contrats, modele):
    lignes = _lignes(contrats / "v5.0" / "nomenclatures.csv")
    assert lignes == _lignes(modele.TABLES / "nomenclatures.csv")
    assert max(Counter((ligne["list"], ligne["code"]) for ligne in lignes).values()) == 1


def test_les_chemins_de_5_0_sont_ceux_de_la_table(contrats, modele):
    colonnes = ("path", "min", "max", "content", "choice", "since", "nomenclature")
    attendus = [
        {colonne: ligne[colonne] for colonne in colonnes} for ligne in _lignes(modele.TABLES / "demande.csv")
    ]
    assert _lignes(contrats / "v5.0" / "chemins.csv") == attendus


def test_les_chemins_de_5_2_sont_ceux_de_5_0_et_de_la_version_02_02(contrats, modele):
    lignes = _lignes(contrats / "v5.2" / "chemins.csv")
    anciens = [ligne for ligne in lignes if ligne["since"] != "02.02"]
    assert anciens == _lignes(contrats / "v5.0" / "chemins.csv")
    ordre = [noeud.chemin for noeud in modele.lire_document("demande", "02.02").parcours()]
    assert [ligne["path"] for ligne in lignes] == ordre


def test_chaque_nomenclature_citee_existe(contrats):
    listes = {ligne["list"] for ligne in _lignes(contrats / "v5.0" / "nomenclatures.csv")}
    citees = {ligne["nomenclature"] for ligne in _lignes(contrats / "v5.2" / "chemins.csv")} - {""}
    assert citees == listes


def test_les_communes_et_leurs_epci_se_repondent(contrats):
    communes = _lignes(contrats / "v5.0" / "communes.csv")
    anciennes = _lignes(contrats / "v5.0" / "communes-anciennes.csv")
    codes = {ligne["code"] for ligne in communes}
    sirens = {ligne["siren"] for ligne in _lignes(contrats / "v5.0" / "epci.csv")}
    assert len(codes) == len(communes)
    assert all(re.fullmatch("[0-9AB]{5}", code) for code in codes)
    assert {ligne["epci"] for ligne in communes} - {""} <= sirens
    assert {ligne["successeur"] for ligne in anciennes} - {""} <= codes


def test_les_quartiles_visent_un_territoire_connu(contrats):
    sirens = {ligne["siren"] for ligne in _lignes(contrats / "v5.0" / "epci.csv")}
    regions = {ligne["region"] for ligne in _lignes(contrats / "v5.0" / "communes.csv")}
    connus = {"EPCI": sirens, "REGION": regions}
    demonstration = contrats.parent / "fixtures" / "quartiles-demo.csv"
    for ligne in _lignes(contrats / "v5.2" / "quartiles.csv") + _lignes(demonstration):
        assert ligne["siren"] in connus[ligne["territoire"]]
        assert 4000 < int(ligne["montant_uc"]) < 15000


def test_les_types_d_evenements_tiennent_dans_leur_document(evenements):
    """Bounds of `type-evenement.csv`, and fields of the domain's own values."""
    code = re.compile("[a-zA-Z0-9]{1,10}")
    for cle, lu in evenements.items():
        champs = {nom: valeur for nom, valeur in lu.items() if nom not in ("fidelite", "source")}
        caracteristiques = tuple(
            Caracteristique(**c | {"valeurs": tuple(map(tuple, c.get("valeurs", ())))})
            for c in champs.pop("caracteristiques")
        )
        type_ = TypeEvenement(cle, **champs, caracteristiques=caracteristiques)
        assert code.fullmatch(cle)
        assert len(type_.libelle) <= 100
        assert max(len(type_.texte_pgp), len(type_.texte_sne)) <= 500
        assert lu["fidelite"] in {"attestée", "déduite", "convention"}
        assert lu["source"]
        codes = [c.code for c in type_.caracteristiques]
        assert len(codes) == len(set(codes))
        for c in type_.caracteristiques:
            assert code.fullmatch(c.code)
            assert c.type in TYPES
            assert bool(c.valeurs) == (c.type == "LST")
            assert len(c.libelle) <= 100
            assert c.texte
            assert c.aide


def test_il_y_a_des_types_nationaux_et_territoriaux(evenements):
    territoires = {lu.get("territoire") for lu in evenements.values()}
    assert None in territoires
    assert {"062", "069"} <= territoires


def test_les_decisions_d_attribution_sont_celles_du_domaine(evenements):
    roles = charger("v5.2").roles.decision
    caracteristiques = {c["code"]: c for c in evenements[roles.type]["caracteristiques"]}
    assert roles.caracteristiques.keys() == set(decision_de_commission.CARACTERISTIQUES)
    assert set(roles.caracteristiques.values()) == caracteristiques.keys()
    assert roles.valeurs.keys() == set(decision_de_commission.DECISIONS)
    listes = {
        role: {code for code, _ in caracteristiques[roles.code(role)]["valeurs"]}
        for role in (decision_de_commission.DECISION, decision_de_commission.CATEGORIE)
    }
    assert listes[decision_de_commission.DECISION] == set(roles.valeurs.values())
    assert listes[decision_de_commission.CATEGORIE] >= set(roles.categories)


def test_chaque_exigence_dit_ce_que_risque_un_menage_et_aucune_autre(contrats, toml):
    for nom in toml:
        dossiers = DossiersContrat(contrats, nom)
        exigences = charger_exigences(dossiers)
        assert all(e.risque.endswith(".") for e in exigences.values())
        connues = {*exigences, *(e.partition("-")[0] for e in exigences)}
        assert set(dossiers.toml(RISQUES)) <= connues


def test_les_exigences_sont_completes_et_uniques(contrats, toml):
    lignes = _lignes(contrats / "v5.0" / "requirements.csv")
    assert len({ligne["id"] for ligne in lignes}) == len(lignes)
    for ligne in lignes:
        assert re.fullmatch("[A-Z]{3}-[0-9]{2}", ligne["id"])
        assert ligne["level"] in NIVEAUX
        assert ligne["since"] in toml
        assert ligne["text"].endswith(".")
        assert ligne["source"]
