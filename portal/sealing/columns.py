"""Every column that holds sealed values, with the way from a row to its place and its person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from portal.cipher import MARK
from portal.extensions import db
from portal.orm import Sealed


@dataclass(frozen=True)
class Value:
    """One sealed value: the row's id, where it is sealed to, and whose it is."""

    id: int
    place: str
    text: str
    person: str | None


@dataclass(frozen=True)
class SealedColumn:
    """One column of sealed values."""

    column: sa.Column[str]
    way: Sealed

    @property
    def name(self) -> str:
        """Return the column as `table.column`."""
        return f"{self.table.name}.{self.column.name}"

    @property
    def table(self) -> sa.Table:
        """Return the table that the column is in."""
        return self.column.table

    def values(self, *, after: int, limit: int, old_only: bool = False) -> list[Value]:
        """Return the next values in the order of their ids; `old_only`: under no data key."""
        start, person = self._person()
        by = self.table.c[self.way.by]
        wanted = (
            sa.select(self.table.c.id, by, self.column, person)
            .select_from(start)
            .where(self.table.c.id > after, self.column.is_not(None))
            .order_by(self.table.c.id)
            .limit(limit)
        )
        if old_only:
            wanted = wanted.where(self.column.not_like(f"{MARK}%"))
        return [
            Value(id_, f"{self.name}:{by_}", text, whose)
            for id_, by_, text, whose in db.session.execute(wanted)
        ]

    def replace(self, value: Value, sealed: str) -> bool:
        """Put a newly sealed text in the place of a value, unless it has changed meanwhile."""
        change = (
            sa.update(self.table)
            .where(self.table.c.id == value.id, self.column == value.text)
            .values({self.column: sealed})
        )
        return db.session.connection().execute(change).rowcount == 1

    def _person(self) -> tuple[sa.FromClause, sa.ColumnElement[Any]]:
        """Return the table joined along the foreign keys of the way, and the column at its end."""
        if self.way.person is None:
            return self.table, sa.null().label("person")
        *steps, last = self.way.person.split(".")
        start: sa.FromClause = self.table
        here: sa.FromClause = self.table
        for step in steps:
            key = next(iter(here.c[step].foreign_keys)).column
            there = key.table.alias()
            start = start.outerjoin(there, here.c[step] == there.c[key.name])
            here = there
        return start, here.c[last]


def columns() -> Sequence[SealedColumn]:
    """Return every sealed column of the models, in a fixed order."""
    found = (column for table in db.metadata.tables.values() for column in table.columns)
    return sorted(
        (SealedColumn(each, each.info["sealed"]) for each in found if "sealed" in each.info),
        key=lambda each: each.name,
    )


def all_values(column: SealedColumn, *, at_once: int) -> Iterator[list[Value]]:
    """Return every value of a column, a batch at a time."""
    last = 0
    while batch := column.values(after=last, limit=at_once):
        yield batch
        last = batch[-1].id
        db.session.rollback()
