"""Which mail a referral causes; none says why somebody should look first, or what was answered."""

from datetime import datetime, time, timedelta
from typing import Any

from portal.extensions import settings
from portal.leads.models import Kind, Lead, Status
from portal.leads.notices import first_name
from portal.mail import outbox
from portal.referrals import queries
from portal.referrals.links import referral_url
from portal.referrals.models import Clearance, Referral
from portal.words import day_words

REMINDERS = (30, 7)
MORNING = time(9)
OFFERS = ("pass_follow_up", "missed_you")
"""Mails that invite somebody to come; whom the health check holds back gets none of them."""


def link(referral: Referral, *, at: datetime) -> None:
    """Mail the person the link to their page, because they asked: at most one an hour."""
    _send(referral, kind="referral_link", occurrence=f"{at:%Y%m%d%H}", at=at)


def link_uid(referral: Referral, *, at: datetime) -> str:
    """Return the name of the mail with that link in this hour."""
    return _uid(referral, "referral_link", f"{at:%Y%m%d%H}")


def answer_came(referral: Referral, clearance: Clearance) -> None:
    """Ring at the desk that something is there to verify: the reference and nothing else."""
    outbox.queue(
        kind="staff_alert",
        uid=f"staff_alert:{clearance.public_id}:1",
        recipient=settings().studio.email,
        reference=referral.lead.ref,
        context={
            "reference": referral.lead.ref,
            "url": f"{settings().public_url}/desk/leads/{referral.lead_id}",
        },
    )


def pick_a_time(referral: Referral, *, at: datetime) -> None:
    """Tell the person that the door is open, once for each verification; a booked time stands."""
    lead = referral.lead
    is_booked = lead.status is Status.BOOKED
    _send(referral, kind="pick_a_time", occurrence=str(lead.version), at=at, is_booked=is_booked)


def not_yet(referral: Referral, *, at: datetime) -> None:
    """Tell the person in kind words where their answer leads, without saying what it was."""
    _send(referral, kind="not_yet", occurrence=str(referral.lead.version), at=at)


def follow_up(referral: Referral, *, at: datetime) -> None:
    """Write kindly to somebody who has been silent; the second word is the last one."""
    number = referral.follow_ups
    occurrence = f"{referral.round}.{number}"
    _send(referral, kind="referral_follow_up", occurrence=occurrence, at=at, last=number > 1)


def reminders(referral: Referral, *, at: datetime) -> None:
    """Put both reminders where the end of the clearance is now; one whose day has passed is none.

    The lead's version tells one verification from the next: each has reminders of its own.
    """
    if referral.expires_on is None:
        return
    zone = settings().studio.zone
    for days in REMINDERS:
        morning = datetime.combine(referral.expires_on - timedelta(days=days), MORNING, tzinfo=zone)
        if morning > at:
            _send(
                referral,
                kind="clearance_ends",
                occurrence=f"{referral.lead.version}:{days}",
                at=at,
                due=morning,
                not_after=datetime.combine(referral.expires_on, time.max, tzinfo=zone),
                ends=day_words(referral.expires_on),
            )


def withdraw(public_id: str) -> None:
    """Take back what still waits about a referral: it may no longer be true."""
    for kind in ("pick_a_time", "not_yet", "clearance_ends", "referral_follow_up"):
        outbox.cancel(f"{kind}:{public_id}:")


def suppress_offers(lead: Lead) -> None:
    """Take back every invitation that still waits for somebody who is held back by now."""
    for mail in queries.waiting_mails(lead.ref, kinds=OFFERS):
        outbox.cancel(mail.uid)


def _send(  # noqa: PLR0913 - the message's own fields, each by name
    referral: Referral,
    *,
    kind: str,
    occurrence: str,
    at: datetime,
    due: datetime | None = None,
    not_after: datetime | None = None,
    **facts: Any,
) -> None:
    enquiry = queries.enquiry_of(referral)
    outbox.queue(
        kind=kind,
        uid=_uid(referral, kind, occurrence),
        recipient=referral.lead.email or enquiry.email,
        reference=referral.lead.ref,
        due=due,
        not_after=not_after,
        context={
            "name": first_name(enquiry),
            "is_pass": enquiry.kind is Kind.DAY_PASS,
            "reference": referral.lead.ref,
            "url": referral_url(referral, at=due or at),
            **facts,
        },
    )


def _uid(referral: Referral, kind: str, occurrence: str) -> str:
    return f"{kind}:{referral.public_id}:{occurrence}"
