"""A person's rows, found in any table by the foreign keys that lead to them."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, delete, func, or_, select

from portal.extensions import db, vault
from portal.intake import readings
from portal.intake.models import Reading
from portal.leads.models import Lead
from portal.orm import WITH_HIDDEN, Base
from portal.privacy.inventory import Held, held
from portal.replies.models import Reply

LEAD, LOG = cast("Table", Lead.__table__), cast("Table", Reading.__table__)
"""The log names people by number, and a number may have been another person's before."""
REPLIES = cast("Table", Reply.__table__)


def theirs(table: Table, lead: Lead) -> ColumnElement[bool]:
    """Return the condition by which a table's rows belong to somebody."""
    if table is LEAD:
        return LEAD.c.id == lead.id
    link = held()[table.name].link
    if table is LOG:
        return readings.theirs(lead)
    if link:
        return or_(*(table.c[name] == getattr(lead, to) for name, to in link.items()))
    if prints := held()[table.name].prints:
        return or_(*(table.c[name] == _print(table, name, lead) for name in prints))
    name, parent = _ways()[table.name]
    return table.c[name].in_(select(parent.c.id).where(theirs(parent, lead)))


def _print(table: Table, name: str, lead: Lead) -> str:
    """Return what a column holds that keeps a keyed hash of something that the lead has."""
    value = getattr(lead, held()[table.name].prints[name])
    return vault().fingerprint(f"{table.name}.{name}|{value}")


def replies(lead: Lead) -> Sequence[str]:
    """Return the references of what somebody left under articles: each has a key of its own."""
    return db.session.scalars(select(Reply.ref).where(theirs(REPLIES, lead))).all()


def rows(kind: Held, lead: Lead, *, withdrawn: bool = True) -> Sequence[Any]:
    """Return somebody's rows of one table, the oldest first; what they withdrew if asked."""
    model = _models()[kind.table.name]
    query = select(model).where(theirs(kind.table, lead)).order_by(*kind.table.primary_key)
    return db.session.scalars(query, execution_options={WITH_HIDDEN: withdrawn}).unique().all()


def counts(lead: Lead) -> Mapping[str, int]:
    """Return how many rows each table holds about somebody, those without any left out."""
    found = {
        name: db.session.scalar(
            select(func.count()).select_from(kind.table).where(theirs(kind.table, lead))
        )
        for name, kind in held().items()
    }
    return {name: count for name, count in found.items() if count}


def take_away(lead: Lead) -> None:
    """Delete every row about somebody, but those that say why they stay, in this transaction.

    Children go first; nothing is left to a cascade, which a later migration might forget.
    """
    facts = ("id", "ref", "email", "email_key", "created_at")
    gone = Lead(**{name: getattr(lead, name) for name in facts})
    db.session.flush()
    db.session.expunge_all()
    for table in reversed(Base.metadata.sorted_tables):
        kind = held().get(table.name)
        if kind and not kind.stays:
            db.session.execute(
                delete(table).where(theirs(table, gone)),
                execution_options={"synchronize_session": False},
            )


@cache
def _ways() -> Mapping[str, tuple[str, Table]]:
    """Return for every table the column that leads on to the lead, the shortest way first."""
    ways: dict[str, tuple[str, Table]] = {}
    reached = [LEAD]
    for parent in reached:
        for table in Base.metadata.sorted_tables:
            for key in table.foreign_keys:
                if key.column.table is parent and table.name not in {*ways, Lead.__tablename__}:
                    ways[table.name] = (key.parent.name, parent)
                    reached.append(table)
    return ways


def reachable() -> frozenset[str]:
    """Return the tables whose rows a foreign key ties to a lead."""
    return frozenset({*_ways(), Lead.__tablename__})


@cache
def _models() -> Mapping[str, type[Base]]:
    return {
        cast("Table", mapper.local_table).name: mapper.class_ for mapper in Base.registry.mappers
    }
