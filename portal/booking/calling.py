"""A talk by phone needs a number: which one is called, and asking for it where none is known."""

from sqlalchemy import select

from portal.booking.models import Booking, Place
from portal.booking.wishes import NoNumberError
from portal.extensions import db
from portal.leads import search
from portal.leads.contact import Phone
from portal.leads.models import Enquiry, Lead


def number_of(lead: Lead, enquiry: Enquiry | None) -> str | None:
    """Return the number, as it was typed, at which somebody is called; None when none is known."""
    return lead.phone or (enquiry and enquiry.phone) or None


def must_reach(booking: Booking, phone: Phone | None) -> None:
    """Keep the number for a talk by phone where none is known yet, never in place of another.

    Runs in the caller's transaction on the locked lead; raise NoNumberError when there is none.
    """
    if booking.place is not Place.PHONE or number_of(booking.lead, booking.enquiry):
        return
    if phone is None:
        raise NoNumberError
    keep(booking.lead, phone)
    search.index(booking.lead)


def keep(lead: Lead, phone: Phone) -> None:
    """Keep a number as it was typed, and as theirs unless it is somebody else's already."""
    lead.phone, lead.phone_e164 = phone.typed, phone.e164 if _is_nobodys(phone) else None


def _is_nobodys(phone: Phone) -> bool:
    theirs = select(Lead.id).where(Lead.phone_e164 == phone.e164)
    return phone.e164 is not None and db.session.scalar(theirs) is None
