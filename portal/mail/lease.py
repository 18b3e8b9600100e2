"""How the worker takes a row, keeps others off it, and writes down what became of it.

A lease is longer than a message can take, so a row that is still `sending` when its lease has run
out belongs to a worker that died. Whoever takes it next sends it under the same Message-ID.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, or_, select, update

from portal.clock import now
from portal.extensions import db, transaction
from portal.mail.models import MailPause, MailState, OutboxMail

LEASE = timedelta(seconds=120)


@dataclass(frozen=True)
class Claim:
    """A row that is ours to send until `until`, copied so that no transaction stays open."""

    id: int
    uid: str
    kind: str
    reference: str | None
    recipient: str
    message_id: str
    content: str
    until: datetime


def take(*, at: datetime) -> Claim | None:
    """Claim the message that has been due longest at `at`, or None when there is none.

    The look beforehand is a plain read: an idle worker never takes the write lock.
    """
    if db.session.scalar(_next(at)) is None:
        return None
    until = now() + LEASE
    claimed = (
        update(OutboxMail)
        .where(OutboxMail.id == _next(at).with_for_update(skip_locked=True).scalar_subquery())
        .values(state=MailState.SENDING, tries=OutboxMail.tries + 1, lease_until=until)
        .returning(OutboxMail)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    with transaction() as session:
        mail = session.scalars(claimed).one_or_none()
        if mail is None:
            return None
        return Claim(
            id=mail.id,
            uid=mail.uid,
            kind=mail.kind,
            reference=mail.reference,
            recipient=mail.recipient,
            message_id=mail.message_id,
            content=mail.content,
            until=until,
        )


def settle(claim: Claim, change: Callable[[OutboxMail], None]) -> bool:
    """Apply the outcome to the row; return False when the lease was lost to another worker."""
    with transaction() as session:
        mail = session.scalars(
            select(OutboxMail)
            .where(
                OutboxMail.id == claim.id,
                OutboxMail.state == MailState.SENDING,
                OutboxMail.lease_until == claim.until,
            )
            .with_for_update()
        ).one_or_none()
        if mail is not None:
            change(mail)
        return mail is not None


def pause(claim: Claim, *, because: str) -> None:
    """Put the message back untouched and stop the whole queue."""

    def stop(mail: OutboxMail) -> None:
        mail.release(at=now())
        db.session.add(MailPause(since=now(), because=because))

    settle(claim, stop)


def expire(*, at: datetime) -> None:
    """Close what nobody needs any more: a message whose `not_after` has passed is not sent late."""
    spent = and_(OutboxMail.not_after <= at, _free())
    if db.session.scalar(select(OutboxMail.id).where(spent).limit(1)) is None:
        return
    with transaction() as session:
        session.execute(
            update(OutboxMail).where(spent).values(state=MailState.EXPIRED, lease_until=None)
        )


def _next(at: datetime) -> Select[int]:
    fresh = or_(OutboxMail.not_after.is_(None), OutboxMail.not_after > at)
    return (
        select(OutboxMail.id)
        .where(_free(), OutboxMail.due <= at, fresh)
        .order_by(OutboxMail.due, OutboxMail.id)
        .limit(1)
    )


def _free() -> ColumnElement[bool]:
    return or_(
        OutboxMail.state == MailState.READY,
        and_(OutboxMail.state == MailState.SENDING, OutboxMail.lease_until <= now()),
    )
