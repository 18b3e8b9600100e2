"""The coach's own pages: who needs them and why, one client's weeks, skills and certificates."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from portal.booking.models import CoachProfile
from portal.clock import now
from portal.extensions import db, transaction
from portal.intake.models import Reading
from portal.mail.models import MailState, OutboxMail
from portal.onboarding import changing, plan_pages, queries, stopping
from portal.onboarding.notices import Mailed
from portal.onboarding.planning import EXERCISES, cards
from portal.onboarding.planning.signals import signals
from portal.referrals import chores
from portal.referrals.models import Referral, State
from portal.staff.models import Role
from tests.desk.conftest import form_on, make_staff, sign_in
from tests.onboarding.conftest import Client, fresh, heading, send


def needs(page: str) -> str:
    return page.split('id="group-1"')[1].split("</section>", maxsplit=1)[0]


def test_all_is_well_and_nobody_needs_anything(jules, given):
    given()
    page = jules.get("/desk/clients").text
    assert needs(page).count("Nobody just now.") == 1
    assert page.count("Ada Test") == 1


@pytest.mark.parametrize("days", [9, 10])
def test_silence_is_noticed_after_ten_days(jules, given, clock, days):
    _, person = given()
    person.train()
    clock.advance(days=days)
    jules.stays()
    page = jules.get("/desk/clients").text
    assert needs(page).count("Silent for 10 days") == (days >= 10)
    assert "the next one was due on" in page


def test_a_stop_a_due_question_and_a_goal_are_each_said(jules, given, clock):
    _, person = given()
    person.press("/progress", "/progress", goal_1="9")
    assert needs(jules.get("/desk/clients").text).count("Goal reached: Carry my shopping") == 1
    clock.advance(minutes=5)
    person.train(pain=7)
    assert needs(jules.get("/desk/clients").text).count("Health questions due") == 1
    person.press("/stop", "/stop", ticks="fever")
    assert needs(jules.get("/desk/clients").text).count("The plan has stopped") == 1


def lines_of(page: str) -> list[str]:
    """What the list says of each person, most pressing first."""
    return re.findall(r"</svg>\s*([^<]+)</p>", needs(page))


def test_a_red_session_a_stop_and_their_reasons_are_said_most_pressing_first(jules, given, clock):
    _, quiet = given(name="Quinn Test")
    _, red = given(name="Rosa Test")
    _, stopped = given(name="Sam Test")
    quiet.train()
    clock.advance(days=10)
    jules.stays()
    red.train(pain=7)
    stopped.press("/stop", "/stop", ticks="fever")
    page = jules.get("/desk/clients").text
    assert re.findall(r"<b>(\w+) Test</b>", needs(page)) == ["Sam", "Rosa", "Quinn"]
    assert lines_of(page) == [
        "The plan has stopped",
        stopping.HELD,
        stopping.STOPPED,
        "The last session was red",
        "Health questions due",
        "Silent for 10 days",
    ]


def test_a_task_is_said_in_the_rules_words_until_it_was_looked_into(jules, given, clock):
    _, person = given()
    for _ in range(2):
        clock.advance(days=1)
        person.train(pain=7)
        person.press("/check", "/check", ticks="none")
    jules.stays()
    words = signals().tell("TASK-TWO-REDS").words
    assert lines_of(jules.get("/desk/clients").text) == [words, "The last session was red"]
    address = f"/desk/plans/{person.plan_id}"
    send(jules, jules.get(address).text, f"{address}/looked", because="Rang, all well")
    assert lines_of(jules.get("/desk/clients").text) == ["The last session was red"]


@pytest.mark.parametrize(("days", "said"), [(14, "Clearance ends Sun, December 6"), (15, None)])
def test_a_clearance_that_ends_within_two_weeks_is_said(jules, cleared, days, said):
    cleared(ends=now().date() + timedelta(days=days))
    assert lines_of(jules.get("/desk/clients").text) == ([said] if said else [])


def test_a_clearance_that_is_over_is_no_clearance_that_ends(jules, cleared):
    referral = cleared(ends=now().date() + timedelta(days=3))
    with transaction():
        db.session.get_one(Referral, referral.id).state = State.EXPIRED
    assert lines_of(jules.get("/desk/clients").text) == []


def test_when_the_clearance_is_over_the_plan_waits_and_the_coach_is_told(
    jules, cleared, app, clock
):
    referral = cleared(ends=now().date() + timedelta(days=3))
    person = Client(app.test_client(), queries.live_plan(referral.lead_id))
    clock.advance(days=4)
    assert chores.expire(at=now()) == 1
    assert heading(person.get().text) == "Your plan waits for now"
    jules.stays()
    assert lines_of(jules.get("/desk/clients").text) == ["The plan has stopped", stopping.HELD]


@pytest.mark.parametrize(("days", "said"), [(14, 1), (15, 0)])
def test_a_goal_that_was_reached_is_news_for_two_weeks(jules, given, clock, days, said):
    _, person = given()
    person.press("/progress", "/progress", goal_1="9")
    clock.advance(days=days)
    person.press("/progress", "/progress", goal_1="9", goal_2="6")
    jules.stays()
    assert jules.get("/desk/clients").text.count("Goal reached: Carry my shopping") == said


def test_a_plan_that_was_never_given_is_not_forgotten(jules, planned):
    planned()
    assert lines_of(jules.get("/desk/clients").text) == ["The plan is not given yet"]


def test_a_year_after_the_health_check_the_coach_is_told_what_comes_before(jules, given, clock):
    given()
    clock.advance(days=365)
    jules.stays()
    assert lines_of(jules.get("/desk/clients").text) == [
        "A year since the health check: it comes before the next session",
        "Silent for 365 days",
    ]


def questions_of(page: Callable[[], TestResponse]) -> list[str]:
    """What the database is asked for one page."""
    db.session.remove()
    seen: list[str] = []
    listener = lambda *context: seen.append(context[2])  # noqa: E731
    sa.event.listen(db.engine, "before_cursor_execute", listener)
    try:
        page()
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", listener)
    return [each for each in seen if each.startswith("SELECT") and "advisory" not in each]


def test_the_list_asks_for_the_plans_once_and_for_three_as_often_as_for_one(jules, given):
    look = partial(jules.get, "/desk/clients")
    given(name="Person1 Test")[1].train()
    alone = questions_of(look)
    for name in ("Person2 Test", "Person3 Test"):
        given(name=name)[1].train()
    together = questions_of(look)
    assert look().text.count("Last session") == 3
    assert (len(alone), len(together)) == (12, 12)
    assert len([each for each in together if re.search(r'\nFROM "?plan\b', each)]) == 1


def test_a_look_at_the_list_is_noted_for_everybody_on_it(jules, given):
    given()
    jules.get("/desk/clients")
    pages = db.session.scalars(db.select(Reading.page).order_by(Reading.id)).all()
    assert pages[-1] == "/desk/clients"


def test_a_coach_sees_their_own_clients_and_a_manager_everybodys(app, given):
    given()
    other = sign_in(app, make_staff("Kim Test", Role.COACH))
    boss = sign_in(app, make_staff("Mara Test", Role.MANAGER))
    assert [desk.get("/desk/clients").text.count("Ada Test") for desk in (other, boss)] == [0, 1]


def test_the_desk_sees_that_a_plan_exists_and_its_next_date_only(dana, given):
    lead, person = given()
    page = dana.page(lead)
    assert "Has a plan. Next session: Sunday, November 22." in " ".join(page.split())
    assert page.count("/desk/plans/") == 0
    assert dana.get("/desk/clients").status_code == 403
    assert person.plan.next_on is not None


def test_of_a_stop_the_front_desk_reads_nothing_in_the_story(dana, jules, given):
    lead, person = given()
    person.press("/stop", "/stop", ticks="fever")
    told = ("Plan stopped", "asked to look at the plan", "Plan given", "Assessment finished")
    assert [dana.page(lead).count(words) for words in told] == [0, 0, 0, 0]
    assert [jules.page(lead).count(words) for words in told] == [1, 1, 1, 1]


def test_the_rail_counts_the_clients_to_look_at(dana, jules, given):
    _, person = given()
    given(name="Calm Test")

    def count(desk) -> list[str]:
        page = desk.get("/desk/").text
        return re.findall(r'(\d+)<span class="vh"> to look at</span>', page)

    assert (count(jules), count(dana)) == ([], [])
    person.press("/stop", "/stop", ticks="fever")
    assert (count(jules), count(dana)) == (["1"], [])


def test_one_clients_sessions_are_told_exercise_by_exercise(jules, given):
    _, person = given()
    person.train(pain=4, done="part", felt="hard", sharp="y")
    page = jules.get(f"/desk/plans/{person.plan_id}").text
    for line in person.last.session.logs:
        name = EXERCISES[line.exercise].name
        row = f"{name}</th><td>{line.level}</td><td>Part</td><td>4, sharp</td><td>Hard</td>"
        assert page.count(row) == 1


def test_half_a_dose_is_half_the_load_and_no_step_is_noted_twice(jules, given, clock):
    _, person = given()
    for _ in range(2):
        clock.advance(days=1)
        person.train(pain=7)
        person.press("/check", "/check", ticks="none")
    jules.stays()
    page = jules.get(f"/desk/plans/{person.plan_id}").text
    loads = re.findall(r"<td>Red</td><td>7</td><td>([\d.]+)</td>", page)
    many = len(person.sheet.lines)
    assert loads == [f"{many / 2:g}", f"{many}"]
    assert [change.kind for change in queries.changes(person.plan_id)].count("back") == many


def test_the_coach_mails_the_link_again_and_page_and_story_say_so(jules, given, clock):
    _, person = given()
    address = f"/desk/plans/{person.plan_id}"
    clock.advance(minutes=5)

    def press() -> str:
        answer = send(jules, jules.get(address).text, f"{address}/link")
        page = jules.get(answer.location).text
        return re.search(r'role="status"[^>]*>.*?<p>([^<]+)', page, re.DOTALL)[1]

    assert press() == plan_pages.SAID[Mailed.NOW]
    assert press() == plan_pages.SAID[Mailed.LATELY]
    mail = db.session.scalars(db.select(OutboxMail).where(OutboxMail.kind == "plan_link")).one()
    assert mail.reference == person.plan.lead.ref
    assert jules.get(address).text.count("<b>Mailed again</b>: The link to their own page") == 1
    clock.advance(hours=1)
    jules.stays()
    assert press() == plan_pages.SAID[Mailed.NOW]


def test_without_an_address_on_file_the_coach_is_told_that_nothing_was_mailed(jules, given):
    lead, person = given()
    address = f"/desk/plans/{person.plan_id}"
    page = jules.get(address).text
    with transaction():
        fresh(lead).email = None
    answer = send(jules, page, f"{address}/link")
    assert jules.get(answer.location).text.count(plan_pages.SAID[Mailed.NOWHERE]) == 1
    assert [change.kind for change in queries.changes(person.plan_id)].count("linked") == 0


def test_one_clients_page_shows_pain_against_load_and_goals(jules, given, clock):
    _, person = given()
    person.train(pain=4)
    clock.advance(days=1)
    person.wake("no")
    jules.stays()
    page = jules.get(f"/desk/plans/{person.plan_id}").text
    row = re.search(r"<td>Amber</td><td>4</td><td>(\d+)</td><td>8</td><td>Not yet</td>", page)
    assert row is not None
    assert page.count("Carry my shopping</th><td>3</td><td>3</td>") == 1


def test_one_press_steps_a_line_and_keeps_its_reason(jules, given):
    _, person = given(nprs=2, fear_move=2, confidence=8)
    address, line = f"/desk/plans/{person.plan_id}", person.sheet.lines[0]
    send(jules, jules.get(address).text, f"{address}/set/{line.key}")
    after = person.sheet.lines[0].item
    assert (after.level, after.why[-1].words) == (line.item.level - 1, "It was a bit much")


def test_a_note_stays_in_the_story(jules, given):
    _, person = given()
    address = f"/desk/plans/{person.plan_id}"
    send(jules, jules.get(address).text, f"{address}/note", because="Likes mornings")
    assert jules.get(address).text.count("Likes mornings") == 1
    assert changing.read(queries.plan(person.plan_id)).lines == person.sheet.lines


def test_every_strategy_has_its_cards_with_their_sources(jules):
    page = jules.get("/desk/learning").text
    for number, words in cards.STRATEGIES.items():
        assert page.count(f"{number}. {words}") == 1
        assert all(card.title in page for card in cards.for_coach(number))
    assert page.count("Source:") >= len(cards.STRATEGIES)


def test_booking_reads_the_skills_that_a_coach_keeps_here(jules):
    page = jules.get("/desk/learning").text
    send(jules, page, "/desk/learning/skills", skills=["back", "older", "nonsense"])
    assert db.session.get(CoachProfile, jules.staff.id).skills == ["back", "older"]


def test_a_certificate_reminds_a_month_before_it_ends_and_can_be_forgotten(jules):
    ends = (now() + timedelta(days=60)).date()
    page = jules.get("/desk/learning").text
    send(jules, page, "/desk/learning/certificates", name="First aid", expires_on=ends.isoformat())
    mail = db.session.scalars(db.select(OutboxMail)).one()
    assert (mail.kind, mail.due.date()) == ("certificate_ends", ends - timedelta(days=30))
    page = jules.get("/desk/learning").text
    address = re.search(r'action="(/desk/learning/certificates/\d+/forget)"', page)[1]
    form = form_on(page, address)
    jules.client.post(form.pop("action"), data=form)
    db.session.expire_all()
    assert db.session.scalars(db.select(OutboxMail.state)).one() is MailState.CANCELLED


@pytest.mark.parametrize(
    ("name", "ends", "field"),
    [("", "2027-01-01", "name"), ("First aid", "2020-01-01", "expires_on")],
)
def test_a_certificate_without_name_or_with_a_past_end_is_refused(jules, name, ends, field):
    page = jules.get("/desk/learning").text
    answer = send(jules, page, "/desk/learning/certificates", name=name, expires_on=ends)
    assert (answer.status_code, answer.text.count(f'href="#{field}"')) == (422, 1)
