"""The states of the desk, and of the door to it."""

from collections.abc import Mapping
from datetime import timedelta

from playwright.sync_api import Page, expect

from portal.clock import now
from portal.extensions import db
from portal.leads.models import Disposition, Lead, Status
from portal.mail.models import OutboxMail
from portal.staff.models import Role
from tests.browser.stage import Shows, Stage, of_path
from tests.desk.conftest import EVERY_LEVEL, make_lead
from tests.test_journey import OUTCOMES


def refused_sign_in(stage: Stage) -> Page:
    page = stage.visit("/staff/sign-in")
    page.get_by_label("Email").fill("nobody@example.com")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".error-summary")).to_be_focused()
    return page


def fill(stage: Stage) -> None:
    """Put somebody of every kind into the queues."""
    with stage.app.app_context():
        for level in EVERY_LEVEL:
            make_lead(f"{level.value.title()} Test", level, hold="all", timeframe="within_days")
        make_lead("Late Test", Disposition.URGENT, due=now() - timedelta(minutes=9))
        make_lead("Spam Test", None, status=Status.HELD, held_because="sent within seconds")
        make_lead("Half Test", None)
        db.session.remove()


def queue(stage: Stage) -> Page:
    fill(stage)
    return stage.desk()


def pane(stage: Stage) -> Page:
    page = queue(stage)
    page.get_by_role("link", name="Urgent Test").click()
    expect(page.locator("#pane-name")).to_have_text("Urgent Test")
    return page


def menu(key: str) -> Shows:
    def show(stage: Stage) -> Page:
        page = pane(stage)
        page.locator(f"summary[data-key={key}]").click()
        return page

    return show


def note_refused(stage: Stage) -> Page:
    page = menu("n")(stage)
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator("#note-error")).to_be_visible()
    return page


def answers(stage: Stage) -> Page:
    lead = stage.lead(**OUTCOMES["URGENT"], conditions=["heart"], goals="Lift my shopping")
    page = stage.desk(f"/desk/leads/{lead}", role=Role.COACH)
    page.get_by_role("link", name="Show the answers").click()
    expect(page.locator(".qa .flag").first).to_be_visible()
    return page


def stale(stage: Stage) -> Page:
    page = pane(stage)
    with stage.app.app_context():
        lead = db.session.scalars(db.select(Lead).where(Lead.name == "Urgent Test")).one()
        lead.touched(at=now())
        db.session.commit()
    page.get_by_role("button", name="Claim").click()
    expect(page.locator(".changed")).to_be_visible()
    return page


def toast(stage: Stage) -> Page:
    page = pane(stage)
    page.get_by_role("button", name="Claim").click()
    expect(page.locator("#toast")).to_contain_text("Claimed.")
    return page


def keys(stage: Stage) -> Page:
    page = queue(stage)
    page.keyboard.press("?")
    return page


def held(stage: Stage) -> Page:
    fill(stage)
    page = stage.desk("/desk/?view=held")
    page.get_by_role("link", name="Spam Test").click()
    expect(page.locator("#pane-name")).to_have_text("Spam Test")
    return page


def own_menu(stage: Stage) -> Page:
    page = stage.desk()
    page.locator(".me summary").click()
    return page


def private(stage: Stage) -> Page:
    page = pane(stage)
    page.locator(".dtop [data-private]").click()
    return page


def outbox(stage: Stage) -> Page:
    stage.person().walk()
    with stage.app.app_context():
        first = db.session.scalars(db.select(OutboxMail).order_by(OutboxMail.id)).first()
        assert first is not None
        first.state, first.last_error = "failed", "550 no such mailbox"
        db.session.commit()
    return stage.desk("/desk/outbox")


def poster(stage: Stage) -> Page:
    page = stage.desk("/desk/posters", role=Role.MANAGER)
    page.get_by_label("What the poster says").fill("Does your back have a say in your day?")
    page.get_by_label("Short name").fill("spring-window")
    page.get_by_label("Where it leads").select_option("/consult")
    page.get_by_role("button", name="Make the link").click()
    page.wait_for_url("**/desk/posters/*")
    return page


def posters(stage: Stage) -> Page:
    page = poster(stage)
    page.get_by_role("link", name="Posters and links").first.click()
    page.get_by_role("button", name="Make the link").click()
    expect(page.locator(".error-summary")).to_be_focused()
    return page


DESK: Mapping[str, Shows] = {
    "poster": poster,
    "posters-refused": posters,
    "sign-in": of_path("/staff/sign-in"),
    "sign-in-refused": refused_sign_in,
    "queue": queue,
    "queue-empty": lambda stage: stage.desk(),
    "nobody-found": lambda stage: stage.desk("/desk/?q=zzz"),
    "lead": pane,
    "lead-answers": answers,
    "call-menu": menu("l"),
    "snooze-menu": menu("h"),
    "note-refused": note_refused,
    "stale": stale,
    "toast": toast,
    "keys": keys,
    "private": private,
    "held": held,
    "own-menu": own_menu,
    "outbox": outbox,
}
