"""What the door says to a pass: VALID, CAUTION or STOP, why, and what to do. Pure, told the time.

It reads the lead as it stands now and never names a health answer: the person at the door learns
that a coach comes first, not why.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from portal.leads.kinds import Disposition
from portal.passes import standing
from portal.passes.models import DayPass, Redemption, State


class Say(StrEnum):
    """The three things a door can say."""

    VALID = "VALID"
    CAUTION = "CAUTION"
    STOP = "STOP"


class Why(StrEnum):
    """What decided; the first that holds, in this order, is the one that is said."""

    UNKNOWN = "unknown"
    RETURNED = "returned"
    USED = "used"
    OVER = "over"
    EARLY = "early"
    CLOSED = "closed"
    HELD = "held"
    WAIVER = "waiver"
    HOURS = "hours"
    COACH = "coach"
    GUARDIAN = "guardian"
    WELCOME = "welcome"


@dataclass(frozen=True)
class Door:
    """What the door looks at besides the pass: the clock, the day's hours, a signature, a use."""

    at: datetime
    today: date
    span: tuple[datetime, datetime] | None
    signed: bool
    redemption: Redemption | None


@dataclass(frozen=True)
class Verdict:
    """What is said, and what decided."""

    say: Say
    why: Why

    @classmethod
    def stop(cls, why: Why) -> "Verdict":
        """Return a verdict that opens nothing."""
        return cls(Say.STOP, why)

    @property
    def opens(self) -> bool:
        """Say whether the person may come in."""
        return self.say is not Say.STOP


UNKNOWN = Verdict.stop(Why.UNKNOWN)
SAYS: Mapping[Why, Say] = {
    Why.COACH: Say.CAUTION,
    Why.GUARDIAN: Say.CAUTION,
    Why.WELCOME: Say.VALID,
}


def judge(day_pass: DayPass, door: Door) -> Verdict:
    """Return what the door says to a pass."""
    why = _stop(day_pass, door) or _care(day_pass)
    return Verdict(SAYS.get(why, Say.STOP), why)


def _stop(day_pass: DayPass, door: Door) -> Why | None:
    stops = {
        Why.RETURNED: day_pass.state is State.RETURNED,
        Why.USED: day_pass.state is State.USED or door.redemption is not None,
        Why.OVER: day_pass.valid_on < door.today,
        Why.EARLY: day_pass.valid_on > door.today,
        Why.CLOSED: door.span is None,
        Why.HELD: not standing.allows(day_pass.lead),
        Why.WAIVER: not door.signed,
        Why.HOURS: door.span is None or not door.span[0] <= door.at < door.span[1],
    }
    return next((why for why, holds in stops.items() if holds), None)


def _care(day_pass: DayPass) -> Why:
    if day_pass.lead.disposition is Disposition.CAUTION:
        return Why.COACH
    return Why.GUARDIAN if day_pass.under_18 else Why.WELCOME
