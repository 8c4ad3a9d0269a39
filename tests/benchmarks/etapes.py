"""Where the time of one exchange goes: the functions of each stage are timed from outside, the product knows
nothing of it. A stage's time is its own: what other stages spend inside it is theirs."""

import functools
import importlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final
from unittest.mock import patch

#: What nobody named: Flask, and the code between the stages.
RESTE: Final = "WSGI, Flask, et le reste"

_SOAP: Final = "sne_sandbox.soap.server"
_PIPELINE: Final = "sne_sandbox.pipeline"
_DEPOT: Final = "sne_sandbox.operations.get_num_unique"
_JUGEMENT: Final = "sne_sandbox.rules.engine:Jugement"

#: Stage → functions that make it, in the order of the exchange: « module:name » or « module:class.name »,
#: as its caller looks it up: one kept in a table cannot be timed.
ETAPES: Final[dict[str, tuple[str, ...]]] = {
    "enveloppe : lire, aiguiller": (f"{_SOAP}:ServeurSoap.ouvrir",),
    "MIME : ouvrir": (f"{_SOAP}:ServeurSoap._deballer",),
    "Spyne : lire, écrire": (f"{_SOAP}:_Moteur.lire", f"{_SOAP}:_Moteur.ecrire"),
    "charge utile : analyser": (f"{_PIPELINE}:Pipeline._lire",),
    "XSD de la question": (f"{_PIPELINE}:Pipeline._valider",),
    "décoder": (f"{_PIPELINE}:codec.decoder_recu",),
    "règles sans registre": (f"{_JUGEMENT}.lire_le_message",),
    "règles avec registre": (f"{_JUGEMENT}.consulter",),
    "insérer": (
        "sne_sandbox.store.registre:RegistreBase.ajouter",
        "sne_sandbox.store.registre:RegistreBase.prochain_numero",
    ),
    "encoder": (f"{_DEPOT}:_ecrire", f"{_DEPOT}:FormulaireEcrit.avec", f"{_DEPOT}:_reponse"),
    "attestation PDF": (f"{_DEPOT}:attestation.rediger",),
    "XSD de la réponse, écrire": (f"{_PIPELINE}:Pipeline._encoder",),
    "MIME : emballer": (f"{_SOAP}:joindre", f"{_SOAP}:Emballage.emballer"),
    "journal": ("sne_sandbox.store.journal:Journal.consigner",),
    "BEGIN, COMMIT": ("sne_sandbox.store.connexion:Connexion.brut",),
}


class Chronometre:
    """Seconds of each stage, while `mesurer()` is open. One thread."""

    def __init__(self) -> None:
        self.secondes: dict[str, float] = defaultdict(float)
        self._pile = [RESTE]
        self._depuis = 0.0

    @contextmanager
    def mesurer(self) -> Iterator[None]:
        """Times the stages of what runs in the block."""
        with ExitStack() as pile:
            for etape, fonctions in ETAPES.items():
                for fonction in fonctions:
                    cible, nom = _trouver(fonction)
                    pile.enter_context(patch.object(cible, nom, self._chronometrer(cible, nom, etape)))
            self._depuis = time.perf_counter()
            yield
            self._passer()

    def _passer(self) -> None:
        maintenant = time.perf_counter()
        self.secondes[self._pile[-1]] += maintenant - self._depuis
        self._depuis = maintenant

    def _chronometrer(self, cible: Any, nom: str, etape: str) -> Any:
        brute = cible.__dict__[nom]
        fonction: Callable[..., Any] = getattr(brute, "__func__", brute)

        @functools.wraps(fonction)
        def chronometree(*args: Any, **options: Any) -> Any:
            self._passer()
            self._pile.append(etape)
            try:
                return fonction(*args, **options)
            finally:
                self._passer()
                self._pile.pop()

        return classmethod(chronometree) if isinstance(brute, classmethod) else chronometree


def _trouver(fonction: str) -> tuple[Any, str]:
    module, _, chemin = fonction.partition(":")
    *portes, nom = chemin.split(".")
    return functools.reduce(getattr, portes, importlib.import_module(module)), nom
