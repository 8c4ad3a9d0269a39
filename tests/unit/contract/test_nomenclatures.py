import pytest

from sne_sandbox.contract.nomenclatures import Chemin, Nomenclatures, lire_chemins, lire_listes
from sne_sandbox.errors import ContractError

FORMULAIRE = "interfaceNuu/demande/demandeLogement"


def test_codes_and_labels(contrat):
    listes = contrat.nomenclatures
    assert listes.liste("ListeCivilite")["1"] == "Monsieur"
    assert listes.contient("ListeTypeLogement", "T6P")
    assert not listes.contient("ListeTypeLogement", "T7")
    assert listes.libelle("ListeCivilite", "9") is None
    with pytest.raises(KeyError):
        listes.contient("ListeInconnue", "1")


def test_which_list_rules_a_path(contrat):
    chemin = f"{FORMULAIRE}/personnePhysique/demandeur/civilite"
    assert contrat.nomenclatures.par_chemin[chemin] == ("ListeCivilite", True)
    dalo = "interfaceNuu/demande/informationDalo/statutDalo"
    assert contrat.nomenclatures.par_chemin[dalo] == ("ListeStatutDalo", False)


def test_order_and_first_version(contrat):
    listes = contrat.nomenclatures
    assert listes.ordre(f"{FORMULAIRE}/numGuichet") < listes.ordre(f"{FORMULAIRE}/precision")
    assert listes.depuis(f"{FORMULAIRE}/informationTraitement") == "02.01"
    assert listes.depuis(f"{FORMULAIRE}/personnePhysique/demandeur/nir") == "02.02"


def test_containers_only_ever_hold_elements(contrat):
    conteneurs = contrat.nomenclatures.conteneurs
    assert {"listeRessourceRecue", "detailRessource", "demandeMulticritere", "evenement"} <= conteneurs
    assert conteneurs.isdisjoint({"nom", "commune", "typeFichier"})


def test_a_list_that_is_not_defined():
    with pytest.raises(ContractError, match="ListeAbsente"):
        Nomenclatures({}, [Chemin("a", True, "02.00", "ListeAbsente")])


def test_files_that_cannot_be_read():
    with pytest.raises(ContractError, match="label"):
        lire_listes(b"list,code\nA,1\n", "nomenclatures.csv")
    with pytest.raises(ContractError, match="UTF-8"):
        lire_chemins("path,é\n".encode("latin-1"), "chemins.csv")
