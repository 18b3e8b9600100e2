"""What happens between the steps of a plan: holds, clearances, consents, and people who leave."""

from datetime import timedelta
from functools import partial

import pytest

from portal.booking.gate import Gate, gate
from portal.clock import now
from portal.desk import actions as desk
from portal.extensions import db
from portal.leads.links import health_check_token
from portal.leads.models import Disposition, Purpose
from portal.leads.queries import enquiries
from portal.mail.models import MailState, OutboxMail
from portal.onboarding import clients
from portal.onboarding.clients import Need
from portal.onboarding.models import PlanState
from portal.privacy import consents
from portal.referrals import chores
from portal.referrals.answer import Limits
from portal.referrals.models import State
from portal.referrals.queries import of_lead
from portal.staff import actions as accounts
from portal.staff.models import Role
from tests.desk.conftest import form_on, make_staff, sign_in
from tests.intake.recorded import record_screening
from tests.intake.walker import Walker
from tests.onboarding.conftest import BACK, fresh, heading, said, send, waiting
from tests.referrals.conftest import verified

HARD_WORK_WAITS = {"conditions": ["heart"], "active_regular": "yes", "goal_intensity": "vigorous"}
"""A known condition, and training already: REFERRAL, and only hard work is held."""


def plan_mail() -> dict[str, str]:
    """The mails that lead to a plan, and where each stands."""
    found = db.session.scalars(db.select(OutboxMail).where(OutboxMail.kind.startswith("plan_")))
    return {mail.kind: mail.state.value for mail in found}


def test_no_mail_leads_to_a_plan_whose_answers_were_taken_back(given):
    lead, person = given()
    person.press("/reminders", "/reminders", hour="8")
    assert set(plan_mail().values()) == {MailState.READY}
    consents.withdraw(lead.id, Purpose.HEALTH, at=now())
    assert plan_mail() == dict.fromkeys(("plan_ready", "plan_reminder"), MailState.CANCELLED)


def resume(jules, person):
    address = f"/desk/plans/{person.plan_id}"
    jules.stays()
    return send(jules, jules.get(address).text, f"{address}/resume", because="Seen")


def test_a_morning_told_late_belongs_to_its_own_session(given, clock):
    """The page with the question stood open while the next session was done in another tab."""
    _, person = given(nprs=2, fear_move=2, confidence=8)
    person.train()
    clock.advance(days=1)
    form = form_on(person.get().text, f"{person.url}/morning")
    person.train()
    person.client.post(form.pop("action"), data={**form, "settled": "yes"})
    assert [each.kept["settled"] for each in person.home.entries] == [True, None]
    assert person.last.kept["said"][2] == "STAY-MORNING"
    clock.advance(days=1)
    person.wake()
    assert said(person.get().text) == "Green: one step on"


def test_an_undone_clearance_stops_the_plan_that_went_on_by_it(given, jules):
    lead, person = given()
    person.press("/stop", "/stop", ticks="leg_one")
    line = verified(of_lead(lead.id), jules.staff)
    assert (resume(jules, person).status_code, person.plan.state) == (303, PlanState.ACTIVE)
    desk.undo(lead.id, line.id, staff=jules.staff, at=now())
    assert (fresh(lead).hold, person.plan.state) == ("all", PlanState.STOPPED)


@pytest.mark.parametrize(
    ("limits", "state"),
    [
        (Limits(range="comfortable"), PlanState.STOPPED),
        (Limits(other="No swimming"), PlanState.ACTIVE),
    ],
)
def test_limits_that_come_while_somebody_trains_stop_what_they_rule_out(
    given, jules, limits, state
):
    lead, person = given(**HARD_WORK_WAITS, nprs=2, fear_move=2, confidence=8)
    verified(of_lead(lead.id), jules.staff, State.LIMITED, limits=limits)
    assert (fresh(lead).hold, person.plan.state) == ("none", state)


def test_the_end_of_a_clearance_is_no_second_look_after_red(given, jules, clock):
    lead, person = given(**HARD_WORK_WAITS)
    verified(of_lead(lead.id), jules.staff, until=now().date() + timedelta(days=3))
    clock.advance(days=1)
    person.train(pain=7)
    clock.advance(days=4)
    assert chores.expire(at=now()) == 1
    assert (fresh(lead).hold, person.plan.state) == ("vigorous", PlanState.ACTIVE)
    assert person.home.asks_again.rule_id == "RESCREEN-RED"


def test_who_was_told_not_yet_trains_and_books_nothing_also_where_the_answers_held_less(
    given, jules
):
    lead, person = given(**HARD_WORK_WAITS)
    line = verified(of_lead(lead.id), jules.staff, State.NOT_CLEARED)
    held = (fresh(lead).hold, gate(fresh(lead)), person.plan.state)
    assert held == ("all", Gate.HELD, PlanState.STOPPED)
    record_screening(
        enquiries(lead.id)[0], answers={**BACK, **HARD_WORK_WAITS}, wording="Yes.", at=now()
    )
    assert gate(fresh(lead)) is Gate.HELD
    verified(of_lead(lead.id), jules.staff)
    assert (fresh(lead).hold, gate(fresh(lead))) == ("none", Gate.OPEN)
    assert line.kind == "clearance_refused"


def test_a_sign_told_in_between_does_not_put_off_the_year(given, jules, clock):
    lead, person = given()
    clock.advance(days=330)
    person.renew()
    person.press("/stop", "/stop", ticks="leg_one")
    verified(of_lead(lead.id), jules.staff)
    assert resume(jules, person).status_code == 303
    clock.advance(days=40)
    assert (person.plan.state, person.home.asks_again.rule_id) == (
        PlanState.ACTIVE,
        "RESCREEN-YEAR",
    )


def test_changed_health_waits_for_the_health_check_and_not_for_the_coach_alone(given, jules):
    lead, person = given()
    check = person.press("/check", "/check", ticks="changed").location
    page = person.get().text
    assert (heading(page), page.count("Go through the health check")) == (
        "Your plan waits for now",
        1,
    )
    refused = resume(jules, person)
    assert (refused.status_code, refused.text.count("not sent their health check again")) == (
        409,
        1,
    )
    Walker(person.client, check).press()
    assert person.get().text.count("What to do now") == 1
    assert (resume(jules, person).status_code, person.plan.state) == (303, PlanState.ACTIVE)
    assert fresh(lead).hold == "none"


def test_a_sign_told_while_the_health_check_is_unsent_shows_what_to_do(given):
    _, person = given()
    person.press("/check", "/check", ticks="changed")
    outcome = person.press("/stop", "/stop", ticks="leg_one").location
    assert outcome.endswith("/result")
    assert person.client.get(outcome).text.count('data-disposition="REFERRAL"') == 1
    assert person.get().text.count("What to do now") == 1


def test_what_stopped_a_plan_is_nothing_to_look_at_once_it_goes_on(given, jules, clock):
    lead, person = given()
    person.train(pain=7)
    clock.advance(days=2)
    person.press("/check", "/check", ticks="none")
    person.train(pain=7)
    person.press("/stop", "/stop", ticks="leg_one")
    verified(of_lead(lead.id), jules.staff)
    resume(jules, person)
    clock.advance(days=1)
    (asked,) = clients.clients(clients.plans(jules.staff), at=now())
    looks = [words for need, words in asked.why if need is Need.LOOK]
    assert looks == ["Two red sessions within two weeks. Ring, and change the plan together."]


@pytest.mark.parametrize("leave", [accounts.disable, partial(accounts.change_role, role=Role.DESK)])
def test_the_clients_of_a_coach_who_has_left_are_every_coachs(given, jules, app, leave):
    _, person = given()
    person.press("/check", "/check", ticks="changed")
    kim = sign_in(app, make_staff("Kim Test", Role.COACH))
    assert kim.get("/desk/clients").text.count("Ada Test") == 0
    assert kim.get("/desk/").text.count("to look at") == 0
    leave(jules.staff.email)
    assert kim.get("/desk/clients").text.count("Ada Test") == 1
    assert kim.get("/desk/").text.count("to look at") == 1


def test_reminders_are_stopped_by_one_press_also_while_the_plan_waits(given, jules):
    lead, person = given()
    person.press("/reminders", "/reminders", hour="8")
    person.press("/stop", "/stop", ticks="leg_one")
    page = person.get("/reminders").text
    assert (page.count("no reminders come until it goes on"), page.count("At noon")) == (1, 0)
    person.press("/reminders", "/reminders", hour="none")
    verified(of_lead(lead.id), jules.staff)
    resume(jules, person)
    assert (person.plan.state, waiting()) == (PlanState.ACTIVE, [])


def test_answers_changed_and_not_sent_hold_whoever_was_held_in_part_too(given, clock):
    lead, person = given(**HARD_WORK_WAITS)
    clock.advance(days=1)
    token = health_check_token(enquiries(lead.id)[0])
    walker = Walker(person.client, f"/health-check/{token}/history")
    walker.press(ticks=["surgery"])
    assert (fresh(lead).hold, person.plan.state) == ("all", PlanState.STOPPED)
    assert (fresh(lead).disposition, gate(fresh(lead))) == (Disposition.REFERRAL, Gate.HELD)


def test_on_paper_a_plan_that_waits_says_so_as_its_page_does(given, jules):
    _, person = given()
    paper = f"/desk/plans/{person.plan_id}/print"
    assert jules.get(paper).text.count("This plan waits for now.") == 0
    person.press("/stop", "/stop", ticks="leg_one")
    assert heading(person.get().text) == "Your plan waits for now"
    assert jules.get(paper).text.count("This plan waits for now.") == 1
