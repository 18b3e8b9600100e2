"""What a manager does about complaints and for people at the counter; nobody else may."""

import io
import json
import zipfile

import pytest
import sqlalchemy as sa

from portal.clock import now
from portal.extensions import db
from portal.intake.models import Reading
from portal.leads.models import Lead, Purpose
from portal.mail import outbox
from portal.mail.models import OutboxMail
from portal.privacy import complaints, consents
from portal.privacy.complaints import Said
from tests.desk.conftest import form_on
from tests.privacy.conftest import URGENT


@pytest.fixture
def complaint(app) -> int:
    said = Said("Robin Test", "robin@example.com", "You wrote to me")
    return complaints.receive(said, key="0" * 32, lead_id=None, at=now()).id


def press(desk, page, path, **fields):
    form = form_on(page, path)
    return desk.client.post(form.pop("action"), data={**form, **fields})


def test_the_manager_sees_the_clock_of_every_complaint(mara, complaint, clock):
    assert "30 days left" in mara.get("/desk/privacy").text
    clock.advance(days=31)
    mara.stays()
    assert "<b>Late:</b> the answer was due" in mara.get("/desk/privacy").text


def test_a_complaint_is_answered_closed_and_taken_up_again(mara, complaint):
    path = f"/desk/privacy/complaints/{complaint}"
    page = mara.get(path).text
    assert press(mara, page, f"{path}/answer", text="").status_code == 422
    assert press(mara, page, f"{path}/answer", text="We are sorry").status_code == 303
    mail = db.session.scalars(
        sa.select(OutboxMail).where(OutboxMail.kind == "complaint_answered")
    ).one()
    assert "We are sorry" in outbox.unseal(mail.uid, mail.content).text
    assert press(mara, page, f"{path}/answer", text="Again").status_code == 409
    assert press(mara, mara.get(path).text, f"{path}/close").status_code == 303
    assert press(mara, mara.get(path).text, f"{path}/reopen").status_code == 303
    assert complaints.complaint(complaint).state == "answered"


def test_nobody_complained(mara):
    assert "Nobody has complained." in mara.get("/desk/privacy").text


@pytest.mark.parametrize("who", ["dana", "jules"])
def test_others_are_kept_out(request, who, complaint, told):
    desk, lead_id = request.getfixturevalue(who), told().lead_id
    for path in (
        "/desk/privacy",
        f"/desk/privacy/complaints/{complaint}",
        f"/desk/leads/{lead_id}/privacy",
    ):
        assert desk.get(path).status_code == 403
    assert "/privacy" not in desk.get(f"/desk/leads/{lead_id}").text


def test_the_manager_takes_a_consent_back_for_somebody(mara, told):
    lead_id = told(**URGENT).lead_id
    path = f"/desk/leads/{lead_id}/privacy"
    form = form_on(mara.get(path).text, f"{path}/withdraw")
    answer = mara.client.post(f"{path}/withdraw", data={**form, "purpose": "contact"})
    assert answer.status_code == 303
    assert not consents.standing(lead_id)[Purpose.CONTACT].holds
    assert "Do not contact." in mara.get(f"/desk/leads/{lead_id}").text
    assert mara.client.post(f"{path}/withdraw", data={**form, "purpose": "x"}).status_code == 400


def test_the_desk_reads_that_health_answers_were_taken_back(dana, told):
    lead_id = told(**URGENT).lead_id
    consents.withdraw(lead_id, Purpose.HEALTH, at=now())
    page = dana.get(f"/desk/leads/{lead_id}").text
    assert "Health answers taken back" in page
    assert "Urgent" not in page


def test_the_manager_hands_over_a_copy_and_is_noted_as_a_reader(mara, told):
    path = f"/desk/leads/{told().lead_id}/privacy"
    answer = press(mara, mara.get(path).text, f"{path}/copy")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert db.session.scalars(sa.select(Reading.page)).all() == [f"{path}/copy"]


def test_the_copy_from_the_desk_holds_nothing_that_was_taken_back(mara, told):
    lead_id = told(**URGENT).lead_id
    consents.withdraw(lead_id, Purpose.HEALTH, at=now())
    path = f"/desk/leads/{lead_id}/privacy"
    answer = press(mara, mara.get(path).text, f"{path}/copy")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as pack:
        whole = json.loads(pack.read("data.json"))
    rows = {section["name"]: section["rows"] for section in whole["sections"]}
    assert (rows["intake"], rows["decision"]) == ([], [])


def test_the_manager_erases_somebody_in_two_steps(mara, told):
    path = f"/desk/leads/{told().lead_id}/privacy"
    page = mara.get(path).text
    assert press(mara, page, f"{path}/erase").status_code == 422
    assert press(mara, page, f"{path}/erase", sure="yes").location == "/desk/"
    assert db.session.scalars(sa.select(Lead.id)).all() == []
