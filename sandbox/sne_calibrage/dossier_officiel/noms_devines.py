"""An official folder, held against ours: to which of its names each role of the contract belongs.

A role whose name the folder still has is found. One whose name it lost is guessed among what the folder has
and ours has not: by a similar name or label, the same place in the document, the same type. A guess says why;
where nothing tells two candidates apart, none is taken.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import partial
from typing import Final, TypeVar

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.declarations_des_schemas import ModelesDemande
from sne_interface.contract.elements import ElementLu, elements
from sne_interface.contract.schemas import Document
from sne_interface.contract.table_des_roles import LIBELLES, faute_de_la_demande
from sne_interface.domain import decision_de_commission as d
from sne_interface.domain.evenement import Caracteristique, TypeEvenement
from sne_interface.domain.nir import MOTS_DU_NIR
from sne_interface.domain.roles import PERSONNES
from sne_interface.domain.texte import plier

_T = TypeVar("_T")
#: From which likeness on two names, or two labels, are those of one thing (0 to 1); two labels of one list.
_RESSEMBLE: Final = 0.72
_PAREILS: Final = 0.85
#: What a guess must be worth: one sure sign, or two that are less.
_ASSEZ: Final = 2
#: Words of which each name of a thing has one, by role; by groups, when it has one of each.
_MOTS: Final = {
    "demande.nir": (("nir", "nss", *MOTS_DU_NIR),),
    "demande.ressources_uc": (("ressource", "revenu"), ("uc", "unite", "consommation", "annuel")),
    "demande.nombre_uc": (("nombre", "nb"), ("uc", "unite", "consommation")),
    "demande.premier_quartile": (("quartile",),),
    "decision.type": (("decision", "attribution", "caleol"),),
}
_RIEN: Final = "rien n'y ressemble"
#: The labels of a list may say more than what the code is: « Handicap (a) ».
_PARENTHESE: Final = re.compile(r"\([^)]*\)")


class EtatLiaison(StrEnum):
    """The fate of a role in a folder."""

    TROUVE = "trouvé"
    DEVINE = "deviné"
    MANQUANT = "manquant"


@dataclass(frozen=True)
class LiaisonDeRole:
    """A role in an official folder: the name it belongs to, "" when it is missing; why, or what is wrong with
    it, in French. `cles` lead to it in the tables `[roles]` of `contract.toml`."""

    role: str
    libelle: str
    etat: EtatLiaison
    nom: str
    pourquoi: str
    cles: tuple[str, ...]


def lier(officiel: Contrat, notre: Contrat) -> tuple[LiaisonDeRole, ...]:
    """Every role that `notre` binds, in `officiel`: our contract under the folder, read with `tolerer`."""
    return (*_de_la_demande(officiel, notre), *_de_la_decision(officiel, notre))


def a_ecrire(liaisons: Sequence[LiaisonDeRole]) -> list[LiaisonDeRole]:
    """Returns the bindings that a folder's `contract.toml` has to write: it says the others already."""
    return [liaison for liaison in liaisons if liaison.etat is not EtatLiaison.TROUVE]


def en_toml(liaisons: Sequence[LiaisonDeRole]) -> str:
    """The tables `[roles]` that write a binding: what is not found under the name it has in ours."""
    tables = defaultdict(list)
    for liaison in a_ecrire(liaisons):
        *table, cle = ("roles", *liaison.cles)
        suite = f"  # {liaison.libelle}" if liaison.etat is EtatLiaison.MANQUANT else ""
        tables[".".join(table)].append(f'{cle} = "{liaison.nom}"{suite}')
    return "\n".join(f"[{table}]\n" + "\n".join(lignes) + "\n" for table, lignes in tables.items())


# --- guesses -----------------------------------------------------------------------------------------------


#: A point in favour of a candidate: its weight, and what it is.
_Indice = tuple[int, str]


def _choisir(candidats: Iterable[_T], indices: Callable[[_T], list[_Indice]]) -> tuple[_T | None, str]:
    """The candidate that has the most for it, and why; None with the reason why there is none."""
    juges = [(candidat, indices(candidat)) for candidat in candidats]
    notes = [(sum(poids for poids, _ in siens), candidat, siens) for candidat, siens in juges]
    notes = [note for note in notes if note[0] >= _ASSEZ]
    if not notes:
        return None, _RIEN
    meilleure = max(note for note, _, _ in notes)
    retenus = [(candidat, siens) for note, candidat, siens in notes if note == meilleure]
    if len(retenus) > 1:
        return None, f"{len(retenus)} candidats se valent"
    candidat, siens = retenus[0]
    return candidat, ", ".join(dit for _, dit in siens)


def _nu(libelle: str) -> str:
    return plier(_PARENTHESE.sub("", libelle))


def _ressemblent(un: str, autre: str) -> bool:
    """True when two names or labels are near, whatever their case, accents and signs."""
    court, long = sorted((_nu(un), _nu(autre)), key=len)
    return (len(court) >= 5 and court in long) or SequenceMatcher(None, court, long).ratio() >= _RESSEMBLE


def _a_les_mots(role: str, nom: str) -> bool:
    mots = _MOTS.get(role) or _MOTS.get(role.rpartition(".")[0], ())
    return bool(mots) and all(any(mot in plier(nom) for mot in groupe) for groupe in mots)


# --- a demande ---------------------------------------------------------------------------------------------


def _de_la_demande(officiel: Contrat, notre: Contrat) -> Iterator[LiaisonDeRole]:
    siens, notres = _par_chemin(officiel), _par_chemin(notre)
    lies = officiel.roles.demande
    pris = {*lies.nir.values(), *lies.calcules.values()}
    roles = {f"demande.nir.{genre}": chemin for genre, chemin in notre.roles.demande.nir.items()}
    roles |= {f"demande.{role}": chemin for role, chemin in notre.roles.demande.calcules.items()}
    refus = ModelesDemande(officiel.schemas, officiel.versions).refus
    for role, chemin in roles.items():
        if lie := officiel.roles.nom(role):
            yield _lie(role, EtatLiaison.TROUVE, lie)
            continue
        nouveaux = [
            sien
            for sien in siens.values()
            if sien.chemin not in notres and sien.chemin not in pris and _est_de(role, sien)
        ]
        trouve, pourquoi = _choisir(nouveaux, partial(_indices_de_place, role, notres[chemin], siens, notres))
        # What a contract would refuse to be bound is no guess.
        if trouve and (faute := faute_de_la_demande(role, trouve.chemin, officiel.nomenclatures, refus)):
            pourquoi = f"« {trouve.nom} » y ressemble, mais {faute}"
            trouve = None
        if trouve is not None:
            pris.add(trouve.chemin)
        yield _devine(role, trouve.chemin if trouve else "", pourquoi, officiel.roles.perdus.get(role, ""))


def _devine(role: str, nom: str, pourquoi: str, perdu: str = "", libelle: str = "") -> LiaisonDeRole:
    """Tells a guess: a name and why, or "" and what is wrong with that; `perdu` is why it had none."""
    if nom:
        return _lie(role, EtatLiaison.DEVINE, nom, pourquoi, libelle)
    return _lie(role, EtatLiaison.MANQUANT, "", " ; ".join(filter(None, (perdu, pourquoi))), libelle)


def _par_chemin(contrat: Contrat) -> dict[str, ElementLu]:
    """The elements of a demande in the highest version."""
    return {e.chemin: e for e in elements(contrat, Document.DEMANDE, contrat.version_haute)}


def _est_de(role: str, element: ElementLu) -> bool:
    """True when an element may be that of a role. A NIR is inside its person; the NIR of the demandeur is
    inside no other person."""
    if element.ouvre:
        return False
    _, nir, genre = role.partition("demande.nir.")
    if not nir:
        return True
    if genre != "demandeur":
        return element.chemin.startswith(f"{PERSONNES[genre]}/")
    autres = [f"{lieu}/" for nom, lieu in PERSONNES.items() if nom != genre]
    return not element.chemin.startswith(tuple(autres))


def _indices_de_place(
    role: str,
    notre: ElementLu,
    siens: Mapping[str, ElementLu],
    notres: Mapping[str, ElementLu],
    sien: ElementLu,
) -> list[_Indice]:
    """The points in favour of an element of the folder, for a role that our document had at `notre`."""
    if sien.type == "code" and notre.type != "code":  # what is written would have no place in it
        return []
    indices = []
    if sien.nom == notre.nom:
        indices.append((3, "même nom, ailleurs"))
    elif _a_les_mots(role, sien.nom):
        indices.append((2, f"son nom, « {sien.nom} », le dit"))
    elif _ressemblent(sien.nom, notre.nom):
        indices.append((2, f"nom voisin de « {notre.nom} »"))
    if sien.chemin.rpartition("/")[0] == notre.chemin.rpartition("/")[0]:
        avant = _precedent(sien.chemin, siens)
        if avant and avant == _precedent(notre.chemin, notres):
            indices.append((1, f"même place, après « {avant} »"))
        elif indices:
            indices.append((1, f"même bloc, « {sien.chemin.split('/')[-2]} »"))
    if (sien.type, sien.bornes) == (notre.type, notre.bornes) and notre.bornes:
        indices.append((1, f"même type : {sien.type}, {sien.bornes}"))
    elif indices and sien.type == notre.type:
        indices.append((1, f"même type : {sien.type}"))
    return indices


def _precedent(chemin: str, lus: Mapping[str, ElementLu]) -> str:
    """Name of the sibling right before an element, "" for none."""
    parent = chemin.rpartition("/")[0]
    freres = [c for c in lus if c.rpartition("/")[0] == parent]
    rang = freres.index(chemin)
    return lus[freres[rang - 1]].nom if rang else ""


# --- a decision --------------------------------------------------------------------------------------------


def _de_la_decision(officiel: Contrat, notre: Contrat) -> Iterator[LiaisonDeRole]:
    roles, lies = notre.roles.decision, officiel.roles.decision
    if not roles.type:
        return
    notre_type = next(t for t in notre.evenements if roles.est(t))
    connus = {t.code for t in notre.evenements}
    nouveaux = [t for t in officiel.evenements if t.code not in connus]
    lie = next((t for t in officiel.evenements if lies.est(t)), None)
    suivant, pourquoi = None, ""
    if lie is None or lie.fin_validite is not None:  # one that ends leaves its decisions to another
        suivant, pourquoi = _choisir(nouveaux, partial(_indices_de_type, notre_type))
    if lie is not None and suivant is None:
        yield _lie("decision.type", EtatLiaison.TROUVE, lie.code)
    else:
        fin = f"« {lie.code} » a une fin, " if lie is not None else ""
        perdu = officiel.roles.perdus.get("decision.type", "")
        yield _devine("decision.type", suivant.code if suivant else "", f"{fin}{pourquoi}", perdu)
    if (sien := suivant or lie) is None:
        return
    notres = {c.code: c for c in notre_type.caracteristiques}
    siennes = {c.code: c for c in sien.caracteristiques}
    # Under a type that was guessed nothing is bound yet: what kept its code is found.
    dits = lies.caracteristiques if lies.type else roles.caracteristiques
    liees = {role: code for role, code in dits.items() if code in siennes}
    for role, code in roles.caracteristiques.items():
        liaison = _de_caracteristique(role, notres[code], liees, siennes)
        if liaison.nom:
            liees[role] = liaison.nom
        yield liaison
    for liste in (d.DECISION, d.CATEGORIE):
        yield from _de_liste(
            officiel, notre, liste, notres.get(roles.code(liste)), siennes.get(liees.get(liste, ""))
        )


def _indices_de_type(notre: TypeEvenement, sien: TypeEvenement) -> list[_Indice]:
    indices = []
    if _ressemblent(sien.libelle, notre.libelle):
        indices.append((2, f"libellé voisin : « {sien.libelle} »"))
    elif _a_les_mots("decision.type", f"{sien.code} {sien.libelle}"):
        indices.append((1, f"« {sien.libelle} » parle de décision"))
    nos_libelles = [c.libelle for c in notre.caracteristiques]
    communes = sum(any(_ressemblent(c.libelle, n) for n in nos_libelles) for c in sien.caracteristiques)
    if communes * 2 >= len(nos_libelles):
        indices.append((2, f"{communes} caractéristiques aux libellés voisins"))
    return indices


def _de_caracteristique(
    role: str, notre: Caracteristique, liees: Mapping[str, str], siennes: Mapping[str, Caracteristique]
) -> LiaisonDeRole:
    nom = f"decision.{role}"
    if code := liees.get(role):
        sien = siennes[code].type
        faute = "" if sien == notre.type else f"son type est {sien}, et non {notre.type} : il ne se lira pas"
        return _lie(nom, EtatLiaison.TROUVE, code, faute)

    def indices(c: Caracteristique) -> list[_Indice]:
        if c.type != notre.type:
            return []
        trouves = [(1, f"même type : {c.type}")]
        if _ressemblent(c.libelle, notre.libelle):
            trouves.insert(0, (2, f"libellé voisin : « {c.libelle} »"))
        if _ressemblent(c.code, notre.code):
            trouves.insert(0, (1, f"code voisin de « {notre.code} »"))
        return trouves

    choix = _choisir([c for c in siennes.values() if c.code not in liees.values()], indices)
    trouve, pourquoi = choix
    return _devine(nom, trouve.code if trouve else "", pourquoi)


def _de_liste(
    officiel: Contrat,
    notre: Contrat,
    liste: str,
    notre_liste: Caracteristique | None,
    sienne: Caracteristique | None,
) -> Iterator[LiaisonDeRole]:
    """The codes of a list: the values of the decision, or the categories."""
    voulus, deja = (_par_role(contrat.roles.decision, liste) for contrat in (notre, officiel))
    libelles = dict(notre_liste.valeurs) if notre_liste is not None else {}
    codes = dict(sienne.valeurs) if sienne is not None else {}
    lies = {nom: deja.get(nom) or (code if code in codes else "") for nom, code in voulus.items()}
    pris = {lie for lie in lies.values() if lie}
    for nom, code in voulus.items():
        dit = libelles.get(code, code)
        if lies[nom]:
            yield _lie(nom, EtatLiaison.TROUVE, lies[nom], libelle=dit)
            continue
        proches = {c: SequenceMatcher(None, _nu(lu), _nu(dit)).ratio() for c, lu in codes.items()}
        restent = {c: proche for c, proche in proches.items() if c not in pris}
        # « non-attribution » is near « attribution »: what is written alike comes first.
        pareils = [c for c, proche in restent.items() if proche == 1]
        pareils = pareils or [c for c, proche in restent.items() if proche >= _PAREILS]
        if len(pareils) == 1:
            pris.add(pareils[0])
            trouve, pourquoi = pareils[0], f"même libellé : « {codes[pareils[0]]} »"
        else:
            trouve, pourquoi = "", f"{len(pareils)} candidats se valent" if pareils else _RIEN
        yield _devine(nom, trouve, pourquoi, libelle=dit)


def _par_role(roles: d.RolesDecision, liste: str) -> dict[str, str]:
    """The codes that a contract binds in a list, by role."""
    if liste == d.DECISION:
        return {f"decision.valeurs.{role}": code for role, code in roles.valeurs.items()}
    codes = {f"decision.categories.{c.role}": c.code for c in roles.categories.values()}
    return codes | ({"decision.sans_categorie": roles.sans_categorie} if roles.sans_categorie else {})


def _lie(role: str, etat: EtatLiaison, nom: str, pourquoi: str = "", libelle: str = "") -> LiaisonDeRole:
    suite = ("code",) if role.startswith("decision.categories.") else ()
    return LiaisonDeRole(role, LIBELLES.get(role) or libelle, etat, nom, pourquoi, (*role.split("."), *suite))
