"""The coach's own pages: who needs them and why, one client's weeks, skills and certificates."""

import re
from datetime import timedelta

import pytest

from portal.booking.models import CoachProfile
from portal.clock import now
from portal.extensions import db
from portal.intake.models import Reading
from portal.mail.models import MailState, OutboxMail
from portal.onboarding import changing, queries
from portal.onboarding.planning import cards
from portal.staff.models import Role
from tests.desk.conftest import form_on, make_staff, sign_in
from tests.onboarding.conftest import send
from tests.onboarding.test_training import given

__all__ = ["given"]


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
    assert needs(jules.get("/desk/clients").text).count("Silent for 10 days") == (days >= 10)


def test_a_stop_a_due_question_and_a_goal_are_each_said(jules, given, clock):
    _, person = given()
    person.press("/progress", "/progress", goal_1="9")
    assert needs(jules.get("/desk/clients").text).count("Goal reached: Carry my shopping") == 1
    clock.advance(minutes=5)
    person.train(pain=7)
    assert needs(jules.get("/desk/clients").text).count("Health questions due") == 1
    person.press("/stop", "/stop", ticks="fever")
    assert needs(jules.get("/desk/clients").text).count("The plan has stopped") == 1


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
