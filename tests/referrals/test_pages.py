"""The person's pages and the professional's, by their links: who may see what, and for how long."""

import io
import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from portal import tokens
from portal.clock import now
from portal.extensions import db
from portal.intake import reasons, speech
from portal.leads.kinds import Kind
from portal.leads.links import health_check_token
from portal.mail import outbox
from portal.mail.models import OutboxMail
from portal.referrals import answer as answers
from portal.referrals import evidence, links, queries, views
from portal.referrals.models import Clearance, ClearanceFile, LetterReading, Source, State
from tests.intake.walker import Document
from tests.referrals.conftest import (
    EMERGENCY,
    PROFESSIONAL,
    REFERRED,
    URGENT,
    Person,
    csrf_on,
    fresh,
    mails,
    return_path,
    story,
    take,
    verified,
)

OK_ANSWER = {**PROFESSIONAL, "says": "ok", "range": "full"}
PDF, JPEG, PNG = b"%PDF-1.7 note", b"\xff\xd8\xff\xe0 note", b"\x89PNG\r\n\x1a\n note"


def said_in(referral) -> tuple[str, ...]:
    return reasons.read(fresh(referral).decision).said


def send(client, path: str, **fields):
    token = csrf_on(client.get(path).text)
    return client.post(path, data={"csrf_token": token, **OK_ANSWER, **fields})


def result_of(client, referral) -> Document:
    token = health_check_token(queries.enquiry_of(fresh(referral)))
    return Document(client.get(f"/health-check/{token}/result"))


@pytest.mark.parametrize("given", [REFERRED, URGENT])
def test_outcome_page_leads_to_the_letter(client, refers, given):
    page = result_of(client, refers(**given))
    assert client.get(page.link("Letter for my doctor")).status_code == 200


def test_outcome_page_offers_to_tell_the_ok(client, refers):
    page = result_of(client, refers())
    told = Document(client.get(page.link("I have been given the OK")))
    assert told.heading == "What did they say?"


def test_emergency_page_has_one_instruction_and_no_letter(client, refers):
    page = result_of(client, refers(**EMERGENCY))
    assert page.disposition == "EMERGENCY"
    assert "/referral/" not in page.text


def test_page_of_an_emergency_says_to_get_help_and_nothing_else(client, refers):
    page = Document(Person(client, refers(**EMERGENCY).id).get())
    assert page.heading == "Help comes first, Robin"
    assert page.link("Call 911") == "tel:911"
    assert "letter" not in page.says.lower()


def test_link_shows_the_least(robin):
    page = Document(robin.get())
    for said in said_in(robin.referral_id):
        assert said not in page.text
        assert speech.first_person(said) not in page.text
    assert "Am I OK to start supervised strength training" in page.says
    assert "within a few days" in page.says or "How soon" in page.says


@pytest.mark.parametrize("place", ["", "/ok"])
def test_pages_are_kept_by_nobody_and_name_their_address_to_nobody(robin, place):
    headers = robin.get(place).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"


def test_letter_stands_behind_a_press(robin):
    assert robin.get("/letter").status_code == 302
    assert robin.get("/letter.pdf").status_code == 302
    assert db.session.scalars(select(LetterReading)).all() == []
    assert robin.press("/letter").status_code == 303
    assert fresh(robin.referral_id).state is State.LETTER_TAKEN
    assert story(fresh(robin.referral_id)) == ["letter_taken"]


def test_letter_says_their_words_what_we_plan_and_one_question(robin):
    robin.press("/letter")
    page = Document(robin.get("/letter"))
    for said in said_in(robin.referral_id):
        assert f"“I have {speech.first_person(said)}.”" in page.says
    for words in (
        "Is Robin OK to start supervised strength training",
        "bird dog",
        "not a diagnosis",
    ):
        assert words in page.says
    assert fresh(robin.referral_id).lead.ref in page.says
    link = queries.live_link(fresh(robin.referral_id), at=now())
    assert links.return_url(link) in page.says
    assert page.text.count('class="qr"') == 1


def test_letter_names_no_rule_and_no_condition(robin):
    robin.press("/letter")
    text = robin.get("/letter").text
    why = reasons.read(fresh(robin.referral_id).decision)
    hidden = {*why.flags, *why.modifiers, *(rule.title for rule in why.rules)}
    assert [word for word in hidden if len(word) > 5 and word in text] == []


def test_every_look_at_a_letter_is_noted(robin):
    robin.press("/letter")
    robin.get("/letter")
    assert robin.get("/letter.pdf").data.startswith(b"%PDF-")
    found = db.session.scalars(select(LetterReading).order_by(LetterReading.id)).all()
    assert [(each.through, each.at) for each in found] == [("page", now()), ("pdf", now())]


def test_letter_is_mailed_to_nobody_unless_they_ask_and_then_as_a_link(robin):
    robin.press("/letter")
    assert mails("referral_link") == []
    for _ in range(3):
        robin.press("/mail") if "Mail me a link" in robin.get().text else None
    assert mails("referral_link") == [("referral_link", "ready")]
    mail = db.session.scalars(select(OutboxMail).where(OutboxMail.kind == "referral_link")).one()
    letter = outbox.unseal(mail.uid, mail.content)
    assert letter.attachments == ()
    for said in said_in(robin.referral_id):
        assert said not in letter.text + letter.html + letter.subject


def test_links_of_one_purpose_open_nothing_else(client, refers):
    referral = refers()
    link = take(referral)
    referral = fresh(referral)
    own = links.referral_token(referral, at=now())
    for path in (
        f"/return/{own}",
        f"/referral/{links.return_token(link)}",
        f"/referral/{health_check_token(queries.enquiry_of(referral))}",
        f"/referral/{own[:-9]}{own[-9:][::-1]}",
    ):
        assert client.get(path).status_code == 404


def test_link_of_the_person_ends(client, refers, clock):
    url = Person(client, refers().id).url
    clock.advance(days=59)
    assert client.get(url).status_code == 200
    clock.advance(days=1)
    assert client.get(url).status_code == 410


def test_professional_sees_a_first_name_a_reference_and_the_question(client, refers):
    referral = refers("Robin Testperson")
    page = Document(client.get(return_path(take(referral))))
    assert page.heading == "Is Robin OK to start with us?"
    assert fresh(referral).lead.ref in page.says
    lead = fresh(referral).lead
    hidden = {"Testperson", lead.email, lead.phone, *said_in(referral)}
    assert [word for word in hidden if word in page.text] == []


def test_professional_answers_once(client, refers):
    referral = refers()
    path = return_path(take(referral))
    assert send(client, path).status_code == 303
    page = Document(client.get(path))
    assert page.heading == "Thank you. Your answer is with us."
    found = db.session.scalars(select(Clearance)).one()
    assert found.source is Source.PROFESSIONAL
    assert answers.read(found).name == "Dr. Ada Test"
    assert fresh(referral).state is State.RECEIVED
    again = client.post(path, data={"csrf_token": "x", **OK_ANSWER, "says": "not_now"})
    assert "Thank you" in Document(again).heading
    assert len(db.session.scalars(select(Clearance)).all()) == 1


@pytest.mark.parametrize(
    ("fields", "problems"),
    [
        ({"name": ""}, ["Enter your name"]),
        ({"role": " "}, ["Enter your role, like physical therapist"]),
        ({"practice": ""}, ["Enter your practice or where you work"]),
        ({"says": ""}, ["Select your answer"]),
        ({"says": "maybe"}, ["Select your answer"]),
        ({"says": "limits"}, ["Give at least one limit, or select OK to start as planned"]),
        ({"max_load_kg": "-4"}, ["Weight must be a whole number of kilograms, 0 to 500"]),
        ({"max_load_kg": "٣"}, ["Weight must be a whole number of kilograms, 0 to 500"]),
        ({"range": "some"}, ["Select a range of movement"]),
        ({"until": "2026-11-21"}, ["The day must be today or later"]),
        ({"until": "soon"}, ["Enter the day as year, month and day"]),
        ({"note": "x" * 1001}, ["Note must be 1000 characters or fewer"]),
        ({"csrf_token": "old"}, None),
    ],
)
def test_answer_with_a_slip_comes_back_with_everything_typed(client, refers, fields, problems):
    path = return_path(take(refers()))
    answer = send(client, path, **fields)
    assert answer.status_code == 422
    assert 'value="Family doctor"' in answer.text or fields.get("role") == " "
    if problems:
        found = re.findall(r'<li><a href="#[\w-]+">([^<]+)</a></li>', answer.text)
        assert [unescape(each) for each in found] == problems
    assert db.session.scalars(select(Clearance)).all() == []


def test_answer_keeps_its_limits(client, refers):
    path = return_path(take(refers()))
    send(client, path, says="limits", no_impact="yes", max_load_kg="20 kg", until="2027-01-31")
    kept = answers.read(db.session.scalars(select(Clearance)).one())
    assert kept.limits.in_words == ("No impact: no jumping, no running", "No loading over 20 kg")
    assert kept.until_in_words == "Sunday, January 31, 2027"


def test_person_takes_the_link_back_and_gets_another(robin, client):
    robin.press("/letter")
    first = return_path(queries.live_link(fresh(robin.referral_id), at=now()))
    robin.press("/revoke")
    over = client.get(first)
    assert (over.status_code, Document(over).heading) == (410, "This link takes no answer any more")
    robin.press("/letter")
    second = return_path(queries.live_link(fresh(robin.referral_id), at=now()))
    assert second != first
    assert client.get(second).status_code == 200


def test_return_link_ends_after_ninety_days(client, refers, clock):
    path = return_path(take(refers()))
    clock.advance(days=90)
    assert client.get(path).status_code == 410


def test_return_link_is_limited_in_how_often_it_is_tried(client, refers):
    path = return_path(take(refers()))
    answers_ = [client.post(path, data={"csrf_token": "no"}).status_code for _ in range(21)]
    assert answers_ == [422] * 20 + [429]


@pytest.mark.parametrize("link", ["/referral/torn", "/return/torn", "/return/torn/"])
def test_torn_link_is_said_to_be_one(client, link):
    assert client.get(link).status_code == 404


def test_link_to_an_erased_referral_is_not_found(client, app):
    with app.app_context():
        token = tokens.mint(links.REFERRAL, "nobody", until=now() + timedelta(days=1))
    assert client.get(f"/referral/{token}").status_code == 404


@pytest.mark.parametrize(("content", "kind"), [(PDF, "pdf"), (JPEG, "jpg"), (PNG, "png")])
def test_person_sends_the_note_they_were_given(robin, content, kind):
    sent = (io.BytesIO(content), "../../note.html")
    assert robin.press("/ok", "/ok", note="", evidence=sent).status_code == 303
    file = db.session.scalars(select(ClearanceFile)).one()
    assert (file.kind, file.size) == (kind, len(content))
    assert content.decode("latin-1") not in file.content
    assert evidence.take_out(file).content == content
    assert fresh(robin.referral_id).state is State.RECEIVED


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"<html><script>", "The file must be a PDF, a JPEG or a PNG"),
        (b"GIF89a", "The file must be a PDF, a JPEG or a PNG"),
        (b"", "The file is empty. Choose another one"),
        (PDF + b"x" * 2000, "The file must be smaller than 5 MB"),
        (PDF + b"x" * 9000, "The file must be smaller than 5 MB"),
    ],
)
def test_file_that_is_no_note_is_given_back_in_words(robin, monkeypatch, content, problem):
    monkeypatch.setattr(evidence, "LARGEST", 1000)
    monkeypatch.setattr(views, "LARGEST_UPLOAD", 5000)
    sent = (io.BytesIO(content), "note.pdf")
    answer = robin.press("/ok", "/ok", note="They said yes", evidence=sent)
    assert answer.status_code == 422
    assert problem in unescape(answer.text)
    assert db.session.scalars(select(Clearance)).all() == []


def test_note_of_five_megabytes_is_what_we_take():
    assert (evidence.LARGEST, views.LARGEST_UPLOAD > evidence.LARGEST) == (5 * 1024 * 1024, True)


def test_person_who_sends_nothing_is_asked_for_one_of_the_two(robin):
    answer = robin.press("/ok", "/ok", note=" ")
    assert answer.status_code == 422
    assert "Write what they said, or choose a file with their note" in unescape(answer.text)


def test_own_word_is_received_and_opens_nothing(robin):
    robin.press("/ok", "/ok", note="She said I can start")
    referral = fresh(robin.referral_id)
    assert (referral.state, referral.lead.is_held_back) == (State.RECEIVED, True)
    assert robin.get("/go").location.startswith("/referral/")
    assert Document(robin.get()).heading == "Thank you, Robin. We have it."
    assert mails("pick_a_time") == []


def test_cleared_person_is_told_so_and_led_to_a_time(robin, jules):
    verified(fresh(robin.referral_id), jules.staff)
    page = Document(robin.get())
    assert page.heading == "Good to go, Robin"
    assert page.link("Pick a time").endswith("/go")
    assert "We have their OK." in result_of(robin.client, robin.referral_id).says


def test_not_cleared_person_gets_kind_words_and_keeps_the_hold(robin, jules):
    verified(fresh(robin.referral_id), jules.staff, State.NOT_CLEARED)
    assert Document(robin.get()).heading == "Not just yet, Robin"
    assert fresh(robin.referral_id).lead.is_held_back
    assert (mails("not_yet"), mails("pick_a_time")) == ([("not_yet", "ready")], [])
    assert robin.press("/letter").status_code == 303


def test_person_cannot_tell_again_what_a_coach_has_verified(robin, jules):
    verified(fresh(robin.referral_id), jules.staff)
    assert robin.get("/ok").status_code == 302


def test_day_pass_letter_speaks_of_a_day(client, refers):
    person = Person(client, refers(kind=Kind.DAY_PASS).id)
    person.press("/letter")
    assert "One day in the studio" in Document(person.get("/letter")).says


def test_answer_of_another_letter_of_the_same_person_is_refused(client, refers):
    referral = refers()
    old = return_path(take(referral))
    refers(again=queries.enquiry_of(fresh(referral)), **URGENT)
    assert client.get(old).status_code == 410
    assert send(client, return_path(take(fresh(referral)))).status_code == 303
