"""What a client logs: one session with its exercises, and the morning after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DONE = ("all", "part", "none")
FELT = ("easy", "right", "hard")


@dataclass(frozen=True)
class Log:
    """One exercise of a session. `sharp` is sharp pain, or pain that climbed while doing it."""

    exercise: str
    level: int
    pain: int | None = None
    done: str = "all"
    felt: str = "right"
    sharp: bool = False
    half: bool = False


@dataclass(frozen=True)
class Session:
    """One day's training; `settled` is None until the next morning has been asked about.

    `leg` is a new or spreading feeling down a leg, `sign` the key of a question of the health check
    that is no longer answered as it was, `smooth` whether the cues were met.
    """

    on: date
    logs: tuple[Log, ...]
    settled: bool | None = None
    confidence: int | None = None
    smooth: bool = True
    leg: bool = False
    sign: str = ""
    changed: bool = False

    @property
    def pain(self) -> int | None:
        """Return the most pain of the session, None when none was told."""
        return max((log.pain for log in self.logs if log.pain is not None), default=None)

    @property
    def stopped(self) -> bool:
        """Say whether something in it stops the plan."""
        return bool(self.sign) or self.leg or self.changed

    @property
    def complete(self) -> bool:
        """Say whether everything was done."""
        return all(log.done == "all" for log in self.logs)


@dataclass(frozen=True)
class Rung:
    """Where one exercise of the plan stands: its level, perhaps half the dose, and its ceiling."""

    level: int
    ceiling: int = 4
    half: bool = False


def within(history: Sequence[Session], *, until: date, days: int) -> list[Session]:
    """List the sessions of the last so many days, the last one included."""
    return [each for each in history if until - timedelta(days=days) < each.on <= until]


def mean_pain(sessions: Sequence[Session]) -> float | None:
    """Average the most pain of each session, None when nothing was told."""
    told = [each.pain for each in sessions if each.pain is not None]
    return sum(told) / len(told) if told else None
