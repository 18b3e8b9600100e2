"""A person at the form: opens it, fills it in as typed, and sends all that the page holds."""

import pytest
import sqlalchemy as sa
from lxml import html

from portal.clock import now
from portal.extensions import db, transaction
from portal.leads.models import Lead
from portal.staff.models import Staff

SLOWLY = 5
ROBIN = {
    "name": "Robin Test",
    "email": "robin@example.com",
    "phone": "555-010-0123",
    "reason": "back",
    "contact_by": "email",
}


def fields(page: str) -> dict[str, str]:
    """What a browser would send for the form of a page or a fragment, as it stands."""
    tree = html.fromstring(page)
    root = next((e for e in tree.iter("main")), tree)
    sent = {}
    for control in root.iter("input"):
        loose = control.get("type") in {"radio", "checkbox"} and control.get("checked") is None
        if not loose:
            sent[control.get("name")] = control.get("value", "")
    for select in root.iter("select"):
        options = list(select.iter("option"))
        chosen = next((o for o in options if o.get("selected") is not None), options[0])
        sent[select.get("name")] = chosen.get("value")
    return sent


@pytest.fixture
def fill(client, clock):
    """Open a form, take the time people take, and return what Continue would send."""

    def fill_(path="/consult", **typed):
        sent = fields(client.get(path).text) | ROBIN | typed
        clock.advance(seconds=SLOWLY)
        return sent

    return fill_


@pytest.fixture
def ask(client, fill):
    """Fill a form in and send it."""

    def ask_(path="/consult", **typed):
        return client.post(path, data=fill(path, **typed))

    return ask_


@pytest.fixture
def only_lead(app):
    """Return the one lead there is, as the database has it."""

    def only():
        db.session.rollback()
        return db.session.scalars(sa.select(Lead)).one()

    return only


@pytest.fixture
def member(app):
    """Somebody who works at the desk."""
    staff = Staff(
        email="dana@example.com", name="Dana Test", role="desk", password_hash="", created_at=now()
    )
    with transaction() as session:
        session.add(staff)
    return staff


def rows(model):
    """Every row of a table, oldest first."""
    return db.session.scalars(sa.select(model).order_by(*model.__table__.primary_key)).all()


def counts():
    """How many rows each table has."""
    return {
        table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table))
        for table in db.metadata.sorted_tables
    }
