import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.booking import actions, diary, keeping, queries
from portal.booking.models import Booking, CoachHours, State
from portal.booking.wishes import Hand, Wish
from portal.clock import now
from portal.extensions import db, settings
from portal.leads.models import Disposition, Lead, Status
from portal.mail.models import OutboxMail
from portal.staff.models import Role
from tests.booking.conftest import TUESDAY_10, make_coach
from tests.desk.conftest import form_on, fresh, make_lead, make_staff, sign_in
from tests.desk.test_queue import queries_of

SLOT = "2026-11-24T16:00:00Z"


@pytest.fixture
def amir(app):
    return make_coach("Amir Test")


def book(lead: Lead, staff, start: datetime = TUESDAY_10) -> Booking:
    return actions.book_for(lead.id, Wish(start), hand=Hand(now(), settings(), staff))


def press(desk, booking: Booking, verb: str, page: str | None = None, **fields):
    page = page or desk.get("/desk/calendar?day=2026-11-24").text
    form = form_on(page, f"/desk/sessions/{booking.id}/{verb}")
    return desk.client.post(form.pop("action"), data={**form, **fields})


def test_the_desk_books_for_somebody_and_sees_them_in_the_calendar(dana, amir):
    lead = make_lead()
    page = dana.page(lead)
    assert f'href="/desk/leads/{lead.id}/book"' in page
    form = form_on(dana.get(f"/desk/leads/{lead.id}/book").text, f"/desk/leads/{lead.id}/book")
    answer = dana.client.post(form.pop("action"), data={**form, "slot": SLOT})
    assert answer.status_code == 303
    page = dana.get(answer.location).text
    assert "booked for Tuesday, November 24, 10 am with Amir Test" in page
    assert fresh(lead).status is Status.BOOKED
    assert "Consult booked for Tue, November 24, 10 am" in dana.page(lead)
    assert lead.name in dana.get("/desk/?view=booked").text
    week = dana.get("/desk/calendar?span=week").text
    assert lead.name in week


def test_the_desk_moves_what_stands(dana, amir):
    lead = make_lead()
    booking = book(lead, dana.staff)
    form = form_on(dana.get(f"/desk/leads/{lead.id}/book").text, f"/desk/leads/{lead.id}/book")
    dana.client.post(form.pop("action"), data={**form, "slot": "2026-11-24T17:00:00Z"})
    assert queries.booking(booking.id).sequence == 1


def test_the_desk_double_books_nobody(dana, amir):
    book(make_lead(), dana.staff)
    lead = make_lead("Kim Test")
    form = form_on(dana.get(f"/desk/leads/{lead.id}/book").text, f"/desk/leads/{lead.id}/book")
    answer = dana.client.post(form.pop("action"), data={**form, "slot": SLOT})
    assert answer.status_code == 422
    assert "That time has just been taken. Here are the nearest ones." in answer.text


def test_a_held_person_cannot_be_booked_at_the_desk(dana, amir):
    lead = make_lead("Kim Test", Disposition.URGENT, hold="all")
    page = dana.get(f"/desk/leads/{lead.id}/book").text
    assert "Booking is locked." in page
    free = dana.get(f"/desk/leads/{make_lead().id}/book").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', free)[1]
    path = f"/desk/leads/{lead.id}/book"
    answer = dana.client.post(path, data={"csrf_token": token, "slot": SLOT})
    assert answer.status_code == 409
    assert db.session.scalars(select(Booking)).all() == []


def test_check_in_and_undo(dana, amir, clock):
    lead = make_lead()
    booking = book(lead, dana.staff)
    clock.move_to(TUESDAY_10)
    dana.stays()
    answer = press(dana, booking, "came")
    assert fresh(lead).status is Status.DONE
    page = dana.get(answer.location).text
    press(dana, booking, "undo", page)
    assert fresh(lead).status is Status.BOOKED


@pytest.mark.parametrize(
    ("verb", "state"), [("late", State.ARRIVED_LATE), ("missed", State.NO_SHOW)]
)
def test_late_and_missing_are_noted(dana, amir, clock, verb, state):
    booking = book(make_lead(), dana.staff)
    clock.move_to(TUESDAY_10 + timedelta(minutes=10))
    dana.stays()
    answer = press(dana, booking, verb)
    db.session.expire_all()
    assert queries.booking(booking.id).state is state
    press(dana, booking, "undo", dana.get(answer.location).text)
    db.session.expire_all()
    assert queries.booking(booking.id).state is State.BOOKED


def test_one_press_writes_to_who_did_not_come(dana, amir, clock):
    booking = book(make_lead(), dana.staff)
    clock.move_to(TUESDAY_10 + timedelta(minutes=10))
    dana.stays()
    press(dana, booking, "missed")
    page = dana.get("/desk/calendar?day=2026-11-24").text
    for _ in range(2):
        press(dana, booking, "write", page)
    mails = db.session.scalars(select(OutboxMail.kind).where(OutboxMail.kind == "missed_you"))
    assert mails.all() == ["missed_you"]


def test_cancelling_keeps_the_reason_and_offers_undo(dana, amir):
    lead = make_lead()
    booking = book(lead, dana.staff)
    answer = press(dana, booking, "cancel", because="Coach is ill")
    db.session.expire_all()
    found = queries.booking(booking.id)
    assert (found.state, found.because) == (State.CANCELLED, "Coach is ill")
    press(dana, booking, "undo", dana.get(answer.location).text)
    db.session.expire_all()
    assert queries.booking(booking.id).state is State.BOOKED


def test_a_stale_press_says_so(dana, amir):
    booking = book(make_lead(), dana.staff)
    page = dana.get("/desk/calendar?day=2026-11-24").text
    hand = Hand(now(), settings(), dana.staff)
    actions.move(booking.id, Wish(TUESDAY_10 + timedelta(hours=1)), hand=hand)
    answer = press(dana, booking, "cancel", page)
    assert answer.status_code == 409
    assert "Somebody changed this session a moment ago." in answer.text


def test_a_walk_in_takes_the_coachs_time_now(dana, amir):
    page = dana.get("/desk/walk-in").text
    form = form_on(page, "/desk/walk-in")
    path = form.pop("action")
    first = dana.client.post(path, data={**form, "name": "Kim Test", "coach": amir.id})
    assert first.status_code == 303
    booking = db.session.scalars(select(Booking)).one()
    assert (booking.starts_at, booking.lead.email) == (now(), None)
    assert "Kim Test" in dana.get(first.location).text
    assert dana.page(booking.lead).count("Kim Test") > 0
    busy = dana.client.post(path, data={**form, "name": "Lou Test", "coach": amir.id})
    assert busy.status_code == 409
    assert "Amir Test has somebody then." in busy.text
    empty = dana.client.post(path, data=form)
    assert empty.status_code == 422
    assert "Enter a name" in empty.text


@pytest.fixture
def mara(app):
    return sign_in(app, make_staff("Mara Test", Role.MANAGER))


def test_coaches_keep_their_own_hours_and_nobody_elses(jules, amir):
    path = f"/desk/hours/{jules.staff.id}"
    form = form_on(jules.get(path).text, path)
    week = {"from-0": "09:00", "to-0": "17:00", "rest-0": "12:00", "until-0": "13:00"}
    fields = {**form, **week, "bookable": "yes", "skills": "back"}
    assert jules.client.post(form.pop("action"), data=fields).status_code == 303
    rows = db.session.scalars(select(CoachHours).where(CoachHours.staff_id == jules.staff.id))
    assert [(row.weekday, row.opens, row.break_to) for row in rows] == [(0, 540, 780)]
    assert jules.get(f"/desk/hours/{amir.id}").status_code == 403


def test_hours_that_make_no_day_come_back_as_typed(jules):
    path = f"/desk/hours/{jules.staff.id}"
    form = form_on(jules.get(path).text, path)
    answer = jules.client.post(form.pop("action"), data={**form, "from-1": "17:00", "to-1": "9:00"})
    assert answer.status_code == 422
    assert "Tuesday: enter from and to, like 9:00 and 17:00" in answer.text
    assert 'value="17:00"' in answer.text


def test_single_days_are_kept_and_forgotten(mara, amir):
    path = f"/desk/hours/{amir.id}"
    form = form_on(mara.get(path).text, f"{path}/day")
    action = form.pop("action")
    mara.client.post(action, data={**form, "day": "2026-11-24", "kind": "off"})
    assert "Tuesday, November 24: off" in mara.get(path).text
    mara.client.post(action, data={**form, "day": "2026-11-24", "kind": "usual"})
    assert "All as usual." in mara.get(path).text


def test_a_holiday_closes_once_a_manager_says_so(mara, amir):
    page = mara.get("/desk/hours").text
    assert "Thursday, November 26: Thanksgiving Day" in page
    form = form_on(page, "/desk/hours/closures")
    fields = {**form, "day": "2026-11-26", "reason": "Thanksgiving Day", "kind": "closed"}
    mara.client.post(fields.pop("action"), data=fields)
    assert diary.closed_days(date(2026, 11, 1), date(2026, 11, 30)) == {date(2026, 11, 26)}
    assert "Closed" in mara.get(f"/desk/leads/{make_lead().id}/book?day=2026-11-25").text


def test_managers_set_the_rules_and_a_wrong_one_comes_back(mara, dana):
    form = form_on(mara.get("/desk/hours").text, "/desk/hours/rules")
    path = form.pop("action")
    values = {name: str(value) for name, value in vars(diary.rules()).items()}
    assert mara.client.post(path, data={**form, **values, "length": "45"}).status_code == 303
    assert diary.rules() == replace(diary.rules(), length=45)
    wrong = mara.client.post(path, data={**form, **values, "length": "0"})
    assert wrong.status_code == 422
    assert "enter a number from 5 to 240" in wrong.text
    assert dana.client.post(path, data={**form, **values}).status_code in {400, 403}


def test_managers_set_when_to_remind_and_whether(mara, amir):
    form = form_on(mara.get("/desk/hours").text, "/desk/hours/rules")
    path = form.pop("action")
    values = {name: str(value) for name, value in vars(diary.rules()).items()}
    reminders = {"remind_first": "0", "remind_last": "30"}
    assert mara.client.post(path, data={**form, **values, **reminders}).status_code == 303
    book(make_lead(), mara.staff)
    due = db.session.scalars(select(OutboxMail.due).where(OutboxMail.kind == "reminder"))
    assert due.all() == [TUESDAY_10 - timedelta(minutes=30)]


def test_every_country_of_the_library_or_none(app):
    assert keeping.undecided_holidays(date(2026, 11, 1), region="XX") == []
    assert datetime(2026, 11, 26, tzinfo=UTC).date() in dict(
        keeping.undecided_holidays(date(2026, 11, 1), region="US")
    )


DIARY = "/desk/calendar?day=2026-11-24&poll=1"


def test_calendar_polls_itself_from_the_tag_that_it_came_with(dana, amir):
    page = dana.get("/desk/calendar?day=2026-11-24&span=week&said=").text
    diary = re.search(r'<div id="diary"[^>]*>', page)[0]
    assert 'hx-get="/desk/calendar?day=2026-11-24&amp;span=week&amp;poll=1"' in diary
    assert 'hx-trigger="every 15s, rows:refresh from:body"' in diary
    assert 'hx-swap="innerMorph"' in diary
    tag = re.search(r'hx-ptag="([0-9a-f]{24})"', diary)[1]
    answer = dana.fragment(f"{DIARY}&span=week", **{"HX-PTag": tag})
    assert (answer.status_code, answer.data) == (304, b"")


@pytest.mark.parametrize("what", ["minute", "booking", "check-in", "hours"])
def test_calendar_poll_brings_what_changed(dana, amir, clock, what):
    booked = book(make_lead("Robin Test"), dana.staff)
    tag = dana.fragment(DIARY).headers["HX-PTag"]
    if what == "minute":
        clock.advance(minutes=1)
    elif what == "booking":
        book(make_lead("Kim Test"), dana.staff, TUESDAY_10 + timedelta(hours=1))
    elif what == "check-in":
        hand = Hand(now(), settings(), dana.staff)
        actions.showed(booked.id, State.ARRIVED, hand=hand, seen=booked.version)
    else:
        make_coach("Jules Test")
    answer = dana.fragment(DIARY, **{"HX-PTag": tag})
    assert answer.status_code == 200
    assert answer.headers["HX-PTag"] != tag
    assert "<html" not in answer.text
    assert "Robin Test" in answer.text
    assert ("Kim Test" in answer.text) == (what == "booking")
    assert ("Jules Test" in answer.text) == (what == "hours")
    assert ('data-state="arrived"' in answer.text) == (what == "check-in")


def test_calendar_poll_leaves_an_open_menu_alone(dana, amir):
    book(make_lead(), dana.staff)
    assert dana.fragment(f"{DIARY}&busy=1").status_code == 304


def test_quiet_calendar_poll_asks_little(dana, amir):
    tag = dana.fragment(DIARY).headers["HX-PTag"]
    assert queries_of(lambda: dana.fragment(DIARY, **{"HX-PTag": tag})) == 3
