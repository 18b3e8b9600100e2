"""Questions about threads: the inbox, one thread, and the one cheap look of a poll."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, func, literal, select, tuple_

from portal.chat.models import (
    PRESENT,
    ChatPresence,
    Message,
    Note,
    State,
    Step,
    Thread,
)
from portal.extensions import db
from portal.orm import UtcDateTime
from portal.staff.models import Staff

LATELY = timedelta(days=14)
LAST = datetime.max.replace(tzinfo=UTC)
"""Where a thread without a clock stands among those with one."""
Spot = tuple[int, datetime, int]
"""Where a thread stands in its list: its rank, its moment and its id."""


@dataclass(frozen=True)
class Mark:
    """How far a thread is, as one indexed row tells: what a poll compares before it draws."""

    id: int
    version: int
    visitor_seen: int
    staff_seen: int
    due_at: datetime | None

    def tag(self, *, at: datetime) -> str:
        """Return the mark as a poll carries it: it is another one once an answer is late."""
        late = ".late" if self.due_at is not None and self.due_at <= at else ""
        return f"{self.version}.{self.visitor_seen}.{self.staff_seen}{late}"


def mark(public_id: str) -> Mark:
    """Return how far a thread is; raise NoResultFound."""
    columns = (Thread.id, Thread.version, Thread.visitor_seen, Thread.staff_seen, Thread.due_at)
    found = db.session.execute(select(*columns).where(Thread.public_id == public_id)).one()
    return Mark(*found)


def mark_of(thread: Thread) -> Mark:
    """Return how far a thread at hand is."""
    seen = thread.visitor_seen, thread.staff_seen
    return Mark(thread.id, thread.version, *seen, thread.due_at)


def thread(thread_id: int) -> Thread:
    """Return a thread; raise NoResultFound."""
    return db.session.scalars(select(Thread).where(Thread.id == thread_id)).one()


def named(public_id: str) -> Thread:
    """Return the thread that a link names; raise NoResultFound."""
    return db.session.scalars(select(Thread).where(Thread.public_id == public_id)).one()


def to_write(thread_id: int) -> Thread:
    """Return a thread with its row locked until the transaction ends; raise NoResultFound."""
    return db.session.scalars(
        select(Thread)
        .where(Thread.id == thread_id)
        .with_for_update(of=Thread)
        .execution_options(populate_existing=True)
    ).one()


def begun_with(key: str) -> Thread | None:
    """Return the thread that this form began, None when it is new."""
    return db.session.scalars(select(Thread).where(Thread.key == key)).one_or_none()


def said_with(thread_id: int, key: str) -> Message | None:
    """Return the message that this form sent, None when it is new."""
    return db.session.scalars(
        select(Message).where(Message.thread_id == thread_id, Message.key == key)
    ).one_or_none()


def noted_with(thread_id: int, key: str) -> Note | None:
    """Return the note that this form wrote, None when it is new."""
    return db.session.scalars(
        select(Note).where(Note.thread_id == thread_id, Note.key == key)
    ).one_or_none()


def messages(thread_id: int) -> Sequence[Message]:
    """Return what was said, the oldest first."""
    return db.session.scalars(
        select(Message).where(Message.thread_id == thread_id).order_by(Message.id)
    ).all()


def last_message_id(thread_id: int) -> int:
    """Return the id of the last thing said."""
    last = select(func.max(Message.id)).where(Message.thread_id == thread_id)
    return db.session.scalar(last) or 0


def notes(thread_id: int) -> Sequence[Note]:
    """Return the staff's notes that stand, the oldest first."""
    return db.session.scalars(
        select(Note).where(Note.thread_id == thread_id, Note.undone_at.is_(None)).order_by(Note.id)
    ).all()


def steps(thread_id: int) -> Sequence[Step]:
    """Return what was done with a thread, the oldest first."""
    return db.session.scalars(
        select(Step).where(Step.thread_id == thread_id).order_by(Step.id)
    ).all()


def inbox(*, after: Spot | None = None, limit: int) -> Sequence[Thread]:
    """Return the open threads: flagged first, then by the clock, then those that were answered."""
    due = func.coalesce(Thread.due_at, literal(LAST, UtcDateTime()))
    wanted = select(Thread).where(Thread.open_rank.is_not(None))
    if after is not None:
        rank, moment, thread_id = after
        spot = (literal(rank), literal(moment, UtcDateTime()), literal(thread_id))
        wanted = wanted.where(tuple_(Thread.open_rank, due, Thread.id) > tuple_(*spot))
    return db.session.scalars(wanted.order_by(Thread.open_rank, due, Thread.id).limit(limit)).all()


def closed_lately(*, at: datetime, after: Spot | None = None, limit: int) -> Sequence[Thread]:
    """Return the threads that were closed within two weeks, the last first."""
    closed = (Thread.state == State.CLOSED) & (Thread.updated_at >= at - LATELY)
    return _latest(select(Thread).where(closed), after=after, limit=limit)


def held(*, after: Spot | None = None, limit: int) -> Sequence[Thread]:
    """Return the threads that look like spam, the last first."""
    is_held = Thread.held_because.is_not(None)
    return _latest(select(Thread).where(is_held), after=after, limit=limit)


def spot(thread: Thread) -> Spot:
    """Return where a thread stands: among the open ones by its clock, else by its last change."""
    if thread.open_rank is None:
        return 0, thread.updated_at, thread.id
    return thread.open_rank, thread.due_at or LAST, thread.id


def _latest(wanted: Select[Thread], *, after: Spot | None, limit: int) -> Sequence[Thread]:
    if after is not None:
        _, moment, thread_id = after
        spot_ = (literal(moment, UtcDateTime()), literal(thread_id))
        wanted = wanted.where(tuple_(Thread.updated_at, Thread.id) < tuple_(*spot_))
    order = (Thread.updated_at.desc(), Thread.id.desc())
    return db.session.scalars(wanted.order_by(*order).limit(limit)).all()


def of_lead(lead_id: int) -> Sequence[Thread]:
    """Return the threads of a lead, the newest first."""
    return db.session.scalars(
        select(Thread).where(Thread.lead_id == lead_id).order_by(Thread.id.desc())
    ).all()


def waiting_of_lead(lead_id: int) -> int:
    """Return how many threads of a lead wait for an answer."""
    waiting = (Thread.lead_id == lead_id) & (Thread.state == State.WAITING)
    return db.session.scalar(select(func.count()).select_from(Thread).where(waiting)) or 0


def refs_of_lead(lead_id: int) -> Sequence[str]:
    """Return the names of the data keys of a lead's threads: they go with the person."""
    return db.session.scalars(
        select(Thread.ref).where(Thread.lead_id == lead_id).order_by(Thread.id)
    ).all()


def also_here(thread_id: int, *, but: int, at: datetime) -> Sequence[str]:
    """Return the names of the others who have a thread open just now."""
    return db.session.scalars(
        select(Staff.name)
        .join(ChatPresence, ChatPresence.staff_id == Staff.id)
        .where(
            ChatPresence.thread_id == thread_id,
            ChatPresence.staff_id != but,
            ChatPresence.seen_at > at - PRESENT,
        )
        .order_by(Staff.name, Staff.id)
    ).all()
