"""What every template may use: the studio, times in words, and a form's hidden token."""

from datetime import datetime
from typing import Any

from flask import Flask, request
from markupsafe import Markup
from werkzeug.local import LocalProxy

from portal import csrf, opening, words
from portal.clock import now
from portal.extensions import settings


def install(app: Flask) -> None:
    """Give the templates of `app` their shared names and filters.

    The names are globals, not a context, so that the macros of templates/components see them too.
    """
    app.jinja_env.globals.update(
        studio=LocalProxy(lambda: settings().studio),
        demo=LocalProxy(lambda: settings().demo),
        signed_token=_signed_token,
        absolute=lambda path: settings().public_url + path,
        now=now,
        framed=framed,
        usual_week=LocalProxy(lambda: opening.to_show(settings())),
    )
    app.add_template_filter(lambda at: words.moment_words(at, _zone()), "moment")
    app.add_template_filter(lambda at: words.time_words(at, _zone()), "time")
    app.add_template_filter(words.day_words, "day")
    app.add_template_filter(words.short_day_words, "short_day")
    app.add_template_filter(_due, "due")
    app.add_template_filter(_since, "since")
    app.add_template_filter(_tel, "tel")


def framed() -> bool:
    """Say whether the page is asked for a frame, perhaps on somebody else's site."""
    return request.headers.get("Sec-Fetch-Dest") == "iframe"


def _zone() -> Any:
    return settings().studio.zone


def _due(due: datetime) -> str:
    return words.due_words(due, at=now(), zone=_zone())


def _since(moment: datetime) -> str:
    return words.since_words(moment, at=now(), zone=_zone())


def _tel(number: str) -> str:
    """Return the digits of a phone number for a `tel:` link."""
    return "".join(sign for sign in number if sign.isdigit() or sign == "+")


def _signed_token(context: str = "public") -> Markup:
    """Return the hidden field that a form of our own must carry."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(csrf.sign(context))
