"""`sne-sandbox`: the commands, and what becomes of the errors they meet."""

import importlib
import signal
import sys
import traceback
from typing import Final

import click

from sne_sandbox.cli import francais, tube
from sne_sandbox.errors import OperatorError

# Before any command is declared.
francais.parler_francais()

#: Command → (module of sne_sandbox.cli, one line of help). The module is imported when the command is called.
COMMANDES: Final = {
    "serve": ("serve", "Sert le bac à sable : SOAP en HTTPS et HTTP, API."),
    "run": ("run", "Lance vos tests devant une base neuve, et juge ce qui est arrivé."),
    "conform": ("conform", "Pilote une application d'un bout à l'autre du plan, et la juge."),
    "report": ("report", "Juge ce qu'une base a vu ; rejuge des preuves ; compare deux rapports."),
    "proxy": ("proxy", "Relaie vers un serveur réel, valide dans les deux sens, enregistre ; exporte."),
    "demo": ("demo", "Montre le produit en une minute, de bout en bout."),
    "check": ("check", "Contrôle des documents hors ligne : schéma, nomenclatures, règles."),
    "generate": ("generate", "Écrit des messages : ménages tirés, valides ou fautifs d'une seule façon."),
    "exigences": ("exigences", "Montre ce sur quoi une application est jugée, et comment."),
    "rules": ("rules", "Montre les contrôles : sévérité, fidélité, source, remède."),
    "bases": ("bases", "Liste, crée, règle ou supprime des bases."),
    "stats": ("stats", "Les tableaux statistiques d'une base : stock, flux, profils."),
    "clock": ("clock", "Lit, fige ou avance l'horloge d'une base : les nuits passent."),
    "pannes": ("pannes", "Arme, liste ou désarme les pannes d'une base."),
    "snapshots": ("snapshots", "Sauvegarde, restaure ou compare une base, sous un nom."),
    "pki": ("pki", "Émet des certificats de développement."),
    "db": ("db", "Met à jour, remplit, sauvegarde, restaure ou vide la base de données."),
}

#: Click does not mark its own, « COMMAND [ARGS]... », for translation.
_SOUS_COMMANDE: Final = "COMMANDE [ARGUMENTS]…"
_IMPREVU: Final = (
    "sne-sandbox : erreur imprévue de l'outil, qui ne dit rien de votre application.\n"
    "→ relancez la commande ; si l'erreur revient, transmettez les lignes ci-dessus, la commande et "
    "le résultat de « sne-sandbox --version »"
)


class _Groupe(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDES:
            return None
        module = importlib.import_module(f"sne_sandbox.cli.{COMMANDES[cmd_name][0]}")
        commande: click.Command = module.commande
        if isinstance(commande, click.Group):
            commande.subcommand_metavar = _SOUS_COMMANDE
        return commande

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as erreur:  # click knows of none: ours are imported when called
            raise click.exceptions.NoSuchCommand(
                erreur.command_name, possibilities=COMMANDES, ctx=ctx
            ) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commandes"):
            formatter.write_dl([(nom, aide) for nom, (_, aide) in COMMANDES.items()])


@click.group(
    cls=_Groupe,
    subcommand_metavar=_SOUS_COMMANDE,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="sne-sandbox", message="%(prog)s %(version)s")
@click.option("--with-parent", "avec_parent", is_flag=True, hidden=True, help="Finit avec l'entrée standard.")
def cli(avec_parent: bool) -> None:
    """Un bac à sable local de la base école du SNE, interface 5.2 (non officiel).

    Codes de sortie : 0 conforme, 1 non conforme, 2 mauvais usage, 3 l'outil a échoué ;
    130 ou 143 quand un signal interrompt.
    """
    if avec_parent:
        from sne_sandbox.cli.parent import finir_avec_le_parent

        finir_avec_le_parent()


def main() -> None:
    """Entry point: runs the command; an error of the operator is printed with its remedy."""
    tube.tenir()
    try:
        code = cli.main(prog_name="sne-sandbox", standalone_mode=False)
        sys.stdout.flush()  # what cannot be written is said, not found out by the interpreter's end
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Exit as fin:
        sys.exit(fin.exit_code)
    except click.Abort as fin:
        click.echo("Interrompu.", err=True)
        sys.exit(128 + getattr(fin.__cause__, "numero", signal.SIGINT))
    except click.ClickException as erreur:
        erreur.show()
        sys.exit(2)
    except OperatorError as erreur:
        click.echo(f"sne-sandbox : {erreur.diagnostics()}", err=True)
        sys.exit(erreur.exit_code)
    except Exception:  # noqa: BLE001 - a bug of ours, told as such
        # Code 1, the interpreter's own, would say that the application does not conform.
        traceback.print_exc()
        click.echo(_IMPREVU, err=True)
        sys.exit(3)
