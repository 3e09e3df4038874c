"""Reports carry what a stage limits, final ones have versions, and what is past mending lapses."""

import sqlalchemy as sa
from alembic import op

revision = "017"
down_revision = "016"
branch_labels = None
depends_on = None

FORMER = "uq_trial_final_report_trial_id"
PRESENT = "uq_trial_final_report_trial_id_number"


def upgrade() -> None:
    with op.batch_alter_table("monitoring_report") as table:
        table.add_column(sa.Column("places", sa.Integer(), nullable=True))
        table.add_column(sa.Column("amount_each", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("amount_total", sa.BigInteger(), nullable=True))
    op.execute(
        "UPDATE monitoring_report SET state = 'lapsed' WHERE state = 'returned' AND EXISTS"
        " (SELECT 1 FROM trial WHERE trial.id = monitoring_report.trial_id"
        " AND trial.status IN ('completed', 'ended_early'))"
    )
    with op.batch_alter_table("trial_final_report") as table:
        table.add_column(sa.Column("number", sa.Integer(), nullable=False, server_default="1"))
        table.drop_constraint(FORMER, type_="unique")
        table.create_unique_constraint(PRESENT, ["trial_id", "number"])
    with op.batch_alter_table("trial_final_report") as table:
        table.alter_column("number", existing_type=sa.Integer(), server_default=None)


def downgrade() -> None:
    # Only the latest version has a place in the former table.
    op.execute(
        "DELETE FROM trial_final_report WHERE EXISTS (SELECT 1 FROM trial_final_report AS later"
        " WHERE later.trial_id = trial_final_report.trial_id"
        " AND later.number > trial_final_report.number)"
    )
    with op.batch_alter_table("trial_final_report") as table:
        table.drop_constraint(PRESENT, type_="unique")
        table.create_unique_constraint(FORMER, ["trial_id"])
        table.drop_column("number")
    op.execute("UPDATE monitoring_report SET state = 'returned' WHERE state = 'lapsed'")
    with op.batch_alter_table("monitoring_report") as table:
        for name in ("amount_total", "amount_each", "places"):
            table.drop_column(name)
