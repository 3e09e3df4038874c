"""Versions of the rules that people upload, with their files."""

import sqlalchemy as sa
from alembic import op

revision = "007"
down_revision = "006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pack_version",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("semver", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("uploaded_by_id", sa.Uuid(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_by_id", sa.Uuid(), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("discarded_by_id", sa.Uuid(), nullable=True),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["activated_by_id"],
            ["person.id"],
            name=op.f("fk_pack_version_activated_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["discarded_by_id"],
            ["person.id"],
            name=op.f("fk_pack_version_discarded_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"],
            ["person.id"],
            name=op.f("fk_pack_version_uploaded_by_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_version")),
        sa.UniqueConstraint("code", "semver", name=op.f("uq_pack_version_code_semver")),
    )
    op.create_index("ix_pack_version_uploaded_at", "pack_version", ["uploaded_at", "id"])
    op.create_index(
        "uq_pack_version_active",
        "pack_version",
        ["code"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "pack_file",
        sa.Column("pack_version_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pack_version_id"],
            ["pack_version.id"],
            name=op.f("fk_pack_file_pack_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_file")),
        sa.UniqueConstraint(
            "pack_version_id", "name", name=op.f("uq_pack_file_pack_version_id_name")
        ),
    )


def downgrade() -> None:
    op.drop_table("pack_file")
    op.drop_index("uq_pack_version_active", table_name="pack_version")
    op.drop_index("ix_pack_version_uploaded_at", table_name="pack_version")
    op.drop_table("pack_version")
