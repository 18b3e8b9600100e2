"""The writer's own link: it shows no word of theirs, stops the mail, and erases the reply."""

from datetime import timedelta

from portal import tokens
from portal.extensions import settings
from portal.replies.models import Reply

MINE = "reply"
LASTS = timedelta(days=3650)
"""As good as for ever: whoever wrote something may take it back at any time."""


def token(reply: Reply) -> str:
    """Return the token of a reply; asking twice gives the same one."""
    return tokens.mint(MINE, reply.public_id, until=reply.created_at + LASTS)


def whose(token_: str) -> str:
    """Return the `public_id` of the reply that a token was made for; raise DeadLinkError."""
    return tokens.read(MINE, token_)


def url(reply: Reply) -> str:
    """Return the whole address of the writer's page, as a mail needs it."""
    return f"{settings().public_url}/replies/{token(reply)}"
