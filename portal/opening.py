"""When somebody is at the studio: its usual week without the days on which it is closed.

Both are decided in a later step, which offers them here; every page, every response clock, and
whoever says that somebody is there, asks here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from flask import Flask, current_app
from sqlalchemy.exc import OperationalError

from portal.clock import now
from portal.config import Settings
from portal.extensions import db
from portal.hours import OpeningHours, Week

OFFERED, KNOWN = "opening_offered", "opening_known"
BEFORE = timedelta(days=31)
"""How long before the moment that is asked about a clock may have begun to run."""
KNOWN_FOR = timedelta(minutes=1)
"""How long the usual week is believed: pages to read ask the database nothing else."""


@dataclass(frozen=True)
class Kept:
    """What the studio keeps of its hours: `week` returns None while the settings say them.

    `closed` returns which days from one on are closed, each with the words to say of it.
    """

    week: Callable[[], Week | None]
    closed: Callable[[date], Mapping[date, str]]


@dataclass(frozen=True)
class Known:
    """The usual week as it was at a moment."""

    at: datetime
    hours: OpeningHours


def offer(app: Flask, kept: Kept) -> None:
    """Let what the studio keeps of its hours be asked for."""
    app.extensions[OFFERED] = kept


def weekly(settings: Settings) -> OpeningHours:
    """Return the usual week as it was within the last minute.

    Raise OperationalError without a database: whoever asks may be in the middle of a write.
    """
    known = _known()
    if known is None or not known.at <= now() < known.at + KNOWN_FOR:
        known = current_app.extensions[KNOWN] = Known(now(), _ask(settings))
    return known.hours


def to_show(settings: Settings) -> OpeningHours:
    """Return the same for a page: without a database as it was last known."""
    try:
        return weekly(settings)
    except OperationalError:
        db.session.rollback()
        known = _known()
        found = known.hours if known else settings.studio.hours
        current_app.extensions[KNOWN] = Known(now(), found)
        return found


def forget() -> None:
    """Ask anew: the usual week has changed."""
    current_app.extensions.pop(KNOWN, None)


def hours(*, at: datetime, settings: Settings) -> OpeningHours:
    """Return the opening hours as they hold around `at` and after it."""
    usual, kept = weekly(settings), _kept()
    if kept is None:
        return usual
    return usual.without(kept.closed((at - BEFORE).astimezone(usual.zone).date()))


def _ask(settings: Settings) -> OpeningHours:
    kept = _kept()
    week = kept.week() if kept else None
    return replace(settings.studio.hours, week=week) if week else settings.studio.hours


def _known() -> Known | None:
    return current_app.extensions.get(KNOWN)


def _kept() -> Kept | None:
    return current_app.extensions.get(OFFERED)
