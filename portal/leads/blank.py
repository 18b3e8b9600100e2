"""Pages with empty forms: rendered once a day, and completed for each of their readers.

An empty form is the same for everybody but for its token, its key and where its reader came from.
These are gaps in the text that is kept, and all that a request has to put in.
"""

import re
from collections.abc import Callable
from typing import Any, cast

from flask import current_app, g, render_template, request
from markupsafe import Markup

from portal import opening
from portal.clock import now
from portal.extensions import settings
from portal.leads import days, display, picked, proof, touch
from portal.leads.display import SLUGS, Filled
from portal.leads.models import ContactBy, Kind
from portal.leads.prefill import Known
from portal.pages import framed

KINDS = {slug: kind for kind, slug in SLUGS.items()}
GAP = re.compile(rf"@((?:{'|'.join(KINDS)}):(?:token|key)|landing|referrer)@")
INDENTED = re.compile(r"\n\s+")
EMPTY = {"contact_by": ContactBy.EMAIL, "landing": "@landing@", "referrer": "@referrer@"}
LONGEST_ADDRESS = 500
KEPT = "pages_with_empty_forms"


def page(template: str, **facts: Any) -> str:
    """Return a page that differs for its readers in the gaps of its forms only."""

    def draw() -> str:
        g.gaps_stay_open = True
        try:
            return render_template(template, **facts)
        finally:
            g.gaps_stay_open = False

    return _complete(_kept((template, f"{request.path} {framed()}"), draw))


def page_after(token: str, told: Known | None) -> str:
    """Return the consult form for somebody who has picked a time already: theirs alone."""
    key = proof.new_key()
    known = display.typed_by(told) if told else {}
    typed = EMPTY | _arrival() | known | {picked.NAME: token}
    return display.around(Filled(Kind.CONSULT, "page", typed, {}, proof.token(key), key).facts)


def lead_form(slug: str, place: str = "dialog") -> Markup:
    """Return an empty form; while a whole page is drawn to be kept, with its gaps open."""
    pieces = _kept((slug, place), lambda: _draw(slug, place))
    if g.get("gaps_stay_open"):
        return Markup("").join(f"@{piece}@" if n % 2 else piece for n, piece in enumerate(pieces))
    return _complete(pieces)


def _draw(slug: str, place: str) -> str:
    gaps = Filled(KINDS[slug], place, EMPTY, {}, f"@{slug}:token@", f"@{slug}:key@")
    return INDENTED.sub("\n", render_template("leads/_form.html", **gaps.facts))


def _kept(name: tuple[str, str], draw: Callable[[], str]) -> list[str]:
    """Return text in pieces, the names of its gaps at the odd places.

    It is drawn anew each day, and when the studio's usual week has changed.
    """
    usual = opening.to_show(settings())
    state = (usual.week, days.first_day(usual, at=now()))
    kept = current_app.extensions.get(KEPT, {})
    if kept.get("state") != state or current_app.debug:
        kept = current_app.extensions[KEPT] = {"state": state}
    if name not in kept:
        pieces = GAP.split(draw())
        kept[name] = [piece if n % 2 else Markup(piece) for n, piece in enumerate(pieces)]  # noqa: S704 - our own templates
    return cast("list[str]", kept[name])


def _complete(pieces: list[str]) -> Markup:
    """Return the text for the reader of this request, each form with a key of its own."""
    fill = dict(_arrival())
    for slug in KINDS.keys() & {piece.partition(":")[0] for piece in pieces[1::2]}:
        key = proof.new_key()
        fill |= {f"{slug}:key": key, f"{slug}:token": proof.token(key)}
    return Markup("").join(fill[piece] if n % 2 else piece for n, piece in enumerate(pieces))


def _arrival() -> dict[str, str]:
    """Return where the reader of this page came in, as far as this one request can tell.

    A page of another site that shows our form names itself in `from`: its browser tells us no more
    than its host.
    """
    here = request.full_path.rstrip("?")
    came_from = request.args.get(touch.FROM) or request.referrer or ""
    before = touch.inside(came_from, host=request.host)
    if before is None:
        return {"landing": here[:LONGEST_ADDRESS], "referrer": came_from[:LONGEST_ADDRESS]}
    landing = before if touch.visit(before) and "utm_" not in here else here
    return {"landing": landing[:LONGEST_ADDRESS], "referrer": ""}
