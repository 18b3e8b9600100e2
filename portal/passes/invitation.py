"""The day of a pass as a calendar entry: the studio's own hours and zone, and nobody's name."""

from urllib.parse import urlsplit

from icalendar import Calendar, Event, vText

from portal.booking.invitation import with_zone
from portal.extensions import settings
from portal.passes.days import hours_on
from portal.passes.links import pass_url
from portal.passes.models import DayPass, State


def ics(day_pass: DayPass) -> bytes:
    """Return the entry: the same event, however often the day is moved or the pass given back.

    It does not block the day, because the visit may be at any hour of it.
    """
    studio = settings().studio
    span = hours_on(day_pass.valid_on)
    event = Event()
    event.add("uid", f"day-pass-{day_pass.id}@{urlsplit(settings().public_url).hostname}")
    event.add("sequence", day_pass.moves)
    event.add("dtstamp", day_pass.updated_at)
    event.add("summary", f"Day pass at {studio.name}")
    event.add("location", vText(f"{studio.name}, {studio.address}"))
    event.add("description", f"Show code {day_pass.code} at the front desk.\n{pass_url(day_pass)}")
    event.add("url", pass_url(day_pass))
    event.add("transp", "TRANSPARENT")
    event.add("status", "CANCELLED" if day_pass.state is State.RETURNED else "CONFIRMED")
    if span is None:
        event.add("dtstart", day_pass.valid_on)
    else:
        event.add("dtstart", span[0].astimezone(studio.zone))
        event.add("dtend", span[1].astimezone(studio.zone))
    calendar = Calendar()
    calendar.add("prodid", f"-//{studio.name}//Day pass//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if day_pass.state is State.RETURNED else "PUBLISH")
    calendar.add_component(event)
    return with_zone(calendar, studio.zone).encode()
