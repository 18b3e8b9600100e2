"""What went wrong, said as a page a person can use, or as one line inside a page."""

from typing import Any

from flask import Flask, abort, render_template, request
from sqlalchemy.exc import DataError, NoResultFound, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import ObjectDeletedError
from werkzeug.exceptions import (
    BadRequest,
    Conflict,
    HTTPException,
    InternalServerError,
    NotFound,
    ServiceUnavailable,
)

from portal.htmx import wants_fragment
from portal.tokens import DeadLinkError


class WrongStateError(Exception):
    """A change was asked of a row that is no longer in a state that allows it."""


def install(app: Flask) -> None:
    """Map every exception that may reach the edge to a page."""
    app.register_error_handler(HTTPException, _page)
    app.register_error_handler(InternalServerError, _page)
    app.register_error_handler(DeadLinkError, _dead_link)
    # The second: somebody erased the row while this request read it.
    for missing in (NoResultFound, ObjectDeletedError):
        app.register_error_handler(missing, lambda _: _page(NotFound()))
    app.register_error_handler(WrongStateError, lambda _: _page(Conflict()))
    # What was sent fits no column. PostgreSQL says so, SQLite keeps it: forms check first.
    app.register_error_handler(DataError, lambda _: _page(BadRequest()))
    for away in (OperationalError, PoolTimeoutError):
        app.register_error_handler(away, lambda _: _page(ServiceUnavailable(retry_after=5)))


def refuse_nul() -> None:
    """Stop at a NUL: no keyboard sends one, no page may show it, and PostgreSQL keeps none."""
    if any("\0" in text for _, texts in request.form.lists() for text in texts):
        abort(400)


def _page(error: HTTPException) -> Any:
    code = error.code or 500
    if code < 400:  # noqa: PLR2004
        return error
    headers = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]
    template = "errors/_notice.html" if wants_fragment() else "errors/error.html"
    return render_template(template, code=code), code, headers


def _dead_link(error: DeadLinkError) -> Any:
    code = 410 if error.expired else 404
    if wants_fragment():
        return render_template("errors/_notice.html", code=code), code
    return render_template("errors/link.html", expired=error.expired), code
