"""What staff do with a thread; each is one transaction on the locked row.

Every action is told the version of the thread that the person saw. A step on a thread that a
colleague has answered, claimed or closed since raises OvertakenError and changes nothing; what the
visitor wrote meanwhile stands in the way of closing only. Pressed twice, a button does its step
once and returns what the first press wrote.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.chat import joining, notices, queries, response
from portal.chat.models import Author, ChatPresence, Message, Note, Step, Thread
from portal.chat.persisting import persist
from portal.chat.writing import add, add_note, same
from portal.config import Settings
from portal.errors import WrongStateError
from portal.extensions import db, settings, transaction
from portal.staff.models import Staff

MOST_RETURNED = 100


class OvertakenError(Exception):
    """A colleague, or for closing the visitor, was at the thread since `seen` was on the screen."""

    def __init__(self, thread_id: int, *, seen: int) -> None:
        super().__init__(f"Chat {thread_id} is past version {seen}.")
        self.thread_id, self.seen = thread_id, seen


@dataclass(frozen=True)
class Press:
    """A button pressed: on which thread, by whom, when, and which version of it they saw."""

    thread_id: int
    staff: Staff
    seen: int
    at: datetime


def answer(press: Press, text: str, *, key: str) -> Message:
    """Answer the visitor; whoever answers a thread that is nobody's has it from then on.

    Raise OvertakenError when a colleague was at it meanwhile, so that nobody is answered twice,
    KeyTakenError when the key was used for another text.
    """
    return persist(lambda: _answer(press, text, key=key))


@transaction()
def _answer(press: Press, text: str, *, key: str) -> Message:
    thread = queries.to_write(press.thread_id)
    earlier = queries.said_with(thread.id, key)
    if earlier is not None:
        same(earlier, text)
        return earlier
    _refuse_if_overtaken(thread, press)
    call_by = response.due_at(at=press.at, settings=settings())
    thread.answered(press.staff, at=press.at, call_by=call_by)
    joining.catch_up(thread, at=press.at)
    message = add(thread, press.staff, text, key=key, at=press.at)
    thread.seen_by_staff(message.id, at=press.at)
    notices.hush(thread)
    if thread.wants_call:
        notices.bell(thread, at=press.at)
    notices.answered(thread, at=press.at)
    return message


@transaction()
def note(press: Press, text: str, *, key: str) -> Note:
    """Add a note. It overwrites nothing, so nothing stands in its way."""
    thread = queries.to_write(press.thread_id)
    earlier = queries.noted_with(thread.id, key)
    if earlier is not None:
        same(earlier, text)
        return earlier
    thread.touched(at=press.at)
    return add_note(thread, text, key=key, at=press.at, staff=press.staff)


def claim(press: Press) -> Step:
    """Take the thread on oneself."""
    return _step(press, "claimed", lambda thread: thread.claim(press.staff, at=press.at))


def give_back(press: Press) -> Step:
    """Give the thread back to everybody."""
    return _step(press, "given_back", lambda thread: thread.give_back(at=press.at))


def lower_flag(press: Press) -> Step:
    """Take the thread off the top: somebody has seen to what sounded like an emergency."""
    return _step(press, "flag_lowered", lambda thread: thread.lower_flag(at=press.at))


def close(press: Press) -> Step:
    """Take the thread out of the inbox; refused when the visitor has written meanwhile."""

    def change(thread: Thread) -> None:
        thread.close(at=press.at)
        notices.hush(thread)

    return _step(press, "closed", change, unread_matters=True)


def called(press: Press) -> Step:
    """Note that the visitor was called; refused when they have written meanwhile."""

    def change(thread: Thread) -> None:
        thread.called(press.staff, at=press.at)
        notices.hush(thread)

    return _step(press, "called", change, unread_matters=True)


def release(press: Press) -> Step:
    """Let a thread that looked like spam into the inbox."""

    def change(thread: Thread) -> None:
        thread.release(at=press.at)
        joining.catch_up(thread, at=press.at)

    return persist(lambda: _step(press, "released", change))


@transaction()
def undo(thread_id: int, step_id: int, *, staff: Staff, at: datetime) -> Step:
    """Take a step back; raise OvertakenError when anything has happened since.

    A step that is already taken back stays so.
    """
    thread = queries.to_write(thread_id)
    step = db.session.scalars(
        select(Step).where(Step.id == step_id, Step.thread_id == thread_id)
    ).one()
    if step.undone_at is not None:
        return step
    if step.before is None:
        raise WrongStateError("This cannot be taken back.")
    if step.version != thread.version:
        raise OvertakenError(thread_id, seen=step.version)
    thread.put_back(step.before, at=at)
    step.undone_at = at
    _write_down(thread, "undone", staff=staff, at=at)
    return step


@transaction()
def undo_note(thread_id: int, note_id: int, *, at: datetime) -> Note:
    """Take a note back: it is shown no more."""
    thread = queries.to_write(thread_id)
    row = db.session.scalars(
        select(Note).where(Note.id == note_id, Note.thread_id == thread_id)
    ).one()
    if row.undone_at is None:
        row.undone_at = at
        thread.touched(at=at)
    return row


@transaction()
def see(thread_id: int, message_id: int, *, at: datetime) -> bool:
    """Note the last message that the desk has before its eyes; say whether that is news."""
    thread = queries.to_write(thread_id)
    return thread.seen_by_staff(min(message_id, queries.last_message_id(thread_id)), at=at)


@transaction()
def heartbeat(thread_id: int, *, staff_id: int, at: datetime) -> None:
    """Note that somebody has this thread open."""
    presence = db.session.get(ChatPresence, staff_id)
    if presence is None:
        db.session.add(ChatPresence(staff_id=staff_id, thread_id=thread_id, seen_at=at))
    else:
        presence.thread_id, presence.seen_at = thread_id, at


@transaction()
def return_ignored(at: datetime, *, settings: Settings) -> int:
    """Give waiting threads back whose claimer lets them wait, or has left; return how many.

    The wait is twice the clock of a chat in opening time: from the claim or from the first word
    without an answer, whichever came later; for a call, from when it was due.
    """
    claimed = db.session.scalars(
        select(Thread)
        .where(
            Thread.open_rank.is_not(None),
            Thread.claimed_by_id.is_not(None),
            Thread.due_at.is_not(None),
        )
        .order_by(Thread.claimed_at, Thread.id)
        .limit(MOST_RETURNED)
        .with_for_update(of=Thread, skip_locked=True)
    ).all()
    ignored = [each for each in claimed if _is_ignored(each, at=at, settings=settings)]
    for thread in ignored:
        thread.give_back(at=at)
        _write_down(thread, "returned", staff=None, at=at)
    return len(ignored)


def _is_ignored(thread: Thread, *, at: datetime, settings: Settings) -> bool:
    if thread.claimed_by is None or not thread.claimed_by.active:
        return True
    begins = thread.waiting_since or thread.due_at
    waits = [moment for moment in (thread.claimed_at, begins) if moment]
    return response.is_ignored(since=max(waits), at=at, settings=settings)


@transaction()
def _step(
    press: Press, kind: str, change: Callable[[Thread], None], *, unread_matters: bool = False
) -> Step:
    thread = queries.to_write(press.thread_id)
    mark = f"{press.seen}:{press.staff.id}:{kind}"
    earlier = _pressed_before(thread, mark)
    if earlier is not None:
        return earlier
    _refuse_if_overtaken(thread, press, by_visitor=unread_matters)
    before = thread.snapshot()
    change(thread)
    return _write_down(thread, kind, staff=press.staff, at=press.at, before=before, mark=mark)


def _write_down(
    thread: Thread, kind: str, *, staff: Staff | None, at: datetime, **undoing: Any
) -> Step:
    """Write a step down after the thread's own change; `undoing` holds its `before` and `mark`."""
    step = Step(
        thread_id=thread.id,
        at=at,
        kind=kind,
        staff_id=staff.id if staff else None,
        version=thread.version,
        **{"mark": "", "before": None, **undoing},
    )
    db.session.add(step)
    db.session.flush()
    return step


def _pressed_before(thread: Thread, mark: str) -> Step | None:
    return db.session.scalars(
        select(Step).where(Step.thread_id == thread.id, Step.mark == mark, Step.undone_at.is_(None))
    ).first()


def _refuse_if_overtaken(thread: Thread, press: Press, *, by_visitor: bool = False) -> None:
    authors = [Author.STAFF, Author.VISITOR] if by_visitor else [Author.STAFF]
    said = select(Message.id).where(
        Message.thread_id == thread.id,
        Message.version > press.seen,
        Message.author.in_(authors),
        Message.staff_id.is_distinct_from(press.staff.id),
    )
    done = select(Step.id).where(
        Step.thread_id == thread.id,
        Step.version > press.seen,
        Step.staff_id.is_not(None),
        Step.staff_id.is_distinct_from(press.staff.id),
    )
    if db.session.scalar(said.limit(1)) or db.session.scalar(done.limit(1)):
        raise OvertakenError(thread.id, seen=press.seen)
