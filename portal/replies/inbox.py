"""The replies as the desk lists them: flagged first, then by age; no name and no word of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, literal, or_, select

from portal.extensions import db
from portal.leads.contact import read_email
from portal.leads.models import Lead
from portal.replies import sealing
from portal.replies.models import Alarm, Doubt, Reply, State

PAGE = 50
Spot = tuple[int, int]
"""Where a reply stands in its part of the inbox: how grave its flag is, and its id."""
FLAGGED = and_(Reply.alarm.is_not(None), Reply.seen_at.is_(None))
WAITS = and_(Reply.state == State.HELD, or_(Reply.doubt.is_(None), FLAGGED))
VIEWS: Mapping[str, tuple[str, ColumnElement[bool]]] = {
    "waiting": ("Waiting", WAITS),
    "spam": ("Looks like spam", and_(Reply.state == State.HELD, ~WAITS)),
    "published": ("Published", Reply.state == State.PUBLISHED),
    "aside": ("Put aside", Reply.state == State.REJECTED),
}
"""Each part of the inbox with its name; only what waits is read oldest first."""


@dataclass(frozen=True)
class Row:
    """One line of the inbox."""

    id: int
    ref: str
    slug: str
    state: State
    doubt: Doubt | None
    alarm: Alarm | None
    flagged: bool
    answered: bool
    edited: bool
    created_at: datetime


def page(view: str, *, after: Spot | None) -> tuple[Sequence[Row], Spot | None]:
    """Return a screenful of a part of the inbox, and after what the next one starts, if it does."""
    oldest_first = view == "waiting"
    rank = case((FLAGGED, _rank()), else_=len(Alarm))
    wanted = select(rank, Reply).where(VIEWS[view][1])
    if after is not None:
        later = Reply.id > after[1] if oldest_first else Reply.id < after[1]
        wanted = wanted.where(or_(rank > after[0], and_(rank == after[0], later)))
    age = Reply.id.asc() if oldest_first else Reply.id.desc()
    found = db.session.execute(wanted.order_by(rank, age).limit(PAGE + 1)).all()
    rows = [_row(reply) for _, reply in found[:PAGE]]
    return rows, (found[PAGE - 1][0], rows[-1].id) if len(found) > PAGE else None


def waiting() -> Select[Any]:
    """Select a line for each reply that somebody has still to read."""
    return select(literal(1)).where(WAITS)


def flagged() -> Select[Any]:
    """Select a line for each reply with a sign that nobody has looked at."""
    return select(literal(1)).where(Reply.state == State.HELD, FLAGGED)


def lead_of(reply: Reply) -> Lead | None:
    """Return the lead with the writer's address, if there is one: nobody has proven it is theirs.

    Raise CannotOpenError once erased.
    """
    key = read_email(sealing.who(reply)["email"]).key
    return db.session.scalars(select(Lead).where(Lead.email_key == key)).one_or_none()


def last_flagged(limit: int) -> Select[int, int]:
    """Select the ids and versions of the last of these: they change with the strip at the desk."""
    is_flagged = (Reply.state == State.HELD, FLAGGED)
    return select(Reply.id, Reply.version).where(*is_flagged).order_by(Reply.id.desc()).limit(limit)


def _rank() -> ColumnElement[int]:
    return case({alarm.value: rank for rank, alarm in enumerate(Alarm)}, value=Reply.alarm)


def _row(reply: Reply) -> Row:
    return Row(
        id=reply.id,
        ref=reply.ref,
        slug=reply.slug,
        state=reply.state,
        doubt=reply.doubt,
        alarm=reply.alarm,
        flagged=reply.is_flagged,
        answered=reply.answer is not None,
        edited=reply.edited_at is not None,
        created_at=reply.created_at,
    )
