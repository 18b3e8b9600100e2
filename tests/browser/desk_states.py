"""The states of the desk, and of the door to it."""

from collections.abc import Mapping
from datetime import timedelta

from playwright.sync_api import Page, expect

from portal.chat import answering
from portal.chat.answering import Press
from portal.chat.models import Thread
from portal.clock import now
from portal.extensions import db
from portal.leads.models import Disposition, Held, Lead, Status
from portal.mail.models import OutboxMail
from portal.staff import passwords
from portal.staff.models import Role, Staff, StaffSession
from tests.browser.stage import Shows, Stage, of_path
from tests.chat.conftest import who as named
from tests.chat.conftest import write
from tests.desk.conftest import EVERY_LEVEL, make_lead, make_staff
from tests.staff.conftest import PASSWORD
from tests.test_journey import OUTCOMES


def refused_sign_in(stage: Stage) -> Page:
    page = stage.visit("/staff/sign-in")
    page.get_by_label("Email").fill("nobody@example.com")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".error-summary")).to_be_focused()
    return page


def signed_out_while_typing(stage: Stage) -> Page:
    page = menu("n")(stage)
    page.get_by_label("Note", exact=True).fill("Rings back at six")
    with stage.app.app_context():
        hours_ago = now() - timedelta(hours=2)
        db.session.execute(db.update(StaffSession).values(seen_at=hours_ago))
        db.session.commit()
    page.get_by_role("button", name="Add the note").click()
    page.get_by_label("Password").wait_for()
    return page


def signed_in_again(stage: Stage) -> Page:
    page = signed_out_while_typing(stage)
    with stage.app.app_context():
        [staff] = db.session.scalars(db.select(Staff)).all()
        staff.password_hash = passwords.keep(PASSWORD)
        db.session.commit()
        page.get_by_label("Email").fill(staff.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Send it again").wait_for()
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


def chats(stage: Stage) -> Page:
    """Bring somebody of every kind into the chat: grave, known, answered, to call, spam."""
    with stage.app.app_context():
        dana, known = make_staff("Dana Test"), make_lead("Robin Known")
        write(
            "I fainted twice today, and I cannot feel my leg",
            who=named("Grave Test", phone="312-555-0177"),
        )
        write(
            "Is there a place on Saturday?\nI would bring a friend.",
            who=named("Wolfeschlegel", known.email),
        )
        answered = write("Do you have parking?")
        press = Press(answered.id, dana, answered.version, now())
        answering.answer(
            press, "Yes, behind the house: https://studio.example/" + "x" * 60, key="a"
        )
        answering.note(press, "They come by car", key="n")
        called = write("Can I come on Sunday?", who=named("Caller Test", phone="312-555-0178"))
        answering.answer(Press(called.id, dana, called.version, now()), "Yes.", key="c")
        write("Buy cheap", held=Held.TRAP)
        db.session.remove()
    return stage.desk("/desk/chats")


def chat(name: str) -> Shows:
    def show(stage: Stage) -> Page:
        page = chats(stage)
        page.get_by_role("link", name=name).click()
        expect(page.locator("#pane-name")).to_have_text(name)
        return page

    return show


def chat_refused(stage: Stage) -> Page:
    page = chat("Wolfeschlegel")(stage)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#answer-error")).to_be_visible()
    return page


def chat_stale(stage: Stage) -> Page:
    page = chat("Wolfeschlegel")(stage)
    with stage.app.app_context():
        thread = db.session.scalars(db.select(Thread).where(Thread.name == "Wolfeschlegel")).one()
        jules = make_staff("Jules Test", Role.COACH)
        answering.answer(Press(thread.id, jules, thread.version, now()), "Yes.", key="j")
        db.session.remove()
    page.get_by_label("Your answer").fill("No, sorry.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".changed")).to_be_visible()
    return page


def chat_toast(stage: Stage) -> Page:
    page = chat("Grave Test")(stage)
    page.get_by_role("button", name="Claim").click()
    expect(page.locator("#toast")).to_contain_text("Claimed.")
    return page


def chat_note(stage: Stage) -> Page:
    page = chat("Visitor")(stage)
    page.locator("summary[data-key=n]").click()
    return page


def queue_with_alarm(stage: Stage) -> Page:
    chats(stage)
    return queue(stage)


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
    "sign-in-unsent": signed_out_while_typing,
    "signed-in-again": signed_in_again,
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
    "chats": chats,
    "chats-empty": lambda stage: stage.desk("/desk/chats"),
    "chat-alarm": chat("Grave Test"),
    "chat": chat("Wolfeschlegel"),
    "chat-call": chat("Caller Test"),
    "chat-refused": chat_refused,
    "chat-stale": chat_stale,
    "chat-toast": chat_toast,
    "chat-note": chat_note,
    "queue-with-alarm": queue_with_alarm,
    "outbox": outbox,
}
