"""Successions: which authorities ended, and who stands for them on each case."""

import sqlalchemy as sa
from alembic import op

revision = "005"
down_revision = "004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "applied_succession",
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("pack_code", sa.String(), nullable=False),
        sa.Column("pack_version", sa.String(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("applied_by_id", sa.Uuid(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["applied_by_id"], ["person.id"], name=op.f("fk_applied_succession_applied_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authority.id"], name=op.f("fk_applied_succession_authority_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applied_succession")),
        sa.UniqueConstraint("authority_id", name=op.f("uq_applied_succession_authority_id")),
    )
    op.create_table(
        "inherited_place",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("predecessor_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_inherited_place_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authority.id"], name=op.f("fk_inherited_place_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["predecessor_id"], ["authority.id"], name=op.f("fk_inherited_place_predecessor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inherited_place")),
        sa.UniqueConstraint(
            "application_id",
            "authority_id",
            "predecessor_id",
            name=op.f("uq_inherited_place_application_id_authority_id_predecessor_id"),
        ),
    )
    op.add_column(
        "authority_assignment",
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.add_column("position", sa.Column("inherited_from", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("position", "inherited_from")
    op.drop_column("authority_assignment", "succeeded_at")
    op.drop_table("inherited_place")
    op.drop_table("applied_succession")
