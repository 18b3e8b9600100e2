"""What a later step offers on an outcome page to somebody who should be seen first."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app

from portal.leads.models import Enquiry

LOOKER = "looker"


@dataclass(frozen=True)
class Look:
    """What is offered: `standing` is the page of their own, `told` where they say they got the OK.

    `released` once a verified OK has opened the door.
    """

    standing: str
    told: str
    released: bool


Looker = Callable[[Enquiry], Look | None]


def refer(app: Flask, looker: Looker) -> None:
    """Let `looker` answer what somebody who should be seen first is offered; None for nothing."""
    app.extensions[LOOKER] = looker


def look(enquiry: Enquiry) -> Look | None:
    """Return what this person is offered who should be seen first."""
    looker: Looker | None = current_app.extensions.get(LOOKER)
    return looker(enquiry) if looker else None
