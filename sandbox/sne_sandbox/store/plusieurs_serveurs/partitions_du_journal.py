"""The journal of PostgreSQL in partitions, dropped whole.

A base's first `TAILLE` exchanges lie in `echange_debut`, beside those of all other bases: the thousands of
short-lived bases of a CI farm make no table. Every further `TAILLE` exchanges of a base are a table of their
own, a slice, below `echange_suite`. The key of the partitions is that of the table (base, identifiant): it
is in the WHERE of every statement about one base, so that the others are not even opened.

Not a partition per base and month: nothing is ever looked for, or dropped, by month, and with one per base a
deletion locks the journal of everybody, and what reads all bases some thousand tables.

Slices are made by who writes the first of their exchanges, in its transaction. On SQLite, one file whose
pages are used again, there is none of this.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

from sne_sandbox.store.base_de_donnees import BaseDeDonnees
from sne_sandbox.store.connexion_en_transaction import Connexion, RequeteSql

#: Exchanges of one base in a slice.
TAILLE: Final = 8_192
#: How long a deed waits for those who read a slice, before it does without dropping it: they hold up the
#: deed, and who comes after stands behind it.
_ATTENTE: Final = "50ms"
_NOMS: Final = RequeteSql(
    "SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid "
    "WHERE i.inhparent = 'echange_suite'::regclass AND c.relname LIKE :motif",
    libre=True,
)
_PRESENTE: Final = RequeteSql("SELECT to_regclass(:nom) IS NOT NULL", libre=True)

_AVEC_JOURNAL: Final = RequeteSql("SELECT base FROM journal_compteur")

#: What divides the journal, after its table is made `PARTITION BY RANGE (identifiant)`.
DIVISER: Final = (
    f"CREATE TABLE echange_debut PARTITION OF echange FOR VALUES FROM (MINVALUE) TO ({TAILLE})",
    f"CREATE TABLE echange_suite PARTITION OF echange FOR VALUES FROM ({TAILLE}) TO (MAXVALUE) "
    "PARTITION BY RANGE (base, identifiant)",
)


def ouvrir(connexion: Connexion, base: str, identifiants: Iterable[int]) -> None:
    """Makes the slices where these exchanges of `base` go, those that are not there. The caller is the only
    writer of the base."""
    if connexion.dialecte != "postgresql":
        return
    for rang in sorted({identifiant // TAILLE for identifiant in identifiants} - {0}):
        nom = f"{_debut(base)}{rang}"
        if rang < 0 or connexion.ligne(_PRESENTE, {"nom": nom}) == (True,):
            continue
        cle = "'" + base.replace("'", "''") + "'"
        # Not `PARTITION OF`, which locks the journal against everybody: ATTACH lets them read and write.
        connexion.brut(f"CREATE TABLE {nom} (LIKE echange_suite)")
        connexion.brut(
            f"ALTER TABLE echange_suite ATTACH PARTITION {nom} "
            f"FOR VALUES FROM ({cle}, {rang * TAILLE}) TO ({cle}, {(rang + 1) * TAILLE})"
        )


def lacher(connexion: Connexion, base: str, avant: int | None) -> bool:
    """Drops the slices of `base` whole, those of before the exchange `avant` when it is given; whether they
    are gone, which they are not while somebody reads. To be committed soon: until then nobody reads a slice
    of any base."""
    fin = None if avant is None else avant // TAILLE
    noms = [nom for nom in _siennes(connexion, base) if fin is None or int(nom.rpartition("_")[2]) < fin]
    return _sans_attendre(connexion, f"DROP TABLE {', '.join(noms)}") if noms else True


def vider(connexion: Connexion, base: str) -> None:
    """Empties the slices of `base`, which stay: nobody else waits for it, however long its transaction is.
    Where somebody reads one, it is left to who deletes its rows."""
    if noms := _siennes(connexion, base):
        _sans_attendre(connexion, f"TRUNCATE {', '.join(noms)}")


def balayer(donnees: BaseDeDonnees) -> None:
    """Drops the slices of bases that are no more, unless somebody reads a slice: a later sweep does."""
    if donnees.dialecte != "postgresql":
        return
    with donnees.transaction(ecriture=True) as connexion:
        toutes = _noms(connexion, r"echange\_%")
        if not toutes:
            return
        vivantes = {_debut(base) for (base,) in connexion.lignes(_AVEC_JOURNAL, {})}
        if restes := [nom for nom in toutes if nom.rpartition("_")[0] + "_" not in vivantes]:
            _sans_attendre(connexion, f"DROP TABLE {', '.join(restes)}")


def _debut(base: str) -> str:
    """How the names of the slices of a base begin: a name of PostgreSQL has 63 letters, and no accent."""
    return f"echange_{hashlib.blake2b(base.encode(), digest_size=8).hexdigest()}_"


def _siennes(connexion: Connexion, base: str) -> list[str]:
    return (
        _noms(connexion, _debut(base).replace("_", r"\_") + "%") if connexion.dialecte == "postgresql" else []
    )


def _noms(connexion: Connexion, motif: str) -> list[str]:
    return sorted(str(nom) for (nom,) in connexion.lignes(_NOMS, {"motif": motif}))


def _sans_attendre(connexion: Connexion, ordre: str) -> bool:
    """Runs `ordre` if it gets its locks at once; whether it did."""
    from psycopg.errors import LockNotAvailable

    connexion.brut("SAVEPOINT tranches")
    try:
        connexion.brut(f"SET LOCAL lock_timeout = '{_ATTENTE}'")
        connexion.brut(ordre)
        connexion.brut("SET LOCAL lock_timeout = DEFAULT")
    except LockNotAvailable:
        connexion.brut("ROLLBACK TO tranches")
        return False
    connexion.brut("RELEASE tranches")
    return True
