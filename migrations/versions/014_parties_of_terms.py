"""A term of an approval names those who are asked; whoever comes later has a term of its own."""

from collections import defaultdict

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "014"
down_revision = "013"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
FORMER = "uq_approval_term_trial_id_stage_requirement"
PRESENT = "uq_approval_term_trial_id_stage_requirement_asked_on"


def upgrade() -> None:
    with op.batch_alter_table("approval_term") as table:
        table.add_column(sa.Column("parties", JSON, nullable=True))
        table.drop_constraint(FORMER, type_="unique")
        table.create_unique_constraint(PRESENT, ["trial_id", "stage", "requirement", "asked_on"])
    _name_those_on_the_case()
    with op.batch_alter_table("approval_term") as table:
        table.alter_column("parties", existing_type=JSON, nullable=False)


def _name_those_on_the_case() -> None:
    """Let every term ask all who stand on the case now; the rules say which of them it concerns."""
    term = sa.table("approval_term", sa.column("trial_id", sa.Uuid()), sa.column("parties", JSON))
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT DISTINCT trial.id, authority.code FROM trial"
            " JOIN approval_term ON approval_term.trial_id = trial.id"
            " JOIN authority_assignment"
            " ON authority_assignment.application_id = trial.application_id"
            " JOIN authority ON authority.id = authority_assignment.authority_id"
            " WHERE authority_assignment.state = 'accepted'"
        ).columns(id=sa.Uuid(), code=sa.String())
    )
    codes = defaultdict(set)
    for row in rows:
        codes[row.id].add(row.code)
    connection.execute(term.update().values(parties=["secretariat"]))
    for trial_id, found in codes.items():
        parties = [*sorted(found), "secretariat"]
        connection.execute(term.update().where(term.c.trial_id == trial_id).values(parties=parties))


def downgrade() -> None:
    # Only the first term of a requirement has a place in the former table.
    op.execute(
        "DELETE FROM approval_term WHERE EXISTS (SELECT 1 FROM approval_term AS earlier"
        " WHERE earlier.trial_id = approval_term.trial_id"
        " AND earlier.stage = approval_term.stage"
        " AND earlier.requirement = approval_term.requirement"
        " AND earlier.asked_on < approval_term.asked_on)"
    )
    with op.batch_alter_table("approval_term") as table:
        table.drop_constraint(PRESENT, type_="unique")
        table.create_unique_constraint(FORMER, ["trial_id", "stage", "requirement"])
        table.drop_column("parties")
