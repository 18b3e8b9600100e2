"""The desk's side: who verifies, what all read, and that the desk role gets no health byte."""

import io
import re
from html import unescape

import pytest
from sqlalchemy import select

from portal.booking.gate import Gate, gate
from portal.clock import now
from portal.extensions import db, transaction
from portal.intake import reasons
from portal.intake.models import Reading
from portal.leads.models import Disposition, Status
from portal.mail import outbox
from portal.passes import standing
from portal.referrals import actions, queries, verifying
from portal.referrals.answer import NOT_NOW, Answer, Limits
from portal.referrals.models import State
from portal.referrals.verifying import Word
from portal.staff.models import Role
from tests.desk.conftest import FRAGMENT, form_on, make_staff, sign_in
from tests.referrals.conftest import (
    EMERGENCY,
    URGENT,
    Person,
    answered,
    fresh,
    lead_of,
    mails,
    story,
    take,
    verified,
)

CANARIES = ("CANARY-note-1", "CANARY-limit-2", "CANARY-where-3", "CANARY-told-4", "CANARY-file-5")


def address(referral) -> str:
    return f"/desk/leads/{fresh(referral).lead_id}/clearance"


def post(desk, referral, place: str, *, page: str | None = None, **fields):
    page = page or desk.get(address(referral)).text
    path = re.search(rf'action="({re.escape(address(referral))}{place})', page)[1]
    form = form_on(page, path)
    return desk.client.post(form.pop("action"), data={**form, **fields})


def test_coach_verifies_and_the_hold_goes_by_itself(jules, refers):
    referral = refers()
    answered(referral)
    done = post(jules, referral, r"/\d+", verdict="cleared", range="full")
    assert done.status_code == 303
    lead = lead_of(referral)
    assert (lead.hold, lead.disposition, lead.status) == (
        "none",
        Disposition.CAUTION,
        Status.WAITING,
    )
    assert gate(lead) is Gate.OPEN
    assert mails("pick_a_time") == [("pick_a_time", "ready")]
    assert story(referral)[-1] == "clearance_verified"
    assert (fresh(referral).expires_on - now().date()).days == 365


def test_hold_stands_until_somebody_verifies(refers):
    referral = refers()
    assert gate(lead_of(referral)) is Gate.HELD
    answered(referral)
    assert gate(lead_of(referral)) is Gate.HELD


def test_verification_is_taken_back_by_undo_with_its_mail(jules, refers):
    referral = refers()
    answered(referral)
    done = post(jules, referral, r"/\d+", verdict="cleared", range="full")
    page = jules.get(done.location).text
    line = re.search(r"/undo/(\d+)", page)[1]
    assert jules.press(lead_of(referral), f"undo/{line}", page=page).status_code == 303
    assert fresh(referral).state is State.RECEIVED
    lead = lead_of(referral)
    assert (lead.hold, lead.disposition, gate(lead)) == ("all", Disposition.REFERRAL, Gate.HELD)
    assert mails("pick_a_time") == [("pick_a_time", "cancelled")]
    assert {state for _, state in mails("clearance_ends")} == {"cancelled"}
    post(jules, referral, r"/\d+", verdict="cleared", range="full")
    assert [state for _, state in mails("pick_a_time")] == ["cancelled", "ready"]


def test_desk_role_may_not_undo_what_a_coach_said(dana, jules, refers):
    referral = refers()
    line = verified(referral, jules.staff)
    lead = lead_of(referral)
    assert f"/undo/{line.id}" not in dana.page(lead)
    form = form_on(jules.page(lead), f"/desk/leads/{lead.id}/undo/{line.id}")
    token = form_on(dana.page(lead), f"/desk/leads/{lead.id}/claim")["csrf_token"]
    answer = dana.client.post(form["action"], data={"csrf_token": token})
    assert answer.status_code == 409
    assert fresh(referral).state is State.CLEARED


def test_second_coach_is_told_that_the_first_was_faster(app, jules, refers):
    referral = refers()
    answered(referral)
    mara = sign_in(app, make_staff("Mara Test", Role.MANAGER))
    page = mara.get(address(referral)).text
    post(jules, referral, r"/\d+", verdict="cleared", range="full")
    answer = post(mara, referral, r"/\d+", page=page, verdict="not_cleared", range="full")
    assert answer.status_code == 409
    assert "There is no answer to verify." in answer.text
    assert fresh(referral).state is State.CLEARED


def test_answer_that_a_newer_one_overtook_is_not_verified(jules, refers):
    referral = refers()
    answered(referral)
    page = jules.get(address(referral)).text
    answered_again(referral)
    answer = post(jules, referral, r"/\d+", page=page, verdict="cleared", range="full")
    assert (answer.status_code, fresh(referral).state) == (409, State.RECEIVED)


def answered_again(referral) -> None:
    actions.hear_the_person(
        referral.id, answer=Answer("told", note="And one more thing"), evidence=None, at=now()
    )


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, "Select what holds"),
        ({"verdict": "limited", "range": "full"}, "Give at least one limit"),
        ({"verdict": "cleared", "range": "full", "until": "2020-01-01"}, "today or later"),
    ],
)
def test_word_with_a_slip_comes_back(jules, refers, fields, problem):
    referral = refers()
    answered(referral)
    answer = post(jules, referral, r"/\d+", **fields)
    assert answer.status_code == 422
    assert problem in answer.text


def test_limits_show_to_the_coach_alone_and_on_a_page_that_is_noted(dana, jules, refers):
    referral = refers()
    verified(referral, jules.staff, State.LIMITED, limits=Limits(max_load_kg=35))
    before = len(db.session.scalars(select(Reading)).all())
    lead = lead_of(referral)
    assert "35 kg" not in dana.page(lead) + jules.page(lead)
    pages = [address(referral), f"/desk/leads/{lead.id}/answers"]
    for page in pages:
        assert "No loading over 35 kg" in jules.get(page).text
    found = db.session.scalars(select(Reading).order_by(Reading.id)).all()
    assert [(each.staff_id, each.page) for each in found[before:]] == [
        (jules.staff.id, page) for page in pages
    ]
    assert queries.agreed_limits(lead.id) == Limits(max_load_kg=35)


def test_professional_s_last_day_is_the_coach_s_proposal_and_never_beyond_a_year(jules, refers):
    referral = refers()
    answered(referral, until=now().date().replace(year=2029))
    page = jules.get(address(referral)).text
    assert 'value="2029-11-22"' in page
    post(jules, referral, r"/\d+", verdict="cleared", range="full", until="2029-11-22")
    assert fresh(referral).expires_on.isoformat() == "2027-11-22"


def test_coach_takes_a_verification_back_later(jules, refers):
    referral = refers()
    verified(referral, jules.staff)
    jules.press(lead_of(referral), "claim")
    assert post(jules, referral, "/again").status_code == 303
    assert fresh(referral).state is State.RECEIVED
    assert gate(lead_of(referral)) is Gate.HELD
    assert story(referral)[-1] == "clearance_doubted"


def test_anybody_takes_a_letter_s_link_back_and_undo_gives_it_life(dana, refers):
    referral = refers()
    link_id = take(referral).id
    lead = lead_of(referral)
    done = dana.press(lead, "clearance/link")
    assert done.status_code == 303
    assert queries.live_link(fresh(referral), at=now()) is None
    page = dana.get(done.location).text
    line = re.search(r"/undo/(\d+)", page)[1]
    dana.press(lead, f"undo/{line}", page=page)
    assert queries.live_link(fresh(referral), at=now()).id == link_id


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("place", ["", "/1", "/1/note", "/seen", "/again"])
def test_desk_role_is_refused_what_coaches_do(dana, refers, method, place):
    referral = refers()
    answer = getattr(dana.client, method)(address(referral) + place)
    assert answer.status_code in {403, 405}


def test_urgent_person_must_have_been_seen_before_anything_is_verified(jules, refers):
    referral = refers(**URGENT)
    clearance = answered(referral)
    assert "Your word on it" not in jules.get(address(referral)).text
    done = post(jules, referral, "/seen", on="2026-11-22", where="City hospital")
    assert done.status_code == 303
    assert "Has been seen on Sun, November 22, noted by you" in jules.get(done.location).text
    lead = lead_of(referral)
    assert gate(lead) is Gate.ALARM
    word = Word(State.CLEARED)
    verifying.verify(lead.id, clearance.id, word, staff=jules.staff, at=now())
    assert gate(lead_of(referral)) is Gate.OPEN


def test_seen_is_taken_back_by_undo(jules, refers):
    referral = refers(**URGENT)
    done = post(jules, referral, "/seen", on="2026-11-22", where="City hospital")
    page = jules.get(done.location).text
    line = re.search(r"/undo/(\d+)", page)[1]
    jules.press(lead_of(referral), f"undo/{line}", page=page)
    assert (fresh(referral).seen_on, fresh(referral).seen_where) == (None, None)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"on": "2026-11-23", "where": "x"}, "today or earlier"),
        ({"on": "soon", "where": "x"}, "Enter the day they were seen"),
        ({"on": "2026-11-22", "where": " "}, "Enter who saw them"),
    ],
)
def test_seen_with_a_slip_comes_back(jules, refers, fields, problem):
    answer = post(jules, refers(**URGENT), "/seen", **fields)
    assert answer.status_code == 422
    assert problem in answer.text


@pytest.mark.parametrize(
    ("given", "clock_words"), [(EMERGENCY, "Call by 12:05 pm"), (URGENT, "Call by 12:15 pm")]
)
def test_welfare_call_is_a_task_with_a_clock_until_somebody_got_through(
    dana, refers, clock, given, clock_words
):
    referral = refers(**given)
    lead = lead_of(referral)

    def task() -> str:
        text = re.search(r'<p class="task.*?</p>', dana.page(lead), re.DOTALL)[0]
        return " ".join(re.sub(r"<[^>]+>", "", text).split())

    assert task().startswith(f"Welfare call {clock_words}")
    dana.press(lead, "call", outcome="no_answer")
    assert "1 try so far" in task()
    clock.advance(minutes=20)
    assert "min late" in task()
    dana.press(lead, "call", outcome="spoke")
    assert task() == "Welfare call made 12:20 pm by Dana."


def test_urgent_outcome_takes_back_the_invitations_that_wait(refers, app):
    referral = refers()
    enquiry = queries.enquiry_of(fresh(referral))
    facts = {
        "name": "Robin",
        "day": "Saturday",
        "whole_day": "Saturday, November 28",
        "hours": "",
        "code": "TL-1",
        "spoken": "1",
        "url": "http://localhost/x",
        "signed": True,
    }
    with transaction():
        outbox.queue(
            kind="pass_follow_up",
            uid="pass_follow_up:1:2026-11-28",
            recipient="robin@example.com",
            reference=enquiry.lead.ref,
            context=facts,
        )
    refers(again=queries.enquiry_of(fresh(referral)), **URGENT)
    assert mails("pass_follow_up") == [("pass_follow_up", "cancelled")]


def planted(jules, refers):
    """An urgent person with a canary in every health field of the referral."""
    referral = refers(**URGENT)
    take(referral)
    answered(referral, NOT_NOW, note=CANARIES[0])
    person = Person(jules.client, referral.id)
    file = (io.BytesIO(b"%PDF-" + CANARIES[4].encode()), "note.pdf")
    person.press("/ok", "/ok", note=CANARIES[3], evidence=file)
    post(jules, referral, "/seen", on="2026-11-22", where=CANARIES[2])
    post(jules, referral, r"/\d+", verdict="limited", range="full", other=CANARIES[1])
    return referral


def test_front_desk_receives_no_word_of_an_answer(dana, jules, refers):
    referral = planted(jules, refers)
    lead = lead_of(referral)
    coach_sees = unescape(jules.get(address(referral)).text)
    assert [word for word in CANARIES[:4] if word not in coach_sees] == []
    pages = [
        f"/desk/leads/{lead.id}",
        "/desk/",
        "/desk/?q=robin",
        "/desk/outbox",
        address(referral),
    ]
    pages += [f"/desk/leads/{lead.id}/answers", f"/desk/leads/{lead.id}/book", "/desk/calendar"]
    received = [dana.get(page) for page in pages]
    received += [dana.get(page, **FRAGMENT) for page in (*pages, f"/desk/?poll=1&open={lead.id}")]
    received.append(dana.press(lead, "note", text="hello", fragment=True))
    text = "".join(unescape(answer.text) + str(answer.headers) for answer in received)
    said = reasons.read(fresh(referral).decision).said
    assert [word for word in (*CANARIES, *said) if word in text] == []


def test_planted_words_stand_nowhere_but_sealed(jules, refers):
    planted(jules, refers)
    with db.engine.connect() as connection:
        rows = "".join(
            repr(row)
            for table in db.metadata.sorted_tables
            for row in connection.execute(table.select())
        )
    assert [word for word in CANARIES if word in rows] == []


def test_note_is_handed_out_to_keep_and_the_look_is_noted(jules, refers):
    referral = planted(jules, refers)
    found = queries.clearances(fresh(referral))[0].id
    before = len(db.session.scalars(select(Reading)).all())
    answer = jules.get(f"{address(referral)}/{found}/note")
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="note-{lead_of(referral).ref}.pdf"'
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert (answer.mimetype, answer.data) == ("application/pdf", b"%PDF-" + CANARIES[4].encode())
    assert len(db.session.scalars(select(Reading)).all()) == before + 1


def test_note_of_somebody_else_is_not_found(jules, refers):
    mine, other = planted(jules, refers), refers("Sam Test")
    found = queries.clearances(fresh(mine))[0].id
    assert jules.get(f"{address(other)}/{found}/note").status_code == 404


def test_somebody_without_a_referral_has_no_such_page(jules, asks):
    enquiry = asks()
    assert jules.get(f"/desk/leads/{enquiry.lead_id}/clearance").status_code == 404


def test_professional_who_speaks_after_the_person_s_word_holds_again(jules, refers):
    referral = refers()
    link = take(referral)
    answered_again(referral)
    lead_id = lead_of(referral).id
    clearance = queries.clearances(fresh(referral))[0].id
    verifying.verify(lead_id, clearance, Word(State.CLEARED), staff=jules.staff, at=now())
    assert gate(lead_of(referral)) is Gate.OPEN
    actions.hear_the_professional(
        link.public_id, answer=Answer(NOT_NOW, name="Dr. Ada Test"), at=now()
    )
    assert (fresh(referral).state, gate(lead_of(referral))) == (State.RECEIVED, Gate.HELD)
    assert mails("pick_a_time") == [("pick_a_time", "cancelled")]


def test_what_no_professional_can_lift_stays(jules, refers):
    referral = refers(surgery="lt_12w", temp_illness="yes")
    verified(referral, jules.staff)
    assert (fresh(referral).state, fresh(referral).leaves) == (State.CLEARED, "all")
    assert gate(lead_of(referral)) is Gate.HELD
    assert not standing.allows(lead_of(referral))
    assert mails("pick_a_time") == []
