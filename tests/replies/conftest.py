"""A reader under an article: opens the page, writes as people do, and sends the whole form."""

import html5lib
import pytest
import sqlalchemy as sa

from portal.clock import now
from portal.extensions import db
from portal.leads.contact import read_email
from portal.replies import actions, links, sealing
from portal.replies.models import Reply
from portal.replies.written import Written
from portal.staff.models import Role
from tests.desk.conftest import Desk, make_staff, sign_in

SLUG = "sore-back"
ARTICLE = f"/articles/{SLUG}"
SLOWLY = 5
NAMESPACE = "{http://www.w3.org/1999/xhtml}"
ROSA = {
    "text": "The part about fear of movement is so true.",
    "name": "Rosa M.",
    "email": "rosa@example.com",
}


def fields(page: str) -> dict[str, str]:
    """What a browser would send for the reply form of a page or a fragment, as it stands."""
    tree = html5lib.parse(page)
    form = next(e for e in tree.iter(f"{NAMESPACE}form") if e.get("id") == "reply-form")
    sent = {}
    for control in form.iter(f"{NAMESPACE}input"):
        if control.get("type") != "checkbox" or control.get("checked") is not None:
            sent[control.get("name")] = control.get("value", "")
    text = next(form.iter(f"{NAMESPACE}textarea"))
    return {**sent, text.get("name"): text.text or ""}


@pytest.fixture
def fill(client, clock):
    """Open an article, take the time people take, and return what Send would send."""

    def fill_(path=ARTICLE, **typed):
        sent = fields(client.get(path).text) | ROSA | typed
        clock.advance(seconds=SLOWLY)
        return sent

    return fill_


@pytest.fixture
def write(client, fill):
    """Write a reply and send it."""
    return lambda path=ARTICLE, **typed: client.post(path, data=fill(path, **typed))


def leave(text: str = ROSA["text"], **more) -> Reply:
    """Keep a reply without its form, as if a person had sent it."""
    number = db.session.scalar(sa.select(sa.func.count()).select_from(Reply)) or 0
    facts = {"slug": SLUG, "name": ROSA["name"], "email": f"reader{number}@example.com"}
    facts |= {"tell": False, "doubt": None, "key": f"{number:032x}", **more}
    email = read_email(facts.pop("email"))
    body_hash = sealing.body_hash(facts["key"], text)
    token = actions.leave(Written(email=email, text=text, body_hash=body_hash, **facts), at=now())
    return db.session.scalars(sa.select(Reply).where(Reply.public_id == links.whose(token))).one()


def replies() -> list[Reply]:
    """Every reply, the oldest first, as the database has them."""
    db.session.expire_all()
    return list(db.session.scalars(sa.select(Reply).order_by(Reply.id)))


def page_of(reply: Reply) -> str:
    """The address of the writer's own page."""
    return f"/replies/{links.token(reply)}"


@pytest.fixture
def jules(app) -> Desk:
    """Jules is a coach."""
    return sign_in(app, make_staff("Jules Test", Role.COACH))


@pytest.fixture
def mara(app) -> Desk:
    """Mara is the manager."""
    return sign_in(app, make_staff("Mara Test", Role.MANAGER))


@pytest.fixture
def dana(app) -> Desk:
    """Dana sits at the front desk."""
    return sign_in(app, make_staff())
