"""A company hands in a final report once its test has ended."""

import sqlalchemy as sa
from alembic import op

revision = "011"
down_revision = "010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trial_final_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trial_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=True),
        sa.Column("content_type", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["submitted_by_id"], ["person.id"], name="fk_trial_final_report_submitted_by_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["trial_id"], ["trial.id"], name="fk_trial_final_report_trial_id_trial"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_trial_final_report"),
        sa.UniqueConstraint("trial_id", name="uq_trial_final_report_trial_id"),
    )


def downgrade() -> None:
    op.drop_table("trial_final_report")
