"""A form remembers the time that was picked before it."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("enquiry", sa.Column("picked", sa.String(200), nullable=True))


def downgrade() -> None:
    op.drop_column("enquiry", "picked")
