"""The population that a seed describes: counts, shares and places (`fixtures/seeds/<nom>/semence.toml`).

A seed that names another in `comme` takes all the keys of the other, except the keys that it writes again,
table by table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

import tomli

from sne_interface.contract.contrats_charges import Contrat, retenu
from sne_interface.contract.nomenclatures_et_territoires import Commune
from sne_interface.contract.tables_en_fiches import fiche_de, table_de
from sne_interface.domain.decision_de_commission import CategoriePrioritaire, RolesDecision
from sne_interface.domain.demande import FORMULAIRE, PERSONNE_PHYSIQUE, departement_de, territoire_de
from sne_interface.domain.roles import PERSONNES, Roles
from sne_interface.errors import ContractError, UsageError
from sne_interface.generators.menages import SORTES
from sne_interface.generators.tirage import Repartition
from sne_interface.resources import TableToml, fichier_des_guichets, fixtures_dir

_NOMBRES: Final = ("taille", "radiees", "dalo", "decisions", "doublons", "nir")
_PARTS: Final = (
    *("menages", "versions", "nationalites", "anciennete", "radiations", "commissions", "territoire"),
)
_CLES: Final = frozenset({"comme", *_NOMBRES, *_PARTS})


@dataclass(frozen=True, slots=True)
class Place:
    """A commune where households live and wish to live."""

    code: str
    nom: str
    code_postal: str
    departement: str

    @classmethod
    def de(cls, commune: Commune) -> Self:
        """That commune."""
        return cls(commune.code, commune.nom, commune.codes_postaux[0], departement_de(commune.code))


@dataclass(frozen=True, slots=True)
class Territoire:
    """A territory of the seed: its communes, neighbours side by side; its guichets, landlords first."""

    code: str
    places: tuple[Place, ...]
    guichets: tuple[str, ...]
    bailleurs: tuple[str, ...]
    #: The guichet of each département's commission de médiation, which declares DALO decisions.
    etats: Mapping[str, str] = field(hash=False, compare=False)
    #: The SIREN of each landlord that has one.
    sirens: Mapping[str, str] = field(default_factory=dict, hash=False, compare=False)


@dataclass(frozen=True, slots=True)
class PlaceDuNir:
    """Where the NIR of a kind of person is written: below the element at the path `niveau`, by the steps
    `pas`, after its children of the names `avant`."""

    niveau: str
    pas: tuple[str, ...]
    avant: frozenset[str]


@dataclass(frozen=True, slots=True)
class Commissions:
    """How commissions decide: decisions by role, those that no lease follows and those that one does;
    `refus` the chance that the household refuses an attribution, `reexamens` that the demande had been
    examined before, `prioritaires` that the household is of a category of L. 441-1, one of `categories`
    (None: the contract has none); what is written, in French."""

    sans_bail: Repartition[str]
    avec_bail: Repartition[str]
    refus: float
    reexamens: float
    prioritaires: float
    categories: Repartition[CategoriePrioritaire] | None
    motifs_non_attribution: tuple[str, ...]
    motifs_refus: tuple[str, ...]
    #: By sub-motive of the radiation.
    motifs_irrecevabilite: Mapping[str, str]
    conditions: tuple[str, ...]


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
    commissions: Commissions = field(hash=False, compare=False)
    #: What the contract binds.
    roles: Roles
    #: Where a NIR is written: by message version, then by kind of person.
    nirs: Mapping[str, Mapping[str, "PlaceDuNir"]] = field(hash=False, compare=False)


@retenu
def lire_population(contrat: Contrat, nom: str, a_venir: frozenset[str] = frozenset()) -> Population:
    """The population of the seed `nom`, its communes found in the contract's: read once. It has nothing of
    what is not there yet (`Contrat.a_venir`). Raises UsageError
    for an unknown seed, ContractError for one that is not well written."""
    lieu = f"seeds/{nom}/semence.toml"
    lue = table_de(_lire(nom), lieu, _CLES)
    try:
        nombres = {cle: lue[cle] for cle in _NOMBRES}
        if contrat.roles.decision.type in ("", *a_venir):
            nombres["decisions"] = 0.0
        sirens = _sirens(nom)
        versions = {
            v: part for v, part in lue["versions"].items() if v in contrat.versions and v not in a_venir
        }
        return fiche_de(
            Population,
            nombres,
            lieu,
            menages=Repartition(table_de(lue["menages"], f"{lieu} [menages]", SORTES)),
            versions=Repartition(versions or {contrat.versions[0]: 1}),
            nationalites=Repartition(lue["nationalites"]),
            anciennete=Repartition({int(ans): part for ans, part in lue["anciennete"].items()}),
            radiations=Repartition(lue["radiations"]),
            roles=contrat.roles,
            nirs=_nirs(contrat),
            commissions=_commissions(lue["commissions"], contrat.roles.decision, lieu),
            territoires=Repartition(
                {_territoire(nom, t, sirens, contrat): t["part"] for t in lue["territoire"]}
            ),
        )
    except (KeyError, TypeError, ValueError) as erreur:
        raise _incorrecte(nom, repr(erreur)) from erreur


def _nirs(contrat: Contrat) -> dict[str, dict[str, PlaceDuNir]]:
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


def _lire(nom: str) -> TableToml:
    fichier = fixtures_dir() / "seeds" / nom / "semence.toml"
    if not fichier.is_file():
        raise UsageError(f"Le jeu de départ [{nom}] n'existe pas.", remede="voyez fixtures/seeds/")
    lue: dict[str, Any] = tomli.loads(fichier.read_text("utf-8"))
    return {**_lire(lue["comme"]), **lue} if "comme" in lue else lue


def _commissions(table: TableToml, roles: RolesDecision, lieu: str) -> Commissions:
    """A decision or a category that the contract gives no code is not drawn; one of the law that the seed
    does not name is drawn as rarely as the rarest."""
    reste = dict(table)
    parts = reste.pop("categories")
    connues = {c: parts.get(c.role, min(parts.values())) for c in roles.categories.values()}
    decisions = {}
    for cle in ("sans_bail", "avec_bail"):
        ecrites = reste.pop(cle)
        dites = {role: part for role, part in ecrites.items() if role in roles.valeurs}
        decisions[cle] = Repartition(dites or ecrites)
    categories = Repartition(connues) if connues else None
    return fiche_de(Commissions, reste, f"{lieu} [commissions]", categories=categories, **decisions)


def _sirens(nom: str) -> dict[str, str]:
    lus = tomli.loads(fichier_des_guichets(nom).read_text("utf-8"))
    return {code: guichet["siren"] for code, guichet in lus.items() if "siren" in guichet}


def _territoire(nom: str, table: TableToml, sirens: Mapping[str, str], contrat: Contrat) -> Territoire:
    places = []
    for code in table["communes"]:
        commune = contrat.territoires.commune(code)
        if commune is None or territoire_de(code) != table["code"]:
            raise _incorrecte(nom, f"la commune [{code}] n'est pas du territoire [{table['code']}]")
        places.append(Place.de(commune))
    bailleurs = tuple(table["bailleurs"])
    siens = {code: sirens[code] for code in bailleurs if code in sirens}
    etats = {place.departement: table["etat"] for place in places} | table.get("etats", {})
    return Territoire(table["code"], tuple(places), tuple(table["guichets"]), bailleurs, etats, siens)


def _incorrecte(nom: str, raison: str) -> ContractError:
    return ContractError(f"seeds/{nom}/semence.toml : {raison}.", remede="voyez seeds/ecole/semence.toml")
