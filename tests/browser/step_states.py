"""The states of a session with a coach and of a day pass, and how each is brought about."""

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from portal.booking import actions, links
from portal.booking.models import Booking, CoachHours, Source, State, StudioClosure
from portal.booking.picker import Picker, picker
from portal.booking.search import Search
from portal.booking.wishes import Hand, Wish
from portal.clock import now
from portal.extensions import db, settings, transaction
from portal.leads.links import health_check_token
from portal.leads.models import Enquiry, Kind
from portal.passes import actions as passes
from portal.passes import days, signing
from portal.passes.models import DayPass
from portal.passes.models import State as PassState
from portal.passes.signing import Signer
from portal.staff.models import Role
from tests.booking.conftest import ask, make_coach
from tests.browser.stage import Shows, Stage
from tests.intake.recorded import record_screening

ILL = {"temp_illness": "yes"}


@contextmanager
def behind(stage: Stage):
    """Stand behind the counter: work on the database of the application."""
    with stage.app.app_context():
        yield
        db.session.remove()


def seen() -> Picker:
    return picker(Search.read({}, studio=settings().studio.zone), settings=settings(), at=now())


def free(number: int = 0) -> datetime:
    """A free time of the first day that has all of its times still ahead."""
    search = Search.read({}, studio=settings().studio.zone)
    day = [each.day for each in seen().days if each.free][1]
    found = picker(replace(search, day=day), settings=settings(), at=now())
    return datetime.fromisoformat(found.parts[0].slots[number].value)


def screened(**answers: Any) -> Enquiry:
    make_coach("Amir Test")
    return ask(**answers)


def result(**answers: Any) -> Shows:
    def show(stage: Stage) -> Page:
        with behind(stage):
            path = f"/health-check/{health_check_token(screened(**answers))}/result"
        return stage.visit(path)

    return show


def times(query: str = "", prepare: Callable[[], object] = lambda: None) -> Shows:
    def show(stage: Stage) -> Page:
        with behind(stage):
            path = f"/book/{links.book_token(screened())}"
            prepare()
        return stage.visit(path + query)

    return show


def close(day: date) -> None:
    with transaction() as session:
        session.add(
            StudioClosure(
                day=day, closed=True, reason="Stocktaking", source=Source.OWN, confirmed_at=now()
            )
        )


def close_tomorrow_and_fill_the_day_after() -> None:
    first = now().astimezone(settings().studio.zone).date()
    close(first + timedelta(days=1))
    with transaction() as session:
        weekday = (first + timedelta(days=2)).weekday()
        for row in session.scalars(db.select(CoachHours).where(CoachHours.weekday == weekday)):
            row.opens, row.closes, row.break_from, row.break_to = 600, 640, None, None
    found = seen()
    day = next(each.day for each in found.days if 0 < each.free <= 2 and each.day > first)
    midnight = datetime.combine(day, datetime.min.time(), tzinfo=settings().studio.zone)
    wish = Wish((midnight + timedelta(hours=10)).astimezone(UTC))
    actions.book(ask(name="Kim Test").public_id, wish, hand=Hand(now(), settings()))


def gone(stage: Stage) -> Page:
    """Somebody else takes the time while it is looked at."""
    page = times()(stage)
    page.locator("a.day").last.click()
    page.locator(".slot input").nth(3).check()
    value = page.locator("input[name=slot]:checked").get_attribute("value")
    with behind(stage):
        wish = Wish(datetime.fromisoformat(str(value)))
        actions.book(ask(name="Kim Test").public_id, wish, hand=Hand(now(), settings()))
    page.get_by_role("button", name="Book this time").click()
    expect(page.locator(".part--near .slot")).to_have_count(3)
    return page


def no_hours(stage: Stage) -> Page:
    with behind(stage):
        path = f"/book/{links.book_token(ask())}"
    return stage.visit(path)


def session(change: Callable[[Booking, Hand], object] = lambda *_: None, query: str = "") -> Shows:
    """Show the page of a session to which something has happened."""

    def show(stage: Stage) -> Page:
        with behind(stage):
            enquiry, hand = screened(), Hand(now(), settings())
            booked = actions.book(enquiry.public_id, Wish(free()), hand=hand)
            path = f"/manage/{links.manage_token(booked)}"
            change(booked, hand)
        return stage.visit(path + query)

    return show


def moved(booked: Booking, hand: Hand) -> None:
    actions.move(booked.id, Wish(free(4)), hand=hand)


def called_off(booked: Booking, hand: Hand) -> None:
    actions.cancel(booked.id, hand=hand)


def showed(state: State) -> Callable[[Booking, Hand], None]:
    def change(booked: Booking, hand: Hand) -> None:
        past(booked, hand)
        actions.showed(booked.id, state, hand=hand, seen=booked.version)

    return change


def past(booked: Booking, _: Hand) -> None:
    with transaction():
        booked.starts_at, booked.ends_at = (at - timedelta(days=9) for at in _span(booked))


def _span(booked: Booking) -> tuple[datetime, datetime]:
    return booked.starts_at, booked.ends_at


def held(booked: Booking, _: Hand) -> None:
    assert booked.enquiry is not None
    record_screening(booked.enquiry, answers={"age": 40, **ILL}, wording="I agree", at=now())


def calendar(stage: Stage) -> Page:
    """Show a day with a session in every state, and one more to come."""
    with behind(stage):
        coach, hand = make_coach("Amir Test"), Hand(now(), settings())
        first = free()
        day = first.astimezone(settings().studio.zone).date()
        for number, state in enumerate(each for each in State if each is not State.CANCELLED):
            enquiry = ask(name=f"Robin {state.value.title().replace('_', ' ')} Test")
            wish = Wish(first + timedelta(minutes=40 * number), coach.id)
            booked = actions.book(enquiry.public_id, wish, hand=hand)
            if state is not State.BOOKED:
                actions.showed(booked.id, state, hand=hand, seen=booked.version)
    return stage.desk(f"/desk/calendar?day={day:%F}", role=Role.DESK)


def outside(stage: Stage) -> Page:
    """Close a day on which somebody has a session, and one for which there is a pass."""
    with behind(stage):
        booked = actions.book(screened().public_id, Wish(free()), hand=Hand(now(), settings()))
        close(booked.starts_at.astimezone(settings().studio.zone).date())
        enquiry = ask(name="Kim Test", kind=Kind.DAY_PASS)
        closed(passes.claim(enquiry.public_id, day=days.offered(at=now())[-1], at=now()))
    return stage.desk("/desk/hours", role=Role.MANAGER)


def studio_week(stage: Stage) -> Page:
    """Open the usual week of the studio, and send one that cannot be."""
    page = stage.desk("/desk/hours", role=Role.MANAGER)
    page.get_by_text("Change the usual week").click()
    page.get_by_label("From, Wednesday").fill("22:00")
    page.get_by_role("button", name="Keep these hours").click()
    expect(page.get_by_label("From, Wednesday")).to_have_attribute("aria-invalid", "true")
    return page


def outside_in_calendar(stage: Stage) -> Page:
    page = outside(stage)
    page.get_by_role("link", name="Cancel in the calendar").click()
    expect(page.locator(".session__out")).to_be_visible()
    return page


def reason(stage: Stage) -> Page:
    page = calendar(stage)
    page.locator(".session summary").first.click()
    expect(page.get_by_label("Reason").first).to_be_visible()
    return page


def wished(stage: Stage) -> Page:
    with behind(stage):
        enquiry = screened()
        with transaction():
            enquiry.picked = f"slot={free():%Y-%m-%dT%H:%M:%SZ}&place=phone"
        lead = enquiry.lead_id
    return stage.desk(f"/desk/leads/{lead}")


def wished_picked(stage: Stage) -> Page:
    page = wished(stage)
    page.get_by_role("link", name="Book it").click()
    expect(page.locator(".slot input:checked")).to_have_count(1)
    return page


def locked(stage: Stage) -> Page:
    with behind(stage):
        lead = screened(**ILL).lead_id
    return stage.desk(f"/desk/leads/{lead}/book")


def a_pass(change: Callable[[DayPass], object], part: str = "", **answers: Any) -> Shows:
    """Show a day pass to which something has happened."""

    def show(stage: Stage) -> Page:
        with behind(stage):
            enquiry = ask(kind=Kind.DAY_PASS, **answers)
            day_pass = passes.claim(enquiry.public_id, day=days.offered(at=now())[-1], at=now())
            path = f"/pass/{day_pass.public_id}{part}"
            change(day_pass)
        return stage.visit(path)

    return show


def signed(day_pass: DayPass) -> None:
    signing.sign(day_pass.id, signer=Signer("Robin Test"), at=now())


def used(day_pass: DayPass) -> None:
    signed(day_pass)
    with transaction():
        day_pass.state, day_pass.used_at = PassState.USED, now()


def over(day_pass: DayPass) -> None:
    with transaction():
        day_pass.valid_on = days.today(now()) - timedelta(days=1)


def returned(day_pass: DayPass) -> None:
    passes.give_back(day_pass.id, at=now())


def closed(day_pass: DayPass) -> None:
    close(day_pass.valid_on)


def kept_back(day_pass: DayPass) -> None:
    enquiry = db.session.get_one(Enquiry, day_pass.enquiry_id)
    record_screening(enquiry, answers={"age": 40, **ILL}, wording="I agree", at=now())


def nothing(_: object) -> None:
    """Leave it as it was claimed."""


STEPS: Mapping[str, Shows] = {
    "result-with-times": result(),
    "result-adapted-with-times": result(pain_sites=["low_back"], nprs=3),
    "times-by-phone": times("?place=phone&zone=Pacific/Auckland"),
    "times-closed-and-full": times(prepare=close_tomorrow_and_fill_the_day_after),
    "times-gone": gone,
    "times-later": no_hours,
    "session-moved": session(moved),
    "session-called-off": session(called_off),
    "session-missed": session(showed(State.NO_SHOW)),
    "session-came": session(showed(State.ARRIVED)),
    "session-over": session(past),
    "session-held": session(held),
    "calendar": calendar,
    "calendar-reason": reason,
    "calendar-outside": outside_in_calendar,
    "hours-outside": outside,
    "hours-week": studio_week,
    "calendar-locked": locked,
    "lead-wished": wished,
    "calendar-wished": wished_picked,
    "pass-unsigned": a_pass(nothing),
    "pass-ready": a_pass(signed),
    "pass-used": a_pass(used),
    "pass-over": a_pass(over),
    "pass-returned": a_pass(returned),
    "pass-closed": a_pass(closed),
    "pass-held": a_pass(kept_back),
    "pass-guardian": a_pass(nothing, "/waiver", age=16, guardian_present="yes"),
}
