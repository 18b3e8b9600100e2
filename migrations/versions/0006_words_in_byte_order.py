"""PostgreSQL compares search words byte by byte, so that a prefix is a range of the index."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("lead_word", "word", type_=sa.String(length=80, collation="C"))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("lead_word", "word", type_=sa.String(length=80, collation="default"))
