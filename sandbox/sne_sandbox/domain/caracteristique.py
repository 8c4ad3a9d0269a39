"""What the value of a characteristic of an event reads as (`Caracteristique.type`). Convention."""

import re
from datetime import date
from typing import Final

from sne_sandbox.domain.element import lire_date
from sne_sandbox.domain.evenement import Caracteristique
from sne_sandbox.domain.texte import plier

_DATE_FRANCAISE: Final = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_ENTIER: Final = re.compile(r"-?[0-9]+")
_BOOLEENS: Final = {"oui": True, "true": True, "1": True, "non": False, "false": False, "0": False}


def convient(caracteristique: Caracteristique, valeur: str) -> bool:
    """Whether `valeur` (not empty) fits the type of the characteristic."""
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
