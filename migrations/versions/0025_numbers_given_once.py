"""SQLite gives the number of an erased row no second time, as PostgreSQL never did.

Only the words of the schema change, not a byte of any row: SQLite's own way for that is to write
them, which keeps triggers, indexes and the keys that point to a table as they are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0023"
branch_labels = None
depends_on = None

TABLES = (
    "assessment",
    "booking",
    "chat_thread",
    "complaint",
    "day_pass",
    "lead",
    "plan",
    "reply",
)
ANEW, ONCE = "PRIMARY KEY (id)", "PRIMARY KEY (id AUTOINCREMENT)"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # SQLite keeps its own table of numbers from the first such table on.
        op.execute("CREATE TABLE first (id INTEGER PRIMARY KEY AUTOINCREMENT)")
        _reword(ANEW, ONCE)
        for name in TABLES:
            op.execute(f"INSERT INTO sqlite_sequence SELECT '{name}', max(id) FROM {name}")  # noqa: S608 - names of ours
        op.execute("DROP TABLE first")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _reword(ONCE, ANEW)
        names = sa.bindparam("names", TABLES, expanding=True)
        op.execute(sa.text("DELETE FROM sqlite_sequence WHERE name IN :names").bindparams(names))


def _reword(before: str, after: str) -> None:
    op.execute("PRAGMA writable_schema=ON")
    op.execute(
        sa.text(
            "UPDATE sqlite_master SET sql = replace(sql, :before, :after)"
            " WHERE type = 'table' AND name IN :names"
        ).bindparams(
            sa.bindparam("names", TABLES, expanding=True),
            before=before,
            after=after,
        )
    )
    op.execute("PRAGMA writable_schema=RESET")
