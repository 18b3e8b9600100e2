"""What the answers mean: the questionnaire, the decision table and the watch list.

Pure Python and data. Questions and pages live in questions.toml, rules in rules.toml; neither
is code, and nothing here imports Flask, SQLAlchemy or another part of the portal.
"""

from portal.screening.decision import (
    Decision,
    adaptations,
    answer_hash,
    decide,
    evaluate_many,
    reasons,
)
from portal.screening.explain import describe
from portal.screening.overheard import overheard
from portal.screening.questionnaire import questionnaire
from portal.screening.rules import ruleset
from portal.screening.watch import watch

__all__ = [
    "Decision",
    "adaptations",
    "answer_hash",
    "decide",
    "describe",
    "evaluate_many",
    "overheard",
    "questionnaire",
    "reasons",
    "ruleset",
    "watch",
]
