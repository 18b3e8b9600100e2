"""The sessions of a plan as the traffic light reads them, and what it said to each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from portal.onboarding import planning, sealing
from portal.onboarding.lines import Sheet
from portal.onboarding.models import SessionLog
from portal.onboarding.planning.light import session_zone
from portal.onboarding.planning.sessions import Log, Rung, Session

BLANK: Mapping[str, Any] = {
    "logs": {},
    "confidence": None,
    "settled": None,
    "leg": False,
    "sign": "",
    "said": None,
    "looks": [],
    "stepped": False,
}


LEFT_AFTER = timedelta(hours=4)
"""How long a session may be under way, over midnight too; then it counts as left."""
LEFT_OUT: Mapping[str, Any] = {"done": "none", "pain": None, "felt": "right", "sharp": False}


@dataclass(frozen=True)
class Entry:
    """One session as it was told: `said` is what followed, as kind, words, rule and source.

    `looks` is what the person is told of it when the coach is asked to look.
    """

    log: SessionLog
    kept: Mapping[str, Any]

    @property
    def session(self) -> Session:
        """Return the session as the traffic light knows it."""
        return Session(
            on=self.log.day,
            logs=tuple(Log(exercise=key, **told) for key, told in self.kept["logs"].items()),
            settled=self.kept["settled"],
            confidence=self.kept["confidence"],
            leg=self.kept["leg"],
            sign=self.kept["sign"],
        )

    @property
    def zone(self) -> str | None:
        """Return the zone of the session."""
        return session_zone(self.session)

    @property
    def pain(self) -> int | None:
        """Return the most pain of the session."""
        return self.session.pain

    @property
    def confidence(self) -> int | None:
        """Return how sure the person felt at the end."""
        told: int | None = self.kept["confidence"]
        return told

    @property
    def is_finished(self) -> bool:
        """Say whether the session was brought to its end."""
        return self.log.finished_at is not None

    @property
    def waits_for_morning(self) -> bool:
        """Say whether the morning after is still to be told; one that stopped the plan has none."""
        return self.log.morning_at is None and not self.session.stopped

    @property
    def load(self) -> float:
        """Return how much it was: the sum of the levels done, a half dose as half."""
        done = [log for log in self.session.logs if log.done != "none"]
        return sum(log.level / 2 if log.half else log.level for log in done)


def entry(log: SessionLog) -> Entry:
    """Return one session opened."""
    return Entry(log, {**BLANK, **sealing.read(log)})


def entries(logs: Sequence[SessionLog]) -> list[Entry]:
    """Return sessions opened, in their order."""
    return [entry(log) for log in logs]


def whole(kept: Mapping[str, Any], sheet: Sheet, **more: Any) -> dict[str, Any]:
    """Return a session at its end: what was not told of was left out."""
    left = {
        line.key: {"level": line.item.level, "half": line.half, **LEFT_OUT}
        for line in sheet.lines
        if line.key not in kept["logs"]
    }
    return {**kept, **more, "logs": {**kept["logs"], **left}}


def history(found: Sequence[Entry]) -> list[Session]:
    """Return the finished sessions, oldest first."""
    return [each.session for each in found if each.is_finished]


def rungs(sheet: Sheet, person: planning.Assessment) -> dict[str, Rung]:
    """Return where each exercise of the library stands, and how high it may go."""
    return {
        line.key: Rung(
            line.item.level, planning.highest_level(line.key, person) or line.item.level, line.half
        )
        for line in sheet.lines
        if not line.is_own
    }
