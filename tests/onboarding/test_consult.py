"""The consult on the coach's tablet: what stands there, what is kept, and what a warning does."""

import logging
from html import unescape

import pytest

from portal.extensions import db
from portal.intake.models import Reading
from portal.leads.models import Disposition
from portal.mail.models import OutboxMail
from portal.onboarding import actions, queries
from portal.onboarding.blocks import book
from portal.onboarding.models import Assessment
from portal.onboarding.signs import signs
from tests.desk.conftest import FRAGMENT, form_on
from tests.onboarding.conftest import fresh, heading, kinds_of, send


def kept(address: str) -> dict:
    db.session.expire_all()
    return dict(queries.values_of(queries.assessment(int(address.rpartition("/")[2]))))


def readings() -> list[str]:
    return list(db.session.scalars(db.select(Reading.page).order_by(Reading.id)))


def test_the_first_page_says_what_this_is_and_what_it_is_not(jules, told):
    lead = told()
    page = jules.get(f"/desk/leads/{lead.id}/assessment").text
    assert heading(page) == "Assessment with Ada Test"
    assert page.count("This is no diagnosis and no treatment") == 1


def test_the_health_checks_answers_stand_there_and_are_not_asked_again(jules, consult):
    _, address = consult()
    page = jules.get(f"{address}/story").text
    assert page.count("<dt>Worst pain in the last week</dt><dd><p>5</p></dd>") == 1
    assert page.count("<dt>Worry about moving</dt><dd><p>8</p></dd>") == 1
    asked = {ask.key for block in book().blocks for ask in block.asks}
    assert asked & {"nprs", "fear_move", "confidence", "aggravators", "age"} == set()


def test_the_goals_of_the_health_check_are_there_already(consult):
    _, address = consult()
    assert kept(address) == {"goal_1": "Carry my shopping", "goal_2": "Play on the floor"}


@pytest.mark.parametrize("block", book().blocks, ids=lambda block: block.slug)
def test_every_page_shows_and_leads_to_the_next(jules, consult, block):
    _, address = consult()
    page = jules.get(f"{address}/{block.slug}").text
    assert heading(page) == block.title
    following = book().after(block)
    answer = send(jules, page, f"{address}/{block.slug}")
    expected = f"{address}/{following.slug}" if following else address
    assert (answer.status_code, answer.location) == (303, expected)


def test_a_touch_is_kept_at_once(jules, consult, clock):
    _, address = consult()
    form = form_on(jules.get(f"{address}/day").text, f"{address}/day")
    clock.advance(minutes=3)
    answer = jules.client.post(
        form.pop("action"), data={**form, "sleep": "poorly", "sitting_hours": "7"}, headers=FRAGMENT
    )
    assert (answer.status_code, answer.text.split("</svg>")[1].strip()) == (200, "Saved 12:03 pm")
    assert kept(address) | {"sleep": "poorly", "sitting_hours": "7"} == kept(address)


def test_a_movement_is_kept_with_scale_side_pain_and_note(jules, consult):
    _, address = consult()
    fields = {"squat_scale": "effort", "squat_side": "left", "squat_pain": "4", "squat_note": "x"}
    send(jules, jules.get(f"{address}/stand").text, f"{address}/stand", **fields)
    assert {key: value for key, value in kept(address).items() if key.startswith("squat")} == {
        **fields,
        "squat_pain": 4,
    }


def test_an_answer_nobody_offered_is_refused_and_the_sound_ones_are_kept(jules, consult):
    _, address = consult()
    page = jules.get(f"{address}/day").text
    answer = send(jules, page, f"{address}/day", sleep="never", stress="6")
    assert answer.status_code == 422
    assert answer.text.count('href="#sleep">Select one of the choices') == 1
    assert (kept(address).get("sleep"), kept(address)["stress"]) == (None, 6)


def test_what_was_left_open_again_is_gone(jules, consult):
    _, address = consult()
    page = jules.get(f"{address}/day").text
    send(jules, page, f"{address}/day", sleep="poorly")
    send(jules, page, f"{address}/day", stress="6")
    assert kept(address).get("sleep") is None


def test_opening_twice_is_one_assessment(jules, told):
    lead = told()
    address = f"/desk/leads/{lead.id}/assessment"
    first, second = (send(jules, jules.get(address).text, address) for _ in range(2))
    assert first.location == second.location
    assert kinds_of(lead).count("assessment_started") == 1


def test_without_a_health_check_it_leads_to_it_on_this_screen(jules, asks):
    enquiry = asks()
    page = jules.get(f"/desk/leads/{enquiry.lead_id}/assessment").text
    link = page.split('class="btn btn--plate" href="')[1].split('"')[0]
    assert jules.client.get(link).status_code == 200
    assert page.count("Begin the assessment") == 0


def test_somebody_held_back_is_not_assessed(jules, told):
    lead = told(leg_weakness="new_one")
    address = f"/desk/leads/{lead.id}/assessment"
    assert jules.get(address).text.count("The health check holds Ada back") == 1
    with pytest.raises(AssertionError, match="no form"):
        send(jules, jules.get(address).text, address)


def test_every_look_at_a_page_is_noted(jules, consult):
    lead, address = consult()
    before = len(readings())
    jules.get(f"{address}/story")
    jules.get(address)
    jules.get(f"{address}/told/pain")
    assert readings()[before:] == [f"{address}/story", address, f"{address}/told/pain"]
    assert fresh(lead).id == lead.id


def test_the_front_desk_reads_nothing_of_it(dana, consult):
    lead, address = consult()
    for path in (address, f"{address}/story", f"/desk/leads/{lead.id}/assessment"):
        assert dana.get(path).status_code == 403
    assert dana.page(lead).count("Assessment</a>") == 0


@pytest.mark.parametrize("pregnancy", ["pregnant", "no"])
def test_the_warning_signs_stand_there_to_be_read_out(jules, consult, pregnancy):
    _, address = consult(pregnancy=pregnancy)
    page = unescape(jules.get(f"{address}/today").text)
    for sign in signs():
        concerns = not sign.only or pregnancy == "pregnant"
        assert page.count(f"<span>{sign.words}</span>") == concerns
    assert jules.get(f"{address}/day").text.count("Read these out") == 0


NO_PAIN = {"pain_sites": [], "leg_symptoms": "none", "nprs": 0, "aggravators": []}


@pytest.mark.parametrize(
    ("sign", "answers", "outcome"),
    [
        ("bladder", {}, Disposition.EMERGENCY),
        ("bladder", NO_PAIN, Disposition.URGENT),
        ("leg_both", NO_PAIN, Disposition.EMERGENCY),
        ("leg_one", {}, Disposition.REFERRAL),
        ("preg_warning", {"pregnancy": "pregnant"}, Disposition.URGENT),
    ],
)
def test_a_sign_that_is_read_out_and_new_is_decided_at_once(jules, consult, sign, answers, outcome):
    lead, address = consult(**answers)
    send(jules, jules.get(f"{address}/today").text, f"{address}/today", still_so="same")
    page = jules.get(f"{address}/today").text
    answer = send(jules, page, f"{address}/signs", signs=sign)
    assert jules.client.get(answer.location).text.count(f'data-disposition="{outcome.value}"') == 1
    assert (fresh(lead).disposition, fresh(lead).hold) == (outcome, "all")
    assert kept(address)["still_so"] == "changed"
    assert send(jules, jules.get(address).text, f"{address}/finish").status_code == 409


@pytest.mark.one_database
def test_no_sign_selected_is_asked_again(jules, consult):
    _, address = consult()
    page = jules.get(f"{address}/today").text
    for sent in ({}, {"signs": "pregnant"}, {"signs": "preg_warning"}):
        answer = send(jules, page, f"{address}/signs", **sent)
        assert (answer.status_code, answer.text.count('href="#signs"')) == (422, 1)


@pytest.mark.one_database
def test_every_answer_that_a_sign_is_about_stands_above_the_signs(jules, consult):
    _, address = consult(pregnancy="pregnant")
    above = jules.get(f"{address}/today").text.partition("Read these out")[0]
    for label in ("Feelings down the leg", "Bleeding, fluid, tightening"):
        assert above.count(label) > 0, label


def test_a_mild_change_is_decided_anew_and_comes_back(jules, consult):
    lead, address = consult()
    page = jules.get(f"{address}/told/effect").text
    answer = send(
        jules,
        page,
        f"{address}/told/effect",
        cannot_function="no",
        fear_move="3",
        confidence="7",
    )
    assert (answer.status_code, answer.location) == (303, f"{address}/story")
    assert fresh(lead).disposition is Disposition.CAUTION
    assert jules.get(f"{address}/story").text.count("Worry about moving</dt><dd><p>3</p>") == 1


def test_a_warning_sign_in_the_room_is_the_same_page_the_same_hold_and_on_top(jules, consult):
    lead, address = consult()
    ticks = jules.get(f"{address}/told/first").text
    answer = send(jules, ticks, f"{address}/told/first", ticks="bladder")
    detail = answer.location
    answer = send(jules, jules.get(detail).text, detail, bladder="new_2w")
    result = jules.client.get(answer.location)
    assert answer.location.startswith("/health-check/")
    assert result.text.count('data-disposition="EMERGENCY"') == 1
    held = fresh(lead)
    assert (held.disposition, held.hold, held.open_rank) == (Disposition.EMERGENCY, "all", 0)
    assert db.session.scalars(db.select(OutboxMail.kind)).all().count("staff_alert") == 1
    refused = send(jules, jules.get(address).text, f"{address}/finish")
    assert (refused.status_code, "holds this person back" in refused.text) == (409, True)


def test_a_wrong_control_on_a_told_page_is_named(jules, consult):
    _, address = consult()
    page = jules.get(f"{address}/told/effect").text
    answer = send(jules, page, f"{address}/told/effect", cannot_function="no", fear_move="11")
    assert (answer.status_code, answer.text.count("error-summary")) == (422, 1)


def test_finishing_asks_for_the_second_look_first(jules, consult):
    lead, address = consult()
    refused = send(jules, jules.get(address).text, f"{address}/finish")
    assert (refused.status_code, actions.UNCONFIRMED in refused.text) == (409, True)
    page = jules.get(f"{address}/today").text
    send(jules, page, f"{address}/today", still_so="same")
    answer = send(jules, jules.get(address).text, f"{address}/finish")
    assert answer.status_code == 303
    assert jules.get(address).text.count("Finish the assessment") == 0
    assert kinds_of(lead)[-1] == "assessment_finished"


def test_what_has_changed_comes_before_the_next_page(jules, consult):
    _, address = consult()
    page = jules.get(f"{address}/today").text
    assert page.count("Something has changed: select it") == 0
    answer = send(jules, page, f"{address}/today", still_so="changed")
    assert answer.location == f"{address}/today"
    page = jules.get(answer.location).text
    assert page.count("Something has changed: select it") == 1
    assert send(jules, page, f"{address}/today", still_so="same").location == f"{address}/day"


def test_a_finished_assessment_stays_as_it_was(jules, consult):
    _, address = consult()
    page = jules.get(f"{address}/today").text
    send(jules, page, f"{address}/today", still_so="same")
    send(jules, jules.get(address).text, f"{address}/finish")
    assert jules.get(f"{address}/today").location == address
    assert send(jules, page, f"{address}/today", still_so="changed").status_code == 409


def test_what_is_written_down_is_sealed(jules, consult, caplog):
    caplog.set_level(logging.DEBUG)
    _, address = consult()
    page = jules.get(f"{address}/day").text
    send(jules, page, f"{address}/day", sleep="poorly", day_note="canary-in-a-note")
    row = db.session.scalars(db.select(Assessment)).one()
    assert kept(address)["day_note"] == "canary-in-a-note"
    assert ("canary" in row.content, "poorly" in row.content, "canary" in caplog.text) == (
        False,
        False,
        False,
    )
