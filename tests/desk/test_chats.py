"""The inbox of the chat: who waits first, what one thread shows, and the presses on it."""

import itertools
import re

import pytest

from portal.chat import answering, links, queries, reading, saying
from portal.chat.forgetting import forget
from portal.chat.models import State
from portal.cli import TICKS
from portal.clock import now
from portal.desk import canned, chat_queries
from portal.desk.queries import PAGE
from portal.extensions import db, settings
from portal.intake import readings
from portal.intake.models import Reading
from portal.leads.models import Disposition, Held
from portal.privacy import holdings
from portal.privacy.inventory import held
from portal.staff.models import Role
from tests.chat.conftest import again, begins, minutes, press, says, who
from tests.desk.conftest import FRAGMENT, form_on, make_lead, make_staff, rows_of, sign_in
from tests.desk.test_queue import queries_of

__all__ = ["begins"]

CHATS = "/desk/chats"


def address(thread, *rest: object) -> str:
    return "/".join([CHATS, str(thread.id), *map(str, rest)])


def page(desk, thread) -> str:
    return desk.get(address(thread)).text


def send(desk, thread, to: str, *, shown: str | None = None, fragment=False, **fields):
    """Send one of a chat's forms as a browser would, with what it carries."""
    shown = shown or page(desk, thread)
    form = form_on(shown, address(thread, to))
    version = re.search(rf'name="version" value="(\d+)" form="answer-{thread.id}"', shown)[1]
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"} if fragment else {}
    to_, data = form.pop("action"), {"version": version, **form, **fields}
    return desk.client.post(to_, data=data, headers=headers)


def rail(desk) -> str:
    return re.search(r"<span>Chats</span><span[^>]*>(.*?)</span></a>", desk.get("/desk/").text)[1]


def clock_of(desk) -> tuple[str, ...]:
    found = re.search(r'<span class="(sla[^"]*)">.*?</svg> ([^<]+)<', desk.get(CHATS).text)
    return found.groups()


def said_in(thread) -> list[str]:
    return [line.text for line in reading.lines(again(thread))]


def test_stranger_is_sent_to_sign_in(client):
    assert client.get(CHATS).status_code == 303


def test_rows_stand_flagged_first_then_by_clock_then_answered(dana, begins, clock):
    answered = begins("One", who=who("Answered"))
    answering.answer(press(answered, dana.staff), "Yes.", key="a")
    begins("Two", who=who("First"))
    clock.advance(minutes=1)
    begins("Three", who=who("Second"))
    begins("I fainted twice today", who=who("Grave"))
    assert rows_of(dana.get(CHATS).text) == ["Grave", "First", "Second", "Answered"]


def test_list_shows_no_word_of_a_chat(dana, begins):
    begins("I fainted twice today")
    text = dana.get(CHATS).text
    assert ("fainted" in text, "Read now" in text) == (False, True)


def test_every_chat_is_in_its_box(dana, begins):
    closed = begins("One", who=who("Closed"))
    answering.close(press(closed, dana.staff))
    begins("Two", who=who("Spam"), held=Held.TRAP)
    begins("Three", who=who("Open"))
    boxes = {"": ["Open"], "?view=closed": ["Closed"], "?view=held": ["Spam"], "?view=x": ["Open"]}
    assert {key: rows_of(dana.get(CHATS + key).text) for key in boxes} == boxes


def test_empty_inbox_says_so(dana):
    text = dana.get(CHATS).text
    assert "<b>Nobody waits in the chat.</b>" in text
    assert "No chat is open" in text


def test_clock_reads_late_soon_and_answered(dana, begins, clock):
    thread = begins()
    assert clock_of(dana) == ("sla", f"Answer by 12:0{minutes()} pm")
    clock.advance(minutes=minutes() - 1)
    assert clock_of(dana)[0] == "sla sla--soon"
    clock.advance(minutes=2)
    assert clock_of(dana) == ("sla sla--late", "1 min late")
    answering.answer(press(thread, dana.staff), "Yes.", key="a")
    assert clock_of(dana) == ("sla", "12:06 pm")


@pytest.mark.parametrize("count", [1, 3])
def test_inbox_costs_the_same_queries_for_any_number_of_chats(dana, begins, count):
    for number in range(count):
        begins(f"Text {number}", who=who(email=f"v{number}@example.com"))
    db.session.remove()
    assert queries_of(lambda: dana.get(CHATS)) == 4


@pytest.mark.parametrize("count", [1, 3])
def test_unchanged_poll_costs_one_question_beside_the_session(dana, begins, count):
    for number in range(count):
        thread = begins(f"Text {number}")
    page(dana, thread)
    poll = f"{CHATS}?poll=1&open={thread.id}"
    tag = dana.fragment(poll).headers["HX-PTag"]
    db.session.remove()
    assert queries_of(lambda: dana.fragment(poll, **{"HX-PTag": tag})) == 2


def test_page_comes_with_the_tag_of_its_first_poll(dana, begins):
    thread = begins()
    for path, poll in ((CHATS, "?poll=1"), (address(thread), f"?poll=1&open={thread.id}&busy=")):
        tag = re.search(r'hx-ptag="([^"]+)"', dana.get(path).text)[1]
        assert dana.fragment(CHATS + poll, **{"HX-PTag": tag}).status_code == 304


@pytest.mark.parametrize("what", ["minute", "word", "claim", "seen", "chat", "colleague", "lead"])
def test_poll_brings_what_changed(dana, jules, begins, clock, what):
    thread = begins()
    answering.answer(press(thread, jules.staff), "Yes.", key="a")
    page(dana, thread)
    poll = f"{CHATS}?poll=1&open={thread.id}"
    tag = dana.fragment(poll).headers["HX-PTag"]
    {
        "minute": lambda: clock.advance(minutes=1),
        "word": lambda: says(thread, "And on Sunday?"),
        "claim": lambda: answering.claim(press(thread, dana.staff)),
        "seen": lambda: again(thread).seen_by_visitor(10**6, at=now()) and db.session.commit(),
        "chat": lambda: begins("Another one"),
        "colleague": lambda: page(jules, thread),
        "lead": make_lead,
    }[what]()
    answer = dana.fragment(poll, **{"HX-PTag": tag})
    assert answer.status_code == 200
    targets = re.findall(r'<hx-partial hx-target="([^"]+)"', answer.text)
    parts = ("top", "standing", "log", "person", "story", "acts")
    assert targets == ["#views", "#queue-heading", *[f"#chat-{thread.id}-{part}" for part in parts]]


def test_poll_never_touches_what_is_being_typed(dana, begins):
    thread = begins()
    answer = dana.fragment(f"{CHATS}?poll=1&open={thread.id}&busy=1")
    assert re.findall("<textarea", answer.text) == []


def test_screen_that_nobody_looks_at_gets_the_list_alone_and_reads_nothing(dana, begins):
    thread = begins()
    answer = dana.fragment(f"{CHATS}?poll=1&open={thread.id}&away=1")
    assert ("Saturday" in answer.text, rows_of(answer.text)) == (False, ["Visitor"])
    assert (again(thread).staff_seen, db.session.scalars(db.select(Reading)).all()) == (0, [])


def test_thread_shows_what_was_said_and_how_far_it_was_seen(dana, begins):
    thread = begins()
    answering.answer(press(thread, dana.staff), "Yes, come by.", key="a")
    text = page(dana, thread)
    assert re.findall(r'<p class="say__text">([^<]+)</p>', text) == [
        "Hello, is there a place on Saturday?",
        "Yes, come by.",
    ]
    assert "Sent, not seen yet" in text
    says(thread, "Thank you")
    assert "Sent, not seen yet" not in page(dana, thread)


def test_opening_a_chat_tells_the_visitor_that_it_was_seen(dana, begins):
    thread = begins()
    dana.get(CHATS)
    assert again(thread).staff_seen == 0
    page(dana, thread)
    assert [line.seen for line in reading.lines(again(thread))] == [True]


@pytest.mark.parametrize("role", list(Role))
def test_every_opening_is_a_reading_whoever_opens(app, begins, role):
    thread = begins(who=who(email="robin@example.com"))
    desk = sign_in(app, make_staff("Somebody Test", role))
    desk.get(CHATS)
    page(desk, thread)
    desk.fragment(address(thread))
    read = [(row.staff_id, row.lead_id, row.page) for row in db.session.scalars(db.select(Reading))]
    assert read == [(desk.staff.id, thread.lead_id, address(thread))] * 2


def test_what_stays_open_is_one_reading_until_somebody_was_away(dana, begins, clock):
    thread = begins()
    page(dana, thread)
    counted = []
    for seconds in (15, 15, 15, 46):
        clock.advance(seconds=seconds)
        dana.fragment(f"{CHATS}?poll=1&open={thread.id}")
        counted.append(len(db.session.scalars(db.select(Reading)).all()))
    assert counted == [1, 1, 1, 2]


def test_answer_is_sent_and_comes_back_to_the_chat(dana, begins):
    thread = begins()
    answer = send(dana, thread, "answer", text="Yes, come by.")
    assert (answer.status_code, answer.location) == (303, address(thread) + "?sent=2")
    assert said_in(thread) == ["Hello, is there a place on Saturday?", "Yes, come by."]
    assert again(thread).claimed_by_id == dana.staff.id
    assert 'data-sent="2"' in dana.get(answer.location).text


def test_answer_sent_twice_is_one(dana, begins):
    thread = begins()
    shown = page(dana, thread)
    for _ in range(2):
        assert send(dana, thread, "answer", shown=shown, text="Yes.").status_code == 303
    other = send(dana, thread, "answer", shown=shown, text="No.")
    assert (other.status_code, ">\nNo.</textarea>" in other.text) == (409, True)
    assert said_in(thread)[1:] == ["Yes."]
    assert send(dana, thread, "answer", shown=other.text, text="No.").status_code == 303


@pytest.mark.parametrize(
    ("text", "words"),
    [(" ", "Write the answer first"), ("x" * 2001, "Answer in 2000 characters or fewer")],
)
def test_answer_that_cannot_be_sent_comes_back_as_typed(dana, begins, text, words):
    thread = begins()
    answer = send(dana, thread, "answer", text=text)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert f">\n{text.strip()}</textarea>" in answer.text


def test_answer_to_what_a_colleague_has_answered_is_refused_with_both_kept(dana, jules, begins):
    thread = begins()
    shown = page(dana, thread)
    send(jules, thread, "answer", text="Yes, come by.")
    answer = send(dana, thread, "answer", shown=shown, text="No, sorry.")
    assert answer.status_code == 409
    assert "<li>Jules wrote at noon</li>" in answer.text
    assert ">Yes, come by.</p>" in answer.text
    assert ">\nNo, sorry.</textarea>" in answer.text
    assert send(dana, thread, "answer", shown=answer.text, text="No, sorry.").status_code == 303
    assert said_in(thread)[1:] == ["Yes, come by.", "No, sorry."]


def test_refused_answer_in_a_fragment_leaves_the_form_as_it_is(dana, jules, begins):
    thread = begins()
    shown = page(dana, thread)
    send(jules, thread, "answer", text="Yes, come by.")
    answer = send(dana, thread, "answer", shown=shown, text="No, sorry.", fragment=True)
    assert (answer.status_code, f"#chat-{thread.id}-write" in answer.text) == (409, False)
    assert 'name="version" value="2"' in answer.text


def test_what_the_visitor_wrote_meanwhile_does_not_stop_an_answer(dana, begins):
    thread = begins()
    shown = page(dana, thread)
    says(thread, "Hello?")
    assert send(dana, thread, "answer", shown=shown, text="Yes.").status_code == 303


def test_ready_words_go_into_the_form_after_what_was_typed(dana, begins):
    thread = begins()
    answer = send(dana, thread, "answer", text="Hi!", insert="yes", canned="call")
    call = f"You can also call us on {settings().studio.phone}. The same people answer."
    assert (answer.status_code, f">\nHi!\n{call}</textarea>" in answer.text) == (200, True)
    assert len(said_in(thread)) == 1


def test_ready_words_come_in_the_order_of_their_file_and_are_filled_in(dana):
    studio = settings().studio
    for each in canned.replies():
        text = canned.inserted("", each.key, staff=dana.staff, studio=studio)
        assert ("{" in text, bool(text)) == (False, True)
    assert [each.key for each in canned.replies()][:2] == ["hello", "moment"]


@pytest.mark.parametrize("way", list(canned.ways()))
def test_way_on_is_sent_in_one_press_and_once(dana, begins, way):
    thread = begins()
    shown = page(dana, thread)
    for _ in range(2):
        answer = send(dana, thread, "answer", shown=shown, way=way)
        assert (answer.status_code, answer.location) == (303, address(thread) + "?sent=2")
    text = canned.ways()[way].message(public_url="http://localhost")
    assert said_in(thread)[1:] == [text]
    assert text.endswith(f" http://localhost/{way}")


def way_on(shown: str) -> str:
    """Where the button in a message of the desk leads."""
    return re.search(r'<p class="msg__text">[^<]+<a class="btn btn--s" href="([^"]+)">', shown)[1]


def test_free_times_are_a_button_that_takes_along_what_is_known(dana, client, begins):
    thread = begins(who=who("Robin Test", "robin@example.com"))
    send(dana, thread, "answer", way="times")
    answer = client.get(way_on(client.get(f"/chat/{links.token(thread)}").text))
    assert (answer.status_code, answer.location.startswith("/times?chat=")) == (303, True)


@pytest.mark.parametrize("way", ["consult", "day-pass"])
def test_way_on_is_a_button_for_the_visitor_with_what_is_known_filled_in(dana, client, begins, way):
    thread = begins(who=who("Robin Test", "robin@example.com", "312-555-0100"))
    send(dana, thread, "answer", way=way)
    shown = client.get(f"/chat/{links.token(thread)}").text
    form = client.get(way_on(shown), follow_redirects=True).text
    assert 'value="Robin Test"' in form
    assert 'value="robin@example.com"' in form
    assert 'value="312-555-0100"' in form


def test_way_on_leaves_what_is_being_typed(dana, begins):
    thread = begins()
    answer = send(dana, thread, "answer", way="consult", text="Half a sent")
    assert (answer.status_code, ">\nHalf a sent</textarea>" in answer.text) == (200, True)
    assert len(said_in(thread)) == 2


def test_time_is_offered_for_somebody_who_may_have_one(dana, begins):
    calm = make_lead("Robin Known")
    grave = make_lead("Kim Known", Disposition.URGENT, hold="all")
    book = [
        f"/desk/leads/{lead.id}/book" in page(dana, begins(lead.name, who=who(email=lead.email)))
        for lead in (calm, grave)
    ]
    assert book == [True, False]
    assert "/book" not in page(dana, begins("Nobody"))


def test_lead_shows_its_chats_and_no_word_of_them(dana, begins):
    lead = make_lead("Robin Known")
    thread = begins("I fainted twice today", who=who(email=lead.email))
    shown = dana.page(lead)
    assert f'<a href="{address(thread)}">{thread.ref}, waits for an answer</a>' in shown
    assert ("Read now." in shown, "fainted" in shown) == (True, False)


def test_reading_before_the_chat_had_a_person_is_the_persons_to_see(dana, jules, begins):
    thread = begins()
    page(dana, thread)
    page(jules, begins("Another one"))
    saying.tell_who(thread.public_id, who("Robin", "robin@example.com"), at=now())
    lead = again(thread).lead
    page(jules, thread)
    readers = [dana.staff.id, jules.staff.id]
    assert [row.staff_id for row in readings.of_lead(lead)] == readers
    assert [row.staff_id for row in holdings.rows(held()["reading"], lead)] == readers


def test_note_is_for_the_desk_alone_and_can_go(dana, begins):
    thread = begins()
    assert send(dana, thread, "note", text="Called them").status_code == 303
    text = page(dana, thread)
    assert ">Called them</p>" in text
    assert len(said_in(thread)) == 1
    note = queries.notes(thread.id)[0]
    form = form_on(text, address(thread, "notes", note.id, "undo"))
    dana.client.post(form.pop("action"), data=form)
    assert queries.notes(thread.id) == []


def test_empty_note_comes_back_open(dana, begins):
    answer = send(dana, begins(), "note", text=" ")
    assert (answer.status_code, "Write the note first" in answer.text) == (422, True)


def test_claim_is_told_and_taken_back(dana, begins):
    thread = begins()
    answer = send(dana, thread, "do/claim")
    shown = dana.get(answer.location).text
    assert "<span>Claimed.</span>" in shown
    assert again(thread).claimed_by_id == dana.staff.id
    step = queries.steps(thread.id)[0]
    answer = send(dana, thread, f"undo/{step.id}", shown=shown)
    assert "Taken back" in dana.get(answer.location).text
    assert again(thread).claimed_by_id is None


def test_two_desks_claim_one_chat_once(dana, jules, begins):
    thread = begins()
    shown = page(dana, thread)
    send(jules, thread, "do/claim")
    answer = send(dana, thread, "do/claim", shown=shown)
    assert (answer.status_code, "<li>Jules claimed this at noon</li>" in answer.text) == (409, True)
    assert again(thread).claimed_by_id == jules.staff.id
    assert "Take over" in answer.text


def test_given_back_it_is_everybodys(dana, begins):
    thread = begins()
    send(dana, thread, "do/claim")
    send(dana, thread, "do/give-back")
    assert again(thread).claimed_by_id is None


def test_closed_it_leaves_the_list_and_the_next_word_brings_it_back(dana, begins):
    thread = begins()
    answer = send(dana, thread, "do/close", fragment=True)
    assert (rows_of(answer.text), "Closed. The next word" in answer.text) == ([], True)
    says(thread, "One more thing")
    assert rows_of(dana.get(CHATS).text) == ["Visitor"]


def test_what_was_not_read_is_not_closed(dana, begins):
    thread = begins()
    shown = page(dana, thread)
    says(thread, "Hello?")
    answer = send(dana, thread, "do/close", shown=shown)
    assert (answer.status_code, "<li>The visitor wrote at noon</li>" in answer.text) == (409, True)
    assert again(thread).state is State.WAITING


def test_emergency_stands_on_top_until_somebody_has_seen_to_it(dana, begins):
    thread = begins("I fainted twice today")
    assert "Read now: it sounds like an emergency" in page(dana, thread)
    send(dana, thread, "do/lower-flag")
    assert "Read now" not in page(dana, thread)


def test_held_chat_is_let_in(dana, begins):
    thread = begins(held=Held.TRAP)
    send(dana, thread, "do/release")
    assert rows_of(dana.get(CHATS).text) == ["Visitor"]


def test_unknown_button_and_bad_version_change_nothing(dana, begins):
    thread = begins()
    form = form_on(page(dana, thread), address(thread, "do/claim")) | {"version": "x"}
    assert dana.client.post(form.pop("action"), data=form).status_code == 400
    assert dana.client.post(address(thread, "do/nothing"), data=form).status_code == 404
    assert again(thread).version == 1


def test_two_at_one_chat_see_each_other(dana, jules, begins, clock):
    thread = begins()
    assert "here too" not in page(dana, thread)
    assert "Dana is here too" in page(jules, thread)
    clock.advance(seconds=46)
    assert "here too" not in page(jules, thread)


def test_chat_shows_whom_it_may_be_and_changes_nothing_of_them(dana, begins):
    lead = make_lead("Robin Known")
    thread = begins(who=who("Bobby", lead.email, "312-555-9999"))
    text = page(dana, thread)
    assert f"Robin Known, {lead.ref}</a>" in text
    assert "Name is another one there: <b>Robin Known</b>" in text
    assert f"Phone is another one there: <b>{lead.phone}</b>" in text
    assert "Email is another one there" not in text
    db.session.refresh(lead)
    assert (lead.name, lead.phone) == ("Robin Known", lead.phone)
    assert rows_of(dana.get(CHATS).text) == ["Bobby"]


def test_queue_counts_the_chats_that_wait_and_puts_an_emergency_on_top(dana, begins):
    begins()
    make_lead("Robin Test")
    assert (rail(dana), rows_of(dana.get("/desk/").text)) == ("1", ["Robin Test"])
    thread = begins("I fainted twice today", who=who("Grave"))
    assert rail(dana) == '2<span class="vh"> waiting</span>, 1 now'
    assert rows_of(dana.get("/desk/").text) == ["Grave", "Robin Test"]
    assert f'href="{address(thread)}"' in dana.fragment("/desk/?poll=1").text


def test_queue_is_told_of_a_chat_by_its_poll(dana, begins):
    tag = dana.fragment("/desk/?poll=1").headers["HX-PTag"]
    begins()
    assert dana.fragment("/desk/?poll=1", **{"HX-PTag": tag}).status_code == 200


def test_somebody_who_left_keeps_no_chat(dana, jules, begins):
    thread = begins()
    send(jules, thread, "do/claim")
    jules.staff.active = False
    db.session.commit()
    [tick() for tick in TICKS if "chat" in tick.__name__]
    assert again(thread).claimed_by_id is None
    assert "Back to everybody: it was claimed and waited too long" in page(dana, thread)


def test_somebody_with_nothing_but_a_number_is_called_and_one_press_says_so(dana, begins, clock):
    thread = begins(who=who("Robin", phone="312-555-0100"))
    assert (
        f"Chat {thread.ref}: waits since noon, no email: call 312-555-0100" in dana.get(CHATS).text
    )
    send(dana, thread, "answer", text="Yes, come by.")
    text = dana.get(CHATS).text
    assert '<span class="tag tag--ref">Call back</span>' in text
    assert f"Chat {thread.ref}: answer not read yet, call 312-555-0100" in text
    assert clock_of(dana) == ("sla", f"Call by 12:0{minutes()} pm")
    assert rail(dana) == "1"
    shown = page(dana, thread)
    assert 'Call back: <a href="tel:3125550100">312-555-0100</a>' in shown
    answer = send(dana, thread, "do/called", shown=shown)
    assert "Noted that you have called" in dana.get(answer.location).text
    assert (rail(dana), "I have called" in page(dana, thread)) == ("", False)


def test_call_is_offered_to_nobody_else(dana, begins):
    for person in (who("Robin", "robin@example.com", "312-555-0100"), who("Jo")):
        assert "I have called" not in page(dana, begins(person.name, who=person))


@pytest.mark.parametrize("view", ["", "closed", "held"])
def test_pages_follow_each_other_without_gap_or_repeat(dana, begins, clock, view):
    for number in range(2 * PAGE + 1):
        held_because = Held.TRAP if view == "held" else None
        thread = begins(f"Text {number}", who=who(f"Visitor {number:03}"), held=held_because)
        if view == "closed":
            answering.close(press(thread, dana.staff))
        elif number % 3 == 0 and not view:
            answering.answer(press(thread, dana.staff), "Yes.", key="a")
        clock.advance(seconds=1)
    names = [f"Visitor {number:03}" for number in range(2 * PAGE + 1)]
    in_turn = [name for name in names if int(name[-3:]) % 3] + names[::3]
    seen, to = [], f"{CHATS}?view={view}"
    while to:
        text = dana.get(to).text
        seen.append(rows_of(text))
        more = re.search(r'href="([^"]+)">(?:(?!</a>).)*More of this list', text, re.DOTALL)
        to = more[1].replace("&amp;", "&") if more else ""
    assert [len(part) for part in seen] == [PAGE, PAGE, 1]
    assert list(itertools.chain(*seen)) == (names[::-1] if view else in_turn)


def test_a_chat_of_a_later_page_keeps_its_page(dana, begins, monkeypatch):
    monkeypatch.setattr(chat_queries, "PAGE", 1)
    begins("One", who=who("First"))
    second = begins("Two", who=who("Second"))
    more = re.search(r'href="(/desk/chats[^"]*after=[^"]+)"', dana.get(CHATS).text)[1]
    text = dana.get(more).text
    assert (rows_of(text), "Back to the top of the list" in text) == (["Second"], True)
    opened = re.search(rf'href="({address(second)}[^"]+)"', text)[1]
    assert rows_of(dana.get(opened).text) == ["Second"]
    pressed = send(dana, second, "do/claim", shown=dana.get(opened).text)
    assert rows_of(dana.get(pressed.location).text) == ["Second"]


@pytest.mark.parametrize("after", ["x", "1.2", "9.9.9", f"1.{9**30}.1"])
def test_address_that_names_no_place_is_a_page(dana, begins, after):
    begins()
    assert dana.get(f"{CHATS}?after={after}").status_code == 200


def test_held_chats_are_counted_beside_those_that_wait(dana, begins):
    begins("One", held=Held.TRAP)
    assert "0 waiting, 1 held, most urgent first" in dana.get(CHATS).text


def test_an_answer_to_a_chat_that_was_erased_meanwhile_reaches_nobody_else(dana, begins):
    erased = begins("Is there a place on Saturday?")
    shown, earlier = page(dana, erased), address(erased)
    forget(erased.id)
    other = begins("Where can I park?")
    assert address(other) != earlier
    form = form_on(shown, f"{earlier}/answer") | {"version": "1", "text": "Yes, at nine."}
    assert dana.client.post(form.pop("action"), data=form).status_code == 404
    assert said_in(other) == ["Where can I park?"]


def test_a_press_on_a_chat_that_was_never_opened_shows_no_word_without_a_reading(dana, begins):
    opened, never = begins("One"), begins("Two")
    form = form_on(page(dana, opened), address(opened, "do", "close")) | {"version": "1"}
    del form["action"]
    asked = dana.client.post(address(never, "do", "release"), data=form, headers=FRAGMENT)
    assert (asked.status_code, "Two" in asked.text) == (409, True)
    read = db.session.scalars(db.select(Reading.page).order_by(Reading.id)).all()
    assert read == [address(opened), address(never)]
