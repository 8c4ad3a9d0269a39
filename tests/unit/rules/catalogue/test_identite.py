"""Where the rules of identity point; the verdicts are in fixtures/exemples/identite.toml."""

from collections.abc import Callable

import pytest

from sne_sandbox.rules.catalogue import identite
from sne_sandbox.rules.context import Contexte
from sne_sandbox.rules.rule import Regle

Message = Callable[..., Contexte]
D = "~/personnePhysique/demandeur"
COT = "~/personnePhysique/listeCotitulaire/cotitulaire"


def lieux(regle: Regle, contexte: Contexte) -> list[str]:
    return [c.chemin.removeprefix("interfaceNuu/demande/demandeLogement/") for c in regle.controler(contexte)]


@pytest.mark.parametrize("texte", ["", " "])
def test_a_missing_name_is_shown_where_it_is_missing(message: Message, texte: str) -> None:
    contexte = message(
        specimen="colocataires", edits=[["texte", f"{D}/nom", texte], ["texte", f"{COT}/nom", texte]]
    )
    assert lieux(identite.nom_obligatoire, contexte) == [
        "personnePhysique/demandeur/nom",
        "personnePhysique/listeCotitulaire/cotitulaire/nom",
    ]


def test_a_missing_prenom_only_warns(message: Message) -> None:
    contexte = message(edits=[["texte", f"{D}/prenom", " "], ["texte", f"{D}/nom", ""]])
    trouves = list(identite.nom_obligatoire.controler(contexte))
    assert [(c.chemin.rpartition("/")[2], c.leger) for c in trouves] == [("nom", False), ("prenom", True)]


def test_each_change_of_civil_status_is_shown(message: Message) -> None:
    contexte = message(
        type="MOD",
        edits=[["texte", f"{D}/prenom", "Yann"], ["texte", f"{D}/dateNaissance", "1991-09-15"]],
    )
    assert [lieu.rpartition("/")[2] for lieu in lieux(identite.etat_civil_change, contexte)] == [
        "prenom",
        "dateNaissance",
    ]


def test_an_association_of_nothing_misses_its_name(message: Message) -> None:
    contexte = message(
        specimen="association", edits=[["supprimer", "~/association"], ["texte", "~/association/nom", ""]]
    )
    assert lieux(identite.raison_sociale, contexte) == ["association/nom"]


def test_a_notification_is_shown_at_its_flag(message: Message) -> None:
    contexte = message(edits=[["supprimer", f"{D}/telPortable"], ["supprimer", f"{D}/mel"]])
    assert lieux(identite.notification_par_sms, contexte) == ["personnePhysique/demandeur/notifSms"]
    assert lieux(identite.notification, contexte) == ["personnePhysique/demandeur/notifEvt"]
    assert lieux(identite.renouvellement_electronique, contexte) == ["renouvellementElec"]
    assert lieux(identite.moyen_de_contact, contexte) == ["personnePhysique/demandeur"]


def test_what_compares_with_the_stored_demande_reads_the_base() -> None:
    assert {r.code for r in identite.REGLES if r.registre} == {"IDT011", "IDT018"}


@pytest.mark.parametrize("regle", [r for r in identite.REGLES if not r.registre], ids=lambda r: r.code)
def test_an_association_has_no_person_to_judge(message: Message, regle: Regle) -> None:
    assert lieux(regle, message(specimen="association")) == []
