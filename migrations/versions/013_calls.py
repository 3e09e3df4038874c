"""An application remembers the call in which it was sent."""

import sqlalchemy as sa
from alembic import op

revision = "013"
down_revision = "012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("application") as table:
        table.add_column(sa.Column("call_key", sa.String(), nullable=True))
        table.create_index("ix_application_call_key", ["call_key"])


def downgrade() -> None:
    with op.batch_alter_table("application") as table:
        table.drop_index("ix_application_call_key")
        table.drop_column("call_key")
