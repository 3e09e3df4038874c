"""A decision keeps the version of the rules under which it was taken."""

import sqlalchemy as sa
from alembic import op

revision = "009"
down_revision = "008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("decision") as table:
        table.add_column(sa.Column("pack_version", sa.String(), nullable=True))
    # Which rules a case was under when it was decided was not kept with the decision; those that
    # it is under now are the ones its letter was read with until today.
    op.execute(
        "UPDATE decision SET pack_version = (SELECT application.pack_version FROM application"
        " WHERE application.id = decision.application_id)"
    )
    with op.batch_alter_table("decision") as table:
        table.alter_column("pack_version", existing_type=sa.String(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("decision") as table:
        table.drop_column("pack_version")
