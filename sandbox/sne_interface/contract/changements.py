"""The changes that a version of the interface brings, sentence by sentence: `changements.toml`.

A change is a named thing that a vendor reads, and not a difference between files: `couvre` says which
differences (`contrats_compares` finds them all) it stands for. The folders are merged by id; each change
keeps the name of the contract that brings it. The first that covers a thing explains it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Final

from sne_interface.contract.overlay import DossiersContrat, fusionner
from sne_interface.contract.tables_en_fiches import fiche_de, table_de
from sne_interface.domain.anomalie import Fidelite
from sne_interface.domain.valeurs_en_json import TU, en_json
from sne_interface.errors import ContractError
from sne_interface.resources import TableToml

FICHIER: Final = "changements.toml"


class GenreChangement(StrEnum):
    """The effect of a change on an application that is ready for the contract below."""

    AJOUT = "ajout"
    DURCISSEMENT = "durcissement"
    RETRAIT = "retrait"
    COMPORTEMENT = "comportement"


class Nature(StrEnum):
    """Where two contracts may differ, and how what differs is named there (its *objet*)."""

    #: A version of message: 02.02.
    MESSAGES = "messages"
    #: A place of a document: demande/02.02:interfaceNuu/demande/…/nir, evenement:interfaceNuu/…/@code.
    SCHEMAS = "schemas"
    #: A service, an operation, a field: getNumUnique/input/nomFichierDemande.
    OPERATIONS = "operations"
    #: A control: NIR002.
    REGLES = "regles"
    #: A closed list, a code: ListeCivilite/3.
    NOMENCLATURES = "nomenclatures"
    #: An element of a demande, and the list that rules it: interfaceNuu/demande/…/nir.
    CHEMINS = "chemins"
    #: A type of event, a characteristic, a code of it: the type, /its characteristic, /its code.
    EVENEMENTS = "evenements"
    #: A requirement: CTR-12.
    EXIGENCES = "exigences"
    #: A key of certification.toml: roles.dispatching.
    CERTIFICATION = "certification"
    #: A first quartile: EPCI/200071751/2020.
    SEUILS = "seuils"
    #: A role that contract.toml binds: nir.
    ROLES = "roles"
    #: What another file says: risques.toml:FID-12, communes.csv:01001, wsdl/….wsdl.
    FICHIERS = "fichiers"


class Preuve(StrEnum):
    """The thing that shows a change that no difference between files shows: a rule, a setting of a base, a
    deed."""

    REGLE = "regle"
    REGLAGE = "reglage"
    GESTE = "geste"


@dataclass(frozen=True, slots=True)
class Changement:
    """A change. `contrat` brings it; `phrase` is what its reader does or gets otherwise; `operations` are
    those that it shows in, none when it shows in no call.

    `publie` is the day of the text that announces it, `deploye` its first day in the base école, `exige` the
    last day on which the former way is admitted; None for what is not known, or never comes. `couvre` are
    patterns of *objets* by nature (« * » is any text); `preuve` is the id of what shows a behaviour
    that is not in the files.
    """

    id: str
    contrat: str
    phrase: str
    genre: GenreChangement
    fidelite: Fidelite
    source: str
    operations: tuple[str, ...] = ()
    publie: date | None = None
    deploye: date | None = None
    exige: date | None = None
    couvre: Annotated[Mapping[Nature, tuple[str, ...]], TU] = field(default_factory=dict)
    preuve: Annotated[Mapping[Preuve, str], TU] = field(default_factory=dict)

    def porte_sur(self, nature: Nature, objet: str) -> bool:
        """Tell whether it covers this object."""
        return any(fnmatchcase(objet, motif) for motif in self.couvre.get(nature, ()))

    def en_json(self) -> dict[str, Any]:
        """Its JSON: what a client is told of it."""
        return {nom: valeur for nom, valeur in en_json(self).items() if valeur is not None}


#: Those of a contract and of the ones that it extends, the last contract's first.
Changements = tuple[Changement, ...]


def couvrant(changements: Changements, nature: Nature, objet: str) -> Changement | None:
    """The change that covers an object, the first of them; None for none."""
    return next((c for c in changements if c.porte_sur(nature, objet)), None)


def charger_changements(dossiers: DossiersContrat, sans: Collection[str] = ()) -> Changements:
    """The changes of a contract, and of those that it extends, but for those that contracts of the names
    `sans` bring. Raises ContractError, with file and key, for one that cannot be read."""
    par_contrat: dict[str, dict[str, tuple[Path, dict[str, Any]]]] = {}
    for fichier, contenu in dossiers.tomls(FICHIER):
        dossier = fichier.parent
        nom = dossiers.noms[0] if dossier == dossiers.overlay else dossier.name
        tables = par_contrat.setdefault(nom, {})
        for cle, table in contenu.items():
            dessous = tables[cle][1] if cle in tables else {}
            tables[cle] = fichier, fusionner(dessous, table_de(table, f"{fichier} : [{cle}]"))
    lus: dict[str, Changement] = {}
    for nom in dossiers.noms:
        for cle, (fichier, table) in par_contrat.get(nom, {}).items():
            if cle in lus:
                raise ContractError(
                    f"{fichier} : le changement [{cle}] est déjà celui du contrat {lus[cle].contrat}.",
                    remede="donnez-lui un autre nom",
                )
            lus[cle] = _lire(cle, nom, table, fichier)
    return tuple(lu for lu in lus.values() if lu.contrat not in sans)


def _lire(cle: str, contrat: str, table: TableToml, fichier: Path) -> Changement:
    lieu = f"{fichier} : [{cle}]"
    lu = fiche_de(Changement, table, lieu, id=cle, contrat=contrat)
    if not lu.couvre and (lu.genre is not GenreChangement.COMPORTEMENT or not lu.preuve):
        raise ContractError(
            f"{lieu} ne couvre rien.",
            remede="dites dans couvre ce qu'il change ; d'un comportement, ce qui le prouve : "
            'preuve.regle = "ASY001"',
        )
    return lu
