"""A message being composed, checked: its remarks, each at its place in the text, with what mends it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sne_console.messages.brouillon import Brouillon
from sne_console.messages.corrections import Correction, RemarquePlacee, appliquer, reparations, situer
from sne_console.messages.document_deroule import Remarque
from sne_interface.contract.elements import ordre
from sne_interface.domain.base import Base
from sne_interface.domain.nir import masquer_nirs
from sne_interface.errors import UsageError
from sne_interface.rules.controle import controler
from sne_sandbox.operations.table_des_operations import OPERATIONS
from sne_sandbox.web.configuration_et_services import Services

#: What separates, in a form, the name of a correction from the value that is chosen.
CHOISIE: Final = "choix."


@dataclass(frozen=True)
class VerificationMessage:
    """The remarks of the schema and the rules on a message. `lisible`: its document is XML."""

    remarques: tuple[RemarquePlacee, ...]
    lisible: bool = True

    @property
    def refuse(self) -> bool:
        """True when a remark would stop the message."""
        return any(remarque.bloque for remarque in self.remarques)

    def correction(self, nom: str) -> Correction | None:
        """The correction of that name; None when nothing calls for it any more."""
        toutes = (c for remarque in self.remarques for c in remarque.corrections)
        return next((c for c in toutes if c.nom == nom), None)


def verifier(pret: Brouillon, services: Services, base: Base) -> VerificationMessage:
    """Checks a message as if it were sent now; its changed fields are in its text. Nothing is written."""
    try:
        pret.racine()
    except UsageError:
        return VerificationMessage((_illisible(pret, services, base),), lisible=False)
    return placer(pret, pret.remarques(services, base), services, base)


def placer(
    pret: Brouillon, remarques: Sequence[Remarque], services: Services, base: Base
) -> VerificationMessage:
    """Remarks that were made of this document, wherever it was written, at their place in its text."""
    contrat, document = services.contrats.de(base), OPERATIONS[pret.operation].genre
    return VerificationMessage(tuple(situer(pret.texte, remarques, contrat, document)))


def corriger(pret: Brouillon, services: Services, base: Base, nom: str, valeur: str) -> Brouillon:
    """The message with one correction made. Raises UsageError when it is no longer called for, or wants a
    choice."""
    correction = verifier(pret, services, base).correction(nom)
    if correction is None:
        raise UsageError(
            "Cette correction n'est plus à faire.", remede="vérifiez : le document a changé depuis"
        )
    try:
        return replace(pret, texte=appliquer(pret.texte, correction, valeur))
    except KeyError:
        raise UsageError(
            f"« {correction.titre} » demande une valeur.", remede="choisissez-en une dans la liste"
        ) from None


def _illisible(pret: Brouillon, services: Services, base: Base) -> RemarquePlacee:
    """Finds what keeps the text from being XML, at its line."""
    operation, maintenant = OPERATIONS[pret.operation], base.horloge.maintenant()
    contrat = services.contrats.de(base)
    dits = controler(
        pret.texte.encode("utf-8", "replace"), contrat, base.reglages.profile, maintenant,
        genre=operation.genre, type_fichier=operation.type_regles,
    )  # fmt: skip
    faute = dits.fautes[0]
    lignes = pret.texte.split("\n")
    rang = min(max(faute.ligne, 1), len(lignes))
    avant = sum(len(ligne) + 1 for ligne in lignes[: rang - 1])
    colonne = min(max(faute.colonne, 1), len(lignes[rang - 1]) + 1)
    dite: Remarque = {
        "gravite": str(faute.gravite),
        "message": masquer_nirs(faute.message),
        "remede": faute.remede,
        "propriete": faute.chemin or None,
        "ligne": rang,
        "sorte": faute.regle,
        "source": "XML",
    }
    corrections = reparations(pret.texte, ordre(contrat, operation.genre))
    fin = avant + len(lignes[rang - 1])
    return RemarquePlacee.de(dite, corrections, debut=avant, fin=fin, ligne=rang, colonne=colonne)
