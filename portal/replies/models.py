"""A reply under an article, how far it is, and the threads that take no more."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.errors import WrongStateError
from portal.orm import NEVER_AGAIN, Base, sealed, text_enum

PREFIX = "R-"


class State(StrEnum):
    """Whether everybody may read a reply."""

    HELD = "held"
    PUBLISHED = "published"
    REJECTED = "rejected"


class Alarm(StrEnum):
    """How grave the gravest sign is that a reply names, in the words of the health check."""

    EMERGENCY = "EMERGENCY"
    URGENT = "URGENT"


class Doubt(StrEnum):
    """Why a reply looks like spam: the doubts of the lead forms, and two more."""

    TRAP = "trap"
    HASTE = "haste"
    BORROWED = "borrowed"
    LINKS = "links"
    MANY = "many"


class Reply(Base):
    """One reply. `who` (name and email), `text` and `original` are sealed to `public_id`.

    `key` came hidden with the form, `body_hash` a keyed hash of what was sent with it: a repeat is
    told from another text. `writer` is a keyed hash of the email, by which a person's replies are
    found. `original` is what stood in `text` before an edit for privacy. `version` counts what
    staff did, so that two desks do not overwrite each other.
    """

    __tablename__ = "reply"
    __table_args__ = (
        Index("ix_reply_slug_state_id", "slug", "state", "id"),
        Index("ix_reply_state_id", "state", "id"),
        NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    ref: Mapped[str] = mapped_column(String(12), unique=True)
    slug: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(64), unique=True)
    body_hash: Mapped[str] = mapped_column(String(64))
    writer: Mapped[str] = mapped_column(String(64), index=True)
    who: Mapped[str] = mapped_column(Text, info=sealed(by="public_id", person="ref"))
    text: Mapped[str] = mapped_column(Text, info=sealed(by="public_id", person="ref"))
    original: Mapped[str | None] = mapped_column(Text, info=sealed(by="public_id", person="ref"))
    state: Mapped[State] = mapped_column(text_enum(State, name="state"), default=State.HELD)
    doubt: Mapped[Doubt | None] = mapped_column(text_enum(Doubt, name="doubt"))
    alarm: Mapped[Alarm | None] = mapped_column(text_enum(Alarm, name="alarm"))
    seen_at: Mapped[datetime | None]
    tell: Mapped[bool]
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]
    edited_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    def place(self, part: str) -> str:
        """Return where a part of the reply is sealed to."""
        return f"reply.{part}:{self.public_id}"

    @property
    def is_flagged(self) -> bool:
        """Say whether somebody has still to look at a sign that the reply names."""
        return self.alarm is not None and self.seen_at is None

    def publish(self, *, staff_id: int, at: datetime) -> None:
        """Let everybody read it."""
        self._must_be(State.HELD)
        self.state, self.published_at = State.PUBLISHED, at
        self.seen_at = self.seen_at or at
        self._touched(staff_id, at)

    def take_down(self, *, staff_id: int, at: datetime) -> None:
        """Take back that everybody may read it; an answer of the studio stays with it, unread."""
        self._must_be(State.PUBLISHED)
        self.state, self.published_at = State.HELD, None
        self._touched(staff_id, at)

    def reject(self, *, staff_id: int, at: datetime) -> None:
        """Put it aside: nobody reads it, and a clock erases it."""
        self._must_be(State.HELD)
        self.state = State.REJECTED
        self.seen_at = self.seen_at or at
        self._touched(staff_id, at)

    def put_back(self, *, staff_id: int, at: datetime) -> None:
        """Take back that it was put aside."""
        self._must_be(State.REJECTED)
        self.state = State.HELD
        self._touched(staff_id, at)

    def edit(self, sealed_text: str, *, original: str, staff_id: int, at: datetime) -> None:
        """Change the words for privacy; of several changes the first keeps the `original`."""
        self._must_be(State.HELD, State.PUBLISHED)
        self.original = self.original or original
        self.text, self.edited_at = sealed_text, at
        self._touched(staff_id, at)

    def undo_edit(self, sealed_text: str, *, staff_id: int, at: datetime) -> None:
        """Put the writer's own words back, as long as they are kept."""
        if self.original is None:
            raise WrongStateError("The words as they were written are not kept any more.")
        self.text, self.original, self.edited_at = sealed_text, None, None
        self._touched(staff_id, at)

    def answered(self, text: str, *, staff_id: int, at: datetime) -> None:
        """Put the studio's answer under it, or another in its place."""
        self._must_be(State.PUBLISHED)
        self.answer, self.answered_at = text, at
        self._touched(staff_id, at)

    def unanswer(self, *, staff_id: int, at: datetime) -> None:
        """Take the studio's answer away."""
        if self.answer is None:
            raise WrongStateError("This reply has no answer.")
        self.answer, self.answered_at = None, None
        self._touched(staff_id, at)

    def looked_at(self, *, staff_id: int, at: datetime) -> None:
        """Note that somebody has dealt with the sign that it names."""
        if not self.is_flagged:
            raise WrongStateError("Somebody has looked at this reply already.")
        self.seen_at = at
        self._touched(staff_id, at)

    def _must_be(self, *states: State) -> None:
        if self.state not in states:
            raise WrongStateError(f"This reply is {self.state.value}.")

    def _touched(self, staff_id: int, at: datetime) -> None:
        self.staff_id, self.updated_at = staff_id, at
        self.version += 1


class ClosedThread(Base):
    """An article under which nobody can reply any more, since when, and who closed it."""

    __tablename__ = "closed_thread"

    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    closed_at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
