"""Which mail a health check causes; none of them carries a health word, and none delays a call."""

from datetime import datetime

from portal import tokens
from portal.extensions import settings
from portal.intake import queries
from portal.intake.models import Decision
from portal.leads.links import HEALTH_CHECK, HEALTH_CHECK_LASTS
from portal.leads.models import Enquiry
from portal.leads.notices import first_name
from portal.leads.queries import enquiries
from portal.mail import outbox


def resume_link(enquiry: Enquiry, *, at: datetime) -> None:
    """Mail the person a link to go on, good for seven days; at most one an hour."""
    token = tokens.mint(HEALTH_CHECK, enquiry.public_id, until=at + HEALTH_CHECK_LASTS)
    outbox.queue(
        kind="finish_check",
        uid=queries.resume_uid(enquiry, at=at),
        recipient=enquiry.email,
        reference=enquiry.lead.ref,
        context={
            "name": first_name(enquiry),
            "kind": enquiry.kind.value,
            "url": f"{settings().public_url}/health-check/{token}/",
        },
    )


def no_need_to_finish(enquiry: Enquiry) -> None:
    """Take back the reminders to finish: the health check has said what it has to say.

    Whoever began anew is not reminded of what they left, where they asked for the same.
    """
    for each in enquiries(enquiry.lead_id):
        if each.kind is enquiry.kind:
            outbox.cancel(_finish_check(each))


def request_received(enquiry: Enquiry) -> None:
    """Tell the person that we have everything; once for an enquiry, however often it is sent."""
    outbox.queue(
        kind="request_received",
        uid=f"request_received:{enquiry.public_id}:1",
        recipient=enquiry.email,
        reference=enquiry.lead.ref,
        context={
            "name": first_name(enquiry),
            "kind": enquiry.kind.value,
            "visit_on": enquiry.visit_on,
            "reference": enquiry.lead.ref,
        },
    )


def staff_alert(decision: Decision) -> None:
    """Ring at the desk: somebody was told to get help. Only the reference, no name, no reason."""
    lead = decision.intake.enquiry.lead
    outbox.queue(
        kind="staff_alert",
        uid=f"staff_alert:{decision.public_id}:1",
        recipient=settings().studio.email,
        reference=lead.ref,
        context={
            "reference": lead.ref,
            "url": f"{settings().public_url}/desk/leads/{lead.id}",
        },
    )


def _finish_check(enquiry: Enquiry) -> str:
    return f"finish_check:{enquiry.public_id}:"
