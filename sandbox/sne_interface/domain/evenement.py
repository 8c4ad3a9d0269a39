"""Events of the gestion partagée, and the types they belong to (R. 441-2-15)."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from sne_interface.domain.element_recu import lire_date
from sne_interface.domain.texte import plier

TypeCaracteristique = Literal["DAT", "TXT", "BOO", "NUM", "LST"]
_DATE_FRANCAISE: Final = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_ENTIER: Final = re.compile(r"-?[0-9]+")
_BOOLEENS: Final = {"oui": True, "true": True, "1": True, "non": False, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Caracteristique:
    """A characteristic that events of a type carry. `type` is what its value must read as: DAT a day
    (2018-03-15 or 15/03/2018), BOO oui/non, NUM an integer, TXT text, LST one of `valeurs` (codes)."""

    code: str
    libelle: str
    type: TypeCaracteristique
    obligatoire: bool = False
    texte: str = ""
    aide: str = ""
    #: For LST: (code, label).
    valeurs: tuple[tuple[str, str], ...] = ()
    debut_validite: date | None = None
    fin_validite: date | None = None

    def est_valide(self, jour: date) -> bool:
        """True when it may be given on `jour`."""
        return (self.debut_validite or jour) <= jour <= (self.fin_validite or jour)


@dataclass(frozen=True, slots=True)
class TypeEvenement:
    """A type of event, national or of one territory (`territoire` None: national), in force from
    `debut_validite` to `fin_validite` inclusive. A regulatory one (`reglementaire`) is of the law, not of
    local use; `a_publier` says whether the public portal shows it, `multiples_attributions` and
    `recherche_instruction` what its events count for."""

    code: str
    libelle: str
    texte_pgp: str
    texte_sne: str
    reglementaire: bool
    a_publier: bool = False
    multiples_attributions: bool = False
    recherche_instruction: bool = False
    territoire: str | None = None
    debut_validite: date | None = None
    fin_validite: date | None = None
    caracteristiques: tuple[Caracteristique, ...] = ()

    def est_valide(self, jour: date) -> bool:
        """True when events of this type may be written on `jour`."""
        return (self.debut_validite or jour) <= jour <= (self.fin_validite or jour)


@dataclass(frozen=True, slots=True)
class Evenement:
    """A note of a guichet about a demande. `nature` tells the last act on it: CRE, MOD or SUP; a deleted
    event stays, marked so. `auteur_creation` and `auteur_modification` are guichets; the instants are those
    of the base's clock (aware)."""

    identifiant: int
    numero_unique: str
    code_type: str
    auteur_creation: str
    cree_le: datetime
    nature: str
    date_survenance: date | None
    commentaire: str | None
    #: (code, value).
    caracteristiques: tuple[tuple[str, str], ...] = ()
    auteur_modification: str | None = None
    modifie_le: datetime | None = None
    #: What a radiation has to follow, since `suite_le`: one of the two words of
    #: `domain.livre_des_attributions`.
    suite: str | None = None
    suite_le: date | None = None

    @property
    def supprime(self) -> bool:
        """True when the event was deleted."""
        return self.nature == "SUP"


# --- what the value of a characteristic reads as (convention) ------------------------------------------


def convient(caracteristique: Caracteristique, valeur: str) -> bool:
    """True when `valeur` (not empty) fits the type of the characteristic."""
    match caracteristique.type:
        case "DAT":
            return lire_jour(valeur) is not None
        case "BOO":
            return lire_booleen(valeur) is not None
        case "NUM":
            return _ENTIER.fullmatch(valeur.strip()) is not None
        case "LST":
            return valeur.strip() in (code for code, _ in caracteristique.valeurs)
        case "TXT":
            return True


def lire_jour(valeur: str) -> date | None:
    """The day written in `valeur`, « 2018-03-15 » or « 15/03/2018 »; None when it is none."""
    trouve = _DATE_FRANCAISE.fullmatch(valeur.strip())
    return lire_date(f"{trouve[3]}-{trouve[2]}-{trouve[1]}" if trouve else valeur)


def lire_booleen(valeur: str) -> bool | None:
    """« oui » or « non », in any case; what XML writes (true, false, 1, 0) too."""
    return _BOOLEENS.get(plier(valeur))
