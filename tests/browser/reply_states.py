"""The states of the replies under an article, of the writer's own page, and of their desk."""

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page, expect

from portal.clock import now
from portal.extensions import db
from portal.replies import moderating
from portal.replies.models import ClosedThread, Doubt
from portal.replies.moderating import Press
from portal.staff.models import Role, Staff
from tests.browser.stage import Shows, Stage
from tests.desk.conftest import make_staff
from tests.replies.conftest import ARTICLE, SLUG, leave, page_of

LONG = "Wolfeschlegelsteinhausenbergerdorff" * 4
GRAVE = "I have crushing pain in my chest right now"
LESS = "One calf is newly swollen and hot"


def editor() -> Staff:
    found = db.session.scalars(db.select(Staff).where(Staff.name == "Editor Test")).one_or_none()
    return found or make_staff("Editor Test", Role.COACH)


def conversation(stage: Stage) -> None:
    """Publish replies of every kind: plain, edited, answered, in long words."""
    with stage.app.app_context():
        staff = editor()
        for text, more in (
            ("The part about fear of movement is so true.\n\nThank you.", {}),
            (f"See https://example.com/{LONG}", {"name": LONG[:80]}),
            ("Dr. Test said the same", {}),
        ):
            seen = Press(leave(text, **more).id, staff=staff, seen=0, at=now())
            moderating.publish(seen, text=text.replace("Dr. Test", "A doctor"))
        answer = Press(seen.reply_id, staff=staff, seen=2, at=now())
        moderating.answer(answer, text=f"Thank you for writing. {LONG}")
        db.session.remove()


def under_an_article(stage: Stage) -> Page:
    conversation(stage)
    page = stage.visit(ARTICLE)
    page.locator("#replies").scroll_into_view_if_needed()
    return page


def refused(stage: Stage) -> Page:
    page = stage.visit(ARTICLE)
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator("#replies .error-summary")).to_be_focused()
    return page


def closed(stage: Stage) -> Page:
    conversation(stage)
    with stage.app.app_context():
        db.session.add(ClosedThread(slug=SLUG, closed_at=now()))
        db.session.commit()
        db.session.remove()
    return stage.visit(ARTICLE)


def mine(place: str = "", text: str = "A kind word", **more: Any) -> Shows:
    def show(stage: Stage) -> Page:
        with stage.app.app_context():
            path = page_of(leave(text, **more)) + place
            db.session.remove()
        return stage.visit(path)

    return show


def inbox(stage: Stage) -> Page:
    with stage.app.app_context():
        for text in (GRAVE, LESS, "A kind word"):
            leave(text)
        leave("Two for one", doubt=Doubt.LINKS)
        db.session.remove()
    return stage.desk("/desk/replies", role=Role.COACH)


def strip(stage: Stage) -> Page:
    with stage.app.app_context():
        leave(GRAVE)
        db.session.remove()
    return stage.desk()


def flagged(stage: Stage) -> Page:
    with stage.app.app_context():
        number = leave(f"{GRAVE} {LONG}", name=LONG[:80], doubt=Doubt.LINKS).id
        db.session.remove()
    return stage.desk(f"/desk/replies/{number}", role=Role.COACH)


def edited(stage: Stage) -> Page:
    conversation(stage)
    page = stage.desk("/desk/replies?view=published", role=Role.COACH)
    page.locator(".mails a").first.click()
    page.get_by_text("What stood there before").click()
    return page


def answer_refused(stage: Stage) -> Page:
    conversation(stage)
    page = stage.desk("/desk/replies?view=published", role=Role.COACH)
    page.locator(".mails a").last.click()
    page.get_by_role("button", name="Answer").click()
    expect(page.locator(".error-summary")).to_be_focused()
    return page


REPLIES: Mapping[str, Shows] = {
    "replies": under_an_article,
    "reply-refused": refused,
    "replies-closed": closed,
    "reply-held": mine(tell=True),
    "reply-emergency": mine(text=GRAVE),
    "reply-urgent": mine(text=LESS),
    "reply-erase": mine("/erase"),
    "reply-stop": mine("/stop", tell=True),
    "reply-erased": lambda stage: stage.visit("/replies/erased"),
    "reply-gone": lambda stage: stage.visit("/replies/torn"),
    "desk-replies": inbox,
    "desk-reply-flagged": flagged,
    "desk-reply-edited": edited,
    "desk-reply-refused": answer_refused,
    "desk-flags": strip,
}
