"""The loop as everybody walks it: a stranger, the letter, a professional, a coach, and a time."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest

from portal.extensions import db
from portal.mail import outbox
from portal.mail.models import OutboxMail
from portal.staff.models import Role
from tests.booking.conftest import make_coach
from tests.desk.conftest import form_on, make_staff, sign_in
from tests.intake.walker import Document
from tests.referrals.conftest import csrf_on
from tests.stranger import Stranger

ANSWER = {
    "says": "limits",
    "no_impact": "yes",
    "max_load_kg": "20",
    "range": "comfortable",
    "until": "2027-03-01",
    "note": "Healing well",
    "name": "Dr. Ada Test",
    "role": "Surgeon",
    "practice": "Test Clinic",
}


@pytest.fixture
def road(client, clock):
    """Walk a stranger to a referral and to the page of their own."""

    def walk(form: str = "/consult", **answers) -> tuple[Stranger, Document]:
        person = Stranger(client, **answers)
        person.open(form)
        clock.advance(seconds=15)
        person.press()
        result = person.walk()
        page = Document(client.get(result.path))
        return person, Document(client.get(page.link("Letter for my doctor")))

    return walk


def take_letter(client, standing: Document) -> Document:
    token = csrf_on(standing.text)
    return Document(
        client.post(f"{standing.path}/letter", data={"csrf_token": token}, follow_redirects=True)
    )


def return_path(letter: Document) -> str:
    return urlsplit(unescape(re.search(r'paper__url">([^<]+)<', letter.text)[1])).path


def answer(client, path: str, **fields):
    token = csrf_on(client.get(path).text)
    return client.post(path, data={"csrf_token": token, **ANSWER, **fields}, follow_redirects=True)


def mail_link(kind: str) -> str:
    mail = db.session.scalars(db.select(OutboxMail).where(OutboxMail.kind == kind)).one()
    letter = outbox.unseal(mail.uid, mail.content)
    return urlsplit(re.search(r"http://localhost(/referral\S+)", letter.text)[0]).path


def test_stranger_is_seen_first_and_then_books(app, client, road):
    coach = make_coach("Jules Test")
    _, standing = road(surgery="lt_12w")
    letter = take_letter(client, standing)
    assert letter.heading == "Could you look at this before we start?"

    professional = app.test_client()
    assert "Thank you" in Document(answer(professional, return_path(letter))).heading

    jules = sign_in(app, coach)
    lead_id = db.session.scalars(db.select(OutboxMail.reference)).first()
    row = re.search(r'id="lead-(\d+)"', jules.get("/desk/").text)[1]
    address = f"/desk/leads/{row}/clearance"
    page = jules.get(address).text
    assert lead_id in page
    for word in ("Dr. Ada Test, Surgeon, Test Clinic", "No loading over 20 kg", "Healing well"):
        assert word in page
    form = form_on(page, re.search(rf'action="({address}/\d+)"', page)[1])
    fields = {key: ANSWER[key] for key in ("no_impact", "max_load_kg", "range", "until")}
    done = jules.client.post(form.pop("action"), data={**form, "verdict": "limited", **fields})
    assert done.status_code == 303
    assert "Verified. Robin Test can be booked" in jules.get(done.location).text
    assert "Good until Monday, March 1, 2027" in jules.get(done.location).text

    picking = client.get(mail_link("pick_a_time"), follow_redirects=True)
    assert picking.request.path.startswith("/book/")
    stranger = Stranger(client)
    stranger.open(picking.request.path)
    slot = next(value for value in stranger.page.controls["slot"].offered if value)
    stranger.person.answers["slot"] = slot
    assert "/manage/" in stranger.press().path


def test_day_pass_opens_after_the_ok(app, client, road):
    make_staff("Dana Test")
    jules = sign_in(app, make_staff("Jules Test", Role.COACH))
    _, standing = road("/day-pass", surgery="lt_12w")
    letter = take_letter(client, standing)
    answer(app.test_client(), return_path(letter), says="ok")
    row = re.search(r'id="lead-(\d+)"', jules.get("/desk/").text)[1]
    page = jules.get(f"/desk/leads/{row}/clearance").text
    form = form_on(page, re.search(r'action="(/desk/leads/\d+/clearance/\d+)"', page)[1])
    jules.client.post(form.pop("action"), data={**form, "verdict": "cleared", "range": "full"})

    claim = client.get(mail_link("pick_a_time"), follow_redirects=True)
    assert claim.request.path.startswith("/pass/claim/")


def test_urgent_stranger_finds_the_letter_on_the_outcome_page(road):
    _, standing = road(
        pain_sites=["low_back"], duration="2_6w", trend="same", leg_weakness="new_one"
    )
    assert "Ask your doctor or physical therapist" in standing.says
