"""The parts of a contract that are worded in TOML: its controls (`rules.toml`: what each says, how hard it
bites, where it comes from), its types of events (`evenements.toml`), and the rights of its guichets
(`guichets.toml`): the deeds of each kind of guichet, the départements of systèmes particuliers, the
collectivities that the register does not cover."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from string import Formatter
from typing import Any, Final, TypeVar, get_args

from sne_interface.contract.overlay import DossiersContrat, choix_de, table_de, textes_de
from sne_interface.domain.anomalie import Fidelite, Gravite
from sne_interface.domain.base import Acte, DroitDeNature, DroitsGuichets, ListeDeTerritoires, NatureGuichet
from sne_interface.domain.evenement import Caracteristique, TypeCaracteristique, TypeEvenement
from sne_interface.errors import ContractError
from sne_interface.resources import TableToml

#: What a user's folder may set on a rule that the contract has.
CLES_OVERLAY: Final = (
    "gravite", "texte", "code_officiel", "propriete", "source", "remede", "condition", "fidelite",
)  # fmt: skip
#: Places of `propriete`: the path of the element, that of its parent, its name.
PLACES_PROPRIETE: Final = ("chemin", "parent", "nom")
#: Characters of `anomalie/@code` in the schema.
CODE_MAX: Final = 10
_OBLIGATOIRES: Final = ("types", "texte", "gravite", "fidelite", "source")
#: An overlay may gather its rules under one table: `[regles.ENT006]` is `[ENT006]`.
_TABLE: Final = "regles"

#: Keys of a type of event for the reader of the file: the type itself does not hold them.
_DOCUMENTATION: Final = ("fidelite", "source")
#: What takes away a type of event that a folder below has.
_RETIRE: Final = "retire"
_TYPES: Final = get_args(TypeCaracteristique)

_Valeur = TypeVar("_Valeur", TypeEvenement, Caracteristique)


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


_CLES: Final = tuple(f.name for f in fields(FicheRegle) if f.name not in ("code", "gravite_imposee"))


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
            if code in fiches:
                fiches[code] = _changer(fiches[code], table, fichier, dossiers.du_contrat(fichier))
            elif dossiers.du_contrat(fichier):
                fiches[code] = _creer(code, table, fichier)
            else:
                raise ContractError(
                    f"{fichier} : la règle [{code}] est inconnue.",
                    remede="une règle se change, elle ne s'ajoute pas par des données ; règles connues : "
                    + ", ".join(sorted(fiches)),
                )
    return fiches


def _creer(code: str, table: TableToml, fichier: Path) -> FicheRegle:
    table_de(table, f"{fichier} : [{code}]", _CLES)
    for cle in _OBLIGATOIRES:
        if cle not in table:
            raise ContractError(
                f"{fichier} : [{code}] n'a pas de clé « {cle} ».",
                remede=f"clés obligatoires : {', '.join(_OBLIGATOIRES)}",
            )
    return FicheRegle(code, **_valeurs(code, table, fichier))


def _changer(fiche: FicheRegle, table: TableToml, fichier: Path, du_contrat: bool) -> FicheRegle:
    table_de(table, f"{fichier} : [{fiche.code}]", _CLES if du_contrat else CLES_OVERLAY)
    valeurs = _valeurs(fiche.code, table, fichier)
    imposee = valeurs.get("gravite") if not du_contrat else None
    if fiche.structurante and valeurs.get("gravite", Gravite.BLOQUANTE) is not Gravite.BLOQUANTE:
        raise ContractError(
            f"{fichier} : [{fiche.code}] gravite = {table['gravite']} : cette règle est structurante.",
            remede="elle tient la base cohérente et reste bloquante ; son texte et son code peuvent changer",
        )
    return replace(fiche, **valeurs, gravite_imposee=imposee or fiche.gravite_imposee)


def _valeurs(code: str, table: TableToml, fichier: Path) -> dict[str, Any]:
    valeurs = {}
    for cle, valeur in table.items():
        lieu = f"{fichier} : [{code}] {cle}"
        lire = _LECTEURS.get(cle)
        valeurs[cle] = lire(lieu, valeur) if lire is not None else _texte(cle, lieu, valeur)
    return valeurs


def _texte(cle: str, lieu: str, valeur: Any) -> str:
    if not isinstance(valeur, str):
        raise ContractError(f"{lieu} attend un texte, reçu {valeur!r}.", remede=f'{cle} = "…"')
    if cle in _CONDITIONS:
        tenue, faute, remede = _CONDITIONS[cle]
        if not tenue(valeur):
            raise ContractError(lieu + faute.format(valeur), remede=remede)
    return valeur


def _est_une_phrase(texte: str) -> bool:
    """Tell whether the places of a sentence are plain names: `{valeur}`, not `{0}` nor `{valeur.x}`."""
    try:
        places = [(nom, forme, conversion) for _, nom, forme, conversion in Formatter().parse(texte)]
    except ValueError:
        return False
    return all(
        nom is None or (nom.isidentifier() and not forme and not conversion)
        for nom, forme, conversion in places
    )


def _places(texte: str) -> set[str]:
    """The names of the places of a text, « ? » for what is not one."""
    if not _est_une_phrase(texte):
        return {"?"}
    return {nom for _, nom, _, _ in Formatter().parse(texte) if nom is not None}


#: How the value of a key is read; of any other, it is a text.
_LECTEURS: Final[Mapping[str, Callable[[str, Any], Any]]] = {
    "types": lambda lieu, valeur: textes_de(valeur, lieu, 'types = ["CRE", "MOD"]'),
    "structurante": lambda _, valeur: bool(valeur),
    "gravite": lambda lieu, valeur: choix_de(Gravite, _texte("gravite", lieu, valeur), lieu),
    "fidelite": lambda lieu, valeur: choix_de(Fidelite, _texte("fidelite", lieu, valeur), lieu),
}
#: What the text of a key has to be, what is said of one that is not, and the remedy.
_CONDITIONS: Final[Mapping[str, tuple[Callable[[str], bool], str, str]]] = {
    "code_officiel": (
        lambda code: 1 <= len(code) <= CODE_MAX,
        " = {!r} ne tient pas dans anomalie/@code.",
        f"de 1 à {CODE_MAX} caractères",
    ),
    "texte": (
        _est_une_phrase,
        " : accolades mal écrites dans « {} ».",
        "une place se note {valeur}, une accolade se double : {{",
    ),
    "propriete": (
        lambda texte: _places(texte) <= {*PLACES_PROPRIETE},
        " : « {} » a d'autres places que celles d'un chemin.",
        f"places : {', '.join(f'{{{place}}}' for place in PLACES_PROPRIETE)}",
    ),
}


# --- types of events ------------------------------------------------------------------------------------


def lire_evenements(tables: TableToml, fichier: str) -> tuple[TypeEvenement, ...]:
    """The types, in the order of the file, except those that a folder above took away (`retire = true`).
    Raises ContractError for an unknown key or a missing one."""
    gardes = {code: table for code, table in tables.items() if not dict(table).get(_RETIRE)}
    return tuple(_type(code, table, fichier) for code, table in gardes.items())


def _type(code: str, table: Any, fichier: str) -> TypeEvenement:
    valeurs = {cle: valeur for cle, valeur in dict(table).items() if cle not in (*_DOCUMENTATION, _RETIRE)}
    valeurs["caracteristiques"] = tuple(
        _caracteristique(code, entree, fichier) for entree in valeurs.get("caracteristiques", ())
    )
    return _construire(TypeEvenement, {"code": code, **valeurs}, f"{fichier} : [{code}]")


def _caracteristique(code: str, entree: TableToml, fichier: str) -> Caracteristique:
    valeurs = dict(entree)
    lieu = f"{fichier} : [{code}] caractéristique {valeurs.get('code', '?')}"
    if valeurs.get("type") not in _TYPES:
        raise ContractError(
            f"{lieu} : type [{valeurs.get('type', '')}] inconnu.", remede=f"types : {', '.join(_TYPES)}"
        )
    valeurs["valeurs"] = tuple((str(cle), str(libelle)) for cle, libelle in valeurs.get("valeurs", ()))
    if valeurs["type"] == "LST" and not valeurs["valeurs"]:
        raise ContractError(f"{lieu} : une liste sans valeurs.", remede='valeurs = [["CODE", "libellé"]]')
    return _construire(Caracteristique, valeurs, lieu)


def _construire(classe: type[_Valeur], valeurs: Mapping[str, Any], lieu: str) -> _Valeur:
    try:
        return classe(**valeurs)
    except TypeError:
        connues = {f.name for f in fields(classe)}
        inconnues = sorted(valeurs.keys() - connues)
        faute = f"clé inconnue « {inconnues[0]} »" if inconnues else "clé obligatoire absente"
        raise ContractError(f"{lieu} : {faute}.", remede=f"clés : {', '.join(sorted(connues))}") from None


# --- the rights of guichets -----------------------------------------------------------------------------

_TABLES: Final = ("actes", "natures", "systemes_particuliers", "hors_registre")
_NATURE: Final = ("nationale", "siren", "droits")
_DROIT: Final = ("permis", "fidelite", "source")
_LISTE: Final = ("codes", "fidelite", "source")


def lire_droits(tables: TableToml, fichier: str) -> DroitsGuichets:
    """The rights of a contract. Raises ContractError, with file and key, for an unknown kind, deed or key, or
    a wrong value."""
    table_de(tables, fichier, _TABLES)
    natures = {
        choix_de(NatureGuichet, nom, f"{fichier} [natures]"): table_de(
            table, f"{fichier} [natures.{nom}]", _NATURE
        )
        for nom, table in table_de(tables.get("natures", {}), f"{fichier} [natures]").items()
    }
    actes = table_de(tables.get("actes", {}), f"{fichier} [actes]")
    return DroitsGuichets(
        {n: _droits(n, t, fichier) for n, t in natures.items()},
        {choix_de(Acte, nom, f"{fichier} [actes]"): str(dit) for nom, dit in actes.items()},
        frozenset(n for n, table in natures.items() if table.get("nationale") is True),
        frozenset(n for n, table in natures.items() if table.get("siren") is True),
        _liste(tables, "systemes_particuliers", fichier),
        _liste(tables, "hors_registre", fichier),
    )


def _droits(nature: NatureGuichet, table: TableToml, fichier: str) -> dict[Acte, DroitDeNature]:
    lieu = f"{fichier} [natures.{nature}.droits]"
    droits = {}
    for nom, droit in table_de(table.get("droits", {}), lieu).items():
        acte = choix_de(Acte, nom, lieu)
        lu = table_de(droit, f"{lieu} {nom}", _DROIT)
        if lu.get("permis", True) is True:
            droits[acte] = DroitDeNature(*_origine(lu, f"{lieu} {nom}"))
    return droits


def _liste(tables: TableToml, cle: str, fichier: str) -> ListeDeTerritoires:
    if cle not in tables:
        return ListeDeTerritoires()
    lieu = f"{fichier} [{cle}]"
    table = table_de(tables[cle], lieu, _LISTE)
    codes = table.get("codes")
    if not isinstance(codes, list) or not all(isinstance(code, str) and len(code) == 3 for code in codes):
        raise ContractError(
            f"{lieu} : « codes » attend une liste de codes de trois caractères.", remede='codes = ["044"]'
        )
    return ListeDeTerritoires(frozenset(codes), *_origine(table, lieu))


def _origine(table: TableToml, lieu: str) -> tuple[Fidelite, str]:
    source = table.get("source")
    if not isinstance(source, str) or not source:
        raise ContractError(f"{lieu} : la clé « source » manque.", remede="citez l'article ou le texte")
    return choix_de(Fidelite, str(table.get("fidelite", "rien")), f"{lieu} fidelite"), source
