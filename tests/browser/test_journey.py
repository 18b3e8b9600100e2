"""The road in Chromium: from the article to the outcome, and from there to the desk's queue."""

import pytest
from playwright.sync_api import Locator, Page, expect

from portal.staff.actions import add_staff
from portal.staff.models import Role
from tests.browser.conftest import Visit
from tests.browser.hands import Hands
from tests.stranger import ROBIN, Person
from tests.test_journey import OUTCOMES, PASSWORD

ARTICLE = "/articles/sore-back"


def arrive(page: Page, person: Person, *, form: str) -> Hands:
    """Go from the article through the form to the health check's first page."""
    page.get_by_role("link", name="Book your free consult").first.click()
    hands = Hands(page, person, form)
    hands.fill()
    hands.press()
    page.wait_for_url("**/health-check/**")
    return Hands(page, person)


def only_row(page: Page) -> Locator:
    row = page.locator("#rows .row")
    expect(row).to_have_count(1)
    return row


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_stranger_with_htmx_gets_their_outcome_and_the_desk_a_row(visit: Visit, signed_in, outcome):
    page = visit(ARTICLE)
    hands = arrive(page, Person({**ROBIN, **OUTCOMES[outcome]}), form="dialog:modal form.lead")
    hands.walk()

    assert hands.disposition == outcome
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    row = only_row(visit("/desk/", **signed_in(Role.DESK)))
    expect(row).to_have_attribute("data-disposition", outcome)
    expect(row).to_have_attribute("data-status", "waiting")


def test_stranger_and_desk_without_javascript(visit: Visit, live_app):
    page = visit(ARTICLE, width=390, javascript=False)
    hands = arrive(page, Person({**ROBIN, **OUTCOMES["CAUTION"]}), form="main form")
    hands.walk()
    assert hands.disposition == "CAUTION"

    with live_app.app_context():
        add_staff(email="dana@example.com", name="Dana Test", role=Role.DESK, password=PASSWORD)
    desk = visit("/desk/", javascript=False)
    desk.get_by_label("Email").fill("dana@example.com")
    desk.get_by_label("Password").fill(PASSWORD)
    desk.get_by_role("button", name="Sign in").click()
    expect(only_row(desk)).to_have_attribute("data-disposition", "CAUTION")
    desk.get_by_role("link", name="Robin Test").click()
    desk.get_by_role("button", name="Claim").click()
    expect(desk.get_by_text("Yours since")).to_be_visible()
    desk.get_by_role("button", name="Done").click()
    expect(desk.locator("#toast")).to_contain_text("Robin Test marked done")
    expect(desk.locator("#rows .row")).to_have_count(0)
