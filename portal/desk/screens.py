"""What the desk's templates are given: a queue and one lead, whole or as what has changed."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from flask import Response, make_response, render_template, request
from sqlalchemy.exc import NoResultFound

from portal import opening
from portal.booking.wishes import Hand
from portal.chat.queries import inbox
from portal.clock import now
from portal.desk import calls, dossier, guide, queries, referral, rows, timeline
from portal.desk.queues import ASIDE, CHIPS, QUEUES, Selection
from portal.desk.today import today
from portal.desk.wished import wished
from portal.extensions import settings
from portal.htmx import vary
from portal.ids import row_id
from portal.leads.models import Activity
from portal.leads.queries import lead as find_lead
from portal.leads.wording import CONTACT_BY, REASONS
from portal.staff.guard import current_staff

TAG = "HX-PTag"
ALARMS = 3
"""How many chats that sound like an emergency stand on top of a queue; the inbox has them all."""


def whole(
    selection: Selection, lead_id: int | None = None, *, status: int = 200, **more: Any
) -> Response:
    """Return the page: the queue, and beside it a lead where one is open."""
    at = now()
    context = {**_queue(selection, at), "tag": tag(selection, lead_id, at=at)}
    if lead_id is not None:
        context |= _lead(lead_id, at)
    page = make_response(render_template("desk/page.html", **context, **more), status)
    return vary(page)


def pane(selection: Selection, lead_id: int, **more: Any) -> Response:
    """Return the detail of a lead alone, for a screen that has the queue already."""
    context = {"selection": selection, **_lead(lead_id, now()), **more}
    return vary(make_response(render_template("desk/pane.html", **context)))


def poll(selection: Selection, lead_id: int | None) -> Response:
    """Return what changed since the tag that the screen sent, or 304 when nothing did.

    The tag holds the minute, because clocks such as `9 min late` move with it.
    """
    at = now()
    current = tag(selection, lead_id, at=at)
    if request.headers.get(TAG) == current:
        return vary(make_response("", 304))
    context = _queue(selection, at)
    if lead_id is not None:
        with suppress(NoResultFound):
            context |= _lead(lead_id, at)
            context["fresh_health"] = _health_is_older(context["dossier"])
    answer = make_response(render_template("desk/poll.html", **context))
    answer.headers[TAG] = current
    return vary(answer)


def pressed(selection: Selection, lead_id: int, *, status: int = 200, **more: Any) -> Response:
    """Return the parts of the screen that a press changes."""
    at = now()
    context = {**_queue(selection, at), **_lead(lead_id, at), **more}
    return vary(make_response(render_template("desk/pressed.html", **context), status))


def tag(selection: Selection, lead_id: int | None, *, at: datetime) -> str:
    """Return what stays the same while nothing on a screen changes, for a minute at most."""
    staff = current_staff()
    here = dossier.others_here(lead_id, staff_id=staff.id, at=at) if lead_id else ()
    facts = (
        int(at.timestamp()) // 60,
        staff.id,
        sorted(selection.args.items()),
        lead_id,
        request.args.get("busy", ""),
        [other.id for other in here],
        queries.pulse(),
    )
    return hashlib.blake2s(repr(facts).encode(), digest_size=12).hexdigest()


def toast(line: Activity, lead_id: int) -> dict[str, Any]:
    """Return what the person who pressed is told, and the step that Undo takes back."""
    staff, zone = current_staff(), settings().studio.zone
    lead = find_lead(lead_id)
    return {
        "toast": timeline.toast(line, lead, me=staff, zone=zone),
        "undo": line.id if timeline.can_be_undone(line, lead) else None,
    }


def news(lead_id: int, *, seen: int) -> Sequence[str]:
    """Return what happened since the version that a press was meant for, the latest first."""
    staff, zone = current_staff(), settings().studio.zone
    lines = dossier.changes_since(lead_id, seen)
    return [
        timeline.changed(line, me=staff, zone=zone)
        for line in lines
        if timeline.concerns(line, staff)
    ]


def _queue(selection: Selection, at: datetime) -> dict[str, Any]:
    staff, studio = current_staff(), settings().studio
    page = queries.page(selection, staff_id=staff.id, at=at)
    counts = queries.counts(staff_id=staff.id, at=at)
    return {
        "at": at,
        "selection": selection,
        "queues": QUEUES,
        "aside": ASIDE,
        "chips": CHIPS,
        "cap": queries.CAP,
        "counts": counts,
        "alarms": inbox(limit=min(counts["alarms"], ALARMS)) if counts["alarms"] else (),
        "rows": [(row, rows.in_words(row, emergency=studio.emergency)) for row in page.rows],
        "more": page.more,
        "next_due": None if page.rows else queries.next_due(at=at),
        "open_id": _open_id(),
        "today": today(zone=studio.zone, at=at),
    }


def _open_id() -> int | None:
    """Return which lead stands beside the queue: the address names it, or a poll brings it."""
    named = (request.view_args or {}).get("lead_id")
    return named if named is not None else request.args.get("open", type=row_id)


def _lead(lead_id: int, at: datetime) -> dict[str, Any]:
    staff, studio = current_staff(), settings().studio
    found = dossier.dossier(lead_id, staff_id=staff.id, at=at)
    lead = found.lead
    return {
        "at": at,
        **referral.about(lead.id, at=at),
        "dossier": found,
        "lead": lead,
        "guide": guide.guide_for(lead, staff=staff, studio=studio, happened=found.happened),
        "story": timeline.lines(found.story, lead, me=staff, zone=studio.zone),
        "snoozes": calls.snoozes(
            lead.disposition, at=at, hours=opening.hours(at=at, settings=settings())
        ),
        "outcomes": calls.OUTCOMES,
        "not_now": calls.NOT_NOW,
        "reasons": REASONS,
        "contact_by": CONTACT_BY,
        "first_name": guide.first_name(lead.name),
        "wished": wished(lead, found.asked, found.decision, hand=Hand(at, settings(), staff)),
    }


def _health_is_older(found: dossier.Dossier) -> bool:
    """Say whether the screen shows answers that a newer decision has overtaken."""
    shown = request.args.get("decision")
    return bool(shown) and (found.decision is None or found.decision.public_id != shown)
