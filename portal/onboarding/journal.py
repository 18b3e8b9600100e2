"""The sessions of a plan as the traffic light reads them, and what it said to each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
    "stepped": False,
}


@dataclass(frozen=True)
class Entry:
    """One session as it was told: `said` is what followed, as kind, words, rule and source."""

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
    def load(self) -> int:
        """Return the sum of the levels done, as a measure of how much it was."""
        return sum(told["level"] for told in self.kept["logs"].values() if told["done"] != "none")


def entry(log: SessionLog) -> Entry:
    """Return one session opened."""
    return Entry(log, {**BLANK, **sealing.read(log)})


def entries(logs: Sequence[SessionLog]) -> list[Entry]:
    """Return sessions opened, in their order."""
    return [entry(log) for log in logs]


def history(found: Sequence[Entry]) -> list[Session]:
    """Return the finished sessions, oldest first."""
    return [each.session for each in found if each.is_finished]


def with_morning(found: Sequence[Entry], *, settled: bool) -> list[Session]:
    """Return the finished sessions with the last morning told."""
    known = history(found)
    return [*known[:-1], replace(known[-1], settled=settled)]


def rungs(sheet: Sheet, person: planning.Assessment) -> dict[str, Rung]:
    """Return where each exercise of the library stands, and how high it may go."""
    return {
        line.key: Rung(
            line.item.level, planning.highest_level(line.key, person) or line.item.level, line.half
        )
        for line in sheet.lines
        if not line.is_own
    }
