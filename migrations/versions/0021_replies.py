"""Replies under articles, and the threads that take no more."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

STATES = ("held", "published", "rejected")
DOUBTS = ("trap", "haste", "borrowed", "links", "many")
ALARMS = ("EMERGENCY", "URGENT")


def _words(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=43), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("writer", sa.String(length=64), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("original", sa.Text(), nullable=True),
        sa.Column("state", _words("state", STATES), nullable=False),
        sa.Column("doubt", _words("doubt", DOUBTS), nullable=True),
        sa.Column("alarm", _words("alarm", ALARMS), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tell", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name="fk_reply_staff_id_staff", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reply"),
        sa.UniqueConstraint("public_id", name="uq_reply_public_id"),
        sa.UniqueConstraint("ref", name="uq_reply_ref"),
        sa.UniqueConstraint("key", name="uq_reply_key"),
    )
    op.create_index("ix_reply_slug_state_id", "reply", ["slug", "state", "id"])
    op.create_index("ix_reply_state_id", "reply", ["state", "id"])
    op.create_index("ix_reply_writer", "reply", ["writer"])
    op.create_table(
        "closed_thread",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name="fk_closed_thread_staff_id_staff",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("slug", name="pk_closed_thread"),
    )


def downgrade() -> None:
    op.drop_table("closed_thread")
    op.drop_table("reply")
