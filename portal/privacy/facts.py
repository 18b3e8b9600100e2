"""What somebody's own page says: kinds of data with their ends, consents, readings; no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.extensions import settings
from portal.intake import readings
from portal.leads.models import Lead, Purpose
from portal.privacy import consents, holdings
from portal.privacy.consents import Standing
from portal.privacy.inventory import held
from portal.privacy.retention import KINDS
from portal.staff.queries import everyone

LOG = "reading"
GONE = "Somebody who works here no more"
DAYS_OF = {"waiver": "client"}
"""A waiver lives as long as what it was signed for; what the law keeps longer is said apart."""


@dataclass(frozen=True)
class Kept:
    """One kind of data: how much of it, why, and until when in words."""

    title: str
    why: str
    until: str
    count: int
    goes: bool


@dataclass(frozen=True)
class Read:
    """Somebody on the staff read the health answers."""

    who: str
    at: datetime


@dataclass(frozen=True)
class Facts:
    """All that the page shows."""

    kept: Sequence[Kept]
    consents: Mapping[Purpose, Standing]
    readings: Sequence[Read]
    kept_waiver_days: int


def of(lead: Lead) -> Facts:
    """Return the facts about somebody."""
    return Facts(
        kept=_kept(lead),
        consents=consents.standing(lead.id),
        readings=_readings(lead),
        kept_waiver_days=settings().retention.kept_waiver_days,
    )


def _readings(lead: Lead) -> Sequence[Read]:
    """Return who read somebody's health answers, the last first."""
    names = {staff.id: staff.name for staff in everyone()}
    log = reversed(readings.of_lead(lead))
    return [Read(names.get(each.staff_id, GONE), each.at) for each in log]


def until(name: str) -> str:
    """Return until when a class is kept, in words: the page and the copy say the same."""
    if name == LOG:
        return "for good, as numbers that name nobody once you are erased"
    kind = KINDS[DAYS_OF.get(name, name)]
    return f"{kind.days(settings().retention)} days after {kind.after}"


def _kept(lead: Lead) -> Sequence[Kept]:
    found = holdings.counts(lead)
    return [
        Kept(kind.title, kind.why, until(kind.until), found[name], not kind.stays)
        for name, kind in held().items()
        if name in found
    ]
