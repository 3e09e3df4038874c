"""A suspension names the ground of the rules on which a test was stopped."""

import sqlalchemy as sa
from alembic import op

revision = "012"
down_revision = "011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("suspension") as table:
        table.add_column(sa.Column("ground", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("suspension") as table:
        table.drop_column("ground")
