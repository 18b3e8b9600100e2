"""The free times for anybody, at /times: picked first; the form and the health check come after.

Nothing is kept for whoever looks, but their browser keeps the page while it holds. What they pick
goes to the consult form as a signed value, and is looked up again when the health check has opened
the diary.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from limits import parse

from portal.assets import release
from portal.booking import picks, screens
from portal.booking.forms import PICK, PickForm
from portal.booking.picker import Picker
from portal.booking.wishes import Hand, is_free
from portal.clock import now
from portal.extensions import settings
from portal.htmx import leave_for, vary
from portal.leads import blank, pace, picked, prefill
from portal.leads.touch import FROM, UTM
from portal.pages import framed

CONTEXT = "times"
LOOKS = parse("120 per 1 minute")
"""Of one address: a whole gym may look, a machine may not look all day."""
ARRIVAL = (FROM, *UTM)
NOTHING: Mapping[str, str] = {}


def register(bp: Blueprint) -> None:
    """Give the open times their address."""
    bp.add_url_rule("/times", "times", times)
    bp.add_url_rule("/times", "ask", ask, methods=["POST"])


def times() -> Any:
    """Show the free times; without coaches' hours the form comes first, and a person confirms."""
    if not pace.within(LOOKS, CONTEXT, request.remote_addr):
        abort(429)
    found = screens.picker(None)
    if not found.is_open:
        return vary(make_response(blank.page("leads/page.html", own_form="consult")))
    tag = _tag(found)
    known = request.if_none_match.contains_weak(tag)
    answer = Response("", 304) if known else make_response(_page(found))
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(tag, weak=True)
    answer.vary.add("Sec-Fetch-Dest")
    return vary(answer)


def ask() -> Any:
    """Take a time to the consult form; nothing is written, and nothing is held."""
    if not pace.within(LOOKS, CONTEXT, request.remote_addr):
        abort(429)
    form = PickForm(meta={"csrf_context": CONTEXT})
    good, wish = form.validate(), form.wish()
    if not good or wish is None:
        return _page(screens.picker(form), form.problems or {"slot": PICK}), 422
    if not is_free(wish, hand=Hand(now(), settings())):
        found = screens.picker(form, taken=wish.starts_at)
        return _page(found, {"slot": screens.TAKEN}), 422
    token = picks.sign(wish.starts_at, screens.search(form))
    return leave_for(url_for("leads.consult", **{**_arrival(), picked.NAME: token}))


def _tag(found: Picker) -> str:
    """Return what stays the same while the page at this address would say the same, for a day.

    The times are looked up for each request, so that a browser never shows as free what has gone;
    what it has already is not drawn and sent again. The day renews the form's token.
    """
    names = [coach.name for coach in found.coaches]
    facts = (replace(found, coaches=()), names, settings().studio, framed(), release())
    today = now().astimezone(settings().studio.zone).date()
    return hashlib.blake2s(repr((today, facts)).encode(), digest_size=12).hexdigest()


def _page(found: Picker, problems: Mapping[str, str] = NOTHING) -> str:
    arrival = _arrival()
    return render_template(
        "booking/times.html",
        picker=found,
        url=lambda **changes: url_for("booking.times", **arrival, **found.search.args(**changes)),
        action=url_for("booking.ask", **arrival),
        arrival=arrival,
        csrf_context=CONTEXT,
        problems=problems,
    )


def _arrival() -> dict[str, Any]:
    """Return what tells where somebody came from and who they are, as their address has it."""
    found = {name: request.args[name] for name in ARRIVAL if name in request.args}
    return found | prefill.references()
