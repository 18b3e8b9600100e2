"""Which mail a booking causes: in the caller's transaction, and never with a health word."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from portal.booking import calling, links, words
from portal.booking.diary import rules
from portal.booking.invitation import invitation, method_of
from portal.booking.models import Booking, Place
from portal.booking.openings import moment
from portal.booking.rules import Rules
from portal.extensions import settings
from portal.mail import outbox
from portal.mail.outbox import Attachment

DAY = 1440


def booked(booking: Booking) -> None:
    """Confirm a session, with its invitation."""
    _send(kind="booked", booking=booking)


def moved(booking: Booking) -> None:
    """Confirm another time for the same session."""
    _send(kind="moved", booking=booking)


def cancelled(booking: Booking) -> None:
    """Say that a session is off, take it out of calendars, and drop what would remind of it."""
    no_reminders(booking)
    _send(kind="cancelled", booking=booking)


def missed_you(booking: Booking) -> None:
    """Offer another time to somebody who did not come."""
    _send(kind="missed_you", booking=booking, invites=False)


def no_offer(booking: Booking) -> None:
    """Drop the offer of another time that still waits: they were not missed after all."""
    outbox.cancel(f"missed_you:{booking.public_id}:")


def reminders(booking: Booking, *, at: datetime, rule: Rules | None = None) -> None:
    """Put both reminders where the session is now; what stood before is dropped."""
    no_reminders(booking)
    remind(booking, at=at, rule=rule or rules())


def remind(booking: Booking, *, at: datetime, rule: Rules) -> None:
    """Put both reminders of a session that has none.

    A reminder whose moment has passed is not sent, and none is ever sent after the session began.
    """
    zone = settings().studio.zone
    for which, before in (("first", rule.remind_first), ("last", rule.remind_last)):
        due = remind_at(booking.starts_at, before, zone=zone)
        if before and due > at:
            subject, until = _telling(booking.starts_at, due, zone=_zone_of(booking))
            _send(
                kind="reminder",
                booking=booking,
                occurrence=f"{booking.sequence}.{booking.version}:{which}",
                invites=False,
                due=due,
                not_after=until,
                told=subject,
            )


def no_reminders(booking: Booking) -> None:
    """Drop the reminders that have not been sent."""
    outbox.cancel(f"reminder:{booking.public_id}:")


def remind_at(starts_at: datetime, before: int, *, zone: ZoneInfo) -> datetime:
    """Return when to remind `before` so many minutes.

    Whole days count on the wall clock: the day before a session at 10:40 is at 10:40, also when the
    clocks change that night.
    """
    days, minutes = divmod(before, DAY)
    wall = starts_at.astimezone(zone)
    if not days:
        return starts_at - timedelta(minutes=minutes)
    day = wall.date() - timedelta(days=days)
    return moment(day, wall.hour * 60 + wall.minute, zone=zone) - timedelta(minutes=minutes)


def _telling(starts_at: datetime, due: datetime, *, zone: ZoneInfo) -> tuple[str, datetime]:
    """Return the words of a reminder, and until when they are true."""
    wall, today = starts_at.astimezone(zone), due.astimezone(zone).date()
    clock = words.clock(starts_at, zone)
    if wall.date() == today:
        return f"Today at {clock}", starts_at
    if wall.date() == today + timedelta(days=1):
        midnight = datetime.combine(wall.date(), time(), tzinfo=zone)
        return f"Tomorrow at {clock}", min(midnight, starts_at)
    return words.at_words(starts_at, zone), starts_at


def _send(  # noqa: PLR0913 - the message's own fields, each by name
    *,
    kind: str,
    booking: Booking,
    occurrence: str | None = None,
    invites: bool = True,
    due: datetime | None = None,
    not_after: datetime | None = None,
    told: str = "",
) -> None:
    recipient = recipient_of(booking)
    if recipient is None:
        return
    outbox.put(
        kind=kind,
        uid=f"{kind}:{booking.public_id}:{occurrence or booking.version}",
        recipient=recipient,
        reference=booking.lead.ref,
        due=due,
        not_after=not_after,
        context={**_facts(booking), "told": told},
        attachments=(_attached(booking),) if invites else (),
    )


def recipient_of(booking: Booking) -> str | None:
    """Return where mail about a session goes; None for somebody who gave no address."""
    return booking.lead.email or (booking.enquiry and booking.enquiry.email) or None


def _facts(booking: Booking) -> dict[str, Any]:
    studio = settings().studio
    return {
        "name": words.first(booking.lead.name),
        "when": words.when(booking, studio.zone),
        "at": words.at_words(booking.starts_at, _zone_of(booking)),
        "zone": words.zone_words(_zone_of(booking)),
        "minutes": (booking.ends_at - booking.starts_at) // timedelta(minutes=1),
        "coach": words.first(booking.coach.name),
        "by_phone": booking.place is Place.PHONE,
        "phone": calling.number_of(booking.lead, booking.enquiry),
        "reference": booking.lead.ref,
        "url": links.manage_url(booking),
        "again": links.book_url(booking.enquiry) if booking.enquiry else None,
    }


def _zone_of(booking: Booking) -> ZoneInfo:
    """Return the zone in which a short mention of the time is written."""
    return words.their_zone(booking) or settings().studio.zone


def _attached(booking: Booking) -> Attachment:
    text = invitation(booking, studio=settings().studio, url=links.manage_url(booking))
    return Attachment("consult.ics", f"text/calendar; method={method_of(booking)}", text)
