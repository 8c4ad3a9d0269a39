"""A demande of a base read again by getDemandeLogement, complet, as the console and the API show it."""

from datetime import UTC, datetime
from typing import Any

from lxml import etree
from werkzeug.exceptions import NotFound

from sne_interface.domain.demande import Demande, DemandeStockee
from sne_interface.domain.echange import Appel
from sne_interface.domain.nir import masquer_nirs
from sne_sandbox.mime.masquage import masquer_corps
from sne_sandbox.operations import attestation, get_demande_logement
from sne_sandbox.operations.question import Question
from sne_sandbox.store.registre import RegistreBase
from sne_sandbox.web.configuration_et_services import services


def trouver(registre: RegistreBase, numero: str) -> DemandeStockee:
    """The demande of a base. Raises NotFound."""
    # What no column takes is no number.
    stockee = registre.demande(numero) if numero.isascii() and numero.isprintable() else None
    if stockee is None:
        raise NotFound(
            f"La demande [{masquer_nirs(numero[:40])}] n'existe pas, ou n'existe plus, dans la base "
            f"[{registre.base.nom}]."
        )
    return stockee


def titulaires(demande: Demande) -> str:
    """Names the applicants on one line, NIR masked: the holders, or the association; "" without a name."""
    if demande.est_association:
        return masquer_nirs(demande.formulaire.texte_de("association/nom") or "")
    noms = [f"{p.nom} {p.prenom}".strip() for p in demande.titulaires]
    return masquer_nirs(" et ".join(filter(None, noms)))


def nom_de(demande: Demande) -> str:
    """The same, as a page says it."""
    return titulaires(demande) or ("Association sans nom" if demande.est_association else "Sans nom")


def pdf(base: str, numero: str) -> bytes:
    """Its attestation of registration. Raises NotFound."""
    with services().magasin.lire(base) as registre:
        stockee = trouver(registre, numero)
        return attestation.rediger(stockee, question(registre, numero))


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
    return masquer_corps(etree.tostring(document(demandee), encoding="UTF-8", xml_declaration=True)).octets
