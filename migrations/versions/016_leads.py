"""Who led a case from when to when, offers to pass the lead on, and when the review began."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "016"
down_revision = "015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lead_term",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_lead_term_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authority.id"], name=op.f("fk_lead_term_authority_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_term")),
    )
    op.create_index("ix_lead_term_application_id", "lead_term", ["application_id"])
    op.create_table(
        "lead_offer",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("from_authority_id", sa.Uuid(), nullable=False),
        sa.Column("to_authority_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("offered_by_id", sa.Uuid(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_lead_offer_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["from_authority_id"], ["authority.id"], name=op.f("fk_lead_offer_from_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_authority_id"], ["authority.id"], name=op.f("fk_lead_offer_to_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["offered_by_id"], ["person.id"], name=op.f("fk_lead_offer_offered_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["person.id"], name=op.f("fk_lead_offer_answered_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_offer")),
    )
    op.create_index("ix_lead_offer_application_id", "lead_offer", ["application_id", "state"])
    op.add_column(
        "application",
        sa.Column("review_started_at", sa.DateTime(timezone=True), nullable=True),
    )
    # Until today a review began with the last answer of an authority.
    op.execute(
        "UPDATE application SET review_started_at = (SELECT max(responded_at)"
        " FROM authority_assignment WHERE application_id = application.id)"
        " WHERE status IN ('under_review', 'information_requested', 'deliberation', 'decided')"
    )
    _write_terms()


def downgrade() -> None:
    op.drop_column("application", "review_started_at")
    op.drop_table("lead_offer")
    op.drop_table("lead_term")


def _write_terms() -> None:
    """Derive who led from the places themselves: one after the other, whoever leads now last."""
    connection = op.get_bind()
    place = sa.table(
        "authority_assignment",
        sa.column("application_id", sa.Uuid()),
        sa.column("authority_id", sa.Uuid()),
        sa.column("role", sa.String()),
        sa.column("state", sa.String()),
        sa.column("assigned_at", sa.DateTime(timezone=True)),
        sa.column("responded_at", sa.DateTime(timezone=True)),
        sa.column("succeeded_at", sa.DateTime(timezone=True)),
    )
    cases: dict[uuid.UUID, list[Any]] = {}
    for row in connection.execute(sa.select(place).where(place.c.role == "lead")):
        cases.setdefault(row.application_id, []).append(row)
    terms = [term for rows in cases.values() for term in _terms_of(rows)]
    if terms:
        term = sa.table(
            "lead_term",
            sa.column("id", sa.Uuid()),
            sa.column("application_id", sa.Uuid()),
            sa.column("authority_id", sa.Uuid()),
            sa.column("began_at", sa.DateTime(timezone=True)),
            sa.column("ended_at", sa.DateTime(timezone=True)),
        )
        connection.execute(sa.insert(term), terms)


def _terms_of(rows: list[Any]) -> list[dict[str, Any]]:
    def left_at(row: Any) -> datetime | None:
        found: datetime | None = row.succeeded_at
        return found or (row.responded_at if row.state == "declined" else None)

    terms = []
    since: datetime | None = None
    for row in sorted(
        rows, key=lambda each: (left_at(each) is None, left_at(each) or each.assigned_at)
    ):
        terms.append(
            {
                "id": uuid.uuid4(),
                "application_id": row.application_id,
                "authority_id": row.authority_id,
                # A successor's place is as old as that of its predecessor.
                "began_at": row.assigned_at if since is None else max(since, row.assigned_at),
                "ended_at": left_at(row),
            }
        )
        since = left_at(row)
    return terms
