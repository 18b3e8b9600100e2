"""What everybody at the desk may know of a referral: its state, its clock, its link."""

from datetime import datetime
from typing import Any

from portal.leads.kinds import ALARMS
from portal.referrals import queries
from portal.referrals.welfare import welfare_call


def about(lead_id: int, *, at: datetime) -> dict[str, Any]:
    """Return what the card of a referral is drawn from, `referral` None where there is none."""
    referral = queries.of_lead(lead_id)
    if referral is None:
        return {"referral": None}
    return {
        "referral": referral,
        "call": welfare_call(referral),
        "return_link": queries.live_link(referral, at=at),
        "referral_is_alarm": referral.decision.disposition in ALARMS,
    }
