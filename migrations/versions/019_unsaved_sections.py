"""What a person typed into a section without saving it is kept for them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "019"
down_revision = "018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unsaved_section",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "inputs",
            sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name="fk_unsaved_section_application_id_application",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_unsaved_section_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_unsaved_section"),
        sa.UniqueConstraint(
            "application_id",
            "person_id",
            "section",
            name="uq_unsaved_section_application_id_person_id_section",
        ),
    )


def downgrade() -> None:
    op.drop_table("unsaved_section")
