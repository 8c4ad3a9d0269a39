"""What users rely on, as lists of names, frozen in `tests/contracts/promesses.json`.

    python tests/promesses.py              freezes what is promised now
    python tests/promesses.py --verifier   says what is not frozen yet

`tests/contracts/test_promesses.py` fails when a frozen name is gone; `make release`, when a new one is not
frozen. What each list promises is in docs/reference/compatibilite.md.
"""

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import click

from sne_conformite.plan import plan
from sne_conformite.preuves import paquet_de_preuves
from sne_conformite.protocole import protocole
from sne_conformite.rapports import formats_de_rapport, rapport
from sne_interface import errors, settings
from sne_interface.contract import contrats_charges
from sne_interface.contract.exigences_et_mentions import charger_certification, charger_exigences
from sne_interface.domain import panne
from sne_interface.resources import fixtures_dir
from sne_interface.rules.catalogue import REGLES
from sne_sandbox.cli.main import cli
from sne_sandbox.mime.tolerances import Tolerance
from sne_sandbox.offres_des_paquets import COMMANDES
from sne_sandbox.server.adresse_et_certificats_d_une_base import BaseServie
from sne_sandbox.server.serveur_enfant import servir_en_enfant
from sne_sandbox.store import fichier_de_sauvegarde
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration_et_services import Configuration

FICHIER: Final = Path(__file__).parent / "contracts" / "promesses.json"


@cache
def promesses() -> dict[str, list[str]]:
    """Each list of what is promised, sorted."""
    dossiers = contrats_charges.charger("v5.2").dossiers
    certification = charger_certification(dossiers)
    with tempfile.TemporaryDirectory() as dossier, servir_en_enfant(["--seed-base=vide"]) as enfant:
        pret = sorted(enfant.pret)
        variables = BaseServie.de(enfant).variables(Path(dossier) / "pret.json")
    noms: dict[str, Any] = {
        "commandes et options": _options(),
        "réglages": [s.nom for s in settings.SETTINGS],
        "valeurs des réglages": [f"{s.nom}={choix}" for s in settings.SETTINGS for choix in s.choix],
        "variables d'environnement": [*(s.variable for s in settings.SETTINGS), *variables],
        "fichier d'un serveur prêt": pret,
        "codes de sortie": sorted({str(c.exit_code) for c in _erreurs(errors.OperatorError)} | {"0", "1"}),
        "API": _api(),
        "protocole de l'adaptateur": [protocole.PROTOCOLE, *_schema("protocole")],
        "rapport.json": _schema("rapport"),
        "fichiers d'un rapport": formats_de_rapport.FICHIERS,
        "formats lus": [
            *(f"rapport {forme}" for forme in rapport.FORMATS_LUS),
            f"preuves {paquet_de_preuves.ANCIEN_FORMAT}",
            f"preuves {paquet_de_preuves.FORMAT_DOSSIER}",
            f"sauvegarde {fichier_de_sauvegarde.FORMAT}",
        ],
        "exigences": charger_exigences(dossiers),
        "règles": [regle.code for regle in REGLES],
        "tolérances": [t.code for t in Tolerance],
        "scénarios": [scenario.id for scenario in plan.charger()],
        "pannes": panne.GENRES,
        "mentions, rôles et options": [
            *certification.mentions, *certification.roles, *certification.options,
        ],
    }  # fmt: skip
    return {quoi: sorted(set(map(str, liste))) for quoi, liste in noms.items()}


def manquent(gelees: Mapping[str, list[str]], actuelles: Mapping[str, list[str]]) -> list[str]:
    """What the first have that the second have not: « list: name »."""
    return [
        f"{quoi} : {nom}"
        for quoi, noms in gelees.items()
        for nom in noms
        if nom not in actuelles.get(quoi, ())
    ]


def lire(fichier: Path = FICHIER) -> dict[str, list[str]]:
    """The frozen lists."""
    lues: dict[str, list[str]] = json.loads(fichier.read_text("utf-8"))
    return lues


def _erreurs(classe: type[errors.OperatorError]) -> Iterator[type[errors.OperatorError]]:
    yield classe
    for sorte in classe.__subclasses__():
        yield from _erreurs(sorte)


def _options() -> Iterator[str]:
    contexte = click.Context(cli)
    for nom in COMMANDES:
        commande = cli.get_command(contexte, nom)
        assert commande is not None
        yield from _options_de(commande, nom)


def _options_de(commande: click.Command, nom: str) -> Iterator[str]:
    yield nom
    for parametre in commande.params:
        if isinstance(parametre, click.Option) and not parametre.hidden:
            yield from (f"{nom} {option}" for option in (*parametre.opts, *parametre.secondary_opts))
    if isinstance(commande, click.Group):
        for sous_nom, sous in commande.commands.items():
            yield from _options_de(sous, f"{nom} {sous_nom}")


def _api() -> Iterator[str]:
    """Calls, what they may be asked, what they are sent, what they answer, as their OpenAPI says."""
    with tempfile.TemporaryDirectory() as home:
        application = creer_application(Configuration(ouvert=True, home=Path(home), semence="vide"))
        document = application.extensions["aiguillage"].partie("api").extensions["openapi"]
        for chemin, dessous in document["paths"].items():
            for methode, operation in dessous.items():
                if methode == "parameters":
                    continue
                appel = f"{methode.upper()} {chemin.removeprefix('/api/v1')}"
                yield appel
                questions = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
                yield from (f"{appel} ?{nom}" for nom in questions)
                recu = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
                yield from (f"{appel} ← {nom}" for nom in _champs(recu.get("schema", {}), document))
                for code, reponse in operation["responses"].items():
                    if code.startswith("2"):
                        rendu = reponse.get("content", {}).get("application/json", {})
                        yield from (f"{appel} → {nom}" for nom in _champs(rendu.get("schema", {}), document))
        application.extensions["sne"].magasin.fermer()


def _schema(nom: str) -> Iterator[str]:
    """The fields that a published JSON Schema has anywhere."""
    document = json.loads((fixtures_dir() / "schemas" / f"{nom}.schema.json").read_text("utf-8"))
    yield from _champs(document, document)


def _champs(schema: Any, document: Any, tete: str = "", vus: tuple[str, ...] = ()) -> Iterator[str]:
    if not isinstance(schema, dict):
        return
    if (ref := schema.get("$ref")) is not None:
        if ref not in vus:
            cible = document
            for morceau in ref.removeprefix("#/").split("/"):
                cible = cible[morceau]
            yield from _champs(cible, document, tete, (*vus, ref))
        return
    for nom, dessous in schema.get("properties", {}).items():
        yield f"{tete}{nom}"
        yield from _champs(dessous, document, f"{tete}{nom}.", vus)
    for cle in ("items", "additionalProperties"):
        yield from _champs(schema.get(cle), document, tete, vus)
    for cle in ("anyOf", "oneOf", "allOf", "prefixItems"):
        for dessous in schema.get(cle, ()):
            yield from _champs(dessous, document, tete, vus)


def ecrire(fichier: Path = FICHIER) -> None:
    """Freezes what is promised now; exits when that would take a promise back."""
    actuelles = promesses()
    if fichier.is_file() and (perdues := manquent(lire(fichier), actuelles)):
        sys.exit("\n".join(["promesses.py: this would take promises back:", *perdues]))
    fichier.write_text(json.dumps(actuelles, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    if "--verifier" in sys.argv[1:]:
        sys.exit("\n".join(manquent(promesses(), lire())) or None)
    ecrire()
