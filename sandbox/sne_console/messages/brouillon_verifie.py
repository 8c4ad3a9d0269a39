"""A message being composed, checked: its remarks, each at its place in the text, with what mends it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Self

from sne_console.messages.brouillon import Brouillon
from sne_console.messages.corrections import Correction, Situee, appliquer, situer
from sne_console.messages.document_deroule import Remarque
from sne_console.messages.reparation import reparations
from sne_interface.contract.elements import ordre
from sne_interface.domain.anomalie import Gravite
from sne_interface.domain.base import Base
from sne_interface.domain.nir import masquer_nirs
from sne_interface.errors import UsageError
from sne_interface.rules.controle import controler
from sne_sandbox.operations.table_des_operations import OPERATIONS
from sne_sandbox.web.configuration import Services

#: What separates, in a form, the name of a correction from the value that is chosen.
CHOISIE: Final = "choix."
_MONTREES: Final = (
    "regle", "gravite", "message", "remede", "condition", "propriete", "fidelite", "source", "ensuite",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RemarquePlacee:
    """A remark on the text that was checked: from (`debut`) and to (`fin`) which character, the line and the
    column (from 1) where that begins."""

    dite: Remarque
    debut: int
    fin: int
    ligne: int
    colonne: int
    corrections: tuple[Correction, ...] = ()

    @property
    def bloque(self) -> bool:
        """True when the remark would stop the message."""
        return self.dite.get("gravite") == Gravite.BLOQUANTE

    @property
    def message(self) -> str:
        """Says what is wrong, as a sentence."""
        return _phrase(str(self.dite["message"]))

    @property
    def remede(self) -> str:
        """Says what to do, as a sentence; "" when nobody wrote it."""
        return _phrase(str(self.dite.get("remede") or ""))

    def en_json(self) -> dict[str, Any]:
        """The same, as the editor of the console reads it: what the API answers, and what the list shows."""
        return {
            **{nom: self.dite.get(nom) or "" for nom in _MONTREES},
            "debut": self.debut,
            "fin": self.fin,
            "ligne": self.ligne,
            "colonne": self.colonne,
            "corrections": [asdict(correction) for correction in self.corrections],
        }

    @classmethod
    def sur(cls, texte: str, dite: Remarque, situee: Situee) -> Self:
        """The same remark, at the place of `texte` that was found for it."""
        ligne = texte.count("\n", 0, situee.debut) + 1
        colonne = situee.debut - texte.rfind("\n", 0, situee.debut)
        return cls(dite, situee.debut, situee.fin, ligne, colonne, situee.corrections)


@dataclass(frozen=True, slots=True)
class VerificationMessage:
    """The remarks of the schema and the rules on a message. `lisible`: its document is XML."""

    texte: str
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


def _phrase(dite: str) -> str:
    """A sentence, which those of the schema are not."""
    fin = "" if dite.endswith((".", "!", "?", "…", "»")) else "."
    return f"{dite[:1].upper()}{dite[1:]}{fin}" if dite else ""


def verifier(pret: Brouillon, services: Services, base: Base) -> VerificationMessage:
    """Checks a message as if it were sent now; its changed fields are in its text. Nothing is written."""
    try:
        pret.racine()
    except UsageError:
        return VerificationMessage(pret.texte, (_illisible(pret, services, base),), lisible=False)
    return placer(pret, pret.remarques(services, base), services, base)


def placer(
    pret: Brouillon, remarques: Sequence[Remarque], services: Services, base: Base
) -> VerificationMessage:
    """Remarks that were made of this document, wherever it was written, at their place in its text."""
    contrat, document = services.contrats.de(base), OPERATIONS[pret.operation].genre
    situees = situer(pret.texte, remarques, contrat, document)
    placees = (
        RemarquePlacee.sur(pret.texte, dite, situee) for dite, situee in zip(remarques, situees, strict=True)
    )
    return VerificationMessage(pret.texte, tuple(placees))


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
    operation, maintenant = OPERATIONS[pret.operation], base.horloge.maintenant(datetime.now(UTC))
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
    return RemarquePlacee(dite, avant, avant + len(lignes[rang - 1]), rang, colonne, corrections)
