"""Keep the reliefs that authorities grant for the time of a trial."""

import sqlalchemy as sa
from alembic import op

revision = "024"
down_revision = "023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "relief",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trial_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("sought", sa.Integer(), nullable=True),
        sa.Column("extends_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("provision", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("conditions", sa.String(), nullable=False),
        sa.Column("neutrality", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("drafted_by_id", sa.Uuid(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["trial_id"], ["trial.id"], name="fk_relief_trial_id_trial"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authority.id"], name="fk_relief_authority_id_authority"
        ),
        sa.ForeignKeyConstraint(["extends_id"], ["relief.id"], name="fk_relief_extends_id_relief"),
        sa.ForeignKeyConstraint(
            ["drafted_by_id"], ["person.id"], name="fk_relief_drafted_by_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name="fk_relief_decided_by_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["person.id"], name="fk_relief_ended_by_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_relief"),
        sa.UniqueConstraint("trial_id", "number", name="uq_relief_trial_id_number"),
    )
    op.create_index("ix_relief_decided_at", "relief", ["decided_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_relief_decided_at", "relief")
    op.drop_table("relief")
