"""What a plan is: its lines with their reasons, what was left out and why, what held it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.onboarding.planning.library import EXERCISES, Exercise, Level


@dataclass(frozen=True)
class Reason:
    """Why something is so: the rule that says it, in words for the person, and where from."""

    rule_id: str
    words: str
    source: str


@dataclass(frozen=True)
class Item:
    """One line of a plan; an exercise of the coach's own has an id outside the library."""

    exercise: str
    level: int
    dose: str
    minutes: float
    why: tuple[Reason, ...]
    changes: tuple[str, ...] = ()

    @property
    def details(self) -> Exercise | None:
        """The exercise in the library, or None for one of the coach's own."""
        return EXERCISES.get(self.exercise)

    @property
    def step(self) -> Level | None:
        """The level in the library, with its numbers for a timer."""
        return self.details.level(self.level) if self.details else None


@dataclass(frozen=True)
class LeftOut:
    """An exercise that today's answers rule out, with the reasons."""

    exercise: str
    why: tuple[Reason, ...]


@dataclass(frozen=True)
class Plan:
    """Items in the order of the session; with `held` there are none, and it says why."""

    items: tuple[Item, ...]
    minutes: float
    rules_version: str
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Reason, ...] = ()
    held: Reason | None = None
    rhythm: str = ""

    def as_case(self, case_id: Any) -> Mapping[str, Any]:
        """Put the plan as the command line prints it; `held` stands there only when it is so."""
        items = [
            {
                "exercise": item.exercise,
                "level": item.level,
                "dose": item.dose,
                "why": " ".join(reason.words for reason in item.why),
            }
            for item in self.items
        ]
        held = {"held": self.held.words} if self.held else {}
        return {"id": case_id, "items": items, **held}
