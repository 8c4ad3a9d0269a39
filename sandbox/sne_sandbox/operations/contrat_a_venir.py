"""The refusals by the contract to come of a message that the contract of the base lets through.

The message alone is judged, offline: its version, its schema, the controls that need no register. Faults that
the base refuses already are no news, and are left out. Faults that the stored demande may have already are
left out too: only the register tells them. The header `SNE-Avertissement` names the changes that explain the
refusals (`Echange.avertissement`).
"""

from datetime import datetime
from typing import Any, Final

from sne_interface.contract.changements import Changement, Changements, Nature, charger_changements, couvrant
from sne_interface.contract.codec import parse
from sne_interface.contract.contrats_charges import Contrat, retenu
from sne_interface.contract.schemas import Document
from sne_interface.domain.anomalie import Gravite
from sne_interface.domain.element_recu import sans_indices
from sne_interface.domain.nir import masquer_nirs
from sne_interface.rules import engine
from sne_interface.rules.controle import XSD, FauteDeDocument, controler

#: Refusals of one message that are noted.
NOTES_MAX: Final = 20
#: The control of the version of the message.
_VERSION: Final = "ENT003"
#: What stands for a change that nobody has named: that of a schema; that of a rule is its code.
_STRUCTURE: Final = "structure"


def prevoir(
    octets: bytes,
    contrat: Contrat,
    suivant: Contrat,
    profil: str,
    maintenant: datetime,
    *,
    genre: Document,
    type_fichier: str | None,
    nom: str | None,
    xml_max: int,
) -> list[dict[str, Any]]:
    """The refusals by `suivant` of a document that the schema of `contrat` accepts, in document order.
    `type_fichier` stands for what the document says when its operation decides, "" when no control applies;
    `nom` is its file name."""

    def refus(juge: Contrat) -> list[FauteDeDocument]:
        lu = controler(
            octets, juge, profil, maintenant, nom=nom, xml_max=xml_max, genre=genre, type_fichier=type_fichier
        )
        return [faute for faute in lu.fautes if faute.gravite is Gravite.BLOQUANTE]

    a_venir = refus(suivant)
    if not a_venir:
        return []
    racine = parse(octets, limit=xml_max, serre=True)
    version = racine.get("versionInterface", "")
    dit = type_fichier or racine.findtext("{*}entete/{*}typeFichier", "")
    deja = {(faute.regle, faute.chemin) for faute in refus(contrat)}
    trouves = [
        faute
        for faute in a_venir
        if (faute.regle, faute.chemin) not in deja and not _au_registre(faute, suivant, dit)
    ]
    if version not in suivant.versions and any(faute.regle == _VERSION for faute in trouves):
        # Read by the schema of another version: what that one says of it is no more than this.
        trouves = [faute for faute in trouves if faute.regle == _VERSION]
    changements = _changements(contrat, suivant)
    return [_refus(faute, suivant, changements, genre, version) for faute in trouves[:NOTES_MAX]]


def _au_registre(faute: FauteDeDocument, contrat: Contrat, type_fichier: str) -> bool:
    """True when only the register can tell if this fault blocks. The controls that look at the register are
    not judged here."""
    fiche = contrat.regles.get(faute.regle)
    return fiche is not None and engine.ne_rebloque_pas(fiche, type_fichier)


def _refus(
    faute: FauteDeDocument, suivant: Contrat, changements: Changements, genre: Document, version: str
) -> dict[str, Any]:
    """A refusal to come, as the line of the journal keeps it. `changement` is the id of the change that
    explains it, else the code of the control, or « structure »; `exige` the last day on which the former way
    is admitted, "" when nobody says it."""
    de_schema = faute.regle.startswith(XSD)
    changement = _expliquant(faute, suivant, changements, genre, version)
    exige = None if changement is None else changement.exige
    return {
        "contrat": suivant.nom,
        "changement": changement.id if changement is not None else _STRUCTURE if de_schema else faute.regle,
        "exige": "" if exige is None else exige.isoformat(),
        "regle": faute.regle,
        "chemin": faute.chemin,
        "ligne": faute.ligne,
        "message": masquer_nirs(faute.message),
    }


def _expliquant(
    faute: FauteDeDocument, suivant: Contrat, changements: Changements, genre: Document, version: str
) -> Changement | None:
    if faute.regle.startswith(XSD):
        lue = f"/{suivant.version_de_lecture(version)}" if genre is Document.DEMANDE else ""
        return couvrant(changements, Nature.SCHEMAS, f"{genre}{lue}:{sans_indices(faute.chemin)}")
    par_version = couvrant(changements, Nature.MESSAGES, version) if faute.regle == _VERSION else None
    return par_version or couvrant(changements, Nature.REGLES, faute.regle)


@retenu
def _changements(contrat: Contrat, suivant: Contrat) -> Changements:
    """Reads the changes that `suivant` brings. Raises ContractError."""
    return charger_changements(suivant.dossiers, contrat.dossiers.noms)
