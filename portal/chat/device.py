"""The cookie by which a device knows its chat again: first-party, only if asked for, and only here.

It holds the token of the thread's link and is sent to /chat alone.
"""

from flask import request
from sqlalchemy.exc import NoResultFound
from werkzeug.wrappers import Response

from portal.chat import queries
from portal.chat.links import LASTS, bearer
from portal.chat.models import Thread
from portal.extensions import settings
from portal.tokens import DeadLinkError

NAME, PATH = "chat", "/chat"


def known() -> tuple[str, Thread] | None:
    """Return the token that this device keeps and its thread, None without one that stands."""
    token = request.cookies.get(NAME)
    if not token:
        return None
    try:
        return token, queries.named(bearer(token).public_id)
    except (DeadLinkError, NoResultFound):
        return None


def is_asked_here() -> bool:
    """Say whether a page of ours asks, as far as the browser says.

    Another site could else make a browser keep a chat that is not its owner's, and read what they
    write in it.
    """
    return request.headers.get("Sec-Fetch-Site", "same-origin") in {"same-origin", "none"}


def remember(response: Response, token: str) -> Response:
    """Keep a chat on this device for as long as its link lasts."""
    response.set_cookie(
        NAME,
        token,
        path=PATH,
        max_age=LASTS,
        httponly=True,
        samesite="Lax",
        secure=settings().secure_cookies,
    )
    return response


def forget(response: Response) -> Response:
    """Keep it no more."""
    response.delete_cookie(
        NAME, path=PATH, httponly=True, samesite="Lax", secure=settings().secure_cookies
    )
    return response
