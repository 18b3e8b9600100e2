"""Deleting keys that nobody's rows are sealed under, long after they were first seen unused.

Keys kept ready by a process that ended are left over, and so is the key of a person whose erasure
was cut short before the shredding. They wait for a week: somebody who starts the portal with the
wrong database, or with an old backup, must not lose a key for it.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from portal.extensions import db, vault
from portal.keyring import PersonKey
from portal.leads.models import Lead
from portal.leads.search import PREFIX
from portal.vault import OURS

GRACE = timedelta(days=7)


def sweep(*, at: datetime) -> int:
    """Delete the keys that have been unused for a week; return how many."""
    vault().store.note_unused(unused(), at=at)
    return vault().store.forget(vault().store.unused_since(at - GRACE))


def unused() -> list[str]:
    """Return the ids of the keys that are nobody's, or whose person is no lead any more."""
    found: list[str] = []
    last = ""
    while keys := vault().store.page(after=last):
        ids = {key.id for key in keys} - OURS
        found += sorted(ids - _used(ids))
        last = keys[-1].id
    db.session.rollback()
    return found


def _used(ids: set[str]) -> set[str]:
    is_lead = sa.exists().where(Lead.ref == PersonKey.person)
    other = sa.not_(PersonKey.person.startswith(PREFIX, autoescape=True))
    wanted = sa.select(PersonKey.key_id).where(PersonKey.key_id.in_(ids), is_lead | other)
    return set(db.session.scalars(wanted))
