"""A thread of the chat: whose turn it is, and every step that it may take."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.errors import WrongStateError
from portal.leads.models import Lead
from portal.orm import NEVER_AGAIN, Base, text_enum
from portal.staff.models import Staff

FLAGGED_RANK, WAITING_RANK, ANSWERED_RANK = 0, 1, 2


class State(StrEnum):
    """Whose turn it is."""

    WAITING = "waiting"
    ANSWERED = "answered"
    CLOSED = "closed"


class Thread(Base):
    """One conversation. `public_id` is the subject of its links, `ref` names it and its data key.

    `name`, `email` and `phone` are as the visitor gave them, proven by nothing; the lead keeps what
    it knows. `open_rank` is the inbox: null when closed or held, flagged first, then who waits,
    then who was answered. Who left nothing but a number and has not read an answer waits, too: for
    a call, by `due_at`. `visitor_seen` and `staff_seen` are the ids of the last message that each
    side has had before its eyes. `version` counts what was said and done, not what was seen.
    """

    __tablename__ = "chat_thread"
    __table_args__ = (
        Index(
            "ix_chat_thread_inbox",
            "open_rank",
            "due_at",
            "id",
            sqlite_where=text("open_rank IS NOT NULL"),
            postgresql_where=text("open_rank IS NOT NULL"),
        ),
        Index("ix_chat_thread_updated_at_id", "updated_at", "id"),
        NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(16), unique=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    lead_id: Mapped[int | None] = mapped_column(
        ForeignKey("lead.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str | None] = mapped_column(String(80))
    email: Mapped[str | None] = mapped_column(String(320))
    phone: Mapped[str | None] = mapped_column(String(40))
    touch: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[State] = mapped_column(text_enum(State, name="state"))
    open_rank: Mapped[int | None]
    due_at: Mapped[datetime | None]
    waiting_since: Mapped[datetime | None]
    flagged_at: Mapped[datetime | None]
    held_because: Mapped[str | None] = mapped_column(String(80))
    claimed_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("staff.id", ondelete="SET NULL"), index=True
    )
    claimed_at: Mapped[datetime | None]
    first_answer_at: Mapped[datetime | None]
    visitor_seen: Mapped[int] = mapped_column(default=0)
    visitor_seen_at: Mapped[datetime | None]
    staff_seen: Mapped[int] = mapped_column(default=0)
    staff_seen_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    lead: Mapped[Lead | None] = relationship(lazy="joined")
    claimed_by: Mapped[Staff | None] = relationship(lazy="joined")

    @property
    def is_open(self) -> bool:
        """Say whether it stands in the inbox."""
        return self.open_rank is not None

    @property
    def number_alone(self) -> str | None:
        """Return the number of somebody whom no mail reaches, None for everybody else."""
        return self.phone if self.email is None else None

    @property
    def wants_call(self) -> bool:
        """Say whether an answer waits for its reader, who can only be called."""
        return self.state is State.ANSWERED and self.due_at is not None

    def said(self, *, at: datetime, due_at: datetime) -> None:
        """Note that the visitor wrote; the clock runs from the first word without an answer.

        A closed thread opens again. Whoever has claimed it keeps it while their account is active.
        """
        if self.state is not State.WAITING:
            self.state, self.due_at, self.waiting_since = State.WAITING, due_at, at
        if self.claimed_by is not None and not self.claimed_by.active:
            self.claimed_by, self.claimed_at = None, None
        self.touched(at=at)

    def flag(self, *, at: datetime, due_at: datetime) -> None:
        """Put the thread on top, also a held one: something sounds like an emergency."""
        self.flagged_at, self.held_because = self.flagged_at or at, None
        self.due_at = min(self.due_at or due_at, due_at)
        self.touched(at=at)

    def lower_flag(self, *, at: datetime) -> None:
        """Take it off the top: somebody has seen to it."""
        self._must_be_open()
        self.flagged_at = None
        self.touched(at=at)

    def answered(self, staff: Staff, *, at: datetime, call_by: datetime) -> None:
        """Note that the studio answered; whoever answers first has it.

        Somebody who left nothing but a number is called by `call_by`, unless they read it before.
        """
        self.first_answer_at = self.first_answer_at or at
        self.held_because = None
        self._heard_from(staff, at=at, due_at=call_by if self.number_alone else None)

    def called(self, staff: Staff, *, at: datetime) -> None:
        """Note that somebody at the studio has called; whoever calls first has it."""
        self._must_be_open()
        if self.number_alone is None:
            raise WrongStateError("This chat has no number to call.")
        self._heard_from(staff, at=at, due_at=None)

    def claim(self, staff: Staff, *, at: datetime) -> None:
        """Make it one person's."""
        self._must_be_open()
        self.claimed_by, self.claimed_at = staff, at
        self.touched(at=at)

    def give_back(self, *, at: datetime) -> None:
        """Give it back to everybody."""
        self._must_be_open()
        self.claimed_by, self.claimed_at = None, None
        self.touched(at=at)

    def close(self, *, at: datetime) -> None:
        """Take it out of the inbox; the next word of the visitor brings it back."""
        self._must_be_open()
        self.state, self.due_at, self.waiting_since = State.CLOSED, None, None
        self.flagged_at = None
        self.touched(at=at)

    def hold(self, because: str, *, at: datetime) -> None:
        """Take it out of the inbox: it looks like spam."""
        self.held_because = self.held_because or because
        self.touched(at=at)

    def release(self, *, at: datetime) -> None:
        """Let a thread that looked like spam into the inbox."""
        if self.held_because is None:
            raise WrongStateError("This chat is not held.")
        self.held_because = None
        self.touched(at=at)

    def seen_by_visitor(self, message_id: int, *, at: datetime) -> bool:
        """Note what the visitor has before their eyes; say whether that is news."""
        if message_id <= self.visitor_seen:
            return False
        self.visitor_seen, self.visitor_seen_at = message_id, at
        if self.wants_call:
            self.due_at = None
            self.touched(at=at)
        return True

    def seen_by_staff(self, message_id: int, *, at: datetime) -> bool:
        """Note what somebody at the desk has before their eyes; say whether that is news."""
        if message_id <= self.staff_seen:
            return False
        self.staff_seen, self.staff_seen_at = message_id, at
        return True

    def touched(self, *, at: datetime) -> None:
        """Count a change, and put the inbox's index right."""
        self.version += 1
        self.updated_at = at
        self.open_rank = self._rank()

    def snapshot(self) -> dict[str, Any]:
        """Return what an undo has to put back."""
        return {
            "state": self.state.value,
            "claimed_by_id": self.claimed_by_id,
            "held_because": self.held_because,
            **{name: _text(getattr(self, name)) for name in MOMENTS},
        }

    def put_back(self, before: dict[str, Any], *, at: datetime) -> None:
        """Put back what `snapshot()` returned before a step that is being undone."""
        self.state, self.claimed_by_id = State(before["state"]), before["claimed_by_id"]
        self.held_because = before["held_because"]
        for name in MOMENTS:
            kept = before[name]
            setattr(self, name, datetime.fromisoformat(kept) if kept else None)
        self.touched(at=at)

    def _rank(self) -> int | None:
        if self.state is State.CLOSED or self.held_because is not None:
            return None
        if self.flagged_at is not None:
            return FLAGGED_RANK
        return ANSWERED_RANK if self.due_at is None else WAITING_RANK

    def _heard_from(self, staff: Staff, *, at: datetime, due_at: datetime | None) -> None:
        if self.claimed_by_id is None:
            self.claimed_by, self.claimed_at = staff, at
        self.state, self.due_at, self.waiting_since = State.ANSWERED, due_at, None
        self.touched(at=at)

    def _must_be_open(self) -> None:
        if not self.is_open:
            held = self.held_because is not None
            raise WrongStateError("This chat is held." if held else "This chat is closed.")


MOMENTS = ("due_at", "waiting_since", "flagged_at", "claimed_at")


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
