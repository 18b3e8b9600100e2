"""What a person has answered so far: plain in memory, sealed to their own row at rest."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.extensions import vault
from portal.intake.models import Intake

Submitted = Mapping[str, list[str]]


@dataclass(frozen=True)
class Pending:
    """A page that would take back an emergency answer; it waits for the person's own word."""

    slug: str
    submitted: Submitted


@dataclass(frozen=True)
class Sheet:
    """The answers by key, and the one change that still has to be confirmed."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    pending: Pending | None = None


def seal(place: str, sheet: Sheet, *, person: str) -> str:
    """Return the sheet sealed for `place`, its row and no other, under the key of this person."""
    return vault().seal(place, pack(sheet), person=person)


def pack(sheet: Sheet) -> str:
    """Return the sheet as the text that is sealed."""
    pending = sheet.pending and [sheet.pending.slug, dict(sheet.pending.submitted)]
    return json.dumps({"answers": dict(sheet.answers), "pending": pending})


def read(intake: Intake) -> Sheet:
    """Return what is on the person's sheet; raise CannotOpenError when its key is gone."""
    kept = json.loads(vault().open(intake.place, intake.answers))
    return Sheet(kept["answers"], Pending(*kept["pending"]) if kept["pending"] else None)
