"""Incidents are reported twice and answered: the terms of each, and what was said."""

import sqlalchemy as sa
from alembic import op

revision = "006"
down_revision = "005"
branch_labels = None
depends_on = None

INSTANTS = ("complete_due_at", "completed_at", "reaction_due_at", "reacted_at")


def upgrade() -> None:
    with op.batch_alter_table("incident") as table:
        table.add_column(sa.Column("known_at", sa.DateTime(timezone=True), nullable=True))
        for name in INSTANTS:
            table.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        for name in ("complete_report", "reaction"):
            table.add_column(sa.Column(name, sa.String(), nullable=False, server_default=""))
        for name in ("completed_by_id", "reacted_by_id"):
            table.add_column(sa.Column(name, sa.Uuid(), nullable=True))
            table.create_foreign_key(f"fk_incident_{name}_person", "person", [name], ["id"])
    # Nobody was asked when they learned of it; the report says the latest moment that is possible.
    op.execute("UPDATE incident SET known_at = opened_at")
    with op.batch_alter_table("incident") as table:
        table.alter_column("known_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        for name in ("complete_report", "reaction"):
            table.alter_column(name, existing_type=sa.String(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("incident") as table:
        for name in ("completed_by_id", "reacted_by_id"):
            table.drop_constraint(f"fk_incident_{name}_person", type_="foreignkey")
            table.drop_column(name)
        for name in ("known_at", *INSTANTS, "complete_report", "reaction"):
            table.drop_column(name)
