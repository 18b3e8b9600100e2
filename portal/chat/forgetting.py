"""Erasing one chat for good: its rows, its mail that has not left, and its key."""

from sqlalchemy import delete

from portal import keyring
from portal.chat import notices, queries
from portal.chat.models import Thread
from portal.extensions import db, transaction, wipe


def forget(thread_id: int) -> None:
    """Erase a chat; its person, if it has one, stays. Raise NoResultFound when there is none.

    The key goes last but for the log: from then on no backup of the database opens a word of it,
    and no copy of SQLite's log holds a name.
    """
    with transaction():
        thread = queries.to_write(thread_id)
        ref = thread.ref
        notices.hush(thread)
        notices.read(thread)
        db.session.execute(delete(Thread).where(Thread.id == thread_id))
    keyring.forget(ref)
    wipe()
