"""Who reads health answers, and that nobody else receives a byte of them."""

import re
from html import unescape

import pytest

from portal.clock import now
from portal.extensions import db
from portal.intake.models import Reading
from portal.intake.queries import latest_decision
from portal.intake.reasons import read
from portal.leads.models import Activity, Disposition, Kind, Lead
from portal.staff.models import Role
from tests.desk.conftest import FRAGMENT, make_enquiry, make_lead, make_staff, sign_in
from tests.intake.recorded import record_screening

ANSWERS = {
    "age": 47,
    "pain_sites": ["low_back"],
    "duration": "lt_2w",
    "leg_weakness": "foot_drop",
    "free_text": "CANARY-heron-7731",
}
BUTTONS = {
    "claim": {},
    "call": {"outcome": "no_answer"},
    "note": {"text": "Likes mornings"},
    "snooze": {"choice": "tomorrow"},
    "done": {},
}


@pytest.fixture
def screened(app) -> Lead:
    lead = make_lead("Robin Test", None, kind=Kind.DAY_PASS)
    enquiry = make_enquiry(lead)
    record_screening(enquiry, answers=ANSWERS, wording="I agree", at=now())
    db.session.expire_all()
    assert db.session.get_one(Lead, lead.id).disposition is Disposition.URGENT
    return lead


def canaries(lead: Lead) -> set[str]:
    """Return the words of this lead's answers and reasons that stand nowhere else."""
    reasons = read(latest_decision(lead.id))
    words = {"CANARY-heron-7731", latest_decision(lead.id).reasons}
    words |= {row.label for row in reasons.rows} | {
        row.answer for row in reasons.rows if row.flagged
    }
    words |= {word for rule in reasons.rules for word in (rule.id, rule.title, *rule.citations)}
    words |= {*reasons.said, *reasons.coach_brief, *reasons.because}
    return {word for word in words if len(word) > 3}


def everything_received(desk, lead: Lead) -> str:
    """Crawl the desk as one person: every page, every fragment, every answer to a press."""
    queues = ("", "red-flags", "mine", "follow-up", "snoozed", "day-passes", "unfinished", "held")
    pages = [f"/desk/?view={queue}" for queue in (*queues, "done")]
    pages += ["/desk/?q=robin", f"/desk/leads/{lead.id}", "/desk/outbox"]
    polls = [f"/desk/?poll=1&open={lead.id}", f"/desk/leads/{lead.id}"]
    received = [desk.get(page) for page in pages] + [desk.fragment(poll) for poll in polls]
    for button, fields in BUTTONS.items():
        for fragment in (True, False):
            answer = desk.press(lead, button, fragment=fragment, **fields)
            page = desk.get(answer.location) if answer.location else answer
            line = re.search(r"/undo/(\d+)", page.text)[1]
            received += [answer, page, desk.press(lead, f"undo/{line}", fragment=fragment)]
    received.append(desk.get(f"/desk/leads/{lead.id}/answers"))
    received.append(desk.fragment(f"/desk/leads/{lead.id}/answers"))
    return "".join(unescape(answer.text) + str(answer.headers) for answer in received)


def test_front_desk_never_receives_an_answer(dana, screened):
    received = everything_received(dana, screened)
    assert [word for word in canaries(screened) if word in received] == []
    assert db.session.scalars(db.select(Reading)).all() == []


def test_canaries_are_what_a_coach_reads(jules, screened):
    page = unescape(jules.get(f"/desk/leads/{screened.id}/answers").text)
    assert len([word for word in canaries(screened) if word in page]) > 20


def test_story_never_holds_an_answer(dana, screened):
    everything_received(dana, screened)
    details = repr(db.session.scalars(db.select(Activity.detail)).all())
    assert [word for word in canaries(screened) if word in details] == []


@pytest.mark.parametrize("headers", [{}, FRAGMENT])
def test_front_desk_is_refused_the_answers(dana, screened, headers):
    answer = dana.client.get(f"/desk/leads/{screened.id}/answers", headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize("role", [Role.COACH, Role.MANAGER])
@pytest.mark.parametrize("headers", [{}, FRAGMENT])
def test_each_look_at_the_answers_is_noted(app, screened, role, headers):
    reader = sign_in(app, make_staff("Kim Reader", role))
    address = f"/desk/leads/{screened.id}/answers"
    for _ in range(2):
        answer = reader.client.get(address, headers=headers)
        assert answer.status_code == 200
    readings = db.session.scalars(db.select(Reading)).all()
    assert [(reading.staff_id, reading.page, reading.at) for reading in readings] == [
        (reader.staff.id, address, now())
    ] * 2
    assert {reading.decision_id for reading in readings} == {latest_decision(screened.id).id}


def test_coach_reads_flagged_answers_first_and_why(jules, screened):
    page = jules.get(f"/desk/leads/{screened.id}/answers").text
    answers = re.search(r'<dl class="qa">.*?</dl>', page, re.DOTALL)[0]
    flags = re.findall(r"<div( class=\"flag\")?><dt>", answers)
    assert flags == sorted(flags, reverse=True)
    assert flags[0]
    reasons = read(latest_decision(screened.id))
    for rule in reasons.rules:
        assert rule.title in page
        assert f"Rule {rule.id}. Not yet reviewed by a clinician." in page
    assert f"Rules version {reasons.ruleset_version}" in page


def test_coach_receives_no_answer_without_asking_for_it(jules, screened):
    received = jules.page(screened) + jules.get("/desk/").text
    assert [word for word in canaries(screened) if word in received] == []
    assert db.session.scalars(db.select(Reading)).all() == []


def test_fragment_of_the_answers_is_the_card_alone(jules, screened):
    answer = jules.fragment(f"/desk/leads/{screened.id}/answers")
    assert "<html" not in answer.text
    assert answer.text.lstrip().startswith('<input type="hidden" name="decision"')


def test_answers_of_an_unanswered_check_are_not_found(jules):
    lead = make_lead("Robin Test", None)
    assert jules.get(f"/desk/leads/{lead.id}/answers").status_code == 404


def test_answers_that_a_newer_check_overtook_are_taken_off_the_screen(jules, screened):
    card = jules.fragment(f"/desk/leads/{screened.id}/answers").text
    shown = re.search(r'name="decision" value="([^"]+)"', card)[1]
    address = f"/desk/?poll=1&open={screened.id}&decision={shown}"
    health = f'hx-target="#pane-{screened.id}-health"'
    assert health not in jules.fragment(address).text
    again = make_enquiry(db.session.get_one(Lead, screened.id))
    record_screening(
        again, answers={**ANSWERS, "saddle_numb": "new_2w"}, wording="I agree", at=now()
    )
    assert health in jules.fragment(address).text


def test_answers_stay_out_of_caches(jules, screened):
    answer = jules.get(f"/desk/leads/{screened.id}/answers")
    assert answer.headers["Cache-Control"] == "no-store"
