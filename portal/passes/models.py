"""A day pass, everything its holder is known by, the waiver they signed, and its one use."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.errors import WrongStateError
from portal.leads.lead import Lead
from portal.leads.models import Enquiry
from portal.orm import NEVER_AGAIN, Base, sealed, text_enum
from portal.staff.models import Staff


class State(StrEnum):
    """What became of a pass; that its day has gone by is told by the clock, not kept."""

    READY = "ready"
    USED = "used"
    RETURNED = "returned"


class DayPass(Base):
    """One visit of one person on one day of the studio's calendar.

    `public_id` is the secret of its link and of its QR code, `code` what is read out at the door.
    `moves` counts changes of the day: the calendar's SEQUENCE. A pass that the desk gave in spite
    of an earlier one names who did in `given_by_id`, and has no enquiry of its own.
    """

    __tablename__ = "day_pass"
    __table_args__ = (
        Index("ix_day_pass_valid_on_state", "valid_on", "state", "id"),
        Index("ix_day_pass_lead_id_id", "lead_id", "id"),
        NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"))
    enquiry_id: Mapped[int | None] = mapped_column(
        ForeignKey("enquiry.id", ondelete="CASCADE"), unique=True
    )
    name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(320))
    valid_on: Mapped[date]
    state: Mapped[State] = mapped_column(text_enum(State, name="state"), default=State.READY)
    under_18: Mapped[bool] = mapped_column(default=False)
    moves: Mapped[int] = mapped_column(default=0)
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    issued_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    followed_up_at: Mapped[datetime | None]
    lead: Mapped[Lead] = relationship(lazy="joined", innerjoin=True)
    enquiry: Mapped[Enquiry | None] = relationship(lazy="raise")

    @property
    def first_name(self) -> str:
        """Return what the holder is called in a greeting."""
        return self.name.split()[0]

    def is_ahead(self, today: date) -> bool:
        """Say whether the holder may still come."""
        return self.state is State.READY and self.valid_on >= today

    def move(self, day: date, *, at: datetime) -> None:
        """Put the visit on another day."""
        self._must_be(State.READY)
        self.valid_on, self.updated_at, self.followed_up_at = day, at, None
        self.moves += 1

    def give_back(self, *, at: datetime) -> None:
        """Note that the holder will not come; this is final."""
        self._must_be(State.READY)
        self.state, self.returned_at, self.updated_at = State.RETURNED, at, at
        self.moves += 1

    def _must_be(self, state: State) -> None:
        if self.state is not state:
            raise WrongStateError(f"This day pass is {self.state.value}.")


class PassIdentity(Base):
    """One thing a person is known by, and until when it stands for a pass they have or had.

    `who` is the key: an e-mail, a phone number, a lead, or a keyed hash of name and birth year. A
    new pass takes over only rows whose time is up, so of any number of claims at once one wins.
    """

    __tablename__ = "pass_identity"

    who: Mapped[str] = mapped_column(String(360), primary_key=True)
    pass_id: Mapped[int] = mapped_column(ForeignKey("day_pass.id", ondelete="CASCADE"), index=True)
    until: Mapped[datetime]


class WaiverSignature(Base):
    """A waiver as it was signed: `content` and `pdf` are sealed to `public_id`.

    `text_hash` is the SHA-256 of the text that was read, `pdf_hash` that of the document.
    """

    __tablename__ = "waiver_signature"
    __table_args__ = (UniqueConstraint("pass_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    pass_id: Mapped[int] = mapped_column(ForeignKey("day_pass.id", ondelete="CASCADE"))
    version: Mapped[str] = mapped_column(String(20))
    text_hash: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(
        Text, info=sealed(by="public_id", person="pass_id.lead_id.ref")
    )
    pdf: Mapped[str] = mapped_column(
        Text, info=sealed(by="public_id", person="pass_id.lead_id.ref")
    )
    pdf_hash: Mapped[str] = mapped_column(String(64))
    by_guardian: Mapped[bool]
    signed_at: Mapped[datetime]

    def place(self, part: str) -> str:
        """Return where a part of the signature is sealed to."""
        return f"waiver_signature.{part}:{self.public_id}"


class Redemption(Base):
    """The one use of a pass: by whom at the desk, when, and by which press of the button."""

    __tablename__ = "redemption"

    id: Mapped[int] = mapped_column(primary_key=True)
    pass_id: Mapped[int] = mapped_column(ForeignKey("day_pass.id", ondelete="CASCADE"), unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    press: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    staff: Mapped[Staff] = relationship(lazy="joined", innerjoin=True)
