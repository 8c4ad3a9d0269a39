"""The measures of the journal, and what they read."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.dialects import sqlite

from sne_sandbox.domain.journal import Echange, VerdictEchange
from sne_sandbox.store import mesures
from sne_sandbox.store.session import Magasin


def test_measures_are_summed_by_operation_and_verdict(magasin: Magasin) -> None:
    for operation, verdict, duree in (
        ("getDemande", VerdictEchange.ACCEPTE, 900),
        ("getDemande", VerdictEchange.ACCEPTE, 20_000),
        (None, VerdictEchange.REFUS, 3),
    ):
        recu = datetime(2026, 3, 15, tzinfo=UTC)
        magasin.journal.consigner(
            None, Echange("ecole", recu, verdict=verdict, operation=operation, duree_us=duree)
        )
    inconnue, lue = mesures.mesures(magasin)
    assert (inconnue.operation, inconnue.verdict, inconnue.nombre) == ("", "refus", 1)
    assert (lue.operation, lue.verdict, lue.nombre, lue.duree_us) == ("getDemande", "accepté", 2, 20_900)
    assert lue.sous == (1, 1, 1, 1, 2, 2, 2, 2, 2, 2)


def test_the_messages_are_not_walked_through(tmp_path: Path) -> None:
    question = str(mesures.CHOIX.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    with Magasin.ouvrir(None, tmp_path) as magasin, magasin.transaction(ecriture=False) as connexion:
        (lecture, *_) = connexion.sa.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}").all()
    assert "COVERING INDEX ix_echange_operation" in lecture[3]
