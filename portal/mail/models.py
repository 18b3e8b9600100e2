"""The outbox's tables: one row per message and recipient, and the pause of the whole queue."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.errors import WrongStateError
from portal.orm import Base, sealed, text_enum

RETRY_MINUTES = (1, 5, 15, 60)
RETRY_HOURLY_UNTIL = timedelta(hours=24)


class MailState(StrEnum):
    """Where a message stands."""

    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class OutboxMail(Base):
    """One message to one recipient. `uid` (kind:subject:occurrence) makes it exist once.

    `content` is the sealed JSON of its text and HTML: it holds personal links.
    """

    __tablename__ = "outbox_mail"
    __table_args__ = (Index("ix_outbox_mail_state_due", "state", "due"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    reference: Mapped[str | None] = mapped_column(String(40), index=True)
    recipient: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(200))
    content: Mapped[str] = mapped_column(Text, info=sealed(by="uid", person="reference"))
    message_id: Mapped[str] = mapped_column(String(200))
    state: Mapped[MailState] = mapped_column(
        text_enum(MailState, name="mail_state"), default=MailState.READY
    )
    due: Mapped[datetime]
    not_after: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    def succeed(self, *, at: datetime) -> None:
        """Note that the server took the message."""
        self._must_be(MailState.SENDING)
        self.state, self.sent_at, self.lease_until, self.last_error = MailState.SENT, at, None, None

    def retry(self, *, at: datetime, because: str) -> None:
        """Put the message back with a longer wait, or give up a day after it was written."""
        self._must_be(MailState.SENDING)
        step = min(self.tries, len(RETRY_MINUTES)) - 1
        self.lease_until, self.last_error = None, because
        self.due = at + timedelta(minutes=RETRY_MINUTES[max(step, 0)])
        spent = at - self.created_at > RETRY_HOURLY_UNTIL and self.tries > len(RETRY_MINUTES)
        self.state = MailState.FAILED if spent else MailState.READY

    def fail(self, *, because: str) -> None:
        """Give the message up: the server refuses it for good."""
        self._must_be(MailState.SENDING)
        self.state, self.lease_until, self.last_error = MailState.FAILED, None, because

    def rest(self) -> None:
        """Leave the message at home: its person no longer agrees to it."""
        self._must_be(MailState.SENDING)
        self.state, self.lease_until = MailState.CANCELLED, None

    def release(self, *, at: datetime) -> None:
        """Put an unsent message back untouched: the queue was paused, it was not its fault."""
        self._must_be(MailState.SENDING)
        self.state, self.lease_until, self.tries = MailState.READY, None, self.tries - 1
        self.due = at

    def send_again(self, *, at: datetime) -> None:
        """Give a message that failed another full round of tries."""
        self._must_be(MailState.FAILED)
        self.state, self.tries, self.due, self.created_at = MailState.READY, 0, at, at

    def _must_be(self, *states: MailState) -> None:
        if self.state not in states:
            raise WrongStateError(f"The message is {self.state}.")


class MailPause(Base):
    """The whole queue stands still: our own sign-in or the server's certificate is wrong."""

    __tablename__ = "mail_pause"

    id: Mapped[int] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    because: Mapped[str] = mapped_column(Text)
    lifted_at: Mapped[datetime | None]
