"""What the API refuses, it says in French, field by field; its classes are called after what they are."""

from collections.abc import Iterator
from typing import Any

import pytest
from banc import Banc
from marshmallow import Schema

from sne_console.api import questions_et_reponses

NOM = "Attendu : des lettres sans accent, des chiffres, - et _, 40 au plus."


@pytest.mark.parametrize(
    ("methode", "chemin", "corps", "dit"),
    [
        ("POST", "/bases", {}, "Ce champ manque."),
        ("POST", "/bases", {"nom": 3}, "Un texte est attendu."),
        ("POST", "/bases", {"nom": "x y"}, NOM),
        ("POST", "/bases", {"nom": "x", "seed": "a"}, "Un entier est attendu."),
        (
            "POST",
            "/bases",
            {"nom": "x", "semance": "vide"},
            "Ce champ est inconnu. → vouliez-vous écrire « semence » ?",
        ),
        (
            "POST",
            "/bases",
            {"nom": "x", "xyz": 1},
            "Ce champ est inconnu. "
            "→ connus : contrat, horloge, nom, profil, reglages, seed, semence, taille.",
        ),
        (
            "GET",
            "/bases/ecole/exchanges?limit=3",
            None,
            "Ce paramètre est inconnu. → vouliez-vous écrire « limite » ?",
        ),
        ("GET", "/bases?limite=3", None, "Ce paramètre est inconnu. → retirez-le : cet appel n'en a aucun."),
        (
            "POST",
            "/bases/ecole/clock/real",
            {"vers": "P1D"},
            "Ce champ est inconnu. → retirez-le : cet appel n'en a aucun.",
        ),
        ("POST", "/bases/ecole/pannes", {"genre": "bom", "taux": 3}, "Attendu : plus de 0, au plus 1."),
        ("POST", "/bases/ecole/pannes", {"genre": "bom", "parametres": 3}, "Un objet JSON est attendu."),
        ("GET", "/bases/ecole/demandes?naissance=hier", None, "Un jour est attendu, par exemple 2018-03-15."),
        ("GET", "/bases/ecole/demandes?etat=Z", None, "Valeurs permises : A, R."),
        ("POST", "/bases/ecole/reset", [1], "Un objet JSON est attendu."),
    ],
)
def test_a_value_that_is_refused(banc: Banc, methode: str, chemin: str, corps: Any, dit: str) -> None:
    reponse = banc.api(methode, chemin, corps)
    assert reponse.status_code == 422
    assert list(_phrases(reponse.json["errors"])) == [dit]


def test_what_is_no_json_is_said_once(banc: Banc) -> None:
    reponse = banc.http.post("/api/v1/bases", data=b'{"nom":', content_type="application/json")
    assert (reponse.status_code, reponse.json["detail"]) == (400, "Du JSON est attendu.")
    assert "errors" not in reponse.json


def test_every_field_and_every_bound_speaks_french(banc: Banc) -> None:
    banc.app.extensions["aiguillage"].partie("api")  # declares them all
    dites = {p for phrases in questions_et_reponses.PHRASES.values() for p in phrases.values()}
    champs = [champ for schema in _schemas(Schema) for champ in schema().declared_fields.values()]
    assert len(champs) > 100
    for champ in champs:
        for validation in champ.validators:
            propres = {n for n in vars(type(validation)) if n.startswith(("message", "default_message"))}
            assert propres <= set(questions_et_reponses.PHRASES.get(type(validation), ())), validation
        assert set(champ.error_messages.values()) <= dites, champ


def _schemas(classe: type[Schema]) -> Iterator[type[Schema]]:
    for fille in classe.__subclasses__():
        if fille.__module__.startswith("sne_console.api"):
            yield fille
        yield from _schemas(fille)


def _phrases(fautes: Any) -> Iterator[str]:
    if isinstance(fautes, str):
        yield fautes
    for dedans in fautes.values() if isinstance(fautes, dict) else fautes if isinstance(fautes, list) else ():
        yield from _phrases(dedans)


def test_classes_are_called_after_what_they_are(banc: Banc) -> None:
    banc.app.extensions["aiguillage"].partie("api")
    assert [classe.__name__ for classe in _schemas(Schema) if not classe.__name__.endswith("Schema")] == []


def test_every_call_says_what_it_does(banc: Banc) -> None:
    vues = banc.app.extensions["aiguillage"].partie("api").view_functions.values()
    ecrites = [
        vue for vue in vues if vue.__module__.startswith("sne_console.api") and vue.__name__ != "<lambda>"
    ]
    assert len(ecrites) > 60
    assert [vue.__name__ for vue in ecrites if len((vue.__doc__ or "").split()) < 2] == []


def test_no_two_values_are_described_under_one_name(banc: Banc) -> None:
    """Of two, apispec would number the second."""
    document = banc.app.extensions["aiguillage"].partie("api").extensions["openapi"]
    assert [nom for nom in document["components"]["schemas"] if nom[-1].isdigit()] == []
