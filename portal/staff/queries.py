"""Questions about accounts and sessions: read only."""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Select, bindparam, func, select

from portal.extensions import db
from portal.staff.models import Staff, StaffSession


def account_of(email: str) -> Staff | None:
    """Return the account under this address, in any case and with stray spaces, or None."""
    return db.session.scalars(
        select(Staff).where(Staff.email == email.strip().lower())
    ).one_or_none()


def session_of(token_hash: str) -> StaffSession | None:
    """Return the session whose cookie hashes to this, live or over, or None."""
    return db.session.scalars(_session(), {"token_hash": token_hash}).one_or_none()


def everyone() -> Sequence[Staff]:
    """Return every account, by name."""
    return db.session.scalars(select(Staff).order_by(func.lower(Staff.name), Staff.id)).all()


@cache
def _session() -> Select[StaffSession]:
    """Select a session; every guarded page and poll asks for its own."""
    return select(StaffSession).where(StaffSession.token_hash == bindparam("token_hash"))
