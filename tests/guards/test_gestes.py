"""The table of deeds names every page, every call of the API, every command, and nothing that is not."""

import re
import shlex
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

import click
import pytest
from documentation import gestes_en_markdown
from flask import Flask

from sne_sandbox.cli.main import cli
from sne_sandbox.gestes import GESTES, SUJETS, Geste
from sne_sandbox.offres import SECTIONS
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration import Configuration

_PAGE: Final = "pages only: nothing of a base"
_RECHERCHE: Final = "a program knows which of the calls it wants: those of exchanges, demandes, rules"
_FLUX: Final = "a stream of pages: a program asks again"
_IMAGE: Final = "a picture: a program counts by the calls of statistics, quotas and exchanges"
_CONFIRMATION: Final = "the page that asks again before a deed"

#: Views of the console that do nothing that a program would ask for, and why.
VUES_SEULES: Final = {
    "accueil": _PAGE, "accueil_console": _PAGE,
    "accueil.page": _PAGE, "affichage.page": _PAGE, "affichage.choisir": _PAGE,
    "recherche.page": _RECHERCHE, "recherche.trouver": _RECHERCHE,
    "contrat.vu": _IMAGE, "contrat.couverture": _IMAGE,
    "guide.page": _PAGE, "guide.image": _PAGE, "guide.fichier": _PAGE,
    "services": _PAGE, "services_base": _PAGE, "bootstrap.static": _PAGE,
    "static": _PAGE, "connexion.page": _PAGE, "connexion.entrer": _PAGE, "connexion.sortir": _PAGE,
    "connexion.lecture": _PAGE, "connexion.lecteur": _PAGE, "connexion.entree": _PAGE,
    "connexion.atelier": _PAGE, "scenes.corrige": _PAGE, "connexion.stagiaire": _PAGE,
    "conformite.flux": _FLUX, "journal.flux": _FLUX, "scenes.flux": _FLUX, "ateliers.flux": _FLUX,
    "ateliers.mots": _FLUX, "ateliers.remise": _CONFIRMATION, "ateliers.fin": _CONFIRMATION,
    "bases.supprimer": _CONFIRMATION, "sauvegardes.remise": _CONFIRMATION,
    "temps.demander_annuler": _CONFIRMATION, "sauvegardes.remettre": _CONFIRMATION,
    "sauvegardes.restaurer": _CONFIRMATION, "sauvegardes.oublier": _CONFIRMATION,
}  # fmt: skip
#: Commands that are no deed on a base of a server, and why.
COMMANDES_SEULES: Final = {
    "serve": "starts the server",
    "sante": "asks whether the server is ready",
    "run": "starts a server, a base and the vendor's tests",
    "proxy": "starts a relay to a real server",
    "calibrer": "compares a recording with a contract, over a base of its own",
    "diagnostic": "looks at the set-up of a machine, from outside",
    "demo": "shows the product, in a folder of its own",
    "jetons lien": "an address of the server: of use to a person alone",
    "cles creer": "a key is its owner's, and no server's",
    "cles montrer": "only shows a key",
    "cles defi": "only draws a text",
    "contrat verifier": "reads a folder of files",
    "contrat comparer": "compares files",
    "contrat preparer": "replays a recording in a temporary base",
    "exigences": "tells what an application is judged on",
    "certification": "tells what a product may attain, and what is to be done for it",
    "pannes genres": "« pannes list » and its page tell them too",
    "pki renouveler": "before the server starts",
    "db upgrade": "before the server starts",
    "db secret": "a secret is of those who run the servers, and no base's",
    "db seed": "before the server starts; « bases create » after it",
}
#: A value for each place of a command line.
EXEMPLES: Final[dict[str, Any]] = {
    "base": "essai", "nom": "avant", "avec": "apres", "semence": "vide", "seed": 7, "taille": 3, "fois": 2,
    "profil": "strict", "horloge": "2018-03-15T12:00:00", "portee": "journal", "vers": "P1M",
    "genre": "delai", "instant": "2018-03-15T12:00:00", "operation": "getNumUnique", "guichet": "G1226",
    "taux": 0.5, "graine": 4, "reglages": {"profile": "strict", "dispatching": "non"},
    "parametres": {"secondes": "2"}, "nombre": 2, "identifiant": 3, "regle": "ENT009", "dossier": "la",
    "fichier": "ici", "code": "G1226", "exemples": 2, "date": "2018-12-31", "tableau": "TAB02",
    "territoire": "062", "famille": "CRE", "avant": "ici", "faute": "second-cotitulaire", "apres": "ici",
    "liste": "ListeCivilite", "niveau": "epci", "annee": 2018, "contrat": "v5.0",
    "droit": "base", "sur": "essai", "expire": "P30D",
    "atelier": "lundi", "combien": 2, "noms": "ici", "scenes": "doublon", "mot": "bravo", "rang": 1,
    "bases": "supprimer", "adresse": "http://localhost:9000/sne",
}  # fmt: skip


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return creer_application(Configuration(ouvert=True, home=tmp_path_factory.mktemp("home"), semence="vide"))


@pytest.fixture(scope="module")
def appels(application: Flask) -> dict[tuple[str, str], dict[str, Any]]:
    """The calls that the API describes, by method and path."""
    document = application.extensions["aiguillage"].partie("api").extensions["openapi"]
    trouves = {}
    for chemin, dessous in document["paths"].items():
        for methode, operation in dessous.items():
            if methode != "parameters":
                contenu = next(
                    iter(operation.get("requestBody", {}).get("content", {}).values()), {"schema": {}}
                )
                nom = contenu["schema"].get("$ref", "").rpartition("/")[2]
                champs = document["components"]["schemas"].get(nom, {}).get("properties", {})
                questions = {p["name"] for p in operation.get("parameters", []) if p["in"] == "query"}
                trouves[methode.upper(), chemin.removeprefix("/api/v1")] = {
                    "resume": operation["summary"], "champs": set(champs), "questions": questions,
                }  # fmt: skip
    return trouves


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
    assert len(GESTES) == sum(len(sujet.gestes) for sujet in SUJETS)
    assert [g.nom for g in GESTES.values() if bool(g.sans) == bool(g.appel and g.commande)] == []
    titres = {section.titre for section in SECTIONS}
    assert {titre for sujet in SUJETS for titre in sujet.pages.split(", ")} <= titres | {""}


def test_every_call_of_the_api_is_a_deed_and_says_what_it_does_in_its_words(
    appels: dict[tuple[str, str], dict[str, Any]],
) -> None:
    assert set(_par_appel()) == set(appels), "Each call is the `appel` of a row of sne_sandbox/gestes.toml."
    resumes = {appel: gestes[0].phrase for appel, gestes in _par_appel().items()}
    assert {appel: decrit["resume"] for appel, decrit in appels.items()} == resumes


@pytest.mark.parametrize("appel", _par_appel(), ids=" ".join)
def test_fields_and_questions_are_those_of_the_call(
    appels: dict[tuple[str, str], dict[str, Any]], appel: tuple[str, str]
) -> None:
    gestes, decrit = _par_appel()[appel], appels[appel]
    assert {nom for geste in gestes for nom in geste.question.split()} == decrit["questions"]
    if not any("{" in geste.corps for geste in gestes):
        assert {nom for geste in gestes for nom in geste.corps.split()} == decrit["champs"]


def test_every_view_of_the_console_is_that_of_a_deed_or_says_why_not(application: Flask) -> None:
    vues = set(application.extensions["aiguillage"].partie("console").view_functions)
    dites = {vue for geste in GESTES.values() for vue in geste.vues.split()} | set(VUES_SEULES)
    assert vues == dites, (
        "Each view is in the `vues` of a row of sne_sandbox/gestes.toml; one that does nothing a program "
        "would ask for, in VUES_SEULES here, with its reason."
    )


def test_every_command_is_that_of_a_deed_or_says_why_not() -> None:
    dites = {_feuille(g) for g in GESTES.values() if g.commande} | set(COMMANDES_SEULES)
    assert dites == set(FEUILLES), (
        "Each command is the `commande` of a row of sne_sandbox/gestes.toml; one that is no deed on a base, "
        "in COMMANDES_SEULES here, with its reason."
    )


@pytest.mark.parametrize("geste", [g for g in GESTES.values() if g.commande], ids=lambda g: g.nom)
@pytest.mark.parametrize("entier", [True, False], ids=["all", "least"])
def test_its_command_line_is_understood(
    geste: Geste, entier: bool, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ici").write_text("{}")
    places = set(
        re.findall(r"\{(\w+)\}", geste.commande if entier else re.sub(r"\[.*?\]", "", geste.commande))
    )
    valeurs = {nom: EXEMPLES[nom] for nom in places} | ({"genre": "CRE"} if geste.nom == "generer" else {})
    if geste.nom == "regler":
        valeurs["reglages"] = EXEMPLES["reglages"]
    feuille = _feuille(geste)
    ecrite = shlex.join(geste.mots(valeurs)).removeprefix(feuille).strip()
    commande = FEUILLES[feuille]
    assert commande.make_context(feuille, shlex.split(ecrite)).params
    connues = {option for p in commande.params for option in p.opts}
    assert {f"--{option}" for option in geste.options.split()} <= connues


def test_the_docs_have_a_row_for_each() -> None:
    texte = gestes_en_markdown()
    assert texte.count("\n| ") == len(GESTES) + 2 * len(SUJETS)
    assert all(geste.phrase in texte for geste in GESTES.values())
