"""The story of a lead: one line for everything that happened, and what an undo would put back."""

from datetime import datetime
from typing import Any

from portal.extensions import db
from portal.leads.models import Activity, Lead
from portal.staff.models import Staff


def tell(
    lead: Lead,
    kind: str,
    /,
    *,
    at: datetime,
    staff: Staff | None = None,
    before: dict[str, Any] | None = None,
    **detail: Any,
) -> Activity:
    """Add a line to the lead's story within the caller's transaction, and return it.

    `before` is `lead.state()` from before the step, for a step that can be undone. Call it after
    the lead's own change: the line remembers the version that the step left behind. `detail` is
    kept as JSON and must never hold a health answer.
    """
    if lead.id is None:
        db.session.add(lead)
        db.session.flush()
    line = Activity(
        lead_id=lead.id,
        at=at,
        kind=kind,
        staff_id=staff.id if staff else None,
        detail=detail,
        before=before,
        version=lead.version,
    )
    db.session.add(line)
    return line
