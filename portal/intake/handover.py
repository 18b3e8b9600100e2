"""What later steps learn of an outcome: where its page leads on, and that it has been decided."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask, current_app

from portal.leads.models import Enquiry, Kind, Lead

Way = Callable[[Enquiry], str | None]
Listener = Callable[[Lead, datetime], None]
WAYS = "ways_on"
LISTENERS = "decision_listeners"
WITHDRAWALS = "withdrawal_listeners"


def offer(app: Flask, kind: Kind, way: Way) -> None:
    """Let `way` answer where somebody with this kind of enquiry goes next; None for nowhere yet."""
    app.extensions.setdefault(WAYS, {})[kind] = way


def way_on(enquiry: Enquiry) -> str | None:
    """Return the address of the next step, None while no step of this studio takes over."""
    way: Way | None = current_app.extensions.get(WAYS, {}).get(enquiry.kind)
    return way(enquiry) if way else None


def listen(app: Flask, listener: Listener) -> None:
    """Let `listener` know of every outcome a lead comes to, inside the same transaction."""
    app.extensions.setdefault(LISTENERS, []).append(listener)


def decided(lead: Lead, *, at: datetime) -> None:
    """Tell the later steps that this lead has come to an outcome."""
    listeners: list[Listener] = current_app.extensions.get(LISTENERS, [])
    for listener in listeners:
        listener(lead, at)


def listen_for_withdrawal(app: Flask, listener: Listener) -> None:
    """Let `listener` know of everybody who takes their health answers back, in that transaction.

    A step that keeps something of its own from those answers hides it there and then.
    """
    app.extensions.setdefault(WITHDRAWALS, []).append(listener)


def withdrawn(lead: Lead, *, at: datetime) -> None:
    """Tell the later steps that this lead has taken their health answers back."""
    listeners: list[Listener] = current_app.extensions.get(WITHDRAWALS, [])
    for listener in listeners:
        listener(lead, at)
