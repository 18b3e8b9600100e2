import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import delete, select

from portal import tokens
from portal.booking import actions, links, queries
from portal.booking.models import Booking, CoachHours, State
from portal.clock import now
from portal.extensions import db
from portal.leads.links import health_check_token
from portal.mail.models import OutboxMail
from tests.booking.conftest import TUESDAY_10, TUESDAY_11, at
from tests.desk.conftest import make_staff
from tests.intake.recorded import record_screening

SLOT = "2026-11-24T16:00:00Z"


def book_path(enquiry) -> str:
    return f"/book/{links.book_token(enquiry)}"


def manage_path(booking) -> str:
    return f"/manage/{links.manage_token(booking)}"


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of the last form that posts."""
    form = re.findall(r'<form[^>]*method="post".*?</form>', page, re.DOTALL)[-1]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found}


def press(client, path: str, *, page: str | None = None, **fields):
    shown = page or client.get(path).text
    return client.post(path.partition("?")[0], data={**hidden(shown), **fields})


def slots(page: str) -> list[str]:
    return re.findall(r'name="slot" value="([^"]+)"', page)


def h1(page: str) -> str:
    text = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)[1]
    return " ".join(re.sub(r"<[^>]+>", "", text).split())


def result_path(enquiry) -> str:
    return f"/health-check/{health_check_token(enquiry)}/result"


@pytest.mark.parametrize(
    ("answers", "heading"),
    [
        ({}, "Good to go, Robin. What time works for you?"),
        ({"pain_sites": ["low_back"], "nprs": 3}, "Come on in, Robin. We will adapt a few things."),
    ],
)
def test_result_shows_the_times_and_books_one(client, asks, amir, answers, heading):
    enquiry = asks(**answers)
    page = client.get(result_path(enquiry)).text
    assert h1(page) == heading
    assert slots(page) == slots(client.get(book_path(enquiry)).text) != []
    assert f'<form class="book__pick" action="{book_path(enquiry)}" method="post"' in page
    answer = press(client, book_path(enquiry), page=page, slot=SLOT)
    assert h1(client.get(answer.location).text) == "You are booked"
    after = client.get(result_path(enquiry)).text
    assert slots(after) == []
    assert "Tuesday, November 24 at 10 am, Chicago time" in after
    assert f'href="{answer.location}"' in after


@pytest.mark.parametrize(
    "answers",
    [
        {"chest_pain": "now_12h"},
        {"pain_sites": ["low_back"], "bladder": "new_2w"},
        {"pain_sites": ["low_back"], "surgery": "lt_12w"},
        {"temp_illness": "yes"},
        {"age": 14},
    ],
)
def test_result_of_whoever_must_wait_has_no_times(client, asks, amir, answers):
    page = client.get(result_path(asks(**answers))).text
    assert (slots(page), "/book/" in page) == ([], False)


def test_without_coaches_hours_a_person_confirms_the_time(client, asks):
    enquiry = asks()
    assert "/book/" not in client.get(result_path(enquiry)).text
    assert h1(client.get(book_path(enquiry)).text) == "We will confirm a time with you"


def strip_words(page: str) -> list[str]:
    strip = page.partition('class="days"')[2].partition("</ul>")[0]
    days = re.findall(r"<li>(.*?)</li>", strip, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", day).split()) for day in days]


@pytest.mark.one_database
def test_a_day_on_which_it_is_too_late_is_not_called_closed(client, asks, amir, clock):
    clock.move_to(TUESDAY_10 + timedelta(hours=6))
    today = strip_words(client.get(book_path(asks())).text)[0]
    assert today == "Tue Tuesday, November 24 , Full"


@pytest.mark.one_database
def test_a_coach_without_hours_is_not_named(client, asks, amir, jules):
    db.session.execute(delete(CoachHours).where(CoachHours.staff_id == jules.id))
    db.session.commit()
    page = client.get(book_path(asks())).text
    assert "With Amir</span>" in page
    assert "Jules" not in page


def test_days_say_in_words_how_much_is_left(client, asks, amir):
    for hours in db.session.scalars(select(CoachHours).where(CoachHours.weekday == 3)):
        db.session.delete(hours)
    db.session.commit()
    page = client.get(book_path(asks()) + "?day=2026-11-24").text
    words = strip_words(page)
    assert len(words) == 7
    assert words[2] == "Tue Tuesday, November 24 , 21 left"
    assert words[4] == "Thu Thursday, November 26 , Closed"


def test_every_time_names_its_whole_date_and_zone(client, asks, amir):
    page = client.get(book_path(asks()) + "?day=2026-11-24").text
    first = re.search(r'<label class="slot">.*?</label>', page, re.DOTALL)[0]
    words = " ".join(re.sub(r"<[^>]+>", "", first).split())
    assert words == "Tuesday, November 24 at 9:00 am, Chicago time"


def test_booking_leads_to_the_page_that_says_so(client, asks, amir):
    path = book_path(asks())
    answer = press(client, path, slot=SLOT)
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert h1(page) == "You are booked"
    assert "Tuesday, November 24 at 10 am, Chicago time" in page
    again = client.get(path)
    assert (again.status_code, again.location) == (303, answer.location)


def test_a_double_press_is_one_booking_and_one_page(client, asks, amir):
    path = book_path(asks())
    page = client.get(path).text
    locations = {press(client, path, page=page, slot=SLOT).location for _ in range(2)}
    assert len(locations) == 1
    assert len(db.session.scalars(select(Booking)).all()) == 1


def test_a_second_tab_with_another_time_is_told_which_one_stands(client, asks, amir):
    path = book_path(asks())
    page = client.get(path).text
    press(client, path, page=page, slot=SLOT)
    shown = client.get(press(client, path, page=page, slot="2026-11-24T17:00:00Z").location).text
    assert "You had this time already, so the other one was not booked." in shown
    assert "Tuesday, November 24 at 10 am, Chicago time" in shown


def test_who_typed_somebody_elses_address_learns_nothing_of_their_session(client, asks, amir, hand):
    booked = actions.book(asks().public_id, at(10), hand=hand())
    stranger = asks()
    page = client.get(book_path(stranger)).text
    stranger.lead = booked.lead
    db.session.commit()
    record_screening(stranger, answers={"age": 40}, wording="I agree", at=now())
    shown = [client.get(path) for path in (result_path(stranger), book_path(stranger))]
    shown.append(press(client, book_path(stranger), page=page, slot="2026-11-24T17:00:00Z"))
    assert [each.status_code for each in shown] == [200, 409, 409]
    for each in shown:
        assert "A consult is booked already under the email address" in each.text
        assert "/manage/" not in each.text
        assert "November 24" not in each.text
    assert h1(shown[0].text) == "Good to go, Robin. A time is booked already."


@pytest.mark.one_database
@pytest.mark.parametrize("coach", ["9" * 5000, "9" * 10, "-1", "Amir"])
def test_a_coach_who_cannot_be_is_nobody_in_particular(client, asks, amir, coach):
    assert press(client, book_path(asks()), slot=SLOT, coach=coach).status_code == 303


def test_no_time_picked_comes_back_with_words(client, asks, amir):
    answer = press(client, book_path(asks()))
    assert answer.status_code == 422
    assert "<title>Error: " in answer.text
    assert answer.text.count("Select a time") == 2


@pytest.mark.parametrize("slot", ["tomorrow", "2026-11-24T10:00:00", "", "9999-99-99"])
def test_an_unreadable_time_is_no_time(client, asks, amir, slot):
    assert press(client, book_path(asks()), slot=slot).status_code == 422


def test_a_time_that_has_gone_brings_the_nearest_three(client, asks, amir, hand):
    path = book_path(asks())
    page = client.get(path).text
    actions.book(asks().public_id, at(10), hand=hand())
    answer = press(client, path, page=page, slot=SLOT)
    assert answer.status_code == 422
    assert "That time has just been taken. Here are the nearest ones." in answer.text
    assert slots(answer.text) == [
        "2026-11-24T15:00:00Z",
        "2026-11-24T15:20:00Z",
        "2026-11-24T16:40:00Z",
    ]
    assert press(client, path, page=answer.text, slot="2026-11-24T16:40:00Z").status_code == 303


@pytest.mark.parametrize(
    ("answers", "heading"),
    [
        ({"pain_sites": ["low_back"], "bladder": "new_2w"}, "One thing comes before a time, Robin"),
        ({"temp_illness": "yes"}, "Your place is kept, Robin"),
    ],
)
def test_a_held_person_reads_where_things_stand(client, asks, amir, answers, heading):
    path = book_path(asks(**answers))
    page = client.get(path)
    assert (page.status_code, h1(page.text), slots(page.text)) == (403, heading, [])
    free = client.get(book_path(asks())).text
    refused = client.post(path, data={**hidden(free), "slot": SLOT})
    assert (refused.status_code, h1(refused.text), slots(refused.text)) == (409, heading, [])


def test_an_unfinished_check_leads_back_to_it(client, asks, amir):
    page = client.get(book_path(asks(checked=False)))
    assert (page.status_code, h1(page.text)) == (403, "A few questions first, Robin")


def test_a_page_left_open_does_not_outlast_the_health_check(client, asks, amir):
    enquiry = asks()
    page = client.get(book_path(enquiry)).text
    record_screening(
        enquiry,
        answers={"age": 40, "pain_sites": ["low_back"], "bladder": "new_2w"},
        wording="I agree",
        at=now(),
    )
    for picked in ({"slot": SLOT}, {}):
        answer = press(client, book_path(enquiry), page=page, **picked)
        said = (answer.status_code, h1(answer.text), slots(answer.text))
        assert said == (409, "One thing comes before a time, Robin", [])
    assert db.session.scalars(select(Booking)).all() == []


def test_on_the_phone_times_are_in_the_persons_own_zone(client, asks, amir):
    query = "?day=2026-11-25&place=phone&zone=Pacific/Auckland"
    page = client.get(book_path(asks()) + query).text
    first = re.search(r'<label class="slot">.*?</label>', page, re.DOTALL)[0]
    words = " ".join(re.sub(r"<[^>]+>", "", first).split())
    assert words == "Wednesday, November 25 at 4:00 am, Auckland time"
    assert slots(page)[0] == "2026-11-24T15:00:00Z"
    enquiry = asks()
    answer = press(client, book_path(enquiry) + query, slot=SLOT)
    assert (
        "Wednesday, November 25 at 5 am, Auckland time "
        "(Tuesday, November 24 at 10 am, Chicago time)"
    ) in client.get(answer.location).text


@pytest.fixture
def booked(asks, amir, hand) -> Booking:
    return actions.book(asks().public_id, at(10), hand=hand())


def test_looking_at_a_booking_writes_nothing(client, booked):
    path, version = manage_path(booked), booked.lead.version
    for step in ("", "?step=move", "?step=cancel"):
        assert client.get(path + step).status_code == 200
    db.session.expire_all()
    found = queries.booking(booked.id)
    assert (found.version, found.lead.version, found.state) == (1, version, State.BOOKED)


def test_moving_by_link(client, booked):
    path = manage_path(booked)
    page = client.get(path + "?step=move").text
    assert SLOT in slots(client.get(path + "?step=move&day=2026-11-24").text)
    answer = press(client, path, page=page, slot="2026-11-24T17:00:00Z")
    assert answer.status_code == 303
    assert "Tuesday, November 24 at 11 am, Chicago time" in client.get(path).text


@pytest.mark.one_database
def test_a_session_that_is_moved_to_and_fro_floods_nobody_with_mail(client, booked):
    path = manage_path(booked)
    page = client.get(path + "?step=move").text
    times = [f"2026-11-24T{hour}:00:00Z" for hour in (17, 20)]
    answers = [press(client, path, page=page, slot=times[n % 2]) for n in range(31)]
    assert [answer.status_code for answer in answers] == [303] * 30 + [429]


def test_moving_to_a_time_that_has_gone_keeps_the_old_one(client, booked, asks, hand):
    path = manage_path(booked)
    page = client.get(path + "?step=move").text
    actions.book(asks().public_id, at(11), hand=hand())
    answer = press(client, path, page=page, slot="2026-11-24T17:00:00Z")
    assert answer.status_code == 422
    assert len(slots(answer.text)) == 3
    assert queries.booking(booked.id).starts_at == TUESDAY_10


def test_cancelling_by_link_asks_once_and_stays_cancelled(client, booked):
    path = manage_path(booked)
    page = client.get(path + "?step=cancel").text
    for _ in range(2):
        assert press(client, path, page=page).status_code == 303
    page = client.get(path).text
    assert h1(page) == "Your consult is cancelled"
    assert 'href="/book/' in page


@pytest.mark.parametrize("do", ["move", "cancel"])
def test_a_session_that_has_begun_is_changed_by_nobody_but_the_desk(client, booked, clock, do):
    path = manage_path(booked)
    page = client.get(f"{path}?step={do}").text
    clock.move_to(TUESDAY_10)
    answer = press(client, path, page=page, slot="2026-11-24T17:00:00Z")
    assert answer.status_code == 409
    assert "Your session has begun, so it can no longer be changed here." in answer.text
    found = queries.booking(booked.id)
    assert (found.state, found.starts_at) == (State.BOOKED, TUESDAY_10)


def test_the_desk_still_moves_a_session_that_has_begun(booked, clock, hand):
    clock.move_to(TUESDAY_10 + timedelta(minutes=1))
    dana = make_staff()
    assert actions.move(booked.id, at(11), hand=hand(dana)).starts_at == TUESDAY_11


def test_an_old_link_shows_what_stands_now(client, booked, hand):
    old = manage_path(booked)
    actions.cancel(booked.id, hand=hand())
    actions.book(booked.enquiry.public_id, at(13, day=25), hand=hand())
    page = client.get(old).text
    assert h1(page) == "You are booked"
    assert "Wednesday, November 25 at 1 pm, Chicago time" in page


def test_a_session_that_is_over_cannot_be_moved(client, booked, clock):
    clock.move_to(TUESDAY_10 + timedelta(hours=1))
    page = client.get(manage_path(booked) + "?step=move").text
    assert slots(page) == []
    assert h1(page) == "Your consult was on Tuesday, November 24 at 10 am, Chicago time"
    assert "<dt>Your consult</dt><dd>Over</dd>" in page
    assert "Would you like another time?" not in page


def test_a_page_left_open_moves_nothing_that_was_called_off(client, booked, hand):
    page = client.get(manage_path(booked) + "?step=move").text
    actions.cancel(booked.id, hand=hand())
    answer = press(client, manage_path(booked), page=page)
    assert (answer.status_code, h1(answer.text)) == (409, "Your consult is cancelled")


def test_an_alarm_after_booking_is_said_on_the_page(client, booked):
    moving = client.get(manage_path(booked) + "?step=move").text
    record_screening(
        booked.enquiry,
        answers={"age": 40, "pain_sites": ["low_back"], "bladder": "new_2w"},
        wording="I agree",
        at=now(),
    )
    page = client.get(manage_path(booked) + "?step=move").text
    assert "Please call us before you come" in page
    assert slots(page) == []
    left_open = press(client, manage_path(booked), page=moving)
    assert (left_open.status_code, slots(left_open.text)) == (409, [])


def test_token_pages_show_neither_address_nor_number(client, booked):
    page = client.get(manage_path(booked)).text
    assert booked.lead.email not in page
    assert booked.lead.phone not in page


def test_a_foreign_token_opens_nothing(client, booked):
    other = tokens.mint(links.BOOK, booked.public_id, until=now() + timedelta(days=1))
    assert client.get(f"/manage/{other}").status_code == 404
    assert client.get(f"/book/{links.manage_token(booked)}").status_code == 404


def test_links_in_the_mail_open(client, booked):
    assert db.session.scalars(select(OutboxMail.kind).where(OutboxMail.kind == "booked")).one()
    assert client.get(links.manage_url(booked).removeprefix("http://localhost")).status_code == 200
