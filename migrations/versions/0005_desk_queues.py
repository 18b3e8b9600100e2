"""What the desk looks up by owner, by snooze and by last change, at any number of leads."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OPEN = sa.text("open_rank IS NOT NULL")
SNOOZED = sa.text("snoozed_until IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_lead_owner_id_open_rank",
        "lead",
        ["owner_id", "open_rank"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index(
        "ix_lead_snoozed_until",
        "lead",
        ["snoozed_until"],
        sqlite_where=SNOOZED,
        postgresql_where=SNOOZED,
    )
    op.create_index("ix_lead_status_updated_at", "lead", ["status", "updated_at"])


def downgrade() -> None:
    op.drop_index("ix_lead_status_updated_at", "lead")
    op.drop_index("ix_lead_snoozed_until", "lead")
    op.drop_index("ix_lead_owner_id_open_rank", "lead")
