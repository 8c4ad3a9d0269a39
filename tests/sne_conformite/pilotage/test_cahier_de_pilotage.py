"""What the world said is noted once, errors included, and no secret is."""

from typing import Any

import pytest

from sne_conformite.pilotage.base_pilotee import BaseJugee
from sne_conformite.pilotage.cahier_de_pilotage import (
    FAITS,
    Cahier,
    ecrire_octets,
    fait,
    relire_erreur,
    relire_octets,
    sans_secret,
)
from sne_conformite.pilotage.lien_application import LienRompu
from sne_interface.domain.echange import Echange
from sne_interface.errors import SandboxError

#: Asked of a base, and not of what the world says: the run's own, or read again from the journal.
A_PART = {"jumelle", "accueillir", "figer", "maintenant", "dernier", "echanges", "echange"}


def test_whatever_is_asked_of_a_base_is_noted_or_has_its_reason() -> None:
    publiques = {nom for nom in vars(BaseJugee) if not nom.startswith("_")}
    assert publiques - A_PART == set(FAITS) - {"envoyer", "duree"}
    assert {nom for nom in publiques if hasattr(vars(BaseJugee)[nom], "__wrapped__")} == publiques - A_PART


class Notee:
    """What is told by it is noted."""

    def __init__(self) -> None:
        self.cahier = Cahier()

    @fait
    def compter(self) -> int:
        """A count."""
        return 3


def test_exchanges_read_in_a_row_are_one_reading() -> None:
    base = Notee()
    base.cahier.ouvrir()
    for lus in ([Echange("b", None, identifiant=1)], [], [Echange("b", None, identifiant=2)]):  # type: ignore[arg-type]
        base.cahier.relever(lus)
    assert base.compter() == 3
    assert base.cahier.faits == [{"appel": "echanges", "nombre": 2}, {"appel": "compter", "rendu": 3}]
    assert base.cahier.echanges == [1, 2]


@pytest.mark.parametrize(
    "erreur",
    [LienRompu("muette", remede="parlez"), KeyError("G1"), SandboxError("non"), KeyboardInterrupt("SIGTERM")],
)
def test_an_error_is_noted_and_comes_again(erreur: BaseException) -> None:
    def echouer() -> Any:
        raise erreur

    cahier = Cahier()
    with pytest.raises(type(erreur)):
        cahier.demander("compter", echouer)
    relue = relire_erreur(cahier.faits[0]["erreur"])
    assert (type(relue), str(relue)) == (type(erreur), str(erreur))
    assert getattr(relue, "remede", "") == getattr(erreur, "remede", "")


def test_documents_are_written_whatever_their_encoding() -> None:
    for octets in (b"", "<a>é</a>".encode(), "<a>é</a>".encode("latin-1"), b"\xff\xfe<\0"):
        assert relire_octets(ecrire_octets(octets)) == octets


def test_the_password_of_a_key_is_not_noted() -> None:
    message = {"commande": "demarrer", "certificats": {"ca": "ca.pem", "mot_de_passe": "S"}}
    assert sans_secret(message)["certificats"] == {"ca": "ca.pem"}
    assert message["certificats"]["mot_de_passe"] == "S"  # type: ignore[index]
