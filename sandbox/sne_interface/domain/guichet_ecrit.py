"""A guichet as somebody writes it: in a seed, in the examples, by the API, in the console."""

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeVar

from sne_interface.domain.base import CODE_GUICHET, Acte, Guichet, NatureGuichet
from sne_interface.domain.nir import est_un_siren
from sne_interface.errors import UsageError

#: 111 for Île-de-France, 069, 971, 02A…: see `domain.demande.territoire_de`.
_TERRITOIRE: Final = re.compile(r"\d[0-9AB]{2}")
#: Characters of a name, or of an address.
TEXTE_MAX: Final = 200
_CLES: Final = tuple(champ.name for champ in fields(Guichet))

_Mot = TypeVar("_Mot", bound=StrEnum)


def lire_guichet(table: Mapping[str, Any]) -> Guichet:
    """The guichet whose fields `table` gives by name; a day is a `date`, a SIREN may hold blanks. Raises
    UsageError, in French, for whatever does not fit."""
    inconnues = sorted(table.keys() - set(_CLES))
    if inconnues:
        raise UsageError(
            f"Un guichet n'a pas de champ « {inconnues[0]} ».", remede=f"champs : {', '.join(_CLES)}"
        )
    code = str(table.get("code", ""))
    if CODE_GUICHET.fullmatch(code) is None:
        raise UsageError(
            f"Le code de guichet [{code[:20]}] ne convient pas.", remede="G et quatre chiffres, ou GDPUB"
        )
    nature = _mot(NatureGuichet, table.get("nature"), code, "nature")
    autres = tuple(_territoire(t, code) for t in table.get("autres_territoires") or ())
    if autres and nature is not NatureGuichet.SYSTEME:
        raise _refus(
            code,
            "seul un système particulier a plusieurs territoires",
            f"nature = {NatureGuichet.SYSTEME}, ou un seul territoire",
        )
    territoire = _territoire(table.get("territoire"), code)
    ouvert_le, ferme_le = table.get("ouvert_le"), table.get("ferme_le")
    if type(ouvert_le) is not date or not (ferme_le is None or type(ferme_le) is date):
        raise _refus(code, "son jour d'ouverture manque, ou un jour est mal écrit", "par exemple 2011-03-28")
    if ferme_le is not None and ferme_le < ouvert_le:
        raise _refus(code, "il ferme avant d'ouvrir", "corrigez ouvert_le ou ferme_le")
    ecrits = table.get("actes")
    actes = None if ecrits is None else {_mot(Acte, ecrit, code, "actes") for ecrit in ecrits}
    return Guichet(
        code=code,
        nature=nature,
        territoire=territoire,
        nom=_texte(table.get("nom"), code, "nom", 1),
        adresse=_texte(table.get("adresse", ""), code, "adresse", 0),
        ouvert_le=ouvert_le,
        ferme_le=ferme_le,
        siren=_siren(table.get("siren"), code),
        siren_invente=bool(table.get("siren_invente")),
        autres_territoires=tuple(dict.fromkeys(t for t in autres if t != territoire)),
        actes=None if actes is None else tuple(acte for acte in Acte if acte in actes),
    )


def _siren(ecrit: Any, code: str) -> str | None:
    if ecrit is None or ecrit == "":
        return None
    compact = "".join(str(ecrit).split()).replace(".", "")
    if not est_un_siren(compact):
        raise _refus(
            code,
            f"le SIREN [{str(ecrit)[:20]}] est mal formé",
            "neuf chiffres, le dernier étant la clé de Luhn des autres ; ou aucun SIREN",
        )
    return compact


def _territoire(ecrit: Any, code: str) -> str:
    if not isinstance(ecrit, str) or _TERRITOIRE.fullmatch(ecrit) is None:
        raise _refus(code, f"le territoire [{str(ecrit)[:20]}] ne convient pas", "111, 062, 02A, 971…")
    return ecrit


def _texte(ecrit: Any, code: str, nom: str, minimum: int) -> str:
    if isinstance(ecrit, str) and ecrit.isprintable() and minimum <= len(ecrit.strip()) <= TEXTE_MAX:
        return ecrit.strip()
    raise _refus(code, f"« {nom} » ne convient pas", f"{minimum} à {TEXTE_MAX} caractères, sur une ligne")


def _mot(enum: type[_Mot], ecrit: Any, code: str, nom: str) -> _Mot:
    try:
        return enum(ecrit)
    except ValueError:
        raise _refus(
            code, f"{nom} : [{str(ecrit)[:40]}] n'existe pas", f"valeurs : {', '.join(enum)}"
        ) from None


def _refus(code: str, raison: str, remede: str) -> UsageError:
    return UsageError(f"Le guichet [{code}] ne convient pas : {raison}.", remede=remede)
