"""Where a person came from: landing page, referrer and campaign, at first and at last.

Only what tells campaigns apart is kept: our own public paths, the five UTM names, and another
site's address without its query, which may hold what somebody searched for.
"""

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from portal.leads.hygiene import one_line

UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
OUR_PAGES = re.compile(
    r"/(?:articles(?:/[a-z0-9-]*)?|consult|day-pass|how-screening-works|privacy|chat|times)?"
)
FROM = "from"
"""The name under which a page of another site that shows our form gives its own address."""
LONGEST_VALUE = 100
LONGEST_ADDRESS = 300


def touches(*, landing: str, referrer: str, page: str, host: str) -> dict[str, Any]:
    """Return the first and the last touch of a form.

    `landing` and `referrer` came with the form and say where the person arrived, `page` is the
    page it was sent from, `host` is our own: its personal addresses open for whoever has them, so
    none is kept. A page without a campaign of its own keeps that of the arrival.
    """
    first = {**visit(landing), **_from_elsewhere(referrer, host=host)}
    last = visit(page)
    if not last.keys() & set(UTM):
        last = {**first, **last}
    return {"first": first, "last": last or first}


def inside(address: str, *, host: str) -> str | None:
    """Return the path and query of an address on our own host, None for any other."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.netloc != host:
        return None
    return parts._replace(scheme="", netloc="", fragment="").geturl() or "/"


def visit(address: str) -> dict[str, str]:
    """Return the landing page and campaign of one of our own addresses, path and query."""
    try:
        parts = urlsplit(address)
        query = dict(reversed(parse_qsl(parts.query, max_num_fields=50)))
    except ValueError:
        return {}
    if not OUR_PAGES.fullmatch(parts.path):
        return {}
    campaign = {name: one_line(query[name])[:LONGEST_VALUE] for name in UTM if name in query}
    return {"landing": parts.path, **{name: text for name, text in campaign.items() if text}}


def _from_elsewhere(referrer: str, *, host: str) -> dict[str, str]:
    try:
        parts = urlsplit(one_line(referrer))
    except ValueError:
        return {}
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.netloc == host:
        return {}
    return {"referrer": f"{parts.scheme}://{parts.hostname}{parts.path}"[:LONGEST_ADDRESS]}
