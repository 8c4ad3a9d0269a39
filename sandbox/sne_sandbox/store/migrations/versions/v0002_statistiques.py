"""What the statistics read: a narrow row per demande, and the movements of the stock."""

import sqlalchemy as sa
from alembic import op

from sne_sandbox.store.connexion import Connexion
from sne_sandbox.store.lignes import COLONNES, demande_de, ligne_stat

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXTE = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
_PAGE = 500


def upgrade() -> None:
    stat = op.create_table(
        "demande_stat",
        sa.Column("base", TEXTE, nullable=False),
        sa.Column("numero_unique", TEXTE, nullable=False),
        sa.Column("date_creation", TEXTE, nullable=False),
        sa.Column("composition", TEXTE, nullable=False),
        sa.Column("personnes", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("date_naissance", TEXTE, nullable=True),
        sa.Column("nationalite", TEXTE, nullable=True),
        sa.Column("situation", TEXTE, nullable=True),
        sa.Column("contrat", TEXTE, nullable=True),
        sa.Column("ressources", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ressources_uc", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("commune", TEXTE, nullable=True),
        sa.ForeignKeyConstraint(
            ["base", "numero_unique"],
            ["demande.base", "demande.numero_unique"],
            name=op.f("fk_demande_stat_demande"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("base", "numero_unique", name=op.f("pk_demande_stat")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mouvement",
        sa.Column("base", TEXTE, nullable=False),
        sa.Column("numero_unique", TEXTE, nullable=False),
        sa.Column("rang", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("genre", TEXTE, nullable=False),
        sa.Column("jour", TEXTE, nullable=False),
        sa.Column("effet", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("association", sa.Boolean(), nullable=False),
        sa.Column("motif", TEXTE, nullable=True),
        sa.ForeignKeyConstraint(["base"], ["base.nom"], name=op.f("fk_mouvement_base"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("base", "numero_unique", "rang", name=op.f("pk_mouvement")),
        sqlite_with_rowid=False,
    )
    _raconter()
    _decrire(stat)


def _raconter() -> None:
    """The movements that the demandes of before still tell: their last ones."""
    colonnes = "base, numero_unique, rang, genre, jour, effet, association, motif"
    for rang, genre, jour, effet, motif, quand in (
        ("revision - 2", "CRE", "date_creation", 1, "NULL", "1 = 1"),
        ("revision - 1", "REN", "date_renouvellement", 0, "NULL", "date_renouvellement IS NOT NULL"),
        ("revision", "RAD", "date_radiation", -1, "motif_radiation", "etat = 'R'"),
    ):
        op.execute(
            f"INSERT INTO mouvement ({colonnes}) SELECT base, numero_unique, {rang}, '{genre}', {jour},"  # noqa: S608 - ours
            f" {effet}, association_plie IS NOT NULL, {motif} FROM demande WHERE {quand}"
        )


def _decrire(stat: sa.Table) -> None:
    """The rows of the demandes of before, drawn from their documents."""
    connexion = Connexion(op.get_bind(), ecriture=True)
    demande = COLONNES[0].table
    cle = (demande.c.base, demande.c.numero_unique)
    apres = ("", "")
    while True:
        choix = sa.select(cle[0], *COLONNES).where(sa.tuple_(*cle) > apres).order_by(*cle).limit(_PAGE)
        lignes = connexion.sa.execute(choix).all()
        if not lignes:
            return
        rangees = [ligne_stat(ligne[0], demande_de(tuple(ligne[1:]))) for ligne in lignes]
        connexion.sa.execute(sa.insert(stat), rangees)
        apres = (lignes[-1][0], lignes[-1][1])


def downgrade() -> None:
    op.drop_table("mouvement")
    op.drop_table("demande_stat")
