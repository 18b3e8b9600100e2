"""Many at once: the database decides, and everybody gets an answer."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from portal.extensions import db
from portal.leads import actions
from portal.leads.models import Activity, Consent, Enquiry, Lead
from portal.mail.models import OutboxMail
from tests.leads.conftest import rows

CROWD = 20


@pytest.fixture
def at_once(app):
    """Post several forms at the same moment, each from a thread of its own."""

    def post(bodies):
        start = Barrier(len(bodies))

        def one(sent):
            start.wait()
            return app.test_client().post("/consult", data=sent)

        db.session.rollback()
        with ThreadPoolExecutor(len(bodies)) as pool:
            return list(pool.map(one, bodies))

    return post


def test_twenty_identical_posts_leave_one_lead_and_twenty_redirects(fill, at_once):
    answers = at_once([fill(marketing="yes")] * CROWD)
    assert [answer.status_code for answer in answers] == [303] * CROWD
    assert len({answer.headers["Location"] for answer in answers}) == 1
    found = {
        model.__name__: len(rows(model)) for model in (Lead, Enquiry, Consent, Activity, OutboxMail)
    }
    assert found == {"Lead": 1, "Enquiry": 1, "Consent": 2, "Activity": 1, "OutboxMail": 2}


def test_one_key_with_twenty_bodies_leaves_one_lead_and_kind_refusals(fill, at_once):
    sent = fill()
    answers = at_once([sent | {"name": f"Robin {number}"} for number in range(CROWD)])
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * (CROWD - 1)
    assert (len(rows(Lead)), len(rows(Enquiry))) == (1, 1)


def test_one_person_on_twenty_forms_is_one_lead_with_twenty_events(fill, at_once):
    answers = at_once([fill() for _ in range(CROWD)])
    assert [answer.status_code for answer in answers] == [303] * CROWD
    assert len({answer.headers["Location"] for answer in answers}) == CROWD
    assert (len(rows(Lead)), len(rows(Enquiry))) == (1, CROWD)
    assert sorted(line.kind for line in rows(Activity)) == ["asked"] + ["asked_again"] * (CROWD - 1)
    assert rows(Lead)[0].version == CROWD


def test_one_phone_on_ten_forms_is_one_lead(fill, at_once):
    answers = at_once([fill(email=f"robin{number}@example.com") for number in range(10)])
    assert [answer.status_code for answer in answers] == [303] * 10
    assert len(rows(Lead)) == 1


def test_twenty_people_are_twenty_leads(fill, at_once):
    forms = [fill(email=f"robin{number}@example.com", phone="") for number in range(CROWD)]
    assert [answer.status_code for answer in at_once(forms)] == [303] * CROWD
    assert len(rows(Lead)) == CROWD
    assert len({lead.ref for lead in rows(Lead)}) == CROWD


def test_same_reference_for_everybody_still_leaves_everybody_a_lead(fill, at_once, monkeypatch):
    monkeypatch.setattr(actions.secrets, "choice", lambda signs: signs[0])
    forms = [fill(email=f"robin{number}@example.com", phone="") for number in range(4)]
    assert [answer.status_code for answer in at_once(forms)] == [303] * 4
    assert all(re.fullmatch(r"TL-2{4,8}", lead.ref) for lead in rows(Lead))
