"""Messages from before the inbox knew which are new: they count as read."""

from alembic import op

revision = "004"
down_revision = "003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was there before has been shown many times; calling it new would hide what is. It has a
    # step of its own, so that nobody waits for the whole table behind the lock of the new column.
    op.execute("UPDATE outbox_mail SET read_at = created_at WHERE read_at IS NULL")


def downgrade() -> None:
    """Leave everything as it is: which messages were new before is known to nobody."""
