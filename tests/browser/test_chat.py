"""The chat in Chromium: on a phone by keyboard, without a script, offline, and beside a page."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.chat import answering, queries
from portal.chat.answering import Press
from portal.chat.forgetting import forget
from portal.clock import now
from portal.extensions import db
from tests.browser.conftest import Visit
from tests.browser.hands import until
from tests.desk.conftest import make_staff

ARTICLE = "/articles/sore-back"
PHONE = 390


@pytest.fixture
def answers(live_app: Flask) -> Callable[[str], None]:
    """Somebody at the desk answers the one chat there is."""

    def answer(text: str) -> None:
        with live_app.app_context():
            (thread,) = queries.inbox(limit=9)
            staff = thread.claimed_by or make_staff()
            press = Press(thread.id, staff, thread.version, now())
            answering.answer(press, text, key=text)
            db.session.remove()

    return answer


def messages(page: Page) -> list[str]:
    return page.locator(".msg__text").all_inner_texts()


def open_panel(page: Page) -> None:
    page.locator(".bubble").press("Enter")
    expect(page.get_by_role("dialog", name="Chat with us")).to_be_visible()


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until the focus is on what `wanted` selects."""
    for _ in range(80):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {wanted}")


def poll(page: Page) -> None:
    page.evaluate("document.getElementById('chat-log').dispatchEvent(new Event('chat:poll'))")


@pytest.mark.parametrize("javascript", [True, False])
def test_somebody_talks_by_keyboard_on_a_phone(visit: Visit, answers, javascript):
    page = visit(ARTICLE, width=PHONE, javascript=javascript)
    page.locator(".bubble").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#chat-text")
    if not javascript:
        assert page.url.endswith("/chat")
        tab_to(page, "#chat-text")
    expect(page.locator("#chat-text")).to_be_focused()
    page.keyboard.type("Hello, is there a place on Saturday?")
    tab_to(page, "#chat-write button")
    page.keyboard.press("Enter")
    expect(page.locator(".msg")).to_have_count(1)
    expect(page.locator(".msg__state")).to_have_text("Sent")

    answers("Yes, at ten.")
    if javascript:
        poll(page)
    else:
        page.reload()
    expect(page.locator(".msg--staff .msg__text")).to_have_text("Yes, at ten.")

    tab_to(page, "#chat-text")
    page.keyboard.type("Thank you")
    tab_to(page, "#chat-write button")
    page.keyboard.press("Enter")
    expect(page.locator(".msg")).to_have_count(3)
    expect(page.locator("#chat-text")).to_have_value("")


def test_an_answer_comes_by_itself(visit: Visit, answers):
    page = visit(ARTICLE)
    open_panel(page)
    page.keyboard.type("Hello")
    page.locator("#chat-write button").click()
    expect(page.locator(".msg")).to_have_count(1)
    answers("Hi there.")
    expect(page.locator(".msg--staff")).to_have_count(1, timeout=9000)
    log = page.locator("#chat-log")
    assert (log.get_attribute("role"), log.get_attribute("aria-live")) == ("log", "polite")


def test_panel_takes_the_focus_and_gives_it_back(visit: Visit):
    page = visit(ARTICLE)
    open_panel(page)
    expect(page.locator("#chat-text")).to_be_focused()
    assert not page.locator("#chatbox").evaluate("it => it.matches(':modal')")
    page.keyboard.press("Escape")
    expect(page.locator("#chatbox")).to_be_hidden()
    expect(page.locator(".bubble")).to_be_focused()


def test_panel_covers_a_phone_and_lets_nothing_behind_it_be_reached(visit: Visit):
    page = visit(ARTICLE, width=PHONE)
    open_panel(page)
    assert page.locator("#chatbox").evaluate("it => it.matches(':modal')")
    page.keyboard.press("Escape")
    expect(page.locator(".bubble")).to_be_focused()


def test_nothing_typed_is_lost_when_the_line_goes_and_it_is_sent_again(visit: Visit):
    visit.expects("ERR_INTERNET_DISCONNECTED", "Failed to fetch")
    page = visit(ARTICLE)
    open_panel(page)
    page.keyboard.type("Hello")
    page.locator("#chat-write button").click()
    expect(page.locator(".msg")).to_have_count(1)
    page.context.set_offline(True)
    page.keyboard.type("Are you there?")
    page.locator("#chat-write button").click()
    expect(page.locator("[data-chat-state]")).to_have_text("Not sent. Your words are still here.")
    expect(page.locator("#chat-text")).to_have_value("Are you there?")
    poll(page)
    page.wait_for_function("() => !document.querySelector('#chat-log.htmx-request')")
    expect(page.locator("[data-chat-state]")).to_have_text("Not sent. Your words are still here.")
    page.context.set_offline(False)
    page.get_by_role("button", name="Send again").click()
    expect(page.locator(".msg")).to_have_count(2)
    expect(page.locator("#chat-text")).to_have_value("")
    page.context.set_offline(True)
    poll(page)
    expect(page.locator("[data-chat-state]")).to_have_text("Not connected. We keep trying.")
    page.context.set_offline(False)
    poll(page)
    expect(page.locator("[data-chat-state]")).to_have_text("")


def test_a_first_message_is_not_lost_on_its_own_page_when_the_line_goes(visit: Visit):
    visit.expects("ERR_INTERNET_DISCONNECTED")
    page = visit("/chat")
    page.locator("#chat-text").fill("Hello")
    page.locator("#chat-email").fill("robin@example.com")
    page.context.set_offline(True)
    page.locator("#chat-write button").click()
    expect(page.locator("#notice")).to_have_text("Not sent. Your words are still here.")
    page.context.set_offline(False)
    page.reload()
    expect(page.locator("#chat-text")).to_have_value("Hello")
    expect(page.locator("#chat-email")).to_have_value("robin@example.com")


def test_a_draft_goes_along_to_the_next_page(visit: Visit):
    page = visit(ARTICLE)
    open_panel(page)
    page.keyboard.type("Half  a thought")
    page.locator("#chat-name").evaluate("it => it.closest('details')?.setAttribute('open', '')")
    page.locator("#chat-name").fill("Robin")
    page.goto("/articles/")
    open_panel(page)
    expect(page.locator("#chat-text")).to_have_value("Half  a thought")
    expect(page.locator("#chat-name")).to_have_value("Robin")
    page.locator("#chat-write button").click()
    expect(page.locator(".msg__text")).to_have_text("Half a thought")
    expect(page.locator("#chat-text")).to_have_value("")


def test_the_thread_goes_along_to_the_next_page(visit: Visit):
    page = visit(ARTICLE)
    open_panel(page)
    page.keyboard.type("Hello")
    page.locator("#chat-write button").click()
    expect(page.locator(".msg")).to_have_count(1)
    page.wait_for_function("sessionStorage.getItem('chat-at')")
    page.goto("/articles/")
    page.locator(".bubble").press("Enter")
    expect(page.locator(".msg")).to_have_count(1)
    expect(page.locator("#chat-text")).to_have_value("")


def test_a_chat_that_was_erased_meanwhile_says_so_and_begins_anew(visit: Visit, live_app: Flask):
    page = visit(ARTICLE)
    open_panel(page)
    page.keyboard.type("Hello")
    page.locator("#chat-write button").click()
    expect(page.locator(".msg")).to_have_count(1)
    page.keyboard.type("Are you there?")
    with live_app.app_context():
        (thread,) = queries.inbox(limit=9)
        forget(thread.id)
        db.session.remove()
    page.locator("#chat-write button").click()
    expect(page.locator("[data-chat-state]")).to_contain_text("This chat is gone.")
    page.keyboard.press("Escape")
    open_panel(page)
    expect(page.locator("#chat-text")).to_have_value("Are you there?")


def test_a_double_click_is_one_thread_and_one_message(visit: Visit, live_app: Flask):
    page = visit("/chat")
    page.locator("#chat-text").fill("Hello")
    page.locator("#chat-write button").dblclick()
    page.wait_for_url("**/chat/*")
    assert messages(page) == ["Hello"]
    with live_app.app_context():
        assert len(queries.inbox(limit=9)) == 1
        db.session.remove()


def test_a_poll_announces_only_what_is_new_and_leaves_the_focus(visit: Visit, answers):
    page = visit(ARTICLE)
    open_panel(page)
    page.keyboard.type("Hello")
    page.locator("#chat-write button").click()
    expect(page.locator(".msg")).to_have_count(1)
    first = page.locator(".msg").element_handle()
    page.locator("#chat-text").fill("I am still")
    answers("Hi there.")
    poll(page)
    expect(page.locator(".msg--staff")).to_have_count(1)
    assert first.evaluate("it => it === document.querySelector('.msg')")
    expect(page.locator("#chat-text")).to_be_focused()
    expect(page.locator("#chat-text")).to_have_value("I am still")


def test_an_emergency_is_answered_before_anybody_reads_it(visit: Visit):
    page = visit(ARTICLE, width=PHONE)
    open_panel(page)
    page.keyboard.type("I have a tight pain in my chest right now")
    page.locator("#chat-write button").click()
    expect(page.locator(".msg--system .msg__text")).to_contain_text("call 911")
    expect(page.locator(".msg--system").get_by_role("link", name="Call 911")).to_be_in_viewport()


def test_one_press_leads_on_with_what_is_known(visit: Visit):
    page = visit("/chat")
    page.locator("#chat-text").fill("Hello")
    page.locator("#chat-name").fill("Robin Test")
    page.locator("#chat-email").fill("robin@example.com")
    page.locator("#chat-write button").click()
    page.wait_for_url("**/chat/*")
    page.get_by_role("link", name="Get a free day pass").last.click()
    until(page, lambda: "/day-pass?chat=" in page.url)
    expect(page.locator("#day-pass-name")).to_have_value("Robin Test")
    expect(page.locator("#day-pass-email")).to_have_value("robin@example.com")
