"""Puts words into a thread within the caller's transaction, sealed under the thread's own key."""

import secrets
from datetime import datetime

from portal.chat.models import Author, Message, Note, Thread
from portal.extensions import db, vault
from portal.leads.asked import KeyTakenError
from portal.staff.models import Staff

PUBLIC_ID_BYTES = 32


def add(thread: Thread, by: Author | Staff, text: str, *, key: str, at: datetime) -> Message:
    """Add a message and return it; call it after the thread's own change."""
    staff = by if isinstance(by, Staff) else None
    row = Message(
        public_id=secrets.token_urlsafe(PUBLIC_ID_BYTES),
        thread_id=thread.id,
        author=Author.STAFF if isinstance(by, Staff) else by,
        staff_id=staff.id if staff else None,
        key=key,
        version=thread.version,
        at=at,
    )
    row.text = vault().seal(row.place, text, person=thread.ref)
    db.session.add(row)
    db.session.flush()
    return row


def add_note(thread: Thread, text: str, *, key: str, at: datetime, staff: Staff) -> Note:
    """Add a note and return it."""
    row = Note(
        public_id=secrets.token_urlsafe(PUBLIC_ID_BYTES),
        thread_id=thread.id,
        staff_id=staff.id,
        key=key,
        at=at,
    )
    row.text = vault().seal(row.place, text, person=thread.ref)
    db.session.add(row)
    db.session.flush()
    return row


def same(row: Message | Note, text: str) -> None:
    """Let a repeat pass; raise KeyTakenError when the key was used for another text."""
    if vault().open(row.place, row.text) != text:
        raise KeyTakenError
