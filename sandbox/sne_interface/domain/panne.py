"""A panne: what the sandbox gets wrong on purpose, so that an application proves how it bears it.

The table `GENRES` (`pannes.toml`) is closed: each kind says in French what the client sees, what becomes of
the base, and which parameters it takes. All of them are conventions of the sandbox.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from math import isfinite
from typing import Annotated, Any, Final, Literal, Self

from sne_interface.domain.valeurs_en_json import TU
from sne_interface.errors import UsageError
from sne_interface.resources import lire_a_cote

Sorte = Literal["nombre", "entier", "oui_non", "texte", "choix"]

_TEXTE_MAX: Final = 500
_FOIS_MAX: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ParametreLu:
    """A parameter of a kind of panne. `minimum` and `maximum` bound numbers, in `unite`; `choix` are the
    values of a choice."""

    nom: str
    sorte: Sorte
    defaut: str
    description: str
    unite: str = ""
    minimum: Annotated[float, TU] = 0
    maximum: Annotated[float, TU] = 0
    choix: tuple[str, ...] = ()

    def verifier(self, valeur: str) -> None:
        """Raises UsageError for a value that this parameter does not take."""
        if not self._convient(valeur):
            raise UsageError(
                f"Le paramètre [{self.nom}] ne peut pas valoir [{valeur}].",
                remede=f"attendu : {self._attendu()}",
            )

    def _convient(self, valeur: str) -> bool:
        if self.sorte == "texte":
            return 0 < len(valeur) <= _TEXTE_MAX and valeur.isprintable()
        if self.sorte in ("choix", "oui_non"):
            return valeur in (self.choix or ("oui", "non"))
        try:
            nombre = float(int(valeur)) if self.sorte == "entier" else float(valeur)
        except (ValueError, OverflowError):
            return False
        return isfinite(nombre) and self.minimum <= nombre <= self.maximum

    def _attendu(self) -> str:
        if self.sorte == "texte":
            return f"un texte d'une ligne, de 1 à {_TEXTE_MAX} caractères"
        if self.sorte in ("choix", "oui_non"):
            return " ou ".join(self.choix or ("oui", "non"))
        genre = "un entier" if self.sorte == "entier" else "un nombre"
        return f"{genre} de {self.minimum:g} à {self.maximum:g} {self.unite}".rstrip()


@dataclass(frozen=True, slots=True)
class GenrePanne:
    """A kind of panne. `empeche`: the work is not done and the base stays as it was; otherwise the work is
    done and committed, and the answer is damaged on its way (`avant=oui`, where it is taken, prevents).
    `sans_prise`, in French: the exchanges that it lets by and waits past, "" for none."""

    nom: str
    #: The name that people give to it, in French.
    titre: str
    description: str
    empeche: bool = False
    parametres: tuple[ParametreLu, ...] = ()
    sans_prise: str = ""

    @property
    def effet(self) -> str:
        """The effect on the base, and the exchanges that it waits past, in French."""
        dit = "la base ne change pas" if self.empeche else "le travail est fait et enregistré"
        if not self.empeche and any(parametre.nom == "avant" for parametre in self.parametres):
            dit += " (avant=oui : la base ne change pas)"
        if self.sans_prise:
            dit += f" ; {self.sans_prise} ne la joue pas : elle attend le suivant"
        return dit

    def parametre(self, nom: str) -> ParametreLu:
        """The parameter of that name. Raises UsageError."""
        for parametre in self.parametres:
            if parametre.nom == nom:
                return parametre
        connus = ", ".join(p.nom for p in self.parametres)
        raise UsageError(
            f"La panne [{self.nom}] n'a pas de paramètre [{nom}].",
            remede=f"ses paramètres : {connus}" if connus else "elle n'en prend aucun",
        )


_LU: Final = lire_a_cote(__file__, "pannes.toml")


def _genre(nom: str, table: Mapping[str, Any]) -> GenrePanne:
    dits = {p: _LU["communs"].get(p, {}) | dit for p, dit in table.get("parametres", {}).items()}
    lus = [ParametreLu(p, **(dit | {"choix": tuple(dit.get("choix", ()))})) for p, dit in dits.items()]
    return GenrePanne(nom, **{**table, "parametres": tuple(lus)})


#: The kinds of pannes, by name, in the order they are shown. Closed.
GENRES: Final[Mapping[str, GenrePanne]] = {nom: _genre(nom, table) for nom, table in _LU["genres"].items()}


@dataclass(frozen=True, slots=True)
class PanneDefinition:
    """A panne as it is armed: `genre` of GENRES, for one `operation` or one `guichet` (any for None).

    Played `fois` times, until it is disarmed for None; with `taux` (0 to 1), on that share of the exchanges
    it meets only, drawn from `graine`: the same sequence every time. `parametres` not given have their
    default. Raises UsageError for what the table does not know.
    """

    genre: str
    operation: str | None = None
    guichet: str | None = None
    fois: int | None = 1
    taux: float | None = None
    graine: int = 0
    parametres: Mapping[str, str] = field(default_factory=dict)

    @property
    def titre(self) -> str:
        """The name that people give to its kind, in French."""
        return GENRES[self.genre].titre

    def __post_init__(self) -> None:
        genre = GENRES.get(self.genre)
        if genre is None:
            raise UsageError(
                f"Le genre de panne [{self.genre}] est inconnu.", remede=f"genres : {', '.join(GENRES)}"
            )
        for nom, valeur in self.parametres.items():
            genre.parametre(nom).verifier(valeur)
        if self.fois is not None and not 1 <= self.fois <= _FOIS_MAX:
            raise UsageError(
                f"Une panne ne se joue pas {self.fois} fois.",
                remede=f"un nombre de 1 à {_FOIS_MAX}, ou rien pour qu'elle dure jusqu'à ce qu'on la désarme",
            )
        if self.taux is not None and not 0 < self.taux <= 1:
            raise UsageError(
                f"Le taux [{self.taux:g}] ne convient pas.", remede="un nombre entre 0 (exclu) et 1"
            )
        if not -(2**63) <= self.graine < 2**63:
            raise UsageError(f"La graine [{self.graine}] ne convient pas.", remede="un entier sur 64 bits")

    @property
    def avant(self) -> bool:
        """True when it takes the place of the work: the base stays as it was."""
        return GENRES[self.genre].empeche or self.parametres.get("avant") == "oui"

    def texte(self, nom: str) -> str:
        """The value of a parameter, or its default. Raises UsageError when the kind has no such one."""
        parametre = GENRES[self.genre].parametre(nom)
        return self.parametres.get(nom, parametre.defaut)

    def entier(self, nom: str) -> int:
        """The value of a parameter that is a whole number."""
        return int(self.texte(nom))

    def nombre(self, nom: str) -> float:
        """The value of a parameter that is a number."""
        return float(self.texte(nom))

    def vise(self, operation: str | None, guichet: str | None) -> bool:
        """True when it is meant for such an exchange; a value of the exchange that is not known (None)
        matches no filter."""
        return self.operation in (None, operation) and self.guichet in (None, guichet)

    def en_json(self) -> dict[str, Any]:
        """As JSON: every field; `parametres` as given."""
        return asdict(self)

    @classmethod
    def de_json(cls, valeur: Mapping[str, Any]) -> Self:
        """From what `en_json` gives; fields left out have their default. Raises UsageError."""
        inconnus = valeur.keys() - _CHAMPS
        if inconnus or "genre" not in valeur:
            raise UsageError(
                f"Une panne n'a pas de champ [{min(inconnus)}]." if inconnus else "Une panne a un genre.",
                remede=f"champs : {', '.join(_CHAMPS)}",
            )
        return cls(**valeur)


_CHAMPS: Final = tuple(champ.name for champ in fields(PanneDefinition))
