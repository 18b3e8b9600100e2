"""The closed language of rules and pages: parsed once from TOML into a small tree, never eval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

UNANSWERED = "unanswered"
"""Stands in a fact's place while its question is still to come: neither true nor false."""


class BadConditionError(ValueError):
    """A condition is written in a way that the closed operator set does not know."""


@dataclass(frozen=True)
class Test:
    """One answer compared with fixed values; `bound` is never another answer but for `above`."""

    key: str
    operator: str
    bound: Any


@dataclass(frozen=True)
class Derived:
    """A condition that has its own name and is defined once."""

    name: str


@dataclass(frozen=True)
class Not:
    """Holds when its part does not."""

    part: Condition


@dataclass(frozen=True)
class Several:
    """At least `least` of the parts hold: `all` and `any` are its two ends."""

    word: str
    least: int
    parts: tuple[Condition, ...]


Condition = Test | Derived | Not | Several


def number(value: object) -> float | None:
    """Give a fact that can be compared, or None: silence is on neither side of a threshold."""
    return value if isinstance(value, (int, float)) else None


def _at_least(value: object, bound: float) -> bool:
    found = number(value)
    return found is not None and found >= bound


def _below(value: object, bound: float) -> bool:
    found = number(value)
    return found is not None and found < bound


def _includes(value: object, bound: Sequence[str]) -> bool:
    return isinstance(value, (list, tuple)) and any(each in value for each in bound)


def _answered(value: object, bound: bool) -> bool:  # noqa: FBT001 - the TOML operand
    return (value is not None) is bound


def _some(value: object, bound: bool) -> bool:  # noqa: FBT001 - the TOML operand
    return (isinstance(value, (list, tuple)) and bool(value)) is bound


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, bound: bool(value == bound),
    "in": lambda value, bound: value in bound,
    "gte": _at_least,
    "lt": _below,
    "includes": _includes,
    "answered": _answered,
    "some": _some,
}
OPERANDS: dict[str, type | tuple[type, ...]] = {
    "eq": str,
    "in": list,
    "gte": int,
    "lt": int,
    "includes": list,
    "answered": bool,
    "some": bool,
    "above": str,
}


def parse(raw: object) -> Condition:
    """Read one TOML table; raises BadConditionError for anything outside the closed set."""
    match raw:
        case {"q": str(key), **rest} if len(rest) == 1:
            [(operator, bound)] = rest.items()
            return _parse_test(key, str(operator), bound)
        case {"derived": str(name), **rest} if not rest:
            return Derived(name)
        case {"not": part, **rest} if not rest:
            return Not(parse(part))
        case {"all": [_, *_] as parts, **rest} if not rest:
            return Several("all", len(parts), tuple(map(parse, parts)))
        case {"any": [_, *_] as parts, **rest} if not rest:
            return Several("any", 1, tuple(map(parse, parts)))
        case {"count": [_, *_] as parts, "gte": int(least), **rest} if not rest:
            return Several("count", least, tuple(map(parse, parts)))
    message = f"not a condition: {raw!r}"
    raise BadConditionError(message)


def _parse_test(key: str, operator: str, bound: Any) -> Test:
    expected = OPERANDS.get(operator)
    if expected is None or not isinstance(bound, expected) or bound == []:
        message = f"not a test of {key!r}: {operator} = {bound!r}"
        raise BadConditionError(message)
    return Test(key, operator, tuple(bound) if isinstance(bound, list) else bound)


def walk(condition: Condition) -> list[Condition]:
    """List the condition and everything inside it, outermost first."""
    match condition:
        case Not(part):
            return [condition, *walk(part)]
        case Several(_, _, parts):
            return [condition, *(found for part in parts for found in walk(part))]
    return [condition]
