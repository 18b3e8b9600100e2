"""What happens to a coach's work when somebody takes their health answers back: it is hidden."""

from datetime import datetime

from sqlalchemy import select

from portal.extensions import db
from portal.leads.models import Lead
from portal.onboarding import notices
from portal.onboarding.models import Assessment, Plan


def hide(lead: Lead, at: datetime) -> None:
    """Hide everything of this person's that rests on their answers, in the caller's transaction.

    Mail that still waits would lead to a page that is gone.
    """
    for plan in db.session.scalars(select(Plan).where(Plan.lead_id == lead.id)).all():
        plan.hide(at=at)
        notices.take_back(plan)
    for assessment in db.session.scalars(
        select(Assessment).where(Assessment.lead_id == lead.id)
    ).all():
        assessment.hidden_at = at
