"""Where the rules of the life cycle point; the verdicts are in fixtures/exemples/cycle.toml."""

from collections.abc import Callable
from dataclasses import replace

from sne_sandbox.rules.catalogue import cycle
from sne_sandbox.rules.context import Contexte
from sne_sandbox.rules.registre_vide import RegistreVide

Message = Callable[..., Contexte]
FORMULAIRE = "interfaceNuu/demande/demandeLogement"


def test_an_unknown_number_is_shown(message: Message) -> None:
    contexte = message(type="MOD", stockee=False, edits=[["texte", "~/numUnique", "1110318999999G1104"]])
    (trouve,) = cycle.numero_inconnu.controler(contexte)
    assert (trouve.chemin, trouve.valeurs["valeur"]) == (f"{FORMULAIRE}/numUnique", "1110318999999G1104")


def test_a_missing_renewal_is_shown_where_it_should_be(message: Message) -> None:
    (trouve,) = cycle.date_de_renouvellement.controler(message(type="REN"))
    assert trouve.chemin == f"{FORMULAIRE}/renouvellement"


def test_a_commune_out_of_the_territory_is_shown_with_the_number(message: Message) -> None:
    place = "~/logementRecherche/listeLocalisationSouhaite/localisationSouhaite"
    contexte = message(type="MOD", edits=[["code", f"{place}[3]/commune", "62498"]])
    (trouve,) = cycle.commune_hors_du_territoire.controler(contexte)
    assert contexte.stockee is not None
    assert trouve.chemin.endswith("/localisationSouhaite[3]/commune")
    assert trouve.valeurs == {"valeur": "62498", "numero": contexte.stockee.numero_unique}


def test_the_caller_is_who_the_certificate_says(message: Message) -> None:
    contexte = message(type="SUP")
    assert not list(cycle.suppression_interdite.controler(contexte))
    assert list(cycle.suppression_interdite.controler(replace(contexte, guichet_emetteur="G1205")))


def test_each_block_that_is_ignored_is_named(message: Message) -> None:
    contexte = message(
        type="MOD",
        specimen="radiation",
        edits=[["texte", "~/renouvellement/dateRenouvellement", "2018-03-15"]],
    )
    assert [c.valeurs["valeur"] for c in cycle.bloc_ignore.controler(contexte)] == [
        "renouvellement",
        "radiation",
    ]


def test_without_a_stored_demande_the_base_has_nothing_to_say(message: Message) -> None:
    contexte = replace(message(type="REN"), stockee=None, registre=RegistreVide())
    levees = {r.code for r in cycle.REGLES if r.registre and list(r.controler(contexte))}
    assert levees == {"CYC001", "CYC007"}  # unknown number; CYC007 is for CRS, where it asks for one
