"""The fingerprint of rules on disk is kept once something begins under them."""

import sqlalchemy as sa
from alembic import op

revision = "026"
down_revision = "025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "installed_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("semver", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_installed_version"),
        sa.UniqueConstraint("code", "semver", name="uq_installed_version_code_semver"),
    )


def downgrade() -> None:
    op.drop_table("installed_version")
