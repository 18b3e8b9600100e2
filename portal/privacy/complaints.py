"""Complaints: received, answered within 30 days, closed; and a bell before the clock ends."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.extensions import db, transaction, vault
from portal.leads.actions import SAYABLE
from portal.leads.asked import KeyTakenError
from portal.privacy import notices
from portal.privacy.models import Complaint, ComplaintState
from portal.staff.models import Staff

CLOCK = timedelta(days=30)
BELL = timedelta(days=7)
PUBLIC_ID_BYTES = 32
LETTERS = 6


@dataclass(frozen=True)
class Said:
    """Who complains, and of what."""

    name: str
    email: str
    text: str


def receive(said: Said, *, key: str, lead_id: int | None, at: datetime) -> Complaint:
    """Keep a complaint and confirm it by mail; the same form sent twice is one complaint.

    Raise KeyTakenError when the key came with another complaint.
    """
    try:
        return _receive(said, key=key, lead_id=lead_id, at=at)
    except IntegrityError:  # The same form was sent twice at once: now the first stands.
        return _receive(said, key=key, lead_id=lead_id, at=at)


@transaction()
def _receive(said: Said, *, key: str, lead_id: int | None, at: datetime) -> Complaint:
    earlier = db.session.scalars(select(Complaint).where(Complaint.key == key)).one_or_none()
    if earlier is not None:
        if said_in(earlier) != said:
            raise KeyTakenError
        return earlier
    complaint = Complaint(
        public_id=secrets.token_urlsafe(PUBLIC_ID_BYTES),
        key=key,
        reference="C-" + "".join(secrets.choice(SAYABLE) for _ in range(LETTERS)),
        lead_id=lead_id,
        received_at=at,
        due_at=at + CLOCK,
    )
    complaint.content = vault().seal(complaint.place("content"), json.dumps(asdict(said)))
    db.session.add(complaint)
    db.session.flush()
    notices.complaint_received(complaint, said.name, said.email)
    notices.complaint_alert(complaint, occurrence="received")
    return complaint


@transaction()
def answer(complaint_id: int, text: str, *, staff: Staff, at: datetime) -> None:
    """Answer a complaint by mail; raise WrongStateError for one that is answered."""
    complaint = _to_write(complaint_id)
    sealed = vault().seal(complaint.place("answer"), json.dumps({"text": text}))
    complaint.answered(sealed, staff_id=staff.id, at=at)
    whose = said_in(complaint)
    notices.complaint_answered(complaint, whose.name, whose.email, text=text)


@transaction()
def close(complaint_id: int, *, staff: Staff, at: datetime) -> None:
    """Note that nothing is left to say; raise WrongStateError for one without an answer."""
    _to_write(complaint_id).close(staff_id=staff.id, at=at)


@transaction()
def reopen(complaint_id: int) -> None:
    """Take back that a complaint is closed."""
    _to_write(complaint_id).reopen()


def remind(*, at: datetime) -> int:
    """Ring at the studio for every open complaint whose clock ends within a week."""
    late = select(Complaint.id).where(
        Complaint.state == ComplaintState.OPEN, Complaint.due_at <= at + BELL
    )
    found = db.session.scalars(late.order_by(Complaint.id)).all()
    for complaint_id in found:
        with transaction():
            notices.complaint_alert(_to_write(complaint_id), occurrence="due")
    return len(found)


def said_in(complaint: Complaint) -> Said:
    """Return who complains and of what."""
    return Said(**json.loads(vault().open(complaint.place("content"), complaint.content)))


def answered(complaint: Complaint) -> str:
    """Return what was answered, empty before that."""
    if complaint.answer is None:
        return ""
    return str(json.loads(vault().open(complaint.place("answer"), complaint.answer))["text"])


def complaint(complaint_id: int) -> Complaint:
    """Return a complaint; raise NoResultFound."""
    return db.session.scalars(select(Complaint).where(Complaint.id == complaint_id)).one()


def every() -> Sequence[Complaint]:
    """Return all complaints: the open ones first, by their clock."""
    order = (Complaint.state.desc(), Complaint.due_at, Complaint.id)
    return db.session.scalars(select(Complaint).order_by(*order)).all()


def _to_write(complaint_id: int) -> Complaint:
    return db.session.scalars(
        select(Complaint).where(Complaint.id == complaint_id).with_for_update()
    ).one()
