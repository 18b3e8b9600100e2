"""One lead at the desk, in a browser without a script: what it shows and what its buttons do."""

import re
from datetime import timedelta
from html import unescape

import pytest

from portal.clock import now
from portal.extensions import db
from portal.leads.models import ContactBy, Disposition, Kind, Status
from portal.leads.story import tell
from portal.mail.models import MailState, OutboxMail
from tests.desk.conftest import fresh, kinds_of, make_enquiry, make_lead, rows_of


def text_of(page: str) -> str:
    """Return the words of a page, as a person reads them."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def part_of(page: str, lead, part: str) -> str:
    start = page.index(f'id="pane-{lead.id}-{part}"')
    return page[start : page.index("</section>", start)]


def test_unknown_lead_is_not_found(dana):
    assert dana.get("/desk/leads/4711").status_code == 404


def test_detail_names_the_person_and_how_to_reach_them(dana):
    lead = make_lead(contact_by=ContactBy.PHONE)
    top = dana.page(lead)
    assert f'<a href="mailto:{lead.email}">{lead.email}</a>' in top
    assert f">{lead.phone}</a>" in top
    assert f"{lead.ref} Prefers a call" in text_of(top)


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("level", "heading"),
    [
        (Disposition.EMERGENCY, "Emergency: told to call 911"),
        (Disposition.URGENT, "Urgent: told to see a doctor today"),
        (
            Disposition.REFERRAL,
            "Refer first: asked to check with a professional within a few days",
        ),
        (Disposition.CAUTION, "Adapt: a coach changes a few things"),
        (Disposition.CLEAR, "Clear: nothing in the answers stops a booking"),
        (Disposition.INCOMPLETE, "Unfinished: an answer is missing"),
        (None, "Unfinished: the health check is still open"),
    ],
)
def test_verdict_says_the_level_and_what_to_do(dana, level, heading):
    lead = make_lead("Robin Test", level, timeframe="within_days", hold="all")
    assert f'<h3 id="verdict-heading">{heading}</h3>' in dana.page(lead)


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("hold", "words"),
    [
        ("all", "Booking unlocks when a coach has verified the OK for Robin."),
        ("all_but_gentle", "Gentle, supervised movement can be booked."),
        ("vigorous", "Can be booked, without hard training until the OK is there."),
        ("none", "Can be booked."),
    ],
)
def test_verdict_says_what_waits(dana, hold, words):
    lead = make_lead("Robin Test", Disposition.REFERRAL, hold=hold)
    assert words in text_of(part_of(dana.page(lead), lead, "verdict"))


def test_call_script_names_both_people_and_the_studio(dana):
    lead = make_lead("Robin Test", Disposition.URGENT)
    assert "Hello Robin, this is Dana from Trueline." in text_of(dana.page(lead))


def test_step_is_ticked_once_the_story_shows_it(dana):
    lead = make_lead("Robin Test", Disposition.URGENT)
    assert dana.page(lead).count("(done)") == 0
    dana.press(lead, "call", outcome="no_answer")
    assert dana.page(lead).count("(done)") == 2
    dana.press(lead, "snooze", choice="tomorrow")
    assert dana.page(lead).count("(done)") == 3


def test_what_they_asked_for_stands_there_with_its_source(dana):
    lead = make_lead("Robin Test", kind=Kind.DAY_PASS)
    make_enquiry(
        lead,
        kind=Kind.DAY_PASS,
        visit_on=now().date() + timedelta(days=6),
        touch={
            "first": {"landing": "/articles/", "referrer": "https://search.example/"},
            "last": {"utm_source": "letter", "utm_campaign": "spring"},
        },
    )
    asked = text_of(part_of(dana.page(lead), lead, "asked"))
    assert "What Robin asked for Free day pass noon Day Saturday, November 28" in asked
    assert "Campaign letter / spring Came in on /articles/" in asked
    assert "Came from https://search.example/" in asked


def test_later_form_is_a_proposal(dana):
    lead = make_lead("Robin Test")
    make_enquiry(lead, phone="312-555-0199", name="Rob Test")
    words = text_of(part_of(dana.page(lead), lead, "asked"))
    assert "Also gave the name Rob Test" in words
    assert "Also gave phone 312-555-0199" in words


def test_asking_again_keeps_the_last_outcome_in_force(dana):
    lead = make_lead("Robin Test", Disposition.URGENT, hold="all", status=Status.UNFINISHED)
    page = dana.page(lead)
    assert "Asked again since; the new health check is not finished." in page
    assert "<p>Consult: asked again, health check not finished</p>" in page
    assert "Urgent: told to see a doctor today" in page


def test_mail_of_the_lead_shows_its_state(dana):
    lead = make_lead()
    db.session.add(
        OutboxMail(
            uid="finish_check:x:1",
            kind="finish_check",
            reference=lead.ref,
            recipient=lead.email,
            subject="Finish",
            content="sealed",
            message_id="<x@example.com>",
            state=MailState.FAILED,
            due=now(),
            created_at=now(),
        )
    )
    db.session.commit()
    assert "Mail Finish your health check Failed" in text_of(part_of(dana.page(lead), lead, "mail"))


def said(dana, answer) -> str:
    """Follow the redirect and return the toast that the page shows."""
    assert answer.status_code == 303
    page = dana.get(answer.location).text
    found = re.search(r'id="toast" role="status">(.*?)</div>', page, re.DOTALL)
    return text_of(found[1])


@pytest.mark.parametrize(
    ("button", "fields", "toast"),
    [
        ("claim", {}, "Claimed. Undo Z"),
        ("done", {}, "Robin Test marked done Undo Z"),
        ("snooze", {"choice": "tomorrow"}, "Snoozed until Mon 9 am Undo Z"),
        ("not-now", {"because": "elsewhere"}, "Robin Test put away: went somewhere else Undo Z"),
        ("note", {"text": "Likes mornings"}, "Note added Undo Z"),
        ("call", {"outcome": "no_answer"}, "Call logged: no answer. Next look: Mon noon Undo Z"),
        ("assign", {"choice": "everybody"}, "Handed to everybody Undo Z"),
    ],
)
def test_press_leads_back_with_a_toast_and_an_undo(dana, button, fields, toast):
    lead = make_lead()
    state = fresh(lead).state()
    answer = dana.press(lead, button, **fields)
    assert answer.location.startswith(f"/desk/leads/{lead.id}?said=")
    assert said(dana, answer) == toast
    line = answer.location.partition("said=")[2]
    undone = dana.press(lead, f"undo/{line}", page=dana.get(answer.location).text)
    assert said(dana, undone) == "Taken back"
    assert fresh(lead).state() == state


def test_assign_lists_the_colleagues(dana, jules):
    lead = make_lead()
    answer = dana.press(lead, "assign", choice=str(jules.staff.id))
    assert said(dana, answer) == "Handed to Jules Undo Z"
    assert fresh(lead).owner_id == jules.staff.id


def test_press_leads_back_to_the_queue_it_came_from(dana):
    lead = make_lead("Robin Test", Disposition.URGENT)
    page = dana.get(f"/desk/leads/{lead.id}?view=red-flags&only=unassigned").text
    answer = dana.press(lead, "claim", page=page)
    assert answer.location.startswith(f"/desk/leads/{lead.id}?said=")
    assert answer.location.endswith("&view=red-flags&only=unassigned")


def test_toast_is_for_whoever_pressed(dana, jules):
    lead = make_lead()
    answer = dana.press(lead, "claim")
    assert 'id="toast" role="status"></div>' in jules.get(answer.location).text


@pytest.mark.parametrize(
    ("button", "fields"),
    [
        ("claim", {"version": "x"}),
        ("call", {"outcome": "sang"}),
        ("snooze", {"choice": "never"}),
        ("not-now", {"because": "rain"}),
        ("assign", {"choice": "4711"}),
        ("note", {"version": "", "text": "x"}),
    ],
)
def test_press_that_no_button_sends_changes_nothing(dana, button, fields):
    lead = make_lead()
    assert dana.press(lead, button, **fields).status_code == 400
    assert kinds_of(lead) == ["asked"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [("  ", "Write the note first"), ("x" * 1001, "Note must be 1000 characters or fewer")],
)
def test_note_that_cannot_be_kept_comes_back_as_typed(dana, text, problem):
    lead = make_lead()
    answer = dana.press(lead, "note", text=text)
    assert answer.status_code == 422
    assert "<title>Error: Robin Test " in answer.text
    assert f"Error: </span>{problem}" in answer.text
    assert f">\n{text.strip()}</textarea>" in answer.text
    assert kinds_of(lead) == ["asked"]


def test_note_is_shown_as_it_was_typed(dana):
    lead = make_lead()
    dana.press(lead, "note", text="<b>mornings</b> & quiet")
    assert "<q>&lt;b&gt;mornings&lt;/b&gt; &amp; quiet</q>" in dana.page(lead)


def test_press_of_two_people_names_who_was_first(dana, jules, clock):
    lead = make_lead()
    page = dana.page(lead)
    clock.advance(minutes=16)
    jules.press(lead, "claim")
    answer = dana.press(lead, "done", page=page)
    assert answer.status_code == 409
    assert "<li>Jules claimed this at 12:16 pm</li>" in answer.text
    assert (fresh(lead).status, lead.owner_id) == (Status.WAITING, jules.staff.id)


def test_refused_press_can_be_repeated_from_the_page_that_refused_it(dana, jules):
    lead = make_lead()
    page = dana.page(lead)
    jules.press(lead, "claim")
    refused = dana.press(lead, "done", page=page)
    assert dana.press(lead, "done", page=refused.text).status_code == 303
    assert fresh(lead).status is Status.DONE


def test_refused_press_names_what_the_person_did(dana):
    lead = make_lead()
    page = dana.page(lead)
    fresh(lead).screened(Disposition.EMERGENCY, timeframe="now", hold="all", at=now(), due_at=now())
    tell(lead, "emergency_shown", at=now())
    db.session.commit()
    answer = dana.press(lead, "done", page=page)
    assert answer.status_code == 409
    assert "<li>Emergency advice shown at noon</li>" in answer.text
    assert fresh(lead).is_open


def test_undo_too_late_says_what_happened_since(dana, jules):
    lead = make_lead()
    line = dana.press(lead, "claim").location.partition("said=")[2]
    page = dana.page(lead)
    jules.press(lead, "call", outcome="spoke")
    answer = dana.press(lead, f"undo/{line}", page=page)
    assert answer.status_code == 409
    assert "<li>Jules logged a call: spoke with them at noon</li>" in answer.text
    assert fresh(lead).status is Status.CONTACTED


def test_double_press_is_one_step(dana):
    lead = make_lead()
    page = dana.page(lead)
    answers = [dana.press(lead, "call", page=page, outcome="spoke") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert kinds_of(lead) == ["asked", "called"]


def test_story_tells_who_did_what(dana, jules):
    lead = make_lead()
    dana.press(lead, "claim")
    jules.press(lead, "call", outcome="left_message")
    story = text_of(part_of(dana.page(lead), lead, "story"))
    assert story.index("Call by Jules: left a message") < story.index("Claimed by you")
    assert story.endswith("Asked for a free consult noon")


def test_step_taken_back_stays_in_the_story(dana):
    lead = make_lead()
    line = dana.press(lead, "done").location.partition("said=")[2]
    dana.press(lead, f"undo/{line}")
    story = text_of(part_of(dana.page(lead), lead, "story"))
    assert "Last step taken back by you" in story
    assert "Marked done by you (taken back)" in story


def test_held_lead_is_released_by_a_person(dana):
    lead = make_lead("Robin Test", None, status=Status.HELD, held_because="sent within seconds")
    page = dana.page(lead)
    assert "Held because: sent within seconds." in page
    assert said(dana, dana.press(lead, "release")) == "Robin Test released into the queue Undo Z"
    assert rows_of(dana.get("/desk/").text) == ["Robin Test"]


def test_closed_lead_offers_no_step_but_a_note(dana):
    lead = make_lead(status=Status.DONE)
    buttons = re.findall(rf'action="/desk/leads/{lead.id}/([a-z-]+)"', dana.page(lead))
    assert buttons == ["note"]
