"""What somebody agreed to, purpose by purpose, and taking it back: at once, and for good."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update

from portal.extensions import db, settings, transaction
from portal.intake import handover
from portal.leads.models import Activity, Consent, Lead, Purpose
from portal.leads.queries import lead_to_write
from portal.leads.response import due_at
from portal.leads.story import tell
from portal.privacy import mailing
from portal.staff.models import Staff

TOLD_BY_HEALTH = (
    "health_check_sent",
    "health_check_incomplete",
    "health_check_changed",
    "emergency_shown",
    "urgent_shown",
    "emergency_taken_back",
)
"""Lines of a story that give away what the health check said."""


@dataclass(frozen=True)
class Standing:
    """One purpose: `given` is the consent that counts, None when it was never given."""

    purpose: Purpose
    given: Consent | None

    @property
    def holds(self) -> bool:
        """Say whether we may act on it."""
        return self.given is not None and self.given.withdrawn_at is None

    @property
    def withdrawn_at(self) -> datetime | None:
        """Return when it was taken back."""
        return self.given.withdrawn_at if self.given else None


def of_lead(lead_id: int) -> Sequence[Consent]:
    """Return every consent that somebody gave, the newest first."""
    return db.session.scalars(
        select(Consent)
        .where(Consent.lead_id == lead_id)
        .order_by(Consent.given_at.desc(), Consent.id.desc())
    ).all()


def standing(lead_id: int) -> Mapping[Purpose, Standing]:
    """Return where each purpose stands: what holds comes before what was taken back."""
    given = sorted(of_lead(lead_id), key=lambda consent: consent.withdrawn_at is not None)
    return {
        purpose: Standing(purpose, next((each for each in given if each.purpose is purpose), None))
        for purpose in Purpose
    }


@transaction()
def withdraw(lead_id: int, purpose: Purpose, *, at: datetime, staff: Staff | None = None) -> bool:
    """Take a consent back at `at`, with all that follows; False when none was standing.

    The database hides the health checks that hang on it; here follows what was drawn from them.
    `staff` noted it for somebody who asked at the desk.
    """
    lead = lead_to_write(lead_id)
    standing_ = (
        Consent.lead_id == lead_id,
        Consent.purpose == purpose,
        Consent.withdrawn_at.is_(None),
    )
    taken_back = db.session.execute(update(Consent).where(*standing_).values(withdrawn_at=at))
    if not taken_back.rowcount:  # type: ignore[attr-defined]
        return False
    if purpose is Purpose.HEALTH:
        forget_health(lead, at=at)
    mailing.rest(lead, purpose)
    tell(lead, f"{purpose.value}_withdrawn", at=at, staff=staff)
    return True


def forget_health(lead: Lead, *, at: datetime) -> None:
    """Take out of a lead and its story what was drawn from health answers; tell later steps."""
    lead.forget_screening(at=at, due_at=due_at(None, at=at, settings=settings()))
    db.session.execute(delete(Activity).where(_tells_of_health(lead.id)))
    handover.withdrawn(lead, at=at)


def _tells_of_health(lead_id: int) -> ColumnElement[bool]:
    return (Activity.lead_id == lead_id) & Activity.kind.in_(TOLD_BY_HEALTH)
