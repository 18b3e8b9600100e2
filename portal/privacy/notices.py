"""Which mail the pages about one's own data cause; none says what is held."""

from datetime import datetime

from portal.extensions import settings
from portal.leads.contact import email_key
from portal.leads.models import Lead
from portal.leads.notices import DAY, MOST_A_DAY
from portal.mail import outbox
from portal.mail.queries import written_to
from portal.privacy import links
from portal.privacy.models import Complaint
from portal.words import day_words


def link(lead: Lead, *, at: datetime) -> None:
    """Mail somebody the link to their own page; at most one an hour."""
    if lead.email is None:
        return
    outbox.put(
        kind="privacy_link",
        uid=f"privacy_link:{lead.ref}:{at:%Y%m%d%H}",
        recipient=lead.email,
        reference=lead.ref,
        not_after=at + links.LASTS,
        context={"name": lead.name.split()[0], "url": links.url(lead, at=at)},
    )


def complaint_received(complaint: Complaint, name: str, email: str) -> None:
    """Confirm a complaint, and by when it is answered; a flood to one address is not confirmed."""
    earlier = written_to("complaint_received", since=complaint.received_at - DAY)
    keys = [email_key(*each.rpartition("@")[::2]) for each in (email, *earlier)]
    if keys.count(keys[0]) > MOST_A_DAY:
        return
    outbox.put(
        kind="complaint_received",
        uid=f"complaint_received:{complaint.public_id}:1",
        recipient=email,
        context={
            "name": name.split(maxsplit=1)[0],
            "reference": complaint.reference,
            "day": day_words(complaint.due_at.astimezone(settings().studio.zone).date()),
        },
    )


def complaint_answered(complaint: Complaint, name: str, email: str, *, text: str) -> None:
    """Send the answer."""
    outbox.put(
        kind="complaint_answered",
        uid=f"complaint_answered:{complaint.public_id}:1",
        recipient=email,
        context={
            "name": name.split(maxsplit=1)[0],
            "reference": complaint.reference,
            "answer": text,
        },
    )


def complaint_alert(complaint: Complaint, *, occurrence: str) -> None:
    """Ring at the studio: a complaint came in, or its clock ends soon. Only the reference."""
    zone = settings().studio.zone
    outbox.put(
        kind="complaint_alert",
        uid=f"complaint_alert:{complaint.public_id}:{occurrence}",
        recipient=settings().studio.email,
        context={
            "reference": complaint.reference,
            "soon": occurrence == "due",
            "day": day_words(complaint.due_at.astimezone(zone).date()),
            "url": f"{settings().public_url}/desk/privacy/complaints/{complaint.id}",
        },
    )
