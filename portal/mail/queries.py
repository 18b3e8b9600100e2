"""Questions about the outbox, for the desk: what waits, what failed, and why nothing moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from portal.extensions import db, settings
from portal.mail.models import MailPause, MailState, OutboxMail

MOST_SHOWN = 50


@dataclass(frozen=True)
class Standing:
    """How the mail does: what should have left by now, what failed, and why nothing moves.

    `oldest` is when the longest-waiting message of those that are due was written.
    """

    configured: bool
    waiting: int
    oldest: datetime | None
    failed: int
    pause: MailPause | None

    @property
    def needs_somebody(self) -> bool:
        """Say whether a person has to do something before all mail flows."""
        return (
            self.failed > 0 or self.pause is not None or (self.waiting > 0 and not self.configured)
        )


def standing(*, at: datetime) -> Standing:
    """Return how the mail does at `at`."""
    waiting, oldest = db.session.execute(
        select(func.count(), func.min(OutboxMail.created_at)).where(
            OutboxMail.state == MailState.READY, OutboxMail.due <= at
        )
    ).one()
    failed = db.session.scalar(
        select(func.count()).select_from(OutboxMail).where(OutboxMail.state == MailState.FAILED)
    )
    return Standing(
        configured=settings().mail_is_configured,
        waiting=waiting,
        oldest=oldest,
        failed=failed or 0,
        pause=current_pause(),
    )


def counts() -> Mapping[MailState, int]:
    """Return how many messages stand in each state, every state named."""
    found = db.session.execute(
        select(OutboxMail.state, func.count()).group_by(OutboxMail.state)
    ).all()
    return {**dict.fromkeys(MailState, 0), **{state: count for state, count in found}}  # noqa: C416


def current_pause() -> MailPause | None:
    """Return why the whole queue stands still, or None while it moves."""
    return db.session.scalars(
        select(MailPause)
        .where(MailPause.lifted_at.is_(None))
        .order_by(MailPause.since, MailPause.id)
        .limit(1)
    ).one_or_none()


def failed(*, limit: int = MOST_SHOWN) -> Sequence[OutboxMail]:
    """Return the messages that were given up, the newest first."""
    return db.session.scalars(
        select(OutboxMail)
        .where(OutboxMail.state == MailState.FAILED)
        .order_by(OutboxMail.created_at.desc(), OutboxMail.id.desc())
        .limit(limit)
    ).all()


def waiting(*, limit: int = MOST_SHOWN) -> Sequence[OutboxMail]:
    """Return the messages that have still to leave, the next one first."""
    return db.session.scalars(
        select(OutboxMail)
        .where(OutboxMail.state.in_((MailState.READY, MailState.SENDING)))
        .order_by(OutboxMail.due, OutboxMail.id)
        .limit(limit)
    ).all()


def of_reference(reference: str) -> Sequence[OutboxMail]:
    """Return every message of one reference, in the order in which they were written."""
    return db.session.scalars(
        select(OutboxMail).where(OutboxMail.reference == reference).order_by(OutboxMail.id)
    ).all()


def written_to(kind: str, *, since: datetime, reference: str | None = None) -> Sequence[str]:
    """Return the recipient of every message of a kind since then, about one person or anybody."""
    wanted = [OutboxMail.kind == kind, OutboxMail.created_at > since]
    if reference is not None:
        wanted.append(OutboxMail.reference == reference)
    return db.session.scalars(select(OutboxMail.recipient).where(*wanted)).all()
