"""Digests of what judges: rules, requirements, certification, the rest of the contract, the user's overlay,
the plan, and the judge itself. A report says them by kind, an evidence package file by file."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from sne_interface import resources
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.texte import abrege

#: SHA-256 (hexadecimal) by file, by kind.
Detail = Mapping[str, Mapping[str, str]]

#: Files of a contract that have a kind of their own.
_PAR_NOM: Final = {
    "rules.toml": "regles",
    "requirements.csv": "exigences",
    "certification.toml": "certification",
}
#: The kinds, each with how a sentence calls it.
GENRES: Final = {
    "regles": "les règles",
    "exigences": "les exigences",
    "certification": "la certification",
    "contrat": "le contrat",
    "surcharge": "la surcharge (--contracts)",
    "plan": "le plan",
    "juge": "le juge (sne-sandbox)",
}


def detailler(contrat: Contrat, plan: Mapping[str, str] | None = None) -> Detail:
    """The digest of each file, by kind; `plan` are the texts of its scenarios by path, None without any. A
    kind without files is left out. Raises OSError."""
    detail: dict[str, dict[str, str]] = {genre: {} for genre in GENRES}
    dossiers = contrat.dossiers
    for couche in (dossiers.racine / nom for nom in dossiers.noms):
        for nom, octets in _fichiers(couche):
            detail[_PAR_NOM.get(nom.name, "contrat")][f"{couche.name}/{nom}"] = _empreinte(octets())
    if dossiers.overlay is not None:
        detail["surcharge"] = {str(nom): _empreinte(octets()) for nom, octets in _fichiers(dossiers.overlay)}
    detail["plan"] = d_un_plan(plan or {})
    paquets = [resources.RACINE / nom for nom in ("sne_interface", "sne_sandbox", "sne_conformite")]
    schemas = resources.fixtures_dir() / "schemas"
    for racine in (*paquets, schemas):
        for nom, octets in _fichiers(racine):
            if nom.suffix in (".py", ".toml", ".csv") and "_data" not in nom.parts:
                detail["juge"][f"{racine.name}/{nom}"] = _empreinte(octets())
    return {genre: fichiers for genre, fichiers in detail.items() if fichiers}


def d_un_plan(plan: Mapping[str, str]) -> dict[str, str]:
    """The digest of each scenario of a plan."""
    return {nom: _empreinte(texte.encode()) for nom, texte in plan.items()}


def resumer(detail: Detail) -> dict[str, str]:
    """The digest of each kind: that of the lines « SHA-256  file » of its files, in their order."""
    return {
        genre: _empreinte("".join(f"{fichiers[nom]}  {nom}\n" for nom in sorted(fichiers)).encode())
        for genre, fichiers in detail.items()
    }


def differences(ecrit: Detail, ici: Detail) -> Iterator[str]:
    """Yields the differences between the judges of the report and those that are here: a French sentence a
    kind, which names the files."""
    for genre, nom in GENRES.items():
        if changes := _changes(ecrit.get(genre, {}), ici.get(genre, {}), "absents ici", "en plus ici"):
            yield f"{nom} ({changes})"


def _changes(avant: Mapping[str, str], apres: Mapping[str, str], perdus: str, ajoutes: str) -> str:
    """The files that differ, those that are gone, those that came, in French."""
    lots = (
        ("changés", sorted(f for f in avant.keys() & apres.keys() if avant[f] != apres[f])),
        (perdus, sorted(avant.keys() - apres.keys())),
        (ajoutes, sorted(apres.keys() - avant.keys())),
    )
    return " ; ".join(f"{quoi} : {abrege(', '.join(lot), 200)}" for quoi, lot in lots if lot)


def autre_plan(plan: Mapping[str, str]) -> str:
    """In what a plan is not that of the interface, byte for byte: a French clause, "" when it is."""
    changes = _changes(d_un_plan(lire_plan(None)), d_un_plan(plan), "ôtés", "ajoutés")
    return changes and f"le plan donné par --plan n'est pas celui de l'interface ({changes})"


def lire_plan(dossier: Path | None) -> dict[str, str]:
    """The texts of the scenarios of a plan (None: that of the interface), by « groupe/ID.toml »: those that
    are played, and no other."""
    racine = dossier or resources.fixtures_dir() / "scenarios"
    return {f"{f.parent.name}/{f.name}": f.read_text("utf-8") for f in sorted(racine.glob("*/*.toml"))}


def _fichiers(racine: Path) -> Iterator[tuple[Path, Callable[[], bytes]]]:
    """Its files, sorted: the name of each under `racine`, and how to read it."""
    for fichier in sorted(f for f in racine.rglob("*") if f.is_file() and f.suffix != ".pyc"):
        yield fichier.relative_to(racine), fichier.read_bytes


def _empreinte(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()
