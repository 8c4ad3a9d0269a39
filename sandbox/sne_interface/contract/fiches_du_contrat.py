"""The parts of a contract that are worded in TOML: its controls (`rules.toml`: what each says, how hard it
bites, where it comes from), its types of events (`evenements.toml`), and the rights of its guichets
(`guichets.toml`): the deeds of each kind of guichet, the départements of systèmes particuliers, the
collectivities that the register does not cover."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from string import Formatter
from typing import Any, Final

from sne_interface.contract.overlay import DossiersContrat
from sne_interface.contract.tables_en_fiches import champs_de, fiche_de
from sne_interface.domain.anomalie import Fidelite, Gravite
from sne_interface.domain.base import DroitsGuichets
from sne_interface.domain.evenement import TypeEvenement
from sne_interface.errors import ContractError
from sne_interface.resources import TableToml

#: What a user's folder may set on a rule that the contract has.
CLES_OVERLAY: Final = (
    "gravite", "texte", "code_officiel", "propriete", "source", "remede", "condition", "fidelite",
)  # fmt: skip
_CLES: Final = (*CLES_OVERLAY, "types", "structurante")
#: Places of `propriete`: the path of the element, that of its parent, its name.
PLACES_PROPRIETE: Final = ("chemin", "parent", "nom")
#: Characters of `anomalie/@code` in the schema.
CODE_MAX: Final = 10
#: An overlay may gather its rules under one table: `[regles.ENT006]` is `[ENT006]`.
_TABLE: Final = "regles"

#: Keys of a type of event for the reader of the file: the type itself does not hold them.
_DOCUMENTATION: Final = ("fidelite", "source")
#: What takes away a type of event that a folder below has.
_RETIRE: Final = "retire"


@dataclass(frozen=True, slots=True)
class FicheRegle:
    """A control, as the contract words it.

    `types` are the file types it looks at (`*` for any), `texte` the sentence with its places (`{valeur}`),
    `condition` what must hold and `remede` what to do, both "" while nobody wrote them. `structurante` rules
    block in every profile. `code_officiel` goes on the wire in place of `code`, and `propriete` in place of
    the path of the element, with its places (`{parent}/{nom}`). `gravite_imposee` is the gravité when the
    user's folder set it: no profile changes it then.
    """

    code: str
    types: tuple[str, ...]
    texte: str
    gravite: Gravite
    fidelite: Fidelite
    source: str
    structurante: bool = False
    condition: str = ""
    remede: str = ""
    code_officiel: str | None = None
    propriete: str | None = None
    gravite_imposee: Gravite | None = None


def lire_fiches(dossiers: DossiersContrat, chemin: str) -> dict[str, FicheRegle]:
    """The rules of a contract by code, the user's changes included.

    Raises ContractError, with file and key, for an unknown rule or key, a wrong value, or a structurante
    rule that would not block any more.
    """
    fiches: dict[str, FicheRegle] = {}
    for fichier, contenu in dossiers.tomls(chemin):
        tables = {code: table for code, table in contenu.items() if code != _TABLE}
        tables |= contenu.get(_TABLE, {})
        for code, table in tables.items():
            lieu = f"{fichier} : [{code}]"
            if code in fiches:
                fiches[code] = _changer(fiches[code], table, lieu, dossiers.du_contrat(fichier))
            elif dossiers.du_contrat(fichier):
                fiches[code] = fiche_de(FicheRegle, table, lieu, code=code, gravite_imposee=None)
            else:
                raise ContractError(
                    f"{fichier} : la règle [{code}] est inconnue.",
                    remede="une règle se change, elle ne s'ajoute pas par des données ; règles connues : "
                    + ", ".join(sorted(fiches)),
                )
            _verifier(fiches[code], lieu)
    return fiches


def _changer(fiche: FicheRegle, table: TableToml, lieu: str, du_contrat: bool) -> FicheRegle:
    valeurs = champs_de(FicheRegle, table, lieu, _CLES if du_contrat else CLES_OVERLAY)
    imposee = valeurs.get("gravite") if not du_contrat else None
    if fiche.structurante and valeurs.get("gravite", Gravite.BLOQUANTE) is not Gravite.BLOQUANTE:
        raise ContractError(
            f"{lieu} gravite = {table['gravite']} : cette règle est structurante.",
            remede="elle tient la base cohérente et reste bloquante ; son texte et son code peuvent changer",
        )
    return replace(fiche, **valeurs, gravite_imposee=imposee or fiche.gravite_imposee)


def _verifier(fiche: FicheRegle, lieu: str) -> None:
    if fiche.code_officiel is not None and not 1 <= len(fiche.code_officiel) <= CODE_MAX:
        raise ContractError(
            f"{lieu} code_officiel = {fiche.code_officiel!r} ne tient pas dans anomalie/@code.",
            remede=f"de 1 à {CODE_MAX} caractères",
        )
    if "?" in _places(fiche.texte):
        raise ContractError(
            f"{lieu} texte : accolades mal écrites dans « {fiche.texte} ».",
            remede="une place se note {valeur}, une accolade se double : {{",
        )
    if not _places(fiche.propriete or "") <= {*PLACES_PROPRIETE}:
        raise ContractError(
            f"{lieu} propriete : « {fiche.propriete} » a d'autres places que celles d'un chemin.",
            remede=f"places : {', '.join(f'{{{place}}}' for place in PLACES_PROPRIETE)}",
        )


def _places(texte: str) -> set[str]:
    """The names of the places of a text, « ? » for one that is no plain name: `{0}`, `{valeur.x}`."""
    try:
        places = [lue for lue in Formatter().parse(texte) if lue[1] is not None]
    except ValueError:
        return {"?"}
    return {
        nom if nom and nom.isidentifier() and not (forme or conversion) else "?"
        for _, nom, forme, conversion in places
    }


# --- types of events ------------------------------------------------------------------------------------


def lire_evenements(tables: TableToml, fichier: str) -> tuple[TypeEvenement, ...]:
    """The types, in the order of the file, except those that a folder above took away (`retire = true`).
    Raises ContractError for an unknown key or a missing one."""
    gardes = {code: table for code, table in tables.items() if not dict(table).get(_RETIRE)}
    return tuple(_type(code, table, f"{fichier} : [{code}]") for code, table in gardes.items())


def _type(code: str, table: TableToml, lieu: str) -> TypeEvenement:
    dite = {cle: valeur for cle, valeur in table.items() if cle not in (*_DOCUMENTATION, _RETIRE)}
    genre = fiche_de(TypeEvenement, dite, lieu, code=code)
    for caracteristique in genre.caracteristiques:
        if caracteristique.type == "LST" and not caracteristique.valeurs:
            raise ContractError(
                f"{lieu} caractéristique {caracteristique.code} : une liste sans valeurs.",
                remede='valeurs = [["CODE", "libellé"]]',
            )
    return genre


# --- the rights of guichets -----------------------------------------------------------------------------


def lire_droits(tables: TableToml, fichier: str) -> DroitsGuichets:
    """The rights of a contract. Raises ContractError, with file and key, for an unknown kind, deed or key, or
    a wrong value."""
    lus = fiche_de(DroitsGuichets, _permis(tables), fichier)
    for liste in (lus.systemes_particuliers, lus.hors_registre):
        if any(len(code) != 3 for code in liste.codes):
            raise ContractError(
                f"{fichier} : « codes » attend une liste de codes de trois caractères.",
                remede='codes = ["044"]',
            )
    return lus


def _permis(tables: TableToml) -> TableToml:
    """These tables, without those that a folder takes away (`permis = false`)."""
    gardees: dict[str, Any] = {}
    for cle, valeur in tables.items():
        if isinstance(valeur, Mapping):
            if valeur.get("permis", True):
                gardees[cle] = _permis(valeur)
        elif cle != "permis":
            gardees[cle] = valeur
    return gardees
