"""Where a person goes after signing in: a page of our own, never an address somebody slipped in."""

import re
from urllib.parse import urlsplit

from flask import request

LONGEST = 500
OWN_PATH = re.compile(r"/(?!/)[\w\-./?=&%+~:,]*", re.ASCII)


def own_path(text: str | None) -> str | None:
    """Return `text` when it is a plain path of this site, else None.

    An allow-list of characters: backslashes, control characters, blanks, `@` and the other slashes
    of Unicode are what browsers bend into another host.
    """
    if not text or len(text) > LONGEST or not OWN_PATH.fullmatch(text):
        return None
    path = text.partition("?")[0]
    return None if "//" in path or path.startswith("/staff/sign-") else text


def page_in_view() -> str | None:
    """Return the path of the page that this request comes from, to return to after signing in.

    A plain GET is that page itself. A fragment or a form names the page it was shown on, in htmx's
    header or in the Referer; what is no address there names none.
    """
    if request.method == "GET" and "HX-Current-URL" not in request.headers:
        return own_path(request.full_path.removesuffix("?"))
    try:
        shown_on = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    except ValueError:
        return None
    if shown_on.netloc != request.host:
        return None
    return own_path(f"{shown_on.path}?{shown_on.query}".removesuffix("?"))
