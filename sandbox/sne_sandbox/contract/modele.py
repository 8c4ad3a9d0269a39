"""The content models of a schema, through the component objects of xmlschema: what an explanation walks."""

import tempfile
from pathlib import Path
from typing import Any

from lxml import etree

from sne_sandbox.contract.inclusions import chemin_inclus, inclusions, lire_arbre
from sne_sandbox.contract.schema import Schemas
from sne_sandbox.errors import ContractError


def charger_modele(schemas: Schemas, fichier: str) -> Any:
    """The `xmlschema.XMLSchema` of the contract's schema at `fichier` (half a second: keep it).

    The schema and all it includes are laid side by side in a temporary folder while they are read: they may
    come from several folders, and nothing is to be fetched elsewhere.
    """
    import xmlschema  # half a second: only who has a refusal to explain pays for it

    with tempfile.TemporaryDirectory(prefix="sne-xsd-") as temporaire:
        dossier = Path(temporaire)
        vus = {fichier: "0.xsd"}
        a_lire = [fichier]
        while a_lire:
            chemin = a_lire.pop()
            racine = lire_arbre(schemas.lire(chemin), chemin)
            for inclusion in inclusions(racine):
                inclus = chemin_inclus(chemin, inclusion.get("schemaLocation"))
                if inclus not in vus:
                    vus[inclus] = f"{len(vus)}.xsd"
                    a_lire.append(inclus)
                inclusion.set("schemaLocation", vus[inclus])
            (dossier / vus[chemin]).write_bytes(etree.tostring(racine))
        try:
            return xmlschema.XMLSchema10(str(dossier / vus[fichier]), allow="sandbox")
        except xmlschema.XMLSchemaException as erreur:
            raise ContractError(
                f"{fichier} : schéma incorrect : {erreur}", remede="corrigez ce schéma"
            ) from None
