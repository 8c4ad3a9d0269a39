"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXTE = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "base",
        sa.Column("nom", TEXTE, nullable=False),
        sa.Column("semence", TEXTE, nullable=False),
        sa.Column("seed", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("fige_a", sa.BigInteger(), nullable=True),
        sa.Column("decalage", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reglages", TEXTE, nullable=False),
        sa.Column("derniere_nuit", TEXTE, nullable=True),
        sa.Column("creee_le", sa.BigInteger(), nullable=True),
        sa.Column("jeton", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("nom", name=op.f("pk_base")),
    )
    op.create_table(
        "echange",
        sa.Column("base", TEXTE, nullable=False),
        sa.Column("identifiant", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recu_le", sa.BigInteger(), nullable=False),
        sa.Column("instant_base", sa.BigInteger(), nullable=True),
        sa.Column("verdict", TEXTE, nullable=False),
        sa.Column("statut", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("duree_us", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("methode", TEXTE, nullable=False),
        sa.Column("chemin", TEXTE, nullable=False),
        sa.Column("guichet", TEXTE, nullable=True),
        sa.Column("service", TEXTE, nullable=True),
        sa.Column("operation", TEXTE, nullable=True),
        sa.Column("type_fichier", TEXTE, nullable=True),
        sa.Column("version", TEXTE, nullable=True),
        sa.Column("numero_unique", TEXTE, nullable=True),
        sa.Column("details", TEXTE, nullable=False),
        sa.Column("requete", sa.LargeBinary(), nullable=False),
        sa.Column("reponse", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("base", "identifiant", name=op.f("pk_echange")),
    )
    op.create_index(
        "ix_echange_numero_unique",
        "echange",
        ["base", "numero_unique", "identifiant"],
        sqlite_where=sa.text("numero_unique IS NOT NULL"),
        postgresql_where=sa.text("numero_unique IS NOT NULL"),
    )
    op.create_table(
        "journal_compteur",
        sa.Column("base", TEXTE, nullable=False),
        sa.Column("dernier", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("origine", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("oublies", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("base", name=op.f("pk_journal_compteur")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "demande",
        sa.Column("base", TEXTE, nullable=False),
        sa.Column("numero_unique", TEXTE, nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("territoire", TEXTE, nullable=False),
        sa.Column("etat", TEXTE, nullable=False),
        sa.Column("version", TEXTE, nullable=False),
        sa.Column("guichet_createur", TEXTE, nullable=False),
        sa.Column("guichet_dernier", TEXTE, nullable=False),
        sa.Column("touchee_par_autrui", sa.Boolean(), nullable=False),
        sa.Column("date_creation", TEXTE, nullable=False),
        sa.Column("debut_validite", TEXTE, nullable=False),
        sa.Column("fin_validite", TEXTE, nullable=False),
        sa.Column("date_renouvellement", TEXTE, nullable=True),
        sa.Column("date_radiation", TEXTE, nullable=True),
        sa.Column("motif_radiation", TEXTE, nullable=True),
        sa.Column("radiation_enregistree_le", sa.BigInteger(), nullable=True),
        sa.Column("statut_dalo", TEXTE, nullable=True),
        sa.Column("dalo_enregistre_le", sa.BigInteger(), nullable=True),
        sa.Column("numero_associe", TEXTE, nullable=True),
        sa.Column("ref_interne", TEXTE, nullable=True),
        sa.Column("association_plie", TEXTE, nullable=True),
        sa.Column("type_reservataire", TEXTE, nullable=True),
        sa.Column("commune_attribution", TEXTE, nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("radiation", sa.LargeBinary(), nullable=True),
        sa.Column("information_dalo", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["base"], ["base.nom"], name=op.f("fk_demande_base"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("base", "numero_unique", name=op.f("pk_demande")),
    )
    op.create_index(
        "ix_demande_association_plie",
        "demande",
        ["base", "association_plie"],
        sqlite_where=sa.text("association_plie IS NOT NULL"),
        postgresql_where=sa.text("association_plie IS NOT NULL"),
    )
    op.create_index(
        "ix_demande_commune_attribution",
        "demande",
        ["base", "commune_attribution"],
        sqlite_where=sa.text("commune_attribution IS NOT NULL"),
        postgresql_where=sa.text("commune_attribution IS NOT NULL"),
    )
    op.create_index(
        "ix_demande_dalo_enregistre_le",
        "demande",
        ["base", "dalo_enregistre_le", "numero_unique"],
        sqlite_where=sa.text("dalo_enregistre_le IS NOT NULL"),
        postgresql_where=sa.text("dalo_enregistre_le IS NOT NULL"),
    )
    op.create_index("ix_demande_date_creation", "demande", ["base", "date_creation"])
    op.create_index(
        "ix_demande_date_radiation",
        "demande",
        ["base", "date_radiation"],
        sqlite_where=sa.text("date_radiation IS NOT NULL"),
        postgresql_where=sa.text("date_radiation IS NOT NULL"),
    )
    op.create_index(
        "ix_demande_date_renouvellement",
        "demande",
        ["base", "date_renouvellement"],
        sqlite_where=sa.text("date_renouvellement IS NOT NULL"),
        postgresql_where=sa.text("date_renouvellement IS NOT NULL"),
    )
    op.create_index(
        "ix_demande_fin_validite",
        "demande",
        ["base", "fin_validite"],
        sqlite_where=sa.text("etat = 'A'"),
        postgresql_where=sa.text("etat = 'A'"),
    )
    op.create_index(
        "ix_demande_motif_radiation",
        "demande",
        ["base", "motif_radiation"],
        sqlite_where=sa.text("motif_radiation IS NOT NULL"),
        postgresql_where=sa.text("motif_radiation IS NOT NULL"),
    )
    op.create_index(
        "ix_demande_radiation_enregistree_le",
        "demande",
        ["base", "radiation_enregistree_le", "numero_unique"],
        sqlite_where=sa.text("radiation_enregistree_le IS NOT NULL"),
        postgresql_where=sa.text("radiation_enregistree_le IS NOT NULL"),
    )
    op.create_index(
        "ix_demande_ref_interne",
        "demande",
        ["base", "ref_interne", "guichet_createur"],
        sqlite_where=sa.text("ref_interne IS NOT NULL"),
        postgresql_where=sa.text("ref_interne IS NOT NULL"),
    )
    op.create_table(
        "fichier",
        sa.Column("base", TEXTE, nullable=False),
        sa.Column("guichet", TEXTE, nullable=False),
        sa.Column("boite", TEXTE, nullable=False),
        sa.Column("nom", TEXTE, nullable=False),
        sa.Column("depose_le", sa.BigInteger(), nullable=False),
        sa.Column("traite_le", sa.BigInteger(), nullable=True),
        sa.Column("contenu", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["base"], ["base.nom"], name=op.f("fk_fichier_base"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("base", "guichet", "boite", "nom", name=op.f("pk_fichier")),
    )
    op.create_table(
        "guichet",
        sa.Column("base", TEXTE, nullable=False),
        sa.Column("code", TEXTE, nullable=False),
        sa.Column("nature", TEXTE, nullable=False),
        sa.Column("territoire", TEXTE, nullable=False),
        sa.Column("nom", TEXTE, nullable=False),
        sa.Column("adresse", TEXTE, nullable=False),
        sa.Column("ouvert_le", TEXTE, nullable=False),
        sa.Column("ferme_le", TEXTE, nullable=True),
        sa.ForeignKeyConstraint(["base"], ["base.nom"], name=op.f("fk_guichet_base"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("base", "code", name=op.f("pk_guichet")),
    )
    op.create_table(
        "panne",
        sa.Column("base", TEXTE, nullable=False),
        sa.Column("identifiant", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("definition", TEXTE, nullable=False),
        sa.Column("restantes", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("armee_le", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["base"], ["base.nom"], name=op.f("fk_panne_base"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("base", "identifiant", name=op.f("pk_panne")),
    )
    op.create_table(
        "sequence",
        sa.Column("base", TEXTE, nullable=False),
        sa.Column("nom", TEXTE, nullable=False),
        sa.Column("dernier", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["base"], ["base.nom"], name=op.f("fk_sequence_base"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("base", "nom", name=op.f("pk_sequence")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "type_evenement",
        sa.Column("base", TEXTE, nullable=False),
        sa.Column("code", TEXTE, nullable=False),
        sa.Column("territoire", TEXTE, nullable=True),
        sa.Column("definition", TEXTE, nullable=False),
        sa.ForeignKeyConstraint(
            ["base"], ["base.nom"], name=op.f("fk_type_evenement_base"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("base", "code", name=op.f("pk_type_evenement")),
    )
    op.create_table(
        "demande_commune",
        sa.Column("base", TEXTE, nullable=False),
        sa.Column("numero_unique", TEXTE, nullable=False),
        sa.Column("commune", TEXTE, nullable=False),
        sa.ForeignKeyConstraint(
            ["base", "numero_unique"],
            ["demande.base", "demande.numero_unique"],
            name=op.f("fk_demande_commune_demande"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("base", "numero_unique", "commune", name=op.f("pk_demande_commune")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_demande_commune_commune", "demande_commune", ["base", "commune", "numero_unique"])
    op.create_table(
        "demande_motif",
        sa.Column("base", TEXTE, nullable=False),
        sa.Column("numero_unique", TEXTE, nullable=False),
        sa.Column("motif", TEXTE, nullable=False),
        sa.ForeignKeyConstraint(
            ["base", "numero_unique"],
            ["demande.base", "demande.numero_unique"],
            name=op.f("fk_demande_motif_demande"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("base", "numero_unique", "motif", name=op.f("pk_demande_motif")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_demande_motif_motif", "demande_motif", ["base", "motif", "numero_unique"])
    op.create_table(
        "demande_personne",
        sa.Column("base", TEXTE, nullable=False),
        sa.Column("numero_unique", TEXTE, nullable=False),
        sa.Column("rang", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("role", TEXTE, nullable=False),
        sa.Column("nom_plie", TEXTE, nullable=False),
        sa.Column("patronymique_plie", TEXTE, nullable=False),
        sa.Column("prenom_plie", TEXTE, nullable=False),
        sa.Column("date_naissance", TEXTE, nullable=True),
        sa.Column("nir", TEXTE, nullable=True),
        sa.ForeignKeyConstraint(
            ["base", "numero_unique"],
            ["demande.base", "demande.numero_unique"],
            name=op.f("fk_demande_personne_demande"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("base", "numero_unique", "rang", name=op.f("pk_demande_personne")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_demande_personne_date_naissance",
        "demande_personne",
        ["base", "date_naissance", "prenom_plie", "nom_plie", "patronymique_plie"],
    )
    op.create_index(
        "ix_demande_personne_nir",
        "demande_personne",
        ["base", "nir"],
        sqlite_where=sa.text("nir IS NOT NULL"),
        postgresql_where=sa.text("nir IS NOT NULL"),
    )
    op.create_index(
        "ix_demande_personne_nom_plie",
        "demande_personne",
        ["base", "nom_plie", "prenom_plie", "date_naissance"],
    )
    op.create_table(
        "evenement",
        sa.Column("base", TEXTE, nullable=False),
        sa.Column("identifiant", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("numero_unique", TEXTE, nullable=False),
        sa.Column("code_type", TEXTE, nullable=False),
        sa.Column("auteur_creation", TEXTE, nullable=False),
        sa.Column("cree_le", sa.BigInteger(), nullable=False),
        sa.Column("nature", TEXTE, nullable=False),
        sa.Column("date_survenance", TEXTE, nullable=True),
        sa.Column("commentaire", TEXTE, nullable=True),
        sa.Column("caracteristiques", TEXTE, nullable=False),
        sa.Column("auteur_modification", TEXTE, nullable=True),
        sa.Column("modifie_le", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["base", "numero_unique"],
            ["demande.base", "demande.numero_unique"],
            name=op.f("fk_evenement_demande"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("base", "identifiant", name=op.f("pk_evenement")),
    )
    op.create_index("ix_evenement_numero_unique", "evenement", ["base", "numero_unique", "identifiant"])


def downgrade() -> None:
    op.drop_table("evenement")
    op.drop_table("demande_personne")
    op.drop_table("demande_motif")
    op.drop_table("demande_commune")
    op.drop_table("type_evenement")
    op.drop_table("sequence")
    op.drop_table("panne")
    op.drop_table("guichet")
    op.drop_table("fichier")
    op.drop_table("demande")
    op.drop_table("journal_compteur")
    op.drop_table("echange")
    op.drop_table("base")
