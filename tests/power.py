"""The line to the database goes dead at a statement: whatever was half done must not be there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from portal.extensions import db

WRITES = ("INSERT", "UPDATE", "DELETE")


class PowerCutError(Exception):
    """The line to the database goes dead at a statement."""


@contextmanager
def cut_at(number: int) -> Iterator[list[str]]:
    """Let the given write fail, counted from 1; yield the writes that were come to."""
    seen: list[str] = []

    def cut(_connection, _cursor, statement, *_rest) -> None:
        if statement.startswith(WRITES):
            seen.append(statement)
            if len(seen) == number:
                raise PowerCutError

    sa.event.listen(db.engine, "before_cursor_execute", cut)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", cut)


def everything() -> dict[str, list[tuple]]:
    """Every row of every table."""
    db.session.rollback()
    return {
        table.name: sorted((tuple(row) for row in db.session.execute(sa.select(table))), key=repr)
        for table in db.metadata.sorted_tables
    }


def all_or_nothing(act: Callable[[], object]) -> int:
    """Act until no write fails any more, failing each in turn; return how many writes there are.

    After every failure the database must be exactly as before.
    """
    before, number = everything(), 1
    while True:
        try:
            with cut_at(number) as seen:
                act()
        except PowerCutError:
            assert everything() == before, f"write {number} left something behind"
        else:
            assert len(seen) == number - 1
            assert everything() != before
            return len(seen)
        number += 1
