"""A panne: what the sandbox gets wrong on purpose, so that an application proves how it bears it.

The table `GENRES` is closed: each kind says in French what the client sees, what becomes of the base, and
which parameters it takes. All of them are conventions of the sandbox.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, Self

from sne_interface.domain.publication import TU
from sne_interface.errors import UsageError

Sorte = Literal["nombre", "entier", "oui_non", "texte", "choix"]

#: The longest wait that a panne may impose, in seconds.
ATTENTE_MAX: Final = 3600.0
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
        attendu = self._attendu()
        if not self._convient(valeur):
            raise UsageError(
                f"Le paramètre [{self.nom}] ne peut pas valoir [{valeur}].", remede=f"attendu : {attendu}"
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
    titre: str
    """The name that people give to it, in French."""
    description: str
    empeche: bool = False
    parametres: tuple[ParametreLu, ...] = ()
    sans_prise: str = ""

    @property
    def effet(self) -> str:
        """The effect on the base, and the exchanges that it waits past, in French."""
        attente = f" ; {self.sans_prise} ne la joue pas : elle attend le suivant" if self.sans_prise else ""
        return self._base() + attente

    def _base(self) -> str:
        if self.empeche:
            return "la base ne change pas"
        if any(parametre.nom == "avant" for parametre in self.parametres):
            return "le travail est fait et enregistré (avant=oui : la base ne change pas)"
        return "le travail est fait et enregistré"

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


def _secondes(defaut: str, description: str, minimum: float = 0) -> ParametreLu:
    return ParametreLu("secondes", "nombre", defaut, description, "s", minimum, ATTENTE_MAX)


_AVANT: Final = ParametreLu(
    "avant", "oui_non", "non", "oui : avant le travail, qui n'est pas fait ; non : après l'enregistrement"
)
_MESSAGE: Final = ParametreLu(
    "message",
    "texte",
    "Panne simulée par le bac à sable.",
    "phrase de la fault (Reason et demandeLogementException)",
)

_SANS_PIECE: Final = "un échange dont la réponse n'a pas de pièce jointe"


def _partie(defaut: str) -> ParametreLu:
    return ParametreLu(
        "partie",
        "choix",
        defaut,
        "enveloppe SOAP, ou document joint (l'enveloppe quand la réponse n'en a pas)",
        choix=("enveloppe", "document"),
    )


_TABLE: Final = (
    GenrePanne(
        "delai",
        "Réponse en retard",
        "La réponse, juste et entière, arrive en retard.",
        parametres=(_secondes("5", "retard de la réponse"),),
    ),
    GenrePanne(
        "silence",
        "Silence",
        "Aucune réponse : la connexion reste ouverte et muette, jusqu'à ce que le client renonce.",
        parametres=(_secondes("120", "durée du silence ; la connexion est alors fermée"), _AVANT),
    ),
    GenrePanne(
        "coupure",
        "Connexion coupée",
        "La connexion est coupée net (RST) au milieu de la réponse.",
        parametres=(
            ParametreLu(
                "octets",
                "entier",
                "100",
                "octets envoyés avant la coupure, en-têtes HTTP compris ; jamais la réponse entière",
                "octets",
                0,
                20_000_000,
            ),
            _AVANT,
        ),
    ),
    GenrePanne(
        "goutte",
        "Réponse au compte-gouttes",
        "La réponse, juste et entière, arrive au compte-gouttes.",
        parametres=(
            ParametreLu("octets", "entier", "100", "octets par goutte", "octets", 1, 1_000_000),
            _secondes("0.1", "temps entre deux gouttes", 0.001),
        ),
    ),
    GenrePanne(
        "mime_tronque",
        "Message tronqué",
        "Le corps s'arrête en route, sans délimiteur final ; Content-Length dit la longueur envoyée.",
        parametres=(ParametreLu("part", "entier", "50", "part du corps envoyée", "%", 1, 99),),
    ),
    GenrePanne(
        "longueur_fausse",
        "Longueur fausse",
        "Content-Length ment : plus que le corps, puis la connexion est fermée ; ou moins (ecart négatif).",
        parametres=(
            ParametreLu(
                "ecart",
                "entier",
                "100",
                "octets annoncés en plus du corps, en moins s'il est négatif",
                "octets",
                -20_000_000,
                20_000_000,
            ),
        ),
    ),
    GenrePanne(
        "partie_absente",
        "Pièce jointe absente",
        "Une pièce jointe que l'enveloppe désigne (xop:Include) manque au message.",
        sans_prise=_SANS_PIECE,
    ),
    GenrePanne(
        "cid_faux",
        "Pièce jointe mal désignée",
        "Le Content-ID d'une pièce jointe n'est pas celui que l'enveloppe désigne.",
        sans_prise=_SANS_PIECE,
    ),
    GenrePanne(
        "encodage_faux",
        "Encodage faux",
        "Le document se dit en UTF-8 et ne l'est pas ; ou l'en-tête charset ment sur un document en UTF-8.",
        parametres=(
            ParametreLu(
                "lieu",
                "choix",
                "document",
                "où est le mensonge : dans le document (ses octets), ou dans l'en-tête de sa partie",
                choix=("document", "en_tete"),
            ),
            ParametreLu(
                "encodage",
                "choix",
                "iso-8859-1",
                "encodage des octets (lieu=document), ou annoncé (lieu=en_tete)",
                choix=("iso-8859-1", "utf-16"),
            ),
            _partie("document"),
        ),
    ),
    GenrePanne(
        "bom",
        "Marque d'ordre des octets",
        "Une marque d'ordre des octets (BOM UTF-8) précède le XML.",
        parametres=(_partie("enveloppe"),),
    ),
    GenrePanne(
        "html_502",
        "Page 502 d'une passerelle",
        "Une page HTML de passerelle : 502 Bad Gateway.",
        empeche=True,
    ),
    GenrePanne(
        "html_503",
        "Page 503 de maintenance",
        "Une page HTML de maintenance : 503 Service Unavailable, avec Retry-After.",
        empeche=True,
        parametres=(_secondes("5", "valeur de Retry-After, arrondie à la seconde"),),
    ),
    GenrePanne(
        "fault_serveur",
        "Faute SOAP du serveur",
        "Une fault SOAP du serveur (Receiver) : la question n'est pas en cause.",
        empeche=True,
        parametres=(_MESSAGE,),
    ),
    GenrePanne(
        "fault_client",
        "Faute SOAP du client",
        "Une fault SOAP du client (Sender) : la question serait fautive.",
        empeche=True,
        parametres=(_MESSAGE,),
    ),
    GenrePanne(
        "numero_faux",
        "Numéro unique mal formé",
        "Le numéro unique rendu est mal formé, partout dans la réponse (enveloppe et document).",
        parametres=(
            ParametreLu(
                "longueur", "entier", "17", "caractères gardés du numéro, qui en a 18", "caractères", 1, 17
            ),
        ),
        sans_prise="un échange refusé, ou qui ne rend pas de numéro,",
    ),
    GenrePanne(
        "reponse_perdue",
        "Réponse perdue",
        "Le travail est accepté, mais la réponse se perd : la connexion meurt sans un octet.",
        sans_prise="un échange refusé",
    ),
)

#: The kinds of pannes, by name, in the order they are shown. Closed.
GENRES: Final[Mapping[str, GenrePanne]] = MappingProxyType({genre.nom: genre for genre in _TABLE})


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
        return {
            "genre": self.genre,
            "operation": self.operation,
            "guichet": self.guichet,
            "fois": self.fois,
            "taux": self.taux,
            "graine": self.graine,
            "parametres": dict(self.parametres),
        }

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


_CHAMPS: Final = ("genre", "operation", "guichet", "fois", "taux", "graine", "parametres")
