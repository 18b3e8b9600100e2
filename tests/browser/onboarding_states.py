"""The states of the coach's consult and of a client's plan."""

from collections.abc import Mapping

from playwright.sync_api import Page, expect

from portal.clock import now
from portal.extensions import db
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


def session_end(stage: Stage, *, pain: str = "2") -> Page:
    page = session(stage)
    while page.get_by_role("button", name="Keep, and go on").count():
        page.locator(f".scale__step input[value='{pain}']").check()
        page.get_by_role("button", name="Keep, and go on").click()
        page.wait_for_load_state()
    return page


def after(stage: Stage) -> Page:
    page = session_end(stage)
    page.locator(".scale__step input[value='7']").check()
    page.get_by_role("button", name="Done for today").click()
    expect(page.locator(".light")).to_be_visible()
    return page


def beside_home(path: str) -> Shows:
    def show(stage: Stage) -> Page:
        page = after(stage)
        page.goto(f"{page.url}{path}")
        return page

    return show


def stopped(stage: Stage) -> Page:
    page = beside_home("stop")(stage)
    home = page.url.removesuffix("stop")
    page.get_by_label("A high temperature, or feeling shivery").check()
    page.get_by_role("button", name="Tell us").click()
    page.wait_for_url("**/result")
    page.goto(home)
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
    "my-progress": beside_home("progress"),
    "my-reminders": beside_home("reminders"),
    "my-stop": beside_home("stop"),
    "my-check": beside_home("check"),
    "my-plan-stopped": stopped,
    "coach-clients": coach_page("/desk/clients"),
    "coach-learning": coach_page("/desk/learning"),
}
PLAN: Mapping[str, Shows] = {
    "plan": plan,
    "plan-changing": plan_changing,
    "plan-refused": plan_refused,
    "plan-faulty": plan_faulty,
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
