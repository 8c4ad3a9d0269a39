"""What a seed says of its population: counts, shares and places (`fixtures/seeds/<nom>/semence.toml`).

A seed that names another in `comme` has all its keys but those it writes again, table by table.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sne_sandbox.domain.demande import FORMULAIRE, PERSONNE_PHYSIQUE, departement_de, territoire_de
from sne_sandbox.domain.roles import PERSONNES, Roles
from sne_sandbox.errors import ContractError, UsageError
from sne_sandbox.generators.menages import SORTES
from sne_sandbox.generators.tirage import Repartition
from sne_sandbox.resources import fixtures_dir

if TYPE_CHECKING:
    from sne_sandbox.contract.versions import Contrat

_CHANCES: Final = ("radiees", "dalo", "decisions", "doublons", "nir")
_PARTS: Final = ("menages", "versions", "nationalites", "anciennete", "radiations", "territoire")
_CLES: Final = frozenset({"comme", "taille", *_CHANCES, *_PARTS})


@dataclass(frozen=True, slots=True)
class Place:
    """A commune where households live and wish to live."""

    code: str
    nom: str
    code_postal: str
    departement: str


@dataclass(frozen=True, slots=True)
class Territoire:
    """A territory of the seed: its communes, neighbours side by side; its guichets, landlords first."""

    code: str
    places: tuple[Place, ...]
    guichets: tuple[str, ...]
    bailleurs: tuple[str, ...]
    etat: str
    """The guichet of the State's service, which declares DALO decisions."""


@dataclass(frozen=True, slots=True)
class PlaceDuNir:
    """Where the NIR of a kind of person is written: below the element at the path `niveau`, by the steps
    `pas`, after its children of the names `avant`."""

    niveau: str
    pas: tuple[str, ...]
    avant: frozenset[str]


@dataclass(frozen=True, slots=True)
class Population:
    """The shares of a seed. `taille` is the number of households unless another is asked for; the other
    numbers are chances between 0 and 1; `anciennete` counts whole years since the deposit."""

    taille: int
    radiees: float
    dalo: float
    decisions: float
    doublons: float
    nir: float
    menages: Repartition[str]
    versions: Repartition[str]
    nationalites: Repartition[str]
    anciennete: Repartition[int]
    radiations: Repartition[str]
    territoires: Repartition[Territoire]
    roles: Roles
    """What the contract binds."""
    nirs: Mapping[str, Mapping[str, "PlaceDuNir"]] = field(hash=False, compare=False)
    """Where a NIR is written: by message version, then by kind of person."""


@lru_cache(maxsize=16)
def lire_population(nom: str, contrat: "Contrat") -> Population:
    """The population of the seed `nom`, its communes found in the contract's: read once. Raises UsageError
    for an unknown seed, ContractError for one that is not well written."""
    lue = _lire(nom)
    inconnues = set(lue) - _CLES
    if inconnues:
        raise _incorrecte(nom, f"clés inconnues {sorted(inconnues)}")
    try:
        sortes = lue["menages"]
        if not set(sortes) <= set(SORTES):
            raise _incorrecte(nom, f"ménages inconnus {sorted(set(sortes) - set(SORTES))}")
        sans = () if contrat.roles.decision.type else ("decisions",)
        versions = {v: part for v, part in lue["versions"].items() if v in contrat.versions}
        return Population(
            taille=int(lue["taille"]),
            **{chance: float(lue[chance]) for chance in _CHANCES if chance not in sans},
            **dict.fromkeys(sans, 0.0),
            menages=Repartition(sortes),
            versions=Repartition(versions or {contrat.versions[0]: 1}),
            nationalites=Repartition(lue["nationalites"]),
            anciennete=Repartition({int(ans): part for ans, part in lue["anciennete"].items()}),
            radiations=Repartition(lue["radiations"]),
            roles=contrat.roles,
            nirs=_nirs(contrat),
            territoires=Repartition({_territoire(nom, t, contrat): t["part"] for t in lue["territoire"]}),
        )
    except (KeyError, TypeError, ValueError) as erreur:
        raise _incorrecte(nom, repr(erreur)) from erreur


def _nirs(contrat: "Contrat") -> dict[str, dict[str, PlaceDuNir]]:
    places: dict[str, dict[str, PlaceDuNir]] = {version: {} for version in contrat.versions}
    chemins, roles = contrat.nomenclatures.chemins, contrat.roles.demande
    for genre, chemin in roles.nir.items():
        niveaux = (PERSONNES[genre], PERSONNE_PHYSIQUE, FORMULAIRE)
        niveau = next((n for n in niveaux if chemin.startswith(f"{n}/")), None)
        if niveau is None:
            continue
        pas = tuple(chemin.removeprefix(f"{niveau}/").split("/"))
        rang = chemins.index(f"{niveau}/{pas[0]}")
        freres = [c for c in chemins[:rang] if c.rpartition("/")[0] == niveau]
        place = PlaceDuNir(niveau, pas, frozenset([c.rpartition("/")[2] for c in freres]))
        for version in contrat.versions:
            if version >= roles.depuis[chemin]:
                places[version][genre] = place
    return places


def _lire(nom: str) -> Mapping[str, Any]:
    fichier = fixtures_dir() / "seeds" / nom / "semence.toml"
    if not fichier.is_file():
        raise UsageError(f"Le jeu de départ [{nom}] n'existe pas.", remede="voyez fixtures/seeds/")
    lue: dict[str, Any] = tomllib.loads(fichier.read_text("utf-8"))
    return {**_lire(lue["comme"]), **lue} if "comme" in lue else lue


def _territoire(nom: str, table: Mapping[str, Any], contrat: "Contrat") -> Territoire:
    places = []
    for code in table["communes"]:
        commune = contrat.territoires.commune(code)
        if commune is None or territoire_de(code) != table["code"]:
            raise _incorrecte(nom, f"la commune [{code}] n'est pas du territoire [{table['code']}]")
        places.append(Place(code, commune.nom, commune.codes_postaux[0], departement_de(code)))
    return Territoire(
        table["code"], tuple(places), tuple(table["guichets"]), tuple(table["bailleurs"]), table["etat"]
    )


def _incorrecte(nom: str, raison: str) -> ContractError:
    return ContractError(f"seeds/{nom}/semence.toml : {raison}.", remede="voyez seeds/ecole/semence.toml")
