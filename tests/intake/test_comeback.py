"""Save and finish later, and links that have ended."""

import pytest
from sqlalchemy import select

from portal.extensions import db, transaction
from portal.leads.links import health_check_token
from portal.leads.models import Kind
from portal.mail import outbox
from portal.mail.models import OutboxMail
from tests.intake.test_road_to_result import BACK, story
from tests.intake.walker import Document, Walker


def mails() -> list[OutboxMail]:
    db.session.rollback()
    return list(db.session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


def save(walker: Walker) -> Document:
    header = walker.page.all("header")[0]
    form = next(header.iter("form"))
    hidden = next(each for each in form.iter() if each.get("name") == "csrf_token")
    return Document(
        walker.client.post(
            form.get("action"), data={"csrf_token": hidden.get("value")}, follow_redirects=True
        )
    )


def test_save_mails_a_link_that_works_for_a_week_from_then(starts, app, clock):
    walker = starts(**BACK)
    walker.walk(until="/effect")
    clock.advance(days=3)
    page = save(walker)
    assert page.heading == "Your answers are saved"
    assert "A link is on its way to the address you gave us." in page.says
    (mail,) = mails()
    assert mail.kind == "finish_check"
    link = next(
        word
        for word in outbox.unseal(mail.uid, mail.content).text.split()
        if "/health-check/" in word
    )
    clock.advance(days=6, hours=23)
    elsewhere = Walker(app.test_client(), link.removeprefix("http://localhost"), **walker.answers)
    assert elsewhere.walk().disposition == "CAUTION"
    assert "link_sent" in story()


def test_save_pressed_twice_sends_one_link(starts):
    walker = starts()
    walker.press()
    save(walker)
    save(walker)
    assert len(mails()) == 1
    assert story() == ["health_check_started", "link_sent"]


def test_save_never_shows_the_address(starts, asks):
    enquiry = asks()
    walker = starts(enquiry)
    assert enquiry.email not in save(walker).text


def test_saving_page_reached_by_address_offers_the_link(starts):
    walker = starts()
    walker.press()
    page = walker.visit(walker.page.path.replace("/now", "/later"))
    assert page.heading == "Save and finish later"
    assert walker.press().heading == "Your answers are saved"
    assert walker.visit(walker.page.link("Go on now")).path.endswith("/now")


def test_finished_check_takes_the_reminder_back(starts):
    walker = starts()
    save(walker)
    walker.walk()
    assert [(mail.kind, mail.state.value) for mail in mails()] == [
        ("finish_check", "cancelled"),
        ("request_received", "ready"),
    ]


@pytest.mark.parametrize(("kind", "first"), [(Kind.CONSULT, "cancelled"), (Kind.DAY_PASS, "ready")])
def test_whoever_began_anew_is_not_reminded_of_what_they_left(starts, asks, kind, first):
    left = asks(kind=kind)
    save(starts(left))
    anew = asks()
    with transaction():
        anew.lead_id = left.lead_id
    starts(anew).walk()
    assert [(mail.kind, mail.state.value) for mail in mails()] == [
        ("finish_check", first),
        ("request_received", "ready"),
    ]


def test_alarm_takes_the_reminder_back(starts):
    walker = starts(chest_pain="now_12h")
    save(walker)
    walker.walk()
    assert [(mail.kind, mail.state.value) for mail in mails()] == [
        ("finish_check", "cancelled"),
        ("staff_alert", "ready"),
    ]


def test_link_that_has_ended_offers_a_new_one(starts, clock):
    walker = starts(**BACK)
    walker.walk(until="/effect")
    path = walker.page.path
    clock.advance(days=8)
    answer = walker.client.get(path)
    assert answer.status_code == 410
    page = Document(answer)
    assert page.heading == "This link has ended"
    assert "pain" not in page.says

    walker.page = page
    page = walker.press()
    assert page.heading == "Look in your mail"
    (mail,) = mails()
    link = next(
        word
        for word in outbox.unseal(mail.uid, mail.content).text.split()
        if "/health-check/" in word
    )
    assert walker.visit(link.removeprefix("http://localhost")).kept("age") == ["35"]


def test_ended_link_takes_no_answers(starts, clock):
    walker = starts()
    walker.press()
    fields = {"csrf_token": walker.page.kept("csrf_token")[0], "ticks": ["none"]}
    clock.advance(days=7, seconds=1)
    assert walker.client.post(walker.page.path, data=fields).status_code == 410


def test_new_link_says_the_same_for_a_link_that_never_was(starts, client, asks, clock):
    enquiry = asks()
    token = health_check_token(enquiry)
    clock.advance(days=8)
    ended = Document(client.get(f"/health-check/{token}/"))
    fields = {"csrf_token": ended.kept("csrf_token")[0]}
    forged = token[:-4] + "AAAA"
    pages = [
        Document(client.post(f"/health-check/{each}/fresh", data=fields, follow_redirects=True))
        for each in (token, forged, "nonsense")
    ]
    assert len({page.says for page in pages}) == 1
    assert len(mails()) == 1


def test_altered_link_is_not_found(starts):
    walker = starts()
    token = walker.page.path.split("/")[2]
    for forged in (token[:-2] + "xx", token.swapcase(), "x"):
        assert walker.client.get(f"/health-check/{forged}/").status_code == 404


def test_link_of_an_erased_enquiry_is_not_found(client, asks):
    enquiry = asks()
    token = health_check_token(enquiry)
    with transaction():
        db.session.delete(db.session.merge(enquiry))
    assert client.get(f"/health-check/{token}/").status_code == 404
