"""Deleting keys that nobody's rows are sealed under, long after they were first seen unused.

Keys kept ready by a process that ended are left over, and so is the key of a person whose erasure
was cut short before the shredding. They wait for a week: somebody who starts the portal with the
wrong database, or with an old backup, must not lose a key for it.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from portal.chat.models import PREFIX as CHATS
from portal.chat.models import Thread
from portal.extensions import db, vault
from portal.keyring import PersonKey
from portal.leads.models import Lead
from portal.leads.search import PREFIX as LEADS
from portal.replies.models import PREFIX as REPLIES
from portal.replies.models import Reply
from portal.vault import OURS

GRACE = timedelta(days=7)
PREFIXES = (LEADS, CHATS, REPLIES)


def sweep(*, at: datetime) -> int:
    """Delete the keys that have been unused for a week; return how many."""
    vault().store.note_unused(unused(), at=at)
    return vault().store.forget(vault().store.unused_since(at - GRACE))


def unused() -> list[str]:
    """Return the ids of the keys that are nobody's, or whose person, chat or reply is no more."""
    found: list[str] = []
    last = ""
    while keys := vault().store.page(after=last):
        ids = {key.id for key in keys} - OURS
        found += sorted(ids - _used(ids))
        last = keys[-1].id
    db.session.rollback()
    return found


def _used(ids: set[str]) -> set[str]:
    known = [
        sa.exists().where(ref == PersonKey.person) for ref in (Lead.ref, Thread.ref, Reply.ref)
    ]
    other = sa.not_(sa.or_(*(PersonKey.person.startswith(p, autoescape=True) for p in PREFIXES)))
    wanted = sa.select(PersonKey.key_id).where(PersonKey.key_id.in_(ids), sa.or_(*known, other))
    return set(db.session.scalars(wanted))
