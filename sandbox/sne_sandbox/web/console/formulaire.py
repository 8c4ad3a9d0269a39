"""A demande's document, laid out as the Cerfa: sections, blocks and lines, nothing left out."""

import re
from dataclasses import dataclass
from typing import Final

from sne_sandbox.contract.nomenclatures import Nomenclatures, Territoires
from sne_sandbox.domain.dates import PARIS, date_francaise
from sne_sandbox.domain.element import Element, lire_date, lire_instant
from sne_sandbox.domain.texte import masquer_nir, masquer_nirs, nombre
from sne_sandbox.web.console import cerfa
from sne_sandbox.web.console.cerfa import ChampCerfa, GenreValeur

_INDICE: Final = re.compile(r"\[\d+\]")
_JOUR: Final = re.compile(r"\d{4}-\d\d-\d\d")
_DEMANDE: Final = "interfaceNuu/demande/"
_FORMULAIRE: Final = f"{_DEMANDE}demandeLogement/"
_SOMMES: Final = (GenreValeur.EUROS, GenreValeur.EUROS_MOIS)
#: A number of fewer digits is a sum of money.
_CHIFFRES: Final = 10
_BOOLEENS: Final = {"true": "Oui", "false": "Non"}


@dataclass(frozen=True, slots=True)
class Valeur:
    """What is read: a text for people, and the code it stands for ("" when it is no code)."""

    texte: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class LigneFormulaire:
    """One line of the form."""

    libelle: str
    valeurs: tuple[Valeur, ...]


@dataclass(frozen=True, slots=True)
class GroupeLignes:
    """The lines about one element."""

    titre: str
    lignes: tuple[LigneFormulaire, ...]


@dataclass(frozen=True, slots=True)
class SectionRemplie:
    """A section that has something to say."""

    titre: str
    groupes: tuple[GroupeLignes, ...]


def presenter(
    document: Element, nomenclatures: Nomenclatures, territoires: Territoires
) -> tuple[SectionRemplie, ...]:
    """The sections of an `interfaceNuu` document that are not empty, NIR masked. The last one holds, under
    their paths, the elements that no section lays out."""
    lecteur = _LecteurFormulaire(nomenclatures, territoires)
    formulaire = document.enfant("demande/demandeLogement")
    parties = [lecteur.section(formulaire, s) for s in cerfa.SECTIONS] if formulaire is not None else []
    demande = document.enfant("demande")
    if demande is not None:
        parties += [lecteur.section(demande, cerfa.DALO), lecteur.reste(demande)]
    return tuple(partie for partie in parties if partie.groupes)


class _LecteurFormulaire:
    """Reads elements, and remembers which it has read."""

    def __init__(self, nomenclatures: Nomenclatures, territoires: Territoires) -> None:
        self._nomenclatures = nomenclatures
        self._territoires = territoires
        self._lus: set[int] = set()

    def section(self, racine: Element, section: cerfa.SectionCerfa) -> SectionRemplie:
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
        """What no section has read, under its path; empty elements have nothing to say."""
        lignes = tuple(
            LigneFormulaire(
                element.chemin.removeprefix(_FORMULAIRE).removeprefix(_DEMANDE), (self._valeur(element),)
            )
            for element in racine.parcourir()
            if not element.vide and id(element) not in self._lus and (element.texte.strip() or element.code)
        )
        return SectionRemplie("Autres éléments du document", (GroupeLignes("", lignes),) if lignes else ())

    # --- one line ------------------------------------------------------------------------------------

    def _ligne(self, element: Element, champ: ChampCerfa) -> LigneFormulaire:
        trouves = _tous(element, champ.chemin)
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
        if genre is GenreValeur.NIR or element.nom == "nir":
            return Valeur(masquer_nir(texte))
        if genre in _SOMMES and texte.isdecimal() and len(texte) < _CHIFFRES:
            return Valeur(f"{nombre(int(texte))} {genre}")
        if genre is GenreValeur.DECIMAL:
            return Valeur(masquer_nirs(texte.replace(".", ",")))
        return Valeur(masquer_nirs(f"{_BOOLEENS.get(texte) or _date(texte)} {genre}".strip()))

    def _code(self, element: Element, code: str) -> Valeur:
        if element.nom == "commune":
            return Valeur(self._territoires.nom_de_commune(code) or "commune inconnue", masquer_nirs(code))
        liste, _ = self._nomenclatures.par_chemin.get(_INDICE.sub("", element.chemin), ("", False))
        libelle = self._nomenclatures.libelle(liste, code) if liste else None
        return Valeur(masquer_nirs(libelle or element.texte.strip() or code), masquer_nirs(code))

    def _adresse(self, adresse: Element) -> Valeur:
        ecrite, separateur = "", ""
        for nom, avant in cerfa.ADRESSE:
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
                separateur = " " if nom in cerfa.COLLES else ", "
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
