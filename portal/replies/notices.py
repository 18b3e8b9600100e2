"""Which mail a reply causes: to its writer if they asked for it, and a bell at the desk."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypedDict

from portal.extensions import settings
from portal.mail import outbox
from portal.replies import links, sealing
from portal.replies.models import Reply


class Letter(TypedDict):
    """What the letters to a writer have in common."""

    recipient: str
    reference: str
    due: datetime
    context: Mapping[str, str]


TIME_TO_UNDO = timedelta(minutes=5)
"""How long a mail waits, so that whoever takes a press back takes its mail back too."""


def published(reply: Reply, *, at: datetime) -> None:
    """Tell the writer, if they asked for it, that everybody can read it."""
    if reply.tell:
        outbox.put(
            kind="reply_published",
            uid=f"reply_published:{reply.public_id}:{reply.version}",
            **_letter(reply, at=at),
        )


def not_published(reply: Reply) -> None:
    """Take that back while it waits."""
    outbox.cancel(f"reply_published:{reply.public_id}:")


def answered(reply: Reply, *, at: datetime) -> None:
    """Tell the writer, if they asked for it, that an answer stands under the reply."""
    if reply.tell:
        outbox.put(
            kind="reply_answered",
            uid=f"reply_answered:{reply.public_id}:{reply.version}",
            **_letter(reply, at=at),
        )


def not_answered(reply: Reply) -> None:
    """Take that back while it waits."""
    outbox.cancel(f"reply_answered:{reply.public_id}:")


def stop(reply: Reply) -> None:
    """Take back everything that still waits."""
    not_published(reply)
    not_answered(reply)


def alert(reply: Reply) -> None:
    """Ring at the desk for a reply that somebody should read now: no name, no word of it."""
    outbox.put(
        kind="reply_alert",
        uid=f"reply_alert:{reply.public_id}:1",
        recipient=settings().studio.email,
        context={
            "reference": reply.ref,
            "url": f"{settings().public_url}/desk/replies/{reply.id}",
        },
    )


def _letter(reply: Reply, *, at: datetime) -> Letter:
    who = sealing.who(reply)
    return {
        "recipient": who["email"],
        "reference": reply.ref,
        "due": at + TIME_TO_UNDO,
        "context": {"name": who["name"].split()[0], "url": links.url(reply)},
    }
