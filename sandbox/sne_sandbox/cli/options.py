"""The parts that the commands share: options read off the SETTINGS table, groups of commands, the contracts
and the store that they open, and a progress bar.
"""

import difflib
import json
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property, wraps
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

import click
from click.core import ParameterSource

from sne_interface.domain.valeurs_en_json import en_json
from sne_interface.errors import UsageError, raison_systeme
from sne_interface.settings import ENTIER_MAX, OUI_NON, PAR_NOM, Setting, valeur

if TYPE_CHECKING:
    from sne_interface.contract.contrats import Contrats
    from sne_sandbox.store.magasin import Magasin

_F = TypeVar("_F", bound=Callable[..., Any])

#: The options that every command takes.
COMMUNES = ("home", "contract", "contracts", "profile")
#: `--base`, as parameter `base`.
une_base = click.option("--base", default="ecole", show_default=True, help="Nom de la base.")


#: `--seed`, as parameter `seed`.
une_graine = click.option("--seed", type=int, default=0, show_default=True, help="Graine des tirages.")
#: `--seed-size`, as parameter `taille`.
une_taille = click.option(
    "--seed-size", "taille", type=click.IntRange(0, 5_000_000), metavar="N",
    help="Nombre de ménages, tirés comme ceux du jeu de départ (par défaut, le sien).",
)  # fmt: skip
#: `--server-name`, as parameter `noms`.
d_autres_noms = click.option(
    "--server-name", "noms", multiple=True, metavar="NOM", help="Autre nom du certificat serveur."
)
#: `--clock`, as parameter `horloge`.
une_horloge = click.option(
    "--clock", "horloge", default="real", show_default=True, help="real, ou un instant ISO."
)


def option_de_forme(*formes: str, aide: str) -> Callable[[_F], _F]:
    """Add `--format` with these forms to a command, as parameter `forme`; text unless it is given."""
    return click.option(
        "--format", "forme", type=click.Choice(formes), default="text", show_default=True, help=aide
    )


#: `--format text|json`, as parameter `forme`.
une_forme = option_de_forme("text", "json", aide="Forme de la réponse.")
#: `--format text|csv|json`, as parameter `forme`.
text_csv_json = option_de_forme("text", "csv", "json", aide="Forme de la réponse.")
#: `--format text|json|markdown`, as parameter `forme`.
forme_de_liste = option_de_forme("text", "json", "markdown", aide="Forme de la liste.")


def reglages(*noms: str, **defauts: Any) -> Callable[[_F], _F]:
    """Add the options of these settings to a command, in this order; `defauts` replaces defaults by name.
    A value that a file may hold (`--database-file`) is read from it: the command sees the value alone."""

    def ajouter(fonction: _F) -> _F:
        for nom in reversed(noms):
            setting = PAR_NOM[nom]
            if (fichier := PAR_NOM.get(f"{nom}_file")) is not None:
                fonction = _option_de_fichier(setting, fichier)(fonction)
            fonction = _option(setting, defauts.get(nom, setting.defaut))(fonction)
        return fonction

    return ajouter


def inconnu(quoi: str, nom: str, connus: Iterable[str]) -> UsageError:
    """The error of a name that is none of `connus`: those like it, the closest first, or the first of all."""
    noms = list(connus)
    ecrits = {n.upper(): n for n in noms}
    choix = [ecrits[n] for n in difflib.get_close_matches(nom.upper(), ecrits, 5, 0.5)] or noms[:12]
    suite = "…" if len(choix) < len(noms) else ""
    return UsageError(f"{quoi} [{nom}] n'existe pas.", remede=f"par exemple : {', '.join(choix)}{suite}")


def en_paires(ecrits: Iterable[str], exemple: str) -> dict[str, str]:
    """The values written « NOM=VALEUR », by name. Raises UsageError, with the example."""
    paires = {}
    for ecrit in ecrits:
        nom, egal, paires[nom] = ecrit.partition("=")
        if not egal:
            raise UsageError(f"[{ecrit}] : il manque une valeur.", remede=f"par exemple {exemple}")
    return paires


def tableau_markdown(titres: Sequence[str], lignes: Iterable[Sequence[object]]) -> str:
    """A table of Markdown; a bar in a cell is escaped."""
    ecrites = [titres, ["---"] * len(titres), *lignes]
    return "\n".join("| " + " | ".join(str(c).replace("|", "\\|") for c in ligne) + " |" for ligne in ecrites)


def ecrire_json(valeur: Any) -> None:
    """Writes a JSON value on stdout, for a program or for who reads it."""
    click.echo(json.dumps(valeur, ensure_ascii=False, indent=2))


def verifier_guichet(code: str) -> None:
    """Raises UsageError for what is no code of a guichet: a small letter makes a name of file refused."""
    if len(code) != 5 or not code.isascii() or not code.isalnum() or code != code.upper():
        raise UsageError(
            f"Le guichet [{code}] ne convient pas.", remede="5 lettres majuscules ou chiffres : G1104"
        )


def un_jeu_de_depart(semence: str) -> Callable[[_F], _F]:
    """Add `--seed-base`, as parameter `semence`, by default this one."""
    return click.option(
        "--seed-base", "semence", default=semence, show_default=True, help="Jeu de départ de la base."
    )


def depart_de_base(semence: str) -> Callable[[_F], _F]:
    """Add how a base begins: `--seed-base`, `--seed`, `--seed-size`, `--clock`, as parameters `semence`,
    `seed`, `taille`, `horloge`."""
    return lambda fonction: un_jeu_de_depart(semence)(une_graine(une_taille(une_horloge(fonction))))


class _OuiNon(click.types.BoolParamType):
    """A flag, whose variable says it in French too."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bool:
        """Click's: what was written, as a boolean."""
        if isinstance(value, str):
            if value.lower() not in OUI_NON:
                self.fail("oui ou non est attendu", param, ctx)
            return OUI_NON[value.lower()]
        return super().convert(value, param, ctx)


def _option(setting: Setting, defaut: Any, **autres: Any) -> Callable[[_F], _F]:
    genre: Any = setting.type
    if setting.choix:
        genre = click.Choice(setting.choix)
    elif setting.type is Path:
        # One that cannot be read is no wrong usage: who opens it says so, with the remedy.
        genre = click.Path(path_type=Path, readable=False)
    elif setting.type is int:
        genre = click.IntRange(setting.minimum, None if setting.maximum == ENTIER_MAX else setting.maximum)
    elif setting.type is bool:
        genre = _OuiNon()
    return click.option(
        setting.option,
        setting.nom,
        type=genre,
        is_flag=setting.type is bool,
        default=defaut,
        envvar=setting.variable,
        show_default=defaut is not None and setting.type is not bool,
        help=setting.aide[0].upper() + setting.aide[1:] + ".",
        **{"callback": _lire_ou_taire if f"{setting.nom}_file" in PAR_NOM else None, **autres},
    )


def _option_de_fichier(setting: Setting, fichier: Setting) -> Callable[[_F], _F]:
    """The option of the file that holds a setting, read before it."""
    return _option(
        fichier,
        None,
        metavar="FICHIER",
        is_eager=True,
        expose_value=False,
        callback=lambda ctx, param, valeur: ctx.meta.update({_cle_du_fichier(setting): valeur}),
    )


def _lire_ou_taire(ctx: click.Context, param: click.Parameter, valeur: str | None) -> str | None:
    """The value of a setting that a file may hold, and a warning when a secret was typed: who looks at the
    processes of this machine reads it. Raises UsageError for both, or for a file that cannot be read."""
    setting = PAR_NOM[param.name or ""]
    fichier: Path | None = ctx.meta.get(_cle_du_fichier(setting))
    if fichier is None:
        ecrite = ctx.get_parameter_source(setting.nom) is ParameterSource.COMMANDLINE
        if valeur and ecrite and (setting.secret or urlsplit(valeur).password):
            click.echo(
                f"attention : {setting.option} se lit dans la liste des processus → donnez-le par "
                f"{setting.option}-file ou {setting.variable}",
                err=True,
            )
        return valeur
    if valeur:
        raise UsageError(
            f"{setting.option} et {setting.option}-file donnent la même chose.", remede="gardez l'un des deux"
        )
    try:
        lue = fichier.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as erreur:
        raison = raison_systeme(erreur) if isinstance(erreur, OSError) else "ce n'est pas du texte"
        raise UsageError(
            f"Le fichier [{fichier}] ne peut pas être lu : {raison}.",
            remede=f"vérifiez {setting.option}-file",
        ) from erreur
    if not lue:
        raise UsageError(
            f"Le fichier [{fichier}] est vide.", remede=f"écrivez-y ce que {setting.option} dirait"
        )
    return lue


def _cle_du_fichier(setting: Setting) -> str:
    return f"sne_sandbox.{setting.nom}_file"


class Poste:
    """The contracts and the store that the options of a command name. Each is opened when it is first asked
    for, after all that is refused without it; the store is closed when the command ends."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.options = options
        self.home: Path = options["home"]

    @cached_property
    def contrats(self) -> "Contrats":
        """The contracts of the home, none of them read yet."""
        return ouvrir_contrats(self.options)

    @cached_property
    def magasin(self) -> "Magasin":
        """The store. Raises OperatorError."""
        return click.get_current_context().with_resource(ouvrir_magasin(self.options))

    def ouvrir(self) -> "tuple[Contrats, Magasin]":
        """Both, that of the server read first: nothing is made in the home for one that does not read. Raises
        OperatorError."""
        self.contrats.nomme("")
        return self.contrats, self.magasin


def sur_le_poste(*noms: str) -> Callable[[_F], _F]:
    """Makes a command of a function that takes a `Poste` first: it has the options of COMMUNES, `database`
    and the settings `noms`, which the poste holds."""
    siennes = (*COMMUNES, "database", *noms)

    def ajouter(fonction: Callable[..., Any]) -> Any:
        @wraps(fonction)
        def lancer(**valeurs: Any) -> Any:
            options = {nom: valeurs.pop(nom) for nom in siennes}
            return fonction(Poste(options), **valeurs)

        return reglages(*siennes)(lancer)

    return ajouter


def sur_une_base(fonction: Callable[..., Any]) -> Any:
    """The same, for a command that is about one base."""
    return sur_le_poste()(une_base(fonction))


def rendu(
    texte: Callable[[Any], Iterable[str]],
    *,
    feuille: Callable[[Any], str] | None = None,
    retrait: int | None = None,
) -> Callable[[_F], _F]:
    """Adds `--format text|json` to a command (`text|csv|json` with `feuille`), and writes the value that its
    function returns: as the API does, by the lines that `texte` makes of it, or as that sheet."""

    def ajouter(fonction: Callable[..., Any]) -> Any:
        @wraps(fonction)
        def rendre(*arguments: Any, forme: str, **valeurs: Any) -> None:
            valeur = fonction(*arguments, **valeurs)
            if forme == "json":
                click.echo(json.dumps(en_json(valeur), ensure_ascii=False, indent=retrait))
            elif forme == "csv" and feuille is not None:
                click.echo(feuille(valeur), nl=False)
            else:
                for ligne in texte(valeur):
                    click.echo(ligne)

        return une_forme(rendre) if feuille is None else text_csv_json(rendre)

    return ajouter


def ouvrir_contrats(options: Mapping[str, Any]) -> "Contrats":
    """The contracts that `options` name (COMMUNES, `quartiles` where it is one), none of them read yet."""
    from sne_interface.contract.contrats import Contrats

    return Contrats(options["home"], options["contract"], options["contracts"], options.get("quartiles"))


def ouvrir_magasin(options: Mapping[str, Any]) -> "Magasin":
    """The store that `options` (`home` and `database`) name. Raises OperatorError."""
    from sne_sandbox.store.magasin import Magasin

    durable = valeur("synchronous", options.get("synchronous"))
    return Magasin.ouvrir(options["database"], options["home"], synchronous=durable or "FULL")


_EXEMPLES: Final = "\n\nExemples :\n"


def placer_les_exemples(commande: click.Command) -> click.Command:
    """The command, its examples after its options, as they are written: they end its docstring."""
    texte, titre, exemples = cleandoc(commande.help or "").partition(_EXEMPLES)
    if titre:
        commande.help, commande.epilog = texte, f"\b{_EXEMPLES[1:]}{exemples}"
    return commande


class GroupeCommandes(click.Group):
    """`sne-sandbox db --home D reset` is `sne-sandbox db reset --home D`. A command that has no examples of
    its own shows those that its group gives of it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Click's: the words after the name of the group."""
        rang = self._rang_de_la_commande(ctx, args)
        if rang:
            args = [args[rang], *args[:rang], *args[rang + 1 :]]
        return super().parse_args(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Click's: the command of that name, with its examples."""
        commande = super().get_command(ctx, cmd_name)
        if commande is not None and placer_les_exemples(commande).epilog is None:
            debut = f"sne-sandbox {self.name} {cmd_name}"
            lignes = [ligne.strip() for ligne in (self.epilog or "").splitlines()]
            exemples = [ligne for ligne in lignes if ligne == debut or ligne.startswith(f"{debut} ")]
            titre = "Exemples" if len(exemples) > 1 else "Exemple"
            commande.epilog = "\n".join(["\b", f"{titre} :", *(f"  {ligne}" for ligne in exemples)])
        return commande

    def _rang_de_la_commande(self, ctx: click.Context, args: list[str]) -> int | None:
        """Where the command stands among `args`, after options that are its own; None where there is none."""
        avec_valeur = {
            option
            for commande in self.commands.values()
            for parametre in commande.params
            if isinstance(parametre, click.Option) and not parametre.is_flag
            for option in parametre.opts
        }
        valeur = False
        for rang, mot in enumerate(args):
            if valeur:
                valeur = False
            elif mot in ctx.help_option_names:
                return None
            elif mot.startswith("-"):
                valeur = mot in avec_valeur
            else:
                return rang if mot in self.commands else None
        return None


class GroupeQuiListe(GroupeCommandes):
    """`sne-sandbox bases` is `sne-sandbox bases list`, its options included."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Click's: the words after the name of the group."""
        options = not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names)
        if options and self._rang_de_la_commande(ctx, args) is None:
            args = ["list", *args]
        return super().parse_args(ctx, args)


#: Told how many of how many are done.
Progres = Callable[[int, int], None]


@contextmanager
def barre(titre: str) -> Iterator[Progres]:
    """A function to tell the progress to; nothing is shown before the first call. SIGTERM ends the work as
    Ctrl-C does, unless somebody sees to it already."""
    from sne_sandbox.cli.signaux import Signaux

    with ExitStack() as pile:
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            pile.enter_context(Signaux())
        montrer: Progres | None = None

        def progres(fait: int, total: int) -> None:
            nonlocal montrer
            if montrer is None:
                montrer = _montrer(titre, pile) if sys.stderr.isatty() else lambda fait, total: None
            montrer(fait, total)

        yield progres


def _montrer(titre: str, pile: ExitStack) -> Progres:
    from rich.console import Console
    from rich.progress import Progress

    affichage = pile.enter_context(Progress(console=Console(stderr=True), transient=True))
    tache = affichage.add_task(titre, total=None)
    return lambda fait, total: affichage.update(tache, completed=fait, total=total)
