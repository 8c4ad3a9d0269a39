"""One exchange that cannot be read, shown or explained stays alone: the rest of a list, or its page, goes
on."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from werkzeug.exceptions import HTTPException

from sne_interface.domain.echange import Echange
from sne_interface.errors import OperatorError
from sne_sandbox.journal_technique import journal_technique

_Valeur = TypeVar("_Valeur")


def essayer(faire: Callable[[], _Valeur], sinon: Callable[[str], _Valeur]) -> _Valeur:
    """`faire()`; if it fails for a reason that nobody foresaw, that goes to the technical log, and the value
    is `sinon(a French sentence)`. HTTPException and OperatorError, meant for the reader, pass through."""
    try:
        return faire()
    except (HTTPException, OperatorError):
        raise
    except Exception as erreur:  # noqa: BLE001 - one exchange must not take the others with it
        journal_technique("sne_console.vues").exception("exchange not shown")
        nom = type(erreur).__name__
        return sinon(f"le bac à sable n'a pas su le montrer ({nom}) ; son journal technique dit pourquoi")


@dataclass
class Essais:
    """The parts of one exchange, each tried: `perdus` says which could not be shown, and why."""

    perdus: list[str] = field(default_factory=list)

    def part(self, quoi: str, faire: Callable[[], _Valeur], sinon: Any) -> _Valeur:
        """Returns the result of `faire`, else `sinon`; `quoi` begins the sentence (« La requête »)."""

        def perdre(raison: str) -> _Valeur:
            self.perdus.append(f"{quoi} : {raison}.")
            valeur: _Valeur = sinon
            return valeur

        return essayer(faire, perdre)


def nu(echange: Echange, raison: str) -> Echange:
    """An exchange without what could not be shown of it, which its fault then says."""
    return replace(
        echange,
        chemin="",
        en_tetes=[],
        en_tetes_reponse=[],
        parties=[],
        tolerances=[],
        anomalies=[],
        panne=None,
        trace=None,
        fault={"code": "", "message": f"Cet échange n'est pas montré : {raison}.", "explication": ""},
    )
