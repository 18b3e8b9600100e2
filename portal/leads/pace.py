"""How many forms one address may send: enough for a gym's shared line, too few for a flood."""

import logging
import sqlite3

from flask import abort
from limits import RateLimitItem, parse

from portal.clock import now
from portal.extensions import limiter, settings

TOO_OFTEN = 429
CHANGES = parse("30 per hour")
"""Of what stands for one person: each is mailed to an address that nobody has proven is theirs."""

log = logging.getLogger(__name__)


def allows(form: str, address: str | None, *, good: bool) -> bool:
    """Count a form of this name and say whether it is within the limit.

    Forms that are given back count apart: whoever mistypes takes no turn from the people who
    share the line. When the counter itself fails, people come first.
    """
    who = "good" if good else "given back"
    return within(settings().lead_rate_limit, form, address, who)


def count_change(lead_id: int) -> None:
    """Count a change that is mailed to this person, and refuse one too many."""
    refuse_beyond(CHANGES, "change", str(lead_id))


def refuse_beyond(limit: RateLimitItem, what: str, who: str) -> None:
    """Count one of `what` by somebody, and refuse one too many."""
    if not within(limit, what, who):
        abort(TOO_OFTEN)


def within(limit: RateLimitItem, what: str, address: str | None, *who: str) -> bool:
    """Count one of `what` from an address and say whether it is within a limit."""
    try:
        return limiter().allows(limit, what, address or "", *who, at=now())
    except sqlite3.Error:
        log.exception("The counter of forms does not answer; the form is let through.")
        return True
