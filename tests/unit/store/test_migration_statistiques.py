"""A base of before the statistics is described when it is migrated."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command

from sne_sandbox.contract import codec
from sne_sandbox.resources import fixtures_dir
from sne_sandbox.store import migration, tables
from sne_sandbox.store.connexion import Connexion
from sne_sandbox.store.moteur import adresse, ouvrir_moteur
from sne_sandbox.store.session import Magasin
from sne_sandbox.store.valeurs import tasser

NUMERO = "0620318000001G1226"


def test_the_demandes_of_before_are_described(tmp_path: Path) -> None:
    octets = (fixtures_dir() / "demandes" / "personne_seule.xml").read_bytes()
    document = codec.encoder(codec.lire(octets))
    moteur = ouvrir_moteur(adresse(None, tmp_path))
    with moteur.connect() as connection:
        connexion = Connexion(connection, ecriture=True)
        connexion.brut("BEGIN")
        connection.begin()
        command.upgrade(migration.configuration(connexion), "0001")
        connection.execute(
            sa.insert(tables.base),
            {"nom": "ecole", "semence": "vide", "seed": 0, "decalage": 0, "reglages": "{}", "jeton": 1},
        )
        connection.execute(
            sa.insert(tables.demande),
            {
                "base": "ecole", "numero_unique": NUMERO, "revision": 3, "territoire": "062", "etat": "R",
                "version": "02.00", "guichet_createur": "G1226", "guichet_dernier": "G1226",
                "touchee_par_autrui": False, "date_creation": "2016-03-15", "debut_validite": "2017-03-01",
                "fin_validite": "2018-03-01", "date_renouvellement": "2017-03-01",
                "date_radiation": "2018-03-10", "motif_radiation": "RADABA", "document": tasser(document),
            },
        )  # fmt: skip
        connexion.brut("COMMIT")
    moteur.dispose()
    with Magasin.ouvrir(None, tmp_path) as magasin, magasin.lire("ecole") as registre:
        mouvements = registre.connexion.sa.execute(
            sa.select(tables.mouvement.c.genre, tables.mouvement.c.jour, tables.mouvement.c.effet).order_by(
                tables.mouvement.c.rang
            )
        ).all()
        stat = registre.connexion.sa.execute(sa.select(tables.demande_stat)).mappings().one()
    assert [tuple(mouvement) for mouvement in mouvements] == [
        ("CRE", "2016-03-15", 1),
        ("REN", "2017-03-01", 0),
        ("RAD", "2018-03-10", -1),
    ]
    assert (stat["numero_unique"], stat["composition"], stat["personnes"]) == (NUMERO, "SEU", 1)
