"""Random assessments, in the vocabulary of the planning rules and as odd as it allows."""

from collections.abc import Iterator
from random import Random
from typing import Any

from portal.onboarding.planning import Assessment, Finding, Goal
from portal.onboarding.planning.facts import EASES, LIFESTYLE, LIMITS, SCALE, SIDES
from portal.onboarding.planning.library import DIRECTIONS, GOAL_AREAS, MOVEMENTS
from portal.screening import ruleset

MODIFIERS = tuple(modifier.id for modifier in ruleset().modifiers)
REFUSING = ("postpone_until_well", "reask_emergency", "invalid_reask")
BEARABLE = tuple(name for name in MODIFIERS if name not in REFUSING)
SITES = ("low_back", "mid_back", "neck", "knee", "shoulder", "hip")
READ: dict[str, tuple[Any, ...]] = {
    "age": (16, 17, 18, 40, 75),
    "nprs": (None, 0, 2, 3, 4, 5, 7),
    "fear_move": (0, 4, 5, 6, 7, 10),
    "confidence": (0, 3, 4, 5, 6, 9),
    "active_regular": ("yes", "no"),
    "high_bp": ("no", "controlled"),
    "pregnancy": ("no", "pregnant", "postpartum_6w_6m", "prefer_not"),
    "osteoporosis": ("no", "yes"),
    "steroids_long": ("no", "yes"),
    "low_trauma_fracture": ("no", "yes"),
    "leg_symptoms": ("none", "one", "both"),
    "surgery": ("none", "spine_old"),
    "morning_stiff": ("none", "lt_30", "ge_30"),
}
"""The answers that planning reads, each with values on both sides of every threshold."""
HOLDS = ("none", "none", "none", "none", "vigorous", "all_but_gentle")


SELDOM = 0.2


def some(random: Random, values: Any, most: int) -> list[str]:
    """None more often than not, seldom many."""
    if random.random() < 0.5:
        return []
    return random.sample(tuple(values), random.randint(1, most))


def answers(random: Random) -> dict[str, Any]:
    told = {key: random.choice(values) for key, values in READ.items() if random.random() < 0.3}
    return {
        **told,
        "aggravators": some(random, DIRECTIONS, len(DIRECTIONS)),
        "pain_sites": some(random, SITES, 3),
    }


def finding(random: Random) -> Finding:
    return Finding(
        scale=random.choice((None, *SCALE)),
        side=random.choice((None, *SIDES)),
        pain=random.choice((None, 0, 2, 3, 8)),
    )


class Crowd:
    """People put together from parts that were drawn before: as random, and quicker to draw."""

    def __init__(self, seed: int, parts: int = 800) -> None:
        self.random = random = Random(seed)  # noqa: S311 - the same people every time
        self.pools: dict[str, list[Any]] = {
            "answers": [answers(random) for _ in range(parts)],
            "modifiers": [frozenset(some(random, BEARABLE, 3)) for _ in range(parts)],
            "movements": [
                {name: finding(random) for name in some(random, MOVEMENTS, 3)} for _ in range(parts)
            ],
            "goals": [
                tuple(Goal(area=area) for area in some(random, GOAL_AREAS, 3)) for _ in range(parts)
            ],
            "lifestyle": [
                {key: random.choice(LIFESTYLE[key]) for key in some(random, LIFESTYLE, 3)}
                for _ in range(parts)
            ],
            "eases": [frozenset(some(random, EASES, 2)) for _ in range(parts)],
            "limits": [
                frozenset(some(random, LIMITS, 2)) if random.random() < SELDOM else frozenset()
                for _ in range(parts)
            ],
            "hold": list(HOLDS),
        }

    def people(self, number: int) -> Iterator[Assessment]:
        for _ in range(number):
            yield Assessment(
                **{part: self.random.choice(pool) for part, pool in self.pools.items()}
            )
