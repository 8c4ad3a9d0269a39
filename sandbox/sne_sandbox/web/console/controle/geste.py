"""A change that a form asks for."""

from collections.abc import Callable

from werkzeug.wrappers import Response as Redirection

from sne_sandbox.errors import UsageError
from sne_sandbox.web.console.page import apres_action


def faire(retour: str, geste: Callable[[], str], suite: str | None = None) -> Redirection:
    """Does it, and shows the sentence it answers on the page `suite` (default: `retour`); what cannot be done
    is said on the page it was asked on, with its remedy."""
    try:
        phrase = geste()
    except UsageError as erreur:
        remede = f" Remède : {erreur.remede}." if erreur.remede else ""
        return apres_action(retour, f"{erreur}{remede}", reussie=False)
    return apres_action(suite or retour, phrase)
