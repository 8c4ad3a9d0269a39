"""Snapshots of a base under a name: state, clock, settings and pannes, kept in its home; in the database of
several servers, when it is PostgreSQL (`store/plusieurs_serveurs/fichiers_partages.py`).

The journal is neither saved nor put back: what was sent since stays to be read. The file is that of
`store/fichier_de_sauvegarde.py`: a backup, NIR in clear.
"""

import os
import re
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import merge
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zlib import crc32

from lxml.etree import QName

from sne_interface.contract import codec
from sne_interface.contract.arbres_compares import nom_de, parcourir
from sne_interface.contract.contrats import Contrats
from sne_interface.domain.base import Base
from sne_interface.domain.echange import REMISE
from sne_interface.domain.nir import cache_un_nir, masquer_nir, masquer_nirs
from sne_interface.domain.valeurs_en_json import TU
from sne_interface.errors import ConflitEtat, StoreError, UsageError, raison_ecriture, raison_systeme
from sne_interface.resources import table
from sne_sandbox.store import fichier_de_sauvegarde, tables
from sne_sandbox.store.journal import ligne_de_base
from sne_sandbox.store.lignes import Rangee, detasser
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.plusieurs_serveurs.fichiers_partages import classeur_de

DOSSIER: Final = "snapshots"
#: What a comparison calls the base as it is.
MAINTENANT: Final = "maintenant"
_NOM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_SUFFIXE: Final = ".zip"


@dataclass(frozen=True)
class SauvegardeLue:
    """A snapshot that is kept. `octets` is the size of its file, `faite_le` the machine's instant (aware).

    `illisible` says why this version cannot restore it, "" when it can; `demandes` is None then.
    """

    nom: str
    base: str
    fichier: Annotated[Path, TU]
    faite_le: Annotated[datetime, "à l'heure de la machine"]
    octets: Annotated[int, "taille du fichier"]
    demandes: Annotated[int | None, "demandes qu'elle contient ; null : elle ne se lit pas"]
    illisible: Annotated[str, "pourquoi cette version ne peut pas la restaurer ; vide : elle le peut"] = ""


class Sauvegardes:
    """The snapshots of the bases of a store, in its home, or those that its servers share."""

    def __init__(self, magasin: Magasin) -> None:
        self._magasin = magasin
        self._home = magasin.home
        self._classeur = classeur_de(magasin, magasin.home)

    def _dossier(self, base: str) -> Path:
        """Where the files of a base are, as they are now. Raises StoreError."""
        if self._classeur is None:
            return self._home / DOSSIER / base
        partage = f"{DOSSIER}/{base}"
        self._classeur.verser(partage, self._home / DOSSIER / base)
        return self._classeur.a_jour(partage)

    def lister(self, base: str) -> list[SauvegardeLue]:
        """Lists the snapshots of a base, latest first. Snapshots that cannot be restored are listed too: they
        hold their name. Raises BaseInconnue."""
        self._magasin.bases.lire(base)
        fichiers = [f for f in self._dossier(base).glob(f"*{_SUFFIXE}") if _NOM.fullmatch(f.stem)]
        trouvees = []
        for fichier in fichiers:
            try:
                trouvees.append(_lire(base, fichier))
            except StoreError:
                continue  # deleted meanwhile
        return sorted(trouvees, key=lambda s: (s.faite_le, s.nom), reverse=True)

    def lire(self, base: str, nom: str) -> SauvegardeLue:
        """One. Raises BaseInconnue, and UsageError when there is none of that name."""
        return _lire(base, self._trouver(base, nom))

    def existe(self, base: str, nom: str) -> bool:
        """True when a snapshot has that name."""
        return _NOM.fullmatch(nom) is not None and self._fichier(base, nom).is_file()

    def faire(self, base: str, nom: str, *, remplacer: bool = False) -> SauvegardeLue:
        """Saves the base as it is now. Raises BaseInconnue, StoreError, and UsageError for a name that does
        not fit, or is taken unless `remplacer`."""
        self._magasin.bases.lire(base)
        fichier = self._fichier(base, nom)
        if nom == MAINTENANT:
            raise UsageError(
                f"Le nom de sauvegarde [{nom}] ne convient pas : une comparaison désigne par lui la base "
                "telle qu'elle est.",
                remede="choisissez un autre nom",
            )
        pris = ConflitEtat(
            f"La base [{base}] a déjà une sauvegarde [{nom}].",
            remede="choisissez un autre nom, ou supprimez-la d'abord",
        )
        if fichier.exists() and not remplacer:
            raise pris
        with self.present(base) as provisoire:
            if self._classeur is not None:
                partage = f"{DOSSIER}/{base}"
                if not self._classeur.deposer(partage, fichier.name, provisoire, remplacer=remplacer):
                    raise pris
                self._classeur.a_jour(partage)
            elif remplacer:
                provisoire.replace(fichier)
            elif not _nommer(provisoire, fichier):
                raise pris
        return _lire(base, fichier)

    def restaurer(self, base: str, nom: str, contrats: Contrats) -> SauvegardeLue:
        """Puts the base back as it was saved, its contract included; its journal goes on, with a line of it.
        Raises as `lire`, StoreError, and as `restaurer_fichier`."""
        sauvegarde = self.lire(base, nom)
        restaurer_fichier(self._magasin, contrats, base, sauvegarde.fichier)
        phrase = f"Base remise à sa sauvegarde « {nom} »."
        consigner_remise(self._magasin, self._magasin.bases.lire(base), phrase)
        return sauvegarde

    def supprimer(self, base: str, nom: str) -> None:
        """Deletes one, whatever its file holds. Raises as `lire`, StoreError when it cannot be deleted."""
        fichier = self._trouver(base, nom)
        if self._classeur is not None:
            self._classeur.oter(f"{DOSSIER}/{base}", fichier.name)
        try:
            fichier.unlink(missing_ok=True)
        except OSError as erreur:
            raise StoreError(
                f"La sauvegarde [{nom}] ne peut pas être supprimée : {raison_systeme(erreur)}.",
                remede="vérifiez les droits du dossier",
            ) from erreur

    def oublier(self, base: str) -> None:
        """Deletes all those of a base that is no more."""
        if not _NOM.fullmatch(base):
            return
        shutil.rmtree(self._home / DOSSIER / base, ignore_errors=True)
        if self._classeur is not None:
            self._classeur.oter(f"{DOSSIER}/{base}")
            shutil.rmtree(self._classeur.copie(f"{DOSSIER}/{base}"), ignore_errors=True)

    @contextmanager
    def present(self, base: str) -> Iterator[Path]:
        """A snapshot of the base as it is now, for as long as it is looked at."""
        dossier = self._dossier(base)
        try:
            dossier.mkdir(parents=True, exist_ok=True)
        except OSError as erreur:
            raise StoreError(
                f"Le dossier [{dossier}] ne peut pas être créé : {raison_ecriture(erreur)}.",
                remede="choisissez un autre dossier par --home",
            ) from erreur
        provisoire = dossier / f".{os.getpid()}-{secrets.token_hex(4)}"
        try:
            fichier_de_sauvegarde.sauvegarder(self._magasin, base, provisoire, journal=False)
            yield provisoire
        finally:
            provisoire.unlink(missing_ok=True)

    def _trouver(self, base: str, nom: str) -> Path:
        self._magasin.bases.lire(base)
        fichier = self._fichier(base, nom)
        if not fichier.is_file():
            raise UsageError(
                f"La base [{base}] n'a pas de sauvegarde [{nom}].",
                remede=f"« sne-sandbox snapshots list --base {base} » les donne toutes",
            )
        return fichier

    def _fichier(self, base: str, nom: str) -> Path:
        if not _NOM.fullmatch(nom):
            raise UsageError(
                f"Le nom de sauvegarde [{nom[:60]}] ne convient pas.",
                remede="1 à 40 lettres non accentuées, chiffres, - ou _, le premier une lettre ou un chiffre",
            )
        return self._dossier(base) / f"{nom}{_SUFFIXE}"


def restaurer_fichier(magasin: Magasin, contrats: Contrats, base: str, fichier: Path) -> None:
    """Puts a base back as it is in a file. Raises StoreError when the file is not sound, ConflitEtat when the
    base has a contract that this server has not: nothing is changed."""

    def admettre(lue: Base) -> None:
        try:
            for contrat in (lue.reglages.contrat, lue.reglages.contrat_suivant):
                contrats.lieu(contrat)
        except UsageError as erreur:
            raise ConflitEtat(
                f"La base sauvegardée ne peut pas être servie ici : {erreur}",
                remede=f"rien n'a été remplacé ; posez le dossier de ce contrat sous "
                f"{contrats.dossier}, ou restaurez-la sur le serveur qui l'a",
            ) from None

    fichier_de_sauvegarde.restaurer(magasin, base, fichier, admettre)


def _nommer(provisoire: Path, fichier: Path) -> bool:
    """Gives the file its name, unless another took it meanwhile: False then, and that one stays."""
    try:
        os.link(provisoire, fichier)
    except FileExistsError:
        return False
    except OSError:  # a disk without hard links
        provisoire.replace(fichier)
    return True


def _lire(base: str, fichier: Path) -> SauvegardeLue:
    try:
        etat = fichier.stat()
    except OSError as erreur:
        raise StoreError(f"La sauvegarde [{fichier.stem}] n'est plus là.", remede="rechargez") from erreur
    demandes, illisible = None, ""
    try:
        demandes = fichier_de_sauvegarde.nombre_de_demandes(fichier)
    except StoreError as erreur:
        illisible = str(erreur)
    return SauvegardeLue(
        nom=fichier.stem,
        base=base,
        fichier=fichier,
        faite_le=datetime.fromtimestamp(etat.st_mtime, UTC),
        octets=etat.st_size,
        demandes=demandes,
        illisible=illisible,
    )


def consigner_remise(magasin: Magasin, base: Base, phrase: str) -> None:
    """Writes in the journal of `base` that its state was put back."""
    magasin.journal.consigner(None, ligne_de_base(base.nom, REMISE, phrase, base.horloge.maintenant()))


# --- two of them compared: demandes that came, went, and changed, with the fields that differ ---------
#
# Both files are read side by side in the order of the numéros: two demandes at a time are in memory. A field
# is named by its path in the document; namesakes bear their place. NIR are masked.

Genre = Literal["ajoutée", "disparue", "changée"]

#: Demandes that are told one by one, and fields of one; all are counted.
DEMANDES_MAX: Final = 200
CHAMPS_MAX: Final = 60
#: What the base knows of a demande beside its documents, as it is told.
_ETAT: Final = {ligne["champ"]: ligne["dit"] for ligne in table(__file__)}
#: Events of a demande that has none.
_SANS: Final = (0, 0)
#: Of an event: what it does not say itself.
_A_PART: Final = frozenset({"base", "suite", "suite_le"})
_TOUR: Final = threading.Lock()

_Feuilles = dict[str, str]


@dataclass(frozen=True, slots=True)
class ChampChange:
    """A field that differs; `avant` or `apres` is "" where it was not, or is not any more."""

    nom: Annotated[str, "chemin dans le document, ou ce que la base sait d'elle"]
    avant: Annotated[str, "vide : il n'y était pas"]
    apres: Annotated[str, "vide : il n'y est plus"]


@dataclass(frozen=True, slots=True)
class EcartLu:
    """A demande that is not the same in both; `champs` of one that changed."""

    numero: str
    genre: Genre
    champs: tuple[ChampChange, ...] = ()


@dataclass
class ComparaisonLue:
    """The differences. `ecarts` holds the first DEMANDES_MAX, by numéro; the counts are of all."""

    avant: str
    apres: str
    ajoutees: int = 0
    disparues: int = 0
    changees: int = 0
    inchangees: int = 0
    ecarts: Annotated[list[EcartLu], f"les {DEMANDES_MAX} premières demandes, par numéro"] = field(
        default_factory=list
    )

    def phrase(self) -> str:
        """« 2 demandes ajoutées, 1 changée, 40 inchangées. », in French."""
        if not self.ajoutees + self.disparues + self.changees:
            return "Aucune demande n'a changé."
        comptes = (
            (self.ajoutees, "ajoutée"),
            (self.disparues, "disparue"),
            (self.changees, "changée"),
            (self.inchangees, "inchangée"),
        )
        dits = [f"{nombre} {mot}{'s' * (nombre > 1)}" for nombre, mot in comptes if nombre]
        return f"Demandes : {', '.join(dits)}."


def comparer(avant: Path, apres: Path, *, noms: tuple[str, str]) -> ComparaisonLue:
    """The changes from the snapshot `avant` to `apres`, called by `noms`. Raises StoreError."""
    comparaison = ComparaisonLue(*noms)
    evenements = _evenements(avant), _evenements(apres)
    demandes = (fichier_de_sauvegarde.rangees(fichier, tables.demande) for fichier in (avant, apres))
    for numero, ancienne, nouvelle in _cote_a_cote(*demandes):
        genre: Genre = "ajoutée" if ancienne is None else "disparue"
        champs: tuple[ChampChange, ...] = ()
        if ancienne is None:
            comparaison.ajoutees += 1
        elif nouvelle is None:
            comparaison.disparues += 1
        else:
            siens = evenements[0].get(numero, _SANS), evenements[1].get(numero, _SANS)
            champs = tuple(_differences(ancienne, nouvelle, siens))
            if not champs:
                comparaison.inchangees += 1
                continue
            genre = "changée"
            comparaison.changees += 1
        if len(comparaison.ecarts) < DEMANDES_MAX:
            comparaison.ecarts.append(EcartLu(numero, genre, champs[:CHAMPS_MAX]))
    return comparaison


def depuis(sauvegardes: Sauvegardes, base: str, avant: str, apres: str | None = None) -> ComparaisonLue:
    """The changes of a base from its snapshot `avant` to `apres`, to the present for None. Raises UsageError
    for a name that it has not, BaseInconnue, StoreError; ConflitEtat while another is made: a large
    base takes minutes, and a file as large as itself."""
    if not _TOUR.acquire(blocking=False):
        raise ConflitEtat(
            "Une autre comparaison de sauvegardes est en cours : il ne s'en fait qu'une à la fois.",
            remede="recommencez quand elle est finie",
        )
    try:
        ancienne = sauvegardes.lire(base, avant)
        if apres is not None:
            return comparer(ancienne.fichier, sauvegardes.lire(base, apres).fichier, noms=(avant, apres))
        with sauvegardes.present(base) as fichier:
            return comparer(ancienne.fichier, fichier, noms=(avant, MAINTENANT))
    finally:
        _TOUR.release()


def _evenements(fichier: Path) -> dict[str, tuple[int, int]]:
    """How many events a demande has, and a print of what they say, by numéro; they come in one order."""
    lus: dict[str, tuple[int, int]] = {}
    for rangee in fichier_de_sauvegarde.rangees(fichier, tables.evenement):
        numero = rangee["numero_unique"]
        nombre, empreinte = lus.get(numero, _SANS)
        contenu = repr([(nom, dit) for nom, dit in rangee.items() if nom not in _A_PART]).encode()
        lus[numero] = nombre + 1, crc32(contenu, empreinte)
    return lus


def _cote_a_cote(
    avant: Iterator[Rangee], apres: Iterator[Rangee]
) -> Iterator[tuple[str, Rangee | None, Rangee | None]]:
    """Both tables are in the order of their key: each number, with what either has of it."""

    def du_cote(cote: int, lues: Iterator[Rangee]) -> Iterator[tuple[str, int, Rangee]]:
        return ((rangee["numero_unique"], cote, rangee) for rangee in lues)

    cotes = merge(du_cote(0, avant), du_cote(1, apres), key=itemgetter(0))
    for numero, memes in groupby(cotes, itemgetter(0)):
        trouvees = {cote: rangee for _, cote, rangee in memes}
        yield numero, trouvees.get(0), trouvees.get(1)


def _differences(
    avant: Rangee, apres: Rangee, evenements: tuple[tuple[int, int], tuple[int, int]]
) -> Iterator[ChampChange]:
    for colonne, nom in _ETAT.items():
        if avant[colonne] != apres[colonne]:
            yield ChampChange(nom, _dit(avant[colonne]), _dit(apres[colonne]))
    if evenements[0] != evenements[1]:
        (un, _), (autre, _) = evenements
        yield ChampChange("événements", str(un), str(autre) if autre != un else f"{autre}, de contenu changé")
    for colonne in ("document", "radiation", "information_dalo"):
        if avant[colonne] != apres[colonne]:
            yield from _champs(_feuilles(avant[colonne]), _feuilles(apres[colonne]))


def _dit(valeur: Any) -> str:
    return "" if valeur is None else str(valeur)


def _champs(avant: _Feuilles, apres: _Feuilles) -> Iterator[ChampChange]:
    for nom in dict.fromkeys((*avant, *apres)):
        ancien, nouveau = avant.get(nom, ""), apres.get(nom, "")
        if ancien != nouveau:
            yield ChampChange(nom, ancien, nouveau)


def _feuilles(tasse: bytes | None) -> _Feuilles:
    """Path → value of the leaves of a compressed document, in its order."""
    if tasse is None:
        return {}
    lus = {chemin: _valeur(e) for chemin, e in parcourir(codec.relire(detasser(tasse)), "")}
    return {chemin: valeur for chemin, valeur in lus.items() if chemin and valeur}


def _valeur(element: Any) -> str:
    """The text and attributes of an element, NIR masked; "" for one that only holds others."""
    nom, texte = nom_de(element), "" if len(element) else element.text or ""
    attributs = {str(QName(cle).localname): valeur for cle, valeur in element.attrib.items()}
    dits = [
        masquer_nirs(valeur if cle == "code" else f"{cle}={valeur}")
        for cle, valeur in attributs.items()
        if cle != "modifie"
    ]
    montre = masquer_nir(texte) if cache_un_nir(nom) else masquer_nirs(texte)
    return " ".join(filter(None, (montre, *dits))) or ("" if len(element) else "présent")
