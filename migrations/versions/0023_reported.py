"""A sign reported while training stands in the queue between the alarms and the referrals."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lead", sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE lead SET open_rank = open_rank + 1 WHERE open_rank >= 2")


def downgrade() -> None:
    op.execute("UPDATE lead SET open_rank = open_rank - 1 WHERE open_rank >= 3")
    op.drop_column("lead", "reported_at")
