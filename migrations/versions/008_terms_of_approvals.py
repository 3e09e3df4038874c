"""Approvals are asked for within a term, after which silence may count."""

import sqlalchemy as sa
from alembic import op

revision = "008"
down_revision = "007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "approval_term",
        sa.Column("trial_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("requirement", sa.String(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("silence", sa.String(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["trial_id"], ["trial.id"], name=op.f("fk_approval_term_trial_id_trial")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_term")),
        sa.UniqueConstraint(
            "trial_id",
            "stage",
            "requirement",
            name=op.f("uq_approval_term_trial_id_stage_requirement"),
        ),
    )


def downgrade() -> None:
    op.drop_table("approval_term")
