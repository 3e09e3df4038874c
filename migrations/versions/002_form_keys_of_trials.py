"""Form keys of trials: what is sent twice is done once."""

import sqlalchemy as sa
from alembic import op

revision = "002"
down_revision = "001"
branch_labels = None
depends_on = None

TABLES = ("incident", "monitoring_report")


def upgrade() -> None:
    # An index rather than a constraint, for which SQLite would have to write the tables anew
    # while other tables refer to their rows.
    for table in TABLES:
        op.add_column(table, sa.Column("form_key", sa.String(), nullable=True))
        op.create_index(f"ix_{table}_form_key", table, ["form_key"], unique=True)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_index(f"ix_{table}_form_key", table_name=table)
        op.drop_column(table, "form_key")
