"""What later steps learn of an outcome: where its page leads on, and that it has been decided."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app
from markupsafe import Markup

from portal.leads.models import Enquiry, Kind, Lead


@dataclass(frozen=True)
class Panel:
    """The next step itself, drawn on the result page, with the files that it needs.

    `says` ends the page's heading; `is_done` says that nothing is left to do there.
    """

    html: Markup
    says: str
    is_done: bool
    styles: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()


Way = Callable[[Enquiry], str | None]
Draw = Callable[[Enquiry], Panel | None]
Listener = Callable[[Lead, datetime], None]
WAYS = "ways_on"
PANELS = "panels"
RETURN = "way_back"
LISTENERS = "decision_listeners"
WITHDRAWALS = "withdrawal_listeners"


def offer(app: Flask, kind: Kind, way: Way) -> None:
    """Let `way` answer where somebody with this kind of enquiry goes next; None for nowhere yet."""
    app.extensions.setdefault(WAYS, {})[kind] = way


def way_on(enquiry: Enquiry) -> str | None:
    """Return the address of the next step, None while no step of this studio takes over."""
    way: Way | None = current_app.extensions.get(WAYS, {}).get(enquiry.kind)
    return way(enquiry) if way else None


def draw(app: Flask, kind: Kind, panel: Draw) -> None:
    """Let `panel` draw the next step of this kind of enquiry on its result; None for nothing."""
    app.extensions.setdefault(PANELS, {})[kind] = panel


def panel_on(enquiry: Enquiry) -> Panel | None:
    """Return the next step as a part of the result page, None where its address is all there is."""
    panel: Draw | None = current_app.extensions.get(PANELS, {}).get(enquiry.kind)
    return panel(enquiry) if panel else None


def take_back(app: Flask, way: Way) -> None:
    """Let `way` answer where somebody goes back to who has got past this; None for nobody."""
    app.extensions[RETURN] = way


def way_back(enquiry: Enquiry) -> str | None:
    """Return where somebody goes back to who only went through their answers again."""
    way: Way | None = current_app.extensions.get(RETURN)
    return way(enquiry) if way else None


def listen(app: Flask, listener: Listener) -> None:
    """Let `listener` know of every outcome a lead comes to, inside the same transaction.

    A clearance of it, and the end of one, are told as well.
    """
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
