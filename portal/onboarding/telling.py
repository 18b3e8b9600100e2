"""What the coach reads: the health check's answers in groups, and what was written down since."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.intake import queries as health
from portal.intake import screens, sheet
from portal.intake.models import Intake
from portal.onboarding.blocks import Block
from portal.onboarding.signs import signs

SCOPE = (
    "We are fitness professionals: we support movement and strength. "
    "This is no diagnosis and no treatment, and it cannot replace a doctor or a physiotherapist."
)
WARNINGS = ("now", "first", "lately")
"""The pages of the health check that hold warning signs, by their place in its address."""
STORY = ("pain", "course", "effect", "pattern", "before")
GOALS = "goals"
OWN = "exercise"
DETAILS = "more-"


@dataclass(frozen=True)
class Told:
    """Rows of the health check under one heading."""

    title: str
    rows: tuple[screens.Row, ...]


def told(lead_id: int, slug: str | None = None) -> tuple[Told, ...]:
    """Return what the health check holds, in groups: those that belong on one page, or all."""
    decision = health.latest_decision(lead_id)
    if decision is None:
        return ()
    groups = _groups(decision.intake)
    wanted = {"story": ("story", "rest"), "today": ("warnings",), "goals": ("goals",)}
    names = wanted.get(slug, ()) if slug else tuple(groups)
    return tuple(groups[name] for name in names if groups[name].rows)


def _groups(intake: Intake) -> Mapping[str, Told]:
    rows = screens.rows(sheet.read(intake).answers)
    asked = _following(rows, WARNINGS)
    story = tuple(row for row in _following(rows, STORY) if row not in asked)
    sets = {key for sign in signs() for key in sign.answers}
    warnings = tuple(row for row in rows if row in asked or row.control in sets)
    goals = tuple(row for row in rows if row.control == GOALS)
    seen = {*warnings, *story, *goals}
    rest = tuple(row for row in rows if row not in seen)
    return {
        "story": Told("About the pain", story),
        "warnings": Told("Warning signs, as they answered them", warnings),
        "goals": Told("What they want to do more easily", goals),
        "rest": Told("Health and training", rest),
    }


def _following(rows: tuple[screens.Row, ...], slugs: tuple[str, ...]) -> tuple[screens.Row, ...]:
    """Return the rows of these pages and of the detail pages behind them."""
    found, inside = [], False
    for row in rows:
        inside = row.slug in slugs or (inside and row.slug.startswith(DETAILS))
        if inside:
            found.append(row)
    return tuple(found)


@dataclass(frozen=True)
class Line:
    """One answer as the coach reads it again."""

    label: str
    words: str


def rows(block: Block, values: Mapping[str, Any]) -> tuple[Line, ...]:
    """Return what was written down on one page; what was left open is left out."""
    found = []
    for group in block.groups:
        said = [(ask, values[ask.key]) for ask in group.asks if values.get(ask.key) is not None]
        if group.title and said:
            found.append(Line(group.title, _together(said)))
        elif not group.title:
            found += [Line(ask.text, ask.says(value)) for ask, value in said]
    return tuple(found)


def _together(said: list[tuple[Any, Any]]) -> str:
    words = [
        f"pain {ask.says(value)}" if ask.kind == "scale" else ask.says(value) for ask, value in said
    ]
    return ". ".join(each[:1].upper() + each[1:] for each in words)
