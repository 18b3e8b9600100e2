"""What a visitor's requests cost, against the barest Flask and against raw SQL."""

import os
import sqlite3
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade

from portal import create_app
from portal.leads import proof
from portal.screening import decide
from tests.bench.row import Row, cpu_ms
from tests.conftest import make_settings

SERIAL = count()
Forms = Iterator[tuple[str, str]]


def measure(folder: Path) -> list[Row]:
    app = make_app(folder / "requests")
    bare = bare_app(folder / "bare.sqlite")
    visitor, plain = app.test_client(use_cookies=False), bare.test_client(use_cookies=False)
    bare_get = cpu_ms(lambda: plain.get("/"), times=500)
    bare_post = cpu_ms(lambda: plain.post("/", data=enquiry("x", "y")), times=500)
    with app.app_context():
        shown = iter([(proof.token(key), key) for key in (proof.new_key() for _ in range(5000))])
    return [
        Row("GET /consult, CPU against bare Flask", _get(visitor) / bare_get, 5),
        Row("POST /consult, CPU against bare Flask", _post(visitor, shown) / bare_post, 15),
        Row(
            "POST /consult, throughput against raw SQL",
            _against_raw(visitor, plain, shown),
            0.5,
            "x",
            False,
        ),
        Row("health-check page POST, CPU", _page(visitor, shown), 6, "ms"),
        Row(
            "one decision, CPU",
            cpu_ms(
                lambda: decide({"pain_sites": ["low_back"], "nprs": 5, "duration": "2_6w"}),
                times=500,
            ),
            0.3,
            "ms",
        ),
    ]


def make_app(folder: Path) -> Flask:
    folder.mkdir(exist_ok=True)
    app = create_app(
        make_settings(
            folder,
            f"sqlite:///{folder / 'portal.sqlite'}",
            LEAD_MINIMUM_SECONDS="0",
            LEAD_RATE_LIMIT="10000000 per minute",
        )
    )
    with app.app_context():
        upgrade()
    return app


def bare_app(file: Path) -> Flask:
    """Hello, a POST that does nothing, and a POST that writes the same rows by hand."""
    app = Flask("bare")
    connection = sqlite3.connect(file, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    for name in ("lead", "enquiry", "consent", "activity", "outbox"):
        connection.execute(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, body TEXT)")

    @app.route("/", methods=["GET", "POST"])
    def hello() -> str:
        return "hello"

    @app.post("/rows")
    def rows() -> str:
        with connection:
            for name in ("lead", "enquiry", "consent", "activity", "outbox", "outbox"):
                connection.execute(f"INSERT INTO {name} (body) VALUES (?)", ("x" * 200,))  # noqa: S608
        return "ok"

    return app


def enquiry(token: str, key: str) -> dict[str, str]:
    number = next(SERIAL)
    return {
        "csrf_token": token,
        "key": key,
        "name": f"Bench Person {number}",
        "email": f"bench.{number}@example.com",
        "phone": "",
        "reason": "back",
        "contact_by": "email",
    }


def _get(visitor: FlaskClient) -> float:
    return cpu_ms(lambda: visitor.get("/consult"), times=300)


def _post(visitor: FlaskClient, shown: Forms) -> float:
    def send() -> None:
        answer = visitor.post("/consult", data=enquiry(*next(shown)))
        assert answer.status_code == 303, answer.status_code

    return cpu_ms(send, times=100)


def _against_raw(visitor: FlaskClient, plain: FlaskClient, shown: Forms) -> float:
    """Wall time, because the disk is part of it: both wait for the same fsync."""
    raw = _wall(lambda: plain.post("/rows", data=enquiry("x", "y")), 300)
    ours = _wall(lambda: visitor.post("/consult", data=enquiry(*next(shown))), 300)
    return raw / ours


def _wall(call, times: int) -> float:
    start = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - start) / times


def _page(visitor: FlaskClient, shown: Forms) -> float:
    """The page of the health check with the most to prune: where the pain is."""
    start = visitor.post("/consult", data=enquiry(*next(shown))).location
    page = visitor.get(start).get_data(as_text=True)
    field = page.split('name="csrf_token" value="')[1].split('"')[0]
    visitor.post(start, data={"csrf_token": field, "consent": "y", "age": "41"})
    now = start.rstrip("/") + "/now"
    return cpu_ms(lambda: visitor.post(now, data={"csrf_token": field, "ticks": "none"}), times=100)


os.environ.pop("FLASK_RUN_FROM_CLI", None)
