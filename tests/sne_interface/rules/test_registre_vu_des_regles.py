from collections.abc import Callable
from dataclasses import replace

from sne_interface.contract.contrats_charges import charger
from sne_interface.domain.demande import DemandeStockee, EtatDemande, Personne
from sne_interface.domain.element_recu import Element
from sne_interface.rules.registre_vu_des_regles import Registre, RegistreMemoire
from sne_interface.rules.rule import Contexte


def personne(**champs: str) -> Personne:
    return Personne(Element("demandeur", enfants=tuple(Element(n, texte) for n, texte in champs.items())))


def test_names_compare_folded() -> None:
    ecrite = personne(nom="D'Œuf-Le Gall", prenom="Éloïse", dateNaissance="1990-01-02")
    autre = personne(nom="DOEUF LE GALL", prenom="ELOISE", dateNaissance="1990-01-02+01:00")
    assert ecrite.identite == autre.identite


def test_a_birth_date_tells_namesakes_apart() -> None:
    une = personne(nom="A", prenom="B", dateNaissance="1990-01-02")
    assert une.identite != personne(nom="A", prenom="B", dateNaissance="1990-01-03").identite


def test_nobody_is_found_by_a_birth_name_that_is_not_given() -> None:
    assert personne(nom="A", prenom="B").identite_patronymique is None
    assert personne(nomPatronymique="Lé", prenom="B").identite_patronymique == ("le", "b", None)


def test_a_person_is_known_by_both_names() -> None:
    assert personne(nom="Delattre", nomPatronymique="Wattel").noms == {"delattre", "wattel"}
    assert personne(nom="Delattre", nomPatronymique="").noms == {"delattre"}


Message = Callable[..., Contexte]


def stockee(message: Message, **champs: object) -> DemandeStockee:
    trouvee = message(type="MOD", **champs).stockee
    assert isinstance(trouvee, DemandeStockee)
    return trouvee


def test_the_empty_register_knows_nothing(message: Message) -> None:
    vide: Registre = RegistreMemoire()
    personnes = message().demande.titulaires
    assert vide.demande("1110318000001G1104") is None
    assert vide.guichet("G1104") is None
    assert vide.type_evenement("DECATT") is None
    assert vide.evenement(1) is None
    assert not vide.evenements("1110318000001G1104")
    assert vide.mouvements("1110318000001G1104") == []
    assert vide.demande_de_reference("G1104", "X") is None
    assert not [*vide.doublons("111", personnes), *vide.doublons("111", personnes, patronymiques=True)]
    assert not vide.demandes_du_nir("111", "206127511100564")


def test_duplicates_are_active_in_the_territory_and_not_excepted(message: Message) -> None:
    trouvee = stockee(message)
    personnes = trouvee.demande.titulaires
    registre: Registre = RegistreMemoire([trouvee])
    assert registre.doublons("111", personnes) == [trouvee]
    assert registre.doublons("062", personnes) == []
    assert registre.doublons("111", personnes, sauf=[trouvee.numero_unique]) == []
    assert RegistreMemoire([replace(trouvee, etat=EtatDemande.RADIEE)]).doublons("111", personnes) == []


def test_duplicates_come_by_number(message: Message) -> None:
    trouvee = stockee(message)
    registre = RegistreMemoire([replace(trouvee, numero_unique=n) for n in ("B", "A")])
    assert [d.numero_unique for d in registre.doublons("111", trouvee.demande.titulaires)] == ["A", "B"]


def test_a_reference_is_that_of_its_creator(message: Message) -> None:
    registre = RegistreMemoire([stockee(message)])
    assert registre.demande_de_reference("G1104", "BAC-0001") is not None
    assert registre.demande_de_reference("G1205", "BAC-0001") is None


def test_a_nir_is_found_in_its_territory(message: Message) -> None:
    trouvee = stockee(message, specimen="personne_seule_nir")
    roles = charger().roles.demande
    (nir,) = roles.nirs(trouvee.demande)
    assert nir
    registre = RegistreMemoire([trouvee], roles=roles)
    assert registre.demandes_du_nir("062", nir) == [trouvee.numero_unique]
    assert registre.demandes_du_nir("111", nir) == []
    # A contract that binds the NIR to nothing knows none.
    assert RegistreMemoire([trouvee]).demandes_du_nir("062", nir) == []
