"""How booking works at this studio: the defaults, and what a manager may set instead."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

LIMITS = {
    "length": (5, 240),
    "every": (5, 240),
    "buffer_before": (0, 120),
    "buffer_after": (0, 120),
    "notice": (0, 14 * 1440),
    "horizon_days": (1, 180),
    "capacity": (1, 20),
    "remind_first": (0, 14 * 1440),
    "remind_last": (0, 1440),
}
"""The least and the most that each rule may be."""
STEPS = {"length": 5, "every": 5, "buffer_before": 5, "buffer_after": 5}
"""Rules that count in whole cells of a coach's time: two sessions of 7 minutes would share one."""


@dataclass(frozen=True)
class Rules:
    """All are minutes but `horizon_days` and `capacity`, the people one coach takes at a time.

    A time may begin `every` so many minutes from the coach's opening; the buffers keep the coach
    free around it. A reminder at 0 is never sent.
    """

    length: int = 20
    every: int = 20
    buffer_before: int = 0
    buffer_after: int = 10
    notice: int = 120
    horizon_days: int = 28
    capacity: int = 1
    remind_first: int = 1440
    remind_last: int = 120

    @cached_property
    def lasts(self) -> timedelta:
        """Return how long a session takes."""
        return timedelta(minutes=self.length)

    @cached_property
    def before(self) -> timedelta:
        """Return what is kept free before a session."""
        return timedelta(minutes=self.buffer_before)

    @cached_property
    def after(self) -> timedelta:
        """Return what is kept free after a session."""
        return timedelta(minutes=self.buffer_after)
