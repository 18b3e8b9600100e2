"""Links that carry their own proof: signed, bound to one purpose, with an end.

The same subject and the same end give the same token, so a replayed form leads to the same page.
"""

from datetime import UTC, datetime
from functools import lru_cache

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from portal.clock import now


class DeadLinkError(Exception):
    """The link was altered, belongs to another purpose, or has ended.

    An ended link was ours: it still names its subject, for a page that offers a fresh one.
    """

    def __init__(self, message: str, *, expired: bool = False, subject: str | None = None) -> None:
        super().__init__(message)
        self.expired = expired
        self.subject = subject


def mint(purpose: str, subject: str, *, until: datetime) -> str:
    """Return a token for `subject`, good for `purpose` only, until the given moment."""
    return _signer(purpose).dumps([subject, int(until.timestamp())])


def read(purpose: str, token: str) -> str:
    """Return the subject of a live token; raise DeadLinkError for any other text."""
    try:
        subject, ends = _signer(purpose).loads(token)
    except (BadData, ValueError, TypeError) as error:
        raise DeadLinkError("This link is not one of ours.") from error
    if datetime.fromtimestamp(ends, UTC) <= now():
        raise DeadLinkError("This link has ended.", expired=True, subject=str(subject))
    return str(subject)


def _signer(purpose: str) -> URLSafeSerializer:
    return _made(current_app.config["SECRET_KEY"], f"link:{purpose}")


@lru_cache(maxsize=64)
def _made(secret: str, salt: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=salt)
