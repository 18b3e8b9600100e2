"""SQLite as a database that keeps its word: durable, enforcing, and one writer at a time."""

import os
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, event

WRITE = "sqlite_write"
BUSY_MS = 10_000


def prepare(engine: Engine) -> None:
    """Make every connection of a SQLite engine durable, and let transactions say that they write.

    `synchronous=FULL` is the price of never losing an acknowledged lead at a power cut. The
    driver's own transaction handling is off: BEGIN is ours, IMMEDIATE where the execution option
    WRITE is set, so that two writers queue for the lock instead of failing half-way.
    """
    keep_durable(engine)
    event.listen(engine, "do_connect", _on_do_connect)
    event.listen(engine, "begin", _on_begin)


def keep_durable(engine: Engine) -> None:
    """Make every connection of a SQLite engine durable; each statement commits by itself."""
    event.listen(engine, "connect", _on_connect)


def _on_do_connect(_dialect: object, _record: object, files: Any, _options: object) -> None:
    """Make a new file readable by its owner only, before SQLite makes it for everybody.

    Its log takes over who may read it.
    """
    name = files[0]
    if name and not name.startswith((":", "file:")):
        with suppress(OSError):  # SQLite says what is wrong in a way that is understood.
            os.close(os.open(name, os.O_CREAT | os.O_RDWR, 0o600))


def _on_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
