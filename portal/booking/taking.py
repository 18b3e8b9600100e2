"""Taking a time: the cells that a booking owns, written in the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from portal.booking.grid import cells
from portal.booking.models import BookedCell, Booking
from portal.booking.rules import Rules
from portal.extensions import db


def take(booking: Booking, *, seat: int, rules: Rules) -> None:
    """Give the booking the time around its session.

    Raise IntegrityError when somebody else has any of it.
    """
    db.session.flush()
    around = cells(booking.starts_at - rules.before, booking.ends_at + rules.after)
    whose = {"coach_id": booking.coach_id, "seat": seat, "booking_id": booking.id}
    own(around, whose, db.session.connection())


def own(around: Sequence[datetime], whose: Mapping[str, int], connection: Connection) -> None:
    """Write the cells that begin at these moments; raise IntegrityError when one has an owner.

    They are written in order, so that two who want the same time wait for each other in turn and
    never in a circle.
    """
    connection.execute(insert(BookedCell), [{"starts_at": cell, **whose} for cell in around])


def give_back(booking: Booking) -> None:
    """Let go of all time that the booking owns."""
    db.session.execute(delete(BookedCell).where(BookedCell.booking_id == booking.id))


def seat_at(coach_id: int, start: datetime, end: datetime, *, rules: Rules) -> int | None:
    """Return the first seat of a coach that nobody has between two moments, or None."""
    found = select(BookedCell.seat).where(
        BookedCell.coach_id == coach_id,
        BookedCell.starts_at.in_(cells(start - rules.before, end + rules.after)),
    )
    taken = set(db.session.scalars(found))
    return next((seat for seat in range(1, rules.capacity + 1) if seat not in taken), None)
