"""Dates and times as a person says them, in the studio's own zone, and days as an address does."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from portal.hours import clock_words


def read_day(text: str) -> date | None:
    """Return the day of an ISO date, None for any other text."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def day_words(day: date) -> str:
    """Return `Tuesday, November 24`."""
    return f"{day:%A}, {day:%B} {day.day}"


def short_day_words(day: date) -> str:
    """Return `Tue, November 24`."""
    return f"{day:%a}, {day:%B} {day.day}"


def moment_words(moment: datetime, zone: ZoneInfo) -> str:
    """Return `Tuesday, November 24, 10:40 am`."""
    wall = moment.astimezone(zone)
    return f"{day_words(wall.date())}, {clock_words(wall)}"


def time_words(moment: datetime, zone: ZoneInfo) -> str:
    """Return `10:40 am`."""
    return clock_words(moment.astimezone(zone))


def due_words(due: datetime, *, at: datetime, zone: ZoneInfo) -> str:
    """Return a response clock: a wall time while it runs, a length once it is late.

    `Call by 2:30 pm` within the hour, `Today, 5 pm`, `Tomorrow, noon`, `Fri, noon`, `9 min late`.
    """
    left = due.astimezone(UTC) - at.astimezone(UTC)
    if left <= timedelta(0):
        return f"{length_words(-left)} late"
    wall, today = due.astimezone(zone), at.astimezone(zone).date()
    if left <= timedelta(hours=1):
        return f"Call by {clock_words(wall)}"
    if wall.date() == today:
        return f"Today, {clock_words(wall)}"
    if wall.date() == today + timedelta(days=1):
        return f"Tomorrow, {clock_words(wall)}"
    if wall.date() - today < timedelta(days=7):
        return f"{wall:%a}, {clock_words(wall)}"
    return f"{wall:%b} {wall.day}, {clock_words(wall)}"


def length_words(length: timedelta) -> str:
    """Return `9 min`, `3 h` or `2 days`, rounded down, at least one minute."""
    minutes = max(int(length.total_seconds() // 60), 1)
    if minutes < 60:  # noqa: PLR2004
        return f"{minutes} min"
    hours = minutes // 60
    if hours < 24:  # noqa: PLR2004
        return f"{hours} h"
    days = hours // 24
    return f"{days} day{'s' if days > 1 else ''}"


def since_words(moment: datetime, *, at: datetime, zone: ZoneInfo) -> str:
    """Return when something happened: `2:16 pm` today, else `Nov 21, 2:16 pm`."""
    wall = moment.astimezone(zone)
    clock = clock_words(wall)
    return clock if wall.date() == at.astimezone(zone).date() else f"{wall:%b} {wall.day}, {clock}"
