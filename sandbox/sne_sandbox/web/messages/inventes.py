"""The invented households that a message is composed from."""

from datetime import datetime
from typing import Final

from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.dates import PARIS
from sne_sandbox.domain.demande import Demande
from sne_sandbox.domain.element import Element
from sne_sandbox.generators import menages
from sne_sandbox.generators.demandes import message, tirer_dossier
from sne_sandbox.generators.diversite import Contraintes, atelier
from sne_sandbox.generators.tirage import TirageAleatoire
from sne_sandbox.store.registre import RegistreBase

MENAGES: Final = {
    menages.SEUL: "une personne seule", menages.MONOPARENTAL: "un parent et ses enfants",
    menages.COUPLE: "un couple sans enfant", menages.FAMILLE: "un couple avec enfant",
    menages.COLOCATION: "une colocation", menages.ASSOCIATION: "une association",
}  # fmt: skip
_VERSION: Final = "02.01"
#: How many households are looked at for one whom the base does not know.
_ESSAIS: Final = 200


def tirer(contrat: Contrat, guichet: str, instant: datetime, sorte: str, graine: int) -> Element:
    """The creation that `guichet` would send at `instant` for a household of `sorte` (a key of MENAGES)."""
    jour = instant.astimezone(PARIS).date()
    ici = atelier(
        contrat,
        jour=jour,
        guichet=guichet,
        contraintes=Contraintes(
            sorte=sorte,
            associations=True,
            version=_VERSION if _VERSION in contrat.versions else contrat.version_haute,
        ),
    )
    # Not the atelier's own: its variety leaves out what rules of ours expect.
    dossier = tirer_dossier(TirageAleatoire(graine), ici.population, depot=jour, jour=jour)
    return message(dossier, instant, emetteur=guichet)


def inconnu(registre: RegistreBase, contrat: Contrat, guichet: str, instant: datetime) -> str:
    """Key (« personne_seule-3 ») of the first person whom the base does not know: what is proposed is not
    refused for having been sent already."""
    for graine in range(1, _ESSAIS + 1):
        demande = Demande(tirer(contrat, guichet, instant, menages.SEUL, graine))
        territoire = demande.territoire
        if territoire is None or not registre.doublons(territoire, demande.titulaires):
            break
    return f"{menages.SEUL}-{graine}"
