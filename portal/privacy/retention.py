"""What is erased by the clock: every class of data with its setting, what is due, and how it goes.

Each row or person goes in a transaction of their own, so that a run may be killed anywhere and the
next one goes on; a run that finds nothing does nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select

from portal.booking.models import SHOWED, Booking
from portal.booking.models import State as BookingState
from portal.chat.forgetting import forget
from portal.chat.models import Thread
from portal.clock import now
from portal.config import Retention
from portal.extensions import db, insert_into, settings, transaction, wipe
from portal.intake.models import Intake
from portal.leads.models import Enquiry, Lead, Status
from portal.leads.queries import lead_to_write
from portal.mail.models import MailState, OutboxMail
from portal.onboarding.models import Assessment
from portal.orm import WITH_HIDDEN, Base
from portal.passes.models import DayPass
from portal.passes.models import State as PassState
from portal.privacy import complaints, consents, erasing
from portal.privacy.models import Chore, Complaint, ComplaintState, KeptDocument
from portal.replies import ageing

AT_ONCE = 200
DAILY = "retention"
LAST_NOTE = "data_deleted"
OVER = (MailState.SENT, MailState.FAILED, MailState.EXPIRED, MailState.CANCELLED)


@dataclass(frozen=True)
class Kind:
    """One class of data: `days` of the setting, counted from what `after` says."""

    title: str
    after: str
    days: Callable[[Retention], int]
    due: Callable[[datetime], Select[int]]
    remove: Callable[[int, datetime], None]


def run(*, at: datetime) -> Mapping[str, int]:
    """Erase what is due at `at`; return how many rows or people of each class went."""
    return {name: _run(kind, at=at) for name, kind in KINDS.items()}


def preview(*, at: datetime) -> Mapping[str, int]:
    """Return how many rows or people of each class would go, and touch nothing."""
    return {name: len(_found(kind.due(_limit(kind, at)))) for name, kind in KINDS.items()}


def daily(*, at: datetime) -> bool:
    """Do the day's work unless it was done; say whether there was any to do."""
    today = at.astimezone(settings().studio.zone).date()
    done = db.session.scalar(select(Chore.done_on).where(Chore.name == DAILY))
    if done is not None and done >= today:
        return False
    run(at=at)
    complaints.remind(at=at)
    with transaction():
        row = insert_into(Chore).values(name=DAILY, done_on=today)
        db.session.execute(
            row.on_conflict_do_update(index_elements=["name"], set_={"done_on": today})
        )
    return True


def forget_last_notes() -> int:
    """Delete the mails that told somebody they were erased, once these have left or will not."""
    gone = (OutboxMail.kind == LAST_NOTE) & OutboxMail.state.in_(OVER)
    found = _found(select(OutboxMail.id).where(gone).limit(AT_ONCE))
    for mail_id in found:
        _delete(OutboxMail)(mail_id, now())
    if found:
        wipe()
    return len(found)


def _run(kind: Kind, *, at: datetime) -> int:
    """Remove batch by batch what is due; a row that stays due after that is not tried again."""
    limit, done, seen = _limit(kind, at), 0, 0
    while batch := _found(kind.due(limit).where(_above(kind, seen)).limit(AT_ONCE)):
        for number in batch:
            kind.remove(number, at)
        done, seen = done + len(batch), batch[-1]
    if done:
        wipe()
    return done


def _above(kind: Kind, seen: int) -> ColumnElement[bool]:
    column: ColumnElement[int] = kind.due(now()).selected_columns[0]
    return column > seen


def _found(query: Select[int]) -> Sequence[int]:
    column = query.selected_columns[0]
    found = db.session.scalars(query.order_by(column), execution_options={WITH_HIDDEN: True}).all()
    db.session.rollback()
    return found


def _limit(kind: Kind, at: datetime) -> datetime:
    return at - timedelta(days=kind.days(settings().retention))


def _came() -> ColumnElement[bool]:
    """Say whether somebody trained here: came to a session, used a pass, or has an assessment."""
    return or_(
        exists().where(Booking.lead_id == Lead.id, Booking.state.in_(SHOWED)),
        exists().where(DayPass.lead_id == Lead.id, DayPass.state == PassState.USED),
        exists().where(Assessment.lead_id == Lead.id),
    )


def _quiet(limit: datetime) -> ColumnElement[bool]:
    """Say whether nothing was heard of somebody since, and nothing is to come."""
    return (Lead.updated_at <= limit) & ~or_(
        exists().where(
            Booking.lead_id == Lead.id,
            or_(Booking.state == BookingState.BOOKED, Booking.state.in_(SHOWED)),
            Booking.ends_at > limit,
        ),
        exists().where(DayPass.lead_id == Lead.id, DayPass.valid_on > limit.date()),
        exists().where(Assessment.lead_id == Lead.id, Assessment.updated_at > limit),
        exists().where(Thread.lead_id == Lead.id, Thread.updated_at > limit),
    )


def _health(limit: datetime) -> Select[int]:
    return (
        select(Intake.id)
        .join(Enquiry, Intake.enquiry_id == Enquiry.id)
        .join(Lead, Enquiry.lead_id == Lead.id)
        .where(Intake.updated_at <= limit, ~_came())
    )


def _withdrawn(limit: datetime) -> Select[int]:
    return select(Intake.id).where(Intake.hidden_at <= limit)


def _mail(limit: datetime) -> Select[int]:
    over = func.coalesce(OutboxMail.sent_at, OutboxMail.created_at)
    return select(OutboxMail.id).where(OutboxMail.state.in_(OVER), over <= limit)


def _complaint(limit: datetime) -> Select[int]:
    closed = Complaint.state == ComplaintState.CLOSED
    return select(Complaint.id).where(closed, Complaint.closed_at <= limit)


@transaction()
def _remove_health(intake_id: int, at: datetime) -> None:
    """Delete a health check and all that hangs on it, and what the lead still knows of it.

    Forgetting is nothing that we heard of the person: their own clock runs on.
    """
    lead_id, hidden_at = db.session.execute(
        select(Enquiry.lead_id, Intake.hidden_at)
        .join(Intake, Intake.enquiry_id == Enquiry.id)
        .where(Intake.id == intake_id),
        execution_options={WITH_HIDDEN: True},
    ).one()
    lead = lead_to_write(lead_id)
    db.session.execute(delete(Intake.__table__).where(Intake.__table__.c.id == intake_id))  # type: ignore[arg-type]
    if hidden_at is None:
        heard_of = lead.updated_at
        consents.forget_health(lead, at=at)
        lead.updated_at = heard_of


def _remove_chat(thread_id: int, _at: datetime) -> None:
    forget(thread_id)


def _erase(lead_id: int, at: datetime) -> None:
    erasing.erase(lead_id, because=erasing.BY_AGE, at=at)


def _delete(model: type[Base]) -> Callable[[int, datetime], None]:
    table: Any = model.__table__

    @transaction()
    def remove(number: int, _at: datetime) -> None:
        db.session.execute(delete(table).where(table.c.id == number))

    return remove


KINDS: Mapping[str, Kind] = {
    "withdrawn": Kind(
        "Health answers taken back",
        "you took them back",
        lambda days: days.withdrawn_days,
        _withdrawn,
        _remove_health,
    ),
    "coaching": Kind(
        "Assessments and plans that rested on answers taken back",
        "you took them back",
        lambda days: days.withdrawn_days,
        lambda limit: select(Assessment.id).where(Assessment.hidden_at <= limit),
        _delete(Assessment),
    ),
    "health": Kind(
        "Health answers",
        "your last answer, unless you train with us",
        lambda days: days.health_days,
        _health,
        _remove_health,
    ),
    "held": Kind(
        "Requests that looked like spam",
        "they came in",
        lambda days: days.held_days,
        lambda limit: select(Lead.id).where(Lead.status == Status.HELD, Lead.updated_at <= limit),
        _erase,
    ),
    "lead": Kind(
        "Everything about somebody who did not come",
        "we last heard from you, unless you train with us",
        lambda days: days.lead_days,
        lambda limit: select(Lead.id).where(_quiet(limit), ~_came()),
        _erase,
    ),
    "client": Kind(
        "Everything about somebody who trained here",
        "we last heard from you",
        lambda days: days.client_days,
        lambda limit: select(Lead.id).where(_quiet(limit), _came()),
        _erase,
    ),
    "reply": Kind(
        "Replies under articles",
        "they were published",
        lambda days: days.client_days,
        ageing.published,
        ageing.erase,
    ),
    "reply_held": Kind(
        "Replies that were not published",
        "they came in, or were put aside",
        lambda days: days.held_days,
        ageing.unpublished,
        ageing.erase,
    ),
    "reply_original": Kind(
        "What stood in a reply before we took private things out",
        "we took them out",
        lambda days: days.held_days,
        ageing.edited,
        ageing.forget_original,
    ),
    "mail": Kind(
        "Mail we wrote",
        "it was sent",
        lambda days: days.mail_days,
        _mail,
        _delete(OutboxMail),
    ),
    "complaint": Kind(
        "Complaints",
        "they were closed",
        lambda days: days.complaint_days,
        _complaint,
        _delete(Complaint),
    ),
    "chat": Kind(
        "Chats",
        "the last word in them",
        lambda days: days.chat_days,
        lambda limit: select(Thread.id).where(Thread.updated_at <= limit),
        _remove_chat,
    ),
    "waiver": Kind(
        "Signed waivers of people who were erased",
        "they were signed",
        lambda _days: 0,
        lambda limit: select(KeptDocument.id).where(KeptDocument.until <= limit),
        _delete(KeptDocument),
    ),
}
