"""Keep what an authority answers about whether its conditions ask no more than they must."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "032"
down_revision = "031"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    # Nobody was asked when these positions were taken.
    with op.batch_alter_table("position") as table:
        table.add_column(sa.Column("proportionality", JSON, nullable=False, server_default="{}"))
    with op.batch_alter_table("position") as table:
        table.alter_column("proportionality", existing_type=JSON, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("position") as table:
        table.drop_column("proportionality")
