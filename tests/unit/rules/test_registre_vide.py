from collections.abc import Callable
from dataclasses import replace

from sne_sandbox.domain.demande import DemandeStockee, EtatDemande
from sne_sandbox.rules.context import Contexte, Registre
from sne_sandbox.rules.registre_vide import FauxRegistre, RegistreVide

Message = Callable[..., Contexte]


def stockee(message: Message, **champs: object) -> DemandeStockee:
    trouvee = message(type="MOD", **champs).stockee
    assert isinstance(trouvee, DemandeStockee)
    return trouvee


def test_the_empty_register_knows_nothing(message: Message) -> None:
    vide: Registre = RegistreVide()
    personnes = message().demande.titulaires
    assert vide.demande("1110318000001G1104") is None
    assert vide.guichet("G1104") is None
    assert vide.type_evenement("DECATT") is None
    assert vide.evenement(1) is None
    assert vide.demande_de_reference("G1104", "X") is None
    assert not vide.doublons("111", personnes)
    assert not vide.doublons_patronymiques("111", personnes)
    assert not vide.demandes_du_nir("111", "206127511100564")


def test_duplicates_are_active_in_the_territory_and_not_excepted(message: Message) -> None:
    trouvee = stockee(message)
    personnes = trouvee.demande.titulaires
    registre: Registre = FauxRegistre([trouvee])
    assert registre.doublons("111", personnes) == [trouvee]
    assert registre.doublons("062", personnes) == []
    assert registre.doublons("111", personnes, sauf=[trouvee.numero_unique]) == []
    assert FauxRegistre([replace(trouvee, etat=EtatDemande.RADIEE)]).doublons("111", personnes) == []


def test_duplicates_come_by_number(message: Message) -> None:
    trouvee = stockee(message)
    registre = FauxRegistre([replace(trouvee, numero_unique=n) for n in ("B", "A")])
    assert [d.numero_unique for d in registre.doublons("111", trouvee.demande.titulaires)] == ["A", "B"]


def test_a_reference_is_that_of_its_creator(message: Message) -> None:
    registre = FauxRegistre([stockee(message)])
    assert registre.demande_de_reference("G1104", "BAC-0001") is not None
    assert registre.demande_de_reference("G1205", "BAC-0001") is None


def test_a_nir_is_found_in_its_territory(message: Message) -> None:
    trouvee = stockee(message, specimen="personne_seule_nir")
    nir = trouvee.demande.titulaires[0].nir
    assert nir
    assert FauxRegistre([trouvee]).demandes_du_nir("062", nir) == [trouvee.numero_unique]
    assert FauxRegistre([trouvee]).demandes_du_nir("111", nir) == []
