"""Whole lives of a demande: those that are lawful raise nothing, under any profile, for a false alarm is the
worst fault of this product; those that are not raise what is written, as hard as the profile wants."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from banc import FORMULAIRE, Banc, texte
from joueur import Joueur, debut, histoires
from temps import nuits

from sne_interface.domain.anomalie import Gravite
from sne_interface.rules.rule import gravite

LICITES = histoires("licites")
FAUTIVES = histoires("fautives")
SITUATIONS = histoires("situations")

Nouvelle = Callable[..., Banc]


def de(connues: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(histoire, id=histoire["titre"]) for histoire in connues]


def test_there_are_many() -> None:
    for connues, nombre in ((LICITES, 60), (FAUTIVES, 50), (SITUATIONS, 50)):
        assert len({histoire["titre"] for histoire in connues}) == len(connues) >= nombre


@pytest.mark.parametrize("profil", ["ecole", "strict"])
@pytest.mark.parametrize("histoire", de(LICITES))
def test_a_lawful_life_raises_nothing(
    nouvelle_base: Nouvelle, histoire: Mapping[str, Any], profil: str
) -> None:
    banc = nouvelle_base(profile=profil, horloge=debut(histoire), deploiement="ignore")
    joues = Joueur(banc, histoire).jouer()
    assert [(pas, sorted(constat.codes), constat.refuse) for pas, constat in joues] == [
        (pas, [], False) for pas, _ in joues
    ]


@pytest.mark.parametrize("profil", ["ecole", "strict", "souple"])
@pytest.mark.parametrize("histoire", de([*FAUTIVES, *SITUATIONS]))
def test_each_situation_has_the_outcome_that_is_written(
    nouvelle_base: Nouvelle, histoire: Mapping[str, Any], profil: str
) -> None:
    """The outcome is told by the rule and the profile; only a place that is `leger` warns whatever they
    say."""
    banc = nouvelle_base(profile=profil, horloge=debut(histoire), deploiement="ignore")
    regles = banc.services.contrat.regles
    joueur = Joueur(banc, histoire)
    for pas, constat in joueur.jouer():
        attendus = {code: gravite(regles[code], profil) for code in pas.get("attendu", [])}
        assert constat.codes == set(attendus), pas
        bloque = Gravite.BLOQUANTE in attendus.values() or histoire.get("faute", False)
        assert constat.refuse is (bloque and not histoire.get("leger", False)), pas
    assert joueur.numero.startswith(histoire.get("numero", ""))
    for nom, valeur in histoire.get("traitement", {}).items():
        dit = texte(joueur.document, f"{FORMULAIRE}/informationTraitement/{nom}")
        assert (nom, dit or "") == (nom, valeur)


@pytest.mark.parametrize("histoire", de([h for h in SITUATIONS if "nuits" in h or "statut" in h]))
def test_what_time_and_a_rehousing_do(nouvelle_base: Nouvelle, histoire: Mapping[str, Any]) -> None:
    banc = nouvelle_base(horloge=debut(histoire))
    joueur = Joueur(banc, histoire)
    joueur.jouer()
    passees = nuits(banc.services.magasin, banc.nom)
    assert [a["code"] for nuit in passees for a in nuit.anomalies] == histoire.get("nuits", [])
    stockee = banc.stockee(joueur.numero)
    assert (stockee.statut_dalo if stockee is not None else None) == histoire.get("statut")
