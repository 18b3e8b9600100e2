"""Two tabs, two desks, a double click: the database decides, and everybody gets an answer."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa

from portal.chat import answering, queries, saying
from portal.chat.answering import OvertakenError, Press
from portal.chat.models import Message, Step, Thread
from portal.chat.saying import Said
from portal.clock import now
from portal.extensions import db
from portal.leads.models import Lead
from portal.staff.models import Staff
from tests.chat.conftest import HELLO, ROBIN, who

CROWD = 8


@pytest.fixture
def at_once(app):
    """Do several things at the same moment, each in a thread of its own."""

    def run(*works):
        gate = Barrier(len(works))

        def one(work):
            with app.app_context():
                gate.wait()
                try:
                    return work()
                except OvertakenError:
                    return OvertakenError
                finally:
                    db.session.remove()

        db.session.rollback()
        with ThreadPoolExecutor(len(works)) as pool:
            return list(pool.map(one, works))

    return run


def count(model) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def test_a_crowd_of_identical_first_messages_is_one_thread(at_once):
    found = at_once(*[lambda: saying.start(HELLO, at=now())] * CROWD)
    assert len(set(found)) == 1
    assert (count(Thread), count(Message)) == (1, 1)


def test_a_crowd_of_identical_messages_is_one(begins, at_once):
    public_id = begins().public_id
    more = Said(key="more", text="Hello?")
    found = at_once(*[lambda: saying.say(public_id, more, at=now())] * CROWD)
    assert len(set(found)) == 1
    assert (count(Message), queries.named(public_id).version) == (2, 2)


def test_two_tabs_lose_nothing_and_count_every_change(begins, at_once):
    public_id = begins().public_id
    texts = [f"Word {number}" for number in range(CROWD)]
    at_once(
        *(
            lambda text=text: saying.say(public_id, Said(key=text, text=text), at=now())
            for text in texts
        )
    )
    assert (count(Message), queries.named(public_id).version) == (1 + CROWD, 1 + CROWD)


def test_one_new_address_in_several_chats_is_one_lead(begins, at_once):
    ids = [begins(f"Thread {number}").public_id for number in range(4)]
    at_once(
        *(
            lambda public_id=each: saying.tell_who(public_id, who("Robin", ROBIN), at=now())
            for each in ids
        )
    )
    assert count(Lead) == 1
    assert len(set(db.session.scalars(sa.select(Thread.lead_id)))) == 1


def test_two_desks_answer_at_once_and_one_is_told(begins, at_once, dana, jules):
    thread = begins()
    thread_id, seen, ids = thread.id, thread.version, (dana.id, jules.id)

    def answers(staff_id: int) -> object:
        staff = db.session.get_one(Staff, staff_id)
        answering.answer(Press(thread_id, staff, seen, now()), "Yes.", key=f"k{staff_id}")
        return "sent"

    found = at_once(*(lambda each=each: answers(each) for each in ids))
    assert sorted(map(str, found)) == sorted(["sent", str(OvertakenError)])
    assert count(Message) == 2


def test_two_desks_claim_at_once_and_one_has_it(begins, at_once, dana, jules):
    thread = begins()
    thread_id, seen, ids = thread.id, thread.version, (dana.id, jules.id)

    def claims(staff_id: int) -> object:
        staff = db.session.get_one(Staff, staff_id)
        answering.claim(Press(thread_id, staff, seen, now()))
        return "claimed"

    found = at_once(*(lambda each=each: claims(each) for each in ids))
    assert sorted(map(str, found)) == sorted(["claimed", str(OvertakenError)])
    assert count(Step) == 1
