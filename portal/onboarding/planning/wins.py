"""Small wins, noticed in words that are true on the day: never a score, never a reproach."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

from portal.onboarding.planning.light import session_zone
from portal.onboarding.planning.sessions import Session, mean_pain, within

WEEK = 7
NUMBERS: Mapping[int, tuple[str, str]] = {
    1: ("one", "first"),
    2: ("two", "second"),
    3: ("three", "third"),
    4: ("four", "fourth"),
    5: ("five", "fifth"),
    6: ("six", "sixth"),
    8: ("eight", "eighth"),
    10: ("ten", "tenth"),
    12: ("twelve", "twelfth"),
}


@dataclass(frozen=True)
class Win:
    """Something worth saying once; `count` is the figure that was reached."""

    id: str
    count: int
    words: str


@dataclass(frozen=True)
class Noticed:
    """What is counted, the figures at which it is said, and how."""

    id: str
    of: str
    at: tuple[int, ...]
    words: str


def wins(history: Sequence[Session]) -> tuple[Win, ...]:
    """List what the last session of `history`, oldest first, has just brought: each figure once."""
    course = {
        of: [count(history[:place]) for place in range(1, len(history) + 1)]
        for of, count in COUNTS.items()
    }
    return tuple(
        Win(noticed.id, figure, _say(noticed.words, figure))
        for noticed in noticing()
        for figure in noticed.at
        if _is_new(course[noticed.of], figure)
    )


def _is_new(course: Sequence[int], figure: int) -> bool:
    return bool(course) and course[-1] >= figure > max(course[:-1], default=0)


def goal_wins(goals: Mapping[str, tuple[int, int]]) -> tuple[Win, ...]:
    """List the goals, in the person's words, that have become easier: at the start and now."""
    told = _raw()["goal_win"]
    return tuple(
        Win("goal", now - start, told["words"].format(goal=goal))
        for goal, (start, now) in goals.items()
        if now - start >= told["at"]
    )


def _say(words: str, figure: int) -> str:
    count, ordinal = NUMBERS.get(figure, (str(figure), f"{figure}th"))
    return words.format(
        Count=count.capitalize(),
        Ordinal=ordinal.capitalize(),
        times=f"{count} times",
        level="level" if figure == 1 else "levels",
    )


def sessions_done(history: Sequence[Session]) -> int:
    """Count the sessions in which something was done."""
    return sum(any(log.done != "none" for log in each.logs) for each in history)


def complete_in_a_row(history: Sequence[Session]) -> int:
    """Count the sessions without stopping, up to the last one: a red one asked for a stop."""
    whole = [each.complete and not each.stopped and session_zone(each) != "red" for each in history]
    return next((place for place, each in enumerate(reversed(whole)) if not each), len(whole))


def mornings_in_a_row(history: Sequence[Session]) -> int:
    """Count the sessions that were back to usual by the next morning, up to the last one told."""
    told = [each.settled for each in history if each.settled is not None]
    return next((place for place, each in enumerate(reversed(told)) if not each), len(told))


def sessions_in_a_row(history: Sequence[Session]) -> int:
    """Count the sessions that followed one another within a week, up to the last one."""
    apart = [later.on - earlier.on > timedelta(days=WEEK) for earlier, later in pairwise(history)]
    together = next((place for place, each in enumerate(reversed(apart)) if each), len(apart))
    return together + 1 if history else 0


def weeks_in_a_row(history: Sequence[Session]) -> int:
    """Count the spells of seven days with a session in each, back from the last one."""
    weeks, until = 0, history[-1].on
    while within(history, until=until, days=WEEK):
        weeks, until = weeks + 1, until - timedelta(days=WEEK)
    return weeks


def levels_climbed(history: Sequence[Session]) -> int:
    """Add up how far each exercise stands above where it was first done, steps back taken off."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for session in history:
        for log in session.logs:
            first.setdefault(log.exercise, log.level)
            last[log.exercise] = log.level
    return sum(last[name] - level for name, level in first.items())


def green_after_red(history: Sequence[Session]) -> int:
    """Count the times that a green session followed a red one."""
    zones = [session_zone(each) for each in history]
    return sum(pair == ("red", "green") for pair in pairwise(zones))


def less_pain(history: Sequence[Session]) -> int:
    """Say by how many points the last seven days were less sore than the first seven."""
    begun, until = history[0].on + timedelta(days=WEEK - 1), history[-1].on
    if until - timedelta(days=WEEK) < begun:
        return 0
    then = mean_pain(within(history, until=begun, days=WEEK))
    now = mean_pain(within(history, until=until, days=WEEK))
    return int(then - now) if then is not None and now is not None else 0


def more_confidence(history: Sequence[Session]) -> int:
    """Say by how many points confidence stands above where it was told first."""
    told = [each.confidence for each in history if each.confidence is not None]
    return told[-1] - told[0] if told else 0


COUNTS: Mapping[str, Callable[[Sequence[Session]], int]] = {
    "sessions": sessions_done,
    "complete_in_a_row": complete_in_a_row,
    "mornings_in_a_row": mornings_in_a_row,
    "weeks_in_a_row": weeks_in_a_row,
    "levels_climbed": levels_climbed,
    "green_after_red": green_after_red,
    "less_pain": less_pain,
    "more_confidence": more_confidence,
}
"""What can be counted, by the name that cards.toml uses."""


@cache
def _raw() -> Mapping[str, Any]:
    text = resources.files(__package__).joinpath("cards.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def noticing() -> tuple[Noticed, ...]:
    """Read what is noticed, once; a KeyError names what nobody can count."""
    found = [Noticed(**{**table, "at": tuple(table["at"])}) for table in _raw()["win"]]
    for noticed in found:
        _ = COUNTS[noticed.of]
    return tuple(found)
