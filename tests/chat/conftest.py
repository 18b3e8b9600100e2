"""A visitor in the chat, and the staff who answer."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from portal.chat import queries, saying
from portal.chat.answering import Press
from portal.chat.joining import Who
from portal.chat.models import Thread
from portal.chat.saying import Said
from portal.clock import now
from portal.extensions import db, settings
from portal.leads.contact import read_email, read_phone
from portal.staff.models import Staff
from tests.desk.conftest import make_lead, make_staff

__all__ = ["make_lead", "make_staff"]

HELLO = Said(key="k" * 32, text="Hello, is there a place on Saturday?")
ROBIN = "robin@example.com"


def who(name: str = "", email: str = "", phone: str = "") -> Who:
    """What somebody types of themselves."""
    return Who(
        name=name,
        email=read_email(email) if email else None,
        phone=read_phone(phone, region="US") if phone else None,
    )


def again(thread: Thread | str) -> Thread:
    """The thread as the database has it now."""
    db.session.rollback()
    db.session.expire_all()
    public_id = thread if isinstance(thread, str) else thread.public_id
    return queries.named(public_id)


def says(thread: Thread, text: str, key: str | None = None) -> int:
    """The visitor writes in a thread that stands."""
    return saying.say(thread.public_id, Said(key=key or f"key-{text}", text=text), at=now())


def press(thread: Thread, staff: Staff, *, seen: int | None = None) -> Press:
    """A button pressed on the thread as it stands, or as it was at version `seen`."""
    version = again(thread).version if seen is None else seen
    return Press(thread.id, staff, version, now())


@pytest.fixture
def begins(app) -> Callable[..., Thread]:
    """A visitor begins a thread."""

    return write


def write(text: str = HELLO.text, **more) -> Thread:
    """Begin a thread with these words."""
    said = replace(HELLO, key=f"key-{text}"[:64], text=text)
    return again(saying.start(replace(said, **more), at=now()))


@pytest.fixture
def dana(app) -> Staff:
    return make_staff()


@pytest.fixture
def jules(app) -> Staff:
    return make_staff("Jules Test", "coach")


def minutes() -> int:
    return settings().clocks.chat_minutes
