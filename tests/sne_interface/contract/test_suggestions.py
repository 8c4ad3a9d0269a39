"""What is proposed in place of a code that is refused."""

import pytest
from donnees import a_cote

from sne_interface.contract.contrats_charges import charger
from sne_interface.contract.suggestions import liste_de, remede_de_regle, suggerer, suggerer_une_commune

CONTRAT = charger()
LOGEMENT = "interfaceNuu/demande/demandeLogement/logementRecherche/listeTypeLogement/typeLogement"


@pytest.mark.parametrize(
    ("liste", "ecrit", "dit"), a_cote(__file__)["the_nearest_code_is_told_with_its_label"]
)
def test_the_nearest_code_is_told_with_its_label(liste: str, ecrit: str, dit: str) -> None:
    assert suggerer(CONTRAT, liste, ecrit).startswith(dit)


def test_a_short_list_is_told_whole_and_what_only_the_sne_sends_is_not_proposed() -> None:
    types = suggerer(CONTRAT, "ListeTypeFichier", "ZZZ")
    assert all(f"« {code} »" in types for code in ("CRE", "CRS", "MOD", "REN", "RAD", "SUP", "COP"))
    assert "« RET »" not in types
    assert "« RET » (Retraité)" in suggerer(CONTRAT, "ListeTypeContratTravail", "ZZZ")


def test_the_list_of_an_element_whatever_its_index() -> None:
    assert liste_de(CONTRAT, f"{LOGEMENT}[2]/@code") == liste_de(CONTRAT, LOGEMENT) == "ListeTypeLogement"
    assert liste_de(CONTRAT, "interfaceNuu/demande") == ""


def test_the_remedy_of_a_rule_keeps_its_own_where_there_is_no_code() -> None:
    fiche, numero = CONTRAT.regles["ENT009"], "interfaceNuu/demande/demandeLogement/numUnique"
    assert remede_de_regle(CONTRAT, "ENT009", numero, "1") == fiche.remede
    assert remede_de_regle(CONTRAT, "ENT011", LOGEMENT, "F3").startswith("Vouliez-vous écrire « T3 » ?")
    assert remede_de_regle(CONTRAT, "REC006", LOGEMENT, "autre chose") == CONTRAT.regles["REC006"].remede
    assert remede_de_regle(CONTRAT, "INCONNUE", LOGEMENT, "T3") == ""


def test_a_postal_code_in_place_of_a_commune_s_is_told_with_the_communes_that_have_it() -> None:
    adresse = "interfaceNuu/demande/demandeLogement/personnePhysique/demandeur/adressePostale/commune"
    dit = remede_de_regle(CONTRAT, "ADR002", adresse, "59800")
    assert dit == "59800 est un code postal. Écrivez le code INSEE de la commune : « 59350 » (Lille)."
    assert "ou une autre des" in suggerer_une_commune(CONTRAT, "62170")
    assert suggerer_une_commune(CONTRAT, "99999") == suggerer_une_commune(CONTRAT, "Lens") == ""
    assert remede_de_regle(CONTRAT, "ADR002", adresse, "99999") == CONTRAT.regles["ADR002"].remede
