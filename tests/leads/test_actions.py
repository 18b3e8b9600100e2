"""What an opened lead consists of, row by row, and what is kept when the same person asks again."""

import re
from datetime import timedelta

import pytest

from portal.clock import now
from portal.extensions import transaction
from portal.leads import actions, wording
from portal.leads.models import (
    UNKNOWN_RANK,
    Activity,
    Consent,
    Enquiry,
    Kind,
    Lead,
    Purpose,
    Status,
)
from portal.mail.models import OutboxMail
from portal.mail.outbox import unseal
from tests.leads.conftest import counts, rows
from tests.power import all_or_nothing

LATER = {"email": "other@example.com", "phone": "555-010-0199"}


def changed(lead, **values):
    """Somebody at the desk changes a lead."""
    with transaction():
        for name, value in values.items():
            setattr(lead, name, value)


def test_lead_is_kept_as_it_was_asked(ask, only_lead):
    ask(name="Łukasz Żółć", email="Łukasz+gym@Example.com", phone="(555) 010-0123")
    lead = only_lead()
    assert re.fullmatch(r"TL-[2-9B-DF-HJKMNP-TV-Z]{4}", lead.ref)
    assert (lead.name, lead.email) == ("Łukasz Żółć", "Łukasz+gym@example.com")
    assert lead.email_key == "łukasz@example.com"
    assert (lead.phone, lead.phone_e164) == ("(555) 010-0123", "+15550100123")
    assert (lead.status, lead.open_rank, lead.version) == (Status.UNFINISHED, UNKNOWN_RANK, 1)
    assert (lead.contact_by, lead.disposition, lead.held_because) == ("email", None, None)
    assert lead.created_at == lead.updated_at == now()
    assert lead.due_at == now() + timedelta(days=1) - timedelta(seconds=5)


def test_enquiry_is_kept_as_it_was_asked(ask):
    ask("/day-pass", visit_on="2026-11-28", contact_by="text", reason="else")
    enquiry = rows(Enquiry)[0]
    assert (enquiry.kind, enquiry.reason, enquiry.contact_by) == (Kind.DAY_PASS, "else", "text")
    assert enquiry.visit_on.isoformat() == "2026-11-28"
    assert len(enquiry.public_id) == 43
    assert enquiry.created_at == now()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/consult", "We use these details to arrange your consult and nothing else."),
        ("/day-pass", "We use these details to arrange your day pass and nothing else."),
    ],
)
def test_consent_is_kept_in_the_words_that_were_shown(client, ask, path, words):
    assert words in client.get(path).text
    ask(path, visit_on="2026-11-28")
    consent = rows(Consent)[0]
    assert (consent.purpose, consent.wording) == (Purpose.CONTACT, words)
    assert (consent.wording_version, consent.given_at) == (wording.VERSION, now())
    assert (consent.lead_id, consent.enquiry_id) == (rows(Lead)[0].id, rows(Enquiry)[0].id)


@pytest.mark.parametrize("ticked", ["yes", "on", "1", "true"])
def test_marketing_is_a_consent_of_its_own(client, ask, ticked):
    assert wording.MARKETING in client.get("/consult").text
    ask(marketing=ticked)
    assert [(c.purpose, c.wording) for c in rows(Consent)] == [
        (Purpose.CONTACT, wording.CONTACT[Kind.CONSULT]),
        (
            Purpose.MARKETING,
            "Send me training articles about once a month. You can stop at any time.",
        ),
    ]


@pytest.mark.parametrize("unticked", [{}, {"marketing": ""}, {"marketing": "no"}])
def test_marketing_is_never_taken_for_granted(ask, unticked):
    ask(**unticked)
    assert [consent.purpose for consent in rows(Consent)] == [Purpose.CONTACT]


def test_story_begins_without_a_reason(ask):
    ask("/day-pass", visit_on="2026-11-28")
    line = rows(Activity)[0]
    assert (line.kind, line.at, line.version, line.staff_id) == ("asked", now(), 1, None)
    assert line.detail == {
        "enquiry_id": rows(Enquiry)[0].id,
        "kind": "day_pass",
        "visit_on": "2026-11-28",
    }


def test_mail_waits_for_the_health_check_and_rings_at_the_desk(ask, only_lead):
    answer = ask()
    finish, alert = rows(OutboxMail)
    enquiry, lead = rows(Enquiry)[0], only_lead()
    assert (finish.kind, finish.uid) == ("finish_check", f"finish_check:{enquiry.public_id}:1:1")
    assert (finish.recipient, finish.reference) == ("robin@example.com", lead.ref)
    assert finish.due == now() + timedelta(minutes=20)
    assert finish.not_after == now() + timedelta(days=7)
    assert (
        f"http://localhost{answer.headers['Location']}" in unseal(finish.uid, finish.content).text
    )
    assert (alert.kind, alert.uid) == ("staff_alert", f"staff_alert:{enquiry.public_id}:1")
    assert (alert.recipient, alert.due) == ("hello@studio.example", now())


def test_alert_names_nobody_and_no_reason(ask, only_lead):
    ask(name="Zebulon Test", reason="back")
    alert = rows(OutboxMail)[1]
    letter = unseal(alert.uid, alert.content)
    assert only_lead().ref in letter.subject
    for word in ("Zebulon", "robin@example.com", "0123", "pain", "injury"):
        assert word not in letter.subject + letter.text + letter.html


def test_all_or_nothing_wherever_it_breaks_off(client, fill):
    sent = fill(marketing="yes")
    assert all_or_nothing(lambda: client.post("/consult", data=sent)) >= 6
    assert counts()["lead"] == 1


@pytest.mark.parametrize(
    "again",
    [
        {},
        {"email": "ROBIN@Example.COM"},
        {"email": "robin+second@example.com"},
        {"email": "other@example.com", "phone": "+1 (555) 010 0123"},
        {"phone": ""},
    ],
)
def test_same_person_again_is_one_lead_with_two_events(ask, only_lead, again):
    ask()
    ask(**again)
    lead = only_lead()
    assert [enquiry.lead_id for enquiry in rows(Enquiry)] == [lead.id, lead.id]
    assert [line.kind for line in rows(Activity)] == ["asked", "asked_again"]
    assert (lead.name, lead.email, lead.phone) == (
        "Robin Test",
        "robin@example.com",
        "555-010-0123",
    )


@pytest.mark.parametrize(
    "other", [LATER, {"email": "robin@example.org", "phone": ""}, LATER | {"phone": "010-0123"}]
)
def test_another_person_is_another_lead(ask, other):
    ask()
    ask(**other)
    assert len(rows(Lead)) == 2


def test_local_number_identifies_nobody(ask):
    ask(phone="010-0123")
    ask(phone="010-0123", email="other@example.com")
    assert [(lead.phone, lead.phone_e164) for lead in rows(Lead)] == [("010-0123", None)] * 2


def test_what_staff_wrote_is_never_overwritten(ask, only_lead):
    ask()
    changed(only_lead(), name="Roberta Test", phone="555-010-0777", phone_e164="+15550100777")
    ask(name="R", contact_by="text", phone="555-010-0888")
    lead = only_lead()
    assert (lead.name, lead.phone, lead.contact_by) == ("Roberta Test", "555-010-0777", "email")
    assert [(e.name, e.phone) for e in rows(Enquiry)] == [
        ("Robin Test", "555-010-0123"),
        ("R", "555-010-0888"),
    ]


def test_missing_phone_is_filled_in_when_it_is_free(ask, only_lead):
    ask(phone="")
    ask(phone="555-010-0123")
    assert (only_lead().phone, only_lead().phone_e164) == ("555-010-0123", "+15550100123")


def test_missing_email_is_filled_in(ask, only_lead):
    ask()
    changed(only_lead(), email=None, email_key=None)
    ask(email="robin@example.org")
    assert (only_lead().email, only_lead().email_key) == ("robin@example.org", "robin@example.org")


def test_email_wins_when_two_people_match_and_the_other_is_noted(ask):
    ask(phone="")
    ask(**LATER)
    ask(phone=LATER["phone"])
    robin, other = rows(Lead)
    assert [enquiry.lead_id for enquiry in rows(Enquiry)] == [robin.id, other.id, robin.id]
    assert robin.phone is None
    assert rows(Activity)[-1].detail["may_be"] == other.ref


def test_asking_again_reopens_and_wakes_a_lead(ask, only_lead, clock):
    ask()
    with transaction():
        lead = only_lead()
        lead.snooze(until=now() + timedelta(days=9), at=now())
        lead.close(Status.DONE, at=now())
    clock.advance(days=3)
    ask()
    lead = only_lead()
    assert (lead.status, lead.open_rank) == (Status.UNFINISHED, UNKNOWN_RANK)
    assert lead.snoozed_until is None
    assert lead.due_at > now()


def test_asking_again_keeps_the_place_of_an_open_lead(ask, only_lead, clock):
    ask()
    due = only_lead().due_at
    with transaction():
        only_lead().contacted(at=now(), due_at=due)
    clock.advance(hours=1)
    ask()
    assert (only_lead().status, only_lead().due_at) == (Status.CONTACTED, due)


def test_each_enquiry_has_a_link_and_mail_of_its_own(ask):
    first, second = ask(), ask()
    assert first.headers["Location"] != second.headers["Location"]
    assert [mail.kind for mail in rows(OutboxMail)] == ["finish_check", "staff_alert"] * 2


@pytest.mark.one_database
def test_address_that_is_typed_over_and_over_is_not_flooded(ask, clock):
    def reminders():
        return [mail for mail in rows(OutboxMail) if mail.kind == "finish_check"]

    for number in range(5):
        ask(email=f"robin+{number}@example.com")
    assert len(reminders()) == 3
    clock.advance(days=1)
    ask()
    assert len(reminders()) == 4


def test_reference_that_is_taken_gives_way_to_a_longer_one(ask, monkeypatch):
    monkeypatch.setattr(actions.secrets, "choice", lambda signs: signs[0])
    ask()
    ask(**LATER)
    assert [lead.ref for lead in rows(Lead)] == ["TL-2222", "TL-22222"]


def test_touch_is_kept_with_the_enquiry(client, fill):
    page = {"Referer": "http://localhost/articles/sore-back?utm_source=mail"}
    sent = fill() | {
        "landing": "/?utm_source=ig&utm_campaign=nov",
        "referrer": "https://ig.example/p?q=1",
    }
    client.post("/consult", data=sent, headers=page)
    assert rows(Enquiry)[0].touch == {
        "first": {
            "landing": "/",
            "utm_source": "ig",
            "utm_campaign": "nov",
            "referrer": "https://ig.example/p",
        },
        "last": {"landing": "/articles/sore-back", "utm_source": "mail"},
    }
