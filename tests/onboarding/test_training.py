"""The person's own page: a session, the morning after, the light, and stopping at once."""

import logging
import re
from datetime import timedelta
from html import unescape

import pytest

from portal.booking.gate import Gate, gate
from portal.clock import now
from portal.extensions import db, transaction
from portal.intake.handover import decided
from portal.leads.models import RANK, REPORTED_RANK, Disposition, Purpose
from portal.leads.queries import enquiries
from portal.mail.models import OutboxMail
from portal.mail.outbox import unseal
from portal.onboarding import linking, queries, stopping
from portal.onboarding.comeback import way_back
from portal.onboarding.models import PlanState
from portal.onboarding.planning import cards
from portal.onboarding.planning.drawings import drawings, fitting
from portal.onboarding.signs import signs
from portal.privacy import consents, mailing
from portal.referrals.queries import of_lead
from portal.screening import questionnaire
from tests.desk.conftest import form_on, make_enquiry, make_lead, rows_of
from tests.intake.recorded import record_screening
from tests.intake.walker import Walker
from tests.onboarding.conftest import (
    BACK,
    Client,
    fresh,
    heading,
    kinds_of,
    said,
    send,
    waiting,
)
from tests.privacy.conftest import agree
from tests.referrals.conftest import verified
from tests.test_privacy import TOLD


def lead_enquiry(lead):
    return enquiries(lead.id)[0]


def test_the_link_comes_by_mail_and_opens_the_page(given):
    lead, person = given()
    mail = db.session.scalars(db.select(OutboxMail).where(OutboxMail.kind == "plan_ready")).one()
    text = unseal(mail.uid, mail.content).text
    address = re.search(r"http://localhost(/plan/\S+)", text)[1]
    assert heading(person.client.get(address).text) == "Hello Ada"
    assert kinds_of(lead)[-1] == "plan_shared"


def test_a_session_goes_step_by_step_and_is_kept(given):
    _, person = given()
    person.press("/", "/session")
    page, first = person.get("/session").text, person.sheet.lines[0]
    assert heading(page) == first.title
    assert page.count(f"exercise 1 of {len(person.sheet.lines)}") == 1
    person.press("/session", f"/session/{first.key}", done="part", pain="4", felt="hard")
    told = person.last.kept["logs"][first.key]
    assert (told["done"], told["pain"], told["felt"], told["sharp"]) == ("part", 4, "hard", False)
    assert heading(person.get("/session").text) == person.sheet.lines[1].title


def test_the_rounds_can_be_read_without_any_clock(given):
    _, person = given()
    person.press("/", "/session")
    rounds = re.findall(r"<li>(Round \d: [^<]+)</li>", person.get("/session").text)
    step = person.sheet.lines[0].item.step
    assert len(rounds) == step.sets


def test_an_exercise_without_a_pain_is_asked_for_one_and_keeps_the_rest(given):
    _, person = given()
    person.press("/", "/session")
    key = person.sheet.lines[0].key
    answer = person.press("/session", f"/session/{key}", done="part", felt="hard")
    assert (answer.status_code, answer.text.count('href="#pain"')) == (422, 1)
    assert re.search(r'value="part" checked', answer.text)


def test_a_green_session_waits_for_the_morning_and_then_stays(given, clock):
    _, person = given()
    person.train(pain=1)
    assert said(person.get().text) == "Green: stay here"
    clock.advance(days=1)
    person.wake("yes")
    assert person.last.kept["settled"] is True
    assert person.get().text.count("back to your usual?") == 0


def test_two_green_sessions_take_one_step_on_and_one_only(given, clock):
    _, person = given(nprs=2, fear_move=2, confidence=8)
    before = {line.key: line.item.level for line in person.sheet.lines}
    for _ in range(2):
        person.train(pain=1)
        clock.advance(days=2)
        person.wake("yes")
    after = {line.key: line.item.level for line in person.sheet.lines}
    assert sorted(after[key] - before[key] for key in before) == [0] * (len(before) - 1) + [1]
    assert said(person.get().text) == "Green: one step on"
    assert next(change.kind for change in queries.changes(person.plan_id)) == "forward"


def test_a_red_session_goes_one_step_easier_at_once_and_only_once(given, clock):
    lead, person = given(nprs=2, fear_move=2, confidence=8)
    before = {line.key: line.item.level for line in person.sheet.lines}
    person.train(pain=7)
    once = {line.key: (line.item.level, line.half) for line in person.sheet.lines}
    for key, level in before.items():
        assert once[key] == (max(level - 1, 1), level == 1)
    assert said(person.get().text) == "Red: one step easier"
    clock.advance(days=1)
    person.wake("no")
    assert {line.key: (line.item.level, line.half) for line in person.sheet.lines} == once
    assert fresh(lead).hold == "none"


def test_two_reds_open_a_task_for_the_coach(given, jules, clock):
    lead, person = given()
    clock.advance(minutes=30)
    person.train(pain=7)
    clock.advance(days=2)
    person.press("/check", "/check", ticks="none")
    person.train(pain=7)
    assert kinds_of(lead).count("plan_look") == 1
    jules.stays()
    page = jules.get(f"/desk/plans/{person.plan_id}").text
    assert page.count("Two red sessions within two weeks") == 1
    send(jules, page, f"/desk/plans/{person.plan_id}/looked", because="Rang, all well")
    assert queries.open_task(person.plan_id) is None


def test_a_word_about_an_outcome_of_before_is_no_second_look(given, clock):
    lead, person = given()
    looked_at = person.plan.screened_at
    clock.advance(days=30)
    with transaction():
        decided(fresh(lead), at=now())
    assert (person.plan.state, person.plan.screened_at) == (PlanState.ACTIVE, looked_at)


def test_after_red_the_warning_signs_are_asked_at_once_also_on_the_first_day(given, clock):
    _, person = given()
    clock.advance(minutes=20)
    person.press("/", "/session")
    for line in person.sheet.lines:
        person.press("/session", f"/session/{line.key}", done="all", pain=7, felt="hard")
    answer = person.press("/session", "/done", confidence="4")
    assert answer.location == f"{person.url}/check"
    assert "After a red session we ask a few health questions again." in person.get("/check").text
    assert person.get().text.count("A few health questions first") == 1
    clock.advance(minutes=1)
    person.press("/check", "/check", ticks="none")
    assert person.get().text.count("A few health questions first") == 0


@pytest.mark.parametrize(
    ("how", "zone", "words"),
    [
        ({"pain": 2}, "green", "Green: carry on."),
        ({"pain": 4}, "amber", "Amber: fine, if it is back to your usual by tomorrow morning."),
        ({"pain": 6}, "red", "Red: stop this one for today. Next time we make it easier."),
        ({"pain": 0, "sharp": "y"}, "red", "Red: stop this one for today."),
    ],
)
def test_the_light_is_said_to_each_exercise_at_once(given, how, zone, words):
    _, person = given()
    person.press("/", "/session")
    line = person.sheet.lines[0]
    person.press("/session", f"/session/{line.key}", done="all", felt="right", **how)
    page = person.get("/session").text
    assert re.search(rf"light--{zone}.*?<b>{line.title}\.</b> {words}", page, re.DOTALL)


def test_a_plan_that_rests_on_an_earlier_look_begins_with_one(jules, planned, clock, app):
    lead, address = planned()
    done = queries.last_assessment(lead.id)
    send(jules, jules.get(address).text, f"{address}/close", because="A new start")
    clock.advance(days=1)
    jules.stays()
    page = jules.get(f"/desk/assessments/{done.id}").text
    anew = send(jules, page, f"/desk/leads/{lead.id}/plan").location
    send(jules, jules.get(anew).text, f"{anew}/share")
    person = Client(app.test_client(), queries.live_plan(lead.id))
    assert person.press("/check", "/check").status_code == 422
    assert "Every programme starts with a second look" in person.get("/check").text
    person.press("/check", "/check", ticks="none")
    assert person.press("/", "/session").location == f"{person.url}/session"


def test_new_answers_that_the_plan_does_not_fit_pause_it_until_it_does(given, jules):
    lead, person = given(nprs=2, fear_move=2, confidence=8)
    asked = lead_enquiry(lead)
    record_screening(
        asked, answers={**BACK, "osteoporosis": "yes"}, wording="I agree that you may.", at=now()
    )
    assert (fresh(lead).hold, person.plan.state) == ("none", PlanState.STOPPED)
    address = f"/desk/plans/{person.plan_id}"
    page = jules.get(address).text
    assert page.count(stopping.MISFIT) == 2
    answer = send(jules, page, f"{address}/resume", because="Talked it through")
    assert answer.status_code == 422
    assert answer.text.count("That change does not fit this person") == 1
    assert person.plan.state is PlanState.STOPPED


@pytest.mark.parametrize(
    ("answers", "rule"),
    [({"osteoporosis": "yes"}, "LIMIT-BONES"), ({"nprs": 6}, "START-PAIN,")],
    ids=["never", "not on day one"],
)
def test_a_draft_that_new_answers_rule_out_is_not_given(planned, jules, answers, rule):
    lead, address = planned(nprs=2, fear_move=2, confidence=8)
    record_screening(
        lead_enquiry(lead), answers={**BACK, "fear_move": 2, **answers}, wording="Yes.", at=now()
    )
    answer = send(jules, jules.get(address).text, f"{address}/share")
    assert (answer.status_code, rule in answer.text) == (422, True)
    assert queries.live_plan(lead.id).state is PlanState.DRAFT


def test_new_answers_that_fit_are_a_second_look(given, clock):
    lead, person = given()
    clock.advance(days=30)
    record_screening(
        lead_enquiry(lead), answers={**BACK, "fear_move": 7}, wording="I agree.", at=now()
    )
    assert (person.plan.state, person.plan.screened_at) == (PlanState.ACTIVE, now())


def test_after_red_the_warning_signs_come_before_the_next_session(given, clock):
    _, person = given()
    clock.advance(minutes=30)
    person.train(pain=7)
    clock.advance(days=2)
    assert person.get().text.count(f'href="{person.url}/check">Answer them now') == 1
    assert person.begin().location == f"{person.url}/check"
    assert person.press("/check", "/check", ticks="none").location == f"{person.url}/"
    assert person.press("/", "/session").location == f"{person.url}/session"


def test_after_a_gap_they_come_too(given, clock):
    _, person = given()
    person.train()
    clock.advance(days=30)
    assert person.begin().location == f"{person.url}/check"


@pytest.fixture
def year(given, clock):
    """Somebody who trained until a year after the health check, and what they may answer now."""
    lead, person = given(nprs=2, fear_move=2, confidence=8)
    clock.advance(days=364)
    person.renew()
    person.press("/check", "/check", ticks="none")
    person.train()
    clock.advance(days=1)
    person.wake()
    return lead, person


def test_the_day_before_a_year_is_over_the_next_session_opens(year, clock):
    _, person = year
    clock.advance(days=-1)
    assert person.home.asks_again is None


def test_after_a_year_no_session_opens_before_all_of_the_health_check_was_sent(year):
    """The same check with the answers of last time; sent as they are, the plan goes on."""
    lead, person = year
    assert person.begin().location == f"{person.url}/check"
    page = person.get("/check").text
    assert (heading(page), page.count('name="ticks"')) == ("The health check again", 0)
    check = person.press("/check", "/check").location
    walker = Walker(person.client, check)
    assert (walker.page.heading, "Play on the floor" in walker.page.says) == (
        "Check your answers",
        True,
    )
    assert person.begin().location == f"{person.url}/check"
    assert gate(fresh(lead)) is Gate.UNFINISHED
    result = walker.press()
    assert gate(fresh(lead)) is Gate.OPEN
    assert walker.visit(result.link("Back to my plan")).heading == "Hello Ada"
    assert (person.plan.state, fresh(lead).screened_at) == (PlanState.ACTIVE, now())
    assert person.press("/", "/session").location == f"{person.url}/session"


@pytest.mark.parametrize(
    ("page", "said", "state"),
    [
        ("/exercise", [{"goals": "Row again"}], PlanState.ACTIVE),
        ("/history", [{"ticks": ["osteoporosis"]}], PlanState.STOPPED),
        ("/history", [{"ticks": ["surgery"]}, {"surgery": "lt_12w"}], PlanState.STOPPED),
    ],
    ids=["another goal", "what the plan does not fit", "what holds"],
)
def test_what_is_sent_after_a_year_decides_whether_the_plan_goes_on(year, page, said, state):
    _, person = year
    check = person.press("/check", "/check").location
    walker = Walker(person.client, check.replace("/check", page))
    for each in said:
        walker.press(**each)
    assert person.plan.state is PlanState.ACTIVE
    walker.visit(check)
    walker.press()
    assert person.plan.state is state


def test_after_a_year_a_page_that_stood_open_still_stops_on_a_sign(year, clock):
    _, person = year
    clock.advance(days=-1)
    form = form_on(person.get("/check").text, f"{person.url}/check")
    clock.advance(days=1)
    answer = person.client.post(form.pop("action"), data={**form, "ticks": "bladder"})
    assert answer.location.endswith("/result")
    assert person.plan.state is PlanState.STOPPED


def test_who_asks_anew_is_led_on_to_a_time_and_not_back_to_the_plan(given, app, clock):
    lead, person = given()
    clock.advance(minutes=1)
    make_enquiry(lead)
    anew, first = enquiries(lead.id)
    with app.test_request_context():
        assert (way_back(first), way_back(anew)) == (f"{person.url}/", None)


@pytest.mark.parametrize("sign", signs(), ids=lambda sign: sign.key)
def test_any_sign_stops_the_plan_and_holds_with_the_page_that_says_so_at_once(given, sign):
    lead, person = given(**({"pregnancy": "pregnant"} if sign.only else {}))
    person.press("/", "/session")
    answer = person.press("/stop", "/stop", ticks=sign.key)
    assert answer.location.endswith("/result")
    held = fresh(lead)
    page = person.client.get(answer.location).text
    assert page.count(f'data-disposition="{held.disposition}"') == 1
    assert (held.hold, person.plan.state) == ("all", PlanState.STOPPED)
    assert held.disposition in {Disposition.EMERGENCY, Disposition.URGENT, Disposition.REFERRAL}
    assert kinds_of(lead).count("plan_stopped") == 1


@pytest.mark.parametrize(
    ("sign", "order"),
    [
        ("bladder", ["Ada", "Una", "Rae", "Cleo"]),
        ("weak_one", ["Una", "Ada", "Rae", "Cleo"]),
        ("leg_one", ["Una", "Ada", "Rae", "Cleo"]),
    ],
)
def test_a_stop_lands_on_top_of_a_full_queue_by_its_risk_and_clock(given, jules, sign, order):
    """An emergency above all, an urgent sign by its clock, a leg sign above every referral."""
    overdue = now() - timedelta(days=3)
    make_lead("Una Test", Disposition.URGENT, due=overdue)
    make_lead("Rae Test", Disposition.REFERRAL, due=overdue)
    make_lead("Cleo Test", Disposition.CLEAR, due=overdue)
    lead, person = given()
    person.press("/stop", "/stop", ticks=sign)
    page = jules.get("/desk/").text
    assert rows_of(page) == [f"{name} Test" for name in order]
    assert page.count("something new while training, speak to them first") == (sign == "leg_one")
    assert fresh(lead).hold == "all"


@pytest.mark.one_database
@pytest.mark.parametrize("sign", ["leg_one", "fever", "bladder"])
def test_the_outcome_speaks_of_the_plan_to_whoever_has_one(given, sign):
    _, person = given()
    answer = person.press("/stop", "/stop", ticks=sign)
    page = person.client.get(answer.location).text
    assert re.findall(r"free consult|Pick your time|meet you|before you start", page) == []


def test_a_leg_sign_sends_nobody_to_hospital_and_a_clearance_gives_up_the_place(given, jules):
    lead, person = given()
    answer = person.press("/stop", "/stop", ticks="leg_one")
    assert person.client.get(answer.location).text.count('data-disposition="REFERRAL"') == 1
    assert fresh(lead).open_rank == REPORTED_RANK
    verified(of_lead(lead.id), jules.staff)
    assert (fresh(lead).open_rank, fresh(lead).hold) == (RANK[Disposition.CAUTION], "none")


def test_something_new_in_one_of_two_legs_is_not_one_leg(given):
    lead, person = given(leg_symptoms="both", leg_course="stable")
    person.press("/stop", "/stop", ticks="leg_one")
    assert fresh(lead).disposition is Disposition.EMERGENCY


def test_every_sign_speaks_the_health_checks_language():
    questions = questionnaire().questions
    for sign in signs():
        for key, value in {**sign.answers, **sign.only, **sign.keeps}.items():
            assert value in questions[key].values


def test_a_stopped_plan_shows_the_way_and_opens_nothing(given):
    _, person = given()
    person.press("/stop", "/stop", ticks="saddle_numb")
    page = person.get()
    assert heading(page.text) == "Your plan waits for now"
    assert person.get("/session").location == f"{person.url}/"


def test_nothing_new_goes_back_to_the_page(given):
    _, person = given()
    assert person.press("/stop", "/stop", ticks="none").location == f"{person.url}/"
    assert person.plan.state is PlanState.ACTIVE


@pytest.mark.parametrize("ticks", [[], ["none", "fever"], ["nonsense"]])
def test_boxes_that_say_nothing_are_asked_again(given, ticks):
    _, person = given()
    answer = person.press("/stop", "/stop", ticks=ticks)
    assert (answer.status_code, answer.text.count("error-summary")) == (422, 1)


def test_changed_health_pauses_and_leads_into_the_health_check(given):
    _, person = given()
    answer = person.press("/check", "/check", ticks="changed")
    assert "/health-check/" in answer.location
    assert person.plan.state is PlanState.STOPPED


def test_the_coach_lets_it_go_on_only_when_the_health_check_does(given, jules):
    lead, person = given()
    person.press("/stop", "/stop", ticks="fever")
    address = f"/desk/plans/{person.plan_id}"
    page = jules.get(address).text
    refused = send(jules, page, f"{address}/resume", because="Seen")
    assert (refused.status_code, refused.text.count("so the plan does not go on yet")) == (409, 1)
    assert fresh(lead).hold == "all"


def test_goals_are_told_now_against_the_start(given):
    _, person = given()
    person.press("/progress", "/progress", goal_1="6")
    page = person.get("/progress").text
    assert re.search(r"Carry my shopping</th><td>3</td><td>6</td>", page)


@pytest.mark.parametrize(
    "path", ["/", "/session", "/stop", "/check", "/progress", "/reminders", "/questions"]
)
def test_every_page_of_the_persons_says_what_it_is_not(given, path):
    _, person = given()
    person.press("/", "/session")
    assert person.get(path).text.count("This page is no diagnosis and no treatment.") == 1


def test_levels_and_goals_are_drawn_beside_their_figures(given):
    _, person = given()
    person.press("/progress", "/progress", goal_1="8")
    page = person.get("/progress").text
    drawn = re.search(r"shopping</th><td>3</td><td>8</td>.*?</td>\s*</tr>", page, re.DOTALL)[0]
    assert re.findall(r'cx="([\d.]+)"', drawn) == ["39.2", "91.2"]
    assert page.count('class="track"') == len(person.sheet.lines) + 2


def test_what_people_ask_is_answered_with_its_source(given):
    _, person = given()
    page = unescape(person.get("/questions").text)
    assert re.findall(r"<summary><h2>([^<]+)</h2>", page) == [*cards.topics().values()]
    assert page.count("Source: ") == len(cards.topics())


def test_a_drawing_names_its_level_where_another_is_trained(given):
    _, person = given()
    lines = [(line.key, line.item.level) for line in person.sheet.lines]
    shown = [(fitting(drawings()[key], level).level, level) for key, level in lines]
    page = person.get().text
    captions = re.findall(r"<figcaption[^>]*>([^<]+)<", page)
    assert captions == [
        f"Drawn at level {drawn}" + (f": yours is level {level}" if level != drawn else "")
        for drawn, level in shown
    ]
    assert all(drawn == level for drawn, level in shown)


def test_the_charts_say_in_a_table_what_they_draw(given, clock):
    _, person = given()
    for pain in (4, 2):
        person.train(pain=pain)
        clock.advance(days=2)
        person.wake("yes")
    page = person.get("/progress").text
    assert page.count("Most pain in a session: 4 at the first of 2 sessions, 2 at the last.") == 2
    assert re.findall(r"</th><td>(\d)</td></tr>", page.split("<caption")[1])[:2] == ["4", "2"]


@pytest.mark.one_database
def test_both_charts_keep_a_day_at_its_place_and_state_their_scale(given, clock):
    _, person = given()
    for confidence in ("", "5", "7"):
        person.train(confidence=confidence)
        clock.advance(days=2)
        person.wake("yes")
    page = person.get("/progress").text
    drawn = [
        re.findall(r'cx="([\d.]+)"', each)
        for each in re.findall(r'<svg class="chart".*?</svg>', page, re.DOTALL)
    ]
    assert drawn == [["28.0", "167.0", "306.0"], ["167.0", "306.0"]]
    assert page.count(">10</text>") == 2


def test_small_wins_are_true_words(given, clock):
    _, person = given()
    for _ in range(3):
        person.train(pain=1)
        clock.advance(days=2)
        person.wake("yes")
    page = person.get().text
    assert "Third session in a row without stopping." in page
    assert re.search(r"\b(streak|score|points|missed|behind)\b", page, re.IGNORECASE) is None


@pytest.mark.one_database
def test_every_choice_of_an_hour_counts_and_of_all_the_last(given):
    _, person = given()
    person.train()
    for hour in ("17", "8", "17", "none", "17"):
        form = form_on(person.get("/reminders").text, f"{person.url}/reminders")
        person.client.post(form.pop("action"), data={**form, "hour": hour})
    assert [mail.due for mail in waiting()] == [now().replace(hour=23) + timedelta(days=2)]


@pytest.mark.one_database
@pytest.mark.parametrize(("hour", "hours", "days"), [("17", 23, 5), ("8", 14, 6)])
def test_a_reminder_for_a_session_whose_hour_is_over_comes_the_next_time(
    given, clock, hour, hours, days
):
    _, person = given()
    person.train()
    begun = now()
    clock.advance(days=5)
    person.press("/reminders", "/reminders", hour=hour)
    assert [mail.due for mail in waiting()] == [begun.replace(hour=hours) + timedelta(days=days)]


@pytest.mark.one_database
def test_a_plan_that_is_closed_says_so_and_reminds_nobody_and_its_link_opens_the_next(given, jules):
    lead, person = given()
    person.train()
    person.press("/reminders", "/reminders", hour="17")
    address = f"/desk/plans/{person.plan_id}"
    send(jules, jules.get(address).text, f"{address}/close", because="A new start")
    over = person.get()
    assert (over.status_code, heading(over.text), waiting()) == (410, "This plan is closed", [])
    page = jules.get(f"/desk/assessments/{person.plan.assessment_id}").text
    anew = send(jules, page, f"/desk/leads/{lead.id}/plan").location
    send(jules, jules.get(anew).text, f"{anew}/share")
    assert heading(person.get().text) == "Hello Ada"


def test_a_reminder_is_asked_for_comes_by_day_and_is_stopped_with_one_press(given):
    _, person = given()
    person.train()
    person.press("/reminders", "/reminders", hour="17")
    assert [mail.due for mail in waiting()] == [now().replace(hour=23) + timedelta(days=2)]
    form = form_on(person.get("/reminders").text, f"{person.url}/reminders")
    person.client.post(form.pop("action"), data=form)
    assert (waiting(), person.plan.remind_hour) == ([], None)


def test_an_ended_link_is_mailed_again_on_request(given, clock):
    _, person = given()
    clock.advance(days=200)
    ended = person.get()
    assert (ended.status_code, heading(ended.text)) == (410, "This link has ended")
    form = form_on(ended.text, f"{person.url}/link")
    answer = person.client.post(form.pop("action"), data=form, follow_redirects=True)
    assert heading(answer.text) == "Look into your mail"
    kinds = db.session.scalars(db.select(OutboxMail.kind)).all()
    assert kinds.count("plan_link") == 1


@pytest.mark.one_database
def test_a_lost_link_is_mailed_by_address_in_the_same_words_for_everybody(given, client):
    lead, person = given()

    def ask(address: str):
        form = form_on(client.get("/plan").text, "/plan")
        return client.post(form.pop("action"), data={**form, "email": address})

    answers = [ask(address) for address in (lead.email.upper(), lead.email, "no@body.example")]
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, "/plan/sent")}
    assert heading(client.get("/plan/sent").text) == "Look into your mail"
    mails = db.session.scalars(db.select(OutboxMail).where(OutboxMail.kind == "plan_link")).all()
    assert [mail.recipient for mail in mails] == [lead.email]
    assert f"{person.url}/" in unseal(mails[0].uid, mails[0].content).text
    refused = ask("not an address")
    assert (refused.status_code, 'value="not an address"' in refused.text) == (422, True)


@pytest.mark.one_database
def test_a_link_that_somebody_asks_for_comes_also_to_whoever_wants_no_reminders(given):
    lead, person = given()
    agree(lead_enquiry(lead), Purpose.CONTACT)
    person.press("/reminders", "/reminders", hour="17")
    linking.mail_link(person.plan_id, at=now())
    consents.withdraw(lead.id, Purpose.CONTACT, at=now())
    mails = db.session.scalars(db.select(OutboxMail).order_by(OutboxMail.id)).all()
    rests = {mail.kind: mailing.rests(mail) for mail in mails}
    assert (rests["plan_link"], rests["plan_reminder"]) == (False, True)


@pytest.mark.one_database
def test_asking_for_links_has_an_end(client, app):
    limit = app.extensions["settings"].privacy_rate_limit.amount
    form = form_on(client.get("/plan").text, "/plan")
    form["email"] = "no@body.example"
    codes = [client.post("/plan", data=form).status_code for _ in range(limit + 1)]
    assert codes == [303] * limit + [429]


def test_a_link_of_ours_for_something_else_opens_nothing(given, client):
    assert client.get("/plan/torn/").status_code == 404


def test_nothing_told_gets_out(given, caplog):
    caplog.set_level(logging.DEBUG)
    _, person = given()
    person.train(pain=7)
    person.press("/stop", "/stop", ticks="bladder")
    mails = db.session.scalars(db.select(OutboxMail)).all()
    letters = [unseal(mail.uid, mail.content) for mail in mails if mail.kind.startswith("plan")]
    told = [text for letter in letters for text in (letter.subject, letter.text)]
    words = [re.sub(r"\S*/plan/\S*|555-\S+", "", text) for text in told]
    assert len(words) >= 2
    assert [text for text in words if TOLD.search(text) or "7" in text] == []
    assert [record for record in caplog.records if TOLD.search(record.getMessage())] == []
    sealed = [log.content for log in queries.logs(person.plan_id)]
    assert [text for text in sealed if '"pain"' in text or "bladder" in text] == []


def test_the_front_desk_cannot_read_a_session(given, dana):
    lead, person = given()
    person.train(pain=7)
    page = dana.page(lead)
    assert [line.title for line in person.sheet.lines if line.title in page] == []
    assert "one step easier" not in page
