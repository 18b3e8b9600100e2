"""What the desk is told about an outcome: a heading, what waits, the steps and the call script."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from portal.config import Studio
from portal.leads.models import Disposition, Lead, Status
from portal.staff.models import Staff

FILE = Path(__file__).with_name("guide.toml")


@dataclass(frozen=True)
class Step:
    """One thing to do; `done` once the lead's story shows it."""

    text: str
    done: bool


@dataclass(frozen=True)
class Guide:
    """What to do first about one lead, in words that hold no health answer."""

    heading: str
    hold: str
    steps: tuple[Step, ...]
    script: tuple[str, ...]


def outcome_of(status: Status, disposition: Disposition | None, *, reported: bool = False) -> str:
    """Return the section of the guide that a lead falls under.

    Someone who asks again keeps their last outcome until the new health check is finished. What was
    reported while training has a section of its own.
    """
    if status is Status.HELD:
        return "HELD"
    if reported:
        return "REPORTED"
    return disposition.value if disposition else "UNFINISHED"


def short_line(status: Status, outcome: str, timeframe: str | None, *, emergency: str) -> str:
    """Return an outcome as a row of the list says it: never an answer, whoever reads it."""
    if status is Status.UNFINISHED and outcome != "UNFINISHED":
        return "asked again, health check not finished"
    words = _guide()["outcomes"][outcome]["line"]
    return str(words).format_map({"emergency": emergency, "timeframe": _when(timeframe)})


def guide_for(lead: Lead, *, staff: Staff, studio: Studio, happened: Iterable[str]) -> Guide:
    """Return the guide for a lead; `happened` names what its story shows since the outcome."""
    section = outcome_of(lead.status, lead.disposition, reported=lead.reported_at is not None)
    outcome = _guide()["outcomes"][section]
    facts = _facts(lead, staff, studio)
    seen = set(happened)
    held = lead.hold or "none"
    hold = outcome.get(f"hold_{held}") or outcome.get("hold") or _guide()["hold"][held]
    return Guide(
        heading=outcome["heading"].format_map(facts),
        hold=hold.format_map(facts),
        steps=tuple(
            Step(step["text"].format_map(facts), bool(seen & set(step["done_by"])))
            for step in outcome["steps"]
        ),
        script=tuple(line.format_map(facts) for line in outcome["script"]),
    )


def first_name(name: str) -> str:
    """Return what to call somebody on the phone."""
    return name.split(maxsplit=1)[0] if name.strip() else name


def _facts(lead: Lead, staff: Staff, studio: Studio) -> Mapping[str, str]:
    return {
        "name": first_name(lead.name),
        "me": first_name(staff.name),
        "studio": studio.name,
        "phone": studio.phone,
        "emergency": studio.emergency,
        "advice": studio.advice,
        "timeframe": _when(lead.timeframe),
    }


def _when(timeframe: str | None) -> str:
    return str(_guide()["timeframe"].get(timeframe or "none", ""))


@cache
def _guide() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text())
