"""The table of deeds names every page, every call of the API, every command, and nothing that is not."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click
import pytest
from documentation import gestes_en_markdown
from donnees import a_cote
from flask import Flask

from sne_console.api.description_openapi import operations
from sne_sandbox.cli.main import cli, trouver
from sne_sandbox.offres_des_paquets import SECTIONS, commandes, sections
from sne_sandbox.table_des_gestes import GESTES, SUJETS, Geste
from sne_sandbox.web import droits
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration_et_services import Configuration

#: Commands that are no deed on a base of a server, and why.
COMMANDES_SEULES: Final = a_cote(__file__)["commandes_seules"]
#: A value for each place of a row, and for each parameter that a command cannot do without.
EXEMPLES: Final[dict[str, str]] = {
    "instant": "2018-03-15T12:00:00", "code": "G1226", "profil": "strict", "regle": "ENT009",
    "famille": "CRE", "liste": "ListeCivilite", "adresse": "http://localhost:9000/sne", "avant": "ici",
    "apres": "ici", "base": "essai", "nom": "avant", "genre": "delai", "reglages": "profile=strict",
    "dossier": "la", "fichier": "ici", "fichiers": "ici", "atelier": "lundi", "mot": "bravo",
}  # fmt: skip


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return creer_application(Configuration(ouvert=True, home=tmp_path_factory.mktemp("home"), semence="vide"))


@pytest.fixture(scope="module")
def appels(application: Flask) -> dict[tuple[str, str], dict[str, Any]]:
    """The calls that the API describes, by method and path."""
    document = application.extensions["aiguillage"].partie("api").extensions["openapi"]
    return {
        (methode.upper(), chemin.removeprefix("/api/v1")): {
            "resume": operation["summary"],
            "question": {p["name"] for p in parametres if p["in"] == "query"},
            "corps": _champs(document, operation),
        }
        for chemin, methode, operation, parametres in operations(document)
    }


def _champs(document: dict[str, Any], operation: dict[str, Any]) -> set[str] | None:
    contenu = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in contenu:
        return None
    nom = contenu["application/json"]["schema"].get("$ref", "").rpartition("/")[2]
    return set(document["components"]["schemas"][nom]["properties"])


def _par_appel() -> dict[tuple[str, str], list[Geste]]:
    rangees = defaultdict(list)
    for geste in GESTES.values():
        if geste.appel:
            rangees[geste.methode, geste.chemin].append(geste)
    return rangees


def _feuilles(commande: click.Command, *noms: str) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(commande, click.Group):
        yield " ".join(noms), commande
        return
    contexte = click.Context(commande)
    for nom in commande.list_commands(contexte):
        suivante = commande.get_command(contexte, nom)
        assert suivante is not None, nom
        yield from _feuilles(suivante, *noms, nom)


FEUILLES: Final = dict(_feuilles(cli))


def _feuille(geste: Geste) -> str:
    (nom,) = [nom for nom in FEUILLES if f"{geste.commande} ".startswith(f"{nom} ")]
    return nom


def test_no_two_deeds_have_one_name_and_what_lacks_says_why() -> None:
    assert len(GESTES) == sum(map(len, SUJETS.values())), "The rows of a subject follow one another."
    assert [g.nom for g in GESTES.values() if bool(g.sans) == bool(g.appel and g.commande)] == []


def test_every_call_of_the_api_is_a_deed_and_says_what_it_does_in_its_words(
    appels: dict[tuple[str, str], dict[str, Any]],
) -> None:
    assert set(_par_appel()) == set(appels), "Each call is the `appel` of a row of sne_sandbox/gestes.csv."
    resumes = {appel: gestes[0].phrase for appel, gestes in _par_appel().items()}
    assert {appel: decrit["resume"] for appel, decrit in appels.items()} == resumes


def test_what_a_page_gives_a_call_is_what_its_description_says(
    appels: dict[tuple[str, str], dict[str, Any]],
) -> None:
    for appel, gestes in _par_appel().items():
        for geste in gestes:
            dits = set(geste.question.split()), set(geste.corps.split()) or None
            assert dits == (appels[appel]["question"], appels[appel]["corps"]), geste.nom


def test_every_view_of_the_console_is_that_of_a_deed_or_says_why_not(application: Flask) -> None:
    vues = set(application.extensions["aiguillage"].partie("console").view_functions)
    absentes = {section.nom for section in SECTIONS} - {section.nom for section in sections()}
    seules = {vue for vue in droits._PAGES if vue.partition(".")[0] not in absentes}
    dites = {vue for geste in GESTES.values() for vue in geste.vues.split()} | seules
    assert vues == dites, (
        "Each view is in the `vues` of a row of sne_sandbox/gestes.csv; one that does nothing a program "
        "would ask for, in sne_sandbox/web/droits.csv."
    )


def test_every_command_is_that_of_a_deed_or_says_why_not() -> None:
    seules = {nom for nom in COMMANDES_SEULES if nom.split()[0] in commandes()}
    dites = {_feuille(g) for g in GESTES.values() if g.commande} | seules
    assert dites == set(FEUILLES), (
        "Each command is the `commande` of a row of sne_sandbox/gestes.csv; one that is no deed on a base, "
        "in COMMANDES_SEULES here, with its reason."
    )


@pytest.mark.parametrize("geste", [g for g in GESTES.values() if g.commande], ids=lambda g: g.nom)
def test_the_words_of_its_row_are_understood(
    geste: Geste, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no more than the command cannot do without; `test_equivalents` has those that the pages show."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ici").write_text("{}")
    commande, suite = trouver(geste.commande.format_map(EXEMPLES).split())
    mots = [*suite]
    for parametre in commande.params:
        if parametre.required and not set(parametre.opts) & set(suite) and parametre.name in EXEMPLES:
            option = [] if isinstance(parametre, click.Argument) else [parametre.opts[0]]
            mots += [*option, EXEMPLES[parametre.name]]
    assert commande.make_context(geste.nom, mots).params
    connues = {option for parametre in commande.params for option in parametre.opts}
    assert {f"--{option}" for option in geste.options.split() if option != "-"} <= connues


def test_the_docs_have_a_row_for_each() -> None:
    texte = gestes_en_markdown()
    assert texte.count("\n| ") == len(GESTES) + 2 * len(SUJETS)
    assert all(geste.phrase in texte for geste in GESTES.values())
