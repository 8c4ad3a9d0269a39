"""Statements, and the connection that runs them inside a transaction.

Statements run on the driver (sqlite3, psycopg): what SQLAlchemy does around one costs more than the statement
itself, and columns hold plain values only (`lignes`). It is there, over the same connection and inside the
same transaction, for what is built on the spot (`Connexion.sa`), and imported then: a third of the time of a
start.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sne_sandbox.store.commit_groupe import Groupe
from sne_sandbox.store.moteurs import CACHE, CACHE_DE_LOTS

if TYPE_CHECKING:
    import sqlalchemy as sa

Ligne = tuple[Any, ...]
#: A parameter in a statement; `::` is a cast of PostgreSQL.
_PARAMETRE: Final = re.compile(r"(?<!:):([a-z_][a-z_0-9]*)")


class RequeteSql:
    """A statement: its text, the same on both engines or one for each, with named parameters (`:nom`).

    `libre`: it reads no row that may wait to be written (`Connexion.differer`), and changes nothing that
    exchanges of one transaction remember for one another (`Connexion.memoire`).
    """

    __slots__ = ("libre", "textes")

    def __init__(self, texte: str | Mapping[str, str], *, libre: bool = False) -> None:
        sqlite, postgresql = (
            (texte, texte) if isinstance(texte, str) else (texte["sqlite"], texte["postgresql"])
        )
        #: By engine.
        self.textes: Final = {
            "sqlite": sqlite,
            "postgresql": _PARAMETRE.sub(r"%(\1)s", postgresql.replace("%", "%%")),
        }
        self.libre = libre


def lire_requetes(module: str, **morceaux: str) -> Mapping[str, RequeteSql]:
    """The statements of the `.sql` beside a module (its `__file__`), by name: « -- name: lire » begins one,
    « -- name: lire libre » one that is so. `{…}` stands for one of `morceaux`; other lines that begin with
    « -- » are for who reads."""
    lues = {}
    for bloc in Path(module).with_suffix(".sql").read_text("utf-8").split("-- name: ")[1:]:
        tete, *lignes = bloc.splitlines()
        nom, *libre = tete.split()
        texte = "\n".join(ligne for ligne in lignes if ligne and not ligne.startswith("--"))
        lues[nom] = RequeteSql(texte.format(**morceaux), libre=bool(libre))
    return lues


class Connexion:
    """A connection inside one transaction, which others may share (`store.commit_groupe`). `ecriture` says
    whether it may write, `dialecte` which engine it is: « sqlite » or « postgresql »."""

    __slots__ = ("_driver", "_envelopper", "_groupe", "_sa", "dialecte", "ecriture", "memoire")

    def __init__(
        self,
        groupe: Groupe,
        dialecte: str,
        *,
        ecriture: bool,
        envelopper: "Callable[[Any], sa.Connection]",
    ) -> None:
        self._driver = groupe.pilote
        self._groupe = groupe
        #: What was read in this transaction, for the works that share it. Any statement that is not `libre`
        #: empties it.
        self.memoire: Final = groupe.memoire
        self._envelopper = envelopper
        self._sa: sa.Connection | None = None
        self.ecriture = ecriture
        self.dialecte = dialecte

    @property
    def sa(self) -> "sa.Connection":
        """SQLAlchemy's connection over this one, for statements built on the spot."""
        self._preparer()
        if self._sa is None:
            self._sa = self._envelopper(self._driver)
        return self._sa

    def ligne(self, requete: RequeteSql, parametres: Mapping[str, Any]) -> Ligne | None:
        """The first row that a statement answers, None without any."""
        trouvee: Ligne | None = self._executer(requete, parametres).fetchone()
        return trouvee

    def lignes(self, requete: RequeteSql, parametres: Mapping[str, Any]) -> list[Ligne]:
        """All the rows that a statement answers."""
        trouvees: list[Ligne] = self._executer(requete, parametres).fetchall()
        return trouvees

    def faire(self, requete: RequeteSql, parametres: Mapping[str, Any]) -> int:
        """Runs a statement that answers no row; how many rows it touched."""
        touchees: int = self._executer(requete, parametres).rowcount
        return touchees

    def faire_tout(self, requete: RequeteSql, parametres: Sequence[Mapping[str, Any]]) -> None:
        """Runs it once for each set of parameters, in one call of the driver."""
        if parametres:
            if not requete.libre:
                self._preparer()
            self._driver.cursor().executemany(requete.textes[self.dialecte], parametres)

    def planter(self, table: str, colonnes: Sequence[str], lignes: Sequence[Ligne]) -> None:
        """Inserts many rows whose values are what the columns hold, by the fastest way of the engine."""
        self._preparer()
        noms = ", ".join(colonnes)
        if self.dialecte == "sqlite":
            places = ", ".join("?" * len(colonnes))
            self._driver.executemany(f"INSERT INTO {table} ({noms}) VALUES ({places})", lignes)
            return
        with self._driver.cursor() as curseur, curseur.copy(f"COPY {table} ({noms}) FROM STDIN") as copie:
            for ligne in lignes:
                copie.write_row(ligne)

    def differer(self, requete: RequeteSql, parametres: Sequence[Mapping[str, Any]]) -> None:
        """As `faire_tout`, at the latest before the transaction ends, with the rows of those that share it;
        sooner, before the first statement that is not `libre`."""
        differees = self._groupe.differees
        if requete in differees:
            differees[requete].extend(parametres)
        elif parametres:
            differees[requete] = list(parametres)

    def suivant(self, tirer: RequeteSql, poser: RequeteSql, cle: Mapping[str, str]) -> Ligne:
        """The next number of a counter, then what else `tirer`, which moves it by one, answers. Works that
        share the transaction go on from it; where they bring it (`rang`) is written by `poser`, later."""
        connu = tirer, *cle.values()
        trouvee = self.memoire.get(connu)
        if trouvee is not None:
            trouvee = trouvee[0] + 1, *trouvee[1:]
            self.differer(poser, [{**cle, "rang": trouvee[0]}])
        else:
            if poser in self._groupe.differees:
                self._preparer()
            trouvee = self.ligne(tirer, cle)
            assert trouvee is not None
        self.memoire[connu] = trouvee
        return trouvee

    def _preparer(self) -> None:
        """Prepares for a statement that is not `libre`."""
        self.memoire.clear()
        if self._groupe.differees:
            verser(self._groupe, self.dialecte)

    def _executer(self, requete: RequeteSql, parametres: Mapping[str, Any]) -> Any:
        if not requete.libre:
            self._preparer()
        return self._driver.execute(requete.textes[self.dialecte], parametres)

    @contextmanager
    def au_large(self) -> Iterator[None]:
        """For what goes over many pages again and again: within it SQLite keeps them in memory."""
        if self.dialecte == "sqlite":
            self.brut(CACHE_DE_LOTS)
        try:
            yield
        finally:
            if self.dialecte == "sqlite":
                self.brut(CACHE)

    def fermer(self) -> None:
        """Lets go of SQLAlchemy's connection; the driver's stays open."""
        if self._sa is not None:
            self._sa.close()
            self._sa = None

    def entier(self, sql: str) -> int:
        """The number that a command answers."""
        return int(self._driver.execute(sql).fetchone()[0])

    def brut(self, sql: str) -> None:
        """Runs a command that is no statement, without parameters."""
        self._driver.execute(sql)


def verser(groupe: Groupe, dialecte: str) -> None:
    """Writes the rows of a transaction that wait to be written, one call of the driver a statement."""
    curseur = groupe.pilote.cursor()
    for requete, rangees in groupe.verser().items():
        curseur.executemany(requete.textes[dialecte], rangees)
