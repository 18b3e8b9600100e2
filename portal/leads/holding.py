"""Letting a hasty lead in, within the caller's transaction: its mail goes out from here on."""

from datetime import datetime

from portal.extensions import settings
from portal.leads import notices
from portal.leads.models import Enquiry
from portal.leads.response import due_at
from portal.leads.story import tell


def went_on(enquiry: Enquiry, *, at: datetime) -> None:
    """Let the lead in if it was held for a reason that going on with the questions disproves."""
    lead = enquiry.lead
    if not lead.lets_itself_in:
        return
    because = lead.held_because
    lead.release(at=at, due_at=due_at(None, at=at, settings=settings()))
    tell(lead, "released", at=at, because=because)
    notices.finish_check(enquiry, at=at)
    notices.staff_alert(enquiry)
