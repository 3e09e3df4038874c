"""Keep for which of the reasons in the rules an application was refused."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "029"
down_revision = "028"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
TABLES = ("preliminary_result", "decision")


def upgrade() -> None:
    # Of the refusals that there are nobody chose a reason, and none is put into anybody's mouth.
    for name in TABLES:
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("refusal_codes", JSON, nullable=False, server_default="[]"))
        with op.batch_alter_table(name) as table:
            table.alter_column("refusal_codes", existing_type=JSON, server_default=None)


def downgrade() -> None:
    for name in TABLES:
        with op.batch_alter_table(name) as table:
            table.drop_column("refusal_codes")
