"""What was said in a thread, opened for whoever reads it, with how far each word has come."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from portal.chat import queries
from portal.chat.models import Author, Message, Note, Thread
from portal.extensions import db, vault
from portal.vault import CannotOpenError


@dataclass(frozen=True)
class Line:
    """One message as it is shown; `seen` says that the other side has had it before its eyes."""

    id: int
    author: Author
    who: str
    text: str
    at: datetime
    seen: bool


@dataclass(frozen=True)
class NoteLine:
    """One note as staff read it."""

    id: int
    who: str
    text: str
    at: datetime


def lines(thread: Thread) -> Sequence[Line]:
    """Return the messages of a thread, the oldest first; whoever shows staff this notes it.

    Raise NoResultFound when the thread is erased meanwhile.
    """
    with _standing(thread.id):
        return [_line(each, thread) for each in queries.messages(thread.id)]


def note_lines(thread: Thread) -> Sequence[NoteLine]:
    """Return the staff's notes on a thread, the oldest first; raise as `lines` does."""
    with _standing(thread.id):
        return [_note(each) for each in queries.notes(thread.id)]


@contextmanager
def _standing(thread_id: int) -> Iterator[None]:
    """Hold the key; where it has gone, look again whether its thread has gone before it."""
    try:
        with vault().holding():
            yield
    except CannotOpenError:
        db.session.rollback()
        queries.thread(thread_id)
        raise


def _line(row: Message, thread: Thread) -> Line:
    by_visitor = row.author is Author.VISITOR
    return Line(
        id=row.id,
        author=row.author,
        who=row.staff.name if row.staff else "",
        text=vault().open(row.place, row.text),
        at=row.at,
        seen=row.id <= (thread.staff_seen if by_visitor else thread.visitor_seen),
    )


def _note(row: Note) -> NoteLine:
    who = row.staff.name if row.staff else ""
    return NoteLine(row.id, who, vault().open(row.place, row.text), row.at)
