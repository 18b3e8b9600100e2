"""Which mail a pass causes: the pass itself, its new day, and a word when nobody came."""

from datetime import datetime, timedelta
from typing import Any

from portal.extensions import settings
from portal.leads.models import Enquiry
from portal.mail import outbox
from portal.mail.outbox import Attachment
from portal.passes.codes import spoken
from portal.passes.days import end_of, hours_on
from portal.passes.invitation import ics
from portal.passes.links import pass_url
from portal.passes.models import DayPass
from portal.passes.queries import signature
from portal.words import day_words, time_words

DAYS_NAMED_ALONE = timedelta(days=6)
MORNING_AFTER = timedelta(hours=10)


def issued(day_pass: DayPass, *, at: datetime, enquiry: Enquiry | None = None) -> None:
    """Send the pass; where it stands, nobody has to confirm it any more."""
    if enquiry is not None:
        outbox.cancel(f"request_received:{enquiry.public_id}:")
    _send(day_pass, kind="day_pass", at=at)


def sent_again(day_pass: DayPass, *, at: datetime) -> None:
    """Send the pass to the address it was made out to once more; at most one an hour."""
    outbox.queue(
        kind="day_pass",
        uid=f"day_pass:{day_pass.id}:{at:%Y%m%d%H}",
        recipient=day_pass.email,
        reference=day_pass.lead.ref,
        not_after=end_of(day_pass.valid_on),
        context=_facts(day_pass, at=at),
        attachments=(_entry(day_pass),),
    )


def moved(day_pass: DayPass, *, at: datetime) -> None:
    """Send the new day, in place of what still waits about the old one."""
    withdraw(day_pass)
    _send(day_pass, kind="pass_moved", at=at)


def withdraw(day_pass: DayPass) -> None:
    """Take back what still waits about a pass."""
    for kind in ("day_pass", "pass_moved", "pass_follow_up"):
        outbox.cancel(f"{kind}:{day_pass.id}:")


def follow_up(day_pass: DayPass, *, at: datetime) -> None:
    """Write the morning after a day on which the holder did not come; once for each day."""
    outbox.queue(
        kind="pass_follow_up",
        uid=f"pass_follow_up:{day_pass.id}:{day_pass.valid_on}",
        recipient=day_pass.email,
        reference=day_pass.lead.ref,
        due=max(at, end_of(day_pass.valid_on) + MORNING_AFTER),
        context=_facts(day_pass, at=at),
    )


def _send(day_pass: DayPass, *, kind: str, at: datetime) -> None:
    outbox.put(
        kind=kind,
        uid=f"{kind}:{day_pass.id}:{day_pass.moves}",
        recipient=day_pass.email,
        reference=day_pass.lead.ref,
        not_after=end_of(day_pass.valid_on),
        context=_facts(day_pass, at=at),
        attachments=(_entry(day_pass),),
    )


def _entry(day_pass: DayPass) -> Attachment:
    return Attachment("day-pass.ics", "text/calendar; method=PUBLISH", ics(day_pass).decode())


def _facts(day_pass: DayPass, *, at: datetime) -> dict[str, Any]:
    zone, span = settings().studio.zone, hours_on(day_pass.valid_on)
    near = day_pass.valid_on - at.astimezone(zone).date() <= DAYS_NAMED_ALONE
    return {
        "name": day_pass.first_name,
        "day": f"{day_pass.valid_on:%A}" if near else day_words(day_pass.valid_on),
        "whole_day": day_words(day_pass.valid_on),
        "hours": " to ".join(time_words(moment, zone) for moment in span) if span else "",
        "code": day_pass.code,
        "spoken": spoken(day_pass.code),
        "url": pass_url(day_pass),
        "signed": signature(day_pass.id) is not None,
    }
