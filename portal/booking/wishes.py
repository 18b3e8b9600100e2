"""What somebody wants, who asks for it, and finding it, again whenever another was first."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import IntegrityError, OperationalError

from portal.booking.diary import diary, rules
from portal.booking.models import BookedCell, Place
from portal.booking.openings import Opening, at_moment, choose
from portal.config import Settings
from portal.extensions import transaction
from portal.staff.models import Staff

TRIES = 20
DEADLOCK = "40P01"
Done = TypeVar("Done")


class TakenError(Exception):
    """Nobody is free at that time any more, or nothing begins then."""

    def __init__(self, wanted: datetime) -> None:
        super().__init__(f"{wanted:%Y-%m-%d %H:%M} is taken.")
        self.wanted = wanted


@dataclass(frozen=True)
class Wish:
    """The time that somebody wants; `coach_id` is None when anybody will do."""

    starts_at: datetime
    coach_id: int | None = None
    place: Place = Place.IN_PERSON
    their_zone: str | None = None


@dataclass(frozen=True)
class Hand:
    """Who does it and when; `staff` is None for the person themselves."""

    at: datetime
    settings: Settings
    staff: Staff | None = None


def opening_for(
    wish: Wish,
    skills: frozenset[str],
    *,
    hand: Hand,
    without: int | None = None,
    stay_with: int | None = None,
) -> Opening:
    """Return the opening that fulfils a wish; the coach of a moved session is kept if free."""
    day = wish.starts_at.astimezone(hand.settings.studio.zone).date()
    rule = replace(rules(), notice=0) if hand.staff else None
    facts = diary(day, day, settings=hand.settings, at=hand.at, without=without, rule=rule)
    found = [
        opening
        for opening in at_moment(facts, wish.starts_at)
        if wish.coach_id in {None, opening.coach.id}
    ]
    with_same = [opening for opening in found if opening.coach.id == stay_with]
    zone = hand.settings.studio.zone
    chosen = choose(with_same, skills=skills, zone=zone) or choose(found, skills=skills, zone=zone)
    if chosen is None:
        raise TakenError(wish.starts_at)
    return chosen


def first_come(try_it: Callable[[], Done], wanted: datetime) -> Done:
    """Run one transaction; look again when somebody else was first, a bounded number of times."""
    for _ in range(TRIES):
        try:
            with transaction():
                return try_it()
        except IntegrityError as error:
            if BookedCell.__tablename__ not in str(error.orig):
                raise
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != DEADLOCK:
                raise
    raise TakenError(wanted)
