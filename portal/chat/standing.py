"""Who answers a chat and when, in words: while the studio is open, and while it is not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal import opening
from portal.chat.models import State, Thread
from portal.chat.response import due_at
from portal.config import Settings
from portal.hours import OpeningHours
from portal.words import day_words, time_words

A_WEEK = 7


@dataclass(frozen=True)
class Standing:
    """What the top of a chat says; `staffed` when somebody is there."""

    staffed: bool
    words: str


def standing(thread: Thread | None, *, at: datetime, settings: Settings) -> Standing:
    """Return who answers, and by when."""
    hours = opening.hours(at=at, settings=settings)
    if hours.is_open(at):
        return Standing(
            staffed=True, words=f"{_who(thread)} {_when(thread, at=at, settings=settings)}"
        )
    back = hours.next_opening(at)
    by = due_at(at=at, settings=settings)
    reply = _by(by, on=back, at=at, hours=hours)
    return Standing(
        staffed=False,
        words=f"{_gone(at, hours)} We are back {_moment(back, at=at, hours=hours)}. "
        f"Leave a message and {_how(thread)} by {reply}.",
    )


def _who(thread: Thread | None) -> str:
    if thread is not None and thread.claimed_by is not None and thread.claimed_by.active:
        return f"{thread.claimed_by.name.split(' ')[0]} from our team answers you."
    return "Somebody from our team answers you here. They are people, not a program."


def _when(thread: Thread | None, *, at: datetime, settings: Settings) -> str:
    due = thread.due_at if thread is not None and thread.state is State.WAITING else None
    if due is None:
        return f"Usually within {settings.clocks.chat_minutes} minutes."
    if due <= at:
        return f"We are later than we said. You can also call us on {settings.studio.phone}."
    hours = opening.hours(at=at, settings=settings)
    return f"You hear from us by {_by(due, on=at, at=at, hours=hours)}."


def _gone(at: datetime, hours: OpeningHours) -> str:
    """Say why nobody is there: the whole day is closed, or it is early or late."""
    today = at.astimezone(hours.zone).date()
    if hours.on(today) is not None:
        return "Nobody is here right now."
    because = hours.closed.get(today)
    return f"We are closed today ({because})." if because else "We are closed today."


def _how(thread: Thread | None) -> str:
    """Say how the answer comes: whoever left a number alone gets no mail."""
    number = thread.number_alone if thread is not None else None
    return f"we will answer here or call you on {number}" if number else "we will reply"


def _by(due: datetime, *, on: datetime, at: datetime, hours: OpeningHours) -> str:
    """Return a time of the day that `on` has named, with its own day where it is another one."""
    same_day = due.astimezone(hours.zone).date() == on.astimezone(hours.zone).date()
    return time_words(due, hours.zone) if same_day else _moment(due, at=at, hours=hours)


def _moment(moment: datetime, *, at: datetime, hours: OpeningHours) -> str:
    """Return `today at 6 am`, `tomorrow at 6 am`, `on Friday at 6 am` or the whole date."""
    day = moment.astimezone(hours.zone).date()
    ahead = (day - at.astimezone(hours.zone).date()) // timedelta(days=1)
    named = {0: "today", 1: "tomorrow"}.get(ahead)
    if named is None:
        named = f"on {day:%A}" if ahead < A_WEEK else f"on {day_words(day)},"
    return f"{named} at {time_words(moment, hours.zone)}"
