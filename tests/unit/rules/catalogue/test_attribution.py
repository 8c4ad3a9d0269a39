"""Where the rules of attribution point; the verdicts are in fixtures/exemples/attribution.toml."""

from collections.abc import Callable

from sne_sandbox.rules.catalogue import attribution
from sne_sandbox.rules.context import Contexte

Message = Callable[..., Contexte]
ATT = "~/radiation/attributionLogement"


def test_a_deradiation_ignores_the_dwelling(message: Message) -> None:
    contexte = message(
        type="RAD",
        specimen="radiation",
        edits=[
            ["code", "~/radiation/motifRadiation", ""],
            ["texte", f"{ATT}/dateSignatureBail", "2030-01-01"],
            ["texte", f"{ATT}/codeSirenBailleur", "1"],
            ["code", f"{ATT}/adresse/commune", "99999"],
        ],
    )
    assert [c for regle in attribution.REGLES for c in regle.controler(contexte)] == []


def test_a_dwelling_that_is_not_named_misses_its_number(message: Message) -> None:
    contexte = message(
        type="RAD",
        specimen="radiation",
        edits=[["supprimer", f"{ATT}/numeroRpls"], ["supprimer", f"{ATT}/montantLoyer"]],
    )
    (trouve,) = attribution.logement_designe.controler(contexte)
    assert trouve.chemin.endswith("/attributionLogement/numeroRpls")


def test_a_wish_with_no_known_commune_says_nothing_of_the_dwelling(message: Message) -> None:
    place = "~/logementRecherche/listeLocalisationSouhaite/localisationSouhaite"
    contexte = message(
        type="RAD",
        specimen="radiation",
        stockee={"edits": [["code", f"{place}[{n}]/commune", "99999"] for n in (1, 2)]},
    )
    assert not list(attribution.logement_hors_des_souhaits.controler(contexte))
