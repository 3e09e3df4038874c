"""Keep what companies were advised on their cases, and how they understood it."""

import sqlalchemy as sa
from alembic import op

revision = "023"
down_revision = "022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guidance_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=True),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("question_key", sa.String(), nullable=True),
        sa.Column("provision", sa.String(), nullable=False),
        sa.Column("advice", sa.String(), nullable=False),
        sa.Column("is_binding", sa.Boolean(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name="fk_guidance_entry_application_id_application",
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authority.id"], name="fk_guidance_entry_authority_id_authority"
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"],
            ["guidance_entry.id"],
            name="fk_guidance_entry_corrects_id_guidance_entry",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name="fk_guidance_entry_recorded_by_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_guidance_entry"),
        sa.UniqueConstraint(
            "application_id", "number", name="uq_guidance_entry_application_id_number"
        ),
        sa.UniqueConstraint("corrects_id", name="uq_guidance_entry_corrects_id"),
    )
    op.create_table(
        "guidance_reply",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("replied_by_id", sa.Uuid(), nullable=False),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name="fk_guidance_reply_application_id_application",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["guidance_entry.id"], name="fk_guidance_reply_entry_id_guidance_entry"
        ),
        sa.ForeignKeyConstraint(
            ["replied_by_id"], ["person.id"], name="fk_guidance_reply_replied_by_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_guidance_reply"),
        sa.UniqueConstraint("entry_id", name="uq_guidance_reply_entry_id"),
    )


def downgrade() -> None:
    op.drop_table("guidance_reply")
    op.drop_table("guidance_entry")
