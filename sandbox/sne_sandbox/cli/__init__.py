"""The command line: one module per command, loaded when it is called. Whichever is loaded first, click speaks
French before it is declared."""

from sne_sandbox.cli import francais

francais.parler_francais()
