"""Which mail a chat causes: a bell at the desk, and a link for whoever was not there to read."""

from datetime import datetime, timedelta

from portal.chat.links import LASTS, mailed_url
from portal.chat.models import Thread
from portal.extensions import settings
from portal.mail import outbox

UNSEEN_FOR = timedelta(minutes=3)


def bell(thread: Thread, *, at: datetime) -> None:
    """Ring at the desk: at once for what sounds like an emergency, else when the clock runs out.

    Answered in time, or read where only a call is left, a chat rings nobody. The mail holds no name
    and no word of the chat.
    """
    urgent = thread.flagged_at is not None and not thread.wants_call
    outbox.put(
        kind="chat_waiting",
        uid=f"chat_waiting:{thread.ref}:{'flagged' if urgent else thread.version}",
        recipient=settings().studio.email,
        due=at if urgent else thread.due_at,
        context={
            "reference": thread.ref,
            "url": f"{settings().public_url}/desk/chats/{thread.id}",
            "urgent": urgent,
        },
    )


def hush(thread: Thread) -> None:
    """Take back a bell that has not rung: the chat is answered or closed."""
    outbox.cancel(f"chat_waiting:{thread.ref}:")


def answered(thread: Thread, *, at: datetime) -> None:
    """Mail a link to the answer, unless the visitor reads it within minutes.

    However many answers they have not read, it is one mail. Without an address there is none.
    """
    if thread.email is None:
        return
    outbox.put(
        kind="chat_answer",
        uid=f"chat_answer:{thread.ref}:{thread.visitor_seen}",
        recipient=thread.email,
        reference=thread.lead.ref if thread.lead else None,
        due=at + UNSEEN_FOR,
        not_after=thread.created_at + LASTS,
        context={
            "name": (thread.name or "").split(" ")[0],
            "url": mailed_url(thread, thread.email),
        },
    )


def read(thread: Thread) -> None:
    """Keep the mail at home: the visitor has read the answer."""
    outbox.cancel(f"chat_answer:{thread.ref}:")
