"""The log of who read whose answers: a chain in which no row can change without being noticed.

Each row holds the hash of the one before and of its own fields: an edited, removed, inserted or
moved row breaks the chain, and `flask audit verify` names it. The end of the log is known by an
anchor in the key store, signed with a key that the database does not hold: a tail that was cut off,
or a chain that was computed anew, does not fit it. Rows hold ids and a page, never an answer, and
have no tie to what they name, so that erasing a person leaves the chain whole.

What it cannot show: a last row cut off before its anchor was written, which takes a crash between
the two; a tail cut off by somebody who also puts back an older copy of the key store; and whatever
is done by somebody who holds the database, the key store and HEALTH_KEYS. Against those,
`flask audit head` prints the end of the log, to be kept where they cannot reach it.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    String,
    and_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)

from portal.chat.models import Thread
from portal.extensions import db, transaction, vault
from portal.intake.models import Reading
from portal.keystore import Anchor
from portal.leads.models import Lead
from portal.staff.models import Staff

LOG = Reading.__table__
NAME = "reading"
BEGINNING = "0" * 64
NOBODY = 0
"""Whose chat was read, while its visitor is nobody we know."""
CHAT_PAGE = "/desk/chats/"
"""The page on which a chat is read, before the chat's number."""
TURN = 7_305_119
"""An arbitrary number: PostgreSQL's lock under which rows are appended, one after the other."""
AT_ONCE = 2_000
LOWEST = -(2**31)
"""Below every number that a row can have."""


@dataclass(frozen=True)
class Fault:
    """The first row that is not as it was written, and what is wrong with it."""

    row: int
    what: str


@dataclass(frozen=True)
class About:
    """What was read: whose answers, on which decision, through which page.

    A chat is no answer of the health check: whoever sits at the desk reads it.
    """

    lead_id: int
    decision_id: int | None
    page: str
    of_answers: bool = True


@dataclass(frozen=True)
class Head:
    """The end of the log."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


def note(*read: About, staff: Staff, at: datetime) -> Head:
    """Append a row for each to the log, in the caller's transaction; return the end they make.

    Two at once follow each other. `anchor` the end when the transaction is committed, and show
    nothing before that. Raise PermissionError for a role that does not need answers for its work.
    """
    if not staff.reads_answers and any(about.of_answers for about in read):
        raise PermissionError("This role does not read health answers.")
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(TURN)))
    last = head()
    for about in read:
        row = Reading(
            id=last.number + 1,
            previous=last.hash,
            staff_id=staff.id,
            lead_id=about.lead_id,
            decision_id=about.decision_id,
            page=about.page,
            at=at,
        )
        row.hash = digest(row)
        db.session.add(row)
        last = Head(row.id, row.hash)
    db.session.flush()
    return last


def log(*read: About, staff: Staff, at: datetime) -> None:
    """Append rows in a transaction of their own: whoever shows answers does so after this."""
    with transaction():
        end = note(*read, staff=staff, at=at)
    anchor(end, rows=len(read))


def head() -> Head:
    """Return the last row's number and hash; of an empty log number 0 and the beginning."""
    last = select(Reading.id, Reading.hash).order_by(Reading.id.desc()).limit(1)
    row = db.session.execute(last).one_or_none()
    return Head(row.id, row.hash) if row else Head(0, BEGINNING)


def digest(row: Reading | Row[Any]) -> str:
    """Return the hash of a row: SHA-256 of its fields in a fixed order as compact JSON."""
    moment = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = [
        row.previous,
        row.id,
        row.staff_id,
        row.lead_id,
        row.decision_id,
        row.page,
        moment,
    ]
    return hashlib.sha256(json.dumps(fields, separators=(",", ":")).encode()).hexdigest()


def anchor(end: Head, *, rows: int = 1) -> None:
    """Sign the end of the log, after its commit, as long as it still runs through the last anchor.

    Where it does not, the old anchor stays and says so to `verify`. Without one, only whoever wrote
    the log's first `rows` signs: after them, an anchor that is missing was taken away.
    """
    known = vault().store.anchor(NAME)
    if end.number == rows if known is None else _runs_through(known):
        vault().store.set_anchor(NAME, Anchor(end.number, end.hash, _signed(end)))


def anchor_anew() -> Head:
    """Sign the end of the log whatever was signed before, and return it: for one who has looked."""
    end = head()
    vault().store.drop_anchor(NAME)
    vault().store.set_anchor(NAME, Anchor(end.number, end.hash, _signed(end)))
    return end


def verify(*, expected: Head | None = None) -> Fault | None:
    """Return the first fault of the log, None when it is whole; `expected` is a head kept apart."""
    wanted = {expected.number: expected.hash} if expected else {}
    known = vault().store.anchor(NAME)
    last = Head(0, BEGINNING)
    for row in _rows():
        fault = _fault(row, last)
        if fault or wanted.get(row.id, row.hash) != row.hash:
            return fault or Fault(row.id, "is not the row whose head was kept")
        if known and known.number == row.id and known.hash != row.hash:
            return Fault(row.id, "is not the row that was signed: the log was written anew")
        last = Head(row.id, row.hash)
    if expected and expected.number > last.number:
        return Fault(last.number + 1, f"and all up to {expected.number} are missing at the end")
    return _fault_at_the_end(last, known)


def of_lead(lead: Lead) -> Sequence[Reading]:
    """Return who read a person's answers and chats, for the person: the oldest first."""
    return db.session.scalars(select(Reading).where(theirs(lead)).order_by(Reading.id)).all()


def theirs(lead: Lead) -> ColumnElement[bool]:
    """Return the condition by which a row is about somebody, or about a chat that became theirs.

    An id may once have been another person's, who was erased: rows before this one count not.
    """
    page = literal(CHAT_PAGE).concat(cast(Thread.id, String))
    chat = exists().where(
        Thread.lead_id == lead.id, LOG.c.page == page, LOG.c.at >= Thread.created_at
    )
    return or_(
        and_(LOG.c.lead_id == lead.id, LOG.c.at >= lead.created_at),
        and_(LOG.c.lead_id == NOBODY, chat),
    )


def was_read(decision_id: int, *, since: datetime) -> bool:
    """Say whether somebody read a decision that was made at `since`."""
    found = select(Reading.id).where(Reading.decision_id == decision_id, Reading.at >= since)
    return db.session.scalar(found.limit(1)) is not None


def _rows() -> Iterator[Row[Any]]:
    last = LOWEST
    wanted = select(LOG).order_by(LOG.c.id).limit(AT_ONCE)
    while rows := db.session.execute(wanted.where(LOG.c.id > last)).all():
        yield from rows
        last = rows[-1].id


def _fault(row: Row[Any], last: Head) -> Fault | None:
    if row.id > last.number + 1:
        return Fault(last.number + 1, "is missing")
    if row.id != last.number + 1:
        return Fault(row.id, "was put in before the beginning")
    if row.hash != digest(row):
        return Fault(row.id, "was changed")
    if row.previous != last.hash:
        return Fault(row.id, "does not follow the row before it")
    return None


def _fault_at_the_end(last: Head, known: Anchor | None) -> Fault | None:
    if known is None:
        return Fault(last.number, "is the end, but no end was signed") if last.number else None
    if known.mac != _signed(Head(known.number, known.hash)):
        return Fault(known.number, "was signed with another key")
    if known.number > last.number:
        return Fault(last.number + 1, f"and all up to {known.number} are missing at the end")
    return None


def _runs_through(known: Anchor) -> bool:
    found = select(Reading.hash).where(Reading.id == known.number)
    signed = known.mac == _signed(Head(known.number, known.hash))
    return signed and db.session.scalar(found) == known.hash


def _signed(end: Head) -> str:
    return vault().fingerprint(f"{NAME}|{end}")
