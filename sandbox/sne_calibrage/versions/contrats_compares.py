"""Two contracts compared: every difference, found by reading both, whatever `changements.toml` says."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any, Final

from lxml import etree

from sne_calibrage.versions import schemas_compares
from sne_calibrage.versions.differences_de_contrats import (
    CALME,
    DOUTE,
    ELARGI,
    RESSERRE,
    RUPTURE,
    ComparaisonDeContrats,
    DifferenceDeContrats,
    Sens,
    Severite,
    aller_retour,
    attribuer,
    hors,
)
from sne_interface.contract import changements, exigences_et_mentions
from sne_interface.contract.changements import Nature, charger_changements
from sne_interface.contract.contrats_charges import Contrat, MessageOperation
from sne_interface.contract.exigences_et_mentions import charger_exigences
from sne_interface.contract.fiches_du_contrat import FicheRegle
from sne_interface.contract.schemas import lire_arbre
from sne_interface.domain.anomalie import Fidelite, Gravite
from sne_interface.domain.evenement import Caracteristique, TypeEvenement

Differences = Iterator[DifferenceDeContrats]
_CONTRAT: Final = "contract.toml"
#: Keys of contract.toml that name the contract, or files whose contents are compared.
_NOMS: Final = frozenset({"nom", "titre", "extends", "versions", "schemas", "fichiers"})
#: Files that are compared by what they mean, by their keys there.
_LUS: Final = ("operations", "chemins", "nomenclatures", "regles", "evenements", "exigences", "quartiles")
_DES_EVENEMENTS: Final = (
    "ajouterEvenementDemande", "modifierEvenementDemande", "listerEvenementsDemande",
    "listerTypesEvenementsNationaux", "listerTypesEvenementsTerritoriaux",
)  # fmt: skip
#: When, or where, something holds.
_BORNE: Final = aller_retour(Severite.AVERTISSEMENT, Severite.INFORMATION)
_DEHORS: Final = hors(Severite.INFORMATION)
#: Of a row, or a value, in a sentence.
_MONTRE_MAX: Final = 80


def comparer(avant: Contrat, apres: Contrat, noms: tuple[str, str] | None = None) -> ComparaisonDeContrats:
    """The differences from `avant` to `apres`, each with its change; `noms` are what they are called.
    Raises ContractError for a file that cannot be read."""
    trouvees = [
        *schemas_compares.comparer(avant, apres),
        *_operations(avant, apres),
        *_regles(avant.regles, apres.regles),
        *_nomenclatures(avant, apres),
        *_chemins(avant, apres),
        *_evenements(avant.evenements, apres.evenements),
        *_exigences(avant, apres),
        *_seuils(avant, apres),
        *_fichiers(avant, apres),
    ]
    siens, autres = (charger_changements(c.dossiers) for c in (apres, avant))
    connus, dits = ({c.id for c in lot} for lot in (autres, siens))
    apportes = tuple(c for c in siens if c.id not in connus)
    ailleurs = tuple(c for c in autres if c.id not in dits)
    differences, employes = attribuer(trouvees, apportes, ailleurs)
    return ComparaisonDeContrats(*(noms or (avant.nom, apres.nom)), differences, employes)


def _paires(avant: Mapping[str, Any], apres: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """(name, its value before, its value after), None where there is none."""
    for nom in dict.fromkeys((*avant, *apres)):
        if avant.get(nom) != apres.get(nom):
            yield nom, avant.get(nom), apres.get(nom)


def _changes(
    avant: Any, apres: Any, noms: Iterable[str], vu: Callable[[Any], str] | None = None
) -> Iterator[tuple[str, Any, str]]:
    """The fields of two values that differ: name, the new one, the sentence that tells both."""
    for nom in noms:
        un, autre = getattr(avant, nom), getattr(apres, nom)
        if un != autre:
            yield nom, autre, _et_non_plus(nom, *map(vu or _vu, (autre, un)))


def _champs_de(valeur: Any, *tus: str) -> list[str]:
    """The names of its fields, but for some."""
    return [champ.name for champ in fields(valeur) if champ.name not in tus]


def _et_non_plus(quoi: str, apres: str, avant: str) -> str:
    return f"{quoi} : [{apres}], et non plus [{avant}]"


def _vu(valeur: Any) -> str:
    texte = valeur if isinstance(valeur, str) else json.dumps(valeur, ensure_ascii=False, default=str)
    return texte if len(texte) <= _MONTRE_MAX else f"{texte[:_MONTRE_MAX]}…"


# --- operations and services ------------------------------------------------------------------------------


def _operations(avant: Contrat, apres: Contrat) -> Differences:
    for nom, un, autre in _paires(avant.operations, apres.operations):
        if un is None:
            yield _d(Nature.OPERATIONS, nom, "operation-ajoutee", "l'opération est nouvelle", CALME, nom)
        elif autre is None:
            yield _d(Nature.OPERATIONS, nom, "operation-retiree", "l'opération n'existe plus", RUPTURE, nom)
        else:
            for quoi, _, dit in _changes(un, autre, ("service", "soap_action", "espace"), str):
                yield _d(Nature.OPERATIONS, f"{nom}/{quoi}", "operation-changee", dit, RUPTURE, nom)
            yield from _message(f"{nom}/input", un.entree, autre.entree, nom, Sens.REQUETE)
            yield from _message(f"{nom}/output", un.sortie, autre.sortie, nom, Sens.REPONSE)


def _message(
    objet: str, avant: MessageOperation, apres: MessageOperation, operation: str, sens: Sens
) -> Differences:
    def dire(ou: str, sorte: str, texte: str, *, rompt: bool = True) -> DifferenceDeContrats:
        severite = Severite.ERREUR if rompt else Severite.INFORMATION
        return _d(Nature.OPERATIONS, ou, sorte, texte, {sens: severite}, operation)

    if avant.qname != apres.qname:
        dit = f"l'élément du corps est [{apres.qname}], et non plus [{avant.qname}]"
        yield dire(objet, "element-du-corps", dit)
    demande = sens is Sens.REQUETE
    champs = [{champ.nom: champ for champ in message.champs} for message in (avant, apres)]
    for nom, un, autre in _paires(*champs):
        ou = f"{objet}/{nom}"
        if un is None:
            exige = " obligatoire" if autre.obligatoire else ""
            yield dire(ou, "champ-ajoute", f"nouveau champ{exige}", rompt=demande and autre.obligatoire)
        elif autre is None:
            yield dire(ou, "champ-retire", "le champ n'existe plus")
        else:
            if un.type != autre.type:
                yield dire(ou, "champ-type", f"le type est [{autre.type}], et non plus [{un.type}]")
            if un.obligatoire != autre.obligatoire:
                dit = f"le champ devient {'obligatoire' if autre.obligatoire else 'facultatif'}"
                yield dire(ou, "champ-obligatoire", dit, rompt=demande is autre.obligatoire)
    communs = [[nom for nom in lot if nom in champs[0] and nom in champs[1]] for lot in champs]
    if communs[0] != communs[1]:
        yield dire(objet, "champs-ordre", "les champs ne sont plus dans le même ordre")


# --- controls ---------------------------------------------------------------------------------------------


def _poids(fiche: FicheRegle) -> int:
    """The weight of a control under the profile `ecole`: 3 blocks, 2 blocks in `strict` alone, 1 warns, 0
    nothing."""
    if fiche.gravite is not Gravite.BLOQUANTE:
        return int(fiche.gravite is Gravite.AVERTISSEMENT)
    certaine = fiche.structurante or fiche.gravite_imposee is not None
    return 3 if certaine or fiche.fidelite is not Fidelite.CONVENTION else 2


_FAITS: Final = ("n'est pas appliqué", "avertit", "refuse en profil strict seulement", "refuse")
#: What a control weighs by, and how hard its other fields are; those that are not there are told, no more.
_POIDS: Final = ("gravite", "gravite_imposee", "fidelite", "structurante")
_DE_REGLE: Final = {
    "code_officiel": {Sens.REPONSE: Severite.AVERTISSEMENT},
    "condition": {Sens.REQUETE: Severite.AVERTISSEMENT},
}


def _regles(avant: Mapping[str, FicheRegle], apres: Mapping[str, FicheRegle]) -> Differences:
    durete = (Severite.INFORMATION, Severite.AVERTISSEMENT, Severite.AVERTISSEMENT, Severite.ERREUR)
    for code, un, autre in _paires(avant, apres):
        if un is None:
            dit = f"nouveau contrôle, qui {_FAITS[_poids(autre)]} : {autre.condition or autre.texte}"
            yield _regle(code, "regle-ajoutee", dit, durete[_poids(autre)])
        elif autre is None:
            yield _regle(code, "regle-retiree", f"le contrôle n'existe plus : {un.condition}")
        else:
            yield from _regle_changee(code, un, autre)


def _regle_changee(code: str, avant: FicheRegle, apres: FicheRegle) -> Differences:
    poids, autre = _poids(avant), _poids(apres)
    durcie = Severite.ERREUR if autre == 3 else Severite.AVERTISSEMENT
    if poids != autre:
        dit = f"le contrôle {_FAITS[autre]}, et non plus : {_FAITS[poids]}"
        yield _regle(code, "regle-gravite", dit, durcie if autre > poids else Severite.INFORMATION)
    else:
        for quoi, _, dit in _changes(avant, apres, _POIDS, str):
            yield _regle(code, f"regle-{quoi}", dit)
    if ajoutes := sorted(set(apres.types) - set(avant.types)):
        yield _regle(code, "regle-types", f"s'applique aussi à : {', '.join(ajoutes)}", durcie)
    if otes := sorted(set(avant.types) - set(apres.types)):
        yield _regle(code, "regle-types", f"ne s'applique plus à : {', '.join(otes)}")
    for quoi, _, dit in _changes(avant, apres, _champs_de(avant, "code", "types", *_POIDS)):
        severites = _DE_REGLE.get(quoi, {Sens.REPONSE: Severite.INFORMATION})
        yield _d(Nature.REGLES, code, f"regle-{quoi}", dit, severites)


def _regle(
    code: str, sorte: str, texte: str, severite: Severite = Severite.INFORMATION
) -> DifferenceDeContrats:
    return _d(Nature.REGLES, code, sorte, texte, {Sens.REQUETE: severite})


# --- lists, and the elements that they rule ---------------------------------------------------------------


def _nomenclatures(avant: Contrat, apres: Contrat) -> Differences:
    listes = [{nom: c.nomenclatures.liste(nom) for nom in c.nomenclatures.noms} for c in (avant, apres)]
    for nom, un, autre in _paires(*listes):
        # An element ruled by a list that was not is told with the elements.
        if un is None:
            yield _d(Nature.NOMENCLATURES, nom, "liste-ajoutee", "nouvelle liste", _DEHORS)
        elif autre is None:
            yield _d(Nature.NOMENCLATURES, nom, "liste-retiree", "liste retirée", _DEHORS)
        else:
            yield from _codes(Nature.NOMENCLATURES, nom, "code", un, autre)


def _codes(
    nature: Nature,
    objet: str,
    sorte: str,
    avant: Mapping[str, str],
    apres: Mapping[str, str],
    *operations: str,
) -> Differences:
    """The codes of a list that differ, told as « code » or as « valeur »."""
    e = "e" * (sorte == "valeur")
    for code, libelle, nouveau in _paires(avant, apres):
        if libelle is None:
            quoi, dit, severites = f"ajoute{e}", f"nouveau code : {nouveau}", ELARGI
        elif nouveau is None:
            quoi, dit, severites = f"retire{e}", f"le code n'est plus admis : {libelle}", RESSERRE
        else:
            quoi, dit, severites = "libelle", _et_non_plus("libellé", nouveau, libelle), _DEHORS
        yield _d(nature, f"{objet}/{code}", f"{sorte}-{quoi}", dit, severites, *operations)


def _chemins(avant: Contrat, apres: Contrat) -> Differences:
    # What is there since a version that one of the two does not know is there since the first of both.
    premiere = max(avant.versions[0], apres.versions[0])
    lus = [
        {
            chemin: (
                n.par_chemin.get(chemin, ""),
                max(n.depuis(chemin), premiere),
                n.obligatoire(chemin),
            )
            for chemin in n.chemins
        }
        for n in (avant.nomenclatures, apres.nomenclatures)
    ]
    dite = "par la table des éléments"
    for chemin, un, autre in _paires(*lus):
        if un is None:
            yield _d(Nature.CHEMINS, chemin, "chemin-ajoute", f"élément décrit {dite}", _DEHORS)
            continue
        if autre is None:
            yield _d(Nature.CHEMINS, chemin, "chemin-retire", f"élément oublié {dite}", _DEHORS)
            continue
        if un[0] != autre[0]:
            listes = [lue[0] or "aucune" for lue in (autre, un)]
            dit = f"la liste qui règle l'élément est [{listes[0]}], et non plus [{listes[1]}]"
            severites = DOUTE if un[0] and autre[0] else ELARGI if un[0] else RESSERRE
            yield _d(Nature.CHEMINS, chemin, "chemin-liste", dit, severites)
        if un[1:] != autre[1:]:
            dit = f"la table des éléments dit {_dit_chemin(*autre[1:])}, et non plus {_dit_chemin(*un[1:])}"
            yield _d(Nature.CHEMINS, chemin, "chemin-place", dit, _DEHORS)


def _dit_chemin(depuis: str, obligatoire: bool) -> str:
    return f"« depuis {depuis}, {'obligatoire' if obligatoire else 'facultatif'} »"


# --- types of events --------------------------------------------------------------------------------------


def _evenements(avant: tuple[TypeEvenement, ...], apres: tuple[TypeEvenement, ...]) -> Differences:
    for code, un, autre in _paires(*[{t.code: t for t in lot} for lot in (avant, apres)]):
        if un is None:
            yield _evenement(code, "type-ajoute", f"nouveau type d'événement : {autre.libelle}", CALME)
        elif autre is None:
            dit = f"le type d'événement n'existe plus : {un.libelle}"
            yield _evenement(code, "type-retire", dit, RESSERRE)
        else:
            yield from _type_change(code, un, autre)


def _type_change(code: str, avant: TypeEvenement, apres: TypeEvenement) -> Differences:
    for quoi, _, dit in _changes(avant, apres, _champs_de(avant, "caracteristiques")):
        borne = quoi in ("debut_validite", "fin_validite", "territoire")
        yield _evenement(code, "type-change", dit, _BORNE if borne else CALME)
    lots = [{c.code: c for c in type_.caracteristiques} for type_ in (avant, apres)]
    for nom, un, autre in _paires(*lots):
        objet = f"{code}/{nom}"
        if un is None:
            dit = f"nouvelle caractéristique{' obligatoire' * autre.obligatoire}"
            severites = RESSERRE if autre.obligatoire else _DEHORS
            yield _evenement(objet, "caracteristique-ajoutee", dit, severites)
        elif autre is None:
            yield _evenement(objet, "caracteristique-retiree", "la caractéristique n'existe plus", RESSERRE)
        else:
            yield from _caracteristique(objet, un, autre)


def _caracteristique(objet: str, avant: Caracteristique, apres: Caracteristique) -> Differences:
    for quoi, autre, dit in _changes(avant, apres, _champs_de(avant, "valeurs")):
        severites: Mapping[Sens, Severite] = _DEHORS
        if quoi == "type":
            severites = ELARGI if autre == "TXT" else RUPTURE
        elif quoi == "obligatoire":
            severites = RESSERRE if autre else ELARGI
        elif quoi.endswith("_validite"):
            severites = _BORNE
        yield _evenement(objet, "caracteristique-changee", dit, severites)
    valeurs = dict(avant.valeurs), dict(apres.valeurs)
    yield from _codes(Nature.EVENEMENTS, objet, "valeur", *valeurs, *_DES_EVENEMENTS)


def _evenement(
    objet: str, sorte: str, texte: str, severites: Mapping[Sens, Severite]
) -> DifferenceDeContrats:
    return _d(Nature.EVENEMENTS, objet, sorte, texte, severites, *_DES_EVENEMENTS)


# --- requirements, thresholds -----------------------------------------------------------------------------


def _exigences(avant: Contrat, apres: Contrat) -> Differences:
    for nom, un, autre in _paires(*[charger_exigences(c.dossiers) for c in (avant, apres)]):
        if un is None:
            dit = f"nouvelle exigence ({autre.niveau}) : {autre.texte}"
            yield _exigence(nom, "ajoutee", dit, durcie=autre.niveau == "MUST")
        elif autre is None:
            yield _exigence(nom, "retiree", f"l'exigence n'est plus demandée : {un.texte}")
        else:
            for quoi, nouveau, dit in _changes(un, autre, _champs_de(un, "risque")):  # told by risques.toml
                yield _exigence(nom, quoi, dit, durcie=quoi == "niveau" and nouveau == "MUST")


def _exigence(nom: str, quoi: str, texte: str, *, durcie: bool = False) -> DifferenceDeContrats:
    severite = Severite.AVERTISSEMENT if durcie else Severite.INFORMATION
    return _d(Nature.EXIGENCES, nom, f"exigence-{quoi}", texte, hors(severite))


def _seuils(avant: Contrat, apres: Contrat) -> Differences:
    lus = [{f"{s.nature}/{s.code}/{s.annee}": s for s in c.quartiles.seuils} for c in (avant, apres)]
    for objet, un, autre in _paires(*lus):
        if un is None:
            sorte, dit = "ajoute", f"nouveau seuil : {autre.montant} € par an et par UC ({autre.libelle})"
        elif autre is None:
            sorte, dit = "retire", f"le seuil n'est plus donné : {un.montant} € ({un.libelle})"
        else:
            sorte = "change"
            dit = f"seuil : {autre.montant} €, et non plus {un.montant} € ({autre.libelle})"
        yield _d(Nature.SEUILS, objet, f"seuil-{sorte}", dit, {Sens.REPONSE: Severite.INFORMATION})


# --- what else the folders hold ---------------------------------------------------------------------------


def _fichiers(avant: Contrat, apres: Contrat) -> Differences:
    """Every other file: TOML key by key, CSV row by row (its first column names it), XML as a tree."""
    lus = (avant, apres)
    dits = {c.dossiers.toml(_CONTRAT)["fichiers"].get(cle, "") for c in lus for cle in _LUS}
    compares = {changements.FICHIER, exigences_et_mentions.EXIGENCES, *dits}
    compares.update(f for c in lus for f in schemas_compares.fichiers(c))
    for chemin in sorted({f for c in lus for f in c.dossiers.fichiers()} - compares):
        for cle, un, autre in _paires(*[_contenu(c, chemin) for c in lus]):
            if chemin == _CONTRAT and cle.partition(".")[0] in _NOMS:
                continue
            yield _cle_de_fichier(chemin, cle, un, autre)


def _cle_de_fichier(chemin: str, cle: str, avant: Any, apres: Any) -> DifferenceDeContrats:
    if avant is None:
        sorte, dit = "ajout", f"nouveau : {_vu(apres)}"
    elif apres is None:
        sorte, dit = "retrait", f"retiré : {_vu(avant)}"
    else:
        sorte, dit = "changement", f"[{_vu(apres)}], et non plus [{_vu(avant)}]"
    nature, objet, severites = Nature.FICHIERS, f"{chemin}:{cle}", _DEHORS
    racine, _, suite = cle.partition(".")
    if chemin == _CONTRAT and racine == "roles":
        nature, objet = Nature.ROLES, suite
        severites = _DEHORS if avant is None else hors(Severite.AVERTISSEMENT)
    elif chemin == _CONTRAT and (racine == "services" or racine.startswith("namespace")):
        nature = Nature.OPERATIONS
        # A list that still holds all that it held: a service answers at one more address.
        garde = isinstance(apres, list) and isinstance(avant, list) and all(v in apres for v in avant)
        perdu = avant is not None and not garde
        severites = {Sens.REQUETE: Severite.ERREUR if perdu else Severite.INFORMATION}
    elif chemin == _CONTRAT and racine == "reglages":
        severites = {Sens.REQUETE: Severite.AVERTISSEMENT}
    elif chemin == exigences_et_mentions.FICHIER:
        nature, objet = Nature.CERTIFICATION, cle
    elif chemin.endswith((".wsdl", ".xsd")):
        nature, objet = Nature.OPERATIONS, chemin
        severites = DOUTE
    return _d(nature, objet, f"fichier-{sorte}", dit, severites)


def _contenu(contrat: Contrat, chemin: str) -> Mapping[str, Any]:
    """The contents of a file, by key."""
    dossiers = contrat.dossiers
    if not dossiers.contient(chemin):
        return {}
    if chemin.endswith(".toml"):
        return dict(_aplatir(dossiers.toml(chemin), ""))
    octets = dossiers.lire(chemin)
    if chemin.endswith(".csv"):
        lignes = csv.reader(io.StringIO(octets.decode("utf-8-sig", "replace")))
        return {ligne[0]: ",".join(ligne[1:]) for ligne in lignes if ligne}
    if chemin.endswith((".wsdl", ".xsd")):
        return {"": etree.tostring(lire_arbre(octets, chemin), method="c14n", with_comments=False).decode()}
    return {"": octets.hex()}


def _aplatir(table: Mapping[str, Any], debut: str) -> Iterator[tuple[str, Any]]:
    for cle, valeur in table.items():
        if isinstance(valeur, Mapping):
            yield from _aplatir(valeur, f"{debut}{cle}.")
        else:
            yield f"{debut}{cle}", valeur


def _d(
    nature: Nature, objet: str, sorte: str, texte: str, severites: Mapping[Sens, Severite], *operations: str
) -> DifferenceDeContrats:
    return DifferenceDeContrats(nature, objet, sorte, texte, severites, operations)
