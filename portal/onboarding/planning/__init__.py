"""What an assessment means for training: a plan with its reasons, and the step after each session.

Pure Python and data, like the screening it builds on. The library is exercises.toml, the rules that
choose, start, change and leave out are rules.toml, the traffic light is light.toml, the words that
teach are cards.toml and the drawings drawings.toml. Nothing here imports Flask, SQLAlchemy or a
clock: dates are given. Same inputs, same plan.
"""

from portal.onboarding.planning.building import (
    alternatives,
    build,
    build_many,
    highest_level,
    lowest_level,
)
from portal.onboarding.planning.checking import faults
from portal.onboarding.planning.facts import Assessment, Finding, Goal
from portal.onboarding.planning.library import EXERCISES, Exercise, Level
from portal.onboarding.planning.plan import Item, LeftOut, Plan, Reason

__all__ = [
    "EXERCISES",
    "Assessment",
    "Exercise",
    "Finding",
    "Goal",
    "Item",
    "LeftOut",
    "Level",
    "Plan",
    "Reason",
    "alternatives",
    "build",
    "build_many",
    "faults",
    "highest_level",
    "lowest_level",
]
