"""What a phone call leads to, and until when a lead may be put off: pure, told the time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from portal import opening
from portal.config import Settings
from portal.hours import OpeningHours, clock_words
from portal.leads.kinds import ALARMS
from portal.leads.models import Disposition
from portal.leads.response import due_at

NINE = time(9)


class Outcome(StrEnum):
    """How a call went."""

    SPOKE = "spoke"
    NO_ANSWER = "no_answer"
    LEFT_MESSAGE = "left_message"
    WRONG_NUMBER = "wrong_number"


OUTCOMES: Mapping[Outcome, str] = {
    Outcome.SPOKE: "Spoke with them",
    Outcome.NO_ANSWER: "No answer",
    Outcome.LEFT_MESSAGE: "Left a message",
    Outcome.WRONG_NUMBER: "Wrong number",
}


class NotNow(StrEnum):
    """Why a lead is put away without being served."""

    NOT_INTERESTED = "not_interested"
    ELSEWHERE = "elsewhere"
    NO_REPLY = "no_reply"
    DUPLICATE = "duplicate"


NOT_NOW: Mapping[NotNow, str] = {
    NotNow.NOT_INTERESTED: "Not interested",
    NotNow.ELSEWHERE: "Went somewhere else",
    NotNow.NO_REPLY: "No reply after several tries",
    NotNow.DUPLICATE: "Same person twice",
}


@dataclass(frozen=True)
class Snooze:
    """A choice of how long to put a lead off; `key` names it whatever the hour."""

    key: str
    words: str
    until: datetime


def reached(outcome: Outcome, disposition: Disposition | None) -> bool:
    """Say whether the person has heard from us; a voicemail is not enough when it is grave."""
    if outcome is Outcome.LEFT_MESSAGE:
        return disposition not in ALARMS
    return outcome is Outcome.SPOKE


def next_look(
    outcome: Outcome, disposition: Disposition | None, *, at: datetime, settings: Settings
) -> datetime:
    """Return when to look again: noon of the next open day, or the same clock once more."""
    if reached(outcome, disposition):
        return opening.hours(at=at, settings=settings).next_noon(at)
    return due_at(disposition, at=at, settings=settings)


def snoozes(
    disposition: Disposition | None, *, at: datetime, hours: OpeningHours
) -> Sequence[Snooze]:
    """Return the choices at `at`; a grave outcome is never put off beyond the next open day."""
    tomorrow = _nine(at, hours=hours, days=1)
    choices = [
        Snooze("two-hours", "In 2 hours", at + timedelta(hours=2)),
        Snooze("tomorrow", _named(tomorrow, at=at, hours=hours), tomorrow),
    ]
    if disposition in ALARMS:
        return choices
    week = _nine(at, hours=hours, days=7)
    monday = _nine(at, hours=hours, days=7 - at.astimezone(hours.zone).weekday())
    if tomorrow < monday < week:
        choices.append(Snooze("monday", _named(monday, at=at, hours=hours), monday))
    at_nine = clock_words(week.astimezone(hours.zone))
    return [*choices, Snooze("week", f"In a week, {at_nine}", week)]


def _nine(at: datetime, *, hours: OpeningHours, days: int) -> datetime:
    """Return 9 am, in opening time, of the first open day at least `days` ahead."""
    day = at.astimezone(hours.zone).date() + timedelta(days=days)
    while (span := hours.on(day)) is None:
        day += timedelta(days=1)
    nine = datetime.combine(day, NINE, tzinfo=hours.zone).astimezone(UTC)
    return min(max(nine, span[0]), span[1])


def _named(moment: datetime, *, at: datetime, hours: OpeningHours) -> str:
    wall, today = moment.astimezone(hours.zone), at.astimezone(hours.zone).date()
    day = "Tomorrow" if wall.date() - today == timedelta(days=1) else f"{wall:%A}"
    return f"{day}, {clock_words(wall)}"
