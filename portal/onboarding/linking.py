"""Mailing a person the link to their page once more, because they asked; one transaction each."""

from datetime import datetime

from portal.extensions import transaction
from portal.leads.contact import read_email
from portal.onboarding import notices, queries


@transaction()
def mail_link(plan_id: int, *, at: datetime) -> None:
    """Send the link to the address on file: at most one an hour."""
    notices.link_again(queries.plan_to_write(plan_id), at=at)


@transaction()
def mail_link_to(address: str, *, at: datetime) -> None:
    """Send the link to whoever trains here with this address; for anybody else nothing happens."""
    try:
        key = read_email(address).key
    except ValueError:
        return
    plan = queries.plan_of_address(key)
    if plan is not None:
        notices.link_again(plan, at=at)
