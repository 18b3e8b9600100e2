"""Somebody with a session to come is erased: their time is free, and both sides are told of it.

The coach learns the time and no name; the calendar of whoever leaves loses the event.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from portal.booking import links, queries, taking, words
from portal.booking.invitation import invitation, method_of
from portal.extensions import settings
from portal.mail import outbox
from portal.mail.outbox import Attachment

ONE_OF_A_KIND = 8


@dataclass(frozen=True)
class Leaving:
    """A session that goes with its person; `at` is its time in words, `taken_out` for calendars."""

    coach: str
    coach_email: str
    at: str
    begins: datetime
    taken_out: Attachment


def call_off(lead_id: int, *, at: datetime) -> Leaving | None:
    """Call off the session that somebody has still to come to; None when there is none.

    Runs in the caller's transaction, on the locked lead, before their rows go.
    """
    booking = queries.live(lead_id)
    if booking is None or booking.starts_at <= at:
        return None
    booking.cancel(because=None, at=at)
    taking.give_back(booking)
    studio = settings().studio
    text = invitation(booking, studio=studio, url=links.manage_url(booking))
    return Leaving(
        coach=words.first(booking.coach.name),
        coach_email=booking.coach.email,
        at=words.whole_words(booking.starts_at, studio.zone),
        begins=booking.starts_at,
        taken_out=Attachment("consult.ics", f"text/calendar; method={method_of(booking)}", text),
    )


def tell_coach(leaving: Leaving) -> None:
    """Write to the coach, in the caller's transaction; nothing in it leads back to the person."""
    outbox.put(
        kind="session_off",
        uid=f"session_off:{secrets.token_hex(ONE_OF_A_KIND)}",
        recipient=leaving.coach_email,
        not_after=leaving.begins,
        context={"name": leaving.coach, "at": leaving.at},
    )
