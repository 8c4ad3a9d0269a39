"""The panne of an exchange: looked for before the work and after it, noted in the journal, played.

A panne that takes the place of the work is counted and journalled in one transaction, where nothing else
happens. The others come after our own answer was validated, in the transaction that holds the work and the
journal's line (in one of its own when there is none to commit): what is counted is what was played.
"""

from dataclasses import replace
from typing import Final

from sne_sandbox.domain.exchange import Appel, Constats
from sne_sandbox.domain.journal import Echange, VerdictEchange
from sne_sandbox.domain.panne import GENRES, PanneDefinition
from sne_sandbox.errors import PanneClient, PanneServeur
from sne_sandbox.operations import pannes
from sne_sandbox.pipeline import Travail, guichet_de
from sne_sandbox.soap.types_http import ReponseHttp
from sne_sandbox.store.connexion import Connexion
from sne_sandbox.store.pannes import PanneArmee
from sne_sandbox.web.degats import abimer

#: Key of the WSGI environment that tells the server which panne (PanneDefinition) to send the answer by.
CLE: Final = "sne.panne"

_PHRASE: Final = "Panne simulée par le bac à sable."
_PAGE: Final = """<!DOCTYPE html>
<html lang="fr">
<head><meta charset="utf-8"><title>{titre}</title></head>
<body>
<h1>{titre}</h1>
<p>{phrase}</p>
<hr>
<p>Panne simulée par le bac à sable.</p>
</body>
</html>
"""
_PAGES: Final = {
    "html_502": (502, "502 Bad Gateway", "La passerelle n'a pas reçu de réponse du serveur."),
    "html_503": (503, "503 Service Unavailable", "Le service est en maintenance. Merci de réessayer."),
}


class Pannes:
    """What may go wrong on purpose in one exchange."""

    def __init__(self, travail: Travail, echange: Echange) -> None:
        self._travail = travail
        self._echange = echange
        self.armees = False
        """Whether the base has any, once the message was read."""
        self.jouee: PanneArmee | None = None
        """The one that took the place of the work."""

    def avant(self, appel: Appel, constats: Constats) -> None:
        """Raises PanneServeur or PanneClient when a panne takes the place of this call's work."""
        constats.guichet = guichet = guichet_de(appel, None) or None
        registre = self._travail.lecture()
        if not self.armees or not pannes.attendue(
            registre.connexion, self._travail.nom, operation=appel.operation, guichet=guichet, prise=_avant
        ):
            return
        self._travail.a_jour()
        connexion = self._travail.ecriture().connexion
        self.jouee = pannes.consommer(
            connexion, self._travail.nom, operation=appel.operation, guichet=guichet, prise=_avant
        )
        if self.jouee is None:
            return
        definition = self.jouee.definition
        self._noter(self.jouee, "la base ne change pas")
        est_fault = definition.genre in ("fault_serveur", "fault_client")
        genre = PanneClient if definition.genre == "fault_client" else PanneServeur
        raise genre(
            definition.texte("message") if est_fault else _PHRASE,
            explication=f"Panne {self.jouee.identifiant} [{definition.genre}], armée à dessein.",
        )

    def a_la_place(self, fault: ReponseHttp) -> ReponseHttp:
        """The answer of an exchange whose work a panne took the place of; `fault` is what SOAP made of it."""
        assert self.jouee is not None
        definition = self.jouee.definition
        if definition.genre in ("fault_serveur", "fault_client"):
            return replace(fault, panne=definition)
        reponse = ReponseHttp(0, [], b"", definition)  # nothing ever leaves
        if definition.genre in _PAGES:
            reponse = _page(definition)
        echange = self._echange
        echange.verdict, echange.reponse_conforme = VerdictEchange.REFUS, None
        echange.fault = {**(echange.fault or {}), "code": str(reponse.statut) if reponse.statut else "panne"}
        return reponse

    def apres(self, connexion: Connexion, reponse: ReponseHttp) -> ReponseHttp:
        """The answer as it leaves: damaged by the panne armed for it, if any, which is noted and counted."""
        echange = self._echange
        accepte = echange.verdict is VerdictEchange.ACCEPTE
        abimee: ReponseHttp | None = None

        def prise(definition: PanneDefinition) -> bool:
            nonlocal abimee
            if definition.avant:
                return False
            abimee = abimer(definition, reponse, echange.numero_unique or "" if accepte else None)
            return abimee is not None

        armee = pannes.consommer(
            connexion,
            self._travail.nom,
            operation=echange.operation,
            guichet=echange.guichet,
            prise=prise,
        )
        if armee is None or abimee is None:
            return reponse
        self._noter(armee, "le travail est fait et enregistré" if accepte else "la base ne change pas")
        return abimee

    def _noter(self, armee: PanneArmee, effet: str) -> None:
        definition = armee.definition
        genre = GENRES[definition.genre]
        self._echange.panne = {
            "id": armee.identifiant,
            "genre": genre.nom,
            "description": genre.description,
            "effet": effet,
            "parametres": {p.nom: definition.texte(p.nom) for p in genre.parametres},
        }


def _avant(definition: PanneDefinition) -> bool:
    return definition.avant


def _page(definition: PanneDefinition) -> ReponseHttp:
    statut, titre, phrase = _PAGES[definition.genre]
    en_tetes = [("Content-Type", "text/html; charset=utf-8")]
    if definition.genre == "html_503":
        en_tetes.append(("Retry-After", str(round(definition.nombre("secondes")))))
    return ReponseHttp(statut, en_tetes, _PAGE.format(titre=titre, phrase=phrase).encode(), definition)
