"""How many forms one address may send: enough for a gym's shared line, too few for a flood."""

import logging
import sqlite3

from redis.exceptions import RedisError

from portal.clock import now
from portal.extensions import limiter, settings
from portal.leads.models import Kind

log = logging.getLogger(__name__)


def allows(kind: Kind, address: str | None, *, good: bool) -> bool:
    """Count a form and say whether it is within the limit.

    Forms that are given back count apart: whoever mistypes takes no turn from the people who
    share the line. When the counter itself fails, people come first.
    """
    limit, who = settings().lead_rate_limit, ("good" if good else "given back")
    try:
        return limiter().allows(limit, kind.value, address or "", who, at=now())
    except (sqlite3.Error, RedisError):
        log.exception("The counter of forms does not answer; the form is let through.")
        return True
