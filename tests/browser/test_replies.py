"""From the article to the published reply and its erasing: by hand, by keyboard, and plain."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.extensions import db
from portal.replies.models import Reply
from portal.staff.models import Role
from tests.browser.conftest import Visit, sign_in
from tests.browser.focus import tab_to
from tests.browser.hands import until
from tests.browser.reply_states import conversation
from tests.browser.stage import Stage
from tests.browser.test_weight import COLD_BYTES, COLD_REQUESTS, load
from tests.replies.conftest import ARTICLE, ROSA

PHONE = 390


def kept(app: Flask) -> int:
    with app.app_context():
        count = db.session.scalar(db.select(db.func.count()).select_from(Reply))
        db.session.remove()
    return count or 0


def fill(page: Page) -> None:
    page.get_by_label("Your reply").fill(ROSA["text"])
    page.get_by_label("Name to show").fill(ROSA["name"])
    page.get_by_label("Email (never shown)").fill(ROSA["email"])


def send(page: Page) -> None:
    page.get_by_role("button", name="Send reply").click()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_reply_is_left_published_read_and_erased_on_a_phone(
    visit: Visit, live_app: Flask, javascript
):
    page = visit(ARTICLE, width=PHONE, javascript=javascript)
    fill(page)
    page.get_by_label("Email (never shown)").fill("rosa")
    send(page)
    until(page, lambda: page.title().startswith("Error: "))
    expect(page.locator("#replies .error-summary")).to_be_focused()
    expect(page.get_by_label("Your reply")).to_have_value(ROSA["text"])
    page.get_by_label("Email (never shown)").fill(ROSA["email"])
    send(page)
    page.wait_for_url("**/replies/*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. We read it first")
    mine = page.url

    desk = visit("/desk/replies", javascript=javascript, **sign_in(live_app, Role.COACH))
    desk.locator(".mails a").first.click()
    desk.get_by_role("button", name="Publish it").click()
    expect(desk.get_by_role("status").first).to_contain_text("Published.")

    page.goto(ARTICLE)
    expect(page.locator(".reply__text")).to_have_text(ROSA["text"])
    page.goto(mine)
    page.get_by_role("link", name="Erase my reply").click()
    page.get_by_role("button", name="Erase my reply").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your reply is erased")
    page.goto(ARTICLE)
    assert (page.locator(".reply").count(), kept(live_app)) == (0, 0)


def test_a_reply_is_left_by_keyboard_alone(visit: Visit, live_app: Flask):
    page = visit(ARTICLE, width=PHONE)
    for name, label in (
        ("text", "Your reply"),
        ("name", "Name to show"),
        ("email", "Email (never shown)"),
    ):
        tab_to(page, page.get_by_label(label))
        page.keyboard.type(ROSA[name])
    tab_to(page, page.get_by_label("Email me when my reply appears"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Send reply"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/replies/*")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.get_by_role("link", name="Stop these emails")).to_be_visible()
    assert kept(live_app) == 1


def test_a_double_click_leaves_one_reply(visit: Visit, live_app: Flask):
    page = visit(ARTICLE)
    fill(page)
    page.get_by_role("button", name="Send reply").dblclick(no_wait_after=True)
    page.wait_for_url("**/replies/*")
    assert kept(live_app) == 1


def test_a_reply_that_does_not_arrive_keeps_its_words(visit: Visit):
    visit.expects("ERR_INTERNET_DISCONNECTED", "htmx:error")
    page = visit(ARTICLE)
    fill(page)
    page.wait_for_function("window.htmx")
    page.context.set_offline(True)
    send(page)
    expect(page.locator("#notice")).to_contain_text("Your answers are still on this page.")
    expect(page.get_by_label("Your reply")).to_have_value(ROSA["text"])
    page.context.set_offline(False)
    send(page)
    page.wait_for_url("**/replies/*")


def test_words_that_sound_like_an_emergency_show_what_to_do_at_once(visit: Visit):
    page = visit(ARTICLE, width=PHONE)
    fill(page)
    page.get_by_label("Your reply").fill("I have crushing pain in my chest right now")
    send(page)
    page.wait_for_url("**/replies/*")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("Call 911 now")
    expect(heading).to_be_focused()
    expect(page.get_by_role("link", name="Call 911")).to_be_in_viewport()


def test_an_article_with_replies_comes_without_htmx_and_stays_light(visit: Visit, live_app: Flask):
    conversation(Stage(visit, live_app))
    page = visit("about:blank", width=PHONE)
    cold = load(page, ARTICLE)
    assert [url for url, _ in cold if "htmx" in url] == []
    assert len(cold) <= COLD_REQUESTS, cold
    assert sum(size for _, size in cold) <= COLD_BYTES, cold
