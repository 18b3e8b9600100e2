"""Somebody at the counter, now: a lead without an address, and a session that begins at once."""

import hashlib
import secrets
from datetime import datetime

from portal.booking import calling, queries
from portal.booking.actions import new_booking, uid_of
from portal.booking.diary import profiles, rules
from portal.booking.models import Booking
from portal.booking.openings import Coach, Opening
from portal.booking.taking import seat_at
from portal.booking.wishes import Hand, TakenError, Wish, first_come
from portal.extensions import db
from portal.leads import search
from portal.leads.contact import Phone
from portal.leads.models import Lead, Status
from portal.leads.response import due_at
from portal.leads.story import tell
from portal.staff.models import Staff

SAYABLE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE = 7


def walk_in(*, key: str, name: str, phone: Phone | None, coach: Staff, hand: Hand) -> Booking:
    """Open a lead and book the coach from this minute on; raise TakenError when somebody has them.

    Their health check is gone through in the room. `key` is the form's own: a second press of it
    returns the same booking, unless somebody else stands in it by then.
    """
    coach_id = coach.id
    uid = uid_of(_digest(key, name, coach_id), hand=hand)
    start = hand.at.replace(second=0, microsecond=0)

    def try_it() -> Booking:
        return queries.by_uid(uid) or begin()

    def begin() -> Booking:
        rule = rules()
        end = start + rule.lasts
        seat = seat_at(coach_id, start, end, rules=rule)
        if seat is None:
            raise TakenError(start)
        lead = _lead(name, phone, at=hand.at, hand=hand)
        opening = Opening(start, end, _coach(coach_id), seat)
        wish = Wish(start, coach_id)
        return new_booking(lead, None, opening, wish, hand=hand, rule=rule, uid=uid)

    return first_come(try_it, start)


def _digest(*what: object) -> str:
    return hashlib.blake2s(repr(what).encode(), digest_size=16).hexdigest()


def _lead(name: str, phone: Phone | None, *, at: datetime, hand: Hand) -> Lead:
    lead = Lead(
        ref=search.PREFIX + "".join(secrets.choice(SAYABLE) for _ in range(REFERENCE)),
        name=name,
        status=Status.WAITING,
        due_at=due_at(None, at=at, settings=hand.settings),
        version=0,
        created_at=at,
    )
    if phone is not None:
        calling.keep(lead, phone)
    lead.touched(at=at)
    tell(lead, "walked_in", at=at, staff=hand.staff)
    search.index(lead, is_new=True)
    db.session.flush()
    return lead


def _coach(coach_id: int) -> Coach:
    found = next((each for each in profiles() if each.staff_id == coach_id), None)
    name = found.staff.name if found else ""
    return Coach(coach_id, name, frozenset(), {}, {}, {})
