"""What the pages of booking are given: the times to pick from, and what stands for a person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from markupsafe import Markup

from portal.booking import calling, links, picks, queries, words
from portal.booking.forms import PickForm, context, read_moment
from portal.booking.gate import Gate, gate
from portal.booking.invitation import google_url, outlook_url
from portal.booking.models import Booking, Place
from portal.booking.picker import Picker
from portal.booking.picker import picker as free_times
from portal.booking.search import Search
from portal.clock import now
from portal.extensions import settings
from portal.intake.handover import Panel
from portal.leads.models import Enquiry, Lead

EMPTY: Mapping[str, str] = {}
ASKED = frozenset({"day", "place", "zone", "coach"})
"""What an address may say about the times that somebody looks for."""
HAD_ONE = "had-one"
"""The step of whoever picked a time while another of theirs stood."""
ELSEWHERE = "elsewhere"
"""Where somebody stands whose address or number has a session that another enquiry led to."""
ANOTHER = "another"
"""Where somebody stands whose own health check is in order, and another of theirs is not."""
SAID_ELSEWHERE = "A time is booked already."
TAKEN = "That time has just been taken. Here are the nearest ones."


def panel(enquiry: Enquiry) -> Panel | None:
    """Draw the times on the result, or the one that stands; nothing for whoever may not book."""
    booked = queries.live(enquiry.lead_id)
    if booked is None and gate(enquiry.lead) is not Gate.OPEN:
        return None
    if booked is not None and not booked.came_of(enquiry):
        words = Markup(render_template("booking/_elsewhere.html"))  # noqa: S704 - our template
        return Panel(words, SAID_ELSEWHERE, is_done=True)
    facts = _booked(booked) if booked else _times(enquiry, links.book_token(enquiry))
    if booked is None and not facts["picker"].is_open:
        return None
    return Panel(
        html=Markup(render_template("booking/_panel.html", **facts)),  # noqa: S704 - our template
        says="Your time is booked." if booked else "What time works for you?",
        is_done=booked is not None,
        styles=("booking.css",),
        scripts=("booking.js",),
    )


def _times(
    enquiry: Enquiry, token: str, form: PickForm | None = None, *, taken: datetime | None = None
) -> dict[str, Any]:
    found, problems = _offered(enquiry, form, taken=taken)
    return {
        "picker": found,
        "problems": problems,
        "number": _number(found, enquiry.lead, enquiry, form),
        "url": lambda **changes: url_for(
            "booking.choose", token=token, **found.search.args(**changes)
        ),
        "action": url_for("booking.take", token=token),
        "csrf_context": context(enquiry.public_id),
    }


def _booked(booking: Booking) -> dict[str, Any]:
    manage = url_for("booking.manage", token=links.manage_token(booking))
    return {
        "booking": booking,
        "when": words.when(booking, settings().studio.zone),
        "manage": manage,
    }


def pick(enquiry: Enquiry, token: str, form: PickForm | None = None, **shown: Any) -> str:
    """Return the page of free times; `taken` is one that has just gone.

    Without coaches' hours a person confirms a time later.
    """
    facts = _times(enquiry, token, form, taken=shown.pop("taken", None))
    if not facts["picker"].is_open:
        return render_template("booking/later.html", enquiry=enquiry)
    return render_template(
        "booking/pick.html",
        **{**facts, **shown},
        lead=enquiry.lead,
        first_name=words.first(enquiry.lead.name),
    )


def move(booking: Booking, token: str, form: PickForm | None = None, **shown: Any) -> str:
    """Return the page on which another time is picked for a session."""
    where = {"place": booking.place.value, "zone": booking.their_zone or ""}
    found = picker(form, where, taken=shown.pop("taken", None), without=booking.id)
    return render_template(
        "booking/move.html",
        picker=found,
        number=_number(found, booking.lead, booking.enquiry, form),
        url=lambda **changes: url_for(
            "booking.manage",
            token=token,
            step="move",
            **{"place": found.search.place.value, **found.search.args(**changes)},
        ),
        action=url_for("booking.change", token=token),
        csrf_context=context(booking.public_id),
        booking=booking,
        when=words.when(booking, settings().studio.zone),
        back=url_for("booking.manage", token=token),
        problems=shown.get("problems", {}),
    )


def may_change(booking: Booking) -> bool:
    """Say whether the person may still move a session."""
    return booking.is_live and booking.starts_at > now() and gate(booking.lead) is Gate.OPEN


def _offered(
    enquiry: Enquiry, form: PickForm | None, *, taken: datetime | None
) -> tuple[Picker, dict[str, str]]:
    """Return the times, from the one that was picked before the form, and what is wrong with it."""
    wanted = picks.wished(enquiry, at=now())
    if form is not None or wanted is None or ASKED & request.args.keys():
        return picker(form, taken=taken, picked=wanted), {}
    asked = picks.asked(enquiry)
    day = picks.day_of(wanted, asked, studio=settings().studio.zone)
    found = picker(None, {**asked, "day": day.isoformat()}, picked=wanted)
    if found.picked:
        return found, {}
    return picker(None, asked, taken=wanted), {"slot": TAKEN}


def picker(form: PickForm | None, first: Mapping[str, str] = EMPTY, **more: Any) -> Picker:
    """Return the times as the address or the form asks for them, or as `first` says."""
    wanted = search(form, first)
    more["picked"] = sent_time(form) or more.get("picked")
    return free_times(wanted, settings=settings(), at=now(), **more)


def search(form: PickForm | None, first: Mapping[str, str] = EMPTY) -> Search:
    """Return how the address or the form looks for a time, or `first` where they say nothing."""
    asked = {**first, **request.args}
    if form is not None:
        sent = {"place": form.place.data, "zone": form.zone.data, "coach": form.coach.data}
        asked |= {name: text for name, text in sent.items() if text}
    wanted = sent_time(form)
    if wanted and not asked.get("day"):
        asked["day"] = picks.day_of(wanted, asked, studio=settings().studio.zone).isoformat()
    return Search.read(asked, studio=settings().studio.zone)


def sent_time(form: PickForm | None) -> datetime | None:
    """Return the time in a form that is shown again, None for an empty page."""
    return read_moment(str(form.slot.data or "")) if form else None


def _number(
    found: Picker, lead: Lead, enquiry: Enquiry | None, form: PickForm | None
) -> dict[str, str] | None:
    """Return what was typed as the number to call; None when no number has to be asked for."""
    if found.search.place is not Place.PHONE or calling.number_of(lead, enquiry):
        return None
    return {"typed": str(form.phone.data or "") if form else ""}


def manage(
    booking: Booking,
    token: str,
    *,
    step: str | None = None,
    problems: Any = None,
    news: bool = False,
) -> str:
    """Return what stands for a person; `news` says that it changed under their hands."""
    studio, url = settings().studio, links.manage_url(booking)
    allowed = gate(booking.lead)
    return render_template(
        "booking/manage.html",
        booking=booking,
        token=token,
        when=words.when(booking, studio.zone),
        is_over=booking.ends_at <= now(),
        held=booking.is_live and allowed not in {Gate.OPEN, Gate.UNFINISHED},
        may_change=may_change(booking),
        may_cancel=booking.is_live and booking.starts_at > now(),
        asks_to_cancel=step == "cancel",
        had_one=step == HAD_ONE,
        again=_again(booking, allowed),
        csrf_context=context(booking.public_id),
        first_name=words.first(booking.lead.name),
        google=google_url(booking, studio=studio, url=url),
        outlook=outlook_url(booking, studio=studio, url=url),
        news=news,
        problems=problems or {},
    )


def _again(booking: Booking, allowed: Gate) -> str | None:
    """Return where another time is picked, for somebody who has none and may have one."""
    if booking.is_live or booking.enquiry is None or allowed is not Gate.OPEN:
        return None
    return url_for("booking.choose", token=links.book_token(booking.enquiry))
