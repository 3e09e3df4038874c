"""A person chooses how often to hear by mail of what can wait, and whether to be reminded."""

import sqlalchemy as sa
from alembic import op

revision = "015"
down_revision = "014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person") as table:
        table.add_column(
            sa.Column("mail_rhythm", sa.String(), server_default="at_once", nullable=False)
        )
        table.add_column(
            sa.Column("wants_reminders", sa.Boolean(), server_default=sa.true(), nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("person") as table:
        table.drop_column("wants_reminders")
        table.drop_column("mail_rhythm")
