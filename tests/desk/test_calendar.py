import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import current_app
from sqlalchemy import select, update

from portal.booking import actions, diary, keeping, queries
from portal.booking.models import Booking, CoachHours, Place, State
from portal.booking.wishes import Hand, Wish
from portal.clock import now
from portal.extensions import db, settings, transaction
from portal.leads.models import Disposition, Enquiry, Lead, Status
from portal.mail.models import OutboxMail
from portal.passes import actions as passes
from portal.staff.models import Role
from tests.booking.conftest import TUESDAY_10, make_coach
from tests.desk.conftest import form_on, fresh, make_lead, make_staff, sign_in
from tests.desk.test_queue import queries_of
from tests.passes.conftest import asks, issues, screened

__all__ = ["asks", "issues", "screened"]

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


def test_a_page_opened_before_somebody_else_booked_them_moves_nothing(dana, amir):
    lead = make_lead()
    path = f"/desk/leads/{lead.id}/book"
    form = form_on(dana.get(path).text, path)
    address = form.pop("action")
    theirs = book(lead, dana.staff, TUESDAY_10 + timedelta(hours=3))
    refused = dana.client.post(address, data={**form, "slot": SLOT})
    assert refused.status_code == 409
    assert "Somebody changed this session a moment ago." in refused.text
    assert "Booked now: <b>Tuesday, November 24, 1 pm</b> with Amir Test" in refused.text
    assert queries.booking(theirs.id).sequence == 0
    again = {**form_on(refused.text, path), "slot": SLOT}
    assert dana.client.post(again.pop("action"), data=again).status_code == 303
    assert queries.live(lead.id).starts_at == TUESDAY_10


def test_a_double_press_of_the_desk_books_once(dana, amir):
    lead = make_lead()
    path = f"/desk/leads/{lead.id}/book"
    form = form_on(dana.get(path).text, path)
    address = form.pop("action")
    for _ in range(2):
        assert dana.client.post(address, data={**form, "slot": SLOT}).status_code == 303
    assert queries.live(lead.id).sequence == 0


def test_the_desk_asks_for_the_number_before_a_call(dana, amir):
    lead = make_lead()
    with transaction():
        lead.phone = lead.phone_e164 = None
        db.session.execute(update(Enquiry).values(phone=None, phone_e164=None))
    path = f"/desk/leads/{lead.id}/book"
    form = form_on(dana.get(f"{path}?place=phone").text, path)
    address = form.pop("action")
    refused = dana.client.post(address, data={**form, "slot": SLOT})
    assert (refused.status_code, "Their phone number" in refused.text) == (422, True)
    dana.client.post(address, data={**form, "slot": SLOT, "phone": "312-555-0199"})
    assert queries.live(lead.id).place is Place.PHONE
    assert fresh(lead).phone == "312-555-0199"


def test_the_desk_moves_a_call_as_a_call_in_the_persons_zone(dana, amir):
    lead = make_lead()
    with transaction():
        lead.phone = "312-555-0199"
    booking = book(lead, dana.staff)
    with transaction():
        booking.meet(Place.PHONE, their_zone="Pacific/Auckland")
    path = f"/desk/leads/{lead.id}/book"
    form = form_on(dana.get(path).text, path)
    dana.client.post(form.pop("action"), data={**form, "slot": "2026-11-24T17:00:00Z"})
    found = queries.booking(booking.id)
    assert (found.place, found.their_zone, found.sequence) == (Place.PHONE, "Pacific/Auckland", 1)


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
    story = dana.page(lead)
    assert "Consult on Tue, November 24, 10 am cancelled by you" in story
    assert "<q>Coach is ill</q>" in story
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


@pytest.mark.one_database
def test_a_session_that_passed_without_a_word_is_asked_about(dana, amir, clock):
    booking = book(make_lead(), dana.staff)
    clock.move_to(TUESDAY_10 + timedelta(days=1))
    dana.stays()
    asked = 'href="/desk/calendar?day=2026-11-24">Tuesday, November 24: 1 session<'
    assert asked in dana.get("/desk/calendar").text
    answer = press(dana, booking, "missed")
    assert asked not in dana.get(answer.location).text


@pytest.mark.one_database
def test_a_press_stays_in_the_week_that_was_on_the_screen(dana, amir):
    booking = book(make_lead(), dana.staff)
    week = dana.get("/desk/calendar?span=week").text
    answer = press(dana, booking, "cancel", week)
    said = dana.get(answer.location).text
    undone = dana.get(press(dana, booking, "undo", said).location).text
    stale = press(dana, booking, "cancel", week)
    assert stale.status_code == 409
    for page in (said, stale.text, undone):
        assert ">Week from Sun, November 22<" in page


@pytest.mark.one_database
def test_the_desk_is_told_when_no_mail_goes_out(dana, amir):
    walk_in(dana, coach=amir.id)
    for lead, told in ((db.session.scalars(select(Lead)).one(), True), (make_lead(), False)):
        page = dana.get(f"/desk/leads/{lead.id}/book").text
        assert ("no mail goes out: tell them the time" in page) == told


def test_a_walk_in_takes_the_coachs_time_now(dana, amir):
    page = dana.get("/desk/walk-in").text
    form = form_on(page, "/desk/walk-in")
    path = form.pop("action")
    first = dana.client.post(path, data={**form, "name": "Kim Test", "coach": amir.id})
    assert first.status_code == 303
    booking = db.session.scalars(select(Booking)).one()
    assert (booking.starts_at, booking.lead.email) == (now(), None)
    assert "Kim Test" in dana.get(first.location).text
    again = dana.client.post(path, data={**form, "name": "Kim Test", "coach": amir.id})
    assert (again.status_code, again.location) == (303, first.location)
    assert dana.page(booking.lead).count("Kim Test") > 0
    busy = dana.client.post(path, data={**form, "name": "Lou Test", "coach": amir.id})
    assert busy.status_code == 409
    assert "Amir Test has somebody then." in busy.text
    empty = dana.client.post(path, data=form)
    assert empty.status_code == 422
    assert "Enter a name" in empty.text


def walk_in(desk, **fields):
    form = form_on(desk.get("/desk/walk-in").text, "/desk/walk-in")
    return desk.client.post(form.pop("action"), data={**form, "name": "Kim Test", **fields})


@pytest.mark.parametrize("typed", ["(312) 555-0177", "+1 312 555 0177", "312.555.0177"])
def test_a_walk_ins_number_is_known_again_however_it_is_typed(dana, amir, typed):
    assert walk_in(dana, phone=typed, coach=amir.id).status_code == 303
    lead = db.session.scalars(select(Lead)).one()
    assert (lead.phone, lead.phone_e164) == (typed, "+13125550177")
    assert "Kim Test" in dana.get("/desk/?q=312-555-0177").text


def test_a_walk_ins_number_that_somebody_has_stays_theirs(dana, amir):
    known = make_lead()
    with transaction():
        known.phone_e164 = "+13125550177"
    assert walk_in(dana, phone="312 555 0177", coach=amir.id).status_code == 303
    lead = db.session.scalars(select(Lead).where(Lead.name == "Kim Test")).one()
    assert (lead.phone, lead.phone_e164) == ("312 555 0177", None)


def test_a_walk_ins_number_that_is_none_comes_back_as_typed(dana, amir):
    answer = walk_in(dana, phone="12", coach=amir.id)
    assert answer.status_code == 422
    assert f"Enter a phone number, like {settings().studio.phone}" in answer.text
    assert 'value="12"' in answer.text
    assert 'value="Kim Test"' in answer.text
    assert f'value="{amir.id}" checked' in answer.text
    assert db.session.scalars(select(Lead)).all() == []


@pytest.fixture
def mara(app):
    return sign_in(app, make_staff("Mara Test", Role.MANAGER))


def test_coaches_keep_their_own_hours_and_nobody_elses(jules, amir):
    path = f"/desk/hours/{jules.staff.id}"
    form = form_on(jules.get(path).text, path)
    week = {"from-0": "09:00", "to-0": "17:00", "rest-0": "12:00", "until-0": "13:00"}
    fields = {**form, **week, "bookable": "yes", "skills": "back"}
    kept = jules.client.post(form.pop("action"), data=fields)
    assert "The usual week is kept." in jules.get(kept.location).text
    rows = db.session.scalars(select(CoachHours).where(CoachHours.staff_id == jules.staff.id))
    assert [(row.weekday, row.opens, row.break_to) for row in rows] == [(0, 540, 780)]
    assert jules.get(f"/desk/hours/{amir.id}").status_code == 403


def test_hours_that_make_no_day_come_back_as_typed(jules):
    path = f"/desk/hours/{jules.staff.id}"
    form = form_on(jules.get(path).text, path)
    wrong = {f"{part}-{n}": "" for part in ("from", "to", "rest", "until") for n in range(7)}
    wrong |= {"from-1": "17:00", "to-1": "9:00", "skills": "strength"}
    answer = jules.client.post(form.pop("action"), data={**form, **wrong})
    assert answer.status_code == 422
    assert re.findall(r'value="(\w+)"[^>]* checked', answer.text) == ["strength"]
    assert answer.text.count("Tuesday: the end must come after the start") == 2
    assert 'value="17:00"' in answer.text


def test_single_days_are_kept_and_forgotten(mara, amir):
    path = f"/desk/hours/{amir.id}"
    form = form_on(mara.get(path).text, f"{path}/day")
    action = form.pop("action")
    mara.client.post(action, data={**form, "day": "2026-11-24", "kind": "off"})
    assert "Tuesday, November 24: off" in mara.get(path).text
    mara.client.post(action, data={**form, "day": "2026-11-24", "kind": "usual"})
    assert "All as usual." in mara.get(path).text


@pytest.mark.one_database
def test_a_day_that_has_gone_by_is_asked_for_again_with_what_was_typed(mara, amir):
    path = f"/desk/hours/{amir.id}"
    other = {"kind": "hours", "opens": "9:00", "closes": "12:00"}
    closed = {"kind": "closed", "reason": "Floor is painted"}
    for page, action, typed in (
        (path, f"{path}/day", other),
        ("/desk/hours", "/desk/hours/closures", closed),
    ):
        form = form_on(mara.get(page).text, action)
        answer = mara.client.post(action, data={**form, **typed, "day": "2026-11-21"})
        assert answer.status_code == 422
        assert "Enter a day, from today on" in answer.text
        for text in ("2026-11-21", *list(typed.values())[1:]):
            assert f'value="{text}"' in answer.text


@pytest.mark.one_database
def test_enter_on_a_single_day_keeps_the_hours_and_takes_no_day_off(mara, amir):
    page = mara.get(f"/desk/hours/{amir.id}").text
    form = re.search(r'<form class="row2[^>]*/day".*?</form>', page, re.DOTALL)[0]
    assert re.findall(r'<button[^>]* value="(\w+)"', form) == ["hours", "off"]


def test_a_holiday_closes_once_a_manager_says_so(mara, amir):
    page = mara.get("/desk/hours").text
    assert "Thursday, November 26: Thanksgiving Day" in page
    form = form_on(page, "/desk/hours/closures")
    fields = {**form, "day": "2026-11-26", "reason": "Thanksgiving Day", "kind": "closed"}
    mara.client.post(fields.pop("action"), data=fields)
    assert diary.closed_days(date(2026, 11, 1), date(2026, 11, 30)) == {date(2026, 11, 26)}
    assert "Closed" in mara.get(f"/desk/leads/{make_lead().id}/book?day=2026-11-25").text


def studio_form(page):
    """The form of the studio's usual week, each weekday with a from and a to."""
    form = form_on(page, "/desk/hours/studio")
    shown = re.findall(r'name="((?:from|to)-\d)" type="time" value="([\d:]*)"', page)
    return {**form, **dict(shown)}, form.pop("action")


def test_a_manager_sets_the_usual_week_of_the_studio(mara, amir):
    form, path = studio_form(mara.get("/desk/hours").text)
    assert (form["from-0"], form["to-6"]) == ("06:00", "21:00")
    week = {**form, "from-1": "10:30", "to-1": "12:00", "from-6": "", "to-6": ""}
    kept = mara.client.post(path, data=week)
    said = "6 am to 9 pm, Mon; 10:30 am to noon, Tue; 6 am to 9 pm, Wed to Sat"
    assert f"Open {said}." in mara.get(kept.location).text
    assert f"Open {said}<" in mara.client.get("/consult").text
    tuesday = mara.get(f"/desk/leads/{make_lead().id}/book?day=2026-11-24").text
    assert re.findall(r'value="2026-11-24T(\d\d:\d\d)', tuesday)[0] == "16:40"
    days = re.findall(r'<option value="(2026-[\d-]+)"', mara.client.get("/day-pass").text)
    assert {date.fromisoformat(day).weekday() for day in days} == {0, 1, 2, 3, 4, 5}


def test_a_week_that_cannot_be_is_refused_and_keeps_what_was_typed(mara, dana):
    form, path = studio_form(mara.get("/desk/hours").text)
    wrong = mara.client.post(path, data={**form, "from-2": "22:00"})
    assert (wrong.status_code, wrong.text.count('value="22:00"')) == (422, 1)
    assert wrong.text.count("Wednesday: the end must come after the start") == 2
    assert 'aria-describedby="from-2-error"' in wrong.text
    half = mara.client.post(path, data={**form, "to-2": ""})
    assert half.text.count("Wednesday: enter from and to, like 9:00 and 17:00") == 2
    empty = {**dict.fromkeys(form, ""), "csrf_token": form["csrf_token"]}
    never = mara.client.post(path, data=empty)
    assert (never.status_code, never.text.count("for one day at least")) == (422, 2)
    assert "/desk/hours/studio" not in dana.get("/desk/hours").text
    assert dana.client.post(path, data=form).status_code in {400, 403}


def test_sessions_outside_the_new_week_are_named(mara, amir):
    book(make_lead(), mara.staff)
    form, path = studio_form(mara.get("/desk/hours").text)
    kept = mara.client.post(path, data={**form, "from-1": "", "to-1": ""})
    assert "outside the hours" in mara.get(kept.location).text


def test_managers_set_the_rules_and_a_wrong_one_comes_back(mara, dana):
    form = form_on(mara.get("/desk/hours").text, "/desk/hours/rules")
    path = form.pop("action")
    values = {name: str(value) for name, value in vars(diary.rules()).items()}
    kept = mara.client.post(path, data={**form, **values, "length": "45"})
    assert "The rules are kept." in mara.get(kept.location).text
    assert diary.rules() == replace(diary.rules(), length=45)
    for name, number in (("length", "0"), ("length", "242"), ("every", "7"), ("buffer_after", "3")):
        wrong = mara.client.post(path, data={**form, **values, name: number})
        assert wrong.status_code == 422
        assert re.search(r"enter a number from \d+ to \d+ in steps of 5", wrong.text), name
        assert f'value="{number}"' in wrong.text
    assert dana.client.post(path, data={**form, **values}).status_code in {400, 403}
    for together in ({"notice": "2880", "horizon_days": "2"}, {"remind_last": "1440"}):
        refused = mara.client.post(path, data={**form, **values, **together})
        assert (refused.status_code, refused.text.count('aria-invalid="true"')) == (422, 1)


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


def close(desk, day: str):
    form = form_on(desk.get("/desk/hours").text, "/desk/hours/closures")
    fields = {**form, "day": day, "reason": "Stocktaking", "kind": "closed"}
    return desk.get(desk.client.post(fields.pop("action"), data=fields).location).text


def test_closing_a_day_shows_who_is_booked_there_with_a_way_to_each(mara, amir):
    booking = book(make_lead(), mara.staff)
    book(make_lead("Kim Test"), mara.staff, TUESDAY_10 + timedelta(days=1))
    assert "outside the hours" not in mara.get("/desk/hours").text
    page = close(mara, "2026-11-24")
    assert "Booked, but outside the hours" in page
    assert "Tuesday, November 24, 10 am" in page
    assert "The studio is closed that day." in page
    assert "Kim Test" not in page
    assert f'href="/desk/leads/{booking.lead_id}/book"' in page
    assert f'href="/desk/calendar?day=2026-11-24#session-{booking.id}"' in page
    assert queries.booking(booking.id).state is State.BOOKED
    assert "The studio is closed that day." in mara.get("/desk/calendar?day=2026-11-24").text
    press(mara, booking, "cancel", because="We are closed")
    assert "outside the hours" not in mara.get("/desk/hours").text


def test_closing_a_day_counts_the_passes_for_it(mara, issues):
    given = issues(day=date(2026, 11, 28))
    page = close(mara, "2026-11-28")
    assert "<b>Saturday, November 28</b>: 1 day pass. The studio is closed that day." in page
    assert 'href="/desk/passes/today?day=2026-11-28"' in page
    passes.give_back(given.id, at=now())
    assert "outside the hours" not in mara.get("/desk/hours").text


@pytest.mark.parametrize(
    ("kind", "fields", "stands_out"),
    [
        ("off", {}, True),
        ("hours", {"opens": "10:20", "closes": "17:00"}, True),
        ("hours", {"opens": "09:00", "closes": "10:19"}, True),
        ("hours", {"opens": "10:00", "closes": "10:20"}, False),
    ],
)
def test_a_coachs_other_day_shows_who_is_booked_outside_it(mara, amir, kind, fields, stands_out):
    book(make_lead(), mara.staff)
    path = f"/desk/hours/{amir.id}"
    form = form_on(mara.get(path).text, f"{path}/day")
    action = form.pop("action")
    answer = mara.client.post(action, data={**form, "day": "2026-11-24", "kind": kind, **fields})
    shown = [
        "Amir Test does not work then." in mara.get(address).text
        for address in (answer.location, "/desk/hours", "/desk/calendar?day=2026-11-24")
    ]
    assert shown == [stands_out] * 3


def test_other_weekly_hours_show_a_coach_who_is_booked_outside_them(amir):
    lead = make_lead()
    book(lead, amir)
    coach = sign_in(current_app, amir)
    path = f"/desk/hours/{amir.id}"
    form = form_on(coach.get(path).text, path)
    week = {"from-1": "09:00", "to-1": "17:00", "rest-1": "10:00", "until-1": "11:00"}
    answer = coach.client.post(form.pop("action"), data={**form, **week, "bookable": "yes"})
    page = coach.get(answer.location).text
    assert "Amir Test does not work then." in page
    assert lead.name in page


def test_only_what_is_to_come_can_stand_outside_the_hours(mara, amir, clock):
    book(make_lead(), mara.staff)
    close(mara, "2026-11-24")
    clock.move_to(TUESDAY_10 + timedelta(minutes=1))
    mara.stays()
    assert "outside the hours" not in mara.get("/desk/hours").text


def test_a_coach_who_has_left_leaves_their_sessions_to_be_moved(mara, amir):
    book(make_lead(), mara.staff)
    with transaction():
        amir.active = False
    assert "Amir Test does not work then." in mara.get("/desk/hours").text
