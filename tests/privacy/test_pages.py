"""A person's own page, the way to it, and what it never shows."""

import io
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from portal.clock import now
from portal.csrf import STALE
from portal.extensions import db, settings
from portal.leads.models import Lead, Purpose
from portal.mail import outbox
from portal.mail.models import OutboxMail
from portal.privacy import consents, links
from portal.privacy.models import Complaint
from tests.desk.conftest import form_on
from tests.privacy.conftest import URGENT, again


@pytest.fixture
def mine(told):
    """The address of somebody's own page; keywords are their answers."""

    def link(**answers):
        lead = again(told(**answers).lead_id)
        return f"/privacy/me/{links.token(lead, at=now())}", lead

    return link


def press(client, page, path, **fields):
    form = form_on(page, path)
    return client.post(form.pop("action"), data={**form, **fields})


def mails(kind: str) -> list[OutboxMail]:
    return list(db.session.scalars(sa.select(OutboxMail).where(OutboxMail.kind == kind)))


def ask_for_link(client, email: str):
    return press(client, client.get("/privacy/link").text, "/privacy/link", email=email)


def test_the_link_is_answered_the_same_whether_or_not_the_address_is_known(told, client):
    told()
    email = db.session.scalars(sa.select(Lead.email)).one()
    answers = [ask_for_link(client, each) for each in (email, "nobody@example.com", email.upper())]
    assert {(each.status_code, each.location, each.data) for each in answers} == {
        (303, "/privacy/link/sent", answers[0].data)
    }
    [mail] = mails("privacy_link")
    assert mail.recipient == email
    assert client.get("/privacy/link/sent").status_code == 200
    url = re.search(r"http://localhost(\S+)", outbox.unseal(mail.uid, mail.content).text)[1]
    assert client.get(url).status_code == 200


def test_a_link_request_without_an_address_keeps_what_was_typed(client):
    answer = ask_for_link(client, "robin at example")
    assert answer.status_code == 422
    assert "robin at example" in answer.text
    assert "Enter an email address, like name@example.com" in answer.text


def test_too_many_link_requests_are_refused_kindly(client):
    statuses = [ask_for_link(client, "nobody@example.com").status_code for _ in range(21)]
    assert statuses == [303] * 20 + [429]


def test_the_page_shows_no_answer_no_name_and_no_address(mine, client):
    url, lead = mine(**URGENT)
    page = client.get(url)
    assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "no-referrer")
    assert page.headers["Cache-Control"] == "no-store"
    for word in (lead.name, lead.email, lead.phone, "URGENT", "Urgent", "numb"):
        assert word not in page.text
    assert "90 days after your last answer, unless you train with us" in page.text


def test_one_press_takes_a_consent_back(mine, client):
    url, lead = mine()
    page = client.get(url).text
    form = form_on(page, f"{url}/withdraw")
    answer = client.post(f"{url}/withdraw", data={**form, "purpose": "health"})
    assert (answer.status_code, answer.location) == (303, f"{url}#consents")
    assert not consents.standing(lead.id)[Purpose.HEALTH].holds
    assert "You took it back on Sunday, November 22, noon" in client.get(url).text


@pytest.mark.parametrize("what", ["withdraw", "copy", "erase"])
def test_a_press_without_our_token_does_nothing(mine, client, what):
    url, lead = mine()
    answer = client.post(f"{url}/{what}", data={"purpose": "health", "sure": "yes"})
    assert (answer.status_code, STALE in answer.text) == (422, True)
    assert consents.standing(lead.id)[Purpose.HEALTH].holds


def test_the_copy_is_a_download_that_no_cache_keeps(mine, client):
    url, _ = mine()
    answer = press(client, client.get(url).text, f"{url}/copy")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="your-data.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.data)) as pack:
        assert pack.namelist() == ["data.json", "data.html"]
    assert client.get(f"{url}/copy").status_code == 405


def test_erasing_takes_two_steps(mine, client):
    url, lead = mine()
    lead_id = lead.id
    page = client.get(f"{url}/erase").text
    refused = press(client, page, f"{url}/erase")
    assert refused.status_code == 422
    assert "Select the box to say that this cannot be undone" in refused.text
    done = press(client, page, f"{url}/erase", sure="yes")
    assert (done.status_code, done.location) == (303, "/privacy/erased")
    assert done.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/privacy/erased").status_code == 200
    assert db.session.scalars(sa.select(Lead.id).where(Lead.id == lead_id)).all() == []
    assert client.get(url).status_code == 410


def test_the_link_of_somebody_erased_opens_nobody_who_comes_later(mine, client, told):
    url, _ = mine()
    page = client.get(f"{url}/erase").text
    press(client, page, f"{url}/erase", sure="yes")
    told("Jo Test")
    assert client.get(url).status_code == 410


def test_a_link_ends_after_two_days(mine, client, clock):
    url, _ = mine()
    clock.advance(days=2)
    assert client.get(url).status_code == 410
    assert client.get("/privacy/me/torn").status_code == 410


@pytest.mark.parametrize("own", [True, False])
def test_a_complaint_is_kept_sealed_and_confirmed_with_its_day(mine, client, own):
    url, lead = mine()
    path = f"{url}/complaint" if own else "/privacy/complaint"
    said = {"name": "Robin Test", "email": "robin@example.com", "text": "Zyxquill mail"}
    page = client.get(path).text
    assert press(client, page, path, **said).location == "/privacy/complaint/sent"
    assert press(client, page, path, **said).location == "/privacy/complaint/sent"
    complaint = db.session.scalars(sa.select(Complaint)).one()
    assert complaint.lead_id == (lead.id if own else None)
    assert "Zyxquill" not in complaint.content
    [confirmed] = mails("complaint_received")
    letter = outbox.unseal(confirmed.uid, confirmed.content)
    assert "Tuesday, December 22" in letter.text
    [alert] = mails("complaint_alert")
    assert alert.recipient == settings().studio.email
    assert "Zyxquill" not in outbox.unseal(alert.uid, alert.content).text
    assert client.get("/privacy/complaint/sent").status_code == 200


SAID = {"name": "Robin Test", "email": "robin@example.com", "text": "Too much mail"}


def test_a_complaint_that_is_sent_many_times_at_once_is_one_complaint(app, client):
    sent = {**form_on(client.get("/privacy/complaint").text, "/privacy/complaint"), **SAID}
    path = sent.pop("action")
    db.session.rollback()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: app.test_client().post(path, data=sent), range(8)))
    assert {(each.status_code, each.location) for each in answers} == {
        (303, "/privacy/complaint/sent")
    }
    assert len(mails("complaint_received")) == 1


@pytest.mark.one_database
def test_complaints_in_the_name_of_somebody_else_flood_nobody(client):
    for number in range(5):
        page, email = client.get("/privacy/complaint").text, f"robin+{number}@example.com"
        sent = press(client, page, "/privacy/complaint", **SAID | {"email": email})
        assert sent.location == "/privacy/complaint/sent"
    assert (len(mails("complaint_received")), len(mails("complaint_alert"))) == (3, 5)


def test_another_complaint_on_a_form_that_was_sent_is_not_lost(client):
    page = client.get("/privacy/complaint").text
    press(client, page, "/privacy/complaint", **SAID)
    other = SAID | {"text": "And the calls do not stop"}
    answer = press(client, page, "/privacy/complaint", **other)
    assert answer.status_code == 409
    assert "You already sent a complaint with this form." in answer.text
    assert all(typed in answer.text for typed in other.values())
    again = press(client, answer.text, "/privacy/complaint", **other)
    assert again.location == "/privacy/complaint/sent"
    assert len(db.session.scalars(sa.select(Complaint)).all()) == 2


@pytest.mark.parametrize(
    ("name", "typed", "because"),
    [
        ("email", "a\0b@example.com", "a sign in it that we cannot read"),
        ("email", "<robin@example.com>", "Enter an email address, like name@example.com"),
        ("name", "Robin\0", "a sign in it that we cannot read"),
        ("name", "\u202e\u200b", "Enter your name"),
        ("text", "\u200b", "Tell us what went wrong"),
    ],
)
def test_a_complaint_that_nobody_could_answer_comes_back(client, name, typed, because):
    page = client.get("/privacy/complaint").text
    answer = press(client, page, "/privacy/complaint", **{**SAID, name: typed})
    assert (answer.status_code, because in answer.text) == (422, True)
    assert mails("complaint_received") == []


def test_a_complaint_with_gaps_comes_back_with_everything_typed(client):
    page = client.get("/privacy/complaint").text
    answer = press(client, page, "/privacy/complaint", name="", email="x", text="It hurts")
    assert answer.status_code == 422
    assert "It hurts" in answer.text
    assert "Enter your name" in answer.text
