"""Booking a session and claiming a pass: what a press costs, and what many at once may not do.

`RACE_SLOTS` (default 100; the goal speaks of 1000) and `REMINDER_LIVES` (default 30; 300 are 10,000
changes) set the sizes. The clock stands still, at a moment for which the tests know the times.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.booking import forms, links
from portal.booking.models import Booking
from portal.clock import now
from portal.csrf import sign
from portal.extensions import db
from portal.intake.forms import context as claim_context
from portal.leads.links import health_check_token
from portal.leads.models import Kind
from portal.passes import actions, signing
from portal.passes.models import Redemption
from portal.passes.signing import Signer
from tests.bench.requests import bare_app, make_app
from tests.bench.row import Row, cpu_ms
from tests.booking.conftest import ask, make_coach
from tests.booking.test_pages import slots
from tests.booking.test_races import BUYERS, sell
from tests.booking.test_reminders import ZONES, in_zone, lives
from tests.conftest import NOON_SUNDAY, Clock
from tests.passes.conftest import SATURDAY, SUNDAY, member
from tests.passes.test_races import CROWD, at_once, redeems

SLOTS = int(os.environ.get("RACE_SLOTS", "100"))
LIVES = int(os.environ.get("REMINDER_LIVES", "30"))
PRESSES = 20
ROUNDS = 5
PEOPLE = PRESSES * ROUNDS + 1
"""A press for each person: `cpu_ms` makes one call before its rounds."""
DONE = ("/manage/", "/pass/")
"""Where a press leads that has done what it should."""
Press = tuple[str, dict[str, str]]


def measure(folder: Path) -> list[Row]:
    plain = bare_app(folder / "bare-booking.sqlite").test_client(use_cookies=False)
    with time_machine.travel(NOON_SUNDAY, tick=False) as traveller:
        return [
            *_costs(make_app(folder / "booking"), plain),
            *_race(make_app(folder / "race")),
            _door(make_app(folder / "door")),
            _reminders(folder, Clock(traveller)),
        ]


def _costs(app: Flask, plain: FlaskClient) -> list[Row]:
    visitor = app.test_client(use_cookies=False)
    with app.app_context():
        for name in ("Amir Test", "Jules Test", "Kim Test"):
            make_coach(name)
        picker = f"/book/{links.book_token(ask())}"
        bookings = list(_bookings(_free(visitor, picker)))
        claims = list(_claims())
    fields = bookings[0][1]
    bare_get = cpu_ms(lambda: plain.get("/"), times=500)
    bare_post = cpu_ms(lambda: plain.post("/", data=fields), times=500)
    get = cpu_ms(lambda: visitor.get(picker), times=100)
    book, claim = (_sent(visitor, presses) for presses in (bookings, claims))
    return [
        Row("GET /book, the times of three coaches, CPU against bare Flask", get / bare_get, 20),
        Row(
            "POST /book, three letters and an invitation, CPU against bare POST",
            book / bare_post,
            50,
        ),
        Row("POST /pass/claim, CPU against bare POST", claim / bare_post, 50),
    ]


def _free(visitor: FlaskClient, picker: str) -> Iterator[str]:
    """Yield free times, day by day from tomorrow."""
    for day in range(23, 31):
        yield from slots(visitor.get(f"{picker}?day=2026-11-{day}").text)


def _bookings(times: Iterable[str]) -> Iterator[Press]:
    for _, slot in zip(range(PEOPLE), times, strict=False):
        one = ask()
        token = sign(forms.context(one.public_id))
        yield f"/book/{links.book_token(one)}", {"csrf_token": token, "slot": slot}


def _claims() -> Iterator[Press]:
    for number in range(PEOPLE):
        one = ask(name=f"Bench Person {number}", kind=Kind.DAY_PASS)
        token = sign(claim_context(one.public_id))
        path = f"/pass/claim/{health_check_token(one)}"
        yield path, {"csrf_token": token, "day": SATURDAY.isoformat()}


def _sent(visitor: FlaskClient, presses: Iterable[Press]) -> float:
    waiting = iter(presses)

    def send() -> None:
        path, fields = next(waiting)
        answer = visitor.post(path, data=fields)
        assert (answer.location or "").startswith(DONE), answer.text

    return cpu_ms(send, times=PRESSES, rounds=ROUNDS)


def _race(app: Flask) -> list[Row]:
    with app.app_context():
        wanted, came = sell(app, SLOTS)
        db.session.rollback()
        sold = Counter(db.session.scalars(select(Booking.starts_at)))
    of = f"of {SLOTS:,} one-place slots wanted by {BUYERS} buyers at once"
    errors = sum(isinstance(each, Exception) for each in came)
    return [
        Row(f"oversold {of}", sum(sold.values()) - len(sold), 0, ""),
        Row(f"unsold {of}", len(set(wanted) - set(sold)), 0, ""),
        Row(f"errors {of}", errors, 0, ""),
    ]


def _door(app: Flask) -> Row:
    with app.app_context():
        one = ask(kind=Kind.DAY_PASS)
        pass_id = actions.claim(one.public_id, day=SUNDAY, at=now()).id
        signing.sign(pass_id, signer=Signer("Robin Test"), at=now())
        desks = [member().id, member("Ida Test").id]
        at_once(app, redeems(pass_id, desks, [f"press {number}" for number in range(CROWD)]))
        redeemed = db.session.scalar(select(func.count()).select_from(Redemption)) or 0
    name = f"redemptions but the one, of a pass pressed {CROWD} times at once"
    return Row(name, abs(redeemed - 1), 0, "")


def _reminders(folder: Path, clock: Clock) -> Row:
    each = -(-LIVES // len(ZONES))
    failed = sum(_failures(folder / f"zone-{n}", name, each, clock) for n, name in enumerate(ZONES))
    return Row(f"{each * len(ZONES)} lives of bookings with a wrong reminder", failed, 0, "")


def _failures(folder: Path, name: str, number: int, clock: Clock) -> int:
    app = make_app(folder)
    with app.app_context():
        app.extensions["settings"] = in_zone(ZoneInfo(name))
        return sum(map(_fails, lives(name, number, clock=clock)))


def _fails(live: partial[None]) -> bool:
    try:
        live()
    except AssertionError:
        return True
    return False
