"""The states of the coach's consult and of a client's plan."""

from collections.abc import Mapping
from datetime import timedelta

from playwright.sync_api import Page, expect

from portal.clock import now
from portal.extensions import db, transaction
from portal.onboarding import retelling
from portal.onboarding.links import plan_token
from portal.onboarding.models import Plan
from portal.staff.models import Role
from tests.browser.stage import Shows, Stage
from tests.test_journey import BACK

SORE = {**BACK, "goals": "Lift my shopping", "nprs": "5"}


def opening(stage: Stage) -> Page:
    lead = stage.lead(**SORE)
    return stage.desk(f"/desk/leads/{lead}/assessment", role=Role.COACH)


def consult(slug: str = "story") -> Shows:
    def show(stage: Stage) -> Page:
        page = opening(stage)
        page.get_by_role("button", name="Begin the assessment").click()
        page.wait_for_url("**/story")
        page.goto(page.url.replace("/story", f"/{slug}"))
        return page

    return show


def consult_refused(stage: Stage) -> Page:
    page = consult("day")(stage)
    page.get_by_label("Sleeps well").evaluate("it => it.value = 'never'")
    page.get_by_label("Sleeps well").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".error-summary")).to_be_focused()
    return page


def summary(stage: Stage) -> Page:
    page = consult("stand")(stage)
    page.get_by_role("group", name="Squat").or_(
        page.get_by_role("radiogroup", name="Squat: How it goes")
    ).get_by_label("With some effort").check()
    expect(page.locator("#saved")).to_contain_text("Saved")
    page.goto(page.url.replace("/stand", ""))
    return page


def plan(stage: Stage) -> Page:
    page = consult("today")(stage)
    page.get_by_label("Yes, nothing has changed").check()
    expect(page.locator("#saved")).to_contain_text("Saved")
    page.goto(page.url.replace("/today", ""))
    page.get_by_role("button", name="Finish the assessment").click()
    page.get_by_role("button", name="Build the plan").click()
    page.wait_for_url("**/plans/*")
    return page


def plan_changing(stage: Stage) -> Page:
    page = plan(stage)
    page.locator(".ex summary").first.click()
    return page


def plan_refused(stage: Stage) -> Page:
    page = plan_changing(stage)
    page.locator(".ex__edit button", has_text="Take out").first.click()
    expect(page.locator(".error-summary")).to_be_focused()
    return page


def plan_faulty(stage: Stage) -> Page:
    page = plan_changing(stage)
    page.get_by_label("Level", exact=True).first.select_option("4")
    page.locator("form[action*='/set/'] [name=because]").first.fill("They want to")
    page.locator("form[action*='/set/'] button").first.click()
    expect(page.locator(".error-summary")).to_be_focused()
    return page


def plan_moved(stage: Stage) -> Page:
    page = plan_changing(stage)
    page.get_by_label("Place", exact=True).first.select_option("2")
    page.locator("form[action*='/move/'] [name=because]").first.fill("They like it second")
    page.locator("form[action*='/move/'] button").first.click()
    expect(page.locator(".said")).to_be_focused()
    return page


def one_page(stage: Stage) -> Page:
    page = plan(stage)
    page.goto(f"{page.url}/print")
    return page


def given(stage: Stage) -> Page:
    """Open the page of somebody who was given a plan."""
    desk = plan(stage)
    desk.get_by_role("button", name="Give it to").click()
    expect(desk.get_by_text("Given", exact=True).first).to_be_visible()
    with stage.app.app_context(), stage.app.test_request_context():
        found = db.session.scalars(db.select(Plan)).one()
        address = f"/plan/{plan_token(found, at=now())}/"
        db.session.remove()
    return stage.visit(address)


def session(stage: Stage) -> Page:
    page = given(stage)
    page.get_by_role("button", name="Begin the session").click()
    page.wait_for_url("**/session")
    return page


def session_refused(stage: Stage) -> Page:
    page = session(stage)
    page.get_by_role("button", name="Keep, and go on").click()
    expect(page.locator(".error-summary")).to_be_focused()
    return page


def session_red(stage: Stage) -> Page:
    page = session(stage)
    page.locator(".scale__step input[value='7']").check()
    page.get_by_role("button", name="Keep, and go on").click()
    expect(page.locator(".light--red")).to_be_visible()
    return page


def asked_after_red(stage: Stage) -> Page:
    page = session_end(stage, pain="7")
    page.get_by_role("button", name="Done for today").click()
    page.wait_for_url("**/check")
    return page


def home_after_red(stage: Stage) -> Page:
    page = asked_after_red(stage)
    page.goto(page.url.removesuffix("check"))
    return page


def coach_after_red(stage: Stage) -> Page:
    asked_after_red(stage)
    page = stage.desk("/desk/clients", role=Role.MANAGER)
    page.locator("main .session a").first.click()
    page.locator("summary", has_text="exercise by exercise").click()
    return page


def session_end(stage: Stage, *, pain: str = "2") -> Page:
    page = session(stage)
    heading = page.get_by_role("heading", level=1)
    while page.get_by_role("button", name="Keep, and go on").count():
        title = heading.inner_text()
        page.locator(f".scale__step input[value='{pain}']").check()
        page.get_by_role("button", name="Keep, and go on").click()
        expect(heading).not_to_have_text(title)
    return page


def after(stage: Stage) -> Page:
    page = session_end(stage)
    page.locator(".scale__step input[value='7']").check()
    page.get_by_role("button", name="Done for today").click()
    expect(page.get_by_role("heading", name="Done for today")).to_be_visible()
    return page


def beside_home(path: str) -> Shows:
    def show(stage: Stage) -> Page:
        page = after(stage)
        page.goto(f"{page.url}{path}")
        return page

    return show


def my_questions(stage: Stage) -> Page:
    page = beside_home("questions")(stage)
    page.locator(".ask summary").first.click()
    return page


def a_year_later(stage: Stage) -> Page:
    page = given(stage)
    with stage.app.app_context(), transaction():
        found = db.session.scalars(db.select(Plan)).one()
        answered = retelling.intake_of(found.lead_id)
        found.assessment.finished_at = answered.finished_at = now() - timedelta(days=365)
    page.reload()
    expect(page.get_by_role("link", name="Go through it")).to_be_visible()
    return page


def asked_all(stage: Stage) -> Page:
    page = a_year_later(stage)
    page.get_by_role("link", name="Go through it").click()
    return page


def sent_again(stage: Stage) -> Page:
    page = asked_all(stage)
    page.get_by_role("button", name="Go through my answers").click()
    page.get_by_role("button", name="Send my answers").click()
    page.wait_for_url("**/result")
    return page


def leg_sign(stage: Stage) -> Page:
    page = beside_home("stop")(stage)
    page.get_by_label("New pain, tingling or numbness down one leg").check()
    page.get_by_role("button", name="Tell us").click()
    page.wait_for_url("**/result")
    return page


def leg_sign_at_the_desk(stage: Stage) -> Page:
    leg_sign(stage)
    page = stage.desk("/desk/", role=Role.MANAGER)
    page.locator("li.row a").first.click()
    expect(page.get_by_text("Until then your training waits.")).to_be_attached()
    return page


def stopped(stage: Stage) -> Page:
    page = beside_home("stop")(stage)
    home = page.url.removesuffix("stop")
    page.get_by_label("A high temperature, or feeling shivery").check()
    page.get_by_role("button", name="Tell us").click()
    page.wait_for_url("**/result")
    page.goto(home)
    return page


def closed(stage: Stage) -> Page:
    page = given(stage)
    with stage.app.app_context(), transaction():
        db.session.scalars(db.select(Plan)).one().end(at=now())
    page.reload()
    return page


def lost(stage: Stage) -> Page:
    return stage.visit("/plan")


def lost_refused(stage: Stage) -> Page:
    page = lost(stage)
    page.get_by_role("button", name="Send me the link").click()
    expect(page.locator(".error-summary")).to_be_focused()
    return page


def coach_page(path: str) -> Shows:
    def show(stage: Stage) -> Page:
        after(stage)
        return stage.desk(path, role=Role.MANAGER)

    return show


CLIENT: Mapping[str, Shows] = {
    "my-plan": given,
    "my-session": session,
    "my-session-refused": session_refused,
    "my-session-end": session_end,
    "my-plan-after": after,
    "my-session-red": session_red,
    "my-plan-after-red": home_after_red,
    "my-progress": beside_home("progress"),
    "my-questions": my_questions,
    "my-reminders": beside_home("reminders"),
    "my-stop": beside_home("stop"),
    "my-check": beside_home("check"),
    "my-plan-stopped": stopped,
    "my-plan-after-a-year": a_year_later,
    "my-year": asked_all,
    "my-year-sent": sent_again,
    "my-leg-sign": leg_sign,
    "my-plan-closed": closed,
    "my-link-lost": lost,
    "my-link-refused": lost_refused,
    "my-link-sent": lambda stage: stage.visit("/plan/sent"),
    "coach-leg-sign": leg_sign_at_the_desk,
    "coach-plan-after-red": coach_after_red,
    "coach-clients": coach_page("/desk/clients"),
    "coach-learning": coach_page("/desk/learning"),
}
PLAN: Mapping[str, Shows] = {
    "plan": plan,
    "plan-changing": plan_changing,
    "plan-refused": plan_refused,
    "plan-faulty": plan_faulty,
    "plan-moved": plan_moved,
    "plan-one-page": one_page,
}
CONSULT: Mapping[str, Shows] = {
    "assessment-opening": opening,
    **{f"assessment-{slug}": consult(slug) for slug in ("story", "today", "day", "goals", "stand")},
    "assessment-refused": consult_refused,
    "assessment-told": consult("told/first"),
    "assessment-summary": summary,
}
ONBOARDING = {**CONSULT, **PLAN, **CLIENT}
