"""`sne-sandbox`: the commands, and what becomes of the errors they meet."""

import importlib
import sys
from typing import Final

import click

from sandbox.errors import OperatorError

#: Command → (module of sandbox.cli, one line of help). The module is imported when the command is called.
COMMANDES: Final = {
    "serve": ("serve", "Sert le bac à sable : SOAP en HTTPS et HTTP, API."),
    "demo": ("demo", "Montre le produit en une minute, de bout en bout."),
    "check": ("check", "Contrôle des documents hors ligne : schéma, nomenclatures, règles."),
    "rules": ("rules", "Montre les contrôles : sévérité, fidélité, source, remède."),
    "bases": ("bases", "Liste, crée ou supprime des bases."),
    "stats": ("stats", "Les tableaux statistiques d'une base : stock, flux, profils."),
    "clock": ("clock", "Lit, fige ou avance l'horloge d'une base : les nuits passent."),
    "pki": ("pki", "Émet des certificats de développement."),
    "db": ("db", "Met à jour, remplit, sauvegarde, restaure ou vide la base de données."),
}


class _Groupe(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDES:
            return None
        module = importlib.import_module(f"sandbox.cli.{COMMANDES[cmd_name][0]}")
        commande: click.Command = module.commande
        return commande

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commandes"):
            formatter.write_dl([(nom, aide) for nom, (_, aide) in COMMANDES.items()])


@click.group(cls=_Groupe, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sne-sandbox", message="%(prog)s %(version)s")
def cli() -> None:
    """Un bac à sable local de la base école du SNE, interface 5.2 (non officiel).

    Codes de sortie : 0 conforme, 1 non conforme, 2 mauvais usage, 3 l'outil a échoué.
    """


def main() -> None:
    """Entry point: runs the command; an error of the operator is printed with its remedy."""
    try:
        code = cli.main(prog_name="sne-sandbox", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Exit as fin:
        sys.exit(fin.exit_code)
    except click.Abort:
        click.echo("Interrompu.", err=True)
        sys.exit(3)
    except click.ClickException as erreur:
        erreur.show()
        sys.exit(2)
    except OperatorError as erreur:
        click.echo(f"sne-sandbox : {erreur.diagnostics()}", err=True)
        sys.exit(erreur.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(3)
