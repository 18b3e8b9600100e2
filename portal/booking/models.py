"""The diary's tables: who works when, what the studio closes for, and whose time is taken."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.errors import WrongStateError
from portal.leads.models import Enquiry, Lead
from portal.orm import NEVER_AGAIN, Base, text_enum
from portal.staff.models import Staff


class Place(StrEnum):
    """Where a session happens."""

    IN_PERSON = "in_person"
    PHONE = "phone"


class State(StrEnum):
    """What became of a booking."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    ARRIVED = "arrived"
    ARRIVED_LATE = "arrived_late"
    NO_SHOW = "no_show"


class Source(StrEnum):
    """Where a closure came from: the calendar of public holidays, or the studio itself."""

    HOLIDAY = "holiday"
    OWN = "own"


SHOWED = frozenset({State.ARRIVED, State.ARRIVED_LATE})


class CoachProfile(Base):
    """What visitors learn of a coach, and whether they may pick one of their times."""

    __tablename__ = "coach_profile"

    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True
    )
    skills: Mapped[list[str]] = mapped_column(JSON, default=list)
    bookable: Mapped[bool] = mapped_column(default=True)
    staff: Mapped[Staff] = relationship(lazy="joined", innerjoin=True)


class CoachHours(Base):
    """One weekday of a coach (Monday is 0): wall times of the studio, in minutes after midnight."""

    __tablename__ = "coach_hours"
    __table_args__ = (UniqueConstraint("staff_id", "weekday"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    weekday: Mapped[int]
    opens: Mapped[int]
    closes: Mapped[int]
    break_from: Mapped[int | None]
    break_to: Mapped[int | None]


class CoachException(Base):
    """One day on which a coach works other hours than usual; without hours, not at all."""

    __tablename__ = "coach_exception"
    __table_args__ = (UniqueConstraint("staff_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    day: Mapped[date]
    opens: Mapped[int | None]
    closes: Mapped[int | None]


class StudioHours(Base):
    """One weekday of the studio (Monday is 0): its wall times, in minutes after midnight.

    A weekday without a row is closed. While no weekday has one, the settings say the hours.
    """

    __tablename__ = "studio_hours"

    weekday: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    opens: Mapped[int]
    closes: Mapped[int]


class StudioClosure(Base):
    """A day that somebody decided about: closed, or a public holiday on which the studio opens."""

    __tablename__ = "studio_closure"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(unique=True)
    closed: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(80))
    source: Mapped[Source] = mapped_column(text_enum(Source, name="source"))
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    confirmed_at: Mapped[datetime]


class BookingRules(Base):
    """How booking works here, at most one row; without one, the defaults of `Rules` hold.

    All are minutes but `horizon_days` and `capacity`, the people one coach takes at a time.
    """

    __tablename__ = "booking_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    length: Mapped[int]
    every: Mapped[int]
    buffer_before: Mapped[int]
    buffer_after: Mapped[int]
    notice: Mapped[int]
    horizon_days: Mapped[int]
    capacity: Mapped[int]
    remind_first: Mapped[int]
    remind_last: Mapped[int]
    updated_at: Mapped[datetime]


class Booking(Base):
    """A session of one person with one coach.

    `uid` and `sequence` are the calendar's: the same event moves, it is never a second one.
    `version` counts changes, and guards against acting on a stale screen. A lead has at most one
    live booking.
    """

    __tablename__ = "booking"
    __table_args__ = (
        Index(
            "uq_booking_live_lead",
            "lead_id",
            unique=True,
            sqlite_where=text("state = 'booked'"),
            postgresql_where=text("state = 'booked'"),
        ),
        Index("ix_booking_lead_id_id", "lead_id", "id"),
        Index("ix_booking_starts_at_id", "starts_at", "id"),
        NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    uid: Mapped[str] = mapped_column(String(120), unique=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"))
    enquiry_id: Mapped[int | None] = mapped_column(
        ForeignKey("enquiry.id", ondelete="CASCADE"), index=True
    )
    coach_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[Place] = mapped_column(text_enum(Place, name="place"))
    their_zone: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[State] = mapped_column(text_enum(State, name="state"))
    sequence: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    because: Mapped[str | None] = mapped_column(String(200))
    booked_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    recovered_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    lead: Mapped[Lead] = relationship(lazy="joined", innerjoin=True)
    enquiry: Mapped[Enquiry | None] = relationship(lazy="joined")
    coach: Mapped[Staff] = relationship(
        lazy="joined", innerjoin=True, foreign_keys="Booking.coach_id"
    )

    @property
    def is_live(self) -> bool:
        """Say whether the session is still to come."""
        return self.state is State.BOOKED

    def came_of(self, enquiry: Enquiry) -> bool:
        """Say whether this enquiry led here: typing somebody's address or number proves nothing."""
        return self.enquiry_id == enquiry.id

    def move(self, *, coach_id: int, starts_at: datetime, ends_at: datetime, at: datetime) -> None:
        """Put the session at another time, with another coach, or where `meet` has put it."""
        self._must_be(State.BOOKED)
        self.coach_id, self.starts_at, self.ends_at = coach_id, starts_at, ends_at
        self.sequence += 1
        self.touched(at=at)

    def meet(self, place: Place, *, their_zone: str | None) -> None:
        """Say where the session happens; on the phone a zone that is not given stays as it was."""
        self.place = place
        self.their_zone = (their_zone or self.their_zone) if place is Place.PHONE else None

    def cancel(self, *, because: str | None, at: datetime) -> None:
        """Call the session off."""
        self._must_be(State.BOOKED)
        self.state, self.because = State.CANCELLED, because
        self.sequence += 1
        self.touched(at=at)

    def showed(self, state: State, *, at: datetime) -> None:
        """Note whether the person came; a first answer may be corrected by another one."""
        self._must_be(State.BOOKED, *SHOWED, State.NO_SHOW)
        self.state = state
        self.touched(at=at)

    def reopen(self, *, at: datetime) -> None:
        """Take back a cancellation, or a word about who came: the session is to come again."""
        if self.state is State.CANCELLED:
            self.sequence += 1
        self.state, self.because, self.recovered_at = State.BOOKED, None, None
        self.touched(at=at)

    def touched(self, *, at: datetime) -> None:
        """Count a change, so that a stale screen is noticed."""
        self.version += 1
        self.updated_at = at

    def _must_be(self, *states: State) -> None:
        if self.state not in states:
            raise WrongStateError(f"This session is {self.state.value.replace('_', ' ')}.")


class BookedCell(Base):
    """Five minutes of one coach's time, and whose they are.

    The key is the promise that nobody is booked twice: whoever writes it first has the time, on
    every database, whatever was read before. A coach who takes several people has several seats.
    """

    __tablename__ = "booked_cell"

    coach_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True
    )
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    seat: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(
        ForeignKey("booking.id", ondelete="CASCADE"), index=True
    )
