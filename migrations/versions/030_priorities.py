"""Keep for which reasons of the rules an application comes before others."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "030"
down_revision = "029"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    # No rules knew of any priority when these applications were sent.
    with op.batch_alter_table("application") as table:
        table.add_column(sa.Column("priority_codes", JSON, nullable=False, server_default="[]"))
    with op.batch_alter_table("application") as table:
        table.alter_column("priority_codes", existing_type=JSON, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("application") as table:
        table.drop_column("priority_codes")
