"""The guard on every staff page: who is it, may they, and was the form ours.

A guarded view reads `current_staff()`. Its templates put `staff_token()` into each form, and the
guard checks it on every POST, from the field `csrf_token` or the header `X-CSRFToken`. Neither a
refused token nor a session that ended costs what was typed: the 403 page carries the form's fields
and offers to send them again, after signing in if need be. A fragment is refused with 403 and no
page; the script then sends its form as a page of its own. The session of the request stands in
`g.staff_session`, detached: it may end while the view runs.
"""

import functools
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, cast

from flask import Response, abort, g, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.exc import OperationalError

from portal import csrf
from portal.clock import now
from portal.errors import refuse_nul
from portal.extensions import db, settings
from portal.htmx import wants_fragment
from portal.staff import actions, cookie, destination, queries
from portal.staff.forms import SignInForm
from portal.staff.models import Role, Staff, StaffSession
from portal.staff.unsent import Unsent

View = Callable[..., Any]
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def requires(*roles: Role, touch: bool = True) -> Callable[[View], View]:
    """Open a view to these roles, or to everybody who is signed in when none is named.

    With `touch=False`, and on fragments polled with `poll` in the query, the visit does not count
    as use: a screen left alone still signs itself out. The view's attribute `guarded_by` is the
    set of roles that may come in.
    """
    allowed = frozenset(roles or Role)

    def guard(view: View) -> View:
        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            refusal = _refusal(allowed, touch=touch and not _is_poll())
            return view(*args, **kwargs) if refusal is None else refusal

        guarded.guarded_by = allowed  # type: ignore[attr-defined]
        return guarded

    return guard


def current_staff() -> Staff:
    """Return who is signed in; raise LookupError in a view that `requires` nobody."""
    return current_session().staff


def current_session() -> StaffSession:
    """Return the session of this request; raise LookupError in a view that requires nobody."""
    session = g.get("staff_session")
    if session is None:
        raise LookupError("Nobody is signed in here: is the view marked with `requires`?")
    return cast("StaffSession", session)


def live_session() -> StaffSession | None:
    """Return the session behind this request's cookie while it stands, else None."""
    session = _sent_session()
    return session if session and _is_live(session) else None


def sit(token_hash: str) -> None:
    """Go on in this request as whoever the session of this hash belongs to."""
    g.staff_session = queries.session_of(token_hash)


def is_cross_site() -> bool:
    """Say whether the browser names another site as the one that sends this request."""
    return request.headers.get("Sec-Fetch-Site") == "cross-site"


def forget_earlier_request() -> None:
    """Start a request with nobody signed in: one app context may serve several in turn."""
    g.pop("staff_session", None)


def staff_or_nobody() -> Staff | None:
    """Return who is signed in on a guarded page, for templates; None on any other page."""
    session = g.get("staff_session")
    return session.staff if session else None


def staff_token() -> Markup:
    """Return the hidden field that every form on a guarded page carries."""
    token = csrf.sign(_context(current_session()))
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(token)


def _sent_session() -> StaffSession | None:
    """Return the session behind this request's cookie, live or over, detached; else None."""
    token_hash = cookie.sent_hash()
    session = queries.session_of(token_hash) if token_hash else None
    if session is not None:
        db.session.expunge(session)
    return session


def _is_live(session: StaffSession) -> bool:
    return session.is_live(at=now(), idle=timedelta(minutes=settings().staff_idle_minutes))


def _refusal(allowed: frozenset[Role], *, touch: bool) -> Any:
    session = _sent_session()
    if session is None or not _is_live(session):
        return _to_sign_in(session)
    g.staff_session = session
    if session.staff.role not in allowed:
        abort(403)
    refuse_nul()
    if request.method not in SAFE and not _form_is_ours(session):
        return _ask_again()
    if touch:
        # A page can be read while the database takes no writes; the session just ages meanwhile.
        with suppress(OperationalError):
            actions.touch(session, at=now())
    return None


def _is_poll() -> bool:
    return request.method == "GET" and wants_fragment() and "poll" in request.args


def _to_sign_in(ended: StaffSession | None) -> Any:
    after = destination.page_in_view()
    if ended and request.method not in SAFE and _form_is_ours(ended):
        return _keep_unsent(ended.staff, after)
    url = url_for("staff.sign_in", next=after)
    if wants_fragment():
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, 303)


def _keep_unsent(staff: Staff, after: str | None) -> Any:
    if wants_fragment():
        return Response(csrf.STALE, status=403, mimetype="text/plain")
    refuse_nul()
    kept = {"next": after, "unsent": Unsent.of_request().seal(staff)}
    form = SignInForm(formdata=None, data=kept)
    return render_template("staff/sign_in.html", form=form, timed_out=True), 403


def _form_is_ours(session: StaffSession) -> bool:
    if is_cross_site():
        return False
    token = request.form.get("csrf_token") or request.headers.get("X-CSRFToken") or ""
    return csrf.signed_at(token, _context(session)) is not None


def _ask_again() -> Any:
    if wants_fragment():
        return Response(csrf.STALE, status=403, mimetype="text/plain")
    if is_cross_site():
        abort(403)
    return render_template("staff/again.html", form=Unsent.of_request(), because=csrf.STALE), 403


def _context(session: StaffSession) -> str:
    return f"staff:{session.token_hash}"
