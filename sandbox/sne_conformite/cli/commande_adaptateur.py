"""`sne-sandbox adaptateur`: the skeleton of an adapter, in a vendor's language.

Its files are rendered from `modeles/`, where the protocol half and its tests are written once a language;
commands, fields and statuses come from `protocole.toml`.
"""

from pathlib import Path
from typing import Final

import click
import tomli

from sne_interface.errors import UsageError, raison_ecriture
from sne_sandbox.cli.options import inconnu

_MODELES: Final = Path(__file__).parents[1] / "modeles"
#: By name: how the skeleton is prepared, tried and run.
LANGAGES: Final[dict[str, dict[str, str]]] = tomli.loads((_MODELES / "langages.toml").read_text("utf-8"))


@click.command()
@click.option("--modele", is_flag=False, flag_value="", default="", metavar="LANGAGE",
              help="Le langage du squelette ; sans nom, leur liste.")  # fmt: skip
@click.option("--dossier", type=click.Path(path_type=Path, file_okay=False), default="adaptateur",
              metavar="DOSSIER", show_default=True, help="Où l'écrire, créé au besoin.")  # fmt: skip
@click.option("--remplacer", is_flag=True, help="Écrit par-dessus les fichiers de ces noms.")
def commande(modele: str, dossier: Path, remplacer: bool) -> None:
    """Écrit le squelette d'un adaptateur, qui tourne aussitôt : le protocole est fait.

    Reste une fonction par commande à remplir ; chacune dit ce qu'elle reçoit, ce que l'on en attend et
    l'opération du SNE qu'elle appelle. Une commande qui n'est pas remplie répond « non_gere ».

    Exemples :
      sne-sandbox adaptateur --modele
      sne-sandbox adaptateur --modele java
      sne-sandbox adaptateur --modele python --dossier tests/sne
    """
    if not modele:
        for nom, langage in LANGAGES.items():
            click.echo(f"{nom:<8}{langage['nom']} : {langage['veut']}")
        return
    if modele not in LANGAGES:
        raise inconnu("Le langage", modele, LANGAGES)
    fichiers = {dossier / nom: texte for nom, texte in squelette(modele).items()}
    if not remplacer and (deja := [str(fichier) for fichier in fichiers if fichier.exists()]):
        raise UsageError(
            f"[{deja[0]}] existe déjà : rien n'est écrit.",
            remede="donnez un autre dossier (--dossier), ou --remplacer, qui perd ce que vous y avez mis",
        )
    try:
        dossier.mkdir(parents=True, exist_ok=True)
        for fichier, texte in fichiers.items():
            fichier.write_text(texte, "utf-8")
    except OSError as erreur:
        raise UsageError(
            f"Le dossier [{dossier}] ne peut pas être écrit : {raison_ecriture(erreur)}.",
            remede="donnez-en un autre à --dossier",
        ) from None
    click.echo("\n".join(map(str, fichiers)))
    click.echo(f"→ à lire d'abord : {dossier / 'LISEZMOI.md'}", err=True)


def squelette(modele: str) -> dict[str, str]:
    """The text of each file of the skeleton in a language, by its name."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from sne_conformite.protocole import protocole

    lecteur = Environment(  # noqa: S701 - programs are rendered, not pages
        loader=FileSystemLoader(_MODELES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    noms = ["LISEZMOI.md.modele", *(nom for nom in lecteur.list_templates() if nom.startswith(f"{modele}/"))]
    return {
        Path(nom).stem: lecteur.get_template(nom).render(
            modele=modele, langage=LANGAGES[modele], protocole=protocole
        )
        for nom in noms
    }
