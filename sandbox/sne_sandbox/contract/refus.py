"""What a schema refuses in a document, each fault with what it is worth: published, or ours."""

from typing import Any

from sne_sandbox.contract.explication import expliquer
from sne_sandbox.contract.schema import Document, SchemaError
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.anomalie import Fidelite


def expliquer_sous(contrat: Contrat, racine: Any, document: Document) -> list[tuple[SchemaError, Fidelite]]:
    """Every fault of `racine` (lxml), in French, under the message version that it announces.

    A fault under a version that is a convention is attested when the last published version refuses the same
    for the same reason: a convention adds to it.
    """
    version = contrat.version_de_lecture(racine.get("versionInterface", ""))
    fautes = expliquer(racine, document, version, contrat.schemas)
    if document is not Document.DEMANDE or version not in contrat.conventions or not fautes:
        return [(faute, Fidelite.ATTESTEE) for faute in fautes]
    publiees = [v for v in contrat.versions if v not in contrat.conventions]
    deja = expliquer(racine, document, publiees[-1], contrat.schemas) if publiees else []
    connues = {(faute.chemin, faute.message) for faute in deja}
    return [
        (
            faute,
            Fidelite.ATTESTEE if (faute.chemin, faute.message) in connues else Fidelite.CONVENTION,
        )
        for faute in fautes
    ]
