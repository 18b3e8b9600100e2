"""The welfare call after an emergency or urgent outcome: its clock, and who got through when."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.extensions import db, settings
from portal.leads.kinds import ALARMS
from portal.leads.models import Activity
from portal.leads.response import due_at
from portal.referrals.models import Referral
from portal.staff.models import Staff


@dataclass(frozen=True)
class WelfareCall:
    """A call to see that somebody got help: due at a moment, and open until they were spoken to."""

    due_at: datetime
    tries: int
    made_at: datetime | None
    made_by: Staff | None

    def is_late(self, *, at: datetime) -> bool:
        """Say whether the clock has run out on a call that nobody has got through."""
        return self.made_at is None and self.due_at <= at


def welfare_call(referral: Referral) -> WelfareCall | None:
    """Return the call that an outcome asks for, None for one that asks for none.

    It is read from the story: a call counts as made once somebody has spoken with the person, and
    one that was taken back does not count.
    """
    decision = referral.decision
    if decision.disposition not in ALARMS:
        return None
    calls = db.session.scalars(
        select(Activity)
        .where(
            Activity.lead_id == referral.lead_id,
            Activity.kind == "called",
            Activity.at >= referral.advised_at,
            Activity.undone_at.is_(None),
        )
        .order_by(Activity.id)
    ).all()
    spoke = next((call for call in calls if call.detail.get("outcome") == "spoke"), None)
    return WelfareCall(
        due_at=due_at(decision.disposition, at=referral.advised_at, settings=settings()),
        tries=len(calls),
        made_at=spoke.at if spoke else None,
        made_by=spoke.staff if spoke else None,
    )
