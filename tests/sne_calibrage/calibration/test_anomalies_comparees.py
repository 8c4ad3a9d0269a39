"""Which rules depend on what no recording tells, and which anomalie is which."""

from sne_calibrage.calibration.anomalies_appariees import Appariement, Ici, La
from sne_calibrage.calibration.anomalies_comparees import _DE_L_APPELANT
from sne_interface.contract import contrats_charges

NOM = "interfaceNuu/demande/demandeLogement/personnePhysique/demandeur/nom"


def ici(regle: str, message: str, propriete: str = NOM, *, bloquante: bool = True) -> Ici:
    return Ici(regle, message, propriete, propriete, bloquante, False, {})


def test_the_rules_that_look_at_who_calls_are_found() -> None:
    assert {"ENT006", "ENT007", "DAL004", "EVT005", "RAD006", "RAD011", "CYC009"} <= _DE_L_APPELANT
    assert not {"IDT016", "ENT011", "ENT005", "CYC001", "MEN002", "DOU001"} & _DE_L_APPELANT


def test_anomalies_are_paired_by_code_then_by_place_and_sentence() -> None:
    appariement = Appariement(contrats_charges.charger())
    vide, age = ici("IDT016", "Le nom est obligatoire."), ici("IDT002", "La date n'est pas plausible.")
    nom = ici("IDT001", "Caractères non admis.", bloquante=False)
    paires, reste_la, reste_ici = appariement.apparier(
        [La("IDT016", "Autre phrase.", "ailleurs"), La("X1", "La date n'est pas plausible.", "ailleurs")],
        [nom, vide, age],
    )
    dites = [(p.la.code, p.ici.regle, p.sure) for p in paires]
    assert dites == [("IDT016", "IDT016", True), ("X1", "IDT002", True)]
    assert (reste_la, reste_ici) == ([], [nom])


def test_what_blocks_is_paired_before_what_warns() -> None:
    appariement = Appariement(contrats_charges.charger())
    avertit, bloque = ici("IDT001", "Un.", bloquante=False), ici("IDT016", "Deux.")
    paires, _, reste = appariement.apparier([La("X1", "Trois.", NOM)], [avertit, bloque])
    assert ([p.ici for p in paires], reste) == ([bloque], [avertit])


def test_two_that_are_alone_may_be_one_unless_the_code_is_known() -> None:
    appariement = Appariement(contrats_charges.charger())
    (paire,), _, _ = appariement.apparier([La("X1", "Rien de commun.", "")], [ici("IDT016", "Deux.")])
    assert not paire.sure
    for la in (La("MEN002", "Rien de commun.", ""), La("X1", "Rien de commun.", "")):
        connu = Appariement(contrats_charges.charger(), {"X1": "RES002"})
        paires, reste_la, reste_ici = connu.apparier([la], [ici("IDT016", "Deux.")])
        assert (paires, reste_la, len(reste_ici)) == ([], [la], 1)
