"""Who has a chat open at the desk: presence, how far it was read, and the log of readings."""

from contextlib import suppress

from sqlalchemy.exc import IntegrityError, OperationalError

from portal.chat import answering
from portal.chat.models import PRESENT, ChatPresence, Thread
from portal.clock import now
from portal.extensions import db
from portal.intake import readings
from portal.intake.readings import CHAT_PAGE, NOBODY, About
from portal.staff.guard import current_staff


def opened(thread: Thread) -> None:
    """Note that somebody opens a chat; call it before a word of it is shown."""
    about = About(
        lead_id=thread.lead_id or NOBODY,
        decision_id=None,
        page=f"{CHAT_PAGE}{thread.id}",
        of_answers=False,
    )
    readings.log(about, staff=current_staff(), at=now())
    be_here(thread.id)


def pressed(thread: Thread) -> None:
    """Note the opening for whoever presses a button without having the chat open just now."""
    mine = db.session.get(ChatPresence, current_staff().id)
    if mine is None or mine.thread_id != thread.id or mine.seen_at <= now() - PRESENT:
        opened(thread)


def be_here(thread_id: int) -> None:
    """Let colleagues see who has this chat open; a page is never lost for that."""
    with suppress(OperationalError, IntegrityError):
        answering.heartbeat(thread_id, staff_id=current_staff().id, at=now())


def read_up_to(thread: Thread, message_id: int) -> None:
    """Let the visitor see how far the desk has read."""
    if message_id > thread.staff_seen:
        with suppress(OperationalError):
            answering.see(thread.id, message_id, at=now())
