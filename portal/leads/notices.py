"""Which mail an enquiry causes: a reminder to finish, and a bell at the desk; neither says why."""

from datetime import datetime, timedelta

from portal.extensions import settings
from portal.leads.links import HEALTH_CHECK_LASTS, health_check_url
from portal.leads.models import Enquiry
from portal.mail import outbox
from portal.mail.queries import written_to

TIME_TO_FINISH = timedelta(minutes=20)
DAY, MOST_A_DAY = timedelta(days=1), 3
"""Anybody may type another person's address, over and over: our mail must not flood it."""


def finish_check(enquiry: Enquiry, *, at: datetime) -> None:
    """Remind the person of the health check; whoever finishes it in time never gets this.

    The lead's version tells one letting in from the next: the one before may have been taken back.
    """
    earlier = written_to("finish_check", since=at - DAY, reference=enquiry.lead.ref)
    if len(earlier) >= MOST_A_DAY:
        return
    outbox.put(
        kind="finish_check",
        uid=f"finish_check:{enquiry.public_id}:{enquiry.lead.version}:1",
        recipient=enquiry.email,
        reference=enquiry.lead.ref,
        due=at + TIME_TO_FINISH,
        not_after=enquiry.created_at + HEALTH_CHECK_LASTS,
        context={
            "name": first_name(enquiry),
            "kind": enquiry.kind.value,
            "url": health_check_url(enquiry),
        },
    )


def staff_alert(enquiry: Enquiry) -> None:
    """Ring at the desk that somebody asked: only the reference, no name, no reason."""
    outbox.put(
        kind="staff_alert",
        uid=f"staff_alert:{enquiry.public_id}:1",
        recipient=settings().studio.email,
        reference=enquiry.lead.ref,
        context={
            "reference": enquiry.lead.ref,
            "url": f"{settings().public_url}/desk/leads/{enquiry.lead_id}",
        },
    )


def first_name(enquiry: Enquiry) -> str:
    """Return what the person is called in a greeting."""
    return enquiry.name.split()[0]
