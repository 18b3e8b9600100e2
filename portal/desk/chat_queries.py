"""Questions of the desk about chats: a box of the inbox, and the one look of a poll."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, case, literal, select, union_all

from portal.chat import queries
from portal.chat.models import PRESENT, ChatPresence, Thread
from portal.chat.queries import Spot
from portal.desk.queries import PAGE, pulses
from portal.desk.queues import Place
from portal.extensions import db
from portal.orm import UtcDateTime

BEAT = timedelta(seconds=20)
ONE_SEEN, ONE_HERE = 3, 4
"""How the rows of a pulse are told apart, beside those that `queries.pulses` counts."""


@dataclass(frozen=True)
class Box:
    """A named part of the chats, with the words that stand in an empty one."""

    key: str
    name: str
    order: str
    empty: str
    read: Callable[[datetime, Spot | None], Sequence[Thread]]


OPEN = Box(
    "open",
    "Chats",
    "most urgent first",
    "Nobody waits in the chat.",
    lambda _, after: queries.inbox(after=after, limit=PAGE + 1),
)
BOXES: Mapping[str, Box] = {
    "open": OPEN,
    "closed": Box(
        "closed",
        "Closed lately",
        "two weeks",
        "Nothing here.",
        lambda at, after: queries.closed_lately(at=at, after=after, limit=PAGE + 1),
    ),
    "held": Box(
        "held",
        "Held",
        "looks like spam",
        "Nothing here.",
        lambda _, after: queries.held(after=after, limit=PAGE + 1),
    ),
}


@dataclass(frozen=True)
class Page:
    """A screenful of a box; `more` is where the next one starts, None at the end."""

    threads: Sequence[Thread]
    more: Place | None


def page(box: Box, *, after: Place | None, at: datetime) -> Page:
    """Return a page of a box in its order."""
    found = box.read(at, (after.rank, after.moment, after.id) if after else None)
    more = Place(*queries.spot(found[PAGE - 1])) if len(found) > PAGE else None
    return Page(found[:PAGE], more)


@dataclass(frozen=True)
class Pulse:
    """What a poll compares, and how long ago this person was noted at the open chat.

    `facts` stay the same while nothing changes; `was_here` is false for somebody who opens it now.
    """

    facts: Sequence[tuple[int, ...]]
    was_here: bool
    beat_is_due: bool


def pulse(thread_id: int | None, *, staff_id: int, at: datetime) -> Pulse:
    """Return what changes with whatever happens, and who else has the open chat; one question."""
    rows = db.session.execute(_pulse(), _facts(thread_id, staff_id, at)).all()
    mine = [row for row in rows if (row.what, row.id) == (ONE_HERE, staff_id)]
    others = [(row.what, row.id) for row in rows if row.what == ONE_HERE and row.id != staff_id]
    told = [tuple(row) for row in rows if row.what != ONE_HERE]
    return Pulse(
        facts=sorted(told + others),
        was_here=bool(mine),
        beat_is_due=not any(row.number for row in mine),
    )


def _facts(thread_id: int | None, staff_id: int, at: datetime) -> Mapping[str, Any]:
    return {
        "thread_id": thread_id or 0,
        "staff_id": staff_id,
        "present": at - PRESENT,
        "beat": at - BEAT,
    }


@cache
def _pulse() -> Select[Any]:
    open_id = bindparam("thread_id", type_=Integer())
    beat, present = (bindparam(name, type_=UtcDateTime()) for name in ("beat", "present"))
    seen = select(literal(ONE_SEEN).label("what"), Thread.version, Thread.visitor_seen).where(
        Thread.id == open_id
    )
    here = select(
        literal(ONE_HERE), ChatPresence.staff_id, case((ChatPresence.seen_at > beat, 1), else_=0)
    ).where(ChatPresence.thread_id == open_id, ChatPresence.seen_at > present)
    both = union_all(*pulses(), seen, here).subquery()
    what, id_, number = both.c
    return select(what.label("what"), id_.label("id"), number.label("number"))
