"""The clock of a chat: by when somebody at the studio answers, in minutes of opening time."""

from datetime import datetime

from portal import opening
from portal.config import Settings


def due_at(*, at: datetime, settings: Settings, flagged: bool = False) -> datetime:
    """Return by when a message of `at` is answered; one that was flagged as an emergency would be.

    What comes in while nobody is there counts from the next opening.
    """
    clocks = settings.clocks
    minutes = clocks.emergency_minutes if flagged else clocks.chat_minutes
    return opening.hours(at=at, settings=settings).after(at, minutes=minutes)


def is_ignored(*, since: datetime, at: datetime, settings: Settings) -> bool:
    """Say whether whoever claimed a waiting chat at `since` has let twice its clock pass."""
    hours = opening.hours(at=at, settings=settings)
    return hours.after(since, minutes=2 * settings.clocks.chat_minutes) <= at
