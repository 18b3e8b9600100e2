"""What later steps offer somebody in a chat: a way to a time of their own."""

from collections.abc import Callable

from flask import Flask, current_app

from portal.leads.models import Lead

WAY = "chat_way_to_a_time"
Way = Callable[[Lead], str | None]


def offer(app: Flask, way: Way) -> None:
    """Let `way` answer where this lead picks a time; None for nobody who may not."""
    app.extensions[WAY] = way


def to_a_time(lead: Lead) -> str | None:
    """Return the address at which a lead picks a time, None while they may not."""
    way: Way | None = current_app.extensions.get(WAY)
    return way(lead) if way else None
