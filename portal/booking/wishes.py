"""What somebody wants, who asks for it, and finding it, again whenever another was first."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import IntegrityError, OperationalError

from portal.booking.diary import diary, load, rules
from portal.booking.models import BookedCell, Place
from portal.booking.openings import Opening, at_moment, choose
from portal.booking.rules import Rules
from portal.config import Settings
from portal.extensions import transaction
from portal.leads.contact import Phone
from portal.staff.models import Staff

TRIES = 20
DEADLOCK = "40P01"
LOOK_AGAIN = (BookedCell.__tablename__, "phone_e164", "uq_booking_uid")
"""What was written a moment before: the time, the number as another's own, or this very press."""
Done = TypeVar("Done")


class NoNumberError(Exception):
    """A call was asked for, and nobody knows the number to call."""


class TakenError(Exception):
    """Nobody is free at that time any more, or nothing begins then."""

    def __init__(self, wanted: datetime) -> None:
        super().__init__(f"{wanted:%Y-%m-%d %H:%M} is taken.")
        self.wanted = wanted


@dataclass(frozen=True)
class Wish:
    """The time that somebody wants; `coach_id` is None when anybody will do.

    `place` None leaves a session that moves where it is; `phone` counts where none is known yet.
    """

    starts_at: datetime
    coach_id: int | None = None
    place: Place | None = None
    their_zone: str | None = None
    phone: Phone | None = None


@dataclass(frozen=True)
class Hand:
    """Who does it and when; `staff` is None for the person themselves."""

    at: datetime
    settings: Settings
    staff: Staff | None = None


def opening_for(  # noqa: PLR0913 - what a choice depends on, each by name
    wish: Wish,
    skills: frozenset[str],
    *,
    hand: Hand,
    rule: Rules,
    without: int | None = None,
    stay_with: int | None = None,
) -> Opening:
    """Return the opening that fulfils a wish; the coach of a moved session is kept if free."""
    zone = hand.settings.studio.zone
    day = wish.starts_at.astimezone(zone).date()
    rule = replace(rule, notice=0) if hand.staff else rule
    facts = diary(day, day, settings=hand.settings, at=hand.at, without=without, rule=rule)
    free = [
        opening
        for opening in at_moment(facts, wish.starts_at)
        if opening.is_free and wish.coach_id in {None, opening.coach.id}
    ]
    same = [opening for opening in free if opening.coach.id == stay_with] or free
    busy = load({opening.coach.id for opening in same}, day, zone=zone) if len(same) > 1 else {}
    chosen = choose(same, skills=skills, load=busy)
    if chosen is None:
        raise TakenError(wish.starts_at)
    return chosen


def is_free(wish: Wish, *, hand: Hand) -> bool:
    """Say whether a wish could be fulfilled now; nothing is held."""
    try:
        opening_for(wish, frozenset(), hand=hand, rule=rules())
    except TakenError:
        return False
    return True


def first_come(try_it: Callable[[], Done], wanted: datetime) -> Done:
    """Run one transaction; look again when somebody else was first, a bounded number of times."""
    for _ in range(TRIES):
        try:
            with transaction():
                return try_it()
        except IntegrityError as error:
            if not any(name in str(error.orig) for name in LOOK_AGAIN):
                raise
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != DEADLOCK:
                raise
    raise TakenError(wanted)
