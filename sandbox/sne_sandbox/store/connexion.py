"""Statements written in SQLAlchemy Core, compiled once, run on the driver.

Running a cached Core statement costs 20 to 30 µs, the driver under it 8 (measured on SQLite): with a dozen
statements in a registration that is more than half of its time. Columns hold plain values only (`valeurs`),
so nothing of what Core does around a statement is missed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

Ligne = tuple[Any, ...]


class RequeteSql:
    """A Core statement with named parameters, compiled once per dialect."""

    __slots__ = ("_preparees", "instruction")

    def __init__(self, instruction: Executable) -> None:
        self.instruction = instruction
        self._preparees: dict[str, tuple[str, Mapping[str, Any]]] = {}

    def preparer(self, dialecte: sa.Dialect) -> tuple[str, Mapping[str, Any]]:
        """Its text for the driver of `dialecte`, and the parameters that are constants of the statement."""
        preparee = self._preparees.get(dialecte.name)
        if preparee is None:
            assert isinstance(self.instruction, ClauseElement)
            compilee = self.instruction.compile(dialect=dialecte)
            assert isinstance(compilee, SQLCompiler)
            constantes = {nom: p.value for nom, p in compilee.binds.items() if not p.required}
            preparee = self._preparees[dialecte.name] = (str(compilee), constantes)
        return preparee


class Connexion:
    """A connection inside one transaction: `sa` for statements built on the spot, the rest for `RequeteSql`s.
    `ecriture` says whether the transaction may write."""

    __slots__ = ("_dialecte", "_driver", "ecriture", "sa")

    def __init__(self, connection: sa.Connection, *, ecriture: bool) -> None:
        self.sa = connection
        self.ecriture = ecriture
        self._dialecte = connection.dialect
        self._driver: Any = connection.connection.dbapi_connection

    @property
    def dialecte(self) -> str:
        """« sqlite » or « postgresql »."""
        return self._dialecte.name

    def ligne(self, requete: RequeteSql, parametres: Mapping[str, Any]) -> Ligne | None:
        """The first row, None without any."""
        trouvee: Ligne | None = self._executer(requete, parametres).fetchone()
        return trouvee

    def lignes(self, requete: RequeteSql, parametres: Mapping[str, Any]) -> list[Ligne]:
        """All rows."""
        trouvees: list[Ligne] = self._executer(requete, parametres).fetchall()
        return trouvees

    def faire(self, requete: RequeteSql, parametres: Mapping[str, Any]) -> int:
        """Runs a statement that answers no row; how many rows it touched."""
        touchees: int = self._executer(requete, parametres).rowcount
        return touchees

    def faire_tout(self, requete: RequeteSql, parametres: Sequence[Mapping[str, Any]]) -> None:
        """Runs it once for each set of parameters, in one call of the driver."""
        if len(parametres) == 1:
            self._executer(requete, parametres[0])
        elif parametres:
            sql, constantes = requete.preparer(self._dialecte)
            assert not constantes, sql
            self._driver.cursor().executemany(sql, parametres)

    def _executer(self, requete: RequeteSql, parametres: Mapping[str, Any]) -> Any:
        sql, constantes = requete.preparer(self._dialecte)
        return self._driver.execute(sql, {**constantes, **parametres} if constantes else parametres)

    def annuler(self) -> None:
        """Rolls back, when a transaction is open."""
        self._driver.rollback()

    @property
    def perdue(self) -> bool:
        """Whether the server hung up."""
        return bool(getattr(self._driver, "closed", False))

    def brut(self, sql: str) -> None:
        """Runs a command that is no statement: BEGIN, COMMIT."""
        self._driver.execute(sql)
