from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from sne_interface.contract.fiches_du_contrat import FicheRegle
from sne_interface.domain.anomalie import Fidelite, Gravite
from sne_interface.errors import UsageError
from sne_interface.rules.registre_vu_des_regles import RegistreMemoire
from sne_interface.rules.rule import PROFILS, Contexte, gravite

Message = Callable[..., Contexte]


def test_an_open_register_tells_which_demande_is_meant(message: Message) -> None:
    contexte = message(type="MOD")
    seul = replace(contexte, registre=RegistreMemoire(), stockee=None)
    seul.consulter(contexte.registre)
    assert (seul.registre, seul.stockee) == (contexte.registre, contexte.stockee)
    assert contexte.stockee is not None
    seul.consulter(RegistreMemoire())
    assert seul.stockee is None


def test_an_event_names_its_demande_in_the_operation(message: Message) -> None:
    contexte = message(type="EVT", specimen="evenement", operation="ajouterEvenementDemande")
    assert contexte.stockee is not None
    relu = replace(contexte, stockee=None)
    relu.consulter(contexte.registre)
    assert relu.stockee == contexte.stockee


def test_a_message_without_number_means_none(message: Message) -> None:
    contexte = message(type="CRE")
    contexte.consulter(message(type="MOD").registre)
    assert contexte.stockee is None


def test_the_day_is_that_of_paris_with_one_of_tolerance(message: Message) -> None:
    contexte = replace(message(), maintenant=datetime(2018, 3, 15, 23, 30, tzinfo=ZoneInfo("UTC")))
    assert (contexte.jour, contexte.aujourdhui) == (date(2018, 3, 16), date(2018, 3, 17))


def test_without_a_day_of_deposit_it_is_today(message: Message) -> None:
    assert message().depot == date(2018, 3, 15)
    sans = message(edits=[["supprimer", "~/dateCreationDemande"]], maintenant="2018-03-20T12:00:00")
    assert sans.depot == date(2018, 3, 20)


B, A, N = Gravite.BLOQUANTE, Gravite.AVERTISSEMENT, Gravite.IGNOREE


def fiche(gravite: Gravite, fidelite: Fidelite, *, structurante: bool = False) -> FicheRegle:
    return FicheRegle("XXX001", ("CRE",), "Non.", gravite, fidelite, "essai", structurante)


@pytest.mark.parametrize(
    ("tabled", "fidelite", "attendues"),
    [
        (B, Fidelite.ATTESTEE, (B, B, A)),
        (B, Fidelite.DEDUITE, (B, B, A)),
        (B, Fidelite.CONVENTION, (A, B, A)),
        (A, Fidelite.ATTESTEE, (A, A, A)),
        (A, Fidelite.CONVENTION, (A, A, A)),
    ],
)
def test_a_profile_rules_what_blocks(
    tabled: Gravite, fidelite: Fidelite, attendues: tuple[Gravite, Gravite, Gravite]
) -> None:
    assert tuple(gravite(fiche(tabled, fidelite), profil) for profil in PROFILS) == attendues


@pytest.mark.parametrize("profil", PROFILS)
def test_a_structurante_rule_blocks_everywhere_whatever_an_overlay_says(profil: str) -> None:
    convention = fiche(B, Fidelite.CONVENTION, structurante=True)
    assert gravite(convention, profil) is B
    assert gravite(replace(convention, gravite_imposee=N), profil) is B


@pytest.mark.parametrize("profil", PROFILS)
@pytest.mark.parametrize("imposee", [B, A, N])
def test_an_overlay_wins_over_the_profile(profil: str, imposee: Gravite) -> None:
    assert gravite(replace(fiche(A, Fidelite.CONVENTION), gravite_imposee=imposee), profil) is imposee


def test_an_unknown_profile_is_named_with_those_that_exist() -> None:
    with pytest.raises(UsageError) as erreur:
        gravite(fiche(B, Fidelite.ATTESTEE), "severe")
    assert "severe" in erreur.value.diagnostics()
    assert "ecole, strict, souple" in erreur.value.diagnostics()
