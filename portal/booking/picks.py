"""A time that was picked before the form: given along, and found again behind the health check."""

from collections.abc import Mapping
from datetime import date, datetime
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from portal.booking import words
from portal.booking.forms import read_moment
from portal.booking.search import Search
from portal.leads import picked
from portal.leads.models import Enquiry
from portal.leads.picked import Picked

SLOT = "slot"


def sign(starts_at: datetime, search: Search) -> str:
    """Return what the consult form carries of a time and how it was looked for; good until then."""
    text = urlencode({SLOT: f"{starts_at:%Y-%m-%dT%H:%M:%SZ}", **search.args(day=None)})
    said = words.whole_words(starts_at, search.zone)
    return picked.sign(Picked(text, said), until=starts_at)


def wished(enquiry: Enquiry, *, at: datetime) -> datetime | None:
    """Return the time that was picked before the form, None for none or one that has gone by."""
    starts_at = moment_of(enquiry)
    return starts_at if starts_at and starts_at > at else None


def moment_of(enquiry: Enquiry) -> datetime | None:
    """Return the time that was picked before the form, gone by or not; None for none."""
    return read_moment(asked(enquiry).get(SLOT, ""))


def asked(enquiry: Enquiry) -> dict[str, str]:
    """Return how that time was looked for, as an address would say it."""
    return dict(parse_qsl(enquiry.picked or ""))


def day_of(wanted: datetime, asked: Mapping[str, str], *, studio: ZoneInfo) -> date:
    """Return the day on which somebody who looks for a time so finds it."""
    return wanted.astimezone(Search.read(asked, studio=studio).zone).date()
