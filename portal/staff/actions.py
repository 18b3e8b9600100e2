"""What changes accounts and sessions; each is one transaction."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from portal.clock import now
from portal.extensions import db, settings, transaction
from portal.staff import passwords
from portal.staff.models import LONGEST_SESSION, Role, Staff, StaffSession

SEEN_STEP = timedelta(minutes=1)


class AccountExistsError(Exception):
    """Somebody already signs in with this address."""


def add_staff(*, email: str, name: str, role: Role, password: str) -> Staff:
    """Add an account; raise WeakPasswordError or AccountExistsError."""
    address = email.strip().lower()
    passwords.refuse_weak(password, email=address, studio=settings().studio.name)
    kept = passwords.keep(password)
    with transaction() as session:
        if session.scalars(select(Staff).where(Staff.email == address)).one_or_none():
            raise AccountExistsError(f"{address} has an account already.")
        staff = Staff(
            email=address, name=name.strip(), role=role, password_hash=kept, created_at=now()
        )
        session.add(staff)
    return staff


def disable(email: str) -> None:
    """Close an account and end its sessions; raise NoResultFound when there is none."""
    with transaction():
        _changed(email).active = False


def enable(email: str) -> None:
    """Open a closed account again; nobody is signed in by that."""
    with transaction():
        _changed(email).active = True


def change_role(email: str, role: Role) -> None:
    """Give somebody another role, from their next sign-in on."""
    with transaction():
        _changed(email).role = role


def set_password(email: str, password: str) -> None:
    """Replace a password and end the sessions opened with the old one; raise WeakPasswordError."""
    address = email.strip().lower()
    passwords.refuse_weak(password, email=address, studio=settings().studio.name)
    kept = passwords.keep(password)
    with transaction():
        _changed(email).password_hash = kept


def open_session(
    staff: Staff, *, proven: str, token_hash: str, instead_of: str | None, fresh: str | None
) -> bool:
    """Sign somebody in under a new token: what the browser held before opens nothing from now on.

    `proven` is the password hash that the password was checked against: return False when it was
    replaced, or the account closed, in the meantime. `fresh` takes its place when it was made with
    old parameters. Sessions past their longest time are swept out on the way.
    """
    at = now()
    with transaction() as session:
        session.refresh(staff, with_for_update=True)
        if staff.password_hash != proven or not staff.active:
            return False
        spent = StaffSession.created_at <= at - LONGEST_SESSION
        session.execute(delete(StaffSession).where(spent | (StaffSession.token_hash == instead_of)))
        staff.password_hash = fresh or proven
        session.add(
            StaffSession(token_hash=token_hash, staff_id=staff.id, created_at=at, seen_at=at)
        )
    return True


def close_session(token_hash: str) -> None:
    """Sign out: the cookie, and every copy of it, opens nothing from now on."""
    with transaction() as session:
        session.execute(delete(StaffSession).where(StaffSession.token_hash == token_hash))


def touch(seen: StaffSession, *, at: datetime) -> None:
    """Note that a session is in use, at most once a minute: a page view is not worth a write."""
    if at - seen.seen_at < SEEN_STEP:
        return
    with transaction() as session:
        session.execute(
            update(StaffSession)
            .where(StaffSession.token_hash == seen.token_hash)
            .values(seen_at=at)
        )


def _changed(email: str) -> Staff:
    """Return the account for a change that ends its sessions."""
    staff = db.session.scalars(select(Staff).where(Staff.email == email.strip().lower())).one()
    db.session.execute(delete(StaffSession).where(StaffSession.staff_id == staff.id))
    return staff
