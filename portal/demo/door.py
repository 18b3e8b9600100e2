"""Day passes of the demo studio: one to let in now, one to sign, one used, and some to come."""

from contextlib import suppress
from datetime import date, datetime

from sqlalchemy import select

from portal.extensions import db
from portal.leads.kinds import Kind
from portal.leads.models import Enquiry, Lead
from portal.passes import actions, days, entry, signing, standing
from portal.passes.entry import StoppedError
from portal.passes.identity import AlreadyHadOneError
from portal.passes.models import DayPass
from portal.passes.signing import Signer
from portal.staff.models import Staff

SIGNED, UNSIGNED, USED = "signed", "unsigned", "used"
TODAY = (SIGNED, USED, UNSIGNED, SIGNED)
"""What becomes of the passes for the first open day; those after them are for later days."""


def hand_out(desk: Staff, at: datetime) -> int:
    """Let everybody who asked for a pass and may have one claim it; return how many did."""
    offered = days.offered(at=at)
    enquiries = db.session.scalars(
        select(Enquiry)
        .join(Lead, Enquiry.lead_id == Lead.id)
        .where(Enquiry.kind == Kind.DAY_PASS, Lead.is_demo)
        .order_by(Enquiry.id)
    ).all()
    able = [each.public_id for each in enquiries if standing.decision_for(each) is not None]
    passes = 0
    for turn, public_id in enumerate(able):
        fate = TODAY[turn] if turn < len(TODAY) else (SIGNED, UNSIGNED)[turn % 2]
        day = offered[0] if turn < len(TODAY) else offered[1 + turn % (len(offered) - 1)]
        with suppress(AlreadyHadOneError):
            _pass(public_id, day=day, fate=fate, desk=desk, at=at)
            passes += 1
    return passes


def _pass(public_id: str, *, day: date, fate: str, desk: Staff, at: datetime) -> DayPass:
    day_pass = actions.claim(public_id, day=day, at=at)
    pass_id, name = day_pass.id, day_pass.name
    if fate != UNSIGNED:
        relation = "guardian" if day_pass.under_18 else ""
        signing.sign(pass_id, signer=Signer(name, relation), at=at)
    if fate == USED:
        # A demo that starts at night has nobody at the door yet.
        with suppress(StoppedError):
            entry.redeem(pass_id, staff=desk, press=public_id, at=at)
    return day_pass
