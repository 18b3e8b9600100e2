"""The chat in every state that a visitor can see."""

from collections.abc import Mapping

from playwright.sync_api import Page, expect

from portal.chat import answering, queries
from portal.chat.answering import Press
from portal.clock import now
from portal.desk import canned
from portal.extensions import db, settings
from tests.browser.stage import Shows, Stage, of_form, of_path
from tests.desk.conftest import make_staff

LONG = "Is there a place for somebody who has not lifted for years? " * 6


def begun(stage: Stage, text: str = LONG) -> Page:
    page = stage.visit("/chat")
    page.locator("#chat-text").fill(text)
    page.locator("#chat-write button").click()
    page.wait_for_url("**/chat/*")
    return page


def answered(stage: Stage) -> Page:
    page = begun(stage)
    with stage.app.app_context():
        (thread,) = queries.inbox(limit=9)
        staff = make_staff("Dana Test")
        answering.answer(Press(thread.id, staff, thread.version, now()), LONG, key="a")
        db.session.remove()
    page.reload()
    return page


def pointed(stage: Stage) -> Page:
    """Leave a number alone, and be sent every way on."""
    page = begun(stage)
    page.locator("#chat-who summary").click()
    page.locator("#who-phone").fill("312-555-0100")
    page.get_by_role("button", name="Save how to reach me").click()
    expect(page.get_by_text("Thank you, we have noted it.")).to_be_visible()
    with stage.app.app_context():
        staff = make_staff("Dana Test")
        for way in canned.ways().values():
            (thread,) = queries.inbox(limit=9)
            text = way.message(public_url=settings().public_url)
            answering.answer(Press(thread.id, staff, thread.version, now()), text, key=way.key)
        db.session.remove()
    page.reload()
    expect(page.locator(".msg__text .btn")).to_have_count(len(canned.ways()))
    return page


def alarming(stage: Stage) -> Page:
    return begun(stage, "I have a tight pain in my chest right now")


def who_refused(stage: Stage) -> Page:
    page = begun(stage)
    page.locator("#chat-who summary").click()
    page.locator("#who-email").fill("robin")
    page.get_by_role("button", name="Save how to reach me").click()
    expect(page.locator("#who-email-error")).to_be_visible()
    return page


def remembered(stage: Stage) -> Page:
    page = begun(stage)
    page.get_by_role("button", name="Remember this chat on this device").click()
    expect(page.get_by_text("This device remembers the chat.")).to_be_visible()
    return page


def erase_refused(stage: Stage) -> Page:
    page = begun(stage)
    page.get_by_text("Erase this chat").click()
    page.get_by_role("button", name="Erase the chat").click()
    expect(page.get_by_role("button", name="Erase the chat")).to_be_visible()
    return page


def panel(stage: Stage) -> Page:
    page = stage.visit("/articles/sore-back")
    page.locator(".bubble").click()
    expect(page.locator("#chatbox")).to_be_visible()
    return page


def panel_talk(stage: Stage) -> Page:
    page = panel(stage)
    page.locator("#chat-text").fill("I have a tight pain in my chest right now")
    page.locator("#chat-write button").click()
    expect(page.locator(".msg--system")).to_be_visible()
    return page


CHAT: Mapping[str, Shows] = {
    "chat": of_path("/chat"),
    "chat-refused": of_form("/chat"),
    "chat-begun": begun,
    "chat-answered": answered,
    "chat-pointed": pointed,
    "chat-alarming": alarming,
    "chat-who-refused": who_refused,
    "chat-remembered": remembered,
    "chat-erase-refused": erase_refused,
    "chat-erased": of_path("/chat/erased"),
    "chat-panel": panel,
    "chat-panel-talk": panel_talk,
}
