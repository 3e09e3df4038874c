"""Companies write enquiries before they apply, and authorities answer whether any rule applies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "018"
down_revision = "017"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
)


def upgrade() -> None:
    op.create_table(
        "enquiry_counter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_enquiry_counter"),
        sa.UniqueConstraint("year", name="uq_enquiry_counter_year"),
    )
    op.create_table(
        "enquiry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("pack_code", sa.String(), nullable=False),
        sa.Column("pack_version", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("activity", sa.String(), nullable=False),
        sa.Column("competences", JSON, nullable=False),
        sa.Column("start_key", sa.String(), nullable=False),
        sa.Column("written_by_id", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waits_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("became_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["became_id"], ["application.id"], name="fk_enquiry_became_id_application"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_enquiry_organisation_id_organisation"
        ),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["person.id"], name="fk_enquiry_written_by_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_enquiry"),
        sa.UniqueConstraint("became_id", name="uq_enquiry_became_id"),
        sa.UniqueConstraint("reference", name="uq_enquiry_reference"),
        sa.UniqueConstraint("start_key", name="uq_enquiry_start_key"),
    )
    op.create_index("ix_enquiry_organisation_id", "enquiry", ["organisation_id", "changed_at"])
    op.create_index("ix_enquiry_status", "enquiry", ["status", "changed_at", "id"])
    op.create_index("ix_enquiry_changed_at", "enquiry", ["changed_at", "id"])
    op.create_table(
        "enquiry_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enquiry_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("sent_by_id", sa.Uuid(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enquiry_id"], ["enquiry.id"], name="fk_enquiry_message_enquiry_id_enquiry"
        ),
        sa.ForeignKeyConstraint(
            ["sent_by_id"], ["person.id"], name="fk_enquiry_message_sent_by_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_enquiry_message"),
        sa.UniqueConstraint("enquiry_id", "number", name="uq_enquiry_message_enquiry_id_number"),
    )
    op.create_table(
        "fast_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("enquiry_id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("competences", JSON, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("silence", sa.String(), nullable=True),
        sa.Column("silent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("provision", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL)",
            name=op.f("ck_fast_answer_answer_is_dated"),
        ),
        sa.CheckConstraint(
            "(silence IS NULL) = (silent_at IS NULL)",
            name=op.f("ck_fast_answer_silence_is_dated"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["person.id"], name="fk_fast_answer_answered_by_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authority.id"], name="fk_fast_answer_authority_id_authority"
        ),
        sa.ForeignKeyConstraint(
            ["enquiry_id"], ["enquiry.id"], name="fk_fast_answer_enquiry_id_enquiry"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_fast_answer"),
        sa.UniqueConstraint(
            "enquiry_id", "authority_id", name="uq_fast_answer_enquiry_id_authority_id"
        ),
    )
    op.create_index("ix_fast_answer_authority_id", "fast_answer", ["authority_id", "due_on"])
    with op.batch_alter_table("outbox_mail") as table:
        table.add_column(sa.Column("enquiry_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("outbox_mail") as table:
        table.drop_column("enquiry_id")
    op.drop_table("fast_answer")
    op.drop_table("enquiry_message")
    op.drop_table("enquiry")
    op.drop_table("enquiry_counter")
