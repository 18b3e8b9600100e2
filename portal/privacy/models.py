"""Complaints with their clock, the ledger of erasures, and the little that outlives a person."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.errors import WrongStateError
from portal.orm import NEVER_AGAIN, Base, sealed, text_enum


class ComplaintState(StrEnum):
    """How far a complaint is."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class Complaint(Base):
    """One complaint; `content` and `answer` are sealed to `public_id`, and name who complains.

    `key` came hidden with the form and makes sending it twice harmless.
    """

    __tablename__ = "complaint"
    __table_args__ = (Index("ix_complaint_state_due_at", "state", "due_at"), NEVER_AGAIN)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    reference: Mapped[str] = mapped_column(String(12), unique=True)
    lead_id: Mapped[int | None] = mapped_column(
        ForeignKey("lead.id", ondelete="SET NULL"), index=True
    )
    content: Mapped[str] = mapped_column(Text, info=sealed(by="public_id", person=None))
    answer: Mapped[str | None] = mapped_column(Text, info=sealed(by="public_id", person=None))
    state: Mapped[ComplaintState] = mapped_column(
        text_enum(ComplaintState, name="complaint_state"), default=ComplaintState.OPEN
    )
    received_at: Mapped[datetime]
    due_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))

    def place(self, part: str) -> str:
        """Return where a part of the complaint is sealed to."""
        return f"complaint.{part}:{self.public_id}"

    def answered(self, sealed: str, *, staff_id: int, at: datetime) -> None:
        """Note what was answered, and by whom."""
        self._must_be(ComplaintState.OPEN)
        self.state, self.answer, self.answered_at = ComplaintState.ANSWERED, sealed, at
        self.staff_id = staff_id

    def close(self, *, staff_id: int, at: datetime) -> None:
        """Note that nothing is left to say: only an answered complaint can be closed."""
        self._must_be(ComplaintState.ANSWERED)
        self.state, self.closed_at, self.staff_id = ComplaintState.CLOSED, at, staff_id

    def reopen(self) -> None:
        """Take back that it is closed."""
        self._must_be(ComplaintState.CLOSED)
        self.state, self.closed_at = ComplaintState.ANSWERED, None

    def _must_be(self, state: ComplaintState) -> None:
        if self.state is not state:
            raise WrongStateError(f"This complaint is {self.state.value}.")


class Erasure(Base):
    """Somebody was erased: a hash that only an old backup can recognise, and when."""

    __tablename__ = "erasure"

    person_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    because: Mapped[str] = mapped_column(String(20))
    erased_at: Mapped[datetime]


class ErasedCount(Base):
    """How many people of one kind and outcome were erased, by the month in which they asked."""

    __tablename__ = "erased_count"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    disposition: Mapped[str] = mapped_column(String(20), primary_key=True)
    status: Mapped[str] = mapped_column(String(20), primary_key=True)
    people: Mapped[int]


class KeptDocument(Base):
    """A signed waiver that the studio's law makes it keep after its person was erased.

    `content` is the sealed document and all that says whose it is.
    """

    __tablename__ = "kept_document"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    content: Mapped[str] = mapped_column(Text, info=sealed(by="public_id", person=None))
    signed_at: Mapped[datetime]
    until: Mapped[datetime]

    @property
    def place(self) -> str:
        """Return where the document is sealed to."""
        return f"kept_document.content:{self.public_id}"


class Chore(Base):
    """A daily piece of work and the last day on which it was done to its end."""

    __tablename__ = "chore"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    done_on: Mapped[date]
