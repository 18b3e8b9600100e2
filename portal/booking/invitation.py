"""A session as a calendar's event: the same event moves and is called off, never a second one."""

from datetime import datetime
from functools import cache
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from portal.booking.models import Booking, Place, State
from portal.booking.words import when
from portal.config import Studio

STAMP = "%Y%m%dT%H%M%SZ"


def method_of(booking: Booking) -> str:
    """Return what a mail program does with the invitation: put it in, or take it out."""
    return "CANCEL" if booking.state is State.CANCELLED else "REQUEST"


def invitation(booking: Booking, *, studio: Studio, url: str, method: str | None = None) -> str:
    """Return the event as iCalendar text, in the studio's own zone with that zone's rules.

    `method` None stands for what the booking's state asks for; a file to download publishes.
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//{studio.name}//Portal//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method or method_of(booking))
    calendar.add_component(_event(booking, studio=studio, url=url))
    return with_zone(calendar, studio.zone)


def with_zone(calendar: Calendar, zone: ZoneInfo) -> str:
    """Return a calendar as text, with the rules of the zone that its events name.

    The rules of a zone are most of the text and never change, so they are written out once.
    """
    before, begin, events = calendar.to_ical().decode().partition("BEGIN:VEVENT")
    return f"{before}{_zone_text(zone.key)}{begin}{events}"


@cache
def _zone_text(key: str) -> str:
    return str(Timezone.from_tzid(key).to_ical().decode())


def google_url(booking: Booking, *, studio: Studio, url: str) -> str:
    """Return the address that offers the event to Google's calendar."""
    span = (booking.starts_at, booking.ends_at)
    return "https://calendar.google.com/calendar/render?" + urlencode(
        {
            "action": "TEMPLATE",
            "text": _title(studio),
            "dates": "/".join(f"{_utc(each):{STAMP}}" for each in span),
            "location": _where(booking, studio),
            "details": _details(booking, studio, url),
        }
    )


def outlook_url(booking: Booking, *, studio: Studio, url: str) -> str:
    """Return the address that offers the event to Outlook's calendar."""
    return "https://outlook.live.com/calendar/0/deeplink/compose?" + urlencode(
        {
            "path": "/calendar/action/compose",
            "rru": "addevent",
            "subject": _title(studio),
            "startdt": booking.starts_at.isoformat(),
            "enddt": booking.ends_at.isoformat(),
            "location": _where(booking, studio),
            "body": _details(booking, studio, url),
        }
    )


def _event(booking: Booking, *, studio: Studio, url: str) -> Event:
    event, called_off = Event(), booking.state is State.CANCELLED
    event.add("uid", booking.uid)
    event.add("sequence", booking.sequence)
    event.add("dtstamp", booking.updated_at)
    event.add("dtstart", booking.starts_at.astimezone(studio.zone))
    event.add("dtend", booking.ends_at.astimezone(studio.zone))
    event.add("status", "CANCELLED" if called_off else "CONFIRMED")
    event.add("summary", _title(studio))
    event.add("location", _where(booking, studio))
    event.add("description", _details(booking, studio, url))
    event.add("url", url)
    event.add("organizer", _address(studio.email, studio.name))
    recipient = booking.lead.email
    if recipient:
        guest = _address(recipient, booking.lead.name)
        guest.params["PARTSTAT"], guest.params["RSVP"] = vText("ACCEPTED"), vText("FALSE")
        event.add("attendee", guest)
    return event


def _address(email: str, name: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    address.params["CN"] = vText(name)
    return address


def _title(studio: Studio) -> str:
    return f"Free consult at {studio.name}"


def _where(booking: Booking, studio: Studio) -> str:
    return "By phone" if booking.place is Place.PHONE else f"{studio.name}, {studio.address}"


def _details(booking: Booking, studio: Studio, url: str) -> str:
    return f"{when(booking, studio.zone)}, with {booking.coach.name}.\nChange or cancel: {url}"


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo("UTC"))
