"""A demande's document, laid out as the Cerfa: sections, blocks and lines, nothing left out.

The `cerfa.toml` of the contract says what stands where, and under which label.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sne_console.vues.interface_montree import lire_table
from sne_interface.contract.contrats_charges import Contrat, retenu
from sne_interface.domain.dates import PARIS, date_francaise
from sne_interface.domain.element_recu import Element, lire_date, lire_instant
from sne_interface.domain.nir import cache_un_nir, masquer_nir, masquer_nirs
from sne_interface.domain.texte import nombre

_INDICE: Final = re.compile(r"\[\d+\]")
_JOUR: Final = re.compile(r"\d{4}-\d\d-\d\d")
_DEMANDE: Final = "interfaceNuu/demande/"
_FORMULAIRE: Final = "demande/demandeLogement"
#: A number of fewer digits is a sum of money.
_CHIFFRES: Final = 10
_BOOLEENS: Final = {"true": "Oui", "false": "Non"}


# --- the layout ---------------------------------------------------------------------------------------------


class GenreValeur(StrEnum):
    """How a value is written: the words that follow it, or the way its pieces are put together."""

    TEXTE = ""
    EUROS = "€"
    EUROS_MOIS = "€ par mois"
    SURFACE = "m²"
    DECIMAL = "décimal"
    NIR = "nir"
    ADRESSE = "adresse"
    RESSOURCES = "ressources"


_SOMMES: Final = (GenreValeur.EUROS, GenreValeur.EUROS_MOIS)


@dataclass(frozen=True)
class ChampCerfa:
    """One line of the form: the elements at `chemin` below the block's."""

    chemin: str
    libelle: str
    genre: GenreValeur = GenreValeur.TEXTE


@dataclass(frozen=True)
class Bloc:
    """Lines about each of the elements at `chemin`. `titre` names it; « {} » is its rank among several."""

    chemin: str
    titre: str
    champs: tuple[ChampCerfa, ...]


@dataclass(frozen=True)
class SectionCerfa:
    """A part of the form; the paths of its blocks are below the element at `racine`."""

    titre: str
    racine: str
    blocs: tuple[Bloc, ...]


@dataclass(frozen=True)
class Cerfa:
    """The whole form. `adresse` are the pieces of an address written on one line: name of the element, what
    stands before it, what parts it from the next."""

    sections: tuple[SectionCerfa, ...]
    adresse: tuple[tuple[str, str, str], ...]


@retenu
def lire_cerfa(contrat: Contrat) -> Cerfa:
    """The form of a contract, its folders laid over one another key by key. Raises ContractError for a key
    that is unknown or lacks."""
    with lire_table(contrat, "cerfa.toml") as tables:
        listes = {
            nom: tuple(_champ(chemin, dit) for chemin, dit in champs.items())
            for nom, champs in tables["champs"].items()
        }
        sections = tuple(
            SectionCerfa(
                section["titre"],
                section.get("racine", _FORMULAIRE),
                tuple(
                    Bloc(chemin, bloc.get("titre", ""), sum((listes[nom] for nom in bloc["champs"]), ()))
                    for chemin, bloc in section["blocs"].items()
                ),
            )
            for section in tables["sections"].values()
        )
        adresse = tuple(
            (nom, morceau.get("avant", ""), " " if morceau.get("colle") else ", ")
            for nom, morceau in tables["adresse"].items()
        )
        return Cerfa(sections, adresse)


def _champ(chemin: str, dit: str | Mapping[str, str]) -> ChampCerfa:
    if isinstance(dit, str):
        return ChampCerfa(chemin, dit)
    return ChampCerfa(chemin, dit["libelle"], GenreValeur(dit.get("genre", "")))


# --- a document laid out by it ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Valeur:
    """The value read: a text for people, and the code it stands for ("" when it is no code)."""

    texte: str
    code: str = ""


@dataclass(frozen=True)
class LigneFormulaire:
    """One line of the form."""

    libelle: str
    valeurs: tuple[Valeur, ...]


@dataclass(frozen=True)
class GroupeLignes:
    """The lines about one element."""

    titre: str
    lignes: tuple[LigneFormulaire, ...]


@dataclass(frozen=True)
class SectionRemplie:
    """A section that has something to say."""

    titre: str
    groupes: tuple[GroupeLignes, ...]


def presenter(document: Element, contrat: Contrat) -> tuple[SectionRemplie, ...]:
    """The sections of an `interfaceNuu` document that are not empty, NIR masked. The last one holds, under
    their paths, the elements that no section lays out."""
    lecteur = _LecteurFormulaire(contrat)
    parties = []
    for section in lire_cerfa(contrat).sections:
        racine = document.enfant(section.racine)
        if racine is not None:
            parties.append(lecteur.section(racine, section))
    demande = document.enfant("demande")
    if demande is not None:
        parties.append(lecteur.reste(demande))
    return tuple(partie for partie in parties if partie.groupes)


class _LecteurFormulaire:
    """Reads elements, and remembers which it has read."""

    def __init__(self, contrat: Contrat) -> None:
        self._nomenclatures = contrat.nomenclatures
        self._territoires = contrat.territoires
        self._roles = contrat.roles.demande
        self._morceaux = lire_cerfa(contrat).adresse
        self._lus: set[int] = set()

    def section(self, racine: Element, section: SectionCerfa) -> SectionRemplie:
        """One section of the form below `racine`."""
        groupes = []
        for bloc in section.blocs:
            elements = _tous(racine, bloc.chemin)
            for rang, element in enumerate(elements, 1):
                lues = (self._ligne(element, champ) for champ in bloc.champs)
                lignes = tuple(ligne for ligne in lues if ligne.valeurs)
                if lignes:
                    titre = bloc.titre.format(rang if len(elements) > 1 else "").strip()
                    groupes.append(GroupeLignes(titre, lignes))
        return SectionRemplie(section.titre, tuple(groupes))

    def reste(self, racine: Element) -> SectionRemplie:
        """Returns what no section has read, under its path; empty elements have nothing to say."""
        lignes = tuple(
            LigneFormulaire(
                element.chemin.removeprefix(_DEMANDE).removeprefix("demandeLogement/"),
                (self._valeur(element),),
            )
            for element in racine.parcourir()
            if not element.vide and id(element) not in self._lus and (element.texte.strip() or element.code)
        )
        return SectionRemplie("Autres éléments du document", (GroupeLignes("", lignes),) if lignes else ())

    # --- one line ------------------------------------------------------------------------------------

    def _ligne(self, element: Element, champ: ChampCerfa) -> LigneFormulaire:
        chemin = champ.chemin
        if champ.genre is GenreValeur.NIR:  # where this contract has it
            chemin = self._roles.dans_la_personne(element.nom) or chemin
        trouves = _tous(element, chemin)
        if champ.genre is GenreValeur.ADRESSE:
            valeurs = tuple(self._adresse(e) for e in trouves)
        elif champ.genre is GenreValeur.RESSOURCES:
            valeurs = tuple(self._ressource(e) for e in trouves)
        else:
            valeurs = tuple(self._valeur(e, champ.genre) for e in trouves if e.texte.strip() or e.code)
        return LigneFormulaire(champ.libelle, valeurs)

    def _valeur(self, element: Element, genre: GenreValeur = GenreValeur.TEXTE) -> Valeur:
        self._lus.add(id(element))
        if element.code:
            return self._code(element, element.code)
        texte = element.texte.strip()
        if genre is GenreValeur.NIR or cache_un_nir(element.nom):
            return Valeur(masquer_nir(texte))
        if genre in _SOMMES and texte.isdecimal() and len(texte) < _CHIFFRES:
            return Valeur(f"{nombre(int(texte))} {genre}")
        if genre is GenreValeur.DECIMAL:
            return Valeur(masquer_nirs(texte.replace(".", ",")))
        return Valeur(masquer_nirs(f"{_BOOLEENS.get(texte) or _date(texte)} {genre}".strip()))

    def _code(self, element: Element, code: str) -> Valeur:
        if element.nom == "commune":
            return Valeur(self._territoires.nom_de_commune(code) or "commune inconnue", masquer_nirs(code))
        liste = self._nomenclatures.par_chemin.get(_INDICE.sub("", element.chemin), "")
        libelle = self._nomenclatures.libelle(liste, code) if liste else None
        return Valeur(masquer_nirs(libelle or element.texte.strip() or code), masquer_nirs(code))

    def _adresse(self, adresse: Element) -> Valeur:
        ecrite, separateur = "", ""
        for nom, avant, apres in self._morceaux:
            element = adresse.enfant(nom)
            if element is None:
                continue
            valeur = self._valeur(element)
            if nom == "etranger":
                morceau = "à l'étranger" if valeur.texte == "Oui" else ""
            else:
                morceau = f"{avant}{valeur.texte}" + (f" ({valeur.code})" if valeur.code else "")
            if morceau:
                ecrite += separateur + morceau
                separateur = apres
        return Valeur(ecrite)

    def _ressource(self, detail: Element) -> Valeur:
        nature, montant = detail.enfant("ressource"), detail.enfant("montant")
        lue = self._valeur(nature) if nature is not None else Valeur("Nature non dite")
        euros = (
            self._valeur(montant, GenreValeur.EUROS_MOIS).texte if montant is not None else "montant non dit"
        )
        return Valeur(f"{lue.texte} : {euros}", lue.code)


def _tous(racine: Element, chemin: str) -> list[Element]:
    """Every element at « a/b/c » below `racine` that is not empty, through every a and b."""
    trouves = [racine]
    for nom in chemin.split("/") if chemin else ():
        trouves = [e for parent in trouves for e in parent.enfants if e.nom == nom and not e.vide]
    return trouves


def _date(texte: str) -> str:
    if _JOUR.fullmatch(texte):
        jour = lire_date(texte)
        return date_francaise(jour) if jour is not None else texte
    instant = lire_instant(texte) if "T" in texte else None
    if instant is None:
        return texte
    return (instant.astimezone(PARIS) if instant.tzinfo else instant).strftime("%d/%m/%Y %H:%M:%S")
