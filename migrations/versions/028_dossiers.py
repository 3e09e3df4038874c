"""Dossiers of cases are made, and those of other installations are kept."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "028"
down_revision = "027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_dossier",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column(
            "authorities",
            sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("root", sa.String(), nullable=True),
        sa.Column("fault", sa.String(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name="fk_case_dossier_application_id_application",
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name="fk_case_dossier_asked_by_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_case_dossier"),
    )
    op.create_index(
        "ix_case_dossier_application_id",
        "case_dossier",
        ["application_id", "asked_by_id", "asked_at"],
    )
    op.create_table(
        "imported_dossier",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("fault", sa.String(), nullable=True),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("root", sa.String(), nullable=True),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("operator", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("as_of", sa.String(), nullable=False),
        sa.Column("imported_by_id", sa.Uuid(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["imported_by_id"], ["person.id"], name="fk_imported_dossier_imported_by_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_imported_dossier"),
        sa.UniqueConstraint("root", name="uq_imported_dossier_root"),
    )
    op.create_index("ix_imported_dossier_imported_at", "imported_dossier", ["imported_at", "id"])


def downgrade() -> None:
    op.drop_table("imported_dossier")
    op.drop_table("case_dossier")
