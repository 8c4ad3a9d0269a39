"""The overlay that a calibration proposes, written as files to review: each change says why, and how surely.

The content of the user's own overlay is kept: the folder written replaces it.
"""

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import tomli
from lxml import etree

from sne_calibrage.calibration.donnees_comparees import EVENEMENTS, caracteristique_en_cles, sans_vide
from sne_calibrage.calibration.ecarts_par_cause import Calibrage, Modification, Proposition
from sne_calibrage.calibration.rendu_de_calibration import citer, montrer
from sne_calibrage.calibration.schemas_retouches import SchemasCopies
from sne_calibrage.enregistrements.fixtures_ecrites import dossier_vide
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.overlay import fusionner
from sne_sandbox.cli.options import tableau_markdown

LISEZ_MOI: Final = "LISEZ-MOI.md"
_NOMENCLATURES: Final = "nomenclatures.csv"
_QUARTILES: Final = "quartiles.csv"
#: The keys of a type of event that stand for « none » when they are left out.
_VIDES: Final = ("territoire", "debut_validite", "fin_validite")
_CHOISIE: Final = "surcharge proposée par « sne-sandbox calibrer » : à relire avant de s'en servir"


def ecrire(dossier: Path, bilan: Calibrage, contrat: Contrat) -> list[Path]:
    """The files written in an empty folder, in order; none when there is nothing to propose. Raises
    UsageError for a folder that holds something, OperatorError when it cannot be written."""
    contenus = fichiers(bilan, contrat)
    if not contenus:
        return []
    ecrits = []
    with dossier_vide(dossier, "--out"):
        for nom, contenu in sorted(contenus.items()):
            fichier = dossier / nom
            fichier.parent.mkdir(parents=True, exist_ok=True)
            fichier.write_bytes(contenu)
            ecrits.append(fichier)
    return ecrits


def fichiers(bilan: Calibrage, contrat: Contrat) -> dict[str, bytes]:
    """The files of the overlay by path; none when there is nothing to propose."""
    propositions = bilan.propositions
    if not propositions:
        return {}
    dossiers = contrat.dossiers
    # The user's own overlay, under what is proposed.
    ecrits = {nom: (dossiers.overlay / nom).read_bytes() for nom in dossiers.surcharge if dossiers.overlay}
    copies = SchemasCopies(contrat.schemas.lire)
    par_fichier = defaultdict(list)
    for proposition in propositions:
        par_fichier[proposition.fichier].append(proposition)
    non_faites = []
    for nom, siennes in par_fichier.items():
        if nom.endswith(".toml"):
            ecrits[nom] = _toml(nom, siennes, contrat, ecrits.get(nom, b"")).encode()
        elif nom == _NOMENCLATURES:
            ecrits[nom] = _nomenclatures(siennes, contrat)
        elif nom == _QUARTILES:
            ecrits[nom] = _quartiles(siennes, contrat)
        else:
            non_faites += [p for p in siennes if not copies.changer(nom, *p.arguments)]
    for nom, racine in copies.changes.items():
        arbre = racine.getroottree()
        racine.insert(0, etree.Comment(f" {_CHOISIE} "))
        ecrits[nom] = etree.tostring(arbre, encoding="UTF-8", xml_declaration=True)
    ecrits[LISEZ_MOI] = _expliquer(bilan, non_faites).encode()
    return ecrits


# --- TOML ---------------------------------------------------------------------------------------------------


def _toml(nom: str, propositions: Sequence[Proposition], contrat: Contrat, deja: bytes) -> str:
    voulu: dict[str, Any] = {}
    notes = defaultdict(list)
    for proposition in propositions:
        table, cle, *reste = proposition.arguments
        notes[table, cle].append(proposition)
        if len(reste) == 1:
            voulu.setdefault(table, {})[cle] = reste[0]
        else:
            code, change = reste
            siennes = (c for t in contrat.evenements if t.code == table for c in t.caracteristiques)
            connues = voulu.get(table, {}).get(cle) or list(map(caracteristique_en_cles, siennes))
            voulu.setdefault(table, {})[cle] = _changer(connues, code, change)
    if nom == EVENEMENTS:
        voulu = {code: _type_entier(code, table, contrat) for code, table in voulu.items()}
    ancien = tomli.loads(deja.decode("utf-8-sig"))
    if nom == "rules.toml":  # rules may be gathered under one table
        ancien = fusionner(ancien, ancien.pop("regles", {}))
    return _en_toml(fusionner(ancien, voulu), notes)


def _changer(
    caracteristiques: Sequence[Mapping[str, Any]], code: str, change: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The characteristics, one of them changed: keys, a value more (`valeurs+`) or less (`valeurs-`)."""
    changees = [dict(c) for c in caracteristiques]
    sienne = next((c for c in changees if c["code"] == code), None)
    if sienne is None:
        return [*changees, dict(change)]
    for cle, valeur in change.items():
        siennes = sienne.get("valeurs", [])
        if cle == "valeurs+":
            sienne["valeurs"] = [*siennes, valeur]
        elif cle == "valeurs-":
            sienne["valeurs"] = [v for v in siennes if v[0] != valeur]
        else:
            sienne[cle] = valeur
    return changees


def _type_entier(code: str, table: Mapping[str, Any], contrat: Contrat) -> dict[str, Any]:
    """Builds the keys to write of a type of event. A type that a list gives keeps the values of our own
    lists, since no list says them."""
    sien = next((t for t in contrat.evenements if t.code == code), None)
    valeurs = {c.code: [list(v) for v in c.valeurs] for c in sien.caracteristiques} if sien else {}
    entier = dict(table)
    if "caracteristiques" in entier:
        unes = [
            {**une, "valeurs": une.get("valeurs") or valeurs.get(une["code"]) or []}
            for une in entier["caracteristiques"]
        ]
        for une in unes:
            if sien is None and une.get("type") == "LST" and not une["valeurs"]:
                une["valeurs"] = [["A-ECRIRE", "valeurs que l'enregistrement ne dit pas"]]
        entier["caracteristiques"] = [sans_vide(une) for une in unes]
    return {cle: valeur for cle, valeur in entier.items() if valeur is not None or cle not in _VIDES}


def _en_toml(tables: Mapping[str, Any], notes: Mapping[tuple[str, str], list[Proposition]]) -> str:
    """The text of these tables; `notes` are the proposals that say, in a comment, why a key of a table is
    written."""
    lignes = [f"# {_CHOISIE[0].upper()}{_CHOISIE[1:]}."]
    for cle, valeur in tables.items():
        if not isinstance(valeur, Mapping):
            lignes.append(f"{_cle(cle)} = {_valeur(valeur)}")
    for nom, table in tables.items():
        if not isinstance(table, Mapping):
            continue
        lignes += ["", f"[{_cle(nom)}]"]
        # A list of tables ends the one that it is of.
        for cle, valeur in sorted(table.items(), key=lambda une: _est_liste_de_tables(une[1])):
            siennes = notes.get((nom, cle), ())
            lignes += [f"# {' '.join(p.pourquoi.split())} ({p.confiance} ; {_echanges(p)})" for p in siennes]
            if not _est_liste_de_tables(valeur):
                lignes.append(f"{_cle(cle)} = {_valeur(valeur)}")
                continue
            for une in valeur:
                lignes += [
                    f"[[{_cle(nom)}.{_cle(cle)}]]",
                    *(f"{_cle(c)} = {_valeur(v)}" for c, v in une.items()),
                ]
    return "\n".join(lignes) + "\n"


def _est_liste_de_tables(valeur: Any) -> bool:
    return isinstance(valeur, list) and bool(valeur) and all(isinstance(v, Mapping) for v in valeur)


def _echanges(proposition: Proposition) -> str:
    contre = f" ; contre : {montrer(proposition.contre)}" if proposition.contre else ""
    return citer(sorted(proposition.pour)) + contre


def _cle(nom: str) -> str:
    nu = nom and all(c.isascii() and (c.isalnum() or c in "-_") for c in nom)
    return nom if nu else json.dumps(nom, ensure_ascii=False)


def _valeur(valeur: Any) -> str:
    if isinstance(valeur, date):
        return str(valeur)
    if isinstance(valeur, Mapping):
        return "{ " + ", ".join(f"{_cle(c)} = {_valeur(v)}" for c, v in valeur.items()) + " }"
    if isinstance(valeur, list | tuple):
        return "[" + ", ".join(map(_valeur, valeur)) + "]"
    # TOML writes texts, numbers and booleans as JSON does, but for DEL.
    return json.dumps(valeur, ensure_ascii=False).replace("\x7f", "\\u007f")


# --- CSV ----------------------------------------------------------------------------------------------------


def _nomenclatures(propositions: Iterable[Proposition], contrat: Contrat) -> bytes:
    colonnes, lignes = _csv(contrat.fichier(_NOMENCLATURES))
    for proposition in propositions:
        liste, code = proposition.arguments[:2]
        lignes = [ligne for ligne in lignes if (ligne["list"], ligne["code"]) != (liste, code)]
        if proposition.geste is Modification.AJOUTER_CODE:
            siennes = [rang for rang, ligne in enumerate(lignes) if ligne["list"] == liste]
            nouvelle = {"list": liste, "code": code, "label": proposition.arguments[2]}
            lignes.insert(siennes[-1] + 1 if siennes else len(lignes), nouvelle)
    return _en_csv(colonnes, lignes)


def _quartiles(propositions: Iterable[Proposition], contrat: Contrat) -> bytes:
    colonnes, lignes = _csv(contrat.fichier(_QUARTILES))
    for proposition in propositions:
        nature, code, nom, annee, montant = proposition.arguments
        source = f"calibrer : {proposition.pourquoi} ({_echanges(proposition)})"
        nouvelles = {"montant_uc": str(montant), "source": source, "fidelite": "D"}
        siennes = [li for li in lignes if (li["territoire"], li["siren"]) == (nature, code)]
        ligne = next((li for li in siennes if _couvre(li["annee"], annee)), None)
        if ligne is None:
            ligne = {"territoire": nature, "siren": code, "libelle": nom, "annee": str(annee)}
            lignes.append(ligne)
        ligne.update(nouvelles)
    return _en_csv(colonnes, lignes)


def _couvre(annees: str, annee: int) -> bool:
    """Tell whether a row is of a year: « 2020 », or « 2019…2025 »."""
    dites = [int(mot) for mot in annees.replace("…", " ").split() if mot.isdigit()]
    return bool(dites) and dites[0] <= annee <= dites[-1]


def _csv(octets: bytes) -> tuple[list[str], list[dict[str, str]]]:
    lecteur = csv.DictReader(io.StringIO(octets.decode("utf-8-sig"), newline=""))
    return list(lecteur.fieldnames or ()), list(lecteur)


def _en_csv(colonnes: Sequence[str], lignes: Iterable[Mapping[str, str]]) -> bytes:
    sortie = io.StringIO(newline="")
    auteur = csv.DictWriter(sortie, colonnes, restval="", lineterminator="\n")
    auteur.writeheader()
    auteur.writerows(lignes)
    return sortie.getvalue().encode()


# --- what goes with it -------------------------------------------------------------------------------------


def _expliquer(bilan: Calibrage, non_faites: Sequence[Proposition]) -> str:
    rangees = [
        [" ".join(dit.split()) for dit in (p.fichier, p.phrase, p.pourquoi, p.confiance, _echanges(p))]
        for p in bilan.propositions
    ]
    lignes = [
        "# Surcharge proposée",
        "",
        "Écrite par « sne-sandbox calibrer » d'après un enregistrement, **à relire** : vous l'appliquez,",
        "par `--contracts` sur ce dossier. Un exemple n'est pas une règle : ce qu'un seul échange montre est",
        "peut-être dû à autre chose.",
        "",
        tableau_markdown(("fichier", "changement", "pourquoi", "confiance", "échanges"), rangees),
    ]
    if non_faites:
        lignes += ["", "À faire à la main, le schéma n'étant pas écrit comme il le faudrait :", ""]
        lignes += [f"- {p.fichier} : {p.phrase}" for p in non_faites]
    return "\n".join(lignes) + "\n"
