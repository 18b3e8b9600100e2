"""The personal links of booking: one to pick a time, and one that shows what stands, for good."""

from datetime import timedelta

from portal import tokens
from portal.booking.models import Booking
from portal.extensions import settings
from portal.leads.models import Enquiry

BOOK, MANAGE = "book", "manage"
BOOK_LASTS = timedelta(days=90)
MANAGE_LASTS = timedelta(days=400)


def book_token(enquiry: Enquiry) -> str:
    """Return the token with which somebody picks a time; asking twice gives the same one."""
    return tokens.mint(BOOK, enquiry.public_id, until=enquiry.created_at + BOOK_LASTS)


def manage_token(booking: Booking) -> str:
    """Return the token that shows what stands for this person, whatever has happened since."""
    return tokens.mint(MANAGE, booking.public_id, until=booking.created_at + MANAGE_LASTS)


def manage_url(booking: Booking) -> str:
    """Return the whole address of that page, as a mail needs it."""
    return f"{settings().public_url}/manage/{manage_token(booking)}"


def book_url(enquiry: Enquiry) -> str:
    """Return the whole address at which a time is picked, as a mail needs it."""
    return f"{settings().public_url}/book/{book_token(enquiry)}"
