"""The part of a report that may be shown: no NIR, nor the password of an address, whoever wrote the finding;
and nothing that would keep the rest from being shown.

Every form of a report is drawn from the result of `masquer`. Where one finding, example or exchange cannot be
masked or written (an example too deep, a number too long, a bug of ours), it gives way to a sentence that
says so: the others are shown all the same.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache, lru_cache
from typing import Any, Final

from sne_conformite.rapports.rapport import (
    Bilan,
    Constat,
    EchangeCite,
    Rapport,
    ReponseDuSne,
    ResultatScenario,
    Verification,
)
from sne_interface.domain.nir import cache_un_nir, masquer_nir, masquer_secrets, noms_nir
from sne_interface.domain.texte import abrege, borne, visible
from sne_sandbox.mime.masquage import Masqueur

#: Where a NIR is spoken of, any long run of digits may be one, badly written as it may be.
_SUITE: Final = re.compile(r"(?<!\w)\d(?:[ .]?[0-9AB]){8,}(?!\w)")
#: Words of the language in « nir »: « à fournir » speaks of no NIR, « numerodunir » does.
_MOTS_EN_NIR: Final = re.compile(r"(?i)\b(?:a?four|(?:ré)?u|(?:con|main|ob)?te|(?:dé)?fi|(?:a|de)?ve)nir")
#: Values within values of an example: a household has ten.
_PROFONDEUR_MAX: Final = 100
_RAISON_MAX: Final = 200
#: Characters that a report quotes of one text: applications answer messages of a megabyte. The evidence has
#: all of it.
CITATION_MAX: Final = 2_000
#: Names of the fields of a report where an application, or who declares it, is quoted; and of those that lead
#: to them.
_MASQUES: Final = frozenset(
    {
        "application", "commande", "exemple", "inacheve", "message", "motifs", "phrase", "raison", "remede",
        "reserves",
        "angles_morts", "attestations", "bilans", "candidat", "constats", "echanges", "entete", "lacunes",
        "mentions", "reponses", "scenarios", "verifications",
    }
)  # fmt: skip


def masquer(rapport: Rapport) -> Rapport:
    """`rapport` as it may be shown: every NIR masked, in findings, examples and exchanges, and what cannot be
    shown said to be so. Doing it twice changes nothing more."""
    masque: Rapport = _dans(rapport)
    return masque


def masquer_valeur(valeur: Any, nom: str = "", profondeur: int = 0) -> Any:
    """A JSON value with its NIRs masked: all that the key of a NIR holds, and what reads like one elsewhere.
    Raises ValueError for one that is too deep to be read."""
    if profondeur > _PROFONDEUR_MAX:
        raise ValueError(f"plus de {_PROFONDEUR_MAX} niveaux")
    if isinstance(valeur, str):
        return masquer_nir(valeur) if cache_un_nir(nom) else masquer_secrets(valeur)
    if isinstance(valeur, Mapping):
        return {cle: masquer_valeur(v, cle, profondeur + 1) for cle, v in valeur.items()}
    if isinstance(valeur, list | tuple):
        return [masquer_valeur(v, nom, profondeur + 1) for v in valeur]
    return valeur


def impossible(erreur: Exception) -> str:
    """Why one thing cannot be shown, in French, NIRs masked."""
    dit = f"{type(erreur).__name__} : {erreur}"
    return f"Ceci ne peut pas être montré ({abrege(visible(masquer_secrets(dit)), _RAISON_MAX)})."


def _dans(valeur: Any) -> Any:
    """A value of a report, its texts masked, and those of the values that it holds."""
    match valeur:
        case str():
            return _dit(valeur)
        case Constat():
            return _constat(valeur)
        case EchangeCite():
            return _echange(valeur)
        case _ if not is_dataclass(valeur):
            return valeur
    masques: dict[str, Any] = {}
    genre: Any = type(valeur)
    for nom in _champs(genre):
        dit = getattr(valeur, nom)
        if nom == "commande":  # it is copied, whole
            masques[nom] = masquer_secrets(dit)
        elif nom == "exemple":
            masques[nom] = _exemple(dit)
        else:
            masques[nom] = tuple(map(montrable, dit)) if isinstance(dit, tuple) else _dans(dit)
    return replace(valeur, **masques)  # type: ignore[type-var]


@cache
def _champs(classe: type) -> tuple[str, ...]:
    """The fields of a value of a report in which there is something to mask."""
    return tuple(champ.name for champ in fields(classe) if champ.name in _MASQUES)


def montrable(valeur: Any) -> Any:
    """A value masked; one that cannot be says why."""
    try:
        return _dans(valeur)
    except Exception as erreur:  # noqa: BLE001 - whatever is wrong with one, the others are shown
        raison = impossible(erreur)
    match valeur:
        case Constat():
            return Constat(valeur.exigence, valeur.tenue, raison, valeur.sorte, echange=valeur.echange)
        case EchangeCite():
            return EchangeCite(valeur.identifiant, raison, "", "")
        case Verification():
            return replace(valeur, constats=(), exemple=None, commande="", raison=raison)
        case ResultatScenario():
            return replace(valeur, verifications=(), raison=raison)
        case Bilan():
            return replace(valeur, constats=(), raison=raison)
        case ReponseDuSne():
            return replace(valeur, message=raison)
    raise ValueError(raison)


def _dit(texte: str) -> str:
    """A sentence: masked first, half of a NIR is still one."""
    return borne(_texte(texte, _parle_de_nir(texte)), CITATION_MAX) if texte else ""


def _constat(constat: Constat) -> Constat:
    parle_de_nir = any(map(_parle_de_nir, (constat.chemin, constat.sorte, constat.phrase)))
    textes: dict[str, Any] = {
        nom: borne(_texte(getattr(constat, nom), parle_de_nir), CITATION_MAX)
        for nom in ("phrase", "attendu", "observe")
    }
    textes["chemin"] = borne(constat.chemin, CITATION_MAX)
    return replace(constat, exemple=_exemple(constat.exemple), **textes)


def _exemple(exemple: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if exemple is None:
        return None
    try:
        masque: Mapping[str, Any] = masquer_valeur(exemple)
        json.dumps(masque)
    except (ValueError, TypeError, RecursionError) as erreur:  # too deep, too long a number, no JSON
        return {"exemple": impossible(erreur)}
    return masque


def _parle_de_nir(texte: str) -> bool:
    plie = _MOTS_EN_NIR.sub("", texte).lower()
    return any(nom.lower() in plie for nom in noms_nir())


def _texte(texte: str, parle_de_nir: bool) -> str:
    texte = masquer_secrets(Masqueur().texte(texte) if "<" in texte else texte)
    return _SUITE.sub(lambda trouve: masquer_nir(trouve[0]), texte) if parle_de_nir else texte


@lru_cache(maxsize=256)
def _echange(echange: EchangeCite) -> EchangeCite:
    """Kept: each of seven forms masks the same ones, and that is most of what writing a report costs."""
    return replace(
        echange,
        resume=_dit(echange.resume),
        requete=masquer_secrets(Masqueur().texte(echange.requete)),
        reponse=masquer_secrets(Masqueur().texte(echange.reponse)),
    )
