"""A person who asked, as the desk sees them, and every step their enquiry may take."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.errors import WrongStateError
from portal.leads.kinds import (
    GOES_ON_ALONE,
    OPEN,
    RANK,
    REPORTED_RANK,
    UNKNOWN_RANK,
    ContactBy,
    Disposition,
    Status,
)
from portal.orm import NEVER_AGAIN, Base, text_enum
from portal.staff.models import Staff


class Lead(Base):
    """A person who asked, as the desk sees them.

    `email_key` and `phone_e164` are the normalised identities: each belongs to one lead. What staff
    typed is never overwritten by a form; a differing new value stays on its enquiry as a proposal.
    `open_rank` is the queue: null when closed, so that the queue's index holds open leads only.
    `reported_at` is when a sign was reported while training, until the next outcome or clearance.
    `version` counts every change at the desk, and guards against acting on a stale screen.
    """

    __tablename__ = "lead"
    __table_args__ = (
        Index(
            "ix_lead_queue",
            "open_rank",
            "due_at",
            "id",
            sqlite_where=text("open_rank IS NOT NULL"),
            postgresql_where=text("open_rank IS NOT NULL"),
        ),
        Index("ix_lead_status_created_at", "status", "created_at"),
        Index("ix_lead_status_updated_at", "status", "updated_at"),
        Index(
            "ix_lead_owner_id_open_rank",
            "owner_id",
            "open_rank",
            sqlite_where=text("open_rank IS NOT NULL"),
            postgresql_where=text("open_rank IS NOT NULL"),
        ),
        Index(
            "ix_lead_snoozed_until",
            "snoozed_until",
            sqlite_where=text("snoozed_until IS NOT NULL"),
            postgresql_where=text("snoozed_until IS NOT NULL"),
        ),
        NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(12), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str | None] = mapped_column(String(320))
    email_key: Mapped[str | None] = mapped_column(String(320), unique=True)
    phone: Mapped[str | None] = mapped_column(String(40))
    phone_e164: Mapped[str | None] = mapped_column(String(20), unique=True)
    contact_by: Mapped[ContactBy | None] = mapped_column(text_enum(ContactBy, name="contact_by"))
    status: Mapped[Status] = mapped_column(text_enum(Status, name="status"))
    disposition: Mapped[Disposition | None] = mapped_column(
        text_enum(Disposition, name="disposition")
    )
    timeframe: Mapped[str | None] = mapped_column(String(20))
    hold: Mapped[str | None] = mapped_column(String(20))
    screened_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    open_rank: Mapped[int | None]
    due_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    claimed_at: Mapped[datetime | None]
    first_reply_at: Mapped[datetime | None]
    held_because: Mapped[str | None] = mapped_column(String(80))
    is_demo: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    owner: Mapped[Staff | None] = relationship(lazy="joined")

    @property
    def is_open(self) -> bool:
        """Say whether somebody still has to do something."""
        return self.status in OPEN

    @property
    def is_held_back(self) -> bool:
        """Say whether the health check keeps booking closed."""
        return self.hold is not None and self.hold != "none"

    @property
    def lets_itself_in(self) -> bool:
        """Say whether the lead is held for a reason that going on with the questions disproves."""
        return self.status is Status.HELD and self.held_because in GOES_ON_ALONE

    def is_snoozed(self, *, at: datetime) -> bool:
        """Say whether the lead is out of sight at `at`."""
        return self.snoozed_until is not None and self.snoozed_until > at

    def asked_again(self, *, at: datetime, due_at: datetime) -> None:
        """Reopen for a new enquiry: whatever was put off, someone is at the door now."""
        self.snoozed_until = None
        if not self.is_open and self.status is not Status.HELD:
            self._move(Status.UNFINISHED, at=at, due_at=due_at)
        else:
            self.touched(at=at)

    def screened(
        self, disposition: Disposition, *, timeframe: str, hold: str, at: datetime, due_at: datetime
    ) -> None:
        """Take over a decision of the health check. It is always news: it wakes and reopens."""
        self.disposition, self.timeframe, self.hold = disposition, timeframe, hold
        self.screened_at, self.snoozed_until, self.held_because = at, None, None
        self.reported_at = None
        self._move(Status.WAITING, at=at, due_at=due_at)

    def reported(self, *, at: datetime, due_at: datetime) -> None:
        """Note that what was just decided was reported while training: it goes before referrals."""
        self.reported_at, self.due_at = at, due_at
        self.touched(at=at)

    def forget_screening(self, *, at: datetime, due_at: datetime) -> None:
        """Know nothing of their health any more: nobody may be booked on what is no longer told."""
        self.disposition = self.timeframe = self.screened_at = self.reported_at = None
        self.hold = "all"
        if self.is_open:
            self._move(Status.UNFINISHED, at=at, due_at=due_at)
        else:
            self.touched(at=at)

    def cleared(self, *, leaves: str, at: datetime, due_at: datetime) -> None:
        """Let go of what the health check held: a coach has verified a professional's OK.

        What is left to do is what CAUTION asks of the desk; the decision itself stays as it was.
        A session that is booked already stays booked.
        """
        self.disposition, self.timeframe, self.hold = Disposition.CAUTION, "none", leaves
        self.reported_at = None
        if self.status is Status.BOOKED:
            self.touched(at=at)
        else:
            self._is_news(at=at, due_at=due_at)

    def held_again(
        self, disposition: Disposition, *, timeframe: str, hold: str, at: datetime, due_at: datetime
    ) -> None:
        """Hold what a clearance had let go: it is over, or was taken back.

        Whoever has a session is on the queue again: somebody has to speak to them before it.
        """
        self.disposition, self.timeframe, self.hold = disposition, timeframe, hold
        self._is_news(at=at, due_at=due_at)

    def hold_all(self, *, at: datetime) -> None:
        """Hold everything until the answers that are open have been sent; the rest stays."""
        self.hold = "all"
        self.touched(at=at)

    def heard_from(self, *, at: datetime, due_at: datetime) -> None:
        """Bring the lead back to the queue: something came in that somebody has to read."""
        self._is_news(at=at, due_at=due_at)

    def release(self, *, at: datetime, due_at: datetime) -> None:
        """Let a held lead into the queue: a person looked, or went on as only people do."""
        self._must_be(Status.HELD)
        self.held_because = None
        self._move(Status.UNFINISHED, at=at, due_at=due_at)

    def claim(self, staff: Staff, *, at: datetime) -> None:
        """Make it one person's."""
        self._must_be_open()
        self.owner, self.claimed_at = staff, at
        self.touched(at=at)

    def unclaim(self, *, at: datetime) -> None:
        """Give it back to everybody."""
        self._must_be_open()
        self.owner, self.claimed_at = None, None
        self.touched(at=at)

    def contacted(self, *, at: datetime, due_at: datetime) -> None:
        """Note that the person has heard from us; the next look is at `due_at`."""
        self._must_be_open()
        self.first_reply_at = self.first_reply_at or at
        self._move(Status.CONTACTED, at=at, due_at=due_at)

    def tried(self, *, at: datetime, due_at: datetime) -> None:
        """Note that we tried and did not reach them: try again at `due_at`."""
        self._must_be_open()
        self._move(self.status, at=at, due_at=due_at)

    def snooze(self, *, until: datetime, at: datetime) -> None:
        """Put it out of sight until then, or until the person says something."""
        self._must_be_open()
        self.snoozed_until, self.due_at = until, until
        self.touched(at=at)

    def booked(self, *, at: datetime) -> None:
        """Take it off the queue: there is a time for them now, whatever was put off before."""
        if self.status is Status.HELD:
            raise WrongStateError("This enquiry is held.")
        self.snoozed_until = None
        self._move(Status.BOOKED, at=at, due_at=self.due_at)

    def unbooked(self, *, at: datetime, due_at: datetime) -> None:
        """Put it back on the queue: the time was called off or missed, somebody offers another."""
        if self.status in {Status.BOOKED, Status.DONE}:
            self._move(Status.WAITING, at=at, due_at=due_at)
        else:
            self.touched(at=at)

    def came(self, *, at: datetime) -> None:
        """Note that they were here: what they asked for is done, unless they asked for more."""
        if self.status is Status.BOOKED:
            self._move(Status.DONE, at=at, due_at=self.due_at)
        else:
            self.touched(at=at)

    def close(self, status: Status, *, at: datetime) -> None:
        """Take it off the queue: done, or not now."""
        self._must_be_open()
        if status in OPEN:
            raise WrongStateError(f"{status} does not close a lead.")
        self.snoozed_until = None
        self._move(status, at=at, due_at=self.due_at)

    def touched(self, *, at: datetime) -> None:
        """Count a change, so that a stale screen is noticed, and put the queue index right."""
        self.version += 1
        self.updated_at = at
        self.open_rank = self._rank() if self.is_open else None

    def state(self) -> dict[str, Any]:
        """Return what an undo has to put back."""
        return {
            "status": self.status.value,
            "owner_id": self.owner_id,
            "claimed_at": _text(self.claimed_at),
            "due_at": _text(self.due_at),
            "snoozed_until": _text(self.snoozed_until),
            "first_reply_at": _text(self.first_reply_at),
        }

    def restore(self, state: dict[str, Any], *, at: datetime) -> None:
        """Put back what `state()` returned before a step that is being undone."""
        self.status = Status(state["status"])
        self.owner_id = state["owner_id"]
        for name in ("claimed_at", "due_at", "snoozed_until", "first_reply_at"):
            setattr(self, name, _moment(state[name]))
        self.touched(at=at)

    def _rank(self) -> int:
        known = UNKNOWN_RANK if self.disposition is None else RANK[self.disposition]
        return min(known, REPORTED_RANK) if self.reported_at else known

    def _is_news(self, *, at: datetime, due_at: datetime) -> None:
        self.snoozed_until = None
        if self.status is Status.HELD:
            self.touched(at=at)
        else:
            self._move(Status.WAITING, at=at, due_at=due_at)

    def _move(self, status: Status, *, at: datetime, due_at: datetime | None) -> None:
        self.status, self.due_at = status, due_at
        self.touched(at=at)

    def _must_be_open(self) -> None:
        if not self.is_open:
            raise WrongStateError(f"This enquiry is already {self.status.value.replace('_', ' ')}.")

    def _must_be(self, status: Status) -> None:
        if self.status is not status:
            raise WrongStateError(f"This enquiry is {self.status.value.replace('_', ' ')}.")


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text_: str | None) -> datetime | None:
    return datetime.fromisoformat(text_) if text_ else None
