"""The company agrees to the publication of its outcome report, or refuses it."""

import sqlalchemy as sa
from alembic import op

revision = "010"
down_revision = "009"
branch_labels = None
depends_on = None

CONSENT = ("consent_hash", "consent_by_id", "consent_at", "consent_reason", "consent")


def upgrade() -> None:
    with op.batch_alter_table("outcome_report") as table:
        table.add_column(
            sa.Column("consent", sa.String(), nullable=False, server_default="not_asked")
        )
        table.add_column(
            sa.Column("consent_reason", sa.String(), nullable=False, server_default="")
        )
        table.add_column(sa.Column("consent_hash", sa.String(), nullable=True))
        table.add_column(sa.Column("consent_by_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True))
        table.create_foreign_key(
            "fk_outcome_report_consent_by_id_person", "person", ["consent_by_id"], ["id"]
        )
    with op.batch_alter_table("outcome_report") as table:
        for name in ("consent", "consent_reason"):
            table.alter_column(name, existing_type=sa.String(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("outcome_report") as table:
        table.drop_constraint("fk_outcome_report_consent_by_id_person", type_="foreignkey")
        for name in CONSENT:
            table.drop_column(name)
