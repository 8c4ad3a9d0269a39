"""A demande of a base read again by getDemandeLogement, complet, as the console and the API show it."""

from datetime import UTC, datetime
from typing import Any

from lxml import etree

from sne_interface.domain.echange import Appel
from sne_sandbox.mime.masquage import masquer_octets
from sne_sandbox.operations import get_demande_logement
from sne_sandbox.operations.question import Question
from sne_sandbox.store.registre import RegistreBase
from sne_sandbox.web.configuration import services


def question(registre: RegistreBase, numero: str) -> Question:
    """Builds the question that asks getDemandeLogement for a demande now."""
    base, machine = registre.base, datetime.now(UTC)
    appel = Appel("getDemandeLogement", {"numUnique": numero, "complet": "oui"}, base.nom, None, machine)
    return Question(appel, base, base.horloge.maintenant(machine), services().contrats.de(base), registre, "")


def document(demandee: Question) -> Any:
    """The whole current document (lxml): form, renewal, radiation, DALO, processing information."""
    return get_demande_logement.executer(demandee).racine


def fichier(demandee: Question) -> bytes:
    """The same as a file, NIR masked."""
    return masquer_octets(etree.tostring(document(demandee), encoding="UTF-8", xml_declaration=True))
