"""What every table shares: constraint names, UTC times, plain-text enums, and what is hidden."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Dialect, Enum, MetaData, event, true
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
NEVER_AGAIN = {"sqlite_autoincrement": True}
"""For a table whose rows are erased: SQLite too never gives a number a second time.

A screen that somebody left open names a row by its number, and must not find another person's.
"""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: stored in UTC, returned aware, refused when naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse a naive time: nobody can say which moment it names."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A naive datetime cannot be stored; give it a time zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the moment aware, also from SQLite, which forgets the zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def text_enum(kind: type[StrEnum], *, name: str) -> Enum:
    """Return a column type that stores the enum's values as text under a CHECK constraint."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


@dataclass(frozen=True)
class Sealed:
    """How a sealed column is opened: its place ends with the row's `by`, `person` leads to whose.

    Without `person` it is under the studio's own data key: it outlives those whom it names.
    `person` names foreign keys to follow, and at their end the column with the lead's reference:
    `intake_id.enquiry_id.lead_id.ref`.
    """

    by: str
    person: str | None


def sealed(*, by: str, person: str | None) -> dict[str, Any]:
    """Return the `info` of a column whose values are sealed for `<table>.<column>:<row's by>`."""
    return {"sealed": Sealed(by, person)}


class Base(DeclarativeBase):
    """The parent of every model."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: dict[Any, Any] = {datetime: UtcDateTime()}


class Veiled:
    """A row that may be out of sight: no query of the portal finds it unless it asks `WITH_HIDDEN`.

    `shown` is the condition under which it is in sight. One that goes by another row's says it
    itself; one with a `hidden_at` of its own is `Hideable`.
    """

    @classmethod
    def shown(cls) -> ColumnElement[bool]:
        """Return when a row is in sight: always, unless its class says otherwise."""
        return true()


class Hideable(Veiled):
    """A row that is taken out of sight for good by a moment in `hidden_at`."""

    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @classmethod
    def shown(cls) -> ColumnElement[bool]:
        """Return when a row is in sight: as long as nothing hid it."""
        return cls.hidden_at.is_(None)


WITH_HIDDEN = "with_hidden"
_IN_SIGHT = with_loader_criteria(
    Veiled, lambda cls: cls.shown(), include_aliases=True, propagate_to_loaders=False
)
"""One option for every such table. Loaders need no copy of it: they come by here themselves."""


@event.listens_for(Session, "do_orm_execute")
def _leave_out_hidden(state: ORMExecuteState) -> None:
    """Keep what was withdrawn out of every answer: a page cannot forget to ask for that."""
    if state.is_select and state.is_orm_statement and not state.execution_options.get(WITH_HIDDEN):
        state.statement = state.statement.options(_IN_SIGHT)
