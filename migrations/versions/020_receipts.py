"""When an authority confirmed that it received a case, and who of it did."""

import sqlalchemy as sa
from alembic import op

revision = "020"
down_revision = "019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("authority_assignment") as table:
        table.add_column(sa.Column("received_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("received_by_id", sa.Uuid(), nullable=True))
        table.create_foreign_key(
            op.f("fk_authority_assignment_received_by_id"), "person", ["received_by_id"], ["id"]
        )
    # Whoever has answered had received the case at the latest then; who it was is not known.
    op.execute(
        "UPDATE authority_assignment SET received_at = responded_at"
        " WHERE tacit = false AND state IN ('accepted', 'declined')"
    )


def downgrade() -> None:
    with op.batch_alter_table("authority_assignment") as table:
        table.drop_constraint(op.f("fk_authority_assignment_received_by_id"), type_="foreignkey")
        table.drop_column("received_by_id")
        table.drop_column("received_at")
