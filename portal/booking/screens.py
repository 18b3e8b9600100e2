"""What the pages of booking are given: the times to pick from, and what stands for a person."""

from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from markupsafe import Markup

from portal.booking import diary, links, queries, words
from portal.booking.forms import PickForm, context
from portal.booking.gate import Gate, gate
from portal.booking.invitation import google_url, outlook_url
from portal.booking.models import Booking
from portal.booking.picker import picker
from portal.booking.search import Search
from portal.clock import now
from portal.extensions import settings
from portal.intake.handover import Panel
from portal.leads.models import Enquiry


def panel(enquiry: Enquiry) -> Panel | None:
    """Draw the times on the result, or the one that stands; nothing for whoever may not book."""
    booked = queries.live(enquiry.lead_id)
    if booked is None and (gate(enquiry.lead) is not Gate.OPEN or not diary.is_open_for_booking()):
        return None
    facts = _booked(booked) if booked else _times(enquiry, links.book_token(enquiry))
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
    found = _picker(form, taken=taken)
    return {
        "picker": found,
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
    """Return the page of free times; `taken` is one that has just gone."""
    return render_template(
        "booking/pick.html",
        **_times(enquiry, token, form, taken=shown.pop("taken", None)),
        lead=enquiry.lead,
        first_name=words.first(enquiry.lead.name),
        problems=shown.get("problems", {}),
    )


def move(booking: Booking, token: str, form: PickForm | None = None, **shown: Any) -> str:
    """Return the page on which another time is picked for a session."""
    found = _picker(form, taken=shown.pop("taken", None), without=booking.id)
    return render_template(
        "booking/move.html",
        picker=found,
        url=lambda **changes: url_for(
            "booking.manage", token=token, step="move", **found.search.args(**changes)
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


def _picker(form: PickForm | None, **more: Any) -> Any:
    asked = {**request.args}
    if form is not None:
        sent = {"place": form.place.data, "zone": form.zone.data, "coach": form.coach.data}
        asked |= {name: text for name, text in sent.items() if text}
    search = Search.read(asked, studio=settings().studio.zone)
    return picker(search, settings=settings(), at=now(), **more)


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
