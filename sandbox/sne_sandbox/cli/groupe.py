"""Groups of commands: what they say of each, and what they do without a word."""

import click


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
        if commande is not None and commande.epilog is None:
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
