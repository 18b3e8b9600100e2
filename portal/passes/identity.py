"""One pass per person in twelve months, held by the database: one row for all they are known by.

A claim writes its pass on every such row, and may take over only those whose time is up. While a
pass waits for its day, the rows are taken until that day is over; once it was used, for twelve
months; a pass that was given back leaves them free.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update

from portal.extensions import db, insert_into
from portal.passes.models import PassIdentity

ONE_PER = timedelta(days=365)


class AlreadyHadOneError(Exception):
    """This person has a day pass, or used one within twelve months."""


def take(
    who: Iterable[str], *, pass_id: int, until: datetime, at: datetime, anyway: bool = False
) -> None:
    """Hold every name in `who` for a pass; raise AlreadyHadOneError when another one holds it.

    With `anyway` the desk has decided otherwise. Names come in a fixed order, so that two claims
    never wait for each other crosswise.
    """
    names = sorted(set(who))
    rows = [{"who": name, "pass_id": pass_id, "until": until} for name in names]
    free = or_(PassIdentity.until <= at, PassIdentity.pass_id == pass_id)
    held = db.session.execute(
        insert_into(PassIdentity)
        .values(rows)
        .on_conflict_do_update(
            index_elements=["who"],
            set_={"pass_id": pass_id, "until": until},
            where=None if anyway else free,
        )
        .returning(PassIdentity.who)
    )
    if len(held.all()) < len(names):
        raise AlreadyHadOneError


def keep(pass_id: int, *, until: datetime) -> None:
    """Hold what a pass holds until another moment."""
    held = update(PassIdentity).where(PassIdentity.pass_id == pass_id)
    db.session.execute(held.values(until=until))


def let_go(pass_id: int) -> None:
    """Leave everything free that a pass held."""
    db.session.execute(delete(PassIdentity).where(PassIdentity.pass_id == pass_id))
