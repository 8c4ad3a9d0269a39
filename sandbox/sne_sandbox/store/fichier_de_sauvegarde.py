"""A base in one file, and back: a zip that holds `manifeste.json` and one file of JSON lines per table.

The file says the same whatever the engine, and holds the base as it is, NIR in clear: it is a backup, not an
export. Nothing is replaced before the whole file was read and found sound.
"""

import base64
import hashlib
import json
import secrets
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from sne_interface import archives
from sne_interface.domain.base import Base, verifier_nom
from sne_interface.errors import StoreError, raison_ecriture, raison_systeme
from sne_sandbox.store import requetes_sql, tables
from sne_sandbox.store.connexion_en_transaction import Connexion
from sne_sandbox.store.lignes import Rangee
from sne_sandbox.store.magasin import Magasin, effacer, verifier_rangee
from sne_sandbox.store.plusieurs_serveurs import partitions_du_journal
from sne_sandbox.store.rattrapage_de_migration import decrire, rattraper_le_passe, tenir_les_livres
from sne_sandbox.store.registre import RegistreBase, changer_jeton

FORMAT: Final = 1
_MANIFESTE: Final = "manifeste.json"
_LOT: Final = 500
#: Bytes of the rows that are in memory at once, but for a single one that is longer.
_LOT_OCTETS: Final = 8_000_000
#: Of a table whose rows may hold messages, so many are fetched at once.
_LOT_DE_MESSAGES: Final = 8
#: Parents first, as they are restored.
_TABLES: Final = (tables.base, *(table for table in reversed(tables.CONTENU) if not table.deduite))
_ETAT: Final = tuple(table for table in _TABLES if table in tables.ETAT)
_JOURNAL: Final = (tables.echange, tables.journal_compteur)
#: What JSON has for a value of each type; bytes are written in base 64.
_GENRES: Final = {tables.TEXTE: str, tables.ENTIER: int, tables.BOOLEEN: bool, tables.OCTETS: bytes}

_Fait = TypeVar("_Fait")


class SauvegardeInutilisable(StoreError):
    """A file that is no snapshot, or none that this version restores."""


def sauvegarder(magasin: Magasin, base: str, fichier: Path, *, journal: bool = True) -> None:
    """Writes the base to `fichier`, as it is at one moment; its journal too unless told otherwise. The file
    appears whole or not at all. Raises BaseInconnue, and StoreError when it cannot be written."""
    # A name of its own: two that save to one file at once would write into each other's.
    provisoire = fichier.with_name(f".{secrets.token_hex(8)}.en-cours")
    try:
        provisoire.touch(mode=0o600)  # NIRs are in clear in it
        with (
            magasin.lire(base) as registre,
            zipfile.ZipFile(provisoire, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        ):
            contenu = {}
            for table in _TABLES:
                if journal or table not in _JOURNAL:
                    contenu[table.nom] = _ecrire_table(archive, registre.connexion, table, base)
            manifeste = {"format": FORMAT, "revision": tables.REVISION, "base": base, "tables": contenu}
            archive.writestr(_MANIFESTE, json.dumps(manifeste, indent=1))
        provisoire.replace(fichier)
    except OSError as erreur:
        raise StoreError(
            f"Le fichier [{fichier}] ne peut pas être écrit : {raison_ecriture(erreur)}.",
            remede="vérifiez le dossier, les droits et la place du disque",
        ) from erreur
    finally:
        provisoire.unlink(missing_ok=True)


def restaurer(
    magasin: Magasin, base: str | None, fichier: Path, admettre: Callable[[Base], object] = lambda base: None
) -> str:
    """Puts the base of `fichier` back under the name `base` (None: its own), in place of the one that has it,
    whose journal goes on when the file holds none. Answers the name. Raises StoreError, and changes nothing,
    when the file is not sound; whatever `admettre` raises of a base that this server cannot serve."""
    with _ouvrir(fichier) as (archive, manifeste):
        cible = base or str(manifeste["base"])
        verifier_nom(cible)
        for table in _TABLES:
            for rangee in _lire_table(archive, manifeste, table, cible):
                if table is tables.base:
                    admettre(verifier_rangee(rangee))
        if manifeste["tables"][tables.base.nom]["lignes"] != 1:
            raise ValueError("il ne tient pas une base, et une seule")
        gardees = [table for table in _JOURNAL if table.nom not in manifeste["tables"]]
        with magasin.transaction(ecriture=True, verrou=cible) as connexion:
            effacer(connexion, cible, sauf=gardees)
            _remplir_toutes(connexion, archive, manifeste, _TABLES, cible)
    return cible


def remettre_etat(
    magasin: Magasin,
    base: str,
    fichier: Path,
    avant: Callable[[RegistreBase], object],
    apres: Callable[[RegistreBase], _Fait],
) -> _Fait:
    """Puts the state of a base back as it is in `fichier`, the rest of it staying: `avant` may refuse it,
    `apres` ends the transaction and says what is answered. Raises StoreError, and changes nothing, when the
    file is not sound; whatever these two raise."""
    with _ouvrir(fichier) as (archive, manifeste):
        for table in _ETAT:
            for _ in _lire_table(archive, manifeste, table, base):
                pass
        with magasin.ecrire(base) as registre:
            avant(registre)
            registre.vider("etat")
            _remplir_toutes(registre.connexion, archive, manifeste, _ETAT, base)
            return apres(registre)


def nombre_de_demandes(fichier: Path) -> int:
    """How many demandes a file says it holds, unread. Raises StoreError when it is no snapshot of this
    version."""
    with _ouvrir(fichier) as (_, manifeste):
        return int(manifeste["tables"][tables.demande.nom]["lignes"])


def rangees(fichier: Path, table: tables.Table) -> Iterator[Rangee]:
    """The rows of one table, in the order of its key. Raises StoreError when the file is not sound."""
    with _ouvrir(fichier) as (archive, manifeste):
        yield from _lire_table(archive, manifeste, table, str(manifeste["base"]))


@contextmanager
def _ouvrir(fichier: Path) -> Iterator[tuple[zipfile.ZipFile, Mapping[str, Any]]]:
    try:
        if raison := archives.annuaire_trop_gros(fichier, archives.SAUVEGARDE):
            raise _refus(fichier, raison)
        with zipfile.ZipFile(fichier) as archive:
            if raison := archives.trop(archive, archives.SAUVEGARDE):
                raise _refus(fichier, raison)
            yield archive, _lire_manifeste(archive, fichier)
    except OSError as erreur:
        raise StoreError(
            f"Le fichier [{fichier}] ne peut pas être lu : {raison_systeme(erreur)}.",
            remede="vérifiez le chemin",
        ) from erreur
    except (zipfile.BadZipFile, zlib.error, EOFError) as erreur:
        raise _refus(fichier, "ce n'est pas un ZIP, ou il est abîmé") from erreur
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as erreur:
        raise _refus(fichier, "une de ses lignes n'est pas du JSON") from erreur
    except KeyError as erreur:
        raise _refus(fichier, f"il y manque {erreur.args[0]}") from erreur
    except RuntimeError as erreur:  # NotImplementedError too
        raise _refus(fichier, "il est chiffré, ou compressé d'une façon inconnue") from erreur
    except TypeError as erreur:  # what Python says of it is for nobody
        raise _refus(fichier, "une de ses valeurs n'est pas du genre attendu") from erreur
    except (ValueError, OverflowError) as erreur:  # a number or a clock out of range
        raise _refus(fichier, str(erreur)) from erreur


def _ecrire_table(
    archive: zipfile.ZipFile, connexion: Connexion, table: tables.Table, base: str
) -> Mapping[str, Any]:
    import sqlalchemy as sa  # a third of the time of a start

    from sne_sandbox.store import metadonnees

    vue = metadonnees.table(table)
    cle = [vue.c[nom] for nom in table.noms[: table.cle]]
    choix = sa.select(*(vue.c[colonne.nom] for colonne in table.gardees)).where(cle[0] == base).order_by(*cle)
    empreinte, lignes = hashlib.sha256(), 0
    with archive.open(f"{table.nom}.jsonl", "w", force_zip64=True) as sortie:
        lot = _LOT_DE_MESSAGES if table is tables.echange else _LOT
        for rangee in connexion.sa.execution_options(yield_per=lot).execute(choix).mappings():
            ligne = json.dumps(
                {c: base64.b64encode(v).decode() if isinstance(v, bytes) else v for c, v in rangee.items()},
                ensure_ascii=False,
                separators=(",", ":"),
            )
            octets = ligne.encode() + b"\n"
            if len(octets) > archives.SAUVEGARDE.ligne:
                raise StoreError(
                    f"Une ligne de la table {table.nom} est trop longue pour une sauvegarde "
                    f"({len(octets)} octets).",
                    remede="« sne-sandbox snapshots create NOM » sauve la base sans son journal",
                )
            sortie.write(octets)
            empreinte.update(octets)
            lignes += 1
    return {"lignes": lignes, "sha256": empreinte.hexdigest()}


def _lire_manifeste(archive: zipfile.ZipFile, fichier: Path) -> Mapping[str, Any]:
    if _MANIFESTE not in archive.namelist():
        raise _refus(fichier, f"il y manque {_MANIFESTE}")
    if archive.getinfo(_MANIFESTE).file_size > archives.SAUVEGARDE.entier:
        raise _refus(fichier, f"{_MANIFESTE} est trop gros")
    manifeste = json.loads(archive.read(_MANIFESTE))
    if not isinstance(manifeste, dict) or manifeste.get("format") != FORMAT:
        raise _refus(fichier, "son format n'est pas connu de cette version")
    if str(manifeste.get("revision")) not in tables.REVISIONS_EGALES:
        raise _refus(
            fichier, f"il vient de la révision {manifeste.get('revision')}, il faut la {tables.REVISION}"
        )
    return manifeste


def _lire_table(
    archive: zipfile.ZipFile, manifeste: Mapping[str, Any], table: tables.Table, base: str
) -> Iterator[Rangee]:
    """The rows of a table, under the name `base`. Raises ValueError or KeyError when they are not what was
    written, or do not fit its columns."""
    if table.nom not in manifeste["tables"]:
        if table in _JOURNAL or table.depuis > str(manifeste["revision"]):
            return
        raise ValueError(f"la table {table.nom} manque")
    attendu = manifeste["tables"][table.nom]
    empreinte, lignes = hashlib.sha256(), 0
    if (membre := f"{table.nom}.jsonl") not in archive.namelist():
        raise ValueError(f"il y manque {membre}")
    with archive.open(membre) as entree:
        for octets in archives.lignes(entree, archives.SAUVEGARDE):
            empreinte.update(octets)
            lignes += 1
            rangee = _valider(table, json.loads(octets), str(manifeste["revision"]))
            rangee[table.noms[0]] = base
            yield rangee
    if lignes != attendu["lignes"] or empreinte.hexdigest() != attendu["sha256"]:
        raise ValueError(f"la table {table.nom} est incomplète ou a été modifiée")


def _remplir_toutes(
    connexion: Connexion,
    archive: zipfile.ZipFile,
    manifeste: Mapping[str, Any],
    voulues: Sequence[tables.Table],
    base: str,
) -> None:
    """Writes the rows of these tables, with what later revisions added to them."""
    for table in voulues:
        _remplir(connexion, table, base, _lire_table(archive, manifeste, table, base))
    if manifeste["revision"] < "v0004":
        decrire(connexion, base)
    if manifeste["revision"] < "v0008":
        tenir_les_livres(connexion, manifeste["revision"], base)
    if manifeste["revision"] < "v0007":
        rattraper_le_passe(connexion, base)
    changer_jeton(connexion, base)


def _valider(table: tables.Table, lue: Rangee, revision: str) -> Rangee:
    lue = {colonne.nom: None for colonne in table.gardees if colonne.depuis > revision} | lue
    if set(lue) != {colonne.nom for colonne in table.gardees}:
        raise ValueError(f"une ligne de la table {table.nom} n'a pas les colonnes attendues")
    rangee: Rangee = {}
    for colonne in table.gardees:
        valeur = lue[colonne.nom]
        if colonne.type == tables.OCTETS and valeur is not None:
            valeur = base64.b64decode(valeur, validate=True)
        if valeur is None and not colonne.nulle:
            raise ValueError(f"la colonne {table.nom}.{colonne.nom} est vide")
        if valeur is not None and type(valeur) is not _GENRES[colonne.type]:
            raise ValueError(f"la colonne {table.nom}.{colonne.nom} n'a pas le type attendu")
        rangee[colonne.nom] = valeur
    return rangee


def _remplir(connexion: Connexion, table: tables.Table, base: str, rangees: Iterator[Rangee]) -> None:
    ajout = requetes_sql.inserer(table)
    for lot in _lots(rangees):
        if table is tables.echange:
            partitions_du_journal.ouvrir(connexion, base, [ligne["identifiant"] for ligne in lot])
        elif table is tables.journal_compteur:  # where the next one goes
            partitions_du_journal.ouvrir(connexion, base, [ligne["dernier"] + 1 for ligne in lot])
        connexion.faire_tout(ajout, lot)


def _lots(rangees: Iterator[Rangee]) -> Iterator[list[Rangee]]:
    """The rows, by lots that fit in memory."""
    lot: list[Rangee] = []
    octets = 0
    for rangee in rangees:
        lot.append(rangee)
        octets += sum(len(valeur) for valeur in rangee.values() if isinstance(valeur, str | bytes))
        if len(lot) >= _LOT or octets >= _LOT_OCTETS:
            yield lot
            lot, octets = [], 0
    if lot:
        yield lot


def _refus(fichier: Path, raison: str) -> SauvegardeInutilisable:
    return SauvegardeInutilisable(
        f"Le fichier [{fichier}] n'est pas une sauvegarde utilisable : {raison}.",
        remede="rien n'a été remplacé ; refaites-la par « sne-sandbox db snapshot »",
    )
