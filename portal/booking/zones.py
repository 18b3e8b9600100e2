"""The zones a person on the phone may choose from; the server takes any name of the database."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

COMMON = (
    "Pacific/Honolulu",
    "America/Anchorage",
    "America/Los_Angeles",
    "America/Denver",
    "America/Phoenix",
    "America/Chicago",
    "America/New_York",
    "America/Halifax",
    "America/St_Johns",
    "America/Mexico_City",
    "America/Bogota",
    "America/Sao_Paulo",
    "Atlantic/Reykjavik",
    "Europe/Lisbon",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Athens",
    "Europe/Istanbul",
    "Africa/Lagos",
    "Africa/Johannesburg",
    "Asia/Dubai",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Asia/Dhaka",
    "Asia/Bangkok",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Perth",
    "Australia/Brisbane",
    "Australia/Sydney",
    "Pacific/Auckland",
)


def choices(studio: ZoneInfo, chosen: ZoneInfo) -> list[tuple[str, str]]:
    """Return zones as (name, words), the studio's first, and whichever was chosen among them."""
    names = dict.fromkeys((studio.key, chosen.key, *COMMON))
    return [(name, f"{name.rpartition('/')[2].replace('_', ' ')} time") for name in names]


def read(name: str | None, *, otherwise: ZoneInfo) -> ZoneInfo:
    """Return the zone of that name, or the other one for any text that names none."""
    return ZoneInfo(name) if name and is_known(name) else otherwise


def is_known(name: str) -> bool:
    """Say whether the database of zones has this name."""
    return name in _names()


@cache
def _names() -> frozenset[str]:
    """Return every name, read once: looking walks through a thousand files."""
    return frozenset(available_timezones())
