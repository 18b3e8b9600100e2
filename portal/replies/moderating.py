"""What staff do with a reply and with a thread: publish, edit, answer, put aside; and take it back.

Every press names the version that was on the screen: whoever comes second is told so, and nothing
of the first is overwritten.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from portal.errors import WrongStateError
from portal.extensions import db, insert_into, transaction
from portal.replies import notices, queries, sealing
from portal.replies.models import ClosedThread, Reply
from portal.staff.models import Staff


class OvertakenError(WrongStateError):
    """A colleague was at it since the screen was drawn."""


@dataclass(frozen=True)
class Press:
    """A button pressed: on which reply, by whom, having seen which version of it, and when."""

    reply_id: int
    staff: Staff
    seen: int
    at: datetime


@transaction()
def publish(press: Press, *, text: str) -> None:
    """Let everybody read a reply; a changed text is an edit for privacy."""
    reply = _seen(press)
    _edit(reply, press, text)
    reply.publish(staff_id=press.staff.id, at=press.at)
    notices.published(reply, at=press.at)


@transaction()
def take_down(press: Press) -> None:
    """Take back that a reply is published, and its mail while that waits."""
    reply = _seen(press)
    reply.take_down(staff_id=press.staff.id, at=press.at)
    notices.stop(reply)


@transaction()
def reject(press: Press) -> None:
    """Put a reply aside, where a clock erases it."""
    _seen(press).reject(staff_id=press.staff.id, at=press.at)


@transaction()
def put_back(press: Press) -> None:
    """Let a reply that was put aside wait again."""
    _seen(press).put_back(staff_id=press.staff.id, at=press.at)


@transaction()
def edit(press: Press, *, text: str) -> None:
    """Change a reply for privacy; nothing happens where nothing was changed."""
    _edit(_seen(press), press, text)


@transaction()
def undo_edit(press: Press) -> None:
    """Put the writer's own words back, as long as they are kept."""
    reply = _seen(press)
    words = sealing.original(reply) or ""
    reply.undo_edit(sealing.seal(reply, "text", words), staff_id=press.staff.id, at=press.at)


@transaction()
def answer(press: Press, *, text: str) -> None:
    """Answer as the studio; a later answer takes the place of the first, and is no other mail."""
    reply = _seen(press)
    is_first = reply.answer is None
    reply.answered(text, staff_id=press.staff.id, at=press.at)
    if is_first:
        notices.answered(reply, at=press.at)


@transaction()
def unanswer(press: Press) -> None:
    """Take the answer away, and its mail while that waits."""
    reply = _seen(press)
    reply.unanswer(staff_id=press.staff.id, at=press.at)
    notices.not_answered(reply)


@transaction()
def look(press: Press) -> None:
    """Note that somebody has dealt with the sign that a reply names."""
    _seen(press).looked_at(staff_id=press.staff.id, at=press.at)


@transaction()
def close_thread(slug: str, *, staff: Staff, at: datetime) -> None:
    """Let nobody reply under an article any more; doing so twice changes nothing."""
    row = insert_into(ClosedThread).values(slug=slug, closed_at=at, staff_id=staff.id)
    db.session.execute(row.on_conflict_do_nothing(index_elements=["slug"]))


@transaction()
def open_thread(slug: str) -> None:
    """Take that back."""
    db.session.execute(delete(ClosedThread).where(ClosedThread.slug == slug))


def closed_threads() -> frozenset[str]:
    """Return the articles under which nobody can reply."""
    return frozenset(db.session.scalars(select(ClosedThread.slug)))


def _seen(press: Press) -> Reply:
    """Return the locked reply; raise OvertakenError when it is not as it was on the screen."""
    reply = queries.to_write(press.reply_id)
    if reply.version != press.seen:
        raise OvertakenError("A colleague was at this reply just now. This is how it stands.")
    return reply


def _edit(reply: Reply, press: Press, text: str) -> None:
    before = sealing.text(reply)
    if text != before:
        reply.edit(
            sealing.seal(reply, "text", text),
            original=sealing.seal(reply, "original", before),
            staff_id=press.staff.id,
            at=press.at,
        )
