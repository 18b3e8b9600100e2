"""What the visitor does: begin, say more, say who they are, read; each is one transaction.

A key makes every press harmless when it comes twice: a thread has the key of the form that began
it, a message the key of the form that sent it. Who comes first is decided by the row's lock and by
the unique keys.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal.chat import alarm, joining, notices, queries
from portal.chat.joining import Who
from portal.chat.models import PREFIX, Author, Message, State, Thread
from portal.chat.persisting import persist
from portal.chat.response import due_at
from portal.chat.writing import add, same
from portal.extensions import db, settings, transaction
from portal.leads.models import GOES_ON_ALONE, Held
from portal.screening import overheard

SAYABLE = "23456789BCDFGHJKMNPQRSTVWXYZ"
REFERENCE_LENGTH = 9
PUBLIC_ID_BYTES = 32
MANY = 3


@dataclass(frozen=True)
class Said:
    """A message as it was sent: `held` says why it may not come from a person."""

    key: str
    text: str
    held: Held | None = None
    who: Who = field(default_factory=Who)
    touch: dict[str, Any] = field(default_factory=dict)


def start(said: Said, *, at: datetime) -> str:
    """Begin a thread with its first message, and return its `public_id`.

    Begun twice with one key it is one thread, which learns who somebody is if only the second form
    says so. Raise KeyTakenError when the key began another text.
    """
    return persist(lambda: _start(said, at=at))


def say(public_id: str, said: Said, *, at: datetime) -> int:
    """Add a message of the visitor and return its id; sent twice with one key it is one.

    Raise KeyTakenError when the key was used for another text, NoResultFound for no thread.
    """
    return persist(lambda: _say(public_id, said, at=at))


def tell_who(public_id: str, who: Who, *, at: datetime) -> None:
    """Write down who the visitor says they are, and join them to their lead."""
    persist(lambda: _tell_who(public_id, who, at=at))


@transaction()
def see(public_id: str, *, at: datetime) -> bool:
    """Note that the visitor has all of it before their eyes; say whether that is news."""
    thread = queries.to_write(queries.mark(public_id).id)
    notices.read(thread)
    if thread.wants_call:
        notices.hush(thread)
    return thread.seen_by_visitor(queries.last_message_id(thread.id), at=at)


@transaction()
def _start(said: Said, *, at: datetime) -> str:
    earlier = queries.begun_with(said.key)
    if earlier is not None:
        first = queries.said_with(earlier.id, said.key)
        if first is not None:
            same(first, said.text)
        _know(queries.to_write(earlier.id), joining.lacking(earlier, said.who), at=at)
        return earlier.public_id
    held = said.held or (Held.MANY if joining.waiting_of(said.who) >= MANY else None)
    thread = Thread(
        ref=PREFIX + "".join(secrets.choice(SAYABLE) for _ in range(REFERENCE_LENGTH)),
        public_id=secrets.token_urlsafe(PUBLIC_ID_BYTES),
        key=said.key,
        touch=said.touch,
        state=State.ANSWERED,
        held_because=held.value if held else None,
        version=0,
        visitor_seen=0,
        staff_seen=0,
        created_at=at,
        updated_at=at,
    )
    db.session.add(thread)
    db.session.flush()
    _hear(thread, said, at=at)
    _know(thread, said.who, at=at)
    return thread.public_id


@transaction()
def _say(public_id: str, said: Said, *, at: datetime) -> int:
    thread = queries.to_write(queries.mark(public_id).id)
    earlier = queries.said_with(thread.id, said.key)
    if earlier is not None:
        same(earlier, said.text)
        return earlier.id
    _let_in(thread, at=at)
    _hold_back(thread, said, at=at)
    return _hear(thread, said, at=at).id


def _let_in(thread: Thread, *, at: datetime) -> None:
    """Let in what was held for a reason that going on disproves."""
    if thread.held_because in GOES_ON_ALONE:
        thread.release(at=at)
        joining.catch_up(thread, at=at)


def _hold_back(thread: Thread, said: Said, *, at: datetime) -> None:
    """Hold what looks like spam, unless the desk has read in the thread: then people judge."""
    if said.held and not thread.staff_seen:
        thread.hold(said.held.value, at=at)
        notices.hush(thread)


def _hear(thread: Thread, said: Said, *, at: datetime) -> Message:
    """Take in what the visitor wrote; whoever writes has read what stands above it."""
    is_first = thread.state is not State.WAITING
    thread.said(at=at, due_at=due_at(at=at, settings=settings()))
    flagged = overheard(said.text) is not None
    if flagged:
        thread.flag(at=at, due_at=due_at(at=at, settings=settings(), flagged=True))
    message = add(thread, Author.VISITOR, said.text, key=said.key, at=at)
    thread.seen_by_visitor(message.id, at=at)
    notices.read(thread)
    if thread.is_open and (flagged or is_first):
        notices.bell(thread, at=at)
    if flagged:
        words = alarm.safety_text(settings().studio)
        add(thread, Author.SYSTEM, words, key=f"safety:{message.id}", at=at)
        joining.catch_up(thread, at=at)
    return message


@transaction()
def _tell_who(public_id: str, who: Who, *, at: datetime) -> None:
    thread = queries.to_write(queries.mark(public_id).id)
    _let_in(thread, at=at)
    _know(thread, who, at=at)


def _know(thread: Thread, who: Who, *, at: datetime) -> None:
    joining.give(thread, who)
    joining.join(thread, who, at=at)
