"""Booking at the desk on somebody's behalf: the same times, without the notice to be given."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for

from portal.booking import actions, calling, diary, picks, queries, screens
from portal.booking.forms import PICK, PickForm, number_words
from portal.booking.gate import ClosedGateError
from portal.booking.models import Place
from portal.booking.picker import Picker, picker
from portal.booking.search import Search
from portal.booking.wishes import Hand, NoNumberError, TakenError
from portal.clock import now
from portal.errors import WrongStateError
from portal.extensions import settings
from portal.htmx import leave_for
from portal.leads.models import Enquiry, Lead
from portal.leads.queries import lead as find_lead
from portal.staff.guard import current_staff, requires

CONFLICT, UNPROCESSABLE = 409, 422
NONE_YET = 0
"""The version on a page that was opened before any session stood."""
TAKEN = "That time has just been taken. Here are the nearest ones."
HELD = "The health check holds this person back: nothing is booked until that is released."
NOTHING: Mapping[str, str] = {}


class BookForm(PickForm):
    """A time for somebody else; the desk reads all times in the studio's own zone."""

    class Meta(PickForm.Meta):
        """The guard has checked the form's token."""

        csrf = False


def register(bp: Blueprint) -> None:
    """Give booking on behalf its addresses."""
    bp.add_url_rule("/desk/leads/<int:lead_id>/book", "book", book)
    bp.add_url_rule("/desk/leads/<int:lead_id>/book", "take", take, methods=["POST"])


@requires()
def book(lead_id: int) -> Any:
    """Show the times to book, or to move to, on somebody's behalf."""
    return _times(find_lead(lead_id))


@requires()
def take(lead_id: int) -> Any:
    """Book the time that was picked, or move what stands to it."""
    lead = find_lead(lead_id)
    form = BookForm()
    good, wish = form.validate(), form.wish()
    if not good or wish is None:
        return _times(lead, form, form.problems or {"slot": PICK}), UNPROCESSABLE
    booked, hand = queries.live(lead.id), Hand(now(), settings(), current_staff())
    try:
        if booked:
            actions.move(booked.id, wish, hand=hand, seen=form.seen() or NONE_YET)
        else:
            booked = actions.book_for(lead.id, wish, hand=hand)
    except NoNumberError:
        return _times(find_lead(lead_id), form, {"phone": number_words()}), UNPROCESSABLE
    except TakenError as gone:
        lead = find_lead(lead_id)
        return _times(lead, form, {"slot": TAKEN}, taken=gone.wanted), UNPROCESSABLE
    except ClosedGateError:
        return _times(find_lead(lead_id), form, {"slot": HELD}), CONFLICT
    except WrongStateError as wrong:
        return _times(find_lead(lead_id), form, {"slot": str(wrong)}), CONFLICT
    day = wish.starts_at.astimezone(settings().studio.zone).date()
    return leave_for(url_for("desk.calendar", day=day.isoformat(), said=booked.id))


def _times(
    lead: Lead,
    form: BookForm | None = None,
    problems: Mapping[str, str] = NOTHING,
    *,
    taken: datetime | None = None,
) -> str:
    booked, enquiry = queries.live(lead.id), queries.latest_enquiry(lead.id)
    wished = picks.wished(enquiry, at=now()) if enquiry and not booked else None
    where = {"place": booked.place.value} if booked else {}
    asked = {**where, **(request.form if form else request.args), "zone": ""}
    found = picker(
        Search.read(asked, studio=settings().studio.zone),
        settings=settings(),
        at=now(),
        taken=taken,
        picked=screens.sent_time(form) or wished,
        without=booked.id if booked else None,
        rule=replace(diary.rules(), notice=0),
    )
    return render_template(
        "desk/calendar/book.html",
        person=lead,
        booked=booked,
        picker=found,
        url=lambda **changes: url_for(
            "desk.book",
            lead_id=lead.id,
            **{"place": found.search.place.value, **found.search.args(**changes, zone=None)},
        ),
        problems=problems,
        number=_number(lead, enquiry, found, form),
        their_zone=picks.asked(enquiry).get("zone") if enquiry and wished else None,
        held=_is_held(lead),
        gets_mail=bool(lead.email or (enquiry and enquiry.email)),
    )


def _number(
    lead: Lead, enquiry: Enquiry | None, found: Picker, form: BookForm | None
) -> dict[str, str] | None:
    """Return what was typed as the number to call; None when no number has to be asked for."""
    if found.search.place is not Place.PHONE or calling.number_of(lead, enquiry):
        return None
    return {"typed": str(form.phone.data or "") if form else ""}


def _is_held(lead: Lead) -> bool:
    try:
        actions.gate_for_staff(lead)
    except ClosedGateError:
        return True
    return False
