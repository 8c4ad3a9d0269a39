"""`sne-sandbox check`."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from sandbox.cli.options import COMMUNES, reglages
from sandbox.contract import versions
from sandbox.contract.versions import Contrat
from sandbox.errors import UsageError
from sandbox.operations.bases import lire_horloge
from sandbox.operations.controle import Controle, Faute, controler

#: From this many documents on, more than one process judges them.
_PARALLELE: Final = 400
_LOT: Final = 50
_EXEMPLES = """
\b
Exemples :
  sne-sandbox check demande.xml
  sne-sandbox check --format json envois/*.xml
  sne-sandbox check --profile strict --clock 2018-03-15T12:00:00 envois/
"""

_contrat: Contrat  # of a judging process
_profil: str
_maintenant: datetime


@click.command(epilog=_EXEMPLES)
@click.argument("fichiers", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FICHIER…")
@click.option("--format", "forme", type=click.Choice(["text", "json", "junit"]), default="text",
              show_default=True, help="Forme du rapport, seul sur la sortie standard.")  # fmt: skip
@click.option("--clock", "horloge", default="real", show_default=True, help="real, ou un instant ISO.")
@reglages(*COMMUNES)
def commande(fichiers: tuple[Path, ...], forme: str, horloge: str, **options: Any) -> int:
    """Contrôle des documents hors ligne : schéma, nomenclatures, règles.

    Pour chaque faute : ligne, chemin, règle ou raison du schéma, valeur, remède. Un dossier vaut pour les
    .xml qu'il contient. Sortie 0 si rien n'est bloquant, 1 sinon. Les règles qui demandent une base (cycle
    de vie, doublons…) ou un transport (ENT004 à ENT007, sauf si le fichier s'appelle DEM…) sont laissées de
    côté, et nommées.
    """
    chemins = list(_deplier(fichiers))
    maintenant = lire_horloge(horloge).maintenant(datetime.now(UTC))
    contrat = versions.charger(options["contract"], options["contracts"])
    resultats = list(zip(chemins, _controler_tout(chemins, contrat, options, maintenant), strict=True))
    {"text": _texte, "json": _json, "junit": _junit}[forme](resultats)
    return 0 if all(controle.conforme for _, controle in resultats) else 1


def _deplier(fichiers: Iterable[Path]) -> Iterator[Path]:
    for fichier in fichiers:
        if fichier.is_dir():
            yield from sorted(f for f in fichier.rglob("*") if f.suffix.lower() == ".xml" and f.is_file())
        elif fichier.is_file():
            yield fichier
        else:
            raise UsageError(f"Le fichier [{fichier}] n'existe pas.", remede="vérifiez le chemin")


def _controler_tout(
    chemins: list[Path], contrat: Contrat, options: dict[str, Any], maintenant: datetime
) -> Iterator[Controle]:
    from rich.console import Console
    from rich.progress import track

    processus = min(os.cpu_count() or 1, 8)
    _preparer(contrat, options["profile"], maintenant)
    console = Console(stderr=True)
    muet = len(chemins) < _LOT or not console.is_terminal
    if len(chemins) < _PARALLELE or processus == 1:
        yield from track(
            map(_controler_un, chemins), "Contrôle", total=len(chemins), console=console, disable=muet
        )
        return
    arguments = (options["contract"], options["contracts"], options["profile"], maintenant)
    with ProcessPoolExecutor(processus, initializer=_initialiser, initargs=arguments) as pool:
        yield from track(
            pool.map(_controler_un, chemins, chunksize=_LOT),
            "Contrôle",
            total=len(chemins),
            console=console,
            disable=muet,
        )


def _initialiser(contract: str, contracts: Path | None, profil: str, maintenant: datetime) -> None:
    _preparer(versions.charger(contract, contracts), profil, maintenant)


def _preparer(contrat: Contrat, profil: str, maintenant: datetime) -> None:
    global _contrat, _profil, _maintenant
    _contrat, _profil, _maintenant = contrat, profil, maintenant


def _controler_un(chemin: Path) -> Controle:
    try:
        octets = chemin.read_bytes()
    except OSError as erreur:
        raise UsageError(
            f"Le fichier [{chemin}] ne se lit pas : {erreur.strerror}.", remede="vérifiez ses droits"
        ) from None
    nom = chemin.name if chemin.name.startswith("DEM") else None
    return controler(octets, _contrat, _profil, _maintenant, nom=nom)


# --- the three forms of the report -------------------------------------------------------------------


def _omises(resultats: list[tuple[Path, Controle]]) -> list[str]:
    return sorted({code for _, controle in resultats for code in controle.omises})


def _texte(resultats: list[tuple[Path, Controle]]) -> None:
    for chemin, controle in resultats:
        bloquantes = sum(faute.gravite == "bloquante" for faute in controle.fautes)
        autres = len(controle.fautes) - bloquantes
        etat = "conforme" if controle.conforme else f"{bloquantes} faute(s) bloquante(s)"
        suite = f", {autres} avertissement(s)" if autres else ""
        click.echo(f"{chemin} : {etat}{suite}")
        for faute in controle.fautes:
            click.echo(_phrase(faute))
    omises = _omises(resultats)
    if omises:
        click.echo(f"Laissées de côté, faute de base ou de transport : {', '.join(omises)}.", err=True)
    mauvais = sum(not controle.conforme for _, controle in resultats)
    click.echo(f"{len(resultats)} document(s), {mauvais} non conforme(s).", err=True)


def _phrase(faute: Faute) -> str:
    lignes = [
        f"  ligne {faute.ligne}, {faute.chemin}",
        f"    {faute.regle} ({faute.gravite}) : {faute.message}",
    ]
    if faute.fidelite and faute.regle != "XSD":
        lignes[-1] += f" [{faute.fidelite}]"
    if faute.valeur not in faute.message:
        lignes.append(f"    valeur : {faute.valeur}")
    if faute.remede:
        lignes.append(f"    remède : {faute.remede}")
    return "\n".join(lignes)


def _json(resultats: list[tuple[Path, Controle]]) -> None:
    contenu = {
        "conforme": all(controle.conforme for _, controle in resultats),
        "fichiers": [
            {
                "fichier": str(chemin),
                "document": controle.genre,
                "conforme": controle.conforme,
                "fautes": [
                    {nom: _valeur(getattr(faute, nom)) for nom in Faute.__slots__}
                    for faute in controle.fautes
                ],
                "omises": list(controle.omises),
            }
            for chemin, controle in resultats
        ],
    }
    json.dump(contenu, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def _valeur(valeur: Any) -> Any:
    return valeur if isinstance(valeur, int) else str(valeur)


def _junit(resultats: list[tuple[Path, Controle]]) -> None:
    from lxml import etree

    echecs = sum(not controle.conforme for _, controle in resultats)
    suite = etree.Element("testsuite", name="sne-sandbox check", tests=str(len(resultats)), errors="0",
                          failures=str(echecs), skipped="0")  # fmt: skip
    for chemin, controle in resultats:
        cas = etree.SubElement(suite, "testcase", classname="check", name=str(chemin))
        bloquantes = [f for f in controle.fautes if f.gravite == "bloquante"]
        if bloquantes:
            echec = etree.SubElement(cas, "failure", type=bloquantes[0].regle, message=bloquantes[0].message)
            echec.text = "\n".join(_phrase(f) for f in bloquantes)
        autres = [f for f in controle.fautes if f.gravite != "bloquante"]
        if autres:
            etree.SubElement(cas, "system-out").text = "\n".join(_phrase(f) for f in autres)
    racine = etree.Element("testsuites")
    racine.append(suite)
    sys.stdout.write(etree.tostring(racine, encoding="unicode", pretty_print=True, xml_declaration=False))
