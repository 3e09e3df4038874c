"""Keep what companies were told before it was decided, and what they answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "027"
down_revision = "026"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "preliminary_result",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("pack_version", sa.String(), nullable=False),
        sa.Column("grounds", JSON, nullable=False),
        sa.Column("conditions", JSON, nullable=False),
        sa.Column("dissent", JSON, nullable=False),
        sa.Column("positions", JSON, nullable=False),
        sa.Column("marks", JSON, nullable=False),
        sa.Column("remarks", sa.String(), nullable=False),
        sa.Column("announced_by_id", sa.Uuid(), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("silent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("reply", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announced_by_id"],
            ["person.id"],
            name="fk_preliminary_result_announced_by_id_person",
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["person.id"], name="fk_preliminary_result_answered_by_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name="fk_preliminary_result_application_id_application",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_preliminary_result"),
        sa.UniqueConstraint(
            "application_id", "number", name="uq_preliminary_result_application_id_number"
        ),
    )
    # Nobody was heard before the decisions that there are.
    with op.batch_alter_table("decision") as table:
        table.add_column(sa.Column("hearings", JSON, nullable=False, server_default="[]"))
    with op.batch_alter_table("decision") as table:
        table.alter_column("hearings", existing_type=JSON, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("decision") as table:
        table.drop_column("hearings")
    op.drop_table("preliminary_result")
