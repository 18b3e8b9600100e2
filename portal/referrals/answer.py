"""What an answer says: who says it, OK or not, within which limits; sealed to its row."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from portal.extensions import vault
from portal.referrals.models import Clearance
from portal.words import day_words

OK, LIMITS, NOT_NOW, TOLD = "ok", "limits", "not_now", "told"
RANGES: Mapping[str, str] = {
    "full": "No limit on range of movement",
    "comfortable": "Only the range that is comfortable",
    "no_end": "No loading at the end of a range",
}
SAYS: Mapping[str, str] = {
    OK: "OK to start",
    LIMITS: "OK, within limits",
    NOT_NOW: "Not now",
    TOLD: "Told us in their own words",
}


@dataclass(frozen=True)
class Limits:
    """What a coach leaves out; `max_load_kg` None and a full range are no limits."""

    no_impact: bool = False
    max_load_kg: int | None = None
    range: str = "full"
    other: str = ""

    @property
    def in_words(self) -> tuple[str, ...]:
        """Return the limits as a coach reads them, empty when there are none."""
        said = [
            "No impact: no jumping, no running" if self.no_impact else "",
            f"No loading over {self.max_load_kg} kg" if self.max_load_kg is not None else "",
            RANGES[self.range] if self.range != "full" else "",
            self.other,
        ]
        return tuple(each for each in said if each)


NO_LIMITS = Limits()


@dataclass(frozen=True)
class Answer:
    """One answer as it came; `until` is the last day it holds, None for no day given."""

    says: str
    name: str = ""
    role: str = ""
    practice: str = ""
    limits: Limits = NO_LIMITS
    until: date | None = None
    note: str = ""

    @property
    def says_in_words(self) -> str:
        """Return the answer in two or three words."""
        return SAYS[self.says]

    @property
    def until_in_words(self) -> str:
        """Return the last day in words, empty without one."""
        return f"{day_words(self.until)}, {self.until.year}" if self.until else ""


def seal(clearance: Clearance, answer: Answer) -> str:
    """Return an answer sealed for its row."""
    kept = asdict(answer) | {"until": answer.until.isoformat() if answer.until else None}
    return vault().seal(clearance.place("content"), json.dumps(kept), person=clearance.person)


def read(clearance: Clearance) -> Answer:
    """Return the answer of a row; raise CannotOpenError when its key is gone."""
    kept = json.loads(vault().open(clearance.place("content"), clearance.content))
    until = date.fromisoformat(kept["until"]) if kept["until"] else None
    return Answer(**kept | {"limits": Limits(**kept["limits"]), "until": until})


def seal_agreed(clearance: Clearance, limits: Limits) -> str:
    """Return the limits that a coach settled on, sealed for their row."""
    return vault().seal(
        clearance.place("agreed"), json.dumps(asdict(limits)), person=clearance.person
    )


def read_agreed(clearance: Clearance) -> Limits:
    """Return the limits that a coach settled on; none before a coach has."""
    if clearance.agreed is None:
        return Limits()
    return Limits(**json.loads(vault().open(clearance.place("agreed"), clearance.agreed)))
