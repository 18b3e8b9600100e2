"""A coach's profile loses the words about them that no page ever showed."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("coach_profile", "intro")


def downgrade() -> None:
    op.add_column(
        "coach_profile",
        sa.Column("intro", sa.String(200), nullable=False, server_default=""),
    )
