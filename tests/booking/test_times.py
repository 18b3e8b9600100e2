"""The free times for anybody: a time first, then the form and the health check, then the time."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from portal.booking import actions, keeping, picks
from portal.booking.models import Booking, CoachHours, Source
from portal.booking.rules import Rules
from portal.booking.search import Search
from portal.clock import now
from portal.extensions import db, settings
from portal.leads import picked
from portal.leads.models import Enquiry, Lead
from portal.staff.models import Role
from tests.booking.conftest import TUESDAY_10, ask, at
from tests.booking.test_pages import SLOT, book_path, h1, hidden, press, result_path, slots
from tests.desk.conftest import make_staff
from tests.desk.test_queue import queries_of
from tests.stranger import Stranger

PICKED = re.compile(r'value="([^"]+)"(?: id="slot")? checked')
BEFORE = "You asked for this time before. It is held for you only when you have confirmed it."
TAKEN = "That time has just been taken. Here are the nearest ones."
HONEST = "This time is held for you only when you have confirmed it."


@pytest.fixture
def sign(app):
    """Sign a time as /times does: `sign(TUESDAY_10, place="phone")`."""
    return lambda starts_at, **looked: picks.sign(
        starts_at, Search.read(looked, studio=settings().studio.zone)
    )


@pytest.fixture
def wishes(app, sign):
    """Somebody whose health check is done and who picked a time before it."""

    def wish(starts_at, **looked) -> Enquiry:
        enquiry = ask()
        enquiry.picked = picked.read(sign(starts_at, **looked)).text
        db.session.commit()
        return enquiry

    return wish


def main(page: str) -> str:
    """Return the part of an open page that holds its own form, without the dialogs behind it."""
    return page[: page.index("</main>")]


def pick(client, path: str, *, page: str | None = None, **fields):
    return press(client, path, page=main(page or client.get(path).text), **fields)


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_anybody_sees_the_times_that_are_free(client, amir, asks, hand):
    actions.book(asks().public_id, at(10), hand=hand())
    page = client.get("/times?day=2026-11-24").text
    assert h1(page) == "Pick a time for your free consult"
    assert HONEST in words(page)
    mine = client.get(f"{book_path(asks())}?day=2026-11-24").text
    assert slots(page) == slots(mine) != []
    assert SLOT not in slots(page)


def test_looking_and_asking_write_nothing_and_set_no_cookie(client, amir):
    tables = (Booking, Lead, Enquiry)
    before = [db.session.scalar(select(func.count()).select_from(each)) for each in tables]
    answer = pick(client, "/times?day=2026-11-24", slot=SLOT)
    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers
    assert before == [db.session.scalar(select(func.count()).select_from(each)) for each in tables]


@pytest.mark.one_database
def test_time_goes_to_the_form_signed_and_in_words(client, amir):
    answer = pick(client, "/times?day=2026-11-24", slot=SLOT)
    assert urlsplit(answer.location).path == "/consult"
    page = client.get(answer.location).text
    assert "Tuesday, November 24 at 10 am, Chicago time" in page
    assert HONEST.removesuffix(".") in words(page)
    assert "then you confirm your time." in words(page)
    token = hidden(main(page))["picked"]
    assert picked.read(token).text == "slot=2026-11-24T16%3A00%3A00Z"


@pytest.mark.one_database
def test_press_that_books_nothing_does_not_say_it_does(client, amir, wishes):
    said = words(client.get("/times").text)
    assert "Nothing is booked yet: first come a few questions." in said
    assert "until you press the button" not in said
    assert "until you press the button" in words(client.get(book_path(wishes(TUESDAY_10))).text)


@pytest.mark.one_database
def test_where_they_came_from_goes_along(client, amir):
    query = "from=https://studio.example/start&utm_source=partner&utm_campaign=spring"
    page = client.get(f"/times?{query}").text
    assert "utm_source=partner" in re.search(r'<a class="day" href="([^"]+)"', page)[1]
    action = re.search(r'<form class="book__pick" action="([^"]+)"', page)[1].replace("&amp;", "&")
    answer = client.post(action, data={**hidden(main(page)), "slot": SLOT})
    sent = parse_qs(urlsplit(answer.location).query)
    assert {name: sent[name] for name in ("from", "utm_source", "utm_campaign")} == {
        "from": ["https://studio.example/start"],
        "utm_source": ["partner"],
        "utm_campaign": ["spring"],
    }


@pytest.mark.one_database
@pytest.mark.parametrize(
    "slot",
    ["", "tomorrow", "2026-11-24T16:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"],
)
def test_no_time_is_asked_for_again(client, amir, slot):
    answer = pick(client, "/times", slot=slot)
    assert (answer.status_code, "Select a time" in answer.text) == (422, True)


def test_time_that_has_gone_brings_the_nearest_three(client, amir, asks, hand):
    page = client.get("/times?day=2026-11-24").text
    actions.book(asks().public_id, at(10), hand=hand())
    answer = pick(client, "/times", page=page, slot=SLOT)
    assert (answer.status_code, len(slots(answer.text))) == (422, 3)
    assert TAKEN in answer.text


@pytest.mark.one_database
def test_form_from_elsewhere_is_asked_again(client, amir):
    answer = client.post("/times", data={"slot": SLOT})
    assert answer.status_code == 422
    assert "This page was open for a long time" in answer.text


def test_without_coaches_hours_the_form_comes_first(client, amir):
    db.session.query(CoachHours).delete()
    db.session.commit()
    page = client.get("/times?utm_source=partner").text
    assert (h1(page), 'action="/consult"' in page) == ("Book Your Free Consult", True)
    assert hidden(main(page))["landing"] == "/times?utm_source=partner"


@pytest.mark.one_database
def test_machine_that_looks_all_day_is_told_to_wait(client, amir):
    answers = [client.get("/times").status_code for _ in range(121)]
    assert answers == [200] * 120 + [429]


def test_whole_road_ends_at_the_time_that_was_picked(client, amir):
    stranger = Stranger(client, phone="312-555-0142")
    to = pick(client, "/times?day=2026-11-25", slot="2026-11-25T17:20:00Z").location
    stranger.open(to)
    stranger.press()
    page = stranger.walk().text
    assert PICKED.findall(page) == ["2026-11-25T17:20:00Z"]
    assert BEFORE in page
    enquiry = db.session.scalars(select(Enquiry)).one()
    answer = press(client, book_path(enquiry), page=page, slot="2026-11-25T17:20:00Z")
    assert "Wednesday, November 25 at 11:20 am" in client.get(answer.location).text


def test_mistake_in_the_form_keeps_the_time(client, amir, sign):
    token = sign(TUESDAY_10)
    page = client.get(f"/consult?picked={token}").text
    fields = {**hidden(main(page)), "reason": "back"}
    answer = client.post("/consult", data=fields)
    assert answer.status_code == 422
    assert "Tuesday, November 24 at 10 am, Chicago time" in answer.text
    assert hidden(main(answer.text))["picked"] == token


@pytest.mark.one_database
@pytest.mark.parametrize("way", [result_path, book_path])
def test_time_stands_picked_where_it_is_booked(client, amir, wishes, way):
    page = client.get(way(wishes(TUESDAY_10))).text
    assert PICKED.findall(page) == [SLOT]
    assert BEFORE in page


@pytest.mark.parametrize("way", [result_path, book_path])
def test_time_that_went_meanwhile_says_so_with_the_nearest_three(client, amir, wishes, hand, way):
    enquiry = wishes(TUESDAY_10)
    actions.book(ask().public_id, at(10), hand=hand())
    page = client.get(way(enquiry)).text
    assert TAKEN in page
    assert (len(slots(page)), PICKED.findall(page)) == (3, [])


@pytest.mark.one_database
def test_call_that_was_picked_keeps_its_place_zone_and_coach(client, amir, jules, wishes):
    enquiry = wishes(TUESDAY_10, place="phone", zone="Pacific/Auckland", coach=str(jules.id))
    page = client.get(book_path(enquiry)).text
    assert PICKED.findall(page) == [SLOT]
    sent = hidden(page)
    looked = {name: sent[name] for name in ("place", "zone", "coach")}
    assert looked == {"place": "phone", "zone": "Pacific/Auckland", "coach": str(jules.id)}


@pytest.mark.one_database
def test_whoever_looks_at_another_day_is_left_there(client, amir, wishes):
    page = client.get(f"{book_path(wishes(TUESDAY_10))}?day=2026-11-26").text
    assert (slots(page)[0][:10], PICKED.findall(page)) == ("2026-11-26", [])


@pytest.mark.one_database
def test_time_that_has_gone_by_is_forgotten(client, amir, wishes, clock):
    enquiry = wishes(TUESDAY_10)
    clock.advance(days=3)
    page = client.get(book_path(enquiry)).text
    assert (TAKEN in page, PICKED.findall(page)) == (False, [])


@pytest.mark.one_database
def test_altered_or_old_value_is_an_empty_form(client, amir, sign, clock):
    token = sign(TUESDAY_10)
    assert "flagbox" in client.get(f"/consult?picked={token}").text
    assert "flagbox" not in client.get(f"/consult?picked=x{token}").text
    clock.advance(days=3)
    assert "flagbox" not in client.get(f"/consult?picked={token}").text


@pytest.mark.parametrize("answers", [{"surgery": "lt_12w"}, {"leg_weakness": "new_one"}])
def test_picked_time_books_nobody_whom_the_health_check_holds(client, amir, sign, answers):
    stranger = Stranger(client, **answers)
    stranger.open(f"/consult?picked={sign(TUESDAY_10)}")
    stranger.press()
    page = stranger.walk().text
    assert slots(page) == []
    assert db.session.scalars(select(Booking)).all() == []


def close_tuesday(amir, hand, asks) -> None:
    manager = make_staff("Mara Test", Role.MANAGER)
    keeping.decide_day(
        TUESDAY_10.date(), closed=True, reason="Shut", source=Source.OWN, staff=manager, at=now()
    )


def take_ten(amir, hand, asks) -> None:
    actions.book(asks().public_id, at(10), hand=hand())


def take_a_day_off(amir, hand, asks) -> None:
    keeping.keep_exception(amir.id, TUESDAY_10.date(), span=None)


def change_the_rules(amir, hand, asks) -> None:
    keeping.keep_rules(Rules(length=40), at=now())


@pytest.mark.parametrize(
    "change", [take_ten, close_tuesday, take_a_day_off, change_the_rules], ids=lambda f: f.__name__
)
def test_a_browser_that_has_the_times_is_sent_them_again_only_once_they_change(
    client, amir, asks, hand, change
):
    path = "/times?day=2026-11-24"
    first = client.get(path)
    assert SLOT in slots(first.text)
    known = {"If-None-Match": first.headers["ETag"]}
    same = client.get(path, headers=known)
    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", first.headers["ETag"])
    change(amir, hand, asks)
    other = client.get(path, headers=known)
    assert other.status_code == 200
    assert slots(other.text) != slots(first.text)
    assert other.headers["ETag"] != first.headers["ETag"]


def test_times_that_come_too_near_are_not_kept_by_a_browser(client, amir, clock):
    path = "/times?day=2026-11-24"
    clock.move_to(TUESDAY_10 - timedelta(hours=2))
    first = client.get(path)
    clock.advance(minutes=1)
    later = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (later.status_code, SLOT in slots(first.text), SLOT in slots(later.text)) == (
        200,
        True,
        False,
    )


@pytest.mark.one_database
def test_browser_asks_each_time_before_it_shows_the_times_again(client, amir):
    answer = client.get("/times")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Sec-Fetch-Dest" in answer.headers["Vary"]


@pytest.mark.one_database
def test_token_of_the_times_is_renewed_each_day(client, amir, clock):
    path = "/times?day=2026-11-26"
    first = client.get(path)
    clock.advance(hours=12)
    known = {"If-None-Match": first.headers["ETag"]}
    assert client.get(path, headers=known).status_code == 200


def test_looking_at_the_times_asks_little(client, amir, asks):
    client.get("/times")
    assert queries_of(lambda: client.get("/times")) == 5
    path = book_path(asks())
    assert queries_of(lambda: client.get(path)) == 8
