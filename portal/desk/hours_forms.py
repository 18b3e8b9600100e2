"""What the forms about hours, closures and rules may send; times are `HH:MM` on the wall."""

import re
from collections.abc import Mapping
from dataclasses import fields

from portal.booking.keeping import Span
from portal.booking.matching import SKILLS
from portal.booking.rules import LIMITS, Rules

CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
RULES = {
    "length": "Length of a session, minutes",
    "every": "A time every … minutes",
    "buffer_before": "Kept free before, minutes",
    "buffer_after": "Kept free after, minutes",
    "notice": "Shortest notice, minutes",
    "horizon_days": "Bookable ahead, days",
    "capacity": "People at a time with one coach",
    "remind_first": "First reminder, minutes before (0 for none)",
    "remind_last": "Last reminder, minutes before (0 for none)",
}
Sent = Mapping[str, str]


def clock(text: str) -> int | None:
    """Return the minutes after midnight of `9:00`, None for any other text."""
    found = CLOCK.fullmatch(text.strip())
    return int(found[1]) * 60 + int(found[2]) if found else None


def read_week(sent: Sent) -> tuple[dict[int, Span], dict[str, str]]:
    """Return the hours of each weekday that has some, and what is wrong by control."""
    week: dict[int, Span] = {}
    problems: dict[str, str] = {}
    for number, day in enumerate(DAYS):
        parts = [sent.get(f"{part}-{number}", "") for part in ("from", "to", "rest", "until")]
        if not any(parts):
            continue
        opens, closes, start, end = (clock(part) for part in parts)
        if opens is None or closes is None or opens >= closes:
            problems[f"from-{number}"] = f"{day}: enter from and to, like 9:00 and 17:00"
        elif (start is None) != (end is None) or not _fits(opens, start, end, closes):
            problems[f"rest-{number}"] = f"{day}: the break must lie within the hours"
        else:
            week[number] = Span(opens, closes, start, end)
    return week, problems


def _fits(opens: int, start: int | None, end: int | None, closes: int) -> bool:
    return start is None or end is None or opens < start < end < closes


def read_skills(sent: list[str]) -> list[str]:
    """Return the skills among those that exist."""
    return [skill for skill in SKILLS if skill in sent]


def read_rules(sent: Sent) -> tuple[Rules | None, dict[str, str]]:
    """Return the rules, or None and what is wrong by control."""
    values: dict[str, int] = {}
    problems: dict[str, str] = {}
    for each in fields(Rules):
        least, most = LIMITS[each.name]
        text = sent.get(each.name, "").strip()
        if text.isdecimal() and text.isascii() and least <= int(text[:9]) <= most:
            values[each.name] = int(text)
        else:
            problems[each.name] = f"{RULES[each.name]}: enter a number from {least} to {most}"
    return (None if problems else Rules(**values)), problems
