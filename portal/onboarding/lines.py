"""The lines of a plan as they are kept and changed: pure, and every change carries its reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from portal.onboarding import planning
from portal.onboarding.planning.checking import OWN
from portal.onboarding.planning.plan import Item, Plan, Reason

BY_COACH = "COACH"
LATER = "Your coach decided it."
HALF = "Half of it"
STEPS = frozenset(
    {
        "BACK-RED",
        "BACK-SHARP",
        "BACK-NOT-SETTLED",
        "BACK-WORSE",
        "FORWARD-GREEN",
        "FORWARD-WHOLE",
        "START-SECOND",
    }
)
"""The reasons for a level; a line carries the last of them."""


@dataclass(frozen=True)
class Line:
    """One line: an exercise at a level, or one of the coach's own with its name and how-to."""

    item: Item
    name: str = ""
    how: str = ""
    half: bool = False

    @property
    def key(self) -> str:
        """Return what the line goes by on a page."""
        return self.item.exercise

    @property
    def is_own(self) -> bool:
        """Say whether the coach added it; the library knows nothing of it."""
        return self.key.startswith(OWN)

    @property
    def title(self) -> str:
        """Return the exercise's name."""
        return self.item.details.name if self.item.details else self.name

    @property
    def what(self) -> str:
        """Return what to do at this level."""
        return self.item.step.what if self.item.step else self.how

    @property
    def cues(self) -> tuple[str, ...]:
        """Return the words that help while doing it."""
        return self.item.details.cues if self.item.details else ()

    @property
    def in_short(self) -> tuple[str, ...]:
        """Return why it is there and why it starts there: the first reason of each, for paper."""
        starts = [each for each in self.item.why if _is_of_level(each)]
        there = [each for each in self.item.why if each not in starts]
        return tuple(each.words for each in (*there[:1], *starts[:1]))


def _is_of_level(reason: Reason) -> bool:
    return reason.rule_id in STEPS or reason.rule_id.startswith("START-")


@dataclass(frozen=True)
class Sheet:
    """All that a plan says: its lines, how often, what was left out, and notes for the coach."""

    lines: tuple[Line, ...]
    rhythm: str
    rules_version: str
    notes: tuple[Reason, ...] = ()
    left_out: tuple[tuple[str, tuple[Reason, ...]], ...] = ()
    goals: tuple[tuple[str, Mapping[str, int]], ...] = ()
    """How the goals were told to be, each time with its day."""

    @property
    def minutes(self) -> float:
        """Return how long a session is."""
        return sum(line.item.minutes for line in self.lines)

    @property
    def as_plan(self) -> Plan:
        """Return the plan that the rules check."""
        items = tuple(line.item for line in self.lines)
        return Plan(items, self.minutes, self.rules_version)

    def line(self, key: str) -> Line | None:
        """Return one line, None when it is not there any more."""
        return next((line for line in self.lines if line.key == key), None)

    def swapped(self, key: str, item: Item) -> "Sheet":
        """Return the plan with another exercise in the place of one."""
        return self._with(key, Line(item))

    def set_to(self, key: str, *, level: int, dose: str, because: str) -> "Sheet":
        """Return the plan with a line at another level, or with another dose.

        A dose that is left as it was goes with its level.
        """
        line = self.line(key)
        if line is None:
            return self
        said = Reason(BY_COACH, because or LATER, "Your coach")
        is_new = bool(dose) and dose != line.item.dose
        item = replace(line.item, level=level, why=(*_without_coach(line.item), said))
        if line.item.details and level != line.item.level:
            step = line.item.details.level(level)
            item = replace(item, minutes=step.minutes, dose=step.dose)
        if is_new:
            item = replace(item, dose=dose)
        half = line.half and item.dose == line.item.dose
        return self._with(key, replace(line, item=item, half=half))

    def stepped(self, key: str, *, level: int, half: bool, why: Reason) -> "Sheet":
        """Return the plan with a line one step on or back, for this reason."""
        line = self.line(key)
        if line is None or line.item.details is None:
            return self
        step = line.item.details.level(level)
        item = replace(
            line.item,
            level=level,
            dose=f"{HALF}: {step.dose}" if half else step.dose,
            minutes=step.minutes / 2 if half else step.minutes,
            why=(why, *(each for each in line.item.why if each.rule_id not in STEPS)),
        )
        return self._with(key, replace(line, item=item, half=half))

    def moved(self, key: str, to: int) -> "Sheet":
        """Return the plan with a line at another place, the first being 1."""
        lines = [line for line in self.lines if line.key != key]
        moving = [line for line in self.lines if line.key == key]
        return replace(self, lines=(*lines[: to - 1], *moving, *lines[to - 1 :]))

    def without(self, key: str) -> "Sheet":
        """Return the plan without a line."""
        return replace(self, lines=tuple(line for line in self.lines if line.key != key))

    def with_goals(self, goals: tuple[tuple[str, Mapping[str, int]], ...]) -> "Sheet":
        """Return the plan with how the goals were told to be."""
        return replace(self, goals=goals)

    def plus(self, line: Line) -> "Sheet":
        """Return the plan with one line more, at its end."""
        return replace(self, lines=(*self.lines, line))

    def _with(self, key: str, new: Line) -> "Sheet":
        lines = tuple(new if line.key == key else line for line in self.lines)
        return replace(self, lines=lines)


def _without_coach(item: Item) -> tuple[Reason, ...]:
    return tuple(reason for reason in item.why if reason.rule_id != BY_COACH)


def sheet_of(plan: Plan) -> Sheet:
    """Return a plan as the rules built it, ready to be kept."""
    return Sheet(
        lines=tuple(Line(item) for item in plan.items),
        rhythm=plan.rhythm,
        rules_version=plan.rules_version,
        notes=plan.notes,
        left_out=tuple((each.exercise, each.why) for each in plan.left_out),
    )


def pack(sheet: Sheet) -> dict[str, Any]:
    """Return a plan as JSON can hold it."""
    return {
        "lines": [_pack_line(line) for line in sheet.lines],
        "rhythm": sheet.rhythm,
        "rules_version": sheet.rules_version,
        "notes": _pack_reasons(sheet.notes),
        "left_out": [[name, _pack_reasons(why)] for name, why in sheet.left_out],
        "goals": [[day, dict(values)] for day, values in sheet.goals],
    }


def unpack(kept: Mapping[str, Any]) -> Sheet:
    """Return the plan that was packed."""
    return Sheet(
        lines=tuple(_read_line(line) for line in kept["lines"]),
        rhythm=kept["rhythm"],
        rules_version=kept["rules_version"],
        notes=_read_reasons(kept["notes"]),
        left_out=tuple((name, _read_reasons(why)) for name, why in kept["left_out"]),
        goals=tuple((day, values) for day, values in kept["goals"]),
    )


def _pack_line(line: Line) -> dict[str, Any]:
    item = line.item
    return {
        "exercise": item.exercise,
        "level": item.level,
        "dose": item.dose,
        "minutes": item.minutes,
        "why": _pack_reasons(item.why),
        "changes": list(item.changes),
        "name": line.name,
        "how": line.how,
        "half": line.half,
    }


def _read_line(kept: Mapping[str, Any]) -> Line:
    item = Item(
        exercise=kept["exercise"],
        level=kept["level"],
        dose=kept["dose"],
        minutes=kept["minutes"],
        why=_read_reasons(kept["why"]),
        changes=tuple(kept["changes"]),
    )
    return Line(item, kept["name"], kept["how"], kept["half"])


def _pack_reasons(reasons: Sequence[Reason]) -> list[list[str]]:
    return [[each.rule_id, each.words, each.source] for each in reasons]


def _read_reasons(kept: Sequence[Sequence[str]]) -> tuple[Reason, ...]:
    return tuple(Reason(*each) for each in kept)


def new_faults(before: Sheet, after: Sheet, person: planning.Assessment, *, day_one: bool) -> Any:
    """Return what a change breaks, in the validator's words; what stood before is no news."""
    known = set(planning.faults(before.as_plan, person, day_one=day_one))
    found = planning.faults(after.as_plan, person, day_one=day_one)
    return tuple(fault for fault in found if fault not in known)
