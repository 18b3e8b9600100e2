"""The consult in a real browser: a thumb, a keyboard, no script, and a connection that drops."""

import re

from playwright.sync_api import Locator, Page, expect

from portal.extensions import db
from portal.onboarding import queries
from portal.onboarding.models import Assessment
from tests.browser.conftest import overflows
from tests.browser.focus import MANY, tab_to
from tests.browser.onboarding_states import after, consult, given, opening, plan
from tests.browser.stage import Stage

CANARY = "a canary in a note"
KEPT_BY_THE_BROWSER = """async () => JSON.stringify([
  {...localStorage}, {...sessionStorage}, document.cookie,
  (await indexedDB.databases?.()) ?? [], await caches.keys(),
])"""
TOO_SMALL = """() => [...document.querySelectorAll(
  'main .choice, main .scale__step, main button, main summary, main .input')]
  .filter(it => it.checkVisibility() && it.getBoundingClientRect().height < 44)
  .map(it => it.outerHTML.slice(0, 60))"""


def written(live_app) -> dict:
    with live_app.app_context():
        row = db.session.scalars(db.select(Assessment)).one()
        values = dict(queries.values_of(row))
        db.session.remove()
    return values


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Continue").click()


def test_a_dropped_connection_keeps_what_was_entered_and_says_so(visit, live_app):
    page = consult("day")(Stage(visit, live_app))
    visit.expects("ERR_INTERNET_DISCONNECTED", "Failed to fetch")
    page.get_by_label("Sleeps poorly").check()
    expect(page.locator("#saved")).to_contain_text("Saved")
    page.context.set_offline(True)
    page.get_by_label("Work, family, time to train").fill(CANARY)
    page.get_by_label("Hardly", exact=True).check()
    expect(page.locator("#notice")).to_contain_text("Not saved: no connection")
    expect(page.get_by_label("Work, family, time to train")).to_have_value(CANARY)
    assert CANARY not in page.evaluate(KEPT_BY_THE_BROWSER)
    page.context.set_offline(False)
    expect(page.locator("#notice")).to_be_empty()
    expect(page.locator("#saved")).to_contain_text("Saved")
    assert written(live_app) | {"sleep": "poorly", "activity": "hardly", "day_note": CANARY} == (
        written(live_app)
    )


def test_a_portal_that_was_away_is_asked_until_it_is_back(visit, live_app):
    """The browser has its network all the while, so nothing tells it that we are there again."""
    page = consult("day")(Stage(visit, live_app))
    visit.expects("ERR_CONNECTION_REFUSED", "Failed to fetch")
    page.clock.install()
    away = re.compile("/day$|/healthz$")
    page.route(away, lambda route: route.abort("connectionrefused"))
    page.get_by_label("Work, family, time to train").fill(CANARY)
    page.get_by_label("Hardly", exact=True).check()
    expect(page.locator("#notice")).to_contain_text("Not saved: no connection")
    page.unroute(away)
    page.clock.fast_forward(6000)
    expect(page.locator("#saved")).to_contain_text("Saved")
    expect(page.locator("#notice")).to_be_empty()
    assert written(live_app)["day_note"] == CANARY


def test_the_plan_to_print_is_one_page_on_either_paper(visit, live_app):
    """With the margins of half an inch that browsers give to paper."""
    page = plan(Stage(visit, live_app))
    page.goto(f"{page.url}/print")
    edges = dict.fromkeys(("top", "right", "bottom", "left"), "12.7mm")
    for paper in ("A4", "Letter"):
        printed = page.pdf(format=paper, margin=edges)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1, paper


def test_everything_on_a_page_can_be_hit_with_a_thumb(visit, live_app):
    stage = Stage(visit, live_app)
    page = consult("story")(stage)
    page.set_viewport_size({"width": 390, "height": 860})
    small = []
    for slug in ("story", "today", "day", "goals", "stand"):
        page.goto(page.url.rpartition("/")[0] + f"/{slug}")
        small += page.evaluate(TOO_SMALL)
        assert overflows(page) <= 0
    assert small == []


def test_the_whole_consult_without_a_script(visit, live_app):
    stage = Stage(visit, live_app)
    first = opening(stage)
    page = visit(
        first.url.partition("/desk")[1] + first.url.partition("/desk")[2],
        javascript=False,
        storage_state=first.context.storage_state(),
        width=390,
    )
    page.get_by_role("button", name="Begin the assessment").click()
    go_on(page)
    page.get_by_label("Yes, nothing has changed").check()
    for _ in range(5):
        go_on(page)
    page.get_by_role("group").first.or_(page.get_by_role("radiogroup").first).first.wait_for()
    page.get_by_role("button", name="To the summary").click()
    page.get_by_role("button", name="Finish the assessment").click()
    expect(page.get_by_text("Finished")).to_be_visible()


def test_a_page_by_keyboard_alone(visit, live_app):
    page = consult("day")(Stage(visit, live_app))
    page.get_by_label("Under 4 hours").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("#saved")).to_contain_text("Saved")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('main button')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/goals")
    assert page.evaluate("document.activeElement.tagName") == "H1"
    assert (written(live_app)["sitting_hours"], written(live_app)["driving_hours"]) == ("4", "0")


def test_a_session_and_a_stop_on_a_phone_by_keyboard_without_a_script(visit, live_app):
    """One press each: what a browser does by itself is all that is needed."""
    stage = Stage(visit, live_app)
    address = given(stage).url
    page = visit(address, javascript=False, width=390)
    press(page, "Begin the session")
    assert overflows(page) <= 0
    while page.get_by_role("button", name="Keep, and go on").count():
        page.locator(".scale__step input[value='1']").press("Space")
        press(page, "Keep, and go on")
    press(page, "Done for today")
    expect(page.locator(".light")).to_contain_text("Green: stay here")
    page.get_by_role("link", name="Something new?").press("Enter")
    page.get_by_label("A change in peeing").press("Space")
    press(page, "Tell us")
    assert page.locator("main").get_attribute("data-disposition") == "EMERGENCY"


def test_a_session_and_a_stop_by_the_tab_key_alone_on_a_phone(visit, live_app):
    """From link to button to scale: whoever cannot touch a screen gets everywhere."""
    page = visit(given(Stage(visit, live_app)).url, width=390)
    tab_on(page, page.get_by_role("button", name="Begin the session"))
    page.wait_for_url("**/session")
    while page.get_by_role("button", name="Keep, and go on").count():
        title = page.get_by_role("heading", level=1).inner_text()
        tab_to(page, page.locator("[name=pain]").first)
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
        assert page.locator("[name=pain]:checked").get_attribute("value") == "1"
        tab_on(page, page.get_by_role("button", name="Keep, and go on"))
        expect(page.get_by_role("heading", level=1)).not_to_have_text(title)
        expect(page.get_by_role("heading", level=1)).to_be_focused()
    tab_to(page, page.locator("[name=confidence]").first)
    page.keyboard.press("Space")
    tab_on(page, page.get_by_role("button", name="Done for today"))
    expect(page.locator(".light")).to_contain_text("Green: stay here")
    tab_back_on(page, page.get_by_role("link", name="Something new?"))
    page.wait_for_url("**/stop")
    tab_to(page, page.get_by_label("A change in peeing"))
    page.keyboard.press("Space")
    tab_on(page, page.get_by_role("button", name="Tell us"))
    page.wait_for_url("**/result")
    assert page.locator("main").get_attribute("data-disposition") == "EMERGENCY"


def test_going_on_without_a_connection_keeps_the_page_and_says_so(visit, live_app):
    page = consult("day")(Stage(visit, live_app))
    visit.expects("ERR_INTERNET_DISCONNECTED", "Failed to fetch")
    page.context.set_offline(True)
    page.get_by_label("Work, family, time to train").fill(CANARY)
    go_on(page)
    expect(page.locator("#notice")).to_contain_text("Not saved: no connection")
    expect(page.get_by_label("Work, family, time to train")).to_have_value(CANARY)
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_contain_text("Saved")
    assert written(live_app)["day_note"] == CANARY
    go_on(page)
    page.wait_for_url("**/goals")


def test_without_a_connection_a_sign_is_not_lost_and_the_way_to_help_is_said(visit, live_app):
    page = given(Stage(visit, live_app))
    visit.expects("ERR_INTERNET_DISCONNECTED", "Failed to fetch")
    page.goto(f"{page.url}stop")
    page.get_by_label("A change in peeing").check()
    page.context.set_offline(True)
    page.get_by_role("button", name="Tell us").click()
    expect(page.locator("#notice")).to_contain_text("stop for today and call us")
    expect(page.get_by_label("A change in peeing")).to_be_checked()
    page.context.set_offline(False)
    page.get_by_role("button", name="Tell us").click()
    page.wait_for_url("**/result")


def test_nothing_of_a_session_stays_in_the_browser(visit, live_app):
    page = after(Stage(visit, live_app))
    kept = page.evaluate(KEPT_BY_THE_BROWSER)
    assert [word for word in ("pain", "confidence", "felt") if word in kept] == []


def tab_on(page: Page, target: Locator) -> None:
    """Reach something with Tab and press it."""
    tab_to(page, target)
    page.keyboard.press("Enter")


def tab_back_on(page: Page, target: Locator) -> None:
    """Reach something above with Shift and Tab, and press it."""
    for _ in range(MANY):
        if target.evaluate("it => it === document.activeElement"):
            break
        page.keyboard.press("Shift+Tab")
    expect(target).to_be_focused()
    page.keyboard.press("Enter")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).press("Enter")
    page.wait_for_load_state()
