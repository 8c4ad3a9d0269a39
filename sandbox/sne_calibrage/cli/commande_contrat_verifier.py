"""`sne-sandbox contrat verifier`: an official folder, role by role."""

import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click
import tomli

from sne_calibrage.dossier_officiel.contrat_eprouve import essayer_les_exemples, essayer_les_specimens
from sne_calibrage.dossier_officiel.noms_devines import EtatLiaison, LiaisonDeRole, a_ecrire, en_toml, lier
from sne_interface.contract import contrats_charges
from sne_interface.contract.overlay import fusionner
from sne_interface.errors import UsageError
from sne_interface.rules.engine import regles_eteintes
from sne_sandbox.cli.options import COMMUNES, ecrire_json, reglages, une_forme

_CONTRAT: Final = "contract.toml"
#: Where the next table of a file begins.
_TETE: Final = re.compile(r"^[ \t]*\[", re.MULTILINE)


@click.command("verifier")
@click.argument("dossier", type=click.Path(path_type=Path), metavar="DOSSIER")
@click.option("--ecrire", is_flag=True, help="Écrit la liaison dans le contract.toml du dossier.")
@une_forme
@reglages(*COMMUNES)
def verifier(dossier: Path, ecrire: bool, forme: str, contract: str, **options: Any) -> int:
    """Lit un dossier de fichiers officiels, posé sur le contrat comme par --contracts.

    Rôle par rôle, dit ce qui y est trouvé, deviné (et pourquoi) ou manquant ; propose la liaison ; y passe
    les spécimens et les exemples des règles, et tient nos réponses à ses schémas, refus compris. Sortie 0 :
    tout est lié et tout passe ; 1 : une liaison est à relire, ou quelque chose échoue ; 3 : un fichier du
    dossier ne se lit pas.

    Exemples :
      sne-sandbox contrat verifier mes-fichiers/
      sne-sandbox contrat verifier mes-fichiers/ --ecrire
      sne-sandbox contrat verifier mes-fichiers/ --format json > liaisons.json
    """
    if options["contracts"] is not None:
        raise UsageError("--contracts ne sert pas ici.", remede=f"contrat verifier {options['contracts']}")
    notre = contrats_charges.charger(contract)
    lu = contrats_charges.charger(contract, dossier, tolerer=True)
    liaisons = lier(lu, notre)
    with tempfile.TemporaryDirectory(prefix="sne-liaison-") as temporaire:
        copie = Path(temporaire) / "dossier"
        for nom in lu.dossiers.surcharge:
            (copie / nom).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(dossier / nom, copie / nom)
        fichier = ecrire_la_liaison(copie, contract, liaisons)
        officiel = contrats_charges.charger(contract, copie)
        specimens = essayer_les_specimens(officiel, notre)
        exemples = essayer_les_exemples(officiel, notre)
        if ecrire:
            _remplacer(dossier / fichier.relative_to(copie), fichier.read_text("utf-8"))
    eteintes = regles_eteintes(officiel)
    passe = not any(e.fautes for e in specimens) and not exemples.changes and not exemples.refus
    sur = all(lie.etat is EtatLiaison.TROUVE and not lie.pourquoi for lie in liaisons)
    if forme == "json":
        dits = {
            "contrat": contract,
            "dossier": str(dossier),
            "conforme": sur and passe,
            "roles": [{**asdict(lie), "cles": ".".join(("roles", *lie.cles))} for lie in liaisons],
            "regles_eteintes": list(eteintes),
            "specimens": [asdict(essai) for essai in specimens],
            "exemples": asdict(exemples),
            "liaison": en_toml(liaisons),
        }
        ecrire_json(dits)
    else:
        _dire(liaisons)
        for dite in eteintes:
            click.echo(f"règles éteintes : {dite}")
        for essai in specimens:
            click.echo(f"spécimen {essai.specimen} : {'; '.join(essai.fautes) or 'passe'}")
        click.echo(
            f"exemples des règles : {exemples.joues} rejoués, {len(exemples.changes)} dont le verdict "
            f"change, {exemples.ecartes} écrits avec nos noms, laissés de côté"
        )
        for change in exemples.changes[:10]:
            click.echo(f"  {change}")
        for refus in exemples.refus:
            click.echo(refus)
        if not sur:
            click.echo(f"\n# {_CONTRAT}, à relire :\n{en_toml(liaisons)}", nl=False)
    if ecrire:
        click.echo(f"→ écrit dans {dossier / fichier.relative_to(copie)} : relisez-le", err=True)
    elif not sur:
        click.echo("→ pour l'écrire dans le dossier : --ecrire", err=True)
    return 0 if sur and passe else 1


def _dire(liaisons: Sequence[LiaisonDeRole]) -> None:
    large = max(len(lie.role) for lie in liaisons)
    for lie in liaisons:
        nom = lie.nom.removeprefix("interfaceNuu/demande/demandeLogement/")
        suite = f"  ({lie.pourquoi})" if lie.pourquoi else ""
        click.echo(f"{lie.etat:<8}  {lie.role:<{large}}  {nom}{suite}")


# --- the binding, written into the user's own file -------------------------------------------------------


def ecrire_la_liaison(dossier: Path, contract: str, liaisons: Sequence[LiaisonDeRole]) -> Path:
    """The `contract.toml` of a folder, with this binding and all else that it said; its path. Raises
    UsageError for a file in which it cannot be written without losing something."""
    dedans = dossier / contract
    fichier = (dedans if dedans.is_dir() else dossier) / _CONTRAT
    ancien = fichier.read_text("utf-8-sig") if fichier.is_file() else ""
    nouveau = ancien
    for lie in a_ecrire(liaisons):
        nouveau = _poser(nouveau, ("roles", *lie.cles), lie.nom)
    try:
        perdu = tomli.loads(nouveau) != fusionner(tomli.loads(ancien), tomli.loads(en_toml(liaisons)))
    except tomli.TOMLDecodeError:
        perdu = True
    if perdu:
        raise UsageError(
            f"{fichier} est écrit d'une façon que la commande ne sait pas compléter sans rien perdre.",
            remede="sans --ecrire, elle montre les lignes à y mettre ; ou écrivez chaque rôle sur sa ligne, "
            "sous [roles.…]",
        )
    _remplacer(fichier, nouveau)
    return fichier


def _remplacer(fichier: Path, texte: str) -> None:
    provisoire = fichier.with_name(f".{fichier.name}.nouveau")
    provisoire.write_text(texte, encoding="utf-8")
    provisoire.replace(fichier)


def _poser(texte: str, cles: Sequence[str], nom: str) -> str:
    """`texte` with the key at `cles` set to `nom`, on a line of its own in its table."""
    *tables, cle = cles
    table, ecrite = ".".join(tables), f'{cle} = "{nom}"'
    tete = re.search(rf"^[ \t]*\[{re.escape(table)}\][ \t]*(#.*)?$", texte, re.MULTILINE)
    if tete is None:
        return f"{texte.rstrip()}\n\n[{table}]\n{ecrite}\n".lstrip()
    suivante = _TETE.search(texte, tete.end())
    fin = len(texte) if suivante is None else suivante.start()
    ligne = re.compile(rf"^[ \t]*{re.escape(cle)}[ \t]*=.*?([ \t]*#.*)?$", re.MULTILINE)
    dedans, faites = ligne.subn(lambda vue: ecrite + (vue[1] or ""), texte[tete.end() : fin], count=1)
    if not faites:
        dedans = f"{dedans.rstrip()}\n{ecrite}\n\n"
    return f"{texte[: tete.end()]}{dedans}{texte[fin:]}".rstrip() + "\n"
