"""The chat: threads, what was said, notes, steps, and who has one open."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
IN_THE_INBOX = sa.text("open_rank IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "chat_thread",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("public_id", sa.String(length=43), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("touch", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "answered",
                "closed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("open_rank", sa.Integer(), nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("waiting_since", MOMENT, nullable=True),
        sa.Column("flagged_at", MOMENT, nullable=True),
        sa.Column("held_because", sa.String(length=80), nullable=True),
        sa.Column("claimed_by_id", sa.Integer(), nullable=True),
        sa.Column("claimed_at", MOMENT, nullable=True),
        sa.Column("first_answer_at", MOMENT, nullable=True),
        sa.Column("visitor_seen", sa.Integer(), nullable=False),
        sa.Column("visitor_seen_at", MOMENT, nullable=True),
        sa.Column("staff_seen", sa.Integer(), nullable=False),
        sa.Column("staff_seen_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name="fk_chat_thread_lead_id_lead", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["claimed_by_id"],
            ["staff.id"],
            name="fk_chat_thread_claimed_by_id_staff",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_chat_thread"),
        sa.UniqueConstraint("ref", name="uq_chat_thread_ref"),
        sa.UniqueConstraint("public_id", name="uq_chat_thread_public_id"),
        sa.UniqueConstraint("key", name="uq_chat_thread_key"),
    )
    op.create_index(
        "ix_chat_thread_inbox",
        "chat_thread",
        ["open_rank", "due_at", "id"],
        sqlite_where=IN_THE_INBOX,
        postgresql_where=IN_THE_INBOX,
    )
    op.create_index("ix_chat_thread_updated_at_id", "chat_thread", ["updated_at", "id"])
    op.create_index("ix_chat_thread_lead_id", "chat_thread", ["lead_id"])
    op.create_index("ix_chat_thread_claimed_by_id", "chat_thread", ["claimed_by_id"])
    op.create_table(
        "chat_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=43), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column(
            "author",
            sa.Enum(
                "visitor",
                "staff",
                "system",
                name="author",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        *_belongs("chat_message"),
    )
    op.create_index("ix_chat_message_thread_id_id", "chat_message", ["thread_id", "id"])
    op.create_table(
        "chat_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=43), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        *_belongs("chat_note"),
    )
    op.create_table(
        "chat_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("mark", sa.String(length=80), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        *_keys("chat_step"),
        sa.PrimaryKeyConstraint("id", name="pk_chat_step"),
    )
    op.create_index("ix_chat_step_thread_id_id", "chat_step", ["thread_id", "id"])
    op.create_table(
        "chat_presence",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        _key("chat_presence", "staff_id", "staff", "CASCADE"),
        _key("chat_presence", "thread_id", "chat_thread", "CASCADE"),
        sa.PrimaryKeyConstraint("staff_id", name="pk_chat_presence"),
    )
    op.create_index("ix_chat_presence_thread_id", "chat_presence", ["thread_id"])


def downgrade() -> None:
    for table in ("chat_presence", "chat_step", "chat_note", "chat_message", "chat_thread"):
        op.drop_table(table)


def _belongs(table: str) -> list[sa.Constraint]:
    """Return what messages and notes have in common: a thread, an author, keys that exist once."""
    return [
        *_keys(table),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("public_id", name=f"uq_{table}_public_id"),
        sa.UniqueConstraint("thread_id", "key", name=f"uq_{table}_thread_id_key"),
    ]


def _keys(table: str) -> list[sa.Constraint]:
    return [
        _key(table, "thread_id", "chat_thread", "CASCADE"),
        _key(table, "staff_id", "staff", "SET NULL"),
    ]


def _key(table: str, column: str, to: str, gone: str) -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{to}.id"], name=f"fk_{table}_{column}_{to}", ondelete=gone
    )
