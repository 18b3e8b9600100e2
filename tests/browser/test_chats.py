"""The chat's inbox in a real browser: two desks and a visitor, with and without a script."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from portal.chat import queries, reading
from portal.chat.models import Thread
from portal.extensions import db
from portal.staff.models import Role
from tests.browser.conftest import seat
from tests.browser.test_desk import behind
from tests.chat.conftest import says, who, write

AtChats = Callable[..., Page]
PHONE = 390


@pytest.fixture
def at_chats(visit, live_app) -> AtChats:
    """Open the inbox as one of two people: `at_chats("Jules Test")`."""

    def open_page(name: str = "Dana Test", path: str = "/desk/chats", **options) -> Page:
        role = Role.COACH if name.startswith("Jules") else Role.DESK
        page = visit(path, **seat(live_app, name, role), **options)
        if options.get("javascript", True):
            page.wait_for_function("window.htmx?.version && document.readyState === 'complete'")
        return page

    return open_page


@pytest.fixture
def visitor(live_app):
    """Somebody in the chat: `visitor("Hello")` begins it, and then goes on with it."""

    def speak(text: str, name: str = "Robin") -> None:
        with live_app.app_context():
            found = db.session.scalars(db.select(Thread)).first()
            if found is None:
                write(text, who=who(name))
            else:
                says(found, text)
            db.session.remove()

    return speak


def said(app) -> list[str]:
    with behind(app):
        thread = db.session.scalars(db.select(Thread)).one()
        return [line.text for line in reading.lines(thread)]


def texts(page: Page) -> list[str]:
    return page.locator(".say__text").all_text_contents()


def refresh(page: Page) -> None:
    with page.expect_response(re.compile("poll=1")):
        page.evaluate("document.body.dispatchEvent(new Event('rows:refresh'))")


def test_chat_is_answered_by_keyboard_on_a_phone(at_chats, visitor, live_app):
    visitor("Hello")
    page = at_chats(width=PHONE)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#pane-name")).to_be_focused()
    page.keyboard.press("r")
    expect(page.get_by_label("Your answer")).to_be_focused()
    page.keyboard.type("Hi, come by each day.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".say--staff")).to_contain_text("Sent, not seen yet")
    expect(page.get_by_label("Your answer")).to_be_focused()
    expect(page.get_by_label("Your answer")).to_have_value("")
    assert said(live_app) == ["Hello", "Hi, come by each day."]
    visitor("Thank you")
    refresh(page)
    expect(page.locator(".say")).to_have_count(3)
    expect(page.locator(".say--staff")).to_contain_text("Seen")
    expect(page.get_by_label("Your answer")).to_be_focused()


@pytest.mark.parametrize("javascript", [True, False])
def test_somebody_talks_with_the_desk_from_the_first_word_to_the_last(
    visit, at_chats, live_app, javascript
):
    robin = visit("/chat", width=PHONE, javascript=javascript)
    robin.locator("#chat-text").fill("Hello, do you have parking?")
    robin.locator("#chat-name").fill("Robin")
    robin.get_by_role("button", name="Send").click()
    robin.wait_for_url("**/chat/*")
    desk = at_chats(javascript=javascript, width=PHONE)
    desk.get_by_role("link", name="Robin").click()
    desk.get_by_label("Your answer").fill("Yes, behind the house.")
    desk.get_by_role("button", name="Send", exact=True).click()
    expect(desk.locator(".say--staff")).to_contain_text("Sent, not seen yet")
    robin.reload()
    expect(robin.locator(".msg--staff")).to_contain_text("Yes, behind the house.")
    expect(robin.locator(".msg--staff")).to_contain_text("Dana")
    robin.locator("#chat-text").fill("I fainted twice today")
    robin.get_by_role("button", name="Send").click()
    expect(robin.locator(".msg--system")).to_contain_text("call 911")
    desk.goto("/desk/")
    row = desk.locator("#rows .row").first
    expect(row).to_contain_text("Read now")
    row.get_by_role("link", name="Robin").click()
    expect(desk.locator(".verdict")).to_contain_text("Read now: it sounds like an emergency")
    expect(desk.locator(".say--staff")).to_contain_text("Seen")
    way = desk.get_by_role("button", name="Send the link: Free consult")
    expect(way).to_have_count(0)
    desk.get_by_role("button", name="Seen to").click()
    expect(desk.locator(".verdict")).to_have_count(0)
    way.click()
    expect(desk.locator(".say--staff")).to_have_count(2)
    robin.reload()
    robin.locator(".msg__text").get_by_role("link", name="Book a free consult").click()
    expect(robin.locator("#consult-name")).to_have_value("Robin")


def test_two_desks_without_a_script_answer_one_chat_once(at_chats, visitor, live_app):
    visitor("Hello")
    dana, jules = (at_chats(name, javascript=False) for name in ("Dana Test", "Jules Test"))
    for page in (dana, jules):
        page.get_by_role("link", name="Robin").click()
    jules.get_by_label("Your answer").fill("Yes, come by.")
    jules.get_by_role("button", name="Send", exact=True).click()
    expect(jules.locator(".say--staff")).to_have_count(1)
    dana.get_by_label("Your answer").fill("No, sorry.")
    dana.get_by_role("button", name="Send", exact=True).click()
    expect(dana.locator(".changed")).to_contain_text("Jules wrote")
    expect(dana.get_by_label("Your answer")).to_have_value("No, sorry.")
    assert said(live_app) == ["Hello", "Yes, come by."]
    dana.get_by_role("button", name="Send", exact=True).click()
    expect(dana.locator(".say--staff")).to_have_count(2)


def test_two_desks_see_each_other_and_what_the_other_does(at_chats, visitor, live_app):
    visitor("Hello")
    dana, jules = at_chats(), at_chats("Jules Test")
    for page in (dana, jules):
        page.get_by_role("link", name="Robin").click()
        expect(page.locator("#pane-name")).to_be_focused()
    dana.get_by_label("Your answer").fill("No, sorry.")
    jules.get_by_label("Your answer").fill("Yes, come by.")
    jules.get_by_role("button", name="Send", exact=True).click()
    expect(jules.locator(".say--staff")).to_have_count(1)
    dana.get_by_role("button", name="Send", exact=True).click()
    expect(dana.locator(".changed")).to_contain_text("Jules wrote")
    expect(dana.locator(".viewing")).to_contain_text("Jules is here too")
    expect(dana.get_by_label("Your answer")).to_have_value("No, sorry.")
    assert texts(dana) == ["Hello", "Yes, come by."]
    dana.get_by_role("button", name="Send", exact=True).click()
    expect(dana.locator(".say--staff")).to_have_count(2)
    assert said(live_app) == ["Hello", "Yes, come by.", "No, sorry."]


def test_double_click_sends_once(at_chats, visitor, live_app):
    visitor("Hello")
    page = at_chats()
    page.get_by_role("link", name="Robin").click()
    page.get_by_label("Your answer").fill("Yes.")
    page.get_by_role("button", name="Send", exact=True).dblclick()
    expect(page.locator(".say--staff")).to_have_count(1)
    assert said(live_app) == ["Hello", "Yes."]


def test_typing_outlives_a_poll_a_reload_and_a_failed_send(at_chats, visitor, visit, live_app):
    visitor("Hello")
    page = at_chats()
    page.get_by_role("link", name="Robin").click()
    field = page.get_by_label("Your answer")
    field.fill("Half a sent")
    visitor("Are you there?")
    refresh(page)
    expect(page.locator(".say")).to_have_count(2)
    expect(field).to_be_focused()
    expect(field).to_have_value("Half a sent")
    page.reload()
    expect(field).to_have_value("Half a sent")
    page.wait_for_function("window.htmx?.version && document.readyState === 'complete'")
    visit.expects("net::ERR_INTERNET_DISCONNECTED", "htmx:error: Failed to fetch")
    page.context.set_offline(True)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#notice")).to_have_text(
        "Not sent. Your answer is still here: send it again."
    )
    expect(field).to_have_value("Half a sent")
    page.context.set_offline(False)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".say--staff")).to_have_count(1)
    page.reload()
    expect(field).to_have_value("")
    assert said(live_app) == ["Hello", "Are you there?", "Half a sent"]


def test_covered_screen_reads_nothing_until_somebody_shows_the_chat(at_chats, visitor, live_app):
    visitor("Hello")
    page = at_chats()
    page.get_by_role("link", name="Robin").click()
    expect(page.locator("#pane-name")).to_be_focused()
    page.keyboard.press("p")
    visitor("Are you there?")
    refresh(page)
    assert texts(page) == ["Hello"]
    with behind(live_app):
        seen = [line.seen for line in reading.lines(db.session.scalars(db.select(Thread)).one())]
    assert seen == [True, False]
    page.keyboard.press("p")
    expect(page.locator(".say")).to_have_count(2)


@pytest.mark.parametrize("javascript", [True, False])
def test_ready_words_are_put_after_what_was_typed(at_chats, visitor, live_app, javascript):
    visitor("Hello")
    page = at_chats(javascript=javascript)
    page.get_by_role("link", name="Robin").click()
    page.get_by_label("Your answer").fill("Hi!")
    page.get_by_label("Ready words").select_option("moment")
    page.get_by_role("button", name="Insert").click()
    expect(page.get_by_label("Your answer")).to_have_value(
        "Hi!\nOne moment, please. I am looking it up for you."
    )
    assert said(live_app) == ["Hello"]


@pytest.mark.parametrize("javascript", [True, False])
def test_chat_is_claimed_closed_and_taken_back(at_chats, visitor, live_app, javascript):
    visitor("Hello")
    page = at_chats(javascript=javascript)
    page.get_by_role("link", name="Robin").click()
    page.get_by_role("button", name="Claim").click()
    expect(page.locator(".owner")).to_contain_text("Yours since")
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#rows")).to_contain_text("Nobody waits in the chat.")
    page.locator("#toast").get_by_role("button", name="Undo").click()
    expect(page.locator("#rows h3 a")).to_have_count(1)
    with behind(live_app):
        thread = db.session.scalars(db.select(Thread)).one()
        assert (thread.is_open, thread.claimed_by.name) == (True, "Dana Test")
        assert len(queries.steps(thread.id)) == 3


def test_messages_are_a_polite_log_that_stands_at_its_end(at_chats, visitor):
    for number in range(30):
        visitor(f"Word {number}")
    page = at_chats()
    page.get_by_role("link", name="Robin").click()
    log = page.get_by_role("log", name="Chat")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(page.locator(".say").last).to_be_in_viewport()
    assert log.evaluate("it => it.scrollHeight > it.clientHeight")
