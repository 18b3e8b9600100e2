"""The two forms wherever they stand: refused, sent twice, not sent at all."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select

from portal.extensions import db
from portal.leads.models import Consent, Enquiry, Lead
from portal.mail.models import OutboxMail
from tests.browser.conftest import Visit
from tests.browser.hands import until
from tests.stranger import ROBIN

SLUGS = ("consult", "day-pass")
PLACES = ("dialog", "page", "plain")
NOISE = ("ERR_INTERNET_DISCONNECTED", "Failed to fetch", "status of 500")
"""What Chromium and htmx log when a test breaks the line."""
UNSENT = "That did not send. Your answers are still on this page."


class Form(NamedTuple):
    """A form on a page, and the prefix of its controls."""

    page: Page
    slug: str
    form: Locator

    def control(self, name: str) -> Locator:
        return self.page.locator(f"#{self.slug}-{name}")

    @property
    def button(self) -> Locator:
        return self.form.get_by_role("button", name="Continue")

    def fill(self) -> None:
        self.control("name").fill(ROBIN["name"])
        self.control("email").fill(ROBIN["email"])
        self.control("reason").check()
        if self.slug == "day-pass":
            self.control("visit_on").select_option(index=1)


Opens = Callable[..., Form]


@pytest.fixture
def opens(visit: Visit) -> Opens:
    """Open a form in one of its places: `opens("consult", "dialog")`."""

    def open_form(slug: str, place: str) -> Form:
        page = visit("/articles/" if place == "dialog" else f"/{slug}", javascript=place != "plain")
        if place == "dialog":
            page.locator(f"header.site [data-dialog={slug}-dialog]").click()
        return Form(page, slug, page.locator(f"#{slug}-form"))

    return open_form


def rows(app: Flask, *models: type) -> list[int]:
    with app.app_context():
        counts = [db.session.scalar(select(func.count()).select_from(model)) for model in models]
        db.session.remove()
    return [count or 0 for count in counts]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("slug", SLUGS)
def test_refused_form_takes_the_focus_and_keeps_what_was_typed(opens: Opens, slug, place):
    form = opens(slug, place)
    form.control("name").fill("Robin Test")
    form.control("phone").fill("12")
    form.button.click()

    summary = form.page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert form.page.title().startswith("Error: ")
    expect(form.control("name")).to_have_value("Robin Test")
    expect(form.control("phone")).to_have_value("12")
    expect(form.control("name")).not_to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize("place", PLACES)
def test_every_line_of_the_summary_leads_to_its_control(opens: Opens, place):
    form = opens("day-pass", place)
    form.button.click()
    expect(form.page.get_by_role("alert")).to_be_focused()

    for name in ("name", "email", "visit_on", "reason"):
        form.page.locator(f".error-summary a[href='#day-pass-{name}']").click()
        expect(form.control(name)).to_be_focused()


@pytest.mark.parametrize("place", PLACES)
def test_refused_control_says_so_and_is_described_by_hint_and_error(opens: Opens, place):
    form = opens("consult", place)
    form.button.click()
    expect(form.page.get_by_role("alert")).to_be_focused()

    email = form.control("email")
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(email).to_have_attribute("aria-describedby", "consult-email-hint consult-email-error")
    expect(email).to_have_accessible_description(
        "We send your confirmation here Error: Enter your email address"
    )
    reason = form.form.get_by_role("radiogroup", name="What brings you in?")
    expect(reason).to_have_attribute("aria-describedby", "consult-reason-error")


@pytest.mark.parametrize("place", PLACES)
def test_corrected_form_goes_on_and_is_one_enquiry(opens: Opens, live_app, place):
    form = opens("consult", place)
    form.button.click()
    expect(form.page.get_by_role("alert")).to_be_focused()
    form.fill()
    form.button.click()
    form.page.wait_for_url("**/health-check/**")

    assert not form.page.title().startswith("Error: ")
    assert rows(live_app, Lead, Enquiry) == [1, 1]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("twice", ["click", "Enter"])
def test_form_sent_twice_at_once_is_one_enquiry(opens: Opens, live_app, place, twice):
    form = opens("consult", place)
    form.fill()
    if twice == "click":
        form.button.dblclick(delay=10)
    else:
        form.control("email").focus()
        form.page.keyboard.press("Enter")
        form.page.keyboard.press("Enter")
    until(form.page, lambda: "/health-check/" in form.page.url)
    form.page.wait_for_load_state("networkidle")

    assert rows(live_app, Lead, Enquiry, Consent) == [1, 1, 1]
    with live_app.app_context():
        kinds = db.session.scalars(select(OutboxMail.kind).order_by(OutboxMail.kind)).all()
        db.session.remove()
    assert kinds == ["finish_check", "staff_alert"]


def test_back_at_a_form_that_was_sent_pressing_again_leads_on_and_asks_for_nothing_new(
    opens: Opens, live_app
):
    form = opens("consult", "page")
    form.fill()
    form.button.click()
    form.page.wait_for_url("**/health-check/**")
    form.page.go_back()
    expect(form.control("email")).to_have_value(ROBIN["email"])
    form.button.click()
    form.page.wait_for_url("**/health-check/**")

    assert rows(live_app, Lead, Enquiry) == [1, 1]


@pytest.mark.parametrize("place", ["dialog", "page"])
@pytest.mark.parametrize("trouble", ["offline", "500"])
def test_form_that_cannot_be_sent_says_so_and_keeps_everything(
    opens: Opens, visit: Visit, live_app, place, trouble
):
    visit.expects(*NOISE)
    form = opens("consult", place)
    form.fill()
    break_line(form.page, trouble)
    form.button.focus()
    form.page.keyboard.press("Enter")

    said = form.form.get_by_role("alert") if place == "dialog" else form.page.locator("#notice")
    expect(said).to_contain_text(UNSENT)
    expect(form.button).to_be_focused()
    expect(form.control("name")).to_have_value(ROBIN["name"])
    expect(form.control("email")).to_have_value(ROBIN["email"])
    expect(form.control("reason")).to_be_checked()

    mend_line(form.page, trouble)
    form.page.keyboard.press("Enter")
    form.page.wait_for_url("**/health-check/**")
    assert rows(live_app, Lead, Enquiry) == [1, 1]


def break_line(page: Page, trouble: str) -> None:
    if trouble == "offline":
        page.context.set_offline(True)
    else:
        page.route("**/*", lambda route: route.fulfill(status=500, body="broken"))


def mend_line(page: Page, trouble: str) -> None:
    if trouble == "offline":
        page.context.set_offline(False)
    else:
        page.unroute("**/*")


def test_notice_is_there_before_anything_is_said(opens: Opens, visit: Visit):
    visit.expects(*NOISE)
    form = opens("consult", "page")
    notice = form.page.locator("#notice")
    assert (notice.get_attribute("role"), notice.text_content()) == ("status", "")
    form.page.evaluate("window.notice = document.getElementById('notice')")

    break_line(form.page, "offline")
    form.button.click()
    expect(notice).to_contain_text(UNSENT)
    assert form.page.evaluate("window.notice === document.getElementById('notice')")


@pytest.mark.parametrize("place", ["dialog", "page"])
@pytest.mark.parametrize("slug", SLUGS)
def test_browser_is_told_which_of_its_own_words_fit(opens: Opens, slug, place):
    form = opens(slug, place)
    tokens = {name: form.control(name).get_attribute("autocomplete") for name in ROBIN_KNOWS}
    assert tokens == ROBIN_KNOWS


ROBIN_KNOWS = {"name": "name", "email": "email", "phone": "tel"}


def test_sign_in_lets_a_password_manager_fill_it(visit: Visit):
    page = visit("/staff/sign-in")
    expect(page.get_by_label("Email")).to_have_attribute("autocomplete", "username")
    expect(page.get_by_label("Password")).to_have_attribute("autocomplete", "current-password")
