"""Letting a hasty form in, within the caller's transaction: its mail goes out from here on."""

from datetime import datetime

from sqlalchemy import select

from portal.extensions import db, settings
from portal.leads import notices
from portal.leads.models import GOES_ON_ALONE, Activity, Enquiry, Status
from portal.leads.response import due_at
from portal.leads.story import tell


def went_on(enquiry: Enquiry, *, at: datetime) -> None:
    """Let a form in that was held for a reason that going on with the questions disproves.

    A new lead was held with it; one who was known before asks again from now on.
    """
    lead, due = enquiry.lead, due_at(None, at=at, settings=settings())
    because: str | None
    if lead.lets_itself_in:
        because = lead.held_because
        lead.release(at=at, due_at=due)
    elif (because := _held_with(enquiry)) and lead.status is not Status.HELD:
        lead.asked_again(at=at, due_at=due)
    else:
        return
    tell(lead, "released", at=at, because=because)
    notices.finish_check(enquiry, at=at)
    notices.staff_alert(enquiry)


def _held_with(enquiry: Enquiry) -> str | None:
    """Return why the form of somebody known was held, None where going on disproves nothing."""
    lines = db.session.scalars(
        select(Activity.detail).where(
            Activity.lead_id == enquiry.lead_id, Activity.kind == "asked_again"
        )
    )
    held = [line.get("held") for line in lines if line.get("enquiry_id") == enquiry.id]
    return next((each for each in held if each in GOES_ON_ALONE), None)
