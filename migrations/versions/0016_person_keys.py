"""Whose data key is which; the keys themselves lie in the key store, apart from this database."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person_key",
        sa.Column("person", sa.String(length=120), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_person_key"),
        sa.UniqueConstraint("key_id", name="uq_person_key_key_id"),
    )


def downgrade() -> None:
    op.drop_table("person_key")
