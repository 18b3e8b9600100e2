"""What the coach and the person told: the closed vocabulary that the planning rules may use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from portal.onboarding.planning.library import GOAL_AREAS, MOVEMENTS
from portal.screening import decide, questionnaire, ruleset
from portal.screening.conditions import UNANSWERED
from portal.screening.rules import HOLDS, LEVELS

SCALE: Mapping[str, str] = MappingProxyType(
    {"easy": "Easy", "effort": "With some effort", "part": "Only part of the way"}
)
"""How a movement went at the screen, from the mildest on, with its label."""
SIDES: Mapping[str, str] = MappingProxyType(
    {"both": "Both sides alike", "left": "More on the left", "right": "More on the right"}
)
EASES: Mapping[str, str] = MappingProxyType(
    {
        "flexion": "Bending forward",
        "extension": "Bending back",
        "sitting": "Sitting",
        "standing": "Standing",
        "walking": "Walking",
        "lying": "Lying down",
    }
)
LIMITS: Mapping[str, str] = MappingProxyType(
    {
        "no_impact": "No jumping or running",
        "no_load": "No weights",
        "small_range": "Small range only",
        "no_hard_effort": "No hard effort",
    }
)
"""What a clearance may limit, with its label."""
SLEEP = ("well", "mixed", "poorly")
ACTIVITY = ("hardly", "some", "most_days")
LIFESTYLE: Mapping[str, tuple[str, ...] | range] = MappingProxyType(
    {
        "sitting_hours": range(25),
        "driving_hours": range(25),
        "stress": range(11),
        "sleep": SLEEP,
        "activity": ACTIVITY,
    }
)
"""The facts about a person's days, and the values that each can take."""
PAIN = range(11)


class BadAssessmentError(ValueError):
    """An assessment says something outside the vocabulary; the message names it."""


@dataclass(frozen=True)
class Finding:
    """How one movement of the screen went: scale, side, and pain from 0 to 10 while doing it."""

    scale: str | None = None
    side: str | None = None
    pain: int | None = None


@dataclass(frozen=True)
class Goal:
    """Something the person wants to do more easily, how it is now (0-10), and what it is about."""

    words: str = ""
    now: int | None = None
    area: str | None = None


@dataclass(frozen=True)
class Assessment:
    """Everything a plan is built from; only answers and modifiers must be there.

    `answers` are facts in the vocabulary of the screening. `hold` is what still waits now, such as
    after a clearance; None works it out from the answers. Raises BadAssessmentError.
    """

    answers: Mapping[str, Any]
    modifiers: frozenset[str] = frozenset()
    movements: Mapping[str, Finding] = field(default_factory=dict)
    goals: tuple[Goal, ...] = ()
    lifestyle: Mapping[str, Any] = field(default_factory=dict)
    eases: frozenset[str] = frozenset()
    limits: frozenset[str] = frozenset()
    hold: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no rule could read, so that nothing is overlooked in silence."""
        for fault in _faults(self):
            raise BadAssessmentError(fault)


def facts(assessment: Assessment) -> dict[str, Any]:
    """Flatten an assessment into what the rules ask for, with defaults for what nobody said."""
    known = {**blank(), **assessment.answers, **assessment.lifestyle}
    modifiers, disposition, hold = assessment.modifiers, "CLEAR", assessment.hold
    if hold is None:
        decision = decide(assessment.answers)
        modifiers = modifiers | set(decision.modifiers)
        disposition, hold = decision.disposition, decision.hold
    known["disposition"], known["hold"] = disposition, hold
    known["modifiers"] = sorted(modifiers)
    known["eases"], known["limits"] = sorted(assessment.eases), sorted(assessment.limits)
    known["goal_areas"] = [goal.area for goal in assessment.goals if goal.area]
    for name, finding in assessment.movements.items():
        known[f"{name}.scale"] = finding.scale
        known[f"{name}.side"] = finding.side
        known[f"{name}.pain"] = finding.pain
    return known


@cache
def blank() -> Mapping[str, Any]:
    """Give every fact there is, with its value when nobody said anything."""
    findings = {f"{name}.{part}": None for name in MOVEMENTS for part in ("scale", "side", "pain")}
    return MappingProxyType(
        {
            **questionnaire().defaults,
            **dict.fromkeys(LIFESTYLE),
            **findings,
            **{name: [] for name in ("modifiers", "eases", "limits", "goal_areas")},
            "disposition": "CLEAR",
            "hold": "none",
        }
    )


@cache
def vocabulary() -> Mapping[str, frozenset[Any] | None]:
    """Give the values that each fact can take; None where anything may stand."""
    return MappingProxyType(
        {
            **{key: _values(key) for key in questionnaire().defaults},
            **{key: frozenset({*values, None}) for key, values in LIFESTYLE.items()},
            **{f"{name}.scale": frozenset({*SCALE, None}) for name in MOVEMENTS},
            **{f"{name}.side": frozenset({*SIDES, None}) for name in MOVEMENTS},
            **{f"{name}.pain": frozenset({*PAIN, None}) for name in MOVEMENTS},
            "modifiers": frozenset(each.id for each in ruleset().modifiers),
            "eases": frozenset(EASES),
            "limits": frozenset(LIMITS),
            "goal_areas": frozenset(GOAL_AREAS),
            "hold": frozenset(HOLDS),
            "disposition": frozenset({*LEVELS, "INCOMPLETE"}),
        }
    )


def _values(key: str) -> frozenset[Any] | None:
    question = questionnaire().questions.get(key)
    if question is None:
        return frozenset({"no", "yes", None, UNANSWERED})
    if question.kind == "text" or key in {"age", "age_at_onset"}:
        return None
    if question.kind == "multi":
        return frozenset(question.values)
    scale = range(question.minimum, question.maximum + 1) if question.kind == "scale" else ()
    return frozenset({*question.values, *scale, question.default, None, UNANSWERED})


def _faults(assessment: Assessment) -> Iterator[str]:
    for key, value in assessment.answers.items():
        yield from _answer_faults(key, value)
    for key, value in assessment.lifestyle.items():
        if key not in LIFESTYLE:
            yield f"unknown lifestyle key: {key}"
        elif value is not None and value not in LIFESTYLE[key]:
            yield f"{key} cannot be {value!r}"
    for name, finding in assessment.movements.items():
        if name not in MOVEMENTS:
            yield f"unknown movement: {name}"
        for part, values in (("scale", SCALE), ("side", SIDES), ("pain", PAIN)):
            said = getattr(finding, part)
            if said is not None and said not in values:
                yield f"{name}: {part} cannot be {said!r}"
    areas = {goal.area for goal in assessment.goals if goal.area}
    yield from _unknown("modifiers", assessment.modifiers)
    yield from _unknown("eases", assessment.eases)
    yield from _unknown("limits", assessment.limits)
    yield from _unknown("goal_areas", areas)
    if assessment.hold is not None and assessment.hold not in HOLDS:
        yield f"unknown hold: {assessment.hold}"


def _answer_faults(key: str, value: Any) -> Iterator[str]:
    if key not in questionnaire().defaults:
        yield f"unknown answer key: {key}"
    elif value is not None and value != UNANSWERED and not _is_known(key, value):
        yield f"{key} cannot be {value!r}"


def _is_known(key: str, value: Any) -> bool:
    values, question = vocabulary()[key], questionnaire().questions.get(key)
    if values is None:
        return isinstance(value, str if key == "free_text" else int)
    if question and question.kind == "multi":
        return _are_all(value, values)
    return not isinstance(value, (list, dict)) and value in values


def _are_all(value: Any, values: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(
        isinstance(each, str) and each in values for each in value
    )


def _unknown(key: str, said: Iterable[str]) -> Iterator[str]:
    for each in said:
        if each not in (vocabulary()[key] or ()):
            yield f"unknown {key}: {each}"
