"""The SETTINGS table, which the command line, the environment, the console, the API and the documents read.

A setting is a table of `settings.toml`. One of the server is named by the commands that take it; one of a
base is a line of `Reglages` too: its command, its page, its API and its column follow.
"""

import ipaddress
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, Literal

from sne_interface.errors import UsageError
from sne_interface.resources import lire_a_cote

Portee = Literal["serveur", "base"]
#: The largest number of a setting: databases count on from it, and none has room for any number.
ENTIER_MAX: Final = 2_000_000_000
#: Of each scenario of the plan, how many examples may be asked, or held by evidence.
EXEMPLES_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `nom` gives its option (`--https-port`), its variable (`SNE_SANDBOX_HTTPS_PORT`) and its
    key in a base's settings; `portee` says whether it rules the server or one base."""

    nom: str
    type: type
    defaut: Any
    portee: Portee
    aide: str
    choix: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int = ENTIER_MAX
    #: Whether no report may show its value.
    secret: bool = False
    #: Of a base: whether it is chosen once, when the base is made.
    fixe: bool = False
    #: Of a base: what people call it, in French.
    titre: str = ""

    @property
    def option(self) -> str:
        """Name of the command-line option."""
        return "--" + self.nom.replace("_", "-")

    @property
    def variable(self) -> str:
        """Name of the environment variable."""
        return "SNE_SANDBOX_" + self.nom.upper()

    def lire(self, brut: str) -> Any:
        """The value written in `brut`. Raises UsageError when it has not the type, or is no choice."""
        valeur: Any = None
        if self.choix:
            valeur = brut if brut in self.choix else None
            remede = f"valeurs possibles : {', '.join(self.choix)}"
        elif self.type is bool:
            valeur, remede = OUI_NON.get(brut.lower()), "valeurs possibles : oui, non"
        else:
            remede = f"un entier est attendu, de {self.minimum} à {self.maximum}"
            with suppress(ValueError):
                valeur = self.type(brut)
            if self.type is int and valeur is not None and not self.minimum <= valeur <= self.maximum:
                valeur = None
        if valeur is None:
            raise UsageError(f"Le réglage {self.nom} vaut [{brut[:40]}].", remede=remede)
        return valeur


#: How yes and no are written in a variable.
OUI_NON: Final = {"oui": True, "1": True, "true": True, "non": False, "0": False, "false": False}


_LU: Final = lire_a_cote(__file__, "settings.toml")
_TYPES: Final[Mapping[str, type]] = {"texte": str, "entier": int, "oui_non": bool, "chemin": Path}


def _setting(nom: str, portee: Portee, genre: type, defaut: Any) -> Setting:
    table = {cle: dit for cle, dit in _LU[portee][nom].items() if cle not in ("type", "defaut")}
    return Setting(nom, genre, defaut, portee, **(table | {"choix": tuple(table.get("choix", ()))}))


def _du_serveur(nom: str, table: Mapping[str, Any]) -> Setting:
    genre = _TYPES[table["type"]]
    return _setting(nom, "serveur", genre, genre(table["defaut"]) if "defaut" in table else None)


@dataclass(frozen=True, slots=True)
class Reglages:
    """The settings of one base. Each line is a row of SETTINGS: its name, type and default."""

    profile: str = "ecole"
    avertissements: str = "interne"
    emballage: str = "question"
    localisations_max: int = 0
    recherche_max: int = 500
    doublons_association: str = "erreur"
    dispatching: str = "oui"
    deploiement: str = "suivi"
    contrat: str = ""
    contrat_suivant: str = ""
    bail_sans_radiation_jours: int = 30
    sauvegarde_avant_nuits: int = 10

    @classmethod
    def de(cls, valeurs: Mapping[str, str]) -> "Reglages":
        """Settings from their written values. Raises UsageError for an unknown key or a wrong value."""
        lus: dict[str, Any] = {}
        for nom, brut in valeurs.items():
            setting = PAR_NOM.get(nom)
            if setting is None or setting.portee != "base":
                connus = ", ".join(s.nom for s in DE_BASE)
                raise UsageError(f"Le réglage [{nom}] est inconnu.", remede=f"réglages d'une base : {connus}")
            lus[nom] = setting.lire(str(brut))
        return cls(**lus)


#: The settings that each base has of its own.
DE_BASE: Final = tuple(_setting(f.name, "base", type(f.default), f.default) for f in fields(Reglages))
SETTINGS: Final = (*[_du_serveur(nom, table) for nom, table in _LU["serveur"].items()], *DE_BASE)
PAR_NOM: Final[Mapping[str, Setting]] = {setting.nom: setting for setting in SETTINGS}


@dataclass(frozen=True, slots=True)
class Limites:
    """The limits on the weight of a message. Sizes in bytes."""

    message_max: int = PAR_NOM["message_max"].defaut
    xml_max: int = PAR_NOM["xml_max"].defaut
    parties_max: int = 64


def valeur(nom: str, donnee: Any = None) -> Any:
    """The value of a server setting: what was given, else the environment, else the default."""
    setting = PAR_NOM[nom]
    if donnee is not None:
        return donnee
    brut = os.environ.get(setting.variable)
    return setting.lire(brut) if brut else setting.defaut


def est_adresse(nom: str) -> bool:
    """True when it is an IP address, and no name (without brackets)."""
    try:
        ipaddress.ip_address(nom)
    except ValueError:
        return False
    return True


def est_boucle_locale(nom: str) -> bool:
    """True when only this machine reaches the host `nom`: localhost, 127.0.0.0/8, ::1 (without brackets)."""
    return nom == "localhost" or (est_adresse(nom) and ipaddress.ip_address(nom).is_loopback)
