"""`sne-sandbox`: the commands, what becomes of the errors they meet, and the process around them: its
standard streams, and its end when the process that began it ends.
"""

import gc
import importlib
import io
import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

import click

from sne_interface import systeme
from sne_interface.errors import OperatorError, raison_systeme
from sne_sandbox import __version__
from sne_sandbox.offres_des_paquets import commandes

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

#: Click does not mark its own, « COMMAND [ARGS]... », for translation.
_SOUS_COMMANDE: Final = "COMMANDE [ARGUMENTS]…"
_IMPREVU: Final = (
    "sne-sandbox : erreur imprévue de l'outil, qui ne dit rien de votre application.\n"
    "→ relancez la commande ; si l'erreur revient, transmettez les lignes ci-dessus, la commande et "
    "le résultat de « sne-sandbox --version »"
)


class _Groupe(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(commandes())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        offerte = commandes().get(cmd_name)
        if offerte is None:
            return None
        from sne_sandbox.cli.options import placer_les_exemples  # as every command does

        commande: click.Command = placer_les_exemples(importlib.import_module(offerte.module).commande)
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
                erreur.command_name, possibilities=commandes(), ctx=ctx
            ) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commandes"):
            formatter.write_dl([(nom, commande.aide) for nom, commande in commandes().items()])


# --- the process -------------------------------------------------------------------------------------


def finir_avec_le_parent() -> None:
    """From now on, the end of our standard input is the end of us, as by SIGTERM: a parent that holds the
    other side of the pipe and dies, even by SIGKILL, closes it."""
    threading.Thread(target=_attendre, name="sne-parent", daemon=True).start()


def _attendre() -> None:
    while os.read(0, 4096):
        pass
    systeme.se_terminer()


class Tube(io.FileIO):
    """A standard stream whose reader may go away (`… 2>&1 | head`): the rest is lost, the exit code is not.

    rich leaves with code 1 on a broken pipe, and the interpreter with 120 when it flushes one at the end;
    here the descriptor is turned to the null device the first time, and nobody above hears of it.
    """

    def write(self, octets: "ReadableBuffer", /) -> int:
        """Bytes written; all of them when nobody reads. Raises OperatorError, once, when none can be."""
        if not memoryview(octets).nbytes:
            return 0  # click tries streams out so, and hides what they answer
        try:
            return super().write(octets)
        except BrokenPipeError:
            self._perdre()
            return memoryview(octets).nbytes
        except OSError as erreur:
            self._perdre()
            raise OperatorError(
                f"Ce que dit la commande ne peut pas être écrit : {raison_systeme(erreur)}.",
                remede="faites de la place, ou dirigez la sortie ailleurs",
            ) from erreur

    def _perdre(self) -> None:
        with Path(os.devnull).open("wb") as nulle_part:
            os.dup2(nulle_part.fileno(), self.fileno())


def tenir_les_flux() -> None:
    """Makes a `Tube` of stdout and of stderr, when they are real streams."""
    sys.stdout = _tenu(sys.stdout)
    sys.stderr = _tenu(sys.stderr)


def _tenu(flux: TextIO) -> TextIO:
    if not isinstance(flux, io.TextIOWrapper) or not isinstance(flux.buffer, io.BufferedWriter | io.FileIO):
        return flux
    flux.flush()
    tube = Tube(flux.fileno(), "wb", closefd=False)
    return io.TextIOWrapper(
        # PYTHONUNBUFFERED leaves no buffer between the text and the descriptor.
        tube if isinstance(flux.buffer, io.FileIO) else io.BufferedWriter(tube),
        # What is redirected on Windows is read by programs that expect no code page of an old DOS.
        encoding="utf-8" if systeme.WINDOWS and not flux.isatty() else flux.encoding,
        # A terminal that has no « → » gets a « ? »: better than a command that ends there.
        errors="replace" if flux.errors in ("strict", "surrogateescape") else flux.errors,
        line_buffering=flux.line_buffering,
        write_through=flux.write_through,
    )


# --- the command line --------------------------------------------------------------------------------


@click.group(
    cls=_Groupe, subcommand_metavar=_SOUS_COMMANDE, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option("--with-parent", "avec_parent", is_flag=True, hidden=True, help="Finit avec l'entrée standard.")
@click.option(
    "--tenir", type=click.Path(path_type=Path), hidden=True, help="Verrou tenu jusqu'à la fin de la commande."
)
def cli(avec_parent: bool, tenir: Path | None) -> None:
    """Un bac à sable local de la base école du SNE, interface 5.2 (non officiel).

    Codes de sortie : 0 conforme, 1 non conforme, 2 mauvais usage, 3 l'outil a échoué ;
    130 ou 143 quand un signal interrompt.

    Le guide entier, hors ligne, protocole de l'adaptateur compris : sne-sandbox serve, puis /guide.
    """
    if avec_parent:
        finir_avec_le_parent()
    if tenir is not None:
        click.get_current_context().with_resource(systeme.tenu(tenir))


def trouver(mots: Sequence[str]) -> tuple[click.Command, Sequence[str]]:
    """The command that `mots` begin with, and those that follow its name. Raises KeyError for none."""
    commande: click.Command = cli
    for rang, mot in enumerate(mots):
        if not isinstance(commande, click.Group):
            return commande, mots[rang:]
        suivante = commande.get_command(click.Context(commande), mot)
        if suivante is None:
            raise KeyError(mot)
        commande = suivante
    return commande, ()


def main() -> None:
    """Entry point: runs the command; an error of the operator is printed with its remedy."""
    gc.set_threshold(20_000, 20, 50)  # what a command reads stays, and most of what it makes goes by itself
    tenir_les_flux()
    systeme.reserver()
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
    finally:
        gc.freeze()  # the interpreter ends without looking for what nothing names any more
