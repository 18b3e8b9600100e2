"""A session's time in words: always weekday, date, time and zone, for page, mail and invitation."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from portal.booking.models import Booking, Place
from portal.hours import clock_words
from portal.words import day_words

NOON = 12


def first(name: str) -> str:
    """Return what a person is called."""
    return next(iter(name.split()), "")


def zone_words(zone: ZoneInfo) -> str:
    """Return `Chicago time`."""
    return f"{zone.key.rpartition('/')[2].replace('_', ' ')} time"


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """Return `10:40 am`; in an hour that a clock change gives twice also which one, `1:20 am CDT`.

    A clock going back shows the same wall time again an hour, or on one island half an hour, later.
    """
    wall = moment.astimezone(zone)
    first, second = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return clock_words(wall) if first == second else f"{clock_words(wall)} {wall.tzname()}"


def slot_words(moment: datetime, zone: ZoneInfo) -> str:
    """Return `10:00 am`, with its minutes, as times stand in a grid."""
    wall, short = moment.astimezone(zone), clock(moment, zone)
    which = short.removeprefix(clock_words(wall))
    return f"{wall.hour % 12 or 12}:{wall:%M} {'am' if wall.hour < NOON else 'pm'}{which}"


def at_words(moment: datetime, zone: ZoneInfo) -> str:
    """Return `Tue, Nov 24 at 10:40 am`."""
    wall = moment.astimezone(zone)
    return f"{wall:%a}, {wall:%b} {wall.day} at {clock(moment, zone)}"


def picked_words(moment: datetime, zone: ZoneInfo) -> str:
    """Return `Tuesday, November 24 at 10:40 am`, the name of a time in a list of times."""
    return f"{day_words(moment.astimezone(zone).date())} at {clock(moment, zone)}"


def whole_words(moment: datetime, zone: ZoneInfo) -> str:
    """Return `Tuesday, November 24 at 10:40 am, Chicago time`."""
    return f"{picked_words(moment, zone)}, {zone_words(zone)}"


def their_zone(booking: Booking) -> ZoneInfo | None:
    """Return the zone in which somebody takes the call, None when it is the studio's."""
    if booking.place is not Place.PHONE or booking.their_zone is None:
        return None
    return ZoneInfo(booking.their_zone)


def when(booking: Booking, zone: ZoneInfo) -> str:
    """Return the session's time for the person: theirs first on the phone, and the studio's."""
    theirs = their_zone(booking)
    if theirs is None or theirs.key == zone.key:
        return whole_words(booking.starts_at, zone)
    return f"{whole_words(booking.starts_at, theirs)} ({whole_words(booking.starts_at, zone)})"
