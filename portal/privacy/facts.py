"""What somebody's own page says: kinds of data with their ends, consents, readings; no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.extensions import db, settings
from portal.intake.models import WITH_HIDDEN, Decision, Intake, Reading
from portal.leads.models import Enquiry, Lead, Purpose
from portal.privacy import consents, holdings
from portal.privacy.consents import Standing
from portal.privacy.inventory import held
from portal.privacy.retention import KINDS

DAYS_OF = {"waiver": "client"}
"""A waiver lives as long as what it was signed for; what the law keeps longer is said apart."""


@dataclass(frozen=True)
class Kept:
    """One kind of data: how much of it, why, and until when in words."""

    title: str
    why: str
    until: str
    count: int


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
        readings=readings(lead.id),
        kept_waiver_days=settings().retention.kept_waiver_days,
    )


def readings(lead_id: int) -> Sequence[Read]:
    """Return who read somebody's health answers, the last first, also what was taken back."""
    found = db.session.scalars(
        select(Reading)
        .join(Decision, Reading.decision_id == Decision.id)
        .join(Intake, Decision.intake_id == Intake.id)
        .join(Enquiry, Intake.enquiry_id == Enquiry.id)
        .where(Enquiry.lead_id == lead_id)
        .order_by(Reading.at.desc(), Reading.id.desc()),
        execution_options={WITH_HIDDEN: True},
    ).all()
    return [Read(each.staff.name, each.at) for each in found]


def until(name: str) -> str:
    """Return until when a class is kept, in words: the page and the copy say the same."""
    kind = KINDS[DAYS_OF.get(name, name)]
    return f"{kind.days(settings().retention)} days after {kind.after}"


def _kept(lead: Lead) -> Sequence[Kept]:
    found = holdings.counts(lead)
    return [
        Kept(kind.title, kind.why, until(kind.until), found[name])
        for name, kind in held().items()
        if name in found
    ]
