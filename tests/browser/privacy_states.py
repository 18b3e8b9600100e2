"""The states of the pages about one's own data, and of their part of the desk."""

from collections.abc import Mapping
from datetime import timedelta

from playwright.sync_api import Page

from portal.clock import now
from portal.extensions import db
from portal.leads.models import Lead, Purpose
from portal.privacy import complaints, consents, links
from portal.privacy.complaints import Said
from portal.staff.models import Role
from tests.browser.stage import Shows, Stage, of_form, of_path
from tests.test_journey import OUTCOMES

SAID = Said("Robin Test", "robin@example.com", "You wrote to me three times.\n\nPlease stop.")


def mine(stage: Stage, place: str = "") -> Page:
    lead_id = stage.lead(**OUTCOMES["URGENT"])
    with stage.app.app_context():
        consents.withdraw(lead_id, Purpose.CONTACT, at=now())
        token = links.token(db.session.get_one(Lead, lead_id), at=now())
        db.session.remove()
    return stage.visit(f"/privacy/me/{token}{place}")


def erase_refused(stage: Stage) -> Page:
    page = mine(stage, "/erase")
    page.get_by_role("button", name="Erase my data").click()
    page.locator(".error-summary").wait_for()
    return page


def complaint(stage: Stage) -> int:
    with stage.app.app_context():
        late = now() - timedelta(days=33)
        complaints.receive(SAID, key="1" * 32, lead_id=None, at=late)
        number = complaints.receive(SAID, key="0" * 32, lead_id=None, at=now()).id
        db.session.remove()
    return number


def of_complaints(stage: Stage) -> Page:
    complaint(stage)
    return stage.desk("/desk/privacy", role=Role.MANAGER)


def of_complaint(stage: Stage) -> Page:
    return stage.desk(f"/desk/privacy/complaints/{complaint(stage)}", role=Role.MANAGER)


def of_rights(stage: Stage) -> Page:
    lead_id = stage.lead(**OUTCOMES["URGENT"])
    return stage.desk(f"/desk/leads/{lead_id}/privacy", role=Role.MANAGER)


PRIVACY: Mapping[str, Shows] = {
    "data-link": of_path("/privacy/link"),
    "data-link-refused": of_form("/privacy/link"),
    "data-link-sent": of_path("/privacy/link/sent"),
    "data-ended": of_path("/privacy/me/torn"),
    "data-mine": mine,
    "data-erase": lambda stage: mine(stage, "/erase"),
    "data-erase-refused": erase_refused,
    "data-erased": of_path("/privacy/erased"),
    "complaint": of_path("/privacy/complaint"),
    "complaint-refused": of_form("/privacy/complaint"),
    "complaint-sent": of_path("/privacy/complaint/sent"),
    "desk-complaints": of_complaints,
    "desk-complaint": of_complaint,
    "desk-rights": of_rights,
}
