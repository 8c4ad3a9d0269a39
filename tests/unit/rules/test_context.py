from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sne_sandbox.rules.context import Contexte
from sne_sandbox.rules.registre_vide import RegistreVide

Message = Callable[..., Contexte]


def test_an_open_register_tells_which_demande_is_meant(message: Message) -> None:
    contexte = message(type="MOD")
    seul = replace(contexte, registre=RegistreVide(), stockee=None)
    retrouve = seul.avec_registre(contexte.registre)
    assert (retrouve.registre, retrouve.stockee) == (contexte.registre, contexte.stockee)
    assert contexte.stockee is not None
    assert retrouve.avec_registre(RegistreVide()).stockee is None


def test_an_event_names_its_demande_in_the_operation(message: Message) -> None:
    contexte = message(type="EVT", specimen="evenement", operation="ajouterEvenementDemande")
    assert contexte.stockee is not None
    assert replace(contexte, stockee=None).avec_registre(contexte.registre).stockee == contexte.stockee


def test_a_message_without_number_means_none(message: Message) -> None:
    contexte = message(type="CRE")
    assert contexte.avec_registre(message(type="MOD").registre).stockee is None


def test_the_day_is_that_of_paris_with_one_of_tolerance(message: Message) -> None:
    contexte = replace(message(), maintenant=datetime(2018, 3, 15, 23, 30, tzinfo=ZoneInfo("UTC")))
    assert (contexte.jour, contexte.aujourdhui) == (date(2018, 3, 16), date(2018, 3, 17))


def test_without_a_day_of_deposit_it_is_today(message: Message) -> None:
    assert message().depot == date(2018, 3, 15)
    sans = message(edits=[["supprimer", "~/dateCreationDemande"]], maintenant="2018-03-20T12:00:00")
    assert sans.depot == date(2018, 3, 20)
