"""What the forms about hours, closures and rules may send; times are `HH:MM` on the wall."""

import re
from collections.abc import Mapping
from dataclasses import fields

from portal.booking.keeping import Span
from portal.booking.matching import SKILLS
from portal.booking.rules import LIMITS, STEPS, Rules
from portal.hours import OpeningHours, minutes_of

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
DAY = 1440
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
        if opens is None or closes is None:
            problems[f"from-{number}"] = f"{day}: enter from and to, like 9:00 and 17:00"
        elif opens >= closes:
            problems[f"from-{number}"] = f"{day}: the end must come after the start"
        elif (start is None) != (end is None) or not _fits(opens, start, end, closes):
            problems[f"rest-{number}"] = f"{day}: the break must lie within the hours"
        else:
            week[number] = Span(opens, closes, start, end)
    return week, problems


def read_studio_week(sent: Sent) -> tuple[dict[int, Span], dict[str, str]]:
    """Return the same for the studio, which opens on one day at least."""
    week, problems = read_week(sent)
    if not week and not problems:
        problems["from-0"] = "Enter from and to for one day at least, like 9:00 and 17:00"
    return week, problems


def walls(hours: OpeningHours) -> dict[int, dict[str, int]]:
    """Return the usual week of a studio in minutes after midnight, by weekday."""
    return {
        day: {"opens": minutes_of(span[0]), "closes": minutes_of(span[1])}
        for day, span in enumerate(hours.week)
        if span
    }


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
        step = STEPS.get(each.name, 1)
        text = sent.get(each.name, "").strip()
        number = int(text[:9]) if text.isdecimal() and text.isascii() else -1
        if least <= number <= most and number % step == 0:
            values[each.name] = number
        else:
            wanted = f"a number from {least} to {most}" + f" in steps of {step}" * (step > 1)
            problems[each.name] = f"{RULES[each.name]}: enter {wanted}"
    problems = problems or _clashes(values)
    return (None if problems else Rules(**values)), problems


def _clashes(rules: Mapping[str, int]) -> dict[str, str]:
    """Return which rules, each right by itself, would leave no time or remind twice at once."""
    found: dict[str, str] = {}
    if rules["notice"] >= rules["horizon_days"] * DAY:
        found["notice"] = "Shortest notice must be less than the days that are bookable ahead"
    if rules["remind_first"] and rules["remind_last"] >= rules["remind_first"]:
        found["remind_last"] = "The last reminder must be nearer to the session than the first"
    return found
