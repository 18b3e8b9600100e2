"""The verbs of the diary; each is one transaction on one person's locked row.

Who comes first is decided by the key of `booked_cell`. Whoever loses looks again: another coach may
be free at that time, and if nobody is, TakenError says so.
"""

import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from portal.booking import calling, gate, matching, notices, queries, taking
from portal.booking.diary import rules
from portal.booking.models import Booking, Place, State
from portal.booking.openings import Opening
from portal.booking.rules import Rules
from portal.booking.wishes import Hand, TakenError, Wish, first_come, opening_for
from portal.errors import WrongStateError
from portal.extensions import db, transaction
from portal.intake.queries import enquiry as find_enquiry
from portal.intake.queries import latest_decision
from portal.leads.models import Enquiry, Lead
from portal.leads.response import due_at
from portal.leads.story import tell

ANOTHER = "They have another session by now, so this one stays as it is."


def book(public_id: str, wish: Wish, *, hand: Hand) -> Booking:
    """Book a time for the person behind an enquiry's link; a second press returns the same booking.

    Raise TakenError when the time is gone, ClosedGateError when the health check keeps it closed,
    NoNumberError for a call to a number that nobody knows.
    """

    def try_it() -> Booking:
        enquiry = find_enquiry(public_id)
        lead = queries.lead_to_write(enquiry.lead_id)
        return queries.live(lead.id) or _book(lead, enquiry, wish, hand=hand)

    return first_come(try_it, wish.starts_at)


def book_for(lead_id: int, wish: Wish, *, hand: Hand) -> Booking:
    """Book on somebody's behalf, without the notice that visitors must give; else like `book`.

    A lead whose health check is not done may be booked: it is gone through when they come.
    """

    def try_it() -> Booking:
        lead = queries.lead_to_write(lead_id)
        return queries.live(lead.id) or _book(
            lead, queries.latest_enquiry(lead.id), wish, hand=hand
        )

    return first_come(try_it, wish.starts_at)


def move(booking_id: int, wish: Wish, *, hand: Hand, seen: int | None = None) -> Booking:
    """Put a session at another time; the old one is kept unless the new one is really free.

    A second press changes nothing. Raise TakenError, ClosedGateError, NoNumberError as `book` does,
    or WrongStateError when the session is not to come any more or has changed since version `seen`.
    """
    return first_come(lambda: _move(booking_id, wish, hand=hand, seen=seen), wish.starts_at)


@transaction()
def cancel(
    booking_id: int, *, hand: Hand, because: str | None = None, seen: int | None = None
) -> Booking:
    """Call a session off: its time is free at once, its reminders never go out."""
    booking = queries.to_write(booking_id)
    if booking.state is State.CANCELLED:
        return booking
    _must_be_seen(booking, seen)
    _must_be_ahead(booking, hand)
    booking.cancel(because=because, at=hand.at)
    taking.give_back(booking)
    lead = booking.lead
    lead.unbooked(at=hand.at, due_at=_due(lead, hand))
    notices.cancelled(booking)
    _tell(booking, "cancelled", hand, because=because)
    return booking


@transaction()
def showed(booking_id: int, state: State, *, hand: Hand, seen: int) -> Booking:
    """Note that somebody came, came late, or did not come; who did not is back on the queue."""
    booking = queries.to_write(booking_id)
    if booking.state is state:
        return booking
    _must_be_seen(booking, seen)
    booking.showed(state, at=hand.at)
    notices.no_reminders(booking)
    if state is State.NO_SHOW:
        booking.lead.unbooked(at=hand.at, due_at=_due(booking.lead, hand))
    else:
        booking.lead.came(at=hand.at)
    _tell(booking, state.value, hand)
    return booking


@transaction()
def recover(booking_id: int, *, hand: Hand) -> Booking:
    """Write to somebody who did not come, with a link to another time; once for a session.

    Raise ClosedGateError for somebody who must see a clinician first: nobody invites them.
    """
    booking = queries.to_write(booking_id)
    if booking.recovered_at is not None:
        return booking
    if booking.state is not State.NO_SHOW:
        raise WrongStateError("This message is for somebody who did not come.")
    if queries.live(booking.lead_id) is not None:
        raise WrongStateError(ANOTHER)
    gate_for_staff(booking.lead)
    notices.missed_you(booking)
    booking.recovered_at = hand.at
    booking.touched(at=hand.at)
    if booking.lead.is_open:
        booking.lead.contacted(at=hand.at, due_at=_due(booking.lead, hand))
    _tell(booking, "recovered", hand)
    return booking


def undo(booking_id: int, *, hand: Hand, seen: int) -> Booking:
    """Take back a cancellation or a word about who came.

    Whom the health check holds by now stays on the queue, and is not reminded. Raise TakenError
    when the time is gone, WrongStateError when they have another session by now.
    """

    def try_it() -> Booking:
        booking = queries.to_write(booking_id)
        if booking.is_live:
            return booking
        _must_be_seen(booking, seen)
        if queries.live(booking.lead_id) is not None:
            raise WrongStateError(ANOTHER)
        was_cancelled = booking.state is State.CANCELLED
        if was_cancelled:
            gate_for_staff(booking.lead)
        booking.reopen(at=hand.at)
        notices.no_offer(booking)
        if was_cancelled:
            _take_again(booking)
            notices.booked(booking)
        if gate.lets_staff_book(booking.lead, latest_decision(booking.lead_id)):
            notices.reminders(booking, at=hand.at)
            booking.lead.booked(at=hand.at)
        else:
            booking.lead.touched(at=hand.at)
        _tell(booking, "unchanged", hand)
        return booking

    return first_come(try_it, hand.at)


def follow_decision(lead: Lead, at: datetime) -> None:
    """Keep quiet about a session that the health check now holds back, and remind again after.

    Runs inside the decision's own transaction, on the locked lead. The new version names the
    reminders anew: those of the old one exist already, dropped. Whoever only answered anew for
    the session that stands needs no time agreed with them.
    """
    booking, decision = queries.live(lead.id), latest_decision(lead.id)
    if booking is None:
        return
    booking.touched(at=at)
    found = gate.judge(lead, decision)
    if found in gate.FOR_STAFF:
        notices.reminders(booking, at=at)
    else:
        notices.no_reminders(booking)
    asks_no_more = decision is not None and booking.came_of(decision.intake.enquiry)
    if found is gate.Gate.OPEN and asks_no_more and booking.starts_at > at:
        lead.booked(at=at)


def gate_for_staff(lead: Lead) -> None:
    """Raise ClosedGateError for somebody who must see a clinician first; unscreened is allowed."""
    gate.must_allow(lead, latest_decision(lead.id), by_staff=True)


def new_booking(  # noqa: PLR0913 - what a booking is made of, each by name
    lead: Lead,
    enquiry: Enquiry | None,
    opening: Opening,
    wish: Wish,
    *,
    hand: Hand,
    rule: Rules,
    uid: str | None = None,
) -> Booking:
    """Write a booking with its time, mail, reminders and story into the caller's transaction.

    `uid` None gives it a name of its own in calendars.
    """
    public_id = secrets.token_urlsafe(32)
    booking = Booking(
        public_id=public_id,
        uid=uid or uid_of(public_id, hand=hand),
        lead=lead,
        enquiry=enquiry,
        coach_id=opening.coach.id,
        starts_at=opening.starts_at,
        ends_at=opening.ends_at,
        place=Place.IN_PERSON,
        state=State.BOOKED,
        sequence=0,
        version=1,
        booked_by_id=hand.staff.id if hand.staff else None,
        created_at=hand.at,
        updated_at=hand.at,
    )
    booking.meet(wish.place or Place.IN_PERSON, their_zone=wish.their_zone)
    calling.must_reach(booking, wish.phone)
    db.session.add(booking)
    taking.take(booking, seat=opening.seat or 1, rules=rule)
    lead.booked(at=hand.at)
    notices.booked(booking)
    notices.remind(booking, at=hand.at, rule=rule)
    _tell(booking, "booked", hand)
    return booking


def uid_of(key: str, *, hand: Hand) -> str:
    """Return the name by which calendars everywhere know a session."""
    return f"{key}@{urlsplit(hand.settings.public_url).hostname or 'localhost'}"


def _book(lead: Lead, enquiry: Enquiry | None, wish: Wish, *, hand: Hand) -> Booking:
    decision = latest_decision(lead.id)
    gate.must_allow(lead, decision, by_staff=hand.staff is not None)
    skills = matching.wanted(enquiry, decision)
    rule = rules()
    opening = opening_for(wish, skills, hand=hand, rule=rule)
    return new_booking(lead, enquiry, opening, wish, hand=hand, rule=rule)


def _move(booking_id: int, wish: Wish, *, hand: Hand, seen: int | None) -> Booking:
    booking = queries.to_write(booking_id)
    same_coach = wish.coach_id in {None, booking.coach_id}
    same_place = wish.place in {None, booking.place}
    same_zone = wish.place is not Place.PHONE or wish.their_zone in {None, booking.their_zone}
    same = same_coach and same_place and same_zone and booking.starts_at == wish.starts_at
    if booking.is_live and same:
        return booking
    _must_be_seen(booking, seen)
    _must_be_ahead(booking, hand)
    decision = latest_decision(booking.lead_id)
    gate.must_allow(booking.lead, decision, by_staff=hand.staff is not None)
    skills = matching.wanted(booking.enquiry, decision)
    rule = rules()
    opening = opening_for(
        wish, skills, hand=hand, rule=rule, without=booking.id, stay_with=booking.coach_id
    )
    before = booking.starts_at
    booking.meet(wish.place or booking.place, their_zone=wish.their_zone)
    calling.must_reach(booking, wish.phone)
    booking.move(
        coach_id=opening.coach.id, starts_at=opening.starts_at, ends_at=opening.ends_at, at=hand.at
    )
    taking.give_back(booking)
    taking.take(booking, seat=opening.seat or 1, rules=rule)
    db.session.refresh(booking, ["coach"])
    booking.lead.booked(at=hand.at)
    notices.moved(booking)
    notices.reminders(booking, at=hand.at, rule=rule)
    _tell(booking, "moved", hand, before=before.isoformat())
    return booking


def _take_again(booking: Booking) -> None:
    rule = rules()
    seat = taking.seat_at(booking.coach_id, booking.starts_at, booking.ends_at, rules=rule)
    if seat is None:
        raise TakenError(booking.starts_at)
    taking.take(booking, seat=seat, rules=rule)


def _must_be_seen(booking: Booking, seen: int | None) -> None:
    if seen is not None and booking.version != seen:
        raise WrongStateError("Somebody changed this session a moment ago. This is how it stands.")


def _must_be_ahead(booking: Booking, hand: Hand) -> None:
    """Leave what becomes of a session that has begun to the desk: they may be here by now."""
    if hand.staff is None and booking.starts_at <= hand.at:
        raise WrongStateError("This session has begun.")


def _due(lead: Lead, hand: Hand) -> datetime:
    return due_at(lead.disposition, at=hand.at, settings=hand.settings)


def _tell(booking: Booking, kind: str, hand: Hand, **more: Any) -> None:
    facts = {"booking": booking.id, "starts_at": booking.starts_at.isoformat(), **more}
    tell(booking.lead, f"session_{kind}", at=hand.at, staff=hand.staff, **facts)
