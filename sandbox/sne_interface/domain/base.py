"""A base of the sandbox, its clock, and the guichets that call it with what they may do.

A base owns everything: state, clock, journal, pannes, settings. Parallel runs, each in its own, never meet.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

from sne_interface.domain.anomalie import Fidelite
from sne_interface.domain.dates import PARIS
from sne_interface.domain.demande import numerote
from sne_interface.errors import UsageError
from sne_interface.settings import Reglages

#: The base behind /services/…; any other is behind /bases/<nom>/services/… .
BASE_PAR_DEFAUT: Final = "ecole"
#: Years that a clock may show: near the ends of the calendar there is no month before, no night after.
ANNEES: Final = range(1900, 3000)


def a_portee(jour: date) -> date:
    """The same day. Raises UsageError for one that no clock may show."""
    if jour.year not in ANNEES:
        raise UsageError(f"Le jour [{jour}] est hors de portée.", remede=f"de {ANNEES[0]} à {ANNEES[-1]}")
    return jour


#: What is emptied of a base: its journal; demandes, events, numbers and files; armed pannes; or all three.
Portee = Literal["journal", "etat", "pannes", "tout"]
_NOM: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,39}")


def est_nom_de_base(nom: str) -> bool:
    """True when `nom` can stand in an address: letters without accent, digits, - and _, 40 at most."""
    return _NOM.fullmatch(nom) is not None


def verifier_nom(nom: str) -> None:
    """Raises UsageError for a name that does not fit an address."""
    if not est_nom_de_base(nom):
        raise UsageError(
            f"Le nom de base [{nom[:60]}] ne convient pas.",
            remede="1 à 40 lettres non accentuées, chiffres, - ou _, le premier une lettre ou un chiffre",
        )


def prefixe_de(nom: str) -> str:
    """Returns the beginning of the addresses of the services of the base `nom`: « /bases/essai », "" for the
    default base."""
    return "" if nom == BASE_PAR_DEFAUT else f"/bases/{nom}"


@dataclass(frozen=True, slots=True)
class Horloge:
    """The clock of a base, which tells business time: frozen at `fige_a` (aware) when it is set, else the
    machine's time plus `decalage`."""

    fige_a: datetime | None = None
    decalage: timedelta = timedelta(0)

    def maintenant(self, machine: datetime | None = None) -> datetime:
        """Returns the instant of this clock, in Paris time, when the machine's clock says `machine` (aware);
        now, without it."""
        instant = self.fige_a or (machine or datetime.now(UTC)) + self.decalage
        return instant.astimezone(PARIS)

    @property
    def reelle(self) -> bool:
        """True when the base lives in the machine's own time."""
        return self.fige_a is None and not self.decalage

    def en_texte(self) -> str:
        """« real », « décalée », or the instant it is frozen at, in Paris (ISO)."""
        if self.fige_a is not None:
            return self.fige_a.astimezone(PARIS).isoformat()
        return "real" if self.reelle else "décalée"


@dataclass(frozen=True, slots=True)
class Base:
    """A base as it is registered. `semence` names the seed of `fixtures/seeds/` that filled it, with `taille`
    households (None: the seed's own number); `seed` fixes people, numbers and MIME boundaries.
    `derniere_nuit` is the last day whose nightly work was done, None before the first; `creee_le` the
    machine's instant (aware)."""

    nom: str
    semence: str = "ecole"
    seed: int = 0
    horloge: Horloge = field(default_factory=Horloge)
    reglages: Reglages = field(default_factory=Reglages)
    derniere_nuit: date | None = None
    creee_le: datetime | None = None
    taille: int | None = None

    @property
    def prefixe(self) -> str:
        """The beginning of the addresses of its services: see `prefixe_de`."""
        return prefixe_de(self.nom)

    def jour_du_contrat(self, maintenant: datetime) -> date | None:
        """The day by which its contract has what is deployed one day (`Contrat.deploye`); None when it takes
        all of it on any day."""
        return maintenant.date() if self.reglages.deploiement == "suivi" else None

    def nuit_due(self, maintenant: datetime) -> bool:
        """True when a night is due at `maintenant` of the base's clock. A base that never noted a night is
        due too: it has to say from when it counts."""
        return self.derniere_nuit is None or self.derniere_nuit < maintenant.astimezone(PARIS).date()


class NatureGuichet(StrEnum):
    """The kind of a guichet. The deeds that each kind may do are data: `guichets.toml` of the contract."""

    BAILLEUR = "bailleur"
    COMMUNE = "commune"
    EPCI = "EPCI"
    DEPARTEMENT = "département"
    ETAT = "service de l'État"
    ACTION_LOGEMENT = "Action Logement"
    SIAO = "SIAO"
    SERVICE_COMMUN = "service commun"
    COMMISSION = "commission de médiation"
    PORTAIL = "portail grand public"
    SYSTEME = "système particulier"


#: The code of a guichet: G and four digits, or the public portal's (attested samples).
CODE_GUICHET: Final = re.compile(r"G(?:\d{4}|DPUB)")


class Acte(StrEnum):
    """A deed that some kinds of guichet may do and others may not; whatever is none of these, anybody may."""

    ENREGISTRER = "enregistrer"
    RADIER_ATTRIBUTION = "radier_attribution"
    RADIER_IRRECEVABILITE = "radier_irrecevabilite"
    DECLARER_DALO = "declarer_dalo"
    DECIDER = "decider"


@dataclass(frozen=True, slots=True)
class Guichet:
    """A counter of the register, by which demandes come in: its software calls us. `code` is `G` and 4
    digits, or `GDPUB` for the public portal; `territoire` where it registers (111 for Île-de-France, else
    069, 02A…: see `domain.demande.territoire_de`; a commission de médiation of Île-de-France has 075, 093…),
    `autres_territoires` those that a système particulier covers beside it (R. 441-2-5 IV).

    `siren` is its body's, 9 digits, None when it has none; `siren_invente` says that no such body exists.
    `actes` is what it may do when the base says so itself, None for what its kind may do.
    """

    code: str
    nature: NatureGuichet
    territoire: str
    nom: str
    adresse: str
    ouvert_le: date
    ferme_le: date | None = None
    siren: str | None = None
    siren_invente: bool = False
    autres_territoires: tuple[str, ...] = ()
    actes: tuple[Acte, ...] | None = None

    @property
    def territoires(self) -> tuple[str, ...]:
        """All its territories, as numbers begin with them, its own first."""
        return (numerote(self.territoire), *self.autres_territoires)

    def est_ouvert(self, jour: date) -> bool:
        """True when the guichet is open on `jour`, closing day excluded."""
        return self.ouvert_le <= jour and (self.ferme_le is None or jour < self.ferme_le)


@dataclass(frozen=True, slots=True)
class DroitDeNature:
    """That a kind of guichet may do something: how surely, and by which article."""

    fidelite: Fidelite
    source: str


@dataclass(frozen=True, slots=True)
class DroitsDeNature:
    """A kind of guichet: whether its guichets have no territory of their own (`nationale`), whether they are
    bodies that have a SIREN, and what they may do."""

    nationale: bool = False
    siren: bool = False
    droits: Mapping[Acte, DroitDeNature] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListeDeTerritoires:
    """Territories (« 044 », « 988 ») of which something holds: how surely, and by what source."""

    codes: frozenset[str]
    fidelite: Fidelite
    source: str


#: None, where no contract says any.
SANS_TERRITOIRE: Final = ListeDeTerritoires(frozenset(), Fidelite.CONVENTION, "")


#: A kind that no contract describes.
_SANS_NATURE: Final = DroitsDeNature()


@dataclass(frozen=True, slots=True)
class DroitsGuichets:
    """The deeds that each kind of guichet may do. Without any table, every guichet may do everything. `actes`
    says each deed in French."""

    actes: Mapping[Acte, str] = field(default_factory=dict)
    natures: Mapping[NatureGuichet, DroitsDeNature] = field(default_factory=dict)
    systemes_particuliers: ListeDeTerritoires = SANS_TERRITOIRE
    hors_registre: ListeDeTerritoires = SANS_TERRITOIRE

    def peut(self, guichet: Guichet, acte: Acte) -> bool:
        """True when a guichet may do that deed: by what its base says of it, else by its kind."""
        if guichet.actes is not None:
            return acte in guichet.actes
        return not self.natures or acte in self.de(guichet.nature).droits

    def de(self, nature: NatureGuichet) -> DroitsDeNature:
        """The rights of a kind of guichet; none of one that the contract does not describe."""
        return self.natures.get(nature, _SANS_NATURE)


def lire_horloge(texte: str) -> Horloge:
    """The clock of `--clock`: « real », or an ISO instant at which it is frozen. Raises UsageError."""
    if texte in ("real", "reelle", "réelle"):
        return Horloge()
    return Horloge(fige_a=lire_instant(texte))


def lire_instant(texte: str) -> datetime:
    """An ISO instant, in Paris time when it names no zone. Raises UsageError."""
    try:
        instant = datetime.fromisoformat(texte)
    except ValueError:
        raise UsageError(
            f"L'horloge [{texte}] n'est pas un instant.", remede="real, ou par exemple 2018-03-15T12:00:00"
        ) from None
    if instant.year not in ANNEES:
        raise UsageError(f"L'horloge [{texte}] est trop loin.", remede=f"années {ANNEES[0]} à {ANNEES[-1]}")
    return instant.replace(tzinfo=PARIS) if instant.tzinfo is None else instant
