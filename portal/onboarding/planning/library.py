"""The exercises: four levels each, what they ask of a body, what a direction changes in them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any

LEVELS = (1, 2, 3, 4)
DIRECTIONS: Mapping[str, str] = MappingProxyType(
    {
        "flexion": "bending forward",
        "extension": "bending back",
        "rotation": "twisting",
        "sitting": "sitting",
        "standing": "standing",
        "walking": "walking",
        "lifting": "lifting",
        "impact": "jumping or running",
    }
)
"""What can bring pain on, as the health check names it, and in words that follow "because"."""


@dataclass(frozen=True)
class Level:
    """One rung: `seconds` are of one repetition or hold, `minutes` of all sets with their rests."""

    number: int
    what: str
    dose: str
    sets: int
    reps: int
    seconds: int
    sides: int
    minutes: float
    tags: frozenset[str]


@dataclass(frozen=True)
class Change:
    """What a direction that brings pain on changes, and the highest level while it does."""

    words: str
    up_to: int


@dataclass(frozen=True)
class Exercise:
    """One line of the library; `clash` names directions that leave nothing over together."""

    id: str
    name: str
    strategy: int
    area: str
    tags: frozenset[str]
    helps: str
    goals: frozenset[str]
    screen: str
    cues: tuple[str, ...]
    change: Mapping[str, Change]
    clash: tuple[frozenset[str], ...]
    levels: tuple[Level, ...]

    def level(self, number: int) -> Level:
        """Give level 1 to 4; an IndexError means that there is no such rung."""
        if number not in LEVELS:
            raise IndexError(number)
        return self.levels[number - 1]


def read_exercise(table: Mapping[str, Any]) -> Exercise:
    """Build one exercise from its tables; a TypeError or KeyError means malformed data."""
    fields = {"change": {}, "clash": [], **table}
    return Exercise(
        id=fields.pop("id"),
        tags=frozenset(fields.pop("tags")),
        goals=frozenset(fields.pop("goals")),
        cues=tuple(fields.pop("cues")),
        change={direction: Change(**each) for direction, each in fields.pop("change").items()},
        clash=tuple(map(frozenset, fields.pop("clash"))),
        levels=tuple(_read_level(place, each) for place, each in enumerate(fields.pop("level"), 1)),
        **fields,
    )


def _read_level(number: int, table: Mapping[str, Any]) -> Level:
    return Level(number=number, **{**table, "tags": frozenset(table["tags"])})


_RAW = tomllib.loads(resources.files(__package__).joinpath("exercises.toml").read_text("utf-8"))

EXERCISES: Mapping[str, Exercise] = MappingProxyType(
    {each["id"]: read_exercise(each) for each in _RAW["exercise"]}
)
"""Every exercise by its id, in the order of the library."""
GOAL_AREAS: Mapping[str, str] = MappingProxyType(_RAW["goals"])
"""What a person's goal is about, as a closed list that the coach picks from, with its label."""
MOVEMENTS: Mapping[str, str] = MappingProxyType(_RAW["movements"])
"""The movements of the coach's screen, with their labels."""
