"""Questions about bookings: whose link this is, what stands now, who comes when."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, true

from portal.booking.models import Booking, State
from portal.extensions import db
from portal.leads.models import Enquiry, Lead


def by_public_id(public_id: str) -> Booking:
    """Return the booking that a link was made for; raise NoResultFound when it was erased."""
    return db.session.scalars(select(Booking).where(Booking.public_id == public_id)).one()


def by_uid(uid: str) -> Booking | None:
    """Return the booking that calendars know by this name, None when there is none yet."""
    return db.session.scalars(select(Booking).where(Booking.uid == uid)).one_or_none()


def booking(booking_id: int) -> Booking:
    """Return a booking; raise NoResultFound."""
    return db.session.scalars(select(Booking).where(Booking.id == booking_id)).one()


def live(lead_id: int) -> Booking | None:
    """Return the session that a lead has still to come, None when there is none."""
    return db.session.scalars(
        select(Booking).where(Booking.lead_id == lead_id, Booking.state == State.BOOKED)
    ).one_or_none()


def today_s_truth(lead_id: int) -> Booking:
    """Return the booking that counts for a lead now: the live one, else the last that changed."""
    return db.session.scalars(
        select(Booking)
        .where(Booking.lead_id == lead_id)
        .order_by((Booking.state == State.BOOKED).desc(), Booking.id.desc())
        .limit(1)
    ).one()


def of_lead(lead_id: int) -> Sequence[Booking]:
    """Return every booking of a lead, the newest first."""
    return db.session.scalars(
        select(Booking).where(Booking.lead_id == lead_id).order_by(Booking.id.desc())
    ).all()


def between(first: datetime, last: datetime) -> Sequence[Booking]:
    """Return what stands in the diary between two moments, by time."""
    return db.session.scalars(
        select(Booking)
        .where(
            Booking.starts_at >= first, Booking.starts_at < last, Booking.state != State.CANCELLED
        )
        .order_by(Booking.starts_at, Booking.id)
    ).all()


def to_come(at: datetime, *, coach_id: int | None = None) -> Sequence[Booking]:
    """Return the sessions that are still to come, of one coach or of all, by time."""
    whose = Booking.coach_id == coach_id if coach_id else true()
    return db.session.scalars(
        select(Booking)
        .where(Booking.state == State.BOOKED, Booking.starts_at > at, whose)
        .order_by(Booking.starts_at, Booking.id)
    ).all()


def unmarked(first: datetime, last: datetime) -> Sequence[Booking]:
    """Return the sessions between two moments of which nobody has said who came, by time."""
    return [each for each in between(first, last) if each.is_live]


def latest_enquiry(lead_id: int) -> Enquiry | None:
    """Return the last thing a lead asked for, None for somebody who walked in."""
    return db.session.scalars(
        select(Enquiry).where(Enquiry.lead_id == lead_id).order_by(Enquiry.id.desc()).limit(1)
    ).one_or_none()


def lead_to_write(lead_id: int) -> Lead:
    """Return a lead, its row locked until the transaction ends; raise NoResultFound."""
    return db.session.scalars(
        select(Lead)
        .where(Lead.id == lead_id)
        .with_for_update(of=Lead)
        .execution_options(populate_existing=True)
    ).one()


def to_write(booking_id: int) -> Booking:
    """Return a booking as it stands under the lock of its lead; raise NoResultFound.

    Everything about one person waits for the same lock, so a booking needs none of its own.
    """
    lead_id = db.session.scalars(select(Booking.lead_id).where(Booking.id == booking_id)).one()
    lead_to_write(lead_id)
    return db.session.scalars(
        select(Booking).where(Booking.id == booking_id).execution_options(populate_existing=True)
    ).one()
