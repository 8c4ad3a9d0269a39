"""The application remembers demandes, numbers, attestations, cursors, events."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

_SCHEMA = """
create table if not exists demandes (
    reference text primary key, numero text unique, version text not null, contenu text not null,
    attestation blob, suspens integer not null default 0, refusee text, refus text);
create table if not exists curseurs (flux text primary key, instant text not null);
create table if not exists releves (flux text, numero text, primary key (flux, numero));
create table if not exists evenements (identifiant text primary key, numero text, code text);
create table if not exists dispatching (nom text, numero text, document text);
create table if not exists pieces (numero text primary key, rang integer not null);
create table if not exists rangs (dernier integer not null);
insert into rangs select 0 where not exists (select 1 from rangs);
"""
_LIRE = "select * from demandes"
_OUBLIEES = ("demandes", "curseurs", "releves", "evenements", "dispatching", "pieces")


@dataclass(slots=True)
class Dossier:
    """A demande as this application holds it. `contenu` is its form (JSON); `suspens`: sent, and no answer
    was read yet; `refusee` the fingerprint of the document last refused, `refus` what was answered."""

    reference: str
    contenu: dict[str, Any]
    version: str
    numero: str | None = None
    attestation: bytes | None = None
    suspens: bool = False
    refusee: str | None = None
    refus: dict[str, Any] = field(default_factory=dict)


class Memoire:
    """SQLite, in a file or (« :memory: ») for the time of the process. Every call is a transaction."""

    def __init__(self, fichier: Path | str = ":memory:") -> None:
        # Each message is answered in a thread of its own.
        self._base = sqlite3.connect(fichier, isolation_level=None, check_same_thread=False)
        self._base.executescript(_SCHEMA)

    def oublier(self) -> None:
        """Forgets everything but the names already given."""
        for table in _OUBLIEES:
            self._base.execute(f"delete from {table}")  # noqa: S608 - a constant above

    def fermer(self) -> None:
        """Closes the file; what was kept stays in it."""
        # By whoever lets go of it last: closed under a statement of another thread, SQLite ends the process.
        self._base = sqlite3.connect(":memory:")
        self._base.close()

    # --- demandes --------------------------------------------------------------------------------

    def dossier(self, reference: str) -> Dossier | None:
        """The demande of that name."""
        return self._un(f"{_LIRE} where reference = ?", reference)

    def par_numero(self, numero: str) -> Dossier | None:
        """The demande of that number."""
        return self._un(f"{_LIRE} where numero = ?", numero)

    def garder(self, dossier: Dossier) -> None:
        """Stores a demande, in place of the one of the same name."""
        self._base.execute(
            "insert or replace into demandes values (?, ?, ?, ?, ?, ?, ?, ?)",
            (dossier.reference, dossier.numero, dossier.version, json.dumps(dossier.contenu),
             dossier.attestation, dossier.suspens, dossier.refusee, json.dumps(dossier.refus)),
        )  # fmt: skip

    def retirer(self, reference: str) -> None:
        """Forgets one demande, by our name for it."""
        self._base.execute("delete from demandes where reference = ?", (reference,))

    def _un(self, requete: str, valeur: str) -> Dossier | None:
        ligne = self._base.execute(requete, (valeur,)).fetchone()
        if ligne is None:
            return None
        reference, numero, version, contenu, attestation, suspens, refusee, refus = ligne
        return Dossier(reference, json.loads(contenu), version, numero, attestation, bool(suspens), refusee,
                       json.loads(refus))  # fmt: skip

    # --- feeds, events, pieces, dispatching ----------------------------------------------------------

    def curseur(self, flux: str) -> datetime | None:
        """Instant of the last feed read to its end."""
        ligne = self._base.execute("select instant from curseurs where flux = ?", (flux,)).fetchone()
        return None if ligne is None else datetime.fromisoformat(ligne[0])

    def avancer(self, flux: str, instant: datetime) -> None:
        """Moves the cursor of a feed."""
        self._base.execute("insert or replace into curseurs values (?, ?)", (flux, instant.isoformat()))

    def nouveaux(self, flux: str, numeros: Iterable[str]) -> list[str]:
        """The numbers not told before, each once; they are told from now on."""
        neufs = []
        for numero in numeros:
            curseur = self._base.execute("insert or ignore into releves values (?, ?)", (flux, numero))
            if curseur.rowcount:
                neufs.append(numero)
        return neufs

    def noter_evenement(self, identifiant: str, numero: str, code: str) -> None:
        """An event that this application wrote."""
        self._base.execute("insert or replace into evenements values (?, ?, ?)", (identifiant, numero, code))

    def connait_evenement(self, identifiant: str) -> bool:
        """True when an event was noted."""
        trouve = self._base.execute("select 1 from evenements where identifiant = ?", (identifiant,))
        return trouve.fetchone() is not None

    def piece_suivante(self, numero: str) -> int:
        """Rank of the next scanned piece of a demande, from 1."""
        ligne = self._base.execute(
            "insert into pieces values (?, 1) on conflict do update set rang = rang + 1 returning rang",
            (numero,),
        ).fetchone()
        return int(ligne[0])

    def integrer(self, nom: str, numero: str, contenu: Mapping[str, Any]) -> None:
        """A document that another guichet's change brought."""
        self._base.execute("insert into dispatching values (?, ?, ?)", (nom, numero, json.dumps(contenu)))

    # --- names ------------------------------------------------------------------------------------

    def rang_suivant(self) -> int:
        """A rank for a file name, new each time, from 1."""
        suivant = self._base.execute("update rangs set dernier = dernier + 1 returning dernier")
        return int(suivant.fetchone()[0])
