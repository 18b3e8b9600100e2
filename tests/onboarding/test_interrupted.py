"""Sessions that do not go to their end: left, cut short, over midnight, stopped by a sign."""

import re
from datetime import timedelta

import pytest

from portal.clock import now
from portal.extensions import vault
from portal.onboarding import queries, sealing, training
from portal.onboarding.models import PlanState
from portal.referrals.queries import of_lead
from tests.desk.conftest import form_on
from tests.onboarding.conftest import heading, said, send, waiting
from tests.referrals.conftest import verified

pytestmark = pytest.mark.one_database
FIT = {"nprs": 2, "fear_move": 2, "confidence": 8}


def tell_first(person, **how):
    """Begin, and tell of the first exercise only; return its key."""
    person.press("/", "/session")
    key = person.sheet.lines[0].key
    person.press("/session", f"/session/{key}", **{"done": "part", "felt": "hard", **how})
    return key


def test_who_puts_the_phone_away_after_red_is_heard_all_the_same(given, jules, clock):
    _, person = given(**FIT)
    before = person.sheet.lines[0].item.level
    key = tell_first(person, pain=9)
    clock.advance(hours=3, minutes=59)
    assert training.end_left_open(at=now()) == 0
    clock.advance(minutes=1)
    assert [training.end_left_open(at=now()), training.end_left_open(at=now())] == [1, 0]
    assert person.sheet.line(key).item.level == before - 1
    assert said(person.get().text) == "Red: one step easier"
    jules.stays()
    assert jules.get("/desk/clients").text.count("The last session was red") == 1
    clock.advance(days=1)
    assert (person.begin().location, person.home.asks_morning) == (f"{person.url}/check", True)


def test_a_session_that_nobody_can_open_any_more_stands_in_no_other_persons_way(given, clock):
    lead, gone = given(**FIT)
    tell_first(gone, pain=2)
    _, person = given(**FIT)
    key = tell_first(person, pain=9)
    vault().shred(lead.ref)
    clock.advance(hours=4)
    assert [training.end_left_open(at=now()), training.end_left_open(at=now())] == [2, 0]
    assert (person.sheet.line(key).item.level, said(person.get().text)) == (
        1,
        "Red: one step easier",
    )


def test_of_a_session_in_which_nothing_was_told_nothing_is_kept_and_the_reminder_comes(
    given, clock
):
    _, person = given()
    person.press("/reminders", "/reminders", hour="17")
    person.press("/", "/session")
    assert waiting() == []
    clock.advance(hours=4)
    assert training.end_left_open(at=now()) == 1
    assert (queries.logs(person.plan_id), len(waiting())) == ([], 1)


def test_a_session_cut_short_counts_what_was_done_and_says_no_more(given):
    _, person = given()
    key = tell_first(person, done="all", pain=1, felt="right")
    assert person.get("/session").text.count(f'href="{person.url}/done"') == 1
    assert heading(person.get("/done").text) == "That was your session"
    person.press("/done", "/done", confidence="7")
    told = person.last.kept["logs"]
    assert {log["done"] for name, log in told.items() if name != key} == {"none"}
    assert [win for win in person.home.wins if "without stopping" in win] == []
    assert heading(person.get().text) == "Done for today, Ada"
    assert person.get("/session").location == f"{person.url}/"


def test_nothing_done_is_no_session_to_be_praised(given):
    _, person = given()
    tell_first(person, done="none", pain="")
    person.press("/done", "/done")
    assert person.home.wins == []


def test_a_session_over_midnight_keeps_what_is_told(given, clock):
    _, person = given()
    clock.advance(hours=11, minutes=50)
    person.press("/", "/session")
    key = person.sheet.lines[0].key
    form = form_on(person.get("/session").text, f"{person.url}/session/{key}")
    clock.advance(minutes=20)
    sent = {**form, "done": "all", "pain": "2", "felt": "right"}
    assert person.client.post(sent.pop("action"), data=sent).status_code == 303
    person.press("/done", "/done", confidence="7")
    assert (person.last.kept["logs"][key]["pain"], person.last.is_finished) == (2, True)
    assert person.home.asks_morning is False
    clock.advance(days=1)
    assert person.home.asks_morning is True


def test_no_pain_is_asked_of_what_was_left_out_and_a_pain_told_counts(given):
    _, person = given(**FIT)
    key = tell_first(person, done="none")
    assert person.last.kept["logs"][key]["pain"] is None
    other = person.sheet.lines[1].key
    person.press("/session", f"/session/{other}", done="none", pain=8, felt="hard")
    person.press("/done", "/done", confidence="7")
    assert said(person.get().text) == "Red: one step easier"


def test_what_is_put_right_after_the_session_is_read_again(given):
    _, person = given(**FIT)
    person.press("/", "/session")
    line = person.sheet.lines[0]
    form = form_on(person.get("/session").text, f"{person.url}/session/{line.key}")
    person.train(pain=1)
    sent = {**form, "done": "part", "pain": "8", "felt": "hard"}
    person.client.post(sent.pop("action"), data=sent)
    assert said(person.get().text) == "Red: one step easier"
    assert person.sheet.line(line.key).item.level == line.item.level - 1


def test_an_exercise_that_the_coach_took_out_meanwhile_is_passed_over(given, jules):
    _, person = given(**FIT)
    person.press("/", "/session")
    key = person.sheet.lines[0].key
    form = form_on(person.get("/session").text, f"{person.url}/session/{key}")
    address = f"/desk/plans/{person.plan_id}"
    send(jules, jules.get(address).text, f"{address}/remove/{key}", because="Not today")
    sent = {**form, "done": "all", "pain": "2", "felt": "right"}
    answer = person.client.post(sent.pop("action"), data=sent)
    assert (answer.status_code, answer.location) == (303, f"{person.url}/session")


def test_a_second_press_at_the_end_changes_nothing(given):
    _, person = given()
    person.press("/", "/session")
    form = form_on(person.get("/done").text, f"{person.url}/done")
    for confidence in ("8", ""):
        person.client.post(f"{person.url}/done", data={**form, "confidence": confidence})
    assert person.last.confidence == 8


def test_a_sign_ends_the_session_and_the_coach_reads_what_it_was(given, jules):
    _, person = given()
    tell_first(person, pain=4)
    person.press("/stop", "/stop", ticks="fever")
    assert person.last.is_finished
    page = jules.get(f"/desk/plans/{person.plan_id}").text
    assert page.count("<td>Part</td><td>4</td><td>Hard</td>") == 1
    assert page.count("“A high temperature, or feeling shivery”") == 1


def test_a_second_sign_stands_in_the_story_too(given):
    _, person = given()
    for sign in ("fever", "bladder"):
        person.press("/stop", "/stop", ticks=sign)
    told = [sealing.read(change)["because"] for change in queries.changes(person.plan_id)[:3]]
    assert told[:2] == ["A change in peeing", "A high temperature, or feeling shivery"]


def test_after_the_stop_is_over_the_page_does_not_ask_about_it_or_say_stop_again(
    given, jules, clock
):
    lead, person = given()
    person.train(pain=2)
    person.press("/stop", "/stop", ticks="leg_one")
    clock.advance(days=7)
    verified(of_lead(lead.id), jules.staff)
    jules.stays()
    address = f"/desk/plans/{person.plan_id}"
    send(jules, jules.get(address).text, f"{address}/resume", because="Cleared")
    assert (person.plan.state, person.home.asks_morning) == (PlanState.ACTIVE, False)
    assert said(person.get().text) == "Green: stay here"


def test_two_reds_tell_the_person_too_that_their_coach_looks(given, clock):
    _, person = given()
    for _ in range(2):
        clock.advance(days=1)
        person.train(pain=7)
        person.press("/check", "/check", ticks="none")
    words = re.findall("Your coach will have a look at the plan with you", person.get().text)
    assert len(words) == 1


def test_an_unfinished_session_does_not_outlive_a_plan_that_is_hidden(given, clock):
    _, person = given()
    tell_first(person, pain=2)
    with training.transaction():
        person.plan.hide(at=now())
    clock.advance(days=1)
    assert training.end_left_open(at=now() + timedelta(hours=1)) == 0
