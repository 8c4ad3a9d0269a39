"""A report as JSON, and back: `fixtures/schemas/rapport.schema.json` is its published shape.

The keys are the fields of `rapport`, in their order; `format`, `synthese` and the `id` of a check are added
for whoever reads the file without us, and left aside when we read it. A verdict and a state are written as
they are told everywhere else (`verdict_de_conformite.Issue`): a recommendation that is not followed is no
failure, nor is what a baseline excuses.
"""

import json
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from sne_conformite.rapports import verdict_de_conformite
from sne_conformite.rapports.constats_groupes import compter
from sne_conformite.rapports.rapport import (
    FORMAT_RAPPORT,
    FORMATS_LUS,
    SEUL,
    Alentours,
    EtatExigence,
    Rapport,
    Verdict,
)
from sne_conformite.rapports.rapport_masque import masquer
from sne_interface import archives
from sne_interface.domain import valeurs_en_json
from sne_interface.errors import OperatorError, raison_systeme

_T = TypeVar("_T")
_NOMS: Final = {str: "un texte", int: "un entier", float: "un nombre", bool: "true ou false"}
#: What is written of a verdict and of a state that make nobody fail, and how it is read back.
MOTS: Final = {
    (Verdict.ECHOUE, verdict_de_conformite.NON_SUIVIE): "non suivi",
    (Verdict.ECHOUE, verdict_de_conformite.CONNUE): "échec connu",
    (Verdict.ERREUR, verdict_de_conformite.CONNUE): "erreur connue",
    (EtatExigence.ENFREINTE, verdict_de_conformite.NON_SUIVIE): "non suivie",
    (EtatExigence.ENFREINTE, verdict_de_conformite.CONNUE): "connue",
}
_LUS: Final = {(type(valeur), mot): valeur for (valeur, _), mot in MOTS.items()}


class RapportIllisible(OperatorError):
    """A file that is no report of ours, or one of another format."""


def octets(rapport: Rapport, alentours: Alentours = SEUL) -> bytes:
    """The JSON text of a report in UTF-8, NIRs masked, with a last line feed; beside its package, with its
    number. The same report gives the same bytes."""
    numero = {"numero": alentours.numero} if alentours.numero else {}
    texte = json.dumps(numero | en_json(masquer(rapport)), ensure_ascii=False, indent=1) + "\n"
    return texte.encode("utf-8", "replace")  # half a surrogate pair is no text


def lire(chemin: Path) -> Rapport:
    """The report of a file. Raises RapportIllisible, which names the place."""
    try:
        texte = archives.texte(chemin, archives.RAPPORT_MAX)
    except (OSError, UnicodeDecodeError) as erreur:
        dit = raison_systeme(erreur) if isinstance(erreur, OSError) else "il n'est pas en UTF-8"
        raise RapportIllisible(
            f"Le rapport [{chemin}] ne se lit pas : {dit}.",
            remede="donnez le rapport.json écrit par --report-dir",
        ) from None
    return de_texte(texte, str(chemin))


def de_texte(texte: str, nom: str = "rapport.json") -> Rapport:
    """The report of a JSON text; `nom` is what errors call it. Raises RapportIllisible."""
    try:
        contenu = relire(texte)
    except (ValueError, RecursionError) as erreur:
        raise RapportIllisible(
            f"Le rapport [{nom}] : {pas_du_json(erreur)}{_lieu(erreur)}.",
            remede="donnez le rapport.json écrit par --report-dir, entier",
        ) from None
    try:
        return de_json(contenu)
    except ValueError as erreur:
        raise RapportIllisible(
            f"Le rapport [{nom}] n'a pas la forme attendue : {erreur}.",
            remede=f"sa forme est celle de rapport.schema.json, format {FORMAT_RAPPORT}",
        ) from None


def relire(texte: str | bytes) -> Any:
    """The value of a JSON text where no key is twice: of such a key, each reader takes another value. Raises
    ValueError, RecursionError."""
    return json.loads(texte, object_pairs_hook=_sans_doublon)


def _sans_doublon(paires: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(objet := dict(paires)) < len(paires):
        raise ValueError("une clé y est deux fois")
    return objet


def pas_du_json(erreur: Exception) -> str:
    """Why a text cannot be read as JSON, in French."""
    imbrique = isinstance(erreur, RecursionError)
    return "son JSON est trop imbriqué" if imbrique else "ce n'est pas du JSON, ou une clé y est deux fois"


def en_json(rapport: Rapport) -> dict[str, Any]:
    """A report as JSON values, as it is (nothing masked)."""
    contenu = {
        "format": FORMAT_RAPPORT,
        "synthese": compter(rapport).en_json(),
        **valeurs_en_json.en_json(rapport),
    }
    niveaux = verdict_de_conformite.niveaux_de(rapport)
    for scenario, ecrit in zip(rapport.scenarios, contenu["scenarios"], strict=True):
        ecrit["verdict"] = _mot(scenario.verdict, verdict_de_conformite.issue_de_scenario(scenario, niveaux))
        for rang, (v, ecrite) in enumerate(zip(scenario.verifications, ecrit["verifications"], strict=True)):
            mot = _mot(v.verdict, verdict_de_conformite.issue_de_verification(v, niveaux))
            ecrit["verifications"][rang] = {"id": v.id, **ecrite, "verdict": mot}
    for bilan, ecrit in zip(rapport.bilans, contenu["bilans"], strict=True):
        ecrit["etat"] = _mot(bilan.etat, verdict_de_conformite.issue_de_bilan(bilan))
    return contenu


def _mot(valeur: StrEnum, issue: verdict_de_conformite.Issue) -> str:
    return MOTS.get((valeur, issue), valeur.value)


def de_json(contenu: Any) -> Rapport:
    """The report of JSON values. Raises ValueError, in French, with the place."""
    if not isinstance(contenu, dict) or contenu.get("format") not in FORMATS_LUS:
        trouve = contenu.get("format") if isinstance(contenu, dict) else None
        raise ValueError(f"format {FORMAT_RAPPORT} attendu, et non {trouve!r}")
    lu: Rapport = _decode(contenu, Rapport, "")
    return lu


def _decode(valeur: Any, attendu: Any, lieu: str) -> Any:
    origine = get_origin(attendu)
    if origine is tuple:
        if not isinstance(valeur, list):
            raise ValueError(f"{lieu} : un tableau attendu")
        (genre, _) = get_args(attendu)
        return tuple(_decode(v, genre, f"{lieu}[{rang}]") for rang, v in enumerate(valeur))
    if origine in (Union, UnionType):
        if valeur is None:
            return None
        (genre,) = (genre for genre in get_args(attendu) if genre is not NoneType)
        return _decode(valeur, genre, lieu)
    if origine is not None:  # Mapping[str, Any]
        return _verifie(valeur, dict, "un objet", lieu)
    if is_dataclass(attendu):
        return _objet(_verifie(valeur, dict, "un objet", lieu), attendu, lieu)
    if issubclass(attendu, StrEnum) or attendu is datetime:
        texte = _verifie(valeur, str, "un texte", lieu)
        try:
            if attendu is datetime:
                return datetime.fromisoformat(texte)
            return _LUS.get((attendu, texte)) or attendu(texte)
        except ValueError:
            raise ValueError(f"{lieu} : valeur inconnue [{texte}]") from None
    if attendu is float and isinstance(valeur, int) and not isinstance(valeur, bool):
        return float(valeur)
    if isinstance(valeur, bool) and attendu is not bool:
        raise ValueError(f"{lieu} : {_NOMS[attendu]} attendu")
    return _verifie(valeur, attendu, _NOMS[attendu], lieu)


def _objet(contenu: dict[str, Any], genre: Any, lieu: str) -> Any:
    types = _types(genre)
    point = f"{lieu}." if lieu else ""
    permis = {champ.name for champ in fields(genre) if champ.metadata.get("facultatif")}
    manquent = [nom for nom in types if nom not in contenu and nom not in permis]
    if manquent:
        raise ValueError(f"{point}{manquent[0]} : manque")
    presents = [nom for nom in types if nom in contenu]
    return genre(**{nom: _decode(contenu[nom], types[nom], f"{point}{nom}") for nom in presents})


@cache
def _types(genre: Any) -> dict[str, Any]:
    types = get_type_hints(genre)
    return {champ.name: types[champ.name] for champ in fields(genre)}


def _verifie(valeur: Any, genre: type[_T], nom: str, lieu: str) -> _T:
    if not isinstance(valeur, genre):
        raise ValueError(f"{lieu or 'le rapport'} : {nom} attendu")  # noqa: TRY004 (said as one kind)
    return valeur


def _lieu(erreur: Exception) -> str:
    if not isinstance(erreur, json.JSONDecodeError):
        return ""
    if not erreur.doc.strip():
        return " : il est vide"
    return f" : ligne {erreur.lineno}, colonne {erreur.colno}"
